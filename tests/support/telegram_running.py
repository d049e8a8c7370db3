"""A bot of python-telegram-bot at work while a test goes on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from telegram.ext import Application, ApplicationBuilder

from bots.fakes.telegram_server.server import TelegramServer

App = Application[Any, Any, Any, Any, Any, Any]


def builder(server: TelegramServer) -> ApplicationBuilder[Any, Any, Any, Any, Any, Any]:
    """What makes an application that talks to the server, and to nobody else."""
    made: ApplicationBuilder[Any, Any, Any, Any, Any, Any] = Application.builder()
    return made.token(server.token).base_url(server.base_url).base_file_url(server.base_file_url)


@asynccontextmanager
async def polling(app: App, **how: Any) -> AsyncGenerator[App, None]:
    """`app` started and polling until the block ends; stopped then, whatever happened. `how`: of `start_polling`."""
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(**how)
        try:
            yield app
        finally:
            await app.updater.stop()
            await app.stop()


@asynccontextmanager
async def listening(app: App, **how: Any) -> AsyncGenerator[App, None]:
    """The same with a webhook. `how`: of `start_webhook`."""
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_webhook(**how)
        try:
            yield app
        finally:
            await app.updater.stop()
            await app.stop()
