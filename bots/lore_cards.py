"""How lorebooks look on cards: a line for a book or an entry, a card for one entry."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from bots.cards import Card, Row
from bots.errors import Unknown
from bots.lorebooks import Attached
from bots.places import kind_of
from moderation.words import catalogue
from personas.lore import Entry, Key, Lorebook
from personas.lore.source import Mention

SHOWN: Final = 25
"""Entries that are listed."""
_EXCERPT: Final = 160
"""Code points of an entry in a list."""
_ELSEWHERE: Final = frozenset({"id", "name", "content", "keys", "conditions", "hidden", "extra"})
"""Parts of an entry that are told otherwise, or not."""


def book_card(book: Lorebook, language: str) -> Card:
    """A book and its first entries."""
    more = len(book.entries) - SHOWN
    hint = _say("more", language, count=more, id=book.id) if more > 0 else _say("show_hint", language, id=book.id)
    return Card(title=book.name or book.id, rows=book_rows(book, language), hint=hint)


def book_rows(book: Lorebook, language: str) -> tuple[Row, ...]:
    """How large a book is, where it comes from, its first entries."""
    size = " · ".join((book.id, _say("entries", language, count=len(book.entries))))
    provenance = " · ".join(part for part in (book.source, book.licence) if part)
    facts = [Row(label=_say("book", language), text=size)]
    facts += [Row(label=_say("source", language), text=provenance)] if provenance else []
    return (*facts, *(Row(label=label(entry), text=excerpt(entry)) for entry in book.entries[:SHOWN]))


def entry_card(book: Lorebook, name: str, language: str) -> Card:
    """One entry as it is: what it says, and everything about it that is not as it is by default."""
    entry = next((entry for entry in book.entries if entry.id == name), None)
    if entry is None:
        known = ", ".join(one.id for one in book.entries[:SHOWN]) or "-"
        raise Unknown("lore.unknown_entry", id=name, book=book.id, known=known)
    rows = [Row(label=_say("content", language), text=entry.content or "-")]
    rows += [Row(label=_say("keys", language), text=_keys(entry.keys))] if entry.keys else []
    rows += [Row(label=condition.logic, text=_keys(condition.keys)) for condition in entry.conditions]
    plain = Entry(id="", content="")
    parts = [part.name for part in fields(Entry) if part.name not in _ELSEWHERE]
    special = [part for part in parts if getattr(entry, part) != getattr(plain, part)]
    rows += [Row(label=part, text=_value(getattr(entry, part))) for part in special]
    return Card(title=f"{book.id}/{label(entry)}", rows=tuple(rows))


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def mention_row(mention: Mention, language: str) -> Row:
    """An entry that a text calls for."""
    text = excerpt(mention.entry)
    return Row(
        label=f"{mention.book}/{mention.entry.id}", text=text if mention.told else _say("no_room", language, text=text)
    )


def described(book: Lorebook | Attached, language: str) -> str:
    """Name, size and where it holds: what was not attached is the persona's own."""
    if isinstance(book, Attached):
        place, count = where(book, language), book.entries
    else:
        place, count = _say("own", language), len(book.entries)
    return " · ".join(part for part in (book.name, _say("entries", language, count=count), place) if part)


def where(attached: Attached, language: str) -> str:
    """Where a book that was attached holds."""
    if attached.persona:
        return _say("of_persona", language, id=attached.persona)
    kind = catalogue("bots").say(f"commands.scope_{kind_of(attached.scope) or 'default'}", language)
    return f"{kind} ({attached.scope})"


def label(entry: Entry) -> str:
    """Id and name, in brackets where it is switched off."""
    return f"{entry.id} {entry.name}".strip() if entry.enabled else f"({entry.id} {entry.name})".replace(" )", ")")


def excerpt(entry: Entry) -> str:
    """Its keys and how it begins, in a line."""
    keys = "∗" if entry.constant else _keys(entry.keys) or ("≈" if entry.by_meaning else "")
    content = " ".join(entry.content.split())
    return f"{keys} → {content[:_EXCERPT]}{'…' if len(content) > _EXCERPT else ''}"


def _keys(keys: Sequence[Key]) -> str:
    return ", ".join(f"/{key.text}/" if key.regex else key.text for key in keys)


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"lore.{key}", language, **fields)
