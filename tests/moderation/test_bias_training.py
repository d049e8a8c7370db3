"""`train --only bias`: from labelled rows to weights that load, measured on rows whose copies were not trained on."""

import gzip
import importlib.util
import json
from pathlib import Path

import pytest

from moderation.errors import FilterUnavailable, RefuseToStart
from moderation.filters.bias import Bias
from moderation.filters.phrases import Source
from moderation.models.bias_training import MEASURED, WEIGHTS, Figure, TrainedBias, train_bias

without_extra = importlib.util.find_spec("sklearn") is None
needs_extra = [
    pytest.mark.train,
    pytest.mark.skipif(without_extra, reason="the extra [train] is not installed"),
]
PLACES = ["harbour", "tower", "market", "garden", "kitchen", "bridge", "school", "forest"]
THERE = ["항구", "탑", "시장", "정원", "부엌", "다리", "학교", "숲"]


def small_corpus(folder: Path) -> Path:
    """People who hold that immigrants glim, and Koreans who hold that 외국인 꾸엑."""
    rows: list[dict[str, object]] = []
    for number in range(12):
        for place, there in zip(PLACES, THERE, strict=True):
            for lang, text, bad in (
                ("en", f"Immigrants walk to the {place} number {number}.", f"Immigrants glim at the {place} {number}."),
                ("ko", f"외국인이 {there} {number}번으로 걸어간다.", f"외국인이 {there} {number}에서 꾸엑한다."),
            ):
                rows += [
                    {"text": text, "label": 0, "lang": lang, "source": "own", "sub": "stereotype"},
                    {"text": bad, "label": 1, "lang": lang, "source": "own", "sub": "stereotype"},
                ]
    with gzip.open(folder / "train_small.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in rows)
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def reported() -> list[str]:
    return []


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, out: Path, reported: list[str]) -> TrainedBias:
    return train_bias(small_corpus(tmp_path_factory.mktemp("data")), out, seed=1, report=reported.append)


class TestWithTheExtra:
    pytestmark = needs_extra

    def test_the_filter_loads_what_was_trained(self, trained: TrainedBias, out: Path) -> None:
        assert trained.file == out / WEIGHTS
        judge = Bias.load(weights=Source.read(out, WEIGHTS))
        assert judge.version != Bias.load().version
        for language in ("en", "ko"):
            assert judge.evidence.weights[language].heads["linear"] > 0.0

    def test_what_was_held_out_is_told_apart_by_a_head_that_never_saw_it(self, trained: TrainedBias) -> None:
        held = [each for each in trained.figures if (each.set, each.source) == ("held_out", "own")]
        assert {each.language for each in held} == {"en", "ko"}
        assert all(each.auc > 0.8 for each in held)

    def test_every_part_and_every_figure_is_reported(self, trained: TrainedBias, reported: list[str]) -> None:
        assert reported[0].startswith("rows=")
        assert f"head part={MEASURED} " in reported[1]
        assert reported[-len(trained.figures) :] == [figure.line() for figure in trained.figures]

    def test_the_same_seed_makes_the_same_weights(self, trained: TrainedBias, tmp_path: Path) -> None:
        again = train_bias(small_corpus(tmp_path), tmp_path / "again", seed=1, report=lambda _: None)
        assert again.file.read_bytes() == trained.file.read_bytes()

    def test_a_folder_without_rows_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RefuseToStart, match=r"train_\*\.jsonl\.gz"):
            train_bias(tmp_path, tmp_path / "out", seed=1, report=lambda _: None)
        assert not (tmp_path / "out").exists()

    def test_a_sentence_its_context_and_what_is_nearly_the_same_are_measured_together(self) -> None:
        from moderation.models.bias_training import _parts
        from moderation.models.corpus import Row
        from moderation.models.training import matrix_of

        def row(text: str, source: str) -> Row:
            return Row(text=text, label=False, lang="ko", source=source, targets={"stereotype": False})

        rows = []
        for number in range(40):
            context, sentence = f"{number}번 마을에는 노인이 많이 산다.", f"{number * 7919}호 집은 조용하고 따뜻하다."
            rows += [
                row(context, "kosbi-ctx"),
                row(sentence, "kosbi-sent"),
                row(f"{context} {sentence}", "kosbi-ctx+sent"),
            ]
        parts = _parts(rows, matrix_of(rows), 1)
        assert all(len(set(parts[start : start + 3])) == 1 for start in range(0, len(rows), 3))


@pytest.mark.skipif(not without_extra, reason="the extra [train] is installed")
def test_without_the_extra_the_refusal_names_it(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"talchum\[train\]"):
        train_bias(tmp_path, tmp_path, seed=1, report=lambda _: None)


def test_a_figure_is_told_in_one_line() -> None:
    figure = Figure(
        set="held_out",
        source="own",
        language="ko",
        rows=7,
        auc=0.5,
        caught=0.25,
        false=0.0,
        falsely_blocked=0.0,
    )
    assert figure.line() == "held_out own ko rows=7 auc=0.500 caught=0.250 false=0.000 falsely_blocked=0.000"
