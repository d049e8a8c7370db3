"""Encoders for tests: the contract of the real one, without its weights."""

import zlib
from collections.abc import Sequence

import numpy as np

from moderation.models.encoder import Vectors


class BagEncoder:
    """A vector of the words of a text: each counts in one of its places. Remembers what it was asked."""

    def __init__(self, name: str = "bag-1", dimensions: int = 64) -> None:
        self.name = name
        self.dimensions = dimensions
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for number, text in enumerate(texts):
            for word in ["", *text.lower().split()]:
                vectors[number, self.place(word)] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)

    def place(self, word: str) -> int:
        """Where a word counts."""
        return zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimensions
