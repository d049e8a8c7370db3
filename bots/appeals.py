"""`/appeal`: the person concerned does not agree, somebody else looks at it, and they are told what came of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, NotYours, UsageError
from bots.platform import Caller
from bots.state import Entry, State
from moderation.cases import ReviewStep, Ruling
from moderation.errors import UnknownExchange
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.transitions import may_appeal
from moderation.words import catalogue

MOST: Final = 3
"""Appeals of one person that wait at once."""
LONGEST: Final = 1_000
"""Characters of what somebody says to it."""
_KIND: Final = "appeal"
_LASTS: Final = timedelta(days=180)
"""How long somebody is told what comes of it; a complaint must be possible for six months (DSA, Art. 20)."""
_ENOUGH: Final = 500

Tell = Callable[[str, Card, str], Awaitable[bool]]
"""Tells a person something in private (`Platform.tell`)."""


class Appeals:
    """Takes appeals, and tells what came of them. As concurrent as the store and the state."""

    def __init__(self, desk: ReviewDesk, state: State, *, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._state = state
        self._now = now
        self._tell: dict[str, Tell] = {}

    def register(self, platform: str, tell: Tell) -> None:
        """Let people of a platform be told something. Called while everything is put together."""
        self._tell[platform] = tell

    async def make(self, words: list[str], caller: Caller, language: str) -> Card:
        """[ID] [WORDS]: appeal about a case of the caller's own, the last one where none is named ("" before words that
        could be taken for a name). Raises BotError, ReviewError."""
        person = caller.message.person
        if not person:
            raise NotYours("commands.privacy_whose")
        exchange, said = await self._meant(words, caller)
        if len(said) > LONGEST:
            raise UsageError("appeals.too_long", most=LONGEST)
        if exchange is None:
            return Card(title=_say("nothing", language))
        if exchange.case.appealed:
            return Card(title=_say("waiting", language, id=exchange.id), tone=Tone.GOOD)
        if len(await self._waiting(caller)) >= MOST:
            raise NotAllowed("appeals.too_many", most=MOST)
        origin = exchange.opening.origin
        # Before it is made: whoever decides at once can tell them already.
        await self._note(exchange.id, caller, language)
        kept = await self._desk.appeal(exchange.id, person=person, comment=said, tool=origin.platform)
        title = _say("made" if origin.server else "made_private", language, id=kept.id)
        return Card(
            title=title, hint=_say("made_hint", language, id=kept.id), tone=Tone.GOOD, news=kept.id, home=origin.server
        )

    async def answer(self, exchange: str, step: ReviewStep) -> bool | None:
        """Tell those who appealed about a case what came of it, or what a moderator says to it; whether all could be
        told, None: nobody appealed."""
        kept = await self._desk.show(exchange)
        told = [
            await self._told(each, entry, step)
            for each in [await self._desk.show(one) for one in kept.case.exchanges]
            if (entry := await self._state.get(_KIND, each.id)) is not None
        ]
        return all(told) if told else None

    async def _told(self, exchange: Exchange, entry: Entry, step: ReviewStep) -> bool:
        tell = self._tell.get(exchange.opening.origin.platform)
        language = str(entry.value["language"])
        card = outcome(exchange, step, language)
        return tell is not None and await tell(entry.person, card, language)

    async def _meant(self, words: list[str], caller: Caller) -> tuple[Exchange | None, str]:
        """The case of the caller's own that an appeal is about, and what they say to it."""
        if words and words[0]:
            try:
                named = await self._desk.show(words[0])
            except UnknownExchange:
                named = None
            if named and caller.is_person(named.opening.origin.person):
                return named, " ".join(words[1:])
            if len(words) == 1 or any(map(str.isdecimal, words[0])):  # a name, not the first word of a sentence
                raise NotYours("commands.why_not_yours", id=words[0])
        message = caller.message
        where = None if caller.place.private else caller.place.server
        newest = Query(person=message.person, platform=message.platform, limit=1)
        found = await self._desk.list(newest, server=where)
        return (found[0] if found else None), " ".join(words).strip()

    async def _waiting(self, caller: Caller) -> set[str]:
        """The cases of the caller's own about which they wait for an answer."""
        message = caller.message
        own = Query(person=message.person, platform=message.platform, limit=_ENOUGH)
        return {kept.case.id for kept in await self._desk.list(own) if kept.case.appealed}

    async def _note(self, exchange: str, caller: Caller, language: str) -> None:
        value = {"language": language}
        until = self._now() + _LASTS
        await self._state.put(Entry(kind=_KIND, key=exchange, value=value, person=caller.message.person, until=until))


def appealable(exchange: Exchange, caller: Caller) -> bool:
    """Whether the caller may appeal about it: it is theirs, and no appeal about it waits or was answered."""
    return caller.is_person(exchange.opening.origin.person) and may_appeal(exchange.case)


def outcome(exchange: Exchange, step: ReviewStep, language: str) -> Card:
    """What came of an appeal, in plain words: what somebody decided, and what they say to it."""
    case = exchange.case
    decided = "agreed" if case.ruling is Ruling.OVERTURNED else "stands"
    key = "word" if step is ReviewStep.ANSWER else decided
    answers = [review.note for review in case.reviews if review.step is ReviewStep.ANSWER]
    rows = (Row(label=catalogue("bots").say("commands.answered", language), text=answers[-1]),) if answers else ()
    return Card(title=_say(key, language, id=exchange.id), rows=rows, hint=_say("more", language, id=exchange.id))


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"appeals.{key}", language, **fields)
