"""Toxicity by a detoxify checkpoint: a transformer through PyTorch, for the extra [detoxify].

Nothing is downloaded: the checkpoint and the folder with its configuration and tokenizer are files that the operator
puts there, and the checkpoint's SHA-256 is compared before it is opened, because opening it runs what it contains.
"""

import hashlib
import pickle
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from moderation.errors import FilterUnavailable
from moderation.language import language_of
from moderation.records import Candidate, Signal, Span, Stage
from moderation.words import catalogue

ENGLISH: Final = frozenset({"en"})
"""What the checkpoints "original" and "unbiased" know."""
MULTILINGUAL: Final = frozenset({"en", "es", "fr", "it", "pt", "ru", "tr"})
"""What the checkpoint "multilingual" knows. Korean is not among it."""

_CLASSES: Final = frozenset(
    {"toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack", "sexual_explicit"}
)
"""What the published checkpoints name; "original" does not know the last."""
_LONGEST: Final = 512
"""Tokens in a window at most: beyond, detoxify itself would cut the text off without a word."""
_OVERLAP: Final = 64
BATCH: Final = 8
"""Windows judged at once: bounds the memory that a long text takes."""
_WORTH_SHOWING: Final = 0.2
_RENAMED: Final = MappingProxyType(
    {"toxic": "toxicity", "identity_hate": "identity_attack", "severe_toxic": "severe_toxicity"}
)
"""Checkpoints of different age name the same head differently; these are the names that detoxify settled on."""
_NOT_A_MODEL: Final = (
    OSError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    RuntimeError,
    AttributeError,
    pickle.UnpicklingError,
)
"""What opening and assembling raise for files that are damaged or do not belong together."""
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")

