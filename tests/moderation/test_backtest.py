"""Another policy over what was kept: what would flip, how that sits with what people decided, what cannot be said."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.backtest import Backtest, Replay, backtest
from moderation.policy import Policy, policy_text
from moderation.policy_changes import Threshold, rewritten
from moderation.records import Decision, Exchange, Objection, Stage
from moderation.stores.memory import MemoryStore
from tests.support import exchanges
from tests.support.decided import WORDS, case, fill, scored

VERSION = "v1"
VERSIONS = {"toxicity": VERSION, "lexicon": VERSION}
SHIPPED = Policy.load()
DECISIONS = st.sampled_from(list(Decision))


def changed(language: str = "en", stage: Stage = Stage.WHOLE, **thresholds: float) -> Policy:
    """The policy that ships with other thresholds for insults; profiles follow where they must."""
    written = [
        Threshold(rule="toxicity.insult", stage=stage, language=language, key=key, value=value)
        for key, value in thresholds.items()
    ]
    return Policy.parse(rewritten(policy_text(), written), file="p.toml")


STRICTER = changed(block=0.85)
MILDER = changed(flag=0.9, block=0.97)


def insult(score: float, decision: Decision = Decision.FLAG, *, version: str = VERSION, **more: Any) -> Objection:
    return scored("toxicity.insult", score, version=version, decision=decision, **more)


def replayed(new: Policy, *kept: Exchange, old: Policy = SHIPPED) -> Backtest:
    replay = Replay(old, new, VERSIONS)
    for exchange in kept:
        replay.take(exchange)
    return replay.result()


@st.composite
def kept(draw: st.DrawFn) -> Exchange:
    """Whatever may have been kept, under whatever policy."""
    objections = [
        scored(
            draw(st.sampled_from(["toxicity.insult", "lexicon.profanity", "lexicon.slur", "omni.hate"])),
            draw(st.floats(0, 1)),
            version=draw(st.sampled_from([VERSION, "v0"])),
            decision=draw(DECISIONS),
            stage=draw(st.sampled_from(list(Stage))),
            text=draw(st.sampled_from([*WORDS.values(), ""])),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    policy = draw(st.sampled_from([SHIPPED.hash, "another"]))
    return case(*objections, right=draw(st.sampled_from([None, True, False])), policy=policy)


@given(st.lists(kept(), max_size=5), st.sampled_from([SHIPPED, STRICTER, MILDER]))
def test_the_same_policy_flips_nothing_and_would_see_nothing_more(cases: list[Exchange], policy: Policy) -> None:
    result = replayed(policy, *cases, old=policy)

    assert result.flips == ()
    assert result.unseen == ()


@given(st.lists(kept(), max_size=5))
def test_a_stricter_policy_releases_nothing_and_a_milder_one_blocks_nothing(cases: list[Exchange]) -> None:
    stricter, milder = (replayed(policy, *cases) for policy in (STRICTER, MILDER))

    assert stricter.released() == stricter.passed() == ()
    assert milder.blocked() == milder.kept() == ()


@given(st.lists(kept(), max_size=5))
def test_one_direction_only_makes_stricter_and_the_other_only_milder(cases: list[Exchange]) -> None:
    there, back = replayed(STRICTER, *cases), replayed(SHIPPED, *cases, old=STRICTER)

    assert all(flip.before < flip.after for flip in there.flips)
    assert all(flip.before > flip.after for flip in back.flips)


@pytest.mark.parametrize(
    ("new", "score", "kind"),
    [(STRICTER, 0.88, "blocked"), (MILDER, 0.95, "released"), (MILDER, 0.8, "passed")],
)
def test_a_flip_is_told_by_what_it_means_for_people(new: Policy, score: float, kind: str) -> None:
    result = replayed(new, case(insult(score)), case(insult(0.785), number=2), case(insult(0.99), number=3))

    assert [flip.exchange for flip in getattr(result, kind)()] == ["x1"]
    assert len(result.flips) == 1
    assert result.replayed == 3


@pytest.mark.parametrize(
    ("new", "score", "right", "agrees"),
    [
        (STRICTER, 0.88, True, True),
        (STRICTER, 0.88, False, False),
        (MILDER, 0.95, False, True),
        (MILDER, 0.95, True, False),
        (MILDER, 0.95, None, None),
    ],
)
def test_a_flip_agrees_with_people_where_it_goes_their_way(
    new: Policy, score: float, right: bool | None, agrees: bool | None
) -> None:
    (flip,) = replayed(new, case(insult(score), right=right)).flips

    assert flip.agrees is agrees


def test_an_exchange_is_released_only_when_nothing_in_it_is_blocked_any_more() -> None:
    slur = scored("lexicon.slur", 0.9, version=VERSION, decision=Decision.BLOCK)

    assert replayed(MILDER, case(insult(0.95), slur)).flips == ()


def test_scores_of_another_version_stay_as_they_were_decided_and_are_told() -> None:
    result = replayed(MILDER, case(insult(0.95, Decision.BLOCK, version="v0")))

    assert result.flips == ()
    assert result.other_versions == {"toxicity.insult": 1}


def test_rules_that_would_object_from_a_lower_score_on_are_told() -> None:
    assert replayed(STRICTER).unseen == ()  # it blocks earlier, but all that was kept already
    assert replayed(changed(flag=0.5)).unseen == ("toxicity.insult",)
    assert replayed(changed(language="ko", flag=0.5)).unseen == ("toxicity.insult",)
    document = tomllib.loads(policy_text())
    document["filters"]["toxicity"]["insult"]["input"] = {"flag": 0.9}
    assert replayed(Policy(document, file="p.toml")).unseen == ("toxicity.insult",)


def test_a_change_for_one_persona_or_profile_alone_is_told_too() -> None:
    document = tomllib.loads(policy_text())
    rule = {"toxicity": {"insult": {"output": {"flag": 0.3}}}}
    persona = Policy({**document, "personas": {"halmi": {"filters": rule}}}, file="p.toml")
    document["profiles"]["minors"]["filters"]["toxicity"]["insult"]["output"]["flag"] = 0.3
    profile = Policy(document, file="p.toml")

    assert replayed(persona).unseen == replayed(profile).unseen == ("toxicity.insult",)


def test_what_was_stricter_for_minors_is_replayed_as_for_minors() -> None:
    """`insult` is blocked from .93 on for everybody, from .88 on for minors."""
    for_minors = insult(0.9, Decision.BLOCK)
    here, elsewhere = case(for_minors, policy=SHIPPED.hash), case(for_minors, policy="another")

    (flip,) = replayed(STRICTER, elsewhere).flips
    assert (flip.before, flip.after) == (Decision.FLAG, Decision.BLOCK)
    assert replayed(STRICTER, here).flips == ()
    assert replayed(STRICTER, here).earlier == 0
    assert replayed(STRICTER, elsewhere).earlier == 1


def test_what_members_reported_is_no_part_of_it() -> None:
    reported = case(exchanges.report())

    assert replayed(STRICTER, reported).replayed == 0
    assert replayed(MILDER, case(insult(0.8), exchanges.report())).passed() != ()


def test_an_erased_exchange_is_replayed_by_its_scores_in_the_language_of_its_persona() -> None:
    silent = case(insult(0.8, text=""))  # English blocks from .93 on, Korean from .83

    assert silent.opening.language == "ko"
    assert replayed(changed(block=0.79), silent).flips == ()
    assert len(replayed(changed(language="ko", block=0.79), silent).blocked()) == 1


async def test_everything_a_store_keeps_is_replayed_page_by_page() -> None:
    store = MemoryStore(ids=exchanges.numbered())
    ids = await fill(store, [(insult(0.88), number % 2 == 0) for number in range(450)])

    result = await backtest(store, SHIPPED, STRICTER, VERSIONS)

    assert {flip.exchange for flip in result.blocked()} == set(ids)
    assert (result.replayed, result.decided) == (450, 450)
    assert [flip.agrees for flip in result.flips].count(True) == 225
    nothing = await backtest(store, SHIPPED, STRICTER, VERSIONS, server="elsewhere")
    assert nothing.replayed == 0
