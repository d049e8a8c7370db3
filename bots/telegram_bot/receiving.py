"""How updates come: asked for, one long question after the other, or brought to an address of ours."""

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import tornado.httpserver
import tornado.web
from telegram.error import Conflict, InvalidToken, TelegramError

from bots.addresses import HEALTH
from bots.errors import RefuseToStart
from bots.streaming import Sleep
from bots.telegram_bot.client import ALLOWED, TelegramClient, Webhook
from bots.telegram_bot.wire import Flooded, readable
from moderation.errors import Deflect

_log = logging.getLogger(__name__)

LONG: Final = 30
"""Seconds that Telegram keeps a question open while there is nothing new."""
_QUICK: Final = 0.5
"""Seconds between questions while an update is held back: Telegram gives that one again at once."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_LARGEST: Final = 1024 * 1024
_SECRET: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


async def poll(client: TelegramClient, sleep: Sleep) -> None:
    """Ask for updates until cancelled, whatever Telegram says meanwhile: another process that asks, a method that it
    does not know, errors of its own. Raises RefuseToStart for a token that it does not accept any more."""
    pause = _FIRST_PAUSE
    # Nothing can be asked for while updates are brought elsewhere.
    await _reached(client, sleep, client.bot.delete_webhook, "the webhook is still there")
    while True:
        held = client.backlog.open
        client.progress.clear()
        try:
            updates = await client.bot.get_updates(
                offset=client.backlog.offset, timeout=0 if held else LONG, allowed_updates=ALLOWED
            )
        except InvalidToken:
            raise RefuseToStart("telegram_core.bad_token") from None
        except Flooded as error:
            await sleep(error.seconds)
        except TelegramError as error:
            client.reached = False
            who = " another process asks with the same token" if isinstance(error, Conflict) else ""
            _log.warning("no updates: error=%s again_in=%g%s", type(error).__name__, pause, who)
            await sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            pause = _FIRST_PAUSE
            client.reached = True
            for update in updates:
                client.take(update)
            await asyncio.sleep(0)
            if client.backlog.open:
                await _progress(client, sleep)


async def confirm(client: TelegramClient) -> None:
    """Tell Telegram what was handled, at the end: the rest comes again after a restart."""
    if client.backlog.offset is not None:
        with suppress(TelegramError):
            await client.bot.get_updates(offset=client.backlog.offset, limit=1, timeout=0, allowed_updates=ALLOWED)


async def _reached(client: TelegramClient, sleep: Sleep, ask: Callable[[], Awaitable[object]], trouble: str) -> None:
    """Ask Telegram for something until it is done, ever more seldom; `trouble` is told meanwhile. Raises RefuseToStart
    for a token that it does not accept any more."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await ask()
        except InvalidToken:
            raise RefuseToStart("telegram_core.bad_token") from None
        except TelegramError as error:
            client.reached = False
            _log.warning("%s: error=%s again_in=%g", trouble, type(error).__name__, pause)
        else:
            client.reached = True
            return
        await sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _progress(client: TelegramClient, sleep: Sleep) -> None:
    """Wait until an update was handled, but not long: there may be new ones."""
    waits = {asyncio.ensure_future(client.progress.wait()), asyncio.ensure_future(sleep(_QUICK))}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


class _Updates(tornado.web.RequestHandler):
    """Telegram brings an update. It is told that it was taken as soon as it cannot be lost any more, not when it was
    handled: until then it brings nothing else that is said in that chat, not the rest of a burst and not /stop."""

    def initialize(self, client: TelegramClient, secret: str) -> None:
        self._client = client
        self._secret = secret

    async def post(self) -> None:
        secret = self.request.headers.get(_SECRET, "")
        if not hmac.compare_digest(secret.encode(), self._secret.encode()):
            raise tornado.web.HTTPError(HTTPStatus.FORBIDDEN)
        try:
            given = json.loads(self.request.body)
        except ValueError:
            given = None
        if not isinstance(given, dict) or not isinstance(given.get("update_id"), int):
            raise tornado.web.HTTPError(HTTPStatus.BAD_REQUEST)
        update = readable(given, self._client.bot)
        if update is None:  # newer than what we know; refused, it would come again for ever
            _log.warning("an update cannot be read")
            return
        try:
            await self._client.bring(update, given)
        except Deflect as error:
            _log.critical("the state failed: error=%s", error.key)
            raise tornado.web.HTTPError(HTTPStatus.SERVICE_UNAVAILABLE) from None
        _ = self._client.backlog.offset  # forget what needs not be known any more


class _Health(tornado.web.RequestHandler):
    async def get(self) -> None:
        self.set_status(HTTPStatus.NO_CONTENT)


async def serve_webhook(client: TelegramClient, webhook: Webhook, path: str, sleep: Sleep) -> None:
    """Listen for updates until cancelled. Raises OSError where the port is taken, RefuseToStart for a token that
    Telegram does not accept any more."""
    given: dict[str, Any] = {"client": client, "secret": webhook.secret}
    routes: list[Any] = [(re.escape(path), _Updates, given), (HEALTH, _Health)]
    server = tornado.httpserver.HTTPServer(
        tornado.web.Application(routes, log_function=lambda _: None), max_body_size=_LARGEST, xheaders=True
    )
    server.listen(webhook.port, address=webhook.listen)
    try:
        announce = partial(client.bot.set_webhook, webhook.url, secret_token=webhook.secret, allowed_updates=ALLOWED)
        await _reached(client, sleep, announce, "no webhook")
        await asyncio.Event().wait()
    finally:
        server.stop()
        await client.drain()
        await server.close_all_connections()
