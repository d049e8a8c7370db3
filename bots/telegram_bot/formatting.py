"""What a persona says -> Telegram's HTML. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from bots.harmless import calling_nobody
from bots.telegram_bot.cards import escape

_FENCE: Final = re.compile(r"```(?:[\w+#.-]{0,32}\n)?(.*?)(?:```|\Z)", re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_BOLD: Final = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_ITALIC: Final = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\*)")


def html_of(text: str) -> str:
    """`text` with its markdown as tags: **bold**, *what somebody does*, `code` and blocks of it. All else is as it is,
    but that it calls nobody; in code Telegram looks for no names. With its tags read it is no longer than
    `calling_nobody(text)`."""
    return "".join(_parts(text))


def bold(line: str) -> str:
    """`line` in bold, as the first of several; "" for none."""
    return f"<b>{escape(line)}</b>\n" if line else ""


def _parts(text: str) -> Iterator[str]:
    at = 0
    for found in _FENCE.finditer(text):
        yield _prose(text[at : found.start()])
        yield f"<pre>{escape(found[1])}</pre>" if found[1].strip() else escape(found[0])
        at = found.end()
    yield _prose(text[at:])


def _prose(text: str) -> str:
    at, parts = 0, []
    for found in _CODE.finditer(text):
        parts += [_styled(text[at : found.start()]), f"<code>{escape(found[1])}</code>"]
        at = found.end()
    return "".join((*parts, _styled(text[at:])))


def _styled(text: str) -> str:
    return _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", escape(calling_nobody(text))))
