"""What holds at a review desk: how long a claim lasts, what comes together, how soon somebody should decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from moderation.cases import CaseState, Priority, Ruling
from moderation.records import Exchange, Outcome, Stats


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRules:
    """What holds at a desk."""

    lease: timedelta = timedelta(minutes=15)
    """How long a claim holds before the case goes back."""
    together: timedelta = timedelta(hours=24)
    """How far apart in time what a person caused may be to become one case; zero: never."""
    deadlines: Mapping[Priority, timedelta] = field(
        default_factory=lambda: MappingProxyType(
            {
                Priority.LOW: timedelta(days=7),
                Priority.NORMAL: timedelta(days=3),
                Priority.HIGH: timedelta(days=1),
                Priority.URGENT: timedelta(hours=4),
            }
        )
    )
    """How soon after it was opened somebody should have decided."""


def alike(one: Exchange, other: Exchange) -> bool:
    """Whether two exchanges can be one case: of the same person, or of the same persona, in the same community."""
    here, there = one.opening.origin, other.opening.origin
    same = (here.platform, here.person) == (there.platform, there.person) and here.person
    return here.server == there.server and bool(same or one.opening.persona == other.opening.persona)


def nothing() -> Stats:
    """The counts of where nothing is kept."""
    return Stats(
        outcomes={outcome.value: 0 for outcome in Outcome},
        states={state.value: 0 for state in CaseState},
        rulings={ruling.value: 0 for ruling in Ruling},
        rules={},
    )
