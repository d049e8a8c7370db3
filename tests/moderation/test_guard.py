"""The guard: concurrent, strict, and closed whenever anything goes wrong."""

import asyncio
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import PolicyError
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Action, Brief, Candidate, Decision, Signal, Stage, Verdict
from tests.moderation.guarding import IDENTITY, Fake, guarding, judge, policy, reasons, scoring


async def test_whoever_measures_is_told_every_verdict_with_its_stage() -> None:
    told: list[tuple[Stage, Verdict, timedelta]] = []
    with guarding(scoring(0.9)) as guard:
        await judge(guard)
        guard.tell(lambda *verdict: told.append(verdict))
        verdict = await judge(guard, stage=Stage.WHOLE)

    assert [(stage, given) for stage, given, _ in told] == [(Stage.WHOLE, verdict)]
    assert told[0][2] > timedelta()


@pytest.mark.parametrize(
    ("score", "decision"),
    [(0.0, Decision.ALLOW), (0.29, Decision.ALLOW), (0.3, Decision.FLAG), (0.7, Decision.BLOCK), (1.0, Decision.BLOCK)],
)
async def test_scores_become_decisions_at_the_thresholds_of_the_policy(score: float, decision: Decision) -> None:
    with guarding(scoring(score)) as guard:
        verdict = await judge(guard)

    assert verdict.decision is decision
    assert verdict.action is (Action.CUT if decision is Decision.BLOCK else Action.NONE)
    assert verdict.policy == guard.policy.hash


@pytest.mark.parametrize(
    ("text", "persona", "known", "decision"),
    [
        ("?! 10 \u2026", "ko", "", Decision.FLAG),
        ("?! 10 \u2026", "en", "", Decision.BLOCK),
        ("", "ko", "", Decision.FLAG),
        ("안녕", "en", "", Decision.FLAG),
        ("hello", "ko", "", Decision.BLOCK),
        ("hello", "en", "ko", Decision.FLAG),
    ],
)
async def test_the_threshold_is_that_of_the_text_and_without_letters_that_of_the_persona(
    text: str, persona: str, known: str, decision: Decision
) -> None:
    with guarding(scoring(0.8)) as guard:
        verdict = await guard.judge(
            Candidate(stage=Stage.PIECE, text=text, language=known, brief=Brief(language=persona))
        )

    assert verdict.decision is decision


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_the_strictest_filter_wins_whatever_the_order(scores: list[float | None]) -> None:
    filters = [scoring(score, f"f{number}") for number, score in enumerate(scores)]
    with guarding(*filters) as forward, guarding(*reversed(filters)) as backward:
        one, other = asyncio.run(judge(forward)), asyncio.run(judge(backward))

    highest = max((score for score in scores if score is not None), default=0.0)
    abstained = None in scores
    expected = Decision.BLOCK if abstained or highest >= 0.7 else Decision.FLAG if highest >= 0.3 else Decision.ALLOW
    assert one.decision is other.decision is expected


def explode(_: Candidate) -> Sequence[Signal]:
    raise RuntimeError("a secret from the text")


@pytest.mark.parametrize(
    ("filter_", "reason"),
    [
        (Fake(see=explode), "raised"),
        (Fake(see=lambda _: []), "silent"),
        (Fake(see=lambda _: [Signal(category="undeclared", score=0.0)]), "raised"),
        (Fake(see=lambda _: None), "raised"),  # type: ignore[arg-type, return-value]
        (Fake(see=lambda _: [None]), "raised"),  # type: ignore[list-item]
    ],
)
async def test_a_filter_that_fails_blocks(filter_: Fake, reason: str) -> None:
    with guarding(filter_, scoring(0.0, "other")) as guard:
        verdict = await judge(guard)

    assert verdict.decision is Decision.BLOCK
    assert verdict.action is Action.DEFLECT
    assert reasons(verdict) == {reason}


async def test_what_a_failing_filter_said_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with guarding(Fake(see=explode)) as guard:
        verdict = await judge(guard)

    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    assert "secret" not in str(verdict)


async def test_a_filter_that_is_late_blocks_and_the_others_are_still_heard() -> None:
    release = threading.Event()
    slow = Fake(id="slow", see=lambda _: [Signal(category="bad", score=float(release.wait(10)) * 0)])
    with guarding(slow, scoring(0.4), rules=policy("slow", "fake", deadline=0.05)) as guard:
        verdict = await judge(guard)
        release.set()

    assert verdict.decision is Decision.BLOCK
    assert reasons(verdict) == {"late"}
    assert any(finding.filter == "fake" and finding.decision is Decision.FLAG for finding in verdict.findings)


async def test_a_full_pool_blocks_instead_of_queueing_without_end() -> None:
    release = threading.Event()
    stuck = Fake(id="stuck", see=lambda _: [Signal(category="bad", score=float(release.wait(10)) * 0)])
    with guarding(stuck, rules=policy("stuck", capacity=3, deadline=0.05)) as guard:
        verdicts = [await judge(guard) for _ in range(5)]
        release.set()

    assert [reasons(verdict) for verdict in verdicts] == [{"late"}] * 3 + [{"full"}] * 2
    assert all(verdict.decision is Decision.BLOCK for verdict in verdicts)


