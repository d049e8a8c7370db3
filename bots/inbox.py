"""Order within a conversation, how many replies at once, how many may wait; more is refused, as a value."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta


class Busy(Exception):
    """There is no room: the platform shows its sign for busy. A typed refusal, expected under load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is in the inbox."""

    running: int
    """Replies under way."""
    waiting: int
    oldest: timedelta
    """How long the one that waits longest has waited; zero where none does."""
    refused: int
    """Since the start."""


class Inbox:
    """Lets replies in. Used from one event loop.

    Within one conversation replies are made one after another in the order of arrival; over all conversations at most
    `running` at once, and at most `waiting` more may wait, of one conversation at most `waiting_each`: otherwise one
    conversation could shut out all the others.
    """

    def __init__(self, *, running: int, waiting: int, waiting_each: int, monotonic: Callable[[], float]) -> None:
        """`monotonic` gives seconds."""
        self._room = asyncio.Semaphore(running)
        self._limit = running + waiting
        self._limit_each = 1 + waiting_each
        self._inside = 0
        self._refused = 0
        self._monotonic = monotonic
        self._waiting: dict[object, float] = {}
        """Since when, in the order of arrival."""
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._users: dict[Hashable, int] = {}

    @property
    def load(self) -> Load:
        """How much there is now."""
        oldest = next(iter(self._waiting.values()), None)
        waited = 0.0 if oldest is None else self._monotonic() - oldest
        return Load(
            running=self._inside - len(self._waiting),
            waiting=len(self._waiting),
            oldest=timedelta(seconds=waited),
            refused=self._refused,
        )

    def occupied(self, conversation: Hashable) -> bool:
        """Whether a reply is made, or waits, in this conversation."""
        return conversation in self._users

    @asynccontextmanager
    async def turn(self, conversation: Hashable) -> AsyncIterator[None]:
        """Wait for this conversation's turn and for room; raises Busy at once where too many wait already, here or
        altogether."""
        users = self._users.get(conversation, 0)
        if self._inside >= self._limit or users >= self._limit_each:
            self._refused += 1
            raise Busy
        self._inside += 1
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._users[conversation] = users + 1
        mark = object()
        self._waiting[mark] = self._monotonic()
        try:
            async with lock, self._room:
                del self._waiting[mark]
                yield
        finally:
            self._waiting.pop(mark, None)
            self._inside -= 1
            self._users[conversation] -= 1
            if not self._users[conversation]:
                del self._users[conversation], self._locks[conversation]
