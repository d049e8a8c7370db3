"""A streamed reply on a chat platform, on a loop whose time passes only while nothing can be done."""

import asyncio
import selectors
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate, pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cards import Card
from bots.inbox import Busy
from bots.pieces import cut
from bots.streaming import Gone, Outlet, Pacer, Phase, Shown, Writer
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
    """The name of the calls ("": any) and the number of the one that raises `error`."""
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
        async with self._call(Call(now(), "edit", message, text, phase)):
            assert message in self.screen
            self.screen[message] = (text, phase)

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
        if wall.error and name in ("", self._call.name) and len(alike) == number + 1:
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
    given: list[tuple[float, Event | Card]] = field(default_factory=list)
    closed: bool = False

    async def events(self) -> AsyncGenerator[Event | Card, None]:
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
        finally:
            try:
                await asyncio.sleep(self.closing)
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
    cards: list[tuple[float, Card]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._writer = Writer(
            self.wall,
            pace=self.pace,
            withdrawn=TAKEN_BACK,
            typing_every=timedelta(seconds=TYPING),
            grace=timedelta(seconds=GRACE),
        )
        self.stop = self._writer.stop
        self.events = self.reply.events()

    async def show(self, **before: Any) -> Shown:
        return await self._writer.show(self.events, card=self._card, **before)

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
    **wall: Any,
) -> Scene:
    return Scene(Reply(steps, closing=closing), Wall(**wall), card_takes, card_error, pace or pacer().turn)


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


def test_the_first_passage_is_posted_at_once_and_those_that_follow_are_joined() -> None:
    scene = stage(3.0, passage("One."), 0.5, passage(" Two."), 0.5, passage(" Three."), 4.0, passage(" Four."), CLEAN)
    shown(scene)

    assert [(call.at, call.name, call.text, call.phase) for call in scene.wall.writes] == [
        (3.0, "post", "One.", RUNNING),
        (4.5, "edit", "One. Two. Three.", RUNNING),
        (8.0, "edit", "One. Two. Three. Four.", DONE),
    ]


def test_a_reply_that_is_ready_before_the_first_turn_is_one_post() -> None:
    scene = stage(passage("One."), passage(" Two."), CLEAN)

    assert shown(scene).finished is CLEAN
    assert [(call.name, call.text, call.phase) for call in scene.wall.writes] == [("post", "One. Two.", DONE)]


def test_the_latest_text_wins_and_no_edit_waits_in_a_queue() -> None:
    steps: list[Step] = [step for number in range(100) for step in (passage(f"{number} "), 0.1)]
    scene = stage(*steps, limit=2_000, first_limit=2_000)
    shown(scene)

    times = [call.at for call in scene.wall.writes]
    assert all(later - earlier >= INTERVAL - 1e-6 for earlier, later in pairwise(times))
    assert len(times) == 8
    assert times[-1] <= 10.0 + INTERVAL


def test_a_slow_outlet_never_keeps_the_reply_waiting() -> None:
    steps: list[Step] = [step for number in range(10) for step in (1.0, passage(f"{number} "))]
    scene = stage(*steps, delays=[30.0])
    shown(scene)

    assert [at for at, _ in scene.reply.given] == list(accumulate([1.0] * 10))
    assert [(call.name, call.text) for call in scene.wall.writes] == [("post", "0 1 2 3 4 5 6 7 8 9")]


def test_words_of_another_kind_begin_a_line_where_something_stands() -> None:
    fallback = passage("The wind took my words.", PassageKind.FALLBACK)
    scene = stage(passage("A line."), fallback, passage(" More."), passage("\n"), fallback)
    shown(scene)
    alone = stage(fallback, passage(" And so on."))
    shown(alone)

    assert scene.wall.stands == [("A line.\nThe wind took my words. More.\nThe wind took my words.", DONE)]
    assert alone.wall.stands == [("The wind took my words. And so on.", DONE)]


def test_nothing_to_see_is_not_posted() -> None:
    blank = stage(passage(" \n"), 3.0, passage("\u200b"), CLEAN)
    empty = stage(CLEAN)

    assert shown(blank).messages == shown(empty).messages == ()
    assert blank.wall.writes == empty.wall.writes == []


