"""What can go wrong with a request on the way to any platform, and when, as it is planned.

Each planned fault hits one request, the first that fits, in the order they were planned. "After" means that the request
had its effect before it went wrong, so that a client that tries again does it twice. A reset closes the connection with
RST.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

W = TypeVar("W")
F = TypeVar("F")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An HTML page of a server in between."""

    status: int = 502
    after: bool = False


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

    async def over(self) -> None:
        """Say that a request is held, and wait until it is let go."""
        self.arrived.set()
        await self.released.wait()


class Plans(Generic[W, F]):
    """What is planned and was not met yet: faults, and which requests they are for."""

    def __init__(self) -> None:
        self._planned: list[tuple[W, F]] = []
        self._held: list[Hold] = []

    def add(self, where: W, *faults: F) -> None:
        """One for each of the next requests of that kind."""
        self._planned += [(where, fault) for fault in faults]

    def first(self, fits: Callable[[W], bool]) -> F | None:
        """The one that hits a request, if any; it is gone then."""
        for planned in self._planned:
            where, fault = planned
            if fits(where):
                self._planned.remove(planned)
                if isinstance(fault, Hold):
                    self._held.append(fault)
                return fault
        return None

    @property
    def pending(self) -> list[str]:
        """Those that hit nothing yet, in words."""
        return [f"{where}: {fault}" for where, fault in self._planned]

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
