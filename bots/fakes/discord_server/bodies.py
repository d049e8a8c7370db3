"""What a message, a modal and the choices of an autocomplete may consist of, and how Discord says that they may not.

Text is stripped as Discord strips it, and counted in code points. Fields that are not emulated (stickers, polls, text
to speech, forwards, forum posts) are a `NotEmulated`, so that no test goes green on something that never happened. Not
emulated either: embeds are only measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bots.fakes.discord_server import components
from bots.fakes.discord_server.refusals import NotEmulated, empty_message, form, required, too_long
from bots.fakes.discord_server.world import Json, Message, MessageFlag

LONGEST: Final = 2000
_LONGEST_NONCE: Final = 25
_LONGEST_NAME: Final = 80
_EMBED: Final = {"title": 256, "description": 4096}
_SETTABLE: Final = 1 << 2 | 1 << 12 | MessageFlag.COMPONENTS_V2
"""No embeds, no notification, components V2."""

MESSAGE: Final = frozenset(
    ("content", "embeds", "components", "flags", "allowed_mentions", "attachments", "tts", "nonce", "enforce_nonce",
     "message_reference")
)  # fmt: skip
"""Fields of a message that is sent to a channel."""
EDIT: Final = frozenset(("content", "embeds", "components", "flags", "allowed_mentions", "attachments", "tts"))
EXECUTE: Final = EDIT | {"username", "avatar_url"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What a message shows, checked."""

    content: str
    embeds: list[Json]
    components: list[Json]
    attachments: list[Json]
    flags: int

    def into(self, message: Message) -> Message:
        """`message`, showing this."""
        message.content, message.flags = self.content, self.flags
        message.embeds, message.components, message.attachments = self.embeds, self.components, self.attachments
        message.keep()
        return message


def known(body: Json, fields: frozenset[str]) -> None:
    """Raises NotEmulated for any other field that says something."""
    strange = sorted(name for name in body.keys() - fields if body[name] not in (None, [], False))
    if strange or body.get("tts"):
        raise NotEmulated(f"fields that are not emulated: {', '.join(strange or ['tts'])}")


def compose(
    body: Json, uploads: Sequence[Json] = (), *, before: Message | None = None, private: bool = False
) -> Composition:
    """What `before` (or nothing) becomes with this body; `private` lets a message be ephemeral. Raises Refusal."""
    flags = _flags(body, before, private=private)
    content = _text(body.get("content", before.content if before else ""), ("content",), LONGEST).strip()
    embeds = _list(body, "embeds", before.embeds if before else [], 10)
    sent = _list(body, "components", before.components if before else [], 40)
    files = _attachments(body, uploads, before)
    _embeds(embeds)
    whole = bool(flags & MessageFlag.COMPONENTS_V2)
    for name, value in (("content", content), ("embeds", embeds)):
        if whole and value:
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            raise form((name,), code, f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
    shown = components.checked(sent, whole=whole) if "components" in body else sent
    if not (content or embeds or files or shown):
        raise empty_message()
    return Composition(content=content, embeds=embeds, components=shown, attachments=files, flags=flags)


def nonce(body: Json) -> str | int | None:
    """Raises Refusal for one that is too long."""
    value: str | int | None = body.get("nonce")
    if len(str(value)) > _LONGEST_NONCE:
        raise too_long(("nonce",), _LONGEST_NONCE)
    return value


def mentions(body: Json, before: Json | None = None) -> Json | None:
    """`allowed_mentions` as sent. Raises Refusal where parts exclude each other."""
    allowed: Json | None = body.get("allowed_mentions", before)
    if allowed is None:
        return None
    for kind in ("users", "roles"):
        if kind in allowed.get("parse", ()) and allowed.get(kind):
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            raise form(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    if not set(allowed.get("parse", ())) <= {"users", "roles", "everyone"}:
        raise form(("allowed_mentions", "parse"), "BASE_TYPE_CHOICES", "Value must be one of users, roles, everyone.")
    return allowed


def author_name(value: object, place: str) -> str:
    """The name of a webhook, or one it gives to an author. Raises Refusal."""
    name = _text(value, (place,), _LONGEST_NAME).strip()
    if not name:
        raise required((place,))
    for word in ("discord", "clyde"):
        if word in name.lower():
            code = "USERNAME_INVALID_CONTAINS"
            raise form((place,), code, f'Username cannot contain "{word}"')
    return name


def modal(body: Json) -> Json:
    """What a modal is made of, checked. Raises Refusal."""
    if not _text(body.get("custom_id"), ("data", "custom_id"), 100):
        raise required(("data", "custom_id"))
    if not _text(body.get("title"), ("data", "title"), 45):
        raise required(("data", "title"))
    known(body, frozenset(("custom_id", "title", "components")))
    return {**body, "components": components.checked_modal(_list(body, "components", [], 5))}


def choices(body: Json) -> list[Json]:
    """What an autocomplete offers, checked. Raises Refusal."""
    offered = _list(body, "choices", [], 25)
    for number, choice in enumerate(offered):
        name = _text(choice.get("name"), ("data", "choices", number, "name"), 100)
        value = choice.get("value")
        if not name or value in (None, ""):
            raise required(("data", "choices", number, "value" if name else "name"))
        if isinstance(value, str) and len(value) > 100:
            raise too_long(("data", "choices", number, "value"), 100)
    return offered


def _text(value: object, place: Sequence[str | int], limit: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise form(place, "STRING_TYPE_CONVERT", "Could not interpret as string.")
    if len(value.strip()) > limit:
        raise too_long(place, limit)
    return value


def _list(body: Json, name: str, before: list[Json], limit: int) -> list[Json]:
    value: Any = body.get(name, before)
    if value is None:
        return []
    if not isinstance(value, list):
        raise form((name,), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if len(value) > limit:
        raise too_long((name,), limit)
    return value


def _flags(body: Json, before: Message | None, *, private: bool) -> int:
    settable = _SETTABLE | (MessageFlag.EPHEMERAL if private and before is None else 0)
    flags: int = body.get("flags") or 0
    if before is None:
        return flags & settable
    sticky = before.flags & (MessageFlag.EPHEMERAL | MessageFlag.COMPONENTS_V2)
    return sticky | (flags & settable if "flags" in body else before.flags & settable)


def _attachments(body: Json, uploads: Sequence[Json], before: Message | None) -> list[Json]:
    if "attachments" not in body:
        return [*(before.attachments if before else ()), *uploads]
    kept = {str(attachment["id"]) for attachment in body["attachments"] or ()}
    return [file for file in (before.attachments if before else ()) if file["id"] in kept] + list(uploads)


def _embeds(embeds: Sequence[Json]) -> None:
    total = 0
    for number, embed in enumerate(embeds):
        texts = {name: str(embed.get(name) or "") for name in _EMBED}
        for name, text in texts.items():
            if len(text) > _EMBED[name]:
                raise too_long(("embeds", number, name), _EMBED[name])
        parts = [*texts.values(), str((embed.get("footer") or {}).get("text", ""))]
        fields: list[Json] = embed.get("fields") or []
        if len(fields) > 25:
            raise too_long(("embeds", number, "fields"), 25)
        for place, item in enumerate(fields):
            for name, limit in (("name", 256), ("value", 1024)):
                if not item.get(name):
                    raise required(("embeds", number, "fields", place, name))
                if len(item[name]) > limit:
                    raise too_long(("embeds", number, "fields", place, name), limit)
                parts.append(item[name])
        total += sum(map(len, parts))
    if total > 6000:
        raise form(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
