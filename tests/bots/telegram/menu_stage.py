"""A Telegram with a house behind it, as far as commands and presses go: whoever writes anything else is answered."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Update
from telegram.ext import ExtBot, TypeHandler

from bots.cards import Card
from bots.fakes.telegram_server import Chat, Message, Status, TelegramServer, User, html_mode, payloads
from bots.fakes.telegram_server.entities import entity
from bots.places import Place
from bots.placing import put
from bots.platform import Caller, Fill, Placed, Platform, Router
from bots.records import Record
from bots.state import State
from bots.telegram_bot.client import TelegramClient
from bots.telegram_bot.commands import Menu
from bots.telegram_bot.translate import PLATFORM
from moderation.policy import Policy
from personas.generators import Generator
from personas.persona import Persona
from tests.support.house import GROWN, SCHOLAR, Opened, open_house
from tests.support.stage import PERSONA
from tests.support.telegram_running import builder, polling
from tests.support.telegram_stage import surroundings


@dataclass
class Clock:
    """The hour on this machine, and some more if a test says so."""

    later: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@dataclass
class Reaching(Platform):
    """As much of the platform as commands reach."""

    client: TelegramClient
    name: str = PLATFORM
    connected: bool = True

    async def serve(self, router: Router) -> None:
        raise AssertionError("the stage serves")

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        return await put(self.client.performer, record, fill, author=author)

    async def take_back(self, record: Record) -> bool:
        return await self.client.performer.take_back(record)

    async def renew(self, caller: Caller, case: str) -> bool:
        return await self.client.performer.desk.renew(caller, case)

    async def tell(self, person: str, card: Card, language: str) -> bool:
        return await self.client.tell(person, card, language)

    async def tell_moderators(self, place: Place, card: Card) -> bool:
        return await self.client.performer.post_card(place, card)


@dataclass
class Stage:
    """Mina, who has written to the bot; a group with her, its owner, a moderator, and Bo, who never wrote to it."""

    server: TelegramServer
    opened: Opened
    bot: ExtBot[None]
    clock: Clock
    mod: User
    bo: User
    client: TelegramClient = field(init=False)
    menu: Menu = field(init=False)
    failures: list[BaseException] = field(default_factory=list)
    _expected: int = 0
    _handled: int = 0

    @property
    def mina(self) -> User:
        return self.server.person

    @property
    def owner(self) -> User:
        return self.server.owner

    @property
    def private(self) -> Chat:
        return self.server.private

    @property
    def group(self) -> Chat:
        return self.server.group

    async def say(self, text: str, *, by: User | None = None, chat: Chat | None = None, **how: Any) -> list[Message]:
        """Somebody (Mina) writes somewhere (in private); what the bot wrote then, everywhere."""
        return await self._after(lambda: self.server.say(chat or self.private, by or self.mina, text, **how))

    async def send(self, name: str, data: bytes, caption: str, *, by: User, chat: Chat, **how: Any) -> list[Message]:
        """Somebody sends a file."""
        return await self._after(lambda: self.server.people.document(chat, by, name, data, caption, **how))

    async def forward(self, message: Message, *, by: User, chat: Chat, **how: Any) -> list[Message]:
        """Somebody passes on what was said elsewhere."""
        return await self._after(lambda: self.server.people.forward(message, chat, by, **how))

    async def press(self, message: Message, button: str, *, by: User | None = None) -> Any:
        """Somebody presses a button, named by its text, its data, or the beginning of that; the query."""
        found = [
            one["callback_data"]
            for one in message.buttons
            if one.get("text") == button or one.get("callback_data", "").startswith(button)
        ]
        assert found, f"no {button!r} among {message.buttons}"
        query: list[Any] = []
        await self._after(lambda: query.append(self.server.press(message, found[0], by or self.mina)))
        return query[0]

    async def _after(self, act: Any) -> list[Message]:
        before = {id(message) for message in self.server.world.from_bot()}
        self._expected += 1
        act()
        async with asyncio.timeout(20):
            while self._handled < self._expected:
                await asyncio.sleep(0.002)
        assert not self.failures, self.failures
        return [message for message in self.server.world.from_bot() if id(message) not in before]

    async def react(self, update: Update, _: object) -> None:
        """One update at a time."""
        task = await self.client.bring(update)
        if task is not None:
            await asyncio.wait([task])
            if error := task.exception():
                self.failures.append(error)
        self._handled += 1

    async def reply(self, text: str = "hello", *, chat: Chat | None = None, **where: Any) -> Message:
        """A reply of the persona, to press under."""
        here = chat or self.private
        return (await self.say(text, chat=here, mention_bot=here is not self.private, **where))[-1]

    def overhear(self, message: Message) -> Message:
        """What was just written some other way is waited for too."""
        self._expected += 1
        return message

    def restart(self) -> None:
        """Another process of the program begins where this one ended: what was in mind only is gone."""
        hall = self.opened.house.scenes.hall
        for place in (self.private, self.group):
            kind = "dm" if place is self.private else "server"
            for cast in hall.casts():
                hall.reset(f"telegram:{kind}:{place.id}", cast.persona.id)
        self.dress()

    def dress(self) -> None:
        """Put everybody who acts together."""
        around = surroundings(self.opened.host, now=self.clock)
        self.client = TelegramClient(self.bot, around)
        self.menu = self.client.menu
        self.opened.host.register(Reaching(self.client))


def alert(query: Any) -> str:
    """What somebody who pressed was told by Telegram itself; "" where the press was only acknowledged."""
    assert query.answer is not None, "the press was never answered"
    return str(query.answer.get("text") or "")


@contextmanager
def mentions(server: TelegramServer) -> Iterator[None]:
    """A link to a person mentions them, as on Telegram, where the server does not emulate that."""
    made = html_mode.link

    def link(url: str, offset: int, length: int) -> dict[str, Any]:
        person = re.fullmatch(r"tg://user\?id=(\d+)", url)
        if person is None:
            return made(url, offset, length)
        who = payloads.user(server.world.users[int(person[1])])
        return entity("text_mention", offset, length, user=who)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_mode, "link", link)
        yield


@asynccontextmanager
async def on_telegram(
    generator: Generator,
    *,
    settings: str = "",
    personas: Sequence[Persona] = (PERSONA, SCHOLAR, GROWN),
    state: State | None = None,
    language: str = "en",
    privacy: bool = False,
    policy: Policy | None = None,
) -> AsyncGenerator[Stage, None]:
    """Everybody ready. `language` is the one of Mina's app; with `privacy` the bot hears in groups what calls it."""
    clock = Clock()
    async with (
        AsyncExitStack() as stack,
        TelegramServer() as server,
        open_house(generator, settings=settings, personas=personas, now=clock, state=state, policy=policy) as opened,
    ):
        server.person.language = language
        server.owner.language = "en"
        server.world.privacy = privacy
        mod, bo = server.world.add_user("Mo"), server.world.add_user("Bo")
        server.world.join(server.group, mod, Status.ADMINISTRATOR, {"can_delete_messages"})
        server.world.join(server.group, bo)
        stack.enter_context(mentions(server))
        app = builder(server).build()
        stage = Stage(server, opened, app.bot, clock, mod, bo)
        app.add_handler(TypeHandler(Update, stage.react))
        async with polling(app, allowed_updates=["message", "callback_query"]):
            stage.dress()
            yield stage
