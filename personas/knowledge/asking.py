"""Pure: whether a turn asks for something about the persona or its world that it can know or not know."""

import re
from typing import Final

_WANTED_EN: Final = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how (?:many|much|old|long|far|often)|did|do|does|have|has|had|were|"
    r"was|are|is|can you (?:tell|remember)|tell me (?:about|who|what|when|where|how|your)|remember)\b",
    re.IGNORECASE,
)
_ASKED_EN: Final = re.compile(r"\?|\btell me\b|\bremember\b", re.IGNORECASE)
_YOU_EN: Final = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
_SMALL_TALK_EN: Final = re.compile(
    r"\b(?:how (?:are|do) you(?: do(?:ing)?| feel(?:ing)?)?\b(?! (?:know|make|get))|what'?s up|"
    r"are you (?:ok|okay|well|sure|there|busy|ready)|do you (?:want|mind|understand|think|mean)|would you|could you|"
    r"can you (?!tell|remember)|will you|what do you think|shall we|may i|can i)\b",
    re.IGNORECASE,
)
_SELF_EN: Final = re.compile(r"\b(?:my|mine|myself)\b|\bi\b(?!\s+(?:wonder|ask|know))", re.IGNORECASE)
_WANTED_KO: Final = re.compile(
    r"언제|어디|누구|누가|무엇|무슨|뭐|뭘|뭔|몇|얼마|어느|왜|어떻게|어찌|어떤|"
    r"이름|나이|연세|고향|직업|기억|"
    r"(?:셨|했|았|었|였|됐|갔|봤)(?:나요|어요|습니까|니|냐|소|는가|던가|지요|죠|어)|"
    r"(?:있|없)(?:나요|어요|습니까|으세요|니|냐|소|는가|어)|알(?:아요|고 ?있|아|지)|아(?:세요|시오|십니까)|에 대해|"
    r"적[이은도]? ?(?:있|없)|줄 (?:아|알)|십니까|다니|다녀|키우|기르|드[세시]"
)
_KOREAN: Final = re.compile(r"[가-힣]")
_SELF_KO: Final = re.compile(r"(?:^|\s)(?:저는?|제가|제|나는|내가|내|난|전|우리는?)\s")
_SMALL_TALK_KO: Final = re.compile(
    r"어떻게 지내|잘 지내|뭐 ?(?:해|하세요|하고 있)|괜찮(?:아|으)|생각(?:해|하)|"
    r"어때|어떠|할까|갈까|볼까|주실래|주시겠|줄래|"
    r"[해아어]도 (?:돼|될|되)|무슨 (?:말|뜻|소리)|어떡|어쩌|왜요|뭐라고|^(?:정말|진짜|그래|네|응|뭐)\S{0,3}[?!]"
)
_QUESTION_KO: Final = re.compile(
    r"\?|(?:나요|까요?|는가|은가|던가|니|냐|지요|죠|소|오)[.~!\s]*$|(?:이야기|말)\S{0,2} ?(?:해|들려|알려) ?(?:줘|주)"
)


def asks(text: str, *, name: str = "") -> bool:
    """Whether `text` asks the persona called `name` for something that it can know: not how it does, nor for a favour.

    English must say "you" or the name. Korean leaves out whom it asks, so a question is taken to be for the persona
    unless it is about the speaker.
    """
    if _KOREAN.search(text):
        return bool(
            _WANTED_KO.search(text)
            and _QUESTION_KO.search(text)
            and not _SMALL_TALK_KO.search(text)
            and not _SELF_KO.search(text)
        )
    called = bool(_YOU_EN.search(text)) or (bool(name) and name.casefold() in text.casefold())
    about = called and _ASKED_EN.search(text) and _WANTED_EN.search(text)
    return bool(about and not _SMALL_TALK_EN.search(text) and not _SELF_EN.search(text))
