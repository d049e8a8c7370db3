"""What came of a phase. Pure."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bots.load.asked import Asked
from bots.load.program import Taken

FLAT: Final = 0.05
"""By how much memory may differ at the end of an endurance run."""
QUICK: Final = 0.050
"""Seconds that may be added before the first sentence, at the 95th percentile."""
_WARM: Final = 0.2
"""The part of an endurance run after which memory is looked at: until then caches fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Percentiles, in seconds; NaN of nothing."""

    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Nearest rank."""
        found = sorted(values)
        if not found:
            return cls(p50=math.nan, p95=math.nan, p99=math.nan, most=math.nan)
        p50, p95, p99 = (found[min(len(found) - 1, math.ceil(share * len(found)) - 1)] for share in (0.5, 0.95, 0.99))
        return cls(p50=p50, p95=p95, p99=p99, most=found[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase of load."""

    name: str
    """step, overload, recovery, endurance."""
    conversations: int
    seconds: float
    messages: int
    """That were answered."""
    refused: int
    """That got the sign for busy."""
    lost: int
    """That nothing came of."""
    repaired: int
    replaced: int
    """Answered with other words than the model's: withheld, or the truth about who speaks."""
    disordered: int
    strange: int
    """Answers to nothing that was asked: some question was answered twice."""
    starved: int
    """Rooms in which somebody asked and nobody was answered or told that it is busy."""
    fewest: int
    """Answers in the room that got fewest."""
    most: int
    call: Spread
    """Seconds until the model was asked."""
    first: Spread
    """Seconds added before the first sentence, these included."""
    last: Spread
    """Seconds added before all of it stood there, pauses between edits included."""
    waited: Spread
    """Seconds from question to whole answer, the model's included."""
    late: Spread
    """Seconds by which the measuring side itself was late."""
    cpu: float
    """Milliseconds of processor time a message."""
    memory: int
    """Bytes at the end."""

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the program took after so many messages."""

    messages: int
    taken: Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How something changed over an endurance run: medians of the part after the warm-up, and of the last part."""

    before: float
    after: float

    @property
    def share(self) -> float:
        """Of what was before: 0.01 is one per cent more."""
        return self.after / self.before - 1 if self.before else 0.0


def spreads(asked: Sequence[Asked]) -> tuple[Spread, Spread, Spread, Spread]:
    """`call`, `first`, `last` and `waited` of a `Phase`."""
    plain = [each for each in asked if each.plain]
    return (
        Spread.of([each.to_call for each in plain]),
        Spread.of([each.to_first for each in plain]),
        Spread.of([each.to_last for each in plain]),
        Spread.of([each.done - each.said for each in asked if not each.refused]),
    )


def drift(samples: Sequence[Sample], name: str) -> Drift:
    """Of one figure of `Taken`. The parts are a fifth of the run each; NaN where there are too few samples."""
    values: list[float] = [getattr(sample.taken, name) for sample in samples]
    part = len(values) // 5
    start = math.ceil(len(values) * _WARM)
    if part < 1:
        return Drift(before=math.nan, after=math.nan)
    return Drift(before=statistics.median(values[start : start + part]), after=statistics.median(values[-part:]))
