"""Books and talk for tests of lore, and the same judgement made slowly."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from personas.lore import Condition, Entry, Key, Logic, Lorebook
from personas.lore.engine import Compiled, Talk, Told

PARTICLES = (
    "이",
    "가",
    "은",
    "는",
    "을",
    "를",
    "에",
    "에서",
    "에서는",
    "에게",
    "의",
    "도",
    "와",
    "과",
    "로",
    "까지",
    "이나",
)


def keys(*texts: str) -> tuple[Key, ...]:
    return tuple(Key(text=text) for text in texts)


def entry(name: str, *texts: str, **changes: Any) -> Entry:
    """An entry with these keys, whose content is its name unless `changes` say otherwise."""
    return replace(Entry(id=name, content=f"[{name}]", keys=keys(*texts)), **changes)


def book(*entries: Entry, **changes: Any) -> Lorebook:
    return replace(Lorebook(id="book", version="1", entries=entries), **changes)


def also(logic: Logic, *texts: str) -> tuple[Condition, ...]:
    return (Condition(logic=logic, keys=keys(*texts)),)


def talk(*texts: str, **changes: Any) -> Talk:
    """Messages, the newest last, as people write them down."""
    return replace(Talk(texts=tuple(reversed(texts)), message=len(texts), seed="here"), **changes)


def size(one: Entry) -> int:
    return len(one.content)


def tell(lore: Lorebook | Compiled, about: Talk, started: dict[str, int] | None = None) -> Told:
    compiled = lore if isinstance(lore, Compiled) else Compiled.of(lore)
    return compiled.tell(about, started or {}, size)


def names(told: Told) -> list[str]:
    return [one.id for one in told.entries]


def stands_in(key: str, text: str, *, case_sensitive: bool = False, whole_words: bool = True) -> bool:
    """Whether a plain key is in a text: at every place, letter by letter."""
    key, text = unicodedata.normalize("NFC", key), unicodedata.normalize("NFC", text)
    if not case_sensitive:
        key, text = key.casefold(), text.casefold()
    starts = [at for at in range(len(text)) if text.startswith(key, at)]
    return any(not whole_words or _is_word(text, at, at + len(key)) for at in starts)


def _is_word(text: str, start: int, end: int) -> bool:
    before, rest = text[:start], text[end:]
    if _hangul(text[start]):
        if before and _hangul(before[-1]):
            return False
    elif before and text[start].isalnum() and before[-1].isalnum() and not _hangul(before[-1]):
        return False
    if not _hangul(text[end - 1]):
        return not (rest and text[end - 1].isalnum() and rest[0].isalnum() and not _hangul(rest[0]))
    if end - start > 1 and _hangul(text[end - 2]):
        return True
    word = _run(rest)
    return word == "" or word in PARTICLES


def _run(text: str) -> str:
    return "".join(text[: next((at for at, letter in enumerate(text) if not _hangul(letter)), len(text))])


def _hangul(letter: str) -> bool:
    return "가" <= letter <= "힣"


def called_for(lore: Lorebook, about: Talk) -> set[str]:
    """Ids of the entries the talk and other entries call for, by keys and conditions alone; without levels and limits
    of rounds."""
    found: dict[str, Entry] = {}
    said: list[str] = []
    while True:
        new = [
            one
            for one in lore.entries
            if one.enabled and one.id not in found and not (said and one.exclude_recursion and not one.constant)
            if one.constant or _asks(one, lore, about, said)
        ]
        found |= {one.id: one for one in new}
        said += [one.content for one in new if one.content and not one.prevent_recursion]
        if not lore.recursive or not new:
            return {name for name, one in found.items() if one.content}


def _asks(one: Entry, lore: Lorebook, about: Talk, said: Iterable[str]) -> bool:
    depth = lore.scan_depth if one.scan_depth is None else one.scan_depth
    texts = [*about.texts[:depth], *said]

    def there(key: Key) -> bool:
        return any(
            stands_in(key.text, text, case_sensitive=one.case_sensitive, whole_words=one.whole_words) for text in texts
        )

    def holds(condition: Condition) -> bool:
        hits = [there(key) for key in condition.keys]
        return {
            Logic.AND_ANY: not hits or any(hits),
            Logic.AND_ALL: all(hits),
            Logic.NOT_ANY: not any(hits),
            Logic.NOT_ALL: not hits or not all(hits),
        }[condition.logic]

    return any(map(there, one.keys)) and all(map(holds, one.conditions))
