"""What both languages hide words with: separators, invisible characters, marks."""

import random
from collections.abc import Callable
from typing import Final

Way = Callable[[str, random.Random], str]
"""A word and chance give the word in disguise: "" or the word itself where it cannot be disguised so."""


def between(text: str, *signs: str) -> str:
    """`text` with `signs` in turn between its letters; its spaces stay alone."""
    made = ""
    for at, letter in enumerate(text):
        made += letter
        if at + 1 < len(text) and " " not in text[at : at + 2]:
            made += signs[at % len(signs)]
    return made


def dotted_with_spaces(text: str, chance: random.Random) -> str:
    return between(text, chance.choice([" . ", " - ", " / ", " _ ", " * ", " | "]))


def arrows(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["→", ">", "=>", "•", "●", "►", "|", "¦", "∙", "‧"]))


def slashes(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["/", "\\", "//", "|"]))


def vertical(text: str, chance: random.Random) -> str:
    return "\n" + between(text.replace(" ", ""), chance.choice(["\n", " \n", "\n\n", "\n  "])) + "\n"


def thin_spaces(text: str, chance: random.Random) -> str:
    return between(text, chance.choice(["\u2009", "\u00a0", "\u2003", "\u202f", "\u205f"]))


def invisible(text: str, chance: random.Random) -> str:
    signs = ["\u200c", "\u200d", "\u200e", "\u2062", "\ufeff", "\ufe0f", "\u034f", "\u180e", "\u061c", "\u2064"]
    return between(text, *chance.sample(signs, 3))


def overlined(text: str, chance: random.Random) -> str:
    mark = chance.choice(["\u0332", "\u0305", "\u0338", "\u20dd", "\u20de", "\u0489"])
    return "".join(letter + mark for letter in text)


def heaped(text: str, chance: random.Random) -> str:
    return "".join(
        letter + "".join(chance.choice("\u0317\u0346\u0353\u035b\u0361\u0489") for _ in range(6)) for letter in text
    )


def decorated(text: str, chance: random.Random) -> str:
    left, right = chance.choice(
        [("[", "]"), ("{", "}"), ("【", "】"), ("「", "」"), ("<", ">"), ("“", "”"), ("*", "*"), ("'", "'")]
    )
    return "".join(left + letter + right if letter != " " else letter for letter in text)


def emoji(text: str, chance: random.Random) -> str:
    return between(text, *chance.sample(["😀", "🤡", "💀", "✨", "👏", "👍🏽", "🫠", "❤️‍🔥", "🇰🇷"], 3))


def one_emoji(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice("😀🤡💀✨👏🫠🍎") + text[at:]


SHARED: Final[tuple[Way, ...]] = (
    dotted_with_spaces,
    arrows,
    slashes,
    vertical,
    thin_spaces,
    invisible,
    overlined,
    heaped,
    decorated,
    emoji,
    one_emoji,
)