def test_a_long_reply_goes_on_in_further_messages_and_those_before_are_left_alone() -> None:
    scene = stage(*(step for text in LONG for step in (passage(text), 2.0)), CLEAN, limit=100, first_limit=60)
    result = shown(scene)

    assert put_right(scene.wall, "".join(LONG))
    assert len(result.messages) > 5
    written = [call.message for call in scene.wall.writes]
    assert written == sorted(written, key=lambda message: int(message[1:])), "an old message was touched again"
    assert all(text == "".join(text) and len(text) <= 100 for _, text in result.messages)
    assert len(result.messages[0][1]) <= 60


def test_a_message_that_turns_out_to_be_too_many_goes() -> None:
    scene = stage(passage("```\naaaaaaaa\n\n\n``"), 5.0, passage("`\n"), CLEAN, limit=16, first_limit=16)
    shown(scene)

    assert scene.wall.stands == [("```\naaaaaaaa\n```", DONE)]
    assert scene.wall.times("remove") == [6.5]


def test_only_the_last_message_has_controls_and_they_are_those_of_a_finished_reply_at_the_end() -> None:
    scene = stage(*(step for text in LONG for step in (passage(text), 2.0)), CLEAN)
    phases: list[list[Phase]] = []

    async def look() -> Shown:
        showing = asyncio.create_task(scene.show())
        while not showing.done():
            await asyncio.sleep(0.25)
            phases.append([phase for _, phase in scene.wall.stands])
        return await showing

    play(look())

    assert all(set(phase[:-1]) <= {PLAIN} for phase in phases)
    assert phases[-1] == [*[PLAIN] * (len(phases[-1]) - 1), DONE]
    assert all(DONE not in phase for phase in phases[:-2])


@pytest.mark.parametrize("kind", [RuntimeError, Busy, asyncio.CancelledError])
def test_an_error_of_the_reply_is_raised_after_what_was_read_is_put_right(kind: type[BaseException]) -> None:
    scene = stage(*map(passage, LONG), kind())
    early = stage(kind())
    for each in (scene, early):
        with pytest.raises(kind):
            play(each.show())
        assert each.reply.closed
        assert put_right(each.wall, each.reply.text)

    assert early.wall.writes == []
    assert len(scene.wall.stands) > 1


def test_cards_go_where_cards_go_in_order_and_are_no_part_of_the_text() -> None:
    cards = [Card(title=str(number)) for number in range(40)]
    scene = stage(cards[0], passage("One."), 2.0, *cards[1:39], passage(" Two."), CLEAN, cards[39])
    shown(scene)

    assert [card for _, card in scene.cards] == cards
    assert scene.wall.stands == [("One. Two.", DONE)]


def test_a_card_comes_before_or_after_the_first_words_as_it_did_in_the_reply() -> None:
    card = Card(title="card")
    before = stage(card, passage("One."), card_takes=1.0)
    behind = stage(passage("One."), card, card_takes=1.0)
    shown(before)
    shown(behind)

    assert before.cards[0][0] == 1.0 == before.wall.times("post")[0]
    assert behind.wall.times("post")[0] == 0.0
    assert behind.cards[0][0] == 1.0


def test_a_card_after_words_that_were_taken_back_before_they_stood_comes_all_the_same() -> None:
    card = Card(title="card")
    scene = stage(passage("One."), card, Withdrawal(), CLEAN)
    shown(scene)

    assert [each for _, each in scene.cards] == [card]
    assert scene.wall.writes == []


def test_a_slow_card_does_not_keep_the_reply_waiting() -> None:
    steps: list[Step] = [step for number in range(5) for step in (1.0, Card(title=str(number)), passage("."))]
    scene = stage(*steps, card_takes=20.0)
    shown(scene)

    assert max(at for at, _ in scene.reply.given) == 5.0
    assert len(scene.cards) == 5


def test_the_sign_of_writing_is_shown_at_once_and_again_until_the_end_and_never_after() -> None:
    scene = stage(20.0, passage("One."), 20.0, passage(" Two."), 1.0, CLEAN)
    shown(scene)

    assert scene.wall.times("typing") == [0.0, 8.0, 16.0, 24.0, 32.0, 40.0]
    assert scene.wall.calls[-1].name == "edit"
    assert scene.wall.calls[-1].at == 41.5


