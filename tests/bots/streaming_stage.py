"""A streamed reply on a chat platform, on a loop whose time passes only while nothing can be done."""

import asyncio
import selectors
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from bots.cards import Card
from bots.pieces import cut
from bots.streaming import Outlet, Pacer, Phase, Shown, Writer
from moderation.records import Candidate, Decision, Finding, Outcome, Stage, Verdict
from personas.messages import Event, Finished, Passage, PassageKind, Withdrawal

T = TypeVar("T")
INTERVAL, TYPING, GRACE = 1.5, 8.0, 5.0
TAKEN_BACK = "(taken back)"
CLEAN = Finished(outcome=Outcome.CLEAN)
RUNNING, DONE, PLAIN = Phase.RUNNING, Phase.DONE, Phase.PLAIN


class Idle(selectors.DefaultSelector):
    """Where the loop would sleep, its clock is set forward; where it would sleep for ever, the test has failed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "nothing will ever happen any more"
        self.now += max(0.0, timeout)
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """A loop on which waiting takes no time. It cancels `victim` in its step number `cancel_at`."""

    def __init__(self, cancel_at: int = -1) -> None:
        self._idle = Idle()
        super().__init__(self._idle)
        self._clock_resolution = 1e-6
        self.victim: asyncio.Task[Any] | None = None
        self._countdown = cancel_at

    def time(self) -> float:
        return self._idle.now

    def _run_once(self) -> None:
        if self.victim:
            if not self._countdown:
                self.victim.cancel()
            self._countdown -= 1
        super()._run_once()  # type: ignore[misc]


def play(scene: Coroutine[Any, Any, T], *, cancel_at: int = -1) -> T:
    """Run `scene`. Nothing may be left running behind it."""

    async def run() -> T:
        result = await scene
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    with asyncio.Runner(loop_factory=lambda: Loop(cancel_at)) as runner:
        return runner.run(run())


def now() -> float:
    return asyncio.get_running_loop().time()


def passage(text: str, kind: PassageKind = PassageKind.GENERATED) -> Passage:
    candidate = Candidate(stage=Stage.PIECE, text=text)
    allowed = Finding(filter="f", version="1", category="c", decision=Decision.ALLOW)
    verdict = Verdict(findings=(allowed,), digest=candidate.digest, policy="p")
    return Passage.cleared(candidate, verdict, kind=kind)


@dataclass
class Call:
    """One call that an outlet got."""

    at: float
    name: str
    message: str = ""
    text: str = ""
    phase: Phase | None = None


@dataclass
class Wall(Outlet):
    """An outlet that is looked at. Its calls take `delays`, in turn, and what they do is done at their end."""

    delays: Sequence[float] = (0.0,)
    limit: int = 100
    first_limit: int = 100
    error: BaseException | None = None
    fails: tuple[str, int] = ("", -1)
    """The name of the calls ("": any) and the number of the first one that raises `error`."""
    failures: int = 1
    """How many do, from that one on."""
    lands: float = -1.0
    """Seconds after which an edit that was broken off has its effect all the same; negative: it has none."""
    calls: list[Call] = field(default_factory=list)
    screen: dict[str, tuple[str, Phase]] = field(default_factory=dict)
    seen: list[list[str]] = field(default_factory=list)
    """The texts on the screen after every change."""
    _busy: bool = False

    @property
    def stands(self) -> list[tuple[str, Phase]]:
        return list(self.screen.values())

    @property
    def writes(self) -> list[Call]:
        return [call for call in self.calls if call.name != "typing"]

    def times(self, name: str) -> list[float]:
        return [call.at for call in self.calls if call.name == name]

    async def post(self, text: str, phase: Phase) -> str:
        message = f"m{len(self.calls)}"
        async with self._call(Call(now(), "post", message, text, phase)):
            self.screen[message] = (text, phase)
        return message

    async def edit(self, message: str, text: str, phase: Phase) -> None:
        try:
            async with self._call(Call(now(), "edit", message, text, phase)):
                assert message in self.screen
                self.screen[message] = (text, phase)
        except asyncio.CancelledError:
            if self.lands >= 0:
                asyncio.get_running_loop().call_later(self.lands, self.screen.__setitem__, message, (text, phase))
            raise

    async def remove(self, message: str) -> None:
        async with self._call(Call(now(), "remove", message)):
            del self.screen[message]

    async def typing(self) -> None:
        async with self._call(Call(now(), "typing")):
            pass

    @contextmanager
    def _alone(self) -> Iterator[None]:
        assert not self._busy, "used by two tasks at a time"
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    def _call(self, call: Call) -> "_During":
        return _During(self, call)


class _During:
    def __init__(self, wall: Wall, call: Call) -> None:
        self._wall = wall
        self._call = call

    async def __aenter__(self) -> None:
        wall = self._wall
        wall.calls.append(self._call)
        name, number = wall.fails
        alike = [call for call in wall.calls if name in ("", call.name)]
        with wall._alone():
            await asyncio.sleep(wall.delays[len(wall.calls) % len(wall.delays)])
        if wall.error and name in ("", self._call.name) and number < len(alike) <= number + wall.failures:
            raise wall.error

    async def __aexit__(self, *_: object) -> None:
        self._wall.seen.append([text for text, _ in self._wall.screen.values()])


Step = float | Event | Card | BaseException


@dataclass
class Reply:
    """A reply that is looked at: waits, events and errors, one after the other."""

    steps: Sequence[Step]
    closing: float = 0.0
    """Seconds that it takes to close it."""
    late: Sequence[Event] = ()
    """What is told while it is closed, where that comes before its end."""
    told: Callable[[Event], None] = lambda _: None
    given: list[tuple[float, Event | Card]] = field(default_factory=list)
    closed: bool = False

    async def events(self) -> AsyncGenerator[Event | Card, None]:
        whole = False
        try:
            for step in self.steps:
                match step:
                    case float():
                        await asyncio.sleep(step)
                    case BaseException():
                        raise step
                    case _:
                        self.given.append((now(), step))
                        yield step
            whole = True
        finally:
            try:
                await asyncio.sleep(self.closing)
                for event in () if whole else self.late:
                    self.told(event)
            finally:
                self.closed = True

    @property
    def text(self) -> str:
        return text_of([event for _, event in self.given])


def text_of(events: Sequence[Event | Card]) -> str:
    """What should stand after these, told apart from how the writer does it."""
    text = ""
    for event in events:
        if isinstance(event, Passage):
            mark = text and event.kind is not PassageKind.GENERATED and text.rpartition("\n")[2].strip()
            text = "\n".join([text, event.text]) if mark else text + event.text
        elif isinstance(event, Withdrawal):
            text = ""
    return text


@dataclass
class Scene:
    """A writer between a reply and a wall."""

    reply: Reply
    wall: Wall
    card_takes: float
    card_error: Exception | None
    pace: Callable[[], Coroutine[Any, Any, None]]
    unable: list[float] = field(default_factory=list)
    """When words could not be taken back at once."""
    whole: bool = False
    cards: list[tuple[float, Card]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._writer = Writer(
            self.wall,
            pace=self.pace,
            withdrawn=TAKEN_BACK,
            typing_every=timedelta(seconds=TYPING),
            grace=timedelta(seconds=GRACE),
            unable=self._note,
            whole=self.whole,
        )
        self.stop = self._writer.stop
        self.reply.told = self._writer.late
        self.events = self.reply.events()

    async def show(self, **before: Any) -> Shown:
        return await self._writer.show(self.events, card=self._card, **before)

    @property
    def settled(self) -> bool:
        return self._writer.settled

    async def _note(self) -> None:
        self.unable.append(now())

    async def _card(self, card: Card) -> None:
        await asyncio.sleep(self.card_takes)
        if self.card_error:
            raise self.card_error
        self.cards.append((now(), card))


def pacer() -> Pacer:
    return Pacer(timedelta(seconds=INTERVAL), monotonic=now, sleep=asyncio.sleep)


def stage(
    *steps: Step,
    closing: float = 0.0,
    card_takes: float = 0.0,
    card_error: Exception | None = None,
    pace: Callable[[], Coroutine[Any, Any, None]] | None = None,
    late: Sequence[Event] = (),
    whole: bool = False,
    **wall: Any,
) -> Scene:
    reply = Reply(steps, closing=closing, late=late)
    return Scene(reply, Wall(**wall), card_takes, card_error, pace or pacer().turn, whole=whole)


def shown(scene: Scene) -> Shown:
    """What comes of a reply that ends by itself."""
    result = play(scene.show())
    assert scene.reply.closed
    assert result.messages == tuple((message, text) for message, (text, _) in scene.wall.screen.items())
    return result


async def after(seconds: float, act: Callable[[], object]) -> None:
    await asyncio.sleep(seconds)
    act()


def put_right(wall: Wall, text: str) -> bool:
    """Whether exactly the pieces of `text` stand there, with the controls of a reply that is over."""
    pieces = cut(text, wall.limit, first=wall.first_limit)
    return wall.stands == [*((piece, PLAIN) for piece in pieces[:-1]), *((piece, DONE) for piece in pieces[-1:])]


LONG = [f"This is sentence number {number} of a long reply. " for number in range(12)]
