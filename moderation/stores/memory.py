"""A store that keeps everything in memory: for tests, and for demonstrations that leave nothing behind.

Nothing it keeps survives the process; in everything else it does what the contract says.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from moderation.errors import InvalidTransition, StoreFailed, UnknownExchange
from moderation.records import (
    CaseState,
    Closing,
    Exchange,
    Objection,
    Opening,
    Outcome,
    Review,
    RuleStats,
    Stats,
)
from moderation.stores import Query, reports
from moderation.stores.erasure import anonymous, emptied, reported_by, silent, wordless
from moderation.stores.search import Phrase, holds, phrases, terms

_TRIES: Final = 16

_Place = tuple[str, str, str, str]
"""Platform, server, conversation and message."""


class MemoryStore:
    """Meets `moderation.stores.Store`. Bound to one event loop like any store, and never waits."""

    def __init__(self, *, ids: Callable[[], str]) -> None:
        """`ids` makes a new id at each call: short, typeable; one that is taken is asked for again."""
        self._ids = ids
        self._kept: dict[str, Exchange] = {}
        self._terms: dict[str, list[str]] = {}
        self._outcomes: Counter[tuple[str, Outcome]] = Counter()
        self._reports: dict[_Place, list[tuple[str, str]]] = defaultdict(list)
        """By the message that was reported: who did, and in which exchange that is kept; oldest first."""
        self._closed = False

    async def open(self, opening: Opening, first: Objection) -> str:
        """Keep a new exchange with its first objection; returns its id."""
        self._require_open()
        exchange = self._new_id()
        self._kept[exchange] = Exchange(
            id=exchange, opening=opening, objections=(first,), closing=None, state=CaseState.OPEN, version=0
        )
        self._terms[exchange] = terms(opening.said) + terms(first.text)
        return exchange

    async def add(self, exchange: str, objection: Objection) -> None:
        """Keep another objection of the same exchange. Raises UnknownExchange."""
        kept = self._find(exchange)
        if kept.erased:
            objection = wordless(objection)
        self._kept[exchange] = replace(kept, objections=(*kept.objections, objection))
        self._terms[exchange] += terms(objection.text)

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
        meant = self._kept.get(exchange)
        fits = meant is not None and reports.belongs(meant, origin)
        kept = exchange if fits else next((there for _, there in before), "")
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
        found = (exchange for exchange in self._older_than(query.before) if self._matches(exchange, query, wanted))
        return tuple(exchange for exchange, _ in zip(found, range(query.limit), strict=False))

    async def next(self, *, server: str = "", after: str = "") -> Exchange | None:
        """The first open case. Raises UnknownExchange for an unknown `after`."""
        self._require_open()
        ordered = sorted(self._kept.values(), key=lambda exchange: -exchange.decision)
        start = ordered.index(self._find(after)) + 1 if after else 0
        return next(
            (
                exchange
                for exchange in ordered[start:]
                if exchange.state is CaseState.OPEN
                and not exchange.erased
                and server in ("", exchange.opening.origin.server)
            ),
            None,
        )

    async def review(self, exchange: str, review: Review, *, version: int) -> Exchange:
        """Append a step. Raises UnknownExchange; InvalidTransition where the version is not `version` any more."""
        kept = self._find(exchange)
        if kept.version != version:
            raise InvalidTransition("stores.overtaken", id=exchange, state=kept.state, step=review.step)
        after = replace(kept, state=review.after, version=version + 1, reviews=(*kept.reviews, review))
        self._kept[exchange] = after
        return after

    async def of_person(self, person: str, *, platform: str) -> tuple[Exchange, ...]:
        """Everything kept of a person, oldest first."""
        self._require_open()
        found = (exchange for exchange in self._kept.values() if exchange.opening.origin.platform == platform)
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
        here = [each for each in self._kept.values() if server in ("", each.opening.origin.server)]
        states = Counter(exchange.state for exchange in here)
        outcomes: Counter[Outcome] = Counter()
        for (where, outcome), count in self._outcomes.items():
            if server in ("", where):
                outcomes[outcome] += count
        return Stats(
            outcomes={outcome.value: outcomes[outcome] for outcome in Outcome},
            states={state.value: states[state] for state in CaseState},
            rules=_rules(here),
        )

    async def aclose(self) -> None:
        """Refuse everything from now on. Idempotent."""
        self._closed = True

    def _require_open(self) -> None:
        if self._closed:
            raise StoreFailed("stores.closed")

    def _find(self, exchange: str) -> Exchange:
        self._require_open()
        try:
            return self._kept[exchange]
        except KeyError:
            raise UnknownExchange("stores.unknown", id=exchange) from None

    def _new_id(self) -> str:
        for _ in range(_TRIES):
            exchange = self._ids()
            if exchange not in self._kept:
                return exchange
        raise StoreFailed("stores.ids", tries=_TRIES)

    def _older_than(self, before: str) -> Iterator[Exchange]:
        newest_first = list(reversed(self._kept))
        start = newest_first.index(self._find(before).id) + 1 if before else 0
        return (self._kept[exchange] for exchange in newest_first[start:])

    def _end(self, kept: Exchange, closing: Closing) -> None:
        if kept.erased:
            closing = silent(closing)
        self._kept[kept.id] = replace(kept, closing=closing)
        self._terms[kept.id] += terms(closing.shown)

    def _forget_reports(self, person: str, platform: str) -> None:
        for place, made in self._reports.items():
            self._reports[place] = [
                ("" if by == person and place[0] == platform else by, exchange)
                for by, exchange in made
                if not self._kept[exchange].erased
            ]

    def _matches(self, exchange: Exchange, query: Query, wanted: tuple[Phrase, ...]) -> bool:
        opening, origin = exchange.opening, exchange.opening.origin
        return (
            query.state in (None, exchange.state)
            and query.persona in ("", opening.persona)
            and query.server in ("", origin.server)
            and query.person in ("", origin.person)
            and query.platform in ("", origin.platform)
            and (not query.rule or query.rule in _names(exchange))
            and all(holds(self._terms[exchange.id], phrase) for phrase in wanted)
        )


def _rules(exchanges: Iterable[Exchange]) -> dict[str, RuleStats]:
    objected: Counter[str] = Counter()
    decided: Counter[tuple[str, CaseState]] = Counter()
    for exchange in exchanges:
        for rule in {finding.rule for objection in exchange.objections for finding in objection.findings}:
            objected[rule] += 1
            decided[rule, exchange.state] += 1
    return {
        rule: RuleStats(
            objected=objected[rule],
            upheld=decided[rule, CaseState.UPHELD],
            overturned=decided[rule, CaseState.OVERTURNED],
        )
        for rule in sorted(objected)
    }


def _names(exchange: Exchange) -> set[str]:
    """What a query may call the rules that objected: `filter.category`, or only `filter`."""
    findings = [finding for objection in exchange.objections for finding in objection.findings]
    return {finding.rule for finding in findings} | {finding.filter for finding in findings}
