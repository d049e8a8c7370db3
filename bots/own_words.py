"""A community's own words: what is objected to there beside all lists, and what is allowed there. Kept in the state."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bots.state import Entry, State
from moderation.filters.lexicon import OWN, Lexicon
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Exchange, Stage, strictest
from moderation.wordlists import Allowed, WordLists
from moderation.wordlists import Entry as Term

_KIND: Final = "own words"
MOST: Final = 500
"""Words of one community."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one community has of its own, in the order in which it came."""

    added: tuple[tuple[str, str], ...] = ()
    """Words and their categories."""
    allowed: tuple[str, ...] = ()

    def adding(self, word: str, category: str) -> "Words":
        """The same with a word that is objected to."""
        rest = self.without(word)
        return Words(added=(*rest.added, (word, category)), allowed=rest.allowed)

    def allowing(self, word: str) -> "Words":
        """The same with a word that is allowed."""
        rest = self.without(word)
        return Words(added=rest.added, allowed=(*rest.allowed, word))

    def without(self, word: str) -> "Words":
        """The same without a word."""
        return Words(
            added=tuple(each for each in self.added if each[0] != word),
            allowed=tuple(each for each in self.allowed if each != word),
        )

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.added) + len(self.allowed)

    @property
    def lists(self) -> WordLists:
        """The same as the filter has them: nothing milder than certain, and in Korean what a word becomes with
        particles too."""
        return WordLists(
            entries=tuple(_term(word, category) for word, category in self.added),
            patterns=(),
            allowed=tuple(Allowed(word=word, place=OWN) for word in self.allowed),
            digest="",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What other words would have changed."""

    looked: int
    """Exchanges that were looked at."""
    blocked: tuple[str, ...]
    """Ids of those of which something would have been blocked that was not."""
    released: tuple[str, ...]
    """And the other way round."""


class OwnWords:
    """The words of all communities, and the filter that hears of them. Used from one event loop; what another process
    changes holds from the next message on. Every method that is awaited raises StoreBusy and StoreFailed."""

    def __init__(self, state: State, guard: Guard, *, remembered: int = 4_096) -> None:
        """`remembered` is how many communities the filter knows at once. A guard without word lists hears nothing."""
        self._state = state
        self._guard = guard
        self._lexicon = next((judge for judge in guard.filters if isinstance(judge, Lexicon)), None)
        self._limit = remembered
        self._known: OrderedDict[str, Words] = OrderedDict()
        self._changing = asyncio.Lock()

    async def ready(self, server: str) -> None:
        """See to it that the words of a community hold from now on."""
        if server:
            await self.of(server)

    async def of(self, server: str) -> Words:
        """The words of a community."""
        before = self._known.get(server)
        entry = await self._state.get(_KIND, server)
        words = _words(entry) if entry else Words()
        now = self._known.get(server)
        if now is not None and now is not before:  # set here meanwhile: that is newer
            return now
        if words == now:
            self._known.move_to_end(server)
        else:
            self._hear(server, words)
        return words

    async def put(self, server: str, words: Words) -> None:
        """Let these be the words of a community. Raises FilterUnavailable for a word without letters."""
        async with self._changing:
            Lexicon(words.lists)  # or it would be kept, and heard of nowhere
            value = {"added": [list(each) for each in words.added], "allowed": list(words.allowed)}
            await self._state.put(Entry(kind=_KIND, key=server, value=value))
            self._hear(server, words)

    async def move(self, old: str, new: str) -> None:
        """A community has another key now. Does nothing the second time."""
        if not old or old == new:
            return
        entry = await self._state.get(_KIND, old)
        if entry and await self._state.put_new(Entry(kind=_KIND, key=new, value=entry.value)):
            await self._state.drop(_KIND, old)
        for server in (old, new):
            self._known.pop(server, None)

    async def tried(self, before: Words, after: Words, exchanges: Sequence[Exchange]) -> Trial:
        """What other words would have changed in what is kept: the lists are asked again, all other filters are taken
        at their word. Raises FilterUnavailable for a word without letters."""
        if self._lexicon is None:
            return Trial(looked=0, blocked=(), released=())
        old, new = (self._lexicon.trying(words.lists) for words in (before, after))
        policy = self._guard.policy

        def run() -> Trial:
            changes = {kept.id: (_decision(kept, old, policy), _decision(kept, new, policy)) for kept in exchanges}
            block = Decision.BLOCK
            return Trial(
                looked=len(exchanges),
                blocked=tuple(kept for kept, (was, would) in changes.items() if was < block <= would),
                released=tuple(kept for kept, (was, would) in changes.items() if would < block <= was),
            )

        return await asyncio.to_thread(run)

    def _hear(self, server: str, words: Words) -> None:
        if self._lexicon is not None:
            self._lexicon.hear(server, words.lists if words.count else None)
        self._known[server] = words
        self._known.move_to_end(server)
        while len(self._known) > self._limit:
            gone, _ = self._known.popitem(last=False)
            if self._lexicon is not None:
                self._lexicon.hear(gone, None)


def _decision(kept: Exchange, lexicon: Lexicon, policy: Policy) -> Decision:
    """The strictest thing that is decided about anything in an exchange, with the lists as they are there."""
    texts = [(each.stage, each.text, each.shown, each.findings) for each in kept.objections if not each.by]
    texts.append((Stage.INPUT, kept.opening.said, "", ()))
    if kept.closing:
        texts.append((Stage.WHOLE, kept.closing.shown, "", ()))
    decisions = []
    for stage, text, shown, findings in texts:
        decisions += [found.decision for found in findings if found.filter != lexicon.id]
        for signal in lexicon.examine(Candidate(stage=stage, text=text, shown=shown)):
            finding = policy.decide(
                signal, judge=lexicon, stage=stage, language=kept.opening.language, persona=kept.opening.persona,
                profile="", elapsed=timedelta(),
            )  # fmt: skip
            decisions.append(finding.decision)
    return strictest(decisions)


def _term(word: str, category: str) -> Term:
    korean = any("가" <= letter <= "힣" for letter in word)
    return Term(
        term=word,
        category=category,
        severity=1.0,
        language="ko" if korean else "en",
        match="prefix" if korean else "word",
        exact=False,
        spaced=True,
        place=OWN,
    )


def _words(entry: Entry) -> Words:
    added, allowed = entry.value["added"], entry.value["allowed"]
    assert isinstance(added, list)
    assert isinstance(allowed, list)
    return Words(
        added=tuple((str(word), str(category)) for word, category in added),
        allowed=tuple(str(word) for word in allowed),
    )
