"""The JSON of a card, bounded before and after it is parsed; and the base64 around it in pictures."""

import base64
import binascii
import json
import math
from typing import Final

from personas.errors import PersonaFileError

MAX_DEPTH: Final = 64
MAX_VALUES: Final = 300_000
"""Keys and values: five thousand lore entries with twenty fields each have 200,000."""
MAX_DIGITS: Final = 40
_MAX_OPENINGS: Final = 400_000
_MAX_COMMAS: Final = 1_000_000
"""What a text may hold before it is parsed: a list of empty lists takes thirty times its length in memory. Prose has
brackets and commas too, so these are wide."""
_BOM: Final = b"\xef\xbb\xbf"
ENCRYPTED: Final = b"rcc||"
"""How RisuAI's own encrypted cards begin."""


def unwrap(text: bytes, *, file: str, key: str) -> bytes:
    """The JSON in a text chunk: base64, sometimes twice, sometimes not at all. Raises PersonaFileError."""
    for _ in range(3):
        text = text.strip()
        if text.startswith(ENCRYPTED):
            raise PersonaFileError("cards.encrypted", file=file, key=key)
        if text.removeprefix(_BOM).lstrip().startswith(b"{"):
            return text
        text = from_base64(text, file=file, key=key)
    raise PersonaFileError("cards.not_base64", file=file, key=key)


def from_base64(text: bytes, *, file: str, key: str) -> bytes:
    """What `text` encodes; white space and missing padding are tolerated. Raises PersonaFileError."""
    text = b"".join(text.split())
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise PersonaFileError("cards.not_base64", file=file, key=key) from error


def parse(data: bytes, *, file: str, key: str) -> dict[str, object]:
    """The JSON object in `data`, which is no larger than a card may be (UTF-8, a BOM is tolerated).

    Raises PersonaFileError; `key` tells where it stood.
    """
    if data.count(b"[") + data.count(b"{") > _MAX_OPENINGS or data.count(b",") > _MAX_COMMAS:
        raise PersonaFileError("cards.too_many_values", file=file, key=key, expected=MAX_VALUES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PersonaFileError("cards.not_utf8", file=file, key=key, position=error.start) from error
    try:
        value = json.loads(text, parse_int=_short, parse_float=_finite, parse_constant=_finite)
    except json.JSONDecodeError as error:
        raise PersonaFileError("cards.not_json", file=file, key=key, line=error.lineno, column=error.colno) from error
    except ValueError as error:  # a number without end, or one that is none
        raise PersonaFileError("cards.bad_number", file=file, key=key) from error
    except RecursionError as error:
        raise PersonaFileError("cards.too_deep", file=file, key=key, expected=MAX_DEPTH) from error
    if not isinstance(value, dict):
        raise PersonaFileError("cards.want_object", file=file, key=key, expected='{ "name": "…" }')
    _measure(value, file, key)
    return value


def _short(text: str) -> int:
    """A whole number of a length that is quick to read."""
    if len(text) > MAX_DIGITS:
        raise ValueError(text[:MAX_DIGITS])
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _measure(value: object, file: str, key: str) -> None:
    """Refuse what is nested too deeply or has too many values; level by level, so that depth costs no stack."""
    level: list[object] = [value]
    seen = 1
    for _ in range(MAX_DEPTH):
        following: list[object] = []
        for item in level:
            assert isinstance(item, dict | list)
            seen += len(item) * (1 + (type(item) is dict))
            inside = item.values() if type(item) is dict else item
            following += [each for each in inside if type(each) is dict or type(each) is list]
        if seen > MAX_VALUES:
            raise PersonaFileError("cards.too_many_values", file=file, key=key, expected=MAX_VALUES)
        level = following
        if not level:
            return
    raise PersonaFileError("cards.too_deep", file=file, key=key, expected=MAX_DEPTH)
