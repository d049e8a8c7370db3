"""A persona that goes round in circles: the same sentence again, an earlier reply again, a loop of words."""

import operator
import re
from collections.abc import Iterator, Sequence
from typing import Final

_SENTENCE: Final = re.compile(r"[^.!?\u3002\uff01\uff1f\u2026\n]+[.!?\u3002\uff01\uff1f\u2026]*")
_WORD: Final = re.compile(r"\w+")
_LAUGHTER: Final = re.compile(
    "^(?:[\u3131-\u318e]+|(?:ha|he|hi|ho|hu|la|na|da|ta|ja)+h?|no|yes|very|really|so|[하호히헤흐크키큭캬]+|아+|오+|네|예"
    "|응|아니|정말|너무|쿵|딱|톡|탁|두근|째깍|tick|tock|knock|drip|ding|dong)$"
)
_AGAIN: Final = re.compile(
    r"\b(?:again|once more|one more time|repeat|remind me|(?:didn.?t|did not|couldn.?t) (?:hear|catch|get)|pardon"
    r"|missed (?:it|that)|what (?:did you (?:just )?say|was that)|come again)\b"
    r"|다시|한 ?번 ?더|또 (?:말|얘기|들려|알려|불러)|뭐라고|뭐랬|뭐였|못 ?(?:들었|봤|읽었)|되풀이|반복해"
    r"|아까 ?(?:그|뭐|말|하신|했던)"
)
_RUN: Final = re.compile(r"(.)\1{59,}", re.DOTALL)
_LOOPED: Final = re.compile(r"(\w{2,12}?)\1{5,}")
_TAIL: Final = 2000
"""Code points of each earlier text that are compared."""
_LONGEST_PERIOD: Final = 12
_GRAM: Final = 4
Found = tuple[int, int, float, str]


def repetitions(shown: str, text: str, replies: Sequence[str], said: str = "") -> list[Found]:
    """Start and end in `text`, score, and what is repeated ("sentence", "reply", "loop"). Linear in all texts. Where
    whoever `said` something asks to hear it once more, what was said in earlier replies may be."""
    again = _AGAIN.search(said[-_TAIL:].lower()) is not None
    earlier = [] if again else [_WORD.findall(reply[-_TAIL:].lower()) for reply in replies]
    return [*_sentences(shown[-_TAIL:], text, earlier), *_reply(text, earlier), *_loops(shown[-200:], text)]


def _key(sentence: str) -> str:
    """What two sentences share that say the same, or "" for one too short to count. Hangul counts double."""
    found = _WORD.findall(sentence.lower())
    joined = "".join(found)
    size = (len(joined) + len(joined.encode("utf-8", "surrogatepass"))) / 2
    return joined if len(found) >= 3 and size >= 14 else ""


def _sentences(shown: str, text: str, earlier: list[list[str]]) -> Iterator[Found]:
    counts: dict[str, int] = {}
    for match in _SENTENCE.finditer(shown):
        key = _key(match.group())
        counts[key] = counts.get(key, 0) + 1
    before = " ".join("".join(found) for found in earlier)
    for match in _SENTENCE.finditer(text):
        key = _key(match.group())
        if not key:
            continue
        counts[key] = counts.get(key, 0) + 1
        start = match.end() - len(match.group().lstrip())
        if counts[key] > 1:
            yield start, match.end(), 0.92 if len(key) >= 40 or counts[key] > 2 else 0.7, "sentence"
        elif key in before:
            yield start, match.end(), 0.7 if len(key) >= 40 else 0.55, "sentence of an earlier reply"


def _grams(found: list[str]) -> list[tuple[str, ...]]:
    return [tuple(found[index : index + _GRAM]) for index in range(len(found) - _GRAM + 1)]


def _reply(text: str, earlier: list[list[str]]) -> list[Found]:
    """Nearly the words of one earlier reply, though not sentence for sentence."""
    mine = _grams(_WORD.findall(text.lower()))
    if len(mine) < 8:
        return []
    for found in earlier:
        theirs = set(_grams(found))
        if sum(map(theirs.__contains__, mine)) >= 0.8 * len(mine):
            return [(0, len(text), 0.85, "reply")]
    return []


def _loops(tail: str, text: str) -> list[Found]:
    both, offset = tail + text, len(tail)
    found: list[Found] = []
    for match in _RUN.finditer(both):
        _add(found, match.start() - offset, match.end() - offset, 0.7)
    matches = list(_WORD.finditer(both))
    tokens = [match.group().lower() for match in matches]
    if any(len(token) >= 24 for token in tokens):
        for match in _LOOPED.finditer(both):
            if len(match.group()) >= 24 and len(set(match[1])) > 1 and not _LAUGHTER.match(match[1].lower()):
                _add(found, match.start() - offset, match.end() - offset, 0.85)
    for first, last in _word_loops(tokens):
        _add(found, matches[first].start() - offset, matches[last].end() - offset, 0.9)
    return found


def _word_loops(tokens: list[str]) -> Iterator[tuple[int, int]]:
    """First and last word of each run in which the same words come four times over (one word: seven times)."""
    again = len(tokens) - len(set(tokens))
    if again < 6:
        return
    for period in range(1, min(_LONGEST_PERIOD, again // 3) + 1):
        same = bytes(map(operator.eq, tokens[period:], tokens))
        needed = b"\x01" * (period * 3 if period > 1 else 6)
        start = same.find(needed)
        while start >= 0:
            end = same.find(b"\x00", start)
            end = len(same) if end < 0 else end
            if not all(map(_LAUGHTER.match, tokens[start : start + period])):
                yield start, end + period - 1
            start = same.find(needed, end)


def _add(found: list[Found], start: int, end: int, score: float) -> None:
    """One loop is one hit, whichever period it was seen with; what ended before the text is none."""
    if end > 0 and not any(start < other[1] and other[0] < end for other in found):
        found.append((max(0, start), end, score, "loop"))
