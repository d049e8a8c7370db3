"""Filters over one candidate, one after the other in one thread: a hand-over each costs as much as most of them do.

While one of them is stuck another thread goes on with those behind it, so that it makes none of them late.
"""

import contextvars
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from threading import Lock

from moderation.filters import Filter


class Room:
    """How many filter runs wait or are under way, of a guard and of all that share its threads. Safe to share between
    threads."""

    __slots__ = ("_busy", "_lock")

    def __init__(self) -> None:
        self._busy = 0
        self._lock = Lock()

    def take(self, wanted: int, capacity: int) -> int:
        """Room for as many of `wanted` runs as `capacity` leaves; how many these are."""
        with self._lock:
            taken = max(0, min(wanted, capacity - self._busy))
            self._busy += taken
        return taken

    def leave(self) -> None:
        """One run is over, or will not take place."""
        with self._lock:
            self._busy -= 1


class Runs:
    """Runs of filters in the threads of one pool, each of which has its place in a `Room` and leaves it once. Used from
    one event loop."""

    def __init__(self, pool: Executor, judges: Iterable[Filter], run: Callable[[Filter], None], room: Room) -> None:
        """`run` raises nothing. No thread is at it before `hand_over`."""
        self._pool = pool
        self._waiting = deque(judges)
        self._run = run
        self._room = room
        self._threads: list[Future[None]] = []
        self._looked = -1

    def hand_over(self) -> Future[None] | None:
        """Have one more thread take what has not begun, until nothing is left: it is done when what it began is. None
        where the pool is shut down."""
        try:
            thread = self._pool.submit(contextvars.copy_context().run, self._work)
        except RuntimeError:
            return None
        self._threads.append(thread)
        return thread

    def relieve(self) -> Future[None] | None:
        """`hand_over` where something waits, every thread has begun, and nothing was begun since this was last called;
        otherwise None."""
        waiting, before = len(self._waiting), self._looked
        self._looked = waiting
        stuck = waiting and waiting == before and all(thread.running() for thread in self._threads[-1:])
        return self.hand_over() if stuck else None

    def drop(self) -> None:
        """What has not begun will not begin. What runs cannot be stopped and keeps its place until it ends."""
        for thread in self._threads:
            thread.cancel()
        while self._next() is not None:
            self._room.leave()

    def _work(self) -> None:
        while (judge := self._next()) is not None:
            try:
                self._run(judge)
            finally:
                self._room.leave()

    def _next(self) -> Filter | None:
        """The filter whose turn it is, for one thread alone."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None
