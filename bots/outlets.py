"""Where a reply is shown, and how often: what whoever shows one has to do with a platform."""

import asyncio
import enum
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

Sleep = Callable[[float], Coroutine[Any, Any, None]]
"""`asyncio.sleep`, or what a test puts in its place. Seconds."""

_PACERS: Final = 1_000


class Phase(enum.Enum):
    """Which controls stand under a message: those of a reply that goes on (stop), those of one that is over, those to
    leaf through greetings, or none, as it goes on, or ended, in another message."""

    RUNNING = "running"
    DONE = "done"
    LEAVES = "leaves"
    PLAIN = "plain"


class Gone(Exception):
    """The message or the channel is not there any more: somebody took it away, the reply is over."""


class Outlet(Protocol):
    """Where one reply is shown. Used by one task at a time.

    Every call returns once the platform has it, however long that takes; it may raise Gone. Other errors end the reply:
    what is worth trying again is tried again in here.
    """

    @property
    def limit(self) -> int:
        """UTF-16 code units that a message may have."""

    @property
    def first_limit(self) -> int:
        """The same for the first message of the reply, where a line of the outlet's own takes some of them."""

    async def post(self, text: str, phase: Phase) -> str:
        """Add a message behind the others; its id."""

    async def edit(self, message: str, text: str, phase: Phase) -> None:
        """Put another text or other controls into a message."""

    async def remove(self, message: str) -> None:
        """Take a message away."""

    async def typing(self) -> None:
        """Show the platform's sign that somebody is writing; it lasts some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often messages of one channel are written, and how long a sign of typing lasts."""

    interval: timedelta
    typing: timedelta
    grace: timedelta
    """How long a reply that is cancelled may take to stand there whole."""
    passing: timedelta
    """How long a card about a limit stands in a channel."""


class Pacer:
    """Turns to write in one channel: one an interval, in the order they are asked for. Shared by everything that writes
    there; used from one event loop. `monotonic` gives seconds."""

    def __init__(self, interval: timedelta, *, monotonic: Callable[[], float], sleep: Sleep) -> None:
        self._interval = interval.total_seconds()
        self._monotonic = monotonic
        self._sleep = sleep
        self._asking = asyncio.Lock()
        self._free = float("-inf")

    async def turn(self) -> None:
        """Wait for the next turn; whoever has it makes one call at once. Cancelled, it takes none."""
        async with self._asking:
            wait = self._free - self._monotonic()
            if wait > 0:
                await self._sleep(wait)
            self._free = self._monotonic() + self._interval


class Pacers:
    """The pacers of the channels that were written in last."""

    def __init__(self, interval: timedelta, *, monotonic: Callable[[], float], sleep: Sleep) -> None:
        """See `Pacer`."""
        self._interval = interval
        self._monotonic = monotonic
        self._sleep = sleep
        self._known: OrderedDict[str, Pacer] = OrderedDict()

    def of(self, channel: str) -> Pacer:
        """The one of a channel."""
        pacer = self._known.pop(channel, None) or Pacer(self._interval, monotonic=self._monotonic, sleep=self._sleep)
        self._known[channel] = pacer
        while len(self._known) > _PACERS:
            self._known.popitem(last=False)
        return pacer
