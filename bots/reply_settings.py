"""Sections of the settings file about replies: how they are made, and how many at once. `bots.config` reads them."""

from typing import Annotated

from pydantic import Field

from bots.filter_settings import Section


class ReplySection(Section):
    """How replies are made."""

    budget: Annotated[int, Field(ge=256, le=1_000_000)] = 3_000
    max_tokens: Annotated[int, Field(ge=16, le=32_000)] = 300
    repairs: Annotated[int, Field(ge=0, le=5)] = 2
    enough: Annotated[int, Field(ge=0, le=100_000)] = 60
    reminder_every: Annotated[int, Field(ge=1, le=1_000)] = 6
    longest_message: Annotated[int, Field(ge=1, le=100_000)] = 4_000
    lookup: bool = True
    """Whether what a persona knows is looked up for every reply, and whether it is told where it knows nothing."""
    window: Annotated[int, Field(ge=2, le=1_000)] = 40


class LimitSection(Section):
    """How much at once."""

    running: Annotated[int, Field(ge=1, le=10_000)] = 8
    waiting: Annotated[int, Field(ge=0, le=100_000)] = 64
    conversations: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """Conversations remembered at once; the one that was silent longest is forgotten first."""
