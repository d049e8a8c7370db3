"""The way of events from the task that makes a reply to whoever shows it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextvars import Context
from typing import Any, Final

import anyio

from personas.ending import end_of
from personas.messages import Event

Late = Callable[[Event], None]
"""Takes what is still to be shown of a reply that was ended early. Raises nothing."""

_AHEAD: Final = 0
"""Events a reply may be ahead of the platform: none, so that what counts as shown was taken by the platform. The model
is not kept waiting by that: a generator reads ahead by itself."""


def nobody(_: Event) -> None:
    """Shows nothing after the end."""


class Handover:
    """For one reply."""

    def __init__(self, late: Late = nobody) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[Event](_AHEAD)
        self._late = late
        self._closed = False
        self.taken: Event | None = None
        """The last event that the platform took."""

    async def give(self, event: Event) -> None:
        """Hand an event over; returns once it is taken. After the iterator was closed it is late."""
        if self._closed:
            self._late(event)
        else:
            await self._send.send(event)

    async def events(
        self, making: Callable[[], Coroutine[Any, Any, None]], context: Context | None
    ) -> AsyncGenerator[Event, None]:
        """What `making` gives, in a task of its own. Closed early, it cancels that task and waits for its end."""
        task = asyncio.create_task(self._made(making), context=context)
        async with self._receive:
            try:
                async for event in self._receive:
                    self.taken = event
                    yield event
                await task
            finally:
                self._closed = True
                task.cancel()
                await end_of(task)

    async def _made(self, making: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async with self._send:
            await making()
