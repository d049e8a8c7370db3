"""A reply of any length in pieces that a platform takes as one message each.

A piece is cut off the beginning of what is left, as late as is good: at the end of a paragraph, of a line, of a
sentence, of a clause or between words, in this order, if that leaves the piece at least half full; otherwise at the
last of these places; and in the middle of a run without any of them only where the run fills the whole piece. Code
blocks are kept whole where the text before them makes a piece.

Not cut, as long as it fits into a piece: a link of markdown (with a label of up to 256 characters), an address, a
mention (`<@1>`, `<#1>`, `<:name:1>`, `<t:1:R>`, `</name:1>`), a cluster of characters that is seen as one. Never cut:
the two halves of a character, the three backticks that fence code.

*Stable:* what is cut off depends on nothing but the characters that fit and the first that does not. So for every
`text` and `more`, `cut(text, n)[:-1]` is how `cut(text + more, n)` begins, whatever `more` is: as a text grows at its
end, only its last piece changes, is followed by others or goes (one that holds just the beginning of a fence, once the
fence is whole and turns out to end the code of the piece before).
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from wcwidth import iter_graphemes

from bots.harmless import signed

LEAST: Final = 16
"""UTF-16 code units that a piece must have room for: enough for a few characters between two fences."""

_CLOSING: Final = "\n```"
_CLOSERS: Final = "\"'”’»)]}』」》〉】*_~`"
_SPACES: Final = re.compile(r"\s*+")
_BLANK_LINES: Final = re.compile(r"(?:[^\S\n]*+\n)*+")
_END_OF_CODE: Final = re.compile(r"\s*+```")
_HEADER: Final = re.compile(r"([\w+#.-]{0,32}+)(?:\n|\Z)")
"""What follows the backticks that open a block: the language; there may be more of it to come."""

_GAP: Final = re.compile(r"\s++")
_PARAGRAPH, _LINE, _CODE_PARAGRAPH, _CODE_LINE, _SENTENCE, _CLAUSE, _WORD = range(7)
"""How good a place for a cut is, best first."""
_SENTENCE_ENDS: Final = frozenset(".!?…。！？．ㅋㅎㅠㅜ♡♥☆★")
_CLAUSE_ENDS: Final = frozenset(",;:，、；：—–")
_WITHOUT_GAP: Final = (
    (_SENTENCE, re.compile(rf"[。！？．][{re.escape(_CLOSERS)}]*+(?![。！？．…\s]|\Z)")),
    (_SENTENCE, re.compile(r"(?<=[가-힣])[.!?…]++[”’』」)]*+(?=[가-힣])")),
    (_CLAUSE, re.compile(r"[，、；：](?![”’』」\s]|\Z)")),
)
"""Ends that no space follows."""

_LINK: Final = re.compile(r"\[[^\[\]\n]{0,256}+(?:\Z|\](?:\Z|\([^)\s`]*+(?:\Z|\))))")
_ADDRESS: Final = re.compile(r"<?(?:https?://[^\s<>`。！？]*+>?|h(?:tt?|ttps?(?::/?)?)\Z)|<h\Z")
_MENTION: Final = re.compile(
    r"<(?:@[!&]?\d*|#\d*|a?:\w{0,32}(?::\d*)?|a|t(?::-?\d*(?::[A-Za-z]?)?)?|id?(?::\w*)?|/[^<>:\n]{0,100}(?::\d*)?)?"
    r"(?:>|\Z)"
)
"""What is kept whole. At the end of what can be seen the beginning of one counts too, as it may go on."""
_LINKS, _ADDRESSES, _MENTIONS, _HEADERS, _CLUSTERS, _NEVER = range(1, 7)
"""What a cut would tear, each given up before the next: `_HEADERS` would leave a block without code, `_NEVER` is not
given up."""
_PAIR: Final = re.compile("[\ud800-\udbff](?=[\udc00-\udfff])")

_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers and blanks that count as letters, marks or signs."""


