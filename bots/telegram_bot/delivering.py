"""Cards on their way: into a chat, or first to the person alone."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import telegram
from telegram import ForceReply, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bots.cards import Card
from bots.telegram_bot.cards import Sheet, sheets
from bots.telegram_bot.faults import says
from bots.telegram_bot.translate import ids_in

QUIET_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""An address in a card brings no picture along."""
_STRANGERS = ("chat not found", "peer_id_invalid", "user is deactivated")


class Secrecy(enum.Enum):
    """Who may see an answer."""

    OPEN = "open"
    """The chat where it was asked for."""
    QUIET = "quiet"
    """The person alone where they have a private chat with the bot, else the chat."""
    SECRET = "secret"  # noqa: S105 - not a password
    """The person alone, or nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something is sent."""

    chat: int
    topic: int = 0
    answering: int = 0
    """The message it answers; 0: none."""


async def deliver(
    bot: telegram.Bot,
    spot: Spot,
    card: Card,
    language: str,
    *,
    keyboard: InlineKeyboardMarkup | None = None,
    server: str = "",
    names: Mapping[str, str] | None = None,
) -> tuple[telegram.Message, ...]:
    """Send every sheet of a card, and what it brings along; the messages. Raises TelegramError."""
    pages = sheets(card, language, keyboard=keyboard, server=server, names=names)
    sent = [await send(bot, spot, sheet) for sheet in pages]
    if card.file:
        document = await bot.send_document(
            spot.chat,
            BytesIO(card.file),
            filename=card.file_name,
            message_thread_id=spot.topic or None,
            disable_content_type_detection=True,
        )
        sent.append(document)
    return tuple(sent)


async def send(bot: telegram.Bot, spot: Spot, sheet: Sheet, *, force: ForceReply | None = None) -> telegram.Message:
    """Send one sheet; the message. Raises TelegramError."""
    return await bot.send_message(
        spot.chat,
        sheet.text,
        parse_mode=ParseMode.HTML,
        reply_markup=force or sheet.keyboard,
        message_thread_id=spot.topic or None,
        link_preview_options=QUIET_PREVIEW,
        reply_parameters=ReplyParameters(spot.answering, allow_sending_without_reply=True) if spot.answering else None,
    )


async def rewrite(
    bot: telegram.Bot, shown: str, card: Card, language: str, *, server: str, names: Mapping[str, str]
) -> bool:
    """Put a card in place of the one in a message (`translate.shown_id`); False where that is gone, or the card needs
    more than one. Raises TelegramError."""
    (sheet, *more) = sheets(card, language, server=server, names=names)
    if more:
        return False
    chat, message = ids_in(shown)
    try:
        await bot.edit_message_text(
            sheet.text,
            chat_id=chat,
            message_id=message,
            parse_mode=ParseMode.HTML,
            reply_markup=sheet.keyboard,
            link_preview_options=QUIET_PREVIEW,
        )
    except BadRequest as error:
        return says(error, "not modified")
    return True


def shut_out(error: telegram.error.TelegramError) -> bool:
    """Whether the bot may not write to that person: they never began, blocked it, or are gone."""
    return isinstance(error, Forbidden) or (isinstance(error, BadRequest) and says(error, *_STRANGERS))