Window = tuple[Span, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checkpoint as PyTorch has it."""

    classes: tuple[str, ...]
    model: Any
    tokenizer: Any
    longest: int
    """Tokens that fit into a window."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model that is ready to judge, whatever runs it."""

    classes: tuple[str, ...]
    judge: Callable[[str], list[Window]]
    """The windows of a text and the score of every class in each; at least one window."""


class Detoxify:
    """One score a class of the checkpoint. Safe to call from several threads; the tokenizer takes one at a time."""

    def __init__(self, loaded: Loaded, *, languages: frozenset[str], version: str) -> None:
        """Use `load`."""
        self._loaded = loaded
        self._languages = languages
        self._version = version

    @classmethod
    def load(cls, checkpoint: Path, *, sha256: str, config: Path, languages: frozenset[str] = ENGLISH) -> Self:
        """Open `checkpoint`, whose SHA-256 must be `sha256`, with the configuration and tokenizer in folder `config`.

        `languages` are those the checkpoint was trained on (`ENGLISH`, `MULTILINGUAL`). Sets PyTorch to one thread for
        the whole process: more of them spin against each other and against everything else on few cores.

        Raises FilterUnavailable when the extra is missing, a file is, the SHA-256 differs, or the files do not make a
        model; and never asks the network for any of it.
        """
        opened = open_checkpoint(checkpoint, sha256=sha256, config=config)
        version = hashlib.sha256(opened.sha256.encode())
        for file in sorted(path for path in config.iterdir() if path.is_file()):
            version.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
        return cls(loaded_from(opened), languages=languages, version=version.hexdigest()[:12])

    @property
    def id(self) -> str:
        return "detoxify"

    @property
    def version(self) -> str:
        """Of the checkpoint and its configuration together."""
        return self._version

    @property
    def categories(self) -> frozenset[str]:
        """The classes of the checkpoint, and those of its siblings: one policy holds for all of them."""
        return _CLASSES.union(self._loaded.classes)

    @property
    def stages(self) -> frozenset[Stage]:
        return frozenset(Stage)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a class, in the checkpoint's order: the highest of all windows.

        All of them abstain where the language is not one that the checkpoint was trained on. Latin script in no stated
        language is taken for English.
        """
        language = candidate.language or language_of(candidate.text)
        if language not in self._languages:
            known = ", ".join(sorted(self._languages))
            reason = catalogue("moderation").say("detoxify.other_language", found=language or "?", known=known)
            return [Signal(category=name, score=None, detail=reason) for name in self._loaded.classes]
        if not candidate.text.strip():
            return [Signal(category=name, score=0.0) for name in self._loaded.classes]
        windows = self._loaded.judge(_LONE_SURROGATE.sub("\ufffd", candidate.text))
        return [_signal(name, place, windows) for place, name in enumerate(self._loaded.classes)]


def open_checkpoint(checkpoint: Path, *, sha256: str, config: Path) -> Opened:
    """Open `checkpoint`, as `Detoxify.load` does. Raises FilterUnavailable."""
    torch, build = _extra()
    for file in (checkpoint, config / "config.json"):
        if not file.is_file():
            raise FilterUnavailable("detoxify.missing", file=file)
    try:
        with checkpoint.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != sha256.lower():
                raise FilterUnavailable("detoxify.not_the_pinned", file=checkpoint, found=found, expected=sha256)
            stream.seek(0)
            # The SHA-256 is the trust that opening a pickle needs. Old checkpoints hold more than tensors.
            content = torch.load(stream, map_location="cpu", weights_only=False)
        return _assemble(build, content, config, found)
    except _NOT_A_MODEL as error:
        raise FilterUnavailable("detoxify.unreadable", file=checkpoint, reason=error) from error


def loaded_from(opened: Opened) -> Loaded:
    """Ready to judge, with PyTorch."""
    return Loaded(classes=opened.classes, judge=_judge_with(opened))


def _signal(name: str, place: int, windows: Sequence[Window]) -> Signal:
    span, scores = max(windows, key=lambda window: window[1][place])
    return Signal(category=name, score=scores[place], spans=(span,) if scores[place] >= _WORTH_SHOWING else ())


def _extra() -> tuple[Any, Callable[..., tuple[Any, Any]]]:
    """PyTorch and what detoxify assembles model and tokenizer with; PyTorch is set to one thread."""
    try:
        import torch
        from detoxify.detoxify import get_model_and_tokenizer
    except ModuleNotFoundError as error:
        raise FilterUnavailable("detoxify.no_extra", module=error.name) from error
    torch.set_num_threads(1)
    return torch, get_model_and_tokenizer


def _assemble(build: Callable[..., tuple[Any, Any]], content: Any, config: Path, sha256: str) -> Opened:
    """What detoxify's own loader would make of a checkpoint, with every part taken from the given files.

    Its loader asks the model hub for the configuration even where it is given a folder; `model_type` is what it asks
    for, so the folder goes there.
    """
    classes = tuple(_RENAMED.get(name, name) for name in content["config"]["dataset"]["args"]["classes"])
    arguments = {**content["config"]["arch"]["args"], "model_type": str(config)}
    state = content["state_dict"]
    model, tokenizer = build(**arguments, state_dict=state, huggingface_config_path=str(config))
    missing = model.load_state_dict(state, strict=False).missing_keys
    if missing:  # what a checkpoint lacks would be random numbers, with a warning
        raise FilterUnavailable("detoxify.incomplete", folder=config, missing=", ".join(sorted(missing)))
    if not tokenizer.is_fast:
        raise FilterUnavailable("detoxify.slow_tokenizer", folder=config)
    longest = min(_LONGEST, _positions(model.config))
    return Opened(classes=classes, model=model.eval(), tokenizer=tokenizer, longest=longest, sha256=sha256)


def _judge_with(opened: Opened) -> Callable[[str], list[Window]]:
    import torch

    model, tokenizer, longest = opened.model, opened.tokenizer, opened.longest
    lock = threading.Lock()

    def judge(text: str) -> list[Window]:
        with lock:  # a fast tokenizer keeps its truncation settings in itself
            encoded = tokenizer(
                text,
                truncation=True,
                max_length=longest,
                stride=overlap(longest),
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
                padding=True,
                return_tensors="pt",
            )
        spans = [span_of(offsets) for offsets in encoded.pop("offset_mapping").tolist()]
        encoded.pop("overflow_to_sample_mapping")
        scores: list[tuple[float, ...]] = []
        with torch.inference_mode():
            for start in range(0, len(spans), BATCH):
                batch = {name: tensor[start : start + BATCH] for name, tensor in encoded.items()}
                scores.extend(map(tuple, torch.sigmoid(model(**batch)[0]).tolist()))
        return list(zip(spans, scores, strict=True))

    return judge


def _positions(config: Any) -> int:
    """How many tokens fit; the RoBERTa family counts its positions from the padding token on."""
    taken = 2 if "roberta" in config.model_type else 0
    return int(config.max_position_embeddings) - taken


def overlap(longest: int) -> int:
    """Tokens that a window of `longest` shares with the next."""
    return min(_OVERLAP, longest // 4)


def span_of(offsets: Sequence[Sequence[int]]) -> Span:
    """From the first to the last real token of a window; special tokens have empty offsets."""
    real = [(start, end) for start, end in offsets if end > start]
    return Span(real[0][0], real[-1][1]) if real else Span(0, 0)
