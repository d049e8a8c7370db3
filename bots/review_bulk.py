"""`/review bulk` and `undo`: one decision about many cases, shown first, and taken back within the hour."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bots.answers import YES
from bots.cards import Card, Row, Tone
from bots.errors import UsageError
from bots.mutes import Mute, mute_of, value_of
from bots.review_asking import By, counted, wrong
from bots.review_filters import Filters
from bots.review_mutes import ReviewMutes
from bots.state import Entry, State
from moderation.cases import DONE, OPEN, RULINGS, Case, CaseState, ReviewStep
from moderation.errors import ReviewError, UnknownExchange
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.words import catalogue

_KIND: Final = "bulk"
_SHOWN: Final = "bulk preview"
"""Kind of the entries that say which cases somebody was shown, each as it stood."""
_MOST: Final = 100
"""Cases of one go; the next go has the next."""
_PAGE: Final = 100
"""Exchanges that are looked at together."""
_LASTS: Final = timedelta(hours=1)
"""How long what was shown can be done, and what was done can be taken back."""
_STEPS: Final = {step.value: step for step in (ReviewStep.UPHOLD, ReviewStep.OVERTURN, ReviewStep.ESCALATE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What somebody is shown before anything is done."""

    cases: tuple[tuple[str, int], ...] = ()
    """Ids and versions of those it would be done to."""
    appeals: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    """Some of what is decided or escalated already: it stays so, as `undo` could not bring that back."""
    more: bool = False
    """Others fit too."""


