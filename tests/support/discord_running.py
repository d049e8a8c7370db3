"""Discord for tests, with discord.py pointed at it, and a bot at work while a test goes on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

import discord

from bots.discord_bot.address import pointed_at
from bots.fakes.discord_server import server
from bots.fakes.waiting import PATIENCE


class DiscordServer(server.DiscordServer):
    """That server, with all of discord.py in this process pointed at it while it runs."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._closing.enter_context(pointed_at(self.url, self.gateway_url))
        return self


@asynccontextmanager
async def running(bot: discord.Client, token: str = server.TOKEN) -> AsyncGenerator[asyncio.Task[None], None]:
    """`bot` logged in and ready until the block ends; closed then, whatever happened.

    Raises what the bot died of, before it was ready or later. Yields its task.
    """
    task = asyncio.create_task(bot.start(token))
    try:
        await _ready(bot, task)
        yield task
    finally:
        await bot.close()
        await asyncio.wait({task}, timeout=1)
        task.cancel()  # it may be asleep until its next try
        (end,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(end, Exception):
            raise end


async def _ready(bot: discord.Client, task: "asyncio.Task[None]") -> None:
    await asyncio.sleep(0)  # it cannot be waited for before its task has begun
    ready = asyncio.create_task(bot.wait_until_ready())
    await asyncio.wait({task, ready}, timeout=PATIENCE.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if task.done():
        await task
    assert bot.is_ready(), "the bot did not become ready"
