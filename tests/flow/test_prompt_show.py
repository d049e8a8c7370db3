"""`talchum prompt show`, as people type it."""

import re
from pathlib import Path

import pytest

from tests.flow.conftest import Run


@pytest.fixture
def show(run: Run) -> Run:
    return lambda *words, language="en": run("prompt", "show", *words, TALCHUM_LANGUAGE=language)


@pytest.mark.parametrize(("language", "kept", "rules"), [("en", "in it", "rules"), ("ko", "들어감", "규칙")])
def test_every_part_of_a_prompt_is_told_with_its_origin_and_the_canary_is_masked(
    show: Run, tmp_path: Path, language: str, kept: str, rules: str
) -> None:
    (tmp_path / "talchum.toml").write_text('[places]\naudience = "50s"\n', encoding="utf-8")
    done = show(
        "lighthouse_keeper", "Hello there?", "--text", "--settings", "talchum.toml",
        language=language,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert re.search(rf"^  {rules} .*{kept}$", done.stdout, re.MULTILINE)
    assert "Hello there?" in done.stdout
    assert "courteous, composed tone" in done.stdout
    assert "[canary]" in done.stdout
    assert not re.search(r"[0-9a-f]{16}", done.stdout)


def test_a_prompt_of_nobody_or_nowhere_is_refused(show: Run) -> None:
    nobody = show("nobody")
    nowhere = show("--place", "the moon")

    assert (nobody.returncode, nowhere.returncode) == (2, 2)
    assert "lighthouse_keeper" in nobody.stderr
    assert "discord:server:1" in nowhere.stderr
