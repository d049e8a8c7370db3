"""What can go wrong with Telegram, told by what to do about it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import aiohttp
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bots.errors import Missing
from bots.streaming import Gone, Sleep
from bots.telegram_bot.transport import Crowded

T = TypeVar("T")

_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds before another try, where the way to Telegram is broken."""
_NEVER_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # a proxy refused to connect
    Crowded,
)
_GONE: Final = (
    "chat not found",
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message_id_invalid",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "user is deactivated",
    "peer_id_invalid",
)
_FORBIDDEN: Final = (
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_restricted",
    "need administrator",
)


class Shut(Gone):
    """The bot may not write there any more: it was blocked or put out."""


def unsent(error: TelegramError) -> bool:
    """Whether a call surely did not reach Telegram."""
    return isinstance(error.__cause__, _NEVER_SENT)


def unsure(error: TelegramError) -> bool:
    """Whether nobody knows what became of a call: no answer, or none that can be read."""
    if isinstance(error, BadRequest) or unsent(error):
        return False
    return isinstance(error, NetworkError) or type(error) is TelegramError


def says(error: TelegramError, *what: str) -> bool:
    """Whether Telegram's sentence has one of these in it."""
    return any(part in error.message.lower() for part in what)


@contextmanager
def told(chat: object) -> Iterator[None]:
    """Raises Gone where message or chat are there no more (Shut: the bot is not let in), and Missing where Telegram
    forbids it; other errors of Telegram pass through."""
    try:
        yield
    except Forbidden as error:
        raise Shut from error
    except BadRequest as error:
        if says(error, *_FORBIDDEN):
            raise Missing("telegram_core.no_rights", channel=str(chat)) from error
        if says(error, *_GONE):
            raise Gone from error
        raise


async def patiently(call: Callable[[], Awaitable[T]], *, sleep: Sleep) -> T:
    """The result of a call that does the same the second time, made again where nobody knows what became of it."""
    for pause in _PAUSES:
        try:
            return await call()
        except TelegramError as error:
            if not unsure(error):
                raise
        await sleep(pause)
    return await call()
