"""Discord as a platform: started, held and stopped by us."""

import logging
from collections.abc import Callable
from typing import Final

import discord
from discord import app_commands
from pydantic import SecretStr

from bots.cards import Card
from bots.discord_bot.address import pointed_at
from bots.discord_bot.client import Surroundings, TalchumClient
from bots.discord_bot.faults import BROKEN, asked_pause
from bots.discord_bot.translate import PLATFORM
from bots.errors import RefuseToStart
from bots.places import Place
from bots.placing import put
from bots.platform import Caller, Fill, Placed, Router
from bots.records import Record

_log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
"""Seconds between attempts to connect for the first time. Each costs a login, of which there are a thousand a day."""
_CLOSED_TOKEN: Final = 4004


class Discord:
    """Meets `bots.platform.Platform`."""

    def __init__(
        self, token: SecretStr, around: Callable[[Router], Surroundings], *, base_url: str, gateway_url: str = ""
    ) -> None:
        """`base_url` is where the API is served, `gateway_url` where a session begins ("": where that says)."""
        self._addresses = base_url, gateway_url
        self._token = token
        self._around = around
        self._client: TalchumClient | None = None

    @property
    def name(self) -> str:
        """See `Platform.name`."""
        return PLATFORM

    @property
    def connected(self) -> bool:
        """See `Platform.connected`: every shard is."""
        shards = self._client.shards.values() if self._client else ()
        return bool(shards) and not any(shard.is_closed() for shard in shards)

    async def serve(self, router: Router) -> None:
        """Until cancelled: replies under way end where they stand first, what is shown of them stays whole.

        The library connects again by itself once it was connected; until then it is tried here, with growing pauses.
        Raises RefuseToStart for a token or an intent that Discord does not accept.
        """
        with pointed_at(*self._addresses):
            await self._serve(self._around(router))

    async def _serve(self, surroundings: Surroundings) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._client = client = TalchumClient(surroundings)
            wait = pause
            try:
                await client.start(self._token.get_secret_value(), reconnect=True)
            except discord.LoginFailure:
                raise RefuseToStart("discord.bad_token") from None
            except discord.PrivilegedIntentsRequired:
                raise RefuseToStart("discord.no_intent") from None
            except discord.ConnectionClosed as error:
                if error.code == _CLOSED_TOKEN:
                    raise RefuseToStart("discord.bad_token") from None
                _log.warning("Discord closed the connection: code=%s", error.code)
            except app_commands.CommandSyncFailure:
                raise  # commands that Discord will never take
            except (discord.GatewayNotFound, *BROKEN) as error:
                wait = max(pause, asked_pause(error))
                _log.warning("Discord cannot be reached: error=%s again_in=%g", type(error).__name__, wait)
            finally:
                self._client = None
                await client.drain()
                await client.close()
            await surroundings.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        """See `Platform.put`."""
        if self._client is None or not self._client.is_ready():
            return Placed.LATER
        return await put(self._client.performer, record, fill, author=author)

    async def take_back(self, record: Record) -> bool:
        """See `Platform.take_back`."""
        return self._client is not None and await self._client.performer.take_back(record)

    async def tell_moderators(self, place: Place, card: Card) -> bool:
        """See `Platform.tell_moderators`."""
        return self._client is not None and await self._client.performer.post_card(place, card)

    async def renew(self, caller: Caller, case: str) -> bool:
        """See `Platform.renew`."""
        if self._client is None or not self._client.is_ready():
            return False
        return await self._client.performer.desk.renew(caller, case)

    async def tell(self, person: str, card: Card, language: str) -> bool:
        """See `Platform.tell`."""
        return self._client is not None and await self._client.tell(person, card, language)
