"""What people are told of a case: why something was objected to, and how much of it there was. Plain words, shared by
every platform."""

import re
from collections.abc import Iterable
from typing import Final, Literal

from moderation.cases import Case
from moderation.records import Decision, Exchange, Stage
from moderation.words import DEFAULT_LANGUAGE, Catalogue, catalogue

REASONS: Final = ("harmful", "hateful", "sexual", "personal_data", "out_of_character", "wrong", "other")
"""What a member can report a reply as."""

REPORT: Final = "report"
"""What the findings of members have in place of a filter."""

APPEAL: Final = "appeal"
"""What stands there for somebody who does not agree with a decision, or with the guard."""

EDIT: Final = "edit"
"""What stands there for the words of somebody who decided."""

SAMPLE: Final = "sample"
"""What stands there where nothing but chance put a reply before people."""

COMMENTS: Final = frozenset({APPEAL, EDIT})
"""What people say to a case that is there already: no reason for it."""

NO_FILTERS: Final = COMMENTS | {REPORT, SAMPLE}
"""All that stands in place of a filter: none of it is an objection of the guard's."""

_WORD: Final = re.compile(r"\S+")
_BREAK: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Wherever `str.splitlines` sees the end of a line."""
_MASK: Final = "•"


def masked(text: str) -> str:
    """`text` with every character hidden and its words and lines still apart: only how much was said can be seen."""
    return _BREAK.sub("\n", _WORD.sub(_hidden, text))


def _hidden(word: re.Match[str]) -> str:
    return _MASK * len(word.group())


Ask = Literal["ask", "ask_report", "number"]
"""Whether the person may appeal, as whom something was held against, or as whose report was dismissed."""


def reason(exchange: Exchange, language: str = DEFAULT_LANGUAGE, *, ask: Ask = "ask") -> str:
    """Why the guard objected, or that a member did, for the person it happened to: plain sentences, no scores, no rule
    names, no quotes, not who reported it.

    Says what kind of rule it was, what followed, that it was automatic, what a reviewer said since, and how to ask a
    person to look at it.
    """
    words = catalogue("moderation")
    strictest = exchange.decision
    told = [
        objection
        for objection in exchange.objections
        if any(finding.decision is strictest for finding in objection.findings)
    ]
    found = [finding for objection in told for finding in objection.findings if finding.decision is strictest]
    kinds = [finding.filter for finding in found if finding.filter != APPEAL]
    place = "input" if all(objection.stage is Stage.INPUT for objection in told) else "reply"
    automatic = any(kind != REPORT for kind in kinds)
    effect = "effect_shown" if strictest is Decision.FLAG else f"effect_{place}"
    sentences = [
        *([words.say(f"review.where_{place}", language)] if automatic else []),
        *_kinds(words, kinds, language),
        words.say(f"review.{effect}" if automatic else "review.effect_report", language),
        words.say(f"review.{'state' if automatic else 'report'}_{_standing(exchange.case)}", language),
        words.say(f"review.{ask}", language, id=exchange.id),
    ]
    return " ".join(sentences)


def _standing(case: Case) -> str:
    """What people said to it, as the person concerned may know it."""
    if case.appealed:
        return "appealed"
    return case.ruling.value if case.ruling else "open"


def _kinds(words: Catalogue, filters: Iterable[str], language: str) -> list[str]:
    """One sentence a kind of rule, each once; a filter this file does not know has the general one."""
    known = words.keys()
    keys = (key if (key := f"review.kind_{name}") in known else "review.kind_other" for name in filters)
    return list(dict.fromkeys(words.say(key, language) for key in keys))
