"""Ways to hide an English word."""

import random
from typing import Final

from tests.moderation.evasion.ways import SHARED, Way, between, heaped, invisible, slashes, vertical

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LEET: Final = {
    "a": ["4", "@", "^", "/\\"], "b": ["8", "|3", "ß"], "c": ["(", "<", "{", "¢"], "d": ["|)", "|]"],
    "e": ["3", "€", "&"], "f": ["ƒ", "|="], "g": ["9", "6"], "h": ["#", "|-|"], "i": ["1", "!", "|", "¡"],
    "k": ["|<", "|{"], "l": ["1", "|", "£"], "n": ["|\\|", "^/"], "o": ["0", "()", "°", "ø"], "p": ["|*", "|°"],
    "r": ["|2", "®"], "s": ["5", "$", "z", "§"], "t": ["7", "+", "†"], "u": ["|_|", "(_)", "µ", "v"], "w": ["vv",
    "\\/\\/"],
    "y": ["¥", "j"],
}  # fmt: skip
_ONE_SIGN: Final = {letter: [sign for sign in signs if len(sign) == 1] for letter, signs in _LEET.items()}


def _alphabet(name: str, letters: str) -> Way:
    """The way that writes in an alphabet of look-alikes; `letters` has one for each of a-z, a space for none."""
    signs = letters.split()
    table = {ord(letter): sign for letter, sign in zip(_LETTERS, signs, strict=True) if sign != "-"}

    def way(text: str, _: random.Random) -> str:
        return text.translate(table)

    way.__name__ = name
    return way


def _range(name: str, start: int) -> Way:
    return _alphabet(name, " ".join(chr(start + at) for at in range(26)))


_ALPHABETS: Final = (
    _range("parenthesised", 0x249C),
    _range("bold sans", 0x1D5EE),
    _range("italic sans", 0x1D622),
    _range("monospace", 0x1D68A),
    _range("bold fraktur", 0x1D586),
    _range("double-struck", 0x1D552),
    _range("wide capitals", 0xFF21),
    _range("circled capitals", 0x24B6),
    _alphabet("han", "卂 乃 匚 ᗪ 乇 千 Ꮆ 卄 丨 ﾌ Ҝ ㄥ 爪 几 ㄖ 卩 Ɋ 尺 丂 ㄒ ㄩ ᐯ 山 乂 ㄚ 乙"),
    _alphabet("currency", "₳ ฿ ₵ Đ Ɇ ₣ ₲ Ⱨ ł J ₭ Ⱡ ₥ ₦ Ø ₱ Q Ɽ ₴ ₮ Ʉ V ₩ Ӿ Ɏ Ⱬ"),
    _alphabet("canadian", "ᗩ ᗷ ᑕ ᗪ E ᖴ G ᕼ I ᒍ K ᒪ ᗰ ᑎ O ᑭ ᑫ ᖇ S T ᑌ ᐯ ᗯ ᙭ Y ᘔ"),
    _alphabet("lisu", "ꓮ ꓐ ꓚ ꓓ ꓰ ꓝ ꓖ ꓧ ꓲ ꓙ ꓗ ꓡ ꓟ ꓠ ꓳ ꓑ - ꓣ ꓢ ꓔ ꓴ ꓦ ꓪ ꓫ ꓬ ꓜ"),
    _alphabet("cherokee", "Ꭺ Ᏼ Ꮯ Ꭰ Ꭼ - Ꮐ Ꮋ Ꭵ Ꭻ Ꮶ Ꮮ Ꮇ - - Ꮲ - Ꭱ Ꮪ Ꭲ - Ꮩ Ꮃ - Ꮍ Ꮓ"),
    _alphabet("armenian", "а - ϲ - ε ϝ ց հ і յ - լ - ո օ р զ - ѕ - ս - ա - у -"),
    _alphabet("hooked", "ą ҍ ç ժ ҽ ƒ ց հ ì ʝ ҟ Ӏ ʍ ղ օ ք զ ɾ ʂ է մ ѵ ա × վ Հ"),
    _alphabet("strokes", "Ⱥ Ƀ Ȼ Đ Ɇ F Ǥ Ħ Ɨ Ɉ Ꝁ Ł M N Ø Ᵽ Ꝗ Ɍ S Ŧ ᵾ V W X Ɏ Ƶ"),
    _alphabet("phonetic signs", "ɑ ɓ ɕ ɖ ɘ ʄ ɠ ɦ ɨ ʝ ƙ ɭ ɱ ɳ ɵ ƥ ʠ ɽ ʂ ʈ ʊ ʋ ɯ - ʏ ʐ"),
    _alphabet("accents below", "ạ ḅ ċ ḍ ẹ ḟ ġ ḥ ị ǰ ḳ ḷ ṃ ṇ ọ ṗ - ṛ ṣ ṭ ụ ṿ ẉ ẋ ỵ ẓ"),
    _alphabet("superscripts", "ᵃ ᵇ ᶜ ᵈ ᵉ ᶠ ᵍ ʰ ⁱ ʲ ᵏ ˡ ᵐ ⁿ ᵒ ᵖ - ʳ ˢ ᵗ ᵘ ᵛ ʷ ˣ ʸ ᶻ"),
)  # fmt: skip


