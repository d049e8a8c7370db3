"""Everything asked of the server and everything it delivered, in order, and a way to wait for what a test expects.

Offsets are monotonic, from the start of the server. A request stands in the journal as soon as it has been read; its
status follows when it is answered, and stays None where the connection was gone by then.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from tests.support.telegram_server.world import Json

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=5)
_TAIL: Final = 20


@dataclass(slots=True, kw_only=True, eq=False)
class Request:
    """One call of a method."""

    at: timedelta
    method: str
    parameters: Json
    """As what they are; those that could not be read are missing."""
    files: Collection[str] = ()
    """Names of the parts that were uploaded."""
    status: int | None = None
    description: str | None = None
    """What it was refused with."""
    flooded: bool = False
    """Refused by the flood model, not by plan."""

    @property
    def chat(self) -> int | str | None:
        found: int | str | None = self.parameters.get("chat_id")
        return found

    def __str__(self) -> str:
        chat = f" in {self.chat}" if self.chat is not None else ""
        refused = f" ({self.description})" if self.description else ""
        return f"{self.at.total_seconds():8.3f}  {self.method}{chat} -> {self.status}{refused}"


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One update sent to the webhook."""

    at: timedelta
    update: int
    kind: str
    """`message`, `callback_query` …"""
    status: int | None = None
    """What it was answered with; None where there was no answer."""

    def __str__(self) -> str:
        return f"{self.at.total_seconds():8.3f}  webhook {self.kind} {self.update} -> {self.status}"


class Journal:
    """Use from the event loop of the server only."""

    def __init__(self) -> None:
        self._begun = asyncio.get_running_loop().time()
        self._waiting: list[asyncio.Future[None]] = []
        self.entries: list[Request | Delivery] = []

    @property
    def now(self) -> timedelta:
        return timedelta(seconds=asyncio.get_running_loop().time() - self._begun)

    def write(self, entry: Request | Delivery) -> None:
        self.entries.append(entry)
        self.stir()

    def requests(self, *methods: str) -> list[Request]:
        """Those of that method or methods, in order; of any, where none is named."""
        return [
            entry for entry in self.entries if isinstance(entry, Request) and (not methods or entry.method in methods)
        ]

    @property
    def deliveries(self) -> list[Delivery]:
        return [entry for entry in self.entries if isinstance(entry, Delivery)]

    @property
    def flooded(self) -> int:
        """How many requests the flood model refused."""
        return sum(request.flooded for request in self.requests())

    def stir(self) -> None:
        """Something happened: whoever waits looks again."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, predicate: Callable[[], T], *, timeout: timedelta = PATIENCE) -> T:  # noqa: ASYNC109
        """Its first result that counts as true; asked again after each thing that happens at the server.

        What happens in a bot alone (its tasks, its store) is no such thing: wait for that with the bot's own means.
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

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries[-_TAIL:])
