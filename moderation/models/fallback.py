"""The n-grams where there is no encoder: their margins on the scale of both tiers, so that one policy fits either.

Thresholds are chosen for what n-grams and encoder say together. Alone, the n-grams are less sure of what they see, in
English most of all: at the same thresholds they would flag fewer harmless texts, and catch far fewer of the others. So
each head and language has a slope and an offset of its own under which as many harmless texts reach a score as do with
the encoder (`moderation.models.levelling`). The weights stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable
from moderation.models.archive import arrays_digest, pinned, write
from moderation.models.linear import LinearModel

NAME: Final = "fallback"
"""Of its files."""
_ARRAYS: Final = ("calibration", "grams", "heads", "languages")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fallback:
    """A calibration for an n-gram model that judges alone. Safe to share between threads: nothing of it changes."""

    heads: tuple[str, ...]
    languages: tuple[str, ...]
    grams: str
    """Digest of the n-gram model it was fitted on."""
    calibration: NDArray[np.float64]
    """As `LinearModel.calibration`."""

    @property
    def digest(self) -> str:
        """SHA-256 over names, types, shapes and contents."""
        return arrays_digest(self._arrays())

    def levelled(self, grams: LinearModel) -> LinearModel:
        """`grams` with this calibration in the place of its own. Raises FilterUnavailable for other n-grams than those
        it was fitted on."""
        if grams.digest != self.grams or (grams.heads, grams.languages) != (self.heads, self.languages):
            raise FilterUnavailable(
                "models.not_the_pinned", file=f"{NAME}.npz", found=grams.digest, expected=self.grams
            )
        return replace(grams, calibration=self.calibration)

    def save(self, folder: Path, facts: Mapping[str, object]) -> tuple[Path, Path]:
        """Write `fallback.npz` and `fallback.json` (the digest, and `facts` about how it was made) into `folder`."""
        return write(folder, NAME, self._arrays(), {"heads": self.heads, "languages": self.languages, **facts})

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """The one in `folder`, or the packaged one. Raises FilterUnavailable when a file is missing, unreadable or not
        what its manifest pins."""
        with pinned(NAME, _ARRAYS, folder) as arrays:
            return cls(
                heads=tuple(map(str, arrays["heads"])),
                languages=tuple(map(str, arrays["languages"])),
                grams=str(arrays["grams"]),
                calibration=arrays["calibration"],
            )

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "calibration": self.calibration,
            "grams": np.array(self.grams),
            "heads": np.array(self.heads),
            "languages": np.array(self.languages),
        }
