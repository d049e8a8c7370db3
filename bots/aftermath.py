"""What follows from decisions, carried out: what was kept back is shown in its place, or it is said that it will not.

A case that is decided stays so until that is done, whoever decided, in whichever process; whoever has the platforms
goes through these now and then. Putting a text where it stands already changes nothing, so that a process that dies
halfway is no harm: the next one does it again. Nobody waits for ever either: what was held too long is refused.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bots.errors import Unknown
from bots.inbox import Busy, Inbox
from bots.mutes import Mutes
from bots.places import Place
from bots.platform import Caller, Fill, Filling, Placed
from bots.records import Record
from bots.replies import Replies
from bots.results import Done, Result
from bots.scene import Scene, Scenes
from bots.softly import softly
from moderation.cases import GUARD, Case, CaseState, Review, ReviewStep
from moderation.consequences import Consequence, Fate, consequence, decision_on, draft_of
from moderation.errors import InvalidTransition, ReviewError
from moderation.guard import GUARD as JUDGE
from moderation.records import Exchange, Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query
from personas.cast import Cast
from personas.conversation import Conversation
from personas.messages import Message, Turn
from personas.runtime import PersonaRuntime, Refused

_log = logging.getLogger(__name__)

_EVERY: Final = 30.0
"""Seconds."""
_ENOUGH: Final = 500
_WAITING: Final = frozenset({CaseState.QUEUED, CaseState.ESCALATED, CaseState.CLAIMED})

_ASIDE: Final = replace(GUARD, tool="aftermath")
"""The guard, where it says only what was: its own step says that all is done (`ReviewDesk.take`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things wait."""

    hold: timedelta = timedelta(hours=24)
    """What nobody decided by then is refused."""
    restore: timedelta = timedelta(hours=48)
    """What was kept back longer ago is not shown any more; what was held, that much after it could be held."""


class Put(Protocol):
    """`Platform.put`."""

    async def __call__(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        """See there."""


class Aftermath:
    """Carries out decisions. Used from one event loop."""

    def __init__(
        self,
        desk: ReviewDesk,
        replies: Replies,
        scenes: Scenes,
        runtime: PersonaRuntime,
        inbox: Inbox,
        mutes: Mutes,
        *,
        now: Callable[[], datetime],
        patience: Patience,
    ) -> None:
        """`now` gives aware times in UTC."""
        self._desk = desk
        self._replies = replies
        self._scenes = scenes
        self._runtime = runtime
        self._inbox = inbox
        self._mutes = mutes
        self._now = now
        self._patience = patience
        self._puts: dict[str, Put] = {}
        self._alone: set[str] = set()
        self._under_way: set[str] = set()
        """Ids of cases."""

    def register(self, platform: str, put: Put, *, alone: bool = False) -> None:
        """Let replies be put in their place on a platform. Called while everything is put together. `alone`: those that
        are not known here may be another process's."""
        self._puts[platform] = put
        self._alone |= {platform} if alone else set()

    async def run(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Go through what is decided and what waits too long, now and then, until cancelled."""
        while True:
            with softly(_log, "decisions wait to be carried out"):
                await self.sweep()
            await sleep(_EVERY)

    async def sweep(self) -> None:
        """Refuse what was held too long, and carry out what is decided: one that cannot be now keeps no other waiting.
        Raises what the stores raise."""
        await self._expire()
        decided = await self._desk.list(Query(states=frozenset({CaseState.DECIDED}), limit=_ENOUGH))
        for case in dict.fromkeys(kept.case.id for kept in decided):
            with softly(_log, "a decision waits to be carried out"):
                await self.finish(case)

    async def finish(self, exchange: str) -> tuple[Done, ...]:
        """Carry out what was decided about the case of an exchange, and close it, unless something of it has to wait.
        Nothing where nothing follows, or it is done. Raises UnknownExchange, and what the stores raise."""
        case = (await self._desk.show(exchange)).case
        decision = decision_on(case)
        if case.state is not CaseState.DECIDED or decision is None:
            return ()
        if case.id in self._under_way:
            return (Done(result=Result.LATER),)
        self._under_way.add(case.id)
        try:
            done = []
            for each in case.exchanges:
                kept = await self._desk.show(each)
                author = decision.actor if decision.tool == kept.opening.origin.platform else ""
                what = consequence(kept, decision.step, decision.note, author)
                if what and (one := await self._carry_out(kept, what, by=decision.actor)):
                    done.append(one)
            if all(each.result is not Result.LATER for each in done):
                await self._close(case, decision, done)
        finally:
            self._under_way.discard(case.id)
        return tuple(done)

    async def forbids(self, kept: Exchange, text: str) -> tuple[str, ...]:
        """The rules that keep `text`, or for "" what was kept back, from being shown on anybody's word."""
        opening = kept.opening
        try:
            cast = self._scenes.hall.cast(opening.persona, opening.origin.server)
        except Unknown:
            return ()
        told = _told(kept, cast)
        about = _message(kept, None, self._now())
        passage = await self._runtime.release(
            text or draft_of(kept), about, cast, Conversation(window=2), by="-", told=told
        )
        return passage.rules if isinstance(passage, Refused) else ()

    async def _expire(self) -> None:
        before = self._now() - self._patience.hold
        waiting = Query(states=_WAITING, outcome=Outcome.HELD, opened_before=before, limit=_ENOUGH)
        for case in {kept.case.id: kept.case for kept in await self._desk.list(waiting)}.values():
            reopened = [review.at for review in case.reviews if review.step is ReviewStep.REOPEN]
            if not case.appealed and max([case.opened, *reopened]) <= before:
                with suppress(ReviewError):  # somebody looks at it, or was faster
                    await self._desk.take(case.id, ReviewStep.UPHOLD, by=GUARD)

    async def _close(self, case: Case, decision: Review, done: Sequence[Done]) -> None:
        """Say in the trail what became of it, and close the case; where another decision was made meanwhile, that is
        carried out next, and all that is said is what was shown."""

        def look(kept: Exchange) -> None:
            if decision_on(kept.case) != decision:
                raise InvalidTransition("review.changed", id=kept.id, state=kept.case.state, step=step)

        shown = any(each.result is Result.SHOWN for each in done)
        rest = [each for each in done if each.result not in (Result.SHOWN, Result.REFUSED)]
        step = ReviewStep.RESTORE if shown else ReviewStep.NOTE if rest else ReviewStep.CLOSE
        note = " ".join(" ".join((each.result.value, *each.rules)) for each in rest)
        try:
            await self._desk.take(case.id, step, by=GUARD, note=note, look=look)
        except ReviewError:  # a senior took the decision back meanwhile
            if shown:
                with suppress(ReviewError):
                    await self._desk.take(case.id, step, by=_ASIDE, note=note)

    async def _carry_out(self, kept: Exchange, what: Consequence, *, by: str) -> Done | None:
        """What became of a reply; None where nothing is to be done, as it never was shown."""
        platform = kept.opening.origin.platform
        put = self._puts.get(platform)
        record = await self._replies.of_exchange(kept.id)
        if put is None or (record is None and platform in self._alone):  # another process serves that platform
            return self._in_time(kept, Done(result=Result.LATER))
        if what.fate is Fate.REFUSE and not _held(kept) and not _restored(kept, record):
            return None
        if record is None or record.exchange != kept.id:
            return Done(result=Result.REPLACED if record else Result.GONE)
        done = self._against(kept, what)
        if done is None:
            done = await self._show(kept, record, what, put, by=by)
        if done.result not in (Result.SHOWN, Result.LATER, Result.GONE):
            if _stands(kept, record, what):  # as it is carried out again, which takes nothing back
                done = Done(result=Result.SHOWN)
            elif _held(kept) or what.fate is Fate.REFUSE:
                refused = await self._refuse(kept, record, put)
                done = refused if refused.result is Result.LATER else done
        return self._in_time(kept, done)

    def _against(self, kept: Exchange, what: Consequence) -> Done | None:
        """What speaks against showing it, before anything else is looked at."""
        if what.fate is Fate.REFUSE:
            return Done(result=Result.ERASED if kept.erased else Result.REFUSED)
        if self._late(kept):
            return Done(result=Result.OLD)
        return Done(result=Result.MASKED) if what.masked else None

    def _late(self, kept: Exchange) -> bool:
        patience = self._patience.restore + (self._patience.hold if _held(kept) else timedelta())
        return kept.closing is not None and self._now() - kept.closing.at > patience

    def _in_time(self, kept: Exchange, done: Done) -> Done:
        """What is late already is not tried again."""
        return Done(result=Result.OLD) if done.result is Result.LATER and self._late(kept) else done

    async def _show(self, kept: Exchange, record: Record, what: Consequence, put: Put, *, by: str) -> Done:
        against: list[Done] = []
        there: list[tuple[Scene, str]] = []

        async def fill(place: Place) -> Filling | None:
            message = _message(kept, record, self._now())
            scene = await self._scenes.of(Caller(message=message, place=place))
            if scene.cast.persona.id != kept.opening.persona or not scene.allowed:
                against.append(Done(result=Result.NOBODY))
                return None
            muted = await self._mutes.of(place.server, person=message.person, persona=kept.opening.persona)
            if muted or scene.settings.paused:  # that ends, and it may still be in time then
                against.append(Done(result=Result.LATER))
                return None
            told = _told(kept, scene.cast)
            passage = await self._runtime.release(what.text, message, scene.cast, scene.conversation, by=by, told=told)
            if isinstance(passage, Refused):
                unjudged = all(rule.startswith(f"{JUDGE}.") for rule in passage.rules)
                against.append(Done(result=Result.LATER if unjudged else Result.LOCKED, rules=passage.rules))
                return None
            there.append((scene, passage.text))
            return Filling(passage=passage)

        said = replace(record, outcome=Outcome.FLAGGED.value)
        placed = await put(said, fill, author=what.author)
        if placed is Placed.GONE and _held(kept) and not against and not _stands(kept, record, what):
            record = await self._anew(record)
            placed = await put(replace(record, outcome=Outcome.FLAGGED.value), fill, author=what.author)
        if against:
            return against[-1]
        if placed is Placed.DONE and there:
            await self._remember(kept, record, *there[-1])
        return Done(result={Placed.DONE: Result.SHOWN, Placed.GONE: Result.GONE}.get(placed, Result.LATER))

    async def _anew(self, record: Record) -> Record:
        """Where it is shown, as it stands nowhere any more."""
        await self._replies.forget(record)
        begun = await self._replies.begin(
            platform=record.platform,
            conversation=record.conversation,
            server=record.server,
            persona=record.persona,
            person=record.person,
            message=record.message,
            channel=record.channel,
        )
        fresh = replace(begun, exchange=record.exchange, outcome=record.outcome, reacts=record.reacts)
        await self._replies.keep(fresh)
        return fresh

    async def _refuse(self, kept: Exchange, record: Record, put: Put) -> Done:
        """Say, in place of the words that something is looked at, that it will not be shown."""

        async def fill(place: Place) -> Filling | None:
            scene = await self._scenes.of(Caller(message=_message(kept, record, self._now()), place=place))
            scene.conversation.forgotten(record.id)
            waits, no = (scene.cast.plain(key, kept.opening.said) for key in ("held", "not_shown"))
            return Filling(passage=no, over=(waits.text, no.text))

        placed = await put(replace(record, outcome=Outcome.HELD.value), fill)
        if placed is not Placed.LATER and record.private and not record.person:
            await self._replies.forget(record)  # whoever waited was erased: nothing is to say where they were
        return Done(result=Result.LATER if placed is Placed.LATER else Result.REFUSED)

    async def _remember(self, kept: Exchange, record: Record, scene: Scene, text: str) -> None:
        """What was said is a part of the conversation, where it belongs."""
        later = await self._replies.after(record)
        said = None if record.reacts else Turn(role="user", text=kept.opening.said)
        try:
            async with self._inbox.turn(record.conversation):
                scene.conversation.released(said, text, record.id, before=later.id if later else "")
        except Busy:
            _log.warning("what was shown is not remembered: reply=%s", record.id)


def _held(kept: Exchange) -> bool:
    return kept.closing is not None and kept.closing.outcome is Outcome.HELD


def _restored(kept: Exchange, record: Record | None) -> bool:
    """Whether what was kept back of a reply stands there now, as `_show` notes."""
    return record is not None and record.exchange == kept.id and record.outcome == Outcome.FLAGGED.value


def _stands(kept: Exchange, record: Record, what: Consequence) -> bool:
    """Whether what is to be shown was put in its place already. Of several texts that people decided
    to show, whichever of them that is: but words that somebody wrote instead of another text are not that text."""
    if what.fate is not Fate.SHOW or not _restored(kept, record):
        return False
    showing = [review.step for review in kept.case.reviews if review.step in (ReviewStep.OVERTURN, ReviewStep.EDIT)]
    return showing[-1:] != [ReviewStep.EDIT] or len(showing) == 1


def _told(kept: Exchange, cast: Cast) -> bool:
    """Whether the reply began with the truth about who speaks."""
    return kept.closing is not None and kept.closing.shown.startswith(cast.disclosure.text)


def _message(kept: Exchange, record: Record | None, at: datetime) -> Message:
    """What the reply answers."""
    origin = kept.opening.origin
    return Message(
        platform=origin.platform,
        conversation=record.conversation if record else origin.conversation,
        person=origin.person,
        name="",
        text=kept.opening.said,
        at=at,
        id=record.message if record else origin.message,
        server=record.server if record else origin.server,
        persona=kept.opening.persona,
        reply=record.id if record else "",
    )
