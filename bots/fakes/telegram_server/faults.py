"""What can go wrong with a request on the way, planned by a test.

Each planned fault hits one request, the first that fits, in the order they were planned. "After" means that the request
had its effect before it went wrong, so that a client that tries again does it twice. A reset closes the connection with
RST.
"""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

BROKEN: Final = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
GARBAGE: Final = b'{"ok":true,"result":{"message_id":1'


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """429 with `retry_after`, in whole seconds."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal with Telegram's JSON: 400, 401, 403, 404, 409, 500 …; `description` with its prefix."""

    code: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An HTML page of a server in between."""

    status: int = 502
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """200, and JSON that ends in the middle."""

    after: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """The connection is gone before there is an answer."""

    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """The request is served, later; `after`: it had its effect at once, and the answer is late."""

    by: timedelta
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hold:
    """The request waits until the test lets it go on; `after`: it had its effect, and the answer waits."""

    after: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a request is held."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.released.set()


Fault = TooMany | Refused | Broken | Garbage | Reset | Delay | Hold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Planned:
    method: str
    chat: int | None
    fault: Fault

    def __str__(self) -> str:
        return f"{self.method}: {self.fault}"


class Faults:
    """What is planned and was not met yet."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._held: list[Hold] = []

    def plan(self, method: str, *faults: Fault, chat: int | None = None) -> None:
        """One for each of the next requests of that method, in that chat if one is named."""
        self._planned += [_Planned(method=method, chat=chat, fault=fault) for fault in faults]

    def take(self, method: str, chat: int | str | None) -> Fault | None:
        """The one that hits this request, if any; it is gone then."""
        for planned in self._planned:
            if planned.method == method and planned.chat in (None, chat):
                self._planned.remove(planned)
                if isinstance(planned.fault, Hold):
                    self._held.append(planned.fault)
                return planned.fault
        return None

    @property
    def pending(self) -> list[str]:
        """Those that hit nothing yet, in words."""
        return [str(planned) for planned in self._planned]

    def clear(self) -> None:
        """Plan nothing any more, and let go what is held."""
        self._planned.clear()
        for hold in self._held:
            hold.release()


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Close the connection under it with RST."""
    if not isinstance(transport, asyncio.Transport):
        return
    under = transport.get_extra_info("socket")
    if under is not None and under.fileno() >= 0:
        under.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
