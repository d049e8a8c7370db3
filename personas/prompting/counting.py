"""Tokens of a text, where the tokenizer is not known."""

from collections import Counter
from collections.abc import Callable
from typing import Final

Count = Callable[[str], int]
"""Tokens of a text."""

FRAME_TOKENS: Final = 8
"""What a chat template puts around one message: five in ChatML, up to eight elsewhere."""


def estimate_tokens(text: str, *, korean: bool = False) -> int:
    """Tokens of `text`, rather too many than too few. `korean`: the vocabulary is made for Korean too.

    Sixteenths of a token for each character: English words and spaces 5 (prose measures 3.5), capitals 8, digits, line
    breaks and signs 16, everything else 12 a byte of UTF-8 (an emoji: 3 tokens). A Hangul syllable is 26 in a Korean
    vocabulary and 48 in an English one, where it falls into its three bytes. Linear in the text, 30 ns a character.
    """
    hangul = 26 if korean else 48
    return -(-sum(times * _sixteenths(char, hangul) for char, times in Counter(text).items()) // 16)


def _sixteenths(char: str, hangul: int) -> int:
    if char == " " or "a" <= char <= "z":
        return 5
    if "A" <= char <= "Z":
        return 8
    if char.isascii():
        return 16
    if "가" <= char <= "힣":
        return hangul
    return 12 * len(char.encode("utf-8", "surrogatepass"))
