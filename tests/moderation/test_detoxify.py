"""The filter for detoxify checkpoints: with the extra on a tiny checkpoint made here, without it as a clear refusal."""

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.detoxify import MULTILINGUAL, Detoxify
from moderation.filters.registry import load_filters
from moderation.policy import Policy
from moderation.records import Candidate, Signal, Stage

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "are", "a", "fool", "benign", "the", "sea"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
POSITIONS = 64

needs_extra = [
    pytest.mark.detoxify,
    pytest.mark.skipif(importlib.util.find_spec("detoxify") is None, reason="the extra [detoxify] is not installed"),
    pytest.mark.filterwarnings("ignore"),  # those of torch and transformers are theirs
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A checkpoint and what goes with it."""

    checkpoint: Path
    config: Path
    sha256: str


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A random BERT of two layers, saved the way detoxify's checkpoints are."""
    return make_checkpoint(tmp_path_factory.mktemp("detoxify"))


def make_checkpoint(folder: Path, *, without: str = "", scale: float = 20.0) -> Files:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    config_folder = folder / "config"
    config_folder.mkdir()
    vocabulary = [*WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    (config_folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=POSITIONS,
        num_labels=3,
    )
    torch.manual_seed(0)
    state = transformers.BertForSequenceClassification(config).state_dict()
    state["classifier.weight"] = state["classifier.weight"] * scale  # scores far enough apart to tell texts apart
    state.pop(without, None)
    config.save_pretrained(config_folder)
    transformers.BertTokenizer(str(config_folder / "vocab.txt")).save_pretrained(config_folder)
    arguments: dict[str, Any] = {
        "model_type": "bert-base-uncased",  # what the hub would be asked for, as in the published checkpoints
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
        "num_classes": 3,
    }
    classes = ["toxic", "insult", "identity_hate"]
    checkpoint = folder / "tiny.ckpt"
    description = {"arch": {"args": arguments}, "dataset": {"args": {"classes": classes}}}
    torch.save({"config": description, "state_dict": state}, checkpoint)
    return Files(checkpoint=checkpoint, config=config_folder, sha256=digest_of(checkpoint))


@pytest.fixture(scope="module")
def detoxify(files: Files) -> Detoxify:
    return Detoxify.load(files.checkpoint, sha256=files.sha256, config=files.config)


def examine(detoxify: Detoxify, text: str, language: str = "") -> Sequence[Signal]:
    return detoxify.examine(Candidate(stage=Stage.WHOLE, text=text, language=language))


@pytest.mark.skipif(importlib.util.find_spec("detoxify") is not None, reason="the extra [detoxify] is installed")
def test_without_the_extra_the_refusal_names_it_in_both_languages(tmp_path: Path) -> None:
    checkpoint = tmp_path / "any.ckpt"
    checkpoint.write_bytes(b"")
    with pytest.raises(FilterUnavailable) as refusal:
        Detoxify.load(checkpoint, sha256=digest_of(checkpoint), config=tmp_path)
    assert "pip install 'talchum[detoxify]'" in refusal.value.explain("en")
    assert "추가 구성이 필요해요" in refusal.value.explain("ko")


class TestWithTheExtra:
    pytestmark = needs_extra

    def test_it_meets_the_contract_of_a_filter(self, detoxify: Detoxify) -> None:
        assert isinstance(detoxify, Filter)
        assert detoxify.id == "detoxify"
        assert detoxify.stages == frozenset(Stage)

    def test_it_scores_every_class_under_the_names_detoxify_settled_on(self, detoxify: Detoxify) -> None:
        signals = examine(detoxify, "you are a fool")
        assert [signal.category for signal in signals] == ["toxicity", "insult", "identity_attack"]
        assert all(signal.score is not None for signal in signals)

    def test_a_policy_with_rules_for_every_class_of_any_checkpoint_fits_this_one(self, detoxify: Detoxify) -> None:
        Policy.load().check([*load_filters(), detoxify])

    def test_korean_is_abstained_from_with_a_reason_even_by_the_multilingual_one(self, files: Files) -> None:
        multilingual = Detoxify.load(files.checkpoint, sha256=files.sha256, config=files.config, languages=MULTILINGUAL)
        signals = examine(multilingual, "너는 바보야")
        assert [signal.score for signal in signals] == [None] * 3
        assert all("ko" in signal.detail for signal in signals)
        assert all(signal.score is not None for signal in examine(multilingual, "tu es un fou", "fr"))

    def test_what_stands_at_the_end_of_a_long_text_is_judged(self, detoxify: Detoxify) -> None:
        harmless = "benign " * 5000
        before, after = examine(detoxify, harmless), examine(detoxify, harmless + "you are a fool " * 10)
        risen = [new for old, new in zip(before, after, strict=True) if (new.score or 0.0) > (old.score or 0.0)]
        assert risen
        assert any(signal.spans and signal.spans[0].end > len(harmless) for signal in risen)

    @pytest.mark.parametrize("text", ["\ud800", "you \udfff are", "", "  ", "\u0000", "🐚" * 300])
    def test_any_code_points_are_judged(self, detoxify: Detoxify, text: str) -> None:
        for signal in examine(detoxify, text, "en"):
            assert signal.score is not None
            assert all(span.end <= len(text) for span in signal.spans)

    def test_threads_do_not_disturb_each_other(self, detoxify: Detoxify) -> None:
        texts = ["you are a fool", "the sea " * 90, "benign"] * 4
        alone = [examine(detoxify, text) for text in texts]
        together: dict[int, Sequence[Signal]] = {}

        def work(place: int) -> None:
            together[place] = examine(detoxify, texts[place])

        threads = [threading.Thread(target=work, args=(place,)) for place in range(len(texts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [together[place] for place in range(len(texts))] == alone

    def test_another_sha256_is_refused_before_the_file_is_opened(self, files: Files, tmp_path: Path) -> None:
        trap = tmp_path / "trap.ckpt"
        trap.write_bytes(b"this is not even a pickle")
        with pytest.raises(FilterUnavailable, match="was not opened"):
            Detoxify.load(trap, sha256=files.sha256, config=files.config)

    def test_a_file_that_is_no_checkpoint_is_refused(self, files: Files, tmp_path: Path) -> None:
        broken = tmp_path / "broken.ckpt"
        broken.write_bytes(b"this is not even a pickle")
        with pytest.raises(FilterUnavailable, match="do not make a model"):
            Detoxify.load(broken, sha256=digest_of(broken), config=files.config)

    def test_a_missing_file_is_named_and_nothing_is_downloaded(self, files: Files, tmp_path: Path) -> None:
        with pytest.raises(FilterUnavailable, match=r"missing\.ckpt") as refusal:
            Detoxify.load(tmp_path / "missing.ckpt", sha256="0" * 64, config=files.config)
        assert "내려받지 않으니" in refusal.value.explain("ko")
        with pytest.raises(FilterUnavailable, match=r"config\.json"):
            Detoxify.load(files.checkpoint, sha256=files.sha256, config=tmp_path)

    def test_a_checkpoint_that_lacks_weights_is_refused(self, tmp_path: Path) -> None:
        gap = make_checkpoint(tmp_path, without="classifier.weight")
        with pytest.raises(FilterUnavailable, match=r"classifier\.weight"):
            Detoxify.load(gap.checkpoint, sha256=gap.sha256, config=gap.config)

    def test_the_version_changes_with_the_tokenizer(self, files: Files, detoxify: Detoxify, tmp_path: Path) -> None:
        other = tmp_path / "config"
        other.mkdir()
        for file in files.config.iterdir():
            (other / file.name).write_bytes(file.read_bytes())
        same = Detoxify.load(files.checkpoint, sha256=files.sha256, config=other)
        (other / "added.txt").write_text("x", encoding="utf-8")
        changed = Detoxify.load(files.checkpoint, sha256=files.sha256, config=other)
        assert same.version == detoxify.version != changed.version
