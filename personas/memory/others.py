"""Pure: whether a Korean clause is about somebody else, by what stands before the word that is liked or lived in.

In Korean nobody need say "I": 부산에 살아 is of its speaker, 민수는 부산에 살아 of Minsu. But what has the particle of
a topic need not be somebody ("in winter", "as for films"), and what ends as it does may modify a word (작은, 있는).
"""

import re
from typing import Final

_TOPIC: Final = re.compile(r"(?:\w(?:은|는|이도)|께서|께선|(?<![날솜글말불])씨도?|님도|들도)$")
_SUBJECT: Final = re.compile(r"[가-힣](?:이|가)$")
_NO_SUBJECT: Final = re.compile(
    r"(?:^내가|^제가|고양이|어린이|떡볶이|놀이|종이|거북이|호랑이|원숭이|목걸이|귀걸이|튀김이|젊은이|구이|길이|깊이|높이|"
    r"작가|화가|국가|상가|휴가|요가|물가|평가|음악가|전문가|소설가|사업가|건축가|예술가|바닷가|강가|길가|냇가|호숫가|창가|외가|처가)$"
)
"""Words that end as if they had the particle of a subject."""
_WHEN: Final = re.compile(
    r"(?:(?:지금|요즘|요새|이제|현재|원래|평소|보통|사실|가끔|올해|오늘|어제|내일|최근|처음|당분간|주중|주말|여름|겨울|봄|가을|"
    r"아침|점심|저녁|밤|낮|예전|옛날|한때|솔직히|특히|물론)에?|에서|에|에게|한테|으로|로|까지|부터|보다|때|적에?)(?:은|는)$"
)
_MODIFIER: Final = re.compile(
    r"^(?:좋|작|많|수많|적|늦|굳|궂|잦|짧|넓|좁|높|깊|얕|낮|얇|굵|밝|맑|젊|늙|낡|붉|검|짙|옅|싫|옳|익|식|죽|삶|볶|묵|먹|읽|받|찾|심|담|씻|입|찍|닮|녹|젖|남)은$|"
    r"(?:괜찮|귀찮|점잖|하찮|같|맛좋|해묵)은$|"
    r"(?:있|없|되|않|먹|듣|읽|걷|웃|찾|앉|굽|짓|잡|입|찍|받|들리|보이|내리|마시|만드|다니|지내|키우|부르|흐르|오르|떨어지|사라지|이어지|모르|"
    r"즐기|어울리|기르|달리|춤추|가르치|싸우|반짝이|끓이|열리|넘치|움직이|떠나|빛나|끝나|만나|일어나|생각나|소리나|해주|도와주|알려주)는$|"
    r"^(?:가|오|사|자|노|우|부|타|파|아|주|치|피|지|쓰|서|하|보|나)는$|^(?:들어|돌아|올라|내려|걸어|살아|날아|나|지나)(?:가|오)는$|"
    r"^(?:좋아|싫어|사랑|일|공부|운동|노래|요리|생각|말|잘|못|여행|전공|시작|산책|함께|같이|연주|수영|낚시|대화|이야기|얘기|게임|운영|경영)하는$"
)
_PAST: Final = re.compile(r"(?:한|운|른|린|된|쁜|큰|싼|던|킨|쓴|짠|난|할|멋진|[해어아려워]진)$")
"""Ends of what modifies a word by what was, or is its nature; not to be told from nouns but behind a subject."""
_THING: Final = re.compile(r"^(?:거|걸|것|것을|게|건|날|날을|곳|곳을|곳에|곳에서|중|사람|사람을|재미)$")
"""What a modifier stands before: 배우는 is an actor, unless it is learning."""
_KINDS: Final = re.compile(
    r"^(?:음식|영화|노래|음악|운동|과일|계절|색|색깔|책|소설|드라마|게임|커피|차|술|빵|고기|장르|동물|꽃|날씨|과목|간식|디저트|라면|면|국물|"
    r"여행|만화|웹툰|스포츠|요리|향|옷|신발|채소|야채|아이스크림|피자|치킨|생선|해산물|음료|취향|향신료|언어|악기|숫자|요일|시간|집|직장|회사)"
    r"(?:은|는)$"
)
"""What one may like a kind of."""


def names_another(phrase: str) -> bool:
    """Whether the words before the last of `phrase` say of whom the clause is, and that is not its speaker."""
    words = phrase.split()
    for at, word in enumerate(words[:-1]):
        following = words[at + 1]
        if _MODIFIER.search(word) or (_THING.search(following) and word.endswith("는")):
            continue
        if _TOPIC.search(word):
            if not (_WHEN.search(word) or (at == 0 and _KINDS.search(word))):
                return True
        elif _is_subject(word) and not any(_MODIFIER.search(each) or _PAST.search(each) for each in words[at + 1 : -1]):
            return True
    return False


def _is_subject(word: str) -> bool:
    """Whether it has the particle of a subject, which is 이 after a consonant and 가 after a vowel."""
    if not _SUBJECT.search(word) or _NO_SUBJECT.search(word):
        return False
    closed = (ord(word[-2]) - ord("가")) % 28 > 0
    return closed == (word[-1] == "이")
