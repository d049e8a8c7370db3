"""How much of what was kept a moderator has before their eyes: their own blur, and texts uncovered in a day."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bots.errors import UsageError
from bots.state import Entry, State
from moderation.cases import Reviewer, ReviewStep
from moderation.errors import ReviewError
from moderation.records import Exchange
from moderation.review import ReviewDesk

_BLUR: Final = "blur"
"""Kind of the entries of those who want to see texts at once."""


class Exposure:
    """Over one state. As concurrent as the state; every method raises StoreBusy and StoreFailed."""

    def __init__(self, state: State, *, now: Callable[[], datetime], most: int = 0) -> None:
        """`most` is how many exchanges a day (UTC) one moderator uncovers; 0: as many as they want."""
        self._state = state
        self._now = now
        self._most = most

    async def blurs(self, name: str) -> bool:
        """Whether texts stay masked for somebody until they uncover each: so it is until they say otherwise."""
        return await self._state.get(_BLUR, name) is None

    async def blur(self, name: str, *, on: bool) -> None:
        """Set that for somebody."""
        if on:
            await self._state.drop(_BLUR, name)
        else:
            await self._state.put(Entry(kind=_BLUR, key=name, value={}, person=name))

    async def reveal(self, exchange: str, desk: ReviewDesk, *, by: Reviewer, server: str | None) -> Exchange:
        """An exchange that may be shown as it is: that is counted, then noted in the trail. Raises UsageError where
        somebody has seen enough today; ModerationError, also where it is erased, which does not count."""
        if not (await desk.show(exchange, server=server)).erased:
            await self._count(1, by.name)
        return await desk.take(exchange, ReviewStep.REVEAL, by=by, server=server)

    async def reveal_all(
        self, exchanges: Sequence[Exchange], desk: ReviewDesk, *, by: Reviewer, server: str | None
    ) -> tuple[Exchange, ...]:
        """Those exchanges as `reveal` gives them, in their order, or none: where they are more than somebody may still
        uncover today, nothing is counted or noted. Erased ones are among them as they are, neither counted nor noted.
        Errors as with `reveal`."""
        await self._count(sum(not each.erased for each in exchanges), by.name)
        return tuple([await _uncovered(each, desk, by, server) for each in exchanges])

    async def _count(self, more: int, name: str) -> None:
        """So many more count, if that is within what a day allows. Raises UsageError where it is not."""
        if not (self._most and more):
            return
        now = self._now()
        key = f"reveals {now:%Y-%m-%d} {name}"
        tally = await self._state.add_within(
            {key: more}, {key: self._most}, until=now + timedelta(days=2), people={key: name}
        )
        if tally.added:
            return
        left = self._most - tally.totals.get(key, 0)
        if left <= 0:
            raise UsageError("desk.reveals_spent", most=self._most)
        raise UsageError("desk.reveals_left", count=more, left=left)


async def _uncovered(exchange: Exchange, desk: ReviewDesk, by: Reviewer, server: str | None) -> Exchange:
    if not exchange.erased:
        try:
            return await desk.take(exchange.id, ReviewStep.REVEAL, by=by, server=server)
        except ReviewError:
            exchange = await desk.show(exchange.id, server=server)
            if not exchange.erased:  # not meanwhile, so that is not why
                raise
    return exchange
