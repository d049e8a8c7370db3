"""What was decided anywhere, brought to whom it concerns: those who appealed are told, and the moderators' cards are
written anew, also where what stands on them was erased.

The audit trail says what happened, whoever did it, in whichever process: in a terminal, by a bulk, by time. Whoever has
a platform goes through it now and then, from where it was left off, which is kept. Where the program ends in between,
the next one looks at some of it again, and that is no harm: nobody is told twice (`Appeals.answer`), and a card that
reads as its case stands is left as it is (`bots.desk_cards`).
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from bots import reprints
from bots.appeals import Appeals
from bots.places import Place
from bots.platform import Caller, Platform
from bots.softly import softly
from bots.state import Entry, State
from moderation.errors import UnknownExchange
from moderation.records import Origin
from moderation.review import ReviewDesk
from personas.messages import Message

_log = logging.getLogger(__name__)

_KIND: Final = "tidings"
"""Kind of the entries that say how far a platform has come, and how often which card could not be written."""
_EVERY: Final = 30.0
"""Seconds."""
_MOST: Final = 50
"""Cards that are tried again,"""
_TRIES: Final = 20
"""so often: what a platform refuses for ten minutes it refuses for good."""


class Tidings:
    """Brings what is decided to the platforms of this process. Used from one event loop."""

    def __init__(self, desk: ReviewDesk, appeals: Appeals, state: State) -> None:
        self._desk = desk
        self._appeals = appeals
        self._state = state
        self._platforms: dict[str, Platform] = {}

    def register(self, platform: Platform) -> None:
        """Let it be brought to a platform. Called while everything is put together."""
        self._platforms[platform.name] = platform

    async def run(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Bring it, now and then, until cancelled."""
        while True:
            await self.sweep()
            await sleep(_EVERY)

    async def sweep(self) -> None:
        """Bring what there is now to every platform that is reached; what fails waits."""
        for platform in self._platforms.values():
            if platform.connected:
                with softly(_log, "decisions wait to be told"):
                    await self._bring(platform)
                with softly(_log, "cards wait to be written anew"):
                    await self._reprint(platform)

    async def _bring(self, platform: Platform) -> None:
        entry = await self._state.get(_KIND, platform.name)
        if entry is None:  # what was before is known, or was nobody's business
            await self._keep(platform, (await self._desk.news(None)).until, {})
            return
        after, tried = entry.value["after"], entry.value["tried"]
        assert isinstance(after, int)
        assert isinstance(tried, dict)
        while True:
            news = await self._desk.news(after)
            due = dict.fromkeys((*tried, *news.exchanges))
            failed = [each for each in due if not await self._told(each, platform)]
            left = {each: tried.get(each, 0) + 1 for each in failed[-_MOST:] if tried.get(each, 0) + 1 < _TRIES}
            if (news.until, left) != (after, tried):
                await self._keep(platform, news.until, left)
            if news.until == after:
                return
            after, tried = news.until, left

    async def _reprint(self, platform: Platform) -> None:
        """Write the cards anew on which something stands that was erased since."""
        for exchange, entry in await reprints.due(self._state, platform.name):
            await reprints.tried(self._state, entry, done=await self._told(exchange, platform))

    async def _told(self, exchange: str, platform: Platform) -> bool:
        """Whether nothing about the case of an exchange is left to do on a platform."""
        try:
            kept = await self._desk.show(exchange)
        except UnknownExchange:  # of other databases than these
            return True
        origin = kept.opening.origin
        if origin.platform != platform.name:
            return True
        await self._appeals.answer(exchange)
        return not origin.server or await platform.renew(_nobody(origin, self._desk.now), kept.case.id)

    async def _keep(self, platform: Platform, after: int, tried: Mapping[str, int]) -> None:
        value = {"after": after, "tried": dict(tried)}
        await self._state.put(Entry(kind=_KIND, key=platform.name, value=value))


def _nobody(origin: Origin, at: datetime) -> Caller:
    """Of a community, without being anybody there."""
    place = Place(platform=origin.platform, scopes=(origin.server,))
    said = Message(
        platform=origin.platform, conversation=place.conversation, person="", name="", text="", at=at,
        server=origin.server,
    )  # fmt: skip
    return Caller(message=said, place=place)
