"""Ways to hide a Korean word."""

import random
import unicodedata
from typing import Final

from tests.moderation.disguises import _QWERTY, _split
from tests.moderation.evasion.ways import SHARED, Way, between, emoji, heaped, invisible, vertical

_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: Final = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_ROMAN: Final = {
    "ㄱ": "g", "ㄲ": "kk", "ㄴ": "n", "ㄷ": "d", "ㄸ": "tt", "ㄹ": "r", "ㅁ": "m", "ㅂ": "b", "ㅃ": "pp", "ㅅ": "s",
    "ㅆ": "ss",
    "ㅇ": "", "ㅈ": "j", "ㅉ": "jj", "ㅊ": "ch", "ㅋ": "k", "ㅌ": "t", "ㅍ": "p", "ㅎ": "h",
    "ㅏ": "a", "ㅐ": "ae", "ㅑ": "ya", "ㅒ": "yae", "ㅓ": "eo", "ㅔ": "e", "ㅕ": "yeo", "ㅖ": "ye", "ㅗ": "o",
    "ㅘ": "wa",
    "ㅙ": "wae", "ㅚ": "oe", "ㅛ": "yo", "ㅜ": "u", "ㅝ": "wo", "ㅞ": "we", "ㅟ": "wi", "ㅠ": "yu", "ㅡ": "eu",
    "ㅢ": "ui",
    "ㅣ": "i",
}  # fmt: skip


def _apart(syllable: str) -> tuple[str, str, str]:
    index = ord(syllable) - 0xAC00
    return _INITIALS[index // 588], _VOWELS[index % 588 // 28], _FINALS[index % 28]


def _syllable(initial: str, vowel: str, final: str = "") -> str:
    return chr(0xAC00 + _INITIALS.index(initial) * 588 + _VOWELS.index(vowel) * 28 + _FINALS.index(final))


def jamo(text: str, _: random.Random) -> str:
    return _split(text)


def one_jamo(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + _split(text[at]) + text[at + 1 :]


def jamo_dotted(text: str, chance: random.Random) -> str:
    return between(_split(text), chance.choice([".", "-", "/", "~", "·"]))


def jamo_lines(text: str, chance: random.Random) -> str:
    return between(_split(text), chance.choice(["\n", " ", "  "]))


def jamo_stretched(text: str, chance: random.Random) -> str:
    return "".join(c * chance.choice([2, 3, 4]) if c in _VOWELS else c for c in _split(text))


def latin_strokes(text: str, _: random.Random) -> str:
    return _split(text).replace("ㅐ", "H").replace("ㅣ", "l").replace("ㅡ", "_").replace("ㅇ", "o")


def drawn_strokes(text: str, chance: random.Random) -> str:
    table = {"ㅅ": ["人", "^"], "ㅁ": ["口"], "ㄹ": ["己"], "ㅣ": ["|", "l", "I"], "ㅏ": ["ト"], "ㅈ": ["ス"]}
    return "".join(chance.choice(table.get(c, [c])) for c in _split(text))


def initials_dotted(text: str, chance: random.Random) -> str:
    initials = "".join(_apart(c)[0] for c in text)
    return between(initials, chance.choice([".", " ", "-", "/", "~", "1", "_", ","])) if initials in _KNOWN else ""


def initials_glued(text: str, chance: random.Random) -> str:
    initials = "".join(_apart(c)[0] for c in text)
    return (
        chance.choice(["아", "진짜", ""]) + initials + chance.choice(["ㅋㅋ", "진짜", "아", "!!", "ㅠㅠ"])
        if initials in _KNOWN
        else ""
    )


_KNOWN: Final = frozenset({"ㅅㅂ", "ㅆㅂ", "ㅂㅅ", "ㅈㄹ", "ㄱㅅㄲ", "ㅁㅊㄴ", "ㄷㅊ", "ㅈㄴ", "ㄴㄱㅁ", "ㅅㅂㄴ"})


def tail_initial(text: str, _: random.Random) -> str:
    return text[:-1] + _apart(text[-1])[0] if len(text) > 2 or text in {"시발", "씨발", "병신", "지랄"} else ""


def head_initial(text: str, _: random.Random) -> str:
    return _apart(text[0])[0] + text[1:]


def final_added(text: str, chance: random.Random) -> str:
    """A final that is hardly heard: 시발 → 싯발."""
    initial, vowel, final = _apart(text[0])
    return "" if final else _syllable(initial, vowel, chance.choice("ㅅㅆㅎ")) + text[1:]


def last_final_changed(text: str, _: random.Random) -> str:
    swaps = {"ㄹ": "ㄽ", "ㄴ": "ㄶ", "ㄱ": "ㄲ", "ㅇ": "ㅇ", "ㅂ": "ㅍ", "": "ㅎ"}
    initial, vowel, final = _apart(text[-1])
    return text[:-1] + _syllable(initial, vowel, swaps.get(final, final))


def tensed_one(text: str, chance: random.Random) -> str:
    table = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
    places = [at for at, c in enumerate(text) if _apart(c)[0] in table]
    if not places:
        return ""
    at = chance.choice(places)
    initial, vowel, final = _apart(text[at])
    return text[:at] + _syllable(table[initial], vowel, final) + text[at + 1 :]


def glided(text: str, chance: random.Random) -> str:
    table = {"ㅏ": "ㅑ", "ㅓ": "ㅕ", "ㅐ": "ㅒㅔ", "ㅣ": "ㅟㅢ", "ㅜ": "ㅠ", "ㅗ": "ㅛ", "ㅔ": "ㅖㅐ"}
    places = [at for at, c in enumerate(text) if _apart(c)[1] in table]
    at = chance.choice(places) if places else -1
    if at < 0:
        return ""
    initial, vowel, final = _apart(text[at])
    return text[:at] + _syllable(initial, chance.choice(table[vowel]), final) + text[at + 1 :]


def drawn_out(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    initial, vowel, final = _apart(text[at])
    more = _syllable("ㅇ", vowel) * chance.choice([0, 1, 2]) + _syllable("ㅇ", vowel, final)
    return text[:at] + _syllable(initial, vowel) + more + text[at + 1 :]


def keys(text: str, _: random.Random) -> str:
    return "".join(_key(c) for c in text)


def _key(syllable: str) -> str:
    halves = {"ㅘ": "ㅗㅏ", "ㅢ": "ㅡㅣ", "ㅟ": "ㅜㅣ", "ㄳ": "ㄱㅅ", "ㅝ": "ㅜㅓ"}
    return "".join(_QWERTY.get(p, p) for c in _split(syllable) for p in halves.get(c, c))


def keys_shouted(text: str, chance: random.Random) -> str:
    return keys(text, chance).upper() + chance.choice(["", "!!", "ㅋㅋ", "SHA"])


def keys_dotted(text: str, chance: random.Random) -> str:
    return between(keys(text, chance), chance.choice([".", "-", " "]))


def one_typed(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + _key(text[at]) + text[at + 1 :]


def romanised(text: str, _: random.Random) -> str:
    return "".join(_roman(c) for c in text)


def _roman(syllable: str) -> str:
    initial, vowel, final = _apart(syllable)
    last = {
        "ㄱ": "k",
        "ㄲ": "k",
        "ㄴ": "n",
        "ㄷ": "t",
        "ㄹ": "l",
        "ㅁ": "m",
        "ㅂ": "p",
        "ㅅ": "t",
        "ㅆ": "t",
        "ㅇ": "ng",
        "ㅈ": "t",
        "ㅊ": "t",
    }
    return _ROMAN[initial] + _ROMAN[vowel] + last.get(final, "")


def romanised_dashed(text: str, chance: random.Random) -> str:
    return chance.choice(["-", " ", "."]).join(_roman(c) for c in text)


def one_romanised(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + _roman(text[at]) + text[at + 1 :]


def digits(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["1", "2", "12", "0", "7"]))


def keycaps(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["1️⃣", "2️⃣", "①", "➊", "⑴"]))


def latin_between(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["x", "X", "a", "z", "ab", "o"]))


def jamo_between(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["ㅋ", "ㅎㅎ", "ㅡ", "ㅠ", "ㅗ", "ㅇ", "ㅣ"]))


def spaced(text: str, chance: random.Random) -> str:
    return between(text, chance.choice([" ", "  ", "   "]))


def han_between(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["一", "の", "ㆍ", "※", "◇", "♬", "→"]))


