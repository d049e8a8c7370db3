"""What people do, as far as a bot hears of it: say, edit, delete, press, choose, type a command, fill in a form.

People can only do what Discord's own clients let them: they use commands that are registered, components that are there
and not disabled, forms that were opened for them, and write where they may write. Anything else is an AssertionError: a
fault of the test.

Not emulated: reactions, files in messages, forwards, stickers, polls, entities in selects (their values are ids).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bots.fakes.discord_server import commands, components
from bots.fakes.discord_server.bodies import LONGEST, Composition
from bots.fakes.discord_server.commands import Value
from bots.fakes.discord_server.interactions import Response
from bots.fakes.discord_server.service import Service
from bots.fakes.discord_server.world import (
    Channel,
    Interaction,
    InteractionKind,
    Json,
    Message,
    User,
)


class People:
    """Use from the event loop of the server only. What they do takes effect at once; the bot hears of it later."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def say(
        self,
        channel: Channel,
        user: User,
        text: str,
        *,
        mention_bot: bool = False,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """`user` writes `text` in `channel`. A reply pings whom it replies to, unless `ping` is off."""
        world = self._service.world
        assert world.permissions(channel, user) & world.writing(channel), f"{user.name} cannot write there"
        if mention_bot:
            text = f"{world.bot.mention} {text}"
        assert 0 < len(text) <= LONGEST
        if reply_to is not None:
            assert reply_to.channel is channel
            assert not reply_to.deleted
        message = Message(
            id=world.snowflake(),
            channel=channel,
            author=user,
            content=text,
            reference=reply_to.id if reply_to else None,
            allowed_mentions={"parse": ["users", "everyone"], "replied_user": ping},
            written=world.now(),
        )
        message.keep()
        return self._service.post(message)

    def edit(self, message: Message, text: str) -> Message:
        """Its author makes `text` of it."""
        assert message.author is not self._service.world.bot
        shown = Composition(content=text, embeds=[], components=[], attachments=message.attachments, flags=0)
        return self._service.revise(message, shown)

    def delete(self, message: Message) -> None:
        """Its author or a moderator deletes it."""
        assert not message.deleted
        self._service.delete(message)

    def slash(self, name: str, options: Mapping[str, Value], user: User, channel: Channel) -> Interaction:
        """`user` sends "/name" (or "/group name") with `options`."""
        data = commands.typed(self._service.world, name, options, user, channel)
        return self._interact(InteractionKind.COMMAND, channel, user, data)

    def autocomplete(
        self, name: str, options: Mapping[str, Value], user: User, channel: Channel, *, focused: str
    ) -> Interaction:
        """`user` is typing option `focused`, whose value so far is in `options`."""
        data = commands.typed(self._service.world, name, options, user, channel, focused=focused)
        return self._interact(InteractionKind.AUTOCOMPLETE, channel, user, data)

    def menu(self, name: str, target: Message | User, user: User, channel: Channel) -> Interaction:
        """`user` chooses `name` in the menu of a message or of a person."""
        assert not isinstance(target, Message) or target.channel is channel
        data = commands.chosen(self._service.world, name, target, user, channel)
        return self._interact(InteractionKind.COMMAND, channel, user, data)

    def press(self, message: Message, custom_id: str, user: User) -> Interaction:
        """`user` presses a button."""
        button = self._usable(message, custom_id, user)
        assert button["type"] == components.BUTTON
        data: Json = {"custom_id": custom_id, "component_type": components.BUTTON, "id": button["id"]}
        return self._interact(InteractionKind.COMPONENT, message.channel, user, data, message)

    def choose(self, message: Message, custom_id: str, values: Sequence[str], user: User) -> Interaction:
        """`user` chooses `values` in a select."""
        select = self._usable(message, custom_id, user)
        assert select["type"] in components.SELECTS
        self._offered(select, values)
        data: Json = {"custom_id": custom_id, "component_type": select["type"], "id": select["id"]}
        data |= {"values": list(values)}
        return self._interact(InteractionKind.COMPONENT, message.channel, user, data, message)

    def submit(self, asked: Interaction, values: Mapping[str, str | bool | Sequence[str]]) -> Interaction:
        """Whom a form was opened for sends it, filled in with `values` by custom id."""
        form = asked.modal
        assert form is not None, "no form was opened"
        assert asked.answered == Response.MODAL
        left = dict(values)
        filled = [self._filled(component, left) for component in form["components"]]
        assert not left, f"the form has no {sorted(left)}"
        data: Json = {"custom_id": form["custom_id"], "components": filled}
        return self._interact(InteractionKind.MODAL, asked.channel, asked.user, data, asked.message)

    def _filled(self, component: Json, values: dict[str, str | bool | Sequence[str]]) -> Json:
        kind = component["type"]
        about: Json = {"type": kind, "id": component["id"]}
        if kind == components.ROW:
            return about | {"components": [self._filled(child, values) for child in component["components"]]}
        if kind == components.LABEL:
            return about | {"component": self._filled(component["component"], values)}
        if kind == components.TEXT:
            return about
        name = component["custom_id"]
        value = values.pop(name, None)
        needed = component.get("required", kind != components.CHECKBOX)
        assert value or not needed or value is False, f"{name!r} has to be filled in"
        about["custom_id"] = name
        if kind == components.TEXT_INPUT:
            text = value or ""
            assert isinstance(text, str)
            least, most = component.get("min_length") or 0, component.get("max_length") or 4000
            assert not text or least <= len(text) <= most, f"{name!r} takes {least} to {most} characters"
            return about | {"value": text}
        if kind == components.RADIO:
            assert value is None or isinstance(value, str)
            self._offered(component, [value] if value else [])
            return about | {"value": value}
        if kind == components.CHECKBOX:
            return about | {"value": bool(value)}
        assert not isinstance(value, str | bool)
        self._offered(component, value or ())
        return about | {"values": list(value or ())}

    @staticmethod
    def _offered(component: Json, values: Sequence[str]) -> None:
        options: list[Json] | None = component.get("options")
        if options is not None:
            offered = [option["value"] for option in options]
            assert set(values) <= set(offered), f"{values} are not all among {offered}"
        assert len(values) <= (component.get("max_values") or 1)

    def _usable(self, message: Message, custom_id: str, user: User) -> Json:
        world = self._service.world
        assert not message.deleted
        assert world.permissions(message.channel, user), f"{user.name} cannot see it"
        if message.ephemeral:
            assert message.interaction is not None
            assert message.interaction.user is user, f"{user.name} cannot see it"
        component = components.find(message.components, custom_id)
        assert component is not None, f"there is no {custom_id!r} in {message.components}"
        assert not component.get("disabled"), f"{custom_id!r} is disabled"
        return component

    def _interact(
        self, kind: InteractionKind, channel: Channel, user: User, data: Any, message: Message | None = None
    ) -> Interaction:
        world = self._service.world
        interaction = Interaction(
            id=world.snowflake(),
            token=world.token(),
            kind=kind,
            channel=channel,
            user=user,
            data=data,
            message=message,
            born=asyncio.get_running_loop().time(),
        )
        return self._service.start(interaction)
