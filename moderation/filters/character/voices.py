"""Lines that begin with the name of somebody in the conversation: a transcript that runs on."""

import ahocorasick_rs

_OPENING = frozenset(" \t>*_[<(\"'-")
_CLOSING = frozenset("])>*_\"'")


def spoken_for(text: str, people: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end of each line opening of `text` in which a person of `people` is made to speak ("Jihoon: …").

    Case does not matter. A remark in parentheses may stand between name and colon.
    """
    names = [name.lower() for name in people if name.strip()]
    lowered = text.lower()
    if not names or ":" not in text or len(lowered) != len(text):
        return []
    automaton = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
    found = []
    for _, start, end in automaton.find_matches_as_indexes(lowered):
        begin = start
        while begin and text[begin - 1] in _OPENING and start - begin < 5:
            begin -= 1
        after = _after_name(text, end)
        if (not begin or text[begin - 1] == "\n") and after:
            found.append((start, after))
    return found


def _after_name(text: str, end: int) -> int:
    """The end of the colon that follows a name, or 0."""
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    if text[end : end + 2] == " (":
        close = text.find(")", end, end + 60)
        end = close + 1 if close > 0 else end
    while end < len(text) and text[end] in "*_ ":
        end += 1
    return end + 1 if text[end : end + 1] == ":" and text[end + 1 : end + 2] != "/" else 0
