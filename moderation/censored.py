"""Words with signs for letters: f**k, sh#t, b███h, m*therf*cker, s💩it.

A word of the list stands behind the signs where the letters that are left are its own, in their places. Vowels may hide
behind any sign; other letters only behind what nobody writes inside a word: stars, blocks, pictures, rows of signs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from moderation.wordlists import Entry

_SIGNS: Final = "*#@$%&!^+=~._\\-?'–—…•\u2190-\u2bff\U0001f300-\U0001faff"
_TOKEN: Final = re.compile(f"(?<![a-z])[a-z]{{1,20}}[{_SIGNS}](?=[a-z{_SIGNS}])[a-z{_SIGNS}]{{1,24}}")
_WORD: Final = re.compile("[a-z]+")
_WILD: Final = frozenset("*#%")
_IN_ROWS: Final = frozenset("-_–—"), frozenset("@#$%&!*^")
"""Signs that hide any letter where one of the same kind stands beside them."""
_EDGES: Final = "._-!~=+?'–—…"
_VOWELS: Final = frozenset("aeiouy")
_STRONG: Final = 0.5
_SHORTEST: Final = 4

Shapes = dict[str, tuple[tuple[Entry, str], ...]]


class Censored:
    """Finds masked words of a list. Immutable."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        shapes: dict[str, list[tuple[Entry, str]]] = {}
        for entry in sorted(entries, key=lambda entry: (-entry.severity, -len(entry.term))):
            term = entry.term
            if entry.severity >= _STRONG and len(term) >= _SHORTEST and term.isascii() and term.isalpha():
                shapes.setdefault(term[0], []).append((entry, term))
        self._shapes: Shapes = {letter: tuple(group) for letter, group in shapes.items()}

    def find(self, key: str) -> Iterator[tuple[Entry, int, int]]:
        """The entry behind each masked word of a folded text, and where that stands."""
        for token in _TOKEN.finditer(key):
            word = token.group().rstrip(f"{_EDGES}&#")
            letters = _WORD.match(word)
            if len(word) < _SHORTEST or letters is None or letters.end() == len(word):
                continue
            start = token.start()
            for entry, spelling in self._shapes.get(word[0], ()):
                long = len(word) - len(spelling)
                if (not long or (long > 0 and entry.match != "word")) and _fits(word[: len(spelling)], spelling):
                    yield entry, start, start + len(spelling)
                    break


def _fits(masked: str, word: str) -> bool:
    """Whether `masked` is `word` with some letters, but not all but one, hidden."""
    seen = 0
    for at, (sign, letter) in enumerate(zip(masked, word, strict=True)):
        if sign == letter:
            seen += 1
        elif "a" <= sign <= "z" or not (letter in _VOWELS or _wild(masked, at)):
            return False
    return 2 <= seen < len(word)


def _wild(masked: str, at: int) -> bool:
    sign = masked[at]
    if sign in _WILD or sign == "•" or sign > "\u2190":
        return True
    beside = masked[at - 1] + masked[at + 1 : at + 2]
    return any(sign in row and any(other in row for other in beside) for row in _IN_ROWS)