def cyrillic(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("abcdehikmnoprstuwxy", "авсԁеніκмпоргѕтцшху"))


def greek(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("abeiknoprtuvwxy", "αβεικηορΓτυνωχγ"))


def some_foreign(text: str, chance: random.Random) -> str:
    table = {
        "a": "аα",
        "c": "сϲ",
        "e": "еє",
        "i": "іι",
        "o": "оοօ",
        "s": "ѕ",
        "k": "кκ",
        "u": "υս",
        "t": "тτ",
        "n": "ո",
        "r": "г",
        "g": "ց",
    }
    return "".join(chance.choice(table.get(c, c) + c) for c in text)


def leet(text: str, chance: random.Random) -> str:
    return "".join(
        chance.choice(_ONE_SIGN.get(c) or [c]) if at and chance.random() < 0.7 else c for at, c in enumerate(text)
    )


def drawn(text: str, chance: random.Random) -> str:
    places = [at for at, c in enumerate(text) if c in _LEET]
    at = chance.choice(places)
    return text[:at] + chance.choice(_LEET[text[at]]) + text[at + 1 :]


def two_drawn(text: str, chance: random.Random) -> str:
    out = list(text)
    for at in chance.sample([at for at, c in enumerate(text) if c in _LEET], 2):
        out[at] = chance.choice(_LEET[text[at]])
    return "".join(out)


def starred_one(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text) - 1)
    return "" if text[at] == " " else text[:at] + chance.choice("*#•●") + text[at + 1 :]


def starred_inside(text: str, chance: random.Random) -> str:
    return "" if " " in text else text[0] + chance.choice("**#-_.•█") * (len(text) - 2) + text[-1]


def starred_two(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(2, len(text) - 2))
    return "" if " " in text else text[:at] + "**" + text[at + 2 :]


def dashed_vowels(text: str, chance: random.Random) -> str:
    sign = chance.choice(["-", "_", ".", "–", "●", "█", "□", "?", "~"])
    return "".join(sign if c in "aeiou" else c for c in text)


def grawlix(text: str, chance: random.Random) -> str:
    if " " in text or len(text) < 4:
        return ""
    return text[0] + "".join(chance.choice("@#$%&!*") for _ in text[1:-1]) + text[-1]


def emoji_vowel(text: str, chance: random.Random) -> str:
    at = next(at for at, c in enumerate(text) if c in "aeiou")
    return text[:at] + chance.choice("😡💩🔥⭐🍆") + text[at + 1 :]


def no_vowels(text: str, _: random.Random) -> str:
    bare = text[0] + "".join(c for c in text[1:] if c not in "aeiou")
    return bare if len(bare) >= 4 and " " not in text else ""


def swapped(text: str, chance: random.Random) -> str:
    places = [at for at in range(1, len(text) - 1) if text[at] != text[at + 1] and " " not in text[at : at + 2]]
    at = chance.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if len(text) >= 5 or at == 1 else ""


def letter_added(text: str, chance: random.Random) -> str:
    if len(text) < 5:
        return ""
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + chance.choice("xqz") + text[at:]


def backwards(text: str, _: random.Random) -> str:
    return text[::-1] if len(text) >= 4 else ""


