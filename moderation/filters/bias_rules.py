"""The data of the bias filter: word lists that become marks, forms and excuses that are patterns over marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

import ahocorasick_rs
import re2

from moderation.filters.phrases import PatternSet, Source

MANY, ONE, ADJECTIVE, KOREAN = "\ue000", "\ue001", "\ue002", "\ue003"
NEGATIVE, FLATTERING, ROLE, ACT = "\ue004", "\ue005", "\ue006", "\ue007"
SLUR = "\ue008"
"""A Korean noun that names a group and insults it: group and predicate in one."""
SPLIT = "\ue009"
"""A Korean noun with a blank in it (여 자들), which counts only where a plural shows that it is one.

Marks are private-use characters; folding takes them out of what people write.
"""

_MARKS: Final = {
    "many": MANY, "one": ONE, "adj": ADJECTIVE, "ko": KOREAN, "negative": f"[{NEGATIVE}{SLUR}]",
    "flattering": FLATTERING, "role": ROLE, "act": ACT, "predicate": f"[{NEGATIVE}{FLATTERING}{ROLE}{SLUR}]",
    "any": f"{MANY}-{SLUR}",
}  # fmt: skip
_NAME: Final = re.compile("<([a-z]+)>")
_NOUNS: Final = (
    "person/people", "man/men", "woman/women", "guy/guys", "girl/girls", "boy/boys", "kid/kids", "child/children",
    "folk/folks", "couple/couples", "student/students", "worker/workers", "lady/ladies",
)  # fmt: skip
"""What an adjective names a group with."""
_PARTICLES: Final = ("", "을 ", "를 ", "이 ", "가 ", "은 ", "는 ", "도 ", "만 ", "에 ", " ")
_CANNOT: Final = (
    "못",
    "잘 못",
    "잘못",
    "더럽게 못",
    "서툴",
    "서투",
    "약하",
    "약해",
    "싫어",
    "귀찮아",
    "소질@ 없",
    "재능@ 없",
    "포기",
)
_CAN: Final = ("잘", "더 잘", "제일 잘", "타고", "소질@ 있", "재능@ 있", "좋아하", "좋아해", "능숙", "뛰어")
_DO_TOO_MUCH: Final = (
    "잘",
    "많",
    "심하",
    "심해",
    "일삼",
    "자주",
    "하",
    "해",
    "좋아하",
    "좋아해",
    "부리",
    "부려",
    "밥 먹듯",
    "밥먹듯",
    "너무",
    "쩔",
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every known term in one automaton, and the mark that each becomes."""

    terms: ahocorasick_rs.AhoCorasick = field(repr=False)
    marks: tuple[str, ...] = field(repr=False)

    @classmethod
    def load(cls, groups: Source, predicates: Source) -> Self:
        """Raises FilterUnavailable for a key or a value that cannot be used. A noun that names a
        group wins over a predicate; an adjective alone names nobody, hence does not."""
        said = dict(_predicates(predicates))
        named = {term: mark for term, mark in _groups(groups) if mark != ADJECTIVE or term not in said}
        split = {term: mark for term, mark in named.items() if mark == SPLIT}
        marks = split | said | {term: mark for term, mark in named.items() if mark != SPLIT}
        matching = ahocorasick_rs.MatchKind.LeftmostLongest
        return cls(ahocorasick_rs.AhoCorasick(list(marks), matchkind=matching), tuple(marks.values()))


def _groups(source: Source) -> Iterator[tuple[str, str]]:
    for kind, table in source.table.items():
        where = f"{kind}."
        if not isinstance(table, dict):
            raise source.wrong(kind, "tables")
        source.only(table, frozenset({"en", "en_many", "en_adjective", "en_nation", "ko", "ko_slur"}), where)
        yield from _korean(source, table, where)
        nations = source.strings(table, "en_nation", where)
        for adjective in (*source.strings(table, "en_adjective", where), *nations):
            yield adjective, ADJECTIVE
            for noun in _NOUNS:
                one, many = noun.split("/")
                yield f"{adjective} {one}", ONE
                yield f"{adjective} {many}", MANY
        for nation in nations:
            yield f"the {nation}", MANY
        for noun in source.strings(table, "en", where):
            one, _, many = noun.partition("/")
            yield one, ONE
            yield many or f"{one}s", MANY
        for noun in source.strings(table, "en_many", where):
            yield noun, MANY


