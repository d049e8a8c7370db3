"""Text as the rules read it, with the way back to the text as it was written."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moderation.records import Span

_UNUSUAL: Final = re.compile(
    "[\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u1100-\u11ff]"
)
"""What changes the length when it is folded: invisible characters go, conjoining jamo are composed."""

_LOOKALIKES: Final = {
    "'": "\u2018\u2019\u02bc\uff07\u00b4`",
    '"': "\u201c\u201d\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "*": "\u2217\uff0a",
    "\ufffd": "",
}


def _table() -> dict[int, str]:
    table = {ord(source): target for target, sources in _LOOKALIKES.items() for source in sources}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in table}
    return table | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


_TABLE: Final = _table()


@dataclass(frozen=True, slots=True)
class Folded:
    """Text with typographic variants made plain: quotes, dashes, wide letters; invisible characters are gone.

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
    if not text.isascii() and _UNUSUAL.search(plain):
        plain, starts = _composed(plain)
    return Folded(plain, plain.encode("utf-8"), starts)


def _composed(text: str) -> tuple[str, list[int]]:
    """Without invisible characters, conjoining jamo as syllables; and where each character came from."""
    out: list[str] = []
    starts: list[int] = []
    for index, character in enumerate(text):
        if "\u1100" <= character <= "\u11ff" and out:
            joined = unicodedata.normalize("NFC", out[-1] + character)
            if len(joined) == 1:
                out[-1] = joined
                continue
        if not _UNUSUAL.match(character) or "\u1100" <= character <= "\u1112":
            out.append(character)
            starts.append(index)
    starts.append(len(text))
    return "".join(out), starts
