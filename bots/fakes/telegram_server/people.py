"""What people do, as far as a bot hears of it: say, edit, delete, press, send pictures, react.

People can only do what Telegram's own apps let them: they write where they are and may write, to a bot they have not
blocked, in topics that are open; they press buttons that are there. Anything else is an AssertionError: a fault of the
test. The first message to the bot in private is what lets it answer.

Not emulated: votes in polls, contacts, games; what bots say is written like what people say.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bots.fakes.telegram_server import media, payloads
from bots.fakes.telegram_server.entities import Formatted, settled, units
from bots.fakes.telegram_server.sending import thread_of
from bots.fakes.telegram_server.service import Service
from bots.fakes.telegram_server.texts import LONGEST, LONGEST_CAPTION
from bots.fakes.telegram_server.world import (
    ANONYMOUS_ADMIN,
    CHANNEL_SENDER,
    CallbackQuery,
    Chat,
    File,
    Json,
    Kind,
    Message,
    Quote,
    Topic,
    User,
)

PIXEL: Final = b"\x89PNG\r\n\x1a\n" + bytes(24)
"""As much of a picture as anybody looks at."""


class People:
    """Use from the event loop of the server only. What they do takes effect at once; the bot hears of it later."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world
        self._albums = itertools.count(13_000_000_000)

    def say(
        self,
        chat: Chat,
        user: User,
        text: str,
        *,
        mention_bot: bool = False,
        reply_to: Message | None = None,
        quote: str | None = None,
        topic: Topic | None = None,
        channel: Chat | None = None,
        entities: Sequence[Json] = (),
    ) -> Message:
        """`user` writes `text`, as `channel` if one is given; commands and mentions in it become entities."""
        if mention_bot:
            text = f"@{self._world.bot.username} {text}"
        formatted = settled(Formatted(text=text, entities=tuple(entities)))
        assert 0 < units(formatted.text) <= LONGEST
        message = self._written(chat, user, formatted, reply_to=reply_to, topic=topic, channel=channel)
        if quote is not None:
            assert reply_to is not None
            before, found, _ = reply_to.text.partition(quote)
            assert found, f"{quote!r} does not stand there"
            message.quote = Quote(text=quote, entities=(), position=units(before))
        return self._service.post(message)

    def edit(self, message: Message, text: str) -> Message:
        """Its author makes `text` of it, of the caption where it has one."""
        assert not message.deleted
        assert message.sender is not self._world.bot
        formatted = settled(Formatted(text=text))
        return self._service.revise(message, formatted, keyboard=message.keyboard, preview=message.preview)

    def delete(self, message: Message) -> None:
        """Its author or an administrator deletes it. The bot is not told."""
        assert not message.deleted
        message.deleted = True
        self._service.journal.stir()

    def press(self, message: Message, button: str, user: User) -> CallbackQuery:
        """`user` presses the button with that data, or that text."""
        assert not message.deleted
        assert message.chat.status(user).there, f"{user.name} cannot see it"
        found = [one for one in message.buttons if button in (one.get("callback_data"), one["text"])]
        assert found, f"there is no {button!r} among {message.buttons}"
        data = found[0].get("callback_data")
        assert data is not None, f"{button!r} leads elsewhere"
        query = CallbackQuery(id=f"{user.id}{self._world.number():06}", user=user, message=message, data=data)
        self._world.callbacks[query.id] = query
        body: Json = {
            "id": query.id,
            "from": payloads.user(user),
            "message": payloads.message(self._world, message),
            "chat_instance": str(message.chat.id * 7919),
            "data": data,
        }
        self._service.emit("callback_query", body, ("callback", user.id))
        return query

    def expire(self, query: CallbackQuery) -> None:
        """No answer to it is taken any more."""
        query.expired = True

    def photo(self, chat: Chat, user: User, caption: str = "", **where: Any) -> Message:
        """With a caption or without; `where` as for `say`."""
        sizes = media.photo_sizes(self._world, self._world.add_file("photo.jpg", "photos/jpeg", PIXEL))
        return self._shown(chat, user, {"photo": sizes}, caption, **where)

    def album(self, chat: Chat, user: User, captions: Sequence[str], **where: Any) -> list[Message]:
        """Several photos at once, which are as many messages; mostly only the first has a caption."""
        number = str(next(self._albums))
        return [self.photo(chat, user, caption, album=number, **where) for caption in captions]

    def document(
        self,
        chat: Chat,
        user: User,
        name: str,
        data: bytes,
        caption: str = "",
        *,
        size: int | None = None,
        **where: Any,
    ) -> Message:
        """`size` is what Telegram says, where it is not that of `data`."""
        file = self._world.add_file(name, "text/plain", data, size=size)
        return self._shown(chat, user, {"document": media.document(file)}, caption, **where)

    def sticker(self, chat: Chat, user: User, emoji: str = "👋", **where: Any) -> Message:
        file = self._world.add_file("sticker.webp", "image/webp", PIXEL)
        about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._shown(chat, user, {"sticker": {**payloads.file(file), **about, "emoji": emoji}}, **where)

    def voice(self, chat: Chat, user: User, seconds: int = 3, **where: Any) -> Message:
        file = self._world.add_file("voice.oga", "audio/ogg", b"OggS")
        about = {"duration": seconds, "mime_type": "audio/ogg"}
        return self._shown(chat, user, {"voice": {**payloads.file(file), **about}}, **where)

    def video(self, chat: Chat, user: User, caption: str = "", **where: Any) -> Message:
        file = self._world.add_file("video.mp4", "video/mp4", b"ftyp")
        about = {"width": 640, "height": 360, "duration": 9, "mime_type": "video/mp4"}
        return self._shown(chat, user, {"video": {**payloads.file(file), **about}}, caption, **where)

    def poll(self, chat: Chat, user: User, question: str, options: Sequence[str], **where: Any) -> Message:
        """Nobody has voted yet."""
        number = self._world.number()
        choices: list[Json] = [
            {"persistent_id": f"{number}-{count}", "text": option, "voter_count": 0}
            for count, option in enumerate(options)
        ]
        about = dict.fromkeys(("is_closed", "allows_multiple_answers", "allows_revoting", "members_only"), False)
        poll = {**about, "id": str(number), "question": question, "options": choices, "total_voter_count": 0}
        return self._shown(chat, user, {"poll": {**poll, "is_anonymous": True, "type": "regular"}}, **where)

    def location(self, chat: Chat, user: User, latitude: float, longitude: float, **where: Any) -> Message:
        return self._shown(chat, user, {"location": {"latitude": latitude, "longitude": longitude}}, **where)

    def broadcast(self, channel: Chat, text: str) -> Message:
        """A post of a channel, of nobody in particular."""
        assert channel.kind is Kind.CHANNEL
        formatted = settled(Formatted(text=text))
        post = Message(
            id=next(channel.counter), chat=channel, sender=None, sender_chat=channel, sent=self._world.now(),
            text=formatted.text, entities=formatted.entities,
        )  # fmt: skip
        return self._service.post(post)

    def pass_on(self, post: Message, group: Chat) -> Message:
        """The post of a channel comes to the group where it is talked about."""
        origin = {
            "type": "channel",
            "date": payloads.stamp(post.sent),
            "chat": payloads.chat(post.chat),
            "message_id": post.id,
        }
        copy = Message(
            id=next(group.counter), chat=group, sender=self._world.users[CHANNEL_SENDER], sender_chat=post.chat,
            sent=self._world.now(), text=post.text, entities=post.entities, automatic=origin,
        )  # fmt: skip
        return self._service.post(copy)

    def forward(self, message: Message, chat: Chat, user: User, **where: Any) -> Message:
        """`user` passes on to `chat` what somebody said, who does not hide that."""
        sender = message.sender
        assert sender is not None, "what is no person's is passed on another way"
        formatted = Formatted(text=message.text, entities=message.entities)
        copy = self._written(chat, user, formatted, **where)
        origin = {"type": "user", "date": payloads.stamp(message.sent), "sender_user": payloads.user(sender)}
        copy.media, copy.origin = message.media, origin
        return self._service.post(copy)

    def react(self, message: Message, user: User, *emoji: str) -> None:
        """With these from now on. The bot hears of it where it is an administrator, and asked for such updates."""
        before = message.reactions.get(user.id, [])
        after: list[Json] = [{"type": "emoji", "emoji": one} for one in emoji]
        message.reactions[user.id] = after
        chat = message.chat
        if chat.kind is Kind.PRIVATE or not chat.status(self._world.bot).above:
            return self._service.journal.stir()
        body = {
            "chat": payloads.chat(chat),
            "message_id": message.id,
            "user": payloads.user(user),
            "date": payloads.stamp(self._world.now()),
            "old_reaction": before,
            "new_reaction": after,
        }
        return self._service.emit("message_reaction", body, ("reaction", chat.id))

    def file_of(self, message: Message) -> File:
        """What is in a message, of a photo the largest."""
        found: Mapping[str, Any] = message.media
        (one,) = found.values()
        whole: Json = one[-1] if isinstance(one, list) else one
        return self._world.files[whole["file_id"]]

    def _shown(
        self, chat: Chat, user: User, what: Json, caption: str = "", *, album: str | None = None, **where: Any
    ) -> Message:
        formatted = settled(Formatted(text=caption))
        assert units(formatted.text) <= LONGEST_CAPTION
        message = self._written(chat, user, formatted, **where)
        message.media, message.album = what, album
        return self._service.post(message)

    def _written(
        self,
        chat: Chat,
        user: User,
        formatted: Formatted,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
        channel: Chat | None = None,
    ) -> Message:
        self._check(chat, user, reply_to, topic)
        if chat.kind is Kind.PRIVATE:
            user.started = True
        sender, sender_chat = user, channel
        if channel is not None:
            sender = self._world.users[CHANNEL_SENDER]
        elif chat.many and chat.members[user.id].anonymous:
            sender, sender_chat = self._world.users[ANONYMOUS_ADMIN], chat
        if topic is None and reply_to is not None:
            topic = reply_to.topic
        return Message(
            id=next(chat.counter),
            chat=chat,
            sender=sender,
            sender_chat=sender_chat,
            sent=self._world.now(),
            text=formatted.text,
            entities=formatted.entities,
            reply_to=reply_to,
            topic=topic,
            thread=thread_of(chat, topic, reply_to),
        )

    def _check(self, chat: Chat, user: User, reply_to: Message | None, topic: Topic | None) -> None:
        assert chat.status(user).there, f"{user.name} is not there"
        assert chat.kind is not Kind.CHANNEL, "channels have posts"
        assert chat.upgraded is None, "nobody can write there any more"
        assert chat.kind is not Kind.PRIVATE or not user.blocked, f"{user.name} has blocked the bot"
        assert chat.writable or chat.status(user).above, f"{user.name} may not write there"
        if topic is not None:
            assert chat.topics.get(topic.id) is topic
            assert not topic.deleted
            assert not topic.closed or chat.status(user).above
        if reply_to is not None:
            assert reply_to.chat is chat
            assert not reply_to.deleted
