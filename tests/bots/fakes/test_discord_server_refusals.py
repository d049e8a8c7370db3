"""What the fake Discord refuses, and with which code: bodies, permissions, webhooks, what is gone."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import ui
from discord.http import Route

from bots.fakes.discord_server import Message, MessageFlag, Permission, text_of
from bots.fakes.discord_server.world import NOTHING
from tests.support.discord_probe import Probe
from tests.support.discord_running import DiscordServer, running

V2 = int(MessageFlag.COMPONENTS_V2)
P = Permission


class Bench:
    """A server with a bot, and requests past discord.py's own checks."""

    def __init__(self, server: DiscordServer, bot: Probe) -> None:
        self.server = server
        self.bot = bot
        self.path = f"/channels/{server.channel.id}"

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> Any:
        route = Route(method, path)
        if body is None:
            return await self.bot.http.request(route, params=query)
        return await self.bot.http.request(route, params=query, json=body)

    async def refused(self, method: str, path: str, body: object = None, **query: str) -> tuple[int, int]:
        """Status and code."""
        with pytest.raises(discord.HTTPException) as refusal:
            await self.ask(method, path, body, **query)
        return refusal.value.status, refusal.value.code

    async def sent(self, **body: object) -> Message:
        return self.server.world.messages[int((await self.ask("POST", f"{self.path}/messages", body))["id"])]


@asynccontextmanager
async def bench(more: Permission = NOTHING) -> AsyncGenerator[Bench, None]:
    async with DiscordServer() as server:
        server.world.join(server.guild, server.world.bot, more)
        async with running(bot := Probe()):
            yield Bench(server, bot)


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "x", **changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": custom_id, **changes}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


BAD_BODIES: list[tuple[dict[str, Any], int]] = [
    ({"content": "x" * 2001}, 50035),
    ({"content": ["x"]}, 50035),
    ({}, 50006),
    ({"content": " \n\t"}, 50006),
    ({"content": "", "embeds": [], "components": []}, 50006),
    ({"embeds": [{"description": "x" * 4097}]}, 50035),
    ({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}, 50035),
    ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035),
    ({"embeds": [{"title": "x"}] * 11}, 50035),
    ({"content": "x", "nonce": "n" * 26}, 50035),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
    ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, 50035),
    ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
    ({"content": "x", "components": [text("x")]}, 50035),
    ({"content": "x", "components": [row()]}, 50035),
    ({"content": "x", "components": [row(*(button(str(n)) for n in range(6)))]}, 50035),
    ({"content": "x", "components": [row(button(str(n))) for n in range(6)]}, 50035),
    ({"content": "x", "components": [row(button(), button())]}, 50035),
    ({"content": "x", "components": [row(button("x" * 101))]}, 50035),
    ({"content": "x", "components": [row(button(label="x" * 81))]}, 50035),
    ({"content": "x", "components": [row({"type": 2, "style": 5, "label": "x"})]}, 50035),
    ({"content": "x", "components": [row({"type": 3, "custom_id": "x", "options": []})]}, 50035),
    ({"content": "x", "flags": V2, "components": [text("x")]}, 50035),
    ({"embeds": [{"title": "x"}], "flags": V2, "components": [text("x")]}, 50035),
    ({"flags": V2}, 50006),
    ({"flags": V2, "components": [text("x" * 2001), text("x" * 2000)]}, 50035),
    ({"flags": V2, "components": [{"type": 17, "components": [text("x")] * 40}]}, 50035),
    ({"flags": V2, "components": [{"type": 9, "components": [text("x")]}]}, 50035),
    ({"flags": V2, "components": [{"type": 17, "components": [{"type": 17, "components": [text("x")]}]}]}, 50035),
]


@pytest.mark.parametrize(("body", "code"), BAD_BODIES)
async def test_a_bad_message_is_refused_and_not_posted(body: dict[str, Any], code: int) -> None:
    async with bench() as here:
        assert await here.refused("POST", f"{here.path}/messages", body) == (400, code)

    assert here.server.answers() == []


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"content": f"  {'가' * 2000}\n"},
        {"embeds": [{"title": "x"}]},
        {"flags": V2, "components": [{"type": 17, "components": [text("가" * 4000), row(button())]}]},
        {"content": "x", "components": [row(button("a"), button("b", style=5, url="https://x.invalid"))]},
    ],
)
async def test_a_good_message_is_posted_stripped_and_with_ids(body: dict[str, Any]) -> None:
    async with bench() as here:
        message = await here.sent(**body)

    assert message.content == body.get("content", "").strip()
    assert all(component["id"] for component in message.components)


