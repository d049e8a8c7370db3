"""What somebody says of themselves, by rules (`data/rules.toml`): their own facts, said outright.

Questions, quotations, conditions, play, negations and what is said of others do not count. A sentence that asks to be
remembered does, whatever it says.
"""

import importlib.resources
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import re2

from moderation.language import language_of
from personas.memory import Kind
from personas.memory.merging import Noted, folded
from personas.memory.others import names_another
from personas.memory.screening import pattern_of
from personas.sentences import SentenceSplitter

LONGEST: Final = 240
"""Code points of a memory."""
_MOST: Final = 12
"""That are taken from one message."""
_READ: Final = 4_000
"""Code points of a message that are looked at."""

_QUOTED: Final = re.compile(r"[\"“”„«»「」『』*`]|(?:^|\s)['‘][^'’]{3,}['’](?=[\s.,!?]|$)|^\s*>")
_ENDS: Final = re.compile(r"[\s.!~^…,;:ㅋㅎㅠㅜ♡♥☆★)]+$")
_QUESTION: Final = re.compile(r"[?？]|(?:니|냐|까|까요|나요|[인한은는던]가요|는지|던가|을래|할래)[\s.!~…]*$")
_POLITE_QUESTION: Final = re.compile(r"^(?:can|could|will|would) you\b|기억해 ?줄래", re.IGNORECASE)
_EN_CLAUSE: Final = re.compile(
    r"(?:,|;|:| -| –| —)? (?:and|but|so|because|though|although|also|plus) (?=(?:i|i'm|i've|my|please|remember)\b)|"
    r"[,;:] (?=(?:i|i'm|i've|my)\b)| [-–—] ",
    re.IGNORECASE,
)
_KO_CLAUSE: Final = re.compile(
    r"[,;] |(?<=[가-힣](?:고|데)) (?=(?:나는|난|내|저는|전|제|내가|제가|지금은) )|(?<=인데) |(?<=이고) |"
    r"(?:(?<=살고)|(?<=사는데)) (?!있|싶)"
)
_EN_LEAD: Final = pattern_of(
    r"^(?:(?:and|but|so|well|oh|hi|hello|hey|yes|yeah|no|ok|okay|oh btw|actually|also|by the way|btw|fyi|honestly|"
    r"listen|"
    r"you know|to be honest|anyway|nice to meet you|good (?:morning|evening|afternoon)|these days|nowadays)"
    r"[,.!:]? )+"
)
_KO_LEAD: Final = pattern_of(
    r"^(?:(?:안녕|안녕하세요|반가워|반가워요|아|음|응|네|어|참|아 참|그리고|그런데|근데|그래서|사실|실은|"
    r"있잖아|있잖아요|저기|솔직히|일단)[,.!~]? )+"
)
_EN_IDIOM: Final = re.compile(r"\b(?:(?:you|they) (?:can|may) )?call me (?:[\w'-]+ ){0,3}[\w'-]+,? but ", re.IGNORECASE)
"""Says what its speaker thinks of their opinion, not who they are."""
_KO_NOW: Final = re.compile(
    r"^(?:지금은|요즘은|요즘엔|요새는|요샌|이제는|이젠|현재는|사실은|원래는|평소에는|평소엔|보통은) "
)
_ME: Final = re.compile(r"^(?:나는|난|나|저는|전|저|내가|제가|나도|저도) ")
_TAIL: Final = pattern_of(
    r"(?: (?:now|too|as well|these days|nowadays|recently|so much|very much|a lot|at the moment|right now|again|"
    r"anymore|any more|by the way|actually|though|honestly|the most|most of all|last \w+|this \w+|since .{2,30}|"
    r"for (?:\w+ ){1,3}(?:years?|months?|weeks?)|with my .{2,30}|because .{2,60}|but .{2,60}|and .{2,60}|"
    r"when .{2,60}|more than .{2,40}))+$"
)
_SHORT: Final = re.compile(r"\b(i)(m|ve|ll)\b", re.IGNORECASE)
"""As it is written in haste: "im", "ive"."""
_ARTICLE: Final = re.compile(r"^(?:an? |the |my |to )", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    pattern: "re2._Regexp" = field(repr=False)
    kind: Kind
    slot: str
    value: str
    ends: bool
    me: bool
    """Only where the clause names its speaker."""
    but: "re2._Regexp | None" = field(repr=False)
    """Values that are none."""
    only: "re2._Regexp | None" = field(repr=False)
    """What values look like; None: like anything."""

    def takes(self, value: str) -> bool:
        """Whether `value` is one."""
        return not (self.but and self.but.search(value)) and (self.only is None or bool(self.only.search(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of `data/rules.toml`. Immutable; safe to share between threads."""

    forms: tuple[_Form, ...]
    unless: Mapping[str, "re2._Regexp"] = field(repr=False)
    """By language, and "all" for what takes a whole message back, "values" for what is no value."""
    asked: Mapping[str, tuple["re2._Regexp", ...]] = field(repr=False)
    words: Mapping[str, str]
    """By what is before ":" in a slot, what it may be asked for by."""

    @classmethod
    def load(cls) -> "Rules":
        """Read what ships."""
        return _packaged()

    def notice(self, said: str) -> tuple[Noted, ...]:
        """What `said` says of its speaker, in its order."""
        text = said[:_READ]
        found: list[Noted] = []
        if self.unless["all"].search(text):
            return ()
        before = ""
        for sentence in _sentences(text):
            notes = self._asked(sentence, before)
            before = sentence
            found += self._plain(sentence) if notes is None else notes
        distinct = {(note.slot, note.ends, folded(note.text)): note for note in found}
        return tuple(distinct.values())[:_MOST]

    def about(self, slot: str) -> str:
        """What a memory of `slot` may be asked for by, beside its text."""
        return self.words.get(slot.partition(":")[0], "")

    def _asked(self, sentence: str, before: str) -> list[Noted] | None:
        """What a sentence asks to be remembered; None where it asks for nothing."""
        language = language_of(sentence)
        plain = _trimmed(_EN_LEAD.sub("", sentence)).replace("’", "'")
        if "?" in sentence and not _POLITE_QUESTION.search(plain):
            return None
        for pattern in self.asked.get(language, ()):
            if not (match := pattern.search(plain.rstrip("?"))):
                continue
            wanted = (match.groupdict().get("v") or before).strip()
            if not wanted or (wanted == before and _QUESTION.search(before)):
                return []
            clear = list(self._clauses(wanted, language, asked=True))
            whole = Noted(kind=Kind.FACT, text=wanted[:LONGEST], asked=True)
            return clear or [whole]
        return None

    def _plain(self, sentence: str) -> list[Noted]:
        language = language_of(sentence)
        if language not in self.asked or _QUESTION.search(sentence) or _QUOTED.search(sentence):
            return []
        return list(self._clauses(sentence, language))

    def _clauses(self, sentence: str, language: str, *, asked: bool = False) -> Iterator[Noted]:
        plain = _SHORT.sub(lambda found: f"{found[1]}'{found[2]}", sentence.replace("’", "'"))
        plain = _EN_IDIOM.sub("", plain)
        split = _KO_CLAUSE if language == "ko" else _EN_CLAUSE
        mine = False
        for part in split.split(plain):
            clause = _trimmed((_KO_LEAD if language == "ko" else _EN_LEAD).sub("", part.strip()))
            core = _ME.sub("", clause) if language == "ko" else clause
            mine = mine or core != clause
            core = _KO_NOW.sub("", core)
            if not core or (not asked and self.unless[language].search(clause)):
                continue
            if noted := self._form(core, clause, asked=asked, me=mine):
                yield noted

    def _form(self, core: str, clause: str, *, asked: bool, me: bool) -> Noted | None:
        for form in self.forms:
            if (form.me and not me) or not (match := form.pattern.search(core)):
                continue
            groups = match.groupdict()
            value = _value(groups.get("v") or "")
            topic = folded(groups.get("k") or "")
            if not value and form.kind is not Kind.EPISODE and not topic:
                continue
            if value and (self.unless["values"].search(value) or not form.takes(value) or names_another(value)):
                return None
            slot = form.slot if not form.slot.endswith(":") else f"{form.slot}{topic or _topic(value)}"
            held = form.value or ("+" if form.slot == "taste:" else value)
            return Noted(kind=form.kind, text=clause[:LONGEST], slot=slot, value=held, asked=asked, ends=form.ends)
        return None


@cache
def _packaged() -> Rules:
    folder = importlib.resources.files("personas") / "memory" / "data"
    tables = tomllib.loads((folder / "rules.toml").read_text(encoding="utf-8"))
    unless = {name: pattern_of(*patterns, whole=name == "values") for name, patterns in tables["unless"].items()}
    asked = {
        language: tuple(pattern_of(pattern, whole=True) for pattern in patterns)
        for language, patterns in tables["asked"].items()
    }
    return Rules(
        # What ends comes first: "not" may read like a part of a value.
        forms=tuple(
            sorted((_form_of(rule, tables["none"]) for rule in tables["rule"]), key=lambda form: not form.ends)
        ),
        unless=MappingProxyType(unless),
        asked=MappingProxyType(asked),
        words=MappingProxyType(tables["words"]),
    )


def _form_of(table: Mapping[str, Any], none: Mapping[str, Sequence[str]]) -> _Form:
    slot = table.get("slot", "")
    but = [*([table["but"]] if "but" in table else ()), *none.get(slot.partition(":")[0], ())]
    return _Form(
        pattern=pattern_of(table["pattern"], whole=True),
        kind=Kind(table.get("kind", "fact")),
        slot=slot,
        value=table.get("value", ""),
        ends=table.get("not", False),
        me=table.get("me", False),
        but=pattern_of(*but, whole=True) if but else None,
        only=pattern_of(table["only"], whole=True) if "only" in table else None,
    )


def _sentences(text: str) -> Sequence[str]:
    splitter = SentenceSplitter(bound=600)
    pieces = (*splitter.feed(text.replace("\n", "\n ")), *splitter.finish())
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


def _trimmed(clause: str) -> str:
    return _ENDS.sub("", clause).strip()


def _value(text: str) -> str:
    return str(_TAIL.sub("", _trimmed(text).partition(",")[0])).strip()


def _topic(value: str) -> str:
    """What tells one thing that is liked from another: no article, no plural, no final 이, which may be a particle."""
    name = folded(_ARTICLE.sub("", value))
    return name.removesuffix("이") if name[-1:] >= "가" else name.removesuffix("s")
