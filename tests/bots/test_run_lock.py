"""One program serves from one data folder."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bots.errors import RefuseToStart
from bots.run_lock import serving_alone
from moderation.words import LANGUAGES


def test_who_comes_second_is_told_who_serves_and_may_once_that_has_ended(tmp_path: Path) -> None:
    file = tmp_path / "data" / "run.lock"
    with serving_alone(file):
        with pytest.raises(RefuseToStart) as refusal, serving_alone(file):
            raise AssertionError("both serve")
        assert file.stat().st_mode & 0o077 == 0
    with serving_alone(file):
        pass

    for language in LANGUAGES:
        told = refusal.value.explain(language)
        assert str(os.getpid()) in told
        assert str(tmp_path / "data") in told


def test_a_killed_program_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    killed = (
        "import os, pathlib, sys\nfrom bots.run_lock import serving_alone\n"
        "with serving_alone(pathlib.Path(sys.argv[1])):\n os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", killed, file], cwd=Path(__file__).parents[2], check=False)

    assert done.returncode == -9
    assert file.read_text(encoding="ascii").strip().isdigit()
    with serving_alone(file):
        pass


def test_where_a_file_system_has_no_locks_it_serves_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(file: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    with serving_alone(tmp_path / "run.lock"), serving_alone(tmp_path / "run.lock"):
        pass
