"""Figures of the review desk: what waits, what was decided, and how often the guard was right. Pure, and without words.

A store gives rows (`Waiting`, `Decided`); what they come to is counted here, the same for every store.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from moderation.cases import CaseState, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Cases of one state and priority that wait for somebody, or that somebody has."""

    state: CaseState
    priority: Priority
    count: int
    late: int
    """Those of them that should have been decided by now."""
    oldest: datetime
    """When the oldest of them was opened; where some are late, it is one of these."""


def overdue(waiting: Iterable[Waiting]) -> tuple[int, datetime | None]:
    """How many are late, and when the oldest of those was opened; None where there is none."""
    late = [each for each in waiting if each.late]
    return sum(each.late for each in late), min((each.oldest for each in late), default=None)
