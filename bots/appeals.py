"""`/appeal`: somebody does not agree with what was held against them, or with how their report was decided; somebody
else looks at it, and they are told what came of it."""

import enum
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, NotYours, UsageError
from bots.platform import Caller, Platform
from bots.state import Entry, State
from moderation.appeals import Appeal, Side, answers, of_person, side_of, waits
from moderation.cases import Case, CaseState, Review, ReviewStep
from moderation.errors import UnknownExchange
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.words import catalogue

MOST: Final = 3
"""Appeals of one person that wait at once."""
LONGEST: Final = 1_000
"""Characters of what somebody says to it."""
_KIND: Final = "appeal"
"""Kind of the entries that say in which language somebody is told; listed by them."""
_TOLD: Final = "told"
"""Kind of the entries that say who was told of which step."""
_LASTS: Final = timedelta(days=180)
"""How long somebody is told what comes of it; a complaint must be possible for six months (DSA, Art. 20)."""
_ENOUGH: Final = 500


class Told(enum.IntEnum):
    """What became of telling somebody, from the best to what a moderator should know of."""

    TOLD = 0
    LATER = 1
    """Their platform is not reached from here, or not now: whoever reaches it does it (`bots.tidings`)."""
    UNTOLD = 2
    """They do not want to be written to: they find it under `/why`."""


