"""What an overturned case had muted speaks again, also where nobody came to lift it."""

from datetime import timedelta

import pytest

from bots.mutes import Mute, Mutes, Silent
from bots.state.memory import MemoryState
from bots.unmuting import Unmuting
from moderation.cases import ReviewStep
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from tests.support.exchanges import NOON, by, closing, numbered, objection, opening

MINUTE = timedelta(minutes=1)


class Desk:
    def __init__(self) -> None:
        self.now = NOON
        self.store = MemoryStore(ids=numbered())
        self.desk = ReviewDesk(self.store, clock=lambda: self.now)
        self.mutes = Mutes(MemoryState(clock=lambda: self.now), now=lambda: self.now)
        self.unmuting = Unmuting(desk=self.desk, mutes=self.mutes)

    async def case(self) -> "Desk":
        await self.store.close(await self.store.open(opening(server="s1"), objection()), closing())
        return self

    async def mute(self, who: str = "p1", *, case: str = "a1", kind: Silent = Silent.PERSON) -> None:
        if case:
            await self.desk.take(case, ReviewStep.MUTE, by=by(), note=f"{kind} until then")
        until = self.now + timedelta(days=1)
        mute = Mute(server="s1", kind=kind, who=who, since=self.now, until=until, by="mina", case=case)
        await self.mutes.put(mute)
        self.now += MINUTE

    async def take(self, step: ReviewStep, note: str = "") -> None:
        await self.desk.take("a1", step, by=by(), note=note)
        self.now += MINUTE

    async def muted(self) -> list[str]:
        return sorted(mute.who for mute in await self.mutes.here(None))

    async def unmutes(self) -> list[tuple[str, str]]:
        reviews = (await self.store.get("a1")).case.reviews
        return [(review.actor, review.note) for review in reviews if review.step is ReviewStep.UNMUTE]


@pytest.fixture
async def desk() -> Desk:
    return await Desk().case()


async def test_what_came_of_a_case_that_was_overturned_is_lifted_once_and_noted(desk: Desk) -> None:
    await desk.mute()
    await desk.mute("maren", kind=Silent.PERSONA)
    await desk.mute("p2", case="")
    await desk.take(ReviewStep.OVERTURN)

    assert await desk.unmuting.settle() == 2
    assert await desk.unmuting.settle() == 0

    assert await desk.muted() == ["p2"]
    assert sorted(await desk.unmutes()) == [("guard", "person overturn"), ("guard", "persona overturn")]


async def test_what_was_noted_as_lifted_is_lifted_without_another_word(desk: Desk) -> None:
    await desk.mute()
    await desk.take(ReviewStep.OVERTURN)
    await desk.take(ReviewStep.UNMUTE, "person overturn")

    assert await desk.unmuting.settle() == 1

    assert (await desk.muted(), await desk.unmutes()) == ([], [("mina", "person overturn")])


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [ReviewStep.UPHOLD],
        [ReviewStep.OVERTURN, ReviewStep.REOPEN],
        [ReviewStep.OVERTURN, ReviewStep.REOPEN, ReviewStep.UPHOLD],
    ],
)
async def test_a_mute_stays_where_its_case_is_not_overturned(desk: Desk, steps: list[ReviewStep]) -> None:
    await desk.mute()
    for step in steps:
        await desk.take(step)

    assert await desk.unmuting.settle() == 0
    assert await desk.muted() == ["p1"]


async def test_whoever_is_muted_anew_since_stays_muted(desk: Desk) -> None:
    await desk.take(ReviewStep.OVERTURN)
    await desk.mute()

    assert await desk.unmuting.settle() == 0
    assert await desk.muted() == ["p1"]


async def test_what_was_being_lifted_when_the_program_died_is_noted_and_is_lifted_without_another_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dying(_mute: Mute) -> None:
        raise KeyboardInterrupt

    await desk.mute()
    await desk.take(ReviewStep.OVERTURN)
    monkeypatch.setattr(desk.mutes, "lift", dying)
    with pytest.raises(KeyboardInterrupt):
        await desk.unmuting.settle()
    monkeypatch.undo()

    assert (await desk.muted(), await desk.unmutes()) == (["p1"], [("guard", "person overturn")])
    assert await desk.unmuting.settle() == 1
    assert (await desk.muted(), await desk.unmutes()) == ([], [("guard", "person overturn")])
