"""Weights as files: an `.npz` without pickled objects, and a `.json` beside it that pins their digest."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable


def arrays_digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 over names, types, shapes and contents: the same weights have the same digest however packed."""
    total = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        fixed = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        total.update(f"{name} {fixed.dtype.str} {fixed.shape}\n".encode())
        total.update(fixed.tobytes())
    return total.hexdigest()


def read_arrays(file: Traversable, names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """The arrays of these names. Raises FilterUnavailable for a file that is missing, damaged or lacks one."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except FileNotFoundError as error:
        raise FilterUnavailable("models.missing", file=file) from error
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise FilterUnavailable("models.unreadable", file=file, reason=error) from error


def pinned_digest(file: Traversable) -> str:
    """The digest a manifest pins. Raises FilterUnavailable."""
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        return str(manifest["digest"])
    except FileNotFoundError as error:
        raise FilterUnavailable("models.missing", file=file) from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FilterUnavailable("models.unreadable", file=file, reason=error) from error
