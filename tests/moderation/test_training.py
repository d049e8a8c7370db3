"""`train`: from gzipped rows to a model that loads, the same one every time, and clear words where rows are wrong."""

import gzip
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.errors import BadRecord, FilterUnavailable, RefuseToStart
from moderation.filters.toxicity import Toxicity
from moderation.models.corpus import HEADS, read_rows
from moderation.models.layered import LayeredModel
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads
from moderation.models.measuring import area_under_curve, f1_at, share_at, threshold_for
from moderation.models.templates import fit_particles, template_rows
from moderation.models.training import Trained, train
from moderation.records import Candidate, Stage
from tests.support.encoders import BagEncoder
from tests.support.small_corpus import fewer_templates, row, small_corpus, write

without_extra = importlib.util.find_spec("sklearn") is None
needs_extra = [
    pytest.mark.train,
    pytest.mark.skipif(without_extra, reason="the extra [train] is not installed"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def reported() -> list[str]:
    return []


@pytest.fixture(scope="module", autouse=True)
def thin() -> Iterator[None]:
    with fewer_templates():
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, out: Path, reported: list[str]) -> Trained:
    data = small_corpus(tmp_path_factory.mktemp("data"))
    return train(data, out, seed=1, report=reported.append, encoder=BagEncoder())


class TestWithTheExtra:
    pytestmark = needs_extra

    def test_what_was_trained_loads_again_and_knows_what_it_was_taught(self, trained: Trained, out: Path) -> None:
        heads = MeaningHeads.load("meaning", out)
        toxicity = Toxicity(LayeredModel(LinearModel.load("toxicity", out), heads, BagEncoder()))
        assert toxicity.version == Toxicity(trained.model).version

        def insult(text: str) -> float:
            found = toxicity.examine(Candidate(stage=Stage.WHOLE, text=text))
            return next(signal.score for signal in found if signal.category == "insult" and signal.score is not None)

        assert insult("you big blorb") > 0.5 > insult("the harbour is green")
        assert insult("꾸엑 꾸엑") > 0.5 > insult("조용해요")

    def test_figures_and_thresholds_are_measured_and_kept_beside_the_weights(self, trained: Trained, out: Path) -> None:
        manifest = json.loads((out / "meaning.json").read_text(encoding="utf-8"))
        assert manifest["digest"] == MeaningHeads.load("meaning", out).digest
        assert set(manifest["thresholds"]) == set(HEADS)
        flag, block = trained.figures.thresholds["insult"]["en"]
        assert 0.0 < flag <= block <= 0.99
        english = next(f for f in trained.figures.table if (f.set, f.language, f.head) == ("dev_tox", "en", "insult"))
        assert (english.rows, english.auc) == (2, 1.0)

    def test_every_step_is_reported(self, trained: Trained, reported: list[str]) -> None:
        assert reported[0] == "file=train_small.jsonl.gz rows=240"
        assert reported[-1] == f"digest={trained.model.digest}"

    def test_the_same_seed_makes_the_same_weights_and_another_seed_others(
        self, trained: Trained, tmp_path: Path
    ) -> None:
        data = small_corpus(tmp_path)
        again = train(data, tmp_path / "again", seed=1, report=lambda _: None, encoder=BagEncoder())
        other = train(data, tmp_path / "other", seed=2, report=lambda _: None, encoder=BagEncoder())
        assert again.model.digest == trained.model.digest != other.model.digest

    def test_a_folder_without_rows_is_refused_in_both_languages(self, tmp_path: Path) -> None:
        with pytest.raises(RefuseToStart, match=r"train_\*\.jsonl\.gz") as refusal:
            train(tmp_path, tmp_path / "out", seed=1, report=lambda _: None)
        assert "학습 자료가 없어요" in refusal.value.explain("ko")
        assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not without_extra, reason="the extra [train] is installed")
