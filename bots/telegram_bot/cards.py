"""Cards -> Telegram's HTML: as many messages as a card needs, nothing of it cut off.

A message has room for so much text *after* its tags were read, and for so many things that are formatted: what is
beyond that, Telegram shows without its formatting, a mask too. Lines are laid out one after the other, each in tags of
its own, so that no tag ever goes on in the next message.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardMarkup

from bots.cards import Card, Row, Tone
from bots.harmless import calling_nobody
from bots.pieces import cut, units
from bots.telegram_bot.keyboards import desk, imports
from moderation.words import catalogue

ROOM: Final = 4_096
"""UTF-16 units of text that Telegram takes in one message, tags not counted."""
_MARKS: Final = 90
"""Formatted parts of one message; Telegram keeps a hundred, some of which it finds by itself."""
_WORTH: Final = 200
"""UTF-16 units: with less room left, a text that has to be cut begins in the next message."""
_SHORT: Final = 34
"""UTF-16 units that stand in one line of a phone."""
_PERSON: Final = re.compile(r"\b(?:telegram:user|hidden:telegram:server):(-?\d+)\b")
"""A key of ours, which is shown as a name that can be pressed, or as that of nobody in particular."""
_LONE: Final = re.compile("[\ud800-\udfff]")
_SIGNS: Final = {Tone.PLAIN: "", Tone.GOOD: "✅ ", Tone.BAD: "⚠️ "}
_NOTHING: Final = "·"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One message of a card."""

    text: str
    """HTML, at most `ROOM` UTF-16 units once its tags are read."""
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """Some text in one style. What is `whole` is not cut: a name in a link."""

    text: str
    opening: str = ""
    closing: str = ""
    whole: bool = False


def escape(text: str) -> str:
    """`text` as HTML that shows it as it is."""
    return html.escape(_LONE.sub("\ufffd", text), quote=True)


def sheets(
    card: Card,
    language: str,
    *,
    keyboard: InlineKeyboardMarkup | None = None,
    server: str = "",
    names: Mapping[str, str] | None = None,
) -> tuple[Sheet, ...]:
    """The card as one sheet a message; under the last one `keyboard`, or, where the card is about a case or a persona
    that waits, the buttons of that.

    `server` is the key of the community whose case it is, for a desk that stands elsewhere; `names` are those of the
    persons whom the card may name, by key: anybody else is "somebody".
    """
    pages = _Pages()
    for line in _lines(card, _Names(names or {}, language)):
        pages.line(line)
    texts = pages.all()
    if keyboard is None and card.exchange and card.acts:
        keyboard = desk(card.exchange, card.acts, language, turn=card.turn, server=server)
    if keyboard is None and card.pending and card.acts:
        keyboard = imports(card.pending, card.acts, language, server=server)
    return tuple(
        Sheet(text=text, keyboard=keyboard if number == len(texts) else None)
        for number, text in enumerate(texts, start=1)
    )


def named(text: str, names: Mapping[str, str], language: str) -> str:
    """`text` with names in place of keys, for where nothing is formatted."""
    return "".join(part.text for part in _Names(names, language).parts(text))


@dataclass(frozen=True, slots=True)
class _Names:
    known: Mapping[str, str]
    language: str

    def parts(self, text: str, opening: str = "", closing: str = "") -> Iterator[_Part]:
        """`text` in one style, its keys as names."""
        at = 0
        for found in _PERSON.finditer(text):
            yield _Part(_plain(text[at : found.start()]), opening, closing)
            nobody = "telegram.hidden" if found[0].startswith("hidden:") else "telegram.somebody"
            name = self.known.get(found[0], "").strip() or catalogue("bots").say(nobody, self.language)
            # A number below zero is of a group or a channel behind which somebody hides.
            link, end = ("", "") if found[1].startswith("-") else (f'<a href="tg://user?id={found[1]}">', "</a>")
            yield _Part(_plain(name), opening + link, end + closing, whole=True)
            at = found.end()
        yield _Part(_plain(text[at:]), opening, closing)


def _plain(text: str) -> str:
    """`text` as it is, but that it calls nobody."""
    return calling_nobody(_LONE.sub("\ufffd", text))


def _lines(card: Card, names: _Names) -> Iterator[list[_Part]]:
    yield list(names.parts(_SIGNS[card.tone] + card.title, "<b>", "</b>"))
    for row in card.rows:
        yield from _row(row, names)
    if card.hint:
        yield list(names.parts(card.hint, "<i>", "</i>"))


def _row(row: Row, names: _Names) -> Iterator[list[_Part]]:
    """A short row in one line, a longer one with its label above."""
    label = list(names.parts(row.label.strip(), "<b>", "</b>")) if row.label.strip() else []
    tags = ("<tg-spoiler>", "</tg-spoiler>") if row.secret else ("", "")
    text = list(names.parts(row.text, *tags))
    if label and (units(row.label) + units(row.text) > _SHORT or "\n" in row.text):
        yield label
        yield text
    else:
        yield [*label, *([_Part("  ")] if label else []), *text]


class _Pages:
    """Messages that are filled, line by line."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._begin()

    def _begin(self) -> None:
        self._html: list[str] = []
        self._used = 0
        self._marks = 0

    def line(self, parts: list[_Part]) -> None:
        """Add a line: on this page where it fits, on the next where it fits there, else in pieces."""
        length = sum(units(part.text) for part in parts)
        marks = sum(bool(part.opening) for part in parts)
        if self._html and (self._used + 1 + length > ROOM or self._marks + marks > _MARKS) and length <= ROOM:
            self._turn()
        if self._html:
            self._put(_Part("\n"))
        for part in parts:
            self._add(part)

    def all(self) -> list[str]:
        """The pages; at least one, as an answer is always something to see."""
        self._turn()
        return self._done or [_NOTHING]

    def _add(self, part: _Part) -> None:
        if not part.text:
            return
        if self._marks + bool(part.opening) > _MARKS:
            self._turn()
        if self._used + units(part.text) <= ROOM:
            self._put(part)
            return
        left = ROOM - self._used
        if part.whole or left < _WORTH:
            self._turn()
            left = ROOM
        for number, piece in enumerate(cut(part.text, ROOM, first=left)):
            if number:
                self._turn()
            self._put(_Part(piece, part.opening, part.closing))

    def _put(self, part: _Part) -> None:
        self._html.append(f"{part.opening}{escape(part.text)}{part.closing}" if part.text else "")
        self._used += units(part.text)
        self._marks += bool(part.opening)

    def _turn(self) -> None:
        """Begin another page, unless there is nothing to see on this one."""
        text = "".join(self._html)
        if cut(html.unescape(re.sub(r"<[^>]*>", "", text)), ROOM):
            self._done.append(text.strip("\n"))
        self._begin()
