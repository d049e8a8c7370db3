"""How a streamed reply is shown: posts and edits, cards, the sign of writing, words that are taken back."""

import asyncio
from itertools import accumulate, pairwise

import pytest

from bots.cards import Card
from bots.inbox import Busy
from bots.streaming import Phase, Shown
from moderation.records import Outcome
from personas.messages import Finished, PassageKind, Withdrawal
from tests.bots.streaming_stage import (
    CLEAN,
    DONE,
    INTERVAL,
    LONG,
    PLAIN,
    RUNNING,
    TAKEN_BACK,
    Step,
    passage,
    play,
    put_right,
    shown,
    stage,
)


def test_the_first_passage_is_posted_at_once_and_those_that_follow_are_joined() -> None:
    scene = stage(3.0, passage("One."), 0.5, passage(" Two."), 0.5, passage(" Three."), 4.0, passage(" Four."), CLEAN)
    shown(scene)

    assert [(call.at, call.name, call.text, call.phase) for call in scene.wall.writes] == [
        (3.0, "post", "One.", RUNNING),
        (4.5, "edit", "One. Two. Three.", RUNNING),
        (8.0, "edit", "One. Two. Three. Four.", DONE),
    ]


def test_a_reply_that_is_ready_before_the_first_turn_is_one_post() -> None:
    scene = stage(passage("One."), passage(" Two."), CLEAN)

    assert shown(scene).finished is CLEAN
    assert [(call.name, call.text, call.phase) for call in scene.wall.writes] == [("post", "One. Two.", DONE)]


def test_the_latest_text_wins_and_no_edit_waits_in_a_queue() -> None:
    steps: list[Step] = [step for number in range(100) for step in (passage(f"{number} "), 0.1)]
    scene = stage(*steps, limit=2_000, first_limit=2_000)
    shown(scene)

    times = [call.at for call in scene.wall.writes]
    assert all(later - earlier >= INTERVAL - 1e-6 for earlier, later in pairwise(times))
    assert len(times) == 8
    assert times[-1] <= 10.0 + INTERVAL


def test_a_slow_outlet_never_keeps_the_reply_waiting() -> None:
    steps: list[Step] = [step for number in range(10) for step in (1.0, passage(f"{number} "))]
    scene = stage(*steps, delays=[30.0])
    shown(scene)

    assert [at for at, _ in scene.reply.given] == list(accumulate([1.0] * 10))
    assert [(call.name, call.text) for call in scene.wall.writes] == [("post", "0 1 2 3 4 5 6 7 8 9")]


def test_words_of_another_kind_begin_a_line_where_something_stands() -> None:
    fallback = passage("The wind took my words.", PassageKind.FALLBACK)
    scene = stage(passage("A line."), fallback, passage(" More."), passage("\n"), fallback)
    shown(scene)
    alone = stage(fallback, passage(" And so on."))
    shown(alone)

    assert scene.wall.stands == [("A line.\nThe wind took my words. More.\nThe wind took my words.", DONE)]
    assert alone.wall.stands == [("The wind took my words. And so on.", DONE)]


def test_nothing_to_see_is_not_posted() -> None:
    blank = stage(passage(" \n"), 3.0, passage("\u200b"), CLEAN)
    empty = stage(CLEAN)

    assert shown(blank).messages == shown(empty).messages == ()
    assert blank.wall.writes == empty.wall.writes == []


def test_a_long_reply_goes_on_in_further_messages_and_those_before_are_left_alone() -> None:
    scene = stage(*(step for text in LONG for step in (passage(text), 2.0)), CLEAN, limit=100, first_limit=60)
    result = shown(scene)

    assert put_right(scene.wall, "".join(LONG))
    assert len(result.messages) > 5
    written = [call.message for call in scene.wall.writes]
    assert written == sorted(written, key=lambda message: int(message[1:])), "an old message was touched again"
    assert all(text == "".join(text) and len(text) <= 100 for _, text in result.messages)
    assert len(result.messages[0][1]) <= 60


def test_a_message_that_turns_out_to_be_too_many_goes() -> None:
    scene = stage(passage("```\naaaaaaaa\n\n\n``"), 5.0, passage("`\n"), CLEAN, limit=16, first_limit=16)
    shown(scene)

    assert scene.wall.stands == [("```\naaaaaaaa\n```", DONE)]
    assert scene.wall.times("remove") == [6.5]


def test_only_the_last_message_has_controls_and_they_are_those_of_a_finished_reply_at_the_end() -> None:
    scene = stage(*(step for text in LONG for step in (passage(text), 2.0)), CLEAN)
    phases: list[list[Phase]] = []

    async def look() -> Shown:
        showing = asyncio.create_task(scene.show())
        while not showing.done():
            await asyncio.sleep(0.25)
            phases.append([phase for _, phase in scene.wall.stands])
        return await showing

    play(look())

    assert all(set(phase[:-1]) <= {PLAIN} for phase in phases)
    assert phases[-1] == [*[PLAIN] * (len(phases[-1]) - 1), DONE]
    assert all(DONE not in phase for phase in phases[:-2])


@pytest.mark.parametrize("kind", [RuntimeError, Busy, asyncio.CancelledError])
def test_an_error_of_the_reply_is_raised_after_what_was_read_is_put_right(kind: type[BaseException]) -> None:
    scene = stage(*map(passage, LONG), kind())
    early = stage(kind())
    for each in (scene, early):
        with pytest.raises(kind):
            play(each.show())
        assert each.reply.closed
        assert put_right(each.wall, each.reply.text)

    assert early.wall.writes == []
    assert len(scene.wall.stands) > 1


