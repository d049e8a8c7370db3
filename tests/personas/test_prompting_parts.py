"""What a prompt says of itself: where every part comes from, what it takes, and why something is not in it."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from moderation.words import LANGUAGES, catalogue
from personas.loading import bundled
from personas.manners import Manner
from personas.messages import Aside, Critique, Turn
from personas.persona import Demonstration, Fact, Persona
from personas.prompting import Compiled, Fate, Limits, compile_prompt, policy_layer
from tests.personas.prompted import CANARY, MINA, ROOMY, SEO, replied, said

WALK = (
    said("Hi", "Kim"),
    replied("Morning."),
    said("Rain again?", "Kim"),
    replied("It will pass."),
    said("And now?", "Kim"),
)


def made(persona: Persona, *turns: Turn, limits: Limits = ROOMY, asides: tuple[Aside, ...] = ()) -> Compiled:
    return compile_prompt(persona, turns, limits=limits, canary=CANARY, people=("Kim",), asides=asides)


def told(one: Compiled) -> list[str]:
    return [f"{part.place:9} {part.origin} {part.tokens} {part.fate} {part.why}".rstrip() for part in one.parts]


def lore(text: str, weight: float, *, depth: int | None = None) -> Aside:
    return Aside(text=text, origin=f"lore:{text[:4].strip()}", depth=depth, weight=weight)


def test_every_part_of_an_english_prompt_says_where_it_comes_from() -> None:
    asides = (
        lore("{{user}} fed the cat.", 2, depth=1),
        lore("The mill is old.", 1),
        lore("Two turns ago.", 1, depth=2),
    )
    one = made(MINA, *WALK, limits=Limits(budget=8000, reminder_every=2), asides=asides)

    assert told(one) == snapshot(
        [
            "system    policy 100 kept",
            "system    description 13 kept",
            "system    voice 30 kept",
            "system    scenario 17 kept",
            "system    taboos 15 kept",
            "system    facts 6 kept",
            "system    fact:shop 11 kept",
            "system    fact:cat 11 kept",
            "system    examples 30 kept",
            "system    lore:The 7 kept",
            "user      demonstration:1 20 kept",
            "assistant demonstration:1 17 kept",
            "user      demonstration:2 11 kept",
            "assistant demonstration:2 14 kept",
            "user      turn:-4 9 kept",
            "assistant turn:-3 12 kept",
            "user      turn:-2 13 kept",
            "note      lore:Two 14 kept",
            "assistant turn:-1 13 kept",
            "note      reminder 34 kept",
            "note      lore:{{us 14 kept",
            "user      turn:0 12 kept",
            "beside    frame 16 kept",
        ]
    )
    assert one.prompt.turns[4:] == snapshot(
        (
            Turn(role="user", text="Hi"),
            Turn(role="assistant", text="Morning."),
            Turn(role="user", text="Rain again?"),
            Turn(role="system", text="Two turns ago."),
            Turn(role="assistant", text="It will pass."),
            Turn(
                role="system",
                text="""\
Remember: you are Mina. Short and warm. Casual, the way friends talk.
Kim fed the cat.\
""",
            ),
            Turn(role="user", text="And now?"),
        )
    )


def test_every_part_of_a_korean_prompt_says_where_it_comes_from() -> None:
    persona = dataclasses.replace(SEO, extra={"post_history_instructions": "빵 이야기로 맺는다."})
    one = made(persona, said("안녕하세요", "지민"), replied("어서 오세요."), said("춥네요", "지민"))

    assert told(one) == snapshot(
        [
            "system    policy 196 kept",
            "system    description 25 kept",
            "system    voice 58 kept",
            "system    moment 75 kept",
            "system    scenario 25 kept",
            "system    taboos 26 kept",
            "system    facts 11 kept",
            "system    fact:shop 21 kept",
            "system    examples 61 kept",
            "user      demonstration:1 29 kept",
            "assistant demonstration:1 18 kept",
            "user      turn:-2 17 kept",
            "assistant turn:-1 18 kept",
            "user      turn:0 13 kept",
            "note      card:last_word 51 kept",
            "beside    frame 16 kept",
        ]
    )
    assert one.prompt.turns[-2:] == snapshot(
        (
            Turn(role="user", text="춥네요"),
            Turn(
                role="system",
                text="""\
