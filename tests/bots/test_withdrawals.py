"""Words that are withdrawn while a reply is shown, or where something fails: they never stay there."""

import asyncio
from itertools import pairwise

import pytest

from bots.streaming import Gone, Shown
from moderation.records import Outcome
from personas.messages import Event, Finished, Kept, PassageKind, Withdrawal
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

BROKEN_OFF: list[Step] = [passage("One."), 5.0, passage(" Two."), 1.0, Withdrawal(), 30.0, CLEAN]
"""Its edit is under way when its words are withdrawn."""


def play_slowed(scene: Scene, since: float, until: float) -> None:
    """Show it on a platform on which a call that begins between these seconds takes a minute."""

    async def scenario() -> None:
        slow = asyncio.create_task(after(since, lambda: setattr(scene.wall, "delays", [60.0])))
        fast = asyncio.create_task(after(until, lambda: setattr(scene.wall, "delays", [0.0])))
        await asyncio.gather(scene.show(), slow, fast)

    play(scenario())


def test_an_edit_that_waits_is_broken_off_where_its_words_are_withdrawn_and_nobody_reads_them() -> None:
    scene = stage(*BROKEN_OFF, delays=[0.0])
    play_slowed(scene, 5.0, 5.9)

    assert [(call.at, call.text) for call in scene.wall.writes] == [
        (0.0, "One."),
        (5.0, "One. Two."),
        (6.0, TAKEN_BACK),
        (11.0, TAKEN_BACK),
        (36.0, TAKEN_BACK),
    ]
    assert not any("Two" in text for texts in scene.wall.seen for text in texts)
    assert scene.wall.stands == [(TAKEN_BACK, DONE)]


@pytest.mark.parametrize("lands", [0.0, 0.5, 4.0])
def test_an_edit_that_was_broken_off_too_late_does_not_stay(lands: float) -> None:
    for ending in (30.0, 0.1):
        scene = stage(*BROKEN_OFF[:-2], ending, CLEAN, delays=[0.0], lands=lands)
        play_slowed(scene, 5.0, 5.9)

        assert scene.wall.stands == [(TAKEN_BACK, DONE)]
        assert scene.settled


def test_a_post_that_waits_comes_to_its_end_as_its_message_has_to_be_known_to_be_taken_back() -> None:
    scene = stage(passage("One."), 1.0, Withdrawal(), 30.0, CLEAN, delays=[3.0])
    shown(scene)

    assert [(call.name, call.at) for call in scene.wall.writes][:2] == [("post", 0.0), ("edit", 3.0)]
    assert scene.wall.stands == [(TAKEN_BACK, DONE)]


def test_no_sign_of_writing_keeps_words_from_being_taken_back() -> None:
    steps: list[Step] = [passage("One."), 9.0, Withdrawal(), 30.0, CLEAN]
    scene = stage(*steps, delays=[0.0])
    play_slowed(scene, 7.0, 8.5)

    assert 8.0 in scene.wall.times("typing")
    assert scene.wall.times("edit")[0] == 9.0


WITHDRAWN = Finished(outcome=Outcome.WITHDRAWN)
LATE: list[Event] = [Kept(exchange="x1"), Withdrawal(), passage("No.", PassageKind.FALLBACK), WITHDRAWN]


@pytest.mark.parametrize("closing", [0.0, 0.3, 3.0])
def test_what_turns_out_not_to_stand_when_a_reply_is_stopped_is_taken_back(closing: float) -> None:
    scene = stage(passage("One."), 1.0, passage(" Two."), 60.0, CLEAN, closing=closing, late=LATE)

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(1.2, scene.stop))
        result = await scene.show()
        await stopping
        return result

    result = play(scenario())
    assert scene.wall.stands == [("No.", DONE)]
    first = next(call.at for call in scene.wall.writes if call.text == "No.")
    assert first == pytest.approx(1.2 + closing), "it waited for the pace"
    assert (result.finished, result.withdrawn, result.stopped) == (WITHDRAWN, True, True)
    assert (result.exchange, result.text, scene.settled) == ("x1", "No.", True)


@pytest.mark.parametrize("closing", [0.0, 3.0, 30.0])
def test_at_the_end_of_the_program_too_within_the_grace(closing: float) -> None:
    scene = stage(passage("One."), 1.0, passage(" Two."), 60.0, CLEAN, closing=closing, late=LATE)

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await after(3.0, showing.cancel)
        await asyncio.wait([showing])

    play(scenario())
    assert scene.settled == (closing < GRACE)
    assert scene.wall.stands == [("No.", DONE) if closing < GRACE else ("One. Two.", DONE)]


def test_where_something_else_fails_what_may_not_stand_is_taken_back_before_that_is_raised() -> None:
    scene = stage(
        passage("One."), 5.0, passage(" Two."), 60.0, CLEAN, late=LATE, error=RuntimeError(), fails=("edit", 0)
    )
    with pytest.raises(RuntimeError):
        play(scene.show())

    assert scene.wall.stands == [("No.", DONE)]
    assert scene.settled


def test_where_messages_come_whole_none_comes_before_it_is_known_whether_it_may_stand() -> None:
    for late, stands in ((LATE, ("No.", DONE)), ([], ("One.", DONE))):
        scene = stage(passage("One."), 60.0, CLEAN, closing=3.0, late=late, whole=True)

        async def scenario(scene: Scene = scene) -> None:
            stopping = asyncio.create_task(after(1.0, scene.stop))
            await asyncio.gather(scene.show(), stopping)

        play(scenario())
        assert scene.wall.stands == [stands]
        assert scene.wall.times("post") == [4.0]
        assert scene.wall.times("edit") == []


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
    steps: list[Step] = [passage(LONG[0]), 9.0, *map(passage, LONG[1:3]), 3.0, Withdrawal(), 30.0, CLEAN]
    scene = stage(*steps, delays=[2.0], error=RuntimeError(), fails=("post", 1))
    with pytest.raises(RuntimeError):
        play(scene.show())

    [failed] = scene.wall.times("post")[1:]
    assert failed < 12.0 < failed + 2.0
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
