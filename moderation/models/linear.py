"""A linear model over hashed features: one margin a head, made a probability by a table a language.

The weights are one `.npz` without pickled objects; beside it stands a `.json` that pins their digest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable
from moderation.models.archive import arrays_digest, pinned, write
from moderation.models.features import BUCKETS, LAYOUT, featurise

_ARRAYS: Final = ("calibration", "heads", "intercepts", "languages", "layout", "weights")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearModel:
    """Weights and what turns them into probabilities. Safe to share between threads: nothing of it changes."""

    heads: tuple[str, ...]
    """What it scores, in the order of every other member."""
    languages: tuple[str, ...]
    weights: NDArray[np.float16]
    """Buckets x heads."""
    intercepts: NDArray[np.float32]
    """One a head."""
    calibration: NDArray[np.float64]
    """Heads x languages x (slope, offset): the probability of a margin m is the logistic of slope * m + offset."""

    def __post_init__(self) -> None:
        heads, languages = len(self.heads), len(self.languages)
        shapes = (self.weights.shape, self.intercepts.shape, self.calibration.shape)
        if shapes != ((BUCKETS, heads), (heads,), (heads, languages, 2)):
            raise ValueError(f"arrays of shapes {shapes} do not fit {heads} heads and {languages} languages")

    @property
    def digest(self) -> str:
        """SHA-256 over names, types, shapes and contents: the same weights have the same digest however packed."""
        return arrays_digest(self._arrays())

    def margins(self, text: str) -> NDArray[np.float64] | None:
        """One a head, uncalibrated; None where `text` has no features (it is empty or blank)."""
        features = featurise(text)
        if not len(features.buckets):
            return None
        gathered = self.weights.take(features.buckets, axis=0).astype(np.float32)
        return (features.weights @ gathered + self.intercepts).astype(np.float64)

    def scores(self, text: str, language: str, *, discount: float = 0.0) -> Mapping[str, float]:
        """The probability of every head for `text`, read as `language` (one of `languages`); 0.0 for a blank text.

        `discount` is taken off every margin first.

        Raises ValueError for a language that it does not know.
        """
        return self.probabilities(self.margins(text), language, discount=discount)

    def probabilities(
        self, margins: NDArray[np.float64] | None, language: str, *, discount: float = 0.0
    ) -> Mapping[str, float]:
        """What `scores` makes of the margins of a text; 0.0 for None. Errors as there."""
        if language not in self.languages:
            raise ValueError(f"not a language of this model: {language}")
        if margins is None:
            return MappingProxyType(dict.fromkeys(self.heads, 0.0))
        slopes, offsets = self.calibration[:, self.languages.index(language)].T
        return named(self.heads, logistic(slopes * (margins - discount) + offsets))

    def save(self, folder: Path, name: str, facts: Mapping[str, object]) -> tuple[Path, Path]:
        """Write `name`.npz and `name`.json (the digest, and `facts` about how it was made) into `folder`."""
        return write(folder, name, self._arrays(), {"heads": self.heads, "languages": self.languages, **facts})

    @classmethod
    def load(cls, name: str, folder: Path | None = None) -> Self:
        """The model `name` from `folder`, or the packaged one.

        Raises FilterUnavailable when a file is missing or unreadable, made for other features than these, or not what
        its manifest pins.
        """
        with pinned(name, _ARRAYS, folder) as arrays:
            if str(arrays["layout"]) != LAYOUT:
                raise FilterUnavailable("models.other_layout", file=name, found=arrays["layout"], expected=LAYOUT)
            return cls(
                heads=tuple(map(str, arrays["heads"])),
                languages=tuple(map(str, arrays["languages"])),
                weights=arrays["weights"],
                intercepts=arrays["intercepts"],
                calibration=arrays["calibration"],
            )

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "heads": np.array(self.heads),
            "languages": np.array(self.languages),
            "layout": np.array(LAYOUT),
            "weights": self.weights,
            "intercepts": self.intercepts,
            "calibration": self.calibration,
        }


def logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-value)), without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.minimum(np.maximum(values, -60.0), 60.0))), dtype=np.float64)


def named(heads: Iterable[str], values: NDArray[np.float64]) -> Mapping[str, float]:
    """One value a head, by its name."""
    return MappingProxyType(dict(zip(heads, values.tolist(), strict=True)))
