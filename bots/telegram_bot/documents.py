"""Files that somebody sends for a command: in the message that is the command, or in the one it answers."""

from dataclasses import replace
from typing import Final

import telegram
from telegram.error import TelegramError

from bots.platform import Caller, Role
from bots.telegram_bot.pressing import TelegramAsker

_LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file that are read."""


async def with_document(asker: TelegramAsker, message: telegram.Message, line: str, *, how: str) -> Caller | None:
    """Whoever types `line`, with the file it is about; None where there is none to be had: they are told so, `how`
    being the key of what to do."""
    document = message.document or (message.reply_to_message.document if message.reply_to_message else None)
    if document is None:
        await asker.say(how)
        return None
    if (document.file_size or 0) > _LARGEST:
        await asker.say("telegram.too_large", most=_LARGEST // 1024 // 1024)
        return None
    caller = asker.caller(line)
    if caller.role < Role.MODERATOR:  # nobody else's files are fetched
        return caller
    try:
        data = bytes(await (await asker.bot.get_file(document.file_id)).download_as_bytearray())
    except TelegramError:
        await asker.say("telegram.file_not_read")
        return None
    return replace(caller, file=data, file_name=document.file_name or "")
