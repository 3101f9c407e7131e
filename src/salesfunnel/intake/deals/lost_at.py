"""In which stage a deal was lost, where a column of the list says it."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.list_stages import ListStages
from salesfunnel.intake.deals.outcome_evidence import LOST, Codes
from salesfunnel.intake.deals.outcomes import fold_label

__all__ = ["lost_places"]

_NAMES = (
    "lost at stage|lost in stage|lost stage|stage lost|stage lost at|stage lost in|loss stage"
    "|stage at loss|stage of loss|stage when lost|lost from stage|stage before lost|lost at"
    "|输单阶段|丢单阶段|失败阶段|流失阶段|输单时阶段|输单前阶段|丢单时阶段"
    "|verloren in phase|phase bei verlust|etapa de pérdida|etapa perdida|étape de perte"
    "|etapa da perda|этап потери|этап отказа"
)


@cache
def _names() -> frozenset[str]:
    return frozenset(map(fold_label, _NAMES.split("|")))


def lost_places(
    reader: ColumnReader, stages: ListStages, outcome: Codes, place: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Return the furthest stages, those of lost deals also by a column such as "Lost at stage".

    Parameters
    ----------
    reader : ColumnReader
    stages : ListStages
    outcome : ndarray of int8, shape (n,)
    place : ndarray of intp, shape (n,)
        As the column of stages says; -1 where it does not.
    """
    open_ = (outcome == LOST) & (place < 0)
    if not open_.any():
        return place
    own = {fold_label(word): at for word, at in stages.places.items() if 0 <= at < stages.goal}
    own |= {fold_label(key): at for at, key in enumerate(stages.keys) if at < stages.goal}
    for at, name in enumerate(reader.table.names):
        if fold_label(str(name)) not in _names():
            continue
        codes, words = reader.table.words(at)
        table = [own.get(fold_label(word), -1) if word else -1 for word in words]
        said = np.array(table or [-1], dtype=np.intp)[codes]
        here = open_ & (said >= 0)
        if here.any():
            reader.note("lost-stage-by-column", column=str(name), deals=int(here.sum()))
            return np.where(here, said, place)
    return place
