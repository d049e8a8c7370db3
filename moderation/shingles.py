"""Digests of short runs of words, for recognising text that must not leak without carrying it around."""

import hashlib
import re
from typing import Final

WORDS: Final = 8
"""Words in a shingle: long enough that ordinary talk does not contain one by chance."""

_WORD: Final = re.compile(r"\w+")


def words(text: str) -> list[tuple[str, int, int]]:
    """The words of `text`, lower-cased, each with its start and end offset."""
    return [(match.group().lower(), match.start(), match.end()) for match in _WORD.finditer(text)]


def digest(run: list[str]) -> str:
    """The digest of a run of lower-cased words."""
    return hashlib.blake2b(" ".join(run).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def shingles(text: str, *, size: int = WORDS) -> frozenset[str]:
    """The digests of every run of `size` words in `text`; of all its words where it has fewer."""
    run = [word for word, _, _ in words(text)]
    if not run:
        return frozenset()
    return frozenset(digest(run[start : start + size]) for start in range(max(1, len(run) - size + 1)))
