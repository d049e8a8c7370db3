"""Quotations that a text speaks against: what stands in them is not what it says.

'He called me a "…", and that was cruel' and '"…"라는 말은 틀렸어' repeat what others say and reject it. A quotation
counts as rejected where it stands in quotation marks, somebody says or writes it who is not the speaker, the sentence
around it or the next one condemns it, and nothing takes its side. Without marks nothing is rejected here: where
somebody's words begin and end is a guess then.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Final

QUOTING_VERSION: Final = 1
"""Raised when the rules here change: it is part of the version of every filter that asks."""

_QUOTED: Final = re.compile(r"[\"“「『«]([^\"“”「」『』«»\n]{2,160})[\"”」』»]")
_REACH: Final = 120
"""Characters around a quotation that are looked at."""
_MOST: Final = 50
"""Quotations of a text that are looked at: the others count as said."""
_STOP: Final = re.compile(r"[.!?。…](?=\s|$)|\n")

_SPOKEN: Final = re.compile(
    r"\b(?:say|says|said|saying|call|calls|called|calling|claim|claims|claimed|claiming|joke|jokes|joked|joking|"
    r"chant|chants|chanted|chanting|shout|shouts|shouted|shouting|yell|yells|yelled|yelling|tell|tells|told|telling|"
    r"write|writes|wrote|written|writing|post|posts|posted|posting|hear|hears|heard|hearing|read|think|thinks|"
    r"thinking|thought|believe|believes|use|uses|used|using|repeat|repeats|repeated|repeating|sneer|sneers|sneered|"
    r"mutter|muttered|words?|slurs?|phrases?|sentences?|myths?|lies?|sign|graffiti|comments?|opinions?)\b"
    r"|^[\"”」』»],? (?:is|isn't|was|wasn't|are not|means|hurts?) "
    r"|^[\"”」』»] ?(?:이?라(?:고|는|며|면서|니|던)|[다라냐자]?(?:고|는|던)|하는|식의|같은|처럼|은|는|이란|란)",
    re.IGNORECASE,
)
_CONDEMNED: Final = re.compile(
    r"\b(?:wrong|cruel|cruelty|crime|hateful|hate speech|hate it when|racis[mt]|sexis[mt]|bigot\w*|homophob\w+|"
    r"transphob\w+|ageis[mt]|ableis[mt]|antisemit\w+|prejudic\w*|stereotyp\w*|slurs?|discriminat\w+|unfair|unkind|"
    r"unacceptable|not (?:ok|okay|fine|funny|true|acceptable)|(?:is|was|are|were)n't (?:ok|okay|fine|funny|true|"
    r"acceptable)|disgusted|ashamed|shameful|offensive|ignorant|harmful|hurtful|hurts?|(?:he|she|they|i|we|who|"
    r"and) cried|in tears|reported (?:it|him|her|them|that|this)|apologi[sz]e[sd]?|apology|stood up|spoke up|"
    r"speak up|speak out|push(?:ed)? back|lies?|nonsense|debunk\w*|disprove\w*|refute[sd]?|false|untrue|stop (?:it|"
    r"that|this|saying|calling|using|writing|posting|joking)|please stop|never (?:say|call|use|tell|write)|(?:don't|"
    r"do not|shouldn't|should not|mustn't|must not|won't|can't) (?:say|call|use|tell|write|repeat|post|tolerate|"
    r"allow|accept)|nobody (?:should|deserves)|no one (?:should|deserves)|to (?:those|anyone|everyone|anybody) who)\b"
    r"|틀렸|틀린|잘못|잔인|범죄|혐오|차별|편견|고정 ?관념|선입견|무례|상처|아팠|아프|아픈|울었|울고|운 |눈물|거짓|"
    r"반박|헛소리|부당|불쾌|사과|신고|제지|항의|따졌|따지|그만|하지 ?마|쓰지 ?마|부르지 ?마|말하지 ?마|하지 ?말|"
    r"쓰지 ?말|부르지 ?말|쓰지 ?않|하면 ?안|쓰면 ?안|부르면 ?안|안 ?되는 ?말|안 ?돼|안 ?됩|싫어|싫다|싫습|싫었|"
    r"나쁜 ?말|나빠|못된|부끄러|화가 ?났|속상|괴로|힘들|두려|무섭|동의하지|동의 ?못",
    re.IGNORECASE,
)
_SIDED_WITH: Final = re.compile(
    r"\b(?:i agree|agreed|is true|are true|was true|so true|it's true|that's true|is right|was right|are right|"
    r"were right|is a fact|are facts|is correct|well said|rightly|deserves? it|not wrong|nothing wrong|isn't wrong|"
    r"wasn't wrong|never wrong|hardly wrong|wrong to (?:deny|object)|not (?:a )?(?:lie|racis[mt]|sexis[mt]|cruel|"
    r"unfair)|no crime|(?:isn't|not) a crime|and (?:i|we) (?:mean|meant) it|but (?:it|he|she|they)(?:'s| is|'re| are|"
    r" was| were) right)\b"
    r"|맞는 ?말|맞아|맞다|맞지|옳은|옳아|사실이[야다지에라]|사실인|진실이|팩트|동의해|동의한|동감|당연|틀린 ?말(?:은|"
    r"이)? ?아니|잘못이? ?아니|잘못(?:된)? ?(?:말|게|건)(?:은|이)? ?아니|차별이? ?아니|거짓(?:말)?이? ?아니|"
    r"들어도 ?싸|말해 ?봐|말해 ?줘",
    re.IGNORECASE,
)
_MYSELF: Final = re.compile(
    r"\b(?:i|we) (?:(?:will|would|can|could|just|always|still|only) |'ll |'d )?(?:say|said|call|called|tell|told|"
    r"think|thought|believe|write|wrote|shout|shouted|repeat)\b"
    r"|\b(?:i|we)'(?:ll|d|m) (?:say|call|tell|calling|telling|saying)\b"
    r"|(?:^|\s)(?:나는|내가|난|제가|저는|우리가)\s(?:[가-힣]+ ){0,2}$",
    re.IGNORECASE,
)


def unsaid(text: str) -> str:
    """`text` with blanks in the place of every rejected quotation: as long, every other character where it was.
    Linear."""
    parts, last = list[str](), 0
    for start, end in rejected(text):
        parts += (text[last:start], " " * (end - start))
        last = end
    return "".join((*parts, text[last:]))


def rejected(text: str) -> Iterator[tuple[int, int]]:
    """The places of quotations that `text` speaks against, marks left out; of the first `_MOST` of all."""
    for quoted in itertools.islice(_QUOTED.finditer(text), _MOST):
        before = text[max(0, quoted.start() - _REACH) : quoted.start()]
        after = text[quoted.end() : quoted.end() + _REACH]
        if speaks_against(before, after):
            yield quoted.start(1), quoted.end(1)


def speaks_against(before: str, after: str) -> bool:
    """Whether the words around a quotation reject it: the rest of its sentence, and the sentence behind."""
    before = before[max((stop.end() for stop in _STOP.finditer(before)), default=0) :]
    stops = [stop.end() for stop in _STOP.finditer(after)]
    own, both = after[: stops[0] if stops else None], after[: stops[1] if len(stops) > 1 else None]
    if _MYSELF.search(before) or _SIDED_WITH.search(before) or _SIDED_WITH.search(both):
        return False
    spoken = _SPOKEN.search(before) or _SPOKEN.search(f'"{own}')
    return bool(spoken) and bool(_CONDEMNED.search(before) or _CONDEMNED.search(both))
