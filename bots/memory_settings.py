"""The section of the settings file about what personas remember of people. `bots.config` reads it with the others."""

from typing import Annotated

from pydantic import Field

from bots.filter_settings import Section

_Days = Annotated[int, Field(ge=1, le=3_650)]


class MemorySection(Section):
    """What personas may remember of people who want that."""

    on: bool = True
    """Whether people can turn it on; false: nobody is remembered."""
    facts: _Days = 180
    """Days for which a fact is kept after it was said last,"""
    preferences: _Days = 180
    episodes: _Days = 90
    summaries: _Days = 30
    """and the account of a conversation."""
    most: Annotated[int, Field(ge=10, le=5_000)] = 500
    """Memories of one person, everywhere; the oldest and least used make room."""
    told: Annotated[int, Field(ge=1, le=20)] = 6
    """Memories that one reply is told of."""
    model: bool = True
    """A model of an endpoint that can be bound to a schema is asked what to remember: about one call a message. Without
    it, and with an embedded model, rules find it."""
    encoder: bool = True
    """Memories are compared by what they mean, too; that takes 100 MB."""
