"""Making the weights of the bias filter from labelled text: `talchum train --only bias`. Needs the extra [train].

The heads that the weights rest on must be asked about texts they were not taught, or they would be trusted too much. So
rows are parted in five by what they are copies of: one part is only measured on, and each of the other four is judged
by a head that was fitted on the remaining three.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.errors import RefuseToStart
from moderation.filters.bias import Bias, Reading
from moderation.filters.bias_evidence import LANGUAGES, Head, LinearHead, limited, spoken
from moderation.filters.phrases import Source
from moderation.models.corpus import Row, read_rows
from moderation.models.fitting import Fitter
from moderation.models.linear import LinearModel
from moderation.models.measuring import area_under_curve, share_at
from moderation.models.templates import template_rows
from moderation.models.training import matrix_of
from moderation.normalise.said import evened
from moderation.normalise.text import fold_text
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Stage

HEAD: Final = "stereotype"
WEIGHTS: Final = "weights.toml"
"""Of the file that is written."""
PARTS: Final = 5
MEASURED: Final = 0
"""The part that nothing is taught."""

_TOGETHER: Final = (("kosbi-ctx", "kosbi-ctx+sent", "kosbi-sent"), ("kosbi-sent", "songys"))
"""Sources that are also measured as one: all there is on groups in Korean, and its sentences beside everyday chat."""
_ALIKE: Final = 0.6
"""Cosine of two texts' features from which they count as copies of each other."""
_PAIRED: Final = ("kosbi-ctx", "kosbi-sent", "kosbi-ctx+sent")
"""Sources whose rows are parts of each other."""
_TEMPLATES: Final = 1500
"""Rows made by rule of each language, so that they do not outweigh what people wrote."""
_LONGEST: Final = 200
_BLANK: Final = Source(
    "weights.toml",
    b"",
    {language: {"intercept": 0.0, "features": {}, "heads": {"linear": 0.0}} for language in LANGUAGES},
)
"""Weights of a filter that is asked for features alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How the filter does on the rows of one source that it was not taught. Rates are shares in [0, 1]."""

    set: str
    source: str
    language: str
    rows: int
    auc: float
    """NaN where there is no row of one of the labels."""
    caught: float
    """Of the biased rows: flagged or blocked by the policy that ships."""
    false: float
    """The same of the harmless ones."""
    falsely_blocked: float

    def line(self) -> str:
        """For people."""
        shares = f"caught={self.caught:.3f} false={self.false:.3f} falsely_blocked={self.falsely_blocked:.3f}"
        return f"{self.set} {self.source} {self.language} rows={self.rows} auc={self.auc:.3f} {shares}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedBias:
    """What a training run made."""

    file: Path
    figures: tuple[Figure, ...]


def train_bias(data: Path, out: Path, *, seed: int, report: Callable[[str], None]) -> TrainedBias:
    """Fit the weights on `data`/train_*.jsonl.gz, measure them on what was kept apart and on `data`/dev_bias*.jsonl.gz,
    write `out`/weights.toml. Takes minutes and about 2 GB of memory.

    Raises FilterUnavailable without the extra [train], RefuseToStart where there are no rows of both labels, BadRecord
    with file and line for a row that is not what it must be.
    """
    fitter = Fitter()
    if not any(data.glob("train_*.jsonl.gz")):
        raise RefuseToStart("models.no_data", folder=data)
    rows = [row for row in _rows(data) if HEAD in row.targets]
    if {row.targets[HEAD] for row in rows} != {False, True}:
        raise RefuseToStart("models.no_data", folder=data)
    features = matrix_of(rows)
    parts = _parts(rows, features, seed)
    report(f"rows={len(rows)} measured={int((parts == MEASURED).sum())}")
    labels = np.array([int(row.targets[HEAD]) for row in rows], np.int8)
    taught = np.arange(1, PARTS)
    filters = {}
    for part in range(PARTS):
        some = np.isin(parts, taught[taught != part])
        filters[part] = Bias.load(heads={"linear": _head(fitter, features[some], labels[some])}, weights=_BLANK)
        report(f"head part={part} rows={int(some.sum())}")
    examples = [
        (reading, bool(label), filters[part])
        for row, label, part in zip(rows, labels, parts, strict=True)
        if part != MEASURED
        for reading in _taken(filters[part], row.text, label=bool(label))
    ]
    out.mkdir(parents=True, exist_ok=True)
    file = out / WEIGHTS
    file.write_text(_document(fitter, examples), encoding="utf-8")
    report(f"file={file} examples={len(examples)}")
    measured = {
        "held_out": [row for row, part in zip(rows, parts, strict=True) if part == MEASURED],
        **{path.name.partition(".")[0]: list(read_rows(path)) for path in sorted(data.glob("dev_bias*.jsonl.gz"))},
        "kept_templates": list(template_rows(kept=True)),
    }
    return TrainedBias(file=file, figures=tuple(_measure(file, filters[MEASURED], measured, report)))


