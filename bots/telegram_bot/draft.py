"""What somebody who is alone with the bot sees of a reply while it is made: a draft that grows, then the real message.

The sender is a task of its own: a slow Telegram never keeps the reply waiting, and the latest text wins. A real message
makes the draft vanish, so the last call of the draft has come to its end before one is posted.
"""

import asyncio
import logging
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Final

import telegram
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError, TimedOut

from bots.cards import Card
from bots.pieces import cut, units
from bots.streaming import Shown, Sleep, Writer, joined
from bots.telegram_bot.faults import says
from bots.telegram_bot.formatting import bold, html_of
from bots.telegram_bot.wire import Flooded
from personas.cleaning import clean
from personas.ending import end_of
from personas.messages import Event, Passage, Withdrawal

_log = logging.getLogger(__name__)

_LIMIT: Final = 4_096
_LASTS: Final = timedelta(seconds=20)
"""After this a draft is sent again although it did not change: Telegram shows one for thirty seconds."""
_PATIENCE: Final = 2.0
"""Seconds for a call, all in all: the reply waits for the last one, at the end of the program within its grace."""
_NOTHING: Final = "…"
_FAILURES: Final = 3
"""Calls that fail one after the other before there are no more drafts of a reply."""


class Drafts:
    """The drafts of one reply. Used from one event loop."""

    def __init__(
        self, bot: telegram.Bot, chat: int, topic: int, *, reply: str, head: str, interval: timedelta, sleep: Sleep
    ) -> None:
        """`reply` is its id, `head` the line above the persona's words, or ""; a draft is sent every `interval` at
        most."""
        self._bot = bot
        self._chat = chat
        self._topic = topic
        self._id = (zlib.crc32(reply.encode()) & 0x7FFFFFFF) or 1
        self._head = head
        self._interval = interval
        self._sleep = sleep
        self._text = ""
        self._sent: str | None = None
        self._stands = False
        """Whether words may be read there."""
        self._idle = timedelta()
        """How long nothing was sent."""
        self._failed = 0
        self._over = False
        self._task: asyncio.Task[None] | None = None
        self._pause: asyncio.Task[None] | None = None

    def show(self, text: str) -> None:
        """What there is of the reply; "": nothing any more."""
        self._text = text
        if self._task is None and not self._over:
            self._task = asyncio.create_task(self._run())

    def renew(self) -> None:
        """Something else was posted, and the draft has vanished: show it again."""
        self._sent = None

    async def end(self) -> None:
        """Send no more, but that words which were taken back do not stay; returns when the last call is over.
        Idempotent."""
        self._over = True
        if self._pause:
            self._pause.cancel()
        if self._task:
            await end_of(self._task)
        if self._stands and not self._text:
            await self._send("")

    async def _run(self) -> None:
        while not self._over and self._failed < _FAILURES:
            wait = self._interval
            if self._text != self._sent or self._idle >= _LASTS:
                wait = max(wait, await self._send(self._text))
            self._idle += wait
            if not self._over:
                self._pause = asyncio.create_task(self._sleep(wait.total_seconds()))
                await asyncio.wait([self._pause])

    async def _send(self, text: str) -> timedelta:
        """One call; how long Telegram wants us to wait."""
        room = _LIMIT - units(self._head) - 1
        piece = (cut(clean(text), room) or (_NOTHING,))[-1]  # of what is too long for one, what is said now
        self._sent, self._idle = text, timedelta()
        self._stands = self._stands or bool(text)
        try:
            await self._call(bold(self._head) + html_of(piece), ParseMode.HTML)
        except BadRequest as error:
            if says(error, "can't parse entities"):
                self._sent = None
            self._note(error)
        except Flooded as error:
            self._sent = None
            return timedelta(seconds=error.seconds)
        except TelegramError as error:
            self._sent = None
            self._note(error)
        else:
            self._failed, self._stands = 0, bool(text)
        return timedelta()

    def _note(self, error: TelegramError) -> None:
        # A draft is not worth a reply: the real message comes in any case.
        self._failed += 1
        _log.debug("no draft: error=%s", type(error).__name__)

    async def _call(self, text: str, mode: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._bot.send_message_draft(
                    self._chat, self._id, text, message_thread_id=self._topic or None, parse_mode=mode
                )
        except TimeoutError:
            raise TimedOut from None


class Drafting:
    """Meets `bots.streaming.Showing`: a writer that posts what is whole, and drafts until then."""

    def __init__(self, writer: Writer, drafts: Drafts) -> None:
        self._writer = writer
        self._drafts = drafts

    async def show(
        self,
        events: AsyncGenerator[Event | Card, None],
        *,
        card: Callable[[Card], Awaitable[None]],
        standing: Sequence[tuple[str, str]] = (),
        kept: str = "",
    ) -> Shown:
        """See `Writer.show`. What stands there already has no draft: its message is edited, and no new one would make
        the draft vanish."""
        if standing:
            return await self._writer.show(events, card=card, standing=standing, kept=kept)
        try:
            return await self._writer.show(self._drafted(events), card=self._between(card))
        finally:
            await self._drafts.end()

    def stop(self) -> None:
        """See `Writer.stop`."""
        self._writer.stop()

    def late(self, event: Event) -> None:
        """See `Writer.late`."""
        if isinstance(event, Withdrawal):
            self._drafts.show("")
        self._writer.late(event)

    def _between(self, card: Callable[[Card], Awaitable[None]]) -> Callable[[Card], Awaitable[None]]:
        async def shown(given: Card) -> None:
            await card(given)
            self._drafts.renew()

        return shown

    async def _drafted(self, events: AsyncGenerator[Event | Card, None]) -> AsyncGenerator[Event | Card, None]:
        text = ""
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Passage):
                    text = joined(text, event)
                    self._drafts.show(text)
                elif isinstance(event, Withdrawal):
                    text = ""
                    self._drafts.show(text)
                yield event
