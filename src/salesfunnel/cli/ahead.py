"""``forecast``, ``target`` and ``bridge``: what is to come, and what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel.cli.output import check_files, deliver
from salesfunnel.cli.parser import (
    Commands,
    add_command,
    money_options,
    rates_of,
    reading_options,
    whole,
    writing_options,
)
from salesfunnel.cli.sources import panel_of, read

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["add"]


def add(commands: Commands) -> None:
    """Add the commands of this family."""
    forecast = add_command(commands, "forecast", _forecast, help="what the deals will bring")
    reading_options(forecast)
    forecast.add_argument(
        "--horizon", default="90D", metavar="SPAN", help="how far; 90D if not said"
    )
    forecast.add_argument("--strata", metavar="NAME", help="attribute whose groups differ")
    forecast.add_argument(
        "--by", action="append", metavar="NAME", default=[],
        help="team, product, region, ...: what its groups bring; may come more than once",
    )  # fmt: skip
    forecast.add_argument(
        "--no-covariates", action="store_true", help="by stage and age alone, without value, owner"
    )
    forecast.add_argument("--currency", metavar="CODE", help="currency of the values, such as CNY")
    money_options(forecast)
    forecast.add_argument("--no-new-deals", action="store_true", help="only deals that are open")
    forecast.add_argument("--seed", type=int, default=0, metavar="N", help="of the simulation")
    writing_options(forecast)
    target = add_command(
        commands,
        "target",
        _target,
        help="break a target down over steps, months and groups",
        description="Break a target down by the rates of the funnel's history. Deals count where"
        " they enter a stage; with --window, by their first month, followed for so long.",
    )
    reading_options(target)
    target.add_argument("--target", type=whole, required=True, metavar="N", help="deals, or money")
    target.add_argument("--months", type=whole, default=12, metavar="N", help="12 if not said")
    target.add_argument("--unit", choices=("count", "currency"), default="count")
    target.add_argument(
        "--value",
        type=float,
        metavar="X",
        help="mean value of a won deal; that of the deals by default",
    )
    target.add_argument(
        "--probability",
        type=float,
        default=0.8,
        metavar="P",
        help="with which the safe plan meets it; 0.8 if not said",
    )
    target.add_argument("--start", metavar="MONTH", help="first month, such as 2027-01")
    target.add_argument("--by", metavar="NAME", help="attribute whose groups share the target")
    target.add_argument("--win", metavar="STEP", help="the step that counts as the deal")
    target.add_argument("--seed", type=int, default=0, metavar="N", help="of the draws")
    writing_options(target)
    bridge = add_command(commands, "bridge", _bridge, help="what changed in the open pipeline")
    reading_options(bridge)
    bridge.add_argument(
        "--since",
        required=True,
        metavar="TIME",
        help="the moment at which it begins; a day means its end",
    )
    bridge.add_argument(
        "--until", metavar="TIME", help="the last one; that of the data if not said"
    )
    bridge.add_argument("--closing", metavar="PERIOD", help="deals expected in it, as 2026-Q4")
    bridge.add_argument("--by", metavar="NAME", help="attribute, owner or pipeline to part by")
    bridge.add_argument("--currency", metavar="CODE", help="currency of the bars, such as CNY")
    money_options(bridge)
    writing_options(bridge)


def _forecast(arguments: Namespace) -> int:
    from salesfunnel.forecasting import forecast

    check_files(arguments)
    history = _deals(arguments, "forecast")
    found = forecast(
        history,
        horizon=arguments.horizon,
        strata=arguments.strata,
        currency=arguments.currency,
        new_deals=not arguments.no_new_deals,
        seed=arguments.seed,
        covariates=None if arguments.no_covariates else "auto",
        by=arguments.by,
        rates=rates_of(arguments),
        fiscal_start=arguments.fiscal_start,
    )
    return deliver(arguments, found, faults=history.faults)


def _target(arguments: Namespace) -> int:
    from salesfunnel.targets import decompose_target

    check_files(arguments)
    kind, data = read(arguments)
    panel = panel_of(arguments, kind, data, segment=arguments.by)
    last = arguments.win or panel.win or panel.steps[-1]
    if last not in panel.steps:
        raise ArgumentError(
            f"'--win' must be a step, got {last!r}", hint=f"the steps are {', '.join(panel.steps)}"
        )
    panel = panel.select(steps=panel.steps[: panel.steps.index(last) + 1])
    value = arguments.value
    if value is None and arguments.unit == "currency":
        value = _values(kind, data)
    plan = decompose_target(
        arguments.target,
        panel,
        months=arguments.months,
        unit=arguments.unit,
        value=value,
        probability=arguments.probability,
        start=arguments.start,
        seed=arguments.seed,
    )
    return deliver(arguments, plan, faults=data.faults)


def _values(kind: str, data: Any) -> Any:
    """Return the values of won deals; None if they are not known."""
    import numpy as np

    if kind != "deals":
        return None
    values = data.money().values[data.outcome == 1]
    known = values[np.isfinite(values)]
    return known.tolist() if known.size else None


def _bridge(arguments: Namespace) -> int:
    from salesfunnel.pipeline import pipeline_bridge

    check_files(arguments)
    history = _deals(arguments, "bridge")
    found = pipeline_bridge(
        history,
        since=arguments.since,
        until=arguments.until or history.as_of,
        closing=arguments.closing,
        by=arguments.by,
        currency=arguments.currency,
        rates=rates_of(arguments),
        fiscal_start=arguments.fiscal_start,
    )
    return deliver(arguments, found, faults=history.faults)


def _deals(arguments: Namespace, command: str) -> Any:
    """Read deals; refuse what is something else."""
    kind, data = read(arguments)
    if kind != "deals":
        raise ArgumentError(
            f"'FILE' must hold deals for {command}, got {'a sheet' if kind == 'sheet' else kind}",
            hint="one row per deal with its stage and dates; --kind deals reads it as such",
        )
    return data
