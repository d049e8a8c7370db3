"""One code point folded to what it is read as: the layer under every view.

TR39 confusables, compatibility forms, accents and invisible characters are resolved here, one code point at a time,
so
that offsets cannot drift. The result is a matching key: it rewrites Cyrillic and splits Hangul letters from their
forms, and must never be shown.
"""

import functools
import re
import unicodedata
from typing import Final

import disarm

SPACE: Final = " "
LOST: Final = "\ufffd"
"""What a lone surrogate becomes: the matchers speak UTF-8."""

INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS: Final[tuple[str, ...]] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Mn", "Me"})
_RESERVED: Final = ((0x2065, 0x2066), (0xFFF0, 0xFFF9), (0xE0000, 0xE1000))
"""Without a character of their own in part, and never drawn."""
_HALFWIDTH_CONSONANTS: Final = "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_HALFWIDTH_VOWELS: Final = {
    start + offset: letter
    for start, letters in (
        (0xFFC2, "ㅏㅐㅑㅒㅓㅔ"),
        (0xFFCA, "ㅕㅖㅗㅘㅙㅚ"),
        (0xFFD2, "ㅛㅜㅝㅞㅟㅠ"),
        (0xFFDA, "ㅡㅢㅣ"),
    )
    for offset, letter in enumerate(letters)
}
# Letters drawn as pictures that have no compatibility form: negative circled, negative squared, regional indicators.
_PICTURED: Final = (0x1F150, 0x1F170, 0x1F1E6)
# Read as these letters by people, and left alone by TR39.
_BY_EYE: Final = {
    "€": "e", "£": "l", "¥": "y", "¢": "c", "₣": "f", "₩": "w", "₦": "n", "₮": "t", "₭": "k", "§": "s", "µ": "u",
    "∂": "d", "†": "t", "‡": "t", "∩": "n", "∪": "u", "и": "n", "я": "r", "к": "k", "м": "m", "т": "t", "в": "b",
    "н": "h", "г": "r", "п": "n", "ц": "u", "ш": "w", "ƈ": "c", "ʞ": "k", "ɔ": "c", "ʇ": "t", "ı": "i", "ɹ": "r",
    "ǝ": "e", "ɐ": "a", "ɥ": "h", "ɯ": "m", "ʌ": "v", "ƃ": "g", "ɟ": "f", "ᴉ": "i", "η": "n", "υ": "u", "μ": "u",
    "α": "a", "β": "b", "ε": "e", "σ": "o", "ѕ": "s", "і": "i", "κ": "k", "τ": "t", "¡": "i", "ø": "o", "ł": "l",
    "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "þ": "p", "凵": "u", "匚": "c",
    "丂": "s",
    "ʎ": "y", "©": "c", "₵": "c", "®": "r", "ɓ": "b", "ʍ": "w", "ş": "s", "ʂ": "s", "γ": "y", "π": "n", "ο": "o",
    "ς": "s",
    "ρ": "p", "χ": "x", "ω": "w", "ν": "v", "ι": "i", "φ": "o", "ө": "o", "ʄ": "f", "ɑ": "a", "ɛ": "e", "ʊ": "u",
    "ʉ": "u",
    "ŋ": "n", "₳": "a", "฿": "b", "₲": "g", "₥": "m", "₱": "p", "₴": "s", "ӿ": "x",
    "ց": "g", "ո": "n", "ս": "u", "օ": "o", "հ": "h", "ք": "p", "մ": "u", "ղ": "n", "է": "t", "ժ": "d", "վ": "y",
    "ա": "w",
    "ҍ": "b", "ҽ": "e", "ҟ": "k", "ӏ": "l", "զ": "q", "ѵ": "v",
    "卂": "a", "乃": "b", "乇": "e", "千": "f", "卄": "h", "丨": "i", "ҝ": "k", "ㄥ": "l", "爪": "m", "几": "n",
    "ㄖ": "o",
    "卩": "p", "尺": "r", "ㄒ": "t", "ㄩ": "u", "山": "w", "乂": "x", "ㄚ": "y", "乙": "z",
    "ᗩ": "a", "ᗷ": "b", "ᑕ": "c", "ᗪ": "d", "ᖴ": "f", "ᕼ": "h", "ᒍ": "j", "ᒪ": "l", "ᗰ": "m", "ᑎ": "n", "ᑭ": "p",
    "ᑫ": "q", "ᖇ": "r", "ᑌ": "u", "ᐯ": "v", "ᗯ": "w", "᙭": "x", "ᘔ": "z",
}  # fmt: skip
_BEFORE_FOLDING: Final = {
    **dict(zip("ΑΒΓΕΖΗΙΚΜΝΟΡΤΥΧϲϹϝ", "abrezhikmnoptyxccf", strict=True)),
    "Ꮆ": "g", "Ꭶ": "f", "Ꮋ": "h", "Ꭵ": "i", "Ꭲ": "t", "Հ": "z", "ß": "ss",
}  # fmt: skip
"""Read so as they stand: lower case or normalisation would make something else of them."""
_OF_A_LETTER: Final = re.compile(
    "LATIN (?:SMALL|CAPITAL) LETTER (?:SCRIPT |REVERSED |DOTLESS |BARRED |INSULAR )*([A-Z])(?: |$)"
    "|LATIN LETTER SMALL CAPITAL ([A-Z])(?: |$)"
)
"""The names of Latin letters with something added."""
_READ_AS_LATIN: Final = ((0x80, 0x590), (0x13A0, 0x1400), (0x1D00, 0x2E80), (0xA4D0, 0x110000))
"""Where a look-alike of a Latin letter is taken for one: not in the scripts of Asia, which have words of their own."""


