"""Lorebooks as other programs write them -> `Lorebook`: `character_book` of cards V2 and V3, the standalone book of V3,
World Info of SillyTavern, books of Agnai and NovelAI. Lenient: what is missing or of the wrong kind is what it is by
default, and kept as it stood.

Where the specifications contradict each other or programs: `secondary_keys` may be a list or one text with commas;
`reverse_depth`, `role`, `is_greeting` and what counts in tokens is ignored, as they say for a program like this one;
`selective` without secondary keys asks for nothing; settings of SillyTavern stand in `extensions` and go before the
fields of cards. Of a pattern RE2 does not know, nothing is found; where `use_regex` is set, the entry is not told then.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from personas.cards.texts import resolved
from personas.cleaning import clean
from personas.errors import LorebookError
from personas.lore.book import FOREVER, SCAN_DEPTH, Condition, Entry, Key, Logic, Lorebook, Position
from personas.lore.decorators import Decorated, decorated
from personas.lore.fields import Fields, entries_in
from personas.lore.matching import complaint
from personas.lore.schema import MAX_CONTENT, MAX_ENTRIES, MAX_KEY, MAX_KEYS, MAX_PATTERNS, MAX_SCAN

_PATTERN: Final = re.compile(r"/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+)/([dgimsuvy]*)", re.DOTALL)
"""As JavaScript writes one down: a slash in it stands behind a backslash, or in a class."""
_FLAGS: Final = "ims"
"""Of JavaScript, those that say something to RE2."""
_LOGICS: Final = (Logic.AND_ANY, Logic.NOT_ALL, Logic.NOT_ANY, Logic.AND_ALL)
"""As SillyTavern numbers them."""
_POSITIONS: Final[Mapping[object, tuple[Position, int | None]]] = {
    "before_char": (Position.BEFORE, None),
    "after_char": (Position.AFTER, None),
    0: (Position.BEFORE, None),
    1: (Position.AFTER, None),
    2: (Position.DEPTH, 4),
    3: (Position.DEPTH, 4),
    4: (Position.DEPTH, None),
    5: (Position.AFTER, None),
    6: (Position.AFTER, None),
    7: (Position.NOWHERE, None),
}
"""Of cards by name; SillyTavern's by number: around the character, around the author's note (which stands four messages
back), at a depth, around the examples, at an outlet."""
_HIDDEN: Final = re.compile(r"\{\{\s*hidden_key\s*:([^{}]*)\}\}", re.IGNORECASE)


def is_book(book: object) -> bool:
    """Whether there are entries, in either form."""
    return isinstance(book, dict) and isinstance(book.get("entries"), list | dict)


def book_of(book: Mapping[str, object], *, id: str, file: str) -> Lorebook:  # noqa: A002
    """The lorebook in `book`, which `is_book`; `file` names it in errors. What is no entry is left out.

    Raises LorebookError where it has too many entries, or patterns.
    """
    written = entries_in(book)
    if len(written) > MAX_ENTRIES:
        raise LorebookError("lore.many_entries", file=file, expected=MAX_ENTRIES)
    fields = Fields(book)
    taken: set[str] = set()
    entries = [_entry(item, taken) for item in written if isinstance(item, dict)]
    require_few_patterns(entries, file)
    depth, budget = fields.number("scan_depth", "scanDepth"), fields.number("token_budget", "tokenBudget")
    return Lorebook(
        id=id,
        version=version_of(book),
        name=fields.text("name"),
        description=fields.text("description"),
        scan_depth=SCAN_DEPTH if depth is None else _within(depth, 0, MAX_SCAN),
        token_budget=_within(budget, 1, FOREVER) if budget and budget > 0 else None,
        recursive=fields.flag("recursive_scanning", "recursiveScanning", default=False),
        entries=tuple(entries),
        extra={key: value for key, value in book.items() if key != "entries"},
    )


def pattern_in(key: str) -> str | None:
    """The RE2 pattern in a key between slashes, as /dragons?/i; None where it is no such key: /r/korea is none."""
    found = _PATTERN.fullmatch(key.strip())
    if found is None or len(set(found[2])) < len(found[2]):
        return None
    flags = "".join(flag for flag in _FLAGS if flag in found[2])
    pattern = found[1].replace("\\/", "/")
    return f"(?{flags}){pattern}" if flags else pattern


def require_few_patterns(entries: Sequence[Entry], file: str) -> None:
    """Raises LorebookError where there are more than can be matched at once."""
    conditions = (condition.keys for entry in entries for condition in entry.conditions)
    if sum(key.regex for keys in (*(entry.keys for entry in entries), *conditions) for key in keys) > MAX_PATTERNS:
        raise LorebookError("lore.many_patterns", file=file, expected=MAX_PATTERNS)


def version_of(content: object) -> str:
    """A digest of what a book says."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _entry(item: dict[str, object], taken: set[str]) -> Entry:
    """One entry; its id becomes one of `taken`."""
    fields = Fields(item)
    content, said = decorated(fields.text("content"))
    regex = fields.flag("use_regex", "useRegex", default=False)
    keys = _keys(fields.texts("keys", "key"), regex=regex)
    broken = regex and any(complaint(key.text) for key in keys)
    return Entry(
        id=_id(fields, taken),
        content=resolved(content)[0][:MAX_CONTENT],
        keys=(*keys, *(_keys(said.more_keys, regex=True) if regex else ())),
        conditions=_conditions(fields, said, regex=regex),
        name=fields.text("name"),
        comment=fields.text("comment"),
        enabled=_enabled(fields, said) and not broken,
        constant=said.always or (not regex and fields.flag("constant", default=False)),
        by_meaning=fields.flag("vectorized", default=False),
        case_sensitive=fields.flag("case_sensitive", "caseSensitive", default=False),
        whole_words=fields.flag("match_whole_words", "matchWholeWords", default=True),
        hidden="\n".join(_HIDDEN.findall(clean(content))),
        extra=dict(item),
        **_weighed(fields, said),
        **_placed(fields, said),
        **_timed(fields, said),
    )


