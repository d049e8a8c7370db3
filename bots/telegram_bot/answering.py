"""What people answer to our questions: why they report a reply, how it should read, what to note beside a case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import telegram
from telegram.error import TelegramError

from bots.errors import Missing
from bots.performing import Performer
from bots.platform import Router
from bots.pressing import Presser
from bots.records import Record
from bots.streaming import Gone
from bots.telegram_bot.delivering import Secrecy
from bots.telegram_bot.keyboards import Press
from bots.telegram_bot.pressing import TelegramAsker, place_of_record
from bots.telegram_bot.prompts import Prompt, lives
from bots.telegram_bot.reviewing import QUESTIONS, Reviewing
from bots.telegram_bot.translate import PLATFORM, address_of, written
from moderation.reasons import REASONS
from personas.feedback import REASONS as WISHES

_AWAY: Final = frozenset({"left", "kicked"})


class Answers:
    """Acts on answers. Used from one event loop."""

    def __init__(
        self,
        router: Router,
        performer: Performer,
        presser: Presser,
        reviewing: Reviewing,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._router = router
        self._performer = performer
        self._presser = presser
        self._reviewing = reviewing
        self._now = now

    async def reason(self, asker: TelegramAsker, press: Press) -> None:
        """Why a reply is reported."""
        if press.verb == "words":
            await asker.ask_report_words(press.what)
        elif press.verb in REASONS:
            await self.reported(asker, press.what, press.verb, "")
        else:
            await asker.say("telegram.stale")
            return
        await asker.close()

    async def wished(self, asker: TelegramAsker, press: Press) -> None:
        """What is wrong with a reply."""
        if press.verb == "words":
            await asker.ask_feedback_words(press.what)
        elif press.verb in WISHES:
            await self.rated(asker, press.what, press.verb, "")
        else:
            await asker.say("telegram.stale")
            return
        await asker.close()

    async def rated(self, asker: TelegramAsker, reply: str, reason: str, words: str) -> None:
        """Somebody says what is wrong with a reply, where they may see it."""
        record = await self._router.replies.get(reply)
        if record is None or record.platform != PLATFORM or not await self._sees(asker, record):
            await asker.say("showing.not_a_reply")
            return
        there = await asker.at(place_of_record(record))
        await self._presser.rated(there, reply, reason, words)

    async def disagreed(self, asker: TelegramAsker, press: Press) -> None:
        """Somebody wants to say that they do not agree with what was held against them."""
        await asker.ask_note("appeal", press.what)

    async def reported(self, asker: TelegramAsker, message: str, reason: str, comment: str) -> None:
        """The reply in `message` is reported, where they may see it."""
        record = await self._router.replies.of_message(PLATFORM, message)
        if record is not None and not await self._sees(asker, record):
            record = None
        text = await self._text_of(record) if record else ""
        if record is None or not text:
            await asker.say("showing.not_a_reply")
            return
        there = await asker.at(place_of_record(record))
        await self._presser.reported(there, message, text, reason, comment)

    async def _sees(self, asker: TelegramAsker, record: Record) -> bool:
        """Whether a reply stands where they are. What a press names anybody may have made up."""
        chat, _ = address_of(record.channel)
        if chat == asker.spot.chat:
            return True
        if not record.server or not asker.number:
            return False
        try:
            member = await asker.bot.get_chat_member(chat, asker.number)
        except TelegramError:
            return False
        return member.status not in _AWAY and getattr(member, "is_member", True)

    async def _text_of(self, record: Record) -> str:
        """What a reply reads, or "" where that cannot be known any more."""
        try:
            return await self._performer.text_of(record)
        except (Gone, Missing, TelegramError):
            return ""

    async def answered(
        self, asker: TelegramAsker, message: telegram.Message, question: telegram.Message, prompt: Prompt
    ) -> None:
        """Somebody answered a question of ours."""
        text = written(message).strip()
        if prompt.owner != asker.number or not (asker.number or asker.hidden):
            await asker.say("telegram.prompt_hidden" if asker.hidden else "telegram.prompt_not_yours")
            return
        if not lives(question, self._now()):
            await asker.say("telegram.prompt_old")
        elif not text:
            await asker.say("telegram.prompt_empty")
            return
        elif prompt.verb == "edit":
            await self._presser.edited(asker, prompt.about, text)
        elif prompt.verb == "bad":
            await self.rated(asker, prompt.about, "other", text)
        elif prompt.verb == "report":
            await self.reported(asker, prompt.about, "other", text)
        elif prompt.verb == "appeal":
            words = "" if text == "-" else text
            await self._presser.appealed(replace(asker, secrecy=Secrecy.SECRET), prompt.about, words)
        elif prompt.verb in QUESTIONS:
            await self._reviewing.answered(asker, prompt, text)
        await asker.remove(question.chat.id, question.message_id)
