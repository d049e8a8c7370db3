"""What follows from decisions: carried out once, in its place, in time, whoever decided, whatever happens between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.mutes import Mute, Silent
from bots.platform import Placed
from bots.results import Result
from moderation.cases import CaseState, Priority, Rank, Reviewer, ReviewStep, Ruling
from moderation.consequences import worded
from moderation.errors import ReviewError
from moderation.labels import truth
from moderation.records import Outcome
from tests.bots.aftermath_stage import BAD, DRAFT, HELD, MINA, REFUSED, WITHHELD, on_wall
from tests.support.house import SERVER
from tests.support.stage import NOW, holding, reply_of, rules


async def test_a_held_reply_waits_with_words_of_ours_and_is_pressing() -> None:
    async with on_wall() as stage:
        await stage.ask()

        kept = await stage.kept()
        assert stage.wall.stands == {"sm1": f"One is fine.\n{HELD}"}
        assert (kept.case.state, kept.case.priority) == (CaseState.QUEUED, Priority.HIGH)
        assert stage.turns == []


async def test_what_is_approved_stands_in_its_place_and_in_the_conversation() -> None:
    async with on_wall(BAD, reply_of("Later.")) as stage:
        await stage.ask("first")
        stage.clock.now += timedelta(minutes=1)
        await stage.ask("second", message="m2")
        told = await stage.decide("/review approve x1")

        kept = await stage.opened.store.get("x1")
        assert stage.wall.stands["sm1"] == DRAFT
        assert told == "x1 is approved: the reply is shown. It stands in its place now."
        assert stage.steps(kept)[-3:] == [ReviewStep.OVERTURN, ReviewStep.RESTORE, ReviewStep.CLOSE]
        assert (kept.case.state, kept.case.ruling) == (CaseState.CLOSED, Ruling.OVERTURNED)
        assert stage.turns == ["first", DRAFT, "second", "Later."]


async def test_what_is_rejected_is_not_shown_and_what_was_shown_before_it_stays() -> None:
    async with on_wall() as stage:
        await stage.ask()
        told = await stage.decide("/review reject x1")

        kept = await stage.kept()
        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}
        assert "will not be shown" in told
        assert (kept.case.state, kept.case.ruling) == (CaseState.CLOSED, Ruling.UPHELD)
        assert stage.turns == []


async def test_what_is_worded_otherwise_is_shown_and_says_by_whom() -> None:
    async with on_wall() as stage:
        record = await stage.ask()
        await stage.decide("/review edit x1 'Another word.'")

        kept = await stage.kept()
        noted = await stage.opened.house.replies.get(record.id)
        edited = next(review for review in kept.case.reviews if review.step is ReviewStep.EDIT)
        assert stage.wall.stands == {"sm1": "Another word."}
        assert edited.actor == "mina"
        assert "Another" not in edited.note
        assert kept.case.ruling is Ruling.UPHELD
        assert noted is not None
        assert noted.author == "mina"
        assert stage.turns == ["hello", "Another word."]


@pytest.mark.parametrize("line", ["/review approve x1", "/review overturn x1"])
async def test_a_reply_that_was_withheld_is_restored_by_overturning_alone(line: str) -> None:
    async with on_wall(WITHHELD, policy=rules) as stage:
        await stage.ask()
        assert stage.wall.stands == {"sm1": "One is fine."}
        told = await stage.decide(line)

        restored = "overturn" in line
        assert stage.wall.stands == {"sm1": "One is fine. Two is STOP." if restored else "One is fine."}
        assert restored == ("stands in its place" in told)
        assert (await stage.kept()).case.state is (CaseState.CLOSED if restored else CaseState.QUEUED)
        assert stage.turns == ["hello", "One is fine. Two is STOP." if restored else "One is fine."]


async def test_what_a_locked_rule_forbids_is_neither_approved_nor_worded() -> None:
    async with on_wall(policy=lambda: holding(locked=True)) as stage:
        await stage.ask()
        told = await stage.decide("/review approve x1")
        worded = await stage.decide("/review edit x1 'It is BAD.'")

        assert "marks.bad" in told
        assert "marks.bad" in worded
        assert (await stage.kept()).case.state is CaseState.QUEUED
        assert HELD in stage.wall.stands["sm1"]


async def test_whoever_decides_elsewhere_is_followed_by_the_program_that_runs() -> None:
    async with on_wall(policy=lambda: holding(locked=True)) as stage:
        await stage.ask()
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=MINA)
        assert (await stage.kept()).case.state is CaseState.DECIDED
        await stage.opened.house.aftermath.sweep()

        kept = await stage.kept()
        assert kept.case.state is CaseState.CLOSED
        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}
        note = next(review.note for review in kept.case.reviews if review.step is ReviewStep.NOTE)
        assert note == "locked marks.bad"


async def test_a_decision_that_cannot_be_carried_out_keeps_no_other_waiting() -> None:
    async with on_wall(BAD, BAD) as stage:
        for number in (1, 2):
            await stage.ask(message=f"m{number}")
            await stage.opened.house.desk.take(f"x{number}", ReviewStep.UPHOLD, by=MINA)
        stage.wall.broken = "sm2"
        await stage.opened.house.aftermath.sweep()

        states = [(await stage.opened.store.get(each)).case.state for each in ("x1", "x2")]
        assert states == [CaseState.CLOSED, CaseState.DECIDED]
        assert REFUSED in stage.wall.stands["sm1"]


async def test_nobody_waits_for_ever() -> None:
    async with on_wall() as stage:
        await stage.ask()
        stage.clock.now += timedelta(hours=23)
        await stage.opened.house.aftermath.sweep()
        assert HELD in stage.wall.stands["sm1"]
        stage.clock.now += timedelta(hours=1, seconds=1)
        await stage.opened.house.aftermath.sweep()

        kept = await stage.kept()
        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}
        assert kept.case.decided_by == "guard"
        assert truth(kept) is None, "nobody decided: nothing is to be learnt from it"
        assert (await stage.opened.store.stats()).rules["marks.bad"].upheld == 0
        assert kept.case.state is CaseState.CLOSED

        await stage.decide("/review overturn x1")
        assert stage.wall.stands == {"sm1": DRAFT}, "what nobody decided in time, a moderator still can"


async def test_a_case_that_somebody_looks_at_or_reopened_waits() -> None:
    async with on_wall() as stage:
        await stage.ask()
        stage.clock.now += timedelta(hours=30)
        await stage.decide("/review claim x1")
        await stage.opened.house.aftermath.sweep()
        assert (await stage.kept()).case.state is CaseState.CLAIMED
        await stage.decide("/review reject x1")
        await stage.decide("/review reopen x1")
        await stage.opened.house.aftermath.sweep()

        assert (await stage.kept()).case.state is CaseState.QUEUED


async def test_a_decision_waits_for_a_platform_that_cannot_be_reached_and_is_carried_out_once() -> None:
    async with on_wall() as stage:
        await stage.ask()
        stage.wall.becomes = Placed.LATER
        told = await stage.decide("/review approve x1")
        assert "tried again" in told
        assert (await stage.kept()).case.state is CaseState.DECIDED
        stage.wall.becomes = Placed.DONE
        await stage.opened.house.aftermath.sweep()
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.writes == [DRAFT]
        assert (await stage.kept()).case.state is CaseState.CLOSED


async def test_what_was_shown_before_the_program_died_is_not_shown_twice() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=MINA)
        desk = stage.opened.house.desk
        taking = desk.take
        desk.take = never  # type: ignore[assignment,method-assign]
        await stage.opened.house.aftermath.finish("x1")
        desk.take = taking  # type: ignore[method-assign]
        assert stage.wall.writes == [DRAFT]
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.writes == [DRAFT]
        assert stage.turns == ["hello", DRAFT]
        assert (await stage.kept()).case.state is CaseState.CLOSED


async def never(*_: object, **__: object) -> None:
    """The program is killed before it can say that it is done."""
    raise ReviewError("review.nobody")


async def test_of_two_moderators_one_decides() -> None:
    async with on_wall() as stage:
        await stage.ask()
        first, second = (Reviewer(name=name, rank=Rank.MODERATOR, tool="test") for name in ("mina", "joon"))
        seen = (await stage.kept()).case.version
        await stage.opened.house.desk.take("x1", ReviewStep.UPHOLD, by=first, version=seen)
        with pytest.raises(ReviewError):
            await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=second, version=seen)
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}


async def test_whoever_words_it_too_late_shows_nothing_under_the_name_of_another() -> None:
    async with on_wall() as stage:
        await stage.ask()
        desk = stage.opened.house.desk
        too_late, _ = worded("The words of Joon.", NOW)
        await stage.opened.store.add("x1", too_late)
        await desk.take("x1", ReviewStep.EDIT, by=MINA, note="The words of Mina.")
        with pytest.raises(ReviewError):
            await desk.take("x1", ReviewStep.EDIT, by=Reviewer(name="joon", tool="test"), note="The words of Joon.")
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.stands == {"sm1": "The words of Mina."}


async def test_nothing_of_somebody_who_was_erased_goes_out() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=MINA)
        await stage.opened.store.erase("ann", platform="test")
        await stage.opened.house.aftermath.sweep()

        assert stage.wall.writes == [f"One is fine.\n{REFUSED}"]
        assert (await stage.kept()).case.state is CaseState.CLOSED
        assert stage.turns == []


async def test_private_data_that_was_not_kept_cannot_be_shown() -> None:
    async with on_wall(reply_of("BAD: call [phone number].")) as stage:
        await stage.ask()
        told = await stage.decide("/review approve x1")

        assert "Private data" in told
        assert stage.wall.stands == {"sm1": REFUSED}


async def test_a_held_reply_whose_message_is_gone_comes_anew() -> None:
    async with on_wall() as stage:
        await stage.ask()
        stage.wall.stands.clear()
        await stage.decide("/review approve x1")

        assert stage.wall.stands == {"s1": DRAFT}
        record = await stage.opened.house.replies.of_exchange("x1")
        assert record is not None
        assert (record.shown, record.outcome) == (("s1",), Outcome.FLAGGED)


async def test_a_withheld_reply_whose_message_is_gone_stays_away_and_that_is_told() -> None:
    async with on_wall(WITHHELD, policy=rules) as stage:
        await stage.ask()
        stage.wall.stands.clear()
        told = await stage.decide("/review overturn x1")

        assert stage.wall.stands == {}
        assert "The message is gone" in told
        assert (await stage.kept()).case.state is CaseState.CLOSED


async def test_what_is_too_old_is_not_shown_any_more() -> None:
    async with on_wall(WITHHELD, policy=rules) as stage:
        await stage.ask()
        stage.clock.now += timedelta(hours=48, seconds=1)
        told = await stage.decide("/review overturn x1")

        assert "too long ago" in told
        assert stage.wall.stands == {"sm1": "One is fine."}


async def test_what_a_platform_that_is_not_served_here_has_to_do_waits_as_long_as_it_makes_sense() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=MINA)
        stage.opened.house.aftermath._puts.clear()
        await stage.opened.house.aftermath.sweep()
        assert (await stage.kept()).case.state is CaseState.DECIDED
        stage.clock.now += timedelta(hours=73)
        await stage.opened.house.aftermath.sweep()

        assert (await stage.kept()).case.state is CaseState.CLOSED
        assert stage.wall.writes == []


async def test_what_was_shown_is_taken_back_where_its_decision_is() -> None:
    async with on_wall() as stage:
        await stage.ask()
        await stage.decide("/review approve x1")
        await stage.decide("/review reopen x1")
        await stage.decide("/review reject x1")

        assert stage.wall.stands == {"sm1": REFUSED}
        assert stage.turns == []


async def test_what_was_restored_is_taken_back_where_the_guard_was_right_after_all() -> None:
    async with on_wall(WITHHELD, policy=rules) as stage:
        await stage.ask()
        await stage.decide("/review overturn x1")
        assert stage.wall.stands == {"sm1": "One is fine. Two is STOP."}
        await stage.decide("/review uphold x1")

        assert stage.wall.stands == {"sm1": REFUSED}


@pytest.mark.parametrize(("kind", "who"), [(Silent.PERSON, "ann"), (Silent.PERSONA, "keeper")])
async def test_to_whom_is_muted_and_by_whom_nothing_is_shown_until_that_ends(kind: Silent, who: str) -> None:
    async with on_wall() as stage:
        await stage.ask()
        until = stage.clock.now + timedelta(hours=2)
        mute = Mute(server=SERVER.server, kind=kind, who=who, since=stage.clock.now, until=until, by="mina")
        await stage.opened.house.mutes.put(mute)
        await stage.decide("/review approve x1")
        assert "BAD" not in str(stage.wall.stands)

        stage.clock.now += timedelta(hours=3)
        await stage.opened.house.aftermath.sweep()

        assert "BAD" in str(stage.wall.stands)


async def test_a_persona_that_may_not_speak_there_any_more_does_not() -> None:
    async with on_wall() as stage:
        await stage.ask(persona="rake")
        told = await stage.decide("/review approve x1")

        assert "may not speak there any more" in told
        assert stage.wall.stands == {"sm1": f"One is fine.\n{REFUSED}"}


async def test_what_the_persona_said_anew_since_is_not_written_over() -> None:
    async with on_wall() as stage:
        record = await stage.ask()
        await stage.opened.house.replies.keep(replace(record, exchange="x9"))
        told = await stage.decide("/review approve x1")

        assert "something else there since" in told
        assert stage.wall.writes == []


async def test_every_result_has_words() -> None:
    from moderation.words import LANGUAGES, catalogue

    for result in Result:
        for language in LANGUAGES:
            assert catalogue("bots").say(f"commands.after_{result}", language, rules="r")
