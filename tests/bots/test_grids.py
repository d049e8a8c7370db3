"""Figures on a terminal."""

import re
import sys
from dataclasses import dataclass

import pytest

from bots.cli.grids import tell


@dataclass(frozen=True)
class Figures:
    """Two columns."""

    title: str = "수치"
    columns: tuple[str, ...] = ("이름", "답까지 걸린 시간")
    rows: tuple[tuple[str, ...], ...] = (("서버가 대답을 시작한 때", "1.25"),)


@pytest.mark.parametrize("columns", range(14, 40))
def test_figures_in_korean_have_every_letter_however_narrow_the_terminal_is(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in (("COLUMNS", str(columns)), ("TERM", "xterm"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    tell([Figures()], [])

    told = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert "…" not in told
    every = "".join((*Figures.columns, *Figures.rows[0])).replace(" ", "")
    assert sorted(re.sub(r"[\s─]", "", told.removeprefix("수치"))) == sorted(every)
