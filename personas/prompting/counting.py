"""Tokens of a text, where the tokenizer is not known."""

import re
import string
from collections.abc import Callable
from typing import Final

Count = Callable[[str], int]
"""Tokens of a text."""

FRAME_TOKENS: Final = 8
"""What a chat template puts around one message: five in ChatML, up to eight elsewhere."""

_PROSE: Final = f" {string.ascii_lowercase}".encode()
_CAPITALS: Final = string.ascii_uppercase.encode()
_ASCII: Final = ((_PROSE, 5), (_CAPITALS, 8), (bytes({*range(128)} - {*_PROSE, *_CAPITALS}), 16))
"""Kinds of characters, and what one is in sixteenths of a token."""
_BYTE: Final = 12
"""A byte of any other character."""
_HANGUL: Final = re.compile("[가-힣]+")


def estimate_tokens(text: str, *, korean: bool = False) -> int:
    """Tokens of `text`, rather too many than too few. `korean`: the vocabulary is made for Korean too.

    Sixteenths of a token for each character: English words and spaces 5 (prose measures 3.5), capitals 8, digits, line
    breaks and signs 16, everything else 12 a byte of UTF-8 (an emoji: 3 tokens). A Hangul syllable is 26 in a Korean
    vocabulary and 48 in an English one, where it falls into its three bytes. Linear in the text, some 10 ns a sign.
    """
    hangul = 26 if korean else 48
    data = text.encode("utf-8", "surrogatepass")
    cost, size = 0, len(data)
    # What a translation leaves of the bytes is counted faster than any characters are.
    for kind, sixteenths in _ASCII:
        data = data.translate(None, kind)
        cost += sixteenths * (size - len(data))
        size = len(data)
    if size:
        cost += _BYTE * size + (hangul - 3 * _BYTE) * sum(map(len, _HANGUL.findall(text)))
    return -(-cost // 16)
