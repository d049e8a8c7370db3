"""What may be wrong with the bot at Discord, found out by plain requests: nothing connects to the gateway.

Every trouble is a finding (`bots.doctor`), that of the network too; nothing is raised.
"""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Final

import aiohttp
import discord

from bots.config import Settings
from bots.discord_bot.address import pointed_at
from bots.discord_bot.client import intents_of
from bots.discord_bot.faults import NEEDED
from bots.discord_bot.identity import Owner
from bots.discord_bot.invite import invite
from bots.discord_bot.listening import needs_content
from bots.discord_bot.translate import PLATFORM
from bots.doctor import Finding, Several, Told, bad, doubtful, good, heard_whole
from bots.errors import SettingsError

PATIENCE: Final = timedelta(seconds=60)
"""For all of it."""
SERVERS: Final = 20
CHANNELS: Final = 100
"""So many are looked at, four requests a server."""
_PAGE: Final = 200
_NAMES: Final = 8
"""Channels named in one line."""
_OFF: Final = timedelta(seconds=5)
_FEW: Final = 50
"""Session starts: a bot at peace needs one or two a day."""
_MOST_WEBHOOKS: Final = 15
_VITAL: Final = frozenset({"view_channel", "send_messages"})


async def look_at_discord(settings: Settings, *, offline: bool, now: Callable[[], datetime]) -> tuple[Finding, ...]:
    """Everything about Discord that these settings need. `now` gives aware times."""
    section = settings.discord
    if section is None:
        return (doubtful("doctor.about_discord", "settings.no_platform"),)
    token = settings.discord_token.get_secret_value()
    if not token:
        return (bad("doctor.about_token", SettingsError("discord.no_token", variable=section.token_variable)),)
    listeners = () if section.message_content else await heard_whole(settings, PLATFORM, needs_content)
    if offline:
        there = good("doctor.about_token", "doctor.token_there", variable=section.token_variable)
        return (there, *_unheard(listeners, {}, intent=False))
    with pointed_at(section.base_url, section.gateway_url):
        return await look_online(token, content=section.message_content, listeners=listeners, now=now)


async def look_online(
    token: str,
    *,
    content: bool,
    listeners: Sequence[str],
    now: Callable[[], datetime],
    patience: timedelta = PATIENCE,
) -> tuple[Finding, ...]:
    """What Discord says of the bot. `content`: whether it is to read messages that do not call it; `listeners`: keys of
    the places that want this though it is not, "" for everywhere."""
    clock = _Clock(now)
    client = discord.Client(
        intents=intents_of(content=False), http_trace=clock.trace, max_ratelimit_timeout=patience.total_seconds()
    )
    found: list[Finding] = []
    try:
        async with asyncio.timeout(patience.total_seconds()), client:
            await _login(client, token)
            async with aclosing(_Visit(client, content=content, listeners=listeners).findings()) as findings:
                async for finding in findings:
                    found.append(finding)  # noqa: PERF401 - what was found before a failure is told too
    except discord.LoginFailure:
        found.append(bad("doctor.about_token", "discord.bad_token"))
    except TimeoutError:
        found.append(bad("doctor.about_discord", "doctor.slow", seconds=f"{patience.total_seconds():g}"))
    except (discord.DiscordException, OSError, aiohttp.ClientError) as error:
        found.append(_trouble(error))
    return (*found, *clock.findings())


def _unheard(listeners: Sequence[str], names: dict[str, str], *, intent: bool) -> Iterator[Finding]:
    """`names` are those of places that are known; `intent`: whether only the settings are missing."""
    if listeners:
        told = [names.get(scope, scope) for scope in listeners]
        places = _shortened(told) if any(told) else Told("doctor.everywhere")
        key = "doctor.listens_unread" if intent else "doctor.listens"
        yield doubtful("doctor.about_content", key, places=places)


def _shortened(names: Sequence[str]) -> Told | str:
    """The first of many names, and how many more there are."""
    listed = ", ".join(names[:_NAMES])
    return Told("doctor.more", names=listed, count=len(names) - _NAMES) if len(names) > _NAMES else listed


