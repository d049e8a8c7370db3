"""What came of a run, as figures and as words."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.load.figures import Phase, Sample, Spread, drift
from bots.load.lines import Speech
from bots.load.page import page
from bots.load.phases import Conditions, Results
from bots.load.plots import plots
from bots.load.program import Taken
from bots.load.report import goals, remarks, tables
from moderation.words import LANGUAGES

QUICK = Spread(p50=0.01, p95=0.04, p99=0.05, most=0.06)
SLOW = Spread(p50=0.1, p95=0.4, p99=0.5, most=0.6)
CONDITIONS = Conditions(
    conversations=10, think=1.0, seconds=5.0, messages=100, faults=0.0, speech=Speech(ttft=0.0, tps=100.0)
)


def taken(memory: float, **changes: int) -> Taken:
    found = {"tasks": 20, "threads": 9, "files": 7, "connections": 12, **changes}
    return Taken(cpu=1.0, memory=round(memory), running=0, waiting=0, **found)


def phase(name: str, *, first: Spread = QUICK, **changes: int) -> Phase:
    counted = {"refused": 0, "lost": 0, "disordered": 0, "strange": 0, "starved": 0, **changes}
    return Phase(
        name=name, conversations=10, seconds=5.0, messages=50, repaired=1, replaced=0, fewest=3, most=7, call=first,
        first=first, last=first, waited=SLOW, late=QUICK, cpu=60.0, memory=700_000_000, **counted,
    )  # fmt: skip


def results(*phases: Phase, memory: tuple[float, float] = (7e8, 7e8)) -> Results:
    old, new = memory
    steps = [old + (new - old) * number / 99 for number in range(100)]
    return Results(
        conditions=CONDITIONS,
        phases=phases,
        samples=tuple(Sample(messages=number * 10, taken=taken(value)) for number, value in enumerate(steps)),
        rested=(taken(old), taken(new)),
        limited={"discord": 0},
        problems=(),
    )


GOOD = (phase("step"), phase("step"), phase("overload", refused=9, first=SLOW), phase("recovery"), phase("endurance"))


def verdicts(found: Results) -> dict[str, bool]:
    return {goal.name: goal.met for goal in goals(found)}


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_a_percentile_is_one_of_the_values_and_so_many_are_no_larger(values: list[float]) -> None:
    found = Spread.of(values)

    for share, value in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99), (1.0, found.most)):
        assert value in values
        assert sum(each <= value for each in values) >= share * len(values)
        assert sum(each < value for each in values) < share * len(values)


def test_of_nothing_there_is_no_percentile() -> None:
    assert math.isnan(Spread.of([]).p95)


def test_all_is_well_where_all_goals_are_met() -> None:
    assert all(verdicts(results(*GOOD)).values())
    assert len(verdicts(results(*GOOD))) == 15


@pytest.mark.parametrize(
    ("changed", "goal"),
    [
        ((phase("step"), phase("step", first=SLOW)), "goal_quick"),
        ((phase("overload"),), "goal_refuses"),
        ((phase("recovery", first=SLOW),), "goal_recovers"),
        ((phase("recovery", refused=1),), "goal_recovered"),
        ((phase("step", lost=1),), "goal_lost"),
        ((phase("step", disordered=1),), "goal_ordered"),
        ((phase("step", starved=1),), "goal_starved"),
        ((phase("step", strange=1),), "goal_once"),
    ],
)
def test_what_went_wrong_is_a_goal_missed(changed: tuple[Phase, ...], goal: str) -> None:
    assert not verdicts(results(*changed))[goal]


@pytest.mark.parametrize(("end", "met"), [(7e8, True), (7.2e8, True), (7.6e8, False), (6e8, False)])
def test_memory_is_flat_where_its_end_is_within_five_per_cent(end: float, met: bool) -> None:
    assert verdicts(results(*GOOD, memory=(7e8, end)))["goal_flat"] is met


@pytest.mark.parametrize("name", ["tasks", "files", "connections"])
def test_what_is_left_when_nobody_talks_any_more_is_a_leak(name: str) -> None:
    found = results(*GOOD)

    assert not verdicts(replace(found, rested=(taken(7e8), taken(7e8, **{name: 27}))))[f"goal_{name}"]
    assert verdicts(found)[f"goal_{name}"]


@pytest.mark.parametrize(("name", "met"), [("threads", False), ("connections", True)])
def test_threads_that_grow_while_people_talk_are_a_leak_and_connections_that_were_needed_are_none(
    name: str, met: bool
) -> None:
    samples = [Sample(messages=number, taken=taken(7e8, **{name: 20 + number // 5})) for number in range(100)]

    assert verdicts(replace(results(*GOOD), samples=tuple(samples)))[f"goal_{name}"] is met


def test_where_a_run_is_compared_with_its_warm_up_that_is_left_out() -> None:
    samples = [Sample(messages=number, taken=taken(1e8 if number < 20 else 7e8)) for number in range(100)]

    assert drift(samples, "memory").share == 0
    assert math.isnan(drift(samples[:3], "memory").share)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_is_told_in_words_and_on_a_page_that_asks_for_nothing_else(language: str) -> None:
    found = results(*GOOD)
    shown = [*tables(found, language)]
    text = page(shown, [*plots(found)], [*remarks(found, language)], language)

    assert [len(table.rows) for table in shown] == [5, 5, 15]
    assert all(len(row) == len(table.columns) for table in shown for row in table.rows)
    assert text.count("<svg") == 3
    assert "http:" not in text
    assert "https:" not in text


def test_of_a_short_run_there_is_less_to_tell() -> None:
    nothing = Results(
        conditions=CONDITIONS, phases=(), samples=(), rested=(taken(1), taken(1)), limited={}, problems=("x: y",)
    )

    assert [*plots(nothing)] == []
    assert len([*tables(nothing, "en")]) == 1
    assert not verdicts(nothing)["goal_problems"]
    assert "x: y" in [*remarks(nothing, "en")][-1]
