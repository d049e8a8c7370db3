"""A detoxify checkpoint through ONNX Runtime, for the extra [onnx]: without PyTorch, from what
`moderation.models.exporting` wrote.

It is the filter `detoxify` with another engine: the same id, categories, windows and languages, so a policy holds for
both. Quantised weights are silently wrong on some processors. So whatever is loaded first judges the sentences that
PyTorch judged when it was exported, and is refused where it differs.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from moderation.errors import FilterUnavailable
from moderation.filters.detoxify import BATCH, Detoxify, Loaded, Window, overlap, span_of
from moderation.validation import Expectation, Misfit, first_problem

MANIFEST: Final = "manifest.json"
TOKENIZER: Final = "tokenizer.json"
Precision = Literal["fp32", "int8"]
TOLERANCE: Final = MappingProxyType({"fp32": 0.001, "int8": 0.1})
"""How far a score may be from PyTorch's. Quantising costs a little everywhere; what a processor gets wrong, more."""

_HEX: Final = "^[0-9a-f]{64}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Vector(_Strict):
    """A sentence and what PyTorch made of it: one score a class, the highest of all windows."""

    text: str
    scores: tuple[Annotated[float, Field(ge=0, le=1)], ...]


class Manifest(_Strict):
    """What lies in a folder, and what it must do."""

    format: Literal[1] = 1
    source: Annotated[str, Field(pattern=_HEX)]
    """SHA-256 of the checkpoint."""
    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    longest: Annotated[int, Field(ge=8, le=512)]
    """Tokens in a window."""
    padding: int
    """The token that fills a window up."""
    inputs: Annotated[tuple[Literal["input_ids", "attention_mask", "token_type_ids"], ...], Field(min_length=2)]
    files: dict[str, Annotated[str, Field(pattern=_HEX)]]
    """Name and SHA-256."""
    vectors: Annotated[tuple[Vector, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_a_score_for_each_class(self) -> "Manifest":
        if any(len(vector.scores) != len(self.classes) for vector in self.vectors):
            raise Misfit(Expectation("onnx.expect_scores", count=len(self.classes)))
        return self


def file_of(precision: Precision) -> str:
    """The name of the file with the weights."""
    return f"{precision}.onnx"


def load_onnx(folder: Path, *, precision: Precision, threads: int = 1) -> Detoxify:
    """The filter over what was exported to `folder`. Blocks for seconds.

    Raises FilterUnavailable when the extra is missing, a file is, one is not what was written, or the scores of the
    self-test are not PyTorch's.
    """
    for name in (MANIFEST, TOKENIZER, file_of(precision)):
        if not (folder / name).is_file():
            raise FilterUnavailable("onnx.missing", file=folder / name)
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        key, expected = first_problem(error)
        raise FilterUnavailable("onnx.wrong_manifest", file=folder / MANIFEST, key=key, expected=expected) from None
    version = hashlib.sha256(manifest.model_dump_json(exclude={"vectors", "files"}).encode())
    for name in (TOKENIZER, file_of(precision)):
        with (folder / name).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != manifest.files.get(name):
            raise FilterUnavailable("onnx.changed", file=folder / name)
        version.update(found.encode())
    loaded = Loaded(classes=manifest.classes, judge=_judge_with(folder, manifest, precision, threads))
    worst = difference(loaded, manifest.vectors)
    if not worst <= TOLERANCE[precision]:  # what is no number is not near either
        raise FilterUnavailable(f"onnx.{precision}_wrong", found=f"{worst:.3f}", most=TOLERANCE[precision])
    return Detoxify(loaded, languages=frozenset(manifest.languages), version=version.hexdigest()[:12])


def highest(loaded: Loaded, text: str) -> tuple[float, ...]:
    """The score of each class, the highest of all windows."""
    windows = loaded.judge(text)
    return tuple(max(scores[place] for _, scores in windows) for place in range(len(loaded.classes)))


def difference(loaded: Loaded, vectors: Sequence[Vector]) -> float:
    """The largest distance of a score to what it should be; not a number where a score is none."""
    apart = [
        abs(score - wanted)
        for vector in vectors
        for score, wanted in zip(highest(loaded, vector.text), vector.scores, strict=True)
    ]
    return sum(apart) if any(gap != gap for gap in apart) else max(apart)  # noqa: PLR0124 (not a number)


def _judge_with(folder: Path, manifest: Manifest, precision: Precision, threads: int) -> Callable[[str], list[Window]]:
    session, tokenizer = _opened(folder, precision, threads)
    tokenizer.enable_truncation(manifest.longest, stride=overlap(manifest.longest))
    tokenizer.no_padding()

    def judge(text: str) -> list[Window]:
        first = tokenizer.encode(text)
        windows = [first, *first.overflowing]
        found: list[Window] = []
        for start in range(0, len(windows), BATCH):
            batch = windows[start : start + BATCH]
            (scores,) = session.run(None, _fed(batch, manifest))
            spans = (span_of(window.offsets) for window in batch)
            found.extend(zip(spans, map(tuple, scores.astype(float).tolist()), strict=True))
        return found

    return judge


def _opened(folder: Path, precision: Precision, threads: int) -> tuple[Any, Any]:
    """Session and tokenizer."""
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as failures
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise FilterUnavailable("onnx.no_extra", module=error.name) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Threads that spin while they wait for work take it from everybody else on few cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    file = folder / file_of(precision)
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except (failures.Fail, failures.InvalidGraph, failures.InvalidProtobuf, failures.NotImplemented) as error:
        raise FilterUnavailable("onnx.unreadable", file=file, reason=type(error).__name__) from error
    return session, Tokenizer.from_str((folder / TOKENIZER).read_text(encoding="utf-8"))


def _fed(windows: Sequence[Any], manifest: Manifest) -> dict[str, np.ndarray]:
    """The inputs of the model, windows filled up to the longest of them."""
    longest = max(len(window.ids) for window in windows)
    fed: dict[str, np.ndarray] = {name: np.zeros((len(windows), longest), dtype=np.int64) for name in manifest.inputs}
    fed["input_ids"][:] = manifest.padding
    for row, window in enumerate(windows):
        given = {
            "input_ids": window.ids,
            "attention_mask": window.attention_mask,
            "token_type_ids": window.type_ids,
        }
        for name, tokens in fed.items():
            tokens[row, : len(window.ids)] = given[name]
    return fed


def manifest_bytes(manifest: Manifest) -> bytes:
    """As it is written."""
    return (json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()
