"""Hangul as an evader writes it: taken apart, put together again, tensed, stretched, typed on the wrong keyboard."""

import functools
import re
from typing import Final

from moderation.normalise.characters import FINALS, INITIALS, VOWELS

FIRST: Final = "가"
LAST: Final = "힣"
FILLER: Final = "\x00"
"""Stands in a rewritten key for a character that went into the one before it, so that offsets stay."""

CONSONANTS: Final = frozenset(INITIALS) | frozenset(final for final in FINALS if final)
_INITIAL_SET: Final = frozenset(INITIALS)
_VOWEL_SET: Final = frozenset(VOWELS)
_FINAL_SET: Final = frozenset(FINALS[1:])
LOOSE: Final = CONSONANTS | _VOWEL_SET
"""Every compatibility jamo: a letter outside a syllable."""
CHATTER: Final = frozenset("ㅋㅎㅠㅜㅡㅇ")
"""Jamo that laugh, cry or sigh beside a word without belonging to it."""

_LAX: Final = dict(zip("ㄲㄸㅃㅆㅉ", "ㄱㄷㅂㅅㅈ", strict=True))
_PLAIN_VOWEL: Final = dict(zip("ㅑㅒㅔㅕㅖㅚㅛㅞㅠㅟㅢ", "ㅏㅐㅐㅓㅐㅙㅗㅙㅜㅣㅣ", strict=True))
_PLAIN_FINAL: Final = dict(
    zip("ㄲㄳㄺㅋㅅㅆㅈㅊㅌㅍㅄㄿㄵㄶㄻㄼㄽㄾㅀ", "ㄱㄱㄱㄱㄷㄷㄷㄷㄷㅂㅂㅂㄴㄴㅁㄹㄹㄹㄹ", strict=True)
)
_DIPHTHONGS: Final = {
    "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ",
    "ㅏㅣ": "ㅐ", "ㅓㅣ": "ㅔ",
}  # fmt: skip
_CLUSTERS: Final = {
    "ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅅ": "ㄽ",
    "ㄹㅌ": "ㄾ", "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ",
}  # fmt: skip
_KEYS: Final = {
    "ㅂ": "q", "ㅈ": "w", "ㄷ": "e", "ㄱ": "r", "ㅅ": "t", "ㅛ": "y", "ㅕ": "u", "ㅑ": "i", "ㅐ": "o", "ㅔ": "p",
    "ㅁ": "a", "ㄴ": "s", "ㅇ": "d", "ㄹ": "f", "ㅎ": "g", "ㅗ": "h", "ㅓ": "j", "ㅏ": "k", "ㅣ": "l", "ㅋ": "z",
    "ㅌ": "x", "ㅊ": "c", "ㅍ": "v", "ㅠ": "b", "ㅜ": "n", "ㅡ": "m",
}  # fmt: skip
KEYS: Final = {key: letter for letter, key in _KEYS.items()}
"""The letter that a Korean keyboard has on a key a-z."""
# Characters of other scripts drawn as jamo. Only beside loose jamo or syllables are they read so.
_DRAWN: Final = {
    "人": "ㅅ", "入": "ㅅ", "^": "ㅅ", "己": "ㄹ", "口": "ㅁ", "日": "ㅂ", "ス": "ㅈ", "l": "ㅣ", "i": "ㅣ",
    "1": "ㅣ", "|": "ㅣ", "!": "ㅣ", "h": "ㅐ", "ト": "ㅏ", "卜": "ㅏ", "r": "ㅏ", "-": "ㅡ", "ー": "ㅡ",
    "一": "ㅡ", "_": "ㅡ", "o": "ㅇ", "0": "ㅇ", "7": "ㄱ", "t": "ㅜ", "+": "ㅏ", "z": "ㄹ", "2": "ㄹ",
}  # fmt: skip
_PICTURED: Final = {
    "🌱": "씨", "👣": "발", "🦶": "발", "🐶": "개", "🐕": "개", "🐩": "개", "🐦": "새", "🐤": "새", "🐣": "새",
    "🐥": "새",
    "犬": "개", "病": "병", "身": "신", "美": "미", "親": "친",
}  # fmt: skip
"""Pictures and Han letters for the syllable that names them, beside Hangul or another of them."""
_PICTURES: Final = "".join(_PICTURED)
DRAWN_WORD: Final = re.compile(
    "[人入己口日ス^7][lihr1|!ト卜ー一ㅏ-ㅣ]|[가-힣][己人入口日ス^]|[가-힣]ㅇ[가-힣]"
    f"|[{_PICTURES}][가-힣{_PICTURES}]|[가-힣][{_PICTURES}]"
)
"""Where a text without loose jamo may still have some that are drawn."""
_ALSO_MARKS: Final = frozenset("!-_+1|")
"""Read as a vowel only inside a word: at its end they are what they are."""
_RULES: Final = frozenset("-_")
"""No vowel where another stands two places away: a separator."""
_BETWEEN_JAMO: Final = re.compile(r"(?<=[\u3131-\u3163])(?:[^\w\x00]{1,6}|[0-9_]{1,2})(?=[\u3131-\u3163])")
"""What stands between jamo that are spelled out one by one."""


