"""The model of buying that fits customers best."""

from __future__ import annotations

from typing import Any

import numpy as np

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.inputs import Moment
from salesfunnel._kernels.customers.climb import sample_of
from salesfunnel.customers._fitted_law import fitted_law, groups_of
from salesfunnel.customers._model_input import summary_from
from salesfunnel.customers.buying_model import BUYING_MODELS, BuyingModel
from salesfunnel.fault import Fault

__all__ = ["fit_buying"]

COMPARED_ON = 30_000
"""Models are compared on about so many distinct customers, spread over all of them."""
ALIKE = 2.0
"""Models whose log-likelihoods differ by less describe the customers equally well."""


def fit_buying(
    data: Any,
    recency: Any = None,
    age: Any = None,
    *,
    as_of: Moment | None = None,
    unit: str = "week",
    models: Any = BUYING_MODELS,
    ridge: float | None = None,
) -> BuyingModel:
    """Fit models of how often customers buy until they stop, and return the most likely one.

    Parameters
    ----------
    data : Purchases, CustomerSummary, or array_like of int, shape (n,)
        The purchases; or their summary; or the repeat purchases of each customer, then with
        `recency` and `age`.
    recency, age : array_like of float, shape (n,), optional
        As in `CustomerSummary`.
    as_of : date, datetime or ISO text, optional
        With purchases: the end of observation.
    unit : {"day", "week", "month"}
        The unit of time (of the model, and of `recency` and `age` where they are given).
    models : str or sequence of str
        Which to compare: ``"bgnbd"`` [1]_, ``"mbgnbd"`` [2]_ and ``"paretonbd"`` [3]_.
    ridge : float, optional
        Strength of a pull of the parameters' logs to 0, in mean observation times. By default 0,
        and 0.001 with fewer than 200 customers or where the likelihood is flat (nobody stops).

    Returns
    -------
    BuyingModel
        With `compared` and `compared_loglik`: all models have four parameters, so that likelihoods
        compare. A model whose likelihood is flat gives way to one that is as likely and is not.
        The fault ``buying-models-alike`` says where the data fit two models alike: expected
        purchases then hardly differ, but P(alive) may, most for customers without a repeat
        purchase. ``verdict`` as of `fit_bgnbd`.

    Raises
    ------
    DataError
        If figures of a customer cannot be, or nobody was observed for any time.
    ArgumentError
        If `models` names none or an unknown one, `ridge` is below 0, or `unit` is none of the
        three.

    Notes
    -----
    With more than 60 000 distinct customers the models are compared on a sample of 30 000 or more
    that is spread over all of them, and the best is fitted on all.

    References
    ----------
    .. [1] Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science
       24:275.
    .. [2] Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for
       customer base analysis, Int. J. Research in Marketing 24:201.
    .. [3] Schmittlein, Morrison & Colombo (1987), Counting your customers, Management Science 33:1.

    Examples
    --------
    >>> model = fit_buying([2, 0, 1, 0], [30, 0, 10, 0], [39, 39, 39, 30], models="mbgnbd")
    >>> model.kind, model.verdict
    ('mbgnbd', 'not-enough-data')
    """
    names = (models,) if isinstance(models, str) else tuple(models)
    if not names:
        raise ArgumentError("'models' must name at least one model, got none")
    for name in names:
        check_choice("models", name, BUYING_MODELS)
    summary = summary_from(data, recency, age, as_of=as_of, unit=unit)
    groups = groups_of(summary)
    some = sample_of(groups, COMPARED_ON)
    tried = {name: fitted_law(name, summary, ridge, groups=some) for name in names}
    order = sorted(tried, key=lambda name: -tried[name].fit.loglik)
    best = order[0]
    alike = [n for n in order if tried[best].fit.loglik - tried[n].fit.loglik < ALIKE]
    settled = [n for n in alike if tried[n].verdict != "likelihood-flat"]
    best = (settled or alike)[0]
    fitted = tried[best]
    if some is not groups:
        fitted = fitted_law(best, summary, ridge, groups=groups)
    faults = list(fitted.faults)
    if len(alike) > 1:
        other = next(n for n in alike if n != best)
        gap = abs(tried[best].fit.loglik - tried[other].fit.loglik)
        faults.append(
            Fault.of("buying-models-alike", severity="info", other=other, gap=round(gap, 2))
        )
    return BuyingModel(
        kind=best,
        params=fitted.fit.params.tolist(),
        loglik=float(fitted.fit.loglik),
        log_covariance=fitted.fit.drawn.ravel().tolist(),
        customers=len(summary),
        repeaters=int((summary.frequency > 0).sum()),
        unit=summary.unit,
        ridge=fitted.fit.ridge,
        compared=order,
        compared_loglik=[float(tried[name].fit.loglik) for name in order],
        compared_on=int(np.asarray(some.weight).sum()),
        verdict=fitted.verdict,
        faults=faults,
    )
