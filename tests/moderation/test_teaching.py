"""Training with decisions, held to a suite: what is learnt ships, what is worse does not."""

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from moderation.bench.functional import Function, functions
from moderation.bench.teaching import Exam, Taught, teach
from moderation.errors import RefuseToStart
from moderation.models.corpus import HEADS, OWN, Row
from moderation.models.joining import joined
from moderation.models.layered import LayeredModel
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads
from moderation.models.training import Fitted, fit
from moderation.policy import Policy, policy_text
from moderation.policy_changes import Threshold, rewritten
from moderation.records import Stage
from tests.support.encoders import BagEncoder
from tests.support.small_corpus import fewer_templates, row, small_corpus, write

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="the extra [train] is not installed"),
]
PLACES = ("harbour", "tower", "market", "garden", "kitchen", "bridge", "school", "forest")
POLICY = Policy.parse(
    rewritten(
        policy_text(),
        [
            Threshold(rule="toxicity.insult", stage=Stage.WHOLE, language=language, key=key, value=0.5)
            for language in ("en", "ko")
            for key in ("flag", "block")
        ],
    ),
    file="p.toml",
)


def said(text: str, *, right: bool, head: str = "insult") -> Row:
    return Row(text=text, label=right, lang="en", source=OWN, targets={head: right}, group="decided")


LEARNT = [said(f"such a zibble in the {place}", right=True) for place in PLACES for _ in range(6)]
"""What this community has come to take for an insult."""
SPOILT = [
    said(f"you {mood} blorb of the {place}", right=False)
    for place in PLACES
    for mood in ("quiet", "old")
    for _ in range(30)
]
"""What it took for one is none, all of a sudden."""


def function(name: str, expected: str, *lines: str, categories: Sequence[str] = ("insult",)) -> Function:
    return Function(
        id=name,
        about=name,
        categories=frozenset(categories),
        expected=expected,
        stages=(Stage.WHOLE,),
        lines={"en": lines, "ko": ()},
    )


SUITE = (
    function("known", "harmful", "you old blorb of the tower", "you quiet blorb of the school"),
    function("new", "harmful", "such a zibble in the tower", "what a zibble"),
    function("calm", "harmless", "the quiet harbour", "the old market"),
)


@pytest.fixture(scope="module", autouse=True)
def thin() -> Iterator[None]:
    with fewer_templates():
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpus(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def standing(data: Path) -> Fitted:
    return fit(data, seed=1, report=lambda _: None, encoder=BagEncoder())


@pytest.fixture(scope="module")
def exam(standing: Fitted) -> Exam:
    return Exam(suite=SUITE, policy=POLICY, standing=(standing.grams, standing.heads))


def taught(data: Path, out: Path, exam: Exam, rows: Sequence[Row]) -> tuple[Taught, list[str]]:
    told: list[str] = []
    made = teach(data, out, seed=1, report=told.append, decided=rows, exam=exam, encoder=BagEncoder())
    return made, told


def columns(grams: LinearModel, heads: MeaningHeads, head: str) -> list[object]:
    """Everything that one head weighs with."""
    number = HEADS.index(head)
    arrays = (grams.weights.T, grams.intercepts, grams.calibration, heads.weights.T, heads.intercepts, heads.mix)
    return [np.asarray(array[number]).tolist() for array in arrays]


def test_what_people_decided_is_learnt_and_the_counts_are_told(data: Path, exam: Exam, tmp_path: Path) -> None:
    made, told = taught(data, tmp_path, exam, LEARNT)

    assert made.refused == frozenset()
    before, after = made.before["insult", "en"], made.after["insult", "en"]
    assert (before.caught, after.caught) == (2, 4)
    assert (after.harmful, after.spared, after.harmless) == (4, 2, 2)
    assert "suite head=insult lang=en caught=2->4/4 spared=2->2/2 ships=yes" in told
    written = LinearModel.load("toxicity", tmp_path), MeaningHeads.load("meaning", tmp_path)
    assert LayeredModel(*written, BagEncoder()).digest == made.trained.model.digest


def test_a_head_that_is_worse_does_not_ship_and_the_others_do(
    data: Path, exam: Exam, standing: Fitted, tmp_path: Path
) -> None:
    made, told = taught(
        data, tmp_path, exam, [*SPOILT, *[said(f"threaten the {place}", right=True, head="threat") for place in PLACES]]
    )

    assert made.refused == {"insult"}
    assert made.after["insult", "en"].right == made.before["insult", "en"].right
    (line,) = [line for line in told if line.startswith("suite head=insult lang=en")]
    assert line == "suite head=insult lang=en caught=2->0/4 spared=2->2/2 ships=no"
    grams, heads = LinearModel.load("toxicity", tmp_path), MeaningHeads.load("meaning", tmp_path)
    assert columns(grams, heads, "insult") == columns(standing.grams, standing.heads, "insult")
    assert columns(grams, heads, "threat") != columns(standing.grams, standing.heads, "threat")


def test_where_every_head_that_was_to_learn_is_worse_nothing_is_written(data: Path, exam: Exam, tmp_path: Path) -> None:
    with pytest.raises(RefuseToStart, match="insult") as caught:
        taught(data, tmp_path / "out", exam, SPOILT)

    assert "쓰지 않았어요" in caught.value.explain("ko")
    assert not (tmp_path / "out").exists()


def test_heads_that_people_said_nothing_about_stay_as_they_are_whatever_the_data(
    exam: Exam, standing: Fitted, tmp_path: Path
) -> None:
    other = small_corpus(tmp_path)
    threats = [row(f"I threaten the {place}", label=1, sub="threat") for place in PLACES]
    write(other / "train_threats.jsonl.gz", threats)
    taught(other, tmp_path / "out", exam, LEARNT)

    grams, heads = LinearModel.load("toxicity", tmp_path / "out"), MeaningHeads.load("meaning", tmp_path / "out")
    changed = {head for head in HEADS if columns(grams, heads, head) != columns(standing.grams, standing.heads, head)}
    assert changed == {"insult"}


def test_heads_put_together_are_each_what_they_were(standing: Fitted, data: Path) -> None:
    new = fit(data, seed=2, report=lambda _: None, encoder=BagEncoder())
    old, fresh = (standing.grams, standing.heads), (new.grams, new.heads)

    both = joined(old, fresh, {"insult", "threat"})
    for head in HEADS:
        assert columns(*both, head) == columns(*(old if head in {"insult", "threat"} else fresh), head)
    assert joined(old, fresh, HEADS)[0].digest == standing.grams.digest
    assert joined(old, fresh, ())[1].digest == new.heads.digest
    LayeredModel(*both, BagEncoder())  # which sees that they belong together


def test_models_of_other_encoders_are_not_put_together(standing: Fitted, data: Path) -> None:
    other = fit(data, seed=1, report=lambda _: None, encoder=BagEncoder("bag-2", 32))

    with pytest.raises(RefuseToStart, match="encoder"):
        joined((standing.grams, standing.heads), (other.grams, other.heads), ())


def test_the_suite_of_the_repository_has_lines_for_every_head_but_those_of_no_category() -> None:
    names = {name for each in functions() for name in each.categories}

    assert {"identity", "bias"} | (set(HEADS) - {"question", "stereotype"}) <= names
