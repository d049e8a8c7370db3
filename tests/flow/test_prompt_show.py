"""`talchum prompt show`, in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def show(folder: Path, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TALCHUM_", "LC_", "OPENAI_"))}
    own = {"TALCHUM_DATA": str(folder / "data"), "TALCHUM_LANGUAGE": language, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bots", "prompt", "show", *words]
    return subprocess.run(
        command,
        capture_output=True,
        env={**kept, **own, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "COLUMNS": "200"},
        cwd=folder,
        timeout=120,
        check=False,
        text=True,
    )


@pytest.mark.parametrize(("language", "kept", "rules"), [("en", "in it", "rules"), ("ko", "들어감", "규칙")])
def test_every_part_of_a_prompt_is_told_with_its_origin_and_the_canary_is_masked(
    tmp_path: Path, language: str, kept: str, rules: str
) -> None:
    (tmp_path / "talchum.toml").write_text('[places]\naudience = "50s"\n', encoding="utf-8")
    done = show(
        tmp_path, "lighthouse_keeper", "Hello there?", "--text", "--settings", "talchum.toml",
        language=language,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert re.search(rf"^  {rules} .*{kept}$", done.stdout, re.MULTILINE)
    assert "Hello there?" in done.stdout
    assert "courteous, composed tone" in done.stdout
    assert "[canary]" in done.stdout
    assert not re.search(r"[0-9a-f]{16}", done.stdout)


def test_a_prompt_of_nobody_or_nowhere_is_refused(tmp_path: Path) -> None:
    nobody = show(tmp_path, "nobody")
    nowhere = show(tmp_path, "--place", "the moon")

    assert (nobody.returncode, nowhere.returncode) == (2, 2)
    assert "lighthouse_keeper" in nobody.stderr
    assert "discord:server:1" in nowhere.stderr
