"""Figures about scores: how well they rank, and where a threshold must lie to leave harmless text alone."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from moderation.models.corpus import Row
from moderation.models.layered import LayeredModel

CHAT: Final = "held_out_chat"
"""Name of the set made of harmless chat that was kept out of training."""
KEPT: Final = "kept_templates"
"""Name of the set made of templates that were kept out of training."""
HARMLESS: Final = (CHAT, "dev_tox", "dev_refuse")
"""The sets whose harmless rows set the thresholds."""
MAY_FLAG: Final = 0.02
"""The share of harmless texts that may be flagged, and the one that may be blocked."""
MAY_BLOCK: Final = 0.005
MAY_FLAG_KEPT: Final = 0.01
"""The share of harmless sentences from kept templates that may be flagged; none of them may be blocked."""


def area_under_curve(labels: ArrayLike, scores: ArrayLike) -> float:
    """The chance that a text of label 1 scores above one of label 0, ties counted half (ROC-AUC).

    NaN where a label is missing.
    """
    positive = np.asarray(labels, dtype=bool)
    values = np.asarray(scores, dtype=np.float64)
    above = int(positive.sum())
    below = len(positive) - above
    if above == 0 or below == 0:
        return float("nan")
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[positive].sum() - above * (above + 1) / 2) / (above * below))


def threshold_for(harmless: Iterable[Sequence[float]], rate: float) -> float:
    """The lowest score, in steps of 0.01 and at most 0.99, that at most `rate` of the harmless scores reach.

    The rate is kept over all scores together and as the mean over the groups, so that neither a large group of easy
    texts nor a small one of hard texts decides alone.
    """
    groups = [group for group in harmless if len(group)]
    together = [score for group in groups for score in group]
    for hundredths in range(1, 100):
        shares = [share_at(group, hundredths / 100) for group in groups]
        if not groups or max(float(np.mean(shares)), share_at(together, hundredths / 100)) <= rate:
            return hundredths / 100
    return 0.99


def share_at(scores: Sequence[float], threshold: float) -> float:
    """The share of scores at or above `threshold`; NaN for none."""
    return float(np.mean(np.asarray(scores, dtype=np.float64) >= threshold)) if len(scores) else float("nan")


def f1_at(labels: ArrayLike, scores: ArrayLike, threshold: float) -> float:
    """The harmonic mean of precision and recall at `threshold`; 0.0 where nothing is caught."""
    positive = np.asarray(labels, dtype=bool)
    caught = np.asarray(scores, dtype=np.float64) >= threshold
    hits = int((positive & caught).sum())
    return 2 * hits / (int(positive.sum()) + int(caught.sum())) if hits else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How one head does on the rows of one set, source and language that say something about it.

    Rates are shares in [0, 1]; NaN where there is no row of that label.
    """

    set: str
    source: str
    language: str
    head: str
    rows: int
    auc: float
    f1: float
    """At the flag threshold, like the next two."""
    recall: float
    false_alarm: float
    recall_blocked: float
    """At the block threshold, like the next."""
    false_block: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured, and the thresholds that it was measured at."""

    thresholds: Mapping[str, Mapping[str, tuple[float, float]]]
    """Head and language to flag and block."""
    table: tuple[Figure, ...]

    def facts(self) -> Mapping[str, object]:
        """For a manifest: plain values, rounded, NaN as None."""
        thresholds = {
            head: {lang: {"flag": flag, "block": block} for lang, (flag, block) in by_language.items()}
            for head, by_language in self.thresholds.items()
        }
        return {"thresholds": thresholds, "figures": [_plain(figure) for figure in self.table]}


def measure(model: LayeredModel, sets: Mapping[str, Sequence[Row]]) -> Figures:
    """Judge every row of `sets` as the filter would, set thresholds by the harmless ones, and count."""
    judged = {
        name: [(row, model.judge(row.text, row.lang).judged.scores) for row in rows] for name, rows in sets.items()
    }
    harmless = [each for name in HARMLESS for each in judged.get(name, ()) if not each[0].label]
    kept = [each for each in judged.get(KEPT, ()) if not each[0].label]
    thresholds = {
        head: {language: _thresholds(harmless, kept, head, language) for language in model.languages}
        for head in model.heads
    }
    table: list[Figure] = []
    for name, scored in judged.items():
        groups = sorted({(row.source, row.lang) for row, _ in scored})
        for (source, language), head in itertools.product(groups, model.heads):
            said = [
                (row.targets[head], scores[head])
                for row, scores in scored
                if (row.source, row.lang) == (source, language) and head in row.targets
            ]
            if said:
                limits = thresholds[head][language]
                table.append(_figure((name, source, language, head), said, limits))
    return Figures(thresholds=thresholds, table=tuple(table))


_Scored: TypeAlias = Sequence[tuple[Row, Mapping[str, float]]]


def _thresholds(harmless: _Scored, kept: _Scored, head: str, language: str) -> tuple[float, float]:
    """Flag and block: the lowest that keep both the shares among real texts and those among kept templates."""
    by_source: dict[str, list[float]] = {}
    for row, scores in harmless:
        if row.lang == language and row.targets.get(head) is False:
            by_source.setdefault(row.source, []).append(scores[head])
    own = [[scores[head] for row, scores in kept if row.lang == language and head in row.targets]]
    flag = max(threshold_for(by_source.values(), MAY_FLAG), threshold_for(own, MAY_FLAG_KEPT))
    return flag, max(flag, threshold_for(by_source.values(), MAY_BLOCK), threshold_for(own, 0.0))


def _figure(key: tuple[str, str, str, str], said: Sequence[tuple[bool, float]], limits: tuple[float, float]) -> Figure:
    name, source, language, head = key
    flag, block = limits
    labels, scores = [label for label, _ in said], [score for _, score in said]
    bad, good = [score for label, score in said if label], [score for label, score in said if not label]
    return Figure(
        set=name,
        source=source,
        language=language,
        head=head,
        rows=len(said),
        auc=area_under_curve(labels, scores),
        f1=f1_at(labels, scores, flag),
        recall=share_at(bad, flag),
        false_alarm=share_at(good, flag),
        recall_blocked=share_at(bad, block),
        false_block=share_at(good, block),
    )


def _plain(figure: Figure) -> dict[str, object]:
    values = dataclasses.asdict(figure).items()
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in values}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
