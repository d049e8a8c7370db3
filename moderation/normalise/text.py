"""Running text made comparable: every character as it is read, words and sentences kept, with the way back.

The views (`views.py`) take a text apart to find one word however it is spaced. Rules about phrases need the opposite:
spaces, punctuation and scripts as they are, and only what deceives the eye made plain. So a character that is drawn
like a Latin letter is folded in a word that has Latin letters, and left alone in a word of its own script.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moderation.normalise.characters import LOST, fold_character

_PLAIN: Final = re.compile("[\t\n -~가-힣ㄱ-ㅣㅥ-ㆎ]*")
"""What folding leaves alone but for case. Compatibility jamo (ㅋ, ㅠ) stay; U+3164 among them is invisible."""
_PIECE: Final = re.compile(
    "[\t\n -~가-힣ㄱ-ㅣㅥ-ㆎ]+|[^\t\n -~가-힣ㄱ-ㅣㅥ-ㆎ][\u0300-\u036f\u1160-\u11ff\u3099\u309a]{0,16}", re.DOTALL
)
_SAME: Final = str.maketrans(
    dict.fromkeys("‘’‚‛`´ʼ′＇", "'")
    | dict.fromkeys("“”„‟«»「」『』″＂〝〞", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n")
)
_BETWEEN_WORDS: Final = re.compile("[\x00-/:-@\\[-`{-\x7f\xa0\u2000-\u200a\u2010-\u205f\u3000-\u303f]")
_PICTURES: Final = (0x1F150, 0x1F1E6)
"""Letters in circles and squares; after them come the halves of flags, which spell no word."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text made comparable, with the way back."""

    text: str
    starts: Sequence[int] = ()
    """Where in the original each character begins; empty where folding moved nothing."""
    ends: Sequence[int] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that the range `start`..`end` of the folded text came from."""
        if not self.starts or start == end:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold_text(text: str, *, lower: bool = True) -> FoldedText:
    """Lower case (unless told not to), compatibility forms, accents and disguises made plain, nothing invisible.

    Straight quotes, plain hyphens and spaces; conjoining jamo as syllables. Linear in the length of `text`; any code
    points: surrogates and private-use characters become U+FFFD. The lower case of the result is as long as itself.
    """
    if _PLAIN.fullmatch(text):
        return FoldedText(text.lower() if lower else text)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    words = _Words(text)
    for match in _PIECE.finditer(text):
        start, end, piece = match.start(), match.end(), match.group()
        if _PLAIN.fullmatch(piece):
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            piece = _read_piece(text, start, piece, words)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        parts.append(piece.lower() if lower else piece)
    return FoldedText("".join(parts), starts, ends)


class _Words:
    """Whether a place of a text is in a word with a letter that is Latin without doubt. Ask from left to right: every
    word is looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0
        self._latin = False

    def latin_at(self, at: int) -> bool:
        """Whether the word around `at` has one. Linear over all calls."""
        if at >= self._end:
            start = at
            while start and not _BETWEEN_WORDS.match(self._text, start - 1):
                start -= 1
            found = _BETWEEN_WORDS.search(self._text, at)
            self._end = found.start() if found else len(self._text)
            self._latin = any(
                character.isalpha() if character.isascii() else _read(character)[2]
                for character in self._text[start : self._end]
            )
        return self._latin


def _read_piece(text: str, at: int, piece: str, words: _Words) -> str:
    """One character that is not plain, with the marks on it; it stands at `at` in `text`."""
    return "".join(_read_at(text, at, character, words) for character in unicodedata.normalize("NFC", piece))


def _read_at(text: str, at: int, character: str, words: _Words) -> str:
    alone, among, _ = _read(character)
    if alone == among:
        return alone
    if not character.isalpha() and ord(character) < _PICTURES[0]:
        beside = text[at - 1 : at] + text[at + 1 : at + 2]  # a sign is a letter only inside a word: ₩5 and §2 are not
        return among if len(beside) == 2 and beside.isalpha() and beside.isascii() else alone
    return among if words.latin_at(at) else alone


@functools.lru_cache(maxsize=1 << 14)
def _read(character: str) -> tuple[str, str, bool]:
    """What a character is read as in a word of its own script, what in a Latin word, and whether it makes one."""
    if unicodedata.category(character) in {"Cs", "Co"}:
        return LOST, LOST, False
    same = character.translate(_SAME)
    if same != character or _PLAIN.fullmatch(same):
        return same, same, False
    compatible = unicodedata.normalize("NFKC", character).translate(_SAME)
    if compatible.isascii() and not any(part.isalnum() for part in compatible):
        return (compatible, compatible, False) if compatible.isprintable() else ("", "", False)
    folded = _cased(character, fold_character(character))
    if not folded or folded.isspace():
        return folded, folded, False
    if folded.isascii() and (_certain(character) or not folded.isalpha()):
        return folded, folded, folded.isalpha()
    alone = folded if "ㄱ" <= folded <= "ㅣ" else "".join(_narrow(part) for part in compatible)
    return alone, folded if folded.isascii() else alone, False


def _certain(character: str) -> bool:
    """Whether a character read as Latin is a Latin letter, or a picture or compatibility form of one."""
    if _PICTURES[0] <= ord(character) < _PICTURES[1] or unicodedata.name(character, "").startswith("LATIN "):
        return True
    base = unicodedata.normalize("NFKD", character)
    return any(part.isascii() and part.isalpha() for part in base)


def _narrow(character: str) -> str:
    """`character`, or what stands for it whose lower case is as long."""
    return character if len(character.lower()) == 1 else character.lower()[0]


def _cased(character: str, folded: str) -> str:
    return folded.upper() if character.isupper() else folded
