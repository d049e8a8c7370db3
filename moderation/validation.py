"""What is wrong with a file that people wrote, said so that they can put it right, in their language."""

import json
import re
from typing import ClassVar

from pydantic import ValidationError

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

_KINDS = {
    "extra_forbidden": "unknown_key",
    "missing": "missing",
    "string_type": "text",
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
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "-"
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


def choices(expected: str) -> str:
    """What one may choose from, with commas between: of pydantic's "'a', 'b' or 'c'", which is English."""
    return ", ".join(_NAMED.findall(expected)) or expected
