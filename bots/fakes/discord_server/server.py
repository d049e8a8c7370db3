"""The server itself: on a free port of 127.0.0.1."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self, TypeVar

from aiohttp import web

from bots.fakes.discord_server.commands import Value
from bots.fakes.discord_server.faults import Fault, Faults, Limit, Limits
from bots.fakes.discord_server.gateway import NO_INTENTS, Gateway, Intent
from bots.fakes.discord_server.journal import Journal, Request
from bots.fakes.discord_server.people import People
from bots.fakes.discord_server.rest import BASE, Rest
from bots.fakes.discord_server.service import Service
from bots.fakes.discord_server.world import Channel, Guild, Interaction, Message, User, World
from bots.fakes.waiting import PATIENCE

T = TypeVar("T")

HOST: Final = "127.0.0.1"
TOKEN: Final = "MTA.fake.t0k3n"
_GENEROUS: Final = Limit(requests=50, per=timedelta(seconds=1))
_LARGEST: Final = 32 << 20


class DiscordServer:
    """Discord, as far as a persona bot knows it. Enter and leave it in one task; use it from that event loop only.

    Leaving it fails the test where the bot used something that is not emulated, or a planned fault hit nothing:
    `problems` lists the former, `faults.pending` the latter; clear them to say that they are meant.
    """

    def __init__(
        self,
        *,
        approved: Intent = NO_INTENTS,
        shards: int = 1,
        heartbeat: timedelta = timedelta(seconds=45),
        limit: Limit = _GENEROUS,
    ) -> None:
        """`approved`: privileged intents; `shards`: recommended; `limit`: of each route, unless set otherwise.

        Heartbeats count among the 120 payloads a minute, as they do at Discord: with a short `heartbeat` a connection
        does not last.
        """
        self.token = TOKEN
        self._approved = approved
        self._shards = shards
        self._heartbeat = heartbeat
        self.faults = Faults()
        self.limits = Limits(limit)
        self._closing = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.world = World(now=lambda: datetime.now(UTC))
        self.journal = Journal()
        self.problems: list[str] = []
        self.gateway = Gateway(
            self.world,
            self.journal,
            token=TOKEN,
            approved=self._approved,
            heartbeat=self._heartbeat,
            problem=self.problems.append,
        )
        self.service = Service(
            world=self.world,
            journal=self.journal,
            gateway=self.gateway,
            approved=self._approved,
            problems=self.problems,
        )
        self.people = People(self.service)
        self._furnish()
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pending = self.faults.pending
        self.faults.clear()
        self.gateway.disconnect()
        await self._closing.aclose()
        if error is None:
            assert not self.problems, f"{self.problems}\n{self.journal}"
            assert not pending, f"planned, and hit nothing: {pending}\n{self.journal}"

    def _furnish(self) -> None:
        """A guild with its owner, somebody in it, and a channel; each test adds what else it needs."""
        self.owner: User = self.world.add_user("Haneul")
        self.person: User = self.world.add_user("Mina")
        self.guild: Guild = self.world.add_guild("Tea House", owner=self.owner)
        self.world.join(self.guild, self.person)
        self.channel: Channel = self.world.add_channel(self.guild, "lobby")

    async def _listen(self) -> None:
        rest = Rest(self.service, self.faults, self.limits, token=TOKEN, shards=self._shards)
        application = web.Application(client_max_size=_LARGEST)
        application.router.add_get("/gateway", self.gateway.serve)
        application.router.add_get("/gateway/", self.gateway.serve)
        application.router.add_get("/resume", self.gateway.serve)
        application.router.add_get("/cdn/{path:.+}", self._file)
        application.router.add_route("*", "/{path:.*}", rest.serve)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        self._closing.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        port = runner.addresses[0][1]
        self.gateway.url = f"ws://{HOST}:{port}"
        self.world.cdn = f"http://{HOST}:{port}/cdn"
        self.url = f"http://{HOST}:{port}{BASE}"

    @property
    def gateway_url(self) -> str:
        """Where a bot connects."""
        return f"{self.gateway.url}/gateway"

    async def _file(self, request: web.Request) -> web.Response:
        """What was uploaded, to whoever asks; Discord signs such addresses, this does not."""
        file = self.world.files.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.kind)

    # what tests do most

    def plan(self, method: str, pattern: str, *faults: Fault) -> None:
        """One fault for each of the next requests of that kind (see `faults`)."""
        self.faults.plan(method, pattern, *faults)

    def limit(self, method: str, pattern: str, requests: int, per: timedelta) -> None:
        """Keep this rate limit from now on."""
        self.limits.set(method, pattern, Limit(requests=requests, per=per))

    def requests(self, method: str | None = None, pattern: str | None = None) -> Sequence[Request]:
        """What the bot asked of REST, in order."""
        return self.journal.requests(method, pattern)

    async def until(self, predicate: Callable[[], T], *, timeout: timedelta = PATIENCE) -> T:  # noqa: ASYNC109
        """See `Journal.until`."""
        return await self.journal.until(predicate, timeout=timeout)

    def say(
        self,
        channel: Channel,
        user: User,
        text: str,
        *,
        mention_bot: bool = False,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """See `People.say`; the rest of what people do is in `people`."""
        return self.people.say(channel, user, text, mention_bot=mention_bot, reply_to=reply_to, ping=ping)

    def press(self, message: Message, custom_id: str, user: User) -> Interaction:
        """See `People.press`."""
        return self.people.press(message, custom_id, user)

    def slash(self, name: str, options: Mapping[str, Value], user: User, channel: Channel) -> Interaction:
        """See `People.slash`."""
        return self.people.slash(name, options, user, channel)

    def answers(self, channel: Channel | None = None) -> list[Message]:
        """What the bot wrote, there or anywhere, that still stands."""
        return [message for message in self.world.from_bot(channel) if not message.deleted]
