"""Words that are withdrawn while a reply is shown, or where something fails: they never stay there."""

import asyncio
from itertools import pairwise

import pytest

from bots.streaming import Gone
from personas.messages import Withdrawal
from tests.bots.streaming_stage import (
    CLEAN,
    DONE,
    GRACE,
    LONG,
    RUNNING,
    TAKEN_BACK,
    Scene,
    Step,
    after,
    now,
    passage,
    play,
    put_right,
    shown,
    stage,
)


def test_every_message_is_taken_back_even_where_one_cannot_be_at_once() -> None:
    for name in ("remove", "edit"):
        steps: list[Step] = [*map(passage, LONG), 30.0, Withdrawal(), 10.0, passage("No."), CLEAN]
        whole = stage(*steps)
        shown(whole)
        first = [call.at < 30.0 for call in whole.wall.calls if call.name == name].count(True)
        scene = stage(*steps, error=RuntimeError(), fails=(name, first))
        result = shown(scene)

        assert put_right(scene.wall, "No.")
        assert scene.unable == [30.0]
        again = next(call for call in scene.wall.writes if call.at > 30.0)
        assert (again.at, again.name) == (31.0, name), "only what failed is tried again"
        assert all(call.at in {30.0, 31.0, 40.0} for call in scene.wall.writes if call.at >= 30.0)
        assert (result.withdrawn, scene.settled) == (True, True)


def test_what_cannot_be_taken_back_is_tried_again_ever_less_often_and_the_error_raised_at_last() -> None:
    steps: list[Step] = [passage("One."), 30.0, Withdrawal(), 1.0, CLEAN]
    for failures, stands in ((9, (TAKEN_BACK, DONE)), (10, ("One.", RUNNING))):
        scene = stage(*steps, error=RuntimeError(), fails=("edit", 0), failures=failures)
        if stands[0] == TAKEN_BACK:
            shown(scene)
        else:
            with pytest.raises(RuntimeError):
                play(scene.show())

        assert scene.wall.stands == [stands]
        assert scene.settled == (stands[0] == TAKEN_BACK)
        pauses = [later - earlier for earlier, later in pairwise(scene.wall.times("edit"))]
        assert pauses[:9] == sorted(pauses[:9])
        assert sum(pauses) > 300.0
        assert scene.unable == scene.wall.times("edit")[:9]


def test_a_message_that_cannot_be_changed_any_more_is_taken_away_where_its_words_were_withdrawn() -> None:
    steps: list[Step] = [*map(passage, LONG), 30.0, Withdrawal(), 30.0, CLEAN]
    whole = stage(*steps)
    shown(whole)
    edits = [call.at < 30.0 for call in whole.wall.calls if call.name == "edit"].count(True)
    scene = stage(*steps, error=Gone(), fails=("edit", edits))
    assert play(scene.show()).gone

    assert scene.wall.stands == []
    assert scene.settled


def test_at_the_end_of_the_program_what_could_not_be_taken_back_is_tried_again_at_once_within_the_grace() -> None:
    for failures in (6, 100):
        steps: list[Step] = [passage("One."), 30.0, Withdrawal(), 600.0, CLEAN]
        scene = stage(*steps, error=RuntimeError(), fails=("edit", 0), failures=failures)

        async def scenario(scene: Scene = scene) -> None:
            showing = asyncio.create_task(scene.show())
            await after(48.0, showing.cancel)
            await asyncio.wait([showing])
            assert now() <= 48.0 + GRACE

        play(scenario())
        assert [call.at for call in scene.wall.writes if call.at >= 48.0][:2] == [48.0, 49.0]
        assert scene.settled == (failures == 6)
        assert scene.wall.stands == [(TAKEN_BACK, DONE) if failures == 6 else ("One.", RUNNING)]


def test_what_was_withdrawn_during_a_call_that_fails_is_taken_back_all_the_same() -> None:
    steps: list[Step] = [passage("One."), 5.0, passage(" Two."), 1.0, Withdrawal(), 30.0, CLEAN]
    scene = stage(*steps, delays=[2.0], error=RuntimeError(), fails=("edit", 0))
    with pytest.raises(RuntimeError):
        play(scene.show())

    assert scene.wall.stands == [(TAKEN_BACK, DONE)]


def test_words_that_were_withdrawn_do_not_outlast_the_grace_of_an_outlet_that_hangs() -> None:
    scene = stage(*map(passage, LONG), 30.0, Withdrawal(), 60.0, CLEAN)

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await asyncio.sleep(29.9)
        scene.wall.delays = [1_000.0]
        await after(1.0, showing.cancel)
        await asyncio.wait([showing])
        assert showing.cancelled()
        assert now() == pytest.approx(30.9 + GRACE)

    play(scenario())
    assert scene.reply.closed
