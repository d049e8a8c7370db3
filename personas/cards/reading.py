"""A file somebody sent -> `Card`: which container it is, the JSON in it, the fields of that, the picture."""

import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from personas.cards import charx, png
from personas.cards.card import (
    MAX_BYTES,
    MAX_LORE,
    MODULE,
    SPECS,
    V1_FIELDS,
    Card,
    assets_in,
    fields_in,
    lore_entries,
)
from personas.cards.charx import Archive, shown
from personas.cards.foreign import agnai, is_yaml, parse_yaml, v1_of
from personas.cards.payload import ENCRYPTED, from_base64, parse, unwrap
from personas.errors import PersonaFileError

_JPEG: Final = b"\xff\xd8\xff"
_BOM: Final = b"\xef\xbb\xbf"
_MAX_DROPPED: Final = 50
_MAX_ENTRIES: Final = 1_000
"""Of a list of greetings or tags."""
_MAX_ICONS: Final = 8
"""That are looked at: each may have to be unpacked."""
_MAX_TRIED: Final = 4
"""Cards in one picture that are looked at, until one can be read."""
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
    return _card(raw, file, picture)


def _known(raw: dict[str, object]) -> dict[str, object]:
    """A card, of whatever program the fields are."""
    if "spec" in raw or isinstance(raw.get("data"), dict):
        return raw
    return agnai(raw) or (raw if _is_v1(raw) else v1_of(raw) or raw)


def _is_v1(raw: Mapping[str, object]) -> bool:
    return "name" in raw and any(key in raw for key in V1_FIELDS[1:])


def media_type_of(picture: bytes) -> str:
    """What kind of picture it is, by its first bytes; "" where it is none that a card may have."""
    return next((kind for magic, kind in _MAGIC if magic.match(picture)), "")


def _from_png(data: bytes, file: str) -> Card:
    """`ccv3` is the card where there is one, `chara` beside it is what older programs read; what is damaged gives way
    to what is not."""
    taken = png.take_apart(data, file=file)
    failed: list[png.Text] = []
    first: PersonaFileError | None = None
    for text in sorted(taken.cards, key=lambda text: text.keyword != "ccv3")[:_MAX_TRIED]:
        try:
            card = _in_text(text, taken.image, file)
        except PersonaFileError as error:
            failed.append(text)
            first = first or error
            continue
        others = (other for other in taken.cards if other is not text)
        unused = (other.keyword for other in others if other in failed or other.keyword == text.keyword)
        return replace(card, chunks=taken.assets, dropped=_told((*taken.others, *unused)))
    raise first or PersonaFileError("cards.png_no_card", file=file, key="-", expected="ccv3, chara")


def _in_text(text: png.Text, image: bytes, file: str) -> Card:
    content = unwrap(text.read(file=file), file=file, key=text.keyword)
    return _card(_known(parse(content, file=file, key=text.keyword)), file, image)


def _from_charx(data: bytes, file: str) -> Card:
    archive = Archive(data, file=file)
    content = archive.read(charx.CARD)
    if content.startswith(ENCRYPTED):
        raise PersonaFileError("cards.encrypted", file=file, key=charx.CARD)
    raw = _known(parse(content, file=file, key=charx.CARD))
    picture, path = _icon(raw, file, archive)
    before = data[: archive.start]
    picture = picture or (before if media_type_of(before) else b"")
    beside = (*archive.left_out, *(name for name in archive.names if name not in {charx.CARD, path}))
    dropped = sorted(beside, key=lambda name: not name.endswith(MODULE))  # of many not all are kept
    return replace(_card(raw, file, picture), archive=data, dropped=_told(dropped))


def _icon(raw: Mapping[str, object], file: str, archive: Archive | None = None) -> tuple[bytes, str]:
    """The icon in the card itself or in `archive`, with its path there; the main one where there are several.

    An address is no icon: nothing is fetched. Nor is a picture that is damaged.
    """
    icons = [asset for asset in assets_in(fields_in(raw)) if asset.get("type") == "icon"]
    for icon in sorted(icons, key=lambda icon: icon.get("name") != "main")[:_MAX_ICONS]:
        uri = icon.get("uri")
        if not isinstance(uri, str):
            continue
        path = found[1] if archive and (found := EMBEDDED.match(uri)) and found[1] in archive.names else ""
        with suppress(PersonaFileError):
            if picture := _pictured(uri, path, file, archive):
                return picture, path
    return b"", ""


