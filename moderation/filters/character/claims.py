"""What a persona says of itself against what its file says: age, home, birthplace, work, name, kin, kind of being.

Rules find the claim and code compares its value: no guess is made about what a sentence means beyond that. A claim that
is asked, wished, imagined, quoted or told of somebody else is none.

Each claim is judged by `contradiction`, from its slot and what the persona's file knows: a later judge that reads
meaning would take the same two.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from moderation.filters.character.asides import asides
from moderation.filters.character.context import Context, sentence_at
from moderation.filters.character.folding import Folded
from moderation.filters.character.numbers import numbers_in
from moderation.filters.character.phrases import Hit, Phrases, load_phrases
from moderation.filters.character.values import NONE, Values
from moderation.records import Brief, Candidate

CONTRADICTION: Final = "contradiction"
SLOTS: Final = ("age", "home", "birthplace", "job", "name", "spouse", "children", "siblings", "species")
"""The slots of facts that claims are compared with."""
_YEARS: Final = 1
"""An age may be off by a birthday."""
_ASKED: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "age": re.compile(r"몇 ?살|나이|연세|춘추|how old|your age", re.IGNORECASE),
        "home": re.compile(r"어디[^.?!\n]{0,12}(?:살|사[세시십는니나냐]|계|거처)|사는 ?(?:곳|데)|집이 ?어디"),
        "birthplace": re.compile(
            r"고향|태어|출신|어디[^.?!\n]{0,8}(?:왔|오셨|온|자랐|자라)|where.{0,12}(?:from|born)", re.IGNORECASE
        ),
        "job": re.compile(r"직업|무슨 ?일|어떤 ?일|뭐 ?하(?:시|는)|하시는 ?일|생업|what do you do", re.IGNORECASE),
    }
)
"""What a person asks where an answer needs no subject."""
_NAME: Final = re.compile(r"(?:is|'s|be|called|named|of|by|I'm|I am) ((?:[A-Z][\w'-]+\.?)(?: [A-Z][\w'-]+){0,2})")
_KOREAN_NAME: Final = re.compile(
    "(?:이름은|저는|나는|난|전|제가|내가) ?[\"'‘“]?([가-힣]{2,5}?|[가-힣]{1,2} [가-힣]{1,4}?)[\"'’”]?"
    "(?:이라|라|이에요|예요|입니다|이야|야|이오|요|일세|이라고|라고|이다|이라네|라네|이지|이라오|라오)"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that is not so, with its place in the folded text."""

    score: float
    detail: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claims:
    """Finds them. Immutable; safe to share between threads."""

    phrases: Phrases
    values: Values
    context: Context
    """What the words around a claim make of it."""

    @classmethod
    def load(cls, context: Context) -> "Claims":
        """With the rules of the package. Raises FilterUnavailable: file, key, what was expected."""
        values = Values.load()
        return cls(load_phrases("character", "claims", given=values.fragments), values, context)

    @property
    def version(self) -> str:
        """Of the rules and the values they can name."""
        return self.phrases.version + self.values.version

    def find(self, folded: Folded, candidate: Candidate) -> Iterator[Claim]:
        """Every claim in `folded` that contradicts what the brief knows. Linear."""
        brief = candidate.brief
        if not brief.facts and not brief.name:
            return
        hits = list(self.phrases.find(self.values.mark(folded)))
        apart = [place for place in asides(folded.text) if place[0] != "action"] if hits else []
        for hit in hits:
            slots = [slot for slot in SLOTS if slot in hit.rule.tags]
            if "bare" in hit.rule.tags and not _ASKED[slots[0]].search(candidate.said):
                continue
            claim = folded.text[hit.start : hit.end]
            wrong = {slot: self.contradiction(slot, claim, hit, brief) for slot in slots if _known(slot, brief)}
            if wrong and all(wrong.values()) and not self._unreal(folded.text, hit, apart):
                slot = next(iter(wrong))
                yield Claim(hit.rule.score, f"{slot}: {wrong[slot]}", hit.start, hit.end)

    def contradiction(self, slot: str, claim: str, hit: Hit, brief: Brief) -> str:
        """What of `claim`, the words of a hit, is not as the facts in `slot` say; "" where nothing is."""
        known = _known(slot, brief)
        match slot:
            case "name":
                return _other_name(claim, known)
            case "age":
                return _other_age(claim, known, decade="decade" in hit.rule.tags)
            case "home" | "birthplace":
                return self.values.other_place(claim, known)
            case "job":
                return self.values.other_job(claim, known, brief.told)
            case "species":
                return self.values.other_species(claim, known)
            case _:
                return self._other_kin(slot, claim, hit.rule.tags, known, brief.told)

    def _other_kin(self, slot: str, claim: str, tags: frozenset[str], known: Sequence[str], told: str) -> str:
        nobody = NONE in known
        if "none" in tags:
            return "" if nobody else "none"
        if nobody:
            return "some"
        if "count" in tags:
            counts = {number for value in known for number in numbers_in(value)}
            claimed = numbers_in(claim)
            return str(claimed[-1]) if counts and claimed and claimed[-1] > max(counts) else ""
        return self.values.other_kin(slot, claim, known, told)

    def _unreal(self, text: str, hit: Hit, apart: Sequence[tuple[str, int, int]]) -> bool:
        """Whether the claim is asked, wished, quoted … The words of the claim itself do not tell."""
        if any(start <= hit.start and hit.end <= end for _, start, end in apart):
            return True
        first, last = sentence_at(text, hit.start, hit.end)
        # The last letter may begin what takes the claim back: "…이라" and "면".
        before, after = text[first : hit.start], text[hit.end - 1 : last]
        korean = _korean(text[first:last])
        # "…, can't you smell it?" asks about something else.
        if after.rstrip().endswith("?") and (korean or not any(map(str.isalpha, after[1:]))):
            return True
        taken = self.context.marks(f"{before}·{after}") if korean else self.context.taken_back(before)
        return bool({"unreal", "past"} & taken)


def _known(slot: str, brief: Brief) -> tuple[str, ...]:
    values = tuple(value for fact in brief.facts if fact.slot == slot for value in fact.values)
    return (*values, brief.name) if slot == "name" and brief.name else values


def _korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


def _other_age(claim: str, known: Sequence[str], *, decade: bool) -> str:
    ages = [number for value in known for number in numbers_in(value)]
    claimed = numbers_in(claim)
    if not ages or not claimed:
        return ""
    age = claimed[-1]
    low, high = (age, age + 9) if decade else (age - _YEARS, age + _YEARS)
    return "" if any(low <= known_age <= high for known_age in ages) else str(age)


def _other_name(claim: str, known: Sequence[str]) -> str:
    found = _KOREAN_NAME.search(claim) or _NAME.search(claim)
    if found is None:
        return ""
    name = found[1].rstrip(".")
    # A name in another script may be the same name.
    own = [part for value in known if _korean(value) is _korean(name) for part in (value, *value.split()) if part]
    alike = any(part.lower() in name.lower() or name.lower() in part.lower() for part in own)
    return "" if alike or not own else name
