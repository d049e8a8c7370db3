"""Lorebooks on Discord: attached as a file, told in replies, tried and taken away."""

from tests.bots.discord.commanding import model
from tests.bots.test_lore import HARBOUR
from tests.support.discord_stage import card_of, on_discord


async def test_an_admin_attaches_a_file_tries_it_and_takes_it_away() -> None:
    async with on_discord(model()) as stage:
        add = await stage.admin.slash(stage.channel, "lore add", file=("harbour.toml", HARBOUR.encode()))
        shown = await stage.admin.slash(stage.channel, "lore show", book="harbour", entry="mole")
        tried = await stage.admin.slash(stage.channel, "lore test", words="Who built the mole?")
        gone = await stage.admin.slash(stage.channel, "lore remove", book="harbour")
        listed = await stage.admin.slash(stage.channel, "lore list")

    assert "harbour holds from now on" in card_of(add)
    assert all(answer.ephemeral for answer in (add, shown, tried, gone, listed))
    assert "monks" in card_of(shown)
    assert "harbour/mole" in card_of(tried)
    assert "holds no more" in card_of(gone)
    assert "There are no lorebooks here" in card_of(listed)


async def test_a_book_can_be_one_channels_or_one_personas() -> None:
    async with on_discord(model()) as stage:
        channel = await stage.admin.slash(
            stage.channel, "lore add", file=("harbour.toml", HARBOUR.encode()), where="channel"
        )
        persona = await stage.admin.slash(
            stage.channel, "lore add", file=("harbour.toml", HARBOUR.encode()), persona="scholar"
        )

    assert "channel" in card_of(channel)
    assert "persona scholar" in card_of(persona)


async def test_it_is_offered_to_those_who_manage_the_server_alone() -> None:
    async with on_discord(model()) as stage:
        offered = [set(actor.available_commands(stage.channel)) for actor in (stage.ann, stage.mod, stage.admin)]

    assert [any(name.startswith("lore") for name in names) for names in offered] == [False, False, True]
