"""Making the shipped models from labelled text: `talchum train`. Needs the extra [train].

Two views of every text are fitted, hashed n-grams and an encoder's vector, one regression a head each; then how far
each view is to be believed, by language, from what they say of texts they were not fitted on: half of them from sources
that they know, half from sources that they do not. On the first alone the n-grams would count for too much, on the
second for too little.
"""

import hashlib
import importlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moderation.errors import RefuseToStart
from moderation.models.corpus import HEADS, LANGUAGES, MEANT, OWN, Row, read_rows
from moderation.models.encoder import Encoder, UniversalEncoder
from moderation.models.features import BUCKETS, featurise
from moderation.models.fitting import Fitter, Line
from moderation.models.layered import LayeredModel
from moderation.models.levelling import write_fallback
from moderation.models.linear import LinearModel
from moderation.models.meaning import PROBE, MeaningHeads
from moderation.models.measuring import CHAT, KEPT, Figures, measure
from moderation.models.packaged import GRAMS
from moderation.models.packaged import HEADS as MEANING
from moderation.models.templates import template_rows

CHAT_SOURCE: Final = "songys"
"""Everyday chat, harmless throughout: what is kept out of training says how often harmless chat is flagged."""

_HELD_OUT: Final = 10
"""One row in this many is kept out of training, to measure with."""
_FOLDS: Final = 4
"""For templates, and for heads that have one source a language: their rows are spread by template and text."""
_CROSSED: Final = 80_000
"""Rows that folds are fitted on at most: enough to learn how far a view is to be believed."""
_ENCODED_AT_ONCE: Final = 512
_REPORT_EVERY: Final = 20_480
_BY_TEXT: Final = frozenset(("stereotype", *MEANT))
"""Heads that have one source a language, or only templates: no source of theirs can be judged by what the others
taught."""

