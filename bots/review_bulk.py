"""`/review bulk` and `undo`: one decision about many cases, shown first, and taken back within the hour."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import UsageError
from bots.mutes import Mute, mute_of, value_of
from bots.review_asking import YES, By, counted, wrong
from bots.review_filters import Filters
from bots.review_mutes import ReviewMutes
from bots.state import Entry, State
from moderation.cases import DONE, RULINGS, ReviewStep
from moderation.errors import ReviewError, UnknownExchange
from moderation.review import ReviewDesk
from moderation.words import catalogue

_KIND: Final = "bulk"
_SHOWN: Final = "bulk preview"
"""Kind of the entries that say which cases somebody was shown, each as it stood."""
_MOST: Final = 100
"""Cases of one go; the next go has the next."""
_LASTS: Final = timedelta(hours=1)
"""How long what was shown can be done, and what was done can be taken back."""
_STEPS: Final = {step.value: step for step in (ReviewStep.UPHOLD, ReviewStep.OVERTURN, ReviewStep.ESCALATE)}


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
        shown first. Appeals are decided one by one: whoever appealed is told then. Raises UsageError, ModerationError.
        """
        if not words or words[0] not in _STEPS:
            raise wrong("bulk", self._language)
        step, rest = _STEPS[words[0]], words[1:]
        sure = bool(rest) and rest[-1].lower() in YES
        words = words[:-1] if sure else words
        key = json.dumps([by.server, by.who.tool, by.who.name, words])
        if sure and (shown := await self._state.get(_SHOWN, key)):
            cases, appeals = _shown(shown)
            card = await self._do(step, cases, by)
            await self._state.drop(_SHOWN, key)
            return replace(card, rows=(*card.rows, *self._beside(appeals)))
        filters = Filters(self._desk, language=self._language)
        found = await self._desk.list(filters.query(words[1:], by, verb="bulk", limit=_MOST), server=by.server)
        every = {kept.case.id: kept.case for kept in found}.values()
        fit = [case for case in every if not case.appealed or step is ReviewStep.ESCALATE]
        appeals = [case.id for case in every if case not in fit]
        if not fit:
            return Card(title=self._say("bulk_none"), rows=self._beside(appeals))
        value = {"cases": [[case.id, case.version] for case in fit], "appeals": appeals}
        until = self._now() + _LASTS
        await self._state.put(Entry(kind=_SHOWN, key=key, value=value, person=by.who.name, until=until))
        rows = (Row(label=self._say("bulk_cases"), text=counted([case.id for case in fit])), *self._beside(appeals))
        hint = self._say("words_sure", line=by.line("bulk", *words, "yes"))
        return Card(title=self._say(f"bulk_{step}", count=len(fit)), rows=rows, hint=hint)

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

    def _beside(self, appeals: Sequence[str]) -> tuple[Row, ...]:
        return (Row(label=self._say("bulk_appeals"), text=counted(appeals)),) if appeals else ()

    def _told(self, key: str, done: Sequence[str], left: Sequence[str]) -> Card:
        rows = [Row(label=self._say("bulk_cases"), text=counted(done))]
        if left:
            rows.append(Row(label=self._say("bulk_left"), text=counted(left)))
        tone = Tone.GOOD if done else Tone.BAD
        return Card(title=self._say(key, count=len(done)), rows=tuple(rows), tone=tone)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", self._language, **fields)


def _shown(entry: Entry) -> tuple[list[tuple[str, int]], list[str]]:
    """What somebody was shown: ids and versions of cases, and ids of appeals beside them."""
    cases, appeals = entry.value["cases"], entry.value["appeals"]
    assert isinstance(cases, list)
    assert isinstance(appeals, list)
    return [(str(case), int(version)) for case, version in cases], list(map(str, appeals))


def _lifted(entry: Entry) -> dict[str, list[Mute]]:
    """Which mutes of which case a bulk lifted."""
    lifted = entry.value.get("lifted", {})
    assert isinstance(lifted, dict)
    return {case: [mute_of(kept) for kept in mutes] for case, mutes in lifted.items()}
