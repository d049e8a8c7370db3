"""Lorebook files -> `Lorebook`: our own TOML, strict; JSON of other programs, as far as it says something."""

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Final

from moderation.file_faults import reason_of
from personas.errors import LorebookError
from personas.knowledge.reading import read_document
from personas.lore.book import Condition, Entry, Key, Logic, Lorebook, Position
from personas.lore.conversion import book_of, is_book, pattern_in, require_few_patterns, version_of
from personas.lore.judging import forbidden
from personas.lore.matching import complaint
from personas.lore.schema import MAX_ENTRIES, BookFile, EntryPart, fit, place_of

MAX_BYTES: Final = 4 * 1024 * 1024
FORMS: Final = (".toml", ".json")
"""Ends of the names of lorebook files."""
DOCUMENTS: Final = (".txt", ".md", ".html", ".htm", ".xhtml", ".epub")
"""Of documents, which are books of entries without keys: each is told where a turn speaks of it."""


def read_lorebook(data: bytes, *, file: str, name: str = "") -> Lorebook:
    """The lorebook in the bytes of a file; `file` names it in errors and tells by its end what it is (`FORMS`,
    `DOCUMENTS`).

    `name` is its id where it says none: only TOML does. Blocks for up to a second. Raises LorebookError, for a
    document PersonaFileError.
    """
    if len(data) > MAX_BYTES:
        raise LorebookError("lore.too_big", file=file, expected=MAX_BYTES)
    if file.lower().endswith(DOCUMENTS):
        return _from_document(data, file, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LorebookError("personas.not_utf8", file=file, line=line) from error
    if file.lower().endswith(".toml"):
        return _from_toml(text, file)
    if file.lower().endswith(".json"):
        return _from_json(data, file, name)
    raise LorebookError("lore.unknown_form", file=file, expected=", ".join((*FORMS, *DOCUMENTS)))


def require_content(book: Lorebook, *, file: str) -> None:
    """Raises LorebookError for a book of which nothing could ever be told."""
    if not any(entry.content.strip() for entry in book.entries):
        raise LorebookError("lore.no_content", file=file, key="content")


def load_lore(folders: Iterable[Traversable], personas: Iterable[str]) -> dict[str, Lorebook]:
    """The books of `personas`, by their id: files `lore/ID.toml` or `lore/ID.json` in the folders of persona files, the
    bundled ones first.

    Raises LorebookError for one that is wrong, says what no persona may be told, or is nobody's.
    """
    known = frozenset(personas)
    books: dict[str, Lorebook] = {}
    for folder in (importlib.resources.files("personas") / "library", *folders):
        inside = folder / "lore"
        files = sorted(inside.iterdir(), key=lambda item: item.name) if inside.is_dir() else []
        for file in (item for item in files if item.name.lower().endswith(FORMS)):
            owner = file.name.rpartition(".")[0]
            if owner not in known:
                raise LorebookError("lore.nobody", file=file, key=owner, expected=", ".join(sorted(known)))
            try:
                data = file.read_bytes()
            except OSError as error:
                reason = reason_of(error)
                raise LorebookError("personas.unreadable", file=file, reason=reason) from error
            books[owner] = read_lorebook(data, file=str(file), name=owner)
            for entry, rules in forbidden(books[owner].entries).items():
                raise LorebookError("lore.forbidden", file=file, key=entry, rules=", ".join(rules))
    return books


def _from_toml(text: str, file: str) -> Lorebook:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LorebookError("lore.syntax", file=file, reason=reason_of(error)) from error
    except RecursionError as error:
        raise LorebookError("personas.too_deep", file=file) from error
    parsed = fit(file, content, text)
    entries = [_entry(part) for part in parsed.entries]
    _check(file, parsed, entries, text, content)
    return Lorebook(
        id=parsed.id,
        version=version_of(content),
        name=parsed.name,
        description=parsed.description,
        scan_depth=parsed.scan_depth,
        token_budget=parsed.token_budget,
        recursive=parsed.recursive,
        entries=tuple(entries),
        source=parsed.source,
        licence=parsed.licence,
    )


def _from_document(data: bytes, file: str, name: str) -> Lorebook:
    document = read_document(data, file=file, stated=False)
    if len(document.pieces) > MAX_ENTRIES:
        raise LorebookError("lore.too_long", file=file, expected=MAX_ENTRIES)
    return Lorebook(
        id=name or file.rpartition("/")[2].rpartition(".")[0] or "lore",
        version=document.id,
        name=document.title,
        entries=tuple(
            Entry(id=str(number), name=piece.heading, content=piece.text, by_meaning=True)
            for number, piece in enumerate(document.pieces, start=1)
        ),
        source=document.source,
        licence=document.licence,
    )


def _from_json(data: bytes, file: str, name: str) -> Lorebook:
    from personas.cards.payload import parse  # cards read lorebooks too

    content = parse(data, file=file, key="-")
    inner = content.get("data")
    book = inner if content.get("spec") == "lorebook_v3" and isinstance(inner, dict) else content
    if not is_book(book):
        raise LorebookError("lore.no_book", file=file, expected='{ "entries": [ … ] }')
    return book_of(book, id=name or file.rpartition("/")[2].rpartition(".")[0] or "lore", file=file)


def _entry(part: EntryPart) -> Entry:
    secondary = tuple(map(_key, part.secondary))
    return Entry(
        **part.model_dump(exclude={"keys", "secondary", "logic", "position", "groups"}),
        keys=tuple(map(_key, part.keys)),
        conditions=(Condition(logic=Logic(part.logic), keys=secondary),) if secondary else (),
        position=Position(part.position),
        groups=tuple(part.groups),
    )


def _key(text: str) -> Key:
    pattern = pattern_in(text)
    return Key(text=text) if pattern is None else Key(text=pattern, regex=True)


def _check(file: str, parsed: BookFile, entries: list[Entry], text: str, content: Mapping[str, object]) -> None:
    """What no schema knows: ids are unique, every entry can be told, patterns can be matched."""
    seen: set[str] = set()
    for number, (entry, part) in enumerate(zip(entries, parsed.entries, strict=True)):
        place = ("entries", number)
        if entry.id in seen:
            raise LorebookError("lore.twice", file=place_of(file, (*place, "id"), content, text), key="id")
        seen.add(entry.id)
        if not entry.keys and not entry.constant and not entry.by_meaning:
            raise LorebookError("lore.no_keys", file=place_of(file, place, content, text), key="keys")
        lists = (("keys", entry.keys, part.keys), *(("secondary", c.keys, part.secondary) for c in entry.conditions))
        for name, keys, written in lists:
            for key, as_written in zip(keys, written, strict=True):
                if key.regex and (reason := complaint(key.text)):
                    where = place_of(file, (*place, name), content, text)
                    raise LorebookError("lore.bad_pattern", file=where, key=name, found=as_written, reason=reason)
    require_few_patterns(entries, file)
