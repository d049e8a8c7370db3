"""A persona at a moment: what it knows, what it does not, and where none of that may appear."""

import dataclasses
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from personas.cast import brief_of
from personas.persona import Fact, Relation
from tests.personas.prompted import MINA, prompt, said

DAYS = st.dates(date(1800, 1, 1), date(1900, 1, 1))
FACTS = st.builds(
    Fact,
    id=st.from_regex("[a-z]{3}", fullmatch=True),
    text=st.from_regex("[A-Z][a-z]{5}", fullmatch=True),
    since=st.none() | DAYS,
    witness=st.booleans(),
    slot=st.sampled_from(["", "", "ship", "king"]),
)

OPENED = Fact(id="opened", text="The shop opened in spring.", since=date(1880, 3, 1))
FIRE = Fact(id="fire", text="The mill burnt down in a great fire.", since=date(1899, 1, 1), names=("great fire",))
WILL = Fact(
    id="will", text="The landlord left the shop to a cousin.", since=date(1881, 1, 1), witness=False, names=("cousin",)
)
HUSBAND = Relation(name="Edgar", kind="husband", text="They met at the mill.", since=date(1890, 6, 1))
BAKER = dataclasses.replace(
    MINA, moment=date(1885, 1, 1), facts=(OPENED, FIRE, WILL), relations=(HUSBAND, Relation(name="Ida", kind="sister"))
)


def test_what_comes_later_and_what_it_did_not_witness_is_unknown() -> None:
    assert BAKER.known == (OPENED,)
    assert BAKER.unknown == (FIRE, WILL)
    assert [person.name for person in BAKER.acquainted] == ["Ida"]


@given(facts=st.lists(FACTS, max_size=8).map(tuple), earlier=DAYS, later=DAYS)
def test_whoever_is_taken_back_in_time_knows_no_more_than_before(
    facts: tuple[Fact, ...], earlier: date, later: date
) -> None:
    earlier, later = sorted((earlier, later))
    now = dataclasses.replace(BAKER, facts=facts, moment=later)
    before = now.at(earlier)

    assert set(map(id, now.unknown)) <= set(map(id, before.unknown))
    assert all(fact.since is None or fact.since <= earlier for fact in before.known)
    assert before.at(later) == before, "nobody is taken forward"
    for persona in (now, before):
        assert not set(map(id, persona.known)) & set(map(id, persona.unknown))


def test_nothing_unknown_is_in_the_prompt_whatever_is_asked() -> None:
    for question in ("Tell me of the great fire at the mill!", "Which cousin got the shop?", "Is Edgar your husband?"):
        made = prompt(BAKER, said(question))
        read = "\n".join((made.system, *(turn.text for turn in made.turns[:-1])))
        assert "opened in spring" in read
        assert "Ida (sister)" in read
        for word in ("fire", "burnt", "landlord", "cousin", "Edgar"):
            assert word not in read


def test_a_moment_that_comes_later_lets_them_in() -> None:
    later = dataclasses.replace(BAKER, moment=date(1900, 1, 1))
    made = prompt(later, said("Hello"))
    assert "great fire" in made.system
    assert "Edgar (husband): They met at the mill." in made.system
    assert "cousin" not in made.system


def test_filters_are_told_the_names_of_what_is_unknown_and_why() -> None:
    brief = brief_of(BAKER)
    assert [(beyond.id, beyond.names, beyond.since) for beyond in brief.beyond] == [
        ("fire", ("great fire",), date(1899, 1, 1)),
        ("will", ("cousin",), None),
    ]
    assert "fire" not in brief.told
    assert "Edgar" not in brief.told
    assert brief_of(dataclasses.replace(BAKER, moment=None)).beyond[0].id == "will"


def test_values_of_a_slot_that_claims_are_compared_in_are_no_names_of_the_unknown() -> None:
    """The town she will move to is a word that she may say now."""
    moved = Fact(id="moved", text="She lives in York.", since=date(1899, 1, 1), slot="home", values=("York",))
    king = Fact(id="king", text="A new king.", since=date(1899, 1, 1), slot="king", values=("Edmund the Third",))
    brief = brief_of(dataclasses.replace(BAKER, facts=(moved, king)))
    assert [beyond.names for beyond in brief.beyond] == [("Edmund the Third",)]
