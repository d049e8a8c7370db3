"""Ours with a judge beside the guard: what it sees at the end is taken back and said anew, and what that costs."""

import asyncio
from dataclasses import replace

import pytest

from bots.meter import Prices
from bots.refining.arms import Take
from bots.refining.auditors import ByLabels
from bots.refining.cases import Case, Conditions
from bots.refining.figures import arms, goals
from bots.refining.judging import Judge
from bots.refining.keeping import JUDGED
from bots.refining.running import ORDER, Stage, judged_takes, scripted_takes
from moderation.policy import Policy
from personas.prompting import Limits
from tests.bots.test_refining_arms import GOLD, GOOD, LAST, OPEN, WORLD, case
from tests.support.stage import on_stage, rules, scripted


def policy() -> Policy:
    """That of the stage, which knows of a judge besides."""
    document = rules()._file.model_dump(exclude_unset=True)
    document["filters"]["judge"] = Policy.load()._file.model_dump(exclude_unset=True)["filters"]["judge"]
    return Policy(document, file="judged.toml")


POLICY = policy()


async def taken(*asked: Case, world: Conditions = WORLD) -> tuple[list[Take], list[Take]]:
    """Without it, and with it."""
    async with on_stage(scripted({"script": "unused", "sentences": []}), policy=POLICY) as there:
        stage = Stage(guard=there.guard, casts={"en": there.cast}, limits=Limits(budget=2_000))
        assert stage.arms == (*ORDER, JUDGED)
        without = await scripted_takes(stage, asked, world, step=lambda: None)
        return without, await judged_takes(stage, asked, world, GOLD, step=lambda: None)


def only(takes: list[Take], arm: str) -> Take:
    [found] = [take for take in takes if take.arm == arm]
    return found


async def test_what_the_guard_does_not_see_is_taken_back_at_the_end_and_said_anew() -> None:
    without, judged = await taken(case((OPEN, "Sly thing."), (OPEN, GOOD)))
    ours, plain = only(judged, JUDGED), only(without, "keep")

    assert plain.text == f"{OPEN} Sly thing."
    assert (ours.text, ours.withdrawn, ours.fallback) == (f"{OPEN} {GOOD}", True, False)
    assert ours.first == plain.first
    assert ours.usage.calls == 4, "two replies, each of them read by the judge"
    assert ours.total > 2 * plain.total


async def test_a_clean_reply_costs_one_short_call_of_which_most_was_read_before() -> None:
    orders = ((OPEN, GOOD, LAST), (OPEN, LAST, GOOD), (GOOD, OPEN, LAST))
    asked = [case(order, number=number) for number, order in enumerate(orders)]
    without, judged = await taken(*asked)
    plain = [take for take in without if take.arm == "keep"]
    beside = [ours.usage.tokens_in - each.usage.tokens_in for ours, each in zip(judged, plain, strict=True)]
    cached = [ours.usage.tokens_cached - each.usage.tokens_cached for ours, each in zip(judged, plain, strict=True)]

    assert [take.text for take in judged] == [take.text for take in plain]
    assert [take.usage.calls for take in judged] == [2, 2, 2]
    assert len(set(beside)) == 1
    assert cached[0] == 0
    assert all(known > read * 0.7 for known, read in zip(cached[1:], beside[1:], strict=True))


@pytest.mark.parametrize(("errs", "text"), [(0.0, f"{OPEN} Sly thing."), (1.0, "")])
async def test_it_sees_and_errs_as_the_critic_is_assumed_to(errs: float, text: str) -> None:
    world = replace(WORLD, critic_sees=0.0, critic_errs=errs)
    _, judged = await taken(case((OPEN, "Sly thing."), (OPEN, GOOD), (OPEN, LAST)), world=world)

    assert only(judged, JUDGED).text == text


async def test_goals_tell_of_it_beside_everybody() -> None:
    without, judged = await taken(case((OPEN, "Sly thing."), (OPEN, GOOD)), case((OPEN, GOOD), number=1))
    reached = {goal.name: goal for goal in goals(arms([*without, *judged], ByLabels(GOLD), Prices(), seed=0))}

    for name in ("first_judged", "violations_judged", "clean_judged"):
        assert reached[name].met, name
    assert "violations_judged" not in {goal.name for goal in goals(arms(without, ByLabels(GOLD), Prices(), seed=0))}


async def test_a_guard_that_has_a_judge_gets_no_other() -> None:
    judge = await asyncio.to_thread(Judge, WORLD, GOLD)
    async with on_stage(scripted({"script": "unused", "sentences": []}), policy=POLICY) as there:
        guard = type(there.guard)((*there.guard.filters, judge.filter), POLICY, monotonic=lambda: 0.0)
        stage = Stage(guard=guard, casts={"en": there.cast}, limits=Limits(budget=2_000))

        assert stage.arms == ORDER
        with pytest.raises(ValueError, match="unique"):
            await judged_takes(stage, [], WORLD, GOLD, step=lambda: None)
        guard.close()


async def test_a_sentence_that_it_errs_on_is_not_said_once_more() -> None:
    """It errs on every other sentence or so; with each draft the others are drawn anew."""
    world = replace(WORLD, critic_errs=0.5)
    draft = (OPEN, GOOD)
    asked = [replace(case(draft, draft, draft, number=number), said=f"hello {number}") for number in range(40)]
    _, judged = await taken(*asked, world=world)
    mended = [take.text for take in judged if take.withdrawn and not take.fallback]

    assert {f"{OPEN} Good thing.", f"Good thing. {GOOD}"} <= set(mended)
    assert f"{OPEN} {GOOD}" not in mended
