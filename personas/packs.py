"""A persona in one file: a ZIP archive with its TOML, its picture and its lore, and a list of what is in it.

The same content makes the same bytes: names in order, no times, nothing compressed. So an archive cannot inflate, and a
digest of it says what it holds. Read in memory; nothing is ever extracted.
"""

import hashlib
import io
import json
import re
import struct
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from moderation.file_faults import reason_of
from personas.errors import PersonaFileError

SUFFIX: Final = ".talchum.zip"
MAX_BYTES: Final = 16_777_216
_MOST: Final = 64
"""Files."""
_FORMAT: Final = 1
_LIST: Final = "pack.json"
PERSONA: Final = "persona.toml"
_LORE: Final = "lore.json"
_PICTURES: Final = ("png", "jpg", "jpeg", "webp", "gif")
_NAME: Final = re.compile(rf"pack\.json|persona\.toml|lore\.json|picture\.(?:{'|'.join(_PICTURES)})")
_THEN: Final = (1980, 1, 1, 0, 0, 0)
_BROKEN: Final = (zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, OSError, EOFError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What was in the file."""

    document: bytes
    """The persona file."""
    picture: bytes
    """b"" for none."""
    lore: Mapping[str, object]
    """Its lorebook, as JSON has it; empty for none."""
    digest: str
    """SHA-256 of the whole archive, in hex digits."""


def pack(source: Path) -> bytes:
    """The archive of a persona file with what stands beside it (`ID.png`, `lore/ID.json`), or of a folder with one
    persona file, a picture and a lorebook in `lore/`. Raises PersonaFileError for what is none of these, or too much.
    """
    document, pictures, lore = _inside(source) if source.is_dir() else _beside(source)
    files = {PERSONA: _read(document)}
    if _reads_others(files[PERSONA]):
        raise PersonaFileError("packs.documents", file=source, key="documents")
    for key, found in (("picture", pictures), ("lore", lore)):
        if len(found) > 1:
            names = ", ".join(each.name for each in found)
            raise PersonaFileError("packs.one_of", file=source, key=key, found=names)
    files |= {f"picture{picture.suffix.lower()}": _read(picture) for picture in pictures}
    if lore:
        files[_LORE] = _read(lore[0])
    _book(files.get(_LORE, b"{}"), str(source))
    listed = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files[_LIST] = json.dumps({"talchum": _FORMAT, "files": listed}, indent=1, ensure_ascii=False).encode() + b"\n"
    data = _archive(files)
    if len(data) > MAX_BYTES:
        raise PersonaFileError("packs.too_big", file=source, expected=MAX_BYTES, most=_MOST)
    return data


def is_pack(data: bytes) -> bool:
    """Whether these bytes begin as what `pack` makes."""
    return data.startswith(b"PK\x03\x04") and data[30 : 30 + len(_LIST)] == _LIST.encode()


def read_pack(data: bytes, *, file: str) -> Pack:
    """What is in an archive, as it was when it was packed. Raises PersonaFileError: damaged, changed, too large."""
    files = _files(data, file)
    listed = _listed(files.pop(_LIST, b""), file)
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    if found != listed or PERSONA not in files:
        wrong = sorted({*found.items()} ^ {*listed.items()})
        raise PersonaFileError("packs.changed", file=file, key=wrong[0][0] if wrong else PERSONA)
    return Pack(
        document=files[PERSONA],
        picture=next((content for name, content in files.items() if name.startswith("picture.")), b""),
        lore=_book(files.get(_LORE, b"{}"), file),
        digest=hashlib.sha256(data).hexdigest(),
    )


def _reads_others(document: bytes) -> bool:
    """Whether a persona file names documents, which stand beside it and nowhere else; what is no TOML names none."""
    try:
        return bool(tomllib.loads(document.decode("utf-8-sig")).get("documents"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return False


def _inside(folder: Path) -> tuple[Path, list[Path], list[Path]]:
    documents = sorted(folder.glob("*.toml"))
    if len(documents) != 1:
        found = ", ".join(file.name for file in documents) or "-"
        raise PersonaFileError("packs.one_persona", file=folder, key="*.toml", found=found)
    pictures = [file for file in sorted(folder.iterdir()) if file.suffix.lower().removeprefix(".") in _PICTURES]
    return documents[0], pictures, sorted((folder / "lore").glob("*.json"))


def _beside(document: Path) -> tuple[Path, list[Path], list[Path]]:
    pictures = [found for ending in _PICTURES if (found := document.with_suffix(f".{ending}")).is_file()]
    lore = document.parent / "lore" / f"{document.stem}.json"
    return document, pictures, [lore] if lore.is_file() else []


def _book(raw: bytes, file: str) -> dict[str, object]:
    """A lorebook as JSON has it, out of the frame of its specification. Raises PersonaFileError."""
    try:
        book = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PersonaFileError("packs.damaged", file=file, key=_LORE) from error
    framed = book.get("data", book) if isinstance(book, dict) else None
    if not isinstance(framed, dict):
        raise PersonaFileError("packs.damaged", file=file, key=_LORE)
    return framed


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PersonaFileError("personas.unreadable", file=path, reason=reason_of(error)) from error
    if len(content) > MAX_BYTES:
        raise PersonaFileError("packs.too_big", file=path, expected=MAX_BYTES, most=_MOST)
    return content


def _archive(files: Mapping[str, bytes]) -> bytes:
    """The list first, then the rest by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=lambda name: (name != _LIST, name)):
            entry = zipfile.ZipInfo(name, date_time=_THEN)
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _files(data: bytes, file: str) -> dict[str, bytes]:
    """Every file of the archive, by name: stored ones only, under names that a pack has."""
    if len(data) > MAX_BYTES:
        raise PersonaFileError("packs.too_big", file=file, expected=MAX_BYTES, most=_MOST)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST:
                raise PersonaFileError("packs.too_big", file=file, expected=MAX_BYTES, most=_MOST)
            for entry in entries:
                if not _NAME.fullmatch(entry.orig_filename) or entry.flag_bits & 1:
                    raise PersonaFileError(
                        "packs.name", file=file, key=ascii(entry.orig_filename[:80]), expected="lore/*"
                    )
                if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
                    raise PersonaFileError("packs.changed", file=file, key=entry.orig_filename)
            if len({entry.orig_filename for entry in entries}) != len(entries):
                raise PersonaFileError("packs.changed", file=file, key=entries[0].orig_filename)
            return {entry.orig_filename: archive.read(entry) for entry in entries}
    except _BROKEN as error:
        raise PersonaFileError("packs.damaged", file=file, key="-") from error


def _listed(raw: bytes, file: str) -> dict[str, str]:
    try:
        listed = json.loads(raw)
        files = listed["files"] if listed["talchum"] == _FORMAT else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise PersonaFileError("packs.damaged", file=file, key=_LIST) from error
    if not isinstance(files, dict):
        raise PersonaFileError("packs.damaged", file=file, key=_LIST)
    return {str(name): str(digest) for name, digest in files.items()}
