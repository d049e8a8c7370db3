"""Updates that wait for the bot, and how it fetches them.

An update stays until an offset above it was asked for, over every restart of the bot. What a bot does not want to hear
of (`allowed_updates`) is dropped when it happens, not when it is fetched. One poll waits at a time: a second ends the
first with 409, and so does a webhook. Not emulated: that updates are forgotten after a day, that Telegram holds a poll
back which comes too soon after another, and the three seconds it takes over each 409 but the first.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bots.fakes.telegram_server.refusals import Refusal, conflict
from bots.fakes.telegram_server.world import Json

_MOST: Final = 100
_LONGEST: Final = 50
_FIRST: Final = 731_000_001
_UNASKED: Final = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
"""Kinds that have to be asked for by name."""

Queue = tuple[str, int]
"""What is delivered in order: a kind of source and the id of a chat or person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    id: int
    kind: str
    """`message`, `callback_query` …"""
    body: Json
    queue: Queue

    @property
    def wire(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """Use from the event loop of the server only."""

    def __init__(self, *, stir: Callable[[], None]) -> None:
        self._ids = itertools.count(_FIRST)
        self._stir = stir
        self._poll: asyncio.Future[None] | None = None
        self.pending: list[Update] = []
        self.allowed: frozenset[str] = frozenset()
        """Kinds that were asked for; empty: all but a few."""
        self.webhook = False
        """They are delivered, and cannot be fetched."""
        self.wake: Callable[[], None] = lambda: None
        """Called when there is something to deliver."""

    def wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in _UNASKED

    def ask(self, kinds: Sequence[str] | None) -> None:
        """From now on; None: as before, empty: all but a few."""
        if kinds is not None:
            self.allowed = frozenset(kinds)

    def add(self, kind: str, body: Json, queue: Queue) -> Update | None:
        """None where the bot does not want to hear of it."""
        if not self.wanted(kind):
            return None
        update = Update(id=next(self._ids), kind=kind, body=body, queue=queue)
        self.pending.append(update)
        if self.webhook:
            self.wake()
        elif self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        self._stir()
        return update

    async def fetch(self, fields: Json) -> list[Json]:
        """What getUpdates answers, at once or when there is something. Raises Refusal."""
        if self.webhook:
            text = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise conflict(text)
        self.ask(fields.get("allowed_updates"))
        self._confirm(fields.get("offset", 0))
        limit = min(max(fields.get("limit", _MOST), 1), _MOST)
        timeout = min(max(fields.get("timeout", 0), 0), _LONGEST)
        if timeout and not self.pending:
            await self._wait(timeout)
        return [update.wire for update in self.pending[:limit]]

    def end_poll(self, reason: str) -> None:
        """Whoever waits gets 409."""
        self._end(conflict(reason))

    def release(self) -> None:
        """Whoever waits gets nothing, at once."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def confirm(self, update: Update) -> None:
        """It was delivered, or nobody wants it any more."""
        if update in self.pending:
            self.pending.remove(update)
            self._stir()

    def clear(self) -> None:
        self.pending.clear()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            del self.pending[:offset]
        self.pending[:] = [update for update in self.pending if update.id >= offset]

    async def _wait(self, timeout: int) -> None:  # noqa: ASYNC109
        self.end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        mine = self._poll = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(mine, timeout)
        except TimeoutError:
            pass
        finally:
            if self._poll is mine:
                self._poll = None

    def _end(self, refusal: Refusal) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(refusal)
