"""How much is sent, to each chat and to all: Telegram's limits kept beforehand, and its refusals obeyed, chat by chat.

What the library brings waits for nothing in private chats, and lets one chat's refusal stop all others.
"""

import asyncio
import logging
from bisect import insort
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
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
_PATIENCE: Final = 900.0
"""Seconds that Telegram may make one call wait, altogether."""
_SLACK: Final = 0.1
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before another try, where there is no way to Telegram."""


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
        """A call waits; the event is set when it may have become the first."""
        place = number, asyncio.Event()
        insort(self._waiting, place)
        try:
            yield place[1]
        finally:
            self._waiting.remove(place)
            for _, moved in self._waiting[:1]:
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
    Calls that wait take their turns in the order in which they came, also where one has to be made again. Raises
    Flooded where a refusal takes too long; signs (drafts, typing) never wait, and leave a part of what may be sent everywhere to the rest: Flooded at once.
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
        self._chats: OrderedDict[int | str, _Chat] = OrderedDict()
        self._stopped: OrderedDict[int | str, float] = OrderedDict()
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
        chat, number = data.get("chat_id"), next(self._numbers)
        waited, pause, pauses = 0.0, 0.0, iter(_PAUSES)
        while True:
            windows = await self._turn(chat, endpoint, number, pause)
            pause = 0.0
            try:
                return await _made(callback(*args, **kwargs), windows, self._monotonic)
            except Flooded as error:
                waited += error.seconds
                _log.warning("Telegram wants us to wait: method=%s seconds=%g", endpoint, error.seconds)
                if chat is None:
                    pause = error.seconds + _SLACK
                else:
                    self._stop(chat, error.seconds)
                if endpoint in _SIGNS or waited > _PATIENCE:
                    raise
            except TelegramError as error:
                pause = next(pauses, 0.0)
                if not pause or endpoint in _SIGNS or not unsent(error):
                    raise

    async def _turn(self, chat: int | str | None, endpoint: str, number: int, pause: float) -> list[Window]:
        """Wait for the time to make a call, not before a `pause`, and begin it; the windows that it counts in."""
        if chat is None:
            if pause:
                await self._sleep(pause)
            return []
        there, sign = self._there(chat), endpoint in _SIGNS
        counted = (None if sign else there.own, None if endpoint in _FREE else there.group)
        own = [window for window in counted if window]
        if sign:
            wait = self._wait(own, chat)
            full = self._all.room(self._monotonic()) <= self._spared
            if wait > 0 or full or there.line or self._queue.locked():
                raise Flooded(wait)
            return _begun([self._all, *own])
        with there.line.standing(number) as moved:
            if pause:
                await self._sleep(pause)
            while True:
                if not there.line.first(number):
                    moved.clear()
                    await moved.wait()
                elif wait := self._wait(own, chat):
                    await self._sleep(wait)
                else:
                    async with self._queue:
                        while wait := self._wait([self._all]):
                            await self._sleep(wait)
                        # Telegram may have stopped the chat meanwhile, or one that came before is to be made again
                        if there.line.first(number) and not self._wait(own, chat):
                            return _begun([self._all, *own])

    def _wait(self, windows: Sequence[Window], chat: int | str = "") -> float:
        """Seconds until a call may be made, as far as these windows and what Telegram said of a chat go."""
        now = self._monotonic()
        return max([self._stopped.get(chat, now), *(window.free_at(now) for window in windows), now]) - now

    def _there(self, chat: int | str) -> _Chat:
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
