"""How long it takes until somebody can talk, and what the program weighs meanwhile.

Every start is a process of its own with piped input, as a person at a terminal would have it: the greeting, then a
line typed at once, then the first passage that a model generated.
"""

import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bots.config import DATA_VARIABLE, DEFAULT_MODEL, LANGUAGE_VARIABLE, Settings
from personas.errors import ModelUnavailable
from personas.loading import load_library
from personas.model_files import find
from tests.bench.installed import base_install
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, Value, at_most
from tests.bench.texts import SPEAKERS

GOAL: Final = 5.0
"""Seconds to the first generated word."""
PATIENCE: Final = 120.0
"""Seconds after which a start has failed."""
ROOT: Final = Path(__file__).parents[2]
SAID: Final = b"Good evening, what do you see out there?\n"
SCRIPT: Final = {"script": "bench", "sentences": [{"t": "The gulls are quiet tonight."}, {"t": "Come in."}]}
"""No delay of its own: what is measured is ours."""
SNIPPETS: Final = {
    "python, nothing imported": "pass",
    "python, the program imported": 'import bots.__main__ as m; m.build("en")',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of `talchum chat`."""

    greeting: float
    """Seconds to the persona's first words."""
    word: float
    """Seconds to the first generated passage."""
    idle: float
    """Megabytes resident after the greeting."""
    talking: float
    """Megabytes resident after the first passage."""


class _Silent(Exception):
    """A program that does not say what was waited for."""


def start(sizes: Sizes) -> Section:
    """Three tables: chat until the first word, other ways to start, and what lies on the disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "bench.json"
        script.write_text(json.dumps(SCRIPT), encoding="utf-8")
        ways = {"scripted model": f"scripted:{script}"}
        note = "The first start of each row may have read from the disk; the second column is what follows."
        if _lend_models(folder):
            ways["embedded model"] = DEFAULT_MODEL
        else:
            note += f" The embedded model is not installed ({DEFAULT_MODEL}): nothing measured with it."
        chats = {way: [_chat(model, folder) for _ in range(sizes.starts)] for way, model in ways.items()}
        others = tuple(_others(folder, sizes.starts))
    heads = ("first start s", "later, median s", "memory MB")
    rows = tuple(row for way, starts in chats.items() for row in _rows(way, starts))
    return Section(
        tables=(
            Table(title="start of talchum chat", columns=heads, rows=rows, note=note),
            Table(title="start of everything else", columns=heads[:2], rows=others),
            base_install(),
        )
    )


def _rows(way: str, starts: list[Start]) -> Iterator[Row]:
    idle, talking = (median(each.idle for each in starts), median(each.talking for each in starts))
    greeting = _first_and_later([each.greeting for each in starts])
    word = _first_and_later([each.word for each in starts])
    yield Row(name=f"{way}, to the greeting", values=(*greeting, idle))
    yield Row(
        name=f"{way}, to the first generated passage", values=(*word, talking), goal=at_most(max(word), GOAL, "s")
    )


def _first_and_later(times: list[float]) -> tuple[float, float]:
    return times[0], median(times[1:] or times)


def _lend_models(folder: Path) -> bool:
    """Make this machine's installed models usable in `folder`, beside a store of its own; whether the default is."""
    models = Settings.find(None, os.environ).models
    try:
        find(DEFAULT_MODEL.partition(":")[2], models)
    except ModelUnavailable:
        return False
    (folder / "models").symlink_to(models, target_is_directory=True)
    return True


def _chat(model: str, folder: Path) -> Start:
    """Start, read the greeting, say something, read the first generated passage, leave."""
    speaker = load_library(())[SPEAKERS["en"]]
    said = re.compile(rf"^{re.escape(speaker.name)}  \S", re.MULTILINE)
    complaints = folder / "complaints.txt"
    began = time.perf_counter()
    with (
        complaints.open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "bots", "chat", "--model", model, "--persona", speaker.id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=folder,
            env=_environment(folder),
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        try:
            told = _read_until(process.stdout.fileno(), said, 1, "")
            greeting, idle = time.perf_counter() - began, _resident(process.pid)
            process.stdin.write(SAID)
            process.stdin.flush()
            _read_until(process.stdout.fileno(), said, 2, told)
            word, talking = time.perf_counter() - began, _resident(process.pid)
            process.stdin.close()
        except _Silent as error:
            raise RuntimeError(f"{error}; {complaints.read_text(encoding='utf-8', errors='replace')}") from None
        finally:
            process.kill()
    return Start(greeting=greeting, word=word, idle=idle, talking=talking)


def _read_until(descriptor: int, pattern: re.Pattern[str], times: int, told: str) -> str:
    """What was written once `pattern` occurs that many times in it."""
    written = told.encode()
    until = time.monotonic() + PATIENCE
    while len(pattern.findall(written.decode(errors="ignore"))) < times:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(descriptor, 1 << 16) if ready else b""
        if not piece:
            raise _Silent(f"talchum chat ended or was silent after {written.decode(errors='replace')!r}")
        written += piece
    return written.decode(errors="ignore")


def _resident(process: int) -> float:
    """Megabytes; not a number where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return float("nan")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))[0]) * 1024 / 1e6


def _others(folder: Path, starts: int) -> Iterator[Row]:
    """Whole processes, from start to end."""
    judged = json.dumps({"id": 1, "text": "Good evening, friend."}).encode()
    commands = {
        **{name: ((sys.executable, "-c", code), b"") for name, code in SNIPPETS.items()},
        "talchum --help": ((sys.executable, "-m", "bots", "--help"), b""),
        "talchum review list, nothing kept": ((sys.executable, "-m", "bots", "review", "list"), b""),
        "talchum judge, one line": ((sys.executable, "-m", "bots", "judge"), judged),
    }
    for name, (command, typed) in commands.items():
        times = []
        for _ in range(starts):
            began = time.perf_counter()
            subprocess.run(command, input=typed, check=True, capture_output=True, cwd=folder, env=_environment(folder))
            times.append(time.perf_counter() - began)
        values: tuple[Value, ...] = _first_and_later(times)
        yield Row(name=name, values=values)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, DATA_VARIABLE: str(folder), LANGUAGE_VARIABLE: "en", "PYTHONPATH": str(ROOT)}
