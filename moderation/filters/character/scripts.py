"""Whether a sentence is written in the script of the persona's language."""

import re
from typing import Final

from moderation.filters.character.asides import without

_LETTERS: Final = {
    "hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "latin": "A-Za-z\u00c0-\u024f",
    "kana": "\u3041-\u30ff",
    "han": "\u3400-\u9fff",
    "cyrillic": "\u0400-\u052f",
    "greek": "\u0370-\u03ff",
    "arabic": "\u0600-\u06ff",
    "hebrew": "\u0590-\u05ff",
    "thai": "\u0e00-\u0e7f",
    "indic": "\u0900-\u0dff",
}
_WORDS: Final = {script: re.compile(f"[{letters}]+") for script, letters in _LETTERS.items()}
_OWN: Final = {
    "ko": ("hangul",),
    "ja": ("kana", "han"),
    "zh": ("han",),
    "ru": ("cyrillic",),
    "uk": ("cyrillic",),
    "el": ("greek",),
    "ar": ("arabic",),
    "fa": ("arabic",),
    "he": ("hebrew",),
    "th": ("thai",),
    "hi": ("indic",),
} | dict.fromkeys(("en", "fr", "de", "es", "it", "pt", "nl", "sv", "pl", "vi", "id", "tr", "fi", "cs"), ("latin",))
_STRANGE: Final = {
    own: re.compile("[" + "".join(letters for script, letters in _LETTERS.items() if script not in own) + "]")
    for own in set(_OWN.values())
}
_DENSE: Final = frozenset({"hangul", "kana", "han"})
"""Scripts in which a letter carries about as much as two and a half Latin ones."""
_SENTENCE: Final = re.compile(r"[^.!?\u3002\uff01\uff1f\u2026\n]+[.!?\u3002\uff01\uff1f\u2026\n]*")
_LAUGHTER: Final = re.compile(
    "[\u3131-\u318e]+|\\b(?:(?:ha|he|hi|ho|lo|xo|ja){2,}h?|lol|lmao|rofl|omg|wow|ok(?:ay)?|bye|hm+|ah+|oh+|uh+|mm+)\\b",
    re.IGNORECASE,
)
_SET_APART: Final = frozenset({"code", "quote", "link"})
_TONGUES: Final = (
    "korean|japanese|chinese|english|french|german|spanish|italian|portuguese|russian|latin|greek|arabic|hebrew|hindi"
    "|thai|ukrainian|persian"
)
_FRAME: Final = re.compile(
    rf"\b(?:in (?:{_TONGUES})\b[^\n]{{0,24}}\b(?:says?|said|call|called|is|it's|goes|reads?|write|written|means?|be)"
    rf"|the (?:{_TONGUES}) (?:for|say|word|phrase|name|proverb|saying))\b"
    "|(?:한국어|영어|일본어|중국어|프랑스어|독일어|스페인어|러시아어|라틴어|한문|한자|원문|한글)"
    "(?:로는?|으로는?|에서는?) ?(?:하면|말하면|쓰면|적으면|옮기면|읽으면|이렇게|뭐라고|흔히|보통)",
    re.IGNORECASE,
)
"""Words of another language told of, in the same sentence."""
_ANNOUNCES: Final = re.compile(
    r"구절|시구|글귀|노랫말|가사|속담|격언|천자문|노래 제목|읊|(?:^|[^가-힣])시(?:를? 한|조)"
    r"|\b(?:verses?|poems?|proverbs?|sayings?|lyrics|refrain|motto|inscription|song goes|old song)\b",
    re.IGNORECASE,
)
"""A sentence that a verse or a saying may follow, in the language it was written in."""
_LINES: Final = 4
"""Sentences or lines that such a verse has at most."""
_SURE: Final = 0.92
_LIKELY: Final = 0.7


def known(language: str) -> bool:
    """Whether the script of `language` is known here."""
    return language in _OWN


def strange_sentences(text: str, language: str, *, before: str = "") -> list[tuple[int, int, float]]:
    """Start, end and score of each sentence of `text` that is written in another script than `language`.

    Names, loan words, quotes, code, links, laughter, emoji and short interjections do not count, nor do words told of
    ("In Korean you say …") and verses announced, in the text or in what was shown `before`. `language` must be `known`.
    """
    strange = _STRANGE[_OWN[language]]
    if not strange.search(text):
        return []
    plain = without(text, _SET_APART)
    found: list[tuple[int, int, float]] = []
    verse = 0  # lines that may still come of what was announced
    for match in _SENTENCE.finditer(before):
        verse = _verse(match.group(), verse)
    for match in _SENTENCE.finditer(plain):
        score = _strangeness(match.group(), _OWN[language]) if strange.search(match.group()) else 0.0
        if score and not verse and not _FRAME.search(match.group()):
            end = match.start() + len(match.group().rstrip())
            start = end - len(match.group().strip())
            found.append((start, end, score))
        verse = _verse(match.group(), verse)
    return found


def _verse(sentence: str, left: int) -> int:
    return _LINES if _ANNOUNCES.search(sentence) else max(0, left - 1)


def _strangeness(sentence: str, own: tuple[str, ...]) -> float:
    cleaned = _LAUGHTER.sub(" ", sentence)
    weights = {script: _weight(script, pattern.findall(cleaned)) for script, pattern in _WORDS.items()}
    native = sum(weights[script] for script in own)
    strange = sum(weight for script, weight in weights.items() if script not in own)
    if strange < 15:
        return 0.0
    share = native / (native + strange)
    if share < 0.05:
        return _SURE
    return _LIKELY if share < 0.22 else 0.0


def _weight(script: str, found: list[str]) -> float:
    """How much text `found` is, in Latin letters; too little to be a sentence counts as nothing."""
    if script == "latin":
        plain = [word for word in found if len(word) > 1 and not word.istitle()]
        return float(sum(map(len, found))) if len(plain) >= 3 else 0.0
    return sum(map(len, found)) * (2.5 if script in _DENSE else 1.0)
