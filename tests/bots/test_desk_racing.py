"""Moderators who want the same case at the same moment."""

import asyncio
from collections.abc import Sequence

import pytest

from bots.cards import Card
from bots.review_commands import ReviewCommands
from moderation.cases import Case, CaseState, Review, ReviewStep
from moderation.errors import ModerationError, Overtaken
from moderation.records import Exchange, Outcome
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from tests.support.exchanges import NOON, by, closing, numbered, objection, opening

WHO = ("mina", "joon", "sora")


class Slow(MemoryStore):
    """Everybody reads before anybody writes."""

    async def get(self, exchange: str) -> Exchange:
        kept = await super().get(exchange)
        for _ in range(5):
            await asyncio.sleep(0)
        return kept


async def raced(*lines: str) -> tuple[list[Card | ModerationError], Exchange]:
    """What comes of lines that are typed at once, each by somebody else."""
    store = Slow(ids=numbered("x"))
    kept = await store.open(opening(server="s"), objection())
    await store.close(kept, closing(Outcome.REPAIRED))
    commands = ReviewCommands(ReviewDesk(store, clock=lambda: NOON), language="en")

    async def typed(line: str, who: str) -> Card | ModerationError:
        try:
            return await commands.run(line.split(), by=by(who, "discord"), server="s")
        except ModerationError as error:
            return error

    return list(await asyncio.gather(*map(typed, lines, WHO))), await store.get(kept)


@pytest.mark.parametrize("line", ["claim x1", "claim x1#1"])
async def test_one_of_them_has_it_and_the_others_are_told_who(line: str) -> None:
    answers, kept = await raced(line, line, line)

    assert [isinstance(answer, Card) for answer in answers].count(True) == 1
    assert kept.case.holder == WHO[[isinstance(answer, Card) for answer in answers].index(True)]
    for answer in answers:
        if isinstance(answer, ModerationError):
            assert f"{kept.case.holder} is looking at x1" in answer.explain("en")


@pytest.mark.parametrize("line", ["overturn x1#1", "uphold x1#1", "overturn x1", "uphold x1"])
async def test_of_two_who_decide_one_decides_and_the_other_undoes_nothing(line: str) -> None:
    (first, second), kept = await raced("uphold x1#1", line)

    assert [isinstance(answer, Card) for answer in (first, second)].count(True) == 1
    assert kept.case.state is CaseState.CLOSED
    steps = [review.step for review in kept.case.by_people]
    assert steps[0] is ReviewStep.CLAIM
    assert len(steps) == 2


async def test_notes_at_once_are_all_written_and_keep_nobody_from_deciding() -> None:
    answers, kept = await raced("note x1 one", "note x1 two", "uphold x1#1")

    assert all(isinstance(answer, Card) for answer in answers)
    steps = sorted(review.step for review in kept.case.by_people)
    assert steps == ["claim", "note", "note", "uphold"]


class Ahead(MemoryStore):
    """Somebody is always faster."""

    tried = 0

    async def review(self, exchange: str, reviews: Sequence[Review], case: Case) -> Exchange:
        self.tried += 1
        raise Overtaken("stores.overtaken", id=exchange, state=case.state, step=reviews[-1].step)


@pytest.mark.parametrize("line", ["note x1 mine", "uphold x1", "show x1 reveal", "claim x1"])
async def test_what_is_typed_is_tried_as_often_as_the_desk_tries_and_no_oftener(line: str) -> None:
    store = Ahead(ids=numbered("x"))
    await store.close(await store.open(opening(server="s"), objection()), closing(Outcome.REPAIRED))
    commands = ReviewCommands(ReviewDesk(store, clock=lambda: NOON), language="en")

    with pytest.raises(Overtaken):
        await commands.run(line.split(), by=by(), server="s")

    assert store.tried == 8
