"""The review desk, killed at every step of a decision: no half decision, and what follows from it happens once."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.cases import CaseState, Review, ReviewStep, Ruling
from tests.bots.aftermath_stage import DRAFT, HELD, Stage
from tests.bots.killed_stage import CLOSED, NOTHING, POINTS, Point, at_home

EVERY = pytest.mark.parametrize("number", range(len(POINTS)), ids=[point.name for point in POINTS])

Ended = dict[int, tuple[int, int]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed")


@pytest.fixture(scope="module")
def ended(folder: Path) -> Ended:
    """By point: how the deciding process ended, and what `talchum audit verify` returned after that."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bots.killed_stage", str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        point: (how, verified) for point, how, verified in (map(int, row.split()) for row in done.stdout.splitlines())
    }


async def left(stage: Stage) -> tuple[bool, bool, bool, bool]:
    """See `Point.left`."""
    case = (await stage.kept()).case
    mutes = await stage.opened.house.mutes.here(None)
    shown = stage.wall.stands == {"sm1": DRAFT}
    assert shown or HELD in stage.wall.stands["sm1"]
    return case.ruling is Ruling.OVERTURNED, not mutes, shown, case.state is CaseState.CLOSED


def steps(reviews: tuple[Review, ...], step: ReviewStep) -> int:
    return [review.step for review in reviews].count(step)


@EVERY
async def test_a_kill_leaves_whole_steps_that_the_next_process_goes_on_from_each_once(
    ended: Ended, folder: Path, number: int
) -> None:
    point: Point = POINTS[number]
    assert ended[number] == (-signal.SIGKILL, 0)
    async with at_home(folder / str(number)) as stage:
        assert await left(stage) == point.left
        stage.clock.now += timedelta(minutes=2)

        for _ in range(2):
            await stage.opened.house.tending.once()
            await stage.opened.house.aftermath.sweep()

        assert await left(stage) == (NOTHING if point.left == NOTHING else CLOSED)
        if point.left == NOTHING:
            assert (await stage.kept()).case.state is CaseState.QUEUED
            await stage.decide("/review approve x1")
        kept, audit = await stage.kept(), await stage.opened.store.verify()
        assert await left(stage) == CLOSED
        assert stage.wall.writes == [DRAFT]
        for step in (ReviewStep.CLAIM, ReviewStep.OVERTURN, ReviewStep.UNMUTE, ReviewStep.RESTORE):
            assert steps(kept.case.reviews, step) == 1, step
        assert audit.sound
        record = await stage.opened.house.replies.of_exchange("x1")
        assert record is not None
        assert not record.running


def test_every_point_is_one_where_the_program_dies(ended: Ended) -> None:
    assert len(ended) == len(POINTS) > 8
    assert len({point.left for point in POINTS}) == 5