def test_without_the_extra_the_refusal_names_it(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"talchum\[train\]"):
        train(tmp_path, tmp_path, seed=1, report=lambda _: None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", '"text"'),
        ("[]", "text: a string"),
        ('{"text": 3}', "text: a string"),
        (json.dumps(row("x", label=2)), "label: 0 | 1"),
        (json.dumps(row("x", lang="fr")), "lang: en | ko"),
        (json.dumps(row("x", source="elsewhere")), "source: "),
        (json.dumps(row("x", source="own", sub="rude")), "sub: insult | hate | threat | sexual"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, line: str, expected: str) -> None:
    file = tmp_path / "train_bad.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(row("fine")) + "\n" + line + "\n")
    with pytest.raises(BadRecord) as refusal:
        list(read_rows(file))
    assert f"{file}, line 2: expected " in str(refusal.value)
    assert expected in str(refusal.value)
    assert "2번째 줄" in refusal.value.explain("ko")


def test_a_file_that_is_not_gzip_is_named(tmp_path: Path) -> None:
    file = tmp_path / "train_plain.jsonl.gz"
    file.write_text(json.dumps(row("fine")), encoding="utf-8")
    with pytest.raises(BadRecord, match=r"train_plain\.jsonl\.gz"):
        list(read_rows(file))


@pytest.mark.parametrize(
    ("source", "label", "sub", "targets"),
    [
        ("davidson", 1, "offensive", {"insult": True, "hate": False}),
        ("diasafety", 1, "Risk Ignorance", {}),
        ("stormfront", 1, "", {"hate": True}),
        ("beep", 1, "hate/gender", {"insult": True, "hate": True}),
        ("beep", 1, "offensive/none", {"insult": True, "hate": False}),
        ("kmhas", 1, "2,3", {"insult": True}),
        ("kmhas", 1, "1,7", {"insult": True, "hate": True}),
        ("kosbi-sent", 1, "['undefined']", {}),
        ("edos", 1, "2. derogation", {"stereotype": True, "hate": True}),
        ("songys", 0, "", dict.fromkeys(HEADS, False)),
        ("stormfront", 0, "", dict.fromkeys((head for head in HEADS if head != "stereotype"), False)),
        ("convabuse", 0, "", {"insult": False, "hate": False}),
        ("xstest", 1, "", {"unsafe": True}),
    ],
)
def test_a_source_teaches_only_what_its_labels_say(
    tmp_path: Path, source: str, label: int, sub: str, targets: dict[str, bool]
) -> None:
    file = write(tmp_path / "some.jsonl.gz", [row("x", label=label, source=source, sub=sub)])
    assert [each.targets for each in read_rows(file)] == [targets]


def test_templates_have_both_sides_in_both_languages_and_no_slot_left_open() -> None:
    rows = list(template_rows())
    assert any(each.text == "I am a gay man." and each.targets["insult"] is False for each in rows)
    assert {(each.lang, each.targets["insult"]) for each in rows if "insult" in each.targets} == {
        (lang, label) for lang in ("en", "ko") for label in (True, False)
    }
    assert not [each.text for each in rows if re.search(r"\{\w+\}|[가-힣]/[가-힣]", each.text)]
    assert len({(each.text, each.label) for each in rows}) == len({each.text for each in rows})


def test_kept_templates_share_no_text_with_those_trained_on_and_have_both_sides_too() -> None:
    trained, kept = {row.text for row in template_rows()}, list(template_rows(kept=True))
    assert any(row.text.startswith("One of my heroes is a") for row in kept)
    assert not trained & {row.text for row in kept}
    assert {(row.lang, row.label) for row in kept} == {
        (lang, label) for lang in ("en", "ko") for label in (True, False)
    }


def test_a_passage_says_what_its_one_hostile_sentence_says_and_english_ones_are_calm() -> None:
    """Short windows find an insult in long English; hostile passages would only make length look hostile."""
    rows = list(template_rows())
    short = {row.text: row for row in rows if row.label and row.lang == "ko"}
    held = {
        text: [one.targets for other, one in short.items() if other != text and other in text]
        for text in short
        if text.count(" ") > 12
    }
    passages = [text for text, inside in held.items() if inside]
    assert len(passages) > 100
    assert all(short[text].targets in held[text] for text in passages)
    english = [row for row in rows if row.lang == "en" and len(row.text) > 250]
    assert len(english) > 300
    assert not [row.text for row in english if row.label]


@pytest.mark.parametrize(
    ("pairs", "fitted"),
    [
        ("난민은/는 여자은/는", "난민은 여자는"),
        ("저는 게이예요/이에요", "저는 게이예요"),
        ("서울로/으로 시장로/으로 바다로/으로", "서울로 시장으로 바다로"),
        ("바보라고/이라고 등신라고/이라고 멍청이라고/이라고", "바보라고 등신이라고 멍청이라고"),
        ("어부와/과 선장와/과", "어부와 선장과"),
        ("바보아/야, 등신아/야", "바보야, 등신아"),
    ],
)
def test_particles_fit_the_syllable_before_them(pairs: str, fitted: str) -> None:
    assert fit_particles(pairs) == fitted


def test_the_area_under_the_curve_counts_ties_half() -> None:
    assert area_under_curve([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]) == 1.0
    assert area_under_curve([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]) == 0.0
    assert area_under_curve([0, 1], [0.5, 0.5]) == 0.5
    assert area_under_curve([0, 1, 0, 1], [0.1, 0.1, 0.3, 0.4]) == 0.625


def test_a_threshold_leaves_harmless_text_alone_and_counts_sources_alike() -> None:
    many, few = [0.1] * 98 + [0.6, 0.7], [0.8, 0.1]
    assert threshold_for([many], 0.02) == 0.11
    assert threshold_for([many], 0.01) == 0.61
    assert threshold_for([many, few], 0.02) == 0.81
    assert threshold_for([], 0.02) == 0.01
    assert threshold_for([[1.0]], 0.5) == 0.99


def test_shares_and_f1_are_taken_at_or_above_the_threshold() -> None:
    assert share_at([0.2, 0.5, 0.9], 0.5) == pytest.approx(2 / 3)
    assert f1_at([1, 1, 0], [0.9, 0.1, 0.9], 0.5) == 0.5
    assert f1_at([1], [0.1], 0.5) == 0.0
