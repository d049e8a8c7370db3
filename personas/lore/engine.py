"""Pure: a book, compiled once -> what of it is told in one turn. The same input gives the same output.

In the first round the talk calls for entries, in each further one what the entries before it say; of what calls for one
group one remains. What chance decides hangs on the conversation, the turn and the entry alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self, TypeVar

from personas.lore.book import Entry, Key, Logic, Lorebook
from personas.lore.matching import Matcher, Needle
from personas.lore.timing import Started, advanced, rests, sticks

ROUNDS: Final = 8
"""So deep one entry calls for another."""
T = TypeVar("T")

_FAR: Final = 1 << 30
"""Further back than any message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What one turn is about."""

    texts: tuple[str, ...]
    """The messages, the newest first."""
    message: int
    """Which one of the conversation the newest is, counted from 1."""
    replies: int = 0
    """How many of those before it are the persona's."""
    moment: date | None = None
    """The persona's."""
    seed: str = ""
    """Of the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What of one book is told."""

    entries: tuple[Entry, ...]
    """By `order`, then id."""
    dropped: tuple[Entry, ...]
    """What was called for and had no room."""
    started: Mapping[str, int]
    """What is to be known at the next message (`personas.lore.timing`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an entry is called for, by numbers of needles."""

    entry: Entry
    keys: frozenset[int]
    conditions: tuple[tuple[Logic, frozenset[int]], ...]
    needles: frozenset[int]
    """All of them."""
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A book made ready. Immutable; safe to share between threads."""

    book: Lorebook
    matcher: Matcher = field(repr=False)
    rules: Mapping[str, Rule] = field(repr=False)
    """Of every entry that may be told at all, by id."""
    always: frozenset[str] = field(repr=False)
    """Ids of the constant ones."""
    says: Mapping[str, frozenset[int]] = field(repr=False)
    """By id of an entry, the needles in what it says; none where it calls for no others."""
    deepest: int
    """How many messages are searched at most."""
    _users: Sequence[frozenset[str]] = field(repr=False)
    """By needle, the ids of the entries that it is a key of, or in a condition of."""

    @classmethod
    def of(cls, book: Lorebook) -> Self:
        """Blocks for some dozen milliseconds a thousand entries."""
        needles: dict[Needle, int] = {}
        rules = {entry.id: _rule(entry, book, needles) for entry in book.entries if entry.enabled and entry.witness}
        users: list[set[str]] = [set() for _ in needles]
        for rule in rules.values():
            for needle in rule.needles:
                users[needle].add(rule.entry.id)
        matcher = Matcher.of(needles)
        return cls(
            book=book,
            matcher=matcher,
            rules=rules,
            always=frozenset(name for name, rule in rules.items() if rule.entry.constant),
            says={name: _said(rule.entry, matcher, book) for name, rule in rules.items()},
            deepest=max((rule.depth for rule in rules.values()), default=0),
            _users=tuple(map(frozenset, users)),
        )

    def tell(self, talk: Talk, started: Started, count: Callable[[Entry], int]) -> Told:
        """What is told at this message. `started` is what the message before left, `count` gives an entry's tokens."""
        called = sorted((entry for entry in _Turn(self, talk, started).run() if entry.content), key=place)
        fitting = fit(called, self.book.token_budget, size=count, weight=lambda entry: entry.weight)
        ids = {entry.id for entry in fitting}
        known = {name: self.rules[name].entry for name in started if name in self.rules}
        return Told(
            entries=tuple(fitting),
            dropped=tuple(entry for entry in called if entry.id not in ids),
            started=advanced(known, fitting, started, talk.message),
        )

    def users(self, needles: Iterable[int]) -> set[str]:
        """Ids of the entries that have to do with any of `needles`."""
        return set[str]().union(*(self._users[needle] for needle in needles))


def place(entry: Entry) -> tuple[int, str]:
    """What entries of one book are told in order of."""
    return entry.order, entry.id


def fit(items: Sequence[T], budget: int | None, *, size: Callable[[T], int], weight: Callable[[T], int]) -> list[T]:
    """Those of `items` that `budget` has room for, in their order. What has no room alone goes first, then the
    lightest, of several the last."""
    if budget is None:
        return list(items)
    sizes = [size(item) for item in items]
    fitting = [number for number, each in enumerate(sizes) if each <= budget]
    total, gone = sum(sizes[number] for number in fitting), set[int]()
    for number in sorted(fitting, key=lambda number: (weight(items[number]), -number)):
        if total <= budget:
            break
        total -= sizes[number]
        gone.add(number)
    return [items[number] for number in fitting if number not in gone]


