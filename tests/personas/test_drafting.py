"""A new persona file: whatever line it begins with, it can be read, and says what every key is for."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.checking import check
from personas.differences import differences
from personas.drafting import draft, overlay, written
from personas.loading import bundled
from personas.persona import Tier
from personas.remarks import Level


@pytest.mark.parametrize(
    ("line", "name", "identity", "language"),
    [
        ("당신은 수학자입니다", "수학자", "suhakja", "ko"),
        ("너는 밤에만 여는 빵집 주인이야.", "밤에만 여는 빵집 주인", "bameman_yeoneun_ppangjip_juin", "ko"),
        ("You are a mathematician.", "Mathematician", "mathematician", "en"),
        ("Explains anything with kitchen things.", "Persona", "persona", "en"),
        ("부엌 물건으로 뭐든 설명하는 사람.", "페르소나", "persona", "ko"),
    ],
)
def test_one_line_is_enough(line: str, name: str, identity: str, language: str) -> None:
    made = draft(line)
    assert (made.name, made.id, made.language, made.tier) == (name, identity, language, Tier.DEMOGRAPHIC)
    checked = check(written(made, schema="s.json", told_in="ko").encode(), file="new.toml", bases={})
    assert checked.problems == ()
    assert checked.persona is not None
    assert all(checked.persona.lines)


@given(
    line=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(str.strip),
    tier=st.sampled_from([Tier.DEMOGRAPHIC, Tier.CHARACTER]),
    told_in=st.sampled_from(["en", "ko"]),
)
def test_any_line_makes_a_file_that_can_be_read(line: str, tier: Tier, told_in: str) -> None:
    text = written(draft(line, tier=tier, told_in=told_in), schema="./s.json", told_in=told_in)
    checked = check(text.encode(), file="new.toml", bases={})
    assert checked.persona is not None, [problem.explain() for problem in checked.problems]
    assert checked.persona.tier is tier
    assert text.startswith("#:schema ./s.json\n")


def test_a_new_character_says_what_is_still_to_be_written() -> None:
    text = written(draft("A baker.", name="Jo", tier=Tier.CHARACTER, told_in="ko"), schema="s", told_in="ko")
    checked = check(text.encode(), file="new.toml", bases={})
    rules = {problem.about.rule for problem in checked.problems if hasattr(problem.about, "rule")}
    assert rules == {"unwritten"}
    assert {problem.level for problem in checked.problems} == {Level.WARNING}
    assert all(text.splitlines()[problem.line - 1].count("TODO") for problem in checked.problems)
    assert "# 말하는 방식이에요" in text
    assert {"facts", "relations", "ocean", "demonstrations"} <= set(tomllib.loads(text))


def test_what_one_person_has_on_top_is_a_line_and_the_canon_it_was_written_for(tmp_path: Path) -> None:
    base = bundled()["old_friend"]
    text = written(overlay(base, "한별이의 친구.", identity="mine"), base=base, schema="s", told_in="en")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert tomllib.loads(text)["canon"] == base.version
    made = check(text.encode(), file="mine.toml", bases={base.id: base}).persona
    assert made is not None
    assert [each.field for each in differences(base, made)] == ["tier", "description"]
    assert made.extra["canon"] == base.version