def test_the_sign_of_writing_stays_while_a_busy_channel_lets_nobody_write() -> None:
    async def pace() -> None:
        await asyncio.sleep(30.0)

    scene = stage(passage("One."), 29.0, passage(" Two."), CLEAN, pace=pace)
    shown(scene)

    assert scene.wall.times("typing") == [0.0, 8.0, 16.0, 24.0]
    assert [(call.at, call.text) for call in scene.wall.writes] == [(30.0, "One. Two.")]


def test_the_sign_of_writing_is_never_shown_after_the_end_however_late_the_words_come() -> None:
    async def pace() -> None:
        await asyncio.sleep(30.0)

    scene = stage(passage("One."), 9.0, CLEAN, pace=pace)
    shown(scene)

    assert scene.wall.times("typing") == [0.0, 8.0]
    assert scene.wall.times("post") == [30.0]


def test_the_sign_of_writing_does_not_take_the_time_of_words_that_are_due() -> None:
    steps: list[Step] = [6.8, passage("One."), 0.5, passage(" Two."), 30.0, CLEAN]
    scene = stage(*steps, delays=[0.0, 0.0, 0.0, 5.0, 5.0])  # a second sign would take long
    shown(scene)

    assert scene.wall.times("edit")[0] == pytest.approx(6.8 + INTERVAL)


def test_what_is_withdrawn_is_taken_back_at_once_whatever_the_pace() -> None:
    scene = stage(*map(passage, LONG), 30.0, passage("More. "), 0.2, Withdrawal(), 9.0, passage("Never mind."), CLEAN)
    result = shown(scene)

    assert result.withdrawn
    assert scene.wall.stands == [("Never mind.", DONE)]
    back = [call for call in scene.wall.calls if call.at == 30.2]
    assert [call.name for call in back] == [*["remove"] * (len(back) - 1), "edit"]
    assert len(back) > 5
    assert (back[-1].text, back[-1].phase) == (TAKEN_BACK, RUNNING)
    assert scene.wall.times("edit")[-1] == pytest.approx(39.2)


def test_where_other_words_are_there_already_they_stand_instead() -> None:
    scene = stage(*map(passage, LONG), 30.0, Withdrawal(), passage("Never mind.", PassageKind.FALLBACK), CLEAN)
    shown(scene)

    assert scene.wall.stands == [("Never mind.", DONE)]
    assert not any(TAKEN_BACK in texts for texts in scene.wall.seen)
    assert scene.wall.calls[-1].at == 30.0


def test_where_nothing_follows_the_message_says_that_it_was_taken_back() -> None:
    scene = stage(passage("One."), 5.0, Withdrawal(), Finished(outcome=Outcome.WITHDRAWN))
    result = shown(scene)

    assert result.withdrawn
    assert scene.wall.stands == [(TAKEN_BACK, DONE)]


def test_what_was_withdrawn_before_it_stood_never_stands() -> None:
    scene = stage(passage("One."), Withdrawal(), 5.0, passage("Two."), CLEAN)
    shown(scene)

    assert [(call.at, call.text) for call in scene.wall.writes] == [(5.0, "Two.")]


def test_a_withdrawal_waits_for_the_call_that_is_under_way_and_for_nothing_else() -> None:
    scene = stage(passage("One."), 1.0, Withdrawal(), 30.0, CLEAN, delays=[4.0])
    shown(scene)

    assert [(call.at, call.text) for call in scene.wall.writes][:2] == [(0.0, "One."), (4.0, TAKEN_BACK)]


STANDING = (("old1", "An old reply"), ("old2", "in two messages."))


def again(scene: Scene, **before: Any) -> Shown:
    """Show a reply in the place of another."""
    scene.wall.screen.update(old1=(STANDING[0][1], PLAIN), old2=(STANDING[1][1], DONE))
    return play(scene.show(standing=STANDING, **before))


def test_a_reply_in_the_place_of_another_leaves_it_until_its_first_words() -> None:
    scene = stage(5.0, passage("A new one."), 3.0, CLEAN)
    result = again(scene)

    assert [(call.at, call.name, call.message) for call in scene.wall.writes] == [
        (5.0, "edit", "old1"),
        (6.5, "remove", "old2"),
        (8.0, "edit", "old1"),
    ]
    assert (result.messages, result.text) == ((("old1", "A new one."),), "A new one.")
    assert put_right(scene.wall, "A new one.")


