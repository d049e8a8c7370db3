"""A server on simcord with a house behind it: people write, press and command, and what stands there can be read."""

import asyncio
import mimetypes
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord
import simcord

from bots.cards import Card
from bots.discord_bot.client import Surroundings, TalchumClient
from bots.discord_bot.translate import PLATFORM, place_of
from bots.outlets import Pace
from bots.places import Place
from bots.placing import put
from bots.platform import Caller, Fill, Placed, Platform, Router
from bots.records import Record
from bots.state import State
from moderation.policy import Policy
from moderation.stores import Store
from personas.generators import Generator
from personas.persona import Persona
from tests.support.house import GROWN, SCHOLAR, Opened, open_house
from tests.support.simcord_gaps import application_webhooks
from tests.support.stage import NOW, PERSONA


def surroundings(
    router: Router, *, content: bool = True, burst: float = 0.0, now: Callable[[], datetime] = lambda: NOW
) -> Surroundings:
    """What a client works with in tests: the pace waits for nothing."""
    pace = Pace(
        interval=timedelta(), typing=timedelta(seconds=8), grace=timedelta(seconds=5), passing=timedelta(milliseconds=1)
    )
    return Surroundings(
        router=router,
        language="en",
        content=content,
        pace=pace,
        burst=timedelta(seconds=burst),
        longest_burst=timedelta(seconds=60),
        shards=1,
        now=now,
        monotonic=time.monotonic,
        sleep=asyncio.sleep,
    )


@dataclass
class Reaching(Platform):
    """As much of the platform as commands reach; its `serve` is simcord's business here."""

    client: TalchumClient
    name: str = PLATFORM
    connected: bool = True

    async def serve(self, router: Router) -> None:
        raise AssertionError("simcord serves")

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        return await put(self.client.performer, record, fill, author=author)

    async def take_back(self, record: Record) -> bool:
        return await self.client.performer.take_back(record)

    async def tell_moderators(self, place: Place, card: Card) -> bool:
        return await self.client.performer.post_card(place, card)

    async def renew(self, caller: Caller, case: str) -> bool:
        return await self.client.performer.desk.renew(caller, case)

    async def tell(self, person: str, card: Card, language: str) -> bool:
        return await self.client.tell(person, card, language)


@dataclass
class Stage:
    """A server with a channel, a member, a moderator and an admin."""

    env: simcord.Env
    client: TalchumClient
    opened: Opened
    guild: Any
    channel: Any
    ann: Any
    bob: Any
    mod: Any
    admin: Any

    @property
    def me(self) -> str:
        """How the bot is mentioned."""
        assert self.client.user is not None
        return self.client.user.mention

    @property
    def place(self) -> Place:
        """The channel as a place."""
        return place_of(self.client.get_channel(self.channel.id))

    def without(self, *permissions: str) -> Any:
        """A channel in which the bot lacks these permissions."""
        assert self.client.user is not None
        denied = discord.PermissionOverwrite(**dict.fromkeys(permissions, False))
        return self.guild.create_text_channel("quiet", overwrites={self.client.user: denied})

    async def restart(self) -> None:
        """Another process of the program begins where this one ended: what was not kept is gone."""
        hall = self.opened.house.scenes.hall
        for persona in hall.casts(self.place.community):
            hall.reset(self.place.conversation, persona.persona.id)
        client = TalchumClient(surroundings(self.opened.host))
        self.opened.host.register(Reaching(client))
        await self.env.restart_bot(client)
        self.client = client

    def replies(self, channel: Any = None) -> list[discord.Message]:
        """The messages of our personas in a channel, oldest first."""
        webhooks = {hook.id for hook in self.env.backend.webhooks.values() if hook.name == "Talchum"}
        me = self.client.user
        return [message for message in self.messages(channel) if message.webhook_id in webhooks or message.author == me]

    def said(self, channel: Any = None) -> list[str]:
        """What stands in a channel, oldest first, without what people wrote and without cards."""
        return [message.content for message in self.messages(channel)]

    def messages(self, channel: Any = None) -> list[discord.Message]:
        """The messages of personas in a channel, oldest first."""
        history = sorted((channel or self.channel).history(), key=lambda message: message.id)
        return [message for message in history if message.author.bot and message.content and not message.is_system()]

    def cards(self, channel: Any = None) -> list[str]:
        """The texts of the cards that were ever posted in a channel, oldest first."""
        path = f"/channels/{(channel or self.channel).id}/messages"
        posted = [call.json for call in self.env.http_requests if (call.method, call.path) == ("POST", path)]
        return ["\n".join(_contents(body.get("components") or ())) for body in posted if isinstance(body, dict)]

    def desk(self, channel: Any) -> list[discord.Message]:
        """The cards with buttons that stand in a channel, oldest first."""
        found = [message for message in channel.history() if message.author == self.client.user]
        return sorted((one for one in found if "talchum:desk" in str(one.components)), key=lambda one: one.id)


