"""What the contracts of states are tested with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.state import State
from tests.contracts.stating import Clock, make_memory, make_sqlite


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[make_memory, make_sqlite], ids=["memory", "sqlite"])
async def state(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[State]:
    made: State = await request.param(tmp_path, clock)
    yield made
    await made.aclose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "state.db"
