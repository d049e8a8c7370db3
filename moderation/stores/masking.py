"""A store in which private data is never written: what the policy hides is kept as what it was, not as itself.

Exchanges are kept so that people can judge what the guard did. For that they need the sentence, not the card number in
it, and a file that moderators, backups and exports read is the last place for one; resident registration numbers may
not be kept in Korea at all without a law that says so. So this stands before the store, where every kept text passes:
what a person said, what was drafted and shown, what a member wrote with a report. It does not stand before the model,
which answers a person who sees their own words, nor before the screen, where a mask would be seen as the persona's own
words. The notes of moderators are theirs.

What is found beyond doubt is hidden and what may be a mistake of the filter stays legible, so that it can be overruled:
where that line is, `mask` says in a policy's rules.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from moderation.cases import Case, Priority, Review, Reviewer
from moderation.figures import Decided, Standing, Waiting
from moderation.masks import Hidden, Masked, masked
from moderation.records import Closing, Exchange, Finding, Objection, Opening, Outcome, Span, Stage, Stats
from moderation.stores import Audit, Expired, News, Query, Sibling, Store


class MaskingStore:
    """Meets `moderation.stores.Store` over another store, whose contract and concurrency it has."""

    def __init__(self, store: Store, hidden: Callable[[str], Sequence[Hidden]]) -> None:
        """`hidden` gives the places of a text that must not be kept; called in threads, several at once."""
        self._store = store
        self._hidden = hidden

    async def open(self, opening: Opening, first: Objection) -> str:
        """Keep a new exchange with its first objection; returns its id."""
        return await self._store.open(await self._opening(opening), await self._objection(first))

    async def add(self, exchange: str, objection: Objection) -> None:
        """Keep another objection of the same exchange. Raises UnknownExchange."""
        await self._store.add(exchange, await self._objection(objection))

    async def close(self, exchange: str, closing: Closing) -> None:
        """Keep how it ended. Raises UnknownExchange."""
        await self._store.close(exchange, replace(closing, shown=(await self._masked(closing.shown)).text))

    async def report(self, opening: Opening, objection: Objection, *, exchange: str = "") -> str:
        """Keep what a member objects to; returns the id of the exchange it stands in."""
        return await self._store.report(
            await self._opening(opening), await self._objection(objection), exchange=exchange
        )

    async def count(self, outcome: Outcome, server: str = "") -> None:
        """Count an exchange of which nothing is kept."""
        await self._store.count(outcome, server)

    async def get(self, exchange: str) -> Exchange:
        """One exchange. Raises UnknownExchange."""
        return await self._store.get(exchange)

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Exchanges that match, newest first."""
        return await self._store.list(query)

    async def next(self, by: Reviewer, *, server: str = "", after: str = "") -> Exchange | None:
        """The first case that waits."""
        return await self._store.next(by, server=server, after=after)

    async def review(self, exchange: str, reviews: Sequence[Review], case: Case) -> Exchange:
        """Append steps to the audit trail."""
        return await self._store.review(exchange, reviews, case)

    async def merge(self, case: Case, other: Case, review: Review) -> Exchange:
        """Make one case of two."""
        return await self._store.merge(case, other, review)

    async def verify(self, earlier: str = "") -> Audit:
        """Look through the audit trail."""
        return await self._store.verify(earlier)

    async def news(self, after: int | None, *, limit: int = 200) -> News:
        """Where steps were taken since."""
        return await self._store.news(after, limit=limit)

    async def waiting(self, before: Mapping[Priority, datetime], *, server: str = "") -> tuple[Waiting, ...]:
        """Cases that wait, counted."""
        return await self._store.waiting(before, server=server)

    async def decided(self, since: datetime, *, server: str = "") -> tuple[Decided, ...]:
        """Every decision since then."""
        return await self._store.decided(since, server=server)

    async def standing(self) -> Standing:
        """How many cases there are of each state and ruling."""
        return await self._store.standing()

    async def siblings(self, limit: int) -> tuple[Sibling, ...]:
        """Cases that may belong together."""
        return await self._store.siblings(limit)

    async def of_person(self, person: str, *, platform: str) -> tuple[Exchange, ...]:
        """Everything kept of a person, oldest first."""
        return await self._store.of_person(person, platform=platform)

    async def erase(self, person: str, *, platform: str) -> int:
        """Overwrite every text of that person's."""
        return await self._store.erase(person, platform=platform)

    async def due(self, *, texts: datetime, metadata: datetime) -> Expired:
        """What `expire` would do."""
        return await self._store.due(texts=texts, metadata=metadata)

    async def expire(self, *, texts: datetime, metadata: datetime) -> Expired:
        """Overwrite what was kept for long enough."""
        return await self._store.expire(texts=texts, metadata=metadata)

    async def move(self, old: str, new: str) -> None:
        """A community has another key now."""
        await self._store.move(old, new)

    async def stats(self, server: str = "") -> Stats:
        """Counts over everything, or over one server alone."""
        return await self._store.stats(server)

    async def aclose(self) -> None:
        """Close the store behind this. Idempotent."""
        await self._store.aclose()

    async def _masked(self, text: str) -> Masked:
        return await asyncio.to_thread(lambda: masked(text, self._hidden(text)))

    async def _opening(self, opening: Opening) -> Opening:
        return replace(opening, said=(await self._masked(opening.said)).text)

    async def _objection(self, objection: Objection) -> Objection:
        if objection.stage is Stage.PIECE:
            shown, text = await self._in_one(objection.shown, objection.text)
        else:
            shown, text = await self._masked(objection.shown), await self._masked(objection.text)
        findings = [await self._finding(found, text, comment=bool(objection.by)) for found in objection.findings]
        return replace(objection, text=text.text, shown=shown.text, findings=tuple(findings))

    async def _in_one(self, shown: str, text: str) -> tuple[Masked, Masked]:
        """Both halves of a text that goes on: a number may begin in the one and end in the other."""
        border = len(shown)
        hidden = await asyncio.to_thread(self._hidden, shown + text)
        before = [(Span(place.start, min(place.end, border)), kind) for place, kind in hidden if place.start < border]
        after = [
            (Span(max(place.start, border) - border, place.end - border), kind)
            for place, kind in hidden
            if place.end > border
        ]
        return masked(shown, before), masked(text, after)

    async def _finding(self, found: Finding, text: Masked, *, comment: bool) -> Finding:
        """Its places in the text that is kept. Of a report the detail is what a member wrote."""
        detail = (await self._masked(found.detail)).text if comment else found.detail
        return replace(found, spans=tuple(map(text.span, found.spans)), detail=detail)