Rows: TypeAlias = Sequence[Row]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was fitted, not written yet."""

    grams: LinearModel
    heads: MeaningHeads
    encoder: Encoder
    sets: Mapping[str, Rows]
    """What it is measured on, by name."""
    apart: Rows
    """Everything it was not fitted on."""
    taught: int
    """Rows it was fitted on."""

    @property
    def model(self) -> LayeredModel:
        """Ready to judge."""
        return LayeredModel(self.grams, self.heads, self.encoder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run made."""

    model: LayeredModel
    figures: Figures
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Views:
    """Both views of every row, in order."""

    grams: Any
    """Rows x buckets, sparse."""
    vectors: NDArray[np.float32]
    """Rows x dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """A head fitted: both views, and by language how much they are believed, alone and together."""

    grams: Line
    meaning: Line
    alone: Sequence[Line]
    together: Sequence[Line]


def train(
    data: Path,
    out: Path,
    *,
    seed: int,
    report: Callable[[str], None],
    encoder: Encoder | None = None,
) -> Trained:
    """Train on `data`/train_*.jsonl.gz, measure on `data`/dev_*.jsonl.gz, write the models and manifests to `out`.

    `seed` chooses what is held out; the same seed and data give the same weights on one machine. `report` is called
    with a line for each step, in order. `encoder` is the packaged one where None. Takes a quarter of an hour and about
    4 GB of memory.

    Raises FilterUnavailable without the extra [train] or the encoder, RefuseToStart when `data` has no training files
    or too few rows of a label, BadRecord with file and line for a row that is not what it must be.
    """
    fitted = fit(data, seed=seed, report=report, encoder=encoder)
    return save(fitted, out, {"seed": seed}, report=report)


def fit(
    data: Path, *, seed: int, report: Callable[[str], None], encoder: Encoder | None = None, more: Rows = ()
) -> Fitted:
    """The first half of `train`, which writes nothing. `more` are rows beside those of `data`."""
    fitter = Fitter()
    encoder = encoder or UniversalEncoder.load()
    rows, held = _rows(data, seed, report, more)
    report(f"rows={len(rows)}")
    for head in HEADS:
        _require_both(_labels(rows, head), held, head)
    views = _Views(grams=matrix_of(rows), vectors=_vectors(rows, encoder, report))
    fitted = [_fitted(fitter, rows, held, views, head, report) for head in HEADS]
    grams = _gram_model(fitted)
    heads = _meaning_heads(fitted, encoder, grams)
    sets = _measured(data, rows, held)
    return Fitted(
        grams=grams,
        heads=heads,
        encoder=encoder,
        sets=sets,
        apart=tuple(_apart_from_training(rows, held, sets)),
        taught=int((~held).sum()),
    )


def save(fitted: Fitted, out: Path, facts: Mapping[str, object], *, report: Callable[[str], None]) -> Trained:
    """The second half of `train`: measure, and write the models and manifests, which tell `facts` too, to `out`."""
    model = fitted.model
    figures = measure(model, fitted.sets)
    out.mkdir(parents=True, exist_ok=True)
    facts = {**facts, "training_rows": fitted.taught}
    written = (
        *fitted.grams.save(out, GRAMS, facts),
        *fitted.heads.save(out, MEANING, {**facts, **figures.facts()}),
        *write_fallback(model, fitted.grams, fitted.apart, out, report),
    )
    report(f"digest={model.digest}")
    return Trained(model=model, figures=figures, files=written)


def train_fallback(data: Path, out: Path, *, seed: int, report: Callable[[str], None]) -> None:
    """Level the packaged n-grams with the packaged model (`moderation.models.levelling`), on what `train` with this
    `data` and `seed` keeps out, and write that to `out`. Takes three minutes. Raises as `train` does."""
    rows, held = _rows(data, seed, report)
    encoder, grams = UniversalEncoder.load(), LinearModel.load(GRAMS)
    model = LayeredModel(grams, MeaningHeads.load(MEANING), encoder)
    write_fallback(model, grams, _apart_from_training(rows, held, _measured(data, rows, held)), out, report)


def _fitted(fitter: Fitter, rows: Rows, held: Flags, views: _Views, head: str, report: Callable[[str], None]) -> _Head:
    """One head: both views over all rows that teach it, and mixed by what they say across folds."""
    labels = _labels(rows, head)
    taught = [int(number) for number in np.flatnonzero((labels >= 0) & ~held)]
    labels, grams, vectors = labels[taught], views.grams[taught], views.vectors[taught]
    some = np.array([number % (1 + len(taught) // _CROSSED) == 0 for number in range(len(taught))])
    numbers = [number for number, chosen in zip(taught, some, strict=True) if chosen]
    folds = [
        _folds(rows, numbers, by_source=by_source) for by_source in (False, *(() if head in _BY_TEXT else (True,)))
    ]
    apart = np.concatenate([_apart(fitter, labels[some], grams[some], vectors[some], each) for each in folds])
    spoken, known = np.tile([rows[number].lang for number in numbers], len(folds)), np.tile(labels[some], len(folds))
    alone = [_mixed(fitter, apart[spoken == language, :1], known[spoken == language]) for language in LANGUAGES]
    together = [_mixed(fitter, apart[spoken == language], known[spoken == language]) for language in LANGUAGES]
    report(f"head={head} rows={len(taught)} mix={[line.coefficients.round(2).tolist() for line in together]}")
    return _Head(
        grams=fitter.sparse(grams, labels), meaning=fitter.dense(vectors, labels), alone=alone, together=together
    )


def _apart(
    fitter: Fitter, labels: NDArray[np.int8], grams: Any, vectors: NDArray[np.float32], folds: NDArray[np.intp]
) -> NDArray[np.float64]:
    """What either view says of each row when its fold was left out: rows x (n-grams, encoder)."""
    margins = np.zeros((len(labels), 2))
    for fold in np.unique(folds):
        out = folds == fold
        if len(np.unique(labels[~out])) == 2:
            margins[out, 0] = fitter.sparse(grams[~out], labels[~out]).margins(grams[out])
            margins[out, 1] = fitter.dense(vectors[~out], labels[~out]).margins(vectors[out])
    return margins


def _mixed(fitter: Fitter, margins: NDArray[np.float64], labels: NDArray[np.int8]) -> Line:
    """How far the views are believed; all equally where a language has not both labels."""
    if len(np.unique(labels)) < 2:
        return Line(coefficients=np.full(margins.shape[1], 1 / margins.shape[1]), intercept=0.0)
    return fitter.mix(margins, labels)


def _gram_model(fitted: Sequence[_Head]) -> LinearModel:
    return LinearModel(
        heads=HEADS,
        languages=LANGUAGES,
        weights=np.stack([head.grams.coefficients.astype(np.float16) for head in fitted], axis=1),
        intercepts=np.array([head.grams.intercept for head in fitted], np.float32),
        calibration=np.array([[[line.coefficients[0], line.intercept] for line in head.alone] for head in fitted]),
    )


def _meaning_heads(fitted: Sequence[_Head], encoder: Encoder, grams: LinearModel) -> MeaningHeads:
    return MeaningHeads(
        heads=HEADS,
        languages=LANGUAGES,
        encoder=encoder.name,
        grams=grams.digest,
        probe=encoder.encode([PROBE])[0],
        weights=np.stack([head.meaning.coefficients.astype(np.float16) for head in fitted], axis=1),
        intercepts=np.array([head.meaning.intercept for head in fitted], np.float32),
        mix=np.array([[[*line.coefficients, line.intercept] for line in head.together] for head in fitted]),
    )


def _rows(data: Path, seed: int, report: Callable[[str], None], more: Rows = ()) -> tuple[Rows, Flags]:
    """All rows for training, and which of them are kept out of it. Raises RefuseToStart where `data` has none."""
    files = sorted(data.glob("train_*.jsonl.gz"))
    if not files:
        raise RefuseToStart("models.no_data", folder=data)
    rows = [*_read(files, report), *template_rows(), *more]
    return rows, np.array([_held_out(row.text, seed) for row in rows])


def _read(files: Iterable[Path], report: Callable[[str], None]) -> Iterator[Row]:
    for file in files:
        rows = list(read_rows(file))
        report(f"file={file.name} rows={len(rows)}")
        yield from rows


def _held_out(text: str, seed: int) -> bool:
    """Whether a text is kept out of training: decided by the text, so that its copies stay together."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4, salt=seed.to_bytes(8, "little"))
    return int.from_bytes(digest.digest(), "little") % _HELD_OUT == 0


