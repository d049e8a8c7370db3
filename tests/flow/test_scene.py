"""Several personas in one terminal: the program as people type it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flow.conftest import Run

LINES = (
    "The kettle is on.",
    "Somebody has been here, the chair is warm.",
    "It was the cat.",
    "Elementary.",
    "More tea?",
)
BOTH = ("--persona", "lighthouse_keeper", "--with", "victorian_detective")

Chat = Callable[..., str]


@pytest.fixture
def chat(run: Run, tmp_path: Path) -> Chat:
    """What stands in the terminal after these lines were typed, in which whoever may react does."""
    script = [{"script": "scene", "sentences": [{"t": line}]} for line in LINES]
    (tmp_path / "scene.json").write_text(json.dumps(script), encoding="utf-8")
    settings = f'[model]\nuse = "scripted:{tmp_path / "scene.json"}"\n[places]\nscene_chance = 1.0\n'
    (tmp_path / "talchum.toml").write_text(settings, encoding="utf-8")

    def typed(*lines: str, words: tuple[str, ...] = BOTH) -> str:
        done = run("chat", *words, typed="\n".join(lines) + "\n")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return typed


def said(screen: str) -> list[str]:
    """The lines of the script that stand there, with who says them."""
    return [line for line in screen.splitlines() if any(text in line for text in LINES)]


def test_two_personas_talk_with_somebody_and_with_each_other_until_it_is_the_humans_turn(chat: Chat) -> None:
    screen = chat("Good evening, Marin.", "/talchum settings scene_chance 0", "Eleanor, who did it?", "/regenerate")

    assert said(screen) == [
        "Marin Holt  The kettle is on.",
        "Eleanor Finch  Somebody has been here, the chair is warm.",
        "Marin Holt  It was the cat.",
        "Eleanor Finch  Elementary.",
        "Eleanor Finch  More tea?",
    ]


def test_a_scene_is_begun_and_ended_by_command(chat: Chat) -> None:
    screen = chat(
        "/talchum settings language ko",
        "/scene start lighthouse_keeper victorian_detective",
        "Hello, Marin!",
        "/scene end",
        "Hello again!",
        words=("--persona", "lighthouse_keeper"),
    )

    assert "장면을 시작해요: Marin Holt, Eleanor Finch" in screen
    assert "장면이 끝났어요" in screen
    assert [line.split("  ")[0] for line in said(screen)] == ["Marin Holt", "Eleanor Finch", "Marin Holt", "Marin Holt"]


def test_whoever_comes_along_and_speaks_what_the_model_does_not_is_warned_of(chat: Chat) -> None:
    screen = chat("/scene add joseon_scholar", words=("--persona", "lighthouse_keeper", "--with", "old_navigator"))

    assert screen.count("speaks Korean, but the model in use knows only English") == 2


def test_a_persona_that_is_not_there_is_named_with_those_that_are(run: Run) -> None:
    done = run("chat", "--model", "scripted:evening_chat", "--with", "nobody")

    assert done.returncode != 0
    assert "nobody" in done.stderr
    assert "victorian_detective" in done.stderr
    assert "Traceback" not in done.stderr
