"""The program as people type it: in this process, which has its filters already, or in a process of its own."""

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster

from bots.__main__ import main
from personas.generators.scripted import Scripted

ROOT = Path(__file__).parents[2]
SLIP = ROOT / "personas" / "library" / "scripts" / "slip_of_the_mask.json"
"""What the model says: something that is repaired."""
_ANOTHERS = ("TALCHUM_", "LC_", "OPENAI_", "DISCORD_", "TELEGRAM_")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing that whoever runs the tests has set, and data of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_ANOTHERS)}
    return {**kept, "TALCHUM_DATA": str(tmp_path / "data"), "LANG": "C.UTF-8", "COLUMNS": "200", "PYTHONUTF8": "1"}


@pytest.fixture
def started(tmp_path: Path, environment: dict[str, str]) -> Run:
    """In a process of its own, for what only that shows."""

    def start(*words: str, typed: str | bytes = "", **more: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "bots", *words],
            input=_bytes(typed),
            capture_output=True,
            env={**environment, "PYTHONPATH": str(ROOT), **more},
            cwd=tmp_path,
            timeout=300,
            check=False,
        )
        return subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(), done.stderr.decode())

    return start


@pytest.fixture
def run(
    tmp_path: Path,
    environment: dict[str, str],
    filters_at_hand: None,
    _nothing_of_ours_blocks_the_event_loop: BlockBuster,
) -> Run:
    """In this process, from the console script on, at no terminal; scripts are spoken without pauses."""
    _nothing_of_ours_blocks_the_event_loop.deactivate()  # a command serves nobody else while it reads its files

    def start(*words: str, typed: str | bytes = "", **more: str) -> "subprocess.CompletedProcess[str]":
        with alone({**environment, **more}, tmp_path, words), streams(_bytes(typed)) as (out, err):
            with pytest.raises(SystemExit) as ended:
                main()
            return subprocess.CompletedProcess(words, int(ended.value.code or 0), read(out), read(err))

    return start


@contextmanager
def alone(variables: Mapping[str, str], folder: Path, words: tuple[str, ...]) -> Iterator[None]:
    """What a process has to itself: variables, arguments, a folder, a mask, a log. What follows has it back."""
    mask, level = os.umask(0o022), logging.getLogger().level
    init: Any = Scripted.__init__
    try:
        with pytest.MonkeyPatch.context() as patched:
            for name in os.environ.keys() - variables.keys():
                patched.delenv(name)
            for name, value in variables.items():
                patched.setenv(name, value)
            patched.chdir(folder)
            patched.setattr(sys, "argv", ["talchum", *words])
            patched.setitem(init.__kwdefaults__, "sleep", no_time)
            yield
    finally:
        os.umask(mask)
        logging.getLogger().setLevel(level)


async def no_time(_: float) -> None:
    """Others have their turn, and that is all."""
    await asyncio.sleep(0)


@contextmanager
def streams(typed: bytes) -> Iterator[tuple[TextIOWrapper, TextIOWrapper]]:
    """Standard output and error as files, and standard input with what was `typed`."""
    with _file() as given, _file() as out, _file() as err, pytest.MonkeyPatch.context() as patched:
        given.buffer.write(typed)
        given.seek(0)
        patched.setattr(sys, "stdin", given)
        with redirect_stdout(out), redirect_stderr(err):
            yield out, err


def read(file: TextIOWrapper) -> str:
    """All that was written."""
    file.seek(0)
    return file.read()


def _file() -> TextIOWrapper:
    return TextIOWrapper(tempfile.TemporaryFile(), encoding="utf-8", newline="")


def _bytes(typed: str | bytes) -> bytes:
    return typed.encode() if isinstance(typed, str) else typed
