"""Text to sparse features: hashed n-grams of characters, words and Korean letters, the same for training and judging.

Every run of code points is hashed at once with prefix sums of a polynomial over the integers modulo 2**64, so there is
no loop over n-grams. Integers have a fixed width and wrap around: the buckets are the same on every machine.
"""

import functools
import html
import itertools
import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint64]
"""One number a code point, or a hash."""

BITS: Final = 18
BUCKETS: Final = 1 << BITS
"""How many features there are: n-grams beyond that share one."""
LAYOUT: Final = "ngrams-1"
"""Names everything in this module that the weights depend on; change it with any change to folding or hashing."""

_CHARACTERS: Final = (1, 2, 3, 4, 5)
_WORDS: Final = (1, 2, 3)
_LETTERS: Final = (2, 3, 4, 5, 6)

_BASE: Final = 0x9E3779B97F4A7C15
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_STEP: Final = 0xD6E8FEB86659FD93
_SALTS: Final = MappingProxyType(
    {
        (kind, size): np.uint64((kind * 16 + size) * _STEP % (1 << 64))
        for kind, sizes in enumerate((_CHARACTERS, _WORDS, _LETTERS))
        for size in sizes
    }
)
"""Added to the hashes of each kind and size of n-gram."""

_SHORT: Final = 320
"""Code points of a folded text whose features are remembered: a window (`moderation.models.windows`) has no more."""
_REMEMBERED: Final = 256
"""Texts remembered: filters ask about the same window within milliseconds, and about a reply after its pieces."""

_URL: Final = re.compile(r"(?:https?://|www\.)\S+|\[url\]", re.IGNORECASE)
_PERSON: Final = re.compile(r"(?<![\w@])@\w+|\[user\]", re.IGNORECASE)
_STRETCHED: Final = re.compile(r"(.)\1{2,}")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_PUNCTUATION: Final = re.compile(r"([^\w\s'])")

_LINK_MARK: Final = " \ue000 "
_PERSON_MARK: Final = " \ue001 "
_EDGES: Final = " \t\r\n\"'\u201c\u201d\u2018\u2019"

_SYLLABLE: Final = 0xAC00
_SYLLABLES: Final = 11172
_LEADS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS: Final = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_LONE_LETTERS: Final = MappingProxyType(
    {0x1100 + place: letter for place, letter in enumerate(_LEADS)}
    | {0x1161 + place: letter for place, letter in enumerate(_VOWELS)}
    | {0x11A8 + place: letter for place, letter in enumerate(_TAILS)}
)
"""NFKC makes half letters of Korean letters that stand alone; this makes them whole again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The features of one text: `buckets` ascending and distinct, `weights` of length one (Euclid) beside them."""

    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]


def _frozen(base: int) -> Codes:
    """The first powers of `base`, for any text of usual length."""
    powers = np.full(_SHORT * 4, base, np.uint64).cumprod(dtype=np.uint64)
    powers.flags.writeable = False
    return powers


_POWERS: Final = _frozen(_BASE)
_INVERSES: Final = _frozen(_INVERSE)


def fold(text: str) -> str:
    """`text` as the n-grams see it: lower case, compatibility forms resolved, links and people replaced, no stretching.

    Light on purpose: what is lost here is lost to the model. Idempotent it need not be; lone surrogates survive.
    """
    plain = unicodedata.normalize("NFKC", html.unescape(text)).lower().translate(_LONE_LETTERS)
    if "://" in plain or "www." in plain or "[" in plain or "@" in plain:
        plain = _PERSON.sub(_PERSON_MARK, _URL.sub(_LINK_MARK, plain))
    return " ".join(_STRETCHED.sub(r"\1\1", plain).split()).strip(_EDGES)


def featurise(text: str) -> Features:
    """The features of `text`, of any length; none for a text of nothing but spaces. About 0.1 ms for 300 characters."""
    folded = fold(text)
    return _counted(folded) if len(folded) > _SHORT else _remembered(folded)


@functools.lru_cache(maxsize=_REMEMBERED)
def _remembered(folded: str) -> Features:
    return _counted(folded)