class ReviewBulk:
    """Many cases at once over one desk, in one language."""

    def __init__(
        self,
        desk: ReviewDesk,
        state: State,
        *,
        mutes: ReviewMutes,
        now: Callable[[], datetime],
        ids: Callable[[], str],
        language: str,
    ) -> None:
        """`mutes` end with what is overturned; `ids` makes ids that people type."""
        self._desk = desk
        self._state = state
        self._mutes = mutes
        self._now = now
        self._ids = ids
        self._language = language

    async def bulk(self, words: list[str], by: By) -> Card:
        """uphold|overturn|escalate, then filters as of `list`: how many cases that are, and which; with "yes" behind it
        it is done to exactly those, as they were shown to whoever types it, within the hour. What was never shown is
        shown first. Appeals are decided one by one: whoever appealed is told then; what is decided already is left.
        Raises UsageError, ModerationError.
        """
        if not words or words[0] not in _STEPS:
            raise wrong("bulk", self._language)
        step, rest = _STEPS[words[0]], words[1:]
        sure = bool(rest) and rest[-1].lower() in YES
        words = words[:-1] if sure else words
        key = json.dumps([by.server, by.who.tool, by.who.name, words])
        if sure and (shown := await self._state.get(_SHOWN, key)):
            found = _shown(shown)
            card = await self._do(step, found.cases, by)
            await self._state.drop(_SHOWN, key)
            return replace(card, rows=(*card.rows, *self._beside(found)))
        filters = Filters(self._desk, language=self._language)
        found = await self._found(filters.query(words[1:], by, verb="bulk", limit=_PAGE), step, by)
        if not found.cases:
            return Card(title=self._say("bulk_none"), rows=self._beside(found))
        until = self._now() + _LASTS
        await self._state.put(Entry(kind=_SHOWN, key=key, value=asdict(found), person=by.who.name, until=until))
        cases = [case for case, _ in found.cases]
        rows = (Row(label=self._say("bulk_cases"), text=counted(cases)), *self._beside(found))
        hint = self._say("words_sure", line=by.line("bulk", *words, "yes"))
        return Card(title=self._say(f"bulk_{step}", count=len(cases)), rows=rows, hint=hint)

    async def undo(self, words: list[str], by: By) -> Card:
        """Reopen what a bulk decided, where nobody touched it since. Raises UsageError, ModerationError."""
        if len(words) != 1:
            raise wrong("undo", self._language)
        entry = await self._state.get(_KIND, words[0])
        if entry is None or by.server not in (None, entry.value["server"]):
            raise UsageError("desk.undo_unknown", given=words[0])
        done = entry.value["done"]
        assert isinstance(done, list)
        lifted = _lifted(entry)
        reopened: list[str] = []
        left: list[str] = []
        muted: list[Row] = []
        for case in map(str, done):
            if await self._reopened(case, words[0], by):
                reopened.append(case)
                muted += await self._mutes.put_back(lifted.get(case, ()), by)
            else:
                left.append(case)
        await self._state.drop(_KIND, words[0])
        card = self._told("undo_done", reopened, left)
        return replace(card, rows=(*card.rows, *muted))

    async def _found(self, query: Query, step: ReviewStep, by: By) -> _Found:
        """What of a query a step can be taken with, as far as one go has room for it."""
        escalates = step is ReviewStep.ESCALATE
        wanted = (query.states or frozenset(CaseState)) - {CaseState.NEW}
        fit = OPEN - {CaseState.ESCALATED} if escalates else OPEN
        cases: dict[str, int] = {}
        appeals: dict[str, None] = {}
        async for case in self._cases(replace(query, states=wanted & fit), by):
            if case.appealed and not escalates:
                appeals[case.id] = None
            else:
                cases[case.id] = case.version
            if len(cases) > _MOST:
                break
        # Of these it is only said that they are there, and there may be very many: a page of them is enough.
        settled = await self._page(replace(query, states=wanted - fit), by)
        return _Found(
            cases=tuple(cases.items())[:_MOST],
            appeals=tuple(appeals),
            settled=tuple(dict.fromkeys(kept.case.id for kept in settled)),
            more=len(cases) > _MOST,
        )

    async def _cases(self, query: Query, by: By) -> AsyncIterator[Case]:
        """Page by page; one of which there are several exchanges may come more than once."""
        while page := await self._page(query, by):
            for kept in page:
                yield kept.case
            query = replace(query, before=page[-1].id)

    async def _page(self, query: Query, by: By) -> Sequence[Exchange]:
        return await self._desk.list(query, server=by.server) if query.states else ()

    async def _reopened(self, case: str, number: str, by: By) -> bool:
        """Reopen a case in which that bulk still has the last word; whether it was."""
        try:
            kept = await self._desk.show(case, server=by.server)
            decisions = [review for review in kept.case.reviews if review.step in RULINGS]
            if kept.case.state not in DONE or decisions[-1].note != f"bulk {number}":
                return False
            version, note = kept.case.version, f"undo {number}"
            await self._desk.take(case, ReviewStep.REOPEN, by=by.who, note=note, version=version, server=by.server)
        except ReviewError:
            return False
        return True

    async def _do(self, step: ReviewStep, cases: Sequence[tuple[str, int]], by: By) -> Card:
        number = self._ids()
        done: list[str] = []
        left: list[str] = []
        undoable = step is not ReviewStep.ESCALATE
        lifted: dict[str, tuple[Mute, ...]] = {}
        if undoable:  # before anything is done, or what a program that dies had done could not be taken back
            await self._note(number, [case for case, _ in cases], by, lifted)
        for case, version in cases:
            try:
                after = await self._desk.take(
                    case, step, by=by.who, note=f"bulk {number}", version=version, server=by.server
                )
            except (ReviewError, UnknownExchange):
                left.append(case)
                continue
            if step is ReviewStep.OVERTURN and (mutes := await self._mutes.of_case(after)):
                lifted[after.case.id] = mutes
                await self._note(number, [case for case, _ in cases], by, lifted)
                await self._mutes.lift(mutes, by)
            done.append(after.case.id)
        if undoable:
            await self._note(number, done, by, lifted)
        card = self._told(f"bulk_{step}_done", done, left)
        undo = self._say("undo_hint", line=by.line("undo", number))
        return replace(card, hint=undo) if done and undoable else card

    async def _note(self, number: str, cases: Sequence[str], by: By, lifted: Mapping[str, Sequence[Mute]]) -> None:
        """Keep of which cases a bulk may be taken back: of those in which it has the last word (`_reopened`); and which
        mutes of which case it lifts."""
        if not cases:
            await self._state.drop(_KIND, number)
            return
        mutes = {case: [value_of(mute) for mute in ended] for case, ended in lifted.items()}
        value = {"server": by.server or "", "done": list(cases), "lifted": mutes}
        await self._state.put(Entry(kind=_KIND, key=number, value=value, until=self._now() + _LASTS))

    def _beside(self, found: _Found) -> tuple[Row, ...]:
        """What it is not done to."""
        rows = [Row(label=self._say("bulk_appeals"), text=counted(found.appeals))] if found.appeals else []
        if found.settled:
            at_least = "≥ " if len(found.settled) == _PAGE else ""
            rows.append(Row(label=self._say("bulk_settled"), text=at_least + counted(found.settled)))
        if found.more:
            rows.append(Row(label="", text=self._say("bulk_more", count=len(found.cases))))
        return tuple(rows)

    def _told(self, key: str, done: Sequence[str], left: Sequence[str]) -> Card:
        rows = [Row(label=self._say("bulk_cases"), text=counted(done))]
        if left:
            rows.append(Row(label=self._say("bulk_left"), text=counted(left)))
        tone = Tone.GOOD if done else Tone.BAD
        return Card(title=self._say(key, count=len(done)), rows=tuple(rows), tone=tone)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", self._language, **fields)


def _shown(entry: Entry) -> _Found:
    """What somebody was shown."""
    value: dict[str, Any] = dict(entry.value)
    return _Found(
        cases=tuple((case, version) for case, version in value["cases"]),
        appeals=tuple(value["appeals"]),
        settled=tuple(value.get("settled", ())),
        more=value.get("more", False),
    )


def _lifted(entry: Entry) -> dict[str, list[Mute]]:
    """Which mutes of which case a bulk lifted."""
    lifted = entry.value.get("lifted", {})
    assert isinstance(lifted, dict)
    return {case: [mute_of(kept) for kept in mutes] for case, mutes in lifted.items()}
