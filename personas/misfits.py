"""What a complaint of a schema is in our words: for whoever wrote a persona file or a lorebook."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from moderation.validation import choices

EXAMPLES: Final[Mapping[str, str]] = {
    "string_type": '"…"',
    "list_type": "[ … ]",
    "dict_type": "[ … ]",
    "model_type": '{ id = "…", text = "…" }',
    "bool_type": "true, false",
    "float_type": "0.8",
    "int_type": "2",
    "choice": "choice = 1",
    "date_type": "1790-04-01",
    "date_from_datetime_inexact": "1790-04-01",
}
"""How what is wanted is written, by the schema's name for the complaint."""

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "want_text",
    "list_type": "want_list",
    "dict_type": "want_table",
    "model_type": "want_table",
    "bool_type": "want_switch",
    "float_type": "want_number",
    "int_type": "want_number",
    "choice": "want_choice",
    "date_type": "want_date",
    "date_from_datetime_inexact": "want_date",
}
_LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "too_short": ("too_few", "min_length"),
    "too_long": ("too_many", "max_length"),
    "string_too_short": ("empty_text", "min_length"),
    "string_too_long": ("too_long", "max_length"),
    "string_pattern_mismatch": ("want_shape", "pattern"),
    "greater_than_equal": ("too_small", "ge"),
    "less_than_equal": ("too_large", "le"),
}
"""Our words, and where the schema tells the limit."""


def dotted(place: Sequence[int | str]) -> str:
    """Where something is, as people count: "facts.3.text"."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def worded(
    details: Mapping[str, Any], known: Callable[[], str], examples: Mapping[str, str] = EXAMPLES
) -> tuple[str, object]:
    """The end of a key of our words for a complaint of pydantic's, and what was expected. `known` tells the keys that
    stand where an unknown one was found."""
    kind, context = details["type"], details.get("ctx", {})
    match kind:
        case "missing":
            return "missing_key", ""
        case "extra_forbidden":
            return "unknown_key", known()
        case "literal_error":
            return "want_one_of", choices(context["expected"])
    if kind in _LIMITS:
        words, limit = _LIMITS[kind]
        return words, context[limit]
    return (_WANTED[kind], examples[kind]) if kind in _WANTED else ("want_other", details["msg"])
