"""`/review` in a chat of moderators to which the cards of groups come."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bots.fakes.telegram_server import Chat, Kind, Status
from bots.telegram_bot.choosing import named
from bots.telegram_bot.translate import place_in
from moderation.cases import CaseState, Ruling
from moderation.stores import Query
from tests.bots.telegram.menu_stage import Stage, on_telegram
from tests.bots.telegram.pressed import MAYBE, model, said


@asynccontextmanager
async def desked(*titles: str, kept: int = 1) -> AsyncGenerator[tuple[Stage, Chat, list[Chat]], None]:
    """Groups of the owner's whose cards come to a desk; in the first one Mo is a moderator, on the desk everybody is a
    member. In each of the first `kept` groups there is a case."""
    async with on_telegram(model(*[MAYBE] * 4)) as stage:
        world = stage.server.world
        desk = world.add_chat(Kind.SUPERGROUP, "Desk", owner=stage.owner, bot=Status.MEMBER)
        groups = [world.add_chat(Kind.SUPERGROUP, title, owner=stage.owner, bot=Status.MEMBER) for title in titles]
        for chat in (desk, *groups):
            for user in (stage.mod, stage.mina):
                world.join(chat, user)
        world.join(groups[0], stage.mod, Status.ADMINISTRATOR, {"can_delete_messages"})
        for group in groups:
            server = place_in(group.id, private=False).server
            await stage.opened.house.scenes.places.change(server, log_channel=str(desk.id))
        for group in groups[:kept]:
            await stage.reply(chat=group)
        yield stage, desk, groups


def texts(stage: Stage, chat: Chat) -> list[str]:
    return [message.text for message in stage.server.answers(chat)]


async def began(stage: Stage) -> None:
    """The owner has a private chat with the bot from now on."""
    await stage.say("/stop", by=stage.owner, chat=stage.server.world.private(stage.owner))


async def test_the_cases_of_the_group_whose_cards_come_there_are_shown_and_can_be_decided() -> None:
    async with desked("Tea") as (stage, desk, [group]):
        [card] = await stage.say("/review", chat=desk, by=stage.mod)
        assert card.chat is desk
        assert "x1" in card.text
        assert "MAYBE" not in card.text
        await stage.press(card, "d1:uphold", by=stage.mod)

        [case] = await stage.opened.store.list(Query())
        assert case.case.ruling is Ruling.UPHELD
        assert case.opening.origin.server == f"telegram:server:{group.id}"


async def test_what_is_typed_about_a_case_is_done_in_the_group_that_it_is_of() -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, _):
        [done] = await stage.say("/review overturn x2 it is fine", chat=desk, by=stage.owner)
        assert said("en", "commands.overturn_done", id="x2") in done.text
        await began(stage)
        missing = await stage.say("/review show x9", chat=desk, by=stage.owner)
        assert [one.text for one in missing if "x9" in one.text and one.text.startswith("⚠")]

        states = {case.id: case.case.ruling for case in await stage.opened.store.list(Query())}
        assert states == {"x1": None, "x2": Ruling.OVERTURNED}


@pytest.mark.parametrize(("line", "who"), [("person x2 2h", "user"), ("persona keeper 2h case=x2", "keeper")])
async def test_somebody_is_muted_in_the_group_of_the_case_alone(line: str, who: str) -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, [_, sea]):
        [done] = await stage.say(f"/review mute {line}", chat=desk, by=stage.owner)
        assert not done.text.startswith("⚠")

        [mute] = await stage.opened.house.mutes.here(None)
        assert mute.server == place_in(sea.id, private=False).server
        assert who in mute.who


async def rulings(stage: Stage) -> dict[str, Ruling | None]:
    return {case.id: case.case.ruling for case in await stage.opened.store.list(Query())}


async def asked(stage: Stage, line: str, *, desk: Chat) -> str:
    """What is asked, in private, of the owner who typed a line without naming a group."""
    alone = stage.server.world.private(stage.owner)
    await began(stage)
    await stage.say(line, chat=desk, by=stage.owner)
    return texts(stage, alone)[-1]


async def test_a_bulk_is_done_in_the_group_that_is_named_and_taken_back_there() -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, [tea, sea]):
        await stage.say("/review bulk uphold", chat=desk, by=stage.owner)
        question = await asked(stage, "/review bulk uphold yes", desk=desk)
        assert await rulings(stage) == {"x1": None, "x2": None}
        for group in (tea, sea):
            assert f"{group.title}" in question
            assert f"/review bulk uphold yes in {group.id}" in question

        done, _ = await stage.say(f"/review bulk uphold yes in {sea.id}", chat=desk, by=stage.owner)
        assert await rulings(stage) == {"x1": None, "x2": Ruling.UPHELD}
        number = done.text.split("/review undo ")[1].split()[0]
        answers = await stage.say(f"/review undo {number}", chat=desk, by=stage.owner)

        assert not [one.text for one in answers if one.text.startswith("⚠")]
        states = {case.id: case.case.state for case in await stage.opened.store.list(Query())}
        assert states == {"x1": CaseState.QUEUED, "x2": CaseState.QUEUED}


async def test_a_bulk_is_done_in_all_groups_where_that_is_said() -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, _):
        await stage.say("/review bulk uphold", chat=desk, by=stage.owner)
        answers = await stage.say("/review bulk uphold yes in all", chat=desk, by=stage.owner)

        assert [one.text.partition(":")[0].split()[-1] for one in answers] == ["Tea", "Sea"]
        assert await rulings(stage) == {"x1": Ruling.UPHELD, "x2": Ruling.UPHELD}


@pytest.mark.parametrize("line", ["mute persona keeper 2h", "unmute persona keeper", "export reveal"])
async def test_what_is_done_in_a_whole_group_asks_which_and_in_one_group_does_not(line: str) -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, [tea, _]):
        question = await asked(stage, f"/review {line} in -999", desk=desk)
        assert f"/review {line} in {tea.id}" in question
        assert await stage.opened.house.mutes.here(None) == ()
        assert not [case for case in await stage.opened.store.list(Query()) if case.case.by_people]
    async with desked("Tea") as (stage, desk, [tea]):
        answers = await stage.say("/review mute persona keeper 2h", chat=desk, by=stage.owner)

        assert answers
        [mute] = await stage.opened.house.mutes.here(None)
        assert mute.server == place_in(tea.id, private=False).server, "not in the moderators' chat"


async def test_a_persona_is_muted_in_the_group_that_is_named() -> None:
    async with desked("Tea", "Sea") as (stage, desk, [_, sea]):
        await stage.say(f"/review mute persona keeper 2h too loud in {sea.id}", chat=desk, by=stage.owner)

        [mute] = await stage.opened.house.mutes.here(None)
        assert (mute.server, mute.reason) == (place_in(sea.id, private=False).server, "too loud")


async def test_a_list_of_one_of_several_groups_can_be_asked_for() -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, [_, sea]):
        [answer] = await stage.say(f"/review list in {sea.id}", chat=desk, by=stage.owner)

        assert "x2" in answer.text
        assert "x1" not in answer.text


@pytest.mark.parametrize(
    ("rest", "known"),
    [
        ("bulk uphold yes in 5", ("bulk uphold yes", "5")),
        ("bulk uphold yes in 모두", ("bulk uphold yes", "all")),
        ("bulk uphold yes in 7", ("bulk uphold yes", "")),
        ("lexicon add in yes", ("lexicon add in yes", "")),
        ("search all in all", ("search all in all", "")),
        ("search 7 in 7", ("search 7 in 7", "")),
        ("search nets in 5", ("search nets", "5")),
        ("mute persona keeper 2h wrong in tone", ("mute persona keeper 2h wrong in tone", "")),
        ("", ("", "")),
    ],
)
def test_a_group_is_named_at_the_end_of_a_line_alone(rest: str, known: tuple[str, str]) -> None:
    assert named(rest, {"5"}) == known


async def test_a_case_made_in_the_moderators_chat_is_of_no_group() -> None:
    async with desked("Tea", "Sea", kept=1) as (stage, desk, _):
        await stage.say("/review new odd", chat=desk, by=stage.owner)

        assert [case.id for case in await stage.opened.store.list(Query())] == ["x1"]
        assert not [
            found for case in await stage.opened.store.list(Query()) for one in case.objections
            for found in one.findings if found.filter == "report"
        ]  # fmt: skip


async def test_where_several_groups_send_their_cards_each_is_named_and_only_to_its_moderators() -> None:
    async with desked("Tea", "Sea", kept=2) as (stage, desk, _):
        answers = await stage.say("/review", chat=desk, by=stage.owner)
        assert [one.text.partition(":")[0] for one in answers] == ["Tea", "Sea"]
        assert ["x1" in answers[0].text, "x2" in answers[1].text] == [True, True]
        [answer] = await stage.say("/review", chat=desk, by=stage.mod)
        assert "x1" in answer.text
        assert "x2" not in answer.text
        [refused] = await stage.say("/review uphold x2", chat=desk, by=stage.mod)
        assert "x2" not in refused.text or refused.text.startswith("⚠")

        assert all(case.case.state is CaseState.QUEUED for case in await stage.opened.store.list(Query()))


@pytest.mark.parametrize("line", ["/review", "/review next", "/review uphold x1", "/review show x1 reveal"])
async def test_members_of_the_moderators_chat_who_moderate_nothing_see_nothing(line: str) -> None:
    async with desked("Tea") as (stage, desk, _):
        answers = await stage.say(line, chat=desk, by=stage.mina)

        assert answers
        assert not [one.text for one in answers if "MAYBE" in one.text or "keeper" in one.text]
        [case] = await stage.opened.store.list(Query())
        assert (case.case.state, case.case.by_people) == (CaseState.QUEUED, ())


async def test_whoever_moderates_only_the_moderators_chat_sees_nothing_of_the_groups() -> None:
    async with desked("Tea") as (stage, desk, _):
        stage.server.membership.promote(desk, stage.mina, {"can_delete_messages"}, by=stage.owner)
        stage.client._roles.forget(desk.id)
        answers = await stage.say("/review", chat=desk, by=stage.mina)

        assert answers
        assert not [one.text for one in answers if "x1" in one.text]


async def test_what_is_revealed_is_revealed_in_private_alone() -> None:
    async with desked("Tea") as (stage, desk, _):
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.say("/review show x1 reveal", chat=desk, by=stage.mod)

        assert "MAYBE so." in texts(stage, alone)[-1]
        assert not [text for text in texts(stage, desk) if "MAYBE" in text]


async def test_the_moderators_chat_has_cases_of_its_own_beside_them() -> None:
    async with desked("Tea") as (stage, desk, _):
        server = place_in(desk.id, private=False).server
        await stage.opened.house.scenes.places.change(server, log_channel=str(desk.id))
        await stage.reply(chat=desk)
        await began(stage)
        answers = await stage.say("/review", chat=desk, by=stage.owner)

        by_name = {one.text.partition(":")[0]: one.text for one in answers if ":" in one.text}
        assert "x2" in by_name["Desk"]
        assert "x1" in by_name["Tea"]


async def test_a_line_that_goes_otherwise_is_told_once() -> None:
    async with desked("Tea", "Sea") as (stage, desk, _):
        [told] = await stage.say("/review nonsense", chat=desk, by=stage.owner)

        assert told.text.startswith("⚠")


async def test_nothing_comes_to_a_chat_that_shares_nobody_who_sets_what_holds_in_both() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        world = stage.server.world
        strangers = world.add_chat(Kind.SUPERGROUP, "Strangers", owner=stage.bo, bot=Status.MEMBER)
        world.join(strangers, stage.owner)
        world.join(strangers, stage.mod, Status.ADMINISTRATOR, {"can_delete_messages"})
        answers = await stage.say(
            f"/talchum settings server log_channel {strangers.id}", chat=stage.group, by=stage.owner
        )
        assert [one for one in answers if said("en", "showing.log_unreachable") in one.text]
        await stage.reply(chat=stage.group)
        assert texts(stage, strangers) == []

        stage.server.membership.promote(strangers, stage.owner, {"can_change_info"}, by=stage.bo)
        stage.client._roles.forget(strangers.id)
        answers = await stage.say(
            f"/talchum settings server log_channel {strangers.id}", chat=stage.group, by=stage.owner
        )
        assert not [one for one in answers if said("en", "showing.log_unreachable") in one.text]
        assert texts(stage, strangers) == [said("en", "showing.log_here")]
