"""The models that ship with the package, put together: n-grams, and the encoder with its heads where there is one."""

import logging
from pathlib import Path
from typing import Final

from moderation.errors import FilterUnavailable
from moderation.models.encoder import Encoder, UniversalEncoder
from moderation.models.fallback import Fallback
from moderation.models.layered import Budget, LayeredModel
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads

GRAMS: Final = "toxicity"
"""Name of the n-gram model's files."""
HEADS: Final = "meaning"
"""Name of the files of the heads over it and the encoder."""

_log = logging.getLogger(__name__)


def packaged(folder: Path | None = None, budget: Budget = Budget()) -> LayeredModel:  # noqa: B008 - frozen
    """The models in `folder`, or the packaged ones. Blocks for half a second.

    Without the encoder's package the n-grams judge alone, on the scale of both, and the log says so; so they do where
    the budget leaves the encoder nothing. Raises FilterUnavailable when a file is
    missing, damaged or not the pinned one, or when the encoder is not the one the heads were fitted on.
    """
    grams = LinearModel.load(GRAMS, folder)
    if not budget.windows:
        return LayeredModel(Fallback.load(folder).levelled(grams), budget=budget)
    try:
        encoder: Encoder = UniversalEncoder.load()
    except FilterUnavailable as error:
        _log.warning("no sentence encoder: %s", error.explain("en"))
        return LayeredModel(Fallback.load(folder).levelled(grams), budget=budget)
    return LayeredModel(grams, MeaningHeads.load(HEADS, folder), encoder, budget)
