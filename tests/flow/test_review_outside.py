"""`talchum review` in a process of its own, as people type it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLIP = ROOT / "personas" / "library" / "scripts" / "slip_of_the_mask.json"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TALCHUM_", "LC_", "OPENAI_"))}
    environment = {**kept, "TALCHUM_DATA": str(tmp_path / "data"), "LANG": "C.UTF-8", "COLUMNS": "200"}

    def start(*words: str, typed: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "bots", *words],
            input=typed,
            capture_output=True,
            env={**environment, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more},
            cwd=tmp_path,
            text=True,
            timeout=120,
            check=False,
        )

    return start


def slip(run: Run) -> str:
    """A reply in which something was repaired; its case."""
    shown = run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n")
    found = re.search(r"/why (\w+)", shown.stdout)
    assert found, shown
    return found[1]


def test_a_reply_withdrawn_from_outside_is_noted_and_said_to_stand_where_it_stood(run: Run) -> None:
    case = slip(run)

    english, korean = (run("review", "withdraw", case, TALCHUM_LANGUAGE=language) for language in ("en", "ko"))

    assert (english.returncode, korean.returncode) == (0, 0), (english.stderr, korean.stderr)
    assert f"{case}: noted, but not taken down" in english.stdout
    assert f"{case}: 적어 두었지만 내리지 못했어요" in korean.stdout
    assert "withdrew" in run("review", "show", case).stdout
