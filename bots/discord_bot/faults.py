"""What can go wrong with Discord, told by what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

import aiohttp
import discord

from bots.errors import Missing
from bots.streaming import Gone

T = TypeVar("T")

BROKEN: Final = (discord.HTTPException, discord.RateLimited, OSError, aiohttp.ClientError)
"""What a call can fail with. RateLimited, where Discord wants to be left alone for longer than we wait, is no
HTTPException."""
UNKNOWN_WEBHOOK: Final = 10015
GONE: Final = frozenset({10003, 10008, UNKNOWN_WEBHOOK})
"""Unknown channel, unknown message, or the webhook that alone may change it: somebody took it away."""
EXPIRED: Final = 10062
"""Unknown interaction: it was answered too late."""
MISSING_ACCESS: Final = 50001
MISSING_PERMISSIONS: Final = 50013
NO_HISTORY: Final = 160002
"""Nobody replies to a message without being allowed to read what came before."""
HISTORY: Final = "read_message_history"
ARCHIVED: Final = 50083
"""A thread that nobody wrote in for a while: until it is opened again nothing in it changes."""
LOCKED: Final = 160005
"""A thread that a moderator closed."""
_OPENS: Final = "manage_threads"
"""What it takes to change something there."""
_TRIES: Final = 3
_PAUSE: Final = 0.5
"""Seconds."""

NEEDED: Final = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "create_public_threads",
    "manage_webhooks",
    HISTORY,
    "add_reactions",
    "attach_files",
)
"""What the bot asks for when it is invited, in the names of `discord.Permissions`."""


def lacking(channel: object) -> tuple[str, ...]:
    """The needed permissions that the bot does not have in a channel, as the cache has it."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return ()
    have = channel.permissions_for(channel.guild.me)
    return tuple(name for name in NEEDED if not getattr(have, name))


@contextmanager
def told(channel: object) -> Iterator[None]:
    """Raises Gone where message or channel are there no more, and Missing, which names permission and channel, where
    Discord forbids it; other errors of Discord pass through."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code in GONE:
            raise Gone from error
        if error.code in {MISSING_ACCESS, MISSING_PERMISSIONS, NO_HISTORY, LOCKED}:
            named = {NO_HISTORY: HISTORY, LOCKED: _OPENS}.get(error.code)
            permissions = named or ", ".join(lacking(channel)) or f"{error.code}"
            raise Missing("showing.missing", permissions=permissions, channel=str(channel)) from error
        raise


def asked_pause(error: Exception) -> float:
    """For how many seconds Discord, or who stands before it, wants to be left alone, as far as it says; else 0."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    header = error.response.headers.get("Retry-After", "") if isinstance(error, discord.HTTPException) else ""
    return float(header) if header.isdecimal() else 0.0


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """The result of a call that may be made more than once, made again where the connection broke."""
    for number in range(1, _TRIES):
        try:
            return await call()
        except (OSError, aiohttp.ClientError):
            await asyncio.sleep(_PAUSE * number)
    return await call()


async def awake(channel: object, call: Callable[[], Awaitable[T]]) -> T:
    """The result of a change to a message, made `patiently`; for that a thread that is archived is opened again.

    Raises Missing for a locked one that we may not open, and what the call raises.
    """
    try:
        return await patiently(call)
    except discord.HTTPException as error:
        if error.code != ARCHIVED or not isinstance(channel, discord.Thread):
            raise
    try:
        await patiently(partial(channel.edit, archived=False))
    except discord.Forbidden as error:
        if not channel.locked:
            raise
        raise Missing("showing.missing", permissions=_OPENS, channel=str(channel)) from error
    return await patiently(call)
