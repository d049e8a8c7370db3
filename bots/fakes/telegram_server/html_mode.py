"""`parse_mode` HTML, as strict as Telegram's own parser: the first thing wrong is named, with its offset in bytes.

Not emulated: `<tg-time>`, nor that code swallows what else is inside of it.
"""

import re
from dataclasses import dataclass
from typing import Final

from bots.fakes.telegram_server.entities import Formatted, entity, units
from bots.fakes.telegram_server.refusals import NotEmulated, Refusal, bad
from bots.fakes.telegram_server.world import Json

_KINDS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "tg-emoji": "custom_emoji", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote",
}  # fmt: skip
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE: Final = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|(lt|gt|amp|quot));?")
_URL: Final = re.compile(r"(?:(?:https?|tg|ton)://|tg:|[\w-]+(?:\.[\w-]+)+)[^\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    tag: str
    argument: str
    offset: int
    """In UTF-16 units of the result."""
    begin: int
    """In characters of the result."""


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out = ""
        self._open: list[_Open] = []
        self._found: list[Json] = []

    def parsed(self) -> Formatted:
        while self._at < len(self._source):
            if self._source[self._at] == "<":
                closing = self._source.startswith("</", self._at)
                self._end() if closing else self._start()
            else:
                text, self._at = _character(self._source, self._at)
                self._out += text
        if self._open:
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        if any("\ud800" <= character <= "\udfff" for character in self._out):
            raise _wrong(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return Formatted(text=self._out, entities=_merged(self._found))

    def _bytes(self, at: int) -> str:
        return f"at byte offset {len(self._source[:at].encode())}"

    def _until(self, begin: int, stop: str) -> int:
        """Where one of the characters of `stop`, white space or the end comes first."""
        at = begin
        while at < len(self._source) and self._source[at] not in stop and not self._source[at].isspace():
            at += 1
        return at

    def _spaces(self, at: int) -> int:
        while at < len(self._source) and self._source[at].isspace():
            at += 1
        return at

    def _peek(self, at: int) -> str:
        return self._source[at : at + 1]

    def _start(self) -> None:
        begin = self._at
        at = self._until(begin + 1, ">")
        if at == len(self._source):
            raise _wrong(f"Unclosed start tag {self._bytes(begin)}")
        tag = self._source[begin + 1 : at].lower()
        if tag == "tg-time":
            raise NotEmulated("<tg-time>")
        if tag not in _KINDS:
            raise _wrong(f'Unsupported start tag "{tag}" {self._bytes(begin)}')
        attributes: dict[str, str] = {}
        while self._peek(at := self._spaces(at)) != ">":
            at = self._attribute(tag, begin, at, attributes)
        argument = _argument(tag, attributes)
        if tag == "span" and argument != "tg-spoiler":
            raise _wrong(f'Tag "span" must have class "tg-spoiler" {self._bytes(begin)}')
        self._open.append(_Open(tag=tag, argument=argument, offset=units(self._out), begin=len(self._out)))
        self._at = at + 1

    def _attribute(self, tag: str, begin: int, at: int, attributes: dict[str, str]) -> int:
        """Read one into `attributes`; where it ends."""
        ends = self._until(at, "=>")
        name = self._source[at:ends].lower()
        if not self._peek(at):
            raise _wrong(f'Unclosed start tag "{tag}" {self._bytes(begin)}')
        if not name:
            raise _wrong(f'Empty attribute name in the tag "{tag}" {self._bytes(begin)}')
        after = self._spaces(ends)
        if self._peek(after) != "=":
            attributes.setdefault(name, "")
            return after
        at = self._spaces(after + 1)
        mark = self._peek(at)
        if not mark:
            raise _wrong(f'Unclosed start tag "{tag}" {self._bytes(begin)}')
        value = ""
        if mark in "\"'":
            at += 1
            while self._peek(at) not in ("", mark):
                text, at = _character(self._source, at)
                value += text
            if not self._peek(at):
                raise _wrong(f"Unclosed start tag {self._bytes(begin)}")
            at += 1
        else:
            token = at
            while re.fullmatch(r"[A-Za-z0-9.-]", self._peek(at)):
                at += 1
            value = self._source[token:at].lower()
            if self._peek(at) != ">" and not self._peek(at).isspace():
                raise _wrong(f"Unexpected end of name token {self._bytes(token)}")
        attributes.setdefault(name, value)
        return at

    def _end(self) -> None:
        begin = self._at
        if not self._open:
            raise _wrong(f"Unexpected end tag {self._bytes(begin)}")
        at = self._until(begin + 2, ">")
        name = self._source[begin + 2 : at].lower()
        at = self._spaces(at)
        if self._peek(at) != ">":
            raise _wrong(f"Unclosed end tag {self._bytes(begin)}")
        opened = self._open.pop()
        if name not in ("", opened.tag):
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            raise _wrong(f"Unmatched end tag {self._bytes(begin)}, {expected}")
        self._at = at + 1
        length = units(self._out) - opened.offset
        if length:
            self._close(opened, length)

    def _close(self, opened: _Open, length: int) -> None:
        kind, argument = _KINDS[opened.tag], opened.argument
        if kind == "text_link":
            url = argument or self._out[opened.begin :]
            if not is_url(url):
                return
            one = link(url, opened.offset, length)
        elif kind == "custom_emoji":
            one = entity(kind, opened.offset, length, custom_emoji_id=argument)
        elif opened.tag == "code" and argument:
            one = entity(kind, opened.offset, length, language=argument)
        else:
            expandable = opened.tag == "blockquote" and argument
            one = entity("expandable_blockquote" if expandable else kind, opened.offset, length)
        self._found.append(one)


def parse(source: str) -> Formatted:
    """Raises Refusal."""
    return _Parser(source).parsed()


def is_url(text: str) -> bool:
    """Whether there can be a link to it; another is no entity."""
    return _URL.fullmatch(text) is not None


def link(url: str, offset: int, length: int) -> Json:
    """A text with an address behind it; `tg://user?id=…` mentions a person. Not emulated: whether there is one."""
    person = re.fullmatch(r"tg:(?://)?user\?id=(\d+)", url, re.IGNORECASE)
    if person:
        raise NotEmulated("mentions by tg://user")
    bare = url if re.match(r"[a-z]+:", url, re.IGNORECASE) else f"http://{url}"
    whole = re.sub(r"^([a-z]+://[^/?#]+)(?=[?#]|$)", r"\1/", bare, flags=re.IGNORECASE)
    return entity("text_link", offset, length, url=whole)


def _argument(tag: str, attributes: dict[str, str]) -> str:
    match tag:
        case "a":
            return attributes.get("href", "")
        case "code":
            language = attributes.get("class", "")
            return language.removeprefix("language-") if language.startswith("language-") else ""
        case "span":
            return attributes.get("class", "")
        case "tg-emoji":
            return attributes.get("emoji-id", "")
        case "blockquote":
            return "expandable" if "expandable" in attributes else ""
        case _:
            return ""


def _character(source: str, at: int) -> tuple[str, int]:
    """The one there, decoded, and where the next begins."""
    reference = _REFERENCE.match(source, at) if source[at] == "&" else None
    if reference is None:
        return source[at], at + 1
    decimal, hexadecimal, name = reference.groups()
    if name:
        return _NAMED[name], reference.end()
    number = int(decimal) if decimal else int(hexadecimal, 16)
    if not 0 < number < 0x110000:
        return source[at], at + 1
    return chr(number), reference.end()


def _merged(found: list[Json]) -> tuple[Json, ...]:
    """`<pre><code class="language-x">` is one entity; a language without `<pre>` around it is none."""
    kept = []
    for one in found:
        same = [other for other in found if _span(other) == _span(one)]
        language = next((other["language"] for other in same if "language" in other), None)
        block = any(other["type"] == "pre" for other in same)
        if one["type"] not in ("code", "pre"):
            kept.append(one)
        elif language is None or not block:
            kept.append(entity(one["type"], one["offset"], one["length"]))
        elif one["type"] == "pre":
            kept.append({**one, "language": language})
    return tuple(kept)


def _span(one: Json) -> tuple[int, int]:
    return one["offset"], one["length"]


def _wrong(what: str) -> Refusal:
    return bad(f"can't parse entities: {what}")
