"""Replies on Discord: shown as a persona, noted, told to the moderators, taken away again, mended after a crash."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import aiohttp
import discord

from bots.attention import spoken
from bots.cards import Card, Row
from bots.discord_bot.cards import layouts
from bots.discord_bot.faults import Missing, told
from bots.discord_bot.identity import Voice, Webhooks, display_name
from bots.discord_bot.outlet import Outlet
from bots.discord_bot.translate import PLATFORM, Channel, link_to, place_of, text_of
from bots.places import Place
from bots.platform import Caller, Meeting, Role, Router
from bots.replies import Record
from bots.streaming import Gone, Pacer, Phase, Shown, Sleep, Writer
from moderation.errors import Deflect
from moderation.words import catalogue
from personas.messages import Cue, Event, Passage

_log = logging.getLogger(__name__)

Tell = Callable[[Card], Awaitable[None]]
"""Shows a card to the person it concerns."""

_TEXTS: Final = 500
"""Replies whose text is known without asking Discord."""
_PACERS: Final = 1_000
_CONNECTION: Final = (discord.HTTPException, OSError, aiohttp.ClientError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often messages of one channel are written, and how long a sign of typing lasts."""

    interval: timedelta
    typing: timedelta
    grace: timedelta
    """How long a reply that is cancelled may take to stand there whole."""
    passing: timedelta
    """How long a card about a limit stands in a channel."""


