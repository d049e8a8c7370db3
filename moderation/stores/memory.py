"""A store that keeps everything in memory: for tests, and for demonstrations that leave nothing behind.

Nothing it keeps survives the process; in everything else it does what the contract says.
"""

from collections import Counter
from collections.abc import Callable, Iterator
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
from moderation.stores import Query
from moderation.stores.search import Phrase, holds, phrases, terms

_TRIES: Final = 16


class MemoryStore:
    """Meets `moderation.stores.Store`. Bound to one event loop like any store, and never waits."""

    def __init__(self, *, ids: Callable[[], str]) -> None:
        """`ids` makes a new id at each call: short, typeable; one that is taken is asked for again."""
        self._ids = ids
        self._kept: dict[str, Exchange] = {}
        self._terms: dict[str, list[str]] = {}
        self._outcomes: Counter[Outcome] = Counter()
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
        self._kept[exchange] = replace(kept, objections=(*kept.objections, objection))
        self._terms[exchange] += terms(objection.text)

    async def close(self, exchange: str, closing: Closing) -> None:
        """Keep how it ended and count it; the first closing stands. Raises UnknownExchange."""
        kept = self._find(exchange)
        if kept.closing is not None:
            return
        self._kept[exchange] = replace(kept, closing=closing)
        self._terms[exchange] += terms(closing.shown)
        self._outcomes[closing.outcome] += 1

    async def count(self, outcome: Outcome) -> None:
        """Count an exchange of which nothing is kept."""
        self._require_open()
        self._outcomes[outcome] += 1

    async def get(self, exchange: str) -> Exchange:
        """One exchange with everything kept of it. Raises UnknownExchange."""
        return self._find(exchange)

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Exchanges that match, the one opened last first. Raises UnknownExchange for an unknown `before`."""
        self._require_open()
        wanted = phrases(query.text)
        found = (exchange for exchange in self._older_than(query.before) if self._matches(exchange, query, wanted))
        return tuple(exchange for exchange, _ in zip(found, range(query.limit), strict=False))

    async def review(self, exchange: str, review: Review, *, version: int) -> Exchange:
        """Append a step. Raises UnknownExchange; InvalidTransition where the version is not `version` any more."""
        kept = self._find(exchange)
        if kept.version != version:
            raise InvalidTransition("stores.overtaken", id=exchange, state=kept.state, step=review.step)
        after = replace(kept, state=review.after, version=version + 1, reviews=(*kept.reviews, review))
        self._kept[exchange] = after
        return after

    async def stats(self) -> Stats:
        """Counts over everything; outcomes and states that did not occur are counted as 0."""
        self._require_open()
        states = Counter(exchange.state for exchange in self._kept.values())
        return Stats(
            outcomes={outcome.value: self._outcomes[outcome] for outcome in Outcome},
            states={state.value: states[state] for state in CaseState},
            rules=self._rules(),
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

    def _matches(self, exchange: Exchange, query: Query, wanted: tuple[Phrase, ...]) -> bool:
        return (
            query.state in (None, exchange.state)
            and query.persona in ("", exchange.opening.persona)
            and (not query.rule or query.rule in _names(exchange))
            and all(holds(self._terms[exchange.id], phrase) for phrase in wanted)
        )

    def _rules(self) -> dict[str, RuleStats]:
        objected: Counter[str] = Counter()
        decided: Counter[tuple[str, CaseState]] = Counter()
        for exchange in self._kept.values():
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