def test_a_reply_that_reads_like_the_one_it_takes_the_place_of_changes_nothing() -> None:
    scene = stage(passage("An old reply\n\n"), passage("in two messages."), CLEAN, limit=24, first_limit=16)

    assert again(scene).messages == STANDING
    assert scene.wall.writes == []


def test_a_reply_in_the_place_of_another_that_comes_to_nothing_leaves_it_as_it_stands() -> None:
    silent, failing = stage(3.0, CLEAN), stage(3.0, RuntimeError())
    assert again(silent).messages == STANDING
    with pytest.raises(RuntimeError):
        again(failing)

    assert silent.wall.writes == failing.wall.writes == []


def test_a_reply_that_goes_on_from_another_changes_only_its_end_also_where_it_is_taken_back() -> None:
    kept = f"{STANDING[0][1]}{' ' * 20}{STANDING[1][1]}"
    assert cut(kept, 24) == tuple(text for _, text in STANDING)
    steps: list[Step] = [passage("\nMore. "), 3.0, passage("And more to be said. "), 3.0, Withdrawal(), 3.0, CLEAN]
    scene = stage(*steps, limit=24, first_limit=24)
    result = again(scene, kept=kept)

    assert result.withdrawn
    assert put_right(scene.wall, kept)
    assert len({call.message for call in scene.wall.writes}) > 1
    assert "old1" not in {call.message for call in scene.wall.writes}


def test_every_message_is_taken_back_even_where_one_cannot_be() -> None:
    for error in (RuntimeError(), Gone()):
        scene = stage(*map(passage, LONG), 30.0, Withdrawal(), 30.0, CLEAN, error=error, fails=("remove", 0))
        if isinstance(error, Gone):
            assert play(scene.show()).gone
        else:
            with pytest.raises(RuntimeError):
                play(scene.show())

        first, *others = scene.wall.stands
        assert first[0] == TAKEN_BACK
        assert len(others) == 1, "the one that could not be taken back"
        assert scene.reply.closed


def test_what_was_withdrawn_during_a_call_that_fails_is_taken_back_all_the_same() -> None:
    steps: list[Step] = [passage("One."), 5.0, passage(" Two."), 1.0, Withdrawal(), 30.0, CLEAN]
    scene = stage(*steps, delays=[2.0], error=RuntimeError(), fails=("edit", 0))
    with pytest.raises(RuntimeError):
        play(scene.show())

    assert scene.wall.stands == [(TAKEN_BACK, DONE)]


def test_an_outlet_that_fails_ends_the_reply_at_whichever_call() -> None:
    steps: list[Step] = [*(step for text in LONG for step in (passage(text), 2.0)), Withdrawal(), passage("No."), CLEAN]
    number, calls = 0, 1
    while number < calls:
        scene = stage(*steps, error=RuntimeError(str(number)), fails=("", number))
        with pytest.raises(RuntimeError, match=str(number)):
            play(scene.show())

        assert scene.reply.closed
        assert len(scene.wall.calls) == number + 1 or "remove" in [call.name for call in scene.wall.calls]
        whole = stage(*steps)
        shown(whole)
        calls = len(whole.wall.calls)
        number += 1
    assert number > 20


def test_a_message_that_is_gone_ends_the_reply_at_whichever_call() -> None:
    steps: list[Step] = [step for text in LONG for step in (passage(text), 2.0)]
    whole = stage(*steps, 1.0, CLEAN)
    shown(whole)
    for number in range(len(whole.wall.calls)):
        scene = stage(*steps, 1.0, CLEAN, error=Gone(), fails=("", number))
        result = play(scene.show())

        assert result.gone
        assert scene.reply.closed
        assert len(scene.wall.calls) == number + 1, "something was called after that"
        gone = scene.wall.calls[-1].message
        assert result.messages == tuple((id_, text) for id_, (text, _) in scene.wall.screen.items() if id_ != gone)
    assert number > 10


def test_an_error_of_a_card_ends_the_reply_too() -> None:
    steps: list[Step] = [passage("One."), 3.0, Card(title="card"), 60.0, CLEAN]
    failing = stage(*steps, card_error=RuntimeError())
    gone = stage(*steps, card_error=Gone())
    with pytest.raises(RuntimeError):
        play(failing.show())

    assert play(gone.show()).gone
    for scene in (failing, gone):
        assert scene.reply.closed
        assert scene.reply.given[-1][0] == 3.0


