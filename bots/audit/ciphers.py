"""Ways to write a text so that a model may still read it and a filter may not. Pure.

What comes out in one of `WAYS` can be read back; `DISGUISES` are for what goes in, where nobody needs to.
"""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

PLAIN: Final = "plain"
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){12,}")
_LEET: Final = str.maketrans("aeiost", "431057")
_LOOKALIKES: Final = str.maketrans("aceopxyi", "асеорхуі")
_ZERO_WIDTH: Final = "\u200b"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hex(text: str) -> str:
    return text.encode().hex()


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


def _spaced(text: str) -> str:
    return " ".join(text.replace(" ", ""))


def _dotted(text: str) -> str:
    return "\n".join(f"- {word}" for word in text.split())


WAYS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        PLAIN: lambda text: text,
        "base64": _base64,
        "hex": _hex,
        "rot13": _rot13,
        "reversed": _reversed,
        "spaced": _spaced,
        "listed": _dotted,
    }
)
"""How a model may be told to answer."""

DISGUISES: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        **WAYS,
        "leet": lambda text: text.translate(_LEET),
        "lookalike": lambda text: text.translate(_LOOKALIKES),
        "zero_width": _ZERO_WIDTH.join,
        "jamo": lambda text: unicodedata.normalize("NFD", text),
        "wide": lambda text: "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text),
        "hyphens": lambda text: " ".join("-".join(word) for word in text.split()),
    }
)
"""How an order may be written."""


def readings(text: str) -> Iterator[str]:
    """`text` as it stands, and as what it may have been written from in one of `WAYS`."""
    yield text
    yield text[::-1]
    yield codecs.decode(text, "rot13")
    for found in _BASE64.finditer(text):
        try:
            yield base64.b64decode(found.group() + "=" * (-len(found.group()) % 4)).decode("utf-8", "ignore")
        except (binascii.Error, ValueError):
            continue
    for found in _HEX.finditer(text):
        digits = re.sub(r"[\s:]", "", found.group())
        yield bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-8", "ignore")
