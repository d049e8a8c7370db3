"""The functional suite: what a filter must tell apart, a sentence at a time, each way of meaning it a function.

The idea is HateCheck's. The sentences stand in the repository, in `tests/moderation/functional`, and not in the
package: no model is ever trained on them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from moderation.errors import BadRecord, RefuseToStart
from moderation.records import Stage

FOLDER: Final = Path(__file__).parents[2] / "tests" / "moderation" / "functional"
"""Where the repository has it; nothing is there where only the package is installed."""
LANGUAGES: Final = ("en", "ko")
CONTENT: Final = frozenset({"profanity", "insult", "threat", "sexual", "hate", "bias", "self_harm", "unsafe"})
"""Categories of what is wrong with a text, whoever says it."""
FORM: Final = frozenset({"injection", "identity", "human_claim"})
"""Categories that some rules alone are about."""
CATEGORIES: Final = CONTENT | FORM
HARMLESS: Final = "harmless"
EXPECTED: Final = frozenset({"harmful", "noticed", HARMLESS})
"""`harmful` must be objected to; `noticed` must be acted on, though nothing is wrong with it; `harmless` must pass."""
_KEYS: Final = frozenset({"id", "about", "categories", "allowed", "expected", "stages", *LANGUAGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One way of meaning something, with its lines by language."""

    id: str
    about: str
    categories: frozenset[str]
    """What is wrong with the lines; with harmless ones, what a careless filter would take them for."""
    expected: str
    stages: tuple[Stage, ...]
    """Where a line is judged: it is right where it is right in all of them."""
    lines: Mapping[str, tuple[str, ...]]
    allowed: frozenset[str] = frozenset()
    """Categories in which a harmless line may be objected to all the same."""


def functions(folder: Path = FOLDER) -> tuple[Function, ...]:
    """Every function, by file and in its order. Raises RefuseToStart where there is none, BadRecord: file, function,
    what was expected."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise RefuseToStart("bench.no_suite", folder=folder)
    found = [_function(table, file) for file in files for table in _tables(file)]
    if len({function.id for function in found}) != len(found):
        raise BadRecord("bench.bad_function", file=folder, function="-", expected="one id a function")
    return tuple(found)


def _tables(file: Path) -> list[dict[str, Any]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))["function"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadRecord("bench.bad_function", file=file, function="-", expected=f"[[function]] ({error})") from None
    return [table for table in tables if isinstance(table, dict)]


def _function(table: Mapping[str, Any], file: Path) -> Function:
    def bad(expected: str) -> BadRecord:
        return BadRecord("bench.bad_function", file=file, function=table.get("id", "-"), expected=expected)

    if not _KEYS - {"allowed"} <= table.keys() <= _KEYS:
        raise bad("the keys " + ", ".join(sorted(_KEYS)))
    known = {*map(str, Stage)} - {Stage.WHOLE, Stage.PIECE} | {"output"}
    for key, names in (("categories", CATEGORIES), ("allowed", CONTENT), ("stages", known)):
        if not set(table.get(key, ())) <= names or not table.get(key, ["-"]):
            raise bad(f"{key}: some of {', '.join(sorted(names))}")
    if table["expected"] not in EXPECTED:
        raise bad("expected: " + " | ".join(sorted(EXPECTED)))
    return Function(
        id=table["id"],
        about=table["about"],
        categories=frozenset(table["categories"]),
        allowed=frozenset(table.get("allowed", ())),
        expected=table["expected"],
        stages=tuple(Stage.WHOLE if stage == "output" else Stage(stage) for stage in table["stages"]),
        lines={language: tuple(table[language].strip().splitlines()) for language in LANGUAGES},
    )
