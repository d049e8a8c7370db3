"""How much is sent, to each chat and to all: Telegram's limits kept beforehand, and its refusals obeyed, chat by chat.

What the library brings waits for nothing in private chats, and lets one chat's refusal stop all others.
"""

import asyncio
import logging
from bisect import insort
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from telegram.error import TelegramError
from telegram.ext import BaseRateLimiter

from bots.streaming import Sleep
from bots.telegram_bot.faults import unsent
from bots.telegram_bot.wire import Flooded

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls, and the seconds in which Telegram may get so many: what it is known to take."""

    everywhere: tuple[int, float] = (30, 1.0)
    chat: tuple[int, float] = (3, 3.1)
    """One a second, with a short burst. Typing does not count."""
    group: tuple[int, float] = (20, 60.5)
    """Edits and typing count too."""


_FREE: Final = frozenset({"sendMessageDraft"})
"""Has a rhythm of its own."""
_SIGNS: Final = frozenset({"sendMessageDraft", "sendChatAction"})
"""What is out of date by the time one has waited for it."""
_SPARED: Final = 4
"""Signs leave one part in so many of what may be sent everywhere to what is no sign."""
_CHATS: Final = 10_000
_PATIENCE: Final[ContextVar[float]] = ContextVar("patience", default=900.0)
"""Seconds after it was wanted for which Telegram may put a call off."""
_BRIEF: Final = 30.0
_SLACK: Final = 0.1
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before another try, where there is no way to Telegram."""


@contextmanager
def briefly() -> Iterator[None]:
    """Calls that are wanted meanwhile raise Flooded rather than wait for half a minute because Telegram says so: for
    what is tried again, and keeps others waiting until then."""
    before = _PATIENCE.set(_BRIEF)
    try:
        yield
    finally:
        _PATIENCE.reset(before)


class Window:
    """At most so many calls in any time of that length, wherever between its beginning and its end each of them reaches
    Telegram: one that is under way counts, and one that is over for that long after its end."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._under_way = 0
        self._ended: deque[float] = deque()

    def room(self, now: float) -> int:
        """How many calls may begin."""
        while self._ended and self._ended[0] + self._seconds <= now:
            self._ended.popleft()
        return self._most - self._under_way - len(self._ended)

    def free_at(self, now: float) -> float:
        """When there may be room, not before there is."""
        if self.room(now) > 0:
            return now
        return (self._ended[0] if self._ended else now) + self._seconds

    def begin(self) -> None:
        """A call is made."""
        self._under_way += 1

    def end(self, now: float) -> None:
        """It is over, whatever became of it."""
        self._under_way -= 1
        self._ended.append(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    endpoint: str
    chat: int | str | None
    number: int
    """In the order in which they came."""
    until: float
    """For how long Telegram may put it off."""

    @property
    def sign(self) -> bool:
        return self.endpoint in _SIGNS


class _Line:
    """Calls that wait, in the order of their numbers: one that comes back stands where it stood."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, asyncio.Event]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def first(self, number: int) -> bool:
        """Whether that one is the next."""
        return self._waiting[0][0] == number

    @contextmanager
    def standing(self, number: int) -> Iterator[asyncio.Event]:
        """A call waits; the event is set when it has to look around again."""
        place = number, asyncio.Event()
        insort(self._waiting, place)
        try:
            yield place[1]
        finally:
            self._waiting.remove(place)
            self.stir(1)

    def stir(self, most: int | None = None) -> None:
        """Have so many of those in front look around again; None: all."""
        for _, moved in self._waiting[:most]:
            moved.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chat:
    own: Window
    group: Window | None
    line: _Line = field(default_factory=_Line)


