"""Shares with their uncertainty: Wilson's score interval (Wilson 1927). Pure."""

import math
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and the bounds of its 95 % interval; NaN where it cannot be told."""

    value: float
    low: float
    high: float


UNKNOWN: Final = Estimate(value=math.nan, low=math.nan, high=math.nan)


def share(hits: int, total: int) -> Estimate:
    """`hits` of `total` with Wilson's score interval: it stays in [0, 1] and is honest for few rows."""
    if total == 0:
        return UNKNOWN
    value, spread = hits / total, _Z * _Z / total
    middle = (value + spread / 2) / (1 + spread)
    half = math.sqrt(value * (1 - value) * spread + spread * spread / 4) / (1 + spread)
    return Estimate(value=value, low=min(value, max(0.0, middle - half)), high=max(value, min(1.0, middle + half)))


def percent(estimate: Estimate) -> str:
    """A share with its interval, as people read it; "-" where it cannot be told."""
    if math.isnan(estimate.value):
        return "-"
    return f"{estimate.value:.0%} ({estimate.low:.0%}–{estimate.high:.0%})"