def cut(text: str, limit: int, *, first: int | None = None) -> tuple[str, ...]:
    """`text` in pieces of at most `limit` UTF-16 code units each, the first of at most `first`; so they are with the
    signs of `bots.harmless` in them, too.

    Every piece has something to see, so a blank text has none. White space is dropped at a cut and at both ends of the
    text (of code: blank lines, not the indentation), and so is a piece that would be blank; no other character is lost
    or doubled, but that a block of code is closed at the end of a piece and opened again, in the same language, at the
    beginning of the next. One that nobody closed is closed at the end of the text where there is room.

    Raises ValueError for limits below `LEAST`.
    """
    if min(limit, limit if first is None else first) < LEAST:
        raise ValueError(f"a piece needs room for {LEAST} code units")
    return tuple(_pieces(text, limit if first is None else first, limit))


def _pieces(text: str, room: int, limit: int) -> Iterator[str]:
    at, code = _begin(text, 0, None)
    while rest := text[at:].rstrip():
        window = _Window(rest, room, code)
        piece, length, code = window.all_of_it() or window.cut()
        if piece:
            yield piece
            room = limit
        at, code = _begin(text, at + length, code)


def _begin(text: str, at: int, code: str | None) -> tuple[int, str | None]:
    """Where the next piece begins, and the language of the block it begins in."""
    if code is not None:
        at = _end(_BLANK_LINES, text, at)
        if end := _END_OF_CODE.match(text, at):  # the piece before was closed already
            at, code = end.end(), None
    return (_end(_SPACES, text, at) if code is None else at), code


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


_Cut = tuple[str, int, str | None]
"""A piece ("": nothing to see in it), its length in the text, and the language of the block of code it ends in."""


@dataclass(frozen=True, slots=True)
class _Fence:
    """Three backticks."""

    start: int
    end: int
    """Where what belongs to them ends: the language and the line."""
    code: str | None
    """The language of what follows; "": code in none, None: no code."""


