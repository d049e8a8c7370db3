"""A file somebody sent -> `Card`: which container it is, the JSON in it, the fields of that, the picture."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from personas.cards import charx, png
from personas.cards.card import (
    MAX_BYTES,
    MAX_LORE,
    SPECS,
    V1_FIELDS,
    Card,
    assets_in,
    fields_in,
    lore_entries,
)
from personas.cards.charx import Archive, shown
from personas.cards.foreign import is_yaml, parse_yaml, v1_of
from personas.cards.payload import ENCRYPTED, from_base64, parse, unwrap
from personas.errors import PersonaFileError

_JPEG: Final = b"\xff\xd8\xff"
_BOM: Final = b"\xef\xbb\xbf"
_MAX_DROPPED: Final = 50
_MAX_ENTRIES: Final = 1_000
"""Of a list of greetings or tags."""
_MAX_ICONS: Final = 8
"""That are looked at: each may have to be unpacked."""
EMBEDDED: Final = re.compile(r"embedd?ed://(.+)", re.DOTALL)
"""The specification writes it with one d."""
_DATA: Final = re.compile(r"data:[^,;]{0,80};base64,", re.IGNORECASE)
_MAGIC: Final = (
    (re.compile(re.escape(png.SIGNATURE)), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
)


def read_card(data: bytes, *, file: str) -> Card:
    """The card in `data`; `file` is what it is called in errors.

    Blocks for up to two hundred milliseconds. Raises PersonaFileError, and nothing else, for whatever is no card, is
    damaged, encrypted, or larger than a card needs to be.
    """
    if len(data) > MAX_BYTES:
        raise PersonaFileError("cards.too_big", file=file, key="-", expected=MAX_BYTES)
    if data.startswith(png.SIGNATURE):
        return _from_png(data, file)
    if data.startswith(charx.SIGNATURE) or (data.startswith(_JPEG) and charx.is_archive(data)):
        return _from_charx(data, file)
    text = data.removeprefix(_BOM).lstrip()
    if text.startswith(ENCRYPTED):
        raise PersonaFileError("cards.encrypted", file=file, key="-")
    if text.startswith(b"{"):
        raw = parse(data, file=file, key="-")
    elif is_yaml(text, file):
        raw = parse_yaml(data, file=file)
    else:
        raise PersonaFileError("cards.unknown_format", file=file, key="-", expected="PNG, JSON, CHARX, YAML")
    raw = _known(raw)
    picture, _ = _icon(raw, file)
    return _card(raw, file, picture, ())


def _known(raw: dict[str, object]) -> dict[str, object]:
    """A card, of whatever program the fields are."""
    is_card = "spec" in raw or isinstance(raw.get("data"), dict) or _is_v1(raw)
    return raw if is_card else v1_of(raw) or raw


def _is_v1(raw: Mapping[str, object]) -> bool:
    return "name" in raw and any(key in raw for key in V1_FIELDS[1:])


def media_type_of(picture: bytes) -> str:
    """What kind of picture it is, by its first bytes; "" where it is none that a card may have."""
    return next((kind for magic, kind in _MAGIC if magic.match(picture)), "")


def _from_png(data: bytes, file: str) -> Card:
    """`ccv3` is the card where there is one; `chara` beside it is what older programs read."""
    taken = png.take_apart(data, file=file)
    keyword = next((keyword for keyword in ("ccv3", "chara") if keyword in taken.cards), None)
    if keyword is None:
        raise PersonaFileError("cards.png_no_card", file=file, key="-", expected="ccv3, chara")
    raw = _known(parse(unwrap(taken.cards[keyword], file=file, key=keyword), file=file, key=keyword))
    return replace(_card(raw, file, taken.image, taken.others), chunks=taken.assets)


def _from_charx(data: bytes, file: str) -> Card:
    archive = Archive(data, file=file)
    content = archive.read(charx.CARD)
    if content.startswith(ENCRYPTED):
        raise PersonaFileError("cards.encrypted", file=file, key=charx.CARD)
    raw = _known(parse(content, file=file, key=charx.CARD))
    picture, path = _icon(raw, file, archive)
    before = data[: archive.start]
    picture = picture or (before if media_type_of(before) else b"")
    dropped = (*archive.left_out, *(name for name in archive.names if name not in {charx.CARD, path}))
    return replace(_card(raw, file, picture, dropped), archive=data)


def _icon(raw: Mapping[str, object], file: str, archive: Archive | None = None) -> tuple[bytes, str]:
    """The icon in the card itself or in `archive`, with its path there; the main one where there are several.

    An address is no icon: nothing is fetched.
    """
    icons = [asset for asset in assets_in(fields_in(raw)) if asset.get("type") == "icon"]
    for icon in sorted(icons, key=lambda icon: icon.get("name") != "main")[:_MAX_ICONS]:
        uri = icon.get("uri")
        path, picture = "", b""
        if not isinstance(uri, str):
            continue
        if found := _DATA.match(uri):
            picture = from_base64(uri[found.end() :].encode("utf-8", "replace"), file=file, key="assets")
        elif archive and (found := EMBEDDED.match(uri)) and found[1] in archive.names:
            path = found[1]
            picture = archive.read(path)
        kind = media_type_of(picture)
        if kind:
            return (png.take_apart(picture, file=file).image if kind == "image/png" else picture), path
    return b"", ""


def _card(raw: dict[str, object], file: str, picture: bytes, dropped: Iterable[str]) -> Card:
    """The card in the JSON object `raw`."""
    spec, data = _spec(raw, file)
    fields = _Fields(file, data, raw)
    entries = len(lore_entries(data))
    if entries > MAX_LORE:
        raise PersonaFileError("cards.too_much_lore", file=file, key="character_book", expected=MAX_LORE)
    text, texts = fields.text, fields.texts
    if not text("name").strip() and not text("nickname").strip():
        raise PersonaFileError("cards.no_name", file=file, key="name")
    return Card(
        file=file,
        spec=spec,
        name=text("name"),
        nickname=text("nickname"),
        description=text("description"),
        personality=text("personality"),
        scenario=text("scenario"),
        first_mes=text("first_mes"),
        mes_example=text("mes_example"),
        alternate_greetings=texts("alternate_greetings"),
        system_prompt=text("system_prompt"),
        post_history_instructions=text("post_history_instructions"),
        creator_notes=text("creator_notes"),
        creator=text("creator"),
        character_version=text("character_version"),
        tags=texts("tags"),
        source=texts("source"),
        raw=raw,
        picture=picture,
        media_type=media_type_of(picture),
        dropped=tuple(shown(name) for name in dropped)[:_MAX_DROPPED],
    )


def _spec(raw: Mapping[str, object], file: str) -> tuple[str, Mapping[str, object]]:
    """The version of the specification and the object that holds the fields. V1 has neither `spec` nor `data`."""
    spec, data = raw.get("spec"), raw.get("data")
    if spec == "lorebook_v3" or (not isinstance(data, dict) and "name" not in raw and "entries" in raw):
        raise PersonaFileError("cards.is_lore", file=file, key="entries")
    if spec is not None and (not isinstance(spec, str) or spec not in SPECS):
        raise PersonaFileError("cards.unknown_spec", file=file, key="spec", expected=", ".join(SPECS))
    if isinstance(data, dict):
        return _version(raw.get("spec_version"), spec or "chara_card_v2"), data
    if spec is not None:
        raise PersonaFileError("cards.want_object", file=file, key="data", expected='{ "name": "…" }')
    if not _is_v1(raw):
        raise PersonaFileError("cards.no_fields", file=file, key="-", expected=", ".join(V1_FIELDS))
    return "1.0", raw


def _version(told: object, spec: str) -> str:
    """What the card says its version is, where that is a number; otherwise that of its format."""
    try:
        number = float(str(told)[:16])
    except ValueError:
        return SPECS[spec]
    return str(number) if math.isfinite(number) else SPECS[spec]


class _Fields:
    """The standard fields of a card. Programs leave some out, write null, or mirror them at the root."""

    def __init__(self, file: str, data: Mapping[str, object], root: Mapping[str, object]) -> None:
        self._file = file
        self._data = data
        self._root = root

    def text(self, key: str) -> str:
        """A text; numbers are told as they stand. Raises PersonaFileError for anything else."""
        return self._as_text(self._value(key), key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; some programs write tags as one, with commas. Raises PersonaFileError for anything else."""
        value = self._value(key)
        if value is None:
            return ()
        if isinstance(value, str) and key == "tags":
            value = [tag.strip() for tag in value.split(",") if tag.strip()]
        if not isinstance(value, list):
            raise PersonaFileError("cards.want_list", file=self._file, key=key, expected='[ "…" ]')
        if len(value) > _MAX_ENTRIES:
            raise PersonaFileError("cards.too_many_entries", file=self._file, key=key, expected=_MAX_ENTRIES)
        return tuple(self._as_text(item, f"{key}.{number}") for number, item in enumerate(value, start=1))

    def _value(self, key: str) -> object:
        mirrored = self._root.get(key) if key in V1_FIELDS else None
        return self._data.get(key, mirrored)

    def _as_text(self, value: object, key: str) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise PersonaFileError("cards.want_text", file=self._file, key=key, expected='"…"')
        return str(value)
