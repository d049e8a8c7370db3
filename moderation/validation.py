"""What is wrong with a file that people wrote, said so that they can put it right, in their language."""

import json
import re
from typing import ClassVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from moderation.words import Explained


class Expectation(Explained):
    """What should have stood there: a field of other errors, never raised itself."""

    package: ClassVar[str] = "moderation"


class Misfit(ValueError):
    """Raised by a validator of ours inside pydantic, so that it can say what was expected in every language."""

    def __init__(self, expectation: Explained) -> None:
        super().__init__(str(expectation))
        self.expectation = expectation


_NAMED = re.compile(r"'([^']*)'")
_TAG = re.compile(r"constrained-[a-z]+|[^\[]*\[.*\]")
"""What pydantic names the ways by that a value of several forms was read, as if they were keys."""

_KINDS = {
    "extra_forbidden": "unknown_key",
    "missing": "missing",
    "string_type": "text",
    "path_type": "text",
    "string_too_short": "longer_text",
    "int_type": "whole_number",
    "int_from_float": "whole_number",
    "float_type": "number",
    "bool_type": "truth",
    "dict_type": "table",
    "model_type": "table",
    "model_attributes_type": "table",
    "tuple_type": "list",
    "list_type": "list",
    "date_type": "date",
    "date_from_datetime_parsing": "date",
}


def first_problem(error: ValidationError) -> tuple[str, Explained]:
    """The dotted key of the first thing that is wrong in a file, and what was expected there."""
    first = _first(error)
    key = ".".join(part for part in map(str, first["loc"]) if not _TAG.fullmatch(part)) or "-"
    context = first.get("ctx", {})
    kind = first["type"]
    if kind in _KINDS:
        return key, Expectation(f"validation.{_KINDS[kind]}")
    if kind in {"literal_error", "enum"}:
        return key, Expectation("validation.one_of", names=choices(context.get("expected", "")))
    if isinstance(context.get("error"), Misfit):
        return key, context["error"].expectation
    for bound in ("ge", "gt", "le", "lt"):
        if bound in context:
            return key, Expectation(f"validation.{bound}", bound=context[bound])
    given = json.dumps(first.get("input"), ensure_ascii=False, default=str)[:60]
    return key, Expectation("validation.other", reason=first["msg"], given=given)


def _first(error: ValidationError) -> ErrorDetails:
    """The first thing that is wrong; of a value that may have several forms, what is wrong deepest inside it."""
    found = error.errors()
    loc = found[0]["loc"]
    at = next((number for number, part in enumerate(loc) if _TAG.fullmatch(str(part))), len(loc))
    return max((each for each in found if each["loc"][:at] == loc[:at]), key=lambda each: len(each["loc"]))


def choices(expected: str) -> str:
    """What one may choose from, with commas between: of pydantic's "'a', 'b' or 'c'", which is English."""
    return ", ".join(_NAMED.findall(expected)) or expected
