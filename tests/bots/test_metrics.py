"""What is counted: what happened, by labels that are known beforehand, and never by anybody or a text."""

import asyncio
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.inbox import Load
from bots.measured import MeasuredStore
from bots.meter import Prices
from bots.metrics import LEVELS, PARTS, Cases, Gauges, Metrics
from moderation.errors import StoreBusy
from moderation.records import Decision, Finding, Outcome, Stage, Verdict
from moderation.stores.memory import MemoryStore
from personas.ledger import Performance
from personas.messages import Usage
from tests.support.exchanges import numbered
from tests.support.house import SERVER, caller, open_house
from tests.support.stage import reply_of, scripted

NONE = Load(running=0, waiting=0, oldest=timedelta(), refused=0)


def gauges(**changes: object) -> Gauges:
    given = {
        "platforms": {"discord": True, "telegram": False}, "load": NONE, "cases": Cases(), "sizes": {}, "started": 5.0,
        "model": "m", "policy": "p", "version": "1", "tasks": 3, "threads": 2,
    }  # fmt: skip
    return Gauges(**{**given, **changes})  # type: ignore[arg-type]


def values(metrics: Metrics) -> dict[str, float]:
    """Every series with its value."""
    return read(asyncio.run(metrics.exposition()))


def read(exposition: bytes) -> dict[str, float]:
    lines = exposition.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def performance(**changes: object) -> Performance:
    given = {
        "platform": "discord", "outcome": Outcome.CLEAN, "repairs": 0, "usage": Usage(), "first": None, "total": 0.1,
    }  # fmt: skip
    return Performance(**{**given, **changes})  # type: ignore[arg-type]


def verdict(*rules: str, decision: Decision = Decision.BLOCK) -> Verdict:
    findings = [
        Finding(filter=rule.partition(".")[0], version="1", category=rule.partition(".")[2], decision=decision)
        for rule in rules
    ]
    return Verdict(findings=tuple(findings), digest="d", policy="p")


def test_a_reply_counts_once_with_its_repairs_tokens_and_money() -> None:
    metrics = Metrics(Prices(per_million_in=2.0, per_million_out=4.0, currency="USD"))
    usage = Usage(tokens_in=1_000, tokens_out=500, tokens_cached=0, tokens_overshoot=7)
    metrics.performed(performance(outcome=Outcome.REPAIRED, repairs=2, usage=usage, first=0.4, total=1.5))
    told = values(metrics)

    assert told['talchum_replies_total{outcome="repaired",platform="discord"}'] == 1
    assert told['talchum_repairs_total{platform="discord"}'] == 2
    assert told['talchum_tokens_total{kind="in"}'] == 1_000
    assert told['talchum_tokens_total{kind="overshoot"}'] == 7
    assert told['talchum_money_total{currency="USD"}'] == pytest.approx(0.004)
    assert told['talchum_first_text_seconds_sum{platform="discord"}'] == 0.4
    assert told['talchum_reply_seconds_bucket{le="2.0",platform="discord"}'] == 1


def test_a_reply_of_which_nothing_was_seen_has_no_time_to_its_first_text() -> None:
    metrics = Metrics(Prices())
    metrics.performed(performance(first=None))

    assert "talchum_first_text_seconds_count" not in asyncio.run(metrics.exposition()).decode()


def test_verdicts_are_counted_by_what_was_judged_and_each_rule_once() -> None:
    metrics = Metrics(Prices())
    metrics.knowing(frozenset({"lexicon.slur"}))
    metrics.judged(Stage.PIECE, verdict("lexicon.slur", "lexicon.slur", "guard.late"), timedelta(seconds=0.02))
    metrics.judged(Stage.INPUT, verdict("lexicon.slur", decision=Decision.ALLOW), timedelta())
    told = values(metrics)

    assert told['talchum_checks_total{decision="block",stage="piece"}'] == 1
    assert told['talchum_checks_total{decision="allow",stage="input"}'] == 1
    assert told['talchum_objections_total{decision="block",rule="lexicon.slur"}'] == 1
    assert told['talchum_objections_total{decision="block",rule="guard.late"}'] == 1
    assert told['talchum_check_seconds_sum{stage="piece"}'] == 0.02


