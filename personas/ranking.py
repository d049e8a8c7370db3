"""Which texts a turn speaks of: by the words they share, and by what they mean where there is a sentence encoder."""

import functools
import importlib.resources
import math
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from moderation.models.encoder import Encoder, Vectors

_WORD: Final = re.compile(r"[a-z0-9][a-z0-9']*|[가-힣]+|[^\W\d_a-z가-힣]+")
_ENDINGS: Final = ("'s", "ies", "ing", "ed", "es", "s", "ly")
_SHORTEST_STEM: Final = 3
_SATURATION: Final = 1.2
_LENGTH: Final = 0.6
"""BM25's k1 and b; b lower than usual: these texts are all short."""
MEANT: Final = 0.6
"""What meaning counts for beside words, where there is an encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One text a turn speaks of."""

    number: int
    """Its place among the texts."""
    score: float
    """0 to 1; comparable within one ranking."""
    words: float
    """The share of what the turn says that is said there too, rare words counting for more."""
    meaning: float | None = None
    """Cosine, where there is an encoder."""


@functools.cache
def _common() -> frozenset[str]:
    """What all talk is full of."""
    data = importlib.resources.files("personas") / "data"
    lists = tomllib.loads((data / "common.toml").read_text("utf-8"))
    return frozenset(word for words in lists.values() for word in words)


def terms(text: str) -> tuple[str, ...]:
    """What a text speaks of, in order: English words without their endings, pairs of syllables of Korean ones."""
    common = _common()
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if "가" <= word[0] <= "힣":
            pairs = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
            found += [pair for pair in pairs if pair not in common]
        elif word not in common:
            found.append(_stem(word))
    return tuple(found)


class Ranking:
    """A fixed set of texts. Safe to ask from several threads at once."""

    def __init__(self, texts: Sequence[str], encoder: Encoder | None = None) -> None:
        """Reads all of `texts`: with an encoder about two milliseconds each."""
        self._encoder = encoder
        self._counts = [Counter(terms(text)) for text in texts]
        holders = Counter(term for counts in self._counts for term in counts)
        size = len(texts)
        self._rarity = {term: math.log(1 + (size - held + 0.5) / (held + 0.5)) for term, held in holders.items()}
        self._unheard = math.log(1 + (size + 0.5) / 0.5)
        self._average = sum(map(Counter.total, self._counts)) / size if size else 1.0
        self._postings: dict[str, list[int]] = {}
        for number, counts in enumerate(self._counts):
            for term in counts:
                self._postings.setdefault(term, []).append(number)
        self._vectors: Vectors | None = encoder.encode(list(texts)) if encoder is not None and texts else None

    def __len__(self) -> int:
        return len(self._counts)

    def find(self, query: str, *, most: int, among: Collection[int] | None = None) -> list[Found]:
        """At most `most` texts that `query` speaks of, the closest first, of equals the earlier; only those of `among`
        are looked at, where it is given. A text that shares no word is found by its meaning only."""
        words = self._shares(frozenset(terms(query)), among)
        meant = self._meanings(query)
        if meant is None:
            found = [Found(number=number, score=share, words=share) for number, share in words.items()]
        else:
            allowed = range(len(self)) if among is None else among
            found = [
                Found(
                    number=number,
                    score=MEANT * max(0.0, float(meant[number])) + (1 - MEANT) * words.get(number, 0.0),
                    words=words.get(number, 0.0),
                    meaning=float(meant[number]),
                )
                for number in allowed
            ]
        return sorted(found, key=lambda one: (-one.score, one.number))[:most]

    def _shares(self, asked: frozenset[str], among: Collection[int] | None) -> dict[int, float]:
        whole = sum(self._rarity.get(term, self._unheard) for term in asked)
        if not whole:
            return {}
        shares: dict[int, float] = {}
        for term in asked:
            for number in self._postings.get(term, ()):
                if among is None or number in among:
                    shares[number] = shares.get(number, 0.0) + self._rarity[term] * self._weight(number, term)
        return {number: share / whole for number, share in shares.items()}

    def _weight(self, number: int, term: str) -> float:
        """How much of `term` a text has: 1 where it is about as often there as in a text of average length."""
        counts = self._counts[number]
        long = 1 - _LENGTH + _LENGTH * counts.total() / self._average
        weight = counts[term] * (_SATURATION + 1) / (counts[term] + _SATURATION * long)
        return min(1.0, weight)

    def _meanings(self, query: str) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
        if self._vectors is None or self._encoder is None or not query.strip():
            return None
        meant: np.ndarray[tuple[int], np.dtype[np.float32]] = self._vectors @ self._encoder.encode([query])[0]
        return meant


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            return stem + "y" if ending == "ies" else stem
    return word
