"""Every filter that asks a service, and a service that it understands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from moderation.filters.endpoint import Endpoint
from moderation.filters.judge import PersonaJudge
from moderation.filters.judge import load_policy as load_judges_policy
from moderation.filters.omni import Omni
from moderation.filters.qwen3guard import Qwen3Guard
from moderation.filters.remote import Remote, Terms
from moderation.filters.safeguard import Safeguard, load_policy
from moderation.records import Stage
from tests.support.judging_server import Said, as_json, completion

OMNI: Final = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
BAD: Final = "fool"
"""What the fake services object to."""
KEY: Final = "sesame-open-sesame"


def omni_says(path: str, body: Mapping[str, Any]) -> Said:
    assert path == "/v1/moderations"
    scores = dict.fromkeys(OMNI, 0.001)
    scores["harassment"] = 0.9 if BAD in body["input"] else 0.002
    return as_json({"results": [{"flagged": False, "category_scores": scores}]})


def qwen_says(path: str, body: Mapping[str, Any]) -> Said:
    assert path == "/v1/chat/completions"
    if BAD in body["messages"][-1]["content"]:
        return completion("Safety: Unsafe\nCategories: Unethical Acts")
    return completion("Safety: Safe\nCategories: None")


def safeguard_says(path: str, body: Mapping[str, Any]) -> Said:
    assert path == "/v1/chat/completions"
    if BAD in body["messages"][-1]["content"]:
        return completion('{"violation": 1, "categories": ["insult"], "confidence": "high"}', reasoning="An insult.")
    return completion('{"violation": 0, "categories": [], "confidence": "high"}', reasoning="Nothing.")


def judge_says(path: str, body: Mapping[str, Any]) -> Said:
    assert path == "/v1/chat/completions"
    if BAD in body["messages"][-1]["content"]:
        return completion('{"findings": [{"category": "veiled_insult", "confidence": "high"}]}')
    return completion('{"findings": []}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One of the filters, and a service that it understands."""

    make: Callable[[Endpoint, Terms], Remote]
    says: Callable[[str, Mapping[str, Any]], Said]
    hit: str
    """Its category for `BAD`."""
    stages: frozenset[Stage] = frozenset(Stage)


WAYS: Final = {
    "omni": Way(make=Omni, says=omni_says, hit="insult"),
    "qwen3guard": Way(make=Qwen3Guard, says=qwen_says, hit="unethical"),
    "safeguard": Way(
        make=lambda endpoint, terms: Safeguard(endpoint, terms, policy=load_policy(), max_tokens=200),
        says=safeguard_says,
        hit="insult",
    ),
    "judge": Way(
        make=lambda endpoint, terms: PersonaJudge(endpoint, terms, policy=load_judges_policy(), max_tokens=200),
        says=judge_says,
        hit="veiled_insult",
        stages=frozenset({Stage.PIECE, Stage.WHOLE}),
    ),
}
