"""Models made of two: some heads as they were, the others as they were fitted anew."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.errors import RefuseToStart
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads


def joined(
    old: tuple[LinearModel, MeaningHeads], new: tuple[LinearModel, MeaningHeads], kept: Collection[str]
) -> tuple[LinearModel, MeaningHeads]:
    """`new`, with the heads `kept` taken from `old`. Each head has columns of its own, so none changes another.

    Raises RefuseToStart where the two do not score the same heads in the same languages on the same encoder.
    """
    (old_grams, old_heads), (grams, heads) = old, new
    layouts = [(each.heads, each.languages, meant.encoder, meant.weights.shape) for each, meant in (old, new)]
    if layouts[0] != layouts[1]:
        raise RefuseToStart("models.other_heads")
    stays = np.array([head in kept for head in grams.heads])

    def columns(before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        return np.where(stays, before, after)

    def rows(before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        return np.where(stays[:, None, None], before, after)

    both = replace(
        grams,
        weights=columns(old_grams.weights, grams.weights),
        intercepts=columns(old_grams.intercepts, grams.intercepts),
        calibration=rows(old_grams.calibration, grams.calibration),
    )
    return both, replace(
        heads,
        grams=both.digest,
        weights=columns(old_heads.weights, heads.weights),
        intercepts=columns(old_heads.intercepts, heads.intercepts),
        mix=rows(old_heads.mix, heads.mix),
    )
