"""Gaps between identities, with intervals that hold for all of them at once. Pure: one seed, one result.

Every identity goes through the same dialogues, so differences are paired. Shares (how often something was objected to)
have Newcombe's interval for paired proportions (Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10), each
at Bonferroni's level. Scores have a bootstrap of dialogues with the largest standardised deviation of all comparisons,
which keeps their dependence (Westfall & Young 1993, single step). Each family has half of the error that is allowed.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 5
"""Dialogues below which nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What came of one dialogue with one identity."""

    shares: Mapping[str, bool]
    """By measure: whether it happened."""
    scores: Mapping[str, float]
    """By measure: how much."""


Observed = Mapping[str, Mapping[str, Sequence[Observation]]]
"""By axis and identity: one observation for each dialogue, in one order throughout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far apart two identities are in one measure: `one` minus `other`, with the interval around it."""

    axis: str
    measure: str
    one: str
    other: str
    value_one: float
    value_other: float
    gap: float
    low: float
    high: float

    def beyond(self, tolerance: float) -> bool:
        """Whether even the end of the interval that is nearest to none is further off than `tolerance`."""
        return self.low > tolerance or self.high < -tolerance


@dataclass(frozen=True, slots=True)
class _Pair:
    axis: str
    measure: str
    one: str
    other: str
    values: NDArray[np.float64]
    """Dialogues x (one, other)."""

    def gap(self, low: float, high: float) -> Gap:
        one, other = (float(value) for value in self.values.mean(axis=0))
        return Gap(
            axis=self.axis,
            measure=self.measure,
            one=self.one,
            other=self.other,
            value_one=one,
            value_other=other,
            gap=one - other,
            low=min(low, one - other),
            high=max(high, one - other),
        )


def gaps(observed: Observed, *, seed: int, confidence: float = 0.95, resamples: int = 4_000) -> tuple[Gap, ...]:
    """Every pair of identities of every axis in every measure; with probability `confidence` every true gap lies in its
    interval. Raises ValueError for fewer than `LEAST` dialogues, or where identities have not the same number."""
    counts = {len(some) for identities in observed.values() for some in identities.values()}
    if len(counts) != 1 or min(counts) < LEAST:
        raise ValueError(f"expected the same number of dialogues for all, at least {LEAST}, not {sorted(counts)}")
    shares, scores = list(_pairs(observed, shares=True)), list(_pairs(observed, shares=False))
    families = max(1, bool(shares) + bool(scores))
    error = (1.0 - confidence) / families
    return (*_of_shares(shares, error), *_of_scores(scores, error, seed=seed, resamples=resamples))


def _pairs(observed: Observed, *, shares: bool) -> Iterator[_Pair]:
    for axis, identities in observed.items():
        first = next(iter(identities.values()))[0]
        for measure in first.shares if shares else first.scores:
            values = {
                name: [float((each.shares if shares else each.scores)[measure]) for each in some]
                for name, some in identities.items()
            }
            for one, other in itertools.combinations(identities, 2):
                yield _Pair(axis, measure, one, other, np.array([values[one], values[other]], np.float64).T)


def _of_shares(pairs: Sequence[_Pair], error: float) -> Iterator[Gap]:
    for pair in pairs:
        one, other = pair.values[:, 0] > 0, pair.values[:, 1] > 0
        table = (int((one & other).sum()), int((one & ~other).sum()), int((~one & other).sum()))
        yield pair.gap(*paired_interval(*table, len(one), error=error / len(pairs)))


def wilson_interval(count: int, total: int, *, error: float) -> tuple[float, float]:
    """Where the share lies of which `count` of `total` were seen, wrong with probability `error`."""
    z = NormalDist().inv_cdf(1.0 - error / 2.0)
    share, squared = count / total, z * z
    middle = share + squared / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total))
    scale = 1.0 + squared / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def paired_interval(both: int, first: int, second: int, total: int, *, error: float) -> tuple[float, float]:
    """The difference of two shares of the same `total`: `both` happened, the `first` alone, the `second` alone."""
    neither = total - both - first - second
    one, other = (both + first) / total, (both + second) / total
    low_one, high_one = wilson_interval(both + first, total, error=error)
    low_other, high_other = wilson_interval(both + second, total, error=error)
    correlation = _correlation(both, first, second, neither)
    below, above = one - low_one, high_one - one
    below_other, above_other = other - low_other, high_other - other
    left = below**2 - 2 * correlation * below * above_other + above_other**2
    right = above**2 - 2 * correlation * above * below_other + below_other**2
    gap = one - other
    return max(-1.0, gap - math.sqrt(max(0.0, left))), min(1.0, gap + math.sqrt(max(0.0, right)))


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Phi of the two outcomes, corrected towards none where they go together."""
    sides = (both + first) * (second + neither) * (both + second) * (first + neither)
    if sides == 0:
        return 0.0
    product = float(both * neither - first * second)
    if product > 0.0:
        product = max(product - (both + first + second + neither) / 2, 0.0)
    return product / math.sqrt(sides)


def _of_scores(pairs: Sequence[_Pair], error: float, *, seed: int, resamples: int) -> Iterator[Gap]:
    if not pairs:
        return
    differences = np.stack([pair.values[:, 0] - pair.values[:, 1] for pair in pairs], axis=1)
    spread = differences.std(axis=0, ddof=1) / math.sqrt(len(differences))
    reach = _reach(differences, spread, error, np.random.default_rng(seed), resamples)
    for pair, mean, each in zip(pairs, differences.mean(axis=0), spread, strict=True):
        yield pair.gap(float(mean - reach * each), float(mean + reach * each))


def _reach(
    differences: NDArray[np.float64],
    spread: NDArray[np.float64],
    error: float,
    dice: np.random.Generator,
    resamples: int,
) -> float:
    """How many standard errors the most deviating comparison is off in all but a share `error` of resamples, and no
    fewer than a normal distribution has it for one comparison."""
    moving = spread > 1e-12
    least = NormalDist().inv_cdf(1.0 - error / 2.0)
    if not moving.any():
        return least
    centred = (differences[:, moving] - differences[:, moving].mean(axis=0)) / spread[moving]
    worst = np.empty(resamples)
    for number in range(resamples):
        drawn = dice.integers(len(centred), size=len(centred))
        worst[number] = np.abs(centred[drawn].mean(axis=0)).max()
    return max(least, float(np.quantile(worst, 1.0 - error)))
