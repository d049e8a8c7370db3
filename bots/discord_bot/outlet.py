"""Where one reply is shown: posted as a persona, edited, removed; every message noted before anything else happens."""

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Final, Protocol

import aiohttp
import discord

from bots.discord_bot.controls import belongs, controls
from bots.discord_bot.faults import UNKNOWN_WEBHOOK, patiently, told
from bots.discord_bot.identity import Voice
from bots.discord_bot.translate import Channel, id_in, link_to
from bots.pieces import cut, units
from bots.replies import Record, Replies
from bots.streaming import Gone, Phase
from personas.cast import clean

_log = logging.getLogger(__name__)

LIMIT: Final = 2_000
"""What Discord takes in one message, in characters; UTF-16 units are never fewer."""
_LOOK_BACK: Final = 20
_NOBODY: Final = discord.AllowedMentions.none()


class Voicing(Protocol):
    """Finds out how a persona speaks in a channel."""

    async def __call__(self, *, renewed: bool) -> Voice:
        """`renewed`: the webhook that was known is gone."""


class Outlet:
    """Meets `bots.streaming.Outlet` for one reply. Used by one task at a time."""

    def __init__(
        self,
        channel: Channel,
        voice: Voicing,
        replies: Replies,
        record: Record,
        *,
        me: int,
        quoted: discord.Message | None,
    ) -> None:
        """`me` is the bot's own id; `voice` gives how the persona speaks, anew after a webhook is gone; `quoted` is the
        message that is answered, where it was just written: the bot itself can reply to it."""
        self._channel = channel
        self._me = me
        self._voice = voice
        self._replies = replies
        self.record = record
        self._quoted = quoted
        self._speaking: Voice | None = None

    async def open(self) -> None:
        """Find out how the persona speaks, which the limits depend on."""
        await self._now_speaking()

    @property
    def limit(self) -> int:
        """UTF-16 units of a message: plain messages bear the name."""
        return LIMIT - units(self._above(first=False))

    @property
    def first_limit(self) -> int:
        """UTF-16 units of the first message."""
        return LIMIT - units(self._above(first=True))

    async def post(self, text: str, phase: Phase) -> str:
        """A new message; its id is kept before this returns. Raises Gone, Missing, discord.HTTPException."""
        message = str((await self._posted(text, phase)).id)
        self.record = await self._replies.stands(self.record, message)
        return message

    async def edit(self, message: str, text: str, phase: Phase) -> None:
        """Make a message read otherwise. Raises Gone, Missing, discord.HTTPException."""
        voice = await self._now_speaking()
        first = self.record.shown[:1] == (message,)
        content, view = self._above(first=first) + clean(text), controls(phase, self.record.id)
        with told(self._channel):
            if voice.webhook is None:
                edit = partial(self._plain(message).edit, content=content, view=view, allowed_mentions=_NOBODY)
            else:
                edit = partial(
                    voice.webhook.edit_message,
                    int(message),
                    content=content,
                    view=view,
                    allowed_mentions=_NOBODY,
                    thread=self._thread,
                )
            await patiently(edit)

    async def remove(self, message: str) -> None:
        """Take a message away; one that is gone already is fine. Raises Missing, discord.HTTPException."""
        voice = await self._now_speaking()
        with suppress(Gone), told(self._channel):
            if voice.webhook is None:
                await patiently(self._plain(message).delete)
            else:
                await patiently(partial(voice.webhook.delete_message, int(message), thread=self._thread))

    async def typing(self) -> None:
        """The sign that somebody writes; it lasts ten seconds."""
        try:
            await self._channel.typing()
        except (discord.HTTPException, OSError, aiohttp.ClientError) as error:
            # A sign is not worth a reply; where the channel is gone, posting will tell.
            _log.debug("no typing: error=%s", type(error).__name__)

    async def recover(self) -> None:
        """Note the messages of this reply that were posted when the program ended before it could note them. They are
        known by their buttons. Raises Gone, Missing, discord.HTTPException."""
        voice = await self._now_speaking()
        with told(self._channel):
            found = [message.id async for message in self._unknown(voice.webhook) if belongs(message, self.record.id)]
        for message in sorted(found):
            self.record = await self._replies.stands(self.record, str(message))

    async def read(self, message: str) -> str:
        """The persona's words in a message, as they stand there. Raises Gone, Missing, discord.HTTPException."""
        voice = await self._now_speaking()
        with told(self._channel):
            if voice.webhook is None:
                content = (await self._channel.fetch_message(int(message))).content
            else:
                content = (await voice.webhook.fetch_message(int(message), thread=self._thread)).content
        return content.removeprefix(self._above(first=self.record.shown[:1] == (message,)))

    async def undress(self, message: str) -> None:
        """Take the buttons away. Raises Gone, Missing, discord.HTTPException."""
        voice = await self._now_speaking()
        with told(self._channel):
            if voice.webhook is None:
                await patiently(partial(self._plain(message).edit, view=None))
            else:
                none = controls(Phase.PLAIN, self.record.id)
                await patiently(partial(voice.webhook.edit_message, int(message), view=none, thread=self._thread))

    def standing(self, text: str) -> tuple[tuple[str, str], ...]:
        """The messages that stand there, and which part of `text` each of them has ("": not known)."""
        pieces = cut(text, self.limit, first=self.first_limit)
        known = pieces if len(pieces) == len(self.record.shown) else ("",) * len(self.record.shown)
        return tuple(zip(self.record.shown, known, strict=True))

    def marked(self, words: str, mark: str) -> str:
        """`words` with a small line of ours under them, as far as there is room."""
        line = f"\n-# {mark}"
        room = min(self.limit, self.first_limit) - units(line)
        return (cut(words, room) or ("",))[0] + line

    async def _posted(self, text: str, phase: Phase) -> discord.Message:
        voice = await self._now_speaking()
        first = not self.record.shown
        content, view = self._above(first=first) + clean(text), controls(phase, self.record.id)
        if voice.webhook is not None:
            sent = await self._posted_masked(voice, voice.webhook, content, view)
            return sent or await self._posted(text, phase)
        # The same nonce twice is one message, whatever became of the first try.
        nonce = f"{self.record.id}-{len(self.record.shown)}"
        quoted = self._quoted if first and self._quoted and self._quoted.channel.id == self._channel.id else None
        reference = quoted.to_reference(fail_if_not_exists=False) if quoted else None
        with told(self._channel):
            return await patiently(
                partial(
                    self._channel.send,
                    content,
                    nonce=nonce,
                    allowed_mentions=_NOBODY,
                    view=view,
                    reference=reference,
                    mention_author=False,
                )
            )

    async def _posted_masked(
        self, voice: Voice, webhook: discord.Webhook, content: str, view: discord.ui.View
    ) -> discord.Message | None:
        """The message, or None where the webhook is gone: how the persona speaks is to be found out anew. Webhooks know
        no nonce: after a broken connection the message is looked for before it is posted again."""
        send = partial(
            webhook.send,
            content,
            username=voice.name,
            avatar_url=voice.picture or discord.utils.MISSING,
            allowed_mentions=_NOBODY,
            view=view if view.children else discord.utils.MISSING,
            thread=self._thread,
            wait=True,
        )
        with told(self._channel):
            try:
                return await send()
            except discord.NotFound as error:
                if error.code != UNKNOWN_WEBHOOK:
                    raise
                self._speaking = await self._voice(renewed=True)
                return None
            except (OSError, aiohttp.ClientError):
                return await self._found(webhook, content) or await send()

    async def _found(self, webhook: discord.Webhook, content: str) -> discord.Message | None:
        async for posted in self._unknown(webhook):
            if posted.content == content.strip():
                return posted
        return None

    async def _unknown(self, webhook: discord.Webhook | None) -> AsyncIterator[discord.Message]:
        """The newest messages of ours there that are not noted as part of this reply, newest first."""
        async for message in self._channel.history(limit=_LOOK_BACK):
            if str(message.id) in self.record.shown:
                continue
            if webhook is None and message.webhook_id is None and message.author.id == self._me:
                yield message
            if webhook is not None and message.webhook_id == webhook.id:
                # The history may keep from us what it says; the webhook itself is always told.
                yield await webhook.fetch_message(message.id, thread=self._thread)

    async def _now_speaking(self) -> Voice:
        if self._speaking is None:
            self._speaking = await self._voice(renewed=False)
        return self._speaking

    def _above(self, *, first: bool) -> str:
        """What stands above the words of a message: the name, where the bot speaks itself, or a line that says whom the
        persona answers, as webhooks cannot reply."""
        voice, record = self._speaking, self.record
        if voice is None:
            return ""
        if voice.webhook is None:
            return f"**{discord.utils.escape_markdown(voice.name)}**\n"
        alone = isinstance(self._channel, discord.Thread) and self._channel.owner_id == self._channel.guild.me.id
        if not first or alone or not record.message.isdecimal():
            return ""
        return f"-# ↪ <@{id_in(record.person)}> · {link_to(record, record.message)}\n"

    def _plain(self, message: str) -> discord.PartialMessage:
        return discord.PartialMessage(channel=self._channel, id=int(message))

    @property
    def _thread(self) -> discord.abc.Snowflake:
        return self._channel if isinstance(self._channel, discord.Thread) else discord.utils.MISSING
