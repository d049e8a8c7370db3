"""Lorebooks on Telegram: attached as a document, tried and taken away."""

import pytest

from tests.bots.telegram.commanding import text
from tests.bots.telegram.menu_stage import on_telegram
from tests.bots.telegram.pressed import model
from tests.bots.test_lore import HARBOUR


@pytest.mark.parametrize("as_reply", [False, True])
async def test_the_owner_of_a_group_attaches_a_document(as_reply: bool) -> None:
    async with on_telegram(model()) as stage:
        group, owner = stage.group, stage.owner
        await stage.say("/stop", by=owner, chat=stage.server.world.private(owner))
        if as_reply:
            file = stage.overhear(stage.server.people.document(group, owner, "harbour.toml", HARBOUR.encode()))
            added = text(await stage.say("/lore add", by=owner, chat=group, reply_to=file))
        else:
            added = text(await stage.send("harbour.toml", HARBOUR.encode(), "/lore add", by=owner, chat=group))
        # What lorebooks say is for those who look after the group alone.
        tried = text(await stage.say("/lore test Who built the mole?", by=owner, chat=group))
        gone = text(await stage.say("/lore remove harbour", by=owner, chat=group))

    assert "harbour holds from now on" in added
    assert "harbour/mole" in tried
    assert "monks" not in "".join(message.text for message in stage.server.answers(group))
    assert "holds no more" in gone


async def test_without_a_file_it_is_told_how_it_goes_and_nobody_elses_file_is_fetched() -> None:
    async with on_telegram(model()) as stage:
        how = text(await stage.say("/lore add", by=stage.owner, chat=stage.group))
        await stage.send("harbour.toml", HARBOUR.encode(), "/lore add", by=stage.mina, chat=stage.group)

        assert "caption /lore add" in how
        assert not stage.server.requests("getFile")
