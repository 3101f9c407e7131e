"""The command ``forecast``: groups, and chances by stage and age alone."""

from __future__ import annotations

from pathlib import Path

from salesfunnel.cli import main

DEALS = str(Path(__file__).parents[1] / "examples" / "company" / "deals.csv")
HOW = ["--funnel", "b2b", "--as-of", "2026-11-20"]


def test_groups_are_shown(capsys):
    assert main(["forecast", DEALS, *HOW, "--by", "channel", "--by", "industry"]) == 0
    shown = capsys.readouterr().out
    assert "Open deals by channel" in shown
    assert "Open deals by industry" in shown
    assert main(["forecast", DEALS, *HOW, "--by", "chanel"]) != 0
    assert "channel" in capsys.readouterr().err


def test_stage_and_age_alone(capsys):
    assert main(["forecast", DEALS, *HOW, "--no-covariates"]) == 0
    assert "not used" not in capsys.readouterr().out