def said_to(generator: Any) -> list[str]:
    """What a scripted model was asked to answer."""
    return [call.prompt.turns[-1].text for call in generator.journal]


def words(content: str) -> str:
    """What a persona said, without the lines above it."""
    lines = content.split("\n")
    return "\n".join(line for line in lines if not line.startswith(("-# ↪", "**Maren")))


def text_of(message: discord.Message) -> str:
    """The text of a card."""
    return "\n".join(_texts(message.components))


def _texts(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        yield from _texts(getattr(component, "children", ()))


def _contents(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        if "content" in component:
            yield component["content"]
        yield from _contents(component.get("components", ()))


def card_of(result: simcord.InteractionResult) -> str:
    """All that was answered to an interaction, in order."""
    answers = [answer for answer in (result.response, *result.followups) if answer is not None]
    return "\n".join(text_of(answer.message) for answer in answers)


def buttons(message: discord.Message) -> list[str]:
    """The verbs of the buttons under a message."""
    return [identity.split(":")[2] for identity in _ids(message)]


def _ids(message: discord.Message) -> list[str]:
    found = (child for row in message.components for child in _walk(row))
    return [child.custom_id for child in found if isinstance(child, discord.Button) and child.custom_id]


def _walk(component: Any) -> Iterator[Any]:
    yield component
    for child in getattr(component, "children", ()):
        yield from _walk(child)


def button(message: discord.Message, verb: str) -> str:
    """The id of the button with that verb."""
    ids = [identity for identity in _ids(message) if identity.split(":")[2] == verb]
    assert ids, f"no button {verb} under {message.content!r}"
    return ids[0]


@asynccontextmanager
async def on_discord(
    generator: Generator,
    *,
    settings: str = "",
    content: bool = True,
    burst: float = 0.0,
    personas: Sequence[Persona] = (PERSONA, SCHOLAR, GROWN),
    now: Callable[[], datetime] = lambda: NOW,
    state: State | None = None,
    store: Store | None = None,
    policy: Policy | None = None,
) -> AsyncGenerator[Stage, None]:
    """A server, and everybody ready."""
    mimetypes.init()  # simcord would read the system's list of types when the first file is sent
    async with (
        AsyncExitStack() as stack,
        open_house(
            generator, settings=settings, personas=personas, now=now, state=state, store=store, policy=policy
        ) as opened,
    ):
        client = TalchumClient(surroundings(opened.host, content=content, burst=burst, now=now))
        opened.host.register(Reaching(client))
        async with simcord.run(client, settle_timeout=30) as env:
            stack.enter_context(application_webhooks())
            guild = env.create_guild()
            channel = guild.create_text_channel("hall")
            mods = guild.create_role("Mods", permissions=discord.Permissions(manage_messages=True))
            admins = guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True))
            yield Stage(
                env=env,
                client=client,
                opened=opened,
                guild=guild,
                channel=channel,
                ann=guild.add_member(env.create_user("ann", global_name="Ann")),
                bob=guild.add_member(env.create_user("bob", global_name="Bob")),
                mod=guild.add_member(env.create_user("mod", global_name="Mod"), roles=[mods]),
                admin=guild.add_member(env.create_user("admin", global_name="Admin"), roles=[admins]),
            )
