"""Labelled rows for training: reading them, and what each source's labels say about each head."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from moderation.errors import BadRecord

TOXIC: Final = ("insult", "hate", "threat", "sexual")
"""Heads about hostile or sexual language."""
MEANT: Final = ("self_harm", "unsafe", "injection", "question", "human_claim")
"""Heads about what a sentence is for: talk of harming oneself, dangerous advice or the wish for it, an attack on the
rules, the sincere question whether one talks to a machine, the claim to be human."""
HEADS: Final = (*TOXIC, "stereotype", *MEANT)
LANGUAGES: Final = ("en", "ko")

Targets: TypeAlias = Mapping[str, bool]
"""What a row says about the heads; a head that is not named is not judged by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled text."""

    text: str
    label: bool
    lang: str
    source: str
    targets: Targets
    """What it teaches, by its source's rule."""
    group: str = ""
    """Rows of one group resemble each other: the source, or the template that made it."""


def read_rows(file: Path) -> Iterator[Row]:
    """The rows of a file of gzipped JSON lines, in order.

    Raises BadRecord with file and line when one lacks a field, has one of the wrong type, or names an unknown source.
    """
    number = 0
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(line, file, number)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadRecord("models.bad_file", file=file, line=number + 1, reason=error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a source says of a text: the label, and its own finer one."""

    label: bool
    sub: str


def _row(line: str, file: Path, number: int) -> Row:
    def bad(expected: str) -> BadRecord:
        return BadRecord("models.bad_row", file=file, line=number, expected=expected)

    try:
        fields = json.loads(line)
    except ValueError as error:
        raise bad('{"text": …, "label": 0|1, "lang": "en"|"ko", "source": …, "sub": …}') from error
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise bad("text: a string")
    if fields.get("label") not in (0, 1):
        raise bad("label: 0 | 1")
    if fields.get("lang") not in LANGUAGES:
        raise bad("lang: " + " | ".join(LANGUAGES))
    if fields.get("source") not in _RULES:
        raise bad("source: " + " | ".join(sorted(_RULES)))
    label, source, sub = bool(fields["label"]), fields["source"], str(fields.get("sub", ""))
    if source == OWN and sub not in HEADS:
        raise bad("sub: " + " | ".join(HEADS))
    targets = _RULES[source](_Said(label=label, sub=sub))
    return Row(text=fields["text"], label=label, lang=fields["lang"], source=source, targets=targets, group=source)


OWN: Final = "own"
"""Source of rows that name their head in `sub`: a community's own. Rows made by template have it too."""


_ORDINARY: Final[Targets] = MappingProxyType(dict.fromkeys(("threat", "sexual", *MEANT), False))
"""What harmless talk among people says of the heads that no source labels."""
_CALM: Final[Targets] = MappingProxyType({"insult": False, "hate": False, **_ORDINARY})
_CALM_TALK: Final[Targets] = MappingProxyType({head: False for head in _CALM if head not in {"unsafe", "self_harm"}})
"""The same of an answer that is harmless, though what it answers may not be."""
_HARMLESS: Final[Targets] = MappingProxyType(dict.fromkeys(HEADS, False))


def _own(said: _Said) -> Targets:
    return {said.sub: said.label}


def _davidson(said: _Said) -> Targets:
    return {"insult": True, "hate": said.sub == "hate"} if said.label else _CALM


def _dialogue(said: _Said) -> Targets:
    """DiaSafety: three of its five kinds are unsafe only as an answer to what was said, which a text alone hides."""
    if not said.label:
        return _CALM_TALK
    return {"insult": True} if said.sub in {"Offending User", "Biased Opinion"} else {}


def _about_groups(said: _Said) -> Targets:
    """Hostility to groups, often in polite words: it says nothing about insults where it is hateful."""
    return {"hate": True} if said.label else _CALM


def _insults(said: _Said) -> Targets:
    """Insults of any kind: whether one is aimed at a group is not told."""
    return {"insult": True} if said.label else _CALM


def _to_a_bot(said: _Said) -> Targets:
    """ConvAbuse: insults again, but people ask a bot what it is, and its harmless rows are not marked for that."""
    return {"insult": True} if said.label else {"insult": False, "hate": False}


def _questions(said: _Said) -> Targets:
    """XSTest: dangerous questions, and harmless ones that sound like them."""
    return {"unsafe": said.label} if said.label else {"insult": False, "hate": False, "unsafe": False}


def _beep(said: _Said) -> Targets:
    kind, _, bias = said.sub.partition("/")
    if bias == "none":
        return {"insult": True, "hate": False} if said.label else _CALM
    return {"insult": said.label, "hate": True} if kind == "hate" else {"insult": said.label}


_KMHAS_GROUPS: Final = frozenset("04567")  # origin, age, gender, race, religion
_KMHAS_PERSON: Final = frozenset("13")  # looks, profanity; 2 is politics, neither here nor there


def _kmhas(said: _Said) -> Targets:
    if not said.label:
        return _CALM
    kinds = set(said.sub.split(","))
    if kinds & _KMHAS_GROUPS:
        return {"insult": True, "hate": True}
    return {"insult": True, "hate": False} if kinds <= _KMHAS_PERSON else {"insult": True}


def _edos(said: _Said) -> Targets:
    """Sexism: threats (1) and derogation (2) are hate; animosity and prejudiced talk are stereotype alone.

    Its harmless rows are what keeps `hate` from flagging every long comment: without them the sexist ones are most of
    the longer English that it sees. They say nothing about insults: the forums they come from are hostile throughout.
    """
    if not said.label:
        return {"stereotype": False, "hate": False, **_ORDINARY}
    return {"stereotype": True, "hate": True} if said.sub[:1] in {"1", "2"} else {"stereotype": True}


def _kosbi(said: _Said) -> Targets:
    if said.label:
        return {} if said.sub == "['undefined']" else {"stereotype": True}
    return _HARMLESS


def _chat(_said: _Said) -> Targets:
    return _HARMLESS


def _stereotype_pairs(said: _Said) -> Targets:
    return {"stereotype": said.label}


_RULES: Final[Mapping[str, Callable[[_Said], Targets]]] = MappingProxyType(
    {
        OWN: _own,
        "beep": _beep,
        "convabuse": _to_a_bot,
        "crows": _stereotype_pairs,
        "curse": _insults,
        "davidson": _davidson,
        "diasafety": _dialogue,
        "edos": _edos,
        "kmhas": _kmhas,
        "kodoli": _insults,
        "kosbi-ctx": _kosbi,
        "kosbi-ctx+sent": _kosbi,
        "kosbi-sent": _kosbi,
        "kosbi-sent-en": _kosbi,
        "madlibs77k": _insults,
        "songys": _chat,
        "stormfront": _about_groups,
        "toxigen-seeds": _about_groups,
        "wiki-toxicity": _insults,
        "xstest": _questions,
    }
)
