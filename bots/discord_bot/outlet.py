"""Where one reply is shown: posted as a persona, edited, removed; every message noted before anything else happens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

import aiohttp
import discord

from bots.discord_bot.controls import belongs, controls
from bots.discord_bot.faults import BROKEN, HISTORY, UNKNOWN_WEBHOOK, awake, lacking, patiently, told
from bots.discord_bot.identity import Voice
from bots.discord_bot.translate import PLATFORM, Channel, id_in, link_to
from bots.harmless import as_said, plain_links
from bots.pieces import cut, units
from bots.records import Record
from bots.replies import Replies
from bots.streaming import Gone, Phase
from bots.worded import SOMEBODY
from moderation.words import LANGUAGES, catalogue
from personas.cleaning import clean

_log = logging.getLogger(__name__)

LIMIT: Final = 2_000
"""What Discord takes in one message, in characters; UTF-16 units are never fewer."""
_LOOK_BACK: Final = 20
_PAUSE: Final = 1.0
_AT_ONCE: Final = 0.9
"""Seconds that posting takes at most where it was tried once: before it tries again, discord.py waits for a second too.
Whoever was merely slow is asked once more what stands there."""
_BOT: Final = "bot"
"""The bot itself, as a voice: webhooks are known by their ids."""
_NOBODY: Final = discord.AllowedMentions.none()


class Voicing(Protocol):
    """Finds out how a persona speaks in a channel."""

    async def __call__(self, *, renewed: bool) -> Voice:
        """`renewed`: the webhook that was known is gone."""


class Outlet:
    """Meets `bots.outlets.Outlet` for one reply. Used by one task at a time."""

    def __init__(
        self,
        channel: Channel,
        voice: Voicing,
        replies: Replies,
        record: Record,
        *,
        me: int,
        language: str,
        quoted: discord.Message | None,
        heard: Callable[[], Sequence[discord.Message]],
    ) -> None:
        """`me` is the bot's own id, `language` the one of our own words; `voice` gives how the persona speaks, anew
        after a webhook is gone; `quoted` is the message that is answered, where it was just written: the bot itself
        can reply to it. `heard` gives the messages that the gateway told of, wherever they stand, oldest first."""
        self._channel = channel
        self._me = me
        self._language = language
        self._voice = voice
        self._replies = replies
        self.record = record
        self._quoted = quoted
        self._heard = heard
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
        clock = asyncio.get_running_loop().time
        began = clock()
        posted = await self._posted(text, phase)
        voice = str(posted.webhook_id or _BOT)
        self.record = await self._replies.stands(replace(self.record, voice=voice), str(posted.id))
        took = clock() - began
        if self._speaking and self._speaking.webhook and took > _AT_ONCE:
            await self._alone(posted, self._speaking.webhook, timedelta(seconds=took))
        return str(posted.id)

    async def edit(self, message: str, text: str, phase: Phase) -> None:
        """Make a message read otherwise. Raises Gone, Missing, discord.HTTPException."""
        voice = await self._same_voice()
        first = self.record.shown[:1] == (message,)
        content, view = self._content(text, first=first), self._controls(phase)
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
            await awake(self._channel, edit)

    async def remove(self, message: str) -> None:
        """Take a message away; one that is gone already is fine. Where the webhook is gone the bot itself does it, if
        it may. Raises Missing, discord.HTTPException."""
        voice = await self._now_speaking()
        before, self.record = self.record, await self._replies.gone(self.record, message)
        stands = True
        try:
            with suppress(Gone), told(self._channel):
                if voice.webhook is None or self._foreign(voice):
                    await awake(self._channel, self._plain(message).delete)
                else:
                    await self._removed(voice.webhook, message)
            stands = False
        finally:
            if stands:
                self.record = await self._replies.back(before, message)

    async def typing(self) -> None:
        """The sign that somebody writes; it lasts ten seconds."""
        try:
            await self._channel.typing()
        except BROKEN as error:
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
        voice = await self._same_voice()
        with told(self._channel):
            if voice.webhook is None:
                content = (await self._channel.fetch_message(int(message))).content
            else:
                content = (await voice.webhook.fetch_message(int(message), thread=self._thread)).content
        content = content.removeprefix(self._above(first=self.record.shown[:1] == (message,)))
        for language in LANGUAGES:  # of the place when it was marked, which may be another one now
            content = content.removesuffix(_under(catalogue("bots").say("showing.interrupted", language)))
        return as_said(content)

    async def undress(self, message: str) -> None:
        """Take the buttons away. Raises Gone, Missing, discord.HTTPException."""
        voice = await self._same_voice()
        with told(self._channel):
            if voice.webhook is None:
                edit = partial(self._plain(message).edit, view=None)
            else:
                none = controls(Phase.PLAIN, self.record.id)
                edit = partial(voice.webhook.edit_message, int(message), view=none, thread=self._thread)
            await awake(self._channel, edit)

    def standing(self, text: str) -> tuple[tuple[str, str], ...]:
        """The messages that stand there, and which part of `text` each of them has ("": not known)."""
        pieces = cut(text, self.limit, first=self.first_limit)
        known = pieces if len(pieces) == len(self.record.shown) else ("",) * len(self.record.shown)
        return tuple(zip(self.record.shown, known, strict=True))

    def marked(self, words: str, mark: str) -> str:
        """`words` with a small line of ours under them, where there is room: not a word of theirs is left out."""
        marked = words + _under(mark)
        return marked if units(plain_links(marked)) <= min(self.limit, self.first_limit) else words

    async def _posted(self, text: str, phase: Phase) -> discord.Message:
        voice = await self._now_speaking()
        first = not self.record.shown
        content, view = self._content(text, first=first), self._controls(phase)
        if voice.webhook is not None:
            sent = await self._posted_masked(voice, voice.webhook, content, view)
            return sent or await self._posted(text, phase)
        # The same nonce twice is one message, whatever became of the first try.
        nonce = f"{self.record.id}-{self.record.posts}"
        quoted = self._quoted if first and self._quoted and self._quoted.channel.id == self._channel.id else None
        if HISTORY in lacking(self._channel):
            quoted = None
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
        no nonce: where it is not known whether it was posted, it is looked for before it is posted again."""
        dressed = bool(view.to_components())
        send = partial(
            webhook.send,
            content,
            username=voice.name,
            avatar_url=voice.picture or discord.utils.MISSING,
            allowed_mentions=_NOBODY,
            view=view if dressed else discord.utils.MISSING,
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
                await asyncio.sleep(_PAUSE)  # the gateway tells of it a little later
                return await anext(self._alike(webhook, content, dressed=dressed), None) or await send()
            except discord.DiscordServerError:  # again and again
                if found := await anext(self._alike(webhook, content, dressed=dressed), None):
                    return found
                raise

    async def _removed(self, webhook: discord.Webhook, message: str) -> None:
        try:
            await awake(self._channel, partial(webhook.delete_message, int(message), thread=self._thread))
        except discord.NotFound as error:
            if error.code != UNKNOWN_WEBHOOK:
                raise
            await awake(self._channel, self._plain(message).delete)

    async def _alone(self, posted: discord.Message, webhook: discord.Webhook, took: timedelta) -> None:
        """Take away what was posted besides in that time: discord.py tries again by itself where somebody between us
        and Discord answers with an error, whether or not the call had its effect."""
        dressed = belongs(posted, self.record.id)
        try:
            for twin in [one async for one in self._alike(webhook, posted.content, dressed=dressed)]:
                if twin.created_at >= posted.created_at - took:
                    await webhook.delete_message(twin.id, thread=self._thread)
        except BROKEN as error:
            _log.warning("a message may stand there twice: reply=%s error=%s", self.record.id, type(error).__name__)

    async def _alike(self, webhook: discord.Webhook, content: str, *, dressed: bool) -> AsyncIterator[discord.Message]:
        """Messages of this reply that are not noted and read `content`, newest first; `dressed`: with buttons."""
        async for posted in self._unknown(webhook):
            if posted.content == content.strip() and belongs(posted, self.record.id) is dressed:
                yield posted

    async def _unknown(self, webhook: discord.Webhook | None) -> AsyncIterator[discord.Message]:
        """The newest messages of ours there that are not noted as part of a reply, newest first."""
        async for message in self._newest():
            if str(message.id) in self.record.shown:
                continue
            voice = (message.webhook_id, message.author.id)
            ours = voice == (None, self._me) if webhook is None else message.webhook_id == webhook.id
            if not ours or await self._replies.of_message(PLATFORM, str(message.id)):
                continue
            # The history may keep from us what it says; the webhook itself is always told.
            yield message if webhook is None else await webhook.fetch_message(message.id, thread=self._thread)

    async def _newest(self) -> AsyncIterator[discord.Message]:
        """The newest messages there, newest first: where the bot may not read what came before, those it heard of."""
        nothing = True
        async for message in self._channel.history(limit=_LOOK_BACK):
            nothing = False
            yield message
        if nothing:
            here = [message for message in self._heard() if message.channel.id == self._channel.id]
            for message in reversed(here[-_LOOK_BACK:]):
                yield message

    async def _now_speaking(self) -> Voice:
        if self._speaking is None:
            voice = await self._voice(renewed=False)
            # What the bot itself began it goes on with.
            self._speaking = replace(voice, webhook=None) if self.record.voice == _BOT else voice
        return self._speaking

    async def _same_voice(self) -> Voice:
        """How the persona speaks. Raises Gone where its messages are another webhook's: nobody else may change them."""
        voice = await self._now_speaking()
        if self._foreign(voice):
            raise Gone
        return voice

    def _foreign(self, voice: Voice) -> bool:
        return self.record.voice not in {"", str(voice.webhook.id) if voice.webhook else _BOT}

    def _content(self, text: str, *, first: bool) -> str:
        return self._above(first=first) + plain_links(clean(text))

    def _above(self, *, first: bool) -> str:
        """What stands above the words of a message: the name, where the bot speaks itself, or a line that says whom the
        persona answers, as webhooks cannot reply."""
        voice, record = self._speaking, self.record
        if voice is None:
            return ""
        worded = ""
        if first and record.author:
            worded = self._worded(record.author) + "\n"
        if voice.webhook is None:
            return f"**{plain_links(discord.utils.escape_markdown(voice.name))}**\n{worded}"
        alone = isinstance(self._channel, discord.Thread) and self._channel.owner_id == self._channel.guild.me.id
        if not first or alone or not record.message.isdecimal():
            return worded
        return worded + f"-# ↪ <@{id_in(record.person)}> · {link_to(record, record.message)}\n"

    def _worded(self, author: str) -> str:
        say = catalogue("bots").say
        if author == SOMEBODY:
            return say("discord.worded_somebody", self._language)
        return say("discord.worded", self._language, person=f"<@{id_in(author)}>")

    def _controls(self, phase: Phase) -> discord.ui.View:
        """What is fixed has no buttons but those to leaf through greetings: there is nothing to say again."""
        fixed = Phase.LEAVES if self.record.leaves else Phase.PLAIN
        return controls(fixed if self.record.fixed and phase is Phase.DONE else phase, self.record.id)

    def _plain(self, message: str) -> discord.PartialMessage:
        return discord.PartialMessage(channel=self._channel, id=int(message))

    @property
    def _thread(self) -> discord.abc.Snowflake:
        return self._channel if isinstance(self._channel, discord.Thread) else discord.utils.MISSING


def _under(mark: str) -> str:
    """A small line of ours under the words of a persona."""
    return f"\n-# {mark}"
