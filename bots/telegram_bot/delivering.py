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


def shut_out(error: telegram.error.TelegramError) -> bool:
    """Whether the bot may not write to that person: they never began, blocked it, or are gone."""
    return isinstance(error, Forbidden) or (isinstance(error, BadRequest) and says(error, *_STRANGERS))
