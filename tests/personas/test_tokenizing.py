"""Tokens counted by a model's own tokenizer."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.config import Settings
from bots.models import limits_of
from moderation.words import LANGUAGES
from personas.errors import ModelUnavailable
from personas.prompting import Limits, Tokenizer, compile_prompt
from tests.personas.prompted import CANARY, SEO, said

tokenizers: Any = pytest.importorskip("tokenizers")


def written(folder: Path) -> Path:
    """A tokenizer that knows bytes, and a few words."""
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab={sign: n for n, sign in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    file = folder / "tokenizer.json"
    made.save(str(file))
    return file


@pytest.fixture(scope="module")
def count(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer.load(written(tmp_path_factory.mktemp("model")))


@given(text=st.text(max_size=60))
def test_tokens_are_those_of_the_tokenizer_each_time(count: Tokenizer, text: str) -> None:
    assert count(text) == count(text) == len(text.encode("utf-8", "replace"))


def test_what_no_utf8_can_hold_is_counted_too(count: Tokenizer) -> None:
    assert count("\ud800a") == 2


def test_a_prompt_keeps_to_its_budget_by_that_count(count: Tokenizer) -> None:
    made = compile_prompt(SEO, (said("안녕"),), limits=Limits(budget=1_200, count=count), canary=CANARY)

    assert made.tokens <= 1_200
    assert {part.origin: part.tokens for part in made.parts}["turn:0"] == len("안녕".encode()) + 8


def test_settings_name_the_tokenizer_beside_them(tmp_path: Path) -> None:
    written(tmp_path)
    document = b'[model]\nuse = "openai:some"\nbase_url = "http://localhost:1/v1"\ntokenizer = "tokenizer.json"\n'
    limits = limits_of(Settings.load(document, {}, file=tmp_path / "talchum.toml"))

    assert limits.count is not None
    assert limits.count("abc") == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b'{"model": {"vocab": {}}}', b"\xff"])
def test_what_is_no_tokenizer_is_refused_by_name(tmp_path: Path, content: bytes | None, language: str) -> None:
    file = tmp_path / "tokenizer.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelUnavailable) as caught:
        Tokenizer.load(file)

    assert "tokenizer.json" in caught.value.explain(language)
    assert json.dumps(str(file))[1:-1] in caught.value.explain(language)
