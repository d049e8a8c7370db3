"""Methods about chats and who is in them."""

from typing import Final

from bots.fakes.telegram_server import payloads
from bots.fakes.telegram_server.calls import Access, Call, Handler
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import Json, Kind, Member, Status


def get_chat(call: Call) -> Json:
    return payloads.chat_full(call.chat(Access.READ))


def get_member(call: Call) -> Json:
    """Somebody who is not in the chat has left it. Others than administrators Telegram tells of to these alone."""
    chat = call.chat(Access.MEMBERS)
    user = call.user()
    found = chat.members.get(user.id) or Member(user=user, status=Status.LEFT)
    return payloads.member(chat, found)


def get_administrators(call: Call) -> list[Json]:
    chat = call.chat(Access.MEMBERS)
    if chat.kind is Kind.PRIVATE:
        raise bad("there are no administrators in the private chat")
    bots = call.fields.get("return_bots", False)
    bot = call.service.world.bot
    return [
        payloads.member(chat, member)
        for member in chat.members.values()
        if member.status.above and (bots or member.user is bot or not member.user.bot)
    ]


def get_member_count(call: Call) -> int:
    chat = call.chat(Access.MEMBERS)
    return sum(member.status.there for member in chat.members.values())


def leave(call: Call) -> bool:
    chat = call.chat(Access.EDIT)
    if chat.kind is Kind.PRIVATE:
        raise NotEmulated("leaving a private chat")
    bot = call.service.world.bot
    call.service.enrol(chat, bot, Status.LEFT, bot)
    return True


HANDLERS: Final[dict[str, Handler]] = {
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": get_member_count,
    "leaveChat": leave,
}
