"""The review desk: people look at what the guard objected to, and agree or overrule it.

What a step does to a case is one pure function, `step`. The desk adds who, where and when, and has the store append it
to the audit trail. Who may take which step is not decided here: the desk is told who acts. Nothing is formatted here
either; `masked` and `reason` are the two texts every platform shares.
"""

import contextlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from moderation.errors import AlreadyInTargetState, InvalidTransition, ReviewError, UnknownExchange
from moderation.records import (
    CaseState,
    Decision,
    Exchange,
    Finding,
    Objection,
    Opening,
    Origin,
    Outcome,
    Review,
    ReviewStep,
    Stage,
    Stats,
)
from moderation.stores import Query, Store
from moderation.words import DEFAULT_LANGUAGE, Catalogue, catalogue

REASONS: Final = ("harmful", "hateful", "sexual", "personal_data", "out_of_character", "wrong", "other")
"""What a member can report a reply as."""

REPORT: Final = "report"
"""What the findings of members have in place of a filter."""

_TRIES: Final = 8
"""How often a step that changes no state is tried again when others were faster."""

_WORD: Final = re.compile(r"\S+")
_MASK: Final = "•"


def step(state: CaseState, what: ReviewStep) -> CaseState:
    """The state of a case after `what`.

    People may change their mind: from upheld to overturned and back, each time by a new step. Notes, looks at the
    masked text and taking down what was shown change nothing. Raises AlreadyInTargetState where the decision stands
    already.
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

    `server` is the community whose people ask: exchanges of any other are as if they did not exist. None is for whoever
    runs the instance, and means all. In private, "", nobody reviews: nothing is listed or counted there, but an
    exchange that was kept there is found by its id.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        """`clock` gives the time of each step, aware, in UTC."""
        self._store = store
        self._clock = clock

    async def list(self, query: Query, *, server: str | None = None) -> tuple[Exchange, ...]:
        """Kept exchanges that match, newest first."""
        if server is None:
            return await self._store.list(query)
        if query.before:
            await self._find(query.before, server)
        if not server or query.server not in ("", server):
            return ()
        return await self._store.list(replace(query, server=server))

    async def move(self, old: str, new: str) -> None:
        """A community has another key now, and its cases follow. Does nothing the second time."""
        await self._store.move(old, new)

    async def search(self, text: str, *, limit: int = 20, server: str | None = None) -> tuple[Exchange, ...]:
        """The newest kept exchanges in which every word of `text` occurs; any string is a valid search."""
        return await self.list(Query(text=text, limit=limit), server=server)

    async def show(self, exchange: str, *, server: str | None = None) -> Exchange:
        """One exchange, to be shown with its texts masked: seeing them is `reveal`."""
        return await self._find(exchange, server)

    async def next(self, *, server: str | None = None, after: str = "") -> Exchange | None:
        """The oldest of the strictest open cases, or None where all are decided; `after`: the one behind that exchange,
        so that a case can be left for later. Raises UnknownExchange for an unknown `after`."""
        if after:
            await self._find(after, server)
        return None if server == "" else await self._store.next(server=server or "", after=after)

    async def uphold(
        self,
        exchange: str,
        *,
        actor: str,
        tool: str,
        note: str = "",
        version: int | None = None,
        server: str | None = None,
    ) -> Exchange:
        """Agree with the guard. `version` is the one the moderator looked at; None: as it stands now.

        Raises AlreadyInTargetState; InvalidTransition where somebody else was faster. Then nothing was changed.
        """
        uphold = _Step(what=ReviewStep.UPHOLD, actor=actor, tool=tool, note=note, server=server)
        return await self._take(exchange, uphold, version=version)

    async def overturn(
        self,
        exchange: str,
        *,
        actor: str,
        tool: str,
        note: str = "",
        version: int | None = None,
        server: str | None = None,
    ) -> Exchange:
        """Say that the guard was wrong. Arguments and errors as with `uphold`."""
        overturn = _Step(what=ReviewStep.OVERTURN, actor=actor, tool=tool, note=note, server=server)
        return await self._take(exchange, overturn, version=version)

    async def note(self, exchange: str, note: str, *, actor: str, tool: str, server: str | None = None) -> Exchange:
        """Write something beside the case. Raises ReviewError where the note is blank."""
        if not note.strip():
            raise ReviewError("review.empty_note")
        return await self._append(
            exchange, _Step(what=ReviewStep.NOTE, actor=actor, tool=tool, note=note, server=server)
        )

    async def reveal(self, exchange: str, *, actor: str, tool: str, server: str | None = None) -> Exchange:
        """The exchange, to be shown unmasked; that it was looked at is durable before it is returned."""
        return await self._append(exchange, _Step(what=ReviewStep.REVEAL, actor=actor, tool=tool, server=server))

    async def withdraw(
        self, exchange: str, *, actor: str, tool: str, note: str = "", server: str | None = None
    ) -> Exchange:
        """Note that what was shown is taken down everywhere: the platform it stands on does that. It says nothing about
        whether the guard was right, so the case stays in its state; it may be noted again, where the first attempt to
        take it down failed."""
        withdraw = _Step(what=ReviewStep.WITHDRAW, actor=actor, tool=tool, note=note, server=server)
        return await self._append(exchange, withdraw)

    async def report(  # noqa: PLR0913 - one call says everything about a reply, of which nothing may be kept yet
        self,
        *,
        origin: Origin,
        persona: str,
        persona_version: str,
        model: str,
        policy: str,
        language: str,
        said: str,
        shown: str,
        reason: str,
        comment: str,
        exchange: str = "",
        answered: str = "",
    ) -> str:
        """Keep that a member, `origin.person`, reports a reply that was `shown`; returns the id of the exchange in
        which moderators find it. Raises ReviewError for a `reason` that is none of REASONS.

        `origin.message` is the reply's; reporting it again changes nothing. `comment` is the member's own words, or "".
        `exchange` is what was kept of the reply, or "": then an exchange is made for it, of the person `answered`,
        whose message `said` is ("": of the member). Its outcome is not counted again. More of this: `Store.report`.

        A case that is decided stays decided: who opens it sees the report, but it is put before nobody again, or
        members could undo what moderators decide.
        """
        at = self._clock()
        report = _report(shown, reason, comment, by=origin.person, at=at)
        origin = replace(origin, person=answered or origin.person)
        opening = Opening(
            origin=origin, at=at, persona=persona, persona_version=persona_version, model=model, policy=policy,
            language=language, said=said,
        )  # fmt: skip
        return await self._store.report(opening, report, exchange=exchange)

    async def stats(self, *, server: str | None = None) -> Stats:
        """Counts over the whole store, or over one server."""
        if server == "":
            return Stats(
                outcomes={outcome.value: 0 for outcome in Outcome},
                states={state.value: 0 for state in CaseState},
                rules={},
            )
        return await self._store.stats(server or "")

    async def _find(self, exchange: str, server: str | None) -> Exchange:
        case = await self._store.get(exchange)
        if server not in (None, case.opening.origin.server):
            raise UnknownExchange("stores.unknown", id=exchange)
        return case

    async def _append(self, exchange: str, what: "_Step") -> Exchange:
        """Take a step that fits any state, so that being overtaken is a reason to look again, not to give up."""
        for _ in range(_TRIES - 1):
            with contextlib.suppress(InvalidTransition):
                return await self._take(exchange, what)
        return await self._take(exchange, what)

    async def _take(self, exchange: str, taken: "_Step", *, version: int | None = None) -> Exchange:
        if not taken.actor.strip():
            raise ReviewError("review.nobody")
        case = await self._find(exchange, taken.server)
        if version is not None and version != case.version:
            raise InvalidTransition("stores.overtaken", id=exchange, state=case.state, step=taken.what)
        review = Review(
            at=self._clock(),
            actor=taken.actor,
            tool=taken.tool,
            step=taken.what,
            before=case.state,
            after=step(case.state, taken.what),
            note=taken.note.strip(),
        )
        return await self._store.review(exchange, review, version=case.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What somebody wants to do with a case."""

    what: ReviewStep
    actor: str
    tool: str
    note: str = ""
    server: str | None


