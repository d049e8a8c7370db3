"""Personas that remember, with all they need in reach: nothing lasts, nothing is loaded, people have agreed."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bots.consent import MEMORY, Consents
from bots.memory_store import StateKeeper
from bots.state import State
from bots.state.memory import MemoryState
from moderation.guard import Guard
from moderation.models.encoder import Encoder
from moderation.records import Candidate, Verdict
from personas.cast import Cast
from personas.conversation import Conversation
from personas.generators.scripted import Scripted
from personas.memory import Memory, Whose
from personas.memory.asking import Asking
from personas.memory.meaning import Meaning
from personas.memory.noticing import Rules
from personas.memory.remembering import Remembering, Terms
from personas.memory.screening import Redactor, Sensitive
from personas.memory.taking import Wits
from personas.messages import Aside, Cue, Message, Usage
from personas.occasion import Occasion
from tests.support.stage import on_stage, reply_of, scripted

START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DM = "test:dm:9"
CHANNEL = "test:channel:2"


@dataclass
class Mind:
    """One persona's memory of everybody, in a world whose clock is ours."""

    state: State
    cast: Cast
    guard: Guard
    generator: Scripted | None
    encoder: Encoder | None
    terms: Terms
    most: int
    at: datetime = START
    objections: set[str] = field(default_factory=set)
    """The guard objects to what has one of these in it."""
    spent: list[Usage] = field(default_factory=list)
    window: int = 6

    def __post_init__(self) -> None:
        ids = itertools.count(1)
        self.keeper = StateKeeper(self.state, now=lambda: self.at, ids=lambda: f"m{next(ids)}", most=self.most)
        encoder = self.encoder
        wits = Wits(
            rules=Rules.load(),
            sensitive=Sensitive.load(),
            redactor=Redactor.among(()),
            meaning=Meaning((lambda: encoder) if encoder else None),
            judge=self._judge,
            asking=Asking(self.generator) if self.generator else None,
        )
        self.remembering = Remembering(self.keeper, wits, self.terms, now=lambda: self.at, ids=lambda: f"m{next(ids)}")
        self._talks: dict[tuple[str, str], Conversation] = {}
        self._number = itertools.count(1)

    async def agree(self, *people: str, granted: bool = True) -> None:
        """These people want to be remembered (no more)."""
        for person in people:
            await Consents(self.state, lambda: self.at).decide("test", person, MEMORY, granted=granted)

    async def says(
        self,
        text: str,
        *,
        by: str = "ann",
        scope: str = DM,
        reply: str = "I see.",
        persona: str = "",
        cue: Cue = Cue.ANSWER,
        message: str = "",
    ) -> list[str]:
        """`by` says it there and gets that reply; what was told for it, and, once it is settled, all is kept."""
        occasion = self.occasion(text, by=by, scope=scope, persona=persona, cue=cue, message=message)
        told = await self.remembering.recall(occasion)
        part, talk = occasion.part, occasion.conversation
        talk.answered(part.turn, reply, part.key)
        await self.remembering.witnessed(occasion, reply)
        await self.remembering.settled()
        self.at += timedelta(minutes=1)
        return [aside.text for aside in told]

    async def told(self, text: str, *, by: str = "ann", scope: str = DM, persona: str = "") -> str:
        """All that the persona would be told for an answer to it."""
        return "\n".join(aside.text for aside in await self.asides(text, by=by, scope=scope, persona=persona))

    async def asides(self, text: str, *, by: str = "ann", scope: str = DM, persona: str = "") -> Sequence[Aside]:
        return await self.remembering.recall(self.occasion(text, by=by, scope=scope, persona=persona))

    def occasion(
        self, text: str, *, by: str, scope: str, persona: str = "", cue: Cue = Cue.ANSWER, message: str = ""
    ) -> Occasion:
        number = message or str(next(self._number))
        said = Message(
            platform="test", conversation=scope, person=by, name=by.title(), text=text, at=self.at, id=number,
            memory=scope, reply=f"r{number}",
        )  # fmt: skip
        cast = replace(self.cast, persona=replace(self.cast.persona, id=persona)) if persona else self.cast
        return Occasion.of(cue, said, cast, self.talk(scope, cast.persona.id), spent=self._spend)

    def talk(self, scope: str, persona: str = "") -> Conversation:
        """What is in mind there."""
        key = (scope, persona or self.cast.persona.id)
        return self._talks.setdefault(key, Conversation(window=self.window))

    def anew(self) -> None:
        """The program ends and starts again: only what is kept is left."""
        self._talks.clear()
        self.remembering.forget()

    async def kept(self, *, by: str = "ann", scope: str = DM, persona: str = "") -> tuple[Memory, ...]:
        """What is kept of a person there, as it was said."""
        whose = Whose(person=by, scope=scope, persona=persona or self.cast.persona.id)
        return tuple(sorted(await self.keeper.of(whose), key=lambda memory: memory.at))

    async def texts(self, *, by: str = "ann", scope: str = DM) -> list[str]:
        """The words of what holds."""
        return [each.text for each in await self.kept(by=by, scope=scope) if each.holds(self.at)]

    async def _spend(self, usage: Usage) -> None:
        self.spent.append(usage)

    async def _judge(self, candidate: Candidate) -> Verdict:
        if any(word in candidate.text for word in self.objections):
            candidate = replace(candidate, text=f"{candidate.text} SEVERE")
        return await self.guard.judge(candidate)


@asynccontextmanager
async def minded(
    *people: str,
    state: State | None = None,
    generator: Scripted | None = None,
    encoder: Encoder | None = None,
    terms: Terms | None = None,
    most: int = 500,
    window: int = 6,
) -> AsyncGenerator[Mind, None]:
    """A mind that may remember `people`, at work."""
    async with on_stage(scripted(reply_of("Yes."))) as stage:
        clock: list[Mind] = []
        kept = state or MemoryState(clock=lambda: clock[0].at if clock else START)
        mind = await asyncio.to_thread(
            Mind,
            state=kept, cast=stage.cast, guard=stage.guard, generator=generator, encoder=encoder,
            terms=terms or Terms(), most=most, window=window,
        )  # fmt: skip
        clock.append(mind)
        await mind.agree(*people)
        task = asyncio.create_task(mind.remembering.run())
        try:
            yield mind
        finally:
            task.cancel()
            await asyncio.wait([task])
