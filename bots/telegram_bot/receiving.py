"""How updates come: asked for, one long question after the other, or brought to an address of ours.

Telegram is told that one was taken as soon as it cannot be lost any more (`TelegramClient.bring`), not when it was
handled: until then it gives that one again at once, or brings nothing else that is said in that chat, not the rest of a
burst and not /stop.
"""

import asyncio
import hmac
import json
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import tornado.httpserver
import tornado.web
from telegram.error import Conflict, InvalidToken, TelegramError
from tornado.netutil import bind_sockets

from bots.addresses import HEALTH
from bots.errors import RefuseToStart
from bots.streaming import Sleep
from bots.telegram_bot.client import ALLOWED, TelegramClient, Webhook
from bots.telegram_bot.wire import Flooded, readable
from moderation.errors import Deflect
from moderation.file_faults import reason_of

_log = logging.getLogger(__name__)

LONG: Final = 30
"""Seconds that Telegram keeps a question open while there is nothing new."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_LARGEST: Final = 1024 * 1024
_SECRET: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


async def poll(client: TelegramClient, sleep: Sleep) -> None:
    """Ask for updates until cancelled, whatever Telegram says meanwhile: another process that asks, a method that it
    does not know, errors of its own; and where the state fails. Nothing that is under way is waited for. Raises
    RefuseToStart for a token that Telegram does not accept any more."""
    pause = _FIRST_PAUSE
    # Nothing can be asked for while updates are brought elsewhere.
    await _reached(client, sleep, client.bot.delete_webhook, "the webhook is still there")
    while True:
        try:
            await _ask(client)
        except InvalidToken:
            raise RefuseToStart("telegram_core.bad_token") from None
        except Flooded as error:
            await sleep(error.seconds)
            continue
        except TelegramError as error:
            client.reached = False
            who = " another process asks with the same token" if isinstance(error, Conflict) else ""
            _log.warning("no updates: error=%s again_in=%g%s", type(error).__name__, pause, who)
        except Deflect as error:
            _log.critical("the state failed: error=%s again_in=%g", error, pause)
        else:
            pause = _FIRST_PAUSE
            continue
        await sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _ask(client: TelegramClient) -> None:
    """Begin to handle what came since it was asked last, in the order in which it came. Raises TelegramError; StoreBusy
    and StoreFailed where one cannot be kept: that one comes again when it is asked next, and all after it."""
    updates = await client.bot.get_updates(offset=client.offset, timeout=LONG, allowed_updates=ALLOWED)
    client.reached = True
    for update in updates:
        await client.bring(update)
        client.offset = update.update_id + 1


async def confirm(client: TelegramClient) -> None:
    """Tell Telegram what was taken, at the end: the rest comes again after a restart."""
    if client.offset is not None:
        with suppress(TelegramError):
            await client.bot.get_updates(offset=client.offset, limit=1, timeout=0, allowed_updates=ALLOWED)


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


class _Updates(tornado.web.RequestHandler):
    """Telegram brings an update."""

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
            await self._client.bring(update)
        except Deflect as error:
            _log.critical("the state failed: error=%s", error)
            raise tornado.web.HTTPError(HTTPStatus.SERVICE_UNAVAILABLE) from None


class _Health(tornado.web.RequestHandler):
    async def get(self) -> None:
        self.set_status(HTTPStatus.NO_CONTENT)


def bound(listen: str, port: int) -> list[socket.socket]:
    """Sockets that listen there. Raises RefuseToStart where the port is taken or the address is not this machine's."""
    try:
        return bind_sockets(port, address=listen)
    except OSError as error:
        reason = reason_of(error)
    # Out here, the library's error is gone, and with it the socket that it leaves open.
    raise RefuseToStart("telegram_core.taken", listen=listen, port=port, reason=reason)


async def serve_webhook(client: TelegramClient, webhook: Webhook, path: str, sleep: Sleep) -> None:
    """Listen for updates until cancelled. Raises RefuseToStart where the port cannot be had, and for a token that
    Telegram does not accept any more."""
    given: dict[str, Any] = {"client": client, "secret": webhook.secret}
    routes: list[Any] = [(re.escape(path), _Updates, given), (HEALTH, _Health)]
    server = tornado.httpserver.HTTPServer(
        tornado.web.Application(routes, log_function=lambda _: None), max_body_size=_LARGEST, xheaders=True
    )
    server.add_sockets(bound(webhook.listen, webhook.port))
    try:
        announce = partial(client.bot.set_webhook, webhook.url, secret_token=webhook.secret, allowed_updates=ALLOWED)
        await _reached(client, sleep, announce, "no webhook")
        await asyncio.Event().wait()
    finally:
        server.stop()
        await client.drain()
        await server.close_all_connections()
