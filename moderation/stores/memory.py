"""A store that keeps everything in memory: for tests, and for demonstrations that leave nothing behind.

Nothing it keeps survives the process; in everything else it does what the contract says.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from moderation.cases import OPEN, RULINGS, Case, CaseState, Priority, Review, Reviewer, ReviewStep
from moderation.errors import Overtaken, StoreFailed, UnknownExchange
from moderation.figures import Decided, Standing, Waiting, decision
from moderation.records import Closing, Exchange, Objection, Opening, Outcome, Stats
from moderation.stores import Audit, Expired, News, Query, Sibling, remembered, reports
from moderation.stores.chain import link
from moderation.stores.erasure import anonymous, emptied, reported_by, silent, textless, wordless
from moderation.stores.search import Phrase, holds, phrases, terms
from moderation.transitions import may_take, priority_of, queued

_TRIES: Final = 16

_Place = tuple[str, str, str, str]
"""Platform, server, conversation and message."""


class MemoryStore:
    """Meets `moderation.stores.Store`. Bound to one event loop like any store, and never waits."""

    def __init__(self, *, ids: Callable[[], str]) -> None:
        """`ids` makes a new id at each call: short, typeable; one that is taken is asked for again."""
        self._ids = ids
        self._kept: dict[str, Exchange] = {}
        """The case of each is its own, or a former one: `_case_of` knows."""
        self._cases: dict[str, Case] = {}
        self._trail: list[tuple[str, Review]] = []
        self._terms: dict[str, list[str]] = {}
        self._expired: set[str] = set()
        """Exchanges whose texts were kept for long enough, and to which none came since."""
        self._outcomes: Counter[tuple[str, Outcome]] = Counter()
        self._reports: dict[_Place, list[tuple[str, str]]] = defaultdict(list)
        """By the message that was reported: who did, and in which exchange that is kept; oldest first."""
        self._closed = False

    async def open(self, opening: Opening, first: Objection) -> str:
        """Keep a new exchange with its first objection; returns its id."""
        self._require_open()
        exchange = self._new_id()
        case = Case(id=exchange, opened=opening.at, priority=priority_of([first]), exchanges=(exchange,))
        self._cases[exchange] = case
        self._kept[exchange] = Exchange(id=exchange, opening=opening, objections=(first,), closing=None, case=case)
        self._terms[exchange] = terms(opening.said) + terms(first.text)
        return exchange

    async def add(self, exchange: str, objection: Objection) -> None:
        """Keep another objection of the same exchange. Raises UnknownExchange."""
        kept = self._find(exchange)
        if kept.erased:
            objection = wordless(objection)
        self._kept[exchange] = replace(kept, objections=(*kept.objections, objection))
        priority = max(kept.case.priority, priority_of([objection]))
        self._cases[kept.case.id] = replace(self._cases[kept.case.id], priority=priority)
        self._terms[exchange] += terms(objection.text)
        self._expired.discard(exchange)

    async def close(self, exchange: str, closing: Closing) -> None:
        """Keep how it ended and count it; the first closing stands. Raises UnknownExchange."""
        kept = self._find(exchange)
        if kept.closing is None:
            self._end(kept, closing)
            self._outcomes[kept.opening.origin.server, closing.outcome] += 1

    async def count(self, outcome: Outcome, server: str = "") -> None:
        """Count an exchange of which nothing is kept."""
        self._require_open()
        self._outcomes[server, outcome] += 1

    async def report(self, opening: Opening, objection: Objection, *, exchange: str = "") -> str:
        """Keep what a member objects to; returns the id of the exchange it stands in."""
        self._require_open()
        origin = opening.origin
        recognised = reports.recognisable(origin, objection)
        place = (origin.platform, origin.server, origin.conversation, origin.message)
        before = self._reports[place] if recognised else []
        for by, kept in before:
            if by == objection.by:
                return kept
        meant = self._seen(exchange) if exchange in self._kept else None
        candidates = [exchange] * (meant is not None) + [there for _, there in before]
        kept = next((each for each in candidates if reports.belongs(self._seen(each), origin)), "")
        if kept:
            await self.add(kept, objection)
        else:
            kept = await self.open(reports.begun(opening, meant), objection)
            self._end(self._kept[kept], reports.ended(objection))
        before.append((objection.by, kept))
        return kept

    async def get(self, exchange: str) -> Exchange:
        """One exchange with everything kept of it. Raises UnknownExchange."""
        return self._find(exchange)

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Exchanges that match, the one opened last first. Raises UnknownExchange for an unknown `before`."""
        self._require_open()
        wanted = phrases(query.text)
        every = self._queue() if query.queue else [self._seen(each) for each in reversed(self._kept)]
        start = remembered.place(every, self._find(query.before)) + 1 if query.before else 0
        found = (exchange for exchange in every[start:] if self._matches(exchange, query, wanted))
        return tuple(exchange for exchange, _ in zip(found, range(query.limit), strict=False))

    async def next(self, by: Reviewer, *, server: str = "", after: str = "") -> Exchange | None:
        """The first case that waits. Raises UnknownExchange for an unknown `after`."""
        self._require_open()
        every = self._queue()
        start = remembered.place(every, self._find(after)) + 1 if after else 0
        waiting = (each for each in every[start:] if not self._gone(each.case) and may_take(each.case, by))
        return next((each for each in waiting if server in ("", each.opening.origin.server)), None)

    async def review(self, exchange: str, reviews: Sequence[Review], case: Case) -> Exchange:
        """Append steps. Raises UnknownExchange; Overtaken where the version is another one."""
        stands = self._find(exchange).case
        self._compare(stands, case, reviews[-1])
        self._append(exchange, reviews)
        self._cases[stands.id] = replace(case, id=stands.id, exchanges=stands.exchanges, version=case.version + 1)
        return self._find(exchange)

    async def merge(self, case: Case, other: Case, review: Review) -> Exchange:
        """Make one case of two. Raises UnknownExchange; InvalidTransition where a version is another one."""
        into, joining = self._find(case.id).case, self._find(other.id).case
        self._compare(into, case, review)
        self._compare(joining, other, review)
        del self._cases[joining.id]
        self._append(case.id, [review])
        self._cases[case.id] = replace(
            into,
            state=case.state,
            escalated=case.escalated,
            exchanges=tuple(sorted((*into.exchanges, *joining.exchanges), key=list(self._kept).index)),
            priority=max(into.priority, joining.priority),
            version=into.version + 1,
        )
        return self._find(case.id)

    async def verify(self, earlier: str = "") -> Audit:
        """Whether the trail and the cases agree: in memory nobody can change a step."""
        self._require_open()
        differing = [
            each.id for each in self._cases.values() if (trail := self._of_case(each)) and trail[-1].after != each.state
        ]
        head = self._trail[-1][1].chain if self._trail else ""
        lost = bool(earlier) and all(review.chain != earlier for _, review in self._trail)
        return Audit(steps=len(self._trail), unchained=0, differing=tuple(differing), head=head, lost=lost)

    async def news(self, after: int | None, *, limit: int = 200) -> News:
        """Where steps were taken since."""
        self._require_open()
        head = len(self._trail)
        until = head if after is None or after > head else min(after + limit, head)
        steps = self._trail[until if after is None else after : until]
        changes = (exchange for exchange, review in steps if review.step is not ReviewStep.QUEUE)
        return News(until=until, exchanges=tuple(dict.fromkeys(changes)))

    async def waiting(self, before: Mapping[Priority, datetime], *, server: str = "") -> tuple[Waiting, ...]:
        """Cases that wait, counted by state and priority."""
        self._require_open()
        groups: dict[tuple[Priority, CaseState], list[datetime]] = defaultdict(list)
        for case in self._cases.values():
            where = self._kept[case.id].opening.origin.server
            if case.state in OPEN and not self._gone(case) and server in ("", where):
                groups[case.priority, case.state].append(case.opened)
        return tuple(
            Waiting(
                state=state,
                priority=priority,
                count=len(opened),
                late=sum(at < before[priority] for at in opened),
                oldest=min(opened),
            )
            for (priority, state), opened in sorted(groups.items(), key=lambda item: (-item[0][0], item[0][1]))
        )

    async def decided(self, since: datetime, *, server: str = "") -> tuple[Decided, ...]:
        """Every decision since then, in order."""
        self._require_open()
        cases = {exchange: case for case in self._cases.values() for exchange in case.exchanges}
        steps = [(cases[exchange], review) for exchange, review in self._trail]
        last = {case.id: review for case, review in steps if review.step in RULINGS}
        found = []
        for number, (case, review) in enumerate(steps):
            origin = self._kept[case.id].opening.origin
            if review.step not in RULINGS or review.at < since or server not in ("", origin.server):
                continue
            before = [(one, other) for one, other in steps[:number] if one.id == case.id]
            row = decision(
                case=case.id,
                at=review.at,
                by=review.actor,
                ruling=RULINGS[review.step],
                standing=case.ruling if last[case.id] is review else None,
                claims=[other.at for _, other in before if other.step is ReviewStep.CLAIM],
                since=[other.step for one, other in steps[number + 1 :] if one.id == case.id],
                persona=self._kept[case.id].opening.persona,
                rules=[rule for each in case.exchanges for rule in remembered.names(self._kept[each]) if "." in rule],
            )
            found.append(row)
        return tuple(found)

    async def of_person(self, person: str, *, platform: str) -> tuple[Exchange, ...]:
        """Everything kept of a person, oldest first."""
        self._require_open()
        found = (each for each in map(self._seen, self._kept) if each.opening.origin.platform == platform)
        return tuple(
            exchange if exchange.opening.origin.person == person else reported_by(person, exchange)
            for exchange in found
            if person and person in (exchange.opening.origin.person, *(each.by for each in exchange.objections))
        )

    async def erase(self, person: str, *, platform: str) -> int:
        """Overwrite every text of a person's; in how many exchanges there were any."""
        touched = [each.id for each in await self.of_person(person, platform=platform)]
        for exchange in touched:
            kept = self._kept[exchange]
            if kept.opening.origin.person == person:
                self._kept[exchange] = emptied(kept)
                self._terms[exchange] = []
            else:
                objections = (anonymous(each) if each.by == person else each for each in kept.objections)
                self._kept[exchange] = replace(kept, objections=tuple(objections))
        self._forget_reports(person, platform)
        return len(touched)

    async def due(self, *, texts: datetime, metadata: datetime) -> Expired:
        """What `expire` would do."""
        self._require_open()
        aged = [each for each in map(self._find, self._kept) if not each.erased and remembered.last(each) < texts]
        closed = [each for each in aged if each.case.state is CaseState.CLOSED]
        return Expired(
            texts=sum(each.id not in self._expired for each in closed),
            metadata=sum(remembered.last(each) < metadata for each in closed),
            held=len(aged) - len(closed),
        )

    async def expire(self, *, texts: datetime, metadata: datetime) -> Expired:
        """Overwrite what was kept for long enough."""
        done = await self.due(texts=texts, metadata=metadata)
        for kept in list(map(self._find, self._kept)):
            if not kept.erased and remembered.last(kept) < texts and kept.case.state is CaseState.CLOSED:
                self._kept[kept.id] = emptied(kept) if remembered.last(kept) < metadata else textless(kept)
                self._expired.add(kept.id)
                self._terms[kept.id] = []
        self._forget_reports("", "")
        return done

    async def move(self, old: str, new: str) -> None:
        """What was kept of a community is that of another key."""
        self._require_open()
        if not old or old == new:
            return
        for exchange, kept in self._kept.items():
            if kept.opening.origin.server == old:
                origin = replace(kept.opening.origin, server=new)
                self._kept[exchange] = replace(kept, opening=replace(kept.opening, origin=origin))
        for where, outcome in [key for key in self._outcomes if key[0] == old]:
            self._outcomes[new, outcome] += self._outcomes.pop((where, outcome))
        for platform, where, *message in [place for place in self._reports if place[1] == old]:
            conversation, number = message
            there = self._reports.pop((platform, where, conversation, number))
            self._reports[platform, new, conversation, number] += there

    async def stats(self, server: str = "") -> Stats:
        """Counts over everything, or one server; outcomes and states that did not occur are counted as 0."""
        self._require_open()
        here = [each for each in map(self._seen, self._kept) if server in ("", each.opening.origin.server)]
        cases = (each for each in self._cases.values() if server in ("", self._kept[each.id].opening.origin.server))
        standing = remembered.standing(cases)
        outcomes: Counter[Outcome] = Counter()
        for (where, outcome), count in self._outcomes.items():
            if server in ("", where):
                outcomes[outcome] += count
        return Stats(
            outcomes={outcome.value: outcomes[outcome] for outcome in Outcome},
            states=standing.states,
            rulings=standing.rulings,
            rules=remembered.rules(here),
        )

    async def standing(self) -> Standing:
        """How many cases there are of each state and ruling."""
        self._require_open()
        return remembered.standing(self._cases.values())

    async def siblings(self, limit: int) -> tuple[Sibling, ...]:
        """Cases that may belong together, the oldest first."""
        self._require_open()
        waiting = (each for each in self._queue() if each.case.state is CaseState.QUEUED and not each.erased)
        return remembered.siblings(islice(waiting, limit))

    async def aclose(self) -> None:
        """Refuse everything from now on. Idempotent."""
        self._closed = True

    def _require_open(self) -> None:
        if self._closed:
            raise StoreFailed("stores.closed")

    def _find(self, exchange: str) -> Exchange:
        self._require_open()
        if exchange not in self._kept:
            raise UnknownExchange("stores.unknown", id=exchange)
        return self._seen(exchange)

    def _new_id(self) -> str:
        for _ in range(_TRIES):
            exchange = self._ids()
            if exchange not in self._kept:
                return exchange
        raise StoreFailed("stores.ids", tries=_TRIES)

    def _seen(self, exchange: str) -> Exchange:
        """An exchange with its case as it stands."""
        (case,) = (each for each in self._cases.values() if exchange in each.exchanges)
        return replace(self._kept[exchange], case=replace(case, reviews=self._of_case(case)))

    def _of_case(self, case: Case) -> tuple[Review, ...]:
        return tuple(review for exchange, review in self._trail if exchange in case.exchanges)

    def _gone(self, case: Case) -> bool:
        """Whether everything in a case was erased."""
        return all(self._kept[each].erased for each in case.exchanges)

    def _queue(self) -> Sequence[Exchange]:
        """Every case by the exchange it began with, the most pressing first, and of those the oldest."""
        return sorted(
            (self._seen(case) for case in self._kept if case in self._cases), key=lambda each: -each.case.priority
        )

    def _compare(self, stands: Case, seen: Case, review: Review) -> None:
        if stands.version != seen.version:
            raise Overtaken("stores.overtaken", id=stands.id, state=stands.state, step=review.step)

    def _append(self, exchange: str, reviews: Iterable[Review]) -> None:
        for review in reviews:
            before = self._trail[-1][1].chain if self._trail else ""
            self._trail.append((exchange, replace(review, chain=link(before, exchange, review))))

    def _end(self, kept: Exchange, closing: Closing) -> None:
        if kept.erased:
            closing = silent(closing)
        self._kept[kept.id] = replace(kept, closing=closing)
        self._terms[kept.id] += terms(closing.shown)
        self._expired.discard(kept.id)
        if kept.case.state is CaseState.NEW:
            ready, steps = queued(kept.case, closing.at)
            self._cases[ready.id] = replace(ready, version=ready.version + 1)
            self._append(kept.id, steps)

    def _forget_reports(self, person: str, platform: str) -> None:
        for place, made in self._reports.items():
            self._reports[place] = [
                ("" if by == person and place[0] == platform else by, exchange)
                for by, exchange in made
                if not self._kept[exchange].erased
            ]

    def _matches(self, exchange: Exchange, query: Query, wanted: tuple[Phrase, ...]) -> bool:
        opening, origin = exchange.opening, exchange.opening.origin
        case = exchange.case
        return (
            (not query.states or case.state in query.states)
            and query.ruling in (None, case.ruling)
            and query.holder in ("", case.holder)
            and query.priority <= case.priority
            and query.outcome in (None, exchange.closing and exchange.closing.outcome)
            and (query.opened_before is None or case.opened < query.opened_before)
            and (query.opened_after is None or case.opened >= query.opened_after)
            and (not query.late or case.opened < query.late[case.priority])
            and (exchange.erased or not query.erased)
            and not (query.queue and self._gone(case))
            and query.persona in ("", opening.persona)
            and query.server in ("", origin.server)
            and query.person in ("", origin.person)
            and query.platform in ("", origin.platform)
            and (not query.rule or query.rule in remembered.names(exchange))
            and (not query.category or any(name.endswith(f".{query.category}") for name in remembered.names(exchange)))
            and all(holds(self._terms[exchange.id], phrase) for phrase in wanted)
        )
