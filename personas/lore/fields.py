"""Pure: what stands in a JSON object somebody else's program wrote, whatever kind of value it is."""

import math
from collections.abc import Mapping
from typing import Final, overload

_LONGEST = 200_000
"""Code points of a text that is looked at."""
_ELSEWHERE: Final = (
    (("content",), ("entry", "text")),
    (("keys", "key"), ("keywords",)),
    (("secondary_keys", "keysecondary"), ("secondaryKeys",)),
    (("insertion_order", "order"), ("weight",)),
    (("name",), ("displayName",)),
    (("constant",), ("forceActivation",)),
)
"""What a field is called by cards and SillyTavern, and by Agnai and NovelAI."""


def entries_in(book: Mapping[str, object]) -> list[object]:
    """What stands among the entries of a book, a list or an object by number: whatever program wrote an entry, its
    fields have the names of cards too."""
    listed = book.get("entries")
    written = list(listed.values()) if isinstance(listed, dict) else listed if isinstance(listed, list) else []
    return [_renamed(item) if isinstance(item, dict) else item for item in written]


def _renamed(item: Mapping[str, object]) -> dict[str, object]:
    added = {
        ours[0]: next((item[name] for name in theirs if item.get(name) is not None), None)
        for ours, theirs in _ELSEWHERE
        if all(item.get(name) is None for name in ours)
    }
    return {**item, **{name: value for name, value in added.items() if value is not None}}


class Fields:
    """One object, asked by all the names a field may have: of those in `extensions` before those beside it."""

    def __init__(self, item: Mapping[str, object]) -> None:
        extensions = item.get("extensions")
        self._tables = (extensions, item) if isinstance(extensions, dict) else (item,)

    def value(self, *names: str) -> object:
        """The first of `names` that is there and is something; None for none."""
        values = (table.get(name) for table in self._tables for name in names)
        return next((value for value in values if value is not None), None)

    def text(self, *names: str) -> str:
        """A text, or ""."""
        value = self.value(*names)
        return value[:_LONGEST] if isinstance(value, str) else ""

    def texts(self, *names: str) -> list[str]:
        """Texts: a list of them, or one with commas between."""
        value = self.value(*names)
        if isinstance(value, str):
            value = value.split(",")
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def flag(self, *names: str, default: bool) -> bool:
        """A switch, also one written as a number or a word."""
        value = self.value(*names)
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower(), default)
        return bool(value) if isinstance(value, bool | int | float) else default

    @overload
    def number(self, *names: str) -> int | None: ...

    @overload
    def number(self, *names: str, default: int) -> int: ...

    def number(self, *names: str, default: int | None = None) -> int | None:
        """A whole number, also one written as a text; what is behind its point is left out."""
        value = self.value(*names)
        if isinstance(value, bool):
            return default
        if isinstance(value, str):
            try:
                value = float(value[:40])
            except ValueError:
                return default
        return int(value) if isinstance(value, int | float) and math.isfinite(value) else default
