"""What every platform must do: show cleared passages and cards, all of them, in order, and nothing else."""

import asyncio
import io
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import discord
import pytest
import simcord
from rich.console import Console

from bots.attention import Attention, Heard, spoken
from bots.cards import Card, Row
from bots.console_bot.screen import Screen
from bots.console_bot.terminal import Terminal
from bots.discord_bot.client import TalchumClient
from bots.fakes.telegram_server import TelegramServer
from bots.fakes.telegram_server.people import PIXEL
from bots.inbox import Busy
from bots.places import Place, PlaceSettings
from bots.platform import Caller, Filling, Mask, Meeting, Placed, Role, Router
from bots.records import Record
from bots.replies import Replies
from bots.state.memory import MemoryState
from moderation.records import Candidate, Decision, Finding, Outcome, Stage, Verdict
from moderation.words import catalogue
from personas.handover import Late, nobody
from personas.messages import Cue, Event, Finished, Passage, PassageKind, Withdrawal
from tests.support.discord_stage import surroundings
from tests.support.discord_stage import words as words_of
from tests.support.exchanges import numbered
from tests.support.simcord_gaps import application_webhooks
from tests.support.stage import NOW
from tests.support.telegram_stage import platform, serving


def passage(text: str, kind: PassageKind = PassageKind.GENERATED) -> Passage:
    candidate = Candidate(stage=Stage.PIECE, text=text)
    allowed = Finding(filter="f", version="1", category="c", decision=Decision.ALLOW)
    verdict = Verdict(findings=(allowed,), digest=candidate.digest, policy="p")
    return Passage.cleared(candidate, verdict, kind=kind)


@dataclass
class Script(Router):
    """A router that gives the events and cards of the test."""

    scripted: list[Sequence[Event | Card] | type[Busy]]
    cards: dict[str, Card] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    met: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    kept: Replies = field(
        default_factory=lambda: Replies(MemoryState(clock=lambda: NOW), now=lambda: NOW, ids=numbered("r"))
    )

    @property
    def replies(self) -> Replies:
        return self.kept

    async def settings(self, place: Place) -> PlaceSettings:
        return PlaceSettings()

    async def listen(self, heard: Heard, place: Place) -> Attention | None:
        text = spoken(heard.text)
        return Attention(persona="keeper", text=text) if heard.called else None

    async def reply(
        self, caller: Caller, cue: Cue = Cue.ANSWER, *, last: tuple[str, str] | None = None, late: Late = nobody
    ) -> AsyncGenerator[Event | Card, None]:
        self.heard.append(caller.message.text)
        events = self.scripted.pop(0)
        if events is Busy:
            raise Busy
        assert not isinstance(events, type)
        for event in events:
            yield event

    async def reacts(self, caller: Caller) -> str:
        return ""

    async def decline(self, caller: Caller) -> AsyncGenerator[Event | Card, None]:
        self.heard.append(f"nothing from {caller.message.persona}")
        yield Card(title="A notice")
        yield passage("Tell me in words.", PassageKind.FALLBACK)

    async def clear(self, text: str, caller: Caller) -> Passage | Card:
        return passage(text)

    async def revise(self, caller: Caller, text: str) -> None:
        pass

    async def unsay(self, caller: Caller) -> None:
        pass

    async def command(self, line: str, caller: Caller) -> Card:
        self.heard.append(line)
        return self.cards[line]

    async def released(self, exchange: str) -> bool:
        return False

    async def meet(self, caller: Caller) -> Meeting:
        self.met += 1
        greeting = passage("The lamp is lit.", PassageKind.GREETING)
        return Meeting(id="keeper", mask=Mask(name="Maren"), greeting=greeting, greetings=(), warning=None)

    def mask(self, persona: str, community: str) -> Mask:
        return Mask(name="Maren")

    async def picture(self, persona: str, community: str) -> bytes:
        return b""

    def personas(self, place: Place) -> tuple[tuple[str, str], ...]:
        return (("keeper", "Maren"),)

    async def introduce(self, caller: Caller, *, asked: bool) -> Card:
        return Card(title="Maren is an AI persona")

    async def moved(self, old: Place, new: Place, *, channel: str) -> None:
        raise AssertionError("no place moves here")

    async def sending_to(self, platform: str, channel: str) -> tuple[str, ...]:
        return ()

    async def recall(self, name: str) -> str:
        return self.facts.get(name, "")

    async def remember(self, name: str, value: str, *, lasts: timedelta | None = None) -> None:
        self.facts[name] = value

    async def standing(self, caller: Caller) -> Role:
        return caller.role


Play = Callable[[Sequence[str], Router], Awaitable[str]]
"""A person says these lines (what begins with "/" is a command, `PICTURE` is one that calls the bot without a word);
what can be read there afterwards."""
PICTURE: Final = "(a picture)"