def test_stop_keeps_what_was_read_and_ends_the_rest() -> None:
    scene = stage(passage("One."), 1.0, passage(" Two."), 60.0, passage(" Three."), CLEAN, closing=30.0)

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(1.2, scene.stop))
        result = await scene.show()
        await stopping
        scene.stop()
        return result

    result = play(scenario())

    assert result.stopped
    assert result.finished is None
    assert scene.reply.closed
    assert put_right(scene.wall, "One. Two.")
    assert scene.wall.writes[-1].at == INTERVAL, "it waited for the reply to be closed"


def test_a_stop_that_comes_before_the_reply_began_or_after_it_ended() -> None:
    early = stage(passage("One."), CLEAN)
    early.stop()

    async def begin() -> Shown:
        result = await early.show()
        assert await anext(early.events, None) is None, "it was not closed"
        return result

    result = play(begin())
    assert (result.stopped, result.messages) == (True, ())
    assert early.reply.given == []
    assert early.wall.calls == []

    late = stage(passage("One."), CLEAN, delays=[5.0])

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(2.0, late.stop))
        result = await late.show()
        await stopping
        return result

    result = play(scenario())
    assert (result.stopped, result.finished) == (False, CLEAN)
    assert result.messages


def test_a_reply_that_goes_on_after_a_stop_is_not_listened_to_and_closed_by_the_task_that_read_it() -> None:
    tasks: list[object] = []

    async def stubborn() -> AsyncGenerator[Event | Card, None]:
        tasks.append(asyncio.current_task())
        yield passage("One.")
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            try:
                yield passage(" Two.")
                yield passage(" Three.")
            finally:
                tasks.append(asyncio.current_task())

    scene = stage()
    scene.events = stubborn()

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(1.0, scene.stop))
        result = await scene.show()
        await stopping
        return result

    result = play(scenario())
    assert result.stopped
    assert put_right(scene.wall, "One.")
    assert tasks[0] is tasks[1]


def test_tidying_up_of_a_reply_is_never_cut_short() -> None:
    for end in ("stop", "cancel", "gone"):
        steps: list[Step] = [passage("One."), 3.0, passage(" Two."), 60.0, CLEAN]
        error = Gone() if end == "gone" else None
        scene = stage(*steps, closing=60.0, error=error, fails=("edit", 0))

        async def scenario(scene: Scene = scene, end: str = end) -> None:
            showing = asyncio.create_task(scene.show())
            if end != "gone":
                await after(4.0, showing.cancel if end == "cancel" else scene.stop)
            if end == "cancel":
                await after(1.0, showing.cancel)
            await asyncio.wait([showing])
            assert showing.cancelled() == (end == "cancel")
            assert now() >= 63.0

        play(scenario())
        assert scene.reply.closed


CUT_SHORT: list[Step] = [
    *(step for text in LONG[:5] for step in (passage(text), 1.0)),
    Card(title="card"),
    Withdrawal(),
    0.7,
    *(step for text in LONG[5:9] for step in (passage(text, PassageKind.FALLBACK), 1.0)),
    CLEAN,
]


@pytest.mark.parametrize("delays", [[0.0], [0.4, 0.0, 0.9]])
def test_a_cancellation_at_whichever_step_leaves_the_messages_put_right(delays: list[float]) -> None:
    step, cancelled = 0, True
    scene = stage()
    while cancelled:
        scene = stage(*CUT_SHORT, delays=delays, closing=0.1)

        async def scenario(scene: Scene = scene) -> bool:
            showing = asyncio.create_task(scene.show())
            loop = asyncio.get_running_loop()
            assert isinstance(loop, Loop)
            loop.victim = showing
            await asyncio.wait([showing])
            loop.victim = None
            calls = len(scene.wall.calls)
            await asyncio.sleep(60.0)
            assert len(scene.wall.calls) == calls, "something was called after the end"
            return showing.cancelled()

        cancelled = play(scenario(), cancel_at=step)
        assert scene.reply.closed or not scene.reply.given
        events = [event for _, event in scene.reply.given]
        texts = {text_of(events), text_of(events[:-1])}  # the last may have come together with the cancellation
        withdrawn = any(isinstance(event, Withdrawal) for event in events)
        assert any(put_right(scene.wall, text) for text in texts) or (
            withdrawn and scene.wall.stands == [(TAKEN_BACK, DONE)]
        )
        step += 1
    assert step > 80
    assert put_right(scene.wall, scene.reply.text)


