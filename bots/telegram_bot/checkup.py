"""What may be wrong with the bot at Telegram, found out by plain requests: no message is asked for, nothing is changed.

Every trouble is a finding (`bots.doctor`), that of the network too; nothing is raised.
"""

import asyncio
import math
from asyncio import timeout
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

import aiohttp
import telegram
from telegram.constants import ChatMemberStatus
from telegram.error import EndPointNotFound, InvalidToken, NetworkError, TelegramError

from bots.app import platforms_of
from bots.config import Settings
from bots.doctor import Finding, Told, bad, doubtful, good, heard_whole
from bots.errors import RefuseToStart
from bots.places import Mode, PlaceSettings
from bots.platform_settings import TelegramSection
from bots.status import STALE, read
from bots.telegram_bot.receiving import bound
from bots.telegram_bot.translate import PLATFORM, address_of, id_in
from bots.telegram_bot.wire import Flooded, Wire

PATIENCE: Final = timedelta(seconds=60)
"""For all of it."""
GROUPS: Final = 20
"""So many that want to be heard whole are looked at, two requests each."""
_LIKE_OTHERS: Final = frozenset({ChatMemberStatus.MEMBER, ChatMemberStatus.RESTRICTED})
"""Administrators hear everything."""
_STRANGE: Final = (TypeError, LookupError, ValueError, AttributeError)
"""What the library raises for an answer that is none of Telegram's."""
_ABOUT: Final = MappingProxyType(
    {
        "telegram_core.no_secret": "telegram_doctor.about_updates",
        "telegram_core.bad_proxy": "telegram_doctor.about_telegram",
    }
)
"""What is said of what keeps it from starting is about this, else about the token."""


async def look_at_telegram(
    settings: Settings, *, offline: bool, now: datetime, patience: timedelta = PATIENCE
) -> tuple[Finding, ...]:
    """Everything about Telegram that these settings need; nothing where they do not serve it."""
    section = settings.telegram
    if section is None:
        return ()
    try:
        platforms_of(replace(settings, discord=None))
    except RefuseToStart as error:  # what keeps `talchum run` from starting
        return (bad(_ABOUT.get(error.key, "doctor.about_token"), error),)
    if offline:
        found = [good("doctor.about_token", "telegram_doctor.token_there", variable=section.token_variable)]
        if section.webhook_url:
            found.append(_brought("webhook_unset", section))
    else:
        found = await _look_online(settings, section, patience)
    if section.webhook_url:
        found += await asyncio.to_thread(_port, settings, section, now)
    return tuple(found)


def _port(settings: Settings, section: TelegramSection, now: datetime) -> list[Finding]:
    """Something only where updates cannot be listened for, and not because the program that runs does so."""
    try:
        for listener in bound(section.listen, section.port):
            listener.close()
    except RefuseToStart as error:
        with suppress(OSError):
            said = read(settings.status_file)
            if said is not None and said.age(now) <= STALE and PLATFORM in said.platforms:
                return []
        return [bad("telegram_doctor.about_updates", error)]
    return []


async def _look_online(settings: Settings, section: TelegramSection, patience: timedelta) -> list[Finding]:
    listeners = await heard_whole(settings, PLATFORM, _hears_all)
    about, seconds = "telegram_doctor.about_telegram", patience.total_seconds()
    found: list[Finding] = []
    try:
        async with (
            timeout(seconds),
            _bot(settings, section) as bot,
            aclosing(_Visit(bot, section, listeners).findings()) as findings,
        ):
            async for finding in findings:
                found.append(finding)  # noqa: PERF401 - what was found before a failure is told too
    except TimeoutError:
        found.append(bad(about, "telegram_doctor.slow", seconds=f"{seconds:g}"))
    except TelegramError as error:
        found.append(_trouble(error, section.base_url))
    except _STRANGE:
        found.append(bad(about, "telegram_doctor.unreadable"))
    return found


@asynccontextmanager
async def _bot(settings: Settings, section: TelegramSection) -> AsyncGenerator[telegram.Bot]:
    bot = telegram.Bot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{section.base_url.rstrip('/')}/bot",
        request=Wire(),
        get_updates_request=Wire(connection_pool_size=1),
    )
    try:  # the library leaves open what is cut short while it begins
        await bot.initialize()
        yield bot
    finally:
        await bot.shutdown()


