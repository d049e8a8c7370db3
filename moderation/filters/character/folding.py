"""Text as the rules read it, with the way back to the text as it was written."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moderation.normalise import fold_character
from moderation.records import Span

_LOOKALIKES: Final = {
    "'": "\u2018\u2019\u02bc\uff07\u00b4`",
    '"': "\u201c\u201d\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2800",
    "*": "\u2217\uff0a",
    ":": "\u2236\ua789\ufe55\ufe13",
}


def _table() -> dict[int, str]:
    table = {ord(source): target for target, sources in _LOOKALIKES.items() for source in sources}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in table}
    return table | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


_TABLE: Final = _table()
_UNUSUAL: Final = re.compile(
    "[ \t]{2,}|[^\n\r -~\u00b7\u2026\u3001-\u303f\u3041-\u3096\u30a1-\u30ff\u3131-\u3163\u3400-\u9fff"
    "\uac00-\ud7a3\ufffd]"
)
"""What is looked at one by one: runs of blanks, invisible characters, conjoining jamo, letters of other alphabets."""

_BARE: Final = re.compile(
    r"(?i)(?<![\w'-])(?:i(?=m\b|ve\b|ll (?:be|break|cry|die|disappear|do|fade|fall|just|never|perish|wait)\b)"
    r"|(?:you|they)(?=re\b|ve\b|ll\b)|(?:ai|are|ca|could|did|do|does|had|has|have|is|should|was|were|would)n(?=t\b)"
    r"|won(?=t\b(?! to\b)))"
)
"""Behind what an apostrophe is left out: "Im", "dont"; "ill" and "wont" where they are no words of their own."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Text with typographic variants made plain: quotes, dashes, styled letters and look-alikes of Latin ones; runs of
    blanks are one space, invisible characters are gone. Case is kept where the letter was plain.

    Holds no lone surrogates, so it can always be encoded.
    """

    text: str
    data: bytes
    """`text` in UTF-8: what the patterns run over."""
    starts: Sequence[int] | None
    """Where each character of `text` begins in the original, and its end; None where nothing moved."""

    def span(self, start: int, end: int) -> Span:
        """The original's range for a range of `text`."""
        if self.starts is None:
            return Span(start, end)
        return Span(self.starts[start], max(self.starts[start], self.starts[end]))


def fold(text: str) -> Folded:
    """`text` as the rules read it. Linear."""
    plain = text if text.isascii() else text.translate(_TABLE)
    starts: list[int] | None = None
    if _UNUSUAL.search(plain):
        plain, starts = _composed(plain)
    return Folded(plain, plain.encode("utf-8"), starts)


def with_apostrophes(folded: Folded) -> Folded:
    """`folded` with the apostrophes that people leave out ("Im", "dont"): rules then need one spelling. Linear."""
    places = [match.end() for match in _BARE.finditer(folded.text)]
    if not places:
        return folded
    starts = range(len(folded.text) + 1) if folded.starts is None else folded.starts
    parts: list[str] = []
    came: list[int] = []
    last = 0
    for place in places:
        parts += (folded.text[last:place], "'")
        came += starts[last : place + 1]  # the apostrophe stands where the letter behind it does
        last = place
    parts.append(folded.text[last:])
    came += starts[last:]
    text = "".join(parts)
    return Folded(text, text.encode("utf-8"), came)


def readable_tail(text: str, size: int) -> str:
    """The end of `text` with at least `size` characters that are read, whatever is hidden between them.

    A tail of fixed length could be filled with what nobody sees. Linear in what is returned.
    """
    length = size
    while length < len(text) and len(fold(text[-length:]).text) < size:
        length *= 2
    return text[-length:]


def _composed(text: str) -> tuple[str, list[int]]:
    """Each unusual character as it is read, conjoining jamo as syllables; and where each character came from."""
    out: list[str] = []
    starts: list[int] = []
    last = 0
    for match in _UNUSUAL.finditer(text):
        first, end = match.span()
        _append(out, starts, text[last:first], range(last, first))
        last = end
        character = match.group()
        if "\u1100" <= character <= "\u11ff" and out:
            joined = unicodedata.normalize("NFC", out[-1][-1] + character)
            if len(joined) == 1:
                out[-1] = out[-1][:-1] + joined
                continue
        read = _read(character)
        _append(out, starts, read, [first] * len(read))
    _append(out, starts, text[last:], range(last, len(text)))
    starts.append(len(text))
    return "".join(out), starts


def _append(out: list[str], starts: list[int], read: str, places: Sequence[int]) -> None:
    """`read` behind what was read before, without a second space where something invisible stood between two."""
    doubled = read.startswith(" ") and bool(out) and out[-1].endswith(" ")
    if len(read) > doubled:
        out.append(read[doubled:])
        starts.extend(places[doubled:])


def _read(unusual: str) -> str:
    """What one match of `_UNUSUAL` is read as; signs that are no letters stay as they are."""
    if unusual.isspace():
        return "\n" if unusual in "\x0b\x0c\x85\u2028\u2029" else " "
    if "\u1100" <= unusual <= "\u1112":
        return unusual  # the beginning of a syllable that the next ones complete
    kind = unicodedata.category(unusual)
    if kind.startswith(("L", "N", "C")) or kind in ("Mn", "Me", "So"):
        return fold_character(unusual)
    return unusual
