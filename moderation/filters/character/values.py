"""What claims can name: places, trades, kinds of beings, kin. The lists stand in `values.toml`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final, Self

import ahocorasick_rs

from moderation.filters.character.folding import Folded
from moderation.filters.character.gazetteer import ends_here, lowered
from moderation.filters.character.numbers import FRAGMENTS
from moderation.filters.phrases import Source, data_folder, digest

NONE: Final = "none"
"""The value of a fact of kin that there are none."""
_ALGORITHM: Final = b"values 1"
"""Raised when the code changes what the same data finds."""
_KIN: Final = ("spouse", "children", "siblings")
_MARKS: Final[Mapping[str, str]] = MappingProxyType(
    {"place": "\ue001", "job": "\ue002", "spouse": "\ue003", "child": "\ue004", "sibling": "\ue005"}
)
"""What each letter of such a word is marked by: characters for private use, which no alphabet has."""
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_LETTER: Final = re.compile("[A-Za-z]")
_GOES_ON: Final = re.compile("(?!s(?![A-Za-z]))[A-Za-z]")
Groups = tuple[tuple[str, ...], ...]
"""Forms of one thing, in small letters."""


@dataclass(frozen=True, slots=True)
class Values:
    """All of them. Immutable."""

    places: Groups
    inside: Mapping[str, str]
    """What a place lies in, both by their first forms."""
    jobs: Groups
    species: Groups
    kin: Mapping[str, Groups]
    marked: Mapping[str, str]
    """By what each form is marked."""
    automaton: ahocorasick_rs.AhoCorasick
    fragments: Mapping[str, str]
    """How rules name them: `%place%` …"""
    version: str

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `values.toml` (default: the one that ships). Raises FilterUnavailable: file, key, what was expected."""
        source = Source.read(folder or data_folder("character"), "values.toml")
        source.only(source.table, frozenset({"places", "jobs", "species", "kin"}))
        places = source.table.get("places")
        if not isinstance(places, list) or not all(map(_is_place, places)):
            raise source.wrong("places", "entries")
        kin = source.table.get("kin")
        if not isinstance(kin, dict):
            raise source.wrong("kin", "strings")
        named = tuple(_split(entry[0]) for entry in places)
        jobs, species = _groups(source, source.table, "jobs"), _groups(source, source.table, "species")
        relatives = {name: _groups(source, kin, name, "kin.") for name in _KIN}
        kinds = dict(zip(_MARKS.values(), (named, jobs, *relatives.values()), strict=True))
        marked = {form: mark for mark, groups in kinds.items() for group in groups for form in group}
        return cls(
            places=named,
            inside={_split(entry[0])[0]: entry[1].lower() for entry in places if len(entry) > 1},
            jobs=jobs,
            species=species,
            kin=relatives,
            marked=marked,
            automaton=ahocorasick_rs.AhoCorasick(list(marked), matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST),
            fragments={**{name: f"{mark}+" for name, mark in _MARKS.items()}, "species": _either(species), **FRAGMENTS},
            version=digest(_ALGORITHM, source.raw),
        )

    def mark(self, folded: Folded) -> Folded:
        """`folded` with every letter of a word that is listed as its mark: rules can speak of a place, every offset
        stays. Linear."""
        text, last = folded.text, 0
        parts: list[str] = []
        for _, start, end in self.automaton.find_matches_as_indexes(lowered(text)):
            if _stands_alone(text, start, end):
                parts += (text[last:start], self.marked[lowered(text[start:end])] * (end - start))
                last = end
        if not parts:
            return folded
        marked = "".join((*parts, text[last:]))
        return Folded(marked, marked.encode("utf-8"), folded.starts)

    def other_place(self, claim: str, known: Sequence[str]) -> str:
        """The place that `claim` names, where it is none of those that `known` names, nor around or within one."""
        named = _last(self.places, claim)
        if not named:
            return ""
        own = {place for value in known for place in _all(self.places, value)}
        around = {outer for place in own for outer in self._around(place)}
        if named in own or named in around:
            return ""
        within = own & set(self._around(named))
        beside = {self.inside.get(place, "") for place in own} - {""}
        return "" if within and self.inside.get(named) not in beside else named

    def other_job(self, claim: str, known: Sequence[str], told: str) -> str:
        """The trade that `claim` names, where neither `known` nor `told` names one of its kind."""
        return _other(self.jobs, claim, (*known, told))

    def other_species(self, claim: str, known: Sequence[str]) -> str:
        """The kind of being that `claim` names, where `known` names another."""
        return _other(self.species, claim, known)

    def other_kin(self, slot: str, claim: str, known: Sequence[str], told: str) -> str:
        """The relative that `claim` names, where neither `known` nor `told` names one of that kind."""
        return _other(self.kin[slot], claim, (*known, told))

    def _around(self, place: str) -> list[str]:
        found = []
        while outer := self.inside.get(place):
            found.append(outer)
            place = outer
        return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether it is a word: no syllable before Hangul and but particles behind, no letter around Latin but a plural."""
    alphabet = _HANGUL if _HANGUL.match(text, start) else _LETTER
    if start and alphabet.match(text, start - 1):
        return False
    return ends_here(text, end) if alphabet is _HANGUL else not _GOES_ON.match(text, end)


def _other(groups: Groups, claim: str, known: Iterable[str]) -> str:
    named = _last(groups, claim)
    group = next((forms for forms in groups if forms[0] == named), ())
    text = "\n".join(known).lower()
    return "" if not named or any(form in text for form in group) else named


def _last(groups: Groups, claim: str) -> str:
    """The first form of what is named last in `claim`; of forms that end at one place the longest."""
    text = claim.lower()
    ends = [(text.rfind(form) + len(form), len(form), forms[0]) for forms in groups for form in forms if form in text]
    return max(ends, default=(0, 0, ""))[2]


def _all(groups: Groups, text: str) -> list[str]:
    lowered = text.lower()
    return [forms[0] for forms in groups if any(_whole(form, lowered) for form in forms)]


def _whole(form: str, text: str) -> bool:
    """Latin words as a whole: there is no Rome in "prometheus"."""
    if not form.isascii():
        return form in text
    return re.search(rf"(?<![a-z]){re.escape(form)}(?![a-z])", text) is not None


def _is_place(entry: Any) -> bool:
    return isinstance(entry, list) and 1 <= len(entry) <= 2 and all(isinstance(part, str) and part for part in entry)


def _groups(source: Source, table: Mapping[str, Any], key: str, where: str = "") -> Groups:
    groups = tuple(map(_split, source.strings(table, key, where)))
    if not groups:
        raise source.wrong(f"{where}{key}", "strings")
    return groups


def _split(forms: str) -> tuple[str, ...]:
    return tuple(form.strip().lower() for form in forms.split("|"))


def _either(groups: Groups) -> str:
    """A pattern of all forms, longest first."""
    forms = sorted({form for group in groups for form in group}, key=lambda form: (-len(form), form))
    return "|".join(map(re.escape, forms))
