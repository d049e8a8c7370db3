"""Whether letters that stand apart are words of their own: "bit", "ch" are not, "who", "re" may be."""

import re
from typing import Final

_WORDS: Final = (
    "a", "ad", "al", "am", "an", "ana", "and", "ant", "any", "are", "arse", "as", "ash", "ass", "at", "ate", "bad",
    "bag", "ball", "be", "bell", "bet", "big", "bit", "blow", "boy", "bull", "but", "can", "cat", "chin", "co",
    "cock", "con", "cow", "cum", "cut", "da", "de", "dick", "dip", "do", "dog", "don", "dot", "du", "dumb", "eat",
    "el", "en", "end", "er", "es", "fag", "fan", "fat", "few", "for", "fun", "get", "go", "god", "goo", "got", "ha",
    "had", "half", "hand", "he", "hen", "her", "him", "his", "hit", "ho", "hoe", "hole", "hot", "how", "i", "if",
    "in", "is", "it", "ja", "jack", "job", "john", "joke", "jon", "kid", "kill", "king", "la", "lad", "let", "lie",
    "lo", "load", "loo", "lot", "ma", "man", "mas", "me", "men", "mi", "mo", "mob", "mu", "my", "na", "nag", "new",
    "nick", "no", "non", "not", "nu", "nude", "o", "of", "oh", "ok", "old", "on", "one", "op", "or", "our", "out",
    "pa", "par", "part", "pen", "per", "pi", "pick", "pin", "po", "poo", "pop", "por", "post", "pot", "pr", "put",
    "ran", "rat", "re", "red", "ret", "ring", "rod", "rot", "run", "sand", "se", "she", "shed", "shoe", "shot",
    "shut", "si", "sin", "sing", "sir", "slag", "so", "son", "spa", "spot", "stick", "sue", "tar", "tea", "ten",
    "the", "to", "ton", "too", "top", "tot", "try", "tub", "turn", "two", "up", "us", "van", "wank", "was", "we",
    "well", "were", "wet", "who", "whole", "why", "win", "wood", "yes", "you", "your",
)  # fmt: skip
"""Words that stand beside another piece of a term without hiding anything: who re-reads it, the PR on Monday."""
_RUN: Final = re.compile(r"(.)\1+")
_KNOWN: Final = frozenset(_RUN.sub(r"\1", word) for word in _WORDS)
"""As keys are: without repeated letters."""
_SHORTEST_PLURAL: Final = 4


def no_word(piece: str) -> bool:
    """Whether the letters a-z of `piece` are hardly a word, nor its plural."""
    key = _RUN.sub(r"\1", piece)
    return key not in _KNOWN and (len(key) < _SHORTEST_PLURAL or key.removesuffix("s") not in _KNOWN)