def upside_down(text: str, _: random.Random) -> str:
    return text.translate(str.maketrans("abcdefghiklmnoprstuvwy", "ɐqɔpǝɟƃɥᴉʞlɯuodɹsʇnʌʍʎ"))[::-1]


def stretched_all(text: str, chance: random.Random) -> str:
    return "".join(c * chance.choice([1, 2, 3]) if c != " " else c for c in text)


def in_two(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return (
        ""
        if " " in text
        else text[:at] + chance.choice([".", "-", "_", "/", "*", "|", "~", "+", "=", ",", "'"]) + text[at:]
    )


def in_two_by_space(text: str, chance: random.Random) -> str:
    if " " in text:
        return ""
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice([" ", "  "]) + text[at:]


def in_three_by_spaces(text: str, chance: random.Random) -> str:
    if " " in text or len(text) < 5:
        return ""
    first, second = sorted(chance.sample(range(1, len(text)), 2))
    return f"{text[:first]} {text[first:second]} {text[second:]}"


def letters_between(text: str, chance: random.Random) -> str:
    return between(text.upper(), chance.choice("xz"))


def flags(text: str, _: random.Random) -> str:
    return " ".join(chr(0x1F1E6 + ord(c) - 97) if c != " " else " " for c in text)


def ph(text: str, _: random.Random) -> str:
    return text.replace("f", "ph") if "f" in text else ""


def z_for_s(text: str, _: random.Random) -> str:
    return text.replace("s", "z") if text[0] != "s" and "s" in text else ""


def k_for_c(text: str, _: random.Random) -> str:
    return text.replace("ck", "kk").replace("c", "k") if "c" in text and "ch" not in text else ""


def v_for_u(text: str, _: random.Random) -> str:
    return text.replace("u", "v") if "u" in text else ""


def er_to_a(text: str, _: random.Random) -> str:
    return text[:-2] + "a" if text.endswith("er") else ""


def glued(text: str, chance: random.Random) -> str:
    return (
        ""
        if " " in text or len(text) < 6
        else chance.choice(["so", "my", "big"]) + text + chance.choice(["lol", "face", "123"])
    )


def hashtag(text: str, chance: random.Random) -> str:
    return chance.choice(["#", "@", "/u/", "#you"]) + text.replace(" ", "")


def _both(first: Way, second: Way) -> Way:
    def way(text: str, chance: random.Random) -> str:
        hidden = first(text, chance)
        return second(hidden, chance) if hidden not in ("", text) else ""

    way.__name__ = f"{first.__name__} and {second.__name__}"
    return way


def _dots(text: str, chance: random.Random) -> str:
    return between(text, chance.choice([".", "-", "_"]))


def _spaces(text: str, _: random.Random) -> str:
    return between(text, " ")


def _shouted(text: str, _: random.Random) -> str:
    return text.upper() + "!!1!"


_MIXED: Final = (
    _both(some_foreign, invisible),
    _both(some_foreign, _dots),
    _both(some_foreign, _spaces),
    _both(drawn, invisible),
    _both(leet, heaped),
    _both(leet, _shouted),
    _both(drawn, stretched_all),
    _both(cyrillic, stretched_all),
    _both(_ALPHABETS[6], _spaces),
    _both(_ALPHABETS[1], _dots),
    _both(_ALPHABETS[3], vertical),
    _both(ph, _dots),
    _both(ph, leet),
    _both(swapped, invisible),
    _both(swapped, cyrillic),
    _both(in_two_by_space, some_foreign),
    _both(slashes, heaped),
    _both(k_for_c, _spaces),
    _both(emoji_vowel, _shouted),
    _both(_both(some_foreign, invisible), _spaces),
)  # fmt: skip

ENGLISH: Final[tuple[Way, ...]] = (
    *SHARED,
    *_ALPHABETS,
    cyrillic,
    greek,
    some_foreign,
    leet,
    drawn,
    two_drawn,
    starred_one,
    starred_inside,
    starred_two,
    dashed_vowels,
    grawlix,
    emoji_vowel,
    no_vowels,
    swapped,
    letter_added,
    backwards,
    upside_down,
    stretched_all,
    in_two,
    in_two_by_space,
    in_three_by_spaces,
    letters_between,
    flags,
    ph,
    z_for_s,
    k_for_c,
    v_for_u,
    er_to_a,
    glued,
    hashtag,
    *_MIXED,
)
