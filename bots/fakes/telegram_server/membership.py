"""Who is where: people and the bot join, leave, are thrown out, promoted; groups get topics and become supergroups."""

from collections.abc import Iterable

from bots.fakes.telegram_server import payloads
from bots.fakes.telegram_server.service import Service
from bots.fakes.telegram_server.world import GENERAL, Chat, Kind, Member, Message, Status, Topic, User


class Membership:
    """Use from the event loop of the server only. What happens takes effect at once; the bot hears of it later."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def join(self, chat: Chat, user: User, *, by: User | None = None) -> Member:
        """`user` (or the bot) comes, or is brought by `by`."""
        assert not chat.status(user).there
        member = self._service.enrol(chat, user, Status.MEMBER, by or user)
        self._service.system(chat, by or user, new_chat_members=[payloads.user(user)])
        return member

    def leave(self, chat: Chat, user: User, *, by: User | None = None, banned: bool = False) -> None:
        """`user` (or the bot) goes, or is thrown out by `by`, for good if `banned`."""
        assert chat.status(user).there
        self._service.enrol(chat, user, Status.KICKED if banned else Status.LEFT, by or user)
        self._service.system(chat, by or user, left_chat_member=payloads.user(user))

    def promote(
        self, chat: Chat, user: User, rights: Iterable[str] = (), *, by: User | None = None, anonymous: bool = False
    ) -> Member:
        """`user` (or the bot) is an administrator with these rights from now on."""
        assert chat.status(user).there
        creator = chat.status(user) is Status.CREATOR
        status = Status.CREATOR if creator else Status.ADMINISTRATOR
        return self._service.enrol(chat, user, status, by or user, rights, anonymous=anonymous)

    def demote(self, chat: Chat, user: User, *, by: User | None = None) -> Member:
        """`user` (or the bot) is a member like others."""
        assert chat.status(user) is Status.ADMINISTRATOR
        return self._service.enrol(chat, user, Status.MEMBER, by or user)

    def block(self, user: User) -> None:
        """`user` blocks the bot."""
        assert not user.blocked
        user.blocked = True
        chat = self._world.private(user)
        self._service.enrol(chat, self._world.bot, Status.KICKED, user)

    def unblock(self, user: User) -> None:
        assert user.blocked
        user.blocked = False
        chat = self._world.private(user)
        self._service.enrol(chat, self._world.bot, Status.MEMBER, user)

    def upgrade(self, group: Chat) -> Chat:
        """The group is a supergroup from now on, with another id. Its messages stay where they were."""
        assert group.kind is Kind.GROUP
        assert group.upgraded is None
        owner = next(one.user for one in group.members.values() if one.status is Status.CREATOR)
        bot = group.status(self._world.bot)
        supergroup = self._world.add_chat(Kind.SUPERGROUP, group.title, owner=owner, bot=bot)
        supergroup.members |= {number: member for number, member in group.members.items() if member.status.there}
        self._service.system(group, owner, migrate_to_chat_id=supergroup.id)
        group.upgraded = supergroup
        self._service.system(supergroup, owner, migrate_from_chat_id=group.id)
        return supergroup

    def open_forum(self, chat: Chat) -> Topic:
        """The supergroup has topics from now on; "General" is the first."""
        assert chat.kind is Kind.SUPERGROUP
        chat.forum = True
        chat.topics[GENERAL] = Topic(id=GENERAL, name="General")
        return chat.topics[GENERAL]

    def add_topic(self, chat: Chat, name: str, by: User) -> Topic:
        """The message it begins with is what its other messages reply to, where they reply to nothing."""
        assert self._world.forum(chat)
        about = {"name": name, "icon_color": 7_322_096}
        number = next(chat.counter)
        topic = Topic(id=number, name=name)
        chat.topics[number] = topic
        begin = Message(
            id=number, chat=chat, sender=by, sent=self._world.now(), thread=number, topic=topic,
            service={"forum_topic_created": about},
        )  # fmt: skip
        self._service.post(begin)
        return topic

    def close_topic(self, chat: Chat, topic: Topic, by: User) -> None:
        topic.closed = True
        self._within(chat, topic, by, forum_topic_closed={})

    def reopen_topic(self, chat: Chat, topic: Topic, by: User) -> None:
        topic.closed = False
        self._within(chat, topic, by, forum_topic_reopened={})

    def delete_topic(self, chat: Chat, topic: Topic) -> None:
        """With everything in it. The bot is not told."""
        topic.deleted = True
        for message in self._world.history(chat):
            if message.topic is topic:
                message.deleted = True
        self._service.journal.stir()

    def _within(self, chat: Chat, topic: Topic, by: User, **about: object) -> None:
        message = Message(
            id=next(chat.counter), chat=chat, sender=by, sent=self._world.now(), service=dict(about),
            thread=None if topic.id == GENERAL else topic.id, topic=topic,
        )  # fmt: skip
        self._service.post(message)
