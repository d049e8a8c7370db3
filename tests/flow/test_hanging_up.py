"""SIGHUP before `talchum run` can listen to it: it asks for settings to be read anew, also of what just started."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.flow.conftest import ROOT

TOLD_AT_ONCE = """
import os, signal, sys
from bots import __main__ as program

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs this may have it ignored

def told() -> int:
    os.kill(os.getpid(), signal.SIGHUP)
    return 0

program._run = told
program.main()
"""
"""The program as it is, told before it has done anything."""


def told_at_once(verb: str, given: int) -> int:
    """The exit code; `given` is standard input."""
    done = subprocess.run([sys.executable, "-c", TOLD_AT_ONCE, verb], stdin=given, cwd=ROOT, timeout=120, check=False)
    return done.returncode


@pytest.mark.parametrize(("verb", "code"), [("run", 0), ("chat", -signal.SIGHUP)])
def test_what_serves_without_a_terminal_does_not_end_by_it(verb: str, code: int) -> None:
    assert told_at_once(verb, subprocess.DEVNULL) == code


def test_with_a_terminal_that_is_gone_it_ends() -> None:
    ours, theirs = pty.openpty()
    try:
        assert told_at_once("run", theirs) == -signal.SIGHUP
    finally:
        os.close(ours)
        os.close(theirs)
