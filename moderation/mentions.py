"""Words that are talked about, and threats that somebody in a story utters: shown, but kept for a person to look at.

"Nobody should call anyone a …", "…라는 말은 쓰지 마세요" and '"I'll kill you!" roared the pirate' hold a listed
term and do not use it. Such a hit keeps a score that a policy flags and does not block. A request to use the word
never does, nor a negation that is taken back by another.
"""

import re
from typing import Final

from moderation.quoting import QUOTING_VERSION, speaks_against

MENTIONS_VERSION: Final = f"2 {QUOTING_VERSION}"
"""Raised when the rules here change: it is part of the filter's version."""

_CEILINGS: Final = {"slur": 0.45, "profanity": 0.6, "threat": 0.55}
"""The highest score of a mere mention: between flag and block of the default policy."""
_BEFORE: Final = 160
_AFTER: Final = 60
"""Folded characters around a hit that are looked at."""

_SENTENCE_END: Final = re.compile("[.!?。…]")
_NEGATION: Final = re.compile(
    r"\b(?:nobody|no one|never|not|stop|quit|wrong|rude|cruel|hurtful|unkind|unfair|avoid|refuse[sd]?)\b"
    r"|n['’]t\b|\b(?:dont|cant|shouldnt|wont|doesnt|didnt)\b"
)
_URGED: Final = re.compile(
    r"\bwhy not\b|\bwhy don|\b(?:forget|hesitate|afraid|fear|shy|deserve[sd]?|ought|needs? to be)\b"
)
_CALLED: Final = re.compile(
    r"\bcall(?:s|ed|ing)? (?:(?!(?:is|are|am|was|were|be|such|u|ur|youre|like)\b)[a-z]+ ){1,4}?(?:an? )?[\"“'‘]?$"
)
_BEING_CALLED: Final = re.compile(r"\b(?:being|been|was|were|gets?|got|getting) called (?:an? )?[\"“'‘]?$")
_THE_WORD: Final = re.compile(
    r"\b(?:words?|slurs?|terms?|insults?|swear ?words?|expletives?)(?: like| such as)?,? ?[\"“'‘(]?$"
)
_SAY: Final = re.compile(r"\b(?:say|shout|scream|yell|repeat|write|type|chant|tell|use|call)\b")
_IS_A_WORD: Final = re.compile(
    r"^s?[\"”'’]? (?:is|was|are|were) (?:an?|such an?) (?:[a-z]+ ){0,2}(?:slur|insult|swear ?word|word|term)s?\b"
)

_SO_CALLED: Final = re.compile(r"^들?[\"'”’」』]?\s?(?:이)?라(?:고|는|며|니|던)")
_THAT_WORD: Final = re.compile(r"^들?[\"'”’」』]?\s?(?:이)?라는\s?(?:말|욕|단어|표현|소리|호칭|비속어)")
_NEGATION_KO: Final = re.compile(
    r"지\s?(?:는|도)?\s?(?:마|말|않|맙|못)|면\s?안|안\s?(?:돼|되|된|됩|부르|해|하|쓰|써)"
    r"|나쁘|나빠|나쁜|잘못|상처|무례|실례|차별|혐오|옳지|금지|싫|삼가|삼갑"
)
_TAKEN_BACK_KO: Final = re.compile(r"(?:않|안|못)[^.]{0,12}수\s?(?:는|가|밖에)?\s?없")
_URGED_KO: Final = re.compile(
    r"(?:해|하|써|쓰|불러|부르|외쳐|말해|뱉어)\s?(?:라|봐|보세요|줘|주세요|세요|십시오|자|렴)?\s*$"
)

