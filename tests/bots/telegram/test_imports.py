"""Personas that are brought in on Telegram, and the card under which moderators decide."""

import re

import pytest

from bots.fakes.telegram_server import Chat, Message
from bots.telegram_bot.translate import place_in
from tests.bots.importing import card
from tests.bots.telegram.menu_stage import Stage, alert, on_telegram
from tests.bots.telegram.pressed import model
from tests.bots.telegram.test_reviewing import desked


def among(stage: Stage, chat: Chat) -> set[str]:
    return {name for _, name in stage.opened.host.personas(place_in(chat.id, private=False))}


def speaking(stage: Stage) -> set[str]:
    return among(stage, stage.group)


def posted(stage: Stage, chat: Chat) -> Message:
    return next(
        message
        for message in reversed(stage.server.answers(chat))
        if any(button.get("callback_data", "").startswith("i1:") for button in message.buttons)
    )


@pytest.mark.parametrize("as_reply", [False, True])
async def test_a_document_of_a_moderator_is_approved_by_the_owner_under_the_card_where_cards_go(
    as_reply: bool,
) -> None:
    async with on_telegram(model()) as stage:
        await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
        if as_reply:
            file = stage.overhear(stage.server.people.document(stage.group, stage.mod, "ames.json", card()))
            await stage.say("/persona import", by=stage.mod, chat=stage.group, reply_to=file)
        else:
            await stage.send("ames.json", card(), "/persona import", by=stage.mod, chat=stage.group)
        message = posted(stage, stage.group)
        early = await stage.press(message, "i1:approve", by=stage.mod)

        assert "keeps a small bakery" in message.text
        assert "senior moderators" in alert(early)
        assert "Ames" not in speaking(stage)

        done = await stage.press(message, "i1:approve", by=stage.owner)
        assert "Ames may speak now" in (alert(done) or stage.server.answers(stage.group)[-1].text)
        assert "Ames" in speaking(stage)
        assert "Approved" in message.text
        assert not message.buttons


async def test_somebody_else_presses_in_vain() -> None:
    async with on_telegram(model()) as stage:
        await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
        await stage.send("ames.json", card(), "/persona import", by=stage.owner, chat=stage.group)
        message = posted(stage, stage.group)
        for verb in ("approve", "reject", "show"):
            await stage.press(message, f"i1:{verb}", by=stage.mina)

        assert "Ames" not in speaking(stage)
        assert posted(stage, stage.group).buttons


async def test_what_waits_can_be_listed_and_decided_by_typing() -> None:
    async with on_telegram(model()) as stage:
        await stage.send("ames.json", card(), "/persona import", by=stage.owner, chat=stage.group)
        listed = await stage.say("/persona pending", by=stage.owner, chat=stage.group)
        found = re.search(r"(?m)^(?:.*\s)?([a-z2-9]{6})$", "\n".join(message.text for message in listed))
        assert found
        number = found[1]
        done = await stage.say(f"/persona reject {number}", by=stage.owner, chat=stage.group)

        assert "Rejected" in "\n".join(message.text for message in done)


async def test_what_waits_is_shown_to_whoever_brought_it_alone_and_to_nobody_where_that_cannot_be() -> None:
    async with on_telegram(model()) as stage:
        shut = await stage.send("ames.json", card(), "/persona import", by=stage.owner, chat=stage.group)
        private = stage.server.world.private(stage.owner)
        await stage.say("/stop", by=stage.owner, chat=private)
        listed = await stage.say("/persona pending", by=stage.owner, chat=stage.group)
        number = re.findall(r"(?m)^(?:.*\s)?([a-z2-9]{6})$", "\n".join(message.text for message in listed))[0]
        await stage.say(f"/persona pending {number}", by=stage.owner, chat=stage.group)
        shown = posted(stage, private)
        read = shown.text
        await stage.press(shown, "i1:approve", by=stage.owner)

        assert "bakery" not in "".join(message.text for message in (*shut, *stage.server.answers(stage.group)))
        assert "bakery" in read
        assert "Ames" in speaking(stage)


async def test_what_comes_to_another_chat_is_decided_there_for_the_group_it_is_of() -> None:
    async with desked("Tea", "Sea", kept=0) as (stage, desk, [tea, sea]):
        await stage.send("ames.json", card(), "/persona import", by=stage.mod, chat=tea)
        message = posted(stage, desk)
        listed = "\n".join(one.text for one in await stage.say("/persona pending", by=stage.owner, chat=desk))
        early = await stage.press(message, "i1:approve", by=stage.mod)
        await stage.press(message, "i1:approve", by=stage.owner)

        assert "Ames (ames)" in listed
        assert "senior moderators" in alert(early)
        assert "Approved" in message.text
        assert "Ames" in among(stage, tea)
        assert "Ames" not in among(stage, sea) | among(stage, desk)


async def test_what_is_typed_in_another_chat_is_done_in_the_group_it_is_of() -> None:
    async with desked("Tea", "Sea", kept=0) as (stage, desk, [_, sea]):
        await stage.send("ames.json", card(), "/persona import", by=stage.owner, chat=sea)
        found = re.search(r"/persona approve \w+", posted(stage, desk).text)
        assert found
        await stage.say(found[0], by=stage.owner, chat=desk)

        assert "Ames" in among(stage, sea)


async def test_what_waits_for_several_groups_is_listed_of_each_and_decided_only_where_it_is_said_for_which() -> None:
    async with desked("Tea", "Sea", kept=0) as (stage, desk, [tea, sea]):
        for group in (tea, sea):
            await stage.send("ames.json", card(), "/persona import", by=stage.owner, chat=group)
        listed = ""
        for line in ("/persona pending", "/persona approve"):
            listed = "\n".join(one.text for one in await stage.say(line, by=stage.owner, chat=desk))
            assert ("Tea: " in listed, "Sea: " in listed, listed.count("Ames (ames)")) == (True, True, 2)
        assert "Ames" not in among(stage, tea) | among(stage, sea)
        number = re.findall(r"(?m)^(?:.*\s)?([a-z2-9]{6})$", listed)[0]
        await stage.say(f"/persona reject {number}", by=stage.owner, chat=desk)
        await stage.say("/persona approve", by=stage.owner, chat=desk)

        assert len([group for group in (tea, sea) if "Ames" in among(stage, group)]) == 1
