"""How the coroutine of a command is run."""

import asyncio
import contextvars
import sys

import pytest

from bots.cli.common import run

NAME: contextvars.ContextVar[str] = contextvars.ContextVar("NAME", default="nobody")


async def whose() -> str:
    return f"{type(asyncio.get_running_loop()).__module__} {NAME.get()}"


def test_a_command_runs_on_the_fast_loop_with_what_its_caller_had_set() -> None:
    token = NAME.set("somebody")
    try:
        assert run(whose()) == "uvloop somebody"
    finally:
        NAME.reset(token)


def test_where_there_is_no_fast_loop_it_runs_on_pythons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(whose()) == "asyncio.unix_events nobody"


def test_what_a_command_raises_is_raised() -> None:
    async def fails() -> None:
        raise ValueError("so it is")

    with pytest.raises(ValueError, match="so it is"):
        run(fails())
