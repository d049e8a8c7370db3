"""A stream of text, cut into sentences: the same pieces for every way the stream was chopped up.

A piece ends after `. ! ? …` (and what closes after it) where white space follows, after `。！？` at once, before a line
break, or before the space after an emoticon, as Korean chat often has no other end. It does not end inside "quotes",
*actions* or a number, nor after an abbreviation; but none grows beyond a bound, whatever it is inside of. White space
between pieces begins the next one: joined, the pieces are the stream.
"""

import unicodedata
from typing import Final

BOUND: Final = 200
"""Code points in a piece at most: text without an end must be judged and shown some time."""

_ENDS: Final = frozenset(".!?…！？。．")
_WIDE_ENDS: Final = frozenset("。！？")
_CLOSERS: Final = frozenset("\"'”’»)]}』」*_~`")
_OPENING_QUOTES: Final = {"“": "”", "«": "»", "「": "」", "『": "』"}
_EMOTICONS: Final = frozenset("ㅋㅎㅠㅜ^~♡♥☆★;")
_ABBREVIATIONS: Final = frozenset(
    ["mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "e.g", "i.e", "vol", "capt", "lt", "sgt", "mt"]
)
_LEAST_BEFORE_EMOTICON: Final = 8


class SentenceSplitter:
    """Cuts one stream. Feed it text as it comes, then `finish`; used by one task."""

    def __init__(self, *, bound: int = BOUND) -> None:
        self._bound = bound
        self._piece: list[str] = []
        self._code = False
        self._reset()

    def feed(self, text: str) -> list[str]:
        """Take more of the stream; the pieces that are complete now, in order."""
        pieces = []
        for char in text:
            if self._ends_before(char) or len(self._piece) >= self._bound:
                pieces.extend(self._cut())
            self._piece.append(char)
            self._note(char)
            if char in _WIDE_ENDS and not self._inside:
                pieces.extend(self._cut())
        return pieces

    def finish(self) -> list[str]:
        """The rest of the stream: one piece, or none where nothing is left. The splitter can be used anew."""
        rest = "".join(self._piece)
        self._piece = []
        self._code = False
        self._reset()
        return [rest] if rest else []

    @property
    def _inside(self) -> bool:
        return bool(self._quote) or self._action or self._code

    def _reset(self) -> None:
        """Forget what the piece was inside of: a mark that nobody closed must not swallow what follows. A block of code
        goes on, as it has many lines."""
        self._quote = ""
        self._action = False
        self._ended = False
        self._letters = False

    def _ends_before(self, char: str) -> bool:
        """Whether the piece so far is complete, now that `char` is known to follow."""
        if not self._letters or not char.isspace():
            return False
        if char == "\n":
            return True
        if self._inside:
            return False
        return (self._ended and not self._abbreviated()) or self._emoticon()

    def _note(self, char: str) -> None:
        """Keep track of what `char`, just added, opens, closes or ends."""
        if char.isspace():
            self._ended = False
            return
        self._letters = True
        if char == '"':
            self._quote = "" if self._quote else '"'
        elif char == self._quote:
            self._quote = ""
        elif char in _OPENING_QUOTES and not self._quote:
            self._quote = _OPENING_QUOTES[char]
        elif char == "*":
            self._action = not self._action
        elif char == "`" and self._piece[-3:] == ["`", "`", "`"]:
            self._code = not self._code
        if char in _ENDS:
            self._ended = True
        elif char not in _CLOSERS:
            self._ended = False

    def _abbreviated(self) -> bool:
        """Whether the full stop at the end belongs to an abbreviation, an initial or the number of a list item."""
        if self._piece[-1] != ".":
            return False
        words = "".join(self._piece[-12:]).split()
        word = words[-1][:-1].lower() if words else ""
        initial = len(word) == 1 and word.isascii() and word.isalpha() and word != "i"
        item = word.isdigit() and len("".join(self._piece).split()) == 1
        return word in _ABBREVIATIONS or initial or item

    def _emoticon(self) -> bool:
        last = self._piece[-1]
        if len(self._piece) < _LEAST_BEFORE_EMOTICON:
            return False
        return last in _EMOTICONS or unicodedata.category(last) == "So"

    def _cut(self) -> list[str]:
        """The piece so far; at the bound the part up to its last white space, so that no word is torn."""
        if len(self._piece) < self._bound:
            piece, rest = self._piece, []
        else:
            where = max((place for place, char in enumerate(self._piece) if char.isspace()), default=0)
            where = where or self._bound
            piece, rest = self._piece[:where], self._piece[where:]
        self._reset()
        self._piece = []
        for char in rest:
            self._piece.append(char)
            self._note(char)
        return ["".join(piece)]
