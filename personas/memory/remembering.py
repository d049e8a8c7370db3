"""Memory at work: what is told for a reply, and what is taken from one, later, in a task of its own.

Nothing here slows a reply: what a model or the guard is asked for waits in a bounded queue, and what finds no room
there is not remembered.
"""

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from moderation.words import Explained, catalogue
from personas.memory import Keeper, Kind, Memory, Whose
from personas.memory.following import Followed, Following
from personas.memory.shelf import Shelf, Told
from personas.memory.taking import Job, Taking, Wits
from personas.messages import Aside, Cue
from personas.occasion import Occasion

_log = logging.getLogger(__name__)

_SHELVES: Final = 64
"""Held at once: the one not asked for longest goes."""
_ALWAYS: Final = "name"
"""The slot that every reply is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How much is remembered, and for how long."""

    lasts: Mapping[Kind, timedelta] = field(
        default_factory=lambda: {
            Kind.FACT: timedelta(days=180),
            Kind.PREFERENCE: timedelta(days=180),
            Kind.EPISODE: timedelta(days=90),
            Kind.SUMMARY: timedelta(days=30),
        }
    )
    told: int = 6
    """Memories that one reply is told of."""
    waiting: int = 256
    """Replies that may wait until something is taken from them."""


class Remembering:
    """Meets `Source` and `Witness`. Used from one event loop."""

    name = "memory"

    def __init__(
        self, keeper: Keeper, wits: Wits, terms: Terms, *, now: Callable[[], datetime], ids: Callable[[], str]
    ) -> None:
        """`ids` makes an id that nobody has."""
        self._keeper = keeper
        self._wits = wits
        self._terms = terms
        self._now = now
        self._taking = Taking(keeper, wits, lasts=terms.lasts, ids=ids)
        self._following = Following()
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(terms.waiting)
        self._shelves: OrderedDict[Whose, tuple[str, Shelf]] = OrderedDict()
        self._told: OrderedDict[Whose, frozenset[str]] = OrderedDict()
        self.missed = 0
        """Replies from which nothing was taken, for want of room."""

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """See `Source.recall`: the account of what left the window, the person's name, and what matters just now."""
        whose = _whose(occasion)
        if whose is None:
            return ()
        try:
            shelf = await self._shelf(whose)
        except Explained as error:
            _log.warning("nothing was recalled: error=%s", error.key)
            return ()
        now, language = self._now(), occasion.cast.persona.language
        found = await self._found(shelf, occasion.part.said, now)
        self._told[whose] = frozenset(told.memory.id for told in found)
        while len(self._told) > self._terms.waiting:  # not every reply comes to be
            self._told.popitem(last=False)
        return tuple(_asides(found, shelf.summary, now, language))

    async def witnessed(self, occasion: Occasion, _reply: str) -> None:
        """See `Witness.witnessed`."""
        whose = _whose(occasion)
        left: defaultdict[Whose, list[Followed]] = defaultdict(list)
        for followed in self._following.after(occasion, whose):
            left[followed.whose].append(followed)
        # By our own clock, which says when it is over.
        message, part, now = occasion.message, occasion.part, self._now()
        if whose is not None:
            # What was said before is no news: it is answered again, or the answer goes on.
            news = not part.before and part.undone is None
            self._put(
                Job(
                    whose=whose, at=now, brief=occasion.brief, said=part.said if news else "",
                    source=message.id, anew=occasion.cue is Cue.AMEND, left=tuple(left.pop(whose, ())),
                    told=self._told.pop(whose, frozenset()), spent=occasion.spent,
                )
            )  # fmt: skip
        for other, turns in left.items():
            self._put(Job(whose=other, at=now, brief=occasion.brief, left=tuple(turns)))

    async def run(self) -> None:
        """Take from replies what is to be remembered, one after another, until cancelled."""
        while True:
            job = await self._jobs.get()
            try:
                await self._taking.do(job)
            except Explained as error:
                _log.warning("nothing was remembered of a reply: error=%s", error.key)
            finally:
                self._jobs.task_done()

    async def settled(self) -> None:
        """Wait until nothing waits any more to be taken; `run` is running."""
        await self._jobs.join()

    def tidy(self) -> None:
        """Hold no longer what was made ready to be searched: it is made anew when it is asked for."""
        self._shelves.clear()

    def forget(self, person: str = "") -> None:
        """Hold nothing of a person ("": of anybody) any more; what is kept is not touched."""
        self._requeue(lambda job: None if person in ("", job.whose.person) else job)
        self._following.forget(person)
        self._taking.forget(person)
        for held in (self._shelves, self._told):
            for whose in [whose for whose in held if person in ("", whose.person)]:
                del held[whose]

    def begin_anew(self, whose: Whose) -> None:
        """What was said there until now gets into no account any more."""
        self._requeue(lambda job: replace(job, left=()) if job.whose == whose else job)
        self._taking.begin_anew(whose)

    def unsay(self, whose: Whose, source: str) -> None:
        """Nothing is taken any more from the message of that id; what is kept is not touched."""
        self._requeue(lambda job: replace(job, said="") if (job.whose, job.source) == (whose, source) else job)
        self._taking.unsay(whose, source)

    def unlearn(self, memory: Memory) -> None:
        """No account is to say from now on what `memory` says: it is forgotten, or worded otherwise. What is kept is
        not touched."""
        self._taking.unlearn(memory)

    def _requeue(self, change: Callable[[Job], Job | None]) -> None:
        """What waits waits as `change` has it; None: no more."""
        for _ in range(self._jobs.qsize()):
            if job := change(self._jobs.get_nowait()):
                self._jobs.put_nowait(job)
            self._jobs.task_done()

    def _put(self, job: Job) -> None:
        try:
            self._jobs.put_nowait(job)
        except asyncio.QueueFull:
            self.missed += 1
            _log.warning("nothing was taken from a reply, too many wait: missed=%d", self.missed)

    async def _found(self, shelf: Shelf, said: str, now: datetime) -> list[Told]:
        if not len(shelf):
            return []
        vector = await self._wits.meaning.of(said)
        found = list(shelf.search(said, now, most=self._terms.told, vector=vector))
        name = shelf.named(_ALWAYS, now)
        if name and all(told.memory.id != name.id for told in found):
            found = [*found[: self._terms.told - 1], Told(name, 0.0)]
        return found

    async def _shelf(self, whose: Whose) -> Shelf:
        """What is kept there, ready to be searched; made anew where that changed, also by another process."""
        version = await self._keeper.version(whose)
        held = self._shelves.pop(whose, None)
        if held is None or held[0] != version:
            memories = await self._keeper.of(whose) if version else ()
            encoder = await self._wits.meaning.name() if memories else ""
            made = await asyncio.to_thread(Shelf, memories, about=self._wits.rules.about, encoder=encoder)
            held = (version, made)
        self._shelves[whose] = held
        while len(self._shelves) > _SHELVES:
            self._shelves.popitem(last=False)
        return held[1]


def _whose(occasion: Occasion) -> Whose | None:
    message = occasion.message
    if not message.memory or not message.person:
        return None
    return Whose(person=message.person, scope=message.memory, persona=occasion.cast.persona.id)


def _asides(found: Sequence[Told], summary: Memory | None, now: datetime, language: str) -> Iterator[Aside]:
    say = catalogue("personas").say
    if summary and summary.holds(now):
        text = say("memory.summary", language, text=summary.text)
        yield Aside(text=text, origin=f"memory:{summary.id}", depth=1, weight=1.0)
    for told in found:
        text = say("memory.told", language, day=told.memory.at.date().isoformat(), text=told.memory.text)
        yield Aside(text=text, origin=f"memory:{told.memory.id}", depth=1, weight=told.weight)
