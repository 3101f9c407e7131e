"""What is known of open deals where they stand now, besides stage, age and month of entering."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["NO_NOW", "Now"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


class Now(NamedTuple):
    """Added to the log odds of deals in the place where they stand; n deals of a snapshot."""

    always: Floats | None = None
    """(n,), with whichever parts the model uses."""
    names: tuple[str, ...] = ()
    moves: Floats | None = None
    """(n, names), what each part adds."""

    def at(self, deal: Ints, on: set[str]) -> Floats:
        """Return what the parts that are on add for deals."""
        total = np.zeros(deal.size)
        if self.always is not None:
            total += self.always[deal]
        if self.moves is not None:
            mine = [k for k, name in enumerate(self.names) if name in on]
            total += self.moves[deal][:, mine].sum(axis=1)
        return total


NO_NOW = Now()
