"""Methods that answer what somebody did: a button, a guest's question; reactions; business connections."""

import re
from typing import Final

from bots.fakes.telegram_server import keyboards, payloads, texts
from bots.fakes.telegram_server.calls import Access, Call, Handler
from bots.fakes.telegram_server.entities import units
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.sending import connection
from bots.fakes.telegram_server.world import Json

_LONGEST: Final = 200
_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"
_REACTIONS: Final = (
    "❤|👍|👎|🔥|🥰|👏|😁|🤔|🤯|😱|🤬|😢|🎉|🤩|🤮|💩|🙏|👌|🕊|🤡|🥱|🥴|😍|🐳|❤‍🔥|🌚|🌭|💯|🤣|⚡|🍌|🏆|💔|🤨|😐|🍓|🍾|💋|🖕|😈|😴|😭|🤓|👻|"
    "👨‍💻|👀|🎃|🙈|😇|😨|🤝|✍|🤗|🫡|🎅|🎄|☃|💅|🤪|🗿|🆒|💘|🙉|🦄|😘|💊|🙊|😎|👾|🤷‍♂|🤷|🤷‍♀|😡"
)
"""What can be set by anybody; custom emoji need more."""


def answer_callback(call: Call) -> bool:
    """Once, and in time."""
    query = call.service.world.callbacks.get(call.fields["callback_query_id"])
    if call.fields.get("url"):
        raise NotEmulated("opening an address by a button")
    if units(call.fields.get("text", "")) > _LONGEST:
        raise bad("MESSAGE_TOO_LONG")
    if query is None or query.expired or query.answer is not None:
        raise bad(_TOO_OLD)
    query.answer = call.fields
    return True


def answer_guest(call: Call) -> Json:
    """Once, and in time: an article with a text, which is all that a bot needs to say that it does not talk there."""
    query = call.service.world.guests.get(call.fields["guest_query_id"])
    content = call.fields["result"].get("input_message_content", {})
    if call.fields["result"]["type"] != "article" or "message_text" not in content:
        raise NotEmulated("guests' questions answered with anything but an article with a text")
    formatted = texts.message_text({**content, "text": content["message_text"]})
    keyboards.inline(call.fields["result"])
    if query is None or query.expired or query.answer is not None:
        raise bad(_TOO_OLD)
    query.answer = {"text": formatted.text, "entities": list(formatted.entities)}
    return {"inline_message_id": f"guest-{query.id}"}


def set_reaction(call: Call) -> bool:
    """One at most; none takes it back."""
    chat = call.chat(Access.EDIT)
    message = call.message(chat, "message to react")
    reactions: list[Json] = call.fields.get("reaction", [])
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY")
    for reaction in reactions:
        if reaction["type"] != "emoji":
            raise NotEmulated("reactions with custom emoji")
        if not re.fullmatch(_REACTIONS, reaction["emoji"]):
            raise bad("REACTION_INVALID")
    message.reactions[call.service.world.bot.id] = reactions
    return True


def get_business(call: Call) -> Json:
    return payloads.business(connection(call))


HANDLERS: Final[dict[str, Handler]] = {
    "answerCallbackQuery": answer_callback,
    "answerGuestQuery": answer_guest,
    "setMessageReaction": set_reaction,
    "getBusinessConnection": get_business,
}
