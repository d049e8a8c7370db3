"""Texts, captions and quotes out of the parameters of a request, checked in the order in which Telegram checks them."""

from typing import Final

from bots.fakes.telegram_server import html_mode, markdown_mode
from bots.fakes.telegram_server.entities import Formatted, cut, given, settled, units, within
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import Json, Message, Quote

LONGEST: Final = 4096
"""Of a text, in UTF-16 units, without its markup."""
LONGEST_CAPTION: Final = 1024
_LARGEST: Final = 1 << 15
"""Of a text with its markup, in bytes."""
_QUOTABLE: Final = ("bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji")


def message_text(fields: Json, *, edit: bool = False) -> Formatted:
    """What `text` says. Raises Refusal."""
    if not fields.get("text"):
        raise bad("message text is empty")
    found = settled(_parsed(fields, "text"))
    if not found.text:
        raise bad("text must be non-empty")
    if units(found.text) > LONGEST:
        raise bad("MESSAGE_TOO_LONG" if edit else "message is too long")
    return found


def draft_text(fields: Json) -> Formatted:
    """The same; it may be empty, to show that something comes. Raises Refusal."""
    found = settled(_parsed(fields, "text"))
    if units(found.text) > LONGEST:
        raise bad("MESSAGE_TOO_LONG")
    return found


def caption(fields: Json) -> Formatted:
    """What `caption` says, if anything. Raises Refusal."""
    found = settled(_parsed(fields, "caption", "caption_entities"))
    if units(found.text) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    return found


def quoted(reply: Json, target: Message) -> Quote | None:
    """What `reply_parameters` quote of the message replied to: exactly what stands there. Raises Refusal."""
    if not reply.get("quote"):
        return None
    found = _parsed(reply, "quote", "quote_entities", "quote_parse_mode")
    length = units(found.text)
    places = _places(target.text, found.text)
    if not places or length > LONGEST_CAPTION:
        raise bad("QUOTE_TEXT_INVALID")
    wanted = reply.get("quote_position", 0)
    position = min(places, key=lambda place: abs(place - wanted))
    stands = within(Formatted(text=target.text, entities=target.entities), _QUOTABLE, position, length)
    asked = tuple(one for one in found.entities if one["type"] in _QUOTABLE)
    if list(map(_comparable, stands)) != list(map(_comparable, asked)):
        raise bad("QUOTE_TEXT_INVALID")
    return Quote(text=found.text, entities=stands, position=position)


def _parsed(fields: Json, name: str, entities: str = "entities", mode: str = "parse_mode") -> Formatted:
    text: str = fields.get(name, "")
    if len(text.encode()) > _LARGEST:
        raise bad("text is too long")
    parse_mode = fields.get(mode, "").lower()
    if not text or parse_mode in ("", "none"):
        return given(text, fields.get(entities, ()))
    if parse_mode == "html":
        return html_mode.parse(text)
    if parse_mode == "markdownv2":
        return markdown_mode.parse(text)
    if parse_mode == "markdown":
        raise NotEmulated("parse_mode Markdown, which Telegram keeps for old bots")
    raise bad("unsupported parse_mode")


def _places(text: str, part: str) -> list[int]:
    """Where it stands, in UTF-16 units."""
    length = units(part)
    return [at for at in range(units(text) - length + 1) if cut(text, at, length) == part]


def _comparable(one: Json) -> tuple[str, int, int]:
    return one["type"], one["offset"], one["length"]
