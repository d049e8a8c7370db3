"""How personas appear: one webhook a channel, owned by the application, with a name and a picture for every message."""

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import discord

from bots.platform import Mask
from moderation.words import catalogue

_log = logging.getLogger(__name__)

NAME: Final = "Talchum"
"""Of the webhooks."""
_LONGEST: Final = 80
_REFUSED: Final = re.compile(r"clyde|discord", re.IGNORECASE)
"""Discord takes no such names. Look-alike letters would get past it; a name that leaves the word out is honest."""
_FULL: Final = frozenset({30007, 30058})
"""As many webhooks as a channel or a server may have."""
_CHANNELS: Final = 1_000

Owner = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How one persona speaks in one channel."""

    name: str
    picture: str
    webhook: discord.Webhook | None
    """None: the bot speaks itself, the persona's name above its words."""


def display_name(mask: Mask, language: str, *, mark: bool) -> str:
    """The persona's name as Discord takes it, with the sign that it is an AI."""
    name = mask.name
    while _REFUSED.search(name):
        name = _REFUSED.sub("", name)
    name = " ".join(name.split()) or catalogue("bots").say("discord.nobody", language)
    sign = catalogue("bots").say("discord.mark", language) if mark else ""
    return name[: _LONGEST - len(sign)] + sign


class Webhooks:
    """The webhooks of one bot, found or made when a persona first speaks in a channel. Used from one event loop."""

    def __init__(self, application: int) -> None:
        """`application` is the bot's id: only webhooks of its own may carry buttons."""
        self._application = application
        self._known: OrderedDict[int, discord.Webhook | None] = OrderedDict()
        self._locks: dict[int, asyncio.Lock] = {}

    async def of(self, channel: object) -> discord.Webhook | None:
        """The webhook for a channel or a thread of it; None where there can be none: in private, without the
        permission, at the limit, or as long as Discord lets us make none."""
        owner = channel.parent if isinstance(channel, discord.Thread) else channel
        if not isinstance(owner, Owner):
            return None
        lock = self._locks.setdefault(owner.id, asyncio.Lock())
        async with lock:
            if owner.id not in self._known:
                if not owner.permissions_for(owner.guild.me).manage_webhooks:
                    return None  # not for good: nobody tells us when it is granted
                try:
                    self._known[owner.id] = await self._find(owner)
                except discord.RateLimited as error:
                    _log.warning("no webhook yet: channel=%d limited_for=%g", owner.id, error.retry_after)
                    return None
            self._known.move_to_end(owner.id)
            while len(self._known) > _CHANNELS:
                gone, _ = self._known.popitem(last=False)
                self._locks.pop(gone, None)
            return self._known[owner.id]

    def own(self, webhook: int) -> bool:
        """Whether a webhook is one of ours that is in use."""
        return any(hook is not None and hook.id == webhook for hook in self._known.values())

    def forget(self, channel: int) -> None:
        """It changed, or is gone: look again next time."""
        self._known.pop(channel, None)

    def leave(self, channel: int) -> None:
        """The channel itself is gone."""
        self.forget(channel)
        self._locks.pop(channel, None)

    async def _find(self, channel: Owner) -> discord.Webhook | None:
        try:
            own = [hook for hook in await channel.webhooks() if self._is_own(hook)]
            return own[0] if own else await channel.create_webhook(name=NAME)
        except discord.HTTPException as error:
            if error.code not in _FULL and not isinstance(error, discord.Forbidden):
                raise
            _log.warning("no webhook: channel=%d code=%d", channel.id, error.code)
            return None

    def _is_own(self, hook: discord.Webhook) -> bool:
        # Only its maker is told a webhook's token.
        return bool(hook.token) and hook.user is not None and hook.user.id == self._application
