"""Questions and panels of ours that stand in a chat: what nobody answers does not stay there for ever.

A question goes when it can be answered no more; of a panel its buttons go, what it says stays. What is to go is noted,
so that it goes after a restart too.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import telegram
from telegram.error import BadRequest, Forbidden, TelegramError

from bots.errands import Errand, Errands
from bots.streaming import Sleep
from bots.telegram_bot.prompts import LIVES
from bots.telegram_bot.translate import PLATFORM, ids_in
from moderation.errors import Deflect

_log = logging.getLogger(__name__)

_KIND: Final = "question"
_LASTS: Final = timedelta(hours=48)
"""Older messages cannot be deleted."""
_AGAIN: Final = timedelta(minutes=1)
"""When to try again what Telegram or the state did not let us do."""


class Questions:
    """What is to go, of one bot. Used from one event loop."""

    def __init__(self, bot: telegram.Bot, errands: Errands, *, now: Callable[[], datetime], sleep: Sleep) -> None:
        self._bot = bot
        self._errands = errands
        self._now = now
        self._sleep = sleep
        self._news = asyncio.Event()

    async def asked(self, shown: str, person: str, *, panel: bool) -> None:
        """The message `shown` (see `translate.shown_id`) is a question to `person`, or a panel of theirs; said again,
        its time begins anew. Where that cannot be noted it stays."""
        value = {"due": (self._now() + LIVES).isoformat(), "panel": panel}
        try:
            await self._errands.add(PLATFORM, _KIND, Errand(key=shown, value=value, person=person), lasts=_LASTS)
        except Deflect as error:
            _log.warning("a question will stay: error=%s", error)
        self._news.set()

    async def gone(self, shown: str) -> None:
        """It stands there no more."""
        with suppress(Deflect):
            await self._errands.done(PLATFORM, _KIND, shown)

    async def forget(self, chat: int) -> None:
        """Nothing in a chat can be reached any more."""
        with suppress(Deflect):
            for errand in await self._errands.open(PLATFORM, _KIND):
                if ids_in(errand.key)[0] == chat:
                    await self._errands.done(PLATFORM, _KIND, errand.key)

    async def watch(self) -> None:
        """Take away what is due, until cancelled."""
        while True:
            self._news.clear()
            try:
                wait = await self._lapse()
            except Deflect as error:
                _log.warning("it is not known which questions are to go: error=%s", error)
                wait = _AGAIN
            waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(self._news.wait())}
            if wait is not None:
                waits.add(asyncio.ensure_future(self._sleep(wait.total_seconds())))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in waits:
                    one.cancel()

    async def _lapse(self) -> timedelta | None:
        """Take away what is due; how long until there is more to do, None: there is nothing."""
        waits = []
        for errand in await self._errands.open(PLATFORM, _KIND):
            left = datetime.fromisoformat(str(errand.value["due"])) - self._now()
            if left > timedelta():
                waits.append(left)
            elif await self._taken_away(errand):
                await self._errands.done(PLATFORM, _KIND, errand.key)
            else:
                waits.append(_AGAIN)
        return min(waits, default=None)

    async def _taken_away(self, errand: Errand) -> bool:
        """Whether nothing is left to do about it."""
        chat, message = ids_in(errand.key)
        try:
            if errand.value["panel"]:
                await self._bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=None)
            else:
                await self._bot.delete_message(chat, message)
        except (BadRequest, Forbidden) as error:  # it is gone, too old, or we are not let in
            _log.debug("a question was not taken away: error=%s", type(error).__name__)
        except TelegramError as error:
            _log.warning("a question is not taken away yet: error=%s", type(error).__name__)
            return False
        return True
