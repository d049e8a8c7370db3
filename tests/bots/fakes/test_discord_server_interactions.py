"""The fake Discord's interactions: commands, components, forms and suggestions, with real command trees and views."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from discord.http import Route

from bots.fakes.discord_server import Interaction, Message, Permission
from tests.support.discord_probe import Probe
from tests.support.discord_running import DiscordServer, running

Act = Callable[[discord.Interaction], Awaitable[object]]


@asynccontextmanager
async def commanded(act: Act) -> AsyncGenerator[tuple[DiscordServer, Probe], None]:
    """A bot whose command /ask does `act`. What fails in it fails the test."""
    bot = Probe()

    @bot.tree.command(name="ask", description="Asks.")
    async def ask(interaction: discord.Interaction, what: str = "") -> None:
        await act(interaction)

    @bot.tree.error
    async def failed(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
        bot.failures.append(error)

    async with DiscordServer() as server, running(bot):
        await bot.tree.sync()
        yield server, bot
        assert bot.failures == []


async def asked(server: DiscordServer, user: Any = None) -> Interaction:
    """/ask, after it was answered."""
    interaction = server.slash("ask", {"what": "tea"}, user or server.person, server.channel)
    await server.until(lambda: interaction.answered)
    return interaction


async def refused(bot: Probe, method: str, path: str, body: object) -> tuple[int, int]:
    """Status and code of a request that is made past discord.py's own checks."""
    with pytest.raises(discord.HTTPException) as refusal:
        await bot.http.request(Route(method, path), json=body)
    return refusal.value.status, refusal.value.code


async def test_a_command_is_answered_and_the_answer_edited() -> None:
    heard: list[tuple[str, int]] = []

    async def act(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.data, dict)
        heard.append((str(interaction.data.get("options")), interaction.permissions.value))
        callback = await interaction.response.send_message("a moment")
        assert callback.message_id is not None
        await interaction.edit_original_response(content="here it is")

    async with commanded(act) as (server, _):
        interaction = await asked(server)
        message = interaction.original
        assert message is not None
        await server.until(lambda: message.edited)

    assert [version.content for version in message.versions] == ["a moment", "here it is"]
    assert message in server.world.history(server.channel)
    assert "tea" in heard[0][0]
    assert heard[0][1] == int(server.world.permissions(server.channel, server.person))


async def test_a_second_acknowledgement_is_refused_and_a_late_one_too() -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("once")

    async with commanded(act) as (server, bot):
        interaction = await asked(server)
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        answer = {"type": 4, "data": {"content": "twice"}}
        assert await refused(bot, "POST", path, answer) == (400, 40060)
        unknown = f"/interactions/{interaction.id}/another/callback"
        assert await refused(bot, "POST", unknown, answer) == (404, 10062)

    assert [message.content for message in server.answers()] == ["once"]


async def test_what_is_not_answered_in_time_is_unknown() -> None:
    late: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    go = asyncio.Event()

    async def act(interaction: discord.Interaction) -> None:
        await go.wait()
        with pytest.raises(discord.NotFound) as refusal:
            await interaction.response.send_message("too late")
        late.set_result(refusal.value.code)

    async with commanded(act) as (server, _):
        interaction = server.slash("ask", {}, server.person, server.channel)
        interaction.expired = True
        go.set()
        assert await late == 10062

    assert server.answers() == []


async def test_a_deferred_answer_is_completed_by_the_first_followup_and_keeps_its_privacy() -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await interaction.followup.send("first")
        second = await interaction.followup.send("second", ephemeral=False, wait=True)
        await second.edit(content="second, better")
        await interaction.delete_original_response()

    async with commanded(act) as (server, _):
        interaction = await asked(server)
        original = interaction.original
        assert original is not None
        assert not interaction.done
        await server.until(lambda: interaction.done)
        await server.until(lambda: original.deleted)

    (followup,) = interaction.followups
    assert [version.content for version in original.versions] == ["first"]
    assert (original.ephemeral, original.loading) == (True, False)
    assert (followup.content, followup.ephemeral) == ("second, better", False)
    assert server.world.history(server.channel) == [followup]