async def test_everything_in_a_message_can_be_read_at_once() -> None:
    embed = {"title": "b", "description": "c", "fields": [{"name": "d", "value": "e"}]}
    async with bench() as here:
        plain = await here.sent(content="a", embeds=[embed])
        whole = await here.sent(
            flags=V2, components=[{"type": 17, "components": [text("f"), row(button())]}, text("g")]
        )

    assert text_of(plain) == "a\nb\nc\nd\ne"
    assert text_of(whole) == "f\ng"


async def test_a_form_error_names_the_place() -> None:
    async with bench() as here:
        with pytest.raises(discord.HTTPException) as refusal:
            await here.ask("POST", f"{here.path}/messages", {"content": "x" * 2001})

    assert str(refusal.value).endswith("In content: Must be 2000 or fewer in length.")


async def test_an_edit_keeps_what_it_does_not_name_and_cannot_leave_components_v2() -> None:
    async with bench() as here:
        plain = await here.sent(content="x", components=[row(button())])
        await here.ask("PATCH", f"{here.path}/messages/{plain.id}", {"content": "y"})
        whole = await here.sent(flags=V2, components=[text("x")])
        path = f"{here.path}/messages/{whole.id}"
        assert await here.refused("PATCH", path, {"content": "y", "flags": 0}) == (400, 50035)
        await here.ask("PATCH", path, {"components": [text("y")]})
        assert await here.refused("PATCH", f"{here.path}/messages/{plain.id}", {"content": "", "components": []}) == (
            400,
            50006,
        )

    assert (plain.content, len(plain.components)) == ("y", 1)
    assert [version.components[0]["content"] for version in whole.versions] == ["x", "y"]


async def test_what_is_not_there_is_unknown() -> None:
    async with bench(P.MANAGE_WEBHOOKS) as here:
        gone = await here.sent(content="x")
        await here.ask("DELETE", f"{here.path}/messages/{gone.id}")
        channel = here.server.service.add_channel(here.server.guild, "attic")
        here.server.service.delete_channel(channel)

        assert await here.refused("PATCH", f"{here.path}/messages/{gone.id}", {"content": "y"}) == (404, 10008)
        assert await here.refused("GET", f"{here.path}/messages/1") == (404, 10008)
        assert await here.refused("POST", f"/channels/{channel.id}/messages", {"content": "x"}) == (404, 10003)
        assert await here.refused("GET", "/channels/general") == (400, 50035)
        assert await here.refused("GET", "/webhooks/1") == (404, 10015)
        assert await here.refused("POST", "/webhooks/1/token", {"content": "x"}) == (404, 10015)
        assert await here.refused("POST", "/users/@me/channels", {"recipient_id": "1"}) == (404, 10013)


@pytest.mark.parametrize(
    ("lacking", "method", "path", "body", "code"),
    [
        (P.VIEW_CHANNEL, "GET", "", None, 50001),
        (P.VIEW_CHANNEL, "POST", "/messages", {"content": "x"}, 50001),
        (P.SEND_MESSAGES, "POST", "/messages", {"content": "x"}, 50013),
        (P.SEND_MESSAGES, "POST", "/typing", None, 50013),
        (P.READ_MESSAGE_HISTORY, "GET", "/messages/{said}", None, 50013),
        (
            P.READ_MESSAGE_HISTORY,
            "POST",
            "/messages",
            {"content": "x", "message_reference": {"message_id": "1"}},
            160002,
        ),
        (P.READ_MESSAGE_HISTORY, "PUT", "/messages/{said}/reactions/⏳/@me", None, 50013),
        (P.ADD_REACTIONS, "PUT", "/messages/{said}/reactions/⏳/@me", None, 50013),
        (P.CREATE_PUBLIC_THREADS, "POST", "/threads", {"name": "x", "type": 11}, 50013),
        (P.CREATE_PUBLIC_THREADS, "POST", "/messages/{said}/threads", {"name": "x"}, 50013),
        (P.MANAGE_MESSAGES, "DELETE", "/messages/{said}", None, 50013),
        (P.MANAGE_WEBHOOKS, "POST", "/webhooks", {"name": "x"}, 50013),
        (P.MANAGE_WEBHOOKS, "GET", "/webhooks", None, 50013),
    ],
)
async def test_each_permission_is_needed_for_what_it_is_for(
    lacking: Permission, method: str, path: str, body: dict[str, Any] | None, code: int
) -> None:
    """Without it the request is refused; with it and every other it is not (or for another reason)."""
    async with bench(P.MANAGE_MESSAGES | P.MANAGE_WEBHOOKS) as here:
        server = here.server
        said = server.say(server.channel, server.person, "hello")
        server.service.allow(server.channel, server.world.bot, less=lacking)
        whole = here.path + path.format(said=said.id)
        assert await here.refused(method, whole, body) == (403, code)
        server.service.allow(server.channel, server.world.bot)
        if code == 160002:
            assert await here.refused(method, whole, body) == (400, 50035)
        else:
            await here.ask(method, whole, body)


