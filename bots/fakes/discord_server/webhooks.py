"""Routes below /webhooks for webhooks of a channel; tokens of interactions are answered in `interactions`.

Components of a webhook that belongs to no application are dropped, or with `with_components` refused where a person
could use them. Not emulated: editing a webhook, its picture, forum posts, the Slack and GitHub formats.
"""

from typing import Final

from bots.fakes.discord_server import bodies, calls, components, payloads, refusals
from bots.fakes.discord_server.calls import Call, Route
from bots.fakes.discord_server.world import Channel, Json, Message, Permission, Webhook


def of_token(call: Call) -> Webhook:
    """The webhook of the path, id and token. Raises Refusal."""
    webhook = call.service.world.webhooks.get(call.id(0))
    if webhook is None:
        raise refusals.unknown("Webhook")
    if webhook.token != call.arguments[1]:
        raise refusals.invalid_webhook_token()
    return webhook


def get(call: Call) -> Json:
    return payloads.webhook(_managed(call), seen_by=call.service.world.bot.id)


def delete(call: Call) -> None:
    call.service.delete_webhook(_managed(call))


def get_by_token(call: Call) -> Json:
    payload = payloads.webhook(of_token(call), seen_by=call.service.world.bot.id)
    return {name: value for name, value in payload.items() if name != "user"}


def delete_by_token(call: Call) -> None:
    call.service.delete_webhook(of_token(call))


def execute(call: Call) -> Json | None:
    service, webhook = call.service, of_token(call)
    bodies.known(call.fields, bodies.EXECUTE)
    name = call.fields.get("username")
    message = Message(
        id=service.world.snowflake(),
        channel=_place(call, webhook),
        author=service.world.bot,
        webhook=webhook,
        name=bodies.author_name(name, "username") if name is not None else None,
        written=service.world.now(),
    )
    calls.compose(_usable(call, webhook), message)
    if message.channel.archived:
        service.archive(message.channel, archived=False)
    service.post(message)
    return payloads.message(service.world, message) if call.query.get("wait") in ("1", "true") else None


def get_message(call: Call) -> Json:
    return payloads.message(call.service.world, _message(call, of_token(call)))


def edit_message(call: Call) -> Json:
    webhook = of_token(call)
    message = _message(call, webhook)
    if message.channel.archived:
        raise refusals.archived()
    bodies.known(call.fields, bodies.EDIT)
    return payloads.message(call.service.world, calls.revise(_usable(call, webhook), message))


def delete_message(call: Call) -> None:
    call.service.delete(_message(call, of_token(call)))


def _managed(call: Call) -> Webhook:
    """The webhook of the path, by id alone, where the bot may manage it. Raises Refusal."""
    world = call.service.world
    webhook = world.webhooks.get(call.id(0))
    if webhook is None:
        raise refusals.unknown("Webhook")
    if not world.permissions(webhook.channel, world.bot) & Permission.MANAGE_WEBHOOKS:
        raise refusals.missing_permissions()
    return webhook


def _place(call: Call, webhook: Webhook) -> Channel:
    """The channel of the webhook, or the thread in it that the query names. Raises Refusal."""
    if "thread_id" not in call.query:
        return webhook.channel
    thread = call.service.world.channels.get(calls.snowflake(call.query["thread_id"]))
    if thread is None or thread.parent is not webhook.channel:
        raise refusals.unknown("Channel")
    return thread


def _message(call: Call, webhook: Webhook) -> Message:
    message = call.service.world.messages.get(call.id(2))
    if message is None or message.deleted or message.webhook is not webhook:
        raise refusals.unknown("Message")
    if message.channel is not _place(call, webhook):
        raise refusals.unknown("Message")
    return message


def _usable(call: Call, webhook: Webhook) -> Call:
    """The call with the components that this webhook may send. Raises Refusal."""
    sent: list[Json] = call.fields.get("components") or []
    if webhook.application is not None or not sent:
        return call
    if call.query.get("with_components") not in ("1", "true"):
        body = {name: value for name, value in call.fields.items() if name != "components"}
        return Call(service=call.service, arguments=call.arguments, query=call.query, body=body, uploads=call.uploads)
    for place, component in components.walk(sent):
        if components.interactive(component):
            code = "WEBHOOK_COMPONENTS_NOT_INTERACTIVE"
            raise refusals.form(place, code, "Webhooks without an application cannot send interactive components.")
    return call


ROUTES: Final = (
    Route(method="GET", pattern="/webhooks/*", handler=get),
    Route(method="DELETE", pattern="/webhooks/*", handler=delete),
)
"""Those with a token in the path are shared with interactions: see there."""
