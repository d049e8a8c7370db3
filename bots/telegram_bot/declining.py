"""What the bot does not do, said to whoever asks for it."""

import logging

import telegram
from telegram.error import TelegramError

from bots.cards import Card
from bots.telegram_bot.delivering import Spot, deliver
from bots.telegram_bot.translate import language_of
from moderation.words import catalogue

_log = logging.getLogger(__name__)


async def decline_business(bot: telegram.Bot, connection: telegram.BusinessConnection, language: str) -> None:
    """Somebody wants the bot to answer in their name: they are told, in private, that it does not."""
    if not connection.is_enabled:
        return
    words = language_of(connection.user) or language
    card = Card(title=catalogue("bots").say("telegram_core.no_business", words))
    try:
        await deliver(bot, Spot(chat=connection.user_chat_id), card, words)
    except TelegramError as error:
        _log.info("a business account was not told: error=%s", type(error).__name__)


async def decline_guest(bot: telegram.Bot, message: telegram.Message, language: str) -> None:
    """Somebody named the bot where it is no member: what could be said there nobody there may report or take away."""
    if not message.guest_query_id:
        return
    words = catalogue("bots").say("telegram_core.no_guests", language_of(message.from_user) or language)
    answer = telegram.InlineQueryResultArticle(
        id="no", title=words[:60], input_message_content=telegram.InputTextMessageContent(words)
    )
    try:
        await bot.answer_guest_query(message.guest_query_id, answer)
    except TelegramError as error:
        _log.info("a guest was not answered: error=%s", type(error).__name__)
