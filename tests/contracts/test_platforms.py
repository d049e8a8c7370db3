"""What every platform must do: show cleared passages and cards, all of them, in order, and nothing else."""

import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest
from rich.console import Console

from bots.cards import Card, Row
from bots.console_bot.screen import Screen
from bots.console_bot.terminal import Terminal
from bots.inbox import Busy
from bots.platform import Meeting, Platform, Router
from moderation.records import Candidate, Decision, Finding, Outcome, Stage, Verdict
from personas.messages import Event, Finished, Message, Passage, PassageKind, Withdrawal
from tests.support.stage import NOW


def passage(text: str, kind: PassageKind = PassageKind.GENERATED) -> Passage:
    candidate = Candidate(stage=Stage.PIECE, text=text)
    allowed = Finding(filter="f", version="1", category="c", decision=Decision.ALLOW)
    verdict = Verdict(findings=(allowed,), digest=candidate.digest, policy="p")
    return Passage.cleared(candidate, verdict, kind=kind)


@dataclass
class Script(Router):
    """A router that gives the events and cards of the test."""

    replies: list[Sequence[Event] | type[Busy]]
    cards: dict[str, Card] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    met: int = 0

    async def reply(self, message: Message) -> AsyncGenerator[Event, None]:
        self.heard.append(message.text)
        events = self.replies.pop(0)
        if events is Busy:
            raise Busy
        assert not isinstance(events, type)
        for event in events:
            yield event

    async def command(self, line: str, message: Message) -> Card:
        self.heard.append(line)
        return self.cards[line]

    def meet(self, conversation: str) -> Meeting:
        self.met += 1
        return Meeting(persona="Maren", greeting=passage("The lamp is lit.", PassageKind.GREETING), warning=None)


Make = Callable[[Sequence[str]], tuple[Platform, Callable[[], str]]]


def terminal(lines: Sequence[str]) -> tuple[Platform, Callable[[], str]]:
    async def typed() -> AsyncIterator[str]:
        for line in lines:
            yield line

    paper = io.StringIO()
    screen = Screen(Console(file=paper, width=200, highlight=False), language="en")
    return Terminal(typed(), screen, person="p", now=lambda: NOW), paper.getvalue


PLATFORMS: Final[dict[str, Make]] = {"console": terminal}


def test_the_console_is_held_to_this() -> None:
    assert "console" in PLATFORMS


@pytest.fixture(params=list(PLATFORMS.values()), ids=list(PLATFORMS))
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


CLEAN = Finished(outcome=Outcome.CLEAN)


async def test_every_passage_is_shown_once_whole_and_in_order(make: Make) -> None:
    platform, shown = make(["hello", "again"])
    texts = ["Good evening.", " Come in,", " friend [bold]of[/bold] mine.", " 어서 오세요."]
    router = Script([[*map(passage, texts), CLEAN], [passage("Yes."), CLEAN]])
    await platform.serve(router)

    assert router.heard == ["hello", "again"]
    assert "".join(texts) in shown()
    assert shown().index("Good evening.") < shown().index("Yes.")
    assert [shown().count(text) for text in texts] == [1] * 4
    assert "The lamp is lit." in shown()


async def test_words_of_another_kind_stand_on_a_line_of_their_own(make: Make) -> None:
    platform, shown = make(["hello"])
    router = Script([[passage("Clean beginning."), passage("The wind took my words.", PassageKind.FALLBACK), CLEAN]])
    await platform.serve(router)

    assert "Clean beginning.\nThe wind took my words." in shown()


async def test_what_is_withdrawn_is_said_to_be(make: Make) -> None:
    platform, shown = make(["hello"])
    ended = Finished(outcome=Outcome.WITHDRAWN, exchange="x1")
    await platform.serve(Script([[passage("One."), Withdrawal(), passage("Never mind.", PassageKind.FALLBACK), ended]]))

    assert shown().index("One.") < shown().index("taken back") < shown().index("Never mind.")
    assert "/why x1" in shown()


async def test_busy_is_a_sign_and_the_next_message_is_answered(make: Make) -> None:
    platform, shown = make(["hello", "hello?"])
    await platform.serve(Script([Busy, [passage("Here I am."), CLEAN]]))

    assert "Too much is going on" in shown()
    assert "Here I am." in shown()


async def test_cards_are_shown_and_can_end_the_session_or_change_who_speaks(make: Make) -> None:
    platform, shown = make(["/a", "/met", "/leave", "never reached"])
    router = Script(
        [],
        {
            "/a": Card(title="Title [x]", rows=(Row(label="label", text="text [y]"),), hint="hint"),
            "/met": Card(title="changed", met=True),
            "/leave": Card(title="bye", leave=True),
        },
    )
    await platform.serve(router)

    assert all(word in shown() for word in ("Title [x]", "label", "text [y]", "hint", "bye"))
    assert router.heard == ["/a", "/met", "/leave"]
    assert router.met == 2


async def test_blank_lines_are_not_messages(make: Make) -> None:
    platform, _ = make(["", "  ", "\t"])
    router = Script([])
    await platform.serve(router)

    assert router.heard == []


async def test_text_that_cannot_be_written_does_not_end_the_session(make: Make) -> None:
    platform, shown = make(["hello", "more"])
    await platform.serve(Script([[passage("a\ud800b\x1b[2Jc"), CLEAN], [passage("Yes."), CLEAN]]))

    assert "Yes." in shown()
    assert "\x1b[2J" not in shown()


def test_a_terminal_breaks_lines_between_words_across_passages() -> None:
    paper = io.StringIO()
    screen = Screen(Console(file=paper, width=20, force_terminal=True, color_system=None), language="en")
    screen.speaker("Maren")
    for text in ("The lamp is lit", " and the tea is", " hot.\nCome in", " 어서 들어오세요 손님"):
        screen.passage(passage(text))
    screen.end()

    lines = paper.getvalue().splitlines()
    assert lines[:6] == ["Maren  The lamp is ", "lit and the tea is ", "hot.", "Come in 어서 ", "들어오세요 손님", ""]
