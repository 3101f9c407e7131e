"""Read the caller's arguments about stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesfunnel._core.checks import duplicates
from salesfunnel._core.errors import ArgumentError
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.deals.list_reader import StagesWanted
from salesfunnel.intake.deals.outcomes import fold_label, stage_outcome

__all__ = ["stages_wanted"]


def stages_wanted(funnel: Funnel | None, stages: Sequence[str] | None) -> StagesWanted:
    """Return the caller's stages, without those that mean lost: a loss is not a stage."""
    if isinstance(stages, str):
        raise ArgumentError(
            f"'stages' must be a sequence of keys, got {stages!r}", hint=f"stages=[{stages!r}, ...]"
        )
    for key in duplicates(stages or ()):
        raise ArgumentError(f"'stages' must be unique, got {key!r} twice")
    aliases: dict[str, str] = {}
    own: dict[str, str] = {}
    for stage in funnel or ():
        aliases.update({form: stage.key for alias in stage.aliases for form in _forms(alias)})
        titles = [name for name in (stage.name, stage.key) if name]
        own.update({form: stage.key for title in titles for form in _forms(title)})
    keys = (
        tuple(map(str, stages)) if stages is not None else funnel.keys if funnel is not None else ()
    )
    if stages is not None:
        keys = tuple(key for key in keys if stage_outcome(key) != 2) if len(keys) > 1 else keys
        own.update({form: key for key in keys for form in _forms(key)})
        own = {form: key for form, key in own.items() if key in keys}
    names = {form: key for form, key in {**aliases, **own}.items() if key in keys}
    return StagesWanted(keys=keys, names=names, own=own, goal=_goal(keys, names))


def _forms(name: str) -> list[str]:
    """Return the folded forms in which a stage may be written, the most literal last."""
    from salesfunnel.intake.deals.shape import plain_name

    plain = plain_name(name)
    return [fold_label(name), plain.replace(" ", ""), plain]


def _goal(keys: Sequence[str], names: Mapping[str, str]) -> str | None:
    """Return the stage whose name means won, None where none does."""
    own = [key for key in keys if stage_outcome(key) == 1]
    other = [key for form, key in names.items() if key in keys and stage_outcome(form) == 1]
    found = own or sorted(set(other), key=list(keys).index)
    return found[-1] if found else None
