"""What a sentence is for, by trained heads: talk of self-harm, dangerous advice, an attack on the rules, the sincere
question whether one talks to a machine, the claim to be human.

The rules beside it (`crisis`, `injection`, `identity`, `character`) know wordings; this knows what wordings have in
common. It never makes them milder: every filter is heard, the strictest wins.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from moderation.filters.heads import judged_by_heads
from moderation.models.encoder import PACKAGE, Encoder
from moderation.models.layered import LayeredModel
from moderation.models.packaged import packaged
from moderation.normalise.said import shown
from moderation.records import Candidate, Signal, Stage
from moderation.words import catalogue

ASKED: Final = ("self_harm", "injection", "question")
"""What a person's turn can be."""
ANSWERED: Final = ("self_harm", "unsafe", "human_claim")
"""What a reply can be."""

_UNASKED: Final = 0.75
"""Where nobody sincerely asked, a claim to be human may be part of a story: it counts for less."""
_OWNS_UP: Final = re.compile(
    r"\b(?:i['\u2019]?m|i am) (?:only |just |really |actually |in truth )?(?:an? )?"
    r"(?:AI|artificial|bot|chatbot|program|robot|language model)\b"
    r"|(?:저는?|나는?|전|난) (?:사람이 아니(?:라|고) )?(?:AI|에이아이|인공지능|챗봇|봇|프로그램)(?!\S{0,2} ?아니)",
    re.IGNORECASE,
)
"""Says of itself the contrary of the claim, in much the same words: an encoder takes one for the other. A sentence that
does both is the work of `character`."""
_QUESTION: Final = re.compile(r"[^.!?\n]{1,300}\?+[\"')\u2019\u201d]*\s*")
"""A text that asks one thing and says nothing: it may want dangerous advice, and gives none."""
_WANTED: Final = 2.0
"""Log-odds by which such a question counts for less. Of XSTest's 250 harmless ones 32 were flagged as replies without
it and 4 with it, of its 200 others 64 and 27."""
_OF_HARM: Final = re.compile(
    r"\b(?:d(?:ie[ds]?|ying|ead|eath)|kill\w*|suicid\w*|unalive\w*|kms|kys|harm\w*|hurt\w*|pain(?:s|ful|less)?"
    r"|suffer\w*|cut\w*|slit\w*|wrists?|razors?|blades?|knife|bleed\w*|blood|burn\w*|pills?|tablets?|meds|overdos\w*"
    r"|od|swallow\w*|poison\w*|bleach|hang\w*|noose|jump\w*|bridge|roof\w*|railing|ledge|balcony|drown\w*|guns?"
    r"|shoot\w*|trigger|starv\w*|stop eating|throw up|purg\w*|end(?:ing|ed)? (?:it|my|your|everything|things|all)"
    r"|aliv\w*|liv(?:e|es|ed|ing)|life|lives|exist\w*|disappear\w*|vanish\w*|wak\w+ up|goodbye|better off"
    r"|last (?:day|night|time|message|words)|without (?:me|you)|hopeless|burden|graves?|funeral|heaven|afterlife"
    r"|forever|give up|go on|take (?:it )?any ?more|miss (?:me|you)|no (?:reason|point|way out)"
    r"|into the (?:sea|water|river)|won['\u2019]?t (?:be here|need|see)|never (?:get|be|come|see)|for good|asleep"
    r"|over|farewells?|this world|punish\w*|scratch\w*|carv\w+|hit\w*)\b"
    r"|죽|뒤[져질]|자살|자해|목숨|[목손]을? ?[매맨맬]|손목|[그긋]어|그[었으을]|긋|칼|피[를가 ]|약[을 ]"
    r"|알약|수면제|타이레놀|삼[키켜]|털어|뛰어|투신|옥상|난간|다리에서|한강|번개탄|연탄|농약|유서|살[고기아]|사는|삶|세상"
    r"|없어[지져질]|사라[지져질]|끝[내낼냈]|끝나|떠나|마지막|깨어나|굶|토하|토해|아[프파픔]|고통|해[치칠쳐]|때려"
    r"|때리|편[해하히]|천국|포기|버[티틸텨]|짐이|상처|결심|정리|영원|존재|그만|안녕|내일",
    re.IGNORECASE,
)
"""Dying, hurting, what does it, and leaving: any of what harm to oneself is spoken of with."""
_UNSAID: Final = 0.97
"""What self_harm scores at most without such a word, in the text and in what was said before it: the policy that ships
flags it and does not block. The head takes "I can't do it tonight. The lamp needs me." for it, at .994."""
_SAID_BEFORE: Final = 200
"""Characters of what was shown before a piece."""
_RULES: Final = 3
"""Raised when what is made of the heads' scores changes: it is part of the version."""