async def at_a_terminal(lines: Sequence[str], router: Router) -> str:
    async def typed() -> AsyncIterator[str]:
        for line in lines:
            yield line

    paper = io.StringIO()
    screen = Screen(Console(file=paper, width=200, highlight=False), language="en")
    await Terminal(typed(), screen, person="p", now=lambda: NOW).serve(router)
    return paper.getvalue()


async def on_discord(lines: Sequence[str], router: Router) -> str:
    client = TalchumClient(surroundings(router))
    read: list[str] = []
    with application_webhooks():
        async with simcord.run(client, settle_timeout=30) as env:
            guild = env.create_guild()
            channel = guild.create_text_channel("hall")
            admins = guild.create_role("Admins", permissions=discord.Permissions.all())
            admin = guild.add_member(env.create_user("admin"), roles=[admins])
            assert client.user is not None
            for line in lines:
                if line.startswith("/"):
                    result = await admin.slash(channel, line.removeprefix("/"))
                    read += [str(answer.components) for answer in (result.response, *result.followups) if answer]
                elif line == PICTURE:
                    await admin.send(channel, client.user.mention, attachments=[("tea.png", PIXEL)])
                elif line.strip():
                    await admin.send(channel, f"{client.user.mention} {line}")
            history = sorted(channel.history(), key=lambda message: message.id)
            signs = [str(reaction.emoji) for message in history for reaction in message.reactions]
            shown = [words_of(message.content) for message in history if message.author.id != admin.id]
    return "\n".join((*shown, *read, *signs))


async def on_telegram(lines: Sequence[str], router: Router) -> str:
    async with TelegramServer() as server:
        server.owner.started = True  # what is for one person comes to their private chat
        telegram = platform(server)
        async with serving(telegram, router):
            await server.until(lambda: server.requests("getUpdates"))
            for line in filter(str.strip, lines):  # nobody can write nothing there
                if line == PICTURE:
                    server.people.photo(server.group, server.owner, f"@{server.world.bot.username}")
                else:
                    server.say(server.group, server.owner, line, mention_bot=not line.startswith("/"))
                while server.updates.pending or telegram.busy:
                    await asyncio.sleep(0.005)
        return "\n".join(message.text for message in server.answers())


PLATFORMS: Final[dict[str, Play]] = {"console": at_a_terminal, "discord": on_discord, "telegram": on_telegram}


def test_the_platforms_are_held_to_this() -> None:
    assert {"console", "discord", "telegram"} <= set(PLATFORMS)


@pytest.fixture(params=list(PLATFORMS.values()), ids=list(PLATFORMS))
def play(request: pytest.FixtureRequest) -> Play:
    played: Play = request.param
    return played


CLEAN = Finished(outcome=Outcome.CLEAN)


async def test_every_passage_is_shown_once_whole_and_in_order(play: Play) -> None:
    texts = ["Good evening.", " Come in,", " friend [bold]of[/bold] mine.", " 어서 오세요."]
    router = Script([[*map(passage, texts), CLEAN], [passage("Yes."), CLEAN]])
    shown = await play(["hello", "again"], router)

    assert router.heard == ["hello", "again"]
    assert "".join(texts) in shown
    assert shown.index("Good evening.") < shown.index("Yes.")
    assert [shown.count(text) for text in texts] == [1] * 4


async def test_words_of_another_kind_stand_on_a_line_of_their_own(play: Play) -> None:
    words = passage("The wind took my words.", PassageKind.FALLBACK)
    shown = await play(["hello"], Script([[passage("Clean beginning."), words, CLEAN]]))

    assert "Clean beginning.\nThe wind took my words." in shown


async def test_what_is_withdrawn_does_not_stand_there_as_if_nothing_had_happened(play: Play) -> None:
    ended = Finished(outcome=Outcome.WITHDRAWN, exchange="x1")
    instead = passage("Never mind.", PassageKind.FALLBACK)
    router = Script(
        [[passage("One."), Withdrawal(), instead, ended]], {"/review brief x1": Card(title="x1", exchange="x1")}
    )
    shown = await play(["hello"], router)

    before, _, after = shown.partition("Never mind.")
    assert after or shown.endswith("Never mind.")
    assert "One." not in before or before.index("One.") < before.index("taken back")
    assert "One." not in after


@pytest.mark.parametrize("play", [on_discord, on_telegram], ids=["discord", "telegram"])
async def test_what_holds_no_words_is_declined_by_whoever_is_called_and_no_model_hears_of_it(play: Play) -> None:
    router = Script([[passage("Good evening."), CLEAN]])
    shown = await play([PICTURE, "hello"], router)

    assert router.heard == ["nothing from keeper", "hello"]
    assert shown.index("Tell me in words.") < shown.index("Good evening.")
    assert shown.count("Tell me in words.") == 1
    assert "A noticeTell" not in shown


