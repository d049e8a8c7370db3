"""Ratios, quantiles and what of two arms is larger, with 95 % intervals by the percentile bootstrap over replies. Pure.

Every figure of a run is drawn with one seed: what two arms made of a case is drawn together, so that their quotient is
that of pairs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moderation.shares import UNKNOWN, Estimate

RESAMPLES: Final = 1_000
_AT_ONCE: Final = 1_000_000
"""Drawn replies that are held in memory together."""

Column: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[NDArray[np.int64]], Column]
"""A value for each resample; these are rows of picks."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Which replies are drawn: `resamples` times as many as there are, with replacement."""

    replies: int
    seed: int
    resamples: int = RESAMPLES

    def ratio(self, over: Column, under: Column) -> Estimate:
        """The sum of one column by that of another; NaN where that is nothing."""
        return self._between(lambda picks: _ratio((over, under), picks))

    def quantile(self, values: Column, share: float) -> Estimate:
        """The value below which `share` of the replies are."""
        return self._between(lambda picks: np.quantile(values[picks], share, axis=-1))

    def quotient_of_ratios(self, one: tuple[Column, Column], other: tuple[Column, Column]) -> Estimate:
        """How many times the ratio of `other` that of `one` is."""

        def statistic(picks: NDArray[np.int64]) -> Column:
            first, second = (_ratio(pair, picks) for pair in (one, other))
            return _divided(first, second)

        return self._between(statistic)

    def quotient_of_quantiles(self, one: Column, other: Column, share: float) -> Estimate:
        """How many times the quantile of `other` that of `one` is."""
        return self._between(
            lambda picks: _divided(*(np.quantile(values[picks], share, axis=-1) for values in (one, other)))
        )

    def difference(self, one: tuple[Column, Column], other: tuple[Column, Column]) -> Estimate:
        """By how much the ratio of `one` is larger than that of `other`."""

        def statistic(picks: NDArray[np.int64]) -> Column:
            first, second = (_ratio(pair, picks) for pair in (one, other))
            return first - second

        return self._between(statistic)

    def _between(self, statistic: Statistic) -> Estimate:
        if not self.replies:
            return UNKNOWN
        value = float(statistic(np.arange(self.replies)[None, :])[0])
        if math.isnan(value):
            return UNKNOWN
        chance = np.random.default_rng(self.seed)
        step = max(1, _AT_ONCE // self.replies)
        counts = (min(step, self.resamples - start) for start in range(0, self.resamples, step))
        drawn = [statistic(chance.integers(0, self.replies, (count, self.replies))) for count in counts]
        values = np.concatenate(drawn)
        values = values[~np.isnan(values)]
        low, high = np.quantile(values, (0.025, 0.975)) if len(values) else (math.nan, math.nan)
        return Estimate(value=value, low=min(value, float(low)), high=max(value, float(high)))


def _ratio(pair: tuple[Column, Column], picks: NDArray[np.int64]) -> Column:
    over, under = pair
    return _divided(over[picks].sum(axis=-1), under[picks].sum(axis=-1))


def _divided(over: Column, under: Column) -> Column:
    shares = np.full(np.shape(under), np.nan)
    np.divide(over, under, out=shares, where=under > 0)
    return shares
