"""`parse_mode` MarkdownV2, as strict as Telegram's own parser: what is reserved has to be escaped, what is begun ended.

Not emulated: the old Markdown, custom emoji, quotes that can be expanded.
"""

from dataclasses import dataclass
from typing import Final

from bots.fakes.telegram_server.entities import Formatted, entity, units
from bots.fakes.telegram_server.html_mode import is_url, link
from bots.fakes.telegram_server.refusals import NotEmulated, Refusal, bad
from bots.fakes.telegram_server.world import Json

_RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!")
_MARKS: Final = {
    "```": "pre", "__": "underline", "||": "spoiler", "_": "italic", "*": "bold", "~": "strikethrough", "`": "code",
    "[": "text_link",
}  # fmt: skip
"""Longer ones first."""
_NAMES: Final = {
    "pre": "Pre", "underline": "Underline", "spoiler": "Spoiler", "italic": "Italic", "bold": "Bold",
    "strikethrough": "Strikethrough", "code": "Code", "text_link": "TextUrl", "blockquote": "BlockQuote",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    kind: str
    mark: str
    at: int
    """In characters of the source."""
    offset: int
    """In UTF-16 units of the result."""
    begin: int
    """In characters of the result."""
    language: str = ""


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out = ""
        self._open: list[_Open] = []
        self._found: list[Json] = []

    def parsed(self) -> Formatted:
        while self._at < len(self._source):
            self._step()
        quote = self._quote
        if quote is not None and self._open[-1] is quote:
            self._add(self._open.pop())
        if self._open:
            raise self._unended(self._open[-1])
        return Formatted(text=self._out, entities=tuple(self._found))

    @property
    def _quote(self) -> _Open | None:
        return next((one for one in self._open if one.kind == "blockquote"), None)

    def _step(self) -> None:
        source, at = self._source, self._at
        character = source[at]
        inner = self._open[-1] if self._open else None
        if character == "\\" and at + 1 < len(source) and 0 < ord(source[at + 1]) < 127:
            self._take(source[at + 1], 2)
        elif inner is not None and inner.kind in ("code", "pre"):
            self._in_code(inner)
        elif character == "\n" and self._quote is not None:
            self._line()
        elif character == ">" and self._out[-1:] in ("", "\n", "\r") and self._quote is None:
            self._begin("blockquote", ">")
        elif character not in _RESERVED:
            self._take(character, 1)
        elif inner is not None and self._ends(inner):
            self._end(inner)
        else:
            self._open_mark()

    def _in_code(self, inner: _Open) -> None:
        """Nothing but its end has a meaning, and a lone mark in a block."""
        if self._source.startswith(inner.mark, self._at):
            self._end(inner)
        elif self._source[self._at] == "`":
            self._begin("code", "`")
        else:
            self._take(self._source[self._at], 1)

    def _take(self, text: str, length: int) -> None:
        self._out += text
        self._at += length

    def _ends(self, inner: _Open) -> bool:
        at = self._at
        if inner.kind == "text_link":
            return self._source[at] == "]"
        if inner.kind == "italic" and self._source.startswith("__", at):
            return False
        return inner.mark != ">" and self._source.startswith(inner.mark, at)

    def _open_mark(self) -> None:
        if self._source.startswith("![", self._at):
            raise NotEmulated("custom emoji in MarkdownV2")
        for mark, kind in _MARKS.items():
            if self._source.startswith(mark, self._at):
                return self._begin(kind, mark)
        raise _wrong(f"Character '{self._source[self._at]}' is reserved and must be escaped with the preceding '\\'")

    def _begin(self, kind: str, mark: str) -> None:
        at, self._at = self._at, self._at + len(mark)
        language = self._language() if kind == "pre" else ""
        self._open.append(
            _Open(kind=kind, mark=mark, at=at, offset=units(self._out), begin=len(self._out), language=language)
        )

    def _language(self) -> str:
        """Of the code that begins, and past the end of its line."""
        source, end = self._source, self._at
        while end < len(source) and source[end] != "`" and not source[end].isspace():
            end += 1
        language = source[self._at : end]
        if end == self._at or end == len(source) or source[end] == "`":
            language, end = "", self._at
        first = source[end : end + 1]
        if first in ("\n", "\r") and first:
            second = source[end + 1 : end + 2]
            end += 2 if second in ("\n", "\r") and second and second != first else 1
        self._at = end
        return language

    def _line(self) -> None:
        """A line ends in a quote: the next is quoted too, or the quote ends."""
        self._take("\n", 1)
        if self._source.startswith(">", self._at):
            self._at += 1
            return
        if self._open[-1].kind != "blockquote":
            raise self._unended(self._open[-1])
        self._add(self._open.pop())

    def _end(self, inner: _Open) -> None:
        self._open.pop()
        if inner.kind != "text_link":
            self._at += len(inner.mark)
            return self._add(inner)
        self._at += 1
        url = self._url() if self._source.startswith("(", self._at) else self._out[inner.begin :]
        length = units(self._out) - inner.offset
        if length and is_url(url):
            self._found.append(link(url, inner.offset, length))
        return None

    def _url(self) -> str:
        self._at += 1
        begin = self._at
        url = ""
        while self._at < len(self._source) and self._source[self._at] != ")":
            if self._source[self._at] == "\\" and self._at + 1 < len(self._source):
                self._at += 1
            url += self._source[self._at]
            self._at += 1
        if self._at >= len(self._source):
            raise _wrong(f"Can't find end of a URL {self._bytes(begin)}")
        self._at += 1
        return url

    def _add(self, inner: _Open) -> None:
        length = units(self._out) - inner.offset
        if length:
            more = {"language": inner.language} if inner.language else {}
            self._found.append(entity(inner.kind, inner.offset, length, **more))

    def _bytes(self, at: int) -> str:
        return f"at byte offset {len(self._source[:at].encode())}"

    def _unended(self, inner: _Open) -> Refusal:
        name = "PreCode" if inner.language else _NAMES[inner.kind]
        return _wrong(f"Can't find end of {name} entity {self._bytes(inner.at)}")


def parse(source: str) -> Formatted:
    """Raises Refusal."""
    return _Parser(source).parsed()


def _wrong(what: str) -> Refusal:
    return bad(f"can't parse entities: {what}")
