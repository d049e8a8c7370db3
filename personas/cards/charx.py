"""CHARX: a ZIP archive with `card.json` at its root and assets beside it. Read in memory; nothing is ever extracted."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final

from personas.cards.card import MAX_BYTES
from personas.errors import PersonaFileError

SIGNATURE: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_TAIL: Final = 66_000
"""Bytes at the end of a file in which the end of an archive stands."""
CARD: Final = "card.json"
MAX_FILES: Final = 2_000
MAX_INFLATED: Final = 64 * 1024 * 1024
"""Of all files together."""
MAX_RATIO: Final = 100
"""How many times larger than itself a compressed file may be, beyond `_SMALL`."""
_SMALL: Final = 65_536
_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
_MAX_NAME: Final = 80
_OUTSIDE: Final = re.compile("^[A-Za-z]:|[\\\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""In a path: what leads out of its folder on some system, or reads as another."""
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

_BROKEN: Final = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error),
    *(OSError, EOFError, ValueError, LookupError, OverflowError, RuntimeError),
)
"""What the module raises for archives that are not what they say."""


class Archive:
    """An archive whose list of files was checked. Used by one thread."""

    def __init__(self, data: bytes, *, file: str) -> None:
        """Raises PersonaFileError where it is damaged, encrypted, too large, or has more than one card."""
        self._file = file
        # Every entry becomes an object before the list can be looked at.
        if data.count(_ENTRY) > MAX_FILES:
            raise PersonaFileError("cards.zip_files", file=file, key="-", expected=MAX_FILES)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise PersonaFileError("cards.zip_damaged", file=file, key="-") from error
        self._left_out: list[str] = []
        self._entries = self._checked(self._zip.infolist())

    @property
    def start(self) -> int:
        """How many bytes stand before it: some programs hang an archive onto a picture."""
        return min((entry.header_offset for entry in self._zip.infolist()), default=0)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the files that can be read, in the order of the archive."""
        return tuple(self._entries)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the files that cannot: their path is not safe or stands there twice, or they unpack to too much."""
        return tuple(self._left_out)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises PersonaFileError where it is missing, damaged or larger than a card may be."""
        if name not in self._entries:
            raise PersonaFileError("cards.zip_no_card", file=self._file, key=name)
        try:
            with self._zip.open(self._entries[name]) as stream:
                content = stream.read(MAX_BYTES + 1)
        except _BROKEN as error:
            raise PersonaFileError("cards.zip_damaged", file=self._file, key=name) from error
        if len(content) > MAX_BYTES:
            raise PersonaFileError("cards.too_big", file=self._file, key=name, expected=MAX_BYTES)
        return content

    def _checked(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        """The files by name; folders are none."""
        found: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.orig_filename  # `filename` ends at the first NUL
            if _is_card(name) and (name != CARD or CARD in found):
                raise PersonaFileError("cards.zip_name", file=self._file, key=shown(name), expected=CARD)
            if entry.flag_bits & _ENCRYPTED:
                raise PersonaFileError("cards.encrypted", file=self._file, key=shown(name))
            if entry.compress_type not in _METHODS:
                raise PersonaFileError("cards.zip_method", file=self._file, key=shown(name), expected="stored, deflate")
            most = max(_SMALL, entry.compress_size * MAX_RATIO)
            if name == CARD and entry.file_size > most:
                raise PersonaFileError("cards.bomb", file=self._file, key=name, expected=most)
            if not _is_plain(name) or name in found or (name != CARD and entry.file_size > min(most, MAX_BYTES)):
                self._left_out.append(name)
            elif not entry.is_dir():
                found[name] = entry
        if sum(entry.file_size for entry in found.values()) > MAX_INFLATED:
            raise PersonaFileError("cards.bomb", file=self._file, key="-", expected=MAX_INFLATED)
        return found


def is_archive(data: bytes) -> bool:
    """Whether it is one, or may be one behind something else."""
    return data.startswith(SIGNATURE) or _END in data[-_TAIL:]


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of these files by name, in order; of the same files always the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def shown(name: str) -> str:
    """A name somebody gave to a file, as it may stand in a sentence."""
    return "".join(char if char.isprintable() else "?" for char in name[:_MAX_NAME])


def _is_card(name: str) -> bool:
    """Whether some program might take it for the card."""
    *folders, last = name.partition("\0")[0].replace("\\", "/").split("/")
    return last.casefold() == CARD and set(folders) <= {"", ".", ".."}


def _is_plain(name: str) -> bool:
    """Whether it is a path below the root of the archive on every system."""
    parts = name.removesuffix("/").split("/")
    return not _OUTSIDE.search(name) and not {"", ".", ".."} & set(parts)
