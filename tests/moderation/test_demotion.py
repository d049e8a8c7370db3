"""A policy in which rules only flag what they blocked."""

import pytest

from moderation.demotion import demoted
from moderation.policy import Policy, policy_text
from moderation.policy_changes import differences
from moderation.records import Action, Decision, Stage

RULES = ("lexicon.profanity", "character.disclosure", "detoxify.obscene")


def test_a_demoted_rule_blocks_nobody_and_flags_as_before() -> None:
    old, new = Policy.load(), Policy.parse(demoted(policy_text(), RULES), file="new.toml")

    for rule in RULES:
        judge, _, category = rule.partition(".")
        flag, block = new.thresholds(judge, category, stage=Stage.PIECE, language="en")
        assert flag == old.thresholds(judge, category, stage=Stage.PIECE, language="en")[0]
        assert block == float("inf")
    changed = {difference.key for difference in differences(old, new) if not difference.key.startswith("profiles.")}
    assert changed == {f"filters.{rule}.output.{key}" for rule in RULES for key in ("block", "action")}


def test_listeners_for_whom_a_policy_is_stricter_keep_their_rule() -> None:
    old, new = Policy.load(), Policy.parse(demoted(policy_text(), RULES), file="new.toml")
    minors = (policy.document["profiles"]["minors"]["filters"]["lexicon"]["profanity"] for policy in (old, new))

    assert [rule["output"]["block"] for rule in minors] == [0.4, 0.4]


def test_comments_stay() -> None:
    text = policy_text()

    assert [line for line in demoted(text, RULES).splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


def test_a_rule_that_only_blocked_flags_from_there_on() -> None:
    text = policy_text().replace(
        '[filters.register.speech_level]\noutput = { flag = 0.5, block = 0.8, action = "repair" }',
        '[filters.register.speech_level]\noutput = { block = 0.8, action = "repair" }',
    )
    new = Policy.parse(demoted(text, ["register.speech_level"]), file="new.toml")

    assert new.thresholds("register", "speech_level", stage=Stage.PIECE, language="ko") == (0.8, float("inf"))


def test_a_rule_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        demoted(policy_text(), ["lexicon.nothing"])


def test_a_persona_with_thresholds_of_its_own_is_kept_to_them_as_strictly() -> None:
    rule = "[filters.register.speech_level]\noutput = { flag = 0.5, block = 0.8, action = "
    text = policy_text().replace(f'{rule}"repair"', f'{rule}"cut"')
    text += "\n[personas.captain.filters.register.speech_level]\noutput = { block = 0.6 }\n"
    old, new = (
        Policy.parse(document, file="new.toml").weigh(
            "register", "speech_level", 0.7, stage=Stage.PIECE, language="ko", persona="captain", profile=""
        )
        for document in (text, demoted(text, ["register.speech_level"]))
    )

    assert new == old
    assert new == (Decision.BLOCK, Action.CUT)
