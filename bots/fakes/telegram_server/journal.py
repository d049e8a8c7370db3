"""Everything asked of the server and everything it delivered, in order, and a way to wait for what a test expects.

Offsets are monotonic, from the start of the server. A request stands in the journal as soon as it has been read; its
status follows when it is answered, and stays None where the connection was gone by then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bots.fakes.telegram_server.world import Json
from bots.fakes.waiting import Waiting

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


class Journal(Waiting):
    """Use from the event loop of the server only."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Request | Delivery] = []

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

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries[-_TAIL:])