def _folds(rows: Rows, numbers: Iterable[int], *, by_source: bool) -> NDArray[np.intp]:
    """The fold of each row. What a template made stays together; a source does with `by_source`, else it is spread."""
    sources: dict[str, int] = {}
    folds = []
    for number in numbers:
        row = rows[number]
        if row.source != OWN and by_source:
            folds.append(_FOLDS + sources.setdefault(row.source, len(sources)))
        else:
            key = row.group if row.source == OWN else row.text
            folds.append(zlib.crc32(key.encode("utf-8", "surrogatepass")) % _FOLDS)
    return np.array(folds)


def matrix_of(rows: Rows) -> Any:
    """Texts x buckets, sparse."""
    sparse = importlib.import_module("scipy.sparse").csr_matrix
    features = [featurise(row.text) for row in rows]
    ends = np.cumsum([0, *(len(each.buckets) for each in features)])
    buckets = np.concatenate([each.buckets for each in features])
    weights = np.concatenate([each.weights for each in features]).astype(np.float64)
    return sparse((weights, buckets, ends), shape=(len(rows), BUCKETS))


def _vectors(rows: Rows, encoder: Encoder, report: Callable[[str], None]) -> NDArray[np.float32]:
    """Texts x dimensions. Texts of one length go together: a batch takes as long as its longest."""
    order = sorted(range(len(rows)), key=lambda number: len(rows[number].text))
    vectors = np.empty((len(rows), encoder.dimensions), np.float32)
    for start in range(0, len(order), _ENCODED_AT_ONCE):
        some = order[start : start + _ENCODED_AT_ONCE]
        vectors[some] = encoder.encode([rows[number].text for number in some])
        if start % _REPORT_EVERY == 0:
            report(f"encoded={start + len(some)}")
    return vectors


def _labels(rows: Rows, head: str) -> NDArray[np.int8]:
    """1, 0, or -1 where a row does not teach the head."""
    return np.array([int(row.targets.get(head, -1)) for row in rows], np.int8)


def _require_both(labels: NDArray[np.int8], held: Flags, head: str) -> None:
    counts = [int(((labels == label) & (held == part)).sum()) for part in (False, True) for label in (0, 1)]
    if 0 in counts:
        raise RefuseToStart("models.too_few", head=head, found=counts)


def _apart_from_training(rows: Rows, held: Flags, measured: Mapping[str, Rows]) -> Iterator[Row]:
    """Everything that was not trained on: what was held out, and the sets that are measured."""
    yield from (row for row, kept in zip(rows, held, strict=True) if kept)
    yield from (row for name, some in measured.items() if name != CHAT for row in some)


def _measured(data: Path, rows: Rows, held: Flags) -> Mapping[str, Rows]:
    """The development sets, and what was kept out of training: harmless chat, and whole templates."""
    sets = {file.name.removesuffix(".jsonl.gz"): list(read_rows(file)) for file in sorted(data.glob("dev_*.jsonl.gz"))}
    chat = [row for row, kept in zip(rows, held, strict=True) if kept and row.source == CHAT_SOURCE]
    return {**sets, CHAT: chat, KEPT: list(template_rows(kept=True))}
