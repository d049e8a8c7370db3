"""A bot for tests of the server, and of what discord.py does with it: real, and without a will of its own."""

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import discord
from discord.ext import commands

QUIET: Final = timedelta(milliseconds=50)
"""How long no guild has to come before a bot counts as ready."""

React = Callable[[discord.Message], Awaitable[object]]


class Probe(commands.AutoShardedBot):
    """Writes down what it hears; what it does about a message of somebody else is the test's.

    It identifies without waiting five seconds, by the hook that discord.py has for that.
    """

    def __init__(self, react: React | None = None, *, intents: discord.Intents | None = None, **options: Any) -> None:
        """Without `intents`: guilds, their webhooks, and messages without their content."""
        plain = discord.Intents(guilds=True, webhooks=True, guild_messages=True, dm_messages=True)
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=intents or plain,
            guild_ready_timeout=QUIET.total_seconds(),
            **options,
        )
        self._react = react
        self.heard: list[discord.Message] = []
        """Messages of others."""
        self.failures: list[BaseException | None] = []
        """What came of its event handlers, where they failed."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """At once."""

    async def on_message(self, message: discord.Message, /) -> None:
        if self.user is not None and message.author.id == self.user.id:
            return
        self.heard.append(message)
        if self._react is not None:
            await self._react(message)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        self.failures.append(sys.exc_info()[1])

    @property
    def texts(self) -> list[str]:
        """What it heard, as far as it could read it."""
        return [message.content for message in self.heard]