def _weighed(fields: Fields, said: Decorated) -> dict[str, Any]:
    """What it is told before, in place of, or because of."""
    priority = -FOREVER if said.goes_first else fields.number("priority")
    groups = (name.strip() for name in fields.text("group").split(","))
    return {
        "order": _within(fields.number("insertion_order", "order") or 0, -FOREVER, FOREVER),
        "priority": None if priority is None else _within(priority, -FOREVER, FOREVER),
        "probability": _probability(fields),
        "groups": tuple(name for name in groups if name),
        "group_weight": _within(fields.number("group_weight", "groupWeight", default=100), 0, FOREVER),
        "group_first": fields.flag("group_override", "groupOverride", default=False),
        "exclude_recursion": fields.flag("exclude_recursion", "excludeRecursion", default=False),
        "prevent_recursion": fields.flag("prevent_recursion", "preventRecursion", default=False),
        "delay_until_recursion": _level(fields),
    }


def _placed(fields: Fields, said: Decorated) -> dict[str, Any]:
    """Where it is looked for, and told."""
    position, depth = _position(fields)
    scan = fields.number("scan_depth", "scanDepth") if said.scan_depth is None else said.scan_depth
    return {
        "scan_depth": _depth(scan),
        "position": said.position or (position if said.depth is None else Position.DEPTH),
        "depth": _depth(depth if said.depth is None else said.depth) or 0,
    }


def _timed(fields: Fields, said: Decorated) -> dict[str, Any]:
    """When it is told, and for how long."""
    return {
        "sticky": FOREVER if said.keeps else _count(fields, "sticky"),
        "cooldown": FOREVER if said.once else _count(fields, "cooldown"),
        "delay": _count(fields, "delay"),
        "after_replies": _within(said.after or 0, 0, FOREVER),
        "every_replies": _within(said.every or 1, 1, FOREVER),
    }


def _enabled(fields: Fields, said: Decorated) -> bool:
    on = fields.flag("enabled", default=True) and not fields.flag("disable", default=False)
    return on and not (said.never and not said.always)


def _keys(texts: list[str], *, regex: bool) -> tuple[Key, ...]:
    """`regex`: all of them are patterns, with slashes around or without."""
    keys = []
    for text in texts[:MAX_KEYS]:
        pattern = pattern_in(text)
        if pattern is None and regex:
            pattern = text
        if text.strip() and len(text) <= MAX_KEY:
            keys.append(Key(text=text.strip()) if pattern is None else Key(text=pattern, regex=True))
    return tuple(keys)


def _conditions(fields: Fields, said: Decorated, *, regex: bool) -> tuple[Condition, ...]:
    """What must hold besides; where all keys are patterns nothing must."""
    if regex:
        return ()
    found = []
    secondary = _keys(fields.texts("secondary_keys", "keysecondary"), regex=False)
    if secondary and fields.flag("selective", default=False):
        number = fields.number("selectiveLogic", default=0)
        found.append(Condition(logic=_LOGICS[number] if 0 <= number < len(_LOGICS) else Logic.AND_ANY, keys=secondary))
    found += [Condition(logic=Logic.AND_ANY, keys=keys) for part in said.also if (keys := _keys(part, regex=False))]
    if excluded := _keys(said.excluded, regex=False):
        found.append(Condition(logic=Logic.NOT_ANY, keys=excluded))
    return tuple(found)


def _id(fields: Fields, taken: set[str]) -> str:
    """What the entry is called in its own program, or a number that is not taken."""
    given = fields.value("uid", "id")
    wanted = str(given)[:80] if isinstance(given, int | str) and not isinstance(given, bool) and str(given) else ""
    number = len(taken)
    while not wanted or wanted in taken:
        wanted, number = f"{number}", number + 1
    taken.add(wanted)
    return wanted


def _position(fields: Fields) -> tuple[Position, int | None]:
    number, name = fields.number("position"), fields.text("position")
    position, depth = _POSITIONS.get(name if number is None else number, (Position.AFTER, None))
    return position, fields.number("depth", default=4) if depth is None else depth


def _probability(fields: Fields) -> float:
    percent = fields.number("probability", "risu_activationPercent", default=100)
    return min(max(percent, 0), 100) / 100 if fields.flag("useProbability", "use_probability", default=True) else 1.0


def _level(fields: Fields) -> int:
    """A number, or whether at all."""
    number = fields.number("delay_until_recursion", "delayUntilRecursion")
    if number is None:
        return int(fields.flag("delay_until_recursion", "delayUntilRecursion", default=False))
    return _within(number, 0, FOREVER)


def _count(fields: Fields, name: str) -> int:
    return _within(fields.number(name, default=0), 0, FOREVER)


def _depth(number: int | None) -> int | None:
    return None if number is None else _within(number, 0, MAX_SCAN)


def _within(number: float, least: int, most: int) -> int:
    return int(min(max(number, least), most)) if math.isfinite(number) else least
