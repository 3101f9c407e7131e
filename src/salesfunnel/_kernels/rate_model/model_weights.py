"""How probable each model of a series is, learned from the series of a call.

References
----------
.. [1] Hoeting et al. (1999), Bayesian model averaging, Statistical Science 14:382.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.pool import Groups, onset_prior

Array = npt.NDArray[np.float64]

MODEL_STRENGTH, MODEL_TURNS = 3.0, 20
PERHAPS = 0.1
"""Share of falls while models are learned: too many would explain the noise."""
LARGEST_FALL = 60.0
"""Largest log of a Bayes factor while models are learned."""
NEGLIGIBLE = 3e-6
"""Models that add less than this to a Bayes factor are left out."""


def model_weights(
    log_likelihood: Array, log_prior: Array, groups: Groups, *, learn: bool = True,
    fallen: Array | None = None,
) -> Array:  # fmt: skip
    """Return the weights of the models for every series, shape (models, series) [1]_.

    How probable each model is at all is learned from the group by expectation–maximisation.

    Parameters
    ----------
    log_likelihood : ndarray of float, shape (models, series)
        If nothing fell.
    log_prior : ndarray of float, shape (models,)
        Of the models.
    groups : Groups
        What is pooled.
    learn : bool
        Whether the prior is learned.
    fallen : ndarray of float, shape (models, series), optional
        Log likelihood ratio of "perhaps it fell" to "nothing fell", with which the prior is
        learned: else what fell would make wild months and seasons seem common.
    """
    alone = np.exp(log_likelihood - log_likelihood.max(axis=0))
    L = alone
    if fallen is not None:
        L = log_likelihood + fallen
        L = np.exp(L - L.max(axis=0))
    prior = np.exp(log_prior - np.logaddexp.reduce(log_prior))[:, None]
    w = np.repeat(prior, groups.starts.size, axis=1)
    for _ in range(MODEL_TURNS if learn else 0):
        if groups.starts.size == 1:
            share = w * (L @ (1.0 / (w[:, 0] @ L)))[:, None]
        else:
            joint = groups.spread(w) * L
            joint /= joint.sum(axis=0)
            share = groups.total(joint)
        w = (MODEL_STRENGTH * prior + share) / (MODEL_STRENGTH + groups.sizes)
    joint = groups.spread(w) * alone
    joint /= joint.sum(axis=0)
    return np.asarray(joint)


def perhaps_fallen(score: Array, information: Array, shift: Array, sizes: Array) -> Array:
    """Return the log of 1 − π + π·(Bayes factor of falls) by every model, (models, series).

    Gaussian, which is enough to learn how common the models are; π is `PERHAPS`.

    Parameters
    ----------
    score, information : ndarray of float, shape (models, ages, series)
        Of a step of the last a months.
    shift : ndarray of float, shape (sizes, series)
        Of the link by a fall.
    sizes : ndarray of float, shape (sizes,)
        Weights of the sizes.
    """
    ages = min(score.shape[1], onset_prior().size)
    onsets = onset_prior()[:ages].astype(score.dtype)
    score, information = score[:, :ages], information[:, :ages]
    factor = np.zeros((score.shape[0], score.shape[2]), dtype=score.dtype)
    for delta, part in zip(shift.astype(score.dtype), sizes, strict=True):
        log = delta * score
        log -= (0.5 * delta**2) * information
        np.minimum(log, LARGEST_FALL, out=log)
        factor += np.einsum("a,mas->ms", onsets * score.dtype.type(part), np.exp(log, out=log))
    return np.asarray(np.log1p(PERHAPS * (factor - 1.0)))


def strongest_fall(score: Array, information: Array) -> Array:
    """Return the log of the largest Bayes factor that a model may give, (models, series).

    That of a step of any size is score²/2 information by Gauss; where counts are small it is up
    to twice as large.
    """
    log = np.square(score)
    log /= np.maximum(information, 1e-12)
    return np.asarray(log.max(axis=1))


def that_matter(weights: Array, strongest: Array) -> Array:
    """Return the weights with 0 for models that cannot matter for a series; the rest sum to 1.

    A model matters if its weight times the largest Bayes factor that it may give is `NEGLIGIBLE`
    or more.

    Parameters
    ----------
    weights : ndarray of float, shape (models, series)
        Of the models.
    strongest : ndarray of float, shape (models, series)
        See `strongest_fall`.
    """
    matters = np.log(np.maximum(weights, 1e-300)) + strongest >= np.log(NEGLIGIBLE)
    kept = np.where(matters, weights, 0.0)
    return np.asarray(kept / kept.sum(axis=0))
