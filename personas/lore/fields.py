"""Pure: what stands in a JSON object somebody else's program wrote, whatever kind of value it is."""

import math
from collections.abc import Mapping
from typing import overload

_LONGEST = 200_000
"""Code points of a text that is looked at."""


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
