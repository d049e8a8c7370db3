"""Which rules win by refusing: the repaired reply beside its draft, and what is proposed of it."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from bots.cli.refine import _propose
from bots.config import DATA_VARIABLE, Settings
from bots.meter import Prices
from bots.refining.arms import Take
from bots.refining.auditors import ByLabels
from bots.refining.cases import Case, Conditions
from bots.refining.experiment import Results
from bots.refining.lines import Gold
from bots.refining.rules import LEAST, Advice, Standing, compared, facts, standings
from moderation.policy import Policy
from moderation.policy_changes import differences
from personas.messages import Usage

LABELS: Final = ByLabels(Gold(labels={"Bad.": "bad"}, sentences=frozenset()))


def take(arm: str, text: str, *, number: int = 0, rule: str = "", truncated: bool = False) -> Take:
    return Take(
        arm=arm,
        case=Case(number=number, language="en", said="hi", drafts=()),
        text=text,
        usage=Usage(),
        first=0.0,
        first_tokens=0,
        total=0.0,
        truncated=truncated,
        checked=(("Fine.", ""), ("Bad.", rule)) if rule else (("Fine.", ""),),
    )


@pytest.mark.parametrize(
    ("repaired", "draft", "points"),
    [
        (take("keep", "Fine. Good."), take("none", "Fine. Bad."), 1.0),
        (take("keep", ""), take("none", "Fine. Bad."), 1.0),
        (take("keep", "Fine. Bad."), take("none", "Fine. Bad."), -0.5),
        (take("keep", "Fine. Other."), take("none", "Fine. Good."), -0.5),
        (take("keep", "Fine. Bad."), take("none", "Fine. Good."), -1.0),
        (take("keep", ""), take("none", "Fine. Good."), -1.0),
        (take("keep", "Fine.", truncated=True), take("none", "Fine. Good."), -1.0),
        (take("keep", "Bad.", truncated=True), take("none", "Fine. Bad."), -0.5),
    ],
)
def test_a_repair_is_better_the_same_or_worse_by_the_auditor(repaired: Take, draft: Take, points: float) -> None:
    assert compared(repaired, draft, LABELS) == points


def ledger(right: int, wrong: int, *, locked: bool = False, rule: str = "marks.bad") -> tuple[Standing, ...]:
    """A rule that was right so often, and wrong so often."""
    made = []
    for number in range(right + wrong):
        draft = "Fine. Bad." if number < right else "Fine. Good."
        made += [take("none", draft, number=number), take("keep", "Fine. Good.", number=number, rule=rule)]
    return standings(made, LABELS, lambda _: locked, seed=0)


@pytest.mark.parametrize(
    ("right", "wrong", "locked", "advice"),
    [
        (LEAST - 1, 0, False, Advice.FEW),
        (0, LEAST - 1, False, Advice.FEW),
        (LEAST, 0, False, Advice.KEEP),
        (20, 30, False, Advice.KEEP),
        (10, 40, False, Advice.DEMOTE),
        (10, 40, True, Advice.LOCKED),
        (20, 40, False, Advice.DEMOTE),  # a mean of exactly nothing does not win
    ],
)
def test_a_rule_that_does_not_win_is_to_flag_only_unless_it_is_locked_or_seldom(
    right: int, wrong: int, locked: bool, advice: Advice
) -> None:
    (standing,) = ledger(right, wrong, locked=locked)

    assert standing.advice is advice
    assert (standing.better, standing.same, standing.replies) == (right, wrong, right + wrong)
    assert standing.mean.value == pytest.approx((right - wrong / 2) / (right + wrong))
    assert standing.mean.low <= standing.mean.value <= standing.mean.high
    assert standing.wins.low <= right / (right + wrong) <= standing.wins.high


def test_a_reply_counts_for_the_rule_that_refused_first_and_what_fails_is_no_rule() -> None:
    both = replace(take("keep", "Fine."), checked=(("Bad.", "a.first"), ("Bad.", "b.second")))
    late = replace(take("keep", "Fine.", number=1), checked=(("Fine.", "guard.late"),))
    shadows = [take("none", "Bad."), take("none", "Fine.", number=1)]
    found = standings([*shadows, both, late], LABELS, lambda _: False, seed=0)

    assert [(standing.rule, standing.replies) for standing in found] == [("a.first", 1)]
    assert facts(found)[0]["advice"] == "few"


def test_other_arms_are_no_evidence() -> None:
    assert standings([take("none", "Bad."), take("abort", "Fine.", rule="marks.bad")], LABELS, bool, seed=0) == ()


def test_what_does_not_win_is_proposed_in_a_file_and_nothing_is_applied(tmp_path: Path) -> None:
    settings = Settings.load(b"", {DATA_VARIABLE: str(tmp_path / "data")})
    found = (*ledger(10, 40, rule="lexicon.profanity"), *ledger(50, 0, rule="lexicon.threat"))
    results = Results(
        model="", auditor="", conditions=Conditions(), prices=Prices(), arms=(), goals=(), rules=found, policy=""
    )
    _propose(tmp_path / "new.toml", results, settings)
    changed = {each.key for each in differences(Policy.load(), Policy.load(tmp_path / "new.toml"))}

    assert "filters.lexicon.profanity.output.block" in changed
    assert not any("threat" in key for key in changed)
    assert not (tmp_path / "data").exists()