def _rows(data: Path) -> Iterator[Row]:
    for file in sorted(data.glob("train_*.jsonl.gz")):
        yield from read_rows(file)
    own = [row for row in template_rows() if len(row.text) <= _LONGEST]
    for language in LANGUAGES:
        spoken = [row for row in own if row.lang == language]
        yield from spoken[:: max(1, len(spoken) // _TEMPLATES)]


def _parts(rows: Sequence[Row], features: Any, seed: int) -> NDArray[np.int64]:
    """Which part each row is in: the same for a sentence, its context and whatever is nearly the same text."""
    leaders: dict[str, str] = {}

    def leader(text: str) -> str:
        while leaders.setdefault(text, text) != text:
            text = leaders[text]
        return text

    for one, other in (*_joined(rows), *_copies(rows, features)):
        leaders[leader(one)] = leader(other)
    salt = seed.to_bytes(8, "little")
    numbers = (
        hashlib.blake2b(leader(row.text).encode("utf-8", "surrogatepass"), digest_size=4, salt=salt).digest()
        for row in rows
    )
    return np.array([int.from_bytes(number, "little") % PARTS for number in numbers])


def _joined(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Rows that are a context and a sentence, with each of the two."""
    pieces = {row.text for row in rows if row.source in _PAIRED[:2]}
    for row in rows:
        if row.source == _PAIRED[2]:
            for place in range(1, len(row.text)):
                for piece in (row.text[:place].strip(), row.text[place:]):
                    if piece in pieces:
                        yield row.text, piece


def _copies(rows: Sequence[Row], features: Any) -> Iterator[tuple[str, str]]:
    """Rows of those sources that are nearly the same text."""
    some = [number for number, row in enumerate(rows) if row.source in _PAIRED]
    close = (features[some] @ features[some].T).tocoo()
    for one, other in zip(close.row[close.data > _ALIKE], close.col[close.data > _ALIKE], strict=True):
        if one < other:
            yield rows[some[one]].text, rows[some[other]].text


def _head(fitter: Fitter, features: Any, labels: NDArray[np.int8]) -> Head:
    """The head of the model that ships, taught on these rows alone; its margins are its log-odds."""
    line = fitter.sparse(features, labels)
    model = LinearModel(
        heads=(HEAD,),
        languages=LANGUAGES,
        weights=line.coefficients.astype(np.float16)[:, np.newaxis],
        intercepts=np.array([line.intercept], np.float32),
        calibration=np.tile(np.array([1.0, 0.0]), (1, len(LANGUAGES), 1)),
    )
    return LinearHead(model)


def _taken(judge: Bias, text: str, *, label: bool) -> Iterator[Reading]:
    """The sentences of a text that its label speaks of: all of a harmless one, the most suspicious of another."""
    readings = list(judge.read(evened(fold_text(text, lower=False)).text))
    if not label or len(readings) < 2:
        yield from readings
        return
    yield max(readings, key=lambda reading: sum(judge.evidence.opinions(reading.plain).values()))


def _document(fitter: Fitter, examples: Sequence[tuple[Reading, bool, Bias]]) -> str:
    """The file of weights, each language fitted by itself."""
    lines = ["# Made by `talchum train --only bias`; what the names mean stands in cues.toml and bias_evidence.py."]
    for language in LANGUAGES:
        some = [each for each in examples if spoken(each[0].plain) == language]
        counts = [sum(label is wanted for _, label, _ in some) for wanted in (False, True)]
        if 0 in counts:
            raise RefuseToStart("models.too_few", head=f"bias ({language})", found=counts)
        names = some[0][2].evidence.cues.features
        heads = sorted(some[0][2].evidence.heads)
        columns = np.array([_values(reading, judge, names, heads) for reading, _, judge in some])
        line = fitter.few(columns, np.array([label for _, label, _ in some], np.int8))
        values = line.coefficients
        lines += ["", f"[{language}]", f"intercept = {line.intercept:.4f}", "", f"[{language}.features]"]
        lines += [f'"{name}" = {value:.4f}' for name, value in zip(names, values, strict=False)]
        lines += ["", f"[{language}.heads]"]
        lines += [f'"{name}" = {value:.4f}' for name, value in zip(heads, values[len(names) :], strict=True)]
    return "\n".join(lines) + "\n"


def _values(reading: Reading, judge: Bias, names: Sequence[str], heads: Sequence[str]) -> list[float]:
    opinions = judge.evidence.opinions(reading.plain)
    return [*(float(name in reading.features) for name in names), *(limited(opinions[name]) for name in heads)]


def _measure(
    file: Path, judge: Bias, sets: Mapping[str, Sequence[Row]], report: Callable[[str], None]
) -> Iterator[Figure]:
    """One figure a set, source and language, the filter judging whole texts as it would for a guard."""
    weights = Source.read(file.parent, file.name)
    judge = Bias.load(heads=judge.evidence.heads, weights=weights)
    policy = Policy.load()
    for name, rows in sets.items():
        judged: dict[tuple[str, str], list[tuple[bool, float, Decision]]] = {}
        for row in rows:
            if HEAD in row.targets:
                found = (row.targets[HEAD], *_judged(judge, policy, row))
                judged.setdefault((row.source, row.lang), []).append(found)
        for sources in _TOGETHER:
            if all((source, "ko") in judged for source in sources):
                judged[" and ".join(sources), "ko"] = [each for source in sources for each in judged[source, "ko"]]
        for source, language in sorted(judged):
            figure = _figure((name, source, language), judged[source, language])
            report(figure.line())
            yield figure


def _judged(judge: Bias, policy: Policy, row: Row) -> tuple[float, Decision]:
    signals = judge.examine(Candidate(stage=Stage.WHOLE, text=row.text, language=row.lang))
    findings = [
        policy.decide(
            signal, judge=judge, stage=Stage.WHOLE, language=row.lang, persona="", profile="", elapsed=timedelta()
        )
        for signal in signals
    ]
    return max(signal.score or 0.0 for signal in signals), max(finding.decision for finding in findings)


def _figure(key: tuple[str, str, str], judged: Sequence[tuple[bool, float, Decision]]) -> Figure:
    name, source, language = key
    bad = [decision for label, _, decision in judged if label]
    good = [decision for label, _, decision in judged if not label]
    return Figure(
        set=name,
        source=source,
        language=language,
        rows=len(judged),
        auc=area_under_curve([label for label, _, _ in judged], [score for _, score, _ in judged]),
        caught=share_at(bad, Decision.FLAG),
        false=share_at(good, Decision.FLAG),
        falsely_blocked=share_at(good, Decision.BLOCK),
    )
