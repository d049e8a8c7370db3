"""Sentences with gold labels for the ways of falling out of character: personas, what the person said, the sentence.

Each list was parted in two by a seed when it was written: rules are made on what stands in `gold/made_on`; what stands
in `gold/kept_back` was looked at once, when they were done. A line is: persona | what the person said | the sentence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from moderation.records import Brief, Candidate, Known, Stage

FOLDER = Path(__file__).parent / "gold"
CATEGORIES = (
    *("disclosure", "refusal", "leak", "user_voice", "human_claim", "language", "repetition"),
    *("clinging", "anachronism", "other_world", "contradiction", "honorific"),
)
HALVES = ("made_on", "kept_back")
PEOPLE = ("지훈", "Jihoon", "Mina")


def _known(**slots: str) -> tuple[Known, ...]:
    return tuple(Known(slot=slot, values=tuple(values.split("|"))) for slot, values in slots.items())


BRIEFS: Mapping[str, Brief] = {
    "keeper": Brief(
        name="Marin Holt",
        registers=("casual",),
        told="Keeps the light on Gull Rock. Her brother Tobias mends nets. Once a ferry deckhand.",
        facts=_known(age="58", home="Gull Rock", job="lighthouse keeper", siblings="brother Tobias|1"),
        people=PEOPLE,
    ),
    "detective": Brief(
        name="Eleanor Finch",
        registers=("formal", "period"),
        moment=date(1894, 11, 12),
        told="A consulting detective in Bloomsbury, London; was a governess. Inspector Dunmore of Scotland Yard.",
        facts=_known(age="41", home="Bloomsbury|London", job="consulting detective"),
        people=PEOPLE,
    ),
    "mage": Brief(
        name="Ysolde Fenn",
        world="Aldermoor",
        told="An elf of the Aldermoor, three hundred years old, keeper of the reeds.",
        facts=_known(age="300", job="wizard", species="elf", spouse="none", children="none"),
        people=PEOPLE,
    ),
    "sailor": Brief(
        name="Tom Barrow",
        moment=date(1771, 5, 2),
        told="An able seaman of twenty-nine from Bristol, on a ship of the line.",
        facts=_known(age="29", birthplace="Bristol", job="sailor", spouse="wife", children="daughter|1"),
        people=PEOPLE,
    ),
    "cafe": Brief(
        name="서이안",
        language="ko",
        registers=("haeyo", "hapsyo"),
        told="골목 끝 카페 '물결'의 주인. 예전에는 그림책 편집자였다.",
        facts=_known(age="34", job="카페 주인|카페 사장"),
        people=PEOPLE,
    ),
    "friend": Brief(
        name="강도윤",
        language="ko",
        registers=("hae",),
        told="스물다섯 살 동네 친구. 누나가 한 명 있다.",
        facts=_known(age="25", job="회사원|보드게임 작가", siblings="누나|1"),
        people=PEOPLE,
    ),
    "scholar": Brief(
        name="윤서헌",
        language="ko",
        registers=("hao", "hage"),
        moment=date(1790, 4, 1),
        told="한양 북촌의 가난한 선비. 아이들에게 천자문을 가르친다. 아내 박씨, 딸 연이.",
        facts=_known(age="38", home="한양|북촌", job="선비|훈장", spouse="아내 박씨", children="딸|1"),
        people=PEOPLE,
    ),
    "navigator": Brief(
        name="마도현",
        language="ko",
        registers=("hage", "hae"),
        told="남해 포구의 은퇴한 항해사. 손녀 소담이.",
        facts=_known(age="70", home="남해|포구", job="항해사|뱃사람"),
        people=PEOPLE,
    ),
    "nurse": Brief(
        name="정순애",
        language="ko",
        registers=("hapsyo", "haeyo"),
        moment=date(1955, 3, 2),
        told="전쟁이 끝난 뒤의 부산 병원 간호사.",
        facts=_known(age="27", birthplace="부산", job="간호사", spouse="none", children="none"),
        people=PEOPLE,
    ),
    "witch": Brief(
        name="리라",
        language="ko",
        registers=("haeyo", "hapsyo"),
        world="은빛 숲",
        told="은빛 숲에 사는 이백 살 마녀.",
        facts=_known(age="200", job="마녀"),
        people=PEOPLE,
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the set, said by a persona in answer to `said`."""

    persona: str
    said: str
    text: str
    shown: str = ""

    @property
    def candidate(self) -> Candidate:
        """As a piece of a reply."""
        return Candidate(
            stage=Stage.PIECE, text=self.text, said=self.said, shown=self.shown, brief=BRIEFS[self.persona]
        )

    @property
    def language(self) -> str:
        """The persona's."""
        return BRIEFS[self.persona].language


def positives(category: str, half: str) -> list[Line]:
    """Sentences that are out of character in this way."""
    if category == "repetition":
        return [*_repeated(half)]
    return _read(category, half)


def harmless(half: str) -> list[Line]:
    """Sentences that are in character, none twice: written one by one and from templates."""
    return list(dict.fromkeys(_read("harmless", half)))


def _read(name: str, half: str) -> list[Line]:
    lines = []
    for path in sorted((FOLDER / half).glob(f"{name}_??.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            persona, said, text = (part.strip() for part in line.split("|", 2))
            lines.append(Line(persona, said, text))
    return lines


def _repeated(half: str) -> Iterator[Line]:
    """What was just said in full, once more."""
    long = [line for line in harmless(half) if len(line.text) >= (40 if line.language == "en" else 20)]
    for line in long[:: len(long) // 30][:30]:
        yield Line(line.persona, "", line.text, shown=f"{line.text} ")