@functools.lru_cache(maxsize=1 << 16)
def fold_character(character: str) -> str:
    """What `character` is read as: lower-case Latin, Hangul syllables and compatibility jamo, a space, or itself.

    Empty for what is not seen (zero-width, bidi and tag characters, combining marks, fillers); several characters
    where it is a picture of several. Lone surrogates become U+FFFD.
    """
    code = ord(character)
    if code < 0x80:
        return character.lower() if character.isprintable() else SPACE if character.isspace() else ""
    if 0xAC00 <= code <= 0xD7A3 or 0x3131 <= code <= 0x3163:
        return character
    if 0xD800 <= code <= 0xDFFF:
        return LOST
    if _unseen(character):
        return "" if character != "\u0085" else SPACE
    if character.isspace() or character == "\u2800":
        return SPACE
    jamo = _jamo(code)
    if jamo or character in _BEFORE_FOLDING:
        return jamo or _BEFORE_FOLDING[character]
    for start in _PICTURED:
        if start <= code < start + 26:
            return chr(ord("a") + code - start)
    return "".join(_fold_compatible(part) for part in unicodedata.normalize("NFKC", character))


def _fold_compatible(character: str) -> str:
    """A code point that compatibility normalisation gave, without case, marks and disguise."""
    code = ord(character)
    if 0xAC00 <= code <= 0xD7A3:
        return character
    if character in "()" or character.isspace():
        return SPACE if character.isspace() else ""
    jamo = _jamo(code)
    if jamo:
        return jamo
    bare = "".join(part for part in unicodedata.normalize("NFKD", character.casefold()) if _seen(part))
    if not bare or bare.isascii():
        return bare
    if bare in _BY_EYE:
        return _BY_EYE[bare]
    added = _OF_A_LETTER.match(unicodedata.name(bare[0], ""))
    if added:
        return (added[1] or added[2]).lower()
    if not any(first <= ord(bare[0]) < end for first, end in _READ_AS_LATIN):
        return bare
    twin: str = disarm.normalize_confusables(bare).lower()
    return twin if twin.isascii() and twin.isalpha() else bare


def _unseen(character: str) -> bool:
    return (
        character in _FILLERS or not _seen(character) or any(first <= ord(character) < end for first, end in _RESERVED)
    )


def _seen(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE


def _jamo(code: int) -> str:
    """The compatibility letter of a conjoining or half-width jamo; empty for anything else."""
    if 0x1100 <= code <= 0x1112:
        return INITIALS[code - 0x1100]
    if 0x1161 <= code <= 0x1175:
        return VOWELS[code - 0x1161]
    if 0x11A8 <= code <= 0x11C2:
        return FINALS[code - 0x11A7]
    if 0xFFA1 <= code <= 0xFFBE:
        return _HALFWIDTH_CONSONANTS[code - 0xFFA1]
    return _HALFWIDTH_VOWELS.get(code, "")
