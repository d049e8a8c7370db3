"""What the world has names for: things with the year they came into it, and the worlds of fiction. One pass finds all.

A form with capital letters is met only written so; an English form may take an ending s; after a Korean form a particle
or a verb may follow, before it no syllable.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Final, Self

import ahocorasick_rs

from moderation.filters.character.folding import Folded
from moderation.filters.phrases import Source, data_folder, digest

_MACHINE: Final = "machine"
THINGS: Final = ("technology", "brand", "culture", "event", "person", "word", _MACHINE)
_ALGORITHM: Final = b"gazetteer 1"
"""Raised when the code changes what the same data finds."""

_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_AFTER_HANGUL: Final = re.compile(
    "(?:들|님|씨)?(?:서|쯤|이|가|은|는|을|를|에|의|도|만|와|과|랑|로|으로|나|하고|까지|부터|보다|처럼|마다|조차|마저|밖에|뿐|같|라|란|인|일"
    "|예요|여요|야|오|요|지|네|구려|입니|였|다|께|하|해|했|한|할|합|며|고|죠|든|니까|니|거리|용)|들|님|씨"
)
"""What may stand right behind a Korean noun."""
_AFTER_LATIN: Final = re.compile("(?:'?s|es)?(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a form is the name of."""

    form: str
    forms: tuple[str, ...]
    """Every form of the same thing, in small letters."""
    since: int
    """The first year in which somebody could have known it; `since_ko`: a Korean."""
    since_ko: int
    machine: bool = False
    """Whether it is what a persona may have to name that truthfully says what it is."""
    world: str = ""
    """The world of fiction it belongs to, by its first name; "" for things of ours."""
    person: bool = False
    """Somebody in that world: who says to be them is another character."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All names. Immutable; matching is safe from several threads."""

    named: Mapping[str, tuple[Named, ...]]
    """By form in small letters."""
    worlds: Mapping[str, frozenset[str]]
    """Every form of a world, in small letters, by its first name."""
    version: str
    automaton: ahocorasick_rs.AhoCorasick

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `things.toml` and `worlds.toml` (default: those that ship).

        Raises FilterUnavailable: file, key, what was expected.
        """
        folder = folder or data_folder("character")
        things, worlds = Source.read(folder, "things.toml"), Source.read(folder, "worlds.toml")
        entries = [*_worlds(worlds), *_things(things)]  # to be somebody is more than to know of them
        named: dict[str, tuple[Named, ...]] = {}
        forms: dict[str, frozenset[str]] = {}
        for entry in entries:
            named[entry.form.lower()] = (*named.get(entry.form.lower(), ()), entry)
            if entry.world:
                forms[entry.world] = forms.get(entry.world, frozenset()) | {entry.form.lower()}
        automaton = ahocorasick_rs.AhoCorasick(list(named), matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
        return cls(named, forms, digest(_ALGORITHM, things.raw, worlds.raw), automaton)

    def find(self, folded: Folded) -> Iterator[tuple[int, int, tuple[Named, ...]]]:
        """Start and end in `folded.text` of each name, and what it may name. Linear."""
        text = folded.text
        for _, start, end in self.automaton.find_matches_as_indexes(lowered(text)):
            written = text[start:end]
            if bounded(text, start, end):
                found = tuple(entry for entry in self.named[lowered(written)] if _written_so(entry.form, written))
                if found:
                    yield start, end, found


def lowered(text: str) -> str:
    """In small letters, of the same length: offsets must hold in both."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def ends_here(text: str, end: int) -> bool:
    """Whether a Korean noun may end at `end`: no syllable follows, or a particle or a verb."""
    return not _HANGUL.match(text[end : end + 1]) or bool(_AFTER_HANGUL.match(text, end))


def _written_so(form: str, written: str) -> bool:
    return form == written or form.islower() or not form.isascii()


def bounded(text: str, start: int, end: int) -> bool:
    """Whether a name stands there by itself: no letter or syllable before it, but endings and particles behind it."""
    before, last = text[start - 1 : start], text[end - 1]
    if _HANGUL.match(text[start]):
        if _HANGUL.match(before):
            return False
    elif before.isascii() and before.isalnum():
        return False
    if _HANGUL.match(last):
        return ends_here(text, end)
    return bool(_AFTER_LATIN.match(text, end))


def _things(source: Source) -> Iterator[Named]:
    source.only(source.table, frozenset(THINGS))
    taken: set[str] = set()
    for kind in THINGS:
        entries = source.table.get(kind)
        if not isinstance(entries, list) or not entries:
            raise source.wrong(kind, "entries")
        for number, entry in enumerate(entries, 1):
            yield from _thing(source, entry, f"{kind}[{number}]", taken, machine=kind == _MACHINE)


def _thing(source: Source, entry: Any, where: str, taken: set[str], *, machine: bool) -> Iterator[Named]:
    if not isinstance(entry, list) or [type(part) for part in entry] not in ([int, str, str], [int, str, str, int]):
        raise source.wrong(where, "entries")
    since, english, korean, *later = entry
    forms = _forms(english.split("|") + korean.split("|"))
    twice = next((form for form in forms if form in taken), None)
    if twice is not None or not forms:
        raise source.wrong(f"{where} {twice or ''}".strip(), "twice" if twice else "entries")
    taken.update(forms)
    known = tuple(form.lower() for form in forms)
    for form in forms:
        yield Named(form=form, forms=known, since=since, since_ko=later[0] if later else since, machine=machine)


def _worlds(source: Source) -> Iterator[Named]:
    source.only(source.table, frozenset({"world"}))
    for number, table in enumerate(source.tables("world"), 1):
        where = f"world[{number}]."
        source.only(table, frozenset({"names", "since", "people", "others"}), where)
        names = source.strings(table, "names", where)
        since = table.get("since")
        if not names or not isinstance(since, int):
            raise source.wrong(f"{where}names" if not names else f"{where}since", "entries")
        people = _forms(source.strings(table, "people", where))
        for form in dict.fromkeys((*people, *names, *source.strings(table, "others", where))):
            yield Named(
                form=form, forms=(form.lower(),), since=since, since_ko=since, world=names[0], person=form in people
            )


def _forms(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(form.strip() for form in forms if form.strip())