def _counted(folded: str) -> Features:
    if not folded:
        return Features(buckets=np.empty(0, np.int32), weights=np.empty(0, np.float32))
    buckets = (_scatter(_hashes(folded)) >> np.uint64(64 - BITS)).astype(np.int32)
    buckets.sort()
    edges = np.ones(len(buckets) + 1, np.bool_)
    np.not_equal(buckets[1:], buckets[:-1], out=edges[1:-1])
    (places,) = edges.nonzero()
    first = places[:-1]
    weights = 1.0 + np.log((places[1:] - first).astype(np.float32))
    features = Features(
        buckets=buckets[first], weights=(weights / np.sqrt(np.dot(weights, weights))).astype(np.float32)
    )
    for shared in (features.buckets, features.weights):
        shared.flags.writeable = False
    return features


def _hashes(folded: str) -> Codes:
    """The hashes of every n-gram, kinds kept apart by what is added to them."""
    kinds = [(_codes(f" {folded} "), _CHARACTERS), (_words(folded), _WORDS)]
    if _HANGUL.search(folded):
        kinds.append((_letters(kinds[0][0]), _LETTERS))
    hashes = np.empty(sum(max(0, len(units) + 1 - size) for units, sizes in kinds for size in sizes), np.uint64)
    filled = 0
    for kind, (units, sizes) in enumerate(kinds):
        prefix = _Prefix(units)
        for size in sizes:
            end = filled + max(0, len(units) + 1 - size)
            prefix.runs(size, hashes[filled:end])
            hashes[filled:end] += _SALTS[kind, size]
            filled = end
    return hashes


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


class _Prefix:
    """Prefix sums of a polynomial over a sequence: the hash of any run of it is one subtraction and one product."""

    def __init__(self, sequence: Codes) -> None:
        size = len(sequence)
        self._sums = np.zeros(size + 1, np.uint64)
        np.cumsum(_scatter(sequence) * _powers(_POWERS, _BASE, size), out=self._sums[1:])
        self._back = _powers(_INVERSES, _INVERSE, size + 1)

    def runs(self, size: int, out: Codes) -> None:
        """The hash of every run of `size` neighbours, in order, into `out`; none when the sequence is shorter."""
        np.subtract(self._sums[size:], self._sums[: len(out)], out=out)
        out *= self._back[: len(out)]

    def between(self, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Codes:
        """The hash of each run from a start to its end."""
        hashes: Codes = (self._sums[ends] - self._sums[starts]) * self._back[starts]
        return hashes


def _powers(known: Codes, base: int, size: int) -> Codes:
    """The first `size` powers of `base`, itself first; from `known` where that has as many."""
    return known[:size] if size <= len(known) else np.full(size, base, np.uint64).cumprod(dtype=np.uint64)


def _words(folded: str) -> Codes:
    """One hash for each word or mark of punctuation."""
    codes = _codes(" " + " ".join(_PUNCTUATION.sub(r" \1 ", folded).split()) + " ")
    gaps = np.flatnonzero(codes == ord(" "))
    return _Prefix(codes).between(gaps[:-1] + 1, gaps[1:])


def _letters(codes: Codes) -> Codes:
    """Korean syllables taken apart into their letters, a final consonant as the same letter as an initial one."""
    ordinals = codes - np.uint64(_SYLLABLE)  # wraps below the block, and so is out of range there too
    inside = ordinals < _SYLLABLES
    ordinals = np.where(inside, ordinals, 0).astype(np.intp)
    spread = _TAKEN_APART.take(ordinals, axis=0)
    spread[~inside] = 0
    spread[~inside, 0] = codes[~inside]
    return spread[spread > 0]


def _taken_apart() -> Codes:
    """The letters of every syllable, a row of three each; 0 where there is no third."""
    rows = [[lead, vowel, tail] for lead in _LEADS for vowel in _VOWELS for tail in f"\0{_TAILS}"]
    apart = _codes("".join(itertools.chain(*rows))).reshape(_SYLLABLES, 3)
    apart.flags.writeable = False
    return apart


_TAKEN_APART: Final = _taken_apart()


def _scatter(values: Codes) -> Codes:
    """A bijection of 64-bit numbers that spreads near values far apart (the finaliser of SplitMix64)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
