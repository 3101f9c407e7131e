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


CURRENCIES = """Deal,Stage,Created,Close date,Status,Amount,Currency
{}"""


def test_rates_and_the_fiscal_year(capsys, tmp_path):
    rows = []
    for k in range(120):
        status, closed = (("won", "2026-05-20"), ("lost", "2026-05-10"), ("open", ""))[k % 3]
        stage = {"won": "Won", "lost": "Lead", "open": "Offer"}[status]
        created = f"2026-0{1 + k % 4}-{1 + k % 28:02d}"
        rows.append(f"d{k},{stage},{created},{closed},{status},1000,{('EUR', 'USD')[k % 2]}")
    file = tmp_path / "deals.csv"
    file.write_text(CURRENCIES.format("\n".join(rows)), encoding="utf-8")
    how = [str(file), "--stages", "Lead,Offer,Won", "--as-of", "2026-06-15"]
    assert main(["report", *how]) == 0
    assert capsys.readouterr().out.count("[currencies-mixed]") == 1
    rates = ["--currency", "USD", "--rate", "EUR=1.1", "--fiscal-start", "4"]
    assert main(["report", *how, *rates]) == 0
    shown = capsys.readouterr().out
    assert "The quarter: FY27-Q1" in shown
    assert "$42k" in shown  # 20 deals of 1 100 and 20 of 1 000
    assert "[currencies-mixed]" not in shown
    assert main(["forecast", *how, *rates, "--horizon", "FY27-Q2"]) == 0
    assert "FY27-Q2" in capsys.readouterr().out
    assert main(["forecast", *how, "--rate", "EUR"]) == 2
    assert "EUR=1.1" in capsys.readouterr().err