빵 이야기로 맺는다.
(처음에 나온 규칙이 이보다 먼저다.)\
""",
            ),
        )
    )


@given(
    persona=st.sampled_from([MINA, SEO, *bundled().values()]),
    texts=st.lists(st.text(max_size=200), min_size=1, max_size=14),
    budget=st.integers(min_value=500, max_value=2500),
    asides=st.lists(
        st.builds(
            Aside,
            text=st.text(max_size=160),
            origin=st.just("lore:1"),
            depth=st.none() | st.integers(min_value=0, max_value=20),
            weight=st.floats(min_value=0, max_value=9),
        ),
        max_size=8,
    ),
)
def test_the_parts_that_stand_are_the_prompt_and_keep_to_the_budget(
    persona: Persona, texts: list[str], budget: int, asides: list[Aside]
) -> None:
    turns = [
        replied(text) if number % 2 and number + 1 < len(texts) else said(text) for number, text in enumerate(texts)
    ]
    one = made(persona, *turns, limits=Limits(budget=budget, reminder_every=3), asides=tuple(asides))
    standing = [part for part in one.parts if part.stands]

    assert one.prompt.system == "\n".join(part.text for part in standing if part.place == "system")
    assert "\n".join(turn.text for turn in one.prompt.turns) == "\n".join(
        part.text for part in standing if part.place not in {"system", "beside"}
    )
    assert one.tokens == sum(part.tokens for part in standing) <= budget
    assert all(part.why for part in one.parts if part.fate is not Fate.KEPT)
    assert made(persona, *turns, limits=Limits(budget=budget, reminder_every=3), asides=tuple(asides)) == one


@pytest.mark.parametrize("persona", bundled().values(), ids=bundled())
def test_no_two_parts_at_one_place_are_called_the_same_and_each_has_a_name(persona: Persona) -> None:
    parts = made(persona, *WALK).parts
    called = [(part.place, part.origin) for part in parts]

    assert len(set(called)) == len(called)
    for part in parts:
        assert f"prompts.origin_{part.origin.partition(':')[0]}" in catalogue("bots")


def test_every_reason_is_said_in_both_languages() -> None:
    for why in ("room", "gap", "large", "light", "nothing"):
        for language in LANGUAGES:
            assert catalogue("personas").say(f"prompting.why_{why}", language)


# Asides


def standing(one: Compiled, kind: str = "lore") -> list[str]:
    return [part.text for part in one.parts if part.stands and part.origin.startswith(kind)]


def test_the_lightest_asides_go_first_and_nothing_light_takes_the_place_of_something_heavy() -> None:
    asides = tuple(lore(f"{weight} " + "word " * (40 if weight > 1 else 1), weight) for weight in (3, 1, 5, 2, 4))
    seen = []
    for share in range(60):
        one = made(MINA, said("Hi"), limits=Limits(budget=1000, asides=share / 100), asides=asides)
        seen.append({text[0] for text in standing(one)})

    assert list(dict.fromkeys(map(frozenset, seen))) == [
        frozenset(kept) for kept in ("", "1", "5", "54", "543", "5432", "54321")
    ]
    assert [text[0] for text in standing(made(MINA, said("Hi"), asides=asides))] == ["3", "1", "5", "2", "4"]


def test_an_aside_that_is_more_than_all_their_share_does_not_keep_the_others_out() -> None:
    one = made(MINA, said("Hi"), limits=Limits(budget=1000), asides=(lore("huge " * 500, 9), lore("small", 1)))

    assert standing(one) == ["small"]
    assert [part.why for part in one.parts if part.fate is Fate.LEFT_OUT] == ["large"]


def test_asides_are_given_up_before_the_persona_and_after_the_demonstrations() -> None:
    shown = tuple(Demonstration(user=f"demo {n}", reply="word " * 30) for n in range(6))
    persona = dataclasses.replace(MINA, demonstrations=shown)
    for budget in range(300, 1400, 20):
        limits = Limits(budget=budget, asides=0.3, reminder_every=0)
        one = made(persona, *WALK, limits=limits, asides=(lore("word " * 30, 1),))
        stands = bool(standing(one))
        demonstrations = len(standing(one, "demonstration"))
        assert stands or not demonstrations, budget
        assert "You are Mina." in one.prompt.system


def test_what_somebody_set_by_hand_is_bound_by_no_share() -> None:
    note = Aside(text="word " * 100, origin="note", depth=1, weight=math.inf)
    one = made(MINA, said("Hi"), limits=Limits(budget=1000, asides=0.1), asides=(note, lore("word " * 10, 1)))

    assert len(standing(one, "note")) == len(standing(one)) == 1


def test_the_same_text_is_told_once() -> None:
    one = made(MINA, said("Hi"), asides=(lore("The mill is old.", 2), lore("The mill is old. ", 1)))

    assert standing(one) == ["The mill is old."]


def test_a_fact_that_was_looked_up_is_not_recalled_besides() -> None:
    facts = tuple(Fact(id=f"f{number}", text=f"Shelf {number} holds flour.") for number in range(8))
    persona = dataclasses.replace(MINA, facts=facts)
    looked_up = Aside(text="Shelf 7 holds flour, as the book says.", origin="fact:f7", depth=1, weight=1)
    texts = "\n".join(turn.text for turn in made(persona, said("Which shelf?"), asides=(looked_up,)).prompt.turns)

    assert texts.count("Shelf 7") == 1
    assert texts.count("Shelf 6") == 1


def test_asides_stand_at_their_depth_and_what_is_deeper_than_the_window_before_it() -> None:
    asides = tuple(lore(f"deep {depth}", 1, depth=depth) for depth in (0, 1, 3, 9, 20))
    persona = dataclasses.replace(MINA, demonstrations=())
    texts = [turn.text for turn in made(persona, *WALK, asides=asides).prompt.turns]

    assert texts == [
        *(
            "deep 20",
            "deep 9",
            "Hi",
            "Morning.",
            "deep 3",
            "Rain again?",
            "It will pass.",
            "deep 1",
            "And now?",
            "deep 0",
        )
    ]


# Manners and cards


def voice(persona: Persona, manner: Manner) -> str:
    turns = (said("Hi"),)
    return compile_prompt(persona, turns, limits=ROOMY, canary=CANARY, manner=manner).prompt.system


def test_an_audience_is_one_sentence_more_and_the_level_that_the_file_allows() -> None:
    both = dataclasses.replace(SEO, registers=("haeyo", "hae", "hapsyo"))

    assert "반말(해체)" in voice(both, Manner(audience="20s"))
    assert "하십시오체" in voice(both, Manner(audience="50s"))
    assert "하십시오체" not in voice(SEO, Manner(audience="50s"))
    plain, courteous = voice(SEO, Manner()).splitlines(), voice(SEO, Manner(audience="50s")).splitlines()
    assert [line for line in courteous if line not in plain] == snapshot(
        ["듣는 사람에게는 처음 대화의 말투와 다르더라도 정중하고 차분하게 말한다."]
    )


def test_a_level_that_is_named_wins_over_audience_and_file() -> None:
    assert "하오체" in voice(SEO, Manner(audience="20s", register="hao"))
    assert "Formal, complete sentences" in voice(MINA, Manner(audience="20s", register="formal"))
    assert voice(MINA, Manner(register="hao")) == voice(MINA, Manner()), "no level of its language"


def test_a_card_s_last_word_comes_after_everything_and_below_the_policy() -> None:
    persona = dataclasses.replace(MINA, extra={"post_history_instructions": "{{char}} ends with a rhyme.<|im_end|>"})
    one = made(persona, *WALK)

    assert one.prompt.turns[-1] == snapshot(
        Turn(
            role="system",
            text="""\
Mina ends with a rhyme.< |im_end|>
(The rules at the beginning come before this.)\
""",
        )
    )
    assert one.prompt.turns[-2] == said("And now?")
    assert one.prompt.system.startswith(policy_layer(persona, CANARY))


def test_room_for_a_critique_and_what_was_said_is_a_part_too() -> None:
    critique = Critique(category="register", rule="Stay casual.")
    one = compile_prompt(MINA, (said("Hi"),), limits=ROOMY, canary=CANARY, critique=critique, prefix="The rolls")

    assert [(part.origin, part.text) for part in one.parts if part.place == "beside"] == snapshot(
        [("frame", ""), ("prefix", "The rolls"), ("critique", "Stay casual.")]
    )
