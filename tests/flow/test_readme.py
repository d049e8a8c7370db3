"""The README's commands work, and both READMEs have the same."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.conftest import Run

ROOT = Path(__file__).parents[2]
TALCHUM = ".venv/bin/talchum"


def commands(readme: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"\s{2,}#.*", "", line).strip() for block in blocks for line in block.splitlines() if line.strip()]


ENGLISH = commands("README.md")
NEEDS_MORE = ("model install", "embedded:qwen", "openai:MODEL", "talchum init", "talchum doctor", "talchum run")
"""What downloads a gigabyte, wants a key or a token, asks questions, or serves until it is stopped; their parts are
tested elsewhere."""
HERE = [line for line in ENGLISH if "talchum" in line and not any(part in line for part in NEEDS_MORE)]


def test_the_readmes_have_the_same_commands() -> None:
    assert "make chat" in ENGLISH
    assert commands("README.ko.md") == ENGLISH


@pytest.mark.parametrize("target", ["chat", "test", "test-all", "lint", "types", "bench", "licences", "check"])
def test_make_knows_its_targets(target: str) -> None:
    make = shutil.which("make")
    assert make
    done = subprocess.run([make, "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def typed(line: str, run: Run, environment: dict[str, str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """What comes of a line: one for the shell, or a talk, in processes of its own."""
    program, *words = shlex.split(line)
    if program == TALCHUM and "chat" not in words:
        return run(*words)
    return subprocess.run(
        line.replace(TALCHUM, f"{sys.executable} -m bots"),
        shell=True,
        cwd=folder,
        input="Good evening\n" if " chat " in line else None,
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": str(ROOT)},
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize("line", HERE)
def test_a_command_does_what_the_readme_says(line: str, run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    assert len(HERE) >= 5
    done = typed(line, run, environment, tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if " chat " in line:
        assert "✎" in done.stdout
