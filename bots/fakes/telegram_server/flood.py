"""Telegram's limits, as far as they are known: it publishes what to keep to, not what it counts.

In every chat about one message a second, with a few more at once; in a group twenty a minute, edits and "typing …"
among them; thirty requests a second in all. Only what had an effect is counted. Drafts count for the last one alone.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bots.fakes.telegram_server.world import Chat

_MESSAGES: Final = frozenset(
    ("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageCaption", "editMessageReplyMarkup")
)
_IN_GROUPS: Final = _MESSAGES | {"sendChatAction"}
_COUNTED: Final = _IN_GROUPS | {"sendMessageDraft"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many in so long a time."""

    requests: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`burst` messages at once in a chat, and one more each `pause`; then those of a group, and of everything."""

    burst: int = 3
    pause: timedelta = timedelta(seconds=1)
    group: Limit = Limit(requests=20, per=timedelta(minutes=1))
    overall: Limit = Limit(requests=30, per=timedelta(seconds=1))


@dataclass(slots=True, kw_only=True, eq=False)
class Flood:
    """Counts, on the clock of the server, in seconds."""

    limits: Limits
    clock: Callable[[], float]
    _pace: dict[Chat, float] = field(default_factory=dict)
    """When the bucket of a chat is full again."""
    _groups: dict[Chat, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def early(self, method: str, chat: Chat | None) -> int:
        """How many whole seconds too early a request comes; 0: it is within all limits."""
        if method not in _COUNTED or chat is None:
            return 0
        now = self.clock()
        waits = [_wait(self._all, self.limits.overall, now)]
        if method in _MESSAGES:
            pause = self.limits.pause.total_seconds()
            waits.append(self._pace.get(chat, now) - now - (self.limits.burst - 1) * pause)
        if chat.many and method in _IN_GROUPS:
            waits.append(_wait(self._groups.setdefault(chat, deque()), self.limits.group, now))
        return math.ceil(max(0.0, *waits))

    def count(self, method: str, chat: Chat | None) -> None:
        """The request had its effect."""
        if method not in _COUNTED or chat is None:
            return
        now = self.clock()
        self._all.append(now)
        if method in _MESSAGES:
            self._pace[chat] = max(now, self._pace.get(chat, now)) + self.limits.pause.total_seconds()
        if chat.many and method in _IN_GROUPS:
            self._groups.setdefault(chat, deque()).append(now)


def _wait(times: deque[float], limit: Limit, now: float) -> float:
    """How long until one more is within the limit."""
    per = limit.per.total_seconds()
    while times and times[0] <= now - per:
        times.popleft()
    return times[-limit.requests] + per - now if len(times) >= limit.requests else 0.0
