"""A settings file that is written anew: whole or not at all, and never over one that is there without a copy of it."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from bots.errors import SettingsError
from moderation.file_faults import reason_of

_COPY: Final = ".before"


def is_there(file: Path) -> bool:
    """Whether something of that name is there, or may be: what cannot be seen is not written over."""
    try:
        return file.is_symlink() or file.exists()
    except OSError:
        return True


def exists(file: Path) -> SettingsError:
    """What is said where a file is there already."""
    return SettingsError("init.exists", file=file, copy=f"{file.name}{_COPY}")


def save(target: Path, content: bytes, *, force: bool) -> str:
    """Write a new file, whole or not at all, or with `force` in place of one, of which a copy is kept; its name, or "".

    Raises SettingsError.
    """
    part: Path | None = None
    try:
        file = target.resolve()  # so that a link stays one
        part = file.with_name(f".{file.name}.part")
        part.write_bytes(content)
        copy = _free(file) if force and file.exists() else None
        if copy is None:
            file.touch(exist_ok=False)
        else:
            shutil.copy2(file, copy)
        part.replace(file)
    except FileExistsError:
        raise exists(target) from None
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to themselves
        reason = reason_of(error)
        raise SettingsError("init.unwritable", file=target, reason=reason) from None
    finally:
        with suppress(OSError):
            if part is not None:
                part.unlink(missing_ok=True)
    return copy.name if copy else ""


def _free(file: Path) -> Path:
    """A name for the copy that no earlier copy has."""
    copy, number = file.with_name(f"{file.name}{_COPY}"), 1
    while copy.exists():
        number += 1
        copy = file.with_name(f"{file.name}{_COPY}.{number}")
    return copy
