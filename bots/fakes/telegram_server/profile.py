"""What the bot is and says of itself: commands by scope and language, name, descriptions."""

import re
from dataclasses import dataclass, field
from typing import Final

from bots.fakes.telegram_server import payloads, refusals
from bots.fakes.telegram_server.calls import Access, Call
from bots.fakes.telegram_server.entities import units
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.world import Chat, Json, Kind, User

_MOST: Final = 100
_TEXTS: Final = {
    "Name": ("name", 64),
    "Description": ("description", 512),
    "ShortDescription": ("short_description", 120),
}
Scope = tuple[str, int, int]
"""Type, chat and person, 0 where it has none."""


@dataclass(slots=True, kw_only=True, eq=False)
class Profile:
    commands: dict[tuple[Scope, str], list[Json]] = field(default_factory=dict)
    """By scope and language; the empty language is that of everybody else."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """`name`, `description` and `short_description`, by language."""

    def offered(self, chat: Chat, user: User) -> list[Json]:
        """What `user` is shown in `chat`: the narrowest scope with commands, in the person's language if it has any."""
        private = chat.kind is Kind.PRIVATE
        admin = chat.status(user).above
        scopes: list[Scope] = [("chat_member", chat.id, user.id)] if not private else []
        scopes += [("chat_administrators", chat.id, 0)] if admin and not private else []
        scopes += [("chat", chat.id, 0)]
        scopes += [("all_chat_administrators", 0, 0)] if admin and not private else []
        scopes += [("all_private_chats" if private else "all_group_chats", 0, 0), ("default", 0, 0)]
        for scope in scopes:
            for language in (user.language or "", ""):
                found = self.commands.get((scope, language))
                if found:
                    return found
        return []

    def handle(self, call: Call) -> Json | list[Json] | bool:
        """Any of its methods. Raises Refusal."""
        match call.method:
            case "getMe":
                return payloads.me(call.service.world)
            case "getMyCommands":
                return self.commands.get((_scope(call), _language(call)), [])
            case "setMyCommands":
                return self._set_commands(call)
            case "deleteMyCommands":
                self.commands.pop((_scope(call), _language(call)), None)
                return True
            case "close":
                raise refusals.too_many(600)
            case "logOut":
                raise NotEmulated("logging out, which ends every connection of the bot")
            case _:
                return self._text(call)

    def _set_commands(self, call: Call) -> bool:
        commands: list[Json] = call.fields["commands"]
        if len(commands) > _MOST:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 0 < units(command["description"].strip()) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        kept = [{**command, "command": command["command"].removeprefix("/")} for command in commands]
        self.commands[_scope(call), _language(call)] = kept
        return True

    def _text(self, call: Call) -> Json | bool:
        name, longest = _TEXTS[call.method[5:]]
        language = _language(call)
        if call.method.startswith("get"):
            default = call.service.world.bot.name if name == "name" else ""
            own = self.texts.get((name, language)) or self.texts.get((name, ""))
            return {name: own or default}
        text = call.fields.get(name, "")
        if units(text) > longest:
            raise bad(f"{name.replace('_', ' ')} is too long")
        self.texts[name, language] = text
        return True


METHODS: Final = (
    "getMe", "getMyCommands", "setMyCommands", "deleteMyCommands", "getMyName", "setMyName", "getMyDescription",
    "setMyDescription", "getMyShortDescription", "setMyShortDescription", "logOut", "close",
)  # fmt: skip


def _language(call: Call) -> str:
    language: str = call.fields.get("language_code", "")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("LANG_CODE_INVALID")
    return language


def _scope(call: Call) -> Scope:
    scope: Json = call.fields.get("scope", {"type": "default"})
    if "chat_id" not in scope:
        return scope["type"], 0, 0
    inner = Call(service=call.service, method=call.method, fields=scope, files={})
    return scope["type"], inner.chat(Access.MEMBERS).id, scope.get("user_id", 0)
