"""Other trades: trials of software, and admission to higher education."""

from __future__ import annotations

from salesfunnel.builtin.benchmarks._publication import Publication
from salesfunnel.definitions import BenchmarkSet

__all__ = ["higher_education", "saas_trial"]

RETENTION_LENS = Publication(
    citation="RetentionLens: Trial-to-Paid Conversion Benchmarks, Opt-In vs Opt-Out",
    url="https://retentionlens.com/blog/trial-to-paid-conversion-benchmarks",
    year=2026,
)
NACAC = Publication(
    citation=(
        "National Association for College Admission Counseling: State of College Admission 2017"
    ),
    url="https://www.nacacnet.org/news--publications/publications/state-of-college-admission/soca-chapter1/",
    year=2015,
    sample="four-year colleges, first-time freshmen, autumn 2015",
    region="United States",
)


def saas_trial() -> BenchmarkSet:
    """Return the rate from trial to paid, for trials that ask for no card."""
    return BenchmarkSet(
        "saas-trial",
        (
            RETENTION_LENS.figure(
                "trial", "paid", 0.20, low=0.15, high=0.25, industry="SaaS, trial without card"
            ),
        ),
        name="SaaS trials without a card",
        aliases={
            "trial": ("trials_started", "trial_started", "试用"),
            "paid": ("subscriptions", "subscribed", "customer", "付费"),
        },
    )


def higher_education() -> BenchmarkSet:
    """Return the rates of application, admission and enrolment."""
    return BenchmarkSet(
        "higher-education",
        (
            NACAC.figure("application", "admission", 0.661, industry="Higher education"),
            NACAC.figure("admission", "enrolment", 0.351, industry="Higher education"),
        ),
        name="Admission to higher education",
        aliases={
            "application": ("applications", "applied", "申请", "报名申请"),
            "admission": ("admissions", "admitted", "录取"),
            "enrolment": ("enrolments", "enrolled", "enrollment", "报到", "入学"),
        },
    )
