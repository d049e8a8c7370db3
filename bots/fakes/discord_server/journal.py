"""Everything that was asked of the server, in order, and a way to wait for what a test expects of it.

Offsets are monotonic, from the start of the server. A request stands in the journal as soon as it has been read; its
status follows when it is answered, and stays None where the connection was reset.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bots.fakes.waiting import Waiting

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


class Journal(Waiting):
    """Use from the event loop of the server only."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Request | Command] = []

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

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries[-_TAIL:])
