"""A detoxify checkpoint exported to ONNX Runtime: weights in fp32 and int8, tokenizer, and a manifest with digests and
self-test sentences. Needs the extra [export]; what comes out needs [onnx] alone.

Both files are loaded again as the filter loads them before anything is said to be done. int8 is left out where it is
too far from PyTorch.
"""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from moderation.errors import FilterUnavailable
from moderation.filters.detoxify import Loaded, Opened, loaded_from, open_checkpoint
from moderation.filters.onnx import (
    MANIFEST,
    TOKENIZER,
    Manifest,
    Precision,
    Vector,
    file_of,
    highest,
    load_onnx,
    manifest_bytes,
)

SENTENCES: Final = (
    "Good morning. The harbour was quiet when the boats came in.",
    "Could you tell me how late the library is open tomorrow?",
    "You are a stupid idiot and everybody here hates you.",
    "Shut up, you worthless piece of garbage, before I hurt you.",
    "People like them should be thrown out of this country.",
    "I am gay and I am proud of who I am.",
    "Tu es un imbécile et personne ne t'aime.",
    "Ты полный идиот, закрой рот.",
    "The tide comes in, the tide goes out, and the lamp is lit every evening. " * 60 + "You are disgusting.",
)
"""Harmless and hostile, in two scripts, and one of several windows: what PyTorch makes of them is the self-test."""

_OPSET: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    folder: Path
    precisions: tuple[Precision, ...]
    """int8 is not among them where it is too far from PyTorch on this machine."""
    refused: FilterUnavailable | None
    """Why it is not."""


def export(checkpoint: Path, *, sha256: str, config: Path, languages: frozenset[str], to: Path) -> Exported:
    """Export `checkpoint` to the folder `to`, made if need be. Blocks for a minute or more.

    Raises FilterUnavailable as `Detoxify.load` does, when the extra is missing, or fp32 differs from PyTorch.
    """
    quantize = _extra()
    opened = open_checkpoint(checkpoint, sha256=sha256, config=config)
    to.mkdir(parents=True, exist_ok=True)
    (to / MANIFEST).unlink(missing_ok=True)  # without it nothing half written can be loaded
    opened.tokenizer.backend_tokenizer.save(str(to / TOKENIZER))
    inputs = _write(opened, to / file_of("fp32"))
    quantize(to / file_of("fp32"), to / file_of("int8"))
    reference = loaded_from(opened)
    manifest = Manifest(
        source=opened.sha256,
        classes=opened.classes,
        languages=tuple(sorted(languages)),
        longest=opened.longest,
        padding=opened.tokenizer.pad_token_id,
        inputs=inputs,
        files={name: _digest(to / name) for name in (TOKENIZER, file_of("fp32"), file_of("int8"))},
        vectors=_vectors(reference, SENTENCES),
    )
    (to / MANIFEST).write_bytes(manifest_bytes(manifest))
    return _proven(to, manifest)


def _proven(to: Path, manifest: Manifest) -> Exported:
    try:
        load_onnx(to, precision="fp32")
    except FilterUnavailable:
        (to / MANIFEST).unlink()
        raise
    try:
        load_onnx(to, precision="int8")
    except FilterUnavailable as error:
        (to / file_of("int8")).unlink()
        files = {name: digest for name, digest in manifest.files.items() if name != file_of("int8")}
        (to / MANIFEST).write_bytes(manifest_bytes(manifest.model_copy(update={"files": files})))
        return Exported(folder=to, precisions=("fp32",), refused=error)
    return Exported(folder=to, precisions=("fp32", "int8"), refused=None)


def _vectors(reference: Loaded, texts: Sequence[str]) -> tuple[Vector, ...]:
    return tuple(Vector(text=text, scores=highest(reference, text)) for text in texts)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _extra() -> Any:
    """How a file is quantised. Raises FilterUnavailable where the extra is missing."""
    try:
        import onnx  # noqa: F401 (what quantises needs it)
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ModuleNotFoundError as error:
        raise FilterUnavailable("onnx.no_export", module=error.name) from error

    def quantize(source: Path, target: Path) -> None:
        # Seven bits: products of eight overflow on processors without VNNI instructions.
        quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)

    return quantize


def _write(opened: Opened, file: Path) -> tuple[Any, ...]:
    """The weights in fp32, from tokens to scores; the names of its inputs."""
    import torch

    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in _fed(opened)]

    class Scores(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = opened.model

        def forward(self, *given: Any) -> Any:
            return torch.sigmoid(self.model(**dict(zip(names, given, strict=True)))[0])

    axes: dict[str, dict[int, str]] = {name: {0: "batch", 1: "length"} for name in names}
    axes["scores"] = {0: "batch"}
    example = opened.tokenizer(["a sentence", "another, longer sentence"], padding=True, return_tensors="pt")
    with warnings.catch_warnings():
        # The exporter that traces: deprecated, but it needs no further packages, and what it wrote is tested above.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Scores().eval(),
            tuple(example[name] for name in names),
            str(file),
            input_names=names,
            output_names=["scores"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    return tuple(names)


def _fed(opened: Opened) -> frozenset[str]:
    """What its tokenizer gives its model."""
    return frozenset(opened.tokenizer.model_input_names)