class Appeals:
    """Takes appeals, and tells what came of them. As concurrent as the store and the state."""

    def __init__(self, desk: ReviewDesk, state: State, *, now: Callable[[], datetime], language: str) -> None:
        """`language` is for people of whom none is known."""
        self._desk = desk
        self._state = state
        self._now = now
        self._language = language
        self._platforms: dict[str, Platform] = {}
        self._under_way: set[str] = set()
        """Of whom an appeal is taken at this moment."""

    def register(self, platform: Platform) -> None:
        """Let people of a platform be told something. Called while everything is put together."""
        self._platforms[platform.name] = platform

    async def make(self, words: list[str], caller: Caller, language: str) -> Card:
        """[ID] [WORDS]: appeal about a case of the caller's own, the last one where none is named ("" before words that
        could be taken for a name), or about one in which they reported something. Raises BotError, ReviewError."""
        person = caller.message.person
        if not person:
            raise NotYours("commands.privacy_whose")
        exchange, said = await self._meant(words, caller)
        if len(said) > LONGEST:
            raise UsageError("appeals.too_long", most=LONGEST)
        if exchange is None:
            return Card(title=_say("nothing", language))
        async with self._alone(person) as alone:
            before = of_person(await self._desk.appeals(exchange.id), person)
            if not alone or (before and waits(before, exchange.case)):
                return Card(title=_say("waiting", language, id=exchange.id), tone=Tone.GOOD)
            if len(await self._waiting(person)) >= MOST:
                raise NotAllowed("appeals.too_many", most=MOST)
            origin = exchange.opening.origin
            kept = await self._desk.appeal(exchange.id, person=person, comment=said, tool=origin.platform)
            # After it: what was refused leaves no trace. Who ends in between is told in another language.
            await self._note(exchange.id, person, language)
        title = _say("made" if origin.server else "made_private", language, id=kept.id)
        return Card(
            title=title, hint=_say("made_hint", language, id=kept.id), tone=Tone.GOOD, news=kept.id, home=origin.server
        )

    async def open_to(self, exchange: Exchange, person: str) -> Side | None:
        """As whom somebody may appeal about it; None: not at all, or they did already."""
        lapsed = exchange.case.state is CaseState.CLOSED and exchange.case.ruling is None
        side = None if lapsed or exchange.erased else side_of(exchange, person)
        return side if side and of_person(await self._desk.appeals(exchange.id), person) is None else None

    async def answer(self, exchange: str) -> Told | None:
        """Tell those who appealed about a case what they were not told yet: the decision that stands, and what
        moderators say to it. Each of it once, whoever asks, in whichever process; None: there is nothing to tell.

        Who was told is noted before they are: what fails in between is not told twice, and stands under `/why`.
        """
        case = (await self._desk.show(exchange)).case
        told = [
            await self._tell(appeal, step, case)
            for appeal in await self._desk.appeals(exchange)
            for step in answers(appeal, case)
            if appeal.person
        ]
        return max((each for each in told if each is not None), default=None)

    async def _tell(self, appeal: Appeal, step: Review, case: Case) -> Told | None:
        key = f"{step.chain or step.at.isoformat()} {appeal.person}"
        if await self._state.get(_TOLD, key):
            return None
        platform = self._platforms.get((await self._desk.show(appeal.exchange)).opening.origin.platform)
        if platform is None or not platform.connected:
            return Told.LATER
        until = self._now() + _LASTS
        if not await self._state.put_new(Entry(kind=_TOLD, key=key, value={}, person=appeal.person, until=until)):
            return None
        noted = await self._state.get(_KIND, _key(appeal.exchange, appeal.person))
        language = str(noted.value["language"]) if noted else self._language
        reached = await platform.tell(appeal.person, outcome(appeal, step, case, language), language)
        return Told.TOLD if reached else Told.UNTOLD

    @asynccontextmanager
    async def _alone(self, person: str) -> AsyncIterator[bool]:
        """Two presses at once are one appeal; False for the second one."""
        if person in self._under_way:
            yield False
            return
        self._under_way.add(person)
        try:
            yield True
        finally:
            self._under_way.discard(person)

    async def _meant(self, words: list[str], caller: Caller) -> tuple[Exchange | None, str]:
        """The case that an appeal is about, which is the caller's own or one they reported, and what they say to it."""
        if words and words[0]:
            try:
                named = await self._desk.show(words[0])
            except UnknownExchange:
                named = None
            if named and any(map(caller.is_person, concerned(named))):
                return named, " ".join(words[1:])
            if len(words) == 1 or any(map(str.isdecimal, words[0])):  # a name, not the first word of a sentence
                raise NotYours("commands.why_not_yours", id=words[0])
        message = caller.message
        where = None if caller.place.private else caller.place.server
        newest = Query(person=message.person, platform=message.platform, limit=1)
        found = await self._desk.list(newest, server=where)
        return (found[0] if found else None), " ".join(words).strip()

    async def _waiting(self, person: str) -> set[str]:
        """The cases about which they wait for an answer."""
        found = set()
        for entry in await self._state.list(_KIND, group=person, limit=_ENOUGH):
            try:
                kept = await self._desk.show(str(entry.value["exchange"]))
            except UnknownExchange:  # of other databases than these
                continue
            made = of_person(await self._desk.appeals(kept.id), person) if kept.case.appealed else None
            found |= {kept.case.id} if made and waits(made, kept.case) else set()
        return found

    async def _note(self, exchange: str, person: str, language: str) -> None:
        value = {"exchange": exchange, "language": language}
        noted = Entry(kind=_KIND, key=_key(exchange, person), value=value, person=person, group=person)
        await self._state.put(replace(noted, until=self._now() + _LASTS))


def concerned(exchange: Exchange) -> set[str]:
    """Keys of whom it is about, and of those who reported something in it."""
    return {exchange.opening.origin.person, *(objection.by for objection in exchange.objections)}


def outcome(appeal: Appeal, step: Review, case: Case, language: str) -> Card:
    """What came of an appeal, in plain words: what somebody decided, or what they say to it."""
    rows: tuple[Row, ...] = ()
    if step.step is ReviewStep.ANSWER:
        key = "word"
        rows = (Row(label=catalogue("bots").say("commands.answered", language), text=step.note),)
    else:
        key = "agreed" if appeal.side.granted(case.ruling) else "stands"
        key = f"report_{key}" if appeal.side is Side.DISMISSED else key
    told = appeal.exchange
    return Card(title=_say(key, language, id=told), rows=rows, hint=_say("more", language, id=told))


def _key(exchange: str, person: str) -> str:
    return f"{exchange} {person}"


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"appeals.{key}", language, **fields)
