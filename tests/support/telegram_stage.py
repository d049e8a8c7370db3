"""A house on the fake Telegram: the platform itself, polling over HTTP; people write, and what stands there can be
read."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bots.fakes.telegram_server import Chat, Message, TelegramServer
from bots.outlets import Pace
from bots.platform import Router
from bots.records import Record
from bots.state import State
from bots.streaming import Sleep
from bots.telegram_bot.client import Surroundings, Webhook
from bots.telegram_bot.pacing import Limits
from bots.telegram_bot.platform import Telegram
from moderation.stores import Store
from personas.generators import Generator
from personas.generators.scripted import Scripted
from personas.generators.scripts import parse_script
from personas.persona import Persona
from tests.support.house import GROWN, SCHOLAR, Opened, open_house
from tests.support.stage import NOW, PERSONA

WIDE = Limits(everywhere=(1_000, 1.0), chat=(1_000, 1.0), group=(1_000, 1.0))
"""Nothing waits."""


def surroundings(
    router: Router,
    *,
    burst: float = 0.0,
    name_line: bool = True,
    webhook: Webhook | None = None,
    limits: Limits = WIDE,
    now: Callable[[], datetime] = lambda: NOW,
    sleep: Sleep = asyncio.sleep,
) -> Surroundings:
    """What a client works with in tests: the pace waits for nothing."""
    pace = Pace(
        interval=timedelta(), typing=timedelta(seconds=4), grace=timedelta(seconds=5), passing=timedelta(milliseconds=1)
    )
    return Surroundings(
        router=router,
        language="en",
        pace=pace,
        name_line=name_line,
        draft_interval=timedelta(milliseconds=10),
        burst=timedelta(seconds=burst),
        longest_burst=timedelta(seconds=60),
        webhook=webhook,
        limits=limits,
        now=now,
        monotonic=time.monotonic,
        sleep=sleep,
    )


def platform(server: TelegramServer, **around: object) -> Telegram:
    """The platform, for that server."""

    def made(router: Router) -> Surroundings:
        return surroundings(router, **around)  # type: ignore[arg-type]

    return Telegram(SecretStr(server.token), made, base_url=server.url)


@asynccontextmanager
async def serving(telegram: Telegram, router: Router) -> AsyncGenerator[None, None]:
    """The platform at work until the block ends. What it raised on its own is raised."""
    task = asyncio.create_task(telegram.serve(router))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass
class Stage:
    """The server, and the house behind the bot."""

    server: TelegramServer
    opened: Opened
    telegram: Telegram

    def texts(self, chat: Chat) -> list[str]:
        """What the bot's messages read there, oldest first."""
        return [message.text for message in self.server.answers(chat)]

    async def reply(self, chat: Chat, number: int = 1) -> Message:
        """The bot's message of that number in a chat, once it is there."""
        return (await self.server.until(lambda: self.server.answers(chat)[number - 1 : number]))[0]

    async def until_says(self, chat: Chat, text: str) -> Message:
        """The bot's message with that text in it, once it is there."""
        found = await self.server.until(lambda: [one for one in self.server.answers(chat) if text in one.text])
        return found[-1]

    async def ended(self, chat: Chat) -> Record:
        """The newest reply in a private chat, once it is noted that it is over."""
        while True:
            record = await self.opened.house.replies.newest(f"telegram:dm:{chat.id}")
            if record is not None and not record.running:
                return record
            await asyncio.sleep(0.005)


class Gate:
    """Lets a scripted model write so many characters, and the rest once it is open."""

    def __init__(self, free: int) -> None:
        self._free = free
        self.open = asyncio.Event()
        self.reached = asyncio.Event()
        """Somebody waits for it to open."""
        self.waiting = 0
        """How many do."""

    def close(self, free: int) -> None:
        """So many more, and the rest once it is open."""
        self._free = free

    async def sleep(self, _: float) -> None:
        """What the model waits with before each piece."""
        self._free -= 1
        if self._free < 0:
            self.reached.set()
            self.waiting += 1
            await self.open.wait()


def gated(gate: Gate, *replies: Mapping[str, Any]) -> Scripted:
    """A generator that gives these replies, a character at a time, as the gate lets it."""
    slow = [{**reply, "chunk": "1char"} for reply in replies]
    return Scripted(parse_script(json.dumps(slow).encode(), file="test.json"), sleep=gate.sleep)


@asynccontextmanager
async def on_telegram(
    generator: Generator,
    *,
    server: TelegramServer | None = None,
    settings: str = "",
    burst: float = 0.0,
    name_line: bool = True,
    personas: Sequence[Persona] = (PERSONA, SCHOLAR, GROWN),
    now: Callable[[], datetime] = lambda: NOW,
    sleep: Sleep = asyncio.sleep,
    limits: Limits = WIDE,
    webhook: Webhook | None = None,
    state: State | None = None,
    store: Store | None = None,
) -> AsyncGenerator[Stage, None]:
    """Everybody ready. `server` outlives it where it is given."""
    async with contextlib.AsyncExitStack() as stack:
        there = server if server is not None else await stack.enter_async_context(TelegramServer())
        before = len(there.requests("getUpdates", "setWebhook"))
        opened = await stack.enter_async_context(
            open_house(generator, settings=settings, personas=personas, now=now, state=state, store=store)
        )
        around = {"burst": burst, "name_line": name_line, "now": now, "sleep": sleep, "limits": limits}
        telegram = platform(there, webhook=webhook, **around)
        opened.host.register(telegram)
        await stack.enter_async_context(serving(telegram, opened.host))
        await there.until(lambda: there.requests("getUpdates", "setWebhook")[before:])
        yield Stage(there, opened, telegram)
