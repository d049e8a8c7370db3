"""A bot at work while a test goes on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import discord

from tests.support.discord_server.server import TOKEN
from tests.support.waiting import PATIENCE


@asynccontextmanager
async def running(bot: discord.Client, token: str = TOKEN) -> AsyncGenerator[asyncio.Task[None], None]:
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
