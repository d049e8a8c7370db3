"""From a message on Discord to a reply: whether it is for a persona, where it is answered, what is told instead."""

import logging
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

import discord

from bots.amending import Amending, Asking, Part, Talk
from bots.attention import spoken
from bots.cards import Card, Tone
from bots.discord_bot.cards import layouts
from bots.discord_bot.faults import told
from bots.discord_bot.translate import (
    PLATFORM,
    Channel,
    heard_by,
    heard_of,
    logged,
    place_of,
    text_of,
    thread_key,
    wordless,
)
from bots.errors import Missing
from bots.inbox import Busy
from bots.logs import kind_of
from bots.performing import Performer
from bots.places import Mode, PlaceSettings
from bots.platform import Caller, Router
from bots.rounds import react
from bots.streaming import Gone
from moderation.errors import Deflect
from moderation.words import catalogue

_log = logging.getLogger(__name__)

BUSY: Final = "⏳"
_TITLE: Final = 90
"""Characters of a thread's name."""


class Listener:
    """Hears messages. Used from one event loop."""

    def __init__(
        self,
        me: discord.ClientUser,
        router: Router,
        performer: Performer,
        amending: Amending[discord.Message],
        *,
        reads: bool,
        passing: timedelta,
        language: str,
    ) -> None:
        """`reads`: the bot may read what does not mention it; `passing` is how long a card about a limit stands in a
        channel; `language` as with `Performer`."""
        self._me = me
        self._router = router
        self._performer = performer
        self._amending = amending
        self._reads = reads
        self._passing = passing
        self._language = language

    async def heard(self, message: discord.Message) -> None:
        """Answer a message, where it is meant for a persona."""
        if message.author.id == self._me.id or message.is_system():
            return
        with self._amending.coming(str(message.id)):
            try:
                await self._meant(message)
            except Deflect as error:
                called = self._me in message.mentions or place_of(message.channel).private
                await self._unkept(message, error, meant=called)

    async def amended(self, message: discord.Message) -> None:
        """What somebody wrote reads otherwise now."""
        if message.author.bot or message.webhook_id is not None:
            return
        if not message.content and not self._readable(message):
            return  # nobody knows what it reads
        if text := spoken(text_of(message, self._me)):
            change = self._amending.amended(str(message.id), text)
        else:  # as if it had been deleted: nothing of it is in the play any more
            change = self._retracted(message.id, message.channel)
        await self._changing(change)

    async def retracted(self, message: int, channel: discord.abc.Snowflake) -> None:
        """Somebody's message is gone; of the channel no more may be known than its id."""
        await self._changing(self._retracted(message, channel))

    async def _retracted(self, message: int, channel: discord.abc.Snowflake) -> None:
        conversation = place_of(channel).conversation
        for thread in map(thread_key, (message, channel.id)):  # that it opened, or where it stood
            if await self._router.replies.to(thread, str(message)):
                conversation = thread
        await self._amending.retracted(str(message), conversation)

    async def _changing(self, change: Awaitable[None]) -> None:
        expected: tuple[type[Exception], ...] = (Busy, Missing, Gone, Deflect, *self._performer.broken)
        try:
            await change
        except expected as error:
            _log.warning("a change of what was said came to nothing: error=%s", kind_of(error))

    def _readable(self, message: discord.Message) -> bool:
        """Whether Discord gives us the text of a message."""
        return self._reads or self._me in message.mentions or place_of(message.channel).private

    async def _meant(self, message: discord.Message) -> None:
        answers = await self._answers(message)
        if message.webhook_id is not None and await self._router.replies.of_message(PLATFORM, str(message.id)):
            return  # a persona's own words
        place = place_of(message.channel)
        attention = await self._router.listen(heard_of(message, self._me, answers=answers), place)
        burst = (message.channel.id, message.author.id)
        if attention is None and not self._amending.open(burst):
            return
        text = attention.text if attention else spoken(text_of(message, self._me))
        if attention is None and not text:
            return
        empty = not text and not wordless(message)
        if empty and not self._readable(message):
            await self._tell(message.channel, self._unreadable(await self._router.settings(place)))
            return
        try:
            await self._take(message, text, attention.persona if attention else "", empty=empty)
        except Deflect as error:
            await self._unkept(message, error, meant=True)

    async def _take(self, message: discord.Message, text: str, persona: str, *, empty: bool) -> None:
        """Answer what is meant for us, once."""
        if not await self._router.replies.claim(PLATFORM, str(message.id)):
            return
        if empty and isinstance(message.channel, Channel) and await self._greet(message, message.channel):
            return
        part = Part(id=str(message.id), message=message, text=text, persona=persona)
        parts = await self._amending.gather((message.channel.id, message.author.id), part)
        if parts:
            await self._answer(parts)

    async def _unkept(self, message: discord.Message, error: Deflect, *, meant: bool) -> None:
        """A store failed: nobody knows whether the message was answered, so it is not. Who waits gets a sign."""
        _log.critical("the state failed: error=%s", error)
        if meant and not message.author.bot:
            await self._sign(message)

    async def _answers(self, message: discord.Message) -> str:
        """The persona whose message this one replies to, or "": webhooks all look alike, so we noted who said what."""
        reference = message.reference
        if reference is None or reference.message_id is None or reference.type is discord.MessageReferenceType.forward:
            return ""
        record = await self._router.replies.of_message(PLATFORM, str(reference.message_id))
        return record.persona if record else ""

    async def _answer(self, parts: list[Part[discord.Message]]) -> None:
        """Reply to a burst of messages as to one, under the last of them. Where some of it can be read, that is what is
        answered."""
        talk = self._amending.begin(parts)
        if not talk.text and any(wordless(part.message) for part in parts):
            await self._decline(parts[-1].message, parts[0].persona)
            return
        first, last = parts[0], parts[-1].message
        settings = await self._router.settings(place_of(last.channel))
        channel = await self._stage(last, settings, first.persona)
        if channel is None:
            return
        place = place_of(channel)
        by = heard_by(last)
        heard = replace(
            by.message, text="", persona=first.persona, conversation=place.conversation, server=place.server
        )
        await self._show(talk, replace(by, message=heard, place=place), last, channel)

    async def _show(self, talk: Talk, caller: Caller, last: discord.Message, channel: Channel) -> None:
        async def tell(card: Card) -> None:
            await self._tell(channel, card)

        asking = Asking(caller=caller, channel=str(channel.id), tell=tell, quoted=last)
        await self._trying(self._amending.answer(talk, asking), last, channel)
        await self._others(asking, channel)

    async def _others(self, asking: Asking, channel: Channel) -> None:
        """Whoever else is on the stage may react; what keeps them from it nobody needs to be told."""
        expected: tuple[type[Exception], ...] = (Busy, Missing, Gone, Deflect, *self._performer.broken)
        try:
            await react(self._router, self._performer, asking)
        except expected as error:
            _log.warning("a reaction came to nothing: channel=%s error=%s", logged(channel), kind_of(error))

    async def _decline(self, message: discord.Message, persona: str) -> None:
        """Nothing of it can be read: the persona says so where it was sent, for which no thread is opened."""
        channel = message.channel
        if not isinstance(channel, Channel):
            return

        async def tell(card: Card) -> None:
            await self._tell(channel, card)

        by = heard_by(message)
        caller = replace(by, message=replace(by.message, persona=persona))
        work = self._performer.decline(caller, str(channel.id), tell, persona=persona, quoted=message)
        await self._trying(work, message, channel)

    async def _greet(self, message: discord.Message, channel: Channel) -> bool:
        """Somebody only called: whoever speaks there says hello. False where nobody may, or has no greeting."""
        caller = heard_by(message)
        meeting = await self._router.meet(caller)
        if not meeting.greeting:
            return False

        async def hello() -> None:
            if notice := await self._router.introduce(caller, asked=False):
                await self._tell(channel, notice)
            await self._performer.greet(caller, str(channel.id), meeting)

        await self._trying(hello(), message, channel)
        return True

    async def _trying(self, work: Awaitable[object], message: discord.Message, channel: Channel) -> None:
        """Do `work` about a message; what keeps it from being done is told to whoever can do something about it."""
        failures: tuple[type[Exception], ...] = (Deflect, *self._performer.broken)
        try:
            await work
        except Busy:
            await self._sign(message)
        except Missing as error:
            await self._complain(heard_by(message), error)
        except Gone:
            _log.info("the channel or the message is gone: channel=%s", logged(channel))
        except failures as error:
            _log.warning("a reply came to nothing: channel=%s error=%s", logged(channel), kind_of(error))
            with suppress(Missing, Gone, *failures):
                settings = await self._router.settings(place_of(channel))
                said = catalogue("bots").say("showing.not_possible", settings.language or self._language)
                await self._tell(channel, Card(title=said, tone=Tone.BAD))

    async def _stage(self, message: discord.Message, settings: PlaceSettings, persona: str) -> Channel | None:
        """Where it is answered: a thread of its own, if the place wants one and Discord lets us; None for nowhere."""
        channel = message.channel
        if not isinstance(channel, Channel):
            return None
        if not settings.threads or not isinstance(channel, discord.TextChannel):
            return channel
        if not channel.permissions_for(channel.guild.me).create_public_threads:
            return channel
        # Not what somebody wrote: a title is words of ours, and nobody has judged theirs.
        mask = self._router.mask(persona, place_of(channel).community)
        try:
            return await message.create_thread(name=mask.name[:_TITLE])
        except self._performer.broken as error:
            code = getattr(error, "code", 0)
            _log.warning("no thread: channel=%d error=%s code=%s", channel.id, type(error).__name__, code)
            return channel.get_thread(message.id) or channel  # it may have been made all the same

    def _unreadable(self, settings: PlaceSettings) -> Card:
        """Of a message that calls us Discord gives the text only where it mentions the bot, unless we may read all."""
        language = settings.language or self._language
        return Card(title=catalogue("bots").say("discord.unreadable", language, name=self._me.name), tone=Tone.BAD)

    async def _tell(self, channel: discord.abc.Messageable, card: Card) -> None:
        """A card in the channel: Discord has no other way to tell one person something that they did not ask for."""
        settings = await self._router.settings(place_of(channel))
        nobody = discord.AllowedMentions.none()
        with told(channel):
            for layout in layouts(card, settings.language or self._language):
                sent = await channel.send(view=layout, allowed_mentions=nobody)
                if card.tone is Tone.BAD:
                    await sent.delete(delay=self._passing.total_seconds())

    async def _sign(self, message: discord.Message) -> None:
        """Too much is going on, or nothing can be kept: a sign, and if even that is not possible, nothing."""
        try:
            await message.add_reaction(BUSY)
        except self._performer.broken as error:
            _log.debug("no sign for busy: error=%s", type(error).__name__)

    async def _complain(self, caller: Caller, error: Missing) -> None:
        """Tell those who can put it right."""
        _log.warning("a permission is missing: %s", error.key if caller.place.private else error)
        settings = await self._router.settings(caller.place)
        card = Card(title=error.explain(settings.language or self._language), tone=Tone.BAD)
        await self._performer.post_card(caller.place, card)


def needs_content(settings: PlaceSettings) -> bool:
    """Whether what holds in a place cannot work without the message-content intent."""
    return settings.mode is not Mode.MENTION or bool(settings.wake) or settings.threads