def one_star(text: str, chance: random.Random) -> str:
    """A syllable behind a sign, as newspapers do it; only where the rest still tells."""
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice("X*○x●") + text[at + 1 :] if text in _TELLING else ""


_TELLING: Final = frozenset(
    {"시발", "씨발", "병신", "지랄", "개새끼", "존나", "미친놈", "미친년", "시발놈", "씨발놈", "씹새끼"}
)


def glued(text: str, chance: random.Random) -> str:
    return (
        chance.choice(["와", "이", "야", "개", "진짜", "이런"])
        + text
        + chance.choice(["ㅋㅋㅋ", "아", "네", "!!", "같은", ""])
    )


def _both(first: Way, second: Way) -> Way:
    def way(text: str, chance: random.Random) -> str:
        hidden = first(text, chance)
        return second(hidden, chance) if hidden not in ("", text) else ""

    way.__name__ = f"{first.__name__} and {second.__name__}"
    return way


def _dots(text: str, chance: random.Random) -> str:
    return between(text, chance.choice([".", "-", "~", "1"]))


def _decomposed(text: str, _: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


_MIXED: Final = (
    _both(tensed_one, _dots),
    _both(tensed_one, jamo),
    _both(glided, _dots),
    _both(glided, one_jamo),
    _both(one_jamo, _dots),
    _both(one_jamo, invisible),
    _both(drawn_out, digits),
    _both(tensed_one, glided),
    _both(jamo, heaped),
    _both(jamo, emoji),
    _both(_decomposed, invisible),
    _both(one_jamo, vertical),
    _both(latin_between, heaped),
    _both(tensed_one, one_romanised),
    _both(keys, invisible),
    _both(romanised, _dots),
    _both(final_added, _dots),
    _both(drawn_out, one_jamo),
)

KOREAN: Final[tuple[Way, ...]] = (
    *SHARED,
    jamo,
    one_jamo,
    jamo_dotted,
    jamo_lines,
    jamo_stretched,
    latin_strokes,
    drawn_strokes,
    initials_dotted,
    initials_glued,
    tail_initial,
    head_initial,
    final_added,
    last_final_changed,
    tensed_one,
    glided,
    drawn_out,
    keys,
    keys_shouted,
    keys_dotted,
    one_typed,
    romanised,
    romanised_dashed,
    one_romanised,
    digits,
    keycaps,
    latin_between,
    jamo_between,
    spaced,
    han_between,
    one_star,
    glued,
    *_MIXED,
)
