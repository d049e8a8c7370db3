"""Who may do what in a group, by Telegram's own word: asked seldom, forgotten soon, and doubted where it counts."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import telegram
from telegram.error import TelegramError

from bots.platform import Role
from bots.telegram_bot.translate import GROUPS, PLATFORM, hides

_log = logging.getLogger(__name__)

_LASTS: Final = timedelta(minutes=5)
_CHATS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Administrators:
    """Those of one group."""

    roles: dict[int, Role] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    """Those who write as the group."""
    users: dict[int, telegram.User] = field(default_factory=dict)
    """All but those who hide."""
    until: float = float("-inf")
    """When Telegram is to be asked anew."""


class Roles:
    """The administrators of groups. Used from one event loop."""

    def __init__(self, bot: telegram.Bot, *, monotonic: Callable[[], float], lasts: timedelta = _LASTS) -> None:
        """`monotonic` gives seconds; `lasts` is how long what Telegram said is believed."""
        self._bot = bot
        self._monotonic = monotonic
        self._lasts = lasts.total_seconds()
        self._known: OrderedDict[int, _Administrators] = OrderedDict()

    async def of(self, chat: telegram.Chat, author: telegram.User | telegram.Chat | None) -> Role:
        """What somebody may do in a chat; MEMBER in private, and where Telegram cannot be asked."""
        if author is None or chat.type not in GROUPS:
            return Role.MEMBER
        if hides(author, chat):
            return await self._of_hidden(chat.id)
        return (await self.all(chat.id)).get(author.id, Role.MEMBER)

    async def all(self, chat: int) -> dict[int, Role]:
        """Everybody in a group who may do more than others; nobody where Telegram cannot be asked."""
        return (await self._administrators(chat)).roles

    async def hides(self, chat: int, person: int) -> bool:
        """Whether somebody is an administrator of a group who writes as the group; in private nobody is."""
        return chat < 0 and person in (await self._administrators(chat)).hidden

    async def names(self, chat: int) -> dict[str, str]:
        """What the administrators of a group are called, by their keys; not those who hide."""
        users = (await self._administrators(chat)).users if chat < 0 else {}
        return {f"{PLATFORM}:user:{number}": user.full_name for number, user in users.items()}

    async def badges(self, chat: int, person: int) -> frozenset[str]:
        """By what a group may have named somebody: it names administrators, and nobody else."""
        return frozenset({f"{PLATFORM}:user:{person}"} if chat < 0 and person in await self.all(chat) else ())

    async def named_in(self, chat: int, text: str) -> str:
        """The administrators of a group that somebody typed, by name, @name or number, as keys between commas; the rest
        as it stands."""
        known = await self._administrators(chat)
        keys = {str(number): f"{PLATFORM}:user:{number}" for number in known.roles}
        for number, user in known.users.items():
            keys |= dict.fromkeys(map(_folded, (user.full_name, f"@{user.username}")), f"{PLATFORM}:user:{number}")
        whole = "," in text or _folded(text) in keys
        typed = text.split(",") if whole else text.split()
        return ", ".join(keys.get(_folded(one), one.strip()) for one in typed if one.strip())

    def doubt(self, chat: telegram.Chat, author: telegram.User | telegram.Chat | None) -> None:
        """Have Telegram asked anew about whoever does something now and might do more than others by what it said a
        while ago: they may have lost that. For others nothing is asked."""
        known = self._known.get(chat.id)
        if known and author and (hides(author, chat) or author.id in known.roles):
            self._known[chat.id] = replace(known, until=float("-inf"))

    def forget(self, chat: int) -> None:
        """Somebody's rights there changed."""
        self._known.pop(chat, None)

    async def _of_hidden(self, chat: int) -> Role:
        """What whoever writes as the group may do at least: Telegram does not say which of those who hide it is."""
        known = await self._administrators(chat)
        if not known.hidden:  # somebody has hidden since it was asked
            self.forget(chat)
            known = await self._administrators(chat)
        return min((known.roles.get(person, Role.MEMBER) for person in known.hidden), default=Role.MEMBER)

    async def _administrators(self, chat: int) -> _Administrators:
        known = self._known.get(chat)
        return known if known and self._monotonic() < known.until else await self._asked(chat)

    async def _asked(self, chat: int) -> _Administrators:
        try:
            members = await self._bot.get_chat_administrators(chat)
        except TelegramError as error:
            _log.warning("administrators are not known: error=%s", type(error).__name__)
            known = self._known.get(chat, _Administrators())
            return _Administrators(hidden=known.hidden)  # whoever hid is not named meanwhile
        found = _Administrators(
            roles={member.user.id: role_by(member) for member in members},
            hidden=frozenset(member.user.id for member in members if _hidden(member)),
            users={member.user.id: member.user for member in members if not _hidden(member)},
            until=self._monotonic() + self._lasts,
        )
        self._known.pop(chat, None)
        self._known[chat] = found
        while len(self._known) > _CHATS:
            self._known.popitem(last=False)
        return found


def role_by(member: telegram.ChatMember) -> Role:
    """The role that rights come to: who may change the group sets what holds there, who may name administrators is a
    senior, who may delete reviews."""
    if isinstance(member, telegram.ChatMemberOwner):
        return Role.ADMIN
    if isinstance(member, telegram.ChatMemberAdministrator):
        if member.can_change_info:
            return Role.ADMIN
        if member.can_promote_members:
            return Role.SENIOR
        return Role.MODERATOR if member.can_delete_messages else Role.MEMBER
    return Role.MEMBER


def _hidden(member: telegram.ChatMember) -> bool:
    return bool(getattr(member, "is_anonymous", False))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
