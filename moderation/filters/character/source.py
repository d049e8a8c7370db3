"""The data of rules that ship with the package, as TOML."""

import importlib.resources
import tomllib
from typing import Any

from moderation.errors import FilterUnavailable
from moderation.file_faults import reason_of


def shipped_text(file: str) -> str:
    """What stands in `moderation/data/<file>`. Raises FilterUnavailable."""
    try:
        return importlib.resources.files("moderation").joinpath("data", *file.split("/")).read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise FilterUnavailable("character.missing", file=file) from error


def tables_of(source: str, file: str) -> dict[str, Any]:
    """The TOML in `source`; `file` names it in errors. Raises FilterUnavailable."""
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FilterUnavailable("character.malformed", file=file, problem=reason_of(error)) from error
