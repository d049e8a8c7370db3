"""The client: what the gateway tells, handed to those who act on it. One for all shards."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bots import logs
from bots.amending import Amending
from bots.bursts import Bursts
from bots.cards import Card
from bots.discord_bot.cards import layouts
from bots.discord_bot.controls import Control, DeskButton, Disagree
from bots.discord_bot.dialect import DiscordDialect
from bots.discord_bot.faults import BROKEN
from bots.discord_bot.identity import Webhooks
from bots.discord_bot.listening import Listener, needs_content
from bots.discord_bot.pressing import DiscordAsker
from bots.discord_bot.responding import Responder
from bots.discord_bot.slash import Translator, digest, plant
from bots.discord_bot.translate import PLATFORM, id_in, place_of
from bots.outlets import Pace
from bots.performing import Performer
from bots.platform import Router
from bots.pressing import CUES, Presser
from bots.streaming import Sleep
from moderation.errors import Deflect

_log = logging.getLogger(__name__)

_PATIENCE: Final = 60.0
"""Seconds a bucket of Discord's may make us wait before a call is given up."""
_DIGEST: Final = "discord commands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a client works with."""

    router: Router
    language: str
    """Of our own words where neither a person nor a place has one."""
    content: bool
    """Whether the bot may read messages that do not call it: the message-content intent."""
    pace: Pace
    burst: timedelta
    """Silence after which a burst of messages is over."""
    longest_burst: timedelta
    shards: int | None
    """How many; None: as Discord advises."""
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Sleep