def _korean(source: Source, table: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for noun in source.strings(table, "ko", where):
        yield noun, KOREAN
        if noun.isalpha() and len(noun) > 1:
            yield f"{noun[0]} {noun[1:]}", SPLIT
    for noun in source.strings(table, "ko_slur", where):
        yield noun, SLUR


def _predicates(source: Source) -> Iterator[tuple[str, str]]:
    kinds = {"act": ACT, "role": ROLE, "flattering": FLATTERING, "negative": NEGATIVE}
    source.only(source.table, frozenset({*kinds, "vice"}))
    for kind in (*kinds, "vice"):
        table = source.table.get(kind)
        if not isinstance(table, dict):
            raise source.wrong(kind, "tables")
        source.only(table, frozenset({"en", "ko"}), f"{kind}.")
    for thing in source.strings(source.table["act"], "ko", "act."):
        yield from ((text, FLATTERING) for end in _CAN for text in _spread(f"{thing}@ {end}"))
        yield from ((text, NEGATIVE) for end in _CANNOT for text in _spread(f"{thing}@ {end}"))
    for thing in source.strings(source.table["vice"], "ko", "vice."):
        yield from ((text, NEGATIVE) for end in _DO_TOO_MUCH for text in _spread(f"{thing}@ {end}"))
    for kind, mark in kinds.items():
        for language in ("en", "ko"):
            for term in source.strings(source.table[kind], language, f"{kind}."):
                if len(term) > 1:
                    yield from ((text, mark) for form in _inflect(term) for text in _spread(form))


def _inflect(term: str) -> Iterator[str]:
    """`term`, and where it is the stem of a 하다 word, the syllables that stem becomes."""
    yield term
    if term.endswith("하"):
        yield from (term[:-1] + syllable for syllable in ("해", "한", "함", "할", "합"))


def _spread(term: str) -> Iterator[str]:
    """`term` with every particle where "@ " stands; itself where there is none."""
    before, found, after = term.partition("@ ")
    if not found:
        yield term
        return
    for particle in _PARTICLES:
        for rest in _spread(after):
            yield f"{before}{particle}{rest}"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to build a generalisation."""

    id: str
    pattern: "re2._Regexp"
    weak: bool
    score: float
    """The least it is worth, with or without a predicate."""
    quantified: bool
    """It says "all" itself: no word before the group makes it particular."""


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms, and one automaton that tells which of them are in a sentence."""

    forms: tuple[Form, ...]
    anything: PatternSet = field(repr=False)

    @classmethod
    def load(cls, source: Source) -> Self:
        """Raises FilterUnavailable naming the form that cannot be used."""
        source.only(source.table, frozenset({"marks", "form", "excuse"}))
        names = names_of(source)
        forms = tuple(
            form
            for index, table in enumerate(source.tables("form"))
            for form in _forms(source, table, f"form[{index}].", names)
        )
        if not forms:
            raise source.wrong("form", "tables")
        return cls(forms, PatternSet.of(form.pattern for form in forms))


def _forms(source: Source, table: dict[str, Any], where: str, names: dict[str, str]) -> Iterator[Form]:
    source.only(table, frozenset({"id", "strength", "score", "quantified", "en", "ko"}), where)
    strength = table.get("strength")
    if strength not in {"strong", "weak"}:
        raise source.wrong(f"{where}strength", "one_of", known="strong, weak")
    score = source.score(table, "score", where) if "score" in table else 0.0
    for language in ("en", "ko"):
        patterns = [
            expand(source, pattern, names, f"{where}{language}") for pattern in source.strings(table, language, where)
        ]
        if patterns:
            yield Form(
                source.string(table, "id", where),
                source.pattern(patterns, f"{where}{language}"),
                strength == "weak",
                score,
                table.get("quantified") is True,
            )


def names_of(source: Source) -> dict[str, str]:
    """Names that patterns may use in angle brackets; a later one may use those before it."""
    names = dict(_MARKS)
    table = source.table.get("marks", {})
    if not isinstance(table, dict):
        raise source.wrong("marks", "tables")
    for name in table:
        names[name] = expand(source, source.string(table, name, "marks."), names, f"marks.{name}")
    return names


def expand(source: Source, pattern: str, names: dict[str, str], where: str) -> str:
    for name in _NAME.findall(pattern):
        if name not in names:
            raise source.wrong(where, "one_of", known=", ".join(sorted(names)))
    return _NAME.sub(lambda match: names[match.group(1)], pattern)