async def test_nothing_can_follow_before_the_answer_or_after_the_end_of_the_token() -> None:
    held = asyncio.Event()

    async def act(interaction: discord.Interaction) -> None:
        await held.wait()
        await interaction.response.defer()

    async with commanded(act) as (server, bot):
        interaction = server.slash("ask", {}, server.person, server.channel)
        path = f"/webhooks/{server.world.bot.id}/{interaction.token}"
        body = {"content": "hello"}
        assert await refused(bot, "POST", path, body) == (404, 10015)
        held.set()
        await server.until(lambda: interaction.answered)
        interaction.over = True
        assert await refused(bot, "POST", path, body) == (401, 50027)
        assert await refused(bot, "PATCH", f"{path}/messages/@original", body) == (401, 50027)


class Buttons(ui.View):
    """One button that counts."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.pressed = 0

    @ui.button(label="again", custom_id="again")
    async def again(self, interaction: discord.Interaction, _: "ui.Button[Buttons]") -> None:
        self.pressed += 1
        await interaction.response.edit_message(content=f"pressed {self.pressed}")

    @ui.select(custom_id="pick", options=[discord.SelectOption(label="Maren"), discord.SelectOption(label="Halmi")])
    async def pick(self, interaction: discord.Interaction, select: "ui.Select[Buttons]") -> None:
        await interaction.response.send_message(select.values[0], ephemeral=True)


async def test_a_button_edits_its_message_and_a_select_answers_one_person() -> None:
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        channel = bot.get_partial_messageable(server.channel.id)
        sent = await channel.send("press", view=Buttons())
        message = server.world.messages[sent.id]
        pressed = server.press(message, "again", server.person)
        await server.until(lambda: pressed.answered)
        chosen = server.people.choose(message, "pick", ["Halmi"], server.person)
        await server.until(lambda: chosen.answered)
        session = server.gateway.connected()
        assert session is not None
        told = [sent["t"] for sent in session.sent]

    assert message.content == "pressed 1"
    assert pressed.original is message
    assert chosen.original is not None
    assert (chosen.original.content, chosen.original.ephemeral) == ("Halmi", True)
    assert server.world.history(server.channel) == [message]
    assert told.count("MESSAGE_CREATE") == 1


async def test_people_press_only_what_is_there_for_them() -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("yours", view=Buttons(), ephemeral=True)

    async with commanded(act) as (server, _):
        message = (await asked(server)).original
        assert message is not None
        with pytest.raises(AssertionError, match="cannot see it"):
            server.press(message, "again", server.owner)
        with pytest.raises(AssertionError, match="there is no 'other'"):
            server.press(message, "other", server.person)
        with pytest.raises(AssertionError, match="not all among"):
            server.people.choose(message, "pick", ["Nobody"], server.person)
        message.components[0]["components"][0]["disabled"] = True
        with pytest.raises(AssertionError, match="disabled"):
            server.press(message, "again", server.person)


class Report(ui.Modal, title="Report"):
    """A choice and a text."""

    why: "ui.Label[Report]" = ui.Label(
        text="Why",
        component=ui.RadioGroup(
            custom_id="why",
            options=[discord.RadioGroupOption(label="Rude", value="rude"), discord.RadioGroupOption(label="Odd")],
        ),
    )
    more: "ui.Label[Report]" = ui.Label(
        text="More", component=ui.TextInput(custom_id="more", required=False, max_length=10)
    )

    def __init__(self) -> None:
        super().__init__(custom_id="report")

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        assert isinstance(self.why.component, ui.RadioGroup)
        assert isinstance(self.more.component, ui.TextInput)
        await interaction.response.send_message(f"{self.why.component.value}: {self.more.component.value}")


async def test_a_form_is_opened_filled_in_and_sent() -> None:
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Report())

    async with commanded(act) as (server, bot):
        opened = await asked(server)
        for values, complaint in (
            ({}, "has to be filled in"),
            ({"why": "rude", "more": "x" * 11}, "0 to 10 characters"),
            ({"why": "other"}, "not all among"),
            ({"why": "rude", "colour": "red"}, "has no"),
        ):
            with pytest.raises(AssertionError, match=complaint):
                server.people.submit(opened, values)
        sent = server.people.submit(opened, {"why": "rude", "more": "very"})
        await server.until(lambda: sent.answered)
        body = {"type": 9, "data": {"title": "x", "custom_id": "x", "components": []}}
        again = server.slash("ask", {}, server.person, server.channel)
        await server.until(lambda: again.answered)
        path = f"/webhooks/{server.world.bot.id}/{opened.token}/messages/@original"
        assert await refused(bot, "PATCH", path, body) == (404, 10008)

    assert sent.original is not None
    assert sent.original.content == "rude: very"


async def test_suggestions_come_while_a_person_types() -> None:
    bot = Probe()

    @bot.tree.command(name="persona", description="Chooses a persona.")
    async def persona(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(name)

    @persona.autocomplete("name")
    async def names(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=name) for name in ("Maren", "Halmi") if current in name]

    async with DiscordServer() as server, running(bot):
        await bot.tree.sync(guild=None)
        typed = server.people.autocomplete("persona", {"name": "Ha"}, server.person, server.channel, focused="name")
        await server.until(lambda: typed.answered)
        with pytest.raises(AssertionError, match="are required"):
            server.slash("persona", {}, server.person, server.channel)
        sent = server.slash("persona", {"name": "Halmi"}, server.person, server.world.dm(server.person))
        await server.until(lambda: sent.answered)

    assert typed.choices == [{"name": "Halmi", "value": "Halmi"}]
    assert sent.original is not None
    assert sent.original.channel.recipient is server.person


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        ("slash", {4, 5, 9}),
        ("press", {4, 5, 6, 7, 9}),
        ("submit to slash", {4, 5}),
        ("submit to press", {4, 5, 6, 7}),
    ],
)
async def test_only_a_response_that_fits_is_taken(kind: str, fitting: set[int]) -> None:
    """Those that do not are refused and leave the interaction open."""
    bot = Probe()
    async with DiscordServer() as server, running(bot):
        message = server.world.messages[(await bot.get_partial_messageable(server.channel.id).send("x")).id]
        message.components = [{"type": 1, "id": 1, "components": [{"type": 2, "style": 1, "custom_id": "b", "id": 2}]}]
        await bot.http.request(
            Route("PUT", "/applications/{id}/commands", id=server.world.bot.id),
            json=[{"name": "ask", "description": "Asks.", "type": 1}],
        )
        modal = {"title": "x", "custom_id": "m", "components": [
            {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "t", "style": 1, "required": False}}
        ]}  # fmt: skip
        for number in range(1, 11):
            interaction = await start(bot, server, message, kind, modal)
            answer = bot.http.request(
                Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback"),
                json={"type": number, "data": modal if number == 9 else {"content": "x"} if number in (4, 7) else {}},
            )
            if number in fitting:
                await answer
            else:
                with pytest.raises(discord.HTTPException) as refusal:
                    await answer
                assert refusal.value.code == 50035
            assert interaction.answered == (number if number in fitting else None)
        bot.failures.clear()


async def start(bot: Probe, server: DiscordServer, message: Message, kind: str, modal: dict[str, Any]) -> Interaction:
    """An interaction of that kind that nobody answered yet."""
    if kind.endswith("slash"):
        first = server.slash("ask", {}, server.person, server.channel)
    else:
        first = server.press(message, "b", server.person)
    if not kind.startswith("submit"):
        return first
    path = f"/interactions/{first.id}/{first.token}/callback"
    await bot.http.request(Route("POST", path), json={"type": 9, "data": modal})
    return server.people.submit(first, {})


async def test_people_type_only_commands_that_are_registered_where_they_may() -> None:
    async with commanded(lambda interaction: interaction.response.defer()) as (server, _):
        with pytest.raises(AssertionError, match="not registered"):
            server.slash("other", {}, server.person, server.channel)
        with pytest.raises(AssertionError, match="do not exist"):
            server.slash("ask", {"who": "x"}, server.person, server.channel)
        with pytest.raises(AssertionError, match="not a value"):
            server.slash("ask", {"what": 3}, server.person, server.channel)
        server.service.allow(server.channel, server.person, less=Permission.USE_APPLICATION_COMMANDS)
        with pytest.raises(AssertionError, match="cannot use commands"):
            server.slash("ask", {}, server.person, server.channel)