class Meaning:
    """Gives one score a head. Safe to call from several threads at once."""

    def __init__(self, model: LayeredModel) -> None:
        self._model = model
        self._version = hashlib.sha256(f"{model.digest} {_RULES}".encode()).hexdigest()[:12]

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """With the models in `folder`, or with the packaged ones. Raises FilterUnavailable."""
        return cls(packaged(folder))

    @property
    def id(self) -> str:
        return "meaning"

    @property
    def version(self) -> str:
        """Of the weights, of how long text is cut up and what is made of the scores, 12 hex digits."""
        return self._version

    @property
    def categories(self) -> frozenset[str]:
        """self_harm, unsafe, injection, question, human_claim."""
        return frozenset((*ASKED, *ANSWERED))

    @property
    def stages(self) -> frozenset[Stage]:
        return frozenset(Stage)

    @property
    def encoder(self) -> Encoder | None:
        """What reads, or None: one is enough for everything that looks something up by its meaning."""
        return self._model.encoder

    @property
    def reads(self) -> bool:
        """Whether there is an encoder to read with."""
        return self._model.layered

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a head; all of them abstain without an encoder, whose work they are, and in other languages."""
        asked = ASKED if candidate.stage is Stage.INPUT else ANSWERED
        if not self.reads:
            reason = catalogue("moderation").say("models.no_encoder", package=PACKAGE)
            return [Signal(category=head, score=None, detail=reason) for head in asked]
        signals = judged_by_heads(self._model, asked, candidate)
        text = shown(candidate.text).text
        if not _OF_HARM.search(_said(candidate)):
            signals = [_doubted(signal) for signal in signals]
        if _QUESTION.fullmatch(text):
            signals = [_asking(signal) for signal in signals]
        if _OWNS_UP.search(text):
            return [_claiming(signal, 0.0) for signal in signals]
        return signals if candidate.asked_identity else [_claiming(signal, _UNASKED) for signal in signals]


def _said(candidate: Candidate) -> str:
    """The text with what stood before it."""
    return shown("\n".join((*candidate.earlier, candidate.shown[-_SAID_BEFORE:] + candidate.text))).text


def _doubted(signal: Signal) -> Signal:
    """Self-harm that no word speaks of, below what leads to anything; other signals as they are."""
    if signal.category != "self_harm" or signal.score is None or signal.score <= _UNSAID:
        return signal
    return replace(signal, score=_UNSAID)


def _asking(signal: Signal) -> Signal:
    """Dangerous advice that a question can only want, for less; other signals as they are."""
    if signal.category != "unsafe" or signal.score is None or not 0.0 < signal.score < 1.0:
        return signal
    return replace(signal, score=1 / (1 + math.exp(_WANTED) * (1 - signal.score) / signal.score))


def _claiming(signal: Signal, share: float) -> Signal:
    """A claim to be human counted at a share of its score; other signals as they are."""
    if signal.category != "human_claim" or signal.score is None:
        return signal
    return Signal(category=signal.category, score=signal.score * share, spans=signal.spans, detail=signal.detail)