def _hears_all(settings: PlaceSettings) -> bool:
    return settings.mode is not Mode.MENTION or bool(settings.wake)


def _trouble(error: TelegramError, url: str) -> Finding:
    """What kept us from looking."""
    about = "telegram_doctor.about_telegram"
    match error:
        case InvalidToken():
            return bad("doctor.about_token", "telegram_core.bad_token")
        case EndPointNotFound():
            return bad("doctor.about_token", "telegram_doctor.unknown", url=url)
        case Flooded(seconds=seconds):
            return bad(about, "telegram_doctor.limited", seconds=math.ceil(seconds))
        case TelegramError(__cause__=(aiohttp.ClientError() | OSError()) as cause):
            # The library's own words may have the address in them, and that has the token.
            return bad(about, "telegram_doctor.unreachable", url=url, reason=type(cause).__name__)
        case NetworkError():
            return bad(about, "telegram_doctor.refused", reason=error.message)
        case _:
            return bad(about, "telegram_doctor.unreadable")


def _brought(key: str, section: TelegramSection) -> Finding:
    fields = {"url": section.webhook_url, "variable": section.secret_variable}
    return good("telegram_doctor.about_updates", f"telegram_doctor.{key}", **fields)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look at everything, with a bot that Telegram knows. Its findings raise TelegramError and `_STRANGE`."""

    bot: telegram.Bot
    section: TelegramSection
    listeners: Sequence[str]

    async def findings(self) -> AsyncGenerator[Finding, None]:
        """In the order in which people read them."""
        me = self.bot.bot
        yield good("doctor.about_token", "telegram_doctor.token_good", name=me.full_name, username=me.username or "")
        about = "telegram_doctor.about_groups"
        if me.can_join_groups:
            yield good(about, "telegram_doctor.groups_good")
        else:
            yield doubtful(about, "telegram_doctor.groups_closed")
        yield await self._reading()
        yield self._updates(await self.bot.get_webhook_info())

    async def _reading(self) -> Finding:
        about = "telegram_doctor.about_reading"
        if self.bot.bot.can_read_all_group_messages:
            return good(about, "telegram_doctor.reads_all")
        if self.listeners == ("",):
            return doubtful(about, "telegram_doctor.reads_too_little", places=Told("doctor.everywhere"))
        chats = dict.fromkeys(address_of(id_in(scope))[0] for scope in self.listeners)
        names = [name for chat in list(chats)[:GROUPS] if (name := await self._unheard(chat))]
        if names:
            return doubtful(about, "telegram_doctor.reads_too_little", places=", ".join(names))
        return good(about, "telegram_doctor.reads_calls")

    async def _unheard(self, chat: int) -> str:
        """The name of a group where the bot hears only what calls it; "" where it hears all, or is no member."""
        try:
            member = await self.bot.get_chat_member(chat, self.bot.id)
            if member.status not in _LIKE_OTHERS:
                return ""
            return (await self.bot.get_chat(chat)).title or str(chat)
        except TelegramError as error:
            if isinstance(error.__cause__, (aiohttp.ClientError, OSError)) or isinstance(error, Flooded):
                raise
            return ""  # it was put out, or the group is there no more

    def _updates(self, info: telegram.WebhookInfo) -> Finding:
        """How messages come, and what is in the way."""
        about, section = "telegram_doctor.about_updates", self.section
        if not section.webhook_url:
            if info.url:
                return doubtful(about, "telegram_doctor.webhook_left", url=info.url)
            return good(about, "telegram_doctor.asked_for")
        if not info.url:
            return _brought("webhook_unset", section)
        if info.url != section.webhook_url:
            return doubtful(about, "telegram_doctor.webhook_other", url=section.webhook_url, other=info.url)
        if not info.last_error_message:
            return _brought("webhook_set", section)
        at = info.last_error_date
        fields: dict[str, object] = {
            "url": info.url,
            "at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else "?",
            "reason": info.last_error_message,
            "count": info.pending_update_count,
            "listen": section.listen,
            "port": section.port,
        }
        return doubtful(about, "telegram_doctor.webhook_failing", **fields)
