"""Weights as files: an `.npz` without pickled objects, and a `.json` beside it that pins their digest."""

import hashlib
import importlib.resources
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable

PACKAGED: Final = "moderation.models"
"""Where the weights that ship with the package are."""


def arrays_digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 over names, types, shapes and contents: the same weights have the same digest however packed."""
    total = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        fixed = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        total.update(f"{name} {fixed.dtype.str} {fixed.shape}\n".encode())
        total.update(fixed.tobytes())
    return total.hexdigest()


def write(
    folder: Path, name: str, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, object]
) -> tuple[Path, Path]:
    """Write `name`.npz, and `name`.json with its digest and `facts`, into `folder`."""
    weights, manifest = folder / f"{name}.npz", folder / f"{name}.json"
    np.savez_compressed(weights, allow_pickle=False, **arrays)
    document = {"digest": arrays_digest(arrays), **facts}
    manifest.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return weights, manifest


@contextmanager
def pinned(name: str, names: Iterable[str], folder: Path | None = None) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The arrays `names` of the model `name` in `folder`, or of the packaged one; a ValueError or TypeError of whoever
    uses them says that they do not fit.

    Raises FilterUnavailable for a file that is missing, unreadable, does not fit, or is not what its manifest pins.
    """
    place: Traversable = importlib.resources.files(PACKAGED) if folder is None else folder
    file = place / f"{name}.npz"
    arrays = _read_arrays(file, names)
    expected, found = _pinned_digest(place / f"{name}.json"), arrays_digest(arrays)
    if found != expected:
        raise FilterUnavailable("models.not_the_pinned", file=file, found=found, expected=expected)
    try:
        yield arrays
    except (TypeError, ValueError) as error:
        raise FilterUnavailable("models.unreadable", file=file, reason=error) from error


def _read_arrays(file: Traversable, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except FileNotFoundError as error:
        raise FilterUnavailable("models.missing", file=file) from error
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise FilterUnavailable("models.unreadable", file=file, reason=error) from error


def _pinned_digest(file: Traversable) -> str:
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        return str(manifest["digest"])
    except FileNotFoundError as error:
        raise FilterUnavailable("models.missing", file=file) from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FilterUnavailable("models.unreadable", file=file, reason=error) from error
