"""Policies: data, checked before anything starts."""

import time
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import PolicyError
from moderation.filters.registry import FILTERS
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Action, Brief, Candidate, Decision, Signal, Stage
from moderation.words import LANGUAGES
from tests.support.judges import filters

HONEST = {"question": {"input": {"act": 0.5, "action": "disclose"}, "locked": True}}
HEAD = 'version = 1\nname = \'x\'\n[guard]\noutput = ["lexicon"]\ninput = ["identity"]\n'
SHIPPED = Path("moderation/data/policy.toml")
_NO_TIME = timedelta()
_LEXICON = filters(["lexicon"])
_IDENTITY = filters(["identity"])


def document(**changes: Any) -> dict[str, Any]:
    guard = {"output": ["lexicon"], "input": ["identity"]}
    return {"version": 1, "name": "test", "guard": guard, "filters": {"identity": HONEST}, **changes}


def test_the_policy_that_ships_fits_the_filters_that_ship() -> None:
    assert "lexicon" in FILTERS

    Policy.load().check(filters())


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
    [lexicon] = _LEXICON

    def decide(persona: str) -> Decision:
        signal = Signal(category="profanity", score=0.8)
        return policy.decide(
            signal, judge=lexicon, stage=Stage.PIECE, language="en", persona=persona, profile="", elapsed=_NO_TIME
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
            profile="",
            elapsed=_NO_TIME,
        ).decision

    low, high = sorted((one, other))
    assert decide(low) <= decide(high)
    if language not in {"en", "ko"}:
        assert decide(0.45) is Decision.FLAG  # a language without a threshold gets the lowest
        assert decide(0.75) is Decision.BLOCK


# --- profiles --------------------------------------------------------------------------------------------------------

THRESHOLDS = st.one_of(
    st.floats(0, 1), st.dictionaries(st.sampled_from(["en", "ko", "fr"]), st.floats(0, 1), min_size=1)
)


def profiled(change: dict[str, Any], rule: dict[str, Any], *, name: str = "minors", **more: Any) -> Policy:
    """A policy with one rule for slurs, and one profile that changes it."""
    filters = {"identity": HONEST, "lexicon": {"slur": rule}}
    profiles = {name: {"filters": {"lexicon": {"slur": change}}}}
    return Policy(document(filters=filters, profiles=profiles, **more), file="p.toml")


def decided(
    policy: Policy,
    score: float,
    *,
    profile: str = "minors",
    persona: str = "",
    stage: Stage = Stage.PIECE,
    language: str = "en",
    category: str = "slur",
) -> tuple[Decision, Action]:
    """What the policy makes of a score of the lexicon."""
    found = policy.decide(
        Signal(category=category, score=score),
        judge=_LEXICON[0],
        stage=stage,
        language=language,
        persona=persona,
        profile=profile,
        elapsed=_NO_TIME,
    )
    return found.decision, found.action


def test_a_profile_makes_replies_and_turns_stricter_and_locked_rules_too() -> None:
    rule = {"output": {"flag": 0.5, "block": 0.8}, "input": {}, "locked": True}
    change = {"output": {"block": 0.6, "action": "safe"}, "input": {"block": 0.7, "action": "deflect"}}
    policy = profiled(change, rule)

    assert policy.profiles == {"minors"}
    assert decided(policy, 0.7, profile="") == (Decision.FLAG, Action.NONE)
    assert decided(policy, 0.7) == (Decision.BLOCK, Action.SAFE)
    assert decided(policy, 0.55) == (Decision.FLAG, Action.NONE)  # what it leaves out stays
    assert decided(policy, 0.7, profile="", stage=Stage.INPUT) == (Decision.ALLOW, Action.NONE)
    assert decided(policy, 0.7, stage=Stage.INPUT) == (Decision.BLOCK, Action.DEFLECT)


