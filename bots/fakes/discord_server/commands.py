"""Application commands: what may be registered, and what a person's input comes to as an interaction.

Commands that are typed, and the menus of messages and people. A person has a command where it is offered and who lacks
none of its `default_member_permissions`. Not emulated: options of type role and mentionable, permissions that a server
sets for a command, the limit of 200 creations a day, and the wait until a global command is everywhere.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bots.fakes.discord_server import payloads
from bots.fakes.discord_server.refusals import NotEmulated, Refusal, form, required, too_long
from bots.fakes.discord_server.world import Channel, File, Json, Message, Permission, User, World

_NAME: Final = re.compile(r"[-_'\w]{1,32}")
_LOCALES: Final = frozenset(
    ("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
     "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko")
)  # fmt: skip
TYPED, USER_MENU, MESSAGE_MENU = 1, 2, 3
_MOST: Final = {TYPED: 100, USER_MENU: 15, MESSAGE_MENU: 15}
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 6, 7, 10, 11
_TYPES: Final[Mapping[int, type | tuple[type, ...]]] = {
    STRING: str, INTEGER: int, BOOLEAN: bool, USER: User, CHANNEL: Channel, NUMBER: (int, float),
    ATTACHMENT: File,
}  # fmt: skip
_CHOOSABLE: Final = (STRING, INTEGER, NUMBER)
_LONGEST: Final = 8000
"""Code points of one command: its names, descriptions and choices."""

Place = tuple[str | int, ...]
Value = str | int | float | bool | User | Channel | File


def registered(world: World, body: Sequence[Json], guild: int | None) -> list[Json]:
    """`body` in place of what was registered there; ids stay with their names. Raises Refusal."""
    before = {(command["type"], command["name"]): command["id"] for command in world.commands.get(guild, ())}
    whole: list[Json] = []
    for number, command in enumerate(body):
        kind = command.get("type", TYPED)
        _checked((number,), command, kind)
        whole.append(
            {
                "description": "",
                "default_member_permissions": None,
                "nsfw": False,
                **command,
                "type": kind,
                "id": before.get((kind, command["name"])) or str(world.snowflake()),
                "application_id": str(world.bot.id),
                "version": str(world.snowflake()),
                **({"guild_id": str(guild)} if guild else {}),
            }
        )
    for kind, most in _MOST.items():
        same = [command for command in whole if command["type"] == kind]
        if len(same) > most:
            raise Refusal(400, 30032, f"Maximum number of application commands reached ({most})")
        _differ((), same, "APPLICATION_COMMANDS_DUPLICATE_NAME")
    world.commands[guild] = whole
    return whole


def _checked(place: Place, command: Json, kind: int) -> None:
    if kind not in _MOST:
        raise NotEmulated(f"command {command['name']!r} of type {kind}")
    if kind != TYPED:
        for where, text in _translated(command, "name"):
            if not (text or "").strip():
                raise required((*place, *where))
            if len(text or "") > 32:
                raise too_long((*place, *where), 32)
        if command.get("description") or command.get("options"):
            raise form((*place, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "It has none.")
        return
    _described(place, command)
    _options((*place, "options"), command.get("options") or [])
    if sum(map(len, _texts(command))) > _LONGEST:
        raise form(place, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def find(world: World, name: str, kind: int, user: User, channel: Channel) -> Json:
    """The command of that name that `user` has in `channel`. AssertionError where there is none."""
    guild = channel.guild
    reachable = [*world.commands.get(guild.id if guild else None, ()), *world.commands[None]]
    names: dict[str, Json] = {command["name"]: command for command in reversed(reachable) if command["type"] == kind}
    assert name in names, f"{name!r} is not registered; there are {sorted(names)}"
    command: Json = names[name]
    contexts = command.get("contexts") or ((0,) if command.get("dm_permission") is False else (0, 1))
    assert (0 if guild else 1) in contexts, f"{name!r} is not offered there"
    needed = Permission(int(command["default_member_permissions"] or 0))
    bits = world.permissions(channel, user)
    assert bits & Permission.USE_APPLICATION_COMMANDS, f"{user.name} cannot use commands there"
    assert guild is None or not needed & ~bits, f"{user.name} lacks {needed & ~bits!r} for {name!r}"
    return command


def typed(
    world: World,
    name: str,
    options: Mapping[str, Value],
    user: User,
    channel: Channel,
    *,
    focused: str | None = None,
) -> Json:
    """The data of an interaction: `name` is "command" or "group command", as a person would type it.

    AssertionError for what nobody can type: a command that is not registered, an option it lacks or a wrong value.
    """
    first, *rest = name.split()
    command = find(world, first, TYPED, user, channel)
    leaf, path = command, list[Json]()
    for word in rest:
        leaf = next(option for option in leaf.get("options", ()) if option["name"] == word)
        path.append(leaf)
    resolved: Json = {}
    values = _values(world, leaf.get("options") or [], options, resolved, focused)
    for step in reversed(path):
        values = [{"name": step["name"], "type": step["type"], "options": values}]
    return _data(command, resolved) | {"options": values}


def chosen(world: World, name: str, target: Message | User, user: User, channel: Channel) -> Json:
    """The data of an interaction: `user` chooses `name` in the menu of a message or of a person."""
    resolved: Json = {}
    if isinstance(target, User):
        _resolve(world, target, resolved)
        command = find(world, name, USER_MENU, user, channel)
        if channel.guild is not None:
            member = payloads.member(channel.guild.members[target.id], whole=False)
            resolved["members"] = {str(target.id): member}
    else:
        command = find(world, name, MESSAGE_MENU, user, channel)
        resolved["messages"] = {str(target.id): payloads.message(world, target)}
    return _data(command, resolved) | {"target_id": str(target.id)}


def _data(command: Json, resolved: Json) -> Json:
    own = {name: command[name] for name in ("id", "name", "type", "guild_id") if name in command}
    return own | ({"resolved": resolved} if resolved else {})


def _values(
    world: World, declared: Sequence[Json], given: Mapping[str, Value], resolved: Json, focused: str | None
) -> list[Json]:
    by_name = {option["name"]: option for option in declared}
    assert given.keys() <= by_name.keys(), f"options {sorted(given.keys() - by_name.keys())} do not exist"
    missing = [name for name, option in by_name.items() if option.get("required") and name not in given]
    assert not missing or focused is not None, f"options {missing} are required"
    values: list[Json] = []
    for name, value in given.items():
        option, kind = by_name[name], by_name[name]["type"]
        if kind not in _TYPES:
            raise NotEmulated(f"option {name!r} of type {kind}")
        if name == focused:
            assert option.get("autocomplete"), f"option {name!r} offers nothing while it is typed"
        assert name == focused or _fits(option, value), f"{value!r} is not a value of option {name!r}"
        plain = _resolve(world, value, resolved)
        values.append({"name": name, "type": kind, "value": plain, **({"focused": True} if name == focused else {})})
    return values


def _fits(option: Json, value: Value) -> bool:
    kind = option["type"]
    if not isinstance(value, _TYPES[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
        return False
    if option.get("choices"):
        return any(value == choice["value"] for choice in option["choices"])
    if isinstance(value, str):
        return bool(option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000))
    if isinstance(value, int | float) and kind != BOOLEAN:
        return bool(option.get("min_value", value) <= value <= option.get("max_value", value))
    return True


def _resolve(world: World, value: Value, resolved: Json) -> str | int | float | bool:
    """The value as it goes over the wire, with what it names in `resolved`."""
    if isinstance(value, User):
        resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
        return str(value.id)
    if isinstance(value, Channel):
        bits = str(int(world.permissions(value, world.bot)))
        resolved.setdefault("channels", {})[str(value.id)] = {**payloads.channel(value), "permissions": bits}
        return str(value.id)
    if isinstance(value, File):
        attachment = world.upload(value)
        resolved.setdefault("attachments", {})[attachment["id"]] = attachment
        return str(attachment["id"])
    return value


def _described(place: Place, thing: Json) -> None:
    """Name and description, with their translations."""
    for where, text in _translated(thing, "name"):
        if not text:
            raise required((*place, *where))
        if not _NAME.fullmatch(text) or text != text.lower():
            raise form((*place, *where), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for where, text in _translated(thing, "description"):
        if not text:
            raise required((*place, *where))
        if len(text) > 100:
            raise too_long((*place, *where), 100)
    for field in ("name_localizations", "description_localizations"):
        strange = set(thing.get(field) or ()) - _LOCALES
        if strange:
            raise form((*place, field), "BASE_TYPE_CHOICES", f"Value must be one of the locales, not {strange}.")


def _translated(thing: Json, name: str) -> list[tuple[Place, str | None]]:
    """That text in every language, with where it stands."""
    others: Json = thing.get(f"{name}_localizations") or {}
    return [((name,), thing.get(name)), *(((f"{name}_localizations", key), text) for key, text in others.items())]


def _options(place: Place, options: Sequence[Json]) -> None:
    if len(options) > 25:
        raise too_long(place, 25)
    optional = False
    for number, option in enumerate(options):
        here = (*place, number)
        _described(here, option)
        if option.get("required") and optional:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            raise form(here, code, "Required options must be placed before non-required options")
        optional = optional or (option["type"] > GROUP and not option.get("required"))
        if option["type"] in (SUBCOMMAND, GROUP):
            _options((*here, "options"), option.get("options") or [])
        _choices(here, option)
    if len({option["type"] in (SUBCOMMAND, GROUP) for option in options}) > 1:
        code = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
        raise form(
            place, code, "Sub-command and sub-command group option types are mutually exclusive to all other types"
        )
    _differ(place, options, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID")


def _choices(place: Place, option: Json) -> None:
    choices: list[Json] = option.get("choices") or []
    if len(choices) > 25:
        raise too_long((*place, "choices"), 25)
    if (choices and option.get("autocomplete")) or (
        (choices or option.get("autocomplete")) and option["type"] not in _CHOOSABLE
    ):
        code = "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID"
        raise form(
            (*place, "choices"), code, "Choices and autocomplete exclude each other, and belong to text and numbers"
        )
    for number, choice in enumerate(choices):
        if not choice.get("name"):
            raise required((*place, "choices", number, "name"))
        for name in (choice["name"], *(choice.get("name_localizations") or {}).values()):
            if len(name) > 100:
                raise too_long((*place, "choices", number, "name"), 100)
    _differ((*place, "choices"), choices, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE")


def _differ(place: Place, things: Sequence[Json], code: str) -> None:
    names = [thing["name"] for thing in things]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise form((*place, number, "name"), code, "Names must be unique")


def _texts(thing: Json) -> list[str]:
    """Everything that counts towards the size of a command."""
    texts = [thing["name"], thing.get("description") or ""]
    texts += [str(choice["value"]) + choice["name"] for choice in thing.get("choices") or ()]
    for option in thing.get("options") or ():
        texts += _texts(option)
    return texts
