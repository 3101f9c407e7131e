"""``review``: whether the measures of a plan work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError, SerializationError
from salesfunnel.cli.output import check_files, deliver
from salesfunnel.cli.parser import (
    Commands,
    add_command,
    day,
    pair,
    reading_options,
    writing_options,
)
from salesfunnel.cli.sources import panel_of, read
from salesfunnel.fault import IntakeError

if TYPE_CHECKING:
    from argparse import Namespace

    from salesfunnel.planning import ImprovementPlan

__all__ = ["add"]


def add(commands: Commands) -> None:
    """Add the command of this family."""
    review = add_command(
        commands,
        "review",
        _review,
        help="whether the measures of a plan work",
        description="Say of every measure of a plan, which analyze --json wrote, in which state it"
        " is. Deals count by week where they enter a stage; with --window, by their first week,"
        " followed for so long.",
    )
    review.add_argument("plan", metavar="PLAN", help="JSON document of an analysis or a plan")
    reading_options(review)
    review.add_argument("--today", type=day, required=True, metavar="DAY", help="day of the review")
    review.add_argument(
        "--adoption",
        action="append",
        type=pair,
        metavar="MEASURE=SHARE",
        help="share that carries a measure out, 0 to 1; may be repeated",
    )
    review.add_argument(
        "--by",
        choices=("day", "week", "month"),
        default="week",
        help="length of the periods of deals and events; week if not said",
    )
    writing_options(review)


def _review(arguments: Namespace) -> int:
    from salesfunnel.i18n import text
    from salesfunnel.monitoring import review
    from salesfunnel.render import document_of
    from salesfunnel.render.model import Block, Document, Paragraph, Section
    from salesfunnel.render.words.figures import faults_block

    check_files(arguments, "plan", "file")
    plan = _plan_of(arguments.plan)
    kind, data = read(arguments)
    panel = panel_of(arguments, kind, data, by=arguments.by)
    found = review(plan, panel, today=arguments.today, adoption=_adoption(arguments.adoption, plan))
    locale = arguments.locale
    blocks: list[Block] = []
    for one in found:
        document = document_of(one, locale)
        blocks.append(Section(document.title, document.blocks))
    if not found:
        blocks.append(Paragraph(text("command.no-reviews", locale), mark="muted"))
    blocks.append(faults_block(data.faults, locale))
    page = Document(text("command.reviews", locale), blocks, locale=locale)
    return deliver(arguments, found, faults=data.faults, shown=page)


def _plan_of(path: str) -> Any:
    """Return the plan of a JSON document: a plan, or an analysis with one."""
    from salesfunnel.analysis import Analysis
    from salesfunnel.planning import ImprovementPlan
    from salesfunnel.serialize import from_dict

    hint = "salesfunnel analyze FILE --json PLAN writes one"
    try:
        result = from_dict(json.loads(Path(path).read_bytes()))
    except OSError as error:
        raise IntakeError(
            f"'PLAN' must be a file that can be opened, got {path!r}: {error.strerror}", hint=hint
        ) from None
    except ValueError as error:
        if isinstance(error, SerializationError):
            raise
        raise SerializationError(
            f"'PLAN' must be a JSON document, got {path!r}", hint=hint
        ) from None
    if isinstance(result, Analysis):
        return result.plan
    if isinstance(result, ImprovementPlan):
        return result
    raise SerializationError(
        f"'PLAN' must be an Analysis or an ImprovementPlan, got {type(result).__name__}",
        hint=hint,
    )


def _adoption(
    given: list[tuple[str, str]] | None, plan: ImprovementPlan
) -> dict[str, float] | None:
    """Return the shares by measure; a name that no measure has would be ignored in silence."""
    known = {
        name: None
        for one in plan.measures
        for name in (one.key, one.measure, one.adoption_metric)
        if name
    }
    for name, _ in given or ():
        if name not in known:
            close = nearest(name, tuple(known))
            raise ArgumentError(
                f"'--adoption' must name a measure of the plan, got {name!r}",
                hint=f"did you mean {close!r}?" if close else f"it has {', '.join(known)}",
            )
    return {name: _share(name, value) for name, value in given or ()} or None


def _share(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ArgumentError(
            f"'--adoption' must be a share from 0 to 1, got {value!r} for {name!r}"
        ) from None
