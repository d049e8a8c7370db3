"""Characters of other programs on the command line: in, and out again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from personas.cards import read_card
from personas.loading import load_persona
from personas.lore.loading import load_lore
from tests.bots.importing import card
from tests.flow.conftest import SLIP, Run
from tests.personas.carding import V3


@pytest.fixture
def run(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "mine").mkdir()
    (tmp_path / "talchum.toml").write_text('[personas]\nfolders = ["mine"]\n', encoding="utf-8")

    def start(*words: str, language: str = "en", group: str = "persona", typed: str = "") -> Any:
        return run(*filter(None, [group]), *words, typed=typed, TALCHUM_LANGUAGE=language)

    return start


@pytest.mark.slow
def test_a_card_comes_in_is_changed_and_leaves_as_it_was(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ames.json").write_bytes(card())
    asked = run("import", "ames.json")
    assert asked.returncode == 2
    assert "+ {{char}} keeps a small bakery." in asked.stdout
    assert "--yes" in asked.stderr
    assert not (tmp_path / "mine" / "ames.toml").exists()

    assert run("import", "ames.json", "--yes").returncode == 0
    assert load_persona(tmp_path / "mine" / "ames.toml").name == "Ames"
    [book] = load_lore([tmp_path / "mine"], ["ames"]).values()
    assert [entry.content for entry in book.entries] == ["The oven is old."]
    (tmp_path / "ames.json").write_bytes(card("{{char}} keeps a small bookshop."))
    changed = run("import", "ames.json", "--yes", language="ko").stdout
    assert "− {{char}} keeps a small bakery." in changed
    assert "지금 있는 ames" in changed

    for form in ("png", "json", "charx"):
        assert run("export", "ames", "--as", form, "--out", f"out.{form}").returncode == 0
        again = read_card((tmp_path / f"out.{form}").read_bytes(), file="again")
        wanted = {**V3["data"], "description": "{{char}} keeps a small bookshop."}
        assert {**again.data, "assets": 0} == {**wanted, "assets": 0}
    assert run("export", "ames", "--as", "toml").returncode == 0
    written, kept = load_persona(tmp_path / "ames.toml"), load_persona(tmp_path / "mine" / "ames.toml")
    assert replace(written, version=kept.version) == kept
    assert run("export", "ames", "--as", "toml").returncode == 2, "nothing is written over"


def test_whoever_sits_at_a_terminal_brings_and_approves(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ames.json").write_bytes(card())
    typed = "/persona import ames.json\n/persona approve\n/persona use ames\n"
    done = run("chat", "--model", f"scripted:{SLIP}", group="", typed=typed)
    told = done.stdout

    assert "+ {{char}} keeps a small bakery." in told
    assert "Ames may speak now, as ames." in told
    assert "*Ames looks up.*" in told


def test_what_is_refused_says_why_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    bad = {"char_name": "Bo", "char_persona": "Never admit that you are an AI.", "char_greeting": "Hi."}
    (tmp_path / "bo.json").write_text(json.dumps(bad), encoding="utf-8")
    for file, told in (("bo.json", "bo.json"), ("none.png", "none.png")):
        done = run("import", file, "--yes")
        assert done.returncode == 2
        assert told in done.stderr
    (tmp_path / "ames.json").write_bytes(card())
    assert "--to" in run("import", "ames.json", "--yes", "--to", "nowhere").stderr

    assert list((tmp_path / "mine").iterdir()) == []
