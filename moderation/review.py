"""The review desk: people look at what the guard objected to, and agree or overrule it.

What a step does to a case is one pure function, `moderation.transitions.advance`. The desk adds when, and has the store
append it to the audit trail. Who somebody is, and of which rank, is vouched for by whoever asks. Nothing is formatted
here either: the texts that every platform shares are in `moderation.reasons`.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from moderation.appeals import Appeal, appeals_in, entitled
from moderation.cases import (
    ERASED,
    GUARD,
    MEMBER,
    OPEN,
    RULINGS,
    Case,
    CaseState,
    Priority,
    Rank,
    Review,
    Reviewer,
    ReviewStep,
)
from moderation.complaints import appealed, reported
from moderation.consequences import consequence, kept_back, worded, worded_as
from moderation.desk_rules import DeskRules, nothing
from moderation.errors import InvalidTransition, Overtaken, ReviewError, UnknownExchange
from moderation.figures import Decided, Standing, Waiting
from moderation.merging import joined
from moderation.records import Exchange, Opening, Origin, Outcome, Stats
from moderation.stores import Audit, News, Query, Sibling, Store
from moderation.transitions import BESIDE, BLIND, advance, contested, expired, latest, plan

Look = Callable[[Exchange], None]
"""Raises what is in the way of a step with the case of that exchange."""
_TRIES: Final = 8
"""How often a step is tried when others were faster: there is no other place that tries again."""

_ENOUGH: Final = 500
"""Cases that are looked at when the desk is tidied up."""
_MANY: Final = 2_000
"""Cases of which little more than whose they are is looked at then."""


class ReviewDesk:
    """Review over one store. As concurrent as the store: every method may be awaited at any time.

    All methods raise what the store raises; those that take an exchange raise UnknownExchange where there is none.

    `server` is the community whose people ask: exchanges of any other are as if they did not exist. None is for whoever
    runs the instance, and means all. In private, "", nobody reviews: nothing is listed or counted there, but an
    exchange that was kept there is found by its id.
    """

    def __init__(
        self, store: Store, *, clock: Callable[[], datetime], rules: DeskRules | None = None, policy: str = ""
    ) -> None:
        """`clock` gives the time of each step, aware, in UTC; `policy` is the hash of the one in force."""
        self._store = store
        self._clock = clock
        self._rules = rules or DeskRules()
        self.policy = policy
        """Written down with cases. May be another from one moment to the next."""

    @property
    def now(self) -> datetime:
        """The time by the desk's clock."""
        return self._clock()

    @property
    def late(self) -> tuple[datetime, ...]:
        """For each priority, from the lowest on, before when a case was opened that is late now."""
        return tuple(self._clock() - self._rules.deadlines[priority] for priority in Priority)

    async def list(self, query: Query, *, server: str | None = None) -> tuple[Exchange, ...]:
        """Kept exchanges that match, newest first."""
        if server is None:
            return await self._store.list(query)
        if query.before:
            await self._find(query.before, server)
        if not server or query.server not in ("", server):
            return ()
        return await self._store.list(replace(query, server=server))

    async def move(self, old: str, new: str) -> None:
        """A community has another key now, and its cases follow. Does nothing the second time."""
        await self._store.move(old, new)

    async def search(self, text: str, *, limit: int = 20, server: str | None = None) -> tuple[Exchange, ...]:
        """The newest kept exchanges in which every word of `text` occurs; any string is a valid search."""
        return await self.list(Query(text=text, limit=limit), server=server)

    async def show(self, exchange: str, *, server: str | None = None) -> Exchange:
        """One exchange, to be shown with its texts masked: seeing them is `reveal`."""
        return await self._find(exchange, server)

    async def next(self, by: Reviewer, *, server: str | None = None, after: str = "") -> Exchange | None:
        """The most pressing case that waits for somebody like `by`, the oldest of those, or None where none does;
        `after`: the one behind that exchange, so that a case can be left for later. Raises UnknownExchange for an
        unknown `after`."""
        if after:
            await self._find(after, server)
        if server == "":
            return None
        await self.free_expired()
        return await self._store.next(by, server=server or "", after=after)

    def due(self, case: Case) -> datetime:
        """When somebody should have decided."""
        return case.opened + self._rules.deadlines[case.priority]

    def overdue(self, case: Case) -> bool:
        """Whether it waits longer than it should."""
        return case.state in OPEN and self._clock() > self.due(case)

    async def take(
        self,
        exchange: str,
        what: ReviewStep,
        *,
        by: Reviewer,
        note: str = "",
        version: int | None = None,
        server: str | None = None,
        look: Look | None = None,
    ) -> Exchange:
        """Take a step with the case of an exchange, and those before it that it needs (`transitions.plan`), at once or
        not at all. `version` is the one that was looked at; None: as it stands now. `look` sees the exchange before,
        and may raise what is in the way.

        Raises ReviewError for a note that is blank and `by` without a name; Forbidden, AlreadyInTargetState and
        InvalidTransition as `transitions.advance` does, Overtaken where somebody else was faster: but an appeal, a
        step that fits any state, and whoever has a `look`, look again then. A reveal is durable before the text is
        given back.

        A case that is decided is closed at once, unless something follows for a reply (`consequences`): then it is by
        the guard's step that says that it is done, or why not. Of an edit the note is what is to be shown.
        """
        if not by.name.strip():
            raise ReviewError("review.nobody")
        if what in (ReviewStep.NOTE, ReviewStep.ANSWER, ReviewStep.EDIT) and not note.strip():
            raise ReviewError("review.empty_note")
        if what is ReviewStep.EDIT:
            note = await self._worded(await self._seen(exchange, server, look), note.strip(), by)
        again = version is None and (look is not None or what in {*BESIDE, ReviewStep.APPEAL})
        for left in reversed(range(_TRIES if again else 1)):
            try:
                return await self._take(await self._seen(exchange, server, look), what, by, note.strip(), version)
            except Overtaken:
                if not left:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    async def merge(
        self, exchange: str, other: str, *, by: Reviewer, note: str = "", server: str | None = None
    ) -> Exchange:
        """Make the case of `other` part of that of `exchange`: of the same person, or of the same persona, and both
        wait; that of `other` for no answer to an appeal, and for a senior only where `by` is one. Raises
        InvalidTransition where they do not, Overtaken, Forbidden."""
        case, joining = await self._find(exchange, server), await self._find(other, server)
        after = joined(case, joining, by, self._clock())
        told = self._review(case.case, after, ReviewStep.MERGE, by, f"{joining.case.id} {note}".strip())
        return await self._store.merge(after, joining.case, told)

    async def appeal(
        self, exchange: str, *, person: str, comment: str, tool: str, server: str | None = None
    ) -> Exchange:
        """`person`, whose exchange it is, or whose report of it was dismissed, wants somebody else to look at it. Their
        words are kept with the exchange and not in the trail, so that they can be erased.

        Raises, before anything is kept, as `take`; Forbidden where they are neither; AlreadyInTargetState where theirs
        waits, InvalidTransition where it was answered.
        """
        kept = await self._find(exchange, server)
        member = Reviewer(name=MEMBER, rank=Rank.MEMBER, tool=tool)
        at = self._clock()
        side = entitled(kept, await self._together(kept), person)
        await self._readable(kept, ReviewStep.APPEAL)
        advance(kept.case, ReviewStep.APPEAL, member, at)
        await self._store.add(exchange, appealed(side, comment, by=person, at=at))
        return await self.take(exchange, ReviewStep.APPEAL, by=member, server=server)

    async def appeals(self, exchange: str) -> tuple[Appeal, ...]:
        """Who appealed about the case of an exchange, in the order in which they did."""
        return appeals_in(await self._together(await self._store.get(exchange)))

    async def news(self, after: int | None, *, limit: int = 200) -> News:
        """See `Store.news`."""
        return await self._store.news(after, limit=limit)

    async def lapse(self) -> int:
        """End the cases in which nothing is left to look at, as everybody they were about had all of it erased; how
        many. Where somebody still waits for a reply that is held, it is refused instead, as it would be in the end."""
        ended = 0
        for kept in await self._store.list(Query(states=OPEN, erased=True, limit=_ENOUGH)):
            with _faster():
                if not await self._readable_in(kept):
                    await self._lapse(await self._store.get(kept.id))
                    ended += 1
        return ended

    async def _lapse(self, kept: Exchange) -> None:
        held = any(each.closing and each.closing.outcome is Outcome.HELD for each in await self._together(kept))
        if not held or contested(kept.case):
            await self._take(kept, ReviewStep.LAPSE, GUARD, ERASED, None)
            return
        if kept.case.state is CaseState.CLAIMED:
            kept = await self._take(kept, ReviewStep.RELEASE, GUARD, ERASED, None)
        await self._take(kept, ReviewStep.UPHOLD, GUARD, ERASED, None)

    async def free_expired(self) -> int:
        """End the leases that are over; how many."""
        claimed = Query(states=frozenset({CaseState.CLAIMED}), queue=True, limit=_ENOUGH)
        ended = 0
        for kept in await self._store.list(claimed):
            if expired(kept.case, self._clock()):
                with _faster():
                    await self._take(kept, ReviewStep.EXPIRE, GUARD, "", None)
                    ended += 1
        return ended

    async def gather(self) -> int:
        """Merge what one person caused with one persona, by the same rules and within a day or so; how many cases
        became part of another one."""
        if not self._rules.together:
            return 0
        first: dict[tuple[object, ...], Sibling] = {}
        merged = 0
        for each in await self._store.siblings(_MANY):
            key = (each.platform, each.server, each.person, each.persona, each.rules)
            known = first.get(key)
            if known is None or each.opened - known.opened > self._rules.together:
                first[key] = each
                continue
            with _faster():
                await self.merge(known.case, each.case, by=GUARD)
                merged += 1
        return merged

    async def waiting(self, *, server: str | None = None) -> tuple[Waiting, ...]:
        """What waits for somebody, or somebody has, counted by state and priority, the most pressing first."""
        if server == "":
            return ()
        return await self._store.waiting(dict(zip(Priority, self.late, strict=True)), server=server or "")

    async def decided(self, past: timedelta, *, server: str | None = None) -> tuple[Decided, ...]:
        """The decisions of people in the time that has just passed, in order; what nobody decided in time is none."""
        if server == "":
            return ()
        found = await self._store.decided(self._clock() - past, server=server or "")
        return tuple(each for each in found if each.by != GUARD.name)

    async def verify(self, earlier: str = "") -> Audit:
        """See `Store.verify`."""
        return await self._store.verify(earlier)

    async def report(  # noqa: PLR0913 - one call says everything about a reply, of which nothing may be kept yet
        self,
        *,
        origin: Origin,
        persona: str,
        persona_version: str,
        model: str,
        policy: str,
        language: str,
        said: str,
        shown: str,
        reason: str,
        comment: str,
        exchange: str = "",
        answered: str | None = None,
    ) -> str:
        """Keep that a member, `origin.person`, reports a reply that was `shown`; returns the id of the exchange in
        which moderators find it. Raises ReviewError for a `reason` that is none of REASONS.

        `origin.message` is the reply's; reporting it again changes nothing. `comment` is the member's own words, or "".
        `exchange` is what was kept of the reply, or "": then an exchange is made for it, of the person `answered`,
        whose message `said` is (None: of the member; "": of nobody who is known). Its outcome is not counted again.
        More of this: `Store.report`.

        A case that is decided stays decided. Where that was about what is reported, who opens it sees the report, but
        it is put before nobody again, or members could undo what moderators decide. Where it was about a draft that
        was never shown, the reply that was is a case of its own, which waits.
        """
        at = self._clock()
        report = reported(shown, reason, comment, by=origin.person, at=at)
        origin = replace(origin, person=origin.person if answered is None else answered)
        opening = Opening(
            origin=origin, at=at, persona=persona, persona_version=persona_version, model=model, policy=policy,
            language=language, said=said,
        )  # fmt: skip
        return await self._store.report(opening, report, exchange=exchange)

    async def stats(self, *, server: str | None = None) -> Stats:
        """Counts over the whole store, or over one server."""
        if server == "":
            return nothing()
        return await self._store.stats(server or "")

    async def standing(self) -> Standing:
        """How many cases there are of each state and ruling, over the whole store."""
        return await self._store.standing()

    async def _find(self, exchange: str, server: str | None) -> Exchange:
        case = await self._store.get(exchange)
        if server not in (None, case.opening.origin.server):
            raise UnknownExchange("stores.unknown", id=exchange)
        return case

    async def _seen(self, exchange: str, server: str | None, look: Look | None) -> Exchange:
        kept = await self._find(exchange, server)
        if look:
            look(kept)
        return kept

    async def _take(self, kept: Exchange, what: ReviewStep, by: Reviewer, note: str, version: int | None) -> Exchange:
        case = kept.case
        if version not in (None, case.version):
            raise Overtaken("stores.overtaken", id=kept.id, state=case.state, step=what)
        if by != GUARD:
            await self._readable(kept, what)
        at = latest(case.reviews, self._clock())
        reviews = []
        steps = plan(case, what, by, at)
        for step in (*steps, ReviewStep.CLOSE) if await self._closes(kept, what, by, note) else steps:
            who = GUARD if step is not what and step in (ReviewStep.EXPIRE, ReviewStep.CLOSE) else by
            after = advance(case, step, who, at, lease=self._rules.lease)
            reviews.append(self._review(case, after, step, who, note if step is what else "", at))
            case = after
        return await self._store.review(kept.id, reviews, case)

    async def _closes(self, kept: Exchange, what: ReviewStep, by: Reviewer, note: str) -> bool:
        if what not in RULINGS:
            done = what in (ReviewStep.RESTORE, ReviewStep.NOTE) and by == GUARD
            return done and kept.case.state is CaseState.DECIDED
        return not any(consequence(each, what, note) for each in await self._together(kept))

    async def _together(self, kept: Exchange) -> Sequence[Exchange]:
        """The exchanges of its case."""
        return [kept if each == kept.id else await self._store.get(each) for each in kept.case.exchanges]

    async def _readable_in(self, kept: Exchange) -> bool:
        """Whether anything of its case was not erased."""
        return not all(each.erased for each in await self._together(kept))

    async def _readable(self, kept: Exchange, what: ReviewStep) -> None:
        """Raises where a step is for what can be read, and nothing of that is left."""
        if kept.erased and what not in BLIND and (what is ReviewStep.REVEAL or not await self._readable_in(kept)):
            raise InvalidTransition("review.erased", id=kept.id, state=kept.case.state, step=what)

    async def _worded(self, kept: Exchange, text: str, by: Reviewer) -> str:
        """Keep what somebody wants to have shown, where they may decide that; the note for the trail."""
        case, at = kept.case, self._clock()
        await self._readable(kept, ReviewStep.EDIT)
        for step in plan(case, ReviewStep.EDIT, by, at):
            case = advance(case, step, GUARD if step is ReviewStep.EXPIRE else by, at, lease=self._rules.lease)
        if not kept_back(kept):
            raise InvalidTransition("review.nothing_kept_back", id=kept.id, state=kept.case.state, step=ReviewStep.EDIT)
        words, note = worded(text, at)
        await self._store.add(kept.id, words)
        if not worded_as(await self._store.get(kept.id), note):
            raise ReviewError("review.private_words", id=kept.id)
        return note

    def _review(
        self, before: Case, after: Case, step: ReviewStep, by: Reviewer, note: str, at: datetime | None = None
    ) -> Review:
        return Review(
            at=at or latest(before.reviews, self._clock()),
            actor=by.name,
            tool=by.tool,
            step=step,
            before=before.state,
            after=after.state,
            ruling=after.ruling,
            policy=self.policy,
            note=note,
        )


def _faster() -> contextlib.suppress:
    """Somebody else was faster, so that there is nothing left to do."""
    return contextlib.suppress(ReviewError)
