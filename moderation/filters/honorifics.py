"""Korean honour in the wrong place: one's own acts raised, a humble "I" or a plain "you" beside another speech level.

Partial on purpose: it judges only sentences of one subject and one predicate, where nothing else can be meant.
"""

from collections.abc import Sequence
from typing import Final

Token = tuple[str, str]
"""Form and tag of a morpheme, as the analyser gives them."""

PLAIN: Final = frozenset({"hae", "haera", "hage"})
POLITE: Final = frozenset({"haeyo", "hapsyo"})
_RAISED: Final = frozenset({"드시", "주무시", "계시", "잡수시", "자시"})
"""Verbs that raise whoever acts by themselves."""
_OWN: Final = frozenset({"ᆯ게요", "ᆯ게", "을게요", "을게", "ᆯ래", "ᆯ래요", "ᆸ니다", "겠", "었"})
"""What follows in a statement about oneself; a request ends otherwise."""
_TOPIC: Final = frozenset({"는", "은", "ᆫ", "가", "도", "이"})
_REPORTED: Final = frozenset({"다고", "라고", "냐고", "자고", "ᆫ다고", "는다고", "으라고", "다는", "라는"})


def slip(tokens: Sequence[Token], levels: frozenset[str], *, asks: bool) -> str:
    """What is wrong in a sentence that ends in one of `levels`: "own acts raised", "humble I", "plain you" or "".

    `asks`: whether it is a question. Linear.
    """
    forms = {form for form, _ in tokens}
    if forms & _REPORTED:
        return ""
    subjects = {form: at for at, (form, tag) in enumerate(tokens[:-1]) if tag == "NP" and _subject(tokens[at + 1])}
    own = [at for form, at in subjects.items() if form in {"나", "저"}]
    if own and not asks and _raises(tokens[max(own) + 2 :]):
        return "own acts raised"
    if "저" in subjects and levels and levels <= PLAIN:
        return "humble I"
    if "너" in subjects and levels and levels <= POLITE:
        return "plain you"
    return ""


def _subject(token: Token) -> bool:
    return token[0] in _TOPIC and token[1] in {"JX", "JKS"}


def _raises(rest: Sequence[Token]) -> bool:
    """Whether the one predicate of `rest` raises its subject, and `rest` names nobody else."""
    others = {"JKS", "EC", "ETM", "NP", "NNP", "XSN", "JKQ"}
    if any(tag in others and form not in {"소", "오", "네", "게"} for form, tag in rest) or _subjects(rest):
        return False
    for at, (form, tag) in enumerate(rest[:-1]):
        raised = (form in {"시", "으시"} and tag == "EP") or (form in _RAISED and tag == "VV")
        if raised and rest[at + 1][0] in _OWN:
            return True
    return False


def _subjects(rest: Sequence[Token]) -> bool:
    return any(tag == "JX" and form in _TOPIC and at > 0 for at, (form, tag) in enumerate(rest))