class Pacing(BaseRateLimiter[None]):
    """Every call of one bot goes through here. Used from one event loop.

    A call that Telegram refuses as too much had no effect, so it is made again after the time that it says; other calls
    to that chat wait as long, those to other chats do not. One that surely did not reach Telegram is made again, too.
    Calls that wait take their turns in the order in which they came, also where one is made again. Raises Flooded for
    one that Telegram puts off for too long, as soon as that is known; signs (drafts, typing) never wait, and leave a
    part of what may be sent everywhere to the rest: Flooded at once.
    """

    def __init__(self, limits: Limits, *, monotonic: Callable[[], float], sleep: Sleep) -> None:
        """`monotonic` gives seconds."""
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._all = Window(*limits.everywhere)
        self._spared = limits.everywhere[0] // _SPARED
        self._queue = asyncio.Lock()
        self._numbers = count()
        """Of calls, in the order in which they came."""
        self._chats: OrderedDict[int | str | None, _Chat] = OrderedDict()
        self._stopped: OrderedDict[int | str | None, float] = OrderedDict()
        """Until when nothing is sent to a chat, because Telegram said so."""

    async def initialize(self) -> None:
        """See `BaseRateLimiter.initialize`."""

    async def shutdown(self) -> None:
        """See `BaseRateLimiter.shutdown`."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - the library's signature
    ) -> Any:
        """See `BaseRateLimiter.process_request`."""
        until = self._monotonic() + _PATIENCE.get()
        asked = _Call(endpoint=endpoint, chat=data.get("chat_id"), number=next(self._numbers), until=until)
        pause, pauses = 0.0, iter(_PAUSES)
        while True:
            windows = self._at_once(asked) if asked.sign else await self._turn(asked, pause)
            pause = 0.0
            try:
                return await _made(callback(*args, **kwargs), windows, self._monotonic)
            except Flooded as error:
                _log.warning("Telegram wants us to wait: method=%s seconds=%g", endpoint, error.seconds)
                if asked.chat is None:
                    pause = error.seconds + _SLACK
                else:
                    self._stop(asked.chat, error.seconds)
                if asked.sign or self._monotonic() + error.seconds > until:
                    raise
            except TelegramError as error:
                pause = next(pauses, 0.0)
                if not pause or asked.sign or not unsent(error):
                    raise

    def _at_once(self, asked: _Call) -> list[Window]:
        """Begin to make a sign, where nothing is in the way; the windows that it counts in. Raises Flooded."""
        there = self._there(asked.chat)
        own = [there.group] if there.group and asked.endpoint not in _FREE else []
        wait = self._wait(own, asked.chat)
        full = self._all.room(self._monotonic()) <= self._spared
        if wait > 0 or full or there.line or self._queue.locked():
            raise Flooded(wait)
        return _begun([self._all, *own])

    async def _turn(self, asked: _Call, pause: float) -> list[Window]:
        """Wait for the time to make a call, not before a `pause`, and begin it; the windows that it counts in. Raises
        Flooded where Telegram puts it off for too long."""
        if asked.chat is None:
            if pause:
                await self._sleep(pause)
            return []
        there = self._there(asked.chat)
        own = [window for window in (there.own, there.group) if window]
        with there.line.standing(asked.number) as stirred:
            if pause:
                await self._sleep(pause)
            while True:
                stirred.clear()
                self._heed(asked)
                if not there.line.first(asked.number):
                    await stirred.wait()
                elif wait := self._wait(own, asked.chat):
                    await self._sleep(wait)
                else:
                    async with self._queue:
                        while wait := self._wait([self._all]):
                            await self._sleep(wait)
                        # Telegram may have stopped the chat meanwhile, or one that came before is to be made again
                        if there.line.first(asked.number) and not self._wait(own, asked.chat):
                            return _begun([self._all, *own])

    def _heed(self, asked: _Call) -> None:
        """Raises Flooded where Telegram stopped the chat for longer than a call may wait."""
        stopped = self._stopped.get(asked.chat, 0.0)
        if stopped > asked.until:
            raise Flooded(stopped - self._monotonic())

    def _wait(self, windows: Sequence[Window], chat: int | str | None = None) -> float:
        """Seconds until a call may be made, as far as these windows and what Telegram said of a chat go."""
        now = self._monotonic()
        return max([self._stopped.get(chat, now), *(window.free_at(now) for window in windows), now]) - now

    def _there(self, chat: int | str | None) -> _Chat:
        if chat not in self._chats:
            single = isinstance(chat, int) and chat > 0
            group = None if single else Window(*self._limits.group)
            self._chats[chat] = _Chat(own=Window(*self._limits.chat), group=group)
        self._chats.move_to_end(chat)
        while len(self._chats) > _CHATS:
            self._chats.popitem(last=False)
        return self._chats[chat]

    def _stop(self, chat: int | str, seconds: float) -> None:
        until = self._monotonic() + seconds + _SLACK
        self._stopped[chat] = max(until, self._stopped.pop(chat, until))
        while len(self._stopped) > _CHATS:
            self._stopped.popitem(last=False)
        self._there(chat).line.stir()  # for some that may be too long


def _begun(windows: list[Window]) -> list[Window]:
    for window in windows:
        window.begin()
    return windows


async def _made(call: Awaitable[Any], windows: Sequence[Window], monotonic: Callable[[], float]) -> Any:
    """What comes of a call that has begun."""
    try:
        return await call
    finally:
        now = monotonic()
        for window in windows:
            window.end(now)
