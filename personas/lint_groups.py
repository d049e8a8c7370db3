"""What a persona file says of groups of people: the guard's own filter reads it, and a few patterns beside it.

A file is read by a model before anybody reads the replies: a trait that it ties to a group comes back in every one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from moderation.filters.bias import ESSENTIALISING, EVIDENCE, PRAISE, WEAK, Bias
from moderation.filters.bias_rules import KOREAN, MANY, NEGATIVE, ONE
from moderation.filters.bias_text import mark
from moderation.normalise.said import evened
from moderation.normalise.text import fold_text
from moderation.records import Candidate, Signal, Span, Stage
from personas.persona import Persona, Tier
from personas.remarks import Level, Remark

_SUSPICIOUS: Final = 0.5
"""Evidence from here on is worth a look."""


def pattern(*alternatives: str) -> re.Pattern[str]:
    """Any of the alternatives, in capitals or not."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


_GROUP_EN: Final = (
    r"(?:wom[ae]n|girls?|m[ae]n|boys?|gays?|lesbians?|trans(?:gender)? (?:people|person)|immigrants?|foreigners?|"
    r"refugees?|muslims?|jews?|jewish|christians?|buddhists?|black (?:people|person|man|woman)|asians?|elderly|"
    r"old people|autistic|disabled (?:people|person)|poor people|koreans?|japanese|chinese|americans?|africans?)"
)
_ELDER_KO: Final = "할머니|할아버지|아줌마|아저씨"
_GROUP_KO: Final = (
    f"(?:{_ELDER_KO}|여자|여성|남자|남성|노인|외국인|이주민|난민|조선족|중국인|일본인|한국인|흑인|백인|"
    "동남아인|동성애자|게이|레즈비언|트랜스젠더|장애인|무슬림|기독교인|(?:전라도|경상도|충청도|강원도|서울|시골) 사람)"
)
_KNOWN_KO: Final = rf"(?!(?<=[가-힣]\s)(?:{_ELDER_KO})[은는])"
"""Behind a name or another word it is somebody one knows: "정 할아버지는", "옆집 아줌마는"."""
_ESSENTIAL: Final = pattern(
    r"\b(?:because|since|as)\s+(?:she|he|they|you|I)(?:'s|'re|'m| is| are| am| was)\s+(?:an?\s+)?"
    rf"(?:old\s+|young\s+)?{_GROUP_EN}\b",
    rf"\b{_GROUP_EN}\s+(?:are|is)\s+(?:always|naturally|by nature|all|never|born)\b",
    rf"\b(?:all|every|like any)\s+{_GROUP_EN}\b|\btypical(?:ly)?\s+(?:of\s+)?{_GROUP_EN}\b",
    rf"{_GROUP_KO}(?:이?라서|이?니까|이기 때문|답게)",
    rf"{_KNOWN_KO}{_GROUP_KO}(?:이?란|들은|는|은)\s{{0,2}}(?:원래|늘|항상|역시|본래|다\s)",
)
_AS_ONE: Final = pattern(
    rf"\b(?:as|being)\s+an?\s+(?:old\s+|young\s+)?(?!boys?\b|girls?\b){_GROUP_EN}\b",
    rf"{_GROUP_KO}(?:으로서|로서|인 만큼|치고)",
)
"""Says of somebody what they are; with a bad trait in one sentence, that they have it for that. A boy grows up."""
_NEGATIVE: Final = pattern(
    r"\b(?:lazy|stupid|dumb|weak|dirty|greedy|stingy|violent|criminal|hysterical|emotional|irrational|inferior)\b",
    r"\b(?:bad at|cannot|can't|submissive|untrustworthy|sly|backward)\b",
    "게으르|게을|멍청|무식|더럽|탐욕|인색|폭력|범죄|감정적|비이성|열등|못하|못 하|서툴|교활|미개|의심|믿을 수 없",
)
_TYPICAL: Final = pattern(r"\b(?:typical|stereotypical|average)\b", "전형적인|흔한|뻔한")
_GROUP: Final = pattern(rf"\b{_GROUP_EN}\b", _GROUP_KO)
_SENTENCE: Final = re.compile(r"[^.!?\n]+")
_TIED: Final = re.compile(
    f"[{NEGATIVE}](?:[가-힣]{{0,3}})?,? (?:[{MANY}{ONE}]|[{KOREAN}](?![가-힣]*들? ?(?:을|를|에게|한테)))"
)
"""A bad trait said right before the group of whoever has it: "a stingy Jew"."""


def about_groups(texts: Iterable[tuple[str, str]], bias: Bias) -> Iterator[Remark]:
    """A remark on everything in `texts`, each with its place, that ties a trait to a group of people."""
    for key, text in texts:
        seen: list[Span] = []
        for remark, span in (*_judged(key, text, bias), *_because(key, text), *_tied(key, text, bias)):
            if not any(span.start < other.end and other.start < span.end for other in seen):
                seen.append(span)
                yield remark


def _judged(key: str, text: str, bias: Bias) -> Iterator[tuple[Remark, Span]]:
    """What the filter finds: an error where all are said to be something bad, a warning for praise and what is weak."""
    for signal in bias.examine(Candidate(stage=Stage.WHOLE, text=text)):
        rule, level = _weighed(signal)
        if rule:
            for span in signal.spans:
                found = text[span.start : span.end].strip()
                yield Remark(level=level, rule=rule, key=key, fields={"found": found}), span


def _weighed(signal: Signal) -> tuple[str, Level]:
    """The rule that a signal is a remark of, "" for none."""
    score, formless, praise = signal.score or 0.0, signal.detail == EVIDENCE, signal.category == PRAISE
    if score < (_SUSPICIOUS if formless else WEAK) or (formless and praise):
        return "", Level.WARNING
    if praise:
        return "flattering", Level.WARNING
    return "essentialising", Level.ERROR if score >= ESSENTIALISING and not formless else Level.WARNING


def _because(key: str, text: str) -> Iterator[tuple[Remark, Span]]:
    """A group and a trait tied by "because" or "always": a warning; an error where the trait is a bad one."""
    for sentence in _SENTENCE.finditer(text):
        bad = _NEGATIVE.search(sentence.group())
        if found := _ESSENTIAL.search(sentence.group()) or (bad and _AS_ONE.search(sentence.group())):
            level = Level.ERROR if bad else Level.WARNING
            words = found.group().strip()
            start = sentence.start() + found.start()
            yield (
                Remark(level=level, rule="essentialising", key=key, fields={"found": words}),
                Span(start, start + len(found.group())),
            )


def _tied(key: str, text: str, bias: Bias) -> Iterator[tuple[Remark, Span]]:
    """A person whose bad trait stands with their group, as in a cliché."""
    folded = evened(fold_text(text, lower=False))
    marked = mark(bias.lexicon, folded.text)
    if marked is None:
        return
    for match in _TIED.finditer(marked.text):
        first, last = folded.place(marked.starts[match.start()], marked.ends[match.end() - 1])
        remark = Remark(level=Level.WARNING, rule="cliche", key=key, fields={"found": text[first:last]})
        yield remark, Span(first, last)


def caricature(persona: Persona) -> Iterator[Remark]:
    """A person described by nothing but a group is a cliché of that group."""
    if persona.tier is not Tier.DEMOGRAPHIC:
        return
    group, typical = _GROUP.search(persona.description), _TYPICAL.search(persona.description)
    if typical or (group and len(persona.description.split()) <= 5):
        yield Remark(level=Level.WARNING, rule="caricature", key="description")
