"""A persona -> a V3 card, as JSON or in a picture, with what its own card had and what was changed since."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final

from moderation.words import catalogue
from personas.cards import charx, png
from personas.cards.card import LIST_FIELDS, MAX_BYTES, SPECS, TEXT_FIELDS, V1_FIELDS, V3_FIELDS, Card
from personas.cards.charx import Archive
from personas.cards.conversion import persona_of
from personas.cards.reading import EMBEDDED, media_type_of
from personas.cards.texts import dialogue
from personas.errors import PersonaFileError
from personas.extras import POST_HISTORY
from personas.persona import Persona

_V2, _V3 = SPECS
_ORIGINAL: Final = "{{original}}\n"
"""In a system prompt: other programs put theirs here, instead of losing it to ours."""
_MATURE: Final = "nsfw"
_DECORATOR: Final = re.compile(r"(?:\s*@@@?[^\n]*(?:\n|\Z))+\s*")
_CHUNK: Final = "__asset:"
_BESIDE: Final = re.compile(r"embedd?ed://|__asset:")
"""How assets are named that stood beside the JSON."""
FORMS: Final = ("png", "json", "charx")
"""What a card can be written as."""
_ICON: Final = "assets/icon/images/main."
"""Where the picture stands in an archive, up to its ending."""


def write_card(persona: Persona, *, card: Card | None = None, picture: bytes | None = None, form: str = "png") -> bytes:
    """`persona` as a V3 card; `form` is one of `FORMS`, ValueError otherwise.

    With the `card` it came from, everything stays as it was, lore book and unknown fields included, but for what was
    changed in the persona since. Without, its facts become the entries of a lore book. `picture` stands for that of the
    card; where there is none, a PNG is of one colour. JSON has only a picture that is given here or stood in the JSON.
    A PNG has a V2 card too, if there is room for it; a CHARX that was one has all of its files. Blocks. Raises
    PersonaFileError for what is no picture.
    """
    if form not in FORMS:
        raise ValueError(form)
    if picture and not media_type_of(picture):
        raise PersonaFileError("cards.not_a_picture", file=persona.id, key="picture", expected="PNG, JPEG, WebP, GIF")
    root, data = _card_of(persona, card)
    image = (card.picture if card else b"") if picture is None else picture
    if media_type_of(image) == "image/png":
        image = png.take_apart(image, file=persona.id).image
    if form == "charx":
        return _packed(persona, root, data, image, card=card, anew=picture is not None)
    holds = form == "png" and media_type_of(image) == "image/png"
    listed = image if not holds and (form == "png" or picture) else b""
    chunks = card.chunks if card and form == "png" else ()
    _put_assets(data, listed, chunks, holds=holds, anew=picture is not None)
    whole = _whole(root, data)
    if form == "json":
        return _encoded(whole)
    image = image if holds else png.plain(*_colour(persona.id))
    texts = [*chunks, ("ccv3", base64.b64encode(_encoded(whole)))]
    older = base64.b64encode(_encoded(_as_v2(whole, persona.language)))
    if len(image) + sum(len(text) for _, text in texts) + len(older) < MAX_BYTES:
        texts.insert(0, ("chara", older))
    return png.with_texts(image, texts)


def _whole(root: Mapping[str, object], data: Mapping[str, object]) -> dict[str, object]:
    version = (root.get("spec") == _V3 and root.get("spec_version")) or SPECS[_V3]
    return {**root, "spec": _V3, "data": data, "spec_version": version}


def _packed(
    persona: Persona, root: dict[str, object], data: dict[str, object], image: bytes, *, card: Card | None, anew: bool
) -> bytes:
    """A CHARX: the card, its picture, and what stood beside it in an archive."""
    archive = Archive(card.archive, file=persona.id) if card and card.archive else None
    beside = dict(_whole_files(archive)) if archive else {}
    listed = data.get("assets")
    assets = [asset for asset in listed if _stays(asset, beside, anew=anew)] if isinstance(listed, list) else []
    kind = media_type_of(image)
    if kind and (anew or not any(map(_is_icon, assets))):
        ending = kind.removeprefix("image/")
        path = _ICON + ending
        beside[path] = image
        assets.insert(0, {"type": "icon", "uri": f"embeded://{path}", "name": "main", "ext": ending})
    if assets:
        data["assets"] = assets
    else:
        data.pop("assets", None)
    return charx.packed([(charx.CARD, _encoded(_whole(root, data))), *beside.items()])


def _whole_files(archive: Archive) -> Iterator[tuple[str, bytes]]:
    """The files beside a card, but for damaged ones."""
    for name in archive.names:
        with suppress(PersonaFileError):
            if name != charx.CARD:
                yield name, archive.read(name)


def _stays(asset: object, beside: Mapping[str, bytes], *, anew: bool) -> bool:
    """Whether an asset is one of an archive with these files too; `anew`: its icons are others."""
    if _is_icon(asset) and (anew or _uri(asset) == "ccdefault:"):
        return False
    embedded = EMBEDDED.match(_uri(asset))
    return embedded[1] in beside if embedded else not _stood_beside(asset)


def _card_of(persona: Persona, card: Card | None) -> tuple[dict[str, object], dict[str, object]]:
    """What stands around the fields, and the fields."""
    known = {*TEXT_FIELDS, *LIST_FIELDS, *V3_FIELDS, "character_book", "extensions"}
    root: dict[str, object] = dict(card.raw) if card else {}
    data = dict(card.data) if card else {}
    if card and card.data is card.raw:  # V1 has its fields at the root
        root, data = (
            {key: value for key, value in data.items() if key not in known},
            {key: value for key, value in data.items() if key in known},
        )
    for key in TEXT_FIELDS:
        data[key] = getattr(card, key) if card else ""
    for key in LIST_FIELDS:
        data[key] = data.get(key) or []
    data["extensions"] = data.get("extensions") or {}
    changes = _changed(persona, card) if card else _fields(persona) | _further(persona)
    data |= changes
    root |= {key: changes[key] for key in V1_FIELDS if key in root and key in changes}
    return root, data


def _fields(persona: Persona) -> dict[str, object]:
    """What a persona and a card have in common."""
    first, *others = persona.greetings or ("",)
    return {
        "name": persona.name,
        "description": persona.description,
        "personality": "",
        "scenario": persona.scenario,
        "system_prompt": f"{_ORIGINAL}{persona.voice}" if persona.voice else "",
        POST_HISTORY: _last_word(persona),
        "mes_example": dialogue(persona.demonstrations),
        "first_mes": first,
        "alternate_greetings": others,
    }


_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "description": ("description", "personality"),
    "scenario": ("scenario",),
    "voice": ("system_prompt",),
    "demonstrations": ("mes_example",),
    "greetings": ("first_mes", "alternate_greetings"),
}
"""Which fields of a card each field of a persona was made of."""


def _changed(persona: Persona, card: Card) -> dict[str, object]:
    """The fields of the card that do not say what the persona says now."""
    before = persona_of(card, id=persona.id, language=persona.language, register=persona.register)
    fields = _fields(persona)
    changed = {
        key: fields[key]
        for part, keys in _GROUPS.items()
        if getattr(before, part) != getattr(persona, part)
        for key in keys
    }
    if _last_word(before) != _last_word(persona) and not _is_older(persona, card):
        changed[POST_HISTORY] = _last_word(persona)
        if card.depth_prompt:  # which is part of it
            extensions = card.data["extensions"]
            assert isinstance(extensions, dict)
            changed["extensions"] = {key: value for key, value in extensions.items() if key != "depth_prompt"}
    if before.name != persona.name:
        changed["nickname" if card.nickname.strip() else "name"] = persona.name
    if before.mature != persona.mature:
        others = [tag for tag in card.tags if tag.strip().casefold() != _MATURE]
        changed["tags"] = [*others, _MATURE] if persona.mature else others
    return changed


def _last_word(persona: Persona) -> str:
    return persona.extra.get(POST_HISTORY, "")


def _is_older(persona: Persona, card: Card) -> bool:
    """Whether it was made of the card before a depth prompt was part of its last word."""
    bare = replace(card, depth_prompt="")
    made = persona_of(bare, id=persona.id, language=persona.language, register=persona.register)
    return _last_word(made) == _last_word(persona)


def _further(persona: Persona) -> dict[str, object]:
    """What a card that never was one says about its persona, for people and other programs."""
    tags = [tag for tag in persona.extra.get("card_tags", "").split(", ") if tag]
    if persona.mature and not any(tag.casefold() == _MATURE for tag in tags):
        tags.append(_MATURE)
    told: dict[str, object] = {
        "creator_notes": persona.extra.get("card_notes", persona.tagline),
        "creator": ", ".join(persona.authors),
        "character_version": persona.extra.get("card_version", ""),
        "tags": tags,
        "source": [persona.source] if persona.source else [],
    }
    now = persona.moment or date.max
    known = [fact for fact in persona.facts if fact.witness and (fact.since or date.min) <= now]
    if known:
        told["character_book"] = {
            "extensions": {},
            "entries": [
                {
                    "keys": [],
                    "content": fact.text,
                    "extensions": {},
                    "enabled": True,
                    "insertion_order": number,
                    "constant": True,
                    "use_regex": False,
                    "name": fact.id,
                }
                for number, fact in enumerate(known, start=1)
            ],
        }
    return told


def _put_assets(
    data: dict[str, object], picture: bytes, chunks: Iterable[tuple[str, bytes]], *, holds: bool, anew: bool
) -> None:
    """Leave out what stood beside the card and is not among `chunks`; list as the icon `picture`, or the file that
    holds it all.

    `anew`: whatever icon the card had is not its icon any more.
    """
    assets = data.get("assets")
    names = {_CHUNK + keyword[len(png.ASSET_KEYWORD) :].removeprefix(":") for keyword, _ in chunks}
    listed = assets if isinstance(assets, list) else []
    kept = [asset for asset in listed if not _stood_beside(asset) or _uri(asset) in names]
    if anew:
        kept = [asset for asset in kept if not _is_icon(asset)]
    icons = [asset for asset in kept if _is_icon(asset)]
    kind = media_type_of(picture)
    if kind and not any(_uri(icon).startswith("data:") for icon in icons):
        uri = f"data:{kind};base64,{base64.b64encode(picture).decode('ascii')}"
        kept.insert(0, {"type": "icon", "uri": uri, "name": "main", "ext": kind.removeprefix("image/")})
    elif holds and kept and not icons:
        kept.insert(0, {"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"})
    if kept:
        data["assets"] = kept
    else:  # then the file that holds the card is its icon
        data.pop("assets", None)


def _is_icon(asset: object) -> bool:
    return isinstance(asset, dict) and asset.get("type") == "icon"


def _uri(asset: object) -> str:
    uri = asset.get("uri") if isinstance(asset, dict) else None
    return uri if isinstance(uri, str) else ""


def _stood_beside(asset: object) -> bool:
    return _BESIDE.match(_uri(asset)) is not None


def _as_v2(whole: Mapping[str, object], language: str) -> dict[str, object]:
    """The same card for programs that know V2 only; it tells people that there is more."""
    data = whole["data"]
    assert isinstance(data, dict)
    older = {key: value for key, value in data.items() if key not in V3_FIELDS}
    note = catalogue("personas").say("cards.backfilled", language)
    older["creator_notes"] = "\n\n".join(filter(None, (str(data["creator_notes"]), note)))
    book = data.get("character_book")
    if isinstance(book, dict) and isinstance(book.get("entries"), list):
        older["character_book"] = {**book, "entries": [_undecorated(entry) for entry in book["entries"]]}
    return {**whole, "spec": _V2, "spec_version": SPECS[_V2], "data": older}


def _undecorated(entry: object) -> object:
    """An entry without the instructions of V3 at the head of its text."""
    content = entry.get("content") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(content, str):
        return entry
    found = _DECORATOR.match(content)
    return {**entry, "content": content[found.end() :]} if found else entry


def _encoded(value: object) -> bytes:
    """JSON in UTF-8; a lone surrogate that the card had stays an escape."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False).encode()


def _colour(identity: str) -> tuple[int, int, int]:
    """A muted colour that is always the same for one persona."""
    red, green, blue = hashlib.sha256(identity.encode()).digest()[:3]
    return red // 2 + 64, green // 2 + 64, blue // 2 + 64
