"""What holds at a review desk: how long a claim lasts, what comes together, how soon somebody should decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from moderation.cases import Priority


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
