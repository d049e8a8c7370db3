"""Filters that share a hand-over: each is known as soon as it ended, and none makes another late or pass."""

import threading
from collections.abc import Sequence

import pytest

from moderation.records import Candidate, Decision, Signal, Stage, Verdict
from tests.moderation.guarding import Fake, guarding, judge, policy, reasons, scoring


def missing(verdict: Verdict) -> dict[str, str]:
    """The filters that did not judge, and why."""
    return {finding.detail: finding.category for finding in verdict.findings if finding.filter == "guard"}


def stuck(name: str, release: threading.Event) -> Fake:
    return Fake(id=name, see=lambda _: [Signal(category="bad", score=float(release.wait(10)) * 0)])


async def test_filters_of_one_candidate_share_a_thread_where_none_is_stuck() -> None:
    threads: list[int] = []

    def see(_: Candidate) -> Sequence[Signal]:
        threads.append(threading.get_ident())
        return [Signal(category="bad", score=0.0)]

    names = [f"f{number}" for number in range(6)]
    with guarding(*(Fake(id=name, see=see) for name in names), rules=policy(*names, deadline=60)) as guard:
        assert (await judge(guard)).decision is Decision.ALLOW

    assert len(threads) == 6
    assert len(set(threads)) == 1


async def test_filters_that_hang_make_none_of_those_behind_them_late() -> None:
    release = threading.Event()
    names = ["first", "second", "a", "b", "c"]
    filters = [stuck("first", release), stuck("second", release), *(scoring(0.1, name) for name in "abc")]
    with guarding(*filters, rules=policy(*names, deadline=1.0)) as guard:
        verdict = await judge(guard)
        release.set()

    assert missing(verdict) == {"first": "late", "second": "late"}
    assert {finding.filter for finding in verdict.findings if finding.score == 0.1} == {"a", "b", "c"}


async def test_what_no_thread_is_free_for_is_late_and_never_a_pass() -> None:
    release = threading.Event()
    filters = (scoring(0.0, "a"), stuck("first", release), scoring(0.0, "b"))
    with guarding(*filters, rules=policy("a", "first", "b", workers=1, deadline=0.2)) as guard:
        verdict = await judge(guard)
        release.set()

    assert missing(verdict) == {"first": "late", "b": "late"}
    assert verdict.decision is Decision.BLOCK


async def test_only_what_did_not_end_keeps_its_place() -> None:
    release = threading.Event()
    filters = (stuck("slow", release), scoring(0.0, "a"))
    with guarding(*filters, rules=policy("slow", "a", workers=8, capacity=3, deadline=0.2)) as guard:
        verdicts = [await judge(guard) for _ in range(4)]
        release.set()

    assert [missing(verdict) for verdict in verdicts] == [
        {"slow": "late"},
        {"slow": "late"},
        {"slow": "late", "a": "full"},
        {"slow": "full", "a": "full"},
    ]


async def test_what_never_began_leaves_its_place() -> None:
    release = threading.Event()
    filters = (stuck("slow", release), scoring(0.0, "a"), scoring(0.0, "b"))
    with guarding(*filters, rules=policy("slow", "a", "b", workers=1, capacity=4, deadline=0.05)) as guard:
        verdicts = [await judge(guard) for _ in range(3)]
        release.set()

    assert [reasons(verdict) for verdict in verdicts] == [{"late"}] * 3


async def test_a_filter_that_ends_its_thread_leaves_no_pass_behind() -> None:
    def leave(_: Candidate) -> Sequence[Signal]:
        raise SystemExit

    with guarding(Fake(id="leaving", see=leave), scoring(0.0, "a"), rules=policy("leaving", "a")) as guard:
        verdict = await judge(guard)
        after = await judge(guard, "are you human?", Stage.INPUT)

    assert verdict.decision is Decision.BLOCK
    assert "leaving" in missing(verdict)
    assert after.decision is Decision.ALLOW


async def test_where_no_thread_can_be_started_nothing_has_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def none_for_the_guard(thread: threading.Thread) -> None:
        if thread.name.startswith("guard"):
            raise RuntimeError("can't start new thread")
        start(thread)

    release = threading.Event()
    monkeypatch.setattr(threading.Thread, "start", none_for_the_guard)
    rules = policy("remote", "a", deadline=0.3)
    with guarding(stuck("remote", release), scoring(0.0, "a"), rules=rules, waiting=frozenset({"remote"})) as guard:
        verdict = await judge(guard)
        release.set()

    assert verdict.decision is Decision.BLOCK
    assert missing(verdict) == {"remote": "late", "a": "late"}


async def test_a_closed_guard_says_that_nothing_judged() -> None:
    with guarding(scoring(0.0, "a"), scoring(0.0, "b")) as guard:
        guard.close()
        verdict = await judge(guard)

    assert reasons(verdict) == {"late"}
    assert set(missing(verdict)) == {"a", "b"}
