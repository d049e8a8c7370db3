"""Digests of text that must not leak, for recognising it without carrying it around.

Text is read as its letters: case, width, accents, invisible characters and the ways to write Hangul (syllables,
conjoining, half-width or loose jamo) make no difference. A word ends at anything that is no letter or digit, and where
the script changes: in "k7f3는" the particle is a word of its own.
"""

import base64
import codecs
import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.normalise import fold_character

WORDS: Final = 8
"""Words in a shingle: long enough that ordinary talk does not contain one by chance."""
LETTER_RUN: Final = 40
"""Letters in a run that is recognised without its gaps: as many words, or fewer Korean ones."""
GAP: Final = " "

_MARKS: Final = frozenset({"Mn", "Me", "Mc"})
_WORD: Final = re.compile("[0-9a-z]+|[ㄱ-ㅣ]+|[^ 0-9a-zㄱ-ㅣ]+")


@functools.lru_cache(maxsize=1 << 14)
def letters(character: str) -> str:
    """What is compared of one code point: letters in lower case and digits, Hangul as single jamo, `GAP` for the rest.

    Empty for what is not seen; several letters for a syllable.
    """
    if not fold_character(character):
        return ""
    if "\ud800" <= character <= "\udfff":
        return GAP
    if hangul(character):  # as it is compared already; NFKC would have it begin a syllable, which ㅄ does not
        return character
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(_letter(part) for part in parts)


def _letter(part: str) -> str:
    if "\u1100" <= part <= "\u11ff":
        return fold_character(part)
    if part.isalnum():
        return part
    return "" if unicodedata.category(part) in _MARKS else GAP


def hangul(letter: str) -> bool:
    """Whether a particle may follow it without a space."""
    return "ㄱ" <= letter <= "ㅣ"


def same_script(letter: str, other: str) -> bool:
    """Whether both may stand in one word."""
    if letter.isascii():
        return other.isascii()
    return not other.isascii() and hangul(letter) == hangul(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """A text as it is compared."""

    key: str
    """Its words with one `GAP` between them."""
    places: Sequence[int]
    """For each character of `key`, the code point of the text it was read from; for a gap, the one before."""
    begins: Sequence[int]
    """Where in `key` each word begins."""


def read(text: str) -> Letters:
    """The words of `text`. Linear in its length."""
    pieces = [letters(character) for character in text]
    folded = "".join(pieces)
    places = [at for at, piece in enumerate(pieces) for _ in piece]
    key: list[str] = []
    kept: list[int] = []
    begins: list[int] = []
    length = 0
    for match in _WORD.finditer(folded):
        if key:
            kept.append(kept[-1])
            length += 1
        begins.append(length)
        key.append(match.group())
        kept.extend(places[match.start() : match.end()])
        length += match.end() - match.start()
    return Letters(key=GAP.join(key), places=kept, begins=begins)


def runs(text: str, *, size: int = WORDS) -> frozenset[str]:
    """Every run of `size` words in `text`, as keys; all its words where it has fewer; none where it has none."""
    found = read(text).key.split()
    if not found:
        return frozenset()
    return frozenset(GAP.join(found[start : start + size]) for start in range(max(1, len(found) - size + 1)))


def digest(run: str) -> str:
    """The digest of a run of words, as a key."""
    return hashlib.blake2b(run.encode(), digest_size=8).hexdigest()


def shingles(text: str) -> frozenset[str]:
    """The digests of every run of eight words in `text`; of all its words, with their length, where it has fewer."""
    return frozenset(digest(run) if run.count(GAP) == WORDS - 1 else f"{len(run)}:{digest(run)}" for run in runs(text))


def exactly(term: str) -> frozenset[str]:
    """The digest of a term that must not appear even inside a word or with other gaps: a canary.

    Empty where it has no letter or digit.
    """
    plain = read(term).key.replace(GAP, "")
    return frozenset({f"={len(plain)}:{digest(plain)}"}) if plain else frozenset()


def letter_runs(text: str) -> frozenset[str]:
    """The digests of every run of `LETTER_RUN` letters in `text`, as it stands and in the ways in which a model may be
    told to write it so that nobody knows it again: backwards, in ROT13, Base64, hexadecimal. Each as with `exactly`:
    whatever stands between the letters."""
    encoded = base64.b64encode(text.encode()).decode()
    ways = (text, text[::-1], codecs.encode(text, "rot13"), encoded, text.encode().hex())
    found = {run for way in ways for run in _letter_runs(way)}
    return frozenset([f"={LETTER_RUN}:{digest(run)}" for run in found])


def _letter_runs(text: str) -> Iterator[str]:
    plain = "".join(_WORD.findall("".join(map(letters, text))))
    return (plain[at : at + LETTER_RUN] for at in range(len(plain) - LETTER_RUN + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How long the secrets are that a set of digests stands for, in characters of their keys."""

    short: tuple[int, ...]
    exact: tuple[int, ...]


@functools.lru_cache(maxsize=256)
def sizes(secrets: frozenset[str]) -> Sizes:
    """What `shingles` and `exactly` wrote into the digests."""
    short = {int(secret.partition(":")[0]) for secret in secrets if ":" in secret and secret[0] != "="}
    exact = {int(secret[1:].partition(":")[0]) for secret in secrets if secret[0] == "="}
    return Sizes(short=tuple(sorted(short)), exact=tuple(sorted(exact)))
