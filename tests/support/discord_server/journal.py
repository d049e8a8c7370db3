"""Everything that was asked of the server, in order, and a way to wait for what a test expects of it.

Offsets are monotonic, from the start of the server. A request stands in the journal as soon as it has been read; its
status follows when it is answered, and stays None where the connection was reset.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=5)
_TAIL: Final = 20


@dataclass(slots=True, kw_only=True, eq=False)
class Request:
    """One request to the REST API."""

    at: timedelta
    method: str
    path: str
    """Below /api/v10, without the query."""
    query: Mapping[str, str]
    body: Any
    """JSON; None where there was none. Of a form: its payload_json."""
    status: int | None = None
    code: int | None = None
    """Discord's, where it was refused."""

    def __str__(self) -> str:
        refused = f" ({self.code})" if self.code is not None else ""
        return f"{self.at.total_seconds():8.3f}  {self.method} {self.path} -> {self.status}{refused}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One payload that a client sent over the gateway."""

    at: timedelta
    op: int
    d: Any
    shard: int | None
    """None before IDENTIFY and RESUME were taken."""
    path: str
    """/gateway, or /resume for the address that READY gave."""

    def __str__(self) -> str:
        return f"{self.at.total_seconds():8.3f}  gateway{self.path} shard {self.shard} op {self.op}"


def matches(pattern: str, path: str) -> bool:
    """Whether `path` is of that form; `*` stands for one segment."""
    steps, segments = pattern.split("/"), path.split("/")
    return len(steps) == len(segments) and all(
        step in ("*", segment) for step, segment in zip(steps, segments, strict=True)
    )


class Journal:
    """Use from the event loop of the server only."""

    def __init__(self) -> None:
        self._begun = asyncio.get_running_loop().time()
        self._waiting: list[asyncio.Future[None]] = []
        self.entries: list[Request | Command] = []

    @property
    def now(self) -> timedelta:
        return timedelta(seconds=asyncio.get_running_loop().time() - self._begun)

    def write(self, entry: Request | Command) -> None:
        self.entries.append(entry)
        self.stir()

    def requests(self, method: str | None = None, pattern: str | None = None) -> list[Request]:
        """Those of that method and path, in order."""
        return [
            entry
            for entry in self.entries
            if isinstance(entry, Request)
            and method in (None, entry.method)
            and (pattern is None or matches(pattern, entry.path))
        ]

    def commands(self, op: int | None = None) -> list[Command]:
        return [entry for entry in self.entries if isinstance(entry, Command) and op in (None, entry.op)]

    @property
    def invalid(self) -> int:
        """How many answers Discord would count towards its ban of 10,000 in ten minutes: 401, 403 and 429."""
        return sum(request.status in (401, 403, 429) for request in self.requests())

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

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries[-_TAIL:])