def _pictured(uri: str, path: str, file: str, archive: Archive | None) -> bytes:
    """What an icon shows; b"" where it is no picture. Raises PersonaFileError where it is damaged."""
    picture = b""
    if found := _DATA.match(uri):
        picture = from_base64(uri[found.end() :].encode("utf-8", "replace"), file=file, key="assets")
    elif archive and path:
        picture = archive.read(path)
    kind = media_type_of(picture)
    if kind == "image/png":
        return png.take_apart(picture, file=file).image
    return picture if kind else b""


def _told(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(shown(name) for name in islice(names, _MAX_DROPPED))


def _card(raw: dict[str, object], file: str, picture: bytes) -> Card:
    """The card in the JSON object `raw`."""
    spec, data = _spec(raw, file)
    fields = _Fields(file, data, raw)
    entries = len(lore_entries(data))
    if entries > MAX_LORE:
        raise PersonaFileError("cards.too_much_lore", file=file, key="character_book", expected=MAX_LORE)
    text, beside, texts = fields.text, fields.beside, fields.texts
    nickname = beside("nickname")
    if not text("name").strip() and not nickname.strip():
        raise PersonaFileError("cards.no_name", file=file, key="name")
    return Card(
        file=file,
        spec=spec,
        name=text("name"),
        nickname=nickname,
        description=text("description"),
        personality=text("personality"),
        scenario=text("scenario"),
        first_mes=text("first_mes"),
        mes_example=text("mes_example"),
        alternate_greetings=texts("alternate_greetings"),
        system_prompt=text("system_prompt"),
        post_history_instructions=text("post_history_instructions"),
        depth_prompt=_depth_prompt(data),
        creator_notes=beside("creator_notes"),
        creator=beside("creator"),
        character_version=beside("character_version"),
        tags=texts("tags"),
        source=texts("source"),
        raw=raw,
        picture=picture,
        media_type=media_type_of(picture),
        misread=tuple(fields.misread),
    )


def _depth_prompt(data: Mapping[str, object]) -> str:
    told: object = data
    for key in ("extensions", "depth_prompt", "prompt"):
        told = told.get(key) if isinstance(told, dict) else None
    return told if isinstance(told, str) else ""


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
        self.misread: list[str] = []
        """See `Card.misread`."""

    def text(self, key: str) -> str:
        """What makes the character: a text; numbers are told as they stand. Raises PersonaFileError for anything
        else."""
        text = _as_text(self._value(key))
        if text is None:
            raise PersonaFileError("cards.want_text", file=self._file, key=key, expected='"…"')
        return text

    def beside(self, key: str) -> str:
        """The same for what stands beside it: "" for anything else."""
        return "".join(self._of_kind(key, [_as_text(self._value(key))]))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text; some programs write tags as one, with commas, or as objects with names. What is
        of another kind is left out. Raises PersonaFileError for too many."""
        value = self._value(key)
        if isinstance(value, str):
            parts = value.split(",") if key == "tags" else [value]
            # Some greetings are a time, which nobody means to say.
            is_text = key == "tags" or any(map(str.isalpha, value))
            value = [part.strip() if is_text else False for part in parts if part.strip()]
        listed = value if isinstance(value, list) else [False] if value else []
        if len(listed) > _MAX_ENTRIES:
            raise PersonaFileError("cards.too_many_entries", file=self._file, key=key, expected=_MAX_ENTRIES)
        named = (item.get("name") or item if isinstance(item, dict) and key == "tags" else item for item in listed)
        return self._of_kind(key, [_as_text(item) for item in named])

    def _value(self, key: str) -> object:
        mirrored = self._root.get(key) if key in V1_FIELDS else None
        return self._data.get(key, mirrored)

    def _of_kind(self, key: str, texts: list[str | None]) -> tuple[str, ...]:
        """Those that are texts; what is none is noted."""
        if None in texts and key not in self.misread:
            self.misread.append(key)
        return tuple(text for text in texts if text is not None)


def _as_text(value: object) -> str | None:
    """A text, also of a number; "" for nothing, None for what is of another kind."""
    if value in (None, {}, []):
        return ""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
