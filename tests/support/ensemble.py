"""Two personas on one stage in a house, and rounds of theirs."""

import itertools
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bots.attention import Heard
from bots.cards import Card
from bots.platform import Caller
from personas.messages import Cue, Event
from tests.support.house import SCHOLAR, SERVER, Opened, caller, open_house
from tests.support.stage import PERSONA, Shown

PEDLAR = replace(
    PERSONA,
    id="pedlar",
    name="Odo Fenn",
    tagline="sells needles",
    description="You sell needles and thread from a cart.",
    greetings=("Needles, nine a penny.",),
    disclosure="Yes, I am an AI; just now I speak as Odo Fenn.",
)
ALL = (PERSONA, PEDLAR, SCHOLAR)
SURE = "[places]\nscene_chance = 1.0\n"
"""Whoever may react does."""
NEVER = "[places]\nscene_chance = 0.0\n"


@dataclass
class Play:
    """A stage in a channel."""

    opened: Opened
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    cards: list[Card] = field(default_factory=list)
    """All that were told."""

    async def listen(self, text: str, *, answers: str = "", called: bool = True) -> str:
        """Somebody writes something: who is to answer, or ""."""
        heard = Heard(text=text, called=called, answers=answers)
        attention = await self.opened.host.listen(heard, SERVER)
        return attention.persona if attention else ""

    async def turn(self, who: Caller, cue: Cue = Cue.ANSWER, *, reply: str = "") -> Shown:
        """One turn of the persona that `who` speaks to."""
        about = replace(who, message=replace(who.message, reply=reply or f"r{next(self.ids)}"))
        shown = Shown()
        events: AsyncGenerator[Event | Card, None] = self.opened.host.reply(about, cue)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Card):
                    self.cards.append(event)
                else:
                    shown.events.append(event)
        return shown

    async def round(self, text: str, *, person: str = "ann", answers: str = "") -> list[tuple[str, str]]:
        """What comes of something somebody writes: who says what, in order."""
        who = caller(text, person=person, persona=await self.listen(text, answers=answers))
        said = [(who.message.persona, (await self.turn(who)).text)]
        while persona := await self.opened.host.reacts(who):
            shown = await self.turn(replace(who, message=replace(who.message, persona=persona)), Cue.REACT)
            said.append((persona, shown.text))
        return said


@asynccontextmanager
async def playing(
    generator: Any, *, settings: str = SURE, cast: tuple[str, ...] = ("keeper", "pedlar"), **more: Any
) -> AsyncGenerator[Play, None]:
    """A house in whose channel these are on the stage together."""
    async with open_house(generator, settings=settings, personas=ALL, **more) as opened:
        await opened.house.scenes.places.change(SERVER.conversation, scene=cast)
        yield Play(opened)