def parts(syllable: str) -> tuple[str, str, str]:
    """Initial, vowel and final of a composed syllable, as compatibility jamo."""
    index = ord(syllable) - 0xAC00
    return INITIALS[index // 588], VOWELS[index % 588 // 28], FINALS[index % 28]


def compose(initial: str, vowel: str, final: str = "") -> str:
    """The syllable of these compatibility jamo; ValueError where one cannot stand there."""
    return chr(0xAC00 + INITIALS.index(initial) * 588 + VOWELS.index(vowel) * 28 + FINALS.index(final))


def _folded(syllable: str) -> str:
    initial, vowel, final = parts(syllable)
    return compose(
        _LAX.get(initial, initial), _PLAIN_VOWEL.get(vowel, vowel), _PLAIN_FINAL.get(final, final) if final else ""
    )


FOLDED: Final = "".join(_folded(chr(code)) for code in range(0xAC00, 0xD7A4))
"""For each syllable in order: the one that stands for all its disguises (씨 쉬 싀 → 시)."""


FOLDS: Final = {0xAC00 + at: folded for at, folded in enumerate(FOLDED)} | {
    ord(tense): lax for tense, lax in _LAX.items()
}
"""The same as a table for `str.translate`, with loose jamo."""


def _drawn_out() -> str:
    """A pattern of an open syllable and one that only draws it out (see `extends`)."""
    pairs = []
    for vowel in VOWELS:
        before = "".join(compose(initial, vowel) for initial in INITIALS)
        again = {vowel, _PLAIN_VOWEL.get(vowel, vowel)}
        ranges = "".join(f"{compose('ㅇ', other)}-{compose('ㅇ', other, 'ㅎ')}" for other in sorted(again))
        pairs.append(f"[{before}][{ranges}]")
    return "|".join(pairs)


DRAWN_OUT: Final = re.compile(f"(?=[가-힣][아-잏])(?:{_drawn_out()})|{FILLER}")
"""A syllable that only draws out the one before, or a filler."""


def fold_jamo(letter: str) -> str:
    """A loose jamo without its tension: ㅆ → ㅅ."""
    return _LAX.get(letter, letter)


@functools.lru_cache(maxsize=1 << 14)
def disguises(seen: str, meant: str) -> bool:
    """Whether the syllable `seen` may stand for `meant`, given that both fold to the same.

    A disguise adds: it tenses a consonant, glides a vowel, swaps ㅐ and ㅔ or a final of the same sound. It does not
    take away, or 너머 would be read as 녀머 and 싶어 as 씹어.
    """
    if seen == meant:
        return True
    (initial, vowel, final), (initial_meant, vowel_meant, final_meant) = parts(seen), parts(meant)
    plain = vowel_meant not in _PLAIN_VOWEL or {vowel, vowel_meant} <= {"ㅐ", "ㅔ"}
    return (
        (initial == initial_meant or initial_meant not in _LAX)
        and (vowel == vowel_meant or plain)
        and bool(final) == bool(final_meant)
    )


def recompose(key: str) -> str:
    """`key` with loose jamo, and what is drawn as jamo, put together to syllables; of the same length.

    Jamo with separators between them count as standing together. A character that went into the syllable before it is
    replaced by `FILLER`. Takes time linear in `key`.
    """
    out = _jamo_for_drawn(key)
    for run in _BETWEEN_JAMO.finditer("".join(out)):
        out[run.start() : run.end()] = FILLER * (run.end() - run.start())
    live = [at for at, letter in enumerate(out) if letter != FILLER]
    letters = [out[at] for at in live]
    _compose_in_place(letters)
    for at, letter in zip(live, letters, strict=True):
        out[at] = letter
    return "".join(out)


def _compose_in_place(letters: list[str]) -> None:
    """Puts syllables where their first jamo stands, and fillers where the others stood."""
    end = len(letters)
    at = 0
    while at < end:
        head = letters[at]
        if head in _INITIAL_SET and at + 1 < end and letters[at + 1] in _VOWEL_SET:
            vowel, used = _vowel(letters, at + 1)
            letters[at : at + 1 + used] = [compose(head, vowel), *FILLER * used]
            syllable, at = at, at + 1 + used
            at += _attach(letters, at, syllable)
        elif FIRST <= head <= LAST:
            at += 1
            if not (ord(head) - 0xAC00) % 28:
                at += _attach(letters, at, at - 1)
        else:
            at += 1


def _vowel(letters: list[str], at: int) -> tuple[str, int]:
    """The vowel at `at`, two loose halves counted as one, and how many letters it takes, drawn out ones included."""
    whole = _DIPHTHONGS.get(letters[at] + letters[at + 1]) if at + 1 < len(letters) else None
    used = 2 if whole else 1
    last = letters[at + used - 1]
    while at + used < len(letters) and letters[at + used] == last:
        used += 1
    return whole or letters[at], used


def _attach(letters: list[str], at: int, syllable: int) -> int:
    """Closes the open syllable at `syllable` with the loose consonant at `at`, if it does not begin another."""
    if at >= len(letters) or letters[at] not in _FINAL_SET:
        return 0
    if at + 1 < len(letters) and letters[at + 1] in _VOWEL_SET:
        return 0
    initial, vowel, _ = parts(letters[syllable])
    letters[syllable] = compose(initial, vowel, letters[at])
    letters[at] = FILLER
    return 1


def _jamo_for_drawn(key: str) -> list[str]:
    """`key` as a list, with look-alikes of jamo replaced where a jamo or syllable stands beside them."""
    out = list(key)
    end = len(out)
    for at, character in enumerate(key):
        jamo = _DRAWN.get(character)
        if jamo is None:
            if character in _PICTURED and _beside_korean(key, at):
                out[at] = _PICTURED[character]
            continue
        before = out[at - 1] if at else ""
        after = out[at + 1] if at + 1 < end else ""
        if jamo in _VOWEL_SET:
            if character in _RULES and character in (key[at - 2 : at - 1], key[at + 2 : at + 3]):
                continue
            if before in CONSONANTS and (character not in _ALSO_MARKS or (_korean(after) and after not in _VOWEL_SET)):
                out[at] = jamo
        elif (
            after in _VOWEL_SET
            or _DRAWN.get(after, "") in _VOWEL_SET
            or before in _VOWEL_SET
            or FIRST <= before <= LAST
        ):
            out[at] = jamo
    return out


def _beside_korean(key: str, at: int) -> bool:
    """Whether a syllable or a jamo stands beside the picture at `at`, or, if it is no Han letter, another picture."""
    beside = key[at - 1 : at] + key[at + 1 : at + 2]
    pictures = "" if key[at] < "\U00010000" else _PICTURES
    return any(FIRST <= letter <= LAST or letter in LOOSE or letter in pictures for letter in beside)


def _korean(character: str) -> bool:
    return FIRST <= character <= LAST or character in LOOSE or _DRAWN.get(character, "") in CONSONANTS


def extends(before: str, syllable: str) -> bool:
    """Whether `syllable` only draws out the open syllable `before`: 시이, 바알, 벼엉; but not 자야."""
    _, vowel, final = parts(before)
    initial, again, _ = parts(syllable)
    return initial == "ㅇ" and not final and again in (vowel, _PLAIN_VOWEL.get(vowel))


def drawn_together(before: str, syllable: str) -> str:
    """The syllable that `before` and its extension `syllable` are read as: 바알 → 발."""
    initial, vowel, _ = parts(before)
    return compose(initial, vowel, parts(syllable)[2])


def keystrokes(text: str) -> str:
    """The keys of an English keyboard that type `text` on a Korean one, in lower case: 시발 → tlqkf."""
    return "".join(_strokes(letter) for character in text for letter in _letters(character))


def _letters(character: str) -> tuple[str, ...]:
    return parts(character) if FIRST <= character <= LAST else (character,)


def _strokes(letter: str) -> str:
    letter = _LAX.get(letter, letter)
    if letter in ("ㅒ", "ㅖ"):
        return {"ㅒ": "o", "ㅖ": "p"}[letter]
    halves = next((pair for pair, whole in (*_CLUSTERS.items(), *_DIPHTHONGS.items()) if whole == letter), letter)
    if letter in _KEYS:
        return _KEYS[letter]
    return "".join(_KEYS.get(half, half) for half in halves)


def typed_on_korean(word: str) -> str:
    """What a Korean keyboard makes of the keys of `word` (a-z): fuck → 려차, shit → 노ㅑㅅ."""
    return recompose("".join(KEYS.get(key, key) for key in word)).replace(FILLER, "")
