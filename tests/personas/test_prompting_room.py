"""What goes from a prompt when there is no room."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import RefuseToStart
from personas.loading import bundled
from personas.messages import Prompt, Turn
from personas.persona import Demonstration, Fact, Persona
from personas.prompting import FRAME_TOKENS, Limits, compile_prompt, estimate_tokens, policy_layer
from personas.prompting.recalling import even_share
from tests.personas.prompted import CANARY, MINA, SEO, prompt, replied, said


def used(made: Prompt, persona: Persona) -> int:
    """What a prompt takes by the estimate, every message framed, the reply's own frame included."""
    texts = (made.system, *(turn.text for turn in made.turns), made.prefix)
    return sum(estimate_tokens(text, korean=persona.language == "ko") for text in texts) + FRAME_TOKENS * (
        len(made.turns) + 2
    )


def is_of(turn: Turn, whole: Turn) -> bool:
    """Whether it is that turn, or its end."""
    cut = turn.text.startswith("[…] ") and whole.text.endswith(turn.text.removeprefix("[…] "))
    return turn.role == whole.role and (turn.text == whole.text or cut)


TURNS = st.lists(st.text(max_size=300), min_size=1, max_size=24)


@given(
    persona=st.sampled_from([MINA, SEO, *bundled().values()]),
    texts=TURNS,
    budget=st.integers(min_value=450, max_value=3000),
    names=st.sampled_from([("Kim",), ("Kim", "이지"), ("",)]),
    prefix=st.text(max_size=40),
)
def test_whatever_is_said_the_prompt_keeps_to_its_budget(
    persona: Persona, texts: list[str], budget: int, names: tuple[str, ...], prefix: str
) -> None:
    turns = [
        replied(text) if number % 2 and number + 1 < len(texts) else said(text, names[number % len(names)])
        for number, text in enumerate(texts)
    ]
    limits = Limits(budget=budget, reminder_every=3)
    made = compile_prompt(persona, turns, limits=limits, canary=CANARY, people=names, prefix=prefix).prompt
    assert used(made, persona) <= budget
    assert made.turns[-1].role == "user"
    assert made.system.startswith(policy_layer(persona, CANARY))
    whole = prompt(persona, *turns, limits=Limits(budget=10**9, reminder_every=3), people=names)
    kept = iter(turn for turn in whole.turns[:-1] if turn.role != "system")
    standing = [turn for turn in made.turns[:-1] if turn.role != "system"]
    assert all(any(is_of(turn, other) for other in kept) for turn in standing), "order is kept, ends stand"
    noted = {line for turn in whole.turns if turn.role == "system" for line in turn.text.splitlines()}
    notes = [turn.text.splitlines() for turn in made.turns if turn.role == "system"]
    assert all(line in noted for lines in notes for line in lines), "of a note whole lines go"


@pytest.mark.parametrize("persona", [MINA, SEO])
def test_one_long_turn_takes_nothing_along_that_was_said_before_it(persona: Persona) -> None:
    long = "".join(f"{number} 비가 온다. " for number in range(300))
    turns = (said("My name is Ann."), replied("Good."), said(long), replied("A long one."), said("What is my name?"))
    shown = dataclasses.replace(persona, demonstrations=(Demonstration(user="demo", reply="shown"),))
    made = prompt(shown, *turns, limits=Limits(budget=2_000))
    texts = [turn.text for turn in made.turns]

    assert [text for text in texts if "Ann" in text]
    (cut,) = [text for text in texts if "299 비가 온다." in text]
    assert len(cut) < len(long)
    assert "shown" in texts


def test_of_what_is_continued_the_end_stands_however_long_it_is() -> None:
    reply = "".join(f"{number} 번째 문장이오. " for number in range(400))
    made = prompt(SEO, said("말해 주시오."), replied(reply), said("(이어서)"), limits=Limits(budget=1_500))

    assert "399 번째 문장이오." in made.turns[-2].text
    assert "말해 주시오." in made.turns[-3].text


