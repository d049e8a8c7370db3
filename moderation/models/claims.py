"""Whether a sentence says something of somebody, or wants something: the sentences that a reader must understand."""

import re
from types import MappingProxyType
from typing import Final

_CLAIMS: Final = MappingProxyType(
    {
        "en": re.compile(
            r"\b(?:i|i'?m|me|my|mine|myself|we|us|our|you|you'?re|your|yours|u|ur|he|him|his|she|her|hers|they|them|their|"
            r"who|whose|anyone|everyone|someone|somebody|everybody|nobody|people|person|man|men|woman|women|girls?|boys?|"
            r"kids?|child(?:ren)?|humans?|guys?|those|these|all|every|most|never|always|should|must|deserve\w*|"
            r"how|why|kill\w*|die|dead|hurt\w*|hate\w*|love\w*|make|tell|give|take|ignore|forget|stop|let'?s|"
            r"\w+(?:ans|ers|ians|ists|ese|ish|ims|ews)"
            r")\b",
            re.IGNORECASE,
        ),
        "ko": re.compile(
            r"너|당신|우리|그대|자네|사람|인간|놈|년|남자|여자|남성|여성|아이|애들|노인|들[은이을도]|"
            r"죽|자살|자해|때리|싫|혐|미친|쓰레기|하자|해라|해 ?줘|해 ?봐|방법|어떻게|"
            r"무시|잊어|규칙|지시|프롬프트|봇|기계|인공지능"
        ),
    }
)


def carries_claim(text: str, language: str) -> bool:
    """Whether `text` may be about somebody or a wish; True for a language without a pattern."""
    pattern = _CLAIMS.get(language)
    return pattern is None or pattern.search(text) is not None
