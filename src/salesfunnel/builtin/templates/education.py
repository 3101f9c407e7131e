"""Courses and training: from enquiry over trial lesson to enrolment and the next course."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["education_enrolment"]

MARKETING = ("Marketing", "市场部")
ADVISER = ("Course adviser", "课程顾问")
TEACHER = ("Teacher", "授课老师")
OFFICE = ("Academic office", "教务部")


def education_enrolment(locale: Locale = "en") -> Funnel:
    """Return the funnel of a school or a training company."""
    w = Words(locale)
    stages = (
        _enquiry(w),
        _advice(w),
        _trial_lesson(w),
        _application(w),
        _enrolment(w),
        _renewal(w),
    )
    return w.funnel("education-enrolment", "Education and training", "教育培训招生", stages)


def _enquiry(w: Words) -> Stage:
    return w.stage(
        "enquiry", "Enquiry", "咨询阶段", "lead | inquiry | 线索",
        goal=("Get people who want to learn to ask", "获取有学习意向的咨询"),
        owner=MARKETING,
        actions=(
            w.action("open_day", "Open day", "开放日活动", owner=MARKETING),
            w.action("free_material", "Free learning material", "免费学习资料", owner=MARKETING),
        ),
        metrics=(
            w.step("enquiries", "Enquiries", "咨询数", "leads | inquiries | 咨询量 | 线索数"),
            w.metric("cost_per_enquiry", "Cost per enquiry", "单个咨询成本", unit="currency", better="lower"),
        ),
    )  # fmt: skip


def _advice(w: Words) -> Stage:
    return w.stage(
        "advice", "Advice", "面谈阶段", "consultation | counselling | 邀约",
        goal=("Understand goal, level and budget", "了解目标、基础与预算"),
        owner=ADVISER,
        actions=(
            w.action("call_back", "Call back", "电话回访", owner=ADVISER, hours=2),
            w.action("level_test", "Level test", "水平测试", owner=ADVISER, hours=72),
        ),
        metrics=(
            w.step("consultations", "Consultations held", "面谈数", "appointments held | 到访数 | 面谈人数"),
            w.metric("no_shows", "Appointments missed", "爽约数", better="lower"),
        ),
    )  # fmt: skip


def _trial_lesson(w: Words) -> Stage:
    return w.stage(
        "trial_lesson", "Trial lesson", "试听阶段", "trial class | demo lesson | 体验课",
        goal=("Let the learner feel progress", "让学员感受到进步"),
        owner=TEACHER,
        actions=(
            w.action("trial_class", "Trial lesson in a small group", "小班试听", owner=TEACHER),
            w.action("feedback", "Feedback to learner and parents", "试听反馈", owner=TEACHER, hours=24),
        ),
        metrics=(
            w.step("trial_lessons", "Trial lessons attended", "试听人数", "trial classes | 体验课人数"),
            w.metric("trial_rating", "Rating of the trial lesson", "试听评分", unit="score"),
        ),
    )  # fmt: skip


def _application(w: Words) -> Stage:
    return w.stage(
        "application", "Application", "报名阶段", "registration | 申请",
        goal=("Settle course, time and price", "确定课程、时间与费用"),
        owner=ADVISER,
        actions=(
            w.action("learning_plan", "Learning plan", "学习方案", owner=ADVISER, hours=48),
            w.action("instalments", "Offer to pay in instalments", "分期付款方案", owner=ADVISER),
        ),
        metrics=(
            w.step("applications", "Applications", "报名数", "registrations | 申请数 | 报名人数"),
        ),
    )  # fmt: skip


def _enrolment(w: Words) -> Stage:
    return w.stage(
        "enrolment", "Enrolment", "缴费阶段", "enrollment | won | paid | 入学 | 成交",
        goal=("Sign the contract and start the course", "签约缴费并开课"),
        won=True,
        owner=OFFICE,
        actions=(
            w.action("contract", "Contract and payment", "签约缴费", owner=ADVISER),
            w.action("placement", "Placement into a class", "分班", owner=OFFICE, hours=72),
        ),
        metrics=(
            w.step("enrolments", "Learners enrolled", "缴费人数", "enrollments | new students | 新生数 | 入学人数"),
            w.metric("tuition", "Tuition", "学费收入", unit="currency"),
        ),
    )  # fmt: skip


def _renewal(w: Words) -> Stage:
    return w.stage(
        "renewal", "Next course", "续课阶段", "re-enrolment | retention | 续费 | 续班",
        goal=("Keep the learner until the goal is reached", "帮助学员持续学习直至达成目标"),
        owner=TEACHER,
        actions=(
            w.action("progress_report", "Progress report", "学习进度报告", owner=TEACHER, hours=24 * 30),
            w.action("next_plan", "Plan for the next course", "续课规划", owner=ADVISER),
        ),
        metrics=(
            w.step("renewals", "Learners who went on", "续课人数", "re-enrolments | 续费人数 | 续班人数"),
            w.metric("attendance", "Attendance", "出勤率", unit="rate"),
            w.metric("referrals", "Learners brought by learners", "转介绍人数"),
        ),
    )  # fmt: skip
