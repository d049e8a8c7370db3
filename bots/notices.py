"""When people are told that they talk with an AI, and how: at first, and again while they go on talking."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from bots.cadence import LASTING, REMEMBERED, Cadence, in_language
from bots.cards import Card, Row
from bots.places import Place
from bots.state import Entry, State
from moderation.words import catalogue

Kind = Literal["first", "again", "minors"]
"""first: who speaks, and what people can do; again: a reminder; minors: a reminder that also suggests a break."""

_NOTICE: Final = "notice"
"""Kind of the entries that live until the next notice is due."""
_MET: Final = "met"
"""Kind of the entries that say where there was a first one, or who had one."""
_MINORS: Final = "minors"
"""The profile with notices of its own."""


class Notices:
    """Knows which notices were given. As concurrent as the state."""

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware times in UTC."""
        self._state = state
        self._clock = clock

    async def due(self, place: Place, person: str, cadence: Cadence, *, profile: str = "") -> Kind | Literal[""]:
        """Which notice is to be shown before the reply to what `person` just wrote in `place`, or "" for none.

        In private it is for the person, elsewhere for all in the channel, its threads included; where `cadence` is for
        each, whoever is new in the community gets the first one too. It counts as given from now on: of two messages at
        once one gets it. Raises StoreBusy, StoreFailed.
        """
        due = await self._due(place, person, cadence, careful=profile == _MINORS)
        if not cadence.each or place.private or not person:
            return due
        key = json.dumps([place.community, person, "each"])
        new = Entry(kind=_MET, key=key, value={}, person=person, until=self._clock() + REMEMBERED)
        known = await self._state.get(_MET, key)  # mostly: what is only read waits for no disk
        return due if known or not await self._state.put_new(new) else "first"

    async def _due(self, place: Place, person: str, cadence: Cadence, *, careful: bool) -> Kind | Literal[""]:
        now, time = self._clock(), cadence.lasts(careful=careful)
        whom = [place.channel, *([person] if place.private else [])]
        # By how long it lasts: where that is shorter from now on, nobody waits for the end of the longer time.
        lasting = self._entry(_NOTICE, [*whom, _mark(time, careful=careful)], now + time)
        met = self._entry(_MET, whom, now + REMEMBERED)
        if place.private:
            lasting, met = (replace(entry, person=person) for entry in (lasting, met))
        if await self._state.get(_NOTICE, lasting.key) or not await self._state.put_new(lasting):
            return ""
        if await self._state.put_new(met):
            return "first"
        await self._state.put(met)
        return "minors" if careful and cadence.breaks else "again"

    async def move(self, old: Place, new: Place) -> None:
        """A place that is not private has another key now: what was told there need not be told again so soon. Raises
        StoreBusy, StoreFailed."""
        marks = [_mark(time, careful=careful) for time in sorted(LASTING) for careful in (False, True)]
        for kind, rest in (*((_NOTICE, [mark]) for mark in marks), (_MET, list[str]())):
            entry = await self._state.get(kind, json.dumps([old.channel, *rest]))
            if entry is not None:
                await self._state.put_new(replace(entry, key=json.dumps([new.channel, *rest])))
                await self._state.drop(kind, entry.key)

    @staticmethod
    def _entry(kind: str, whom: list[str], until: datetime) -> Entry:
        return Entry(kind=kind, key=json.dumps(whom), value={}, until=until)


def _mark(time: timedelta, *, careful: bool) -> str:
    """What tells notices of one place apart: how long they last, and whether they are for minors."""
    return f"{time // timedelta(minutes=1)}{' ' + _MINORS if careful else ''}"


def notice_card(kind: Kind, persona_name: str, language: str, cadence: Cadence, *, remembers: bool = False) -> Card:
    """The words of a notice: where a law has its own, these first; at the end, where personas remember people there,
    that they do."""
    say = catalogue("bots").say
    hints = {"first": "notices.first_hint", "minors": "notices.break", "again": ""}
    hint = hints[kind]
    usual = say("notices.first" if kind == "first" else "notices.again", language, name=persona_name)
    wordings = [in_language(words, language) for words in cadence.wordings]
    besides = [in_language(words, language) for words in cadence.firsts] if kind == "first" else []
    memory = [say("notices.memory", language)] if remembers else []
    texts = [*wordings, usual, *besides, *memory]
    rows = tuple(Row(label="", text=text) for text in texts[1:])
    return Card(title=texts[0], rows=rows, hint=say(hint, language) if hint else "")