async def test_cards_in_a_reply_are_shown_and_are_no_part_of_what_was_said(play: Play) -> None:
    shown = await play(["hello"], Script([[Card(title="A notice"), passage("Good evening."), CLEAN]]))

    assert "Good evening." in shown
    assert "A noticeGood" not in shown


async def test_a_reply_that_is_only_a_card_shows_nothing_else(play: Play) -> None:
    shown = await play(["hello", "again"], Script([[Card(title="No more today")], [passage("Yes."), CLEAN]]))

    assert "Yes." in shown


async def test_busy_is_a_sign_and_the_next_message_is_answered(play: Play) -> None:
    shown = await play(["hello", "hello?"], Script([Busy, [passage("Here I am."), CLEAN]]))

    assert "Too much is going on" in shown or "⏳" in shown
    assert "Here I am." in shown


async def test_cards_are_shown_and_can_change_who_speaks(play: Play) -> None:
    router = Script(
        [],
        {
            "/why": Card(title="Title [x]", rows=(Row(label="label", text="text [y]"),), hint="hint"),
            "/reset": Card(title="changed", met=True),
        },
    )
    shown = await play(["/why", "/reset"], router)

    assert all(word in shown.replace("\\", "") for word in ("Title [x]", "label", "text [y]", "hint", "changed"))
    assert router.heard == ["/why", "/reset"]
    assert router.met >= 1
    assert "The lamp is lit." in shown


async def test_blank_lines_are_not_messages(play: Play) -> None:
    router = Script([])
    await play(["", "  ", "\t"], router)

    assert router.heard == []


async def test_text_that_cannot_be_written_does_not_end_the_session(play: Play) -> None:
    shown = await play(["hello", "more"], Script([[passage("a\ud800b\x1b[2Jc"), CLEAN], [passage("Yes."), CLEAN]]))

    assert "Yes." in shown
    assert "\x1b[2J" not in shown


async def test_a_terminal_ends_where_the_person_wants_it() -> None:
    router = Script([], {"/quit": Card(title="bye", leave=True)})
    shown = await at_a_terminal(["/quit", "never reached"], router)

    assert "bye" in shown
    assert router.heard == ["/quit"]


async def test_a_terminal_cannot_take_back_what_it_printed_and_puts_behind_it_what_comes_later() -> None:
    async def nothing() -> AsyncIterator[str]:
        for line in list[str]():
            yield line

    read = io.StringIO()
    screen = Screen(Console(file=read), language="en")
    record = Record(
        id="r", platform="console", conversation="c", server="", persona="p", person="p", message="1", at=NOW
    )
    terminal = Terminal(nothing(), screen, person="p", now=lambda: NOW)
    assert not await terminal.take_back(record)

    async def fill(_: Place) -> Filling | None:
        return fillings.pop()

    fillings = [None, *[Filling(passage=passage("The lamp is lit."))] * 2]
    placed = [await terminal.put(record, fill) for _ in range(3)]

    assert placed == [Placed.DONE, Placed.DONE, Placed.NOT]
    assert read.getvalue().count("The lamp is lit.") == 1, "what stands there is not written again"


class Interrupted(Script):
    """Its reply is ended with Ctrl-C, and may not stand."""

    async def reply(
        self, caller: Caller, cue: Cue = Cue.ANSWER, *, last: tuple[str, str] | None = None, late: Late = nobody
    ) -> AsyncGenerator[Event | Card, None]:
        try:
            yield passage("First ping. Then pong.")
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            late(Withdrawal())
            late(passage("The wind took my words.", PassageKind.FALLBACK))


async def test_a_terminal_says_of_a_reply_that_was_interrupted_that_it_may_not_stand() -> None:
    read = await at_a_terminal(["hello"], Interrupted([]))

    taken_back = catalogue("bots").say("console.withdrawn", "en")
    found = [read.find(text) for text in ("Then pong.", taken_back, "The wind took my words.", "cancelled")]
    assert found == sorted(found)
    assert found[0] > 0


def test_a_terminal_breaks_lines_between_words_across_passages() -> None:
    paper = io.StringIO()
    screen = Screen(Console(file=paper, width=20, force_terminal=True, color_system=None), language="en")
    screen.speaker("Maren")
    for text in ("The lamp is lit", " and the tea is", " hot.\nCome in", " 어서 들어오세요 손님"):
        screen.passage(passage(text))
    screen.end()

    lines = paper.getvalue().splitlines()
    assert lines[:6] == ["Maren  The lamp is ", "lit and the tea is ", "hot.", "Come in 어서 ", "들어오세요 손님", ""]