class _Clock:
    """How far the clock here is ahead of Discord's, as the answers tell that came soonest."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead: timedelta | None = None
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._answered)

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        try:
            ahead = self._now() - parsedate_to_datetime(params.response.headers["Date"])
        except (KeyError, ValueError, TypeError):  # none, no date, a date without a zone
            return
        self._ahead = ahead if self._ahead is None else min(self._ahead, ahead, key=abs)

    def findings(self) -> Iterator[Finding]:
        """None where there was no answer."""
        if self._ahead is None:
            return
        if abs(self._ahead) <= _OFF:
            yield good("doctor.about_clock", "doctor.clock_good")
            return
        key = "doctor.clock_ahead" if self._ahead > timedelta() else "doctor.clock_behind"
        yield doubtful("doctor.about_clock", key, seconds=round(abs(self._ahead).total_seconds()))


async def _login(client: discord.Client, token: str) -> None:
    """Raises what `Client.login` raises, and InvalidData where something else than Discord answered."""
    try:
        await client.login(token)
    except (TypeError, LookupError, ValueError) as error:  # a page of some proxy, taken for a user
        raise discord.InvalidData from error


def _trouble(error: Exception) -> Finding:
    """What kept us from looking."""
    about = "doctor.about_discord"
    match error:
        case discord.GatewayNotFound(__cause__=discord.HTTPException() as cause):
            return _trouble(cause)
        case discord.HTTPException(status=status, code=code):
            return bad(about, "doctor.refused", status=status, code=code)
        case discord.RateLimited(retry_after=seconds):
            return bad(about, "doctor.limited", seconds=math.ceil(seconds))
        case discord.DiscordException():
            return bad(about, "doctor.unreadable")
        case _:
            return bad(about, "doctor.unreachable", reason=type(error).__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """One server, and the bot in it."""

    guild: discord.Guild
    me: discord.Member
    channels: tuple[Owner, ...]
    """Those where personas can speak, in the order of Discord's list, as many as are looked at."""
    left: int
    """How many more there are."""


