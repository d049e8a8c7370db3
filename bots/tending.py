"""What the review desk does by itself, now and then: leases end, cases in which all was erased are closed, what belongs
together becomes one case, what an overturned case had muted speaks again, and moderators hear of what waits too
long."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bots.cards import Card, Row, Tone, moment
from bots.mutes import Mutes
from bots.places import Place, Places, kind_of
from bots.softly import softly
from bots.state import Entry, State
from bots.unmuting import Unmuting
from moderation.figures import overdue
from moderation.review import ReviewDesk
from moderation.words import catalogue

_log = logging.getLogger(__name__)

_NUDGE: Final = "nudge"
"""Kind of the entries that say what the moderators of a community were told last, and when."""
_EVERY: Final = timedelta(minutes=5)
_SELDOM: Final = timedelta(days=1)
_SERVER: Final = "server"

Tell = Callable[[Place, Card], Awaitable[bool]]
"""Puts a card into the moderators' channel of a place (`Platform.tell_moderators`)."""


class Tending:
    """Tends one desk. Nothing that fails ends it: it is logged, and tried again next time."""

    def __init__(
        self,
        desk: ReviewDesk,
        places: Places,
        state: State,
        *,
        now: Callable[[], datetime],
        language: str,
        nudges: bool = True,
    ) -> None:
        """`language` is for places that have none of their own; `nudges`: moderators are told of what is overdue."""
        self._desk = desk
        self._places = places
        self._state = state
        self._unmuting = Unmuting(desk=desk, mutes=Mutes(state, now=now))
        self._now = now
        self._language = language
        self._nudges = nudges
        self._tell: dict[str, Tell] = {}

    def register(self, platform: str, tell: Tell) -> None:
        """Let the moderators of a platform be told. Called while everything is put together."""
        self._tell[platform] = tell

    async def run(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Tend the desk, now and then, until cancelled."""
        while True:
            await self.once()
            await sleep(_EVERY.total_seconds())

    async def once(self) -> None:
        """Do all there is to do now."""
        with softly(_log, "leases were not ended"):
            if ended := await self._desk.free_expired():
                _log.info("leases ended: count=%d", ended)
        with softly(_log, "what was erased was not closed"):
            if lapsed := await self._desk.lapse():
                _log.info("cases closed, as everything was erased: count=%d", lapsed)
        with softly(_log, "cases were not merged"):
            if merged := await self._desk.gather():
                _log.info("cases merged: count=%d", merged)
        with softly(_log, "mutes were not lifted"):
            if lifted := await self._unmuting.settle():
                _log.info("mutes lifted: count=%d", lifted)
        if self._nudges:
            for platform, tell in self._tell.items():
                with softly(_log, "moderators were not told"):
                    await self._nudge_all(platform, tell)

    async def _nudge_all(self, platform: str, tell: Tell) -> None:
        for server in await self._places.where(platform, lambda settings: bool(settings.log_channel)):
            if kind_of(server) == _SERVER:
                with softly(_log, "moderators were not told"):
                    await self._nudge(Place(platform=platform, scopes=(server,)), tell)

    async def _nudge(self, place: Place, tell: Tell) -> None:
        """Tell of what is overdue there, if that is another matter than a day ago. What could not be told is told next
        time."""
        count, oldest = overdue(await self._desk.waiting(server=place.server))
        if oldest is None:
            return
        told = await self._state.get(_NUDGE, place.server)
        news = {"count": count, "oldest": oldest.isoformat()}
        if told and (self._now() - datetime.fromisoformat(str(told.value["at"])) < _SELDOM):
            return
        if told and {name: told.value[name] for name in news} == news:
            return
        settings = await self._places.of(place)
        if await tell(place, nudge_card(count, oldest, settings.language or self._language)):
            await self._state.put(Entry(kind=_NUDGE, key=place.server, value={**news, "at": self._now().isoformat()}))


def nudge_card(count: int, oldest: datetime, language: str) -> Card:
    """That cases wait longer than they should."""
    say = catalogue("bots").say
    row = Row(label=say("desk.nudge_oldest", language), text=moment(oldest))
    title, hint = say("desk.nudge", language, count=count), say("desk.nudge_hint", language)
    return Card(title=title, rows=(row,), hint=hint, tone=Tone.BAD)
