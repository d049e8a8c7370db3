"""Messages that Telegram brought, and forgets when it is told that they were taken: kept until they are handled, so
that a program that dies loses none.

A kept one is the update itself, so for this while what somebody said is in the state. It is gone when it is handled,
with everything else of that person when they want it erased, and in any case when Telegram itself would have forgotten
it.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import telegram

from bots.errands import Errand, Errands
from bots.telegram_bot.translate import PLATFORM, author_of, person_key
from bots.telegram_bot.wire import readable
from moderation.errors import Deflect

_KIND: Final = "brought"
_LASTS: Final = timedelta(hours=24)
"""As long as Telegram keeps what nobody takes."""


class Brought:
    """What is kept of one bot. Used from one event loop."""

    def __init__(self, errands: Errands) -> None:
        self._errands = errands
        self._kept: dict[int, object] = {}
        """The chats of those that are kept, in the order in which they came."""
        self._handled: set[int] = set()
        """Those of them that were handled."""

    async def keep(self, update: telegram.Update) -> None:
        """Keep an update. Raises StoreBusy and StoreFailed."""
        message = update.message or update.edited_message
        author = author_of(message) if message else None
        person = person_key(author, message.chat) if message and author else ""
        given = update.to_dict()  # reads as what came, fields included that the library does not know
        errand = Errand(key=str(update.update_id), value=given, person=person)
        await self._errands.add(PLATFORM, _KIND, errand, lasts=_LASTS)
        self._kept[update.update_id] = _chat_of(given)

    async def done(self, number: int) -> None:
        """An update was handled. One that came after another of its chat that is not may be a part of the same burst,
        and stays."""
        self._handled.add(number)
        chat = self._kept.get(number)
        for early in [early for early, other in self._kept.items() if other == chat]:
            if early in self._kept and early not in self._handled:
                return
            if self._kept.pop(early, None) is not None:
                self._handled.discard(early)
                with suppress(Deflect):  # handled once more after a restart, which its claim prevents
                    await self._errands.done(PLATFORM, _KIND, str(early))

    async def forget(self, chat: int) -> None:
        """In a chat nobody can be answered any more."""
        with suppress(Deflect):
            for errand in await self._errands.open(PLATFORM, _KIND):
                if _chat_of(errand.value) == chat:
                    await self._errands.done(PLATFORM, _KIND, errand.key)

    async def left(self, bot: telegram.Bot) -> tuple[telegram.Update, ...]:
        """What was not handled when the program ended, oldest first. Raises StoreBusy and StoreFailed."""
        found = []
        for errand in await self._errands.open(PLATFORM, _KIND):
            update = readable(dict(errand.value), bot)
            if update is None:
                await self._errands.done(PLATFORM, _KIND, errand.key)
            else:
                self._kept[update.update_id] = _chat_of(errand.value)
                found.append(update)
        return tuple(found)


def _chat_of(given: Mapping[str, Any]) -> object:
    """The number of the chat where an update was said; 0 for none."""
    said = given.get("message") or given.get("edited_message")
    chat = said.get("chat") if isinstance(said, dict) else None
    return chat.get("id", 0) if isinstance(chat, dict) else 0
