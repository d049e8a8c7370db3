"""What the contracts of states and stores are tested with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.state import State
from moderation.stores import Store
from tests.contracts import stating, storing
from tests.support.exchanges import numbered


@pytest.fixture
def clock() -> stating.Clock:
    return stating.Clock()


@pytest.fixture(params=[stating.make_memory, stating.make_sqlite], ids=["memory", "sqlite"])
async def state(request: pytest.FixtureRequest, tmp_path: Path, clock: stating.Clock) -> AsyncIterator[State]:
    made: State = await request.param(tmp_path, clock)
    yield made
    await made.aclose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "state.db"


@pytest.fixture(params=storing.ALL, ids=storing.NAMES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made: Store = request.param(tmp_path, numbered())
    yield made
    await made.aclose()
