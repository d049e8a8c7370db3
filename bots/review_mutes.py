"""`/review mute`, `unmute` and `mutes`: who is silent in a community for a while."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bots.cards import Card, Row, Tone, moment
from bots.errors import UsageError
from bots.mutes import Mute, Silent
from bots.review_asking import By, Tools, wrong
from bots.unmuting import Unmuting, mute_note
from moderation.cases import ReviewStep
from moderation.errors import ReviewError, UnknownExchange
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.words import catalogue

_USUAL: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=365)
_TIME: Final = re.compile(r"(\d{1,4})([mhdw]|분|시간|일|주)")
_UNITS: Final = {
    "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1),
    "분": timedelta(minutes=1), "시간": timedelta(hours=1), "일": timedelta(days=1), "주": timedelta(weeks=1),
}  # fmt: skip
CASE: Final = "case="
"""Before the id of the case for which a persona is muted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whom:
    """Who is meant, and where."""

    server: str
    kind: Silent
    who: str
    case: str


class ReviewMutes:
    """Mutes over one desk, in one language."""

    def __init__(self, desk: ReviewDesk, tools: Tools, *, language: str) -> None:
        self._desk = desk
        self._mutes = tools.mutes
        self._unmuting = Unmuting(desk=desk, mutes=tools.mutes)
        self._speaker = tools.speaker
        self._language = language

    async def mute(self, words: list[str], by: By) -> Card:
        """`person CASE` or `persona NAME`, then how long, then why. It stands in the trail of the case before it
        holds. Raises UsageError, ModerationError."""
        whom, rest = await self._whom("mute", words, by)
        lasts, why = self._time(rest)
        now = self._mutes.now
        mute = Mute(
            server=whom.server,
            kind=whom.kind,
            who=whom.who,
            since=now,
            until=now + lasts,
            by=by.who.name,
            reason=" ".join(why),
            case=whom.case,
        )
        if mute.case:
            note = mute_note(mute)
            await self._desk.take(mute.case, ReviewStep.MUTE, by=by.who, note=note, server=by.server)
        await self._mutes.put(mute)
        return Card(
            title=self._muted(mute),
            hint=by.line("unmute", mute.kind, mute.who),
            tone=Tone.GOOD,
        )

    async def unmute(self, words: list[str], by: By) -> Card:
        """Let somebody speak again. Raises UsageError, ModerationError."""
        whom, rest = await self._whom("unmute", words, by)
        if rest:
            raise wrong("unmute", self._language)
        held = [
            mute
            for mute in await self._mutes.here(whom.server if by.server is not None or whom.case else None)
            if (mute.kind, mute.who) == (whom.kind, whom.who)
        ]
        for mute in held:
            await self._unmuting.lift(mute, by=by.who, server=by.server, note="")
        key = "unmuted" if held else "unmuted_none"
        return Card(title=self._say(key, who=whom.who), tone=Tone.GOOD if held else Tone.BAD)

    async def mutes(self, words: list[str], by: By) -> Card:
        """Who is silent here, and for how long."""
        if words:
            raise wrong("mutes", self._language)
        rows = tuple(self._row(mute) for mute in await self._mutes.here(by.server))
        return Card(title=self._say("mutes" if rows else "mutes_none"), rows=rows)

    async def overturned(self, exchange: Exchange, by: By) -> tuple[Mute, ...]:
        """A case was overturned: what came from it ends. Returns which mutes that were."""
        found = await self.of_case(exchange)
        await self.lift(found, by)
        return found

    async def of_case(self, exchange: Exchange) -> tuple[Mute, ...]:
        """Which mutes came from a case."""
        server = exchange.opening.origin.server
        return await self._mutes.from_cases(server, {exchange.id, *exchange.case.exchanges})

    async def lift(self, mutes: Sequence[Mute], by: By) -> None:
        """They end, as their case was overturned."""
        for mute in mutes:
            await self._unmuting.lift(mute, by=by.who, server=by.server, note=ReviewStep.OVERTURN)

    async def put_back(self, mutes: Sequence[Mute], by: By) -> tuple[Row, ...]:
        """That is taken back: they hold again, where nothing speaks against it (`Unmuting.put_back`). Returns which do,
        as rows of a card."""
        held: list[Mute] = []
        for mute in mutes:
            with suppress(ReviewError):
                held += [mute] if await self._unmuting.put_back(mute, by=by.who, server=by.server) else []
        return tuple(Row(label=self._muted(mute), text=mute.reason or "-") for mute in held)

    def lifted(self, mutes: Sequence[Mute]) -> tuple[Row, ...]:
        """What an overturned case ended, as rows of its card."""
        return tuple(Row(label=self._say("unmuted", who=mute.who), text=mute.reason or "-") for mute in mutes)

    def _muted(self, mute: Mute) -> str:
        return self._say(f"muted_{mute.kind}", who=mute.who, until=moment(mute.until))

    async def _whom(self, verb: str, words: Sequence[str], by: By) -> tuple[_Whom, list[str]]:
        """Who is meant, and the words behind that. Raises Unknown for a persona that is nobody."""
        if len(words) < 2 or words[0] not in set(Silent):
            raise wrong(verb, self._language)
        kind, name, rest = Silent(words[0]), words[1], list(words[2:])
        if kind is Silent.PERSON:
            return await self._person(name, by), rest
        case = next((word.removeprefix(CASE) for word in rest if word.startswith(CASE)), "")
        server = by.server
        if case:
            origin = (await self._desk.show(case, server=server)).opening.origin
            server = origin.server
        if server is None and verb == "mute":
            raise UsageError("desk.mute_where", usage=CASE)
        if self._speaker and verb == "mute":
            self._speaker(name, server or "")
        named = _Whom(server=server or "", kind=kind, who=name, case=case)
        return named, [word for word in rest if not word.startswith(CASE)]

    async def _person(self, name: str, by: By) -> _Whom:
        """The person of an exchange, or of a key, in the community of whoever asks."""
        if ":" in name:
            if by.server is None:
                raise UsageError("desk.mute_where", usage=CASE)
            return _Whom(server=by.server, kind=Silent.PERSON, who=name, case="")
        origin = (await self._desk.show(name, server=by.server)).opening.origin
        if not origin.person:
            raise UnknownExchange("stores.unknown", id=name)
        return _Whom(server=origin.server, kind=Silent.PERSON, who=origin.person, case=name)

    def _time(self, words: list[str]) -> tuple[timedelta, list[str]]:
        """How long, a day where nobody says; and the rest."""
        found = _TIME.fullmatch(words[0]) if words else None
        if found is None:
            return _USUAL, words
        lasts = int(found[1]) * _UNITS[found[2]]
        if not timedelta(0) < lasts <= _LONGEST:
            raise UsageError("desk.mute_time", given=words[0], most=_LONGEST.days)
        return lasts, words[1:]

    def _row(self, mute: Mute) -> Row:
        parts = (self._say("until", at=moment(mute.until)), mute.by, mute.case, mute.reason)
        return Row(label=f"{self._say(f'kind_{mute.kind}')} {mute.who}", text=" · ".join(filter(None, parts)))

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", self._language, **fields)


def silence_card(mute: Mute, name: str, language: str) -> Card:
    """What somebody hears who is muted, or who wants to talk with a persona that is. `name` is the persona's."""
    title = catalogue("bots").say(f"desk.silent_{mute.kind}", language, name=name, until=moment(mute.until))
    hint = catalogue("bots").say(f"desk.silent_{mute.kind}_hint", language)
    return Card(title=title, hint=hint, tone=Tone.BAD)
