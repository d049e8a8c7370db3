"""Decisions that are carried out again, or while somebody decides otherwise: what stands is what was decided last."""

from datetime import timedelta

import pytest

from bots.platform import Fill, Placed
from bots.replies import Record
from moderation.cases import CaseState, ReviewStep, Ruling
from tests.bots.aftermath_stage import BAD, DRAFT, MINA, REFUSED, Stage, on_wall


class Killed(BaseException):
    """The program ends here."""


async def shown_and_killed(stage: Stage, line: str) -> None:
    """The text is put in its place, and the program dies before it can say so."""
    aftermath, closing = stage.opened.house.aftermath, stage.opened.house.aftermath._close

    async def dies(*_: object) -> None:
        raise Killed

    aftermath._close = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await stage.decide(line)
    aftermath._close = closing  # type: ignore[method-assign]


async def test_of_two_replies_of_a_case_one_that_is_shown_stays_however_long_the_other_waits() -> None:
    async with on_wall(BAD, BAD) as stage:
        await stage.ask("first", message="m1")
        stage.clock.now += timedelta(minutes=1)
        await stage.ask("second", message="m2")
        assert await stage.opened.house.desk.gather() == 1
        put = stage.wall.put

        async def unreached(record: Record, fill: Fill, *, author: str = "") -> Placed:
            return Placed.LATER if "sm2" in record.shown else await put(record, fill, author=author)

        stage.opened.house.aftermath._puts["test"] = unreached
        await stage.decide("/review approve x1")
        stage.clock.now += timedelta(hours=73)
        await stage.opened.house.aftermath.sweep()

        kept = await stage.opened.store.get("x1")
        restored = next(review for review in kept.case.reviews if review.step is ReviewStep.RESTORE)
        assert stage.wall.stands["sm1"] == DRAFT
        assert stage.wall.writes == [DRAFT]
        assert restored.note == "old", "of the other one"
        assert (kept.case.state, kept.case.ruling) == (CaseState.CLOSED, Ruling.OVERTURNED)


@pytest.mark.parametrize(
    ("line", "text"), [("/review approve x1", DRAFT), ("/review edit x1 'Another word.'", "Another word.")]
)
async def test_what_was_shown_before_the_program_died_stays_if_it_begins_days_later(line: str, text: str) -> None:
    async with on_wall() as stage:
        await stage.ask()
        await shown_and_killed(stage, line)
        stage.clock.now += timedelta(hours=73)
        await stage.opened.house.aftermath.sweep()

        kept = await stage.kept()
        assert stage.wall.stands == {"sm1": text}
        assert stage.steps(kept)[-2:] == [ReviewStep.RESTORE, ReviewStep.CLOSE]


async def test_what_was_shown_gives_way_where_other_words_were_decided_upon_too_late() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await stage.decide("/review approve x1")
        stage.clock.now += timedelta(hours=73)
        await stage.decide("/review reopen x1")
        await stage.decide("/review edit x1 'Another word.'")

        assert stage.wall.stands == {"sm1": REFUSED}


async def test_a_reply_that_was_shown_and_taken_away_by_hand_does_not_come_again() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await shown_and_killed(stage, "/review approve x1")
        stage.wall.stands.clear()
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.stands == {}
        assert (await stage.kept()).case.state is CaseState.CLOSED
