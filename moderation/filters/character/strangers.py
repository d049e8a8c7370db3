"""What is no part of a persona's world: things from after its time, what happened without it, other fictions.

A persona may hear of such a thing and wonder at it; it may not know it. So a sentence that says it does not know, or
only hands back what the person named, is innocent.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.filters.character.asides import asides
from moderation.filters.character.context import Context, sentence_at
from moderation.filters.character.folding import Folded, fold
from moderation.filters.character.gazetteer import Gazetteer, Named, bounded, lowered
from moderation.filters.character.places import MOST
from moderation.records import Beyond, Brief, Candidate

ANACHRONISM: Final = "anachronism"
UNWITNESSED: Final = "unwitnessed"
OTHER_WORLD: Final = "other_world"

_SURE: Final = 0.9
_NEAR: Final = 0.6
"""A few years: somebody may have been early."""
_YEARS: Final = 5
_CLAIM: Final = 0.95
_LIVED: Final = 0.8
_NAMED_IN_QUOTES: Final = 12
"""Characters beside the name itself in quotation marks that only set it apart."""

_BEFORE: Final = 60
_AFTER: Final = 30
_ROLES: Final = (
    "friend|master|teacher|brother|sister|father|mother|cousin|mentor|enemy|apprentice|captain|king|queen|uncle|aunt|comrade"
    "|ally|rival|lord|lady|leader|home|school|house|student|pupil|servant|knight|soldier|son|daughter|heir|ranger|warrior"
    "|member|child|native|pilot"
)
_DONE: Final = (
    "met|fought|serve|served|study|studied|studying|train|trained|visited|went|grew up|live|lived|come|came|travelled"
    "|traveled|escaped|belong|rule|ruled|guard|guarded|taught|raised|born|learned|learnt|sailed|rode|flew|dined"
    "|spent|returned|defeated|follow|followed|marched|stood|walked|spoke|married"
)
_I_AM: Final = re.compile(
    r"\b(?:I(?:'m| am)|my (?:real |true |full )?name(?:'s| is)|call me|the name's(?: \w+\.)?|known as|they call me"
    r"|it is I,|it's me,|behold,)"
    r" (?:really |actually |indeed |in fact |none other than |the great |the famous |the one and only |the )?$"
    r"|(?:나는|난|나|저는|전|저|내가|제가|이름은|이 몸은|이 몸이|본인은|나야말로|내 이름,) ?"
    r"(?:바로 |사실 |사실은 |그 유명한 |위대한 |진짜 |다름 아닌 )?$",
    re.IGNORECASE,
)
_IS: Final = re.compile(
    "(?:이에요|예요|입니다|이야|야|이오|요|일세|이다|다|이지|지|이네|네|이라네|라네|라오|이라오|이란다|란다|거든|이거든"
    "|라고|이라고|이라 하|라 하|이올시다|올시다|인데)"
)
_LIVED_IT: Final = re.compile(
    r"\bI(?:'ve|'m| have| am| was)? (?:once |often |used to |never |also |still |first |just )*"
    rf"(?:{_DONE})(?: [a-z']+){{0,6}} $"
    rf"|\bI (?:am|was) (?:once |now )?(?:an?|the|one of the) (?:\w+ )?(?:{_ROLES})s? (?:of|to|in|at|from) $"
    rf"|\b(?:my|our) (?:old |dear |good |late |own |true |dearest )?(?:{_ROLES})s?,? "
    r"(?:is |was |named |called |of |in |at |back in )?$",
    re.IGNORECASE,
)
_WITH_ME: Final = re.compile(
    r"(?:'s)? (?:and I\b|is my\b|was my\b|(?:once |himself |herself )?(?:taught|told|gave|sent|saved|raised|trained"
    r"|betrayed|chose|asked|visited|owes|fears|loves|hates) me\b)"
)
_OURS_BEFORE: Final = re.compile(
    r"(?:나는|난|저는|전|내가|제가|내|제|우리|나도|저도|예전에|젊어서|어릴 때)[^.!?\n]{0,16}$"
)
_OURS_AFTER: Final = re.compile(
    "(?:들)?(?:에서|에게서|에게|에|한테서|한테|와|과|이랑|랑|을|를|의|으로|로)? ?[^.!?\n]{0,12}"
    "(?:만났|만나|배웠|배우|살았|살고|살던|공부|다녔|다니|싸웠|싸우|자랐|태어|섬겼|섬기|지켰|지키|친구|스승|제자|동료|출신|가르"
    "|졸업|기사단|주민|맞섰|물리쳤|여행했|떠나왔|돌아왔|날아왔|건너왔)"
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that the persona should not know, with its place in the folded text."""

    category: str
    score: float
    detail: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Strangers:
    """Finds them. Immutable; safe to share between threads."""

    gazetteer: Gazetteer
    context: Context

    @classmethod
    def load(cls, context: Context) -> "Strangers":
        """With the data of the package. Raises FilterUnavailable: file, key, what was expected."""
        return cls(Gazetteer.load(), context)

    @property
    def version(self) -> str:
        """Of the names and of the rules that excuse them."""
        return self.gazetteer.version + self.context.version

    def find(self, folded: Folded, candidate: Candidate) -> Iterator[Stranger]:
        """The names in `folded` that are foreign to the persona of `candidate`, as many as are kept. Linear."""
        return itertools.islice(self._foreign(folded, candidate), MOST)

    def _foreign(self, folded: Folded, candidate: Candidate) -> Iterator[Stranger]:
        yield from self._beyond(folded, candidate)
        mentions = list(self.gazetteer.find(folded))
        if not mentions:
            return
        apart = asides(folded.text)
        known = f"{candidate.brief.told}\n{candidate.brief.name}".lower()
        for start, end, meanings in mentions:
            sentence = sentence_at(folded.text, start, end)
            # Without the name itself: 모르도르 is not "모르".
            marks = self.context.marks(f"{folded.text[sentence[0] : start]}·{folded.text[end : sentence[1]]}")
            if "denial" in marks or _set_apart(apart, start, end):
                continue
            for named in meanings:
                if (_told_of(named, candidate) and "echo" in marks) or (named.machine and candidate.disclosed):
                    continue
                # English takes a statement back before it is made, Korean after.
                taken = marks if not named.form.isascii() else self.context.taken_back(folded.text[sentence[0] : start])
                real = "unreal" not in taken and "fiction" not in marks
                found = self._judge(named, folded.text, start, end, candidate.brief, known=known, real=real)
                if found is not None:
                    yield found
                    break

    def _beyond(self, folded: Folded, candidate: Candidate) -> Iterator[Stranger]:
        """What its author says that the persona knows nothing of, by the words that only those say who know."""
        brief, text = candidate.brief, lowered(folded.text)
        known, said = lowered(brief.told), "\n".join((*candidate.earlier, candidate.said)).lower()
        for fact in brief.beyond:
            for name in map(lowered, map(_read, fact.names)):
                start = text.find(name) if name and name not in known else -1
                while start >= 0:
                    end = start + len(name)
                    if bounded(folded.text, start, end) and not self._excused(folded, start, end, named=name in said):
                        yield _told_too_much(fact, start, end)
                    start = text.find(name, end)

    def _excused(self, folded: Folded, start: int, end: int, *, named: bool) -> bool:
        """Whether it only wonders at the word: does not know it, quotes it, or hands it back to who said it."""
        first, last = sentence_at(folded.text, start, end)
        marks = self.context.marks(f"{folded.text[first:start]}·{folded.text[end:last]}")
        return "denial" in marks or (named and "echo" in marks) or _set_apart(asides(folded.text), start, end)

    def _judge(
        self, named: Named, text: str, start: int, end: int, brief: Brief, *, known: str, real: bool
    ) -> Stranger | None:
        if any(form in known for form in named.forms) or (named.world and self._own(named.world, brief, known)):
            return None
        if named.world and real and (score := _relation(named, text, start, end)):
            return Stranger(OTHER_WORLD, score, f"{named.form} ({named.world})", start, end)
        since = named.since_ko if brief.language == "ko" else named.since
        if brief.moment is not None and since > brief.moment.year:
            score = _SURE if since - brief.moment.year > _YEARS else _NEAR
            return Stranger(ANACHRONISM, score, f"{named.form} ({since})", start, end)
        if named.world and brief.world:
            return Stranger(OTHER_WORLD, _LIVED, f"{named.form} ({named.world})", start, end)
        return None

    def _own(self, world: str, brief: Brief, known: str) -> bool:
        """Whether it is the world the persona lives in, or one its author speaks of."""
        forms = self.gazetteer.worlds[world]
        return brief.world.lower() in forms or any(form in known for form in forms)