@dataclass(slots=True)
class _Visit:
    """One look at everything, with a client that is logged in. Its findings raise what discord.py and aiohttp raise."""

    client: discord.Client
    content: bool = field(kw_only=True)
    listeners: Sequence[str] = field(kw_only=True)
    _names: dict[str, str] = field(default_factory=dict, init=False)
    """Of places, by their keys."""

    async def findings(self) -> AsyncGenerator[Finding, None]:
        """In the order in which people read them."""
        about = self._application
        assert self.client.user is not None
        yield good("doctor.about_token", "doctor.token_good", name=self.client.user.name, id=about.id)
        if about.interactions_endpoint_url:
            yield bad("doctor.about_commands", "doctor.interactions_elsewhere", url=about.interactions_endpoint_url)
        intent = bool(about.flags.gateway_message_content or about.flags.gateway_message_content_limited)
        if self.content:
            yield (
                good("doctor.about_content", "doctor.intent_on")
                if intent
                else bad("doctor.about_content", "discord.no_intent")
            )
        elif not self.listeners:
            yield good("doctor.about_content", "doctor.intent_unneeded")
        yield await self._sessions()
        async for finding in self._servers():
            yield finding
        for finding in _unheard(self.listeners, self._names, intent=intent):
            yield finding

    @property
    def _application(self) -> discord.AppInfo:
        assert self.client.application is not None
        return self.client.application

    @property
    def _link(self) -> str:
        return invite(self._application.id)

    async def _sessions(self) -> Finding:
        _, _, limit = await self.client.http.get_bot_gateway()
        left, total = limit["remaining"], limit["total"]
        if left >= _FEW:
            return good("doctor.about_sessions", "doctor.sessions_good", remaining=left, total=total)
        hours = math.ceil(timedelta(milliseconds=limit["reset_after"]) / timedelta(hours=1))
        if left:
            return doubtful("doctor.about_sessions", "doctor.sessions_few", remaining=left, total=total, hours=hours)
        return bad("doctor.about_sessions", "doctor.sessions_none", total=total, hours=hours)

    async def _servers(self) -> AsyncGenerator[Finding, None]:
        guilds = [guild async for guild in self.client.fetch_guilds(limit=_PAGE, with_counts=False)]
        if not guilds:
            yield doubtful("doctor.about_servers", "doctor.servers_none", link=self._link)
            return
        count = len(guilds)
        if count == _PAGE:  # then there may be more, and Discord knows about how many
            count = max(count, self._application.approximate_guild_count)
        yield good("doctor.about_servers", "doctor.servers_good", count=count)
        for guild in guilds[:SERVERS]:
            try:
                async for finding in self._server(guild):
                    yield finding
            except discord.InvalidData:
                yield doubtful("doctor.about_server", "doctor.server_unreadable", server=guild.name)
            except discord.HTTPException as error:
                fields = {"server": guild.name, "status": error.status, "code": error.code, "link": self._link}
                yield doubtful("doctor.about_server", "doctor.server_closed", **fields)
        if count > SERVERS:
            yield doubtful("doctor.about_servers", "doctor.servers_left", count=count - SERVERS, looked=SERVERS)

    async def _server(self, partial: discord.Guild) -> AsyncGenerator[Finding, None]:
        server = await self._enter(partial)
        name = server.guild.name
        lacking = list(self._lacking(server))
        for finding in lacking:
            yield finding
        crowded = await self._crowded(server)
        for finding in crowded:
            yield finding
        if not lacking and not crowded:
            yield good("doctor.about_server", "doctor.server_good", server=name, count=len(server.channels))
        if server.left:
            yield doubtful("doctor.about_server", "doctor.channels_left", server=name, count=server.left)

    async def _enter(self, partial: discord.Guild) -> _Server:
        assert self.client.user is not None
        guild = await self.client.fetch_guild(partial.id, with_counts=False)  # with its roles, unlike the list's
        me = await guild.fetch_member(self.client.user.id)
        everything = sorted(await guild.fetch_channels(), key=lambda channel: (channel.position, channel.id))
        self._names[f"{PLATFORM}:server:{guild.id}"] = guild.name
        for channel in everything:
            kind = "category" if isinstance(channel, discord.CategoryChannel) else "channel"
            self._names[f"{PLATFORM}:{kind}:{channel.id}"] = f"#{channel.name} ({guild.name})"
        channels = [channel for channel in everything if isinstance(channel, Owner)]
        return _Server(guild=guild, me=me, channels=tuple(channels[:CHANNELS]), left=max(0, len(channels) - CHANNELS))

    def _lacking(self, server: _Server) -> Iterator[Finding]:
        """What is missing in the whole server, then in which channels what else is."""
        by_channel = {channel: _missing(channel.permissions_for(server.me)) for channel in server.channels}
        everywhere = set(_missing(server.me.guild_permissions)).intersection(*by_channel.values())
        about, bot = "doctor.about_server", server.me.display_name
        fields = {"server": server.guild.name, "bot": bot}
        if everywhere:
            grade = bad if everywhere & _VITAL else doubtful
            yield grade(about, "doctor.server_lacks", permissions=_named(everywhere), link=self._link, **fields)
        groups: dict[tuple[str, ...], list[str]] = {}
        for channel, missing in by_channel.items():
            # Where it sees nothing, nothing else can be allowed either.
            least = ("view_channel",) if "view_channel" in missing else missing
            if own := tuple(name for name in least if name not in everywhere):
                groups.setdefault(own, []).append(f"#{channel.name}")
        for missing, channels in groups.items():
            told = {"permissions": _named(missing), "channels": _shortened(channels), **fields}
            yield doubtful(about, "doctor.channels_lack", **told)

    async def _crowded(self, server: _Server) -> list[Finding]:
        """Channels in which there is no room for a webhook of ours, where the bot may know that."""
        if not server.me.guild_permissions.manage_webhooks:
            return []
        hooks = await server.guild.webhooks()
        ours = {hook.channel_id for hook in hooks if hook.token and hook.user and hook.user.id == server.me.id}
        count = Counter(hook.channel_id for hook in hooks)
        full = [f"#{one.name}" for one in server.channels if count[one.id] >= _MOST_WEBHOOKS and one.id not in ours]
        if not full:
            return []
        fields = {"server": server.guild.name, "channels": _shortened(full), "most": _MOST_WEBHOOKS}
        return [doubtful("doctor.about_webhooks", "doctor.webhooks_full", **fields)]


def _missing(have: discord.Permissions) -> tuple[str, ...]:
    return tuple(name for name in NEEDED if not getattr(have, name))


def _named(permissions: Collection[str]) -> Several:
    """As Discord's own settings name them."""
    return Several(*(f"doctor.permission_{name}" for name in NEEDED if name in permissions))
