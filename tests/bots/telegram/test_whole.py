"""Any reply arrives whole, wherever and whatever happens on the way: properties over texts, places and faults."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.fakes.telegram_server import Broken, Delay, Fault, Garbage, Limits, Reset, TelegramServer, TooMany
from bots.pieces import units
from bots.telegram_bot.pacing import Limits as Paced
from tests.support.stage import reply_of, scripted
from tests.support.telegram_stage import WIDE, on_telegram

PATIENCE = timedelta(seconds=30)
NAME = "Maren · AI\n"
TEXTS = st.lists(st.text(alphabet="가나다 .\n😀abc", min_size=100, max_size=3_000), min_size=1, max_size=3)
HARMLESS = st.sampled_from(
    [
        TooMany(retry_after=timedelta()),
        Delay(by=timedelta(milliseconds=2)),
        Delay(by=timedelta(milliseconds=2), after=True),
    ]
)
"""After these it is known what became of a message."""
UNSURE = st.sampled_from(
    [Reset(), Reset(after=True), Broken(), Broken(after=True), Garbage(), Garbage(after=False)],
)
"""After these it is not."""


@dataclass(frozen=True)
class Played:
    """What stands there of a reply."""

    parts: list[str]
    """The persona's words, message by message."""
    lines: int
    """Lines of ours that say that words may be missing."""
    answering: list[bool]
    """Whether each message answers another."""


async def play(sentences: list[str], faults: list[Fault], *, group: bool, limits: bool = False) -> Played:
    async with (
        TelegramServer(flood=Limits() if limits else None) as server,
        on_telegram(
            scripted(reply_of("First."), reply_of(*sentences)),
            server=server,
            limits=Paced() if limits else WIDE,
        ) as stage,
    ):
        chat = server.group if group else server.private
        server.say(chat, server.person, "Hello", mention_bot=group)
        await stage.until_says(chat, "First.")
        await server.until(lambda: server.answers(chat)[-1].buttons)
        before = len(server.answers(chat))
        server.plan("sendMessage", *faults)
        server.say(chat, server.person, "And?", mention_bot=group)
        await server.until(lambda: [one for one in server.answers(chat)[before:] if one.buttons], timeout=PATIENCE)
        while (await stage.opened.house.replies.unfinished("telegram")) or stage.telegram.busy:
            await asyncio.sleep(0.005)
        hit = len(faults) - len(server.faults.pending)
        server.faults.clear()
        found = [one for one in server.answers(chat)[before:] if one.text.startswith(NAME)]
        assert hit > 0 or not faults
        assert not server.journal.flooded
        assert all(units(one.text) <= 4_096 for one in found)
        lost = [one for one in found if "The line broke" in one.text]
        words = [one for one in found if one not in lost]
        return Played([one.text.removeprefix(NAME) for one in words], len(lost), [bool(one.reply_to) for one in found])


def squeezed(texts: list[str]) -> str:
    """Without the blanks at which messages are divided."""
    return "".join("".join(texts).split())


@settings(max_examples=8, deadline=None)
@given(TEXTS, st.lists(HARMLESS, max_size=3), st.booleans())
def test_any_reply_arrives_whole_and_in_order_although_telegram_is_slow_or_wants_us_to_wait(
    texts: list[str], faults: list[Fault], group: bool
) -> None:
    sentences = [f"{text.strip()} end." for text in texts]
    played = asyncio.run(play(sentences, faults, group=group))

    assert squeezed(played.parts) == squeezed(sentences)
    assert played.lines == 0
    assert played.answering == [group] + [False] * (len(played.parts) - 1)


@settings(max_examples=8, deadline=None)
@given(TEXTS, st.lists(UNSURE, min_size=1, max_size=1), st.booleans())
def test_of_any_reply_nothing_stands_there_twice_and_nothing_is_lost_without_a_word(
    texts: list[str], faults: list[Fault], group: bool
) -> None:
    sentences = [f"{text.strip()} end." for text in texts]
    played = asyncio.run(play(sentences, faults, group=group))
    whole, there = squeezed(sentences), squeezed(played.parts)

    assert played.lines == 1
    assert whole.endswith(there)
    assert there == whole or not faults[0].after  # type: ignore[union-attr]


def test_a_reply_of_many_messages_keeps_to_the_limits_of_a_group() -> None:
    words = " ".join(["The sea is calm tonight."] * 700)
    played = asyncio.run(play([words], [], group=True, limits=True))

    assert squeezed(played.parts) == squeezed([words])
    assert len(played.parts) > 3
