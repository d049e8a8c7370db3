"""Whatever others write is read or refused in words: what is kept, and small changes of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import CORPORA, TARGETS, kept


def test_every_target_has_a_corpus_and_every_corpus_a_target() -> None:
    assert {path.name for path in CORPORA.iterdir() if path.is_dir()} == set(TARGETS)
    assert all(len(kept(name)) >= 3 for name in TARGETS)
    assert all(path.stat().st_size < 4_000 for name in TARGETS for path in kept(name))


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_kept_is_read_or_refused_in_words(name: str) -> None:
    for path in kept(name):
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_changed_a_little_is_read_or_refused_in_words(name: str, data: st.DataObject) -> None:
    sample = bytearray(data.draw(st.sampled_from(kept(name))).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(sample)))
        other = st.binary(max_size=6) | st.text(max_size=3).map(str.encode) | st.sampled_from(TOKENS)
        sample[place : place + data.draw(st.integers(0, 6))] = data.draw(other)
    TARGETS[name](bytes(sample))


TOKENS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"\0",
    b"\xff",
    b"\n",
    b"1e999",
    b"-1",
    b"null",
    b"{{user}}",
    b"<@1>",
    b"&#0;",
]
"""What readers stumble over."""
