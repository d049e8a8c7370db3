"""Pure: what is different about a lore book, entry by entry, as programs write them."""

from collections import Counter
from collections.abc import Iterator, Mapping

from personas.cleaning import clean
from personas.differences import Difference
from personas.lore.fields import entries_in


def book_difference(old: Mapping[str, object], new: Mapping[str, object]) -> Difference | None:
    """The entries that `new` has no more, then those that it has anew, each in one piece: keys and content; None where
    they are the same. An empty mapping is a book without entries."""
    before, after = [*_pieces(old)], [*_pieces(new)]
    lines = [*_beyond("-", before, after), *_beyond("+", after, before)]
    return Difference(field="lore", lines=tuple(lines)) if lines else None


def _beyond(sign: str, some: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
    """Those of `some` that are not among `others`, each as often as there are more of it."""
    left = Counter(others)
    for piece in some:
        if left[piece]:
            left[piece] -= 1
        else:
            yield sign, piece


def _pieces(book: Mapping[str, object]) -> Iterator[str]:
    for entry in entries_in(book):
        if isinstance(entry, dict):
            keys = entry.get("keys") or entry.get("key")
            shown = ", ".join(str(key) for key in keys) if isinstance(keys, list) else ""
            yield clean(f"[{shown}] {entry.get('content') or ''}").strip()