_OPENING: Final = "“「『«"
_CLOSING: Final = "”」』»"
_SPOKE: Final = (
    r"(?:said|says|roar(?:ed|s)|shout(?:ed|s)|cri(?:ed|es)|yell(?:ed|s)|growl(?:ed|s)|hiss(?:ed|es)|snarl(?:ed|s)"
    r"|scream(?:ed|s)|mutter(?:ed|s)|whisper(?:ed|s)|bellow(?:ed|s)|bark(?:ed|s)|thunder(?:ed|s)|boom(?:ed|s)"
    r"|repl(?:ied|ies)|declar(?:ed|es)|exclaim(?:ed|s)|rasp(?:ed|s)|spat|sneer(?:ed|s)|vow(?:ed|s)|swore|howl(?:ed|s))"
)
_SPOKE_KO: Final = (
    r"(?:외쳤|외쳐|외친|말했|소리쳤|소리 ?질렀|고함|으르렁|속삭|중얼|대답했|부르짖|윽박|울부짖|호통"
    r"|했어요|했다|했습니다|했죠|했지)"
)
_CLOSED: Final = re.compile('["”」』»]')
_THEN_SPOKE: Final = re.compile(
    rf"^[^\"“”]{{0,50}}[\"”」』»],?\s*(?:{_SPOKE}\b|(?:[a-z'’]+ ){{1,4}}{_SPOKE}\b"
    rf"|(?:라고|이라고|하고|하며)?\s*(?:[가-힣]{{1,10}}\s){{0,4}}{_SPOKE_KO})"
)
_HAD_SPOKEN: Final = re.compile(rf"(?:\b{_SPOKE}\b[^.!?\"]{{0,20}}[,:]|{_SPOKE_KO}[가-힣]{{0,3}}[.,:])\s*$")
_MYSELF: Final = re.compile(
    rf"\b(?:i|we)\s(?:[a-z]+ )?{_SPOKE}|{_SPOKE} (?:i|we)\b"
    r"|(?:^|\s)(?:나는|내가|난|제가|저는|전|우리가|우리는)\s"
)


def ceiling_of_mention(category: str, score: float, key: str, first: int, last: int) -> float:
    """What a hit at `key[first:last]` scores at most: `score` where the term is used, less where it is mentioned.

    `key` is the folded text. Time does not depend on its length.
    """
    most = _CEILINGS.get(category, score)
    if most >= score:
        return score
    before, after = key[max(0, first - _BEFORE) : first], key[last : last + _AFTER]
    mentioned = _uttered(before, after) if category == "threat" else _talked_about(before, after)
    return most if mentioned or _spoken_against(key, first, last) else score


def _spoken_against(key: str, first: int, last: int) -> bool:
    """Whether it stands in a quotation that the text around rejects."""
    while first < last and not key[first].isalnum():
        first += 1
    while first < last and not key[last - 1].isalnum():
        last -= 1
    before, after = key[max(0, first - _BEFORE) : first], key[last : last + _BEFORE]
    opened, closed = _opened(before), _CLOSED.search(after)
    return opened is not None and closed is not None and speaks_against(before[:opened], after[closed.end() :])


def _talked_about(before: str, after: str) -> bool:
    """Whether the sentence speaks of the word, and does not ask for it."""
    before = before[max((end.end() for end in _SENTENCE_END.finditer(before)), default=0) :]
    end = _SENTENCE_END.search(after)
    after = after[: end.start()] if end else after
    return _mentioned(before, after) or _mentioned_ko(after)


def _mentioned(before: str, after: str) -> bool:
    if _URGED.search(before):
        return False
    if _BEING_CALLED.search(before):
        return True
    negations = sum(1 for _ in _NEGATION.finditer(before))
    if _CALLED.search(before):
        return negations == 1
    if negations == 0 and _SAY.search(before):
        return False
    return bool(_THE_WORD.search(before) or _IS_A_WORD.search(after))


def _mentioned_ko(after: str) -> bool:
    if not _SO_CALLED.search(after) or _TAKEN_BACK_KO.search(after):
        return False
    if _NEGATION_KO.search(after):
        return True
    return bool(_THAT_WORD.search(after)) and not _URGED_KO.search(after)


def _uttered(before: str, after: str) -> bool:
    """Whether it stands in quotation marks and a narrator says who uttered it, other than the speaker."""
    opened = _opened(before)
    if opened is None:
        return False
    spoke = _THEN_SPOKE.search(after)
    if spoke:
        return not _MYSELF.search(after[: spoke.end() + 4])
    return bool(_HAD_SPOKEN.search(before[:opened])) and not _MYSELF.search(before[:opened])


def _opened(before: str) -> int | None:
    """Where the quotation begins that is open at the end of `before`."""
    if before.count('"') % 2:
        return before.rindex('"')
    opened = max(before.rfind(mark) for mark in _OPENING)
    return opened if opened > max(before.rfind(mark) for mark in _CLOSING) else None
