"""The section of the settings file about the review desk. `bots.config` reads it with everything else."""

from datetime import timedelta
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, model_validator

from bots.errors import SettingsError
from bots.filter_settings import Section
from moderation.cases import Priority
from moderation.desk_rules import DeskRules
from moderation.validation import Misfit

_Hours = Annotated[float, Field(gt=0, le=8_760)]


class ReviewSection(Section):
    """How the review desk works."""

    hold: Annotated[float, Field(gt=0, le=720)] = 24.0
    """Hours: a held reply about which nobody decided by then is refused. It is never shown instead: the guard objected,
    and that nobody looked is no answer, as a check that is late is no pass. A moderator can still approve it within
    `restore`."""
    restore: Annotated[float, Field(gt=0, le=720)] = 48.0
    """Hours: a reply that was kept back longer ago is not shown any more, whatever is decided."""
    lease_minutes: Annotated[float, Field(ge=1, le=1_440)] = 15.0
    """How long a claim holds before the case goes back."""
    together_hours: Annotated[float, Field(ge=0, le=720)] = 24.0
    """What one person caused with one persona by the same rules within so long becomes one case; 0: never."""
    urgent_hours: _Hours = 4.0
    """How soon a case should be decided after it was opened: where somebody may be in danger, or is a child,"""
    high_hours: _Hours = 24.0
    """where a member reports or appeals,"""
    normal_hours: _Hours = 72.0
    """where something was kept back,"""
    low_hours: _Hours = 168.0
    """and where something was flagged, and shown."""
    nudge: bool = True
    """The moderators' channel is told of cases that are overdue, at most once a day and only of what is new."""

    reveals_per_day: Annotated[int, Field(ge=0, le=100_000)] = 0
    """How many exchanges a day (UTC) one moderator may uncover before somebody else has to; 0: as many as they want."""

    sample: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How many of the clean replies to people who allowed it are kept for people to look at, as a share."""

    @model_validator(mode="after")
    def _in_order(self) -> "ReviewSection":
        deadlines = [self.urgent_hours, self.high_hours, self.normal_hours, self.low_hours]
        if deadlines != sorted(deadlines):
            raise Misfit(SettingsError("settings.expect_deadlines"))
        return self

    @property
    def rules(self) -> DeskRules:
        """The same, as the desk has them."""
        return DeskRules(
            lease=timedelta(minutes=self.lease_minutes),
            together=timedelta(hours=self.together_hours),
            deadlines=MappingProxyType(
                {
                    Priority.LOW: timedelta(hours=self.low_hours),
                    Priority.NORMAL: timedelta(hours=self.normal_hours),
                    Priority.HIGH: timedelta(hours=self.high_hours),
                    Priority.URGENT: timedelta(hours=self.urgent_hours),
                }
            ),
        )
