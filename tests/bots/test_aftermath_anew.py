"""Decisions that are carried out again, or while somebody decides otherwise: what stands is what was decided last."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bots.platform import Fill, Placed
from bots.records import Record
from bots.results import Done, Result
from moderation.cases import CaseState, Rank, Reviewer, ReviewStep, Ruling
from moderation.policy import Policy
from tests.bots.aftermath_stage import BAD, DRAFT, REFUSED, WITHHELD, Stage, on_wall
from tests.support.stage import holding, rules

SORA = Reviewer(name="sora", rank=Rank.SENIOR, tool="test")


class Killed(BaseException):
    """The program ends here."""


async def shown_and_killed(stage: Stage, line: str) -> None:
    """The text is put in its place, and the program dies before it can say so."""
    aftermath, closing = stage.opened.house.aftermath, stage.opened.house.aftermath._close

    async def dies(*_: object) -> None:
        raise Killed

    aftermath._close = dies  # type: ignore[assignment,method-assign]
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


async def meanwhile(stage: Stage, line: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do something while the platform, where the text stands already, has not answered yet."""
    put = stage.wall.put

    async def slow(record: Record, fill: Fill, *, author: str = "") -> Placed:
        placed = await put(record, fill, author=author)
        stage.opened.house.aftermath._puts["test"] = put
        await work()
        return placed

    stage.opened.house.aftermath._puts["test"] = slow
    await stage.decide(line)


@pytest.mark.parametrize(
    ("reply", "policy", "text"), [(BAD, holding, DRAFT), (WITHHELD, rules, "One is fine. Two is STOP.")]
)
async def test_what_is_rejected_while_it_is_being_shown_is_taken_back(
    reply: object, policy: Callable[[], Policy], text: str
) -> None:
    async with on_wall(reply, policy=policy) as stage:
        await stage.ask()
        desk = stage.opened.house.desk

        async def otherwise() -> None:
            assert stage.wall.stands == {"sm1": text}
            await desk.take("x1", ReviewStep.REOPEN, by=SORA)
            await desk.take("x1", ReviewStep.UPHOLD, by=SORA)
            assert await stage.opened.house.aftermath.finish("x1") == (Done(result=Result.LATER),)

        await meanwhile(stage, "/review overturn x1", otherwise)
        assert (await stage.kept()).case.state is CaseState.DECIDED
        await stage.opened.house.aftermath.sweep()

        kept = await stage.kept()
        assert stage.wall.stands == {"sm1": REFUSED}
        assert (kept.case.state, kept.case.ruling, kept.case.decided_by) == (CaseState.CLOSED, Ruling.UPHELD, "sora")
        assert stage.steps(kept)[-3:] == [ReviewStep.UPHOLD, ReviewStep.RESTORE, ReviewStep.CLOSE]
        assert stage.turns == []


async def test_what_is_worded_otherwise_while_it_is_being_shown_reads_so() -> None:
    async with on_wall() as stage:
        await stage.ask()

        async def otherwise() -> None:
            await stage.opened.house.desk.take("x1", ReviewStep.REOPEN, by=SORA)
            await stage.opened.house.desk.take("x1", ReviewStep.EDIT, by=SORA, note="Another word.")

        await meanwhile(stage, "/review approve x1", otherwise)
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.stands == {"sm1": "Another word."}
        assert (await stage.kept()).case.state is CaseState.CLOSED


async def test_a_decision_taken_back_while_it_is_carried_out_is_open_and_the_trail_says_what_was_shown() -> None:
    async with on_wall(WITHHELD, policy=rules) as stage:
        await stage.ask()

        async def reopened() -> None:
            await stage.opened.house.desk.take("x1", ReviewStep.REOPEN, by=SORA)

        await meanwhile(stage, "/review overturn x1", reopened)

        kept = await stage.kept()
        assert kept.case.state is CaseState.QUEUED
        assert stage.steps(kept)[-1] is ReviewStep.RESTORE


async def test_where_a_reply_that_was_withheld_was_never_shown_nothing_is_put_in_its_place() -> None:
    async with on_wall(WITHHELD, policy=rules) as stage:
        await stage.ask()
        stage.clock.now += timedelta(hours=49)
        assert "too long ago" in await stage.decide("/review overturn x1")
        assert stage.wall.stands == {"sm1": "One is fine."}
        await stage.decide("/review reopen x1")
        told = await stage.decide("/review uphold x1")

        kept = await stage.kept()
        assert stage.wall.stands == {"sm1": "One is fine."}
        assert (kept.case.state, kept.case.ruling) == (CaseState.CLOSED, Ruling.UPHELD)
        assert "will not be shown" not in told
