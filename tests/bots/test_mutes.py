"""People and personas that moderators silence for a while: what they hear, what still works, how it ends."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bots.cards import Card, Tone
from bots.mutes import Mute, Mutes, Silent
from bots.platform import Role
from bots.review_mutes import silence_card
from bots.state.memory import MemoryState
from moderation.cases import ReviewStep
from moderation.words import LANGUAGES
from personas.messages import Cue, Passage
from tests.support.house import ALONE, SERVER, Opened, caller, open_house
from tests.support.stage import NOW, PERSONA, reply_of, scripted

HOUR = timedelta(hours=1)
ELSEWHERE = replace(SERVER, scopes=("test:server:7", "test:channel:8"))


@dataclass
class Club:
    """A house in which Ann caused a case, `x1`."""

    opened: Opened
    times: list[timedelta] = field(default_factory=lambda: [timedelta(0)])

    async def typed(self, line: str, *, role: Role = Role.MODERATOR, person: str = "mod") -> Card:
        return await self.opened.host.command(line, caller(person=person, role=role))

    async def said(self, text: str = "hello", *, person: str = "ann", place: object = SERVER, **more: str) -> list[str]:
        """What somebody is answered: titles of cards and passages."""
        shown = []
        async for event in self.opened.host.reply(caller(text, person=person, place=place, **more)):  # type: ignore[arg-type]
            if isinstance(event, Card):
                shown.append(event.title)
            elif isinstance(event, Passage):
                shown.append(event.text)
        return shown

    def after(self, time: timedelta) -> None:
        self.times[0] += time


@pytest.fixture
async def club() -> AsyncIterator[Club]:
    times = [timedelta(0)]
    replies = [reply_of("MAYBE so."), *[reply_of("Aye.") for _ in range(20)]]
    async with open_house(scripted(*replies), now=lambda: NOW + times[0]) as opened:
        place = Club(opened, times)
        await place.said()
        assert (await opened.store.get("x1")).opening.origin.person == "ann"
        yield place


async def test_a_muted_person_hears_it_once_and_gets_no_reply(club: Club) -> None:
    card = await club.typed("/review mute person x1 2h keeps provoking")

    assert card.tone is Tone.GOOD
    assert "2026-11-21\u00a014:00" in card.title
    (told,) = await club.said()
    assert "2026-11-21\u00a014:00" in told
    assert "provoking" not in told
    assert await club.said() == await club.said("again") == []


async def test_others_other_communities_and_private_talk_are_not_touched(club: Club) -> None:
    await club.typed("/review mute person x1")

    assert "Aye." in await club.said(person="bob")
    assert "Aye." in await club.said(place=ELSEWHERE)
    assert "Aye." in await club.said(place=ALONE)


async def test_it_ends_by_itself_and_by_unmuting(club: Club) -> None:
    await club.typed("/review mute person x1 2h")
    club.after(2 * HOUR)
    assert "Aye." in await club.said()

    await club.typed("/review mute person x1 2h")
    assert "Aye." not in await club.said()
    assert (await club.typed("/review unmute person x1")).tone is Tone.GOOD
    assert "Aye." in await club.said()
    assert (await club.typed("/review unmute person ann:key")).tone is Tone.BAD


async def test_whoever_is_in_danger_gets_help_although_muted(club: Club) -> None:
    await club.typed("/review mute person x1")
    await club.said()

    helped = await club.said("CRISIS")

    assert helped
    assert "Aye." not in helped
    kept = await club.opened.store.get("x2")
    assert kept.closing is not None
    assert kept.closing.outcome == "suspended"


async def test_a_muted_person_words_no_reply_gets_no_other_one_and_sends_nothing_that_is_answered(club: Club) -> None:
    await club.typed("/review mute person x1")
    assert isinstance(await club.opened.host.clear("My own words.", caller()), Card)
    assert isinstance(await club.opened.host.clear("My own words.", caller(person="bob")), Passage)
    declined = [event async for event in club.opened.host.decline(caller())]
    again = [event async for event in club.opened.host.reply(caller("hello"), Cue.AGAIN)]

    assert [type(event) for event in declined] == [Card]
    assert again == []


async def test_a_greeting_and_commands_still_work_for_whoever_is_muted(club: Club) -> None:
    await club.typed("/review mute person x1")

    meeting = await club.opened.host.meet(caller())

    assert meeting.greeting is not None
    assert (await club.typed("/why x1", person="ann", role=Role.MEMBER)).tone is Tone.PLAIN


async def test_a_muted_persona_does_not_speak_in_that_community_and_others_do(club: Club) -> None:
    await club.typed(f"/review mute persona {PERSONA.id} 7d out of hand")

    (told,) = await club.said(person="bob")
    assert "Maren" in told
    assert await club.said(person="bob") == []
    assert "Aye." not in await club.said(person="ann")
    assert "Aye." in await club.said(person="bob", persona="scholar")
    assert "Aye." in await club.said(person="bob", place=ELSEWHERE)
    assert "Aye." not in (helped := await club.said("CRISIS", person="bob"))
    assert helped


async def test_a_mute_stands_in_the_trail_of_its_case_and_overturning_ends_it(club: Club) -> None:
    await club.typed("/review mute person x1 2h too loud")
    await club.typed(f"/review mute persona {PERSONA.id} case=x1")
    card = await club.typed("/review overturn x1")

    trail = [(step.step, step.note) for step in (await club.opened.store.get("x1")).case.by_people]
    assert trail[:2] == [
        (ReviewStep.MUTE, "person 2026-11-21\u00a014:00\u00a0UTC too loud"),
        (ReviewStep.MUTE, "persona 2026-11-22\u00a012:00\u00a0UTC"),
    ]
    assert [step for step, _ in trail[-2:]] == [ReviewStep.UNMUTE] * 2
    assert len(card.rows) == 2
    assert "ann" not in str(trail)
    assert "Aye." in await club.said()


async def test_upholding_or_overturning_another_case_ends_no_mute(club: Club) -> None:
    await club.typed("/review mute person x1")
    await club.said("CRISIS", person="bob")

    await club.typed("/review uphold x1")
    await club.typed("/review overturn x2")

    assert len((await club.typed("/review mutes")).rows) == 1
    assert "Aye." not in await club.said()


async def test_who_is_muted_is_listed_with_when_why_and_by_whom(club: Club) -> None:
    assert (await club.typed("/review mutes")).rows == ()
    await club.typed("/review mute person x1 2h too loud")

    (row,) = (await club.typed("/review mutes")).rows

    assert row.label == "person ann"
    assert row.text == "until 2026-11-21\u00a014:00\u00a0UTC · mod · x1 · too loud"


@pytest.mark.parametrize(
    "line",
    [
        "mute", "mute person", "mute dog x1", "mute person nobody", "mute person x1 0h", "mute person x1 999d",
        "mute persona nobody", "unmute person x1 now", "mutes all", "mute persona keeper case=x9",
    ],
)  # fmt: skip
async def test_what_cannot_be_muted_is_told_and_nothing_is_done(club: Club, line: str) -> None:
    assert (await club.typed(f"/review {line}")).tone is Tone.BAD
    assert (await club.typed("/review mutes")).rows == ()
    assert (await club.opened.store.get("x1")).case.by_people == ()


async def test_members_mute_nobody(club: Club) -> None:
    assert (await club.typed("/review mute person x1", role=Role.MEMBER)).tone is Tone.BAD
    assert "Aye." in await club.said()


async def test_whoever_runs_the_program_mutes_in_the_community_of_a_case(club: Club) -> None:
    nowhere = await club.typed(f"/review mute persona {PERSONA.id}", role=Role.OWNER)
    assert "case=" in nowhere.title
    assert (await club.typed("/review mute person x1", role=Role.OWNER)).tone is Tone.GOOD
    assert (await club.typed(f"/review mute persona {PERSONA.id} case=x1", role=Role.OWNER)).tone is Tone.GOOD

    assert [mute.server for mute in await club.opened.house.mutes.here(None)] == ["test:server:1"] * 2
    assert (await club.typed(f"/review unmute persona {PERSONA.id}", role=Role.OWNER)).tone is Tone.GOOD
    assert len((await club.typed("/review mutes", role=Role.OWNER)).rows) == 1


async def test_a_mute_moves_with_its_community_and_survives_erasure() -> None:
    state = MemoryState(clock=lambda: NOW)
    mutes = Mutes(state, now=lambda: NOW)
    mute = Mute(
        server="s1",
        kind=Silent.PERSON,
        who="test:user:1",
        since=NOW,
        until=NOW + HOUR,
        by="mod",
        reason="loud",
        case="x",
    )
    await mutes.put(mute)

    await mutes.move("s1", "s2")
    await mutes.move("s1", "s2")
    await state.erase("test:user:1")

    assert await mutes.here("s1") == ()
    assert await mutes.here(None) == (replace(mute, server="s2"),)
    assert await mutes.of("s2", person="test:user:1", persona="") == replace(mute, server="s2")
    assert await mutes.of("s2", person="", persona="test:user:1") is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Silent)
def test_what_is_told_names_no_moderator_and_no_reason(language: str, kind: Silent) -> None:
    mute = Mute(
        server="s1", kind=kind, who="w", since=NOW, until=NOW + HOUR, by="the-mod", reason="the-reason", case="x"
    )

    card = silence_card(mute, "Maren", language)

    assert "2026-11-21\u00a013:00\u00a0UTC" in card.title
    assert not {"the-mod", "the-reason"} & set(str(card).split())
