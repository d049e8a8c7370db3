"""The server itself: on a free port of 127.0.0.1."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from aiohttp import web

from bots.fakes.telegram_server.api import Api
from bots.fakes.telegram_server.elsewhere import Elsewhere
from bots.fakes.telegram_server.faults import Fault, Faults
from bots.fakes.telegram_server.flood import Flood, Limits
from bots.fakes.telegram_server.journal import Journal, Request
from bots.fakes.telegram_server.media import LARGEST_UPLOAD
from bots.fakes.telegram_server.membership import Membership
from bots.fakes.telegram_server.people import People
from bots.fakes.telegram_server.profile import Profile
from bots.fakes.telegram_server.schema import Schema
from bots.fakes.telegram_server.service import Service
from bots.fakes.telegram_server.updates import Updates
from bots.fakes.telegram_server.webhooks import Courier
from bots.fakes.telegram_server.world import CallbackQuery, Chat, Draft, Kind, Message, Status, User, World
from bots.fakes.waiting import PATIENCE

T = TypeVar("T")

HOST: Final = "127.0.0.1"
_DRAFT: Final = timedelta(seconds=30)


class TelegramServer:
    """Telegram, as far as a persona bot knows it. Enter and leave it in one task; use it from that event loop only.

    Leaving it fails the test where the bot used something that is not emulated or that the Bot API has not, or a
    planned fault hit nothing: `problems` lists the former, `faults.pending` the latter; clear them to say that they are
    meant.
    """

    def __init__(
        self,
        *,
        flood: Limits | None = None,
        clock: Callable[[], float] | None = None,
        webhook_patience: timedelta = timedelta(seconds=60),
        webhook_pause: timedelta = timedelta(seconds=2),
    ) -> None:
        """`flood`: kept from the beginning; None: nothing is counted. `clock`: seconds, for limits and drafts; None:
        that of the event loop. `webhook_…`: how long a delivery may take, and the first pause between two."""
        self._limits = flood
        self._clock = clock
        self._delivery = webhook_patience, webhook_pause
        self.faults = Faults()
        self._closing = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.world = World(now=lambda: datetime.now(UTC))
        self.journal = Journal()
        self.updates = Updates(stir=self.journal.stir)
        self.profile = Profile()
        self.token = f"{self.world.bot.id}:AAFakeTokenOfTheServerForTests"
        self.service = Service(
            world=self.world,
            journal=self.journal,
            updates=self.updates,
            schema=await asyncio.to_thread(Schema),
            clock=self._clock or asyncio.get_running_loop().time,
        )
        self.problems = self.service.problems
        patience, pause = self._delivery
        self.courier = Courier(
            updates=self.updates,
            journal=self.journal,
            now=self.world.now,
            problem=self.problems.append,
            patience=patience,
            pause=pause,
        )
        self.updates.wake = self.courier.wake
        self.people = People(self.service)
        self.membership = Membership(self.service)
        self.elsewhere = Elsewhere(self.service)
        self._furnish()
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pending = self.faults.pending
        self.faults.clear()
        self.updates.release()
        await self.courier.close()
        await self._closing.aclose()
        if error is None:
            assert not self.problems, f"{self.problems}\n{self.journal}"
            assert not pending, f"planned, and hit nothing: {pending}\n{self.journal}"

    def _furnish(self) -> None:
        """Somebody who has started the bot, and a supergroup with it; each test adds what else it needs."""
        self.owner: User = self.world.add_user("Haneul", username="haneul_kim", language="ko")
        self.person: User = self.world.add_user("Mina")
        self.person.started = True
        self.private: Chat = self.world.private(self.person)
        self.group: Chat = self.world.add_chat(Kind.SUPERGROUP, "Tea House", owner=self.owner, bot=Status.MEMBER)
        self.world.join(self.group, self.person)

    async def _listen(self) -> None:
        flood = Flood(limits=self._limits, clock=self.service.clock) if self._limits else None
        api = Api(
            service=self.service,
            faults=self.faults,
            courier=self.courier,
            profile=self.profile,
            flood=flood,
            token=self.token,
        )
        application = web.Application(client_max_size=LARGEST_UPLOAD)
        application.router.add_route("*", "/bot{token:[^/]+}/{method}", api.serve)
        application.router.add_get("/file/bot{token:[^/]+}/{path:.+}", api.download)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        self._closing.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        self.url = f"http://{HOST}:{runner.addresses[0][1]}"

    @property
    def base_url(self) -> str:
        """For `base_url` of a bot."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For `base_file_url` of a bot."""
        return f"{self.url}/file/bot"

    # what tests do most

    def plan(self, method: str, *faults: Fault, chat: Chat | None = None) -> None:
        """One fault for each of the next requests of that method, in `chat` if it is given (see `faults`)."""
        self.faults.plan(method, *faults, chat=chat.id if chat else None)

    def requests(self, *methods: str) -> Sequence[Request]:
        """What the bot asked, in order."""
        return self.journal.requests(*methods)

    async def until(self, predicate: Callable[[], T], *, timeout: timedelta = PATIENCE) -> T:  # noqa: ASYNC109
        """See `Journal.until`."""
        return await self.journal.until(predicate, timeout=timeout)

    def say(self, chat: Chat, user: User, text: str, **how: Any) -> Message:
        """See `People.say`; the rest of what people do is in `people`, `membership` and `elsewhere`."""
        return self.people.say(chat, user, text, **how)

    def press(self, message: Message, button: str, user: User) -> CallbackQuery:
        """See `People.press`."""
        return self.people.press(message, button, user)

    def answers(self, chat: Chat | None = None) -> list[Message]:
        """What the bot wrote, there or anywhere, that still stands."""
        return [message for message in self.world.from_bot(chat) if not message.deleted]

    def draft(self, chat: Chat) -> Draft | None:
        """What is shown as being written there, if anything: for thirty seconds, or until a message comes."""
        shown = chat.draft
        fresh = shown is not None and self.service.clock() - shown.at < _DRAFT.total_seconds()
        return shown if fresh else None

    def proxy(self, host: str, target: str) -> None:
        """Whoever asks `host` ("https://bot.example") reaches `target` ("http://127.0.0.1:8081")."""
        self.courier.proxies[host] = target
