"""A wait for what a test expects of a server: looked at again after everything that happens there."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=5)


class Waiting:
    """What a journal of a server is; its `str` tells what happened."""

    def __init__(self) -> None:
        """Begun on the event loop of the server."""
        self._begun = asyncio.get_running_loop().time()
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def now(self) -> timedelta:
        """Since the beginning."""
        return timedelta(seconds=asyncio.get_running_loop().time() - self._begun)

    def stir(self) -> None:
        """Something happened: whoever waits looks again."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, predicate: Callable[[], T], *, timeout: timedelta = PATIENCE) -> T:  # noqa: ASYNC109
        """Its first result that counts as true; asked again after each thing that happens at the server.

        What happens in a bot alone (its caches, its tasks) is no such thing: wait for that with the bot's own means.
        AssertionError after `timeout`.
        """
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                while not (found := predicate()):
                    future = asyncio.get_running_loop().create_future()
                    self._waiting.append(future)
                    await future
                return found
        except TimeoutError:
            happened = "it happened where the server does not hear of it" if predicate() else "it did not happen"
            raise AssertionError(f"{happened}; what did:\n{self}") from None
