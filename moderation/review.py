"""The review desk: people look at what the guard objected to, and agree or overrule it.

What a step does to a case is one pure function, `step`. The desk adds who, where and when, and has the store append it
to the audit trail. Who may take which step is not decided here: the desk is told who acts. Nothing is formatted here
either; `masked` and `reason` are the two texts every platform shares.
"""

import contextlib
import functools
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from moderation.errors import AlreadyInTargetState, InvalidTransition, ReviewError
from moderation.records import CaseState, Decision, Exchange, Review, ReviewStep, Stage, Stats
from moderation.stores import Query, Store
from moderation.words import DEFAULT_LANGUAGE, Catalogue, catalogue

_TRIES: Final = 8
"""How often a step that changes no state is tried again when others were faster."""

_WORD: Final = re.compile(r"\S+")
_MASK: Final = "•"


def step(state: CaseState, what: ReviewStep) -> CaseState:
    """The state of a case after `what`.

    People may change their mind: from upheld to overturned and back, each time by a new step. Notes and looks at the
    masked text change nothing. Raises AlreadyInTargetState where the decision stands already.
    """
    target = {ReviewStep.UPHOLD: CaseState.UPHELD, ReviewStep.OVERTURN: CaseState.OVERTURNED}.get(what)
    if target is None:
        return state
    if state is target:
        raise AlreadyInTargetState(f"review.already_{target.value}", state=state)
    return target


class ReviewDesk:
    """Review over one store. As concurrent as the store: every method may be awaited at any time.

    All methods raise what the store raises; those that take an exchange raise UnknownExchange where there is none.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        """`clock` gives the time of each step, aware, in UTC."""
        self._store = store
        self._clock = clock

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Kept exchanges that match, newest first."""
        return await self._store.list(query)

    async def search(self, text: str, *, limit: int = 20) -> tuple[Exchange, ...]:
        """The newest kept exchanges in which every word of `text` occurs; any string is a valid search."""
        return await self._store.list(Query(text=text, limit=limit))

    async def show(self, exchange: str) -> Exchange:
        """One exchange, to be shown with its texts masked: seeing them is `reveal`."""
        return await self._store.get(exchange)

    async def uphold(
        self, exchange: str, *, actor: str, tool: str, note: str = "", version: int | None = None
    ) -> Exchange:
        """Agree with the guard. `version` is the one the moderator looked at; None: as it stands now.

        Raises AlreadyInTargetState; InvalidTransition where somebody else was faster. Then nothing was changed.
        """
        return await self._take(exchange, ReviewStep.UPHOLD, actor=actor, tool=tool, note=note, version=version)

    async def overturn(
        self, exchange: str, *, actor: str, tool: str, note: str = "", version: int | None = None
    ) -> Exchange:
        """Say that the guard was wrong. Arguments and errors as with `uphold`."""
        return await self._take(exchange, ReviewStep.OVERTURN, actor=actor, tool=tool, note=note, version=version)

    async def note(self, exchange: str, note: str, *, actor: str, tool: str) -> Exchange:
        """Write something beside the case. Raises ReviewError where the note is blank."""
        if not note.strip():
            raise ReviewError("review.empty_note")
        return await self._append(exchange, ReviewStep.NOTE, actor=actor, tool=tool, note=note)

    async def reveal(self, exchange: str, *, actor: str, tool: str) -> Exchange:
        """The exchange, to be shown unmasked; that it was looked at is durable before it is returned."""
        return await self._append(exchange, ReviewStep.REVEAL, actor=actor, tool=tool, note="")

    async def stats(self) -> Stats:
        """Counts over the whole store."""
        return await self._store.stats()

    async def _append(self, exchange: str, what: ReviewStep, *, actor: str, tool: str, note: str) -> Exchange:
        """Take a step that fits any state, so that being overtaken is a reason to look again, not to give up."""
        take = functools.partial(self._take, exchange, what, actor=actor, tool=tool, note=note, version=None)
        for _ in range(_TRIES - 1):
            with contextlib.suppress(InvalidTransition):
                return await take()
        return await take()

    async def _take(
        self, exchange: str, what: ReviewStep, *, actor: str, tool: str, note: str, version: int | None
    ) -> Exchange:
        if not actor.strip():
            raise ReviewError("review.nobody")
        case = await self._store.get(exchange)
        if version is not None and version != case.version:
            raise InvalidTransition("stores.overtaken", id=exchange, state=case.state, step=what)
        after = step(case.state, what)
        review = Review(
            at=self._clock(), actor=actor, tool=tool, step=what, before=case.state, after=after, note=note.strip()
        )
        return await self._store.review(exchange, review, version=case.version)


def masked(text: str) -> str:
    """`text` with every character hidden and its words and lines still apart: only how much was said can be seen."""
    return "\n".join(_WORD.sub(_hidden, line) for line in text.splitlines())


def _hidden(word: re.Match[str]) -> str:
    return _MASK * len(word.group())


def reason(exchange: Exchange, language: str = DEFAULT_LANGUAGE) -> str:
    """Why the guard objected, for the person it happened to: plain sentences, no scores, no rule names, no quotes.

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
    place = "input" if all(objection.stage is Stage.INPUT for objection in told) else "reply"
    kinds = (finding.filter for objection in told for finding in objection.findings if finding.decision is strictest)
    sentences = [
        words.say(f"review.where_{place}", language),
        *_kinds(words, kinds, language),
        words.say("review.effect_shown" if strictest is Decision.FLAG else f"review.effect_{place}", language),
        words.say(f"review.state_{exchange.state.value}", language),
        words.say("review.ask", language, id=exchange.id),
    ]
    return " ".join(sentences)


def _kinds(words: Catalogue, filters: Iterable[str], language: str) -> list[str]:
    """One sentence a kind of rule, each once; a filter this file does not know has the general one."""
    known = words.keys()
    keys = (key if (key := f"review.kind_{name}") in known else "review.kind_other" for name in filters)
    return list(dict.fromkeys(words.say(key, language) for key in keys))