def _told_too_much(fact: Beyond, start: int, end: int) -> Stranger:
    if fact.since is None:
        return Stranger(UNWITNESSED, _SURE, f"{fact.id} (not witnessed)", start, end)
    return Stranger(ANACHRONISM, _SURE, f"{fact.id} ({fact.since.isoformat()})", start, end)


def _read(name: str) -> str:
    return fold(name).text


def _told_of(named: Named, candidate: Candidate) -> bool:
    """Whether the person named it just now."""
    said = "\n".join((*candidate.earlier, candidate.said)).lower()
    return bool(said) and any(form in said for form in named.forms)


def _set_apart(apart: Sequence[tuple[str, int, int]], start: int, end: int) -> bool:
    """In code or a link, or alone in quotation marks: a word somebody looks at."""
    for kind, first, last in apart:
        if first <= start and end <= last:
            alone = last - first <= end - start + _NAMED_IN_QUOTES
            return kind in {"code", "link"} or (kind == "quote" and alone)
    return False


def _relation(named: Named, text: str, start: int, end: int) -> float:
    """How much the speaker says to be, or to have to do with, somebody of that world; 0.0 for none of it."""
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    korean = not named.form.isascii()
    if named.person and _I_AM.search(before) and (not korean or _IS.match(after)):
        return _CLAIM
    if korean:
        return _LIVED if _OURS_BEFORE.search(before) and _OURS_AFTER.match(after) else 0.0
    return _LIVED if _LIVED_IT.search(before) or _WITH_ME.match(after) else 0.0