class _Window:
    """The beginning of what is left of a text: as much as fits into the next piece, and one character more."""

    def __init__(self, rest: str, room: int, code: str | None) -> None:
        """`code` is the language of the block that `rest` begins in."""
        head = "" if code is None else f"```{code}\n"
        self._head = head if units(head) <= room // 2 else "```\n"
        self._room = room - units(self._head)
        self._fits = _fitting(rest, self._room)
        self._complete = self._fits == len(rest)
        self._text = rest[: self._fits + 1]
        self._fences = list(_fences(self._text, code))
        self._code = code

    def all_of_it(self) -> _Cut | None:
        """The last piece, where everything fits; code that nobody closed is closed where that fits too."""
        if not self._complete:
            return None
        place = len(self._text)
        fence = self._fence(place)
        body = self._head + self._text
        if fence.code is not None and _seen(self._text[fence.end :]) and self._has_room_for(_CLOSING):
            body += _CLOSING
        return (body if _seen(self._text) else ""), place, fence.code

    def _has_room_for(self, more: str) -> bool:
        text = self._text + more
        return _fitting(text, self._room) == len(text)

    def cut(self) -> _Cut:
        """The piece up to the best place there is."""
        closed = _fitting(self._text, self._room - len(_CLOSING))
        places = [place for place in self._order() if place <= closed or self._fence(place).code is None]
        whole = self._kept_whole()
        return self._up_to(next(place for level in range(_NEVER) for place in places if whole[place] <= level))

    def _up_to(self, place: int) -> _Cut:
        body = self._text[:place].rstrip()
        fence = self._fence(place)
        if fence.code is None:
            return (self._head + body if _seen(body) else ""), place, None
        if not _seen(body[: fence.start]) and not _seen(body[fence.end :]):
            return "", place, fence.code
        return self._head + body + _CLOSING, place, fence.code

    def _fence(self, place: int) -> _Fence:
        """The last fence before `place`."""
        number = bisect_left(self._fences, place, key=lambda fence: fence.start)
        if not number:
            return _Fence(0, 0, self._code)
        fence = self._fences[number - 1]
        torn = fence.code is not None and fence.end > place
        return _Fence(fence.start, fence.start + 3, "") if torn else fence

    def _order(self) -> Iterator[int]:
        """Every place there is, best first."""
        soft = [(rank, place) for rank, place in self._soft() if 0 < place <= self._fits]
        half = self._fits / 2
        late = sorted((rank, -place) for rank, place in soft if place >= half)
        early = sorted(-place for _, place in soft if place < half)
        return chain((-place for _, place in late), (-place for place in early), range(self._fits, 0, -1))

    def _soft(self) -> Iterator[tuple[int, int]]:
        """Places where a reader would pause, with how good they are."""
        for gap in _GAP.finditer(self._text):
            lines = gap.group().count("\n")
            if lines:
                prose = self._fence(gap.start()).code is None
                better, good = (_PARAGRAPH, _LINE) if prose else (_CODE_PARAGRAPH, _CODE_LINE)
                yield better if lines > 1 else good, gap.start()
            else:
                yield self._rank(gap.start()), gap.start()
        for rank, pattern in _WITHOUT_GAP:
            yield from ((rank, match.end()) for match in pattern.finditer(self._text))

    def _rank(self, place: int) -> int:
        """What ends before the space at `place`."""
        last = self._text[max(0, place - 6) : place].rstrip(_CLOSERS)[-1:]
        if last in _SENTENCE_ENDS:
            return _SENTENCE
        return _CLAUSE if last in _CLAUSE_ENDS else _WORD

    def _kept_whole(self) -> bytearray:
        """For every place, what a cut there would tear, or 0."""
        torn = bytearray(len(self._text) + 1)
        for start, end, level in chain(self._links_and_names(), self._codes_and_characters()):
            torn[start + 1 : end] = bytes([level]) * (end - start - 1)
        return torn

    def _links_and_names(self) -> Iterator[tuple[int, int, int]]:
        """What is kept whole if there is nothing better to do. What begins in a link ends with it."""
        ends = [0]
        for link in _LINK.finditer(self._text):
            yield *link.span(), _LINKS
            ends += link.span()
        for start, end in pairwise((*ends, len(self._text))):
            for level, pattern in ((_ADDRESSES, _ADDRESS), (_MENTIONS, _MENTION)):
                yield from ((*match.span(), level) for match in pattern.finditer(self._text, start, end))

    def _codes_and_characters(self) -> Iterator[tuple[int, int, int]]:
        """What is kept whole against all that."""
        for fence in self._fences:
            if fence.code is not None:
                yield fence.start, min(_end(_SPACES, self._text, fence.end), len(self._text) - 1) + 1, _HEADERS
        end = 0
        for cluster in iter_graphemes(self._text):
            yield end, (end := end + len(cluster)), _CLUSTERS
        yield from ((pair.start(), pair.end() + 1, _NEVER) for pair in _PAIR.finditer(self._text))
        for run in re.finditer("`+", self._text):
            yield from ((place, min(place + 3, run.end()), _NEVER) for place in range(*run.span(), 3))


def _fences(text: str, code: str | None) -> Iterator[_Fence]:
    for match in re.finditer("```", text):
        end = match.end()
        if code is not None:
            code = None
        elif header := _HEADER.match(text, end):
            end, code = header.end(), header[1]
        else:
            code = ""
        yield _Fence(match.start(), end, code)


def _fitting(text: str, room: int) -> int:
    """How many characters of `text`, with what may stand between them, take at most `room` UTF-16 code units."""
    taken, before = 0, ""
    for number, char in enumerate(text):
        taken += 1 + (char > "\uffff") + signed(before, char)
        if taken > room:
            return number
        before = char
    return len(text)


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def _seen(text: str) -> bool:
    """Whether there is anything to see in `text`."""
    return any(
        not char.isspace()
        and char not in _UNSEEN
        and not "\ufe00" <= char <= "\ufe0f"
        and not "\U000e0000" <= char <= "\U000e0fff"
        and unicodedata.category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
        for char in text
    )
