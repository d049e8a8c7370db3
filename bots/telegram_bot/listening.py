"""From a message on Telegram to a reply: whether it is for a persona, where it is answered, what is told instead.

Bots are told what people edit, not what they delete.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import telegram
from telegram.error import TelegramError

from bots import logs
from bots.amending import Amending, Asking, Part, Talk
from bots.attention import spoken
from bots.bursts import Bursts
from bots.cards import Card, Tone
from bots.errors import Missing
from bots.inbox import Busy
from bots.performing import Performer
from bots.platform import Caller, Role, Router
from bots.rounds import react
from bots.streaming import Gone, Sleep
from bots.telegram_bot.delivering import Spot, deliver
from bots.telegram_bot.faults import Shut, told, unsure
from bots.telegram_bot.roles import Roles
from bots.telegram_bot.translate import (
    PLATFORM,
    author_of,
    burst_of,
    channel_of,
    heard_by,
    heard_of,
    is_machine,
    logged,
    place_of,
    shown_id,
    text_of,
    topic_of,
    wordless,
    written,
)
from moderation.errors import Deflect
from moderation.words import catalogue

_log = logging.getLogger(__name__)

ALBUM: Final = timedelta(seconds=0.5)
"""Pictures of one album come as messages of their own, right after each other."""
LONGEST_ALBUM: Final = timedelta(seconds=3)

Later = Callable[[Coroutine[Any, Any, None]], None]
"""Runs something beside everything else, until it ends or the program does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whom a listener works with."""

    bot: telegram.Bot
    router: Router
    performer: Performer
    roles: Roles
    amending: Amending[telegram.Message]
    albums: Bursts[telegram.Message]
    passing: timedelta
    """How long a card about a limit stands in a group."""
    language: str
    """As with `Performer`."""
    sleep: Sleep
    later: Later
    shut: Callable[[int], Coroutine[Any, Any, None]]
    """Is told of chats that let the bot in no more."""


class Listener:
    """Hears messages. Used from one event loop."""

    def __init__(self, company: Company) -> None:
        self._bot = company.bot
        self._router = company.router
        self._performer = company.performer
        self._roles = company.roles
        self._amending = company.amending
        self._albums = company.albums
        self._passing = company.passing
        self._language = company.language
        self._sleep = company.sleep
        self._later = company.later
        self._shut = company.shut

    async def heard(self, message: telegram.Message) -> None:
        """Answer a message, where it is meant for a persona."""
        if message.is_automatic_forward or author_of(message) is None or message.from_user == self._bot.bot:
            return
        if not written(message) and not wordless(message):
            return  # somebody came, went, pinned something
        with self._amending.coming(shown_id(message.chat.id, message.message_id)):
            await self._meant(message)

    async def amended(self, message: telegram.Message) -> None:
        """What somebody wrote reads otherwise now."""
        if is_machine(message) or message.from_user == self._bot.bot:
            return
        if written(message).startswith("/") and not written(message).startswith("//"):
            return  # a command is none any more when it is edited, and nothing becomes one
        number = shown_id(message.chat.id, message.message_id)
        if text := spoken(text_of(message, self._bot.bot)):
            change = self._amending.amended(number, text)
        else:  # as if it had been deleted: nothing of it is in the play any more
            change = self._amending.retracted(number, place_of(message).conversation)
        await self._trying(change, heard_by(message, Role.MEMBER), message)

    async def _meant(self, message: telegram.Message) -> None:
        whole = await self._whole(message)
        if whole is None:
            return
        answers = await self._answers(whole)
        attention = await self._router.listen(heard_of(whole, self._bot.bot, answers=answers), place_of(whole))
        burst = burst_of(whole)
        if attention is None and not self._amending.open(burst):
            return
        text = attention.text if attention else spoken(text_of(whole, self._bot.bot))
        if not text and (attention is None or (not wordless(whole) and await self._greet(whole))):
            return
        number = shown_id(whole.chat.id, whole.message_id)
        part = Part(id=number, message=whole, text=text, persona=attention.persona if attention else "")
        parts = await self._amending.gather(burst, part)
        if parts:
            await self._answer(parts)

    async def _whole(self, message: telegram.Message) -> telegram.Message | None:
        """The message, or of an album the one that says something, once all of it is there; None where another message
        of it stands for it."""
        if not message.media_group_id:
            return message
        album = await self._albums.gather((message.chat.id, message.media_group_id), message)
        if album is None:
            return None
        return next((one for one in album if written(one)), album[0])

    async def _answers(self, message: telegram.Message) -> str:
        """The persona whose message this one replies to, or "": they all have the same author."""
        replied = message.reply_to_message
        if replied is None or replied.from_user != self._bot.bot:
            return ""
        record = await self._router.replies.of_message(PLATFORM, shown_id(replied.chat.id, replied.message_id))
        return record.persona if record else ""

    async def _answer(self, parts: list[Part[telegram.Message]]) -> None:
        """Reply to a burst of messages as to one, under the last of them. Where some of it can be read, that is what is
        answered."""
        talk = self._amending.begin(parts)
        last, number = parts[-1].message, parts[-1].id
        try:
            # First of all: where the program dies between a claim and the note of its reply, nobody is answered.
            role = await self._roles.of(last.chat, author_of(last))
            fresh = [part for part in parts if await self._router.replies.claim(PLATFORM, part.id, within=number)]
            if not fresh:
                return
            for part in parts:
                if part not in fresh:
                    talk.words.pop(part.id, None)
            persona = next((part.persona for part in fresh if part.persona), parts[0].persona)
            caller = heard_by(last, role, persona=persona)
            if not talk.text and any(wordless(part.message) for part in fresh):
                await self._decline(caller, last)
            else:
                await self._show(talk, caller, last)
        except asyncio.CancelledError:
            await asyncio.shield(self._unanswered(place_of(last).conversation, number))
            raise

    async def _unanswered(self, conversation: str, number: str) -> None:
        """Where the program ends before anything of the reply stood there, the messages are to be answered after it
        begins anew."""
        record = await self._router.replies.newest(conversation)
        if record is None or record.message != number or not record.shown:
            await self._router.replies.release(PLATFORM, number)

    async def _greet(self, message: telegram.Message) -> bool:
        """Somebody only called: whoever speaks there says hello. False where nobody may, or has no greeting."""
        caller = heard_by(message, await self._roles.of(message.chat, author_of(message)), "", persona="")
        meeting = await self._router.meet(caller)
        if not meeting.greeting:
            return False

        async def hello() -> None:
            if notice := await self._router.introduce(caller, asked=False):
                await self._tell(message, notice)
            await self._performer.greet(caller, channel_of(message), meeting)

        if await self._router.replies.claim(PLATFORM, shown_id(message.chat.id, message.message_id)):
            await self._trying(hello(), caller, message)
        return True

    async def _show(self, talk: Talk, caller: Caller, last: telegram.Message) -> None:
        async def tell(card: Card) -> None:
            await self._tell(last, card)

        asking = Asking(caller=caller, channel=channel_of(last), tell=tell, quoted=last)
        await self._trying(self._amending.answer(talk, asking), caller, last)
        await self._others(asking, last.chat.id)

    async def _others(self, asking: Asking, chat: int) -> None:
        """Whoever else is on the stage may react; what keeps them from it nobody needs to be told."""
        try:
            await react(self._router, self._performer, asking)
        except Gone as error:
            await self._shut_out(chat, error)
        except (Busy, Missing, TelegramError, Deflect) as error:
            _log.warning("a reaction came to nothing: error=%s", logs.place_of(error))

    async def _decline(self, caller: Caller, last: telegram.Message) -> None:
        """Nothing of it can be read: the persona says so."""

        async def tell(card: Card) -> None:
            await self._tell(last, card)

        persona = caller.message.persona
        work = self._performer.decline(caller, channel_of(last), tell, persona=persona, quoted=last)
        await self._trying(work, caller, last)

    async def _trying(self, work: Awaitable[object], caller: Caller, last: telegram.Message) -> None:
        """Do `work` about a message; what keeps it from being done is told to whoever can do something about it."""
        try:
            await work
        except Busy:
            await self._say(last, "showing.busy")
        except Missing as error:
            await self._complain(caller, error)
        except Gone as error:
            _log.info("the chat is gone: chat=%s", logged(last.chat.id))
            await self._shut_out(last.chat.id, error)
        except (TelegramError, Deflect) as error:
            _log.warning("a reply came to nothing: error=%s", logs.place_of(error))
            with suppress(Missing, Gone, Deflect, TelegramError):
                await self._say(last, "showing.not_possible")

    async def _shut_out(self, chat: int, error: Gone) -> None:
        if isinstance(error, Shut):
            await self._shut(chat)

    async def _say(self, message: telegram.Message, key: str) -> None:
        settings = await self._router.settings(place_of(message))
        await self._tell(message, Card(title=catalogue("bots").say(key, settings.language or self._language)))

    async def _tell(self, message: telegram.Message, card: Card) -> None:
        """A card in the chat: Telegram has no other way to tell one person something there."""
        settings = await self._router.settings(place_of(message))
        group = not place_of(message).private
        spot = Spot(chat=message.chat.id, topic=topic_of(message), answering=message.message_id if group else 0)
        try:
            with told(message.chat.id):
                sent = await deliver(self._bot, spot, card, settings.language or self._language)
        except TelegramError as error:
            if not unsure(error):
                raise
            _log.warning("what became of a card is not known: error=%s", type(error).__name__)
            return
        if group and card.tone is Tone.BAD:
            self._later(self._pass(sent))

    async def _pass(self, sent: tuple[telegram.Message, ...]) -> None:
        """Take a card about a limit away after its time."""
        await self._sleep(self._passing.total_seconds())
        for message in sent:
            try:
                await message.delete()
            except TelegramError as error:
                _log.debug("a card stays: error=%s", type(error).__name__)

    async def _complain(self, caller: Caller, error: Missing) -> None:
        """Tell those who can put it right."""
        _log.warning("a permission is missing: %s", error.key if caller.place.private else error)
        settings = await self._router.settings(caller.place)
        card = Card(title=error.explain(settings.language or self._language), tone=Tone.BAD)
        await self._performer.post_card(caller.place, card)
