"""The filter over an exported checkpoint: as PyTorch judges, or refused. The checkpoint is that of test_detoxify."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.detoxify import ENGLISH, MULTILINGUAL, Detoxify, open_checkpoint
from moderation.filters.onnx import MANIFEST, TOKENIZER, TOLERANCE, load_onnx
from moderation.models import exporting
from moderation.models.exporting import Exported, export
from moderation.records import Candidate, Stage
from tests.moderation.test_detoxify import Files, examine, make_checkpoint

NEEDED = ("detoxify", "onnx", "onnxruntime")
HERE = all(importlib.util.find_spec(name) for name in NEEDED)

needs_extra = [
    pytest.mark.detoxify,
    pytest.mark.skipif(not HERE, reason="the extra [export] is not installed"),
    pytest.mark.filterwarnings("ignore"),  # those of torch and transformers are theirs
]


def test_a_folder_with_nothing_in_it_is_refused_with_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"manifest\.json.*talchum model export-detoxify") as refusal:
        load_onnx(tmp_path, precision="int8")
    assert "자동으로 내려받지 않고" in refusal.value.explain("ko")


def test_a_manifest_that_says_something_else_is_refused_by_its_key(tmp_path: Path) -> None:
    for name in (TOKENIZER, "fp32.onnx"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / MANIFEST).write_text('{"source": "0", "classes": []}', encoding="utf-8")
    with pytest.raises(FilterUnavailable, match=r"manifest\.json: source"):
        load_onnx(tmp_path, precision="fp32")


def written(folder: Path, scores: list[float]) -> None:
    """A manifest of one class, and files that are not those it names."""
    content = {
        "source": "0" * 64,
        "classes": ["toxicity"],
        "languages": ["en"],
        "longest": 64,
        "padding": 0,
        "inputs": ["input_ids", "attention_mask"],
        "files": {"fp32.onnx": "0" * 64, TOKENIZER: "0" * 64},
        "vectors": [{"text": "hello", "scores": scores}],
    }
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    for name in (TOKENIZER, "fp32.onnx"):
        (folder / name).write_bytes(b"not what it was")


def test_a_file_that_is_not_the_exported_one_is_refused_before_anything_opens_it(tmp_path: Path) -> None:
    written(tmp_path, [0.5])
    with pytest.raises(FilterUnavailable, match="is not the file that was exported"):
        load_onnx(tmp_path, precision="fp32")


@pytest.mark.parametrize("scores", [[], [0.5, 0.5], [1.5]])
def test_a_self_test_that_tests_nothing_is_refused(tmp_path: Path, scores: list[float]) -> None:
    written(tmp_path, scores)
    with pytest.raises(FilterUnavailable, match=r"manifest\.json"):
        load_onnx(tmp_path, precision="fp32")


@pytest.mark.skipif(HERE, reason="the extra [export] is installed")
def test_without_the_extra_exporting_names_it(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"pip install 'talchum\[export\]'"):
        export(tmp_path / "any.ckpt", sha256="0" * 64, config=tmp_path, languages=ENGLISH, to=tmp_path / "out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A checkpoint, the filter over it through PyTorch, and what was exported of it."""

    files: Files
    torch: Detoxify
    exported: Exported


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("onnx")
    files = make_checkpoint(folder)
    exported = export(
        files.checkpoint, sha256=files.sha256, config=files.config, languages=MULTILINGUAL, to=folder / "out"
    )
    torch = Detoxify.load(files.checkpoint, sha256=files.sha256, config=files.config, languages=MULTILINGUAL)
    return Bench(files=files, torch=torch, exported=exported)


@pytest.fixture
def copy(bench: Bench, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bench.exported.folder, tmp_path / "copy"))


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = folder / MANIFEST
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def shift(by: float) -> Callable[[dict[str, Any]], None]:
    """What the scores of the last sentence of the self-test should have been, moved."""

    def change(content: dict[str, Any]) -> None:
        scores = content["vectors"][-1]["scores"]
        scores[-1] += by if scores[-1] < 0.5 else -by

    return change


