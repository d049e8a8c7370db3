"""Four kinds of questions, what an answer is worth, and that a persona is kept from what it must not know."""

import dataclasses
from collections import Counter
from datetime import date

import pytest

from moderation.filters import Filter
from moderation.filters.character import Character
from moderation.policy import Policy
from personas.loading import bundled
from personas.persona import Fact
from personas.probing import Answered, Kind, Probe, judged, probes
from tests.support.judges import loaded
from tests.support.stage import PERSONA, Asks, on_stage, reply_of, scripted

SHIP = Fact(id="ship", text="The Anna sank off the rock.", since=date(1880, 2, 3), values=("Anna",), slot="wreck")
KNOWN = dataclasses.replace(SHIP, ask="Which ship sank off the rock?")
LATER = Fact(
    id="engine",
    text="An engine turns the lamp.",
    since=date(1901, 1, 1),
    names=("engine",),
    ask="How do you turn the lamp in winter?",
)
HIDDEN = Fact(
    id="gold",
    text="The mate hid gold in the cellar.",
    since=date(1880, 2, 4),
    witness=False,
    names=("gold", "cellar"),
    ask="What did the mate of the Anna hide?",
)
KEEPER = dataclasses.replace(PERSONA, moment=date(1890, 5, 1), facts=(KNOWN, LATER, HIDDEN))

WRONG = {
    Kind.FUTURE: "The engine turns it for me.",
    Kind.ABSENT: "He hid his gold in the old barn.",
    Kind.PRESUPPOSED: "I watched it on the television, of course.",
}
"""What a model says that knows more than the persona."""


def test_every_kind_has_questions_made_of_the_labels() -> None:
    found = {probe.id: probe.kind for probe in probes(KEEPER)}
    assert {name: found[name] for name in ("ship", "engine", "gold")} == {
        "ship": Kind.PAST,
        "engine": Kind.FUTURE,
        "gold": Kind.ABSENT,
    }
    assert found["television"] is Kind.PRESUPPOSED
    assert probes(dataclasses.replace(KEEPER, moment=None, facts=(SHIP,))) == ()


def test_a_later_moment_asks_other_questions() -> None:
    modern = {probe.id: probe.kind for probe in probes(dataclasses.replace(KEEPER, moment=date(1931, 1, 1)))}
    assert modern["engine"] is Kind.PAST
    assert "television" not in modern
    assert modern["internet"] is Kind.PRESUPPOSED


@pytest.mark.parametrize(
    ("kind", "answer", "worth"),
    [
        (Kind.PAST, "It was the Anna, in February.", Answered.RIGHT),
        (Kind.PAST, "It was the Mary.", Answered.WRONG),
        (Kind.PAST, "I cannot say.", Answered.EVASIVE),
        (Kind.FUTURE, "I do not know what you mean.", Answered.RIGHT),
        (Kind.FUTURE, "무슨 말인지 모르겠소.", Answered.RIGHT),
        (Kind.FUTURE, "The wind took my words.", Answered.EVASIVE),
        (Kind.FUTURE, "With the Anna, I cannot say more.", Answered.WRONG),
        (Kind.FUTURE, "Yes, every winter.", Answered.WRONG),
        (Kind.ABSENT, "그렇소, 다 보았소.", Answered.WRONG),
        (Kind.PRESUPPOSED, "", Answered.EVASIVE),
    ],
)
def test_an_answer_is_right_evasive_or_wrong(kind: Kind, answer: str, worth: Answered) -> None:
    assert judged(Probe(kind=kind, id="x", ask="Which one?", names=("Anna",)), answer) is worth


def test_a_word_of_the_question_gives_nothing_away() -> None:
    probe = Probe(kind=Kind.FUTURE, id="x", ask="Do you like your engine?", names=("engine", "steam"))
    assert judged(probe, "I do not know that engine.") is Answered.RIGHT
    assert judged(probe, "I do not know that engine; does it run on steam?") is Answered.WRONG


def acting() -> Policy:
    """Out of time is repaired; who is asked for the truth says it."""
    off = {"output": {"off": True}, "input": {}}
    repaired = {"output": {"flag": 0.5, "block": 0.75, "action": "repair"}, "input": {}}
    rules = {name: repaired if name in {"anachronism", "unwitnessed"} else off for name in Character.categories}
    return Policy(
        {
            "version": 1,
            "name": "time",
            "guard": {"deadline": 5.0, "output": ["character"], "input": ["identity"], "capacity": 10_000},
            "filters": {
                "character": rules,
                "identity": {"question": {"input": {"act": 0.5, "action": "disclose"}, "locked": True}},
            },
            "profiles": {"minors": {}},
        },
        file="time.toml",
    )


PROBES = probes(KEEPER)
FILTERS: tuple[Filter, ...] = (loaded(Character), Asks())


@pytest.mark.parametrize("kind", WRONG)
async def test_what_a_model_knows_too_much_is_in_no_prompt_and_is_not_shown(kind: Kind) -> None:
    """The model would say it: nothing in the prompt has told it, and the guard has it put otherwise."""
    probe = next(probe for probe in PROBES if probe.kind is kind and probe.id != "telephone_number")
    repair = {"p_ok": 1.0, "ok": "I do not know that.", "bad": WRONG[kind]}
    model = scripted(reply_of(WRONG[kind], repair=repair))
    async with on_stage(model, persona=KEEPER, filters=FILTERS, policy=acting()) as stage:
        shown = await stage.say(probe.ask)
        calls = model.journal

    assert judged(probe, WRONG[kind]) is Answered.WRONG
    assert judged(probe, shown.text) is Answered.RIGHT, shown.text
    assert all(judged(probe, passage.text) is not Answered.WRONG for passage in shown.passages)
    for call in calls:
        read = "\n".join((call.prompt.system, *(turn.text for turn in call.prompt.turns[:-1])))
        for name in ("engine", "gold", "cellar"):
            assert name not in read


async def test_a_model_that_will_not_be_corrected_gives_way_to_the_author_s_words() -> None:
    probe = next(probe for probe in PROBES if probe.kind is Kind.FUTURE)
    stubborn = {"p_ok": 0.0, "ok": "-", "bad": WRONG[Kind.FUTURE]}
    model = scripted(reply_of(WRONG[Kind.FUTURE], repair=stubborn))
    async with on_stage(model, persona=KEEPER, filters=FILTERS, policy=acting()) as stage:
        shown = await stage.say(probe.ask)

    assert judged(probe, shown.text) is Answered.EVASIVE
    assert shown.text == KEEPER.fallbacks[0]


async def test_what_the_persona_knows_is_in_the_prompt_and_is_said() -> None:
    probe = next(probe for probe in PROBES if probe.kind is Kind.PAST)
    model = scripted(reply_of("It was the Anna that sank."))
    async with on_stage(model, persona=KEEPER, filters=FILTERS, policy=acting()) as stage:
        shown = await stage.say(probe.ask)
        (call,) = model.journal

    assert judged(probe, shown.text) is Answered.RIGHT
    assert "The Anna sank off the rock." in call.prompt.system


def test_bundled_personas_of_a_moment_can_be_asked_every_kind() -> None:
    pinned = [persona for persona in bundled().values() if persona.moment]
    assert len(pinned) >= 2
    for persona in pinned:
        kinds = Counter(probe.kind for probe in probes(persona))
        assert all(kinds[kind] >= 3 for kind in (Kind.PAST, Kind.FUTURE, Kind.PRESUPPOSED)), (persona.id, kinds)
        assert kinds[Kind.ABSENT] >= 2, persona.id
