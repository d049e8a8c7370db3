"""A whole path from message to passages, with filters whose judgement can be read off the words of a text."""

import itertools
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moderation.filters import Filter
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Candidate, Signal, Span, Stage
from moderation.stores import Store
from moderation.stores.memory import MemoryStore
from personas.cast import FIXED_WORDS, Cast, fixed_words, prepare
from personas.conversation import Conversation
from personas.generators import Generator
from personas.generators.scripted import Scripted
from personas.generators.scripts import parse_script
from personas.messages import Event, Finished, Message, Passage, Withdrawal
from personas.persona import Persona, Tier
from personas.prompting import Limits
from personas.recall import Source, Witness
from personas.runtime import PersonaRuntime
from personas.stagehands import ReplySettings, Stagehands

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CANARY = "c4n4ry-7f3a91"

MARKS = {"BAD": "bad", "SEVERE": "severe", "MAYBE": "maybe", "STOP": "stop", "CRISIS": "crisis", "INJECT": "inject"}
"""A text with the word on the left gets a full score in the category on the right."""


@dataclass(frozen=True)
class Marks:
    """Finds the marks, in what was shown and the text together, so that none hides across a boundary."""

    id: str = "marks"
    version: str = "000000000001"
    categories: frozenset[str] = frozenset((*MARKS.values(), "together", "perhaps"))
    stages: frozenset[Stage] = frozenset(Stage)
    fault: Callable[[Candidate], None] = lambda _: None

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        self.fault(candidate)
        text = candidate.shown + candidate.text
        found = [
            Signal(category=category, score=1.0, spans=(Span(0, len(candidate.text)),))
            for mark, category in MARKS.items()
            if mark in text
        ]
        if candidate.stage is Stage.WHOLE and "ping" in text and "pong" in text:
            found.append(Signal(category="together", score=1.0))
        if candidate.stage is Stage.WHOLE and "tick" in text and "tock" in text:
            found.append(Signal(category="perhaps", score=1.0))
        return found or [Signal(category="bad", score=0.0)]


@dataclass(frozen=True)
class Asks:
    """A turn that ends in "human?" asks for the truth."""

    id: str = "identity"
    version: str = "000000000002"
    categories: frozenset[str] = frozenset({"question"})
    stages: frozenset[Stage] = frozenset({Stage.INPUT})

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        return [Signal(category="question", score=float("human?" in candidate.text))]


def rules(*, whole: str = "repair") -> Policy:
    """Marks to actions; `whole` follows where only the whole may not stand."""

    def output(action: str) -> dict[str, Any]:
        return {"output": {"flag": 0.5, "block": 0.5, "action": action}, "input": {}}

    marks = {
        "bad": output("repair"),
        "severe": {**output("safe"), "input": {"flag": 0.5, "block": 0.5, "action": "safe"}},
        "maybe": {"output": {"flag": 0.5}, "input": {"flag": 0.5}},
        "stop": output("cut"),
        "together": output(whole),
        "perhaps": {"output": {"flag": 0.5}, "input": {}},
        "crisis": {"output": {"off": True}, "input": {"flag": 0.5, "block": 0.5, "action": "suspend"}},
        "inject": {"output": {"off": True}, "input": {"flag": 0.5, "block": 0.5, "action": "deflect"}},
    }
    question = {"input": {"act": 0.5, "action": "disclose"}, "locked": True}
    return Policy(
        {
            "version": 1,
            "name": "marks",
            "guard": {"deadline": 5.0, "output": ["marks"], "input": ["marks", "identity"], "capacity": 10_000},
            "filters": {"marks": marks, "identity": {"question": question}},
            "profiles": {"minors": {}},
        },
        file="marks.toml",
    )


def holding(**changes: Any) -> Policy:
    """As `rules`, but what is BAD is held."""
    document = rules()._file.model_dump(exclude_unset=True)
    marks = document["filters"]["marks"]
    marks["bad"] = {"output": {"flag": 0.5, "block": 0.5, "action": "hold"}, "input": {}, **changes}
    marks["together"]["output"]["action"] = "hold"
    return Policy(document, file="holding.toml")


PERSONA = Persona(
    id="keeper",
    version="0123456789ab",
    tier=Tier.CHARACTER,
    name="Maren",
    language="en",
    tagline="keeps a lamp",
    description="You keep the lamp of a lighthouse.",
    voice="Short sentences.",
    greetings=("The lamp is lit.",),
    disclosure="Yes, I am an AI; just now I speak as Maren.",
    fallbacks=("The wind took my words.",),
    failures=("The line to the mainland is down.",),
    wordless=("The glass is fogged, tell me in words.",),
)


def reply_of(*sentences: str, **changes: Any) -> dict[str, Any]:
    """One scripted reply, quick and in whole sentences unless `changes` say otherwise."""
    return {"script": "test", "sentences": [{"t": text} for text in sentences], **changes}


def scripted(*replies: Mapping[str, Any]) -> Scripted:
    """A generator that gives these replies in order."""
    return Scripted(parse_script(json.dumps(replies).encode(), file="test.json"), sleep=no_time)


async def no_time(_: float) -> None:
    """Delays of a script take no time."""


@dataclass
class Shown:
    """What a platform would have on its screen, event by event."""

    events: list[Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands there at the end."""
        text = ""
        for event in self.events:
            if isinstance(event, Passage):
                text += event.text
            elif isinstance(event, Withdrawal):
                text = ""
        return text

    @property
    def passages(self) -> list[Passage]:
        """Everything that ever stood there."""
        return [event for event in self.events if isinstance(event, Passage)]

    @property
    def finished(self) -> Finished:
        """The end of the reply."""
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last


@dataclass
class Set:
    """A persona on the stage, with everything around it in reach."""

    runtime: PersonaRuntime
    cast: Cast
    store: Store
    guard: Guard
    conversation: Conversation = field(default_factory=lambda: Conversation(window=20))

    def message(self, text: str) -> Message:
        return Message(platform="test", conversation="c", person="p", name="Ann", text=text, at=NOW, id="1")

    async def say(self, text: str = "hello") -> Shown:
        """The whole reply to `text`."""
        shown = Shown()
        async for event in self.runtime.respond(self.message(text), self.cast, self.conversation):
            shown.events.append(event)
        return shown


@asynccontextmanager
async def on_stage(
    generator: Generator,
    *,
    persona: Persona = PERSONA,
    store: Store | None = None,
    filters: Sequence[Filter] = (Marks(), Asks()),
    policy: Policy | None = None,
    settings: ReplySettings | None = None,
    sources: tuple[Source, ...] = (),
    witnesses: tuple[Witness, ...] = (),
) -> AsyncGenerator[Set, None]:
    """Everything made ready around `generator`, and closed again."""
    ids = itertools.count(1)
    kept = store or MemoryStore(ids=lambda: f"x{next(ids)}")
    guard = Guard(filters, policy or rules(), monotonic=time.monotonic)
    hands = Stagehands(
        generator=generator,
        guard=guard,
        store=kept,
        settings=settings or ReplySettings(limits=Limits(budget=2_000)),
        now=lambda: NOW,
        monotonic=time.monotonic,
        choose=lambda lines: lines[0],
        sources=sources,
        witnesses=witnesses,
    )
    words = await fixed_words(guard)
    assert set(FIXED_WORDS) < set(words["en"])
    try:
        yield Set(PersonaRuntime(hands), await prepare(persona, guard, words, canary=CANARY), kept, guard)
    finally:
        guard.close()
        await kept.aclose()
        await generator.aclose()
