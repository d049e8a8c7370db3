"""Heads over two views of a text: the margins of the n-gram model, which knows spellings, and a sentence encoder's
vector, which knows what is meant.

A head is one linear map of the vector; a pair of weights a language says how much either view is to be believed, by
what both said of texts that they were not fitted on (`moderation.models.training`): in English the encoder leads, in
Korean the n-grams do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable
from moderation.models.archive import arrays_digest, pinned, write
from moderation.models.encoder import Encoder
from moderation.models.linear import logistic, named

PROBE: Final = "The old bridge is closed; 다리는 내일 다시 열립니다."
"""What an encoder must read as it was read when the heads were fitted."""
_NEAR: Final = 0.999
"""Cosine between the probe's vector then and now: other processors round otherwise, other weights are far off."""

_ARRAYS: Final = ("encoder", "grams", "heads", "intercepts", "languages", "mix", "probe", "weights")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeaningHeads:
    """Weights. Safe to share between threads: nothing of it changes."""

    heads: tuple[str, ...]
    """What it scores, in the order of every other member; those of the n-gram model."""
    languages: tuple[str, ...]
    encoder: str
    """Name of the encoder it was fitted on."""
    grams: str
    """Digest of the n-gram model it was fitted with."""
    probe: NDArray[np.float32]
    """The encoder's vector of `PROBE`."""
    weights: NDArray[np.float16]
    """Dimensions x heads."""
    intercepts: NDArray[np.float32]
    """One a head."""
    mix: NDArray[np.float64]
    """Heads x languages x (weight of the n-grams, weight of the encoder, offset)."""

    def __post_init__(self) -> None:
        heads, languages, dimensions = len(self.heads), len(self.languages), len(self.probe)
        shapes = (self.weights.shape, self.intercepts.shape, self.mix.shape)
        if shapes != ((dimensions, heads), (heads,), (heads, languages, 3)):
            raise ValueError(f"arrays of shapes {shapes} do not fit {heads} heads and {languages} languages")

    @property
    def digest(self) -> str:
        """SHA-256 over names, types, shapes and contents."""
        return arrays_digest(self._arrays())

    def scores(self, margins: NDArray[np.float64], vector: NDArray[np.float32], language: str) -> Mapping[str, float]:
        """The probability of every head, from the n-gram model's `margins` and the encoder's `vector` of one text."""
        mix = self.mix[:, self.languages.index(language)]
        meant = vector @ self.weights.astype(np.float32) + self.intercepts
        return named(self.heads, logistic(mix[:, 0] * margins + mix[:, 1] * meant + mix[:, 2]))

    def check(self, encoder: Encoder, grams: str) -> None:
        """See that they were fitted on this encoder, as it computes here, and on these n-grams.

        Raises FilterUnavailable: a head on other vectors would judge by accident.
        """
        if grams != self.grams:
            raise FilterUnavailable("models.not_the_pinned", file="meaning.npz", found=grams, expected=self.grams)
        if encoder.name != self.encoder:
            raise FilterUnavailable("models.other_encoder", found=encoder.name, expected=self.encoder)
        if encoder.dimensions != len(self.probe) or float(encoder.encode([PROBE])[0] @ self.probe) < _NEAR:
            raise FilterUnavailable("models.encoder_computes_otherwise", name=encoder.name)

    def save(self, folder: Path, name: str, facts: Mapping[str, object]) -> tuple[Path, Path]:
        """Write `name`.npz and `name`.json (the digest, and `facts` about how it was made) into `folder`."""
        return write(folder, name, self._arrays(), {"heads": self.heads, "languages": self.languages, **facts})

    @classmethod
    def load(cls, name: str, folder: Path | None = None) -> Self:
        """The heads `name` from `folder`, or the packaged ones. Raises FilterUnavailable when a file is missing,
        unreadable or not what its manifest pins."""
        with pinned(name, _ARRAYS, folder) as arrays:
            return cls(
                heads=tuple(map(str, arrays["heads"])),
                languages=tuple(map(str, arrays["languages"])),
                encoder=str(arrays["encoder"]),
                grams=str(arrays["grams"]),
                probe=arrays["probe"],
                weights=arrays["weights"],
                intercepts=arrays["intercepts"],
                mix=arrays["mix"],
            )

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "encoder": np.array(self.encoder),
            "grams": np.array(self.grams),
            "heads": np.array(self.heads),
            "intercepts": self.intercepts,
            "languages": np.array(self.languages),
            "mix": self.mix,
            "probe": self.probe,
            "weights": self.weights,
        }
