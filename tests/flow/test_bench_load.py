"""`talchum bench load` as people start it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.flow.conftest import ROOT, Run

QUICK = ("--ttft", 0, "--tps", 2_000, "--think", 0.5, "--faults", 0.2)


@pytest.fixture
def run(started: Run) -> Run:
    return lambda *words, lang="C.UTF-8": started("bench", "load", *map(str, words), LANG=lang)


@pytest.mark.slow
def test_ten_people_on_two_platforms_are_all_answered_in_order_and_leave_nothing_behind(
    run: Run, tmp_path: Path
) -> None:
    done = run("--conversations", 10, "--seconds", 2, "--messages", 40, *QUICK)

    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "talchum-bench" / "load.json").read_text(encoding="utf-8"))
    phases = facts["phases"]
    assert [phase["name"] for phase in phases] == [*["step"] * 4, "overload", "recovery", "endurance"]
    assert sum(phase["messages"] for phase in phases) > 40
    assert [(phase["lost"], phase["disordered"]) for phase in phases] == [(0, 0)] * 7
    assert sum(phase["repaired"] for phase in phases) > 0
    assert facts["problems"] == []
    assert len(facts["samples"]) >= 40
    before, after = facts["rested"]
    assert after["tasks"] <= before["tasks"] + 4
    assert after["threads"] <= before["threads"] + 4
    assert "answers out of order" in done.stdout
    assert (tmp_path / "talchum-bench" / "load.html").read_text(encoding="utf-8").count("<svg") == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--platform", "irc"), "There is no platform irc here. Known: discord, telegram"),
        (("--conversations", 1), "--conversations"),
        (("--out", "/dev/null/no"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told_before_the_work(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run(*words)

    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.slow
def test_a_run_that_is_terminated_takes_the_program_with_it(tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "bots", "bench", "load", "--conversations", "10", "--seconds", "0"]
    given = {**environment, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=given, cwd=tmp_path, stderr=subprocess.DEVNULL) as measuring:
        children = Path(f"/proc/{measuring.pid}/task/{measuring.pid}/children")
        while not (found := children.read_text().split()):
            time.sleep(0.05)
        measuring.terminate()
        assert measuring.wait(30) == 130

    assert [child for child in found if Path(f"/proc/{child}").exists()] == []
