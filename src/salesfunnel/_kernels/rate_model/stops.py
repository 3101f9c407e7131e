"""A step that stops altogether. Arguments are already validated."""

from __future__ import annotations

import numpy as np

from salesfunnel._kernels.rate_model.laplace import bayes_factors
from salesfunnel._kernels.rate_model.window import (
    Array,
    Prediction,
    Rates,
    Window,
)

STOP, STOP_PRIOR = 0.95, 0.05
"""The fall of a step that stops altogether, and its prior share of falls: one in twenty."""
STOP_SHARE, STOP_EXPECTED = 0.3, 5.0


def count_stops(
    factors: Array, window: Window, prediction: Prediction, sizes: Array, weights: Array
) -> None:
    """Let the Bayes factors of the largest fall also stand for a step that stops, in place.

    Falls of up to half leave a step that stops altogether unexplained, so that wild months seem as
    good a reason. A fall to a twentieth, with the small prior `STOP_PRIOR`, takes the place of the
    largest size where it explains more; only where less than a third came of five or more.
    """
    few = (window.x < STOP_SHARE * window.expected) & (window.expected >= STOP_EXPECTED)
    if not few.any():
        return
    at = Window(*(part[few] for part in window))
    seen = Prediction(prediction.link[few], prediction.variance[few])
    stop = bayes_factors(Rates, at, seen, np.array([STOP]))[0]
    largest = factors[int(np.argmax(sizes))]
    largest[few] = np.maximum(largest[few], STOP_PRIOR / float(weights[np.argmax(sizes)]) * stop)
