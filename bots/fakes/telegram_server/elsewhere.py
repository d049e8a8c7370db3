"""What reaches a bot where it is no member: questions of guests, and the customers of an account that connected it.

Not emulated: what a guest's question replies to, buttons there, messages that an account sends by itself.
"""

from bots.fakes.telegram_server import payloads
from bots.fakes.telegram_server.entities import Formatted, settled
from bots.fakes.telegram_server.service import Service
from bots.fakes.telegram_server.world import (
    BusinessConnection,
    Chat,
    GuestQuery,
    Kind,
    Member,
    Message,
    Status,
    User,
)


class Elsewhere:
    """Use from the event loop of the server only. What happens takes effect at once; the bot hears of it later."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def ask(self, chat: Chat, user: User, text: str) -> GuestQuery:
        """`user` mentions the bot in a chat where it is not."""
        assert not chat.status(self._world.bot).there
        formatted = settled(Formatted(text=f"@{self._world.bot.username} {text}"))
        number = f"guest{self._world.number():06}"
        message = Message(
            id=next(chat.counter), chat=chat, sender=user, sent=self._world.now(), text=formatted.text,
            entities=formatted.entities, guest=number,
        )  # fmt: skip
        query = GuestQuery(id=number, message=message)
        self._world.guests[number] = query
        self._service.post(message)
        return query

    def expire(self, query: GuestQuery) -> None:
        """No answer to it is taken any more."""
        query.expired = True

    def connect(self, user: User, *, can_reply: bool = True) -> BusinessConnection:
        """`user` lets the bot answer in the chats of its account."""
        number = f"business{self._world.number():06}"
        made = BusinessConnection(id=number, user=user, made=self._world.now(), can_reply=can_reply)
        self._world.businesses[number] = made
        self._service.emit("business_connection", payloads.business(made), ("connection", user.id))
        return made

    def disconnect(self, connection: BusinessConnection) -> None:
        connection.enabled = False
        body = payloads.business(connection)
        self._service.emit("business_connection", body, ("connection", connection.user.id))

    def write(self, connection: BusinessConnection, customer: User, text: str) -> Message:
        """`customer` writes to the account, not to the bot."""
        chat = connection.chats.get(customer.id)
        if chat is None:
            members = {one.id: Member(user=one, status=Status.MEMBER) for one in (customer, connection.user)}
            chat = Chat(id=customer.id, kind=Kind.PRIVATE, person=customer, members=members)
            connection.chats[customer.id] = chat
        formatted = settled(Formatted(text=text))
        message = Message(
            id=next(chat.counter), chat=chat, sender=customer, sent=self._world.now(), text=formatted.text,
            entities=formatted.entities, business=connection.id,
        )  # fmt: skip
        return self._service.post(message)

    def delete(self, message: Message) -> None:
        """A message to an account is deleted; of these alone the bot is told."""
        assert message.business is not None
        message.deleted = True
        body = {
            "business_connection_id": message.business,
            "chat": payloads.chat(message.chat),
            "message_ids": [message.id],
        }
        self._service.emit("deleted_business_messages", body, ("business", message.chat.id))
