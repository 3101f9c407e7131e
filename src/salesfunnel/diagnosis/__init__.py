"""Why a step fell short: findings in four dimensions, all measured in deals."""

from __future__ import annotations

from salesfunnel.diagnosis._diagnose import diagnose
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.diagnosis import ColumnUse, Diagnosis
from salesfunnel.diagnosis.fields import Column, Field
from salesfunnel.diagnosis.finding import Evidence, Finding, Group, PeriodShare
from salesfunnel.diagnosis.findings import Findings
from salesfunnel.diagnosis.remedy import Remedy
from salesfunnel.diagnosis.rules import Exposure, Mixture, Rule, RuleSet, rule

__all__ = [
    "Case",
    "Column",
    "ColumnUse",
    "Diagnosis",
    "Evidence",
    "Exposure",
    "Field",
    "Finding",
    "Findings",
    "Group",
    "Mixture",
    "PeriodShare",
    "Remedy",
    "Rule",
    "RuleSet",
    "diagnose",
    "rule",
]
