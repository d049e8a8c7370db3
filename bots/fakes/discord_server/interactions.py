"""Routes of interactions: the first response, what `@original` is, follow-ups; and which token is whose.

A first response is taken once (40060), within three seconds (10062), and only of a kind that fits. Until then there is
nothing to follow up (10015). After a deferred response the first follow-up completes it. The token ends after fifteen
minutes (50027). A test that does not want to wait sets `Interaction.expired` or `over`. Replies need no permission in
the channel.

Not emulated: activities, premium prompts, the limit of five follow-ups of an app that is installed by a user alone.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Final

from bots.fakes.discord_server import bodies, calls, payloads, refusals, webhooks
from bots.fakes.discord_server.calls import Call, Handler, Route
from bots.fakes.discord_server.world import Interaction, InteractionKind, Json, Message, MessageFlag

ACKNOWLEDGE_WITHIN: Final = timedelta(seconds=3)
FOLLOW_WITHIN: Final = timedelta(minutes=15)


class Response(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_FITTING: Final[Mapping[InteractionKind, frozenset[int]]] = {
    InteractionKind.COMMAND: frozenset((4, 5, 9)),
    InteractionKind.COMPONENT: frozenset((4, 5, 6, 7, 9)),
    InteractionKind.AUTOCOMPLETE: frozenset((8,)),
    InteractionKind.MODAL: frozenset((4, 5, 6, 7)),
}


def respond(call: Call) -> Json | None:
    """The first response."""
    interaction = call.service.world.interactions.get(call.id(0))
    if interaction is None or interaction.token != call.arguments[1]:
        raise refusals.unknown("Interaction")
    if interaction.answered is not None:
        raise refusals.acknowledged()
    if interaction.expired or _age(interaction) > ACKNOWLEDGE_WITHIN:
        raise refusals.unknown("Interaction")
    kind = call.fields.get("type")
    fitting = _FITTING[interaction.kind] - (frozenset() if interaction.message else {6, 7})
    if kind not in fitting:
        raise refusals.form(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {sorted(fitting)}.")
    _RESPONSES[Response(kind)](_with(call, call.fields.get("data") or {}), interaction)
    interaction.answered = kind
    call.service.journal.stir()
    wanted = call.query.get("with_response") in ("1", "true")
    return payloads.callback(call.service.world, interaction) if wanted else None


def _answer(call: Call, interaction: Interaction) -> None:
    interaction.original = _posted(call, interaction)


def _defer(call: Call, interaction: Interaction) -> None:
    bodies.known(call.fields, frozenset(("flags",)))
    flags = MessageFlag.LOADING | (call.fields.get("flags", 0) & MessageFlag.EPHEMERAL)
    message = _new(call, interaction)
    message.flags = int(flags)
    interaction.original = call.service.post(message)


def _defer_update(call: Call, interaction: Interaction) -> None:
    interaction.original = interaction.message


def _update(call: Call, interaction: Interaction) -> None:
    assert interaction.message is not None
    if interaction.message.deleted:
        raise refusals.unknown("Message")
    bodies.known(call.fields, bodies.EDIT)
    interaction.original = calls.revise(call, interaction.message)


def _choose(call: Call, interaction: Interaction) -> None:
    interaction.choices = bodies.choices(call.fields)


def _ask(call: Call, interaction: Interaction) -> None:
    interaction.modal = bodies.modal(call.fields)


_RESPONSES: Final[Mapping[Response, Callable[[Call, Interaction], None]]] = {
    Response.MESSAGE: _answer,
    Response.DEFERRED_MESSAGE: _defer,
    Response.DEFERRED_UPDATE: _defer_update,
    Response.UPDATE: _update,
    Response.CHOICES: _choose,
    Response.MODAL: _ask,
}


def follow_up(call: Call) -> Json:
    interaction = _answered(call)
    original = interaction.original
    bodies.known(call.fields, bodies.EDIT)
    if original is not None and original.loading and not original.deleted:
        return payloads.message(call.service.world, _completed(call, original))
    message = _posted(call, interaction)
    interaction.followups.append(message)
    return payloads.message(call.service.world, message)


def get_message(call: Call) -> Json:
    return payloads.message(call.service.world, _message(call, _answered(call)))


def edit_message(call: Call) -> Json:
    message = _message(call, _answered(call))
    bodies.known(call.fields, bodies.EDIT)
    revised = _completed(call, message) if message.loading else calls.revise(call, message)
    return payloads.message(call.service.world, revised)


def delete_message(call: Call) -> None:
    call.service.delete(_message(call, _answered(call)))


def _completed(call: Call, message: Message) -> Message:
    """What was deferred, with its content. Raises Refusal, and stays deferred then."""
    message.flags &= ~MessageFlag.LOADING
    try:
        return calls.revise(call, message)
    except refusals.Refusal:
        message.flags |= MessageFlag.LOADING
        raise


def _new(call: Call, interaction: Interaction) -> Message:
    world = call.service.world
    return Message(
        id=world.snowflake(),
        channel=interaction.channel,
        author=world.bot,
        interaction=interaction,
        written=world.now(),
    )


def _posted(call: Call, interaction: Interaction) -> Message:
    bodies.known(call.fields, bodies.EDIT)
    return call.service.post(calls.compose(call, _new(call, interaction), private=True))


def _answered(call: Call) -> Interaction:
    """The interaction of the token, after its first response. Raises Refusal."""
    interaction = _of_token(call)
    assert interaction is not None
    if interaction.over or _age(interaction) > FOLLOW_WITHIN:
        raise refusals.invalid_webhook_token()
    if interaction.answered is None:
        raise refusals.unknown("Webhook")
    return interaction


def _message(call: Call, interaction: Interaction) -> Message:
    if call.arguments[2] == "@original":
        message = interaction.original
    else:
        message = call.service.world.messages.get(call.id(2))
        if message is None or message.interaction is not interaction:
            raise refusals.unknown("Message")
    if message is None or message.deleted:
        raise refusals.unknown("Message")
    return message


def _of_token(call: Call) -> Interaction | None:
    if call.id(0) != call.service.world.bot.id:
        return None
    for interaction in call.service.world.interactions.values():
        if interaction.token == call.arguments[1]:
            return interaction
    raise refusals.invalid_webhook_token()


def _age(interaction: Interaction) -> timedelta:
    return timedelta(seconds=asyncio.get_running_loop().time() - interaction.born)


def _with(call: Call, body: Json) -> Call:
    return Call(service=call.service, arguments=call.arguments, query=call.query, body=body, uploads=call.uploads)


def _either(of_interaction: Handler, of_webhook: Handler) -> Handler:
    """A route that both have: the id in its path is the application's, or a webhook's."""

    def handler(call: Call) -> Json | list[Json] | None:
        return of_webhook(call) if _of_token(call) is None else of_interaction(call)

    return handler


_BY_TOKEN: Final = "/webhooks/*/*"
_MESSAGE: Final = "/webhooks/*/*/messages/*"
ROUTES: Final = (
    Route(method="POST", pattern="/interactions/*/*/callback", handler=respond, open=True),
    Route(method="GET", pattern=_BY_TOKEN, handler=webhooks.get_by_token, open=True),
    Route(method="DELETE", pattern=_BY_TOKEN, handler=webhooks.delete_by_token, open=True),
    Route(method="POST", pattern=_BY_TOKEN, handler=_either(follow_up, webhooks.execute), open=True),
    Route(method="GET", pattern=_MESSAGE, handler=_either(get_message, webhooks.get_message), open=True),
    Route(method="PATCH", pattern=_MESSAGE, handler=_either(edit_message, webhooks.edit_message), open=True),
    Route(method="DELETE", pattern=_MESSAGE, handler=_either(delete_message, webhooks.delete_message), open=True),
)
