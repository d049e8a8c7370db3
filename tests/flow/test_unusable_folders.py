"""A data folder that cannot be read or written is no defect: one sentence names the file and the reason, and the exit
code is the one that starts nothing again."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flow.conftest import ROOT, SLIP, Run

CHAT = ("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper")


@pytest.fixture
def permitted(environment: dict[str, str], tmp_path: Path) -> Run:
    """A process that obeys the permissions of files, whoever runs the tests."""
    bound: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if not (setpriv := shutil.which("setpriv")):
            pytest.skip("root obeys no permissions")
        bound = (setpriv, "--bounding-set=-all", "--inh-caps=-all")

    def start(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*bound, sys.executable, "-m", "bots", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**environment, "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": "x.y.z"},
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return start


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (tmp_path / "talchum.toml").write_text('language = "en"\n[discord]\n', encoding="utf-8")
    yield folder
    if folder.is_dir():
        folder.chmod(0o700)


def no_writing(data: Path) -> Path:
    data.chmod(0o500)
    return data / "talchum.log"


def no_reading(data: Path) -> Path:
    data.chmod(0o000)
    return data


def no_log(data: Path) -> Path:
    file = data / "talchum.log"
    file.touch(mode=0o400)
    return file


@pytest.mark.parametrize("made", [no_writing, no_reading, no_log])
def test_what_serves_says_which_file_and_why(permitted: Run, data: Path, made: Callable[[Path], Path]) -> None:
    file = made(data)
    done = permitted("run")

    assert done.returncode == 2, done.stderr
    assert str(file) in done.stderr
    assert "Permission denied" in done.stderr


def test_so_does_who_talks_in_a_terminal(permitted: Run, data: Path) -> None:
    file = no_log(data)
    done = permitted(*CHAT)

    assert done.returncode == 2, done.stderr
    assert str(file) in done.stderr


@pytest.mark.parametrize(
    "words",
    ["status", "store check", "store backup copy.zip", "privacy retention", "audit verify", "report monthly"],
)
def test_so_does_what_reads_the_data(permitted: Run, data: Path, words: str) -> None:
    no_reading(data)
    done = permitted(*words.split())

    assert done.returncode == 2, done.stderr
    assert str(data) in done.stderr
    assert "broken" not in done.stderr


@pytest.mark.parametrize(("made", "wrong"), [(no_reading, "Data folder"), (no_log, "Log")])
def test_the_checkup_tells_it_and_looks_at_the_rest(
    permitted: Run, data: Path, made: Callable[[Path], Path], wrong: str
) -> None:
    made(data)
    done = permitted("doctor", "--offline")

    assert done.returncode == 1, done.stderr
    assert f"✗ {wrong}  {data}" in done.stdout
    assert "✓ Crisis numbers" in done.stdout


@pytest.mark.parametrize(("language", "told"), [("en", "Not a directory"), ("ko", "폴더가 아님")])
def test_a_file_in_the_place_of_the_folder_is_told_in_the_language_of_the_settings(
    run: Run, data: Path, language: str, told: str
) -> None:
    data.rmdir()
    data.touch()
    (data.parent / "talchum.toml").write_text(f'language = "{language}"\n', encoding="utf-8")
    done = run("status")

    assert done.returncode == 2, done.stderr
    assert str(data / "status.json") in done.stderr
    assert told in done.stderr