class Performer:
    """Shows replies. Used from one event loop, for any number of channels at once."""

    def __init__(
        self,
        client: discord.Client,
        router: Router,
        webhooks: Webhooks,
        *,
        pace: Pace,
        language: str,
        monotonic: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        """`monotonic` gives seconds, `sleep` waits for so many; `language` is the one of our own words where a place
        has none."""
        self._client = client
        self._router = router
        self._webhooks = webhooks
        self._pace = pace
        self._language = language
        self._monotonic = monotonic
        self._sleep = sleep
        self._running: dict[str, Writer] = {}
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._pacers: OrderedDict[int, Pacer] = OrderedDict()

    async def answer(
        self, caller: Caller, channel: Channel, tell: Tell, *, persona: str, message: discord.Message | None
    ) -> Shown | None:
        """Show the reply to what somebody wrote; None where there was none.

        Raises Busy, Gone, Missing, discord.HTTPException.
        """
        record = await self._begun(caller, channel, persona=persona, message=caller.message.id)
        outlet = await self._outlet(record, channel, quoted=message)
        shown = await self._show(outlet, self._router.reply(caller), tell)
        if shown is not None and not shown.gone:
            await self._undress(outlet.record, channel)
        return shown

    async def again(self, record: Record, caller: Caller, tell: Tell, *, cue: Cue) -> Shown | None:
        """Have the reply said another way in its place, or continued. Errors as with `answer`."""
        channel = await self._channel_of(record)
        text = await self.text_of(record)
        outlet = await self._outlet(record, channel)
        events = self._router.reply(caller, cue, last=(caller.message.text, text))
        return await self._show(outlet, events, tell, standing=text, kept=f"{text}\n" if cue is Cue.CONTINUE else "")

    async def greet(self, caller: Caller, channel: Channel, meeting: Meeting) -> Shown | None:
        """Have a persona greet. Errors as with `answer`."""
        record = await self._begun(caller, channel, persona=meeting.id, message="")
        outlet = await self._outlet(record, channel)
        return await self._show(outlet, _one(meeting.greeting), _nobody)

    async def retell(self, record: Record, passage: Passage) -> Shown | None:
        """Have the reply read otherwise: another variant, or edited. Errors as with `answer`."""

        outlet = await self._outlet(record, await self._channel_of(record))
        return await self._show(outlet, _one(passage), _nobody, standing=await self.text_of(record))

    async def take_back(self, record: Record) -> bool:
        """Take every message of a reply away; whether that was possible."""
        if writer := self._running.get(record.id):
            writer.stop()
        try:
            outlet = await self._outlet(record, await self._channel_of(record))
            for message in record.shown:
                await outlet.remove(message)
        except (*_CONNECTION, Gone, Missing) as error:
            _log.warning("a reply was not taken back: reply=%s error=%s", record.id, type(error).__name__)
            return False
        await self._router.replies.forget(record)
        self._texts.pop(record.id, None)
        return True

    def stop(self, record: Record) -> bool:
        """End a reply where it stands; whether it was under way."""
        writer = self._running.get(record.id)
        if writer is not None:
            writer.stop()
        return writer is not None

    def under_way(self, record: Record) -> bool:
        """Whether it is being shown now."""
        return record.id in self._running

    def forget(self, record: Record) -> None:
        """Somebody took a message of it away: where it is under way, it ends."""
        self.stop(record)
        self._texts.pop(record.id, None)

    async def text_of(self, record: Record) -> str:
        """What a reply reads: as it was shown, or, after a restart, as it stands on Discord."""
        if record.id in self._texts:
            return self._texts[record.id]
        outlet = await self._outlet(record, await self._channel_of(record))
        return "\n".join([await outlet.read(message) for message in record.shown])

    async def said_in(self, record: Record) -> str:
        """What the person wrote whom a reply answers, or "" where it cannot be read any more."""
        channel = await self._channel_of(record)
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

    async def mend(self) -> None:
        """What a process that died left half-shown is marked as that, once after every start."""
        for record in await self._router.replies.unfinished(PLATFORM):
            if record.id in self._running:
                continue
            mended = record
            try:
                mended = await self._mark(record)
            except (*_CONNECTION, Gone, Missing) as error:
                _log.warning("a reply was not mended: reply=%s error=%s", record.id, type(error).__name__)
            await self._close(replace(mended, running=False))

    async def note(self, caller: Caller, exchange: str) -> None:
        """A card for the moderators, where they want one, about an exchange that was kept."""
        if exchange:
            settings = await self._router.settings(caller.place)
            moderator = replace(caller, role=Role.MODERATOR, language=settings.language or self._language)
            card = await self._router.command(f"/review brief {exchange}", moderator)
            record = await self._router.replies.of_exchange(exchange)
            link = (Row(label="", text=link_to(record)),) if record and record.shown else ()
            await self.post_card(caller.place, replace(card, rows=(*card.rows, *link)))

    async def post_card(self, place: Place, card: Card) -> None:
        """A card in the moderators' channel, where there is one. Where that cannot be, it is logged: the case waits all
        the same."""
        settings = await self._router.settings(place)
        if not settings.log_channel or not place.server:
            return
        try:
            channel = await self._find_channel(int(settings.log_channel))
            if place_of(channel).server != place.server:
                raise Gone  # somebody set another server's channel, which is none of theirs
            for layout in layouts(card, settings.language or self._language):
                with told(channel):
                    await channel.send(view=layout, allowed_mentions=discord.AllowedMentions.none())
        except (*_CONNECTION, Gone, Missing, ValueError) as error:
            _log.warning("no card for the moderators: error=%s", type(error).__name__)

    async def _begun(self, caller: Caller, channel: Channel, *, persona: str, message: str) -> Record:
        return await self._router.replies.begin(
            platform=PLATFORM,
            conversation=caller.place.conversation,
            server=caller.place.server,
            persona=persona,
            person=caller.message.person,
            message=message,
            channel=str(channel.id),
        )

    async def _show(
        self,
        outlet: Outlet,
        events: AsyncGenerator[Event | Card, None],
        tell: Tell,
        *,
        standing: str = "",
        kept: str = "",
    ) -> Shown | None:
        """Show events, and note how the reply stands, however that ends."""
        writer = Writer(
            outlet,
            pace=self._pacer(int(outlet.record.channel)).turn,
            typing_every=self._pace.typing,
            grace=self._pace.grace,
            withdrawn=catalogue("bots").say("discord.withdrawn", self._language),
            sleep=self._sleep,
        )
        reply = outlet.record.id
        self._running[reply] = writer
        shown: Shown | None = None
        try:
            shown = await writer.show(events, card=tell, standing=outlet.standing(standing), kept=kept)
        finally:
            self._running.pop(reply, None)
            # Where the program ends here, the record must say so too.
            await asyncio.shield(self._settle(outlet, shown))
        return shown if shown.messages or shown.finished else None

    async def _settle(self, outlet: Outlet, shown: Shown | None) -> None:
        messages = tuple(message for message, _ in shown.messages) if shown else outlet.record.shown
        exchange = shown.finished.exchange if shown and shown.finished else ""
        record = replace(outlet.record, running=False, shown=messages, exchange=exchange or outlet.record.exchange)
        outlet.record = record
        if shown is not None and shown.text:
            self._texts[record.id] = shown.text
            while len(self._texts) > _TEXTS:
                self._texts.popitem(last=False)
        await self._close(record)

    async def _close(self, record: Record) -> None:
        try:
            if record.shown:
                await self._router.replies.keep(record)
            else:
                await self._router.replies.forget(record)
        except Deflect as error:
            _log.critical("how a reply stands was not kept: reply=%s error=%s", record.id, error.key)

    async def _undress(self, record: Record, channel: Channel) -> None:
        """Only the last message of a persona has buttons."""
        before = await self._router.replies.before(record)
        if before is None or not before.shown:
            return
        try:
            outlet = await self._outlet(before, channel)
            await outlet.undress(before.shown[-1])
        except (*_CONNECTION, Gone, Missing) as error:
            _log.debug("old buttons stay: error=%s", type(error).__name__)

    async def _mark(self, record: Record) -> Record:
        """Say under a half-shown reply that it is one; where nothing of it was shown there is nothing to say."""
        channel = await self._channel_of(record)
        outlet = await self._outlet(record, channel)
        await outlet.recover()
        if not outlet.record.shown:
            return outlet.record
        last = outlet.record.shown[-1]
        settings = await self._router.settings(place_of(channel))
        mark = catalogue("bots").say("discord.interrupted", settings.language or self._language)
        await outlet.edit(last, outlet.marked(await outlet.read(last), mark), Phase.DONE)
        return outlet.record

    async def _outlet(self, record: Record, channel: Channel, *, quoted: discord.Message | None = None) -> Outlet:
        """Where a reply is shown, its way of speaking found out."""
        settings = await self._router.settings(place_of(channel))
        language = settings.language or self._language
        place = place_of(channel)

        async def voice(*, renewed: bool) -> Voice:
            if renewed:
                self._webhooks.forget(channel.parent_id if isinstance(channel, discord.Thread) else channel.id)
            mask = self._router.mask(record.persona, place.community)
            name = display_name(mask, language, mark=settings.mark)
            return Voice(name=name, picture=mask.picture, webhook=await self._webhooks.of(channel))

        me = self._client.user.id if self._client.user else 0
        outlet = Outlet(channel, voice, self._router.replies, record, me=me, quoted=quoted)
        await outlet.open()
        return outlet

    async def _channel_of(self, record: Record) -> Channel:
        return await self._find_channel(int(record.channel))

    async def _find_channel(self, channel: int) -> Channel:
        """The channel, to be written in. Raises Gone, Missing, discord.HTTPException."""
        found = self._client.get_channel(channel)
        if found is None:
            with told(channel):
                found = await self._client.fetch_channel(channel)
        if not isinstance(found, Channel):
            raise Gone
        return found

    def _pacer(self, channel: int) -> Pacer:
        pacer = self._pacers.pop(channel, None) or Pacer(
            self._pace.interval, monotonic=self._monotonic, sleep=self._sleep
        )
        self._pacers[channel] = pacer
        while len(self._pacers) > _PACERS:
            self._pacers.popitem(last=False)
        return pacer


async def _one(passage: Passage | None) -> AsyncGenerator[Event | Card, None]:
    """What is said at once."""
    if passage is not None:
        yield passage


async def _nobody(_: Card) -> None:
    """Nothing to tell, and nobody to tell it to."""
