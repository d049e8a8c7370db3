"""Order within a conversation, how many replies at once, how many may wait; more is refused, as a value."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Busy(Exception):
    """There is no room: the platform shows its sign for busy. A typed refusal, expected under load."""


class Inbox:
    """Lets replies in. Used from one event loop.

    Within one conversation replies are made one after another in the order of arrival; over all conversations at most
    `running` at once, and at most `waiting` more may wait, of one conversation at most `waiting_each`: otherwise one
    conversation could shut out all the others.
    """

    def __init__(self, *, running: int, waiting: int, waiting_each: int) -> None:
        self._room = asyncio.Semaphore(running)
        self._limit = running + waiting
        self._limit_each = 1 + waiting_each
        self._inside = 0
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._users: dict[Hashable, int] = {}

    @asynccontextmanager
    async def turn(self, conversation: Hashable) -> AsyncIterator[None]:
        """Wait for this conversation's turn and for room; raises Busy at once where too many wait already, here or
        altogether."""
        users = self._users.get(conversation, 0)
        if self._inside >= self._limit or users >= self._limit_each:
            raise Busy
        self._inside += 1
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._users[conversation] = users + 1
        try:
            async with lock, self._room:
                yield
        finally:
            self._inside -= 1
            self._users[conversation] -= 1
            if not self._users[conversation]:
                del self._users[conversation], self._locks[conversation]
