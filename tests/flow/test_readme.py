"""The README's commands work, and both READMEs have the same."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize("line", HERE)
def test_a_command_does_what_the_readme_says(line: str, tmp_path: Path) -> None:
    assert len(HERE) >= 5
    program = f"{sys.executable} -m bots"
    environment = {**os.environ, "TALCHUM_DATA": str(tmp_path), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    done = subprocess.run(
        line.replace(".venv/bin/talchum", program),
        shell=True,
        cwd=tmp_path,
        input="Good evening\n" if " chat " in line else None,
        capture_output=True,
        text=True,
        env=environment,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if " chat " in line:
        assert "✎" in done.stdout
