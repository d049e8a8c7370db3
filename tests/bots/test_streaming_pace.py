"""How often a streamed reply is written, and what holds of any reply in any timing."""

import asyncio
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cards import Card
from bots.pieces import cut
from personas.messages import PassageKind, Withdrawal
from tests.bots.streaming_stage import (
    CLEAN,
    DONE,
    INTERVAL,
    LONG,
    TAKEN_BACK,
    Step,
    after,
    now,
    pacer,
    passage,
    play,
    put_right,
    shown,
    stage,
    text_of,
)


def test_turns_come_one_an_interval_in_the_order_they_were_asked_for() -> None:
    turns: list[tuple[float, str]] = []

    async def scenario() -> None:
        shared = pacer()

        async def ask(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            await shared.turn()
            turns.append((now(), name))

        await asyncio.gather(ask("a", 1.0), ask("b", 1.1), ask("c", 1.2), ask("d", 20.0))

    play(scenario())
    assert turns == [(1.0, "a"), (2.5, "b"), (4.0, "c"), (20.0, "d")]


def test_who_gives_up_waiting_takes_no_turn() -> None:
    async def scenario() -> float:
        shared = pacer()
        await shared.turn()
        waiting = [asyncio.create_task(shared.turn()) for _ in range(3)]
        await after(0.5, waiting[0].cancel)
        waiting[1].cancel()
        await waiting[2]
        return now()

    assert play(scenario()) == INTERVAL


def test_writers_of_one_channel_share_its_pace_even_where_calls_are_slow() -> None:
    shared = pacer().turn
    scenes = [
        stage(*(step for text in LONG for step in (passage(text), pause)), CLEAN, delays=[0.0, slow], pace=shared)
        for pause, slow in ((0.5, 0.0), (0.7, 2.9), (1.1, 1.6))
    ]

    async def scenario() -> None:
        await asyncio.gather(*(scene.show() for scene in scenes))

    play(scenario())
    times = sorted(call.at for scene in scenes for call in scene.wall.writes)
    assert all(later - earlier >= INTERVAL - 1e-6 for earlier, later in pairwise(times))
    assert all(put_right(scene.wall, scene.reply.text) for scene in scenes)


def test_a_turn_that_came_while_something_else_was_done_is_let_go() -> None:
    """Another writer had the turn after it by then; two calls would come at once."""
    came: list[float] = []

    async def pace() -> None:
        await asyncio.sleep(9.0)
        came.append(now())

    scene = stage(passage("One."), CLEAN, 60.0, pace=pace, delays=[0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    shown(scene)

    assert scene.wall.times("typing")[:3] == [0.0, 8.0, 16.0]
    assert came[:2] == [9.0, 22.0]
    assert scene.wall.times("post") == [22.0]


def test_an_error_of_the_pace_is_raised() -> None:
    async def pace() -> None:
        raise RuntimeError

    scene = stage(passage("One."), 60.0, CLEAN, pace=pace)
    with pytest.raises(RuntimeError):
        play(scene.show())

    assert scene.reply.closed


TEXTS = st.one_of(
    st.sampled_from([*LONG, "짧은 문장이에요. ", "\n", " ", "x" * 70, "\ud83d", "```py\nx = 1\n```"]),
    st.text(max_size=9),
)
PASSAGES = st.builds(passage, TEXTS, st.sampled_from(PassageKind))
WAITS = st.sampled_from([0.0, 0.1, 0.7, 1.4, 1.5, 3.0, 9.0])
STEPS = st.lists(st.one_of(PASSAGES, PASSAGES, WAITS, st.builds(Card, title=TEXTS), st.builds(Withdrawal)), max_size=40)
DELAYS = st.lists(st.sampled_from([0.0, 0.0, 0.2, 1.0, 1.5, 4.0, 12.0]), min_size=1, max_size=5)


@given(STEPS, DELAYS, st.integers(16, 120), st.integers(16, 120))
def test_any_passages_in_any_timing_with_any_slowness_end_as_the_pieces_of_the_text(
    steps: list[Step], delays: list[float], limit: int, first: int
) -> None:
    scene = stage(*steps, CLEAN, delays=delays, limit=limit, first_limit=first)
    result = shown(scene)
    events = [event for _, event in scene.reply.given]

    taken_back = bool(result.messages) and not cut(scene.reply.text, limit)
    assert put_right(scene.wall, scene.reply.text) or (taken_back and scene.wall.stands == [(TAKEN_BACK, DONE)])
    assert result.withdrawn == any(isinstance(event, Withdrawal) for event in events)
    assert [card for _, card in scene.cards] == [event for event in events if isinstance(event, Card)]
    waits = accumulate((step if isinstance(step, float) else 0.0 for step in steps), initial=0.0)
    due = [wait for wait, step in zip(waits, [*steps, CLEAN], strict=False) if not isinstance(step, float)]
    assert [at for at, _ in scene.reply.given] == pytest.approx(due), "the reply was kept waiting"


@given(STEPS, DELAYS)
def test_never_more_calls_than_the_pace_allows_and_nothing_but_what_was_read(
    steps: list[Step], delays: list[float]
) -> None:
    steps = [step for step in steps if not isinstance(step, Withdrawal)]
    scene = stage(*steps, CLEAN, delays=delays)
    shown(scene)

    times = [call.at for call in scene.wall.writes]
    assert all(later - earlier >= INTERVAL - 1e-6 for earlier, later in pairwise(times))
    assert len(times) <= 1 + len(scene.wall.stands) * 2 + scene.reply.given[-1][0] / INTERVAL
    events = [event for _, event in scene.reply.given]
    pieces = {piece for end in range(len(events) + 1) for piece in cut(text_of(events[:end]), 100)}
    assert {call.text for call in scene.wall.writes if call.name != "remove"} <= pieces


@given(st.lists(st.one_of(PASSAGES, WAITS), max_size=20), st.lists(st.one_of(PASSAGES, WAITS), max_size=10), DELAYS)
def test_words_that_were_withdrawn_are_never_written_again(
    before: list[Step], behind: list[Step], delays: list[float]
) -> None:
    scene = stage(*before, Withdrawal(), *behind, CLEAN, delays=delays)
    shown(scene)

    at = next(at for at, event in scene.reply.given if isinstance(event, Withdrawal))
    events = [event for _, event in scene.reply.given]
    events = events[events.index(Withdrawal()) :]
    pieces = {piece for end in range(len(events) + 1) for piece in cut(text_of(events[:end]), 100)} | {TAKEN_BACK, ""}
    assert {call.text for call in scene.wall.writes if call.at > at} <= pieces
