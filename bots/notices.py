"""When people are told that they talk with an AI, and how: at first, and again while they go on talking."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from bots.cards import Card
from bots.places import Place
from bots.state import Entry, State
from moderation.words import catalogue

Kind = Literal["first", "again", "minors"]
"""first: who speaks, and what people can do; again: a reminder; minors: a reminder that also suggests a break."""

_NOTICE: Final = "notice"
"""Kind of the entries that live until the next notice is due."""
_MET: Final = "met"
"""Kind of the entries that say where there was a first one."""
_MINORS: Final = "minors"
"""The profile with notices of its own."""
_REMEMBERED: Final = timedelta(days=180)
"""Who was silent for so long is told everything again."""
_EVERY: Final = timedelta(hours=3)
_EVERY_MINORS: Final = timedelta(hours=1)


class Notices:
    """Knows which notices were given. As concurrent as the state."""

    def __init__(
        self,
        state: State,
        clock: Callable[[], datetime],
        every: timedelta = _EVERY,
        *,
        every_minors: timedelta = _EVERY_MINORS,
    ) -> None:
        """`every` is how long a notice lasts, `every_minors` where the profile is "minors". `clock` gives aware times
        in UTC."""
        self._state = state
        self._clock = clock
        self._every = every
        self._every_minors = every_minors

    async def due(self, place: Place, person: str, *, profile: str = "") -> Kind | Literal[""]:
        """Which notice is to be shown before the reply to what `person` just wrote in `place`, or "" for none.

        In private it is for the person, elsewhere for all in the channel, its threads included. It counts as given from
        now on: of two messages at once one gets it. Raises StoreBusy, StoreFailed.
        """
        careful = profile == _MINORS
        now = self._clock()
        whom = [place.channel, *([person] if place.private else [])]
        # By profile: whoever is careful from now on does not wait for the end of a longer time.
        lasting = self._entry(_NOTICE, [*whom, profile], now + (self._every_minors if careful else self._every))
        met = self._entry(_MET, whom, now + _REMEMBERED)
        if place.private:
            lasting, met = (replace(entry, person=person) for entry in (lasting, met))
        if await self._state.get(_NOTICE, lasting.key) or not await self._state.put_new(lasting):
            return ""
        if await self._state.put_new(met):
            return "first"
        await self._state.put(met)
        return "minors" if careful else "again"

    async def move(self, old: Place, new: Place) -> None:
        """A place that is not private has another key now: what was told there need not be told again so soon. Raises
        StoreBusy, StoreFailed."""
        for kind, rest in ((_NOTICE, [""]), (_NOTICE, [_MINORS]), (_MET, [])):
            entry = await self._state.get(kind, json.dumps([old.channel, *rest]))
            if entry is not None:
                await self._state.put_new(replace(entry, key=json.dumps([new.channel, *rest])))
                await self._state.drop(kind, entry.key)

    @staticmethod
    def _entry(kind: str, whom: list[str], until: datetime) -> Entry:
        return Entry(kind=kind, key=json.dumps(whom), value={}, until=until)


def notice_card(kind: Kind, persona_name: str, language: str) -> Card:
    """The words of a notice."""
    say = catalogue("bots").say
    hints = {"first": "notices.first_hint", "minors": "notices.break", "again": ""}
    hint = hints[kind]
    title = "notices.first" if kind == "first" else "notices.again"
    return Card(title=say(title, language, name=persona_name), hint=say(hint, language) if hint else "")
