"""Telegram as a platform: started, held and stopped by us."""

import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr
from telegram.error import EndPointNotFound, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bots.cards import Card
from bots.errors import RefuseToStart
from bots.places import Place
from bots.placing import put
from bots.platform import Caller, Fill, Placed, Router
from bots.records import Record
from bots.telegram_bot.client import Surroundings, TelegramClient
from bots.telegram_bot.pacing import Pacing, briefly
from bots.telegram_bot.receiving import confirm, poll, serve_webhook
from bots.telegram_bot.translate import PLATFORM
from bots.telegram_bot.wire import UpdateWire, Wire

_log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
"""Seconds between attempts to reach Telegram for the first time."""
_CONNECTIONS: Final = 64
_PATIENCE: Final = 20.0
"""Seconds for an answer: what became of a call without one is not known."""


class Telegram:
    """Meets `bots.platform.Platform`."""

    def __init__(self, token: SecretStr, around: Callable[[Router], Surroundings], *, base_url: str) -> None:
        """`base_url` is where the Bot API is served. Raises RefuseToStart for a proxy of the environment that it cannot
        be reached through."""
        self._token = token
        self._around = around
        self._base_url = base_url.rstrip("/")
        self._wire = Wire(connection_pool_size=_CONNECTIONS, read_timeout=_PATIENCE)
        self._update_wire = UpdateWire(connection_pool_size=1)
        self._client: TelegramClient | None = None

    @property
    def name(self) -> str:
        """See `Platform.name`."""
        return PLATFORM

    @property
    def connected(self) -> bool:
        """See `Platform.connected`: the last call for updates, or for their being brought, came to something."""
        return self._client is not None and self._client.reached

    @property
    def busy(self) -> bool:
        """Whether something that came is being handled."""
        return self._client is not None and self._client.busy

    async def serve(self, router: Router) -> None:
        """Until cancelled: replies under way end where they stand first, what is shown of them stays whole.

        Raises RefuseToStart for a token that Telegram does not accept, and where the port of a webhook cannot be had.
        """
        around = self._around(router)
        bot = self._bot(around)
        try:
            await _begun(bot, around)
            client = self._client = TelegramClient(bot, around)
            _log.info("ready: id=%d", bot.id)
            try:
                await self._served(client, around)
            finally:
                await client.drain()
                self._client = None
                if around.webhook is None:
                    await confirm(client)
        finally:
            await bot.shutdown()

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        """See `Platform.put`."""
        with briefly():
            return await put(self._client.performer, record, fill, author=author) if self._client else Placed.LATER

    async def take_back(self, record: Record) -> bool:
        """See `Platform.take_back`."""
        with briefly():
            return self._client is not None and await self._client.performer.take_back(record)

    async def tell_moderators(self, place: Place, card: Card) -> bool:
        """See `Platform.tell_moderators`."""
        with briefly():
            return self._client is not None and await self._client.performer.post_card(place, card)

    async def renew(self, caller: Caller, case: str) -> bool:
        """See `Platform.renew`."""
        with briefly():
            return self._client is not None and await self._client.performer.desk.renew(caller, case)

    async def tell(self, person: str, card: Card, language: str) -> bool:
        """See `Platform.tell`."""
        with briefly():
            return self._client is not None and await self._client.tell(person, card, language)

    async def _served(self, client: TelegramClient, around: Surroundings) -> None:
        await client.mend()
        await client.resume()
        client.watch()
        if around.webhook is None:
            await poll(client, around.sleep)
        else:
            path = urlsplit(around.webhook.url).path or "/"
            await serve_webhook(client, around.webhook, path, around.sleep)

    def _bot(self, around: Surroundings) -> ExtBot[None]:
        return ExtBot(
            self._token.get_secret_value(),
            base_url=f"{self._base_url}/bot",
            base_file_url=f"{self._base_url}/file/bot",
            request=self._wire,
            get_updates_request=self._update_wire,
            rate_limiter=Pacing(around.limits, monotonic=around.monotonic, sleep=around.sleep),
        )


async def _begun(bot: ExtBot[None], around: Surroundings) -> None:
    """Find out who the bot is; tried until Telegram can be reached. Raises RefuseToStart."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await bot.initialize()
        except (InvalidToken, EndPointNotFound):
            raise RefuseToStart("telegram_core.bad_token") from None
        except TelegramError as error:
            _log.warning("Telegram cannot be reached: error=%s again_in=%g", type(error).__name__, pause)
        else:
            return
        await around.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
