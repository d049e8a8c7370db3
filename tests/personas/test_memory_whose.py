"""What is said of others, or only sounds like a fact, is nobody's fact, and ends none of the speaker's own."""

import pytest

from personas.memory.noticing import Rules
from tests.personas.memory_whose import NOBODYS, OTHERS, OWN
from tests.support.remembering import minded

RULES = Rules.load()


@pytest.mark.parametrize(
    ("slot", "said"), [(slot, line) for slot, lines in OWN.items() for line in lines.strip().splitlines()]
)
def test_what_people_say_of_themselves_is_noticed(slot: str, said: str) -> None:
    assert slot in [note.slot.partition(":")[0] for note in RULES.notice(said)]


@pytest.mark.parametrize("said", (NOBODYS + OTHERS).strip().splitlines())
def test_what_is_of_others_or_of_nobody_is_no_fact_of_the_speakers(said: str) -> None:
    assert [note.slot for note in RULES.notice(said) if note.slot] == []


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("나는 간호사이고 민수는 의사야", ["간호사"]),
        ("저는 서울에 살고 수빈이는 광주에 살아요", ["서울"]),
        ("저는 지금은 통영에 살아요", ["통영"]),
        ("지금은 서울에 안 살아", ["서울"]),
        ("Call me old-fashioned, but I live in Leeds", ["Leeds"]),
        ("Call me Ray, but my name is Raymond", ["Raymond"]),
    ],
)
def test_of_several_things_what_is_the_speakers_own_is_noticed(said: str, facts: list[str]) -> None:
    assert [note.value for note in RULES.notice(said)] == facts


def test_what_is_to_be_remembered_of_somebody_else_is_no_fact_of_the_speaker() -> None:
    [note] = RULES.notice("기억해 줘: 민수는 부산에 살아")

    assert (note.text, note.slot, note.asked) == ("민수는 부산에 살아", "", True)


@pytest.mark.parametrize(
    ("own", "other", "asked", "answer"),
    [
        ("나는 서울에 살아", "민수는 부산에 살아", "내가 어디 살아?", "서울"),
        ("저는 커피를 싫어해요.", "지우는 커피를 좋아해요", "커피 드릴까요? 커피요.", "싫어해요"),
        ("My name is Anna", "call me tomorrow", "hello", "Anna"),
        ("My name is Anna", "Call me crazy, but I think he lies", "hello", "Anna"),
        ("I live in Leeds", "I live in constant fear of him", "Where do I live?", "Leeds"),
        ("I work as a nurse", "I work at night", "What work do I do?", "nurse"),
    ],
)
async def test_what_was_said_of_oneself_holds_on(own: str, other: str, asked: str, answer: str) -> None:
    async with minded("ann") as mind:
        await mind.says(own)
        await mind.says(other)

        told = await mind.told(asked)
        assert answer in told
        assert other not in told
        assert [memory.ended for memory in await mind.kept()] == [None]
