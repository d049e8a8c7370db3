"""PNG and APNG without decoding a pixel: chunks, the texts in them, a picture without them, a picture of one colour."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from personas.cards.card import MAX_BYTES
from personas.errors import PersonaFileError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS: Final = 10_000
MAX_SIDE: Final = 8_192
"""Pixels of a side: who shows the picture has to unpack it."""
MAX_RATIO: Final = 100
"""How many times larger than itself a compressed text may be, beyond `_SMALL`."""
_SMALL: Final = 65_536

_CARD_KEYWORDS: Final = frozenset({"chara", "ccv3"})
ASSET_KEYWORD: Final = "chara-ext-asset_"
_TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PICTURE: Final = frozenset(
    [
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD"),
        *(b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"),
        *(b"acTL", b"fcTL", b"fdAT"),
    ]
)
"""What a picture is made of; not its texts, EXIF or colour profile, which may hold anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that holds a card, as it stands in its chunk."""

    keyword: str
    """"ccv3", "chara"."""
    number: int
    """Of its chunk, from 1 on."""
    kind: bytes
    body: bytes = field(repr=False)

    def read(self, *, file: str) -> bytes:
        """The text itself, unpacked. Raises PersonaFileError."""
        return _text(self.kind, self.body, file=file, key=f"{self.number} ({self.keyword})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG file taken apart."""

    image: bytes = field(repr=False)
    """The picture alone."""
    cards: tuple[Text, ...]
    """The texts that hold a card, in order."""
    others: tuple[str, ...]
    """Keywords of texts with assets."""
    assets: tuple[tuple[str, bytes], ...] = field(repr=False)
    """Texts with assets as they stand, by keyword."""


def take_apart(data: bytes, *, file: str) -> Picture:
    """`data`, which begins with the signature. Raises PersonaFileError where it is damaged or too large."""
    kept = [SIGNATURE]
    cards: list[Text] = []
    others: list[str] = []
    assets: list[tuple[str, bytes]] = []
    for number, (kind, body) in enumerate(_chunks(data, file), start=1):
        if kind in _TEXTS:
            keyword = body.partition(b"\0")[0].decode("latin-1")
            name = keyword.casefold()
            if name in _CARD_KEYWORDS:
                cards.append(Text(keyword=name, number=number, kind=kind, body=body))
            elif name.startswith(ASSET_KEYWORD):
                others.append(keyword)
                if kind == b"tEXt":
                    assets.append((keyword, body.partition(b"\0")[2]))
        elif kind in _PICTURE:
            kept.append(_chunk(kind, b"" if kind == b"IEND" else body))
    return Picture(image=b"".join(kept), cards=tuple(cards), others=tuple(others), assets=tuple(assets))


def with_texts(image: bytes, texts: Iterable[tuple[str, bytes]]) -> bytes:
    """`image`, as `take_apart` leaves it, with Latin-1 texts by keyword before its end."""
    end = _chunk(b"IEND", b"")
    added = (_chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + text) for keyword, text in texts)
    return b"".join((image.removesuffix(end), *added, end))


def plain(red: int, green: int, blue: int, *, side: int = 256) -> bytes:
    """A square picture of one colour (0 to 255 each)."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)  # eight bits, RGB, not interlaced
    rows = (b"\0" + bytes((red, green, blue)) * side) * side  # each row begins with the number of its filter: none
    return b"".join((SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b"")))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _chunks(data: bytes, file: str) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of every chunk up to the end of the picture, checked."""
    place, number, seen = len(SIGNATURE), 0, set()
    while b"IEND" not in seen:
        number += 1
        if number > MAX_CHUNKS:
            raise PersonaFileError("cards.png_chunks", file=file, key=str(number), expected=MAX_CHUNKS)
        if place + 12 > len(data):
            raise PersonaFileError("cards.png_cut_off", file=file, key=str(number))
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        place += 12 + length
        if place > len(data):
            raise PersonaFileError("cards.png_cut_off", file=file, key=str(number))
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[place - 4 : place], "big"):
            raise PersonaFileError("cards.png_crc", file=file, key=str(number))
        if number == 1:
            _check_header(kind, body, file)
        seen.add(kind)
        yield kind, body
    if b"IDAT" not in seen:
        raise PersonaFileError("cards.png_cut_off", file=file, key=str(number))


def _check_header(kind: bytes, body: bytes, file: str) -> None:
    sides = struct.unpack(">II", body[:8]) if kind == b"IHDR" and len(body) == 13 else (0, 0)
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise PersonaFileError("cards.png_size", file=file, key="IHDR", expected=MAX_SIDE)


def _text(kind: bytes, body: bytes, *, file: str, key: str) -> bytes:
    """The text of a chunk, unpacked where it is compressed."""
    text = body.partition(b"\0")[2]
    if kind == b"tEXt":
        return text
    packed = True
    if kind == b"iTXt":
        packed = text[:1] == b"\1"
        _, _, text = text[2:].partition(b"\0")  # the language
        _, _, text = text.partition(b"\0")  # the keyword in it
    else:
        text = text[1:]  # the method, of which there is one
    return _inflated(text, file=file, key=key) if packed else text


def _inflated(packed: bytes, *, file: str, key: str) -> bytes:
    """`packed` unpacked, never beyond what a card may have."""
    limit = min(MAX_BYTES, max(_SMALL, len(packed) * MAX_RATIO))
    machine = zlib.decompressobj()
    try:
        text = machine.decompress(packed, limit + 1)
    except zlib.error as error:
        raise PersonaFileError("cards.png_text", file=file, key=key) from error
    if len(text) > limit:
        raise PersonaFileError("cards.bomb", file=file, key=key, expected=limit)
    if not machine.eof:
        raise PersonaFileError("cards.png_text", file=file, key=key)
    return text
