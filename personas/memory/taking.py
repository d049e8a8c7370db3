"""What becomes of a reply afterwards: notes are taken, screened, judged, put beside what is known, and kept."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from moderation.records import Action, Brief, Candidate, Decision, Stage, Verdict
from personas.cleaning import clean
from personas.memory import Keeper, Kind, Memory, Whose
from personas.memory.asking import Asking
from personas.memory.digesting import digest
from personas.memory.following import Followed, Spent
from personas.memory.meaning import Meaning
from personas.memory.merging import Noted, Said, folded, merged, reworded
from personas.memory.noticing import Rules
from personas.memory.screening import Redactor, Sensitive, worth_keeping
from personas.memory.unlearning import Gone, Unlearned, told_in
from personas.messages import Turn, Usage

_CHAR: Final = "{{char}}"
_USER: Final = "{{user}}"
_TOGETHER: Final = 3
"""Turns that a model is given at once for its account: a call for each would cost more than the replies."""
_LEAST_SAID: Final = 12
"""Code points of a message that a model is asked about."""
_WAITING: Final = 1_000
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wits:
    """What it takes to remember."""

    rules: Rules
    sensitive: Sensitive
    redactor: Redactor
    meaning: Meaning
    judge: Callable[[Candidate], Awaitable[Verdict]]
    """The guard's."""
    asking: Asking | None = None
    """None: rules alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one reply leaves to do for one person."""

    whose: Whose
    at: datetime
    brief: Brief
    said: str = ""
    """What the person said; "": nothing is to be taken from it."""
    source: str = ""
    anew: bool = False
    """It was worded otherwise before."""
    left: tuple[Followed, ...] = ()
    told: frozenset[str] = frozenset()
    """Ids of what the reply was told of."""
    spent: Spent = None