async def test_the_pool_is_free_again_when_late_filters_end() -> None:
    release = threading.Event()
    stuck = Fake(id="stuck", see=lambda _: [Signal(category="bad", score=float(release.wait(10)) * 0)])
    with guarding(stuck, rules=policy("stuck", capacity=1, deadline=0.05)) as guard:
        late = await judge(guard)
        release.set()
        while (after := await judge(guard)).decision is Decision.BLOCK:
            await asyncio.sleep(0.01)

    assert reasons(late) == {"late"}
    assert after.decision is Decision.ALLOW


async def test_a_text_that_no_required_filter_could_judge_is_blocked() -> None:
    with guarding(scoring(None)) as guard:
        verdict = await judge(guard)

    assert reasons(verdict) == {"uncovered"}
    assert verdict.decision is Decision.BLOCK


async def test_one_of_two_alternatives_is_enough() -> None:
    rules = policy("one", "two")
    alternatives = Policy(
        {**rules._file.model_dump(), "guard": {**rules._file.guard.model_dump(), "output": ("one|two",)}}, file="t"
    )
    with guarding(scoring(None, "one"), scoring(0.1, "two"), rules=alternatives) as guard:
        assert (await judge(guard)).decision is Decision.ALLOW


async def test_over_long_text_is_blocked_without_being_judged() -> None:
    with guarding(scoring(0.0), rules=policy("fake", longest=200)) as guard:
        assert (await judge(guard, "x" * 200)).decision is Decision.ALLOW
        assert reasons(await judge(guard, "x" * 201)) == {"too_long"}


async def test_a_closed_guard_blocks() -> None:
    with guarding(scoring(0.0)) as guard:
        guard.close()

        assert (await judge(guard)).decision is Decision.BLOCK


async def test_filters_run_side_by_side() -> None:
    meet = threading.Barrier(3)
    filters = [
        Fake(id=f"f{number}", see=lambda _: [Signal(category="bad", score=0.0 * meet.wait(5))]) for number in range(3)
    ]
    with guarding(*filters) as guard:
        assert (await judge(guard)).decision is Decision.ALLOW


async def test_only_the_filters_of_a_stage_are_asked() -> None:
    with guarding(scoring(1.0)) as guard:
        verdict = await judge(guard, "are you human?", Stage.INPUT)

    assert {finding.filter for finding in verdict.findings} == {"identity"}
    assert verdict.decision is Decision.ALLOW
    assert verdict.action is Action.DISCLOSE


async def test_many_texts_at_once_get_their_own_verdicts() -> None:
    by_text = Fake(see=lambda candidate: [Signal(category="bad", score=float(candidate.text))])
    with guarding(by_text, rules=policy("fake", capacity=2000)) as guard:
        texts = [f"{number / 400}" for number in range(400)]
        verdicts = await asyncio.gather(*(judge(guard, text) for text in texts))

    assert [verdict.findings[0].score for verdict in verdicts] == [float(text) for text in texts]
    assert all(
        verdict.digest == Candidate(stage=Stage.PIECE, text=text).digest
        for verdict, text in zip(verdicts, texts, strict=True)
    )


def test_a_guard_without_filters_or_with_two_of_one_name_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Guard((), policy(), monotonic=time.monotonic)
    with pytest.raises(ValueError, match="unique"):
        Guard((Fake(), Fake()), policy("fake"), monotonic=time.monotonic)


def test_a_verdict_cannot_be_built_without_findings() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Verdict(findings=(), digest="", policy="")


def test_a_filter_whose_category_has_no_rule_keeps_everything_from_starting() -> None:
    stray = Fake(categories=frozenset({"bad", "stray"}))
    with pytest.raises(PolicyError, match=r"filters\.fake\.stray") as caught, guarding(stray):
        pass

    assert "규칙" in caught.value.explain("ko")


async def test_work_that_nobody_waits_for_any_more_is_not_done() -> None:
    """After a burst that was too much, the next candidate must not queue behind it."""
    examined: list[str] = []
    release = threading.Event()

    def see(candidate: Candidate) -> Sequence[Signal]:
        examined.append(candidate.text)
        release.wait(10)
        return [Signal(category="bad", score=0.0)]

    with guarding(Fake(see=see), rules=policy("fake", workers=2, deadline=0.05)) as guard:
        burst = await asyncio.gather(*(judge(guard, f"stale {number}") for number in range(20)))
        release.set()
        after = await judge(guard, "fresh")

    assert {reason for verdict in burst for reason in reasons(verdict)} == {"late"}
    assert after.decision is Decision.ALLOW
    assert len(examined) == 3


async def test_a_cancelled_judgement_leaves_no_work_behind() -> None:
    examined: list[str] = []
    release = threading.Event()

    def see(candidate: Candidate) -> Sequence[Signal]:
        examined.append(candidate.text)
        release.wait(10)
        return [Signal(category="bad", score=0.0)]

    with guarding(Fake(see=see), rules=policy("fake", workers=1)) as guard:
        tasks = [asyncio.create_task(judge(guard, f"{number}")) for number in range(5)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        release.set()
        assert (await judge(guard, "fresh")).decision is Decision.ALLOW

    assert examined == ["0", "fresh"]


async def test_a_stage_that_no_filter_looks_at_is_not_a_pass() -> None:
    guard = Guard((IDENTITY,), policy("fake").narrowed(["identity"]), monotonic=time.monotonic)
    verdict = await judge(guard)
    guard.close()

    assert reasons(verdict) == {"uncovered"}
    assert verdict.decision is Decision.BLOCK
