"""What Telegram waits for after a press, and what somebody is told whose wish came to nothing."""

import logging
from dataclasses import dataclass

import telegram
from telegram.constants import ChatType
from telegram.error import TelegramError

from bots.cards import Card, Tone
from bots.telegram_bot.delivering import Spot, deliver
from bots.telegram_bot.translate import language_of, topic_of
from moderation.words import catalogue

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Answer:
    """The answer that Telegram waits for after a press: given once."""

    query: telegram.CallbackQuery | None
    given: bool = False
    told: bool = False
    """Whether the chat knows that there is something in the private chat."""

    @property
    def open(self) -> bool:
        """Whether it waits."""
        return self.query is not None and not self.given

    async def give(self, bot: telegram.Bot, text: str = "", *, alert: bool = False) -> None:
        """Answer, with words or without, unless that was done."""
        if self.query is None or self.given:
            return
        self.given = True
        try:
            await bot.answer_callback_query(self.query.id, text=text or None, show_alert=alert)
        except TelegramError as error:
            # Mostly too late: what was asked for is done all the same, the sign of waiting goes by itself.
            _log.warning("a press was not answered: error=%s", type(error).__name__)


def spot_of(chat: telegram.Chat, message: telegram.MaybeInaccessibleMessage | None, *, pressed: bool) -> Spot:
    """Where somebody is answered who typed a message, or pressed something under it."""
    there = message if isinstance(message, telegram.Message) else None
    answering = message.message_id if message and not pressed and chat.type != ChatType.PRIVATE else 0
    return Spot(chat=chat.id, topic=topic_of(there) if there else 0, answering=answering)


async def excuse(update: telegram.Update, bot: telegram.Bot, language: str) -> None:
    """Tell whoever acted that nothing came of it. Nothing is looked up for that; what Telegram objects to is logged.
    `language` is the one where their app has none that we speak."""
    query, message, chat = update.callback_query, update.effective_message, update.effective_chat
    words = catalogue("bots").say("showing.not_possible", language_of(update.effective_user) or language)
    if query:
        await Answer(query).give(bot, words, alert=True)
    elif message and chat:
        try:
            await deliver(bot, spot_of(chat, message, pressed=False), Card(title=words, tone=Tone.BAD), language)
        except TelegramError as error:
            _log.warning("nobody was told: error=%s", type(error).__name__)
