"""How a streamed reply ends: in the place of another, where something fails, stopped, cancelled."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bots.cards import Card
from bots.pieces import cut
from bots.streaming import Gone, Shown
from personas.messages import Event, PassageKind, Withdrawal
from tests.bots.streaming_stage import (
    CLEAN,
    DONE,
    GRACE,
    INTERVAL,
    LONG,
    PLAIN,
    TAKEN_BACK,
    Loop,
    Scene,
    Step,
    after,
    now,
    passage,
    play,
    put_right,
    shown,
    stage,
    text_of,
)

STANDING = (("old1", "An old reply"), ("old2", "in two messages."))


def again(scene: Scene, **before: Any) -> Shown:
    """Show a reply in the place of another."""
    scene.wall.screen.update(old1=(STANDING[0][1], PLAIN), old2=(STANDING[1][1], DONE))
    return play(scene.show(standing=STANDING, **before))


def test_a_reply_in_the_place_of_another_leaves_it_until_its_first_words() -> None:
    scene = stage(5.0, passage("A new one."), 3.0, CLEAN)
    result = again(scene)

    assert [(call.at, call.name, call.message) for call in scene.wall.writes] == [
        (5.0, "edit", "old1"),
        (6.5, "remove", "old2"),
        (8.0, "edit", "old1"),
    ]
    assert (result.messages, result.text) == ((("old1", "A new one."),), "A new one.")
    assert put_right(scene.wall, "A new one.")


def test_a_reply_that_reads_like_the_one_it_takes_the_place_of_changes_nothing() -> None:
    scene = stage(passage("An old reply\n\n"), passage("in two messages."), CLEAN, limit=24, first_limit=16)

    assert again(scene).messages == STANDING
    assert scene.wall.writes == []


def test_a_reply_in_the_place_of_another_that_comes_to_nothing_leaves_it_as_it_stands() -> None:
    silent, failing = stage(3.0, CLEAN), stage(3.0, RuntimeError())
    assert again(silent).messages == STANDING
    with pytest.raises(RuntimeError):
        again(failing)

    assert silent.wall.writes == failing.wall.writes == []


def test_a_reply_that_goes_on_from_another_changes_only_its_end_also_where_it_is_taken_back() -> None:
    kept = f"{STANDING[0][1]}{' ' * 20}{STANDING[1][1]}"
    assert cut(kept, 24) == tuple(text for _, text in STANDING)
    steps: list[Step] = [passage("\nMore. "), 3.0, passage("And more to be said. "), 3.0, Withdrawal(), 3.0, CLEAN]
    scene = stage(*steps, limit=24, first_limit=24)
    result = again(scene, kept=kept)

    assert result.withdrawn
    assert put_right(scene.wall, kept)
    assert len({call.message for call in scene.wall.writes}) > 1
    assert "old1" not in {call.message for call in scene.wall.writes}


def test_an_outlet_that_fails_ends_the_reply_at_whichever_call() -> None:
    steps: list[Step] = [*(step for text in LONG for step in (passage(text), 2.0)), 30.0, CLEAN]
    whole = stage(*steps)
    shown(whole)
    for number in range(len(whole.wall.calls)):
        scene = stage(*steps, error=RuntimeError(str(number)), fails=("", number))
        with pytest.raises(RuntimeError, match=str(number)):
            play(scene.show())

        assert scene.reply.closed
        assert not scene.settled or scene.wall.calls[-1].name == "typing"
        assert len(scene.wall.calls) == number + 1
    assert number > 20


def test_a_message_that_is_gone_ends_the_reply_at_whichever_call() -> None:
    steps: list[Step] = [step for text in LONG for step in (passage(text), 2.0)]
    whole = stage(*steps, 1.0, CLEAN)
    shown(whole)
    for number in range(len(whole.wall.calls)):
        scene = stage(*steps, 1.0, CLEAN, error=Gone(), fails=("", number))
        result = play(scene.show())

        assert result.gone
        assert scene.reply.closed
        assert len(scene.wall.calls) == number + 1, "something was called after that"
        gone = scene.wall.calls[-1].message
        assert result.messages == tuple((id_, text) for id_, (text, _) in scene.wall.screen.items() if id_ != gone)
    assert number > 10


def test_an_error_of_a_card_ends_the_reply_too() -> None:
    steps: list[Step] = [passage("One."), 3.0, Card(title="card"), 60.0, CLEAN]
    failing = stage(*steps, card_error=RuntimeError())
    gone = stage(*steps, card_error=Gone())
    with pytest.raises(RuntimeError):
        play(failing.show())

    assert play(gone.show()).gone
    for scene in (failing, gone):
        assert scene.reply.closed
        assert scene.reply.given[-1][0] == 3.0


def test_stop_keeps_what_was_read_and_ends_the_rest() -> None:
    scene = stage(passage("One."), 1.0, passage(" Two."), 60.0, passage(" Three."), CLEAN, closing=30.0)

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(1.2, scene.stop))
        result = await scene.show()
        await stopping
        scene.stop()
        return result

    result = play(scenario())

    assert result.stopped
    assert result.finished is None
    assert scene.reply.closed
    assert put_right(scene.wall, "One. Two.")
    assert scene.wall.writes[-1].at == INTERVAL, "it waited for the reply to be closed"


def test_a_stop_that_comes_before_the_reply_began_or_after_it_ended() -> None:
    early = stage(passage("One."), CLEAN)
    early.stop()

    async def begin() -> Shown:
        result = await early.show()
        assert await anext(early.events, None) is None, "it was not closed"
        return result

    result = play(begin())
    assert (result.stopped, result.messages) == (True, ())
    assert early.reply.given == []
    assert early.wall.calls == []

    late = stage(passage("One."), CLEAN, delays=[5.0])

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(2.0, late.stop))
        result = await late.show()
        await stopping
        return result

    result = play(scenario())
    assert (result.stopped, result.finished) == (False, CLEAN)
    assert result.messages


def test_a_reply_that_goes_on_after_a_stop_is_not_listened_to_and_closed_by_the_task_that_read_it() -> None:
    tasks: list[object] = []

    async def stubborn() -> AsyncGenerator[Event | Card, None]:
        tasks.append(asyncio.current_task())
        yield passage("One.")
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            try:
                yield passage(" Two.")
                yield passage(" Three.")
            finally:
                tasks.append(asyncio.current_task())

    scene = stage()
    scene.events = stubborn()

    async def scenario() -> Shown:
        stopping = asyncio.create_task(after(1.0, scene.stop))
        result = await scene.show()
        await stopping
        return result

    result = play(scenario())
    assert result.stopped
    assert put_right(scene.wall, "One.")
    assert tasks[0] is tasks[1]


def test_tidying_up_of_a_reply_is_never_cut_short() -> None:
    for end in ("stop", "cancel", "gone"):
        steps: list[Step] = [passage("One."), 3.0, passage(" Two."), 60.0, CLEAN]
        error = Gone() if end == "gone" else None
        scene = stage(*steps, closing=60.0, error=error, fails=("edit", 0))

        async def scenario(scene: Scene = scene, end: str = end) -> None:
            showing = asyncio.create_task(scene.show())
            if end != "gone":
                await after(4.0, showing.cancel if end == "cancel" else scene.stop)
            if end == "cancel":
                await after(1.0, showing.cancel)
            await asyncio.wait([showing])
            assert showing.cancelled() == (end == "cancel")
            assert now() >= 63.0

        play(scenario())
        assert scene.reply.closed


CUT_SHORT: list[Step] = [
    *(step for text in LONG[:5] for step in (passage(text), 1.0)),
    Card(title="card"),
    Withdrawal(),
    0.7,
    *(step for text in LONG[5:9] for step in (passage(text, PassageKind.FALLBACK), 1.0)),
    CLEAN,
]


@pytest.mark.parametrize("delays", [[0.0], [0.4, 0.0, 0.9]])
def test_a_cancellation_at_whichever_step_leaves_the_messages_put_right(delays: list[float]) -> None:
    step, cancelled = 0, True
    scene = stage()
    while cancelled:
        scene = stage(*CUT_SHORT, delays=delays, closing=0.1)

        async def scenario(scene: Scene = scene) -> bool:
            showing = asyncio.create_task(scene.show())
            loop = asyncio.get_running_loop()
            assert isinstance(loop, Loop)
            loop.victim = showing
            await asyncio.wait([showing])
            loop.victim = None
            calls = len(scene.wall.calls)
            await asyncio.sleep(60.0)
            assert len(scene.wall.calls) == calls, "something was called after the end"
            return showing.cancelled()

        cancelled = play(scenario(), cancel_at=step)
        assert scene.reply.closed or not scene.reply.given
        events = [event for _, event in scene.reply.given]
        texts = {text_of(events), text_of(events[:-1])}  # the last may have come together with the cancellation
        withdrawn = any(isinstance(event, Withdrawal) for event in events)
        assert any(put_right(scene.wall, text) for text in texts) or (
            withdrawn and scene.wall.stands == [(TAKEN_BACK, DONE)]
        )
        step += 1
    assert step > 80
    assert put_right(scene.wall, scene.reply.text)


def test_after_a_cancellation_nothing_waits_for_the_pace_but_all_is_bounded_by_the_grace() -> None:
    ended: list[float] = []
    for delay in (0.5, 3.0):
        scene = stage(passage("One."), 9.0, *map(passage, LONG), 60.0, CLEAN, delays=[delay])

        async def scenario(scene: Scene = scene) -> None:
            showing = asyncio.create_task(scene.show())
            await after(9.1, showing.cancel)
            await after(0.3, showing.cancel)
            await asyncio.wait([showing])
            assert showing.cancelled()
            ended.append(now())

        play(scenario())
        assert scene.reply.closed
        assert put_right(scene.wall, scene.reply.text) == (delay == 0.5)
    assert ended[0] < 9.1 + GRACE
    assert ended[1] == pytest.approx(9.1 + GRACE)


def test_after_a_cancellation_words_come_before_cards() -> None:
    cards = [Card(title="1"), Card(title="2")]
    scene = stage(passage("One."), 3.0, passage(" Two."), *cards, 60.0, CLEAN, card_takes=4.0, delays=[0.4])

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await after(3.1, showing.cancel)
        await asyncio.wait([showing])

    play(scenario())
    assert put_right(scene.wall, "One. Two.")
    assert [card for _, card in scene.cards] == cards[:1]


def test_an_outlet_that_fails_after_a_cancellation_is_said_in_the_log_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = stage(passage("One."), 60.0, CLEAN, error=RuntimeError("words"), fails=("edit", 0))

    async def scenario() -> None:
        showing = asyncio.create_task(scene.show())
        await after(5.0, showing.cancel)
        await asyncio.wait([showing])
        assert showing.cancelled()

    play(scenario())
    assert "RuntimeError" in caplog.text
    assert "words" not in caplog.text
