"""Pure: which memories matter to what is being said: words in common (BM25) and, where there is an encoder, meaning.

The index is made in memory from what was unsealed and is never written: a full-text index on disk would hold in the
open what the store seals. What does not belong here (another person's, another place's, expired, ended) is left out
before anything is compared.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from personas.memory import Kind, Memory
from personas.ranking import terms as ranked

_K1: Final = 1.2
_B: Final = 0.5
_HALF: Final = 2.5
"""BM25 of which half as much again says little more."""
_HALF_LIFE: Final = timedelta(days=14)
_WEIGHTS: Final = (0.5, 0.3, 0.1, 0.1)
"""Of meaning, words, recency, and of being asked for."""
_LEAST_WORDS: Final = 0.22
_LEAST_MEANING: Final = 0.42
"""What is below both has nothing to do with it."""
_QUANTA: Final = 127

_KOREAN: Final = re.compile("[가-힣]+")
_LIKES: Final = re.compile(r"\b(?:like|likes|liked|dislike)\b", re.IGNORECASE)
_NO_HEADS: Final = frozenset(
    "나난내너넌네저전제뭐뭘그이안응음아오어거것걸좀더잘참왜수때말게데걔우무누언몇해있없하정진알기"
)
"""Syllables with which words begin that say nothing."""


def terms(text: str) -> Counter[str]:
    """What a text is found by: what any text is (`personas.ranking.terms`), how Korean words begin, as what changes is
    their end ("살아", "살지"), and that something is liked."""
    found = Counter(ranked(text))
    heads = {word[0] for word in _KOREAN.findall(text)} - _NO_HEADS
    found.update(heads)
    if _LIKES.search(text):
        found["like"] += 1
    return found


def pack(vector: NDArray[np.float32]) -> bytes:
    """A vector of length one in a byte each: what is lost is far below what an encoder knows."""
    return np.rint(np.clip(vector, -1, 1) * _QUANTA).astype(np.int8).tobytes()


@dataclass(frozen=True, slots=True)
class Told:
    """A memory that matters, and how much."""

    memory: Memory
    weight: float


class Shelf:
    """The memories of one `Whose` (whoever asks sees to that), ready to be searched. Immutable."""

    def __init__(self, memories: Sequence[Memory], *, about: Callable[[str], str], encoder: str = "") -> None:
        """`about` gives words that a slot is asked for by; `encoder` names the one whose vectors are compared."""
        self._memories = [memory for memory in memories if memory.ended is None and memory.kind is not Kind.SUMMARY]
        self.summary = next((each for each in memories if each.kind is Kind.SUMMARY and each.ended is None), None)
        """What became of the turns that left the window."""
        counts = [terms(f"{memory.text} {about(memory.slot)}") for memory in self._memories]
        self._postings, self._idf = _index(counts)
        fitting = [number for number, memory in enumerate(self._memories) if encoder and memory.encoder == encoder]
        self._rows = np.array(fitting, dtype=np.intp)
        packed = [np.frombuffer(self._memories[number].vector, np.int8) for number in fitting]
        self._vectors = np.stack(packed).astype(np.float32) / _QUANTA if packed else np.empty((0, 0), np.float32)
        self._until = np.array([_stamp(memory.until) for memory in self._memories])
        self._at = np.array([memory.at.timestamp() for memory in self._memories])
        self._asked = np.array([memory.asked for memory in self._memories], dtype=np.float32)

    def __len__(self) -> int:
        return len(self._memories)

    def named(self, slot: str, now: datetime) -> Memory | None:
        """What holds of a slot."""
        return next((memory for memory in self._memories if memory.slot == slot and memory.holds(now)), None)

    def search(
        self, text: str, now: datetime, *, most: int, vector: NDArray[np.float32] | None = None
    ) -> tuple[Told, ...]:
        """Those that matter most to `text`, the most first; `vector` is what its encoder makes of it."""
        live = self._until > now.timestamp()
        if not live.any():
            return ()
        words = self._bm25(text)
        words = words / (words + _HALF)
        meaning = np.zeros(len(self._memories), np.float32)
        if vector is not None and len(self._rows):
            meaning[self._rows] = self._vectors @ vector
        age = np.maximum(now.timestamp() - self._at, 0.0) / _HALF_LIFE.total_seconds()
        score = np.stack([meaning, words, 0.5**age, self._asked]).T @ np.array(_WEIGHTS)
        matters = live & ((words >= _LEAST_WORDS) | (meaning >= _LEAST_MEANING))
        order = np.argsort(-np.where(matters, score, -1.0), kind="stable")[:most]
        return tuple(Told(self._memories[at], float(score[at])) for at in order if matters[at])

    def _bm25(self, text: str) -> NDArray[np.float64]:
        scores = np.zeros(len(self._memories))
        for term in terms(text):
            if term in self._postings:
                places, weights = self._postings[term]
                scores[places] += self._idf[term] * weights
        return scores


_Postings = Mapping[str, tuple[NDArray[np.intp], NDArray[np.float64]]]


def _index(counts: Sequence[Counter[str]]) -> tuple[_Postings, Mapping[str, float]]:
    """By term, where it stands and what it is worth there; and how rare it is, a few memories being no corpus."""
    usual = sum(count.total() for count in counts) / len(counts) if counts else 1.0
    places: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, count in enumerate(counts):
        longer = 1 - _B + _B * count.total() / max(usual, 1.0)
        for term, often in count.items():
            places[term].append((number, often * (_K1 + 1) / (often + _K1 * longer)))
    postings = {
        term: (np.array([at for at, _ in found], dtype=np.intp), np.array([worth for _, worth in found]))
        for term, found in places.items()
    }
    total = max(len(counts), 8)
    return postings, {
        term: math.log(1 + (total - len(at) + 0.5) / (len(at) + 0.5)) for term, (at, _) in postings.items()
    }


def _stamp(at: datetime | None) -> float:
    return math.inf if at is None else at.timestamp()
