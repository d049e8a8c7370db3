"""The disguise suite: listed terms in every disguise we could think of, and lines that only look like them.

Cases are made reproducibly: each disguise function is applied to each base term with a random generator seeded by both,
and a seed splits all cases into a half to tune on and a half that is only measured.
"""

import random
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Half = Literal["tune", "held back"]
Kind = Literal["disguised", "innocent", "identity"]
HALVES: Final[tuple[Half, Half]] = ("tune", "held back")
LANGUAGES: Final = ("en", "ko")
_SEED: Final = 20240229
_FOLDER: Final = Path(__file__).with_name("disguise")

Disguise = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the suite."""

    text: str
    kind: Kind
    how: str
    half: Half


def cases(language: str) -> tuple[Case, ...]:
    """Every case of `language`, always the same."""
    table = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    made: list[tuple[str, Kind, str]] = [
        (text, "disguised", how) for text, how in _made(language, table["terms"], table["frames"])
    ]
    made += [(text, "disguised", "by hand") for text in table["hand"]]
    made += [(text, "innocent", "by hand") for text in table["innocent"]]
    made += [(text, "identity", "by hand") for text in table["identity"]]
    unique = list(dict.fromkeys(made))
    chance = random.Random(_SEED)
    halves = [HALVES[chance.random() < 0.5] for _ in unique]
    return tuple(
        Case(text=text, kind=kind, how=how, half=half) for (text, kind, how), half in zip(unique, halves, strict=True)
    )


def _made(language: str, terms: list[str], frames: list[str]) -> Iterator[tuple[str, str]]:
    disguises = ENGLISH if language == "en" else KOREAN
    for disguise in disguises:
        for term in terms:
            chance = random.Random(f"{disguise.__name__}:{term}")
            hidden = disguise(term, chance)
            if hidden != term:
                yield chance.choice(frames).format(hidden), disguise.__name__.strip("_")


def _between(text: str, signs: list[str]) -> str:
    return "".join(
        letter + (sign if at < len(text) - 1 and letter != " " else "")
        for at, (letter, sign) in enumerate(zip(text, signs, strict=True))
    )


def _joined(sign: str) -> Disguise:
    def disguise(text: str, _: random.Random) -> str:
        return _between(text, [sign] * len(text))

    disguise.__name__ = f"joined with {unicodedata.name(sign[0], repr(sign))} x{len(sign)}"
    return disguise


def _mixed_separators(text: str, chance: random.Random) -> str:
    return _between(text, [chance.choice([".", "-", "_", "*", "~", "/"]) for _ in text])


def _one_separator(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice([".", "-", "*", "~", "`", "^", "+", "|"]) + text[at:]


def _leet(text: str, chance: random.Random) -> str:
    signs = {"a": "@4", "e": "3", "i": "1!", "o": "0", "s": "$5", "t": "7+", "g": "9", "b": "8", "l": "1"}
    return "".join(chance.choice(signs[c]) if c in signs and at else c for at, c in enumerate(text))


def _one_leet(text: str, chance: random.Random) -> str:
    signs = {"a": "@4", "e": "3", "i": "1!|", "o": "0", "s": "$5", "u": "@*", "t": "7+"}
    places = [at for at, c in enumerate(text) if c in signs and at]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + chance.choice(signs[text[at]]) + text[at + 1 :]


def _starred_vowels(text: str, _: random.Random) -> str:
    return "".join("*" if c in "aeiou" else c for c in text)


def _grawlix_vowels(text: str, chance: random.Random) -> str:
    return "".join(chance.choice("#@&%") if c in "aeiou" else c for c in text)


def _stretched(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at] * chance.randrange(3, 9) + text[at + 1 :]


def _all_doubled(text: str, _: random.Random) -> str:
    return "".join(c * 2 if c != " " else c for c in text)


def _capitals(text: str, chance: random.Random) -> str:
    return "".join(chance.choice([c.upper(), c]) for c in text).swapcase()


def _shifted(start: int) -> Disguise:
    def disguise(text: str, _: random.Random) -> str:
        return "".join(chr(start + ord(c) - 97) if "a" <= c <= "z" else c for c in text)

    disguise.__name__ = unicodedata.name(chr(start)).lower()
    return disguise


def _cyrillic(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("aeiocsyxpkhtm", "аеіосѕухркнтм"))


def _greek(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("aeiouktnv", "αειουκτην"))


def _accents(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("aeiouscntgk", "áêïøüşçñţğķ"))


def _zalgo(text: str, chance: random.Random) -> str:
    return "".join(c + "".join(chr(chance.randrange(0x300, 0x36F)) for _ in range(4)) for c in text)


def _struck_through(text: str, _: random.Random) -> str:
    return "".join(c + "\u0336" for c in text)


def _small_capitals(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("abcdefghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ"))


def _upside_letters(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("aefhikmrtvwy", "ɐǝɟɥᴉʞɯɹʇʌʍʎ"))


def _tagged(text: str, _: random.Random) -> str:
    return "".join(c + "\U000e0061" for c in text)


def _emoji_between(text: str, chance: random.Random) -> str:
    return _between(text, [chance.choice(["💩", "🔥", "❤️", "⭐", "😂"]) for _ in text])


def _in_brackets(text: str, _: random.Random) -> str:
    return "".join(f"({c})" if c != " " else c for c in text)


def _l_for_i(text: str, _: random.Random) -> str:
    return text.replace("i", "l")


def _broken_by_space(text: str, chance: random.Random) -> str:
    at = chance.choice([1, len(text) - 1])
    return f"{text[:at]} {text[at:]}"


def _with_digits_after(text: str, chance: random.Random) -> str:
    return f"{text}{chance.randrange(10, 99)}"


def _in_underscores(text: str, _: random.Random) -> str:
    return f"__{text}__"


def _digits_between(text: str, chance: random.Random) -> str:
    sign = str(chance.randrange(2, 10))
    return _between(text, [sign] * len(text))


def _vertical(text: str, _: random.Random) -> str:
    return "\n".join(text.replace(" ", ""))


_SEPARATORS: Final = (
    *(" ", ".", "-", "_", "*", "~", "...", "  ", ", ", "\u200b", "\u200d", "\u00ad", "\u2060", "·", "\u3000"),
)

ENGLISH: Final[tuple[Disguise, ...]] = (
    *(_joined(sign) for sign in (*_SEPARATORS, "'")),
    _mixed_separators,
    _one_separator,
    _leet,
    _one_leet,
    _starred_vowels,
    _grawlix_vowels,
    _stretched,
    _all_doubled,
    _capitals,
    *(
        _shifted(start)
        for start in (0xFF41, 0x24D0, 0x1D400, 0x1D4EA, 0x1D51E, 0x1D5BA, 0x1F170, 0x1F130, 0x1F1E6, 0x1F150)
    ),
    _cyrillic,
    _greek,
    _accents,
    _zalgo,
    _struck_through,
    _small_capitals,
    _upside_letters,
    _tagged,
    _emoji_between,
    _in_brackets,
    _l_for_i,
    _broken_by_space,
    _with_digits_after,
    _in_underscores,
    _digits_between,
    _vertical,
)


def _parts(syllable: str) -> str:
    return unicodedata.normalize("NFD", syllable)


_COMPATIBLE: Final = {
    **dict(zip((chr(c) for c in range(0x1100, 0x1113)), "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", strict=True)),
    **dict(zip((chr(c) for c in range(0x1161, 0x1176)), "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", strict=True)),
    **dict(
        zip(
            (chr(c) for c in range(0x11A8, 0x11C3)),
            "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
            strict=True,
        )
    ),
}
_QWERTY: Final = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅖ",
        "qwertyuiopasdfghjklzxcvbnmQWERTP",
        strict=True,
    )
)


def _split(text: str) -> str:
    return "".join(_COMPATIBLE.get(c, c) for c in _parts(text))


def _all_split(text: str, _: random.Random) -> str:
    return _split(text)


def _first_split(text: str, _: random.Random) -> str:
    return _split(text[0]) + text[1:]


def _last_split(text: str, _: random.Random) -> str:
    return text[:-1] + _split(text[-1])


def _split_and_spaced(text: str, _: random.Random) -> str:
    return " ".join(_split(text))


def _final_split(text: str, _: random.Random) -> str:
    last = _parts(text[-1])
    if len(last) < 3:
        return text
    return text[:-1] + unicodedata.normalize("NFC", last[:2]) + _COMPATIBLE[last[2]]


def _conjoining(text: str, _: random.Random) -> str:
    return _parts(text)


def _half_width(text: str, _: random.Random) -> str:
    wide = {
        unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFFA1, 0xFFDD) if unicodedata.name(chr(c), "")
    }
    return "".join(wide.get(unicodedata.normalize("NFKC", c), c) for c in _split(text))


def _typed_on_english(text: str, _: random.Random) -> str:
    halves = {"ㅘ": "ㅗㅏ", "ㅢ": "ㅡㅣ", "ㅟ": "ㅜㅣ", "ㄳ": "ㄱㅅ", "ㅝ": "ㅜㅓ"}
    return "".join(_QWERTY.get(part, part) for c in _split(text) for part in halves.get(c, c))


def _stretched_vowel(text: str, chance: random.Random) -> str:
    parts = _parts(text[0])
    open_part = unicodedata.normalize("NFC", parts[:2])
    more = unicodedata.normalize("NFC", "\u110b" + parts[1])
    closed = unicodedata.normalize("NFC", "\u110b" + parts[1:])
    return open_part + more * chance.randrange(0, 3) + closed + text[1:]


def _tensed(text: str, _: random.Random) -> str:
    tense = dict(zip("\u1100\u1103\u1107\u1109\u110c", "\u1101\u1104\u1108\u110a\u110d", strict=True))
    parts = _parts(text)
    return unicodedata.normalize("NFC", tense.get(parts[0], parts[0]) + parts[1:])


def _number_inside(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + str(chance.randrange(1, 10)) + text[at:]


def _symbol_inside(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice("@#^*♡★%&+=☆♥") + text[at:]


def _latin_inside(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice("abcxyzw") + text[at:]


def _laughter_inside(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice(["ㅋ", "ㅋㅋ", "ㅎ", "ㅡ", "ㅠ"]) + text[at:]


def _han_strokes(text: str, _: random.Random) -> str:
    return _split(text[0]).replace("ㅣ", "l") + text[1:]


def _glued(text: str, chance: random.Random) -> str:
    return chance.choice(["아", "야", "와", "진짜"]) + text + chance.choice(["진짜", "ㅋㅋ", "놈아", "네", ""])


KOREAN: Final[tuple[Disguise, ...]] = (
    *(_joined(sign) for sign in (*_SEPARATORS, "'", "/", "\n", "ㅡ", "．", "\u3164", "1")),
    _mixed_separators,
    _one_separator,
    _all_split,
    _first_split,
    _last_split,
    _split_and_spaced,
    _final_split,
    _conjoining,
    _half_width,
    _typed_on_english,
    _stretched_vowel,
    _tensed,
    _number_inside,
    _symbol_inside,
    _latin_inside,
    _laughter_inside,
    _han_strokes,
    _glued,
    _zalgo,
    _struck_through,
    _tagged,
    _emoji_between,
    _in_brackets,
    _in_underscores,
    _with_digits_after,
)