def test_a_rule_that_is_off_for_everybody_is_switched_on_by_thresholds() -> None:
    policy = profiled({"output": {"flag": 0.4, "block": 0.6}}, {"output": {"off": True}})

    assert decided(policy, 1.0, profile="") == (Decision.ALLOW, Action.NONE)
    assert decided(policy, 0.6) == (Decision.BLOCK, Action.REPAIR)


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        ({"output": {"block": 0.9}}, "output.block", "threshold"),
        ({"output": {"flag": {"en": 0.3, "ko": 0.51}}}, "output.flag", "threshold"),
        ({"output": {"block": {"en": 0.75}}}, "output.block", "threshold"),
        ({"output": {"off": True}}, "output.off", "never off"),
        ({"output": {"action": "repair"}}, "output.action", "milder action"),
        ({"input": {"action": "none"}}, "input.action", "milder action"),
        ({"input": {"flag": 0.9}}, "input.flag", "threshold"),
        ({"output": {"flag": 0.6, "block": 0.65}}, "output.flag", "threshold"),
        ({"output": {"block": 0.4}}, "output", "flag threshold"),
        ({"input": {"action": "repair"}}, "input.action", "one of"),
        ({"outputs": {"block": 0.4}}, "outputs", ""),
    ],
)
def test_a_profile_that_is_milder_anywhere_is_refused_with_key_and_expectation(
    change: dict[str, Any], key: str, expected: str
) -> None:
    rule = {
        "output": {"flag": 0.5, "block": {"en": 0.8, "ko": 0.7}, "action": "cut"},
        "input": {"flag": 0.6, "action": "deflect"},
    }
    with pytest.raises(PolicyError) as caught:
        profiled(change, rule)

    assert f"p.toml: profiles.minors.filters.lexicon.slur.{key}: " in caught.value.explain("en")
    assert expected in caught.value.explain("en")
    assert any("가" <= char <= "힣" for char in caught.value.explain("ko"))


def test_a_profile_changes_only_what_has_a_rule_and_has_a_name() -> None:
    with pytest.raises(PolicyError, match=r"profiles\.minors\.filters\.lexicon\.slur: expected a rule"):
        Policy(document(profiles={"minors": {"filters": {"lexicon": {"slur": {}}}}}), file="p.toml")
    with pytest.raises(PolicyError, match=r"profiles\.minors\.filters\.lexicon\.slur\.input: expected a rule"):
        profiled({"input": {"block": 0.5}}, {"output": {"block": 0.5}})
    with pytest.raises(PolicyError, match="profiles"):
        profiled({}, {"output": {"block": 0.5}}, name="")


@pytest.mark.parametrize("action", ["safe", "suspend"])
def test_no_profile_can_keep_a_persona_from_answering_truthfully(action: str) -> None:
    profiles = {"minors": {"filters": {"identity": {"question": {"input": {"action": action}}}}}}
    with pytest.raises(PolicyError, match=r"profiles\.minors.*truthfully"):
        Policy(document(profiles=profiles), file="p.toml")


def test_a_persona_cannot_loosen_what_a_profile_tightened_nor_a_profile_what_a_persona_did() -> None:
    personas = {
        "pirate": {"filters": {"lexicon": {"slur": {"output": {"flag": 0.9, "block": 0.95}}}}},
        "parrot": {"filters": {"lexicon": {"slur": {"output": {"off": True}}}}},
        "nun": {"filters": {"lexicon": {"slur": {"output": {"flag": 0.1, "block": 0.2, "action": "safe"}}}}},
    }
    policy = profiled({"output": {"block": 0.6}}, {"output": {"flag": 0.5, "block": 0.8}}, personas=personas)

    for persona in personas:
        assert decided(policy, 0.6, persona=persona)[0] is Decision.BLOCK
        assert decided(policy, 0.5, persona=persona)[0] >= Decision.FLAG
    assert decided(policy, 0.6, profile="", persona="parrot")[0] is Decision.ALLOW
    assert decided(policy, 0.3, persona="nun") == (Decision.BLOCK, Action.SAFE)


def test_a_profile_nobody_knows_is_all_of_them_at_once() -> None:
    filters = {
        "identity": HONEST,
        "lexicon": {"slur": {"output": {"block": 0.9}}, "threat": {"output": {"block": 0.9}}},
    }
    profiles = {
        "minors": {"filters": {"lexicon": {"slur": {"output": {"block": 0.3, "action": "cut"}}}}},
        "library": {"filters": {"lexicon": {name: {"output": {"block": 0.5}} for name in ("slur", "threat")}}},
    }
    policy = Policy(document(filters=filters, profiles=profiles), file="p.toml")

    assert decided(policy, 0.4, profile="children") == decided(policy, 0.4, profile="minors")
    assert decided(policy, 0.4, profile="children") == (Decision.BLOCK, Action.CUT)
    assert decided(policy, 0.5, profile="children", category="threat")[0] is Decision.BLOCK
    assert decided(policy, 0.5, profile="minors", category="threat")[0] is Decision.ALLOW
    assert policy.covers("children")


def test_a_policy_without_profiles_covers_everybody_and_nobody_else() -> None:
    policy = Policy(document(), file="p.toml")

    assert policy.covers("")
    assert not policy.covers("minors")
    assert policy.profiles == frozenset()