@given(st.lists(st.from_regex(r"[a-z]{1,9}\.[a-z]{1,9}", fullmatch=True), min_size=1, max_size=30))
def test_rules_that_nobody_knows_beforehand_are_one(rules: list[str]) -> None:
    metrics = Metrics(Prices())
    metrics.knowing(frozenset({"lexicon.slur"}))
    metrics.judged(Stage.WHOLE, verdict(*rules), timedelta())

    assert set(re.findall('rule="([^"]*)"', asyncio.run(metrics.exposition()).decode())) <= {
        "other",
        "guard.late",
        "guard.full",
    }


def test_what_stands_is_read_when_it_is_asked_for() -> None:
    metrics = Metrics(Prices())
    load = [NONE, Load(running=3, waiting=2, oldest=timedelta(seconds=4), refused=9)]
    cases = Cases(states={"queued": 5}, rulings={"overturned": 1, "upheld": 3}, waiting=5, overdue=2)
    metrics.serving(("discord", "telegram"), lambda: gauges(load=load[-1], cases=cases, sizes={"store": 7}))
    told = values(metrics)
    load.append(NONE)

    assert told['talchum_platform_connected{platform="telegram"}'] == 0
    assert told['talchum_inbox{state="waiting"}'] == 2
    assert told["talchum_inbox_oldest_seconds"] == 4
    assert told["talchum_inbox_refused_total"] == 9
    assert (told['talchum_cases{state="queued"}'], told["talchum_cases_overdue"]) == (5, 2)
    assert told['talchum_rulings{ruling="overturned"}'] == 1
    assert told['talchum_store_bytes{file="store"}'] == 7
    assert values(metrics)['talchum_inbox{state="waiting"}'] == 0


def test_what_can_be_counted_is_there_before_it_happens() -> None:
    metrics = Metrics(Prices())
    metrics.serving(("discord",), gauges)
    told = values(metrics)

    assert {f'talchum_troubles_total{{level="{level}",part="{part}"}}' for part in PARTS for level in LEVELS} < set(
        told
    )
    assert told['talchum_replies_total{outcome="withheld",platform="discord"}'] == 0


def test_two_programs_in_one_process_count_apart() -> None:
    one, other = Metrics(Prices()), Metrics(Prices())
    one.troubled("discord", "error")

    assert values(one)['talchum_troubles_total{level="error",part="discord"}'] == 1
    assert values(other)['talchum_troubles_total{level="error",part="discord"}'] == 0


async def test_a_reply_is_counted_and_nobody_and_no_word_is_in_what_is_told() -> None:
    metrics = await asyncio.to_thread(Metrics, Prices())
    async with open_house(scripted(reply_of("The lamp is lit.")), metrics=metrics) as opened:
        spoken = caller("Good evening, secret word", person="ann-77", place=SERVER)
        async for _ in opened.host.reply(spoken):
            pass
        told = (await metrics.exposition()).decode()

    assert 'talchum_replies_total{outcome="clean",platform="' + SERVER.platform + '"} 1.0' in told
    assert 'talchum_checks_total{decision="allow",stage="input"} 2.0' in told
    assert not [word for word in ("ann-77", "Ann", "secret", "lamp", SERVER.server, SERVER.channel) if word in told]


class Full(MemoryStore):
    """Has no room."""

    async def count(self, outcome: Outcome, server: str = "") -> None:
        raise StoreBusy("stores.busy")


async def test_writes_that_are_kept_are_timed_and_others_counted() -> None:
    metrics = await asyncio.to_thread(Metrics, Prices())
    ticks = iter([1.0, 1.5, 2.0])
    store = MeasuredStore(MemoryStore(ids=numbered("x")), lambda _: (), metrics=metrics, monotonic=lambda: next(ticks))
    await store.count(Outcome.CLEAN)
    full = MeasuredStore(Full(ids=numbered("x")), lambda _: (), metrics=metrics, monotonic=lambda: next(ticks))
    with pytest.raises(StoreBusy):
        await full.count(Outcome.CLEAN)
    told = read(await metrics.exposition())

    assert told['talchum_store_seconds_sum{call="count"}'] == 0.5
    assert told['talchum_store_seconds_count{call="count"}'] == 1
    assert told['talchum_store_failures_total{call="count"}'] == 1
