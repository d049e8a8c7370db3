"""Fitting the calibration of n-grams that judge alone (`moderation.models.fallback`), and counting what it is worth.

Both models judge harmless texts that neither was trained on. Where one text in two thousand to one in twenty reaches a
score with the encoder, as many are to reach it without: a line through these pairs of quantiles, on the scale of
log-odds, is the calibration. All texts and the sentences of templates, which look bad and are not, give as many pairs.
What is harmful has no say: it is counted only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moderation.models.corpus import OWN, TOXIC, Row
from moderation.models.fallback import Fallback
from moderation.models.layered import LayeredModel
from moderation.models.linear import LinearModel
from moderation.models.windows import judge
from moderation.policy import Policy
from moderation.records import Stage

_SHARES: Final = tuple(np.geomspace(0.0005, 0.05, 25))
"""Shares of harmless texts above a score, at which the models are compared."""
_FEWEST: Final = 5
"""Texts that a share must stand for, or chance decides where it lies."""
_NOWHERE: Final = 1e-12

Report: TypeAlias = Callable[[str], None]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """One row, with what both models say of it."""

    row: Row
    together: Mapping[str, float]
    """Probabilities with the encoder."""
    margins: Mapping[str, float]
    """Highest margins of the n-grams over its windows."""


def level(model: LayeredModel, grams: LinearModel, rows: Iterable[Row], report: Report) -> Fallback:
    """The calibration with which `grams` alone flag as many harmless texts of `rows` as `model`. Blocks for minutes.

    `rows` are texts that neither was trained on. A head and language with too few harmless ones keeps the calibration
    of `grams`. `report` is called with a line for each head and language of `TOXIC`, at the thresholds of the policy
    that ships: shares flagged and blocked of harmless and of harmful rows, in per cent.
    """
    plain = replace(grams, calibration=np.tile([1.0, 0.0], (len(grams.heads), len(grams.languages), 1)))
    scored = [_scored(model, plain, row) for row in rows]
    calibration = grams.calibration.copy()
    for place, head in enumerate(grams.heads):
        for number, language in enumerate(grams.languages):
            said = [each for each in scored if each.row.lang == language and head in each.row.targets]
            fitted = _line([each for each in said if not each.row.targets[head]], head)
            if fitted is not None:
                calibration[place, number] = fitted
            if head in TOXIC:
                lines = (grams.calibration[place, number], calibration[place, number])
                report(f"head={head} language={language} {_counted(said, head, language, lines)}")
    return Fallback(heads=grams.heads, languages=grams.languages, grams=grams.digest, calibration=calibration)


def write_fallback(
    model: LayeredModel, grams: LinearModel, rows: Iterable[Row], out: Path, report: Report
) -> tuple[Path, Path]:
    """`level` them, and write what comes of it into `out`."""
    fallback = level(model, grams, rows, report)
    out.mkdir(parents=True, exist_ok=True)
    report(f"fallback={fallback.digest}")
    return fallback.save(out, {})


def _scored(model: LayeredModel, plain: LinearModel, row: Row) -> _Scored:
    alone = judge(plain, row.text, row.lang).scores
    return _Scored(
        row=row,
        together=model.judge(row.text, row.lang).judged.scores,
        margins={head: float(_odds(np.array(score))) for head, score in alone.items()},
    )


def _line(harmless: Sequence[_Scored], head: str) -> tuple[float, float] | None:
    """Slope and offset; None where there are too few texts, or they make no line."""
    own = [each for each in harmless if each.row.source == OWN]
    pairs = np.concatenate([_pairs(some, head) for some in (harmless, own)])
    if len(np.unique(pairs[:, 0])) < 2:
        return None
    slope, offset = np.polyfit(pairs[:, 0], pairs[:, 1], 1)
    return (float(slope), float(offset)) if slope > 0 else None


def _pairs(harmless: Sequence[_Scored], head: str) -> Floats:
    """Quantiles: shares x (margin of the n-grams, log-odds with the encoder); none where there are too few texts."""
    shares = [share for share in _SHARES if share * len(harmless) >= _FEWEST]
    if len(shares) < 2:
        return np.empty((0, 2))
    weights = _weights([each.row.source for each in harmless])
    alone = np.array([each.margins[head] for each in harmless])
    together = _odds(np.array([each.together[head] for each in harmless]))
    return np.stack([_above(values, weights, shares) for values in (alone, together)], axis=1)


def _weights(sources: Sequence[str]) -> Floats:
    """Of each row: half for all rows alike, half for all sources alike, as thresholds are chosen by both."""
    names, counts = np.unique(sources, return_counts=True)
    of_source = dict(zip(names, counts, strict=True))
    rows, kinds = len(sources), len(names)
    return np.array([0.5 / rows + 0.5 / (kinds * of_source[source]) for source in sources])


def _above(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """For each of `shares`, ascending, the value that this much of all weight reaches."""
    order = np.argsort(-values)
    reached = np.cumsum(weights[order])
    return np.asarray(values[order][np.minimum(np.searchsorted(reached, shares), len(values) - 1)], dtype=np.float64)


def _odds(scores: Floats) -> Floats:
    kept = np.clip(scores, _NOWHERE, 1 - _NOWHERE)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)


def _counted(said: Sequence[_Scored], head: str, language: str, lines: Sequence[Sequence[float]]) -> str:
    """What is flagged and blocked with the encoder, by the n-grams as they were, and levelled."""
    limits = Policy.load().thresholds("toxicity", head, stage=Stage.WHOLE, language=language)
    told = []
    for name, label in (("harmless", False), ("harmful", True)):
        some = [each for each in said if each.row.targets[head] is label]
        if some:
            margins = np.array([each.margins[head] for each in some])
            views = [_odds(np.array([each.together[head] for each in some])), *(a * margins + b for a, b in lines)]
            shares = [f"{_share(view, limits[0])}/{_share(view, limits[1])}" for view in views]
            told.append(f"{name}={len(some)} both={shares[0]} alone={shares[1]} levelled={shares[2]}")
    return " ".join(told)


def _share(odds: Floats, limit: float) -> str:
    return f"{100 * float(np.mean(odds >= _odds(np.array(limit)))):.2f}"