async def test_a_guard_shows_nothing_to_listeners_of_whom_its_policy_says_nothing() -> None:
    profiles = {"minors": {"filters": {"identity": {"question": {"input": {"act": 0.4}}}}}}
    for policy, decision in (
        (Policy(document(), file="p.toml"), Decision.BLOCK),
        (Policy(document(profiles=profiles), file="p.toml"), Decision.ALLOW),
    ):
        guard = Guard(_IDENTITY, policy.narrowed(["identity"]), monotonic=time.monotonic)
        for text, action in (("What a day!", Action.DEFLECT), ("Are you a real human being?", Action.DISCLOSE)):
            plain = await guard.judge(Candidate(stage=Stage.INPUT, text=text))
            careful = await guard.judge(Candidate(stage=Stage.INPUT, text=text, brief=Brief(profile="minors")))
            assert plain.decision is Decision.ALLOW
            assert careful.decision is decision
            # Whoever asks sincerely is told the truth all the same.
            assert careful.action is (plain.action if decision is Decision.ALLOW else action)
            assert [finding.detail for finding in careful.objections] == ["profile minors"] * bool(decision)
        guard.close()


def test_the_hash_and_a_narrowed_policy_know_the_profiles() -> None:
    rule = {"output": {"flag": 0.5, "block": 0.8}}
    one, other = profiled({"output": {"block": 0.6}}, rule), profiled({"output": {"block": 0.7}}, rule)

    assert one.hash != other.hash
    assert one.narrowed(["lexicon"]).hash == one.hash
    assert decided(one.narrowed(["lexicon"]), 0.65)[0] is Decision.BLOCK


def scaled(threshold: Any, by: float) -> Any:
    """A threshold moved towards 1 by a positive share of what is left, or towards 0 by a negative one."""
    if isinstance(threshold, dict):
        return {language: scaled(score, by) for language, score in threshold.items()}
    return threshold + (1 - threshold) * by if by >= 0 else threshold * (1 + by)


@given(
    flags=st.tuples(THRESHOLDS, THRESHOLDS),
    rises=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    fall=st.floats(-1, 0),
    score=st.floats(0, 1),
    language=st.sampled_from(["en", "ko", "fr", "de", ""]),
    actions=st.tuples(*[st.sampled_from([Action.REPAIR, Action.CUT, Action.DEFLECT, Action.SAFE])] * 3),
)
def test_whatever_a_policy_says_nobody_is_judged_milder_in_a_profile(
    flags: tuple[Any, Any],
    rises: tuple[float, float],
    fall: float,
    score: float,
    language: str,
    actions: tuple[Action, Action, Action],
) -> None:
    general, persona = (
        {"flag": flag, "block": scaled(flag, rise), "action": action.name.lower()}
        for flag, rise, action in zip(flags, rises, actions, strict=False)
    )
    change = {key: scaled(general[key], fall) for key in ("flag", "block")}
    change["action"] = max(actions[0], actions[2]).name.lower()
    personas = {"pirate": {"filters": {"lexicon": {"slur": {"output": persona}}}}}
    policy = profiled({"output": change}, {"output": general}, personas=personas)

    for speaker in ("", "pirate"):
        plain = decided(policy, score, profile="", persona=speaker, language=language)
        careful = decided(policy, score, persona=speaker, language=language)
        assert careful[0] >= plain[0]
        assert careful[1] >= plain[1]
        assert careful[0] >= decided(policy, score, profile="", language=language)[0]


def test_what_ships_is_stricter_with_minors() -> None:
    policy = Policy.load()
    judges = {judge.id: judge for judge in filters(["lexicon", "toxicity", "romance"])}

    def decide(name: str, category: str, score: float, profile: str, stage: Stage = Stage.PIECE) -> Decision:
        return policy.decide(
            Signal(category=category, score=score),
            judge=judges[name],
            stage=stage,
            language="en",
            persona="",
            profile=profile,
            elapsed=_NO_TIME,
        ).decision

    for name, category, score in (
        ("lexicon", "profanity", 0.42),
        ("lexicon", "sexual", 0.38),
        ("lexicon", "threat", 0.45),
        ("toxicity", "insult", 0.9),
        ("romance", "romance", 0.65),
    ):
        assert decide(name, category, score, "") < Decision.BLOCK
        assert decide(name, category, score, "minors") is Decision.BLOCK
    assert decide("romance", "romance", 1.0, "") is Decision.ALLOW
    assert decide("romance", "romance", 1.0, "", Stage.INPUT) is Decision.ALLOW
    assert decide("romance", "romance", 0.65, "minors", Stage.INPUT) is Decision.BLOCK
    # Whoever tells what was done to them is not turned away.
    assert decide("lexicon", "sexual", 1.0, "minors", Stage.INPUT) is Decision.FLAG
