"""What is different about a persona, as people read it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from personas.differences import differences
from personas.loading import bundled
from personas.persona import Demonstration, Dilemma, Fact, Persona, Relation

KEEPER = bundled()["lighthouse_keeper"]


def test_a_persona_is_not_different_from_itself() -> None:
    for persona in bundled().values():
        assert differences(persona, replace(persona, version="other")) == ()


def test_of_a_new_persona_everything_its_author_wrote_is_new() -> None:
    found = {each.field: each for each in differences(None, KEEPER)}

    assert {"name", "description", "facts", "demonstrations", "greetings"} <= set(found)
    assert all(each.gone == 0 and each.added for each in found.values())
    assert "id" not in found


def test_one_sentence_of_a_text_is_one_difference() -> None:
    old = replace(KEEPER, description="She keeps the light. She likes tea. She never sleeps.")
    new = replace(old, description="She keeps the light. She likes coffee. She never sleeps.")

    [found] = differences(old, new)
    assert found.field == "description"
    assert found.lines == (("-", "She likes tea."), ("+", "She likes coffee."))


def test_a_text_of_very_many_pieces_is_compared_as_far_as_that_is_quick() -> None:
    old, new = (replace(KEEPER, description=text) for text in ("a. " * 2_000, "a. b. " * 1_000))

    [found] = differences(old, new)

    assert max(found.gone, found.added) <= 401
    assert sum(len(piece.split()) for sign, piece in found.lines if sign == "+") >= 1_000


def test_every_field_is_told_in_words() -> None:
    for persona in bundled().values():
        for each in differences(None, persona):
            for _, piece in each.lines:
                assert piece.strip()
                assert "None" not in piece
                assert "(" not in piece.split(" ")[0], piece


def test_facts_and_examples_are_told_whole() -> None:
    added = replace(
        KEEPER,
        facts=(*KEEPER.facts, Fact(id="boat", text="The boat is red.", values=("red",))),
        demonstrations=(Demonstration(user="Hello", reply="Aye.", scene="At noon"), *KEEPER.demonstrations),
        mature=True,
    )

    assert [each.lines for each in differences(KEEPER, added)] == [
        (("+", "boat: The boat is red. · red"),),
        (("+", "At noon → Hello → Aye."),),
        (("+", "✓"),),
    ]


def test_traits_people_and_decisions_are_told_as_people_read_them() -> None:
    dilemma = Dilemma(situation="Fog.", options=("wait", "row"), choice=2, reason="She worries.")
    changed = replace(
        KEEPER,
        relations=(*KEEPER.relations, Relation(name="Ida", kind="aunt")),
        ocean=replace(KEEPER.ocean, openness=0.25),
        dilemmas=(dilemma,),
    )
    found = {each.field: each.lines for each in differences(KEEPER, changed)}
    assert found["relations"] == (("+", "Ida: aunt"),)
    assert ("+", "openness: 0.25") in found["ocean"]
    assert any(sign == "+" and "Fog." in piece and "She worries." in piece for sign, piece in found["dilemmas"])


LINES = st.lists(st.text("ab .!\n", max_size=12), max_size=6).map(tuple)


@given(before=LINES, after=LINES)
def test_what_went_and_what_came_make_the_one_of_the_other(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    def taboos(lines: tuple[str, ...]) -> Persona:
        return replace(KEEPER, taboos=lines)

    there = {each.field: each for each in differences(taboos(before), taboos(after))}
    back = {each.field: each for each in differences(taboos(after), taboos(before))}
    kept = [line for line in before if line], [line for line in after if line]

    assert ("taboos" in there) is (kept[0] != kept[1])
    for found, gone in ((there, len(kept[0])), (back, len(kept[1]))):
        if "taboos" in found:
            assert found["taboos"].gone <= gone
            assert found["taboos"].added - found["taboos"].gone == (
                len(kept[1]) - len(kept[0]) if found is there else len(kept[0]) - len(kept[1])
            )
