"""What somebody says, without how it is set: marks of emphasis, runs of blanks, laughter before it, stops behind it.

Chats draw `**bold**`, `_italics_`, `||hidden||` and headlines; whoever reads them reads the same words. `*walks in*` is
something else, an action in a scene: it keeps its stars wherever it matters who speaks.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from moderation.normalise.text import FoldedText

SAID_VERSION: Final = 1
"""Raised when the rules here change: it is part of the version of every filter that asks."""

_BOLD: Final = re.compile(r"(?<![^\W_])(?<!\*)(\*{2,3})(?![*\s])(?:[^*]|\*(?!\*)){1,600}?(?<!\s)(\1)(?![A-Za-z0-9*])")
_PAIRS: Final = (
    _BOLD,
    re.compile(r"(?<!\w)(_{1,3})(?![_\s])(?:[^_]|(?<=[^\W_])_+(?=[^\W_])){1,600}?(?<!\s)(\1)(?![A-Za-z0-9_])"),
    re.compile(r"(?<![^\W_])(~~)(?![~\s])[^~]{1,600}?(?<!\s)(~~)(?![A-Za-z0-9~])"),
    re.compile(r"(?<![^\W_])(\|\|)(?![|\s])[^|]{1,600}?(?<!\s)(\|\|)(?![A-Za-z0-9|])"),
)
"""What emphasises, from mark to mark. Where it begins no word ends, and where it ends none goes on: f**k and snake_case
emphasise nothing. No pattern reads beyond the next mark of its kind, so that all of them are linear."""
_CODE: Final = re.compile(r"(?<![^\W_])(?<!`)(`{1,3})(?!`)[^`]{1,600}?(\1)(?![A-Za-z0-9`])")
_STARRED: Final = re.compile(r"(?<![^\W_])(?<!\*)(\*)(?![*\s])([^*\n]{1,600}?)(?<!\s)(\*)(?![A-Za-z0-9*])")
_LINE_MARK: Final = re.compile(r"^[ \t]*((?:(?:#{1,3}|-#|>{1,3})[ \t]+)+)(?=\S)", re.MULTILINE)
_ANY_MARK: Final = re.compile(r"[*_|`#>]|~~")

_ASKED: Final = re.compile(
    r"[?\uff1f][\s!.~\u2026ㅋㅎㅠㅜ]*$|^(?:(?:너|넌|너는|너도|네가|니가|당신[은도이]?|님[은이도]?|그쪽[은이]?)[ ,]"
    r"|(?:you|u|ur|you're|are|r)\b)",
    re.IGNORECASE,
)
"""A message in stars that asks somebody something is spoken: an action tells of who acts."""
_DONE: Final = re.compile(r"^[a-z]{3,}(?:s|ing)\b|(?:다|며|면서|고|는다|듯|게|서)$", re.IGNORECASE)
_NEAR: Final = 100
"""Blanks around a message in stars, at most."""
_FEW: Final = 3
"""Words of an emphasis within a sentence, at most."""
_GOES_ON: Final = re.compile(r"[ \t]?[^\W_]|[?.,!]")

_BLANKS: Final = re.compile("[ \t\n]{2,}|[\t\n]")
_PICTURE: Final = "\u2190-\u2bff\U0001f000-\U0001f915\U0001f917-\U0001faff"
"""Without 🤖, which asks something by itself."""
_BEFORE: Final = re.compile(
    rf"\s*+(?:(?:(?:a?(?:ha){{2,9}}h?|(?:he){{2,9}}h?|lo{{1,9}}l|lma+o|rofl)(?![a-z])|[ㅋㅎㅠㅜ]++"
    rf"|[{_PICTURE}][{_PICTURE}\ufe0f\u200d]*+)[\s,.!~]*+)*+(?=\S)",
    re.IGNORECASE,
)
"""Laughter, tears, pictures and blanks before the first word."""
_STOPS: Final = ".!~\u2026 \t\n\r"
_HESITANT: Final = re.compile(r"(?<![.\u2026])[.\u2026]+(?=\?)")

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    f"\U000e0000-\U000e007f]|(?<![{_PICTURE}\U0001f916\ufe0f])\u200d"
)
"""What no screen shows. A joiner behind a picture joins it to the next: it is part of one."""
_COMPOSED: Final = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a\u1160-\u11ff]{1,16}", re.DOTALL)


def rewritten(folded: FoldedText, places: Iterable[tuple[int, int, str]]) -> FoldedText:
    """With each of `places` (from, to, what stands there instead; in order, without overlaps) replaced; itself where
    there is none."""
    text = folded.text
    before, after = folded.starts or range(len(text)), folded.ends or range(1, len(text) + 1)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for start, end, instead in places:
        parts += (text[last:start], instead)
        starts += (*before[last:start], *[before[start]] * len(instead))
        ends += (*after[last:start], *[after[end - 1]] * len(instead))
        last = end
    if not last:
        return folded
    parts.append(text[last:])
    starts += before[last:]
    ends += after[last:]
    return FoldedText("".join(parts), starts, ends)


def evened(folded: FoldedText) -> FoldedText:
    """With one space for every run of blanks and every single line break; an empty line stays one."""
    return rewritten(
        folded,
        (
            (match.start(), match.end(), "\n\n" if match[0].count("\n") > 1 else " ")
            for match in _BLANKS.finditer(folded.text)
            if match[0] != "\n\n"
        ),
    )


def unmarked(folded: FoldedText, *, trained: bool = False) -> FoldedText:
    """Without the marks of emphasis and at the beginnings of lines; those of an *action* stay. Linear in the length.

    For what is `trained` an action that is all of the text is as good as italics, and backticks stay: it has learned
    them as quotation marks."""
    text = folded.text
    if not _ANY_MARK.search(text):
        return folded
    marks = {match.span(1) for match in _LINE_MARK.finditer(text)}
    for pair in _PAIRS if trained else (*_PAIRS, _CODE):
        for match in pair.finditer(text):
            marks |= {match.span(1), match.span(2)}
    for match in _STARRED.finditer(text):
        if _emphasised(text, match, whole=trained):
            marks |= {match.span(1), match.span(3)}
    return rewritten(folded, ((start, end, "") for start, end in sorted(marks)))


def said(folded: FoldedText) -> FoldedText:
    """The words alone: without marks of emphasis, with single blanks (an empty line stays one), without laughter and
    pictures before them and repeated stops behind them; itself where it is nothing else. Linear in the length."""
    plain = evened(unmarked(folded))
    text = plain.text
    before, last = _BEFORE.match(text), len(text.rstrip(_STOPS))
    first = before.end() if before else 0
    places = [(0, first, "")] if first else []
    places += [(*match.span(), "") for match in _HESITANT.finditer(text, first)]
    if first < last < len(text) and (len(text) > last + 1 or text[last].isspace()):
        places.append((last, len(text), ""))
    return rewritten(plain, places)


def shown(text: str) -> FoldedText:
    """`text` as a screen shows its letters: composed, without invisible characters and marks of emphasis, case and
    signs as they are. Linear in the length."""
    plain = FoldedText(text)
    if text.isascii():
        return unmarked(plain, trained=True)
    plain = rewritten(plain, ((match.start(), match.end(), "") for match in _INVISIBLE.finditer(text)))
    if not unicodedata.is_normalized("NFC", plain.text):
        composed = (
            (match.start(), match.end(), unicodedata.normalize("NFC", match[0]))
            for match in _COMPOSED.finditer(plain.text)
        )
        plain = rewritten(plain, [place for place in composed if len(place[2]) < place[1] - place[0]])
    return unmarked(plain, trained=True)


def opening(text: str, first: int, last: int) -> int:
    """Where the words of `text[first:last]` begin, behind laughter, pictures and blanks."""
    found = _BEFORE.match(text, first, last)
    return found.end() if found else first


def _emphasised(text: str, starred: "re.Match[str]", *, whole: bool) -> bool:
    """Whether what stands in single stars is spoken: all of a message that asks, or few words within a sentence."""
    inner = starred[2]
    if len(text) - len(starred[0]) < _NEAR and text.strip() == starred[0]:
        return whole or bool(_ASKED.search(inner))
    before = text[max(0, starred.start() - 2) : starred.start()].rstrip(" \t")
    if not before or not before[-1].isalnum() or not _GOES_ON.match(text, starred.end()):
        return False
    return len(inner.split()) <= _FEW and not _DONE.search(inner)
