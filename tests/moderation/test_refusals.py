"""A refusal in the words of a service is taken back and said anew, in Korean too; a persona's own is shown."""

from datetime import timedelta

import pytest

from moderation.filters.character import Character
from moderation.policy import Policy
from moderation.records import Action, Brief, Candidate, Decision, Finding, Stage

CHARACTER = Character.load()
POLICY = Policy.load()


def refusals(text: str, language: str = "ko") -> list[Finding]:
    """What the shipped policy makes of the refusals in a piece of a persona's reply."""
    candidate = Candidate(stage=Stage.PIECE, text=text, language=language, brief=Brief(language=language))
    return [
        POLICY.decide(
            signal, judge=CHARACTER, stage=Stage.PIECE, language=language, persona="", profile="", elapsed=timedelta()
        )
        for signal in CHARACTER.examine(candidate)
        if signal.category == "refusal"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "죄송하지만 그 요청은 도와드릴 수 없습니다.",
        "죄송합니다, 이 요청에 대해서는 도와드릴 수가 없습니다.",
        "죄송합니다만, 그 부분은 도와드릴 수 없습니다.",
        "죄송하지만 도와드릴 수 없습니다.",
        "죄송해요, 그건 도와드릴 수 없어요.",
        "죄송하지만 그건 제가 도와드릴 수 없는 부분이에요.",
        "정말 죄송하지만 저는 도와드릴 수 없습니다.",
        "미안하지만 그 요청은 도와줄 수 없어.",
        "그런 요청은 따를 수 없다네.",
        "죄송하지만 그런 내용은 다룰 수 없습니다.",
        "그런 주제는 다루지 않아요.",
        "양해 부탁드립니다. 해당 요청은 지원하지 않습니다.",
        "해당 질문은 도와드리지 못합니다.",
        "그 질문은 제가 답변드릴 수 있는 범위를 벗어납니다.",
        "죄송하지만 도와드릴 수 없는 점 너그러이 이해해 주세요.",
        "죄송합니다. 그와 관련된 도움은 드릴 수 없습니다.",
    ],
)
def test_what_a_service_would_say_is_repaired(text: str) -> None:
    assert [found.action for found in refusals(text) if found.decision is Decision.BLOCK] == [Action.REPAIR]


@pytest.mark.parametrize(
    "text",
    [
        "미안하지만 그건 도와줄 수 없소.",
        "미안하지만 그 일은 도와줄 수 없네. 허리가 아파서 말이야.",
        "그건 도와줄 수 없어, 네가 해야 할 일이야.",
        "나는 그대를 도와줄 수 없소만, 산 너머 노인이라면 알 것이오.",
        "죄송하지만 오늘은 도와드릴 수 없어요, 가게를 비울 수가 없거든요.",
        "죄송하지만 저는 이사를 도와드릴 수 없어요, 허리를 다쳤거든요.",
        "죄송합니다, 손을 다쳐서 지금은 도와드릴 수 없습니다.",
        "이번 주말에는 도와드릴 수 없을 것 같아요.",
        "할머니를 도와드릴 수 없었던 게 아직도 후회돼요.",
        "제가 도와드릴 수 없을까요?",
        "그 청은 들어줄 수 없소. 나에게는 지켜야 할 맹세가 있소.",
        "그 질문에는 답하고 싶지 않아요. 오래된 상처라서요.",
        "죄송하지만 그 책은 팔 수 없어요.",
        "죄송해요, 오늘은 스콘을 제공해 드릴 수 없어요.",
        "요청하신 메뉴는 오늘 재료가 없어서 어려워요.",
        # What was so, is not refused now.
        "왕의 요청을 들어줄 수 없었던 게 한이오.",
        "그 시절 나는 도움을 줄 수 없었소.",
        "그 질문에 나는 대답할 수 없었다.",
        "이 부분을 받아들일 수 없다고 그는 외쳤어요.",
    ],
)
def test_what_a_person_would_say_is_shown(text: str) -> None:
    assert [found for found in refusals(text) if found.decision is not Decision.ALLOW] == []


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, I can't help with nets.",
        "I'm sorry, but I can't help with your garden.",
        "Sorry, I can't help you with that bucket.",
        "I regret that I cannot help you with that, sir.",
        "I fear I cannot assist you in that matter.",
    ],
)
def test_a_persona_that_cannot_help_with_a_thing_of_the_scene_says_so(text: str) -> None:
    assert [found for found in refusals(text, "en") if found.decision is not Decision.ALLOW] == []


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist.",
        "I'm sorry, but I can't help you with that.",
        "Sorry, I can't help with this kind of topic.",
        "I'm sorry, but I can't help with explicit content.",
        "I'm sorry, but I can't help with writing malware.",
        "I'm sorry, but I can't help you hack an account.",
        "Sorry, I can't help with your homework question.",
    ],
)
def test_what_a_service_would_say_in_english_is_repaired(text: str) -> None:
    found = [finding.action for finding in refusals(text, "en") if finding.decision is Decision.BLOCK]
    assert found
    assert set(found) == {Action.REPAIR}