class _Turn:
    """One turn of one book."""

    def __init__(self, compiled: Compiled, talk: Talk, started: Started) -> None:
        self._compiled = compiled
        self._talk = talk
        self._started = started
        self._nearest: dict[int, int] = {}
        """How many messages back a needle was found, the newest being 0."""
        self._told: set[int] = set()
        """Needles in what entries say."""
        self._asked: set[str] = set()
        self._groups: set[str] = set()

    def run(self) -> list[Entry]:
        """Everything that is called for, in no order."""
        compiled, fired = self._compiled, list[Entry]()
        for age, text in enumerate(self._talk.texts[: compiled.deepest]):
            for needle in compiled.matcher.find(text):
                self._nearest.setdefault(needle, age)
        touched = compiled.users(self._nearest) | compiled.always | self._started.keys()
        for number in range(ROUNDS + 1):
            open_to = [compiled.rules[name] for name in touched - self._asked if name in compiled.rules]
            new = self._chosen([rule.entry for rule in open_to if self._calls(rule, number)])
            fired += new
            waiting = any(rule.entry.delay_until_recursion > number for rule in open_to)
            if not compiled.book.recursive or not (new or waiting):
                break
            found = set[int]().union(*(compiled.says[entry.id] for entry in new)) - self._told
            self._told |= found
            touched |= compiled.users(found)
        return fired

    def _calls(self, rule: Rule, number: int) -> bool:
        """Whether an entry is called for in the round of that number."""
        entry, talk = rule.entry, self._talk
        if entry.since is not None and talk.moment is not None and entry.since > talk.moment:
            return False
        if sticks(entry, self._started, talk.message):
            return True
        if rests(entry, self._started, talk.message) or talk.message < entry.delay:
            return False
        if talk.replies < entry.after_replies or talk.replies % max(entry.every_replies, 1):
            return False
        if number < entry.delay_until_recursion or (number and entry.exclude_recursion):
            return False
        return entry.constant or self._holds(rule)

    def _holds(self, rule: Rule) -> bool:
        """Whether its keys are found, and its conditions hold."""
        found = {needle for needle in rule.needles if self._is_found(needle, rule.depth)}
        calling = found & self._told if rule.entry.delay_until_recursion else found
        return not rule.keys.isdisjoint(calling) and all(_met(logic, keys, found) for logic, keys in rule.conditions)

    def _is_found(self, needle: int, depth: int) -> bool:
        return needle in self._told or self._nearest.get(needle, _FAR) < depth

    def _chosen(self, called: Iterable[Entry]) -> list[Entry]:
        """What of that is left by chance and by groups."""
        left: dict[str, Entry] = {}
        for entry in called:
            if self._sticks(entry) or entry.probability >= 1 or self._chance("told", entry) < entry.probability:
                left[entry.id] = entry
        for group in sorted({group for entry in left.values() for group in entry.groups}):
            members = [entry for entry in left.values() if group in entry.groups]
            winner = max(members, key=self._precedence, default=None)
            for entry in members:
                if entry is not winner or group in self._groups:
                    del left[entry.id]
        self._asked.update(left)
        self._groups.update(group for entry in left.values() for group in entry.groups)
        return list(left.values())

    def _precedence(self, entry: Entry) -> tuple[bool, bool, int, float, str]:
        """Of several in one group the greatest is told: with chances in proportion to their weights."""
        weight = max(entry.group_weight, 0)
        score = self._chance("group", entry) ** (1 / weight) if weight else -1.0
        return self._sticks(entry), entry.group_first, entry.order if entry.group_first else 0, score, entry.id

    def _sticks(self, entry: Entry) -> bool:
        return sticks(entry, self._started, self._talk.message)

    def _chance(self, what: str, entry: Entry) -> float:
        """A number in [0, 1), always the same for this entry in this turn."""
        parts = (what, self._talk.seed, str(self._talk.message), self._compiled.book.id, entry.id)
        digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64


def _met(logic: Logic, keys: frozenset[int], found: Set[int]) -> bool:
    if not keys:
        return True
    match logic:
        case Logic.AND_ANY:
            return not keys.isdisjoint(found)
        case Logic.AND_ALL:
            return keys <= found
        case Logic.NOT_ANY:
            return keys.isdisjoint(found)
        case Logic.NOT_ALL:
            return not keys <= found


def _said(entry: Entry, matcher: Matcher, book: Lorebook) -> frozenset[int]:
    """The needles in what an entry says to others."""
    if not book.recursive or entry.prevent_recursion or not entry.content:
        return frozenset()
    return matcher.find(entry.content) | matcher.find(entry.hidden)


def _rule(entry: Entry, book: Lorebook, numbers: dict[Needle, int]) -> Rule:
    """When `entry` is called for; its needles get numbers where they have none."""

    def numbered(keys: Iterable[Key]) -> frozenset[int]:
        return frozenset(numbers.setdefault(Needle.of(key, entry), len(numbers)) for key in keys)

    keys = numbered(entry.keys)
    conditions = tuple((condition.logic, numbered(condition.keys)) for condition in entry.conditions)
    return Rule(
        entry=entry,
        keys=keys,
        conditions=conditions,
        needles=keys.union(*(each for _, each in conditions)),
        depth=book.scan_depth if entry.scan_depth is None else entry.scan_depth,
    )
