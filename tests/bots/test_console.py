"""How the console reads lines, and what goes on meanwhile."""

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bots.cards import Card
from bots.cli.chat import _meanwhile
from bots.console_bot.lines import raw_lines
from bots.console_bot.screen import Screen
from bots.errors import Unknown
from tests.bots.streaming_stage import passage


class Source(io.RawIOBase):
    """Gives its bytes in pieces of `size`, as a pipe does."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content = io.BytesIO(content)
        self._size = size

    def read(self, size: int = -1, /) -> bytes:
        return self._content.read(min(size, self._size))


async def lines_of(stream: io.RawIOBase, longest: int) -> list[bytes]:
    return [line async for line in raw_lines(stream, longest=longest)]


@given(
    texts=st.lists(st.text(st.sampled_from("a가é🙂\r"), max_size=12)),
    last=st.text(max_size=3).filter(lambda text: "\n" not in text),
    size=st.integers(1, 9),
    longest=st.integers(4, 20),
)
def test_every_line_is_one_line_cut_between_characters(texts: list[str], last: str, size: int, longest: int) -> None:
    content = "".join(f"{text}\n" for text in texts) + last
    lines = asyncio.run(lines_of(Source(content.encode(), size), longest))

    assert len(lines) == len(texts) + bool(last)
    for line, text in zip(lines, [*texts, last], strict=False):
        kept = line.decode().removesuffix("\n")
        assert text.startswith(kept)
        assert kept == text or longest - 4 < len(kept.encode()) <= longest


async def test_an_error_on_either_side_of_warming_arrives_as_itself() -> None:
    async def fail() -> None:
        raise Unknown("settings.unknown_filter", name="x", known="y")

    with pytest.raises(Unknown):
        async with _meanwhile(asyncio.Event().wait()):
            await fail()
    with pytest.raises(Unknown):
        async with _meanwhile(fail()):
            await asyncio.sleep(0)


def screen_of(*, terminal: bool) -> tuple[io.StringIO, Screen]:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=terminal, color_system=None, _environ={})
    return stream, Screen(console, language="en")


@pytest.mark.parametrize("terminal", [False, True])
def test_a_name_behind_which_nothing_is_said_does_not_stay(terminal: bool) -> None:
    stream, screen = screen_of(terminal=terminal)
    screen.speaker("Mina")
    assert ("Mina" in stream.getvalue()) is terminal
    screen.card(Card(title="Nobody speaks."))

    shown = stream.getvalue().rpartition("\r\x1b[2K")[2]
    assert shown == "Nobody speaks.\n\n"


@pytest.mark.parametrize("terminal", [False, True])
def test_a_reply_behind_a_card_is_under_the_name_of_who_gives_it(terminal: bool) -> None:
    stream, screen = screen_of(terminal=terminal)
    screen.speaker("Mina")
    screen.card(Card(title="A notice."))
    screen.passage(passage("Hello "))
    screen.passage(passage("there."))
    screen.end()

    assert stream.getvalue().endswith("A notice.\n\nMina  Hello there.\n\n")
