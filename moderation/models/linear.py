"""A linear model over hashed features: one margin a head, made a probability by a table a language.

The weights are one `.npz` without pickled objects; beside it stands a `.json` that pins their digest.
"""

import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable
from moderation.models.archive import arrays_digest, pinned_digest, read_arrays
from moderation.models.features import BUCKETS, LAYOUT, featurise

PACKAGED: Final = "moderation.models"
"""Where the weights that ship with the package are."""

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
        gathered = self.weights[features.buckets].astype(np.float32)
        return (features.weights @ gathered + self.intercepts).astype(np.float64)

    def scores(self, text: str, language: str, *, discount: float = 0.0) -> Mapping[str, float]:
        """The probability of every head for `text`, read as `language` (one of `languages`); 0.0 for a blank text.

        `discount` is taken off every margin first.

        Raises ValueError for a language that it does not know.
        """
        if language not in self.languages:
            raise ValueError(f"not a language of this model: {language}")
        column = self.languages.index(language)
        margins = self.margins(text)
        if margins is None:
            return MappingProxyType(dict.fromkeys(self.heads, 0.0))
        slopes, offsets = self.calibration[:, column, 0], self.calibration[:, column, 1]
        values = logistic(slopes * (margins - discount) + offsets)
        return MappingProxyType({head: float(value) for head, value in zip(self.heads, values, strict=True)})

    def save(self, folder: Path, name: str, facts: Mapping[str, object]) -> tuple[Path, Path]:
        """Write `name`.npz and `name`.json (the digest, and `facts` about how it was made) into `folder`."""
        weights, manifest = folder / f"{name}.npz", folder / f"{name}.json"
        np.savez_compressed(weights, allow_pickle=False, **self._arrays())
        pinned = {"digest": self.digest, "heads": self.heads, "languages": self.languages, **facts}
        manifest.write_text(json.dumps(pinned, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return weights, manifest

    @classmethod
    def load(cls, name: str, folder: Path | None = None) -> Self:
        """The model `name` from `folder`, or the packaged one.

        Raises FilterUnavailable when a file is missing or unreadable, made for other features than these, or not what
        its manifest pins.
        """
        place: Traversable = importlib.resources.files(PACKAGED) if folder is None else folder
        file = place / f"{name}.npz"
        arrays = read_arrays(file, _ARRAYS)
        if str(arrays["layout"]) != LAYOUT:
            raise FilterUnavailable("models.other_layout", file=file, found=arrays["layout"], expected=LAYOUT)
        try:
            model = cls(
                heads=tuple(map(str, arrays["heads"])),
                languages=tuple(map(str, arrays["languages"])),
                weights=arrays["weights"],
                intercepts=arrays["intercepts"],
                calibration=arrays["calibration"],
            )
        except (TypeError, ValueError) as error:
            raise FilterUnavailable("models.unreadable", file=file, reason=error) from error
        pinned = pinned_digest(place / f"{name}.json")
        if model.digest != pinned:
            raise FilterUnavailable("models.not_the_pinned", file=file, found=model.digest, expected=pinned)
        return model

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
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -60.0, 60.0))), dtype=np.float64)
