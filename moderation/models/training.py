"""Making the toxicity model from labelled text: `talchum train`. Needs the extra [train]."""

import hashlib
import importlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable, RefuseToStart
from moderation.models.corpus import HEADS, LANGUAGES, Row, read_rows
from moderation.models.features import BUCKETS, featurise
from moderation.models.linear import LinearModel
from moderation.models.measuring import CHAT, KEPT, Figures, measure
from moderation.models.templates import template_rows

NAME: Final = "toxicity"
"""Of the files that are written."""
CHAT_SOURCE: Final = "songys"
"""Everyday chat, harmless throughout: what is kept out of training says how often harmless chat is flagged."""

_HELD_OUT: Final = 10
"""One row in this many is kept out of training, to make margins into probabilities with."""
_STRENGTH: Final = 4.0
"""Inverse of the regularisation; 1 and 16 are a little worse on the development sets."""
_ROUNDS: Final = 150
"""L-BFGS steps at most: stopping there costs nothing on the development sets."""


Fit: TypeAlias = Callable[[Any, NDArray[np.int8]], tuple[NDArray[np.float64], float]]
"""Features and labels to coefficients and intercept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run made."""

    model: LinearModel
    figures: Figures
    files: tuple[Path, ...]


def train(data: Path, out: Path, *, seed: int, report: Callable[[str], None]) -> Trained:
    """Train on `data`/train_*.jsonl.gz, measure on `data`/dev_*.jsonl.gz, write the model and its manifest to `out`.

    `seed` chooses what is held out; the same seed and data give the same weights on one machine. `report` is called
    with a line for each step, in order. Takes minutes and about 3 GB of memory.

    Raises FilterUnavailable without the extra [train], RefuseToStart when `data` has no training files or too few rows
    of a label, BadRecord with file and line for a row that is not what it must be.
    """
    fit = fitter()
    files = sorted(data.glob("train_*.jsonl.gz"))
    if not files:
        raise RefuseToStart("models.no_data", folder=data)
    rows = [*_read(files, report), *template_rows()]
    report(f"rows={len(rows)}")
    held = np.array([_held_out(row.text, seed) for row in rows])
    model = _fitted(fit, rows, held, report)
    figures = measure(model, _measured(data, rows, held))
    out.mkdir(parents=True, exist_ok=True)
    written = model.save(out, NAME, {"seed": seed, "training_rows": int((~held).sum()), **figures.facts()})
    report(f"digest={model.digest}")
    return Trained(model=model, figures=figures, files=written)


def fitter() -> Fit:
    """Logistic regression by scikit-learn, which only this command needs."""
    try:
        convergence = importlib.import_module("sklearn.exceptions").ConvergenceWarning
        regress = importlib.import_module("sklearn.linear_model").LogisticRegression
        limits = importlib.import_module("threadpoolctl").threadpool_limits
    except ModuleNotFoundError as error:
        raise FilterUnavailable("models.no_trainer", module=error.name) from error

    def fit(features: Any, labels: NDArray[np.int8]) -> tuple[NDArray[np.float64], float]:
        regression = regress(C=_STRENGTH, max_iter=_ROUNDS, tol=1e-5)
        # One thread: the algebra's own threads spin against each other on a busy machine, ten times slower.
        with warnings.catch_warnings(), limits(1):
            warnings.simplefilter("ignore", convergence)  # stopping early is meant
            regression.fit(features.astype(np.float64), labels)
        return regression.coef_[0], float(regression.intercept_[0])

    return fit


def _fitted(fit: Fit, rows: Sequence[Row], held: NDArray[np.bool_], report: Callable[[str], None]) -> LinearModel:
    """Every head fitted on the rows that teach it and are not held out, and calibrated on those that are."""
    spoken = np.array([row.lang for row in rows])
    matrix = matrix_of(rows)
    report(f"features={matrix.nnz}")
    weights, intercepts, calibration = [], [], []
    for head in HEADS:
        labels = _labels(rows, head)
        _require_both(labels, held, head)
        taught = (labels >= 0) & ~held
        coefficients, intercept = fit(matrix[taught], labels[taught])
        weights.append(coefficients.astype(np.float16))
        intercepts.append(intercept)
        margins = matrix @ weights[-1].astype(np.float32) + np.float32(intercept)
        kept = [(labels >= 0) & held & (spoken == language) for language in LANGUAGES]
        calibration.append([_calibrate(fit, margins[some], labels[some]) for some in kept])
        report(f"head={head} rows={int(taught.sum())}")
    return LinearModel(
        heads=HEADS,
        languages=LANGUAGES,
        weights=np.stack(weights, axis=1),
        intercepts=np.array(intercepts, np.float32),
        calibration=np.array(calibration, np.float64),
    )


def _read(files: Iterable[Path], report: Callable[[str], None]) -> Iterator[Row]:
    for file in files:
        rows = list(read_rows(file))
        report(f"file={file.name} rows={len(rows)}")
        yield from rows


def _held_out(text: str, seed: int) -> bool:
    """Whether a text is kept out of training: decided by the text, so that its copies stay together."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4, salt=seed.to_bytes(8, "little"))
    return int.from_bytes(digest.digest(), "little") % _HELD_OUT == 0


def matrix_of(rows: Sequence[Row]) -> Any:
    """Texts x buckets, sparse."""
    sparse = importlib.import_module("scipy.sparse").csr_matrix
    features = [featurise(row.text) for row in rows]
    ends = np.cumsum([0, *(len(each.buckets) for each in features)])
    buckets = np.concatenate([each.buckets for each in features])
    weights = np.concatenate([each.weights for each in features])
    return sparse((weights, buckets, ends), shape=(len(rows), BUCKETS))


def _labels(rows: Sequence[Row], head: str) -> NDArray[np.int8]:
    """1, 0, or -1 where a row does not teach the head."""
    return np.array([int(row.targets.get(head, -1)) for row in rows], np.int8)


def _require_both(labels: NDArray[np.int8], held: NDArray[np.bool_], head: str) -> None:
    counts = [int(((labels == label) & (held == part)).sum()) for part in (False, True) for label in (0, 1)]
    if 0 in counts:
        raise RefuseToStart("models.too_few", head=head, found=counts)


def _calibrate(fit: Fit, margins: NDArray[np.float32], labels: NDArray[np.int8]) -> tuple[float, float]:
    """Slope and offset (Platt) by rows kept out of training; as it is where a language has not both labels there."""
    if len(np.unique(labels)) < 2:
        return 1.0, 0.0
    coefficients, offset = fit(margins[:, np.newaxis], labels)
    return float(coefficients[0]), offset


def _measured(data: Path, rows: Sequence[Row], held: NDArray[np.bool_]) -> Mapping[str, Sequence[Row]]:
    """The development sets, and what was kept out of training: harmless chat, and whole templates."""
    sets = {file.name.removesuffix(".jsonl.gz"): list(read_rows(file)) for file in sorted(data.glob("dev_*.jsonl.gz"))}
    chat = [row for row, kept in zip(rows, held, strict=True) if kept and row.source == CHAT_SOURCE]
    return {**sets, CHAT: chat, KEPT: list(template_rows(kept=True))}