def test_after_a_cancellation_nothing_waits_for_the_pace_but_all_is_bounded_by_the_grace() -> None:
    ended: list[float] = []
    for delay in (0.5, 3.0):
        scene = stage(passage("One."), 9.0, *map(passage, LONG), 60.0, CLEAN, delays=[delay])

        async def scenario(scene: Scene = scene) -> None:
            showing = asyncio.create_task(scene.show())
            await after(9.1, showing.cancel)
            await after(0.3, showing.cancel)
            await asyncio.wait([showing])
            assert showing.cancelled()
            ended.append(now())

        play(scenario())
        assert scene.reply.closed
        assert put_right(scene.wall, scene.reply.text) == (delay == 0.5)
    assert ended[0] < 9.1 + GRACE
    assert ended[1] == pytest.approx(9.1 + GRACE)


def test_after_a_cancellation_words_come_before_cards() -> None:
    cards = [Card(title="1"), Card(title="2")]
    scene = stage(passage("One."), 3.0, passage(" Two."), *cards, 60.0, CLEAN, card_takes=4.0, delays=[0.4])

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await after(3.1, showing.cancel)
        await asyncio.wait([showing])

    play(scenario())
    assert put_right(scene.wall, "One. Two.")
    assert [card for _, card in scene.cards] == cards[:1]


def test_words_that_were_withdrawn_do_not_outlast_the_grace_of_an_outlet_that_hangs() -> None:
    scene = stage(*map(passage, LONG), 30.0, Withdrawal(), 60.0, CLEAN)

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await asyncio.sleep(29.9)
        scene.wall.delays = [1_000.0]
        await after(1.0, showing.cancel)
        await asyncio.wait([showing])
        assert showing.cancelled()
        assert now() == pytest.approx(30.9 + GRACE)

    play(scenario())
    assert scene.reply.closed


def test_an_outlet_that_fails_after_a_cancellation_is_said_in_the_log_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = stage(passage("One."), 60.0, CLEAN, error=RuntimeError("words"), fails=("edit", 0))

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await after(5.0, showing.cancel)
        await asyncio.wait([showing])
        assert showing.cancelled()

    play(scenario())
    assert "RuntimeError" in caplog.text
    assert "words" not in caplog.text


