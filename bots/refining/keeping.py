"""Our arms: the path that answers people, `PersonaRuntime`, with a scripted model behind it and a script's clock."""

import itertools
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bots.refining.arms import WINDOW, Acting, Hands, Take, looked_at, message_of
from bots.refining.cases import Case
from bots.refining.judging import Judge
from bots.refining.models import Kind, Model
from moderation.records import Outcome
from moderation.stores.memory import MemoryStore
from personas.conversation import Conversation
from personas.generators import Generation
from personas.messages import Finished, Passage, PassageKind, Prompt, Withdrawal
from personas.runtime import PersonaRuntime
from personas.stagehands import ReplySettings, Stagehands

KEEP: Final = "keep"
JUDGED: Final = "judged"
"""Ours with a judge beside the guard."""
_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


class _Asked:
    """A model as the runtime asks it."""

    languages: frozenset[str] = frozenset()

    def __init__(self, model: Model, judge: Judge | None) -> None:
        self._model, self._judge = model, judge
        self.id = model.id

    def generate(self, prompt: Prompt) -> Generation:
        if self._judge and (named := self._judge.named()):
            return self._model.ask(Kind.AGAIN, prompt, named=named)
        return self._model.ask(Kind.CONTINUE if prompt.prefix or prompt.critique is not None else Kind.DRAFT, prompt)

    async def aclose(self) -> None:
        """The model is somebody else's."""


class Keeping:
    """The product, ready to answer cases."""

    def __init__(self, hands: Hands, *, enough: int, judge: Judge | None = None) -> None:
        """`judge` is the one that the detector of `hands` asks, if it does."""
        self._hands, self._judge = hands, judge
        self._firsts: list[float | None] = []
        ids = (str(number) for number in itertools.count())
        self._runtime = PersonaRuntime(
            Stagehands(
                generator=_Asked(hands.model, judge),
                guard=hands.detector,
                store=MemoryStore(ids=lambda: next(ids)),
                settings=ReplySettings(limits=hands.limits, repairs=hands.repairs, enough=enough),
                now=lambda: _NOW,
                monotonic=hands.model.now,
                choose=lambda lines: lines[0],
                performed=lambda done: self._firsts.append(done.first),
            )
        )

    async def __call__(self, acting: Acting) -> Take:
        hands, case = self._hands, acting.case
        if self._judge:
            self._judge.begin(case)
        start = hands.model.now()
        pieces: list[str] = []
        finished: Finished | None = None
        withdrawn = False
        replies = self._runtime.respond(message_of(case), hands.cast, Conversation(window=WINDOW))
        async with aclosing(replies) as events:
            async for event in events:
                if isinstance(event, Withdrawal):
                    pieces.clear()
                    withdrawn = True
                elif isinstance(event, Passage) and event.kind is PassageKind.GENERATED:
                    pieces.append(event.text)
                elif isinstance(event, Finished):
                    finished = event
        assert finished is not None
        return replace(self._take(case, "".join(pieces).strip(), finished, start), withdrawn=withdrawn)

    def _take(self, case: Case, text: str, finished: Finished, start: float) -> Take:
        model = self._hands.model
        total = model.now() - start
        first = self._firsts[-1]
        first = total if first is None else first
        return Take(
            arm=JUDGED if self._judge else KEEP,
            case=case,
            text=text,
            usage=finished.usage + self._judge.usage if self._judge else finished.usage,
            first=first,
            first_tokens=model.generated(start + first),
            total=total,
            truncated=bool(text) and finished.outcome in {Outcome.WITHHELD, Outcome.WITHDRAWN, Outcome.FAILED},
            checked=looked_at(self._hands.detector),
        )