@given(st.lists(st.integers(0, 500), max_size=8), st.integers(0, 2_000))
def test_an_even_share_fits_and_one_more_would_not(costs: list[int], room: int) -> None:
    most = even_share(costs, room)

    assert sum(min(cost, most) for cost in costs) <= room
    assert most == max(costs, default=0) or sum(min(cost, most + 1) for cost in costs) > room


def test_facts_are_looked_up_by_what_a_person_said_not_by_words_of_ours() -> None:
    facts = tuple(Fact(id=name, text=f"The {name} is blue.") for name in ("one", "two", "three", "four", "five", "six"))
    persona = dataclasses.replace(MINA, facts=(*facts, Fact(id="boat", text="Their boat was built in Leith.")))

    def compiled(about: str) -> str:
        turns = [said("Tell me of the boat."), replied("It floats."), said("(Go on in Leith.)")]
        return str(compile_prompt(persona, turns, limits=Limits(budget=4_000), canary=CANARY, about=about).prompt.turns)

    assert "built in Leith" in compiled("Tell me of the boat.")
    assert "built in Leith" in compiled("")
    assert "built in Leith" not in compiled("How are you?")


def test_demonstrations_beyond_two_go_before_old_turns_and_old_turns_before_new_ones() -> None:
    shown = tuple(Demonstration(user=f"demo {n}", reply=f"shown {n}") for n in range(5))
    persona = dataclasses.replace(MINA, demonstrations=shown)
    turns = [said(f"turn {n}") if n % 2 == 0 else replied(f"turn {n}") for n in range(13)]
    seen: list[tuple[int, int]] = []
    for budget in range(244, 1200, 4):
        texts = [turn.text for turn in prompt(persona, *turns, limits=Limits(budget=budget, reminder_every=0)).turns]
        assert texts[-1] == "turn 12"
        seen.append((sum("shown" in text for text in texts), sum("turn" in text for text in texts)))
    steps = list(dict.fromkeys(seen))
    assert steps[0] == (0, 1)
    assert (2, 13) in steps
    assert steps[-1] == (5, 13)
    assert all(demos == 0 or kept >= 7 for demos, kept in steps), "the last six turns come first"
    assert all(demos <= 2 or kept == 13 for demos, kept in steps), "older turns come before further examples"


def test_a_turn_that_is_too_long_by_itself_is_cut_at_its_beginning() -> None:
    question = " ".join(f"word{number}" for number in range(3000)) + " so which bread?"
    made = prompt(MINA, replied("Morning."), said(question), limits=Limits(budget=900))
    newest = made.turns[-1].text
    assert newest.startswith("[…] ")
    assert newest.endswith("so which bread?")
    assert question.endswith(newest.removeprefix("[…] "))
    assert "You are Mina. A baker of forty." in made.system


def test_a_description_that_is_too_long_is_cut_at_its_end() -> None:
    persona = dataclasses.replace(MINA, description="A baker. " * 800)
    made = prompt(persona, said("Hi"), limits=Limits(budget=900))
    assert "You are Mina. A baker. A baker." in made.system
    assert "How Mina talks: Short and warm." in made.system
    assert used(made, persona) <= 900


def test_a_budget_without_room_for_rules_and_a_turn_is_refused_in_both_languages() -> None:
    with pytest.raises(RefuseToStart) as caught:
        prompt(MINA, said("Hi"), limits=Limits(budget=100))
    assert "at least" in caught.value.explain("en")
    assert "이상이어야" in caught.value.explain("ko")
    needed = caught.value.fields["expected"]
    assert isinstance(needed, int)
    assert prompt(MINA, said("Hi"), limits=Limits(budget=needed)).turns[-1] == said("Hi")


def test_the_tokenizer_is_asked_where_it_is_known() -> None:
    generous = prompt(MINA, said("Hi"), limits=Limits(budget=300, count=lambda text: len(text) // 100))
    assert len(generous.turns) == 5
    assert len(prompt(MINA, said("Hi"), limits=Limits(budget=300)).turns) < 5


def test_the_bundled_characters_have_a_short_system_text() -> None:
    for persona in bundled().values():
        made = prompt(persona, said("?"))
        assert estimate_tokens(made.system, korean=persona.language == "ko") < (
            1150 if persona.language == "ko" else 650
        )
