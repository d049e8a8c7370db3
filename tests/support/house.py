"""A whole house, as `bots.app` puts it together, around a scripted model, with nothing that lasts."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from bots.app import house_of
from bots.casting import Casting
from bots.config import Settings
from bots.hall import Hall
from bots.host import Host
from bots.house import House
from bots.lorebooks import Attachments, Lorebooks
from bots.metrics import Metrics
from bots.minds import minds_of
from bots.parts import register_of
from bots.places import Place
from bots.platform import Caller, Role
from bots.state import State
from bots.state.memory import MemoryState
from bots.troupe import Troupe
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.stores import Store
from moderation.stores.memory import MemoryStore
from personas.company import Company
from personas.generators import Generator
from personas.lore import Lorebook
from personas.messages import Message
from personas.persona import Persona
from personas.prompting import Limits
from personas.runtime import PersonaRuntime
from personas.stagehands import ReplySettings, Stagehands
from tests.support.exchanges import numbered
from tests.support.stage import NOW, PERSONA, Asks, Marks, rules

SCHOLAR = replace(
    PERSONA,
    id="scholar",
    name="윤서헌",
    language="ko",
    greetings=("어서 오시오.",),
    disclosure="그렇소, 나는 AI요.",
    fallbacks=("바람이 말을 앗아 갔소.",),
    failures=("붓이 말랐소.",),
    wordless=("내 눈에는 보이지 않소. 글로 적어 주시오.",),
)
GROWN = replace(PERSONA, id="rake", name="Rake", mature=True)

SERVER = Place(platform="test", scopes=("test:server:1", "test:channel:2"))
ALONE = Place(platform="test", scopes=("test:dm:9",), private=True)


@dataclass
class Opened:
    """A house with everything in reach."""

    house: House
    host: Host
    store: Store
    state: State
    troupe: Troupe


def caller(
    text: str = "",
    *,
    person: str = "ann",
    place: Place = SERVER,
    role: Role = Role.MEMBER,
    language: str = "",
    message: str = "m1",
    persona: str = "",
) -> Caller:
    """Somebody who says or wants something."""
    return Caller(
        message=Message(
            platform=place.platform,
            conversation=place.conversation,
            person=person,
            name=person.title(),
            text=text,
            at=NOW,
            id=message,
            server=place.server,
            persona=persona,
        ),
        place=place,
        role=role,
        language=language,
    )


@asynccontextmanager
async def open_house(
    generator: Generator,
    *,
    personas: Sequence[Persona] = (PERSONA, SCHOLAR, GROWN),
    settings: str = "",
    now: Callable[[], datetime] = lambda: NOW,
    state: State | None = None,
    store: Store | None = None,
    policy: Policy | None = None,
    metrics: Metrics | None = None,
    lore: Mapping[str, Lorebook] | None = None,
    cheaper: Generator | None = None,
) -> AsyncGenerator[Opened, None]:
    """The house of a settings document. `state` and `store` outlive it where they are given."""
    document = await asyncio.to_thread(Settings.load, settings.encode(), {"TALCHUM_LANGUAGE": "en"})
    kept = store or MemoryStore(ids=numbered("x"))
    noted = state or MemoryState(clock=now)
    guard = Guard((Marks(), Asks()), policy or rules(), monotonic=time.monotonic)
    limits = Limits(budget=40_000, max_tokens=8_000)
    register = await register_of(noted)
    casting = await Casting.of(guard, limits)
    casts = [await casting.cast(persona) for persona in personas]
    troupe = Troupe(Hall(casts, default="", language="en", window=20, sessions=100), noted, casting.cast)
    await troupe.restore()
    books = Lorebooks(Attachments(noted), troupe, guard, own=lore or {}, limits=limits)
    minds = await asyncio.to_thread(minds_of, document, guard, noted, generator, now=now)
    hands = Stagehands(
        generator=generator,
        cheaper=cheaper,
        guard=guard,
        store=kept,
        settings=ReplySettings(limits=limits),
        now=now,
        monotonic=time.monotonic,
        choose=lambda lines: lines[0],
        ended=register.ended,
        performed=metrics.performed if metrics else None,
        witnesses=(minds.remembering,),
        sources=(Company(), books.lore, minds.remembering),
    )
    if metrics:
        guard.tell(metrics.judged)
    house = house_of(document, PersonaRuntime(hands), troupe, kept, noted, register, books, minds, now=now)
    try:
        yield Opened(house, Host(house), kept, noted, troupe)
    finally:
        guard.close()
        await generator.aclose()
