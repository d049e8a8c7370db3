"""The program in a process of its own, as people type it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLIP = ROOT / "personas" / "library" / "scripts" / "slip_of_the_mask.json"
"""What the model says: something that is repaired."""

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
