"""What people are told to type begins with what starts the program where they are."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.words import PROGRAM, catalogue
from tests.flow.conftest import ROOT

STARTED = Path(".venv") / "bin" / "talchum"

Typed = Callable[..., str]


@pytest.fixture
def installed(tmp_path: Path, environment: dict[str, str]) -> Typed:
    """All that is told by the console script of a virtual environment, as the README has people start it."""
    script = tmp_path / STARTED
    script.parent.mkdir(parents=True)
    script.write_text(f"#!{sys.executable}\nfrom bots.__main__ import main\n\nmain()\n", encoding="utf-8")
    script.chmod(0o755)

    def typed(*words: str, command: tuple[str, ...] = (str(STARTED),), **more: str) -> str:
        done = subprocess.run(
            [*command, *words],
            env={**environment, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **more},
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.stdout + done.stderr

    return typed


pytestmark = pytest.mark.skipif(os.name != "posix", reason="a script with a line that names its interpreter")


def test_where_a_shell_does_not_find_the_program_it_is_named_as_it_was_started(
    installed: Typed, tmp_path: Path
) -> None:
    begun = installed("init", "--yes")

    assert ".venv/bin/talchum doctor\n" in begun
    assert ".venv/bin/talchum run\n" in begun
    assert " talchum " not in begun
    assert "Type: .venv/bin/talchum model install smollm2-135m" in installed("doctor", "--offline")
    assert "'.venv/bin/talchum run' starts it" in installed("status")
    assert "'.venv/bin/talchum run'으로" in installed("status", TALCHUM_LANGUAGE="ko")
    assert ".venv/bin/talchum persona check" in installed("persona", "new", "You are a smith", "--name", "Ada")
    assert "See whether it is fine: talchum persona check" in (tmp_path / "ada.toml").read_text("utf-8"), (
        "for others, too"
    )
    assert "More about it: .venv/bin/talchum persona show --help" in installed("persona", "show")


def test_what_is_wrong_at_the_start_of_what_serves_is_told_so_too(installed: Typed, tmp_path: Path) -> None:
    (tmp_path / "talchum.toml").write_text("", encoding="utf-8")

    assert "`.venv/bin/talchum init` writes one" in installed("run")


def test_where_a_shell_finds_it_its_name_is_enough(installed: Typed, tmp_path: Path) -> None:
    found = {"PATH": f"{tmp_path / STARTED.parent}:/usr/bin:/bin"}

    assert "'talchum run' starts it" in installed("status", **found)
    assert "'talchum run' starts it" in installed("status", command=("talchum",), **found)


def test_started_as_a_module_it_is_named_so(installed: Typed) -> None:
    assert f"'{sys.executable} -m bots run' starts it" in installed("status", command=(sys.executable, "-m", "bots"))


@pytest.mark.parametrize(
    ("key", "fields", "told"),
    [
        (
            "status.off_hint",
            {"folder": "talchum run"},
            "Nothing that serves says anything in talchum run. 'a{b}/talchum",
        ),
        ("commands.limits_hint", {}, "/talchum limits [SCOPE]"),
    ],
)
def test_neither_what_is_filled_in_nor_commands_in_chats_are_taken_for_it(
    key: str, fields: dict[str, str], told: str
) -> None:
    before = PROGRAM.set("a{b}/talchum")
    try:
        assert catalogue("bots").say(key, "en", **fields).startswith(told)
    finally:
        PROGRAM.reset(before)