def test_cards_go_where_cards_go_in_order_and_are_no_part_of_the_text() -> None:
    cards = [Card(title=str(number)) for number in range(40)]
    scene = stage(cards[0], passage("One."), 2.0, *cards[1:39], passage(" Two."), CLEAN, cards[39])
    shown(scene)

    assert [card for _, card in scene.cards] == cards
    assert scene.wall.stands == [("One. Two.", DONE)]


def test_a_card_comes_before_or_after_the_first_words_as_it_did_in_the_reply() -> None:
    card = Card(title="card")
    before = stage(card, passage("One."), card_takes=1.0)
    behind = stage(passage("One."), card, card_takes=1.0)
    shown(before)
    shown(behind)

    assert before.cards[0][0] == 1.0 == before.wall.times("post")[0]
    assert behind.wall.times("post")[0] == 0.0
    assert behind.cards[0][0] == 1.0


def test_a_card_after_words_that_were_taken_back_before_they_stood_comes_all_the_same() -> None:
    card = Card(title="card")
    scene = stage(passage("One."), card, Withdrawal(), CLEAN)
    shown(scene)

    assert [each for _, each in scene.cards] == [card]
    assert scene.wall.writes == []


def test_a_slow_card_does_not_keep_the_reply_waiting() -> None:
    steps: list[Step] = [step for number in range(5) for step in (1.0, Card(title=str(number)), passage("."))]
    scene = stage(*steps, card_takes=20.0)
    shown(scene)

    assert max(at for at, _ in scene.reply.given) == 5.0
    assert len(scene.cards) == 5


def test_the_sign_of_writing_is_shown_at_once_and_again_until_the_end_and_never_after() -> None:
    scene = stage(20.0, passage("One."), 20.0, passage(" Two."), 1.0, CLEAN)
    shown(scene)

    assert scene.wall.times("typing") == [0.0, 8.0, 16.0, 24.0, 32.0, 40.0]
    assert scene.wall.calls[-1].name == "edit"
    assert scene.wall.calls[-1].at == 41.5


def test_the_sign_of_writing_stays_while_a_busy_channel_lets_nobody_write() -> None:
    async def pace() -> None:
        await asyncio.sleep(30.0)

    scene = stage(passage("One."), 29.0, passage(" Two."), CLEAN, pace=pace)
    shown(scene)

    assert scene.wall.times("typing") == [0.0, 8.0, 16.0, 24.0]
    assert [(call.at, call.text) for call in scene.wall.writes] == [(30.0, "One. Two.")]


def test_the_sign_of_writing_is_never_shown_after_the_end_however_late_the_words_come() -> None:
    async def pace() -> None:
        await asyncio.sleep(30.0)

    scene = stage(passage("One."), 9.0, CLEAN, pace=pace)
    shown(scene)

    assert scene.wall.times("typing") == [0.0, 8.0]
    assert scene.wall.times("post") == [30.0]


def test_the_sign_of_writing_does_not_take_the_time_of_words_that_are_due() -> None:
    steps: list[Step] = [6.8, passage("One."), 0.5, passage(" Two."), 30.0, CLEAN]
    scene = stage(*steps, delays=[0.0, 0.0, 0.0, 5.0, 5.0])  # a second sign would take long
    shown(scene)

    assert scene.wall.times("edit")[0] == pytest.approx(6.8 + INTERVAL)


def test_what_is_withdrawn_is_taken_back_at_once_whatever_the_pace() -> None:
    scene = stage(*map(passage, LONG), 30.0, passage("More. "), 0.2, Withdrawal(), 9.0, passage("Never mind."), CLEAN)
    result = shown(scene)

    assert result.withdrawn
    assert scene.wall.stands == [("Never mind.", DONE)]
    back = [call for call in scene.wall.calls if call.at == 30.2]
    assert [call.name for call in back] == [*["remove"] * (len(back) - 1), "edit"]
    assert len(back) > 5
    assert (back[-1].text, back[-1].phase) == (TAKEN_BACK, RUNNING)
    assert scene.wall.times("edit")[-1] == pytest.approx(39.2)


def test_where_other_words_are_there_already_they_stand_instead() -> None:
    scene = stage(*map(passage, LONG), 30.0, Withdrawal(), passage("Never mind.", PassageKind.FALLBACK), CLEAN)
    shown(scene)

    assert scene.wall.stands == [("Never mind.", DONE)]
    assert not any(TAKEN_BACK in texts for texts in scene.wall.seen)
    assert scene.wall.calls[-1].at == 30.0


def test_where_nothing_follows_the_message_says_that_it_was_taken_back() -> None:
    scene = stage(passage("One."), 5.0, Withdrawal(), Finished(outcome=Outcome.WITHDRAWN))
    result = shown(scene)

    assert result.withdrawn
    assert scene.wall.stands == [(TAKEN_BACK, DONE)]


def test_what_was_withdrawn_before_it_stood_never_stands() -> None:
    scene = stage(passage("One."), Withdrawal(), 5.0, passage("Two."), CLEAN)
    shown(scene)

    assert [(call.at, call.text) for call in scene.wall.writes] == [(5.0, "Two.")]


def test_a_withdrawal_waits_for_the_call_that_is_under_way_and_for_nothing_else() -> None:
    scene = stage(passage("One."), 1.0, Withdrawal(), 30.0, CLEAN, delays=[4.0])
    shown(scene)

    assert [(call.at, call.text) for call in scene.wall.writes][:2] == [(0.0, "One."), (4.0, TAKEN_BACK)]
