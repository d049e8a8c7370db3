"""What is still to be done on a platform: known until it is done, in order, and no longer than it makes sense."""

from datetime import timedelta

from bots.errands import Errand, Errands
from bots.state.memory import MemoryState
from tests.support.stage import NOW

DAY = timedelta(days=1)


def errand(key: str, person: str = "") -> Errand:
    return Errand(key=key, value={"words": [key]}, person=person)


async def test_errands_are_open_oldest_first_until_they_are_done_each_kind_by_itself() -> None:
    errands = Errands(MemoryState(clock=lambda: NOW), now=lambda: NOW)
    for key in ("b", "a"):
        await errands.add("telegram", "question", errand(key), lasts=DAY)
    await errands.add("telegram", "brought", errand("a"), lasts=DAY)
    await errands.add("discord", "question", errand("c"), lasts=DAY)

    assert await errands.open("telegram", "question") == (errand("b"), errand("a"))
    await errands.done("telegram", "question", "b")
    await errands.done("telegram", "question", "never there")
    assert await errands.open("telegram", "question") == (errand("a"),)
    assert await errands.open("telegram", "brought") == (errand("a"),)


async def test_an_errand_is_forgotten_after_its_time_and_with_its_person() -> None:
    now = NOW
    state = MemoryState(clock=lambda: now)
    errands = Errands(state, now=lambda: now)
    await errands.add("telegram", "question", errand("short"), lasts=DAY)
    await errands.add("telegram", "question", errand("hers", "ann"), lasts=2 * DAY)
    await errands.add("telegram", "question", errand("long"), lasts=2 * DAY)
    now += DAY
    assert await errands.open("telegram", "question") == (errand("hers", "ann"), errand("long"))
    await state.erase("ann")

    assert await errands.open("telegram", "question") == (errand("long"),)