async def test_threads_are_written_in_by_their_own_permission() -> None:
    async with bench() as here:
        server = here.server
        thread = server.service.add_thread(server.channel, "tea", server.person)
        secret = server.service.add_thread(server.channel, "secret", server.person, private=True)
        server.service.allow(server.channel, server.world.bot, less=P.SEND_MESSAGES)
        await here.ask("POST", f"/channels/{thread.id}/messages", {"content": "x"})
        assert await here.refused("POST", f"/channels/{secret.id}/messages", {"content": "x"}) == (403, 50001)
        server.service.allow(server.channel, server.world.bot, less=P.SEND_MESSAGES_IN_THREADS)
        assert await here.refused("POST", f"/channels/{thread.id}/messages", {"content": "x"}) == (403, 50013)


async def test_an_archived_thread_takes_messages_but_no_edits() -> None:
    async with bench() as here:
        server = here.server
        thread = server.service.add_thread(server.channel, "tea", server.world.bot)
        message = await here.ask("POST", f"/channels/{thread.id}/messages", {"content": "x"})
        server.service.archive(thread)
        path = f"/channels/{thread.id}/messages/{message['id']}"
        assert await here.refused("PATCH", path, {"content": "y"}) == (400, 50083)
        await here.ask("POST", f"/channels/{thread.id}/messages", {"content": "z"})
        await here.ask("PATCH", path, {"content": "y"})


async def test_what_others_wrote_cannot_be_edited() -> None:
    async with bench(P.MANAGE_MESSAGES) as here:
        said = here.server.say(here.server.channel, here.server.person, "mine")
        assert await here.refused("PATCH", f"{here.path}/messages/{said.id}", {"content": "x"}) == (403, 50005)
        await here.ask("DELETE", f"{here.path}/messages/{said.id}")

    assert said.deleted


async def test_a_person_who_takes_no_direct_messages_gets_none() -> None:
    async with bench() as here:
        closed, open_ = here.server.world.add_user("Shy", closed=True), here.server.person
        for person in (closed, open_):
            user = await here.bot.http.start_private_message(person.id)
            path = f"/channels/{user['id']}/messages"
            if person.closed:
                assert await here.refused("POST", path, {"content": "x"}) == (403, 50007)
            else:
                await here.ask("POST", path, {"content": "x"})


async def test_nobody_is_pinged_who_may_not_be() -> None:
    async with bench(P.MENTION_EVERYONE) as here:
        content = f"{here.server.person.mention} @everyone"
        loud = await here.sent(content=content)
        quiet = await here.sent(content=content, allowed_mentions={"parse": []})
        some = await here.sent(content=content, allowed_mentions={"parse": [], "users": [str(here.server.person.id)]})
        said = here.server.say(here.server.channel, here.server.person, "hello")
        reply = {"message_reference": {"message_id": str(said.id)}}
        replied = await here.sent(content="x", **reply)
        aside = await here.sent(content="x", allowed_mentions={"parse": [], "replied_user": False}, **reply)

    person = here.server.person
    assert (loud.mentions, loud.everyone) == ([person], True)
    assert (quiet.mentions, quiet.everyone) == ([], False)
    assert (some.mentions, some.everyone) == ([person], False)
    assert (replied.mentions, aside.mentions) == ([person], [])
    assert quiet.allowed_mentions == {"parse": []}


async def test_a_channel_has_fifteen_webhooks_at_most_and_names_are_checked() -> None:
    async with bench(P.MANAGE_WEBHOOKS) as here:
        path = f"{here.path}/webhooks"
        for name in ("My Discord", "clyde", "x" * 81, "", " "):
            assert await here.refused("POST", path, {"name": name}) == (400, 50035)
        made = [await here.ask("POST", path, {"name": "x" * 80}) for _ in range(15)][-1]
        assert await here.refused("POST", path, {"name": "one more"}) == (400, 30007)
        token = f"/webhooks/{made['id']}/{made['token']}"
        assert await here.refused("POST", token, {"content": "x", "username": "Clyde"}) == (400, 50035)
        assert await here.refused("POST", f"/webhooks/{made['id']}/other", {"content": "x"}) == (401, 50027)
        await here.ask("DELETE", f"/webhooks/{made['id']}")
        assert await here.refused("POST", token, {"content": "x"}) == (404, 10015)
        await here.ask("POST", path, {"name": "one more"})


