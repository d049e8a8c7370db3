"""Who may do what in a group, by Telegram's own word: asked seldom, forgotten soon."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import telegram
from telegram.error import TelegramError

from bots.platform import Role
from bots.telegram_bot.translate import GROUPS

_log = logging.getLogger(__name__)

_LASTS: Final = timedelta(minutes=5)
_CHATS: Final = 1_000


class Roles:
    """The administrators of groups. Used from one event loop."""

    def __init__(self, bot: telegram.Bot, *, monotonic: Callable[[], float], lasts: timedelta = _LASTS) -> None:
        """`monotonic` gives seconds; `lasts` is how long what Telegram said is believed."""
        self._bot = bot
        self._monotonic = monotonic
        self._lasts = lasts.total_seconds()
        self._known: OrderedDict[int, tuple[float, dict[int, Role]]] = OrderedDict()

    async def of(self, chat: telegram.Chat, author: telegram.User | telegram.Chat | None) -> Role:
        """What somebody may do in a chat; MEMBER in private, and where Telegram cannot be asked."""
        if author is None or chat.type not in GROUPS:
            return Role.MEMBER
        if author.id == chat.id:  # who writes as the group is one of its administrators, Telegram does not say which
            return Role.MODERATOR
        return (await self.all(chat.id)).get(author.id, Role.MEMBER)

    async def all(self, chat: int) -> dict[int, Role]:
        """Everybody in a group who may do more than others; nobody where Telegram cannot be asked."""
        until, known = self._known.get(chat, (float("-inf"), {}))
        return known if self._monotonic() < until else await self._asked(chat)

    def forget(self, chat: int) -> None:
        """Somebody's rights there changed."""
        self._known.pop(chat, None)

    async def _asked(self, chat: int) -> dict[int, Role]:
        try:
            members = await self._bot.get_chat_administrators(chat)
        except TelegramError as error:
            _log.warning("administrators are not known: error=%s", type(error).__name__)
            return {}
        found = {member.user.id: role_by(member) for member in members}
        self._known.pop(chat, None)
        self._known[chat] = self._monotonic() + self._lasts, found
        while len(self._known) > _CHATS:
            self._known.popitem(last=False)
        return found


def role_by(member: telegram.ChatMember) -> Role:
    """The role that rights come to: who may change the group sets what holds there, who may delete reviews."""
    if isinstance(member, telegram.ChatMemberOwner):
        return Role.ADMIN
    if isinstance(member, telegram.ChatMemberAdministrator):
        if member.can_change_info:
            return Role.ADMIN
        return Role.MODERATOR if member.can_delete_messages else Role.MEMBER
    return Role.MEMBER
