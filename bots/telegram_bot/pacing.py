"""How much is sent, to each chat and to all: Telegram's limits kept beforehand, and its refusals obeyed, chat by chat.

What the library brings waits for nothing in private chats, and lets one chat's refusal stop all others.
"""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from telegram.error import TelegramError
from telegram.ext import BaseRateLimiter

from bots.streaming import Sleep
from bots.telegram_bot.faults import unsent
from bots.telegram_bot.wire import Flooded

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls, and the seconds in which so many may be made; a little less than Telegram is known to take."""

    everywhere: tuple[int, float] = (28, 1.0)
    chat: tuple[int, float] = (3, 3.3)
    """One a second, with a short burst. Typing does not count."""
    group: tuple[int, float] = (20, 61.0)
    """Edits and typing count too."""


_FREE: Final = frozenset({"sendMessageDraft"})
"""Has a rhythm of its own."""
_SIGNS: Final = frozenset({"sendMessageDraft", "sendChatAction"})
"""What is out of date by the time one has waited for it."""
_CHATS: Final = 10_000
_PATIENCE: Final = 900.0
"""Seconds that Telegram may make one call wait, altogether."""
_SLACK: Final = 0.1
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before another try, where there is no way to Telegram."""


class Window:
    """At most so many calls in any time of that length. `turn` gives each its time; none is given back."""

    def __init__(self, most: int, seconds: float) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._seconds = seconds

    def free_at(self, now: float) -> float:
        """When the next call may be made."""
        full = len(self._times) == self._times.maxlen
        return max(now, self._times[0] + self._seconds) if full else now

    def take(self, at: float) -> None:
        """A call is made at `at`, not before any that was taken already."""
        self._times.append(max(at, self._times[-1]) if self._times else at)


class Pacing(BaseRateLimiter[None]):
    """Every call of one bot goes through here. Used from one event loop.

    A call that Telegram refuses as too much had no effect, so it is made again after the time that it says; other calls
    to that chat wait as long, those to other chats do not. One that surely did not reach Telegram is made again, too.
    Raises Flooded where that would take too long; signs (drafts, typing) never wait: Flooded at once.
    """

    def __init__(self, limits: Limits, *, monotonic: Callable[[], float], sleep: Sleep) -> None:
        """`monotonic` gives seconds."""
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._all = Window(*limits.everywhere)
        self._chats: OrderedDict[int | str, tuple[Window, Window | None]] = OrderedDict()
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
        chat = data.get("chat_id")
        waited, pauses = 0.0, iter(_PAUSES)
        while True:
            await self._turn(chat, endpoint)
            try:
                return await callback(*args, **kwargs)
            except Flooded as error:
                waited += error.seconds
                _log.warning("Telegram wants us to wait: method=%s seconds=%g", endpoint, error.seconds)
                if chat is not None:
                    self._stop(chat, error.seconds)
                if endpoint in _SIGNS or waited > _PATIENCE:
                    raise
                if chat is None:
                    await self._sleep(error.seconds + _SLACK)
            except TelegramError as error:
                pause = next(pauses, None)
                if pause is None or endpoint in _SIGNS or not unsent(error):
                    raise
                await self._sleep(pause)

    async def _turn(self, chat: int | str | None, endpoint: str) -> None:
        """Wait for the time to make a call."""
        if chat is None:
            return
        windows = (self._all, *self._windows(chat, endpoint))
        while True:
            now = self._monotonic()
            at = max(self._stopped.get(chat, now), *(window.free_at(now) for window in windows))
            if at <= now:
                break
            if endpoint in _SIGNS:
                raise Flooded(at - now)
            await self._sleep(at - now)
        for window in windows:
            window.take(now)

    def _windows(self, chat: int | str, endpoint: str) -> list[Window]:
        """What a call to a chat counts in, besides what all count in."""
        single = isinstance(chat, int) and chat > 0
        if chat not in self._chats:
            self._chats[chat] = Window(*self._limits.chat), None if single else Window(*self._limits.group)
        self._chats.move_to_end(chat)
        own, group = self._chats[chat]
        while len(self._chats) > _CHATS:
            self._chats.popitem(last=False)
        if endpoint in _FREE:
            return []
        return [window for window in (None if endpoint in _SIGNS else own, group) if window]

    def _stop(self, chat: int | str, seconds: float) -> None:
        until = self._monotonic() + seconds + _SLACK
        self._stopped[chat] = max(until, self._stopped.pop(chat, until))
        while len(self._stopped) > _CHATS:
            self._stopped.popitem(last=False)
