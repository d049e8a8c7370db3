"""The commands that Telegram shows while somebody types: which, where, in which language."""

import hashlib
import json
import logging
from typing import Final

import telegram
from telegram import BotCommand
from telegram.error import TelegramError

from bots.platform import Role, Router
from moderation.words import DEFAULT_LANGUAGE, LANGUAGES, catalogue

_log = logging.getLogger(__name__)

PRIVATE: Final = (
    *(
        "start",
        "help",
        "persona",
        "scene",
        "reset",
        "retry",
        "continue",
        "edit",
        "stop",
        "good",
        "bad",
        "note",
        "memory",
        "manner",
    ),
    *("language", "privacy", "export", "forget", "why", "appeal", "report", "safety"),
)
GROUP: Final = (
    *("help", "persona", "reset", "retry", "continue", "edit", "stop", "good", "bad", "memory", "manner"),
    *("privacy", "export", "forget", "why", "appeal", "report", "safety"),
)
STAFF: Final = (*GROUP, "scene", "note", "language", "settings", "lore", "review", "prompt", "talchum")
"""For the administrators of a group. What each may really do is checked when they do it."""

_SCOPES: Final = (
    (telegram.BotCommandScopeAllPrivateChats(), PRIVATE),
    (telegram.BotCommandScopeAllGroupChats(), GROUP),
    (telegram.BotCommandScopeAllChatAdministrators(), STAFF),
)
_ROLES: Final = {
    "review": Role.MODERATOR,
    "scene": Role.MODERATOR,
    "note": Role.MODERATOR,
    "lore": Role.MODERATOR,
    "prompt": Role.SENIOR,
    "settings": Role.ADMIN,
    "talchum": Role.ADMIN,
}
"""Who may use what is not for everybody."""


def described(name: str, language: str) -> str:
    """What a command does, in a line."""
    return catalogue("bots").say(f"telegram_commands.{name}", language)


def open_to(role: Role, *, private: bool) -> tuple[str, ...]:
    """The commands that somebody may use."""
    if private:
        return PRIVATE
    names = STAFF if role >= Role.MODERATOR else GROUP
    return tuple(name for name in names if role >= _ROLES.get(name, Role.MEMBER))


def digest() -> str:
    """What all lists look like to Telegram: they are sent anew only where this changes."""
    lists = [
        [scope.to_dict(), language, [(name, described(name, language)) for name in names]]
        for scope, names in _SCOPES
        for language in LANGUAGES
    ]
    return hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest()


async def publish(bot: telegram.Bot, router: Router, username: str) -> None:
    """Send the lists where they are others than last time. Where Telegram does not take them, it is logged, and tried
    again at the next start: the commands work all the same."""
    name, now = f"telegram commands {username}", digest()
    if await router.recall(name) == now:
        return
    try:
        for scope, names in _SCOPES:
            for language in LANGUAGES:
                commands = [BotCommand(name, described(name, language)) for name in names]
                code = None if language == DEFAULT_LANGUAGE else language
                await bot.set_my_commands(commands, scope=scope, language_code=code)
    except TelegramError as error:
        _log.warning("commands were not sent: error=%s", type(error).__name__)
        return
    await router.remember(name, now)
    _log.info("commands sent")
