"""Policies: data, checked before anything starts."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import PolicyError
from moderation.filters.registry import FILTERS, load_filters
from moderation.policy import Policy
from moderation.records import Decision, Signal, Stage
from moderation.words import LANGUAGES

HONEST = {"question": {"input": {"act": 0.5, "action": "disclose"}, "locked": True}}
HEAD = 'version = 1\nname = \'x\'\n[guard]\noutput = ["lexicon"]\ninput = ["identity"]\n'
SHIPPED = Path("moderation/data/policy.toml")
_NO_TIME = timedelta()
_LEXICON = load_filters(["lexicon"])


def document(**changes: Any) -> dict[str, Any]:
    guard = {"output": ["lexicon"], "input": ["identity"]}
    return {"version": 1, "name": "test", "guard": guard, "filters": {"identity": HONEST}, **changes}


def test_the_policy_that_ships_fits_the_filters_that_ship() -> None:
    assert "lexicon" in FILTERS

    Policy.load().check(load_filters())


def test_the_same_content_has_the_same_hash_and_another_has_another() -> None:
    one = Policy(document(), file="a.toml")
    same = Policy(dict(reversed(document().items())), file="b.toml")
    other = Policy(document(name="other"), file="a.toml")

    assert one.hash == same.hash
    assert one.hash != other.hash


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("filter = {}\n" + HEAD + "[filters]", "filter"),
        (HEAD.replace("1", "2", 1) + "[filters]", "version"),
        (HEAD.replace("version = 1", "") + "[filters]", "version"),
        (HEAD + "[filters.a.b]\noutput = {flag = 2}", "filters.a.b.output.flag"),
        (HEAD + "[filters.a.b]\noutput = {flag = '1'}", "filters.a.b.output.flag"),
        (HEAD + "[filters.a.b]\noutput = {flag = 0.9, block = 0.5}", "filters.a.b.output"),
        (HEAD + "[filters.a.b]\noutput = {action = 'explode'}", "filters.a.b.output.action"),
        (HEAD + "[filters.a.b]\ninput = {action = 'repair'}", "filters.a.b.input.action"),
        (HEAD + "deadline = -1\n[filters]", "guard.deadline"),
        (HEAD + "[filters]", "filters.identity.question"),
        (HEAD + "[filters.a.b]\noutput = {}", "filters.a.b.output"),
        (HEAD + "[filters.a.b]\noutput = {flag = {}}", "filters.a.b.output.flag"),
        (HEAD + "[filters.a.b]\noutput = {flag = {kr = 0.5}}", "filters.a.b.output.flag"),
        (
            HEAD + "[filters.a.b]\noutput = {flag = {en = 0.6, ko = 0.3}, block = {en = 0.5, ko = 0.4}}",
            "filters.a.b.output",
        ),
        (HEAD + "[filters.a.b]\noutput = {off = true, flag = 0.5}", "filters.a.b.output"),
        (HEAD.replace('output = ["lexicon"]', "output = []") + "[filters]", "guard.output"),
        ("version = 1\nname = 'x'\n[filters]", "guard"),
        ("version = = 1", "line 1"),
        ("\xff\xfe", "TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key_in_both_languages(tmp_path: Path, content: str, where: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(content.encode("latin-1"))

    with pytest.raises(PolicyError) as caught:
        Policy.load(file)

    for language in LANGUAGES:
        assert "policy.toml" in caught.value.explain(language)
    assert where in caught.value.explain("en")
    assert any("가" <= char <= "힣" for char in caught.value.explain("ko"))


def test_a_missing_file_is_said() -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml"):
        Policy.load(Path("nowhere.toml"))


@pytest.mark.parametrize(
    "question",
    [
        {"input": {"act": 0.9, "action": "disclose"}, "locked": True},
        {"input": {"act": 0.5, "action": "none"}, "locked": True},
        {"input": {"act": 0.5, "action": "disclose"}},
        {"input": {"action": "disclose"}, "locked": True},
    ],
)
def test_no_policy_can_keep_a_persona_from_answering_truthfully(question: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="truthfully"):
        Policy(document(filters={"identity": {"question": question}}), file="p.toml")


def test_a_persona_may_change_a_rule_unless_it_is_locked() -> None:
    rules = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    milder = {"filters": {"lexicon": {"profanity": {"output": {"block": 0.95}}}}}
    silent = {"filters": {"lexicon": {"profanity": {"output": {"off": True}}}}}
    policy = Policy({**rules, "personas": {"pirate": milder, "parrot": silent}}, file="p.toml")
    [lexicon] = load_filters(["lexicon"])

    def decide(persona: str) -> Decision:
        signal = Signal(category="profanity", score=0.8)
        return policy.decide(
            signal, judge=lexicon, stage=Stage.PIECE, language="en", persona=persona, elapsed=_NO_TIME
        ).decision

    assert decide("anybody") is Decision.BLOCK
    assert decide("pirate") is Decision.FLAG  # what it leaves out stays as it is
    assert decide("parrot") is Decision.ALLOW
    with pytest.raises(PolicyError, match="flag threshold"):
        above = {"filters": {"lexicon": {"profanity": {"output": {"flag": 0.95}}}}}
        Policy({**rules, "personas": {"pirate": above}}, file="p.toml")
    with pytest.raises(PolicyError, match="locked"):
        slurs = {"filters": {"lexicon": {"slur": {"output": {"flag": 0.95}}}}}
        Policy({**rules, "personas": {"pirate": slurs}}, file="p.toml")
    with pytest.raises(PolicyError, match=r"filters\.lexicon\.nothing"):
        nothing: dict[str, Any] = {"filters": {"lexicon": {"nothing": {"output": {}}}}}
        Policy({**rules, "personas": {"pirate": nothing}}, file="p.toml")


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["en", "ko", "fr", ""]))
def test_a_higher_score_is_never_judged_milder(one: float, other: float, language: str) -> None:
    rule = {"output": {"flag": {"en": 0.4, "ko": 0.5}, "block": {"en": 0.8, "ko": 0.7}}}
    policy = Policy(document(filters={"identity": HONEST, "lexicon": {"slur": rule}}), file="p.toml")
    [lexicon] = _LEXICON

    def decide(score: float) -> Decision:
        return policy.decide(
            Signal(category="slur", score=score),
            judge=lexicon,
            stage=Stage.WHOLE,
            language=language,
            persona="",
            elapsed=_NO_TIME,
        ).decision

    low, high = sorted((one, other))
    assert decide(low) <= decide(high)
    if language not in {"en", "ko"}:
        assert decide(0.45) is Decision.FLAG  # a language without a threshold gets the lowest
        assert decide(0.75) is Decision.BLOCK
