"""Memory as settings have it, put together: a part of the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bots.config import Settings
from bots.memories import Memories
from bots.memory_settings import MemorySection
from bots.memory_store import StateKeeper
from bots.parts import encoder_of, new_id
from bots.state import State
from moderation.guard import Guard
from moderation.models.encoder import UniversalEncoder
from personas.generators import Generator
from personas.memory import Kind
from personas.memory.asking import Asking
from personas.memory.meaning import Meaning
from personas.memory.noticing import Rules
from personas.memory.remembering import Remembering, Terms
from personas.memory.screening import Redactor, Sensitive
from personas.memory.taking import Wits
from personas.stagehands import Stagehands

_BOUND: Final = "openai:"
"""Models that can be held to a schema, and are good enough for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minds:
    """What personas remember with."""

    state: State
    """Where memories and consents are."""
    remembering: Remembering
    memories: Memories
    redactor: Redactor

    def among(self, hands: Stagehands) -> Stagehands:
        """The same, who remember."""
        mine = (self.remembering,)
        return replace(hands, sources=(*hands.sources, *mine), witnesses=(*hands.witnesses, *mine))


def minds_of(
    settings: Settings, guard: Guard, state: State, generator: Generator, *, now: Callable[[], datetime]
) -> Minds:
    """What personas remember with. `state` is the one that lasts. Blocks for a moment."""
    section = settings.memory
    keeper = StateKeeper(state, now=now, ids=new_id, most=section.most)
    redactor = Redactor.among(guard.filters)
    asked = section.model and settings.model.use.startswith(_BOUND)
    loaded = encoder_of(guard)
    wits = Wits(
        rules=Rules.load(),
        sensitive=Sensitive.load(),
        redactor=redactor,
        meaning=Meaning((lambda: loaded) if loaded else UniversalEncoder.load) if section.encoder else Meaning(),
        judge=guard.judge,
        asking=Asking(generator) if asked else None,
    )
    remembering = Remembering(keeper, wits, terms_of(section), now=now, ids=new_id)
    memories = Memories(state, keeper, remembering, now=now, offered=section.on)
    return Minds(state=state, remembering=remembering, memories=memories, redactor=redactor)


def terms_of(section: MemorySection) -> Terms:
    """How much is remembered, and for how long."""
    days = {
        Kind.FACT: section.facts,
        Kind.PREFERENCE: section.preferences,
        Kind.EPISODE: section.episodes,
        Kind.SUMMARY: section.summaries,
    }
    return Terms(lasts={kind: timedelta(days=count) for kind, count in days.items()}, told=section.told)
