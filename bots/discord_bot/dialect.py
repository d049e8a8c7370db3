"""What is Discord's own in showing replies and cards: channels, webhooks, links."""

import logging

import discord

from bots.attention import spoken
from bots.cards import Card
from bots.discord_bot.cards import layouts
from bots.discord_bot.faults import BROKEN, told
from bots.discord_bot.identity import Voice, Webhooks, display_name
from bots.discord_bot.outlet import Outlet
from bots.discord_bot.translate import PLATFORM, Channel, link_to, place_of, text_of
from bots.places import Place
from bots.platform import Router
from bots.records import Record
from bots.streaming import Gone

_log = logging.getLogger(__name__)


class DiscordDialect:
    """Meets `bots.dialects.Dialect`."""

    def __init__(self, client: discord.Client, router: Router, webhooks: Webhooks, *, language: str) -> None:
        """`language` is the one of our own words where a place has none."""
        self._client = client
        self._router = router
        self._webhooks = webhooks
        self._language = language

    @property
    def name(self) -> str:
        """See `Dialect.name`."""
        return PLATFORM

    @property
    def broken(self) -> tuple[type[Exception], ...]:
        """See `Dialect.broken`."""
        return BROKEN

    async def board(
        self,
        record: Record,
        *,
        quoted: object = None,
        pictured: bool = False,  # noqa: ARG002 - a webhook has the picture in any case, the bot itself never
    ) -> Outlet:
        """See `Dialect.board`."""
        channel = await self.channel(record.channel)
        place = place_of(channel)
        settings = await self._router.settings(place)
        language = settings.language or self._language

        async def voice(*, renewed: bool) -> Voice:
            if renewed:
                self._webhooks.forget(channel.parent_id if isinstance(channel, discord.Thread) else channel.id)
            mask = self._router.mask(record.persona, place.community)
            name = display_name(mask, language, mark=settings.mark)
            return Voice(name=name, picture=mask.picture, webhook=await self._webhooks.of(channel))

        me = self._client.user.id if self._client.user else 0
        message = quoted if isinstance(quoted, discord.Message) else None
        outlet = Outlet(
            channel,
            voice,
            self._router.replies,
            record,
            me=me,
            language=language,
            quoted=message,
            heard=lambda: self._client.cached_messages,
        )
        await outlet.open()
        return outlet

    async def place(self, record: Record) -> Place:
        """See `Dialect.place`."""
        return place_of(await self.channel(record.channel))

    async def said_in(self, record: Record) -> str:
        """See `Dialect.said_in`."""
        channel = await self.channel(record.channel)
        places = (channel, channel.parent) if isinstance(channel, discord.Thread) else (channel,)
        for place in places:
            if isinstance(place, discord.abc.Messageable) and self._client.user and record.message.isdecimal():
                try:
                    message = await place.fetch_message(int(record.message))
                except discord.HTTPException as error:
                    _log.debug("a message cannot be read: code=%d", error.code)
                else:
                    return spoken(text_of(message, self._client.user))
        return ""

    def link(self, record: Record) -> str:
        """See `Dialect.link`."""
        return link_to(record)

    async def post(self, channel: str, card: Card, place: Place, *, language: str) -> str:
        """See `Dialect.post`."""
        found = await self._desk(channel, place)
        sent = ""
        for layout in layouts(card, language):
            with told(found):
                sent = str((await found.send(view=layout, allowed_mentions=discord.AllowedMentions.none())).id)
        return sent

    async def repost(self, channel: str, message: str, card: Card, place: Place, *, language: str) -> bool:
        """See `Dialect.repost`."""
        found = await self._desk(channel, place)
        (layout, *more) = layouts(card, language)
        if more or not message.isdecimal():
            return False
        nobody = discord.AllowedMentions.none()
        try:
            await found.get_partial_message(int(message)).edit(view=layout, allowed_mentions=nobody)
        except discord.NotFound:
            return False
        return True

    async def _desk(self, channel: str, place: Place) -> Channel:
        """The moderators' channel of a community."""
        found = await self.channel(channel)
        if place_of(found).server != place.server:
            raise Gone  # somebody set another server's channel, which is none of theirs
        return found

    async def channel(self, key: str) -> Channel:
        """A channel, to be written in. Raises Gone, Missing, discord.HTTPException."""
        if not key.isdecimal():
            raise Gone
        found = self._client.get_channel(int(key))
        if found is None:
            with told(key):
                found = await self._client.fetch_channel(int(key))
        if not isinstance(found, Channel):
            raise Gone
        return found