def test_turns_come_one_an_interval_in_the_order_they_were_asked_for() -> None:
    turns: list[tuple[float, str]] = []

    async def scenario() -> None:
        shared = pacer()

        async def ask(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            await shared.turn()
            turns.append((now(), name))

        await asyncio.gather(ask("a", 1.0), ask("b", 1.1), ask("c", 1.2), ask("d", 20.0))

    play(scenario())
    assert turns == [(1.0, "a"), (2.5, "b"), (4.0, "c"), (20.0, "d")]


def test_who_gives_up_waiting_takes_no_turn() -> None:
    async def scenario() -> float:
        shared = pacer()
        await shared.turn()
        waiting = [asyncio.create_task(shared.turn()) for _ in range(3)]
        await after(0.5, waiting[0].cancel)
        waiting[1].cancel()
        await waiting[2]
        return now()

    assert play(scenario()) == INTERVAL


def test_writers_of_one_channel_share_its_pace_even_where_calls_are_slow() -> None:
    shared = pacer().turn
    scenes = [
        stage(*(step for text in LONG for step in (passage(text), pause)), CLEAN, delays=[0.0, slow], pace=shared)
        for pause, slow in ((0.5, 0.0), (0.7, 2.9), (1.1, 1.6))
    ]

    async def scenario() -> None:
        await asyncio.gather(*(scene.show() for scene in scenes))

    play(scenario())
    times = sorted(call.at for scene in scenes for call in scene.wall.writes)
    assert all(later - earlier >= INTERVAL - 1e-6 for earlier, later in pairwise(times))
    assert all(put_right(scene.wall, scene.reply.text) for scene in scenes)


def test_a_turn_that_came_while_something_else_was_done_is_let_go() -> None:
    """Another writer had the turn after it by then; two calls would come at once."""
    came: list[float] = []

    async def pace() -> None:
        await asyncio.sleep(9.0)
        came.append(now())

    scene = stage(passage("One."), CLEAN, 60.0, pace=pace, delays=[0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    shown(scene)

    assert scene.wall.times("typing")[:3] == [0.0, 8.0, 16.0]
    assert came[:2] == [9.0, 22.0]
    assert scene.wall.times("post") == [22.0]


def test_an_error_of_the_pace_is_raised() -> None:
    async def pace() -> None:
        raise RuntimeError

    scene = stage(passage("One."), 60.0, CLEAN, pace=pace)
    with pytest.raises(RuntimeError):
        play(scene.show())

    assert scene.reply.closed


TEXTS = st.one_of(
    st.sampled_from([*LONG, "짧은 문장이에요. ", "\n", " ", "x" * 70, "\ud83d", "```py\nx = 1\n```"]),
    st.text(max_size=9),
)
PASSAGES = st.builds(passage, TEXTS, st.sampled_from(PassageKind))
WAITS = st.sampled_from([0.0, 0.1, 0.7, 1.4, 1.5, 3.0, 9.0])
STEPS = st.lists(st.one_of(PASSAGES, PASSAGES, WAITS, st.builds(Card, title=TEXTS), st.builds(Withdrawal)), max_size=40)
DELAYS = st.lists(st.sampled_from([0.0, 0.0, 0.2, 1.0, 1.5, 4.0, 12.0]), min_size=1, max_size=5)


@given(STEPS, DELAYS, st.integers(16, 120), st.integers(16, 120))
def test_any_passages_in_any_timing_with_any_slowness_end_as_the_pieces_of_the_text(
    steps: list[Step], delays: list[float], limit: int, first: int
) -> None:
    scene = stage(*steps, CLEAN, delays=delays, limit=limit, first_limit=first)
    result = shown(scene)
    events = [event for _, event in scene.reply.given]

    taken_back = bool(result.messages) and not cut(scene.reply.text, limit)
    assert put_right(scene.wall, scene.reply.text) or (taken_back and scene.wall.stands == [(TAKEN_BACK, DONE)])
    assert result.withdrawn == any(isinstance(event, Withdrawal) for event in events)
    assert [card for _, card in scene.cards] == [event for event in events if isinstance(event, Card)]
    waits = accumulate((step if isinstance(step, float) else 0.0 for step in steps), initial=0.0)
    due = [wait for wait, step in zip(waits, [*steps, CLEAN], strict=False) if not isinstance(step, float)]
    assert [at for at, _ in scene.reply.given] == pytest.approx(due), "the reply was kept waiting"


@given(STEPS, DELAYS)
def test_never_more_calls_than_the_pace_allows_and_nothing_but_what_was_read(
    steps: list[Step], delays: list[float]
) -> None:
    steps = [step for step in steps if not isinstance(step, Withdrawal)]
    scene = stage(*steps, CLEAN, delays=delays)
    shown(scene)

    times = [call.at for call in scene.wall.writes]
    assert all(later - earlier >= INTERVAL - 1e-6 for earlier, later in pairwise(times))
    assert len(times) <= 1 + len(scene.wall.stands) * 2 + scene.reply.given[-1][0] / INTERVAL
    events = [event for _, event in scene.reply.given]
    pieces = {piece for end in range(len(events) + 1) for piece in cut(text_of(events[:end]), 100)}
    assert {call.text for call in scene.wall.writes if call.name != "remove"} <= pieces


@given(st.lists(st.one_of(PASSAGES, WAITS), max_size=20), st.lists(st.one_of(PASSAGES, WAITS), max_size=10), DELAYS)
def test_words_that_were_withdrawn_are_never_written_again(
    before: list[Step], behind: list[Step], delays: list[float]
) -> None:
    scene = stage(*before, Withdrawal(), *behind, CLEAN, delays=delays)
    shown(scene)

    at = next(at for at, event in scene.reply.given if isinstance(event, Withdrawal))
    events = [event for _, event in scene.reply.given]
    events = events[events.index(Withdrawal()) :]
    pieces = {piece for end in range(len(events) + 1) for piece in cut(text_of(events[:end]), 100)} | {TAKEN_BACK, ""}
    assert {call.text for call in scene.wall.writes if call.at > at} <= pieces
