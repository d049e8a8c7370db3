"""A judge that reads every whole reply beside the guard, as `[judge_model]` with `sentences = false`.

The filter is the product's own, its prompts and the reading of its answers too. Scripted is what the chat model
answers: by the labels, as much of them as self-refine's critic is assumed to see, at the speed and the prices of the
model that speaks.
"""

import json
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from bots.refining.cases import Case, Conditions
from bots.refining.lines import Gold
from bots.refining.models import Reading
from moderation.filters.endpoint import Chat, Endpoint
from moderation.filters.judge import LANGUAGES, PersonaJudge, load_policy
from moderation.filters.remote import Terms
from personas.generators.scripts import tokens
from personas.messages import Usage

_OBJECTION: Final = {"category": "contradiction", "confidence": "high"}
_PERSONA_ENDS: Final = re.compile(r"(?<= persona\]\n)(?!.* persona\]\n)", re.DOTALL)
_MOST: Final = 256
"""Tokens of an answer."""


class Judge:
    """Used by one reply at a time."""

    def __init__(self, conditions: Conditions, gold: Gold) -> None:
        """Reads the packaged policy."""
        self._conditions, self._gold = conditions, gold
        self._reading = Reading()
        self._case: Case | None = None
        self._owed = 0.0
        self._named: frozenset[str] = frozenset()
        self._news = False
        self.usage = Usage()
        """Of the calls since `begin`."""
        terms = Terms(languages=LANGUAGES, required=True)
        self.filter = PersonaJudge(_Labels(self), terms, policy=load_policy(), max_tokens=_MOST, sentences=False)

    def begin(self, case: Case) -> None:
        """A new reply, to `case`."""
        self._case, self.usage, self._owed = case, Usage(), 0.0
        self._named, self._news = frozenset(), False

    def owed(self) -> float:
        """Seconds that its calls took since this was last asked."""
        owed, self._owed = self._owed, 0.0
        return owed

    def named(self) -> frozenset[str]:
        """All sentences that it has found fault with, where its last answer was about some and nobody asked since."""
        news, self._news = self._news, False
        return self._named if news else frozenset()

    def answer(self, chat: Chat) -> Mapping[str, Any]:
        """The body of a chat completion."""
        system, question = (message["content"] for message in chat.messages)
        found = frozenset(filter(self._names, self._said(question)))
        self._named, self._news = self._named | found, bool(found)
        text = json.dumps({"findings": [_OBJECTION] if found else []})
        # Services keep what they read token by token: the persona's file stays the same, what comes after it does not.
        persona = _PERSONA_ENDS.split(question, maxsplit=1)
        read, out = self._reading.read((system, *persona)), len(tokens(text))
        self.usage += read + Usage(tokens_out=out, calls=1)
        self._owed += self._conditions.first_token / 1000 + out / self._conditions.tokens_a_second
        return {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}

    def _said(self, question: str) -> Iterator[str]:
        """The sentences of the case that stand in it."""
        drafts = self._case.drafts if self._case else ()
        slots = [slot for draft in drafts for slot in draft.sentences]
        repairs = (text for slot in slots if slot.repair for text in (slot.repair.ok, slot.repair.bad))
        texts = (*(slot.t for slot in slots), *repairs)
        return (text for text in dict.fromkeys(texts) if text in question)

    def _names(self, sentence: str) -> bool:
        """Drawn for the case and the sentence: asked twice, it says the same."""
        number = self._case.number if self._case else 0
        dice = Random(f"{self._conditions.seed}/{number}/{sentence}/judge")  # noqa: S311 (repeatable, not secret)
        faulty = sentence.strip() in self._gold.labels
        return dice.random() < (self._conditions.critic_sees if faulty else self._conditions.critic_errs)


class _Labels(Endpoint):
    """Where the filter asks: nobody is called."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    @property
    def model(self) -> str:
        return "labels"

    @property
    def host(self) -> str:
        return "labels"

    def ask(self, chat: Chat) -> Any:
        return self._judge.answer(chat)

    def close(self) -> None:
        """Nothing is open."""
