"""Several messages one right after the other are one."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.bursts import Bursts

IDLE, LONGEST = 2.0, 7.0


class Time:
    """Passes only where a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        sleeper = (self.now + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    async def until(self, moment: float) -> None:
        """Wake everybody in order."""
        await settle()
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= moment and not sleeper[1].done()]:
            self.now, sleeper = min(due, key=lambda each: each[0])
            sleeper.set_result(None)
            await settle()
        self.now = moment

    @property
    def sleepers(self) -> int:
        return len(self._sleepers)


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def bursts(time: Time) -> AsyncIterator[Bursts[str]]:
    made = bursts_of(time)
    yield made
    await settle()
    assert time.sleepers == 0, "somebody still waits"
    assert made._open == {}


def bursts_of(time: Time, *, most: int = 20, waiting: int = 1_000) -> Bursts[str]:
    idle, longest = timedelta(seconds=IDLE), timedelta(seconds=LONGEST)
    return Bursts(time.sleep, idle, longest, most=most, waiting=waiting)


Gathering = asyncio.Task[list[str] | None]


def say(bursts: Bursts[str], item: str, key: str = "k") -> Gathering:
    return asyncio.create_task(bursts.gather(key, item))


async def test_one_message_is_a_burst_after_a_silence(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a")
    await time.until(IDLE - 0.01)
    assert not first.done()

    await time.until(IDLE)

    assert first.result() == ["a"]


async def test_what_comes_before_the_silence_ends_begins_it_anew(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a")
    later = []
    for moment, item in ((1.5, "b"), (3, "c"), (4.9, "d")):
        await time.until(moment)
        later.append(say(bursts, item))
        await settle()
        assert later[-1].result() is None, "at once"
    await time.until(6.89)
    assert not first.done()

    await time.until(6.9)

    assert first.result() == ["a", "b", "c", "d"]


async def test_however_much_comes_a_burst_has_an_end(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "0")
    for moment in range(1, 7):
        await time.until(moment)
        say(bursts, str(moment))
    await time.until(LONGEST - 0.01)
    assert not first.done()

    await time.until(LONGEST)
    assert first.result() == ["0", "1", "2", "3", "4", "5", "6"]

    next_one = say(bursts, "7")
    await time.until(LONGEST + IDLE)
    assert next_one.result() == ["7"]


async def test_what_comes_after_the_silence_is_another_burst(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a")
    await time.until(IDLE)
    second = say(bursts, "b")
    await time.until(2 * IDLE)

    assert (first.result(), second.result()) == (["a"], ["b"])


async def test_people_do_not_wait_for_each_other(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a", "p")
    await time.until(1)
    second = say(bursts, "b", "q")
    await time.until(IDLE)
    assert first.result() == ["a"]
    assert not second.done()

    await time.until(1 + IDLE)

    assert second.result() == ["b"]


async def test_a_burst_ends_with_as_many_items_as_it_may_have(time: Time) -> None:
    bursts = bursts_of(time, most=3)
    gathered = [say(bursts, item) for item in "abcdefg"]
    await settle()
    assert [task.done() for task in gathered] == [True] * 6 + [False]

    await time.until(IDLE)

    assert [task.result() for task in gathered] == [
        ["a", "b", "c"], None, None, ["d", "e", "f"], None, None, ["g"],
    ]  # fmt: skip
    assert await bursts_of(time, most=1).gather("k", "alone") == ["alone"]
    assert time.sleepers == 0


async def test_where_too_many_are_under_way_nobody_waits(time: Time) -> None:
    bursts = bursts_of(time, waiting=2)
    waiting = [say(bursts, "a", "p"), say(bursts, "b", "q")]
    await settle()

    assert await bursts.gather("r", "c") == ["c"]
    assert await bursts.gather("p", "d") is None
    await time.until(IDLE)
    assert [task.result() for task in waiting] == [["a", "d"], ["b"]]
    assert bursts._open == {}


async def test_a_burst_that_is_cancelled_is_dropped_and_the_next_begins_anew(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a")
    await settle()
    say(bursts, "b")
    await settle()
    first.cancel()
    await settle()
    assert first.cancelled()
    assert time.sleepers == 0

    again = say(bursts, "c")
    await time.until(IDLE)

    assert again.result() == ["c"]


async def test_a_burst_cancelled_as_it_ends_leaves_nothing_behind(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a")
    await settle()
    for _, sleeper in list(time._sleepers):
        sleeper.set_result(None)
    first.cancel()
    await settle()

    assert first.cancelled()
    again = say(bursts, "b")
    await time.until(IDLE)
    assert again.result() == ["b"]


async def test_what_comes_in_the_moment_a_burst_ends_is_in_one(bursts: Bursts[str], time: Time) -> None:
    for steps in range(6):
        begun = time.now
        first = say(bursts, "a")
        await settle()
        (silence,) = [sleeper for moment, sleeper in time._sleepers if moment == begun + IDLE]
        silence.set_result(None)
        for _ in range(steps):
            await asyncio.sleep(0)
        second = say(bursts, "b")
        await time.until(begun + 2 * LONGEST)

        got = [result for task in (first, second) if (result := task.result())]
        assert list(itertools.chain(*got)) == ["a", "b"], steps


GAPS = st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from([0, 0.5, 1, 1.9, 2.1, 4])), min_size=1, max_size=25)


@given(said=GAPS, most=st.integers(1, 6))
def test_every_item_is_in_one_burst_in_order_and_bursts_are_what_they_should_be(
    said: list[tuple[str, float]], most: int
) -> None:
    async def live() -> None:
        time = Time()
        bursts = bursts_of(time, most=most)
        moments = list(itertools.accumulate(gap for _, gap in said))
        tasks: dict[str, list[Gathering]] = {"p": [], "q": []}
        for number, ((key, _), moment) in enumerate(zip(said, moments, strict=True)):
            await time.until(moment)
            tasks[key].append(say(bursts, str(number), key))
        await time.until(moments[-1] + LONGEST + IDLE)

        for key, gathered in tasks.items():
            got = [result for task in gathered if (result := task.result())]
            assert list(itertools.chain(*got)) == [str(number) for number, (name, _) in enumerate(said) if name == key]
            times = [[moments[int(item)] for item in burst] for burst in got]
            for burst in times:
                assert len(burst) <= most
                assert burst[-1] - burst[0] <= LONGEST
                assert all(later - earlier <= IDLE for earlier, later in itertools.pairwise(burst))
            for burst, following in itertools.pairwise(times):
                ended = len(burst) == most or following[0] >= burst[-1] + IDLE or following[0] >= burst[0] + LONGEST
                assert ended, "nothing ends a burst early"
        assert bursts._open == {}
        assert time.sleepers == 0

    asyncio.run(live())


async def test_what_waits_can_be_replaced_and_taken_out_and_the_silence_begins_anew(
    bursts: Bursts[str], time: Time
) -> None:
    first = say(bursts, "a")
    await settle()
    say(bursts, "b")
    await time.until(1.5)
    assert bursts.revise(lambda item: item == "a", str.upper)
    assert bursts.revise(lambda item: item == "b", lambda _: None)
    assert not bursts.revise(lambda item: item == "c", str.upper)
    await time.until(1.5 + IDLE - 0.01)
    assert not first.done()

    await time.until(1.5 + IDLE)
    assert first.result() == ["A"]
    assert not bursts.revise(lambda item: item == "A", str.upper), "it is over"


async def test_a_burst_of_which_nothing_is_left_comes_to_nothing(bursts: Bursts[str], time: Time) -> None:
    first = say(bursts, "a")
    await settle()
    bursts.revise(lambda item: item == "a", lambda _: None)
    await time.until(IDLE)

    assert first.result() == []


async def test_what_waits_is_dropped_at_once_and_what_comes_next_begins_another_burst(
    bursts: Bursts[str], time: Time
) -> None:
    first, other = say(bursts, "a"), say(bursts, "x", "other")
    await settle()
    say(bursts, "b")
    await settle()
    assert bursts.drop("k")
    assert not bursts.open("k")
    assert not bursts.drop("k"), "nothing waits any more"
    next_one = say(bursts, "c")
    await settle()
    assert first.result() == []

    await time.until(IDLE)
    assert (next_one.result(), other.result()) == (["c"], ["x"])