async def test_a_webhook_of_nobody_sends_no_buttons() -> None:
    async with bench(P.MANAGE_WEBHOOKS) as here:
        server = here.server
        foreign = server.service.add_webhook(server.channel, "news", server.owner)
        own = await here.ask("POST", f"{here.path}/webhooks", {"name": "Talchum"})
        body = {"content": "x", "components": [row(button())]}
        paths = [f"/webhooks/{foreign.id}/{foreign.token}", f"/webhooks/{own['id']}/{own['token']}"]

        dropped, kept = [(await here.ask("POST", path, body, wait="1"))["components"] for path in paths]
        assert await here.refused("POST", paths[0], body, with_components="1") == (400, 50035)
        link = {**body, "components": [row({"type": 2, "style": 5, "label": "x", "url": "https://x.invalid"})]}
        linked = await here.ask("POST", paths[0], link, wait="1", with_components="1")

    assert dropped == []
    assert len(kept) == len(linked["components"]) == 1


async def test_the_token_of_another_application_stays_hidden() -> None:
    async with bench(P.MANAGE_WEBHOOKS) as here:
        server = here.server
        server.service.add_webhook(server.channel, "theirs", server.owner, application=7)
        server.service.add_webhook(server.channel, "person's", server.owner)
        listed = await here.ask("GET", f"{here.path}/webhooks")

    assert ["token" in webhook for webhook in listed] == [False, True]


async def test_a_webhook_writes_only_in_its_channel_and_the_threads_of_it() -> None:
    async with bench(P.MANAGE_WEBHOOKS) as here:
        server = here.server
        other = server.service.add_channel(server.guild, "kitchen")
        elsewhere = server.service.add_thread(other, "tea", server.person)
        within = server.service.add_thread(server.channel, "tea", server.person)
        own = await here.ask("POST", f"{here.path}/webhooks", {"name": "Talchum"})
        path = f"/webhooks/{own['id']}/{own['token']}"
        assert await here.refused("POST", path, {"content": "x"}, thread_id=str(elsewhere.id)) == (404, 10003)
        sent = await here.ask("POST", path, {"content": "x"}, thread_id=str(within.id), wait="1")
        message = f"{path}/messages/{sent['id']}"
        assert await here.refused("PATCH", message, {"content": "y"}) == (404, 10008)
        await here.ask("PATCH", message, {"content": "y"}, thread_id=str(within.id))
        assert await here.refused("PATCH", f"/channels/{within.id}/messages/{sent['id']}", {"content": "z"}) == (
            403,
            50005,
        )

    assert [message.content for message in server.world.history(within)] == ["y"]


async def test_a_file_is_uploaded_beside_a_view() -> None:
    async with bench() as here:
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay("a card"))
        view.add_item(ui.File("attachment://card.json"))
        channel = here.bot.get_partial_messageable(here.server.channel.id)
        sent = await channel.send(view=view, file=discord.File(io.BytesIO(b"{}"), "card.json"))

    assert [attachment.filename for attachment in sent.attachments] == ["card.json"]
    (message,) = here.server.answers()
    assert message.flags & V2
    (file,) = here.server.world.files.values()
    assert (file.name, file.data) == ("card.json", b"{}")
    assert message.attachments[0]["size"] == len(file.data)


async def test_a_reaction_is_put_once_and_taken_back() -> None:
    async with bench() as here:
        said = here.server.say(here.server.channel, here.server.person, "hello")
        message = await here.bot.get_partial_messageable(here.server.channel.id).fetch_message(said.id)
        for emoji in ("⏳", "⏳", "🍵"):
            await message.add_reaction(emoji)
        assert here.bot.user is not None
        await message.remove_reaction("🍵", here.bot.user)

    assert said.reactions == ["⏳"]


async def test_history_is_read_from_the_end() -> None:
    async with bench() as here:
        for number in range(5):
            await here.sent(content=str(number))
        channel = here.bot.get_partial_messageable(here.server.channel.id)
        latest = [message.content async for message in channel.history(limit=2)]
        first = here.server.answers()[0]
        after = [message.content async for message in channel.history(after=discord.Object(first.id), limit=2)]
        here.server.service.allow(here.server.channel, here.server.world.bot, less=P.READ_MESSAGE_HISTORY)
        hidden = [message async for message in channel.history()]

    assert latest == ["4", "3"]
    assert after == ["1", "2"]
    assert hidden == []