def _report(shown: str, why: str, comment: str, *, by: str, at: datetime) -> Objection:
    if why not in REASONS:
        raise ReviewError("review.unknown_reason", reason=why, known=", ".join(REASONS))
    finding = Finding(filter=REPORT, version="1", category=why, decision=Decision.FLAG, detail=comment.strip())
    return Objection(at=at, stage=Stage.WHOLE, text=shown, shown=shown, findings=(finding,), by=by)


def masked(text: str) -> str:
    """`text` with every character hidden and its words and lines still apart: only how much was said can be seen."""
    return "\n".join(_WORD.sub(_hidden, line) for line in text.splitlines())


def _hidden(word: re.Match[str]) -> str:
    return _MASK * len(word.group())


def reason(exchange: Exchange, language: str = DEFAULT_LANGUAGE) -> str:
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
    kinds = [finding.filter for objection in told for finding in objection.findings if finding.decision is strictest]
    place = "input" if all(objection.stage is Stage.INPUT for objection in told) else "reply"
    automatic = any(kind != REPORT for kind in kinds)
    effect = "effect_shown" if strictest is Decision.FLAG else f"effect_{place}"
    sentences = [
        *([words.say(f"review.where_{place}", language)] if automatic else []),
        *_kinds(words, kinds, language),
        words.say(f"review.{effect}" if automatic else "review.effect_report", language),
        words.say(f"review.{'state' if automatic else 'report'}_{exchange.state.value}", language),
        words.say("review.ask", language, id=exchange.id),
    ]
    return " ".join(sentences)


def _kinds(words: Catalogue, filters: Iterable[str], language: str) -> list[str]:
    """One sentence a kind of rule, each once; a filter this file does not know has the general one."""
    known = words.keys()
    keys = (key if (key := f"review.kind_{name}") in known else "review.kind_other" for name in filters)
    return list(dict.fromkeys(words.say(key, language) for key in keys))
