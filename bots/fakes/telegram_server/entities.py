"""Texts with entities: offsets in UTF-16 units, what Telegram finds by itself, and what it does to what it is given.

Telegram strips a text, forgets entities that are empty or lie outside of it, and adds those that it finds: mentions,
commands, hashtags, links, addresses. Nothing is found inside of code. Not emulated: phone and card numbers, cashtags,
links without a scheme, entities that cross each other, more than a hundred of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import Json

_FOUND: Final = {
    "bot_command": re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{3,31}\b"),
    "hashtag": re.compile(r"(?<![\w#])#(?=\w*[^\W\d_])\w{1,256}"),
    "url": re.compile(r"\bhttps?://[^\s<>\"']*[^\s<>\"'.,!?:;)]"),
    "email": re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
}
_GIVEN: Final = frozenset(
    ("bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention",
     "custom_emoji", "blockquote", "expandable_blockquote")
)  # fmt: skip
"""Kinds that a bot can set; those that Telegram finds are dropped where a bot gives them."""
_NEEDS: Final = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    text: str
    entities: tuple[Json, ...] = ()


def units(text: str) -> int:
    """How many UTF-16 code units it has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """A part of it, in UTF-16 units."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "surrogatepass")


def entity(kind: str, offset: int, length: int, **more: object) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


def given(text: str, entities: Sequence[Json]) -> Formatted:
    """What a bot says its entities are. Raises Refusal."""
    kept = []
    for one in entities:
        kind = one["type"]
        if kind in _FOUND:
            continue
        if kind not in _GIVEN:
            raise NotEmulated(f"entities of type {kind}")
        if _NEEDS.get(kind, "type") not in one:
            raise bad(f"can't parse MessageEntity: Can't find field \"{_NEEDS[kind]}\"")
        kept.append(one)
    return Formatted(text=text, entities=tuple(kept))


def settled(formatted: Formatted) -> Formatted:
    """As Telegram keeps it: stripped, entities in order, with those that it finds. Raises Refusal."""
    text = formatted.text.replace("\r", "")
    for one in formatted.entities:
        _whole(text, one)
    body = text.strip()
    lead = units(text[: len(text) - len(text.lstrip())])
    end = units(body)
    inside = [clipped for one in formatted.entities if (clipped := _clipped(one, lead, end))]
    found = [one for one in detected(body) if not any(_shields(other, one) for other in inside)]
    order = sorted([*inside, *found], key=lambda one: (one["offset"], -one["length"]))
    return Formatted(text=body, entities=tuple(order))


def detected(text: str) -> list[Json]:
    """What Telegram finds in a text by itself."""
    taken: list[range] = []
    found = []
    for kind in ("url", "email", "bot_command", "mention", "hashtag"):
        for match in _FOUND[kind].finditer(text):
            if not any(match.start() in span for span in taken):
                taken.append(range(match.start(), match.end()))
                found.append(entity(kind, units(text[: match.start()]), units(match.group())))
    return sorted(found, key=lambda one: one["offset"])


def within(formatted: Formatted, kinds: Iterable[str], offset: int, length: int) -> tuple[Json, ...]:
    """Entities of those kinds in a part of the text, with offsets from its beginning."""
    parts = (_clipped(one, offset, length) for one in formatted.entities if one["type"] in kinds)
    return tuple(part for part in parts if part)


def _whole(text: str, one: Json) -> None:
    """Raises Refusal where it cuts a character in half."""
    offset, length = one["offset"], one["length"]
    if offset < 0 or length < 0:
        raise bad(f"receive an entity with incorrect {'offset' if offset < 0 else 'length'} {min(offset, length)}")
    for place, where in ((offset, "begins"), (offset + length, f"beginning at UTF-16 offset {offset} ends")):
        before = cut(text, 0, place)
        if before and "\ud800" <= before[-1] <= "\udbff":
            at = len(before[:-1].encode())
            raise bad(f"entity {where} in a middle of a UTF-16 symbol at byte offset {at}")


def _clipped(one: Json, lead: int, end: int) -> Json | None:
    """What is left of it between `lead` and `lead + end`."""
    begin = max(one["offset"] - lead, 0)
    length = min(one["offset"] + one["length"] - lead, end) - begin
    return {**one, "offset": begin, "length": length} if length > 0 else None


def _shields(other: Json, found: Json) -> bool:
    """Whether nothing is looked for there."""
    if other["type"] not in ("code", "pre", "text_link", "text_mention"):
        return False
    return bool(
        found["offset"] < other["offset"] + other["length"] and other["offset"] < found["offset"] + found["length"]
    )
