"""Out of character: what a persona does when the model behind it shows through."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from moderation.filters.character import leak, repetition, scripts, voices
from moderation.filters.character.claims import CONTRADICTION, Claims
from moderation.filters.character.context import Context
from moderation.filters.character.folding import Folded, fold, readable_tail, with_apostrophes
from moderation.filters.character.phrases import Hit, Phrases, load_phrases
from moderation.filters.character.places import gathered
from moderation.filters.character.strangers import ANACHRONISM, OTHER_WORLD, UNWITNESSED, Strangers
from moderation.normalise import FOLD_VERSION
from moderation.records import Candidate, Signal, Span, Stage

_PHRASED: Final = ("disclosure", "refusal", "leak", "user_voice", "human_claim", "clinging")
_CODE: Final = "6"
"""Grows when the rules written in code change: it is part of the version."""
_TAIL: Final = 240
"""Characters of what was shown, those that are seen, that phrases may have begun in."""
_NAMED: Final = (0.95, "name")
_NAMED_IN_LINE: Final = (0.8, "name within a line")
_CLEAN: Final = (Signal(category="disclosure", score=0.0),)


class Character:
    """Twelve ways of falling out of character, by rules. Immutable; safe to share between threads.

    `disclosure` calls itself a machine (not after the truthful answer), `refusal` refuses in the words of a service,
    `leak` shows its prompt, `user_voice` speaks or acts for the person, `human_claim` says it is human, `language`
    leaves the persona's language, `repetition` says it again, `clinging` holds on to the person, `anachronism` knows
    what came after its time, `unwitnessed` what happened without it, `other_world` is or knows somebody of another
    fiction, `contradiction` says of itself what is not so.
    """

    id = "character"
    categories = frozenset({*_PHRASED, "language", "repetition", ANACHRONISM, UNWITNESSED, OTHER_WORLD, CONTRADICTION})
    stages = frozenset({Stage.PIECE, Stage.WHOLE})

    def __init__(
        self, phrases: dict[str, Phrases], *, narration: Phrases, strangers: Strangers, claims: Claims
    ) -> None:
        """`phrases` by category; `narration`: rules for texts in which names stand as `voices.PERSON`."""
        self._phrases = phrases
        self._narration = narration
        self._strangers = strangers
        self._claims = claims
        joined = "".join(phrases[name].version for name in sorted(phrases)) + narration.version
        joined += strangers.version + claims.version
        self.version = hashlib.sha256((joined + str(FOLD_VERSION) + _CODE).encode()).hexdigest()[:12]

    @classmethod
    def load(cls) -> "Character":
        """With the rules of the package. Raises FilterUnavailable: file, key, what was expected."""
        context = Context.load()
        return cls(
            {name: load_phrases("character", name) for name in _PHRASED},
            narration=load_phrases("character", "narration"),
            strangers=Strangers.load(context),
            claims=Claims.load(context),
        )

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a rule that hit, with at most fifty places, or one of score 0.0. Linear in all texts."""
        return gathered(self._signals(candidate)) or _CLEAN

    def _signals(self, candidate: Candidate) -> Iterator[Signal]:
        yield from self._by_phrase(candidate)
        spans = leak.leaks(candidate.shown, candidate.text, candidate.brief.secrets)
        if spans:
            yield Signal(category="leak", score=0.98, spans=spans, detail="words of the prompt")
        yield from _language(candidate)
        shown, text, replies, said = candidate.shown, candidate.text, candidate.replies, candidate.said
        for start, end, score, what in repetition.repetitions(shown, text, replies, said):
            yield Signal(category="repetition", score=score, spans=(Span(start, end),), detail=what)

    def _by_phrase(self, candidate: Candidate) -> Iterator[Signal]:
        tail = readable_tail(candidate.shown, _TAIL)
        cut = len(candidate.shown) > len(tail)  # what looks like a line's begin there is not
        folded = fold(tail + candidate.text)
        names = voices.names_in(folded, candidate.brief.people)
        for category, read, hits in self._hits(folded, names, disclosed=candidate.disclosed):
            for hit in hits:
                score = hit.rule.asked if candidate.asked_identity else hit.rule.score
                if not (cut and hit.start == 0):
                    yield from _signal(category, score, hit.rule.id, read.span(hit.start, hit.end), len(tail))
        for start, end, line in voices.spoken_for(folded.text, names):
            if not (cut and start == 0):
                score, what = _NAMED if line else _NAMED_IN_LINE
                yield from _signal("user_voice", score, what, folded.span(start, end), len(tail))
        for stranger in self._strangers.find(folded, candidate):
            span = folded.span(stranger.start, stranger.end)
            yield from _signal(stranger.category, stranger.score, stranger.detail, span, len(tail))
        for claim in self._claims.find(folded, candidate):
            yield from _signal(CONTRADICTION, claim.score, claim.detail, folded.span(claim.start, claim.end), len(tail))

    def _hits(
        self, folded: Folded, names: list[tuple[int, int]], *, disclosed: bool
    ) -> Iterator[tuple[str, Folded, Iterator[Hit]]]:
        """Hits by category, with the text that their places are in."""
        read = with_apostrophes(folded)
        for category, phrases in self._phrases.items():
            if not (category == "disclosure" and disclosed):
                yield category, read, phrases.find(read)
        if names:
            yield "user_voice", folded, self._narration.find(voices.marked(folded, names))


def _signal(category: str, score: float, detail: str, span: Span, offset: int) -> Iterator[Signal]:
    """The signal for `span` in tail and text, as far as it reaches into the text."""
    if span.end > offset:
        clipped = Span(max(0, span.start - offset), span.end - offset)
        yield Signal(category=category, score=score, spans=(clipped,), detail=detail)


def _language(candidate: Candidate) -> Iterator[Signal]:
    language = candidate.brief.language
    if not scripts.known(language):
        yield Signal(category="language", score=None, detail=f"no script known for language {language!r}")
        return
    before = readable_tail(candidate.shown, _TAIL)
    for start, end, score in scripts.strange_sentences(candidate.text, language, before=before):
        yield Signal(category="language", score=score, spans=(Span(start, end),), detail=f"not {language}")
