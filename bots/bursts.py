"""Joins what somebody writes in several messages one right after the other, so that it gets one reply."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Sleep = Callable[[float], Awaitable[object]]
"""`asyncio.sleep`, or what a test puts in its place. Seconds."""

_MOST: Final = 20
"""Items of one burst."""


class _Burst(Generic[Item]):
    """What has come so far, and the silence that is waited for."""

    def __init__(self, item: Item) -> None:
        self.items = [item]
        self.silence: asyncio.Future[object] | None = None

    def add(self, item: Item) -> None:
        """The silence is over; the one who waits for it begins anew."""
        self.items.append(item)
        if self.silence:
            self.silence.cancel()


class Bursts(Generic[Item]):
    """Joins items that come under one key, say one person's in one conversation. Used from one event loop."""

    def __init__(
        self, sleep: Sleep, idle: timedelta, longest: timedelta, *, most: int = _MOST, waiting: int = 1_000
    ) -> None:
        """A burst ends when `idle` passed without another item, `longest` after its first one, or with `most` items.
        `waiting` is how many may be under way at once; an item beyond that is not waited with."""
        self._sleep = sleep
        self._idle = idle
        self._longest = longest
        self._most = most
        self._waiting = waiting
        self._open: dict[Hashable, _Burst[Item]] = {}

    def open(self, key: Hashable) -> bool:
        """Whether an item of that key would join a burst now."""
        return key in self._open

    async def gather(self, key: Hashable, item: Item) -> list[Item] | None:
        """All items of the burst that begins with `item`, in order, when it has ended; None at once where `item` came
        within one that somebody else waits for already. Empty where all were taken out (`revise`, `drop`).

        Cancelled, the burst is dropped as a whole: what comes next begins another.
        """
        burst = self._open.get(key)
        if burst is not None:
            if len(burst.items) + 1 == self._most:
                del self._open[key]  # what comes next begins another
            burst.add(item)
            return None
        burst = _Burst(item)
        if len(self._open) >= self._waiting or self._most == 1:
            return burst.items
        self._open[key] = burst
        try:
            await self._ended(key, burst)
        finally:
            if self._open.get(key) is burst:
                del self._open[key]
        return burst.items

    def revise(self, fits: Callable[[Item], bool], change: Callable[[Item], Item | None]) -> bool:
        """Let `change` put another item in the place of the one that `fits`, or, with None, nothing; whether a burst
        that is under way has it. The silence that is waited for begins anew."""
        for burst in self._open.values():
            number = next((number for number, item in enumerate(burst.items) if fits(item)), None)
            if number is not None:
                changed = change(burst.items[number])
                burst.items[number : number + 1] = [] if changed is None else [changed]
                if burst.silence:
                    burst.silence.cancel()
                return True
        return False

    def drop(self, key: Hashable) -> bool:
        """Take out all that waits under a key, and end that burst at once; whether anything did wait."""
        burst = self._open.pop(key, None)
        if burst is None:
            return False
        waited = bool(burst.items)
        burst.items.clear()
        if burst.silence:
            burst.silence.cancel()
        return waited

    async def _ended(self, key: Hashable, burst: _Burst[Item]) -> None:
        end = asyncio.ensure_future(self._sleep(self._longest.total_seconds()))
        try:
            while self._open.get(key) is burst:
                burst.silence = asyncio.ensure_future(self._sleep(self._idle.total_seconds()))
                await asyncio.wait((end, burst.silence), return_when=asyncio.FIRST_COMPLETED)
                if not burst.silence.cancelled():
                    break
        finally:
            end.cancel()
            if burst.silence:
                burst.silence.cancel()