class Taking:
    """Does jobs, one after another. Used by one task; raises StoreBusy, StoreFailed."""

    def __init__(self, keeper: Keeper, wits: Wits, *, lasts: Mapping[Kind, timedelta], ids: Callable[[], str]) -> None:
        """`lasts` is how long each kind is kept; `ids` makes an id that nobody has."""
        self._keeper = keeper
        self._wits = wits
        self._lasts = lasts
        self._ids = ids
        self._waiting: defaultdict[Whose, list[Followed]] = defaultdict(list)
        """What left windows and is in no account yet."""
        self._unlearned = Unlearned()
        self._doing: Job | None = None
        """None: nothing is to be kept any more of the one that is being done."""

    async def do(self, job: Job) -> None:
        """Keep what is to be kept of a reply, where the person wants that."""
        self._doing = job
        if not await self._keeper.allowed(job.whose):
            self._waiting.pop(job.whose, None)
            return
        notes = await self._notes(job) if job.said else []
        if not (notes or job.anew or job.left or job.told):
            return
        known = await self._keeper.of(job.whose)
        if job.anew and (worded := reworded(known, job.source)):
            await self._keeper.drop(worded)
            known = tuple(memory for memory in known if memory not in worded)
        said = Said(whose=job.whose, at=job.at, source=job.source)
        changed = {memory.id: memory for memory in merged(known, notes, said, lasts=self._lasts, ids=self._ids)}
        for memory in known:
            if memory.id in job.told and memory.id not in changed and job.at - (memory.used or memory.at) > _DAY:
                changed[memory.id] = replace(memory, used=job.at)
        if account := await self._account(job, known):
            changed[account.id] = account
        if changed:
            await self._keep(job, known, await self._wits.meaning.given(tuple(changed.values())))

    def forget(self, person: str = "") -> None:
        """Hold nothing of a person ("": of anybody) any more."""
        for whose in [whose for whose in self._waiting if person in ("", whose.person)]:
            del self._waiting[whose]
        self._unlearned.forget(person)
        if self._doing and person in ("", self._doing.whose.person):
            self._doing = None

    def begin_anew(self, whose: Whose) -> None:
        """What was said there until now gets into no account any more."""
        self._waiting.pop(whose, None)

    def unsay(self, whose: Whose, source: str) -> None:
        """Nothing is to be kept any more of that message."""
        if self._doing and (self._doing.whose, self._doing.source) == (whose, source):
            self._doing = None

    def unlearn(self, memory: Memory) -> None:
        """No account is to say from now on what `memory` says."""
        self._unlearned.add(memory)

    async def _keep(self, job: Job, known: Sequence[Memory], changed: Sequence[Memory]) -> None:
        """Keep what is `changed`; not what the person dropped or reworded meanwhile, nor anything where they had all of
        it forgotten: a model may have thought about it for long."""
        before, now = ({memory.id: memory for memory in some} for some in (known, await self._keeper.of(job.whose)))
        kept = [memory for memory in changed if before.get(memory.id) == now.get(memory.id) and self._may_stay(memory)]
        if self._doing is not job:
            return
        await self._keeper.keep(kept)
        if over := [memory for memory in kept if self._doing is not job or not self._may_stay(memory)]:
            await self._keeper.drop(over)

    def _may_stay(self, memory: Memory) -> bool:
        """Whether it is no account that says what was forgotten meanwhile."""
        return memory.kind is not Kind.SUMMARY or not told_in(memory.text, self._unlearned.of(memory.whose))

    async def _notes(self, job: Job) -> list[Noted]:
        said = await asyncio.to_thread(self._wits.redactor.clean, clean(job.said))
        noticed = await asyncio.to_thread(self._wits.rules.notice, said)
        asking = self._wits.asking
        if asking and len(said) >= _LEAST_SAID:
            found, usage = await asking.notes(said)
            await _tell(job.spent, usage)
            if found is not None:
                # What somebody asked for in so many words is promised, whatever a model makes of it.
                noticed = (*(note for note in noticed if note.asked), *found)
        kept = [note for note in noticed if worth_keeping(note.text) and self._may_be_kept(note)]
        return [note for note in kept if await self._passes(note.text, job.brief)]

    def _may_be_kept(self, note: Noted) -> bool:
        return note.asked or not self._wits.sensitive.of(f"{note.text}\n{note.value}")

    async def _passes(self, text: str, brief: Brief) -> bool:
        """Whether the guard has nothing against it as something that a person says."""
        verdict = await self._wits.judge(Candidate(stage=Stage.INPUT, text=text, brief=brief))
        return verdict.decision is Decision.ALLOW and verdict.action is Action.NONE

    async def _account(self, job: Job, known: Sequence[Memory]) -> Memory | None:
        """The account with what left the window; None where nothing did, or not enough for a model, or the guard
        objects to it."""
        if not job.left:
            return None
        waiting = self._waiting.pop(job.whose, []) + list(job.left)
        if self._wits.asking and len(waiting) < _TOGETHER:
            if len(self._waiting) < _WAITING:
                self._waiting[job.whose] = waiting
            return None
        before = next((each for each in known if each.kind is Kind.SUMMARY and each.holds(job.at)), None)
        turns = [pair for each in waiting if (pair := await self._screened(each))]
        text = await self._worded(before.text if before else "", turns, job, known) if turns else ""
        if not text or not await self._passes(text, job.brief):
            return None
        until = job.at + self._lasts[Kind.SUMMARY]
        id_ = before.id if before else self._ids()
        return Memory(id=id_, whose=job.whose, kind=Kind.SUMMARY, text=text, at=job.at, until=until)

    async def _screened(self, followed: Followed) -> tuple[Turn, str] | None:
        """A turn and its reply without what is not kept; None where nothing of it is. What is sensitive is left out
        with the reply to it, which says it again."""
        said, reply = [
            await asyncio.to_thread(self._wits.redactor.clean, text) for text in (followed.turn.text, followed.reply)
        ]
        if not said or self._wits.sensitive.of(said) or self._wits.sensitive.of(reply):
            return None
        return replace(followed.turn, text=said), reply

    def _left_out(self, sentence: str, gone: Sequence[Gone]) -> bool:
        """Whether a sentence is remembered by itself, was to be forgotten, or had something in it that is not kept."""
        noted = not worth_keeping(sentence) or bool(self._wits.rules.notice(sentence))
        return noted or told_in(sentence, gone)

    async def _worded(self, before: str, turns: Sequence[tuple[Turn, str]], job: Job, known: Sequence[Memory]) -> str:
        if asking := self._wits.asking:
            text, usage = await asking.account(before, turns, char=_CHAR, user=_USER)
            await _tell(job.left[-1].spent, usage)
            text = await asyncio.to_thread(self._wits.redactor.clean, text)
            again = _retells(text, known) or told_in(text, self._unlearned.of(job.whose))
            if text and not again and not self._wits.sensitive.of(text):
                return text
        noted = partial(self._left_out, gone=self._unlearned.of(job.whose))
        return await asyncio.to_thread(digest, before, turns, char=_CHAR, user=_USER, noted=noted)


def _retells(account: str, known: Sequence[Memory]) -> bool:
    """Whether an account says what is remembered by itself, and could outlive that."""
    said = folded(account)
    values = (folded(memory.value) for memory in known if memory.slot)
    return any(len(value) > 1 and value in said for value in values)


async def _tell(spent: Spent, usage: Usage) -> None:
    if spent is not None:
        await spent(usage)