class TestWithTheExtra:
    pytestmark = needs_extra

    @pytest.mark.parametrize("precision", ["fp32", "int8"])
    @pytest.mark.parametrize(
        "text", ["you are a fool", "the sea", "benign " * 500 + "you are a fool " * 10, "\ud800 fool", "", "🐚" * 200]
    )
    def test_it_judges_as_pytorch_does_place_and_all(self, bench: Bench, precision: Any, text: str) -> None:
        assert bench.exported.precisions == ("fp32", "int8")
        onnx = load_onnx(bench.exported.folder, precision=precision)
        for ours, theirs in zip(examine(onnx, text, "en"), examine(bench.torch, text, "en"), strict=True):
            assert ours.category == theirs.category
            assert ours.score == pytest.approx(theirs.score, abs=TOLERANCE[precision])
            if precision == "fp32":
                assert ours.spans == theirs.spans

    def test_the_tiny_model_tells_texts_apart_so_that_the_comparison_means_something(self, bench: Bench) -> None:
        scores = {signal.score for text in ("you are a fool", "the sea") for signal in examine(bench.torch, text)}
        assert len(scores) == 6

    def test_it_is_the_same_filter_to_a_policy_and_knows_the_same_languages(self, bench: Bench) -> None:
        onnx = load_onnx(bench.exported.folder, precision="fp32", threads=2)
        assert isinstance(onnx, Filter)
        assert (onnx.id, onnx.categories, onnx.stages) == ("detoxify", bench.torch.categories, frozenset(Stage))
        assert [signal.score for signal in examine(onnx, "너는 바보야")] == [None] * 3
        assert all(signal.score is not None for signal in examine(onnx, "tu es un fou", "fr"))

    def test_versions_tell_engines_apart(self, bench: Bench) -> None:
        full, short = (load_onnx(bench.exported.folder, precision=name) for name in ("fp32", "int8"))
        assert len({full.version, short.version, bench.torch.version}) == 3
        assert full.version == load_onnx(bench.exported.folder, precision="fp32").version

    @pytest.mark.parametrize(("precision", "words"), [("fp32", "Export it again"), ("int8", 'precision = "fp32"')])
    def test_other_scores_than_those_of_the_self_test_are_refused(self, copy: Path, precision: Any, words: str) -> None:
        changed(copy, shift(TOLERANCE[precision] * 2.5))
        with pytest.raises(FilterUnavailable) as refusal:
            load_onnx(copy, precision=precision)
        assert words in refusal.value.explain("en")
        assert "자체 검사" in refusal.value.explain("ko")

    def test_a_difference_within_the_tolerance_is_taken(self, copy: Path) -> None:
        changed(copy, shift(TOLERANCE["int8"] / 2))
        load_onnx(copy, precision="int8")

    @pytest.mark.parametrize("name", [TOKENIZER, "int8.onnx"])
    def test_a_damaged_file_is_refused(self, copy: Path, name: str) -> None:
        content = bytearray((copy / name).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / name).write_bytes(content)
        with pytest.raises(FilterUnavailable, match=name):
            load_onnx(copy, precision="int8")

    def test_what_onnx_runtime_cannot_open_is_refused(self, copy: Path) -> None:
        (copy / "fp32.onnx").write_bytes(b"no graph")
        changed(copy, lambda content: content["files"].update({"fp32.onnx": exporting._digest(copy / "fp32.onnx")}))
        with pytest.raises(FilterUnavailable, match="ONNX Runtime cannot open"):
            load_onnx(copy, precision="fp32")

    def test_int8_that_is_too_far_away_is_not_kept(
        self, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def wrong(source: Path, target: Path) -> None:
            """As a processor would that gets int8 wrong: scores of quite another size."""
            other = make_checkpoint(tmp_path / "other", scale=-400.0)
            opened = open_checkpoint(other.checkpoint, sha256=other.sha256, config=other.config)
            exporting._write(opened, target)

        (tmp_path / "other").mkdir()
        monkeypatch.setattr(exporting, "_extra", lambda: wrong)
        files, out = bench.files, tmp_path / "out"
        done = export(files.checkpoint, sha256=files.sha256, config=files.config, languages=ENGLISH, to=out)

        assert done.precisions == ("fp32",)
        assert done.refused is not None
        assert sorted(file.name for file in out.iterdir()) == ["fp32.onnx", MANIFEST, TOKENIZER]
        load_onnx(out, precision="fp32")
        with pytest.raises(FilterUnavailable, match=r"int8\.onnx"):
            load_onnx(out, precision="int8")

    def test_another_checkpoint_than_the_pinned_one_is_not_exported(self, bench: Bench, tmp_path: Path) -> None:
        files = bench.files
        with pytest.raises(FilterUnavailable, match="was not opened"):
            export(files.checkpoint, sha256="0" * 64, config=files.config, languages=ENGLISH, to=tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_a_long_text_is_judged_to_its_end(self, bench: Bench) -> None:
        onnx = load_onnx(bench.exported.folder, precision="int8")
        harmless = "benign " * 3000
        before, after = examine(onnx, harmless), examine(onnx, harmless + "you are a fool " * 10)
        assert any(
            (new.score or 0.0) > (old.score or 0.0) and new.spans and new.spans[0].end > len(harmless)
            for old, new in zip(before, after, strict=True)
        )

    def test_the_command_exports_and_says_what_to_write_into_the_settings(self, bench: Bench, tmp_path: Path) -> None:
        files, out = bench.files, tmp_path / "out"
        command = [sys.executable, "-m", "bots", "model", "export-detoxify", str(files.checkpoint)]
        options = ["--sha256", files.sha256, "--config", str(files.config), "--out", str(out), "--multilingual"]
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300, check=False)

        assert done.returncode == 0, done.stderr
        assert f'folder = "{out}", precision = "int8"' in done.stdout
        (tmp_path / "talchum.toml").write_text(f'[onnx]\nfolder = "{out}"\n', encoding="utf-8")
        check = [*command[:3], "policy", "check", "--settings", str(tmp_path / "talchum.toml")]
        assert subprocess.run(check, capture_output=True, timeout=300, check=False).returncode == 0

    def test_a_candidate_of_any_stage_is_judged(self, bench: Bench) -> None:
        onnx = load_onnx(bench.exported.folder, precision="int8")
        for stage in Stage:
            assert all(signal.score is not None for signal in onnx.examine(Candidate(stage=stage, text="a fool")))
