"""Each arm does what it says, on scripts so small that everything can be told by hand."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import pytest

from bots.meter import Prices
from bots.refining.arms import Take
from bots.refining.auditors import ByLabels, ByOthers, sentences
from bots.refining.cases import Case, Conditions, cases
from bots.refining.figures import arms, facts, goals
from bots.refining.lines import Gold, gold_of, read_lines
from bots.refining.running import ORDER, Stage, live_takes, scripted_takes
from personas.generators.scripts import Gold as Label
from personas.generators.scripts import Repair, Reply, Sentence
from personas.prompting import Limits
from tests.support.stage import on_stage, scripted

WORLD: Final = Conditions(replies=1, lag=0, chunk="1token", check=0.0, enough=0, critic_sees=1.0, critic_errs=0.0)
LINES: Final = read_lines()
GOLD: Final = Gold(labels={"BAD thing.": "bad", "BAD still.": "bad", "Sly thing.": "bad"}, sentences=frozenset())
OPEN, GOOD, LAST = "Good evening to you.", "Sit down and rest.", "There is tea."


def sentence(text: str, *, mends: float = 1.0) -> Sentence:
    gold = Label(cat="bad") if text in GOLD.labels else None
    return Sentence(t=text, gold=gold, repair=Repair(p_ok=mends, ok="Good thing.", bad="BAD still."))


def case(*drafts: tuple[str, ...], mends: float = 1.0, number: int = 0) -> Case:
    """The first draft, then those after a critique."""
    return Case(
        number=number,
        language="en",
        said="hello",
        drafts=tuple(
            Reply(
                script="tiny",
                sentences=tuple(sentence(text, mends=mends) for text in draft),
                tps=10.0,
                ttft_ms=1_000.0,
                chunk="1token",
            )
            for draft in drafts
        ),
    )


@asynccontextmanager
async def stage() -> AsyncGenerator[Stage, None]:
    async with on_stage(scripted({"script": "unused", "sentences": []})) as there:
        yield Stage(guard=there.guard, casts={"en": there.cast}, limits=Limits(budget=2_000))


async def takes(*asked: Case, world: Conditions = WORLD) -> Mapping[str, Take]:
    async with stage() as there:
        made = await scripted_takes(there, asked, world, step=lambda: None)
    return {take.arm: take for take in made}


async def test_a_clean_draft_is_delivered_alike_and_costs_alike_but_for_the_critic() -> None:
    made = await takes(case((OPEN, GOOD)))

    assert {take.text for take in made.values()} == {f"{OPEN} {GOOD}"}
    plain = {take.usage for arm, take in made.items() if arm != "self-refine"}
    assert len({(usage.tokens_in, usage.tokens_out, usage.calls) for usage in plain}) == 1
    assert made["self-refine"].usage.calls == 2


async def test_sentence_by_sentence_arms_show_the_first_sentence_and_the_others_the_whole() -> None:
    made = await takes(case((OPEN, GOOD, LAST)))

    assert made["none"].first == made["keep"].first
    assert made["none"].first < made["none"].total
    assert made["none"].first_tokens == made["keep"].first_tokens < made["regenerate"].first_tokens
    for arm in ("regenerate", "abort", "rewrite"):
        assert made[arm].first == made[arm].total == made["none"].total
    assert made["self-refine"].first > made["regenerate"].first


async def test_each_arm_does_with_a_bad_sentence_what_it_says() -> None:
    made = await takes(case((OPEN, "BAD thing.", LAST), (OPEN, GOOD, LAST)))

    assert made["none"].text == f"{OPEN} BAD thing. {LAST}"
    assert made["regenerate"].text == made["abort"].text == made["self-refine"].text == f"{OPEN} {GOOD} {LAST}"
    assert made["rewrite"].text == made["keep"].text == f"{OPEN} Good thing. {LAST}"
    out = {arm: take.usage.tokens_out for arm, take in made.items()}
    assert out["keep"] < out["abort"] < out["regenerate"] < out["self-refine"]
    assert out["none"] < out["rewrite"] < out["abort"]
    assert made["keep"].first == made["none"].first


async def test_the_draft_after_a_critique_has_its_own_faults_in_every_arm() -> None:
    made = await takes(case((OPEN, "BAD thing.", LAST), (OPEN, GOOD, "Sly thing.")))

    assert made["regenerate"].text == f"{OPEN} {GOOD} Sly thing."
    assert made["keep"].text == f"{OPEN} Good thing. Sly thing."


async def test_without_a_good_end_the_whole_is_given_up_or_the_sentence_left_out() -> None:
    stubborn = (OPEN, "BAD thing.", LAST)
    made = await takes(case(stubborn, stubborn, stubborn, mends=0.0))

    assert made["regenerate"].fallback
    assert made["abort"].fallback
    assert (made["rewrite"].text, made["rewrite"].truncated) == (f"{OPEN} {LAST}", True)
    assert (made["keep"].text, made["keep"].truncated) == (OPEN, True)
    assert {made[arm].usage.calls for arm in ("regenerate", "abort", "rewrite", "keep")} == {1 + WORLD.repairs}


async def test_what_no_call_mends_is_not_asked_for_again() -> None:
    made = await takes(case((OPEN, "STOP here.", LAST)))

    assert {made[arm].usage.calls for arm in ("regenerate", "abort", "rewrite", "keep")} == {1}
    assert made["keep"].text == OPEN


async def test_a_bad_last_sentence_is_left_out_where_enough_stands_there() -> None:
    asked = case((OPEN, GOOD, "BAD thing."), (OPEN, GOOD, "BAD thing."))
    repaired = await takes(asked)
    left_out = await takes(asked, world=replace(WORLD, enough=10))

    assert repaired["keep"].text == f"{OPEN} {GOOD} Good thing."
    assert (left_out["keep"].text, left_out["keep"].truncated) == (f"{OPEN} {GOOD}", True)
    assert left_out["keep"].usage.calls == 1


async def test_tokens_after_a_cancel_are_counted_apart_and_paid_for() -> None:
    asked = case((OPEN, "BAD thing.", LAST), (OPEN, GOOD, LAST))
    prompt = await takes(asked)
    drafts = [replace(draft, cancel_lag_tokens=2) for draft in asked.drafts]
    late = await takes(replace(asked, drafts=tuple(drafts)))

    assert prompt["keep"].usage.tokens_overshoot == 0
    assert late["keep"].usage.tokens_overshoot == 2
    assert late["keep"].usage.tokens_out == prompt["keep"].usage.tokens_out + 2
    assert late["regenerate"].usage.tokens_overshoot == 0


async def test_what_was_read_before_is_cached_and_a_repair_keeps_the_conversation() -> None:
    made = await takes(case((OPEN, "BAD thing.", LAST), (OPEN, GOOD, LAST)))
    plain = await takes(case((OPEN, GOOD)))
    keep, prompt = made["keep"].usage, plain["keep"].usage.tokens_in

    assert plain["keep"].usage.tokens_cached == 0
    assert keep.tokens_cached > prompt - 16, "all of the first prompt, but for the last block"
    assert keep.tokens_in - keep.tokens_cached < prompt + 120


async def test_the_same_seed_gives_the_same_takes_and_another_gives_others() -> None:
    lines = {"en": LINES["en"]}

    def drawn(seed: int) -> tuple[Case, ...]:
        return cases(lines, replace(WORLD, replies=4, faults=0.5, seed=seed))

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    async with stage() as there:
        first, again = [await scripted_takes(there, drawn(1), WORLD, step=lambda: None) for _ in range(2)]
    assert first == again


async def test_figures_say_what_was_delivered_by_the_labels_and_not_by_the_guard() -> None:
    """The guard passes the sly sentence; whoever wrote it knows better."""
    asked = [case((OPEN, "Sly thing."), number=0), case((OPEN, "BAD thing.", LAST), (OPEN, GOOD, LAST), number=1)]
    async with stage() as there:
        made = await scripted_takes(there, asked, WORLD, step=lambda: None)
    price = Prices(per_million_in=0.0, per_million_out=2.0)
    found = {arm.name: arm for arm in arms(made, ByLabels(GOLD), price, seed=0)}

    assert list(found) == list(ORDER)
    assert found["none"].figures["clean"].value == 0.0
    assert found["keep"].figures["clean"].value == 0.5
    assert found["none"].figures["violations"].value == pytest.approx(1_000 * 2 / 5)
    assert found["keep"].figures["violations"].value == pytest.approx(1_000 / 5)
    assert found["keep"].figures["seen"].value == pytest.approx(1 / 2)
    assert found["keep"].figures["false_refine"].value == 0.0
    assert found["keep"].categories == {"bad": 1}
    spent = sum(take.usage.tokens_out for take in made if take.arm == "keep")
    assert found["keep"].figures["money"].value == pytest.approx(spent * 2 / 1_000_000 * 1_000)


async def test_a_clean_sentence_that_is_refused_is_told_as_such() -> None:
    async with stage() as there:
        made = await scripted_takes(there, [case((OPEN, "BAD weather.", LAST))], WORLD, step=lambda: None)
    keep = next(arm for arm in arms(made, ByLabels(GOLD), Prices(), seed=0) if arm.name == "keep")

    assert keep.columns["wrongly"].tolist() == [1.0]
    assert keep.figures["false_refine"].value == pytest.approx(1 / 4)


async def test_goals_are_told_met_or_missed_and_facts_are_json() -> None:
    async with stage() as there:
        asked = [case((OPEN, "BAD thing.", LAST), (OPEN, GOOD, LAST), number=number) for number in range(4)]
        made = arms(await scripted_takes(there, asked, WORLD, step=lambda: None), ByLabels(GOLD), Prices(), seed=0)
    reached = {goal.name: goal for goal in goals(made)}

    assert reached["first_none"].met
    assert reached["first_none"].reached.value == 1.0
    assert reached["out"].met is None, "without a clean reply there is nothing to compare with"
    assert reached["false_refine"].met
    assert reached["violations"].met
    assert goals(made[:2]) == ()
    assert facts(made, tuple(reached.values()))["goals"][2]["reached"] == {"value": None, "low": None, "high": None}


def test_lines_are_single_sentences_with_labels_in_both_languages() -> None:
    lines = LINES
    gold = gold_of(lines)

    assert {"en", "ko"} <= lines.keys()
    assert all(sentences(line) == [line] for line in gold.sentences)
    assert all(
        ByLabels(gold).faults(line) == ([gold.labels[line]] if line in gold.labels else []) for line in gold.sentences
    )
    clean = {line for each in lines.values() for line in (*each.clean, *(faulty.ok for faulty in each.faulty))}
    assert not clean & gold.labels.keys()


def test_the_other_auditor_knows_nothing_of_the_guard() -> None:
    auditor = ByOthers([("list", lambda text: "blast" in text)])

    assert auditor.faults("Good evening. Oh blast it! As an AI, I cannot.") == ["toxic (list)", "disclosure"]
    assert auditor.faults("User: hello") == ["run_on"]
    assert auditor.name == "list, phrases"


async def test_a_live_model_is_asked_by_every_arm_case_by_case_each_time_another_first() -> None:
    """What it says is its own: here the same sentences each time, one of them bad."""
    said = {"script": "live", "sentences": [{"t": OPEN}, {"t": "BAD thing."}, {"t": LAST}]}
    asked = [replace(case((OPEN,), number=number), drafts=()) for number in range(2)]
    ticks = iter(range(1_000_000))
    async with stage() as there:
        made = await live_takes(there, scripted(said), asked, WORLD, now=lambda: float(next(ticks)), step=lambda: None)
    delivered = {take.arm: take.text for take in made}

    assert [take.arm for take in made] == [*ORDER, *ORDER[1:], ORDER[0]]
    assert delivered["none"] == f"{OPEN} BAD thing. {LAST}"
    assert all("BAD" not in delivered[arm] for arm in ("regenerate", "abort", "rewrite", "keep"))
    assert all(take.usage.calls > 1 for take in made if take.arm == "keep")