def intents_of(*, content: bool) -> discord.Intents:
    """What the gateway is to tell: nothing privileged, but for the content of messages where it is asked for."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, webhooks=True, message_content=content)


class TalchumClient(commands.AutoShardedBot):
    """Meets `bots.discord_bot.carrying.Commands` and `bots.discord_bot.controls.Pressed`."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents_of(content=surroundings.content),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            max_ratelimit_timeout=_PATIENCE,
            chunk_guilds_at_startup=False,
            shard_count=surroundings.shards,
        )
        self._with = surroundings
        self._router = surroundings.router
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._draining = False
        self._responder = Responder(self._router, language=surroundings.language)
        self.tree.error(self._on_command_error)

    async def setup_hook(self) -> None:
        """Once after login, before the gateway: who acts on what, and the commands."""
        assert self.user is not None
        around = self._with
        self._webhooks = Webhooks(self.user.id)
        self.performer = Performer(
            DiscordDialect(self, self._router, self._webhooks, language=around.language),
            self._router,
            pace=around.pace,
            language=around.language,
            monotonic=around.monotonic,
            sleep=around.sleep,
        )
        amending: Amending[discord.Message] = Amending(
            self._router,
            self.performer,
            Bursts(sleep=around.sleep, idle=around.burst, longest=around.longest_burst),
            now=around.now,
        )
        self._listener = Listener(
            self.user,
            self._router,
            self.performer,
            amending,
            reads=around.content,
            passing=around.pace.passing,
            language=around.language,
        )
        self._presser = Presser(self._router, self.performer, platform=PLATFORM, now=around.now)
        self.add_dynamic_items(Control, DeskButton, Disagree)
        await self.tree.set_translator(Translator())
        plant(self.tree, self)
        await self._sync()

    async def _sync(self) -> None:
        """Send the commands where they are others than last time: Discord allows that only so often."""
        name, now = f"{_DIGEST} {self.application_id}", await digest(self.tree)
        if await self._router.recall(name) != now:
            await self.tree.sync()
            await self._router.remember(name, now)
            _log.info("commands sent")

    async def drain(self) -> None:
        """End what is under way, each reply brought to where it stands whole. For the end of the program."""
        self._draining = True
        tasks = [task for task in self._in_hand if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def on_ready(self) -> None:
        """Every shard is ready: after a start, and after a session that could not be resumed."""
        _log.info("ready: servers=%d shards=%d", len(self.guilds), len(self.shards))
        async with self._task():
            await self.performer.mend(await self._router.replies.unfinished(PLATFORM))

    async def on_message(self, message: discord.Message, /) -> None:
        """Somebody wrote something."""
        if self._draining:
            return  # not claimed: whoever runs next hears nothing of it, but nobody sees half an answer
        if message.webhook_id is not None and (
            message.application_id == self.application_id or self._webhooks.own(message.webhook_id)
        ):
            return
        async with self._task():
            await self._listener.heard(message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Somebody took a message away."""
        await self._taken_away(payload.message_id, payload.channel_id, payload.guild_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Somebody took many messages away."""
        for message in payload.message_ids:
            await self._taken_away(message, payload.channel_id, payload.guild_id)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody edited a message, or Discord added a preview to it: then it reads as before, or nothing is said."""
        if not self._draining and "content" in payload.data:
            async with self._task():
                await self._listener.amended(payload.message)

    async def on_webhooks_update(self, channel: discord.abc.GuildChannel) -> None:
        """Webhooks of a channel changed: ours may be gone, or possible now."""
        self._webhooks.forget(channel.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone."""
        self._webhooks.leave(channel.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was put out of a server: nothing of its replies there can be reached any more."""
        _log.info("shut out: server=%d", guild.id)
        await self._router.replies.leave(f"{PLATFORM}:server:{guild.id}")

    async def on_control(self, interaction: discord.Interaction, verb: str, reply: str) -> None:
        """See `Pressed.on_control`."""
        async with self._task():
            await self._presser.control(self._asker(interaction), verb, reply)

    async def on_desk(self, interaction: discord.Interaction, verb: str, exchange: str) -> None:
        """See `Pressed.on_desk`."""
        async with self._task():
            await self._presser.desk(self._asker(interaction), verb, exchange)

    async def on_import(self, interaction: discord.Interaction, verb: str, number: str) -> None:
        """See `Pressed.on_import`."""
        async with self._task():
            await self._presser.imported(self._asker(interaction), verb, number)

    async def on_disagree(self, interaction: discord.Interaction, exchange: str) -> None:
        """See `Pressed.on_disagree`."""
        await self._asker(interaction).ask_note("appeal", exchange)

    async def tell(self, person: str, card: Card, language: str) -> bool:
        """See `Platform.tell`."""
        try:
            user = await self.fetch_user(int(id_in(person)))
            for layout in layouts(card, language):
                await user.send(view=layout)
        except (ValueError, *BROKEN) as error:  # most of them do not want to be written to
            _log.info("somebody was not told: error=%s", type(error).__name__)
            return False
        return True

    async def appeal(self, interaction: discord.Interaction, number: str, words: str) -> None:
        """See `carrying.Commands.appeal`."""
        async with self._task():
            await self._presser.appealed(self._asker(interaction), number, words)

    async def typed(
        self, interaction: discord.Interaction, line: str, *, file: discord.Attachment | None = None
    ) -> None:
        """See `carrying.Commands.typed`."""
        async with self._task():
            card = await self._responder.typed(interaction, line, file=file)
            await self._presser.followed(self._asker(interaction), card)
            if card.met and interaction.channel_id:
                await self._presser.meet(self._asker(interaction), str(interaction.channel_id))
            if line.startswith("/talchum"):
                await self._presser.settled(self._asker(interaction), line, card)
            if line.startswith("/talchum") and not self._with.content:
                settings = await self._router.settings(place_of(interaction.channel))
                if needs_content(settings):
                    await self._responder.say(interaction, "discord.mode_needs_content")

    async def cued(self, interaction: discord.Interaction, verb: str, wish: str = "") -> None:
        """See `carrying.Commands.cued`."""
        async with self._task():
            await self._presser.cued(self._asker(interaction), CUES[verb], wish)

    async def report(self, interaction: discord.Interaction, message: discord.Message | None) -> None:
        """See `carrying.Commands.report`."""
        await self._presser.report_message(self._asker(interaction), str(message.id) if message else "")

    async def personas(self, interaction: discord.Interaction) -> Sequence[tuple[str, str]]:
        """See `carrying.Commands.personas`."""
        return self._router.personas(place_of(interaction.channel))

    def _asker(self, interaction: discord.Interaction) -> DiscordAsker:
        return DiscordAsker(interaction, self._responder, self._presser)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """A defect of ours in an event, or a store that fails. A defect's message may quote what somebody wrote, so its
        kind and place must do."""
        import sys

        _log_defect(sys.exception(), event_method)

    async def _on_command_error(self, interaction: discord.Interaction, error: Exception) -> None:
        """A defect of ours in a command, or a store that fails."""
        cause = error.__cause__ or error
        _log_defect(cause, "command")
        try:
            key = "showing.not_possible" if isinstance(cause, Deflect) else "showing.defect"
            await self._responder.say(interaction, key)
        except discord.HTTPException as refusal:
            _log.warning("nobody could be told of a defect: code=%d", refusal.code)

    async def _taken_away(self, message: int, channel: int, guild: int | None) -> None:
        record = await self._router.replies.of_message(PLATFORM, str(message))
        if record is not None:
            self.performer.forget(record)
        elif not self._draining:
            async with self._task():
                # After a restart no conversation in private is known, and no thread that is archived.
                known = self.get_channel(channel) or self.get_partial_messageable(channel, guild_id=guild)
                await self._listener.retracted(message, known)

    @asynccontextmanager
    async def _task(self) -> AsyncIterator[None]:
        """What happens inside is waited for at the end of the program."""
        task = asyncio.current_task()
        assert task is not None
        self._in_hand.add(task)
        try:
            yield
        finally:
            self._in_hand.discard(task)


def _log_defect(error: BaseException | None, where: str) -> None:
    if isinstance(error, Deflect):
        _log.critical("the state failed: in=%s error=%s", where, error)
    else:
        _log.error("a defect: in=%s error=%s", where, logs.place_of(error))
