"""A bot for tests of the server, and of what python-telegram-bot does with it: real, and without a will of its own."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from telegram import Message, Update
from telegram.ext import ExtBot, TypeHandler

from bots.fakes.telegram_server.server import TelegramServer
from bots.fakes.telegram_server.world import Json
from tests.support.telegram_running import App, builder

React = Callable[[Update], Awaitable[object]]


class Probe:
    """Writes down what it hears; what it does about an update is the test's."""

    def __init__(self, server: TelegramServer, react: React | None = None) -> None:
        self.app: App = builder(server).build()
        self.app.add_handler(TypeHandler(Update, self._hear))
        self.app.add_error_handler(self._fail)
        self._server = server
        self._react = react
        self.heard: list[Update] = []
        self.failures: list[BaseException | None] = []
        """What came of `react`, where it failed."""

    @property
    def bot(self) -> ExtBot[Any]:
        made: ExtBot[Any] = self.app.bot
        return made

    @property
    def messages(self) -> list[Message]:
        """New ones that it heard, posts and those of guests and businesses apart."""
        return [update.message for update in self.heard if update.message]

    @property
    def texts(self) -> list[str | None]:
        return [message.text for message in self.messages]

    async def _hear(self, update: Update, _: object) -> None:
        self.heard.append(update)
        try:
            if self._react is not None:
                await self._react(update)
        finally:
            self._server.journal.stir()

    async def _fail(self, _: object, context: Any) -> None:
        self.failures.append(context.error)
        self._server.journal.stir()


async def ask(server: TelegramServer, method: str, **parameters: object) -> Json:
    """What the server answers to a request past python-telegram-bot, with everything Telegram would say."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    address = f"{server.base_url}{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(address, data=form) as response:
        answer: Json = await response.json()
    return answer


async def refused(server: TelegramServer, method: str, **parameters: object) -> str:
    """How a request was refused."""
    answer = await ask(server, method, **parameters)
    assert answer["ok"] is False, f"it was not refused: {answer}"
    return str(answer["description"])
