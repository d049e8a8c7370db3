"""Areas and F1 with their uncertainty, by the bootstrap; shares are in `moderation.shares`. Pure."""

import math
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moderation.models.measuring import area_under_curve, f1_at
from moderation.shares import UNKNOWN, Estimate

RESAMPLES: Final = 1000
_AT_ONCE: Final = 2_000_000
"""Drawn rows that are held in memory together."""

Weights: TypeAlias = NDArray[np.int64]
"""How often each row was drawn: one resample a line, one row a column."""


def area(labels: ArrayLike, scores: ArrayLike, *, seed: int, resamples: int = RESAMPLES) -> Estimate:
    """ROC-AUC, ties counted half, with the interval of its percentile bootstrap; NaN where a label is missing."""
    positive, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    value = area_under_curve(positive, values)
    return _between(value, lambda weights: weighted_area(positive, values, weights), len(positive), seed, resamples)


def f1(labels: ArrayLike, scores: ArrayLike, threshold: float, *, seed: int, resamples: int = RESAMPLES) -> Estimate:
    """The harmonic mean of precision and recall at `threshold`, with its bootstrap; NaN where a label is missing."""
    positive, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    if positive.all() or not positive.any():
        return UNKNOWN
    caught = values >= threshold
    value = f1_at(positive, values, threshold)
    return _between(value, lambda weights: weighted_f1(positive, caught, weights), len(positive), seed, resamples)


def weighted_area(positive: NDArray[np.bool_], scores: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """ROC-AUC of each resample, as if every row stood there as often as it was drawn; NaN without both labels."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.nan) != 0)
    drawn, is_positive = weights[:, order], positive[order]
    above = np.add.reduceat(drawn * is_positive, starts, axis=1).astype(np.float64)
    below = np.add.reduceat(drawn * ~is_positive, starts, axis=1).astype(np.float64)
    beaten = np.cumsum(below, axis=1) - below / 2
    pairs = above.sum(axis=1) * below.sum(axis=1)
    wins: NDArray[np.float64] = (above * beaten).sum(axis=1)
    return _divided(wins, pairs)


def weighted_f1(positive: NDArray[np.bool_], caught: NDArray[np.bool_], weights: Weights) -> NDArray[np.float64]:
    """F1 of each resample; NaN where it has nothing to find and nothing was caught."""
    hits = (weights @ (positive & caught)).astype(np.float64)
    return _divided(2 * hits, (weights @ positive + weights @ caught).astype(np.float64))


def _between(
    value: float, statistic: Callable[[Weights], NDArray[np.float64]], rows: int, seed: int, resamples: int
) -> Estimate:
    """`value` and the middle 95 % of `statistic` over resamples. The same seed draws the same rows for every filter."""
    if math.isnan(value):
        return UNKNOWN
    chance = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // rows)
    counts = (min(step, resamples - start) for start in range(0, resamples, step))
    values = np.concatenate([statistic(_drawn(chance, rows, count)) for count in counts])
    values = values[~np.isnan(values)]
    if not len(values):
        return Estimate(value=value, low=math.nan, high=math.nan)
    low, high = np.quantile(values, (0.025, 0.975))
    return Estimate(value=value, low=min(value, float(low)), high=max(value, float(high)))


def _drawn(chance: np.random.Generator, rows: int, count: int) -> Weights:
    picks = chance.integers(0, rows, (count, rows)) + rows * np.arange(count)[:, None]
    return np.bincount(picks.ravel(), minlength=count * rows).reshape(count, rows)


def _divided(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = np.full(len(under), np.nan)
    np.divide(over, under, out=shares, where=under > 0)
    return shares
