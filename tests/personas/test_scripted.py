"""A scripted model in this process: what it says to whom, and what it repairs."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.generators.prefixes import PROBE, continued
from personas.generators.scripted import Scripted
from personas.generators.scripted_model import ScriptedModel, resume
from personas.generators.scripts import Gold, Repair, Reply, Script, Sentence, bundled_scripts
from personas.messages import Finish, Prompt, Turn
from tests.personas.performing import CRITIQUE, HARBOUR, TEA, Clock, asked, scripted, text_of


async def test_sentences_are_joined_by_a_space_unless_one_brings_white_space() -> None:
    sentences = (Sentence(t="One."), Sentence(t="Two.\n"), Sentence(t="Three."), Sentence(t="\tFour."))

    assert await text_of(scripted(replace(HARBOUR, sentences=sentences)), asked()) == "One. Two.\nThree.\tFour."


async def test_replies_come_in_order_and_then_again_from_the_first() -> None:
    generator = scripted(HARBOUR, TEA)

    said = [await text_of(generator, asked(f"turn {number}")) for number in range(3)]

    assert [text.split()[0] for text in said] == ["Ahoy!", "어서", "Ahoy!"]


async def test_a_reply_with_when_answers_its_question_and_does_not_take_a_place_in_the_order() -> None:
    storm = Reply(script="storm", when="STORM", sentences=(Sentence(t="Get below!"),))
    generator = scripted(HARBOUR, storm, TEA)

    said = [await text_of(generator, asked(text)) for text in ("Hello.", "Is that a storm?", "Hello again.")]

    assert [text.split()[0] for text in said] == ["Ahoy!", "Get", "어서"]


async def test_asking_the_same_in_another_conversation_is_a_new_turn() -> None:
    generator = scripted(HARBOUR, TEA)

    assert await text_of(generator, asked("Hi.")) != await text_of(generator, asked("Hi."))


async def test_a_criticised_sentence_is_repaired_and_the_reply_goes_on_behind_it() -> None:
    generator = scripted(TEA, HARBOUR)
    await text_of(generator, asked())

    again = await text_of(generator, asked(prefix="어서 오세요.", critique=CRITIQUE))

    assert again == " 오늘 좀 춥죠? 유자차 어떠세요?"
    assert [(call.turn, call.attempt) for call in generator.journal] == [(0, 0), (0, 1)]


async def test_the_first_sentence_is_repaired_without_a_prefix() -> None:
    generator = scripted(replace(TEA, sentences=TEA.sentences[1:]))
    await text_of(generator, asked())

    assert await text_of(generator, asked(critique=CRITIQUE)) == "오늘 좀 춥죠? 유자차 어떠세요?"


async def test_a_repair_that_fails_is_worded_differently_and_still_labelled() -> None:
    assert TEA.repair is not None
    generator = scripted(replace(TEA, repair=Repair(p_ok=0, ok=TEA.repair.ok, bad=TEA.repair.bad)))
    await text_of(generator, asked())

    assert await text_of(generator, asked(prefix="어서 오세요.", critique=CRITIQUE)) == " 춥지 않아? 유자차 어떠세요?"
    assert generator.journal[-1].sentences[0].gold == Gold(cat="register")


async def test_without_a_repair_the_model_repeats_itself() -> None:
    generator = scripted(replace(TEA, repair=None))
    await text_of(generator, asked())

    assert (await text_of(generator, asked(prefix="어서 오세요.", critique=CRITIQUE))).startswith(" 오늘 좀 춥지?")


async def test_repairs_succeed_as_often_as_the_script_says_and_the_same_ones_each_time() -> None:
    async def outcomes() -> list[bool]:
        generator, said = scripted(replace(TEA, repair=Repair(p_ok=0.7, ok="춥죠?", bad="추워?"), chunk="400chars")), []
        for number in range(300):
            await text_of(generator, asked(f"{number}"))
            said.append(await text_of(generator, asked(f"{number}", prefix="어서 오세요.", critique=CRITIQUE)))
        return ["춥죠?" in text for text in said]

    first = await outcomes()

    assert 0.6 < sum(first) / len(first) < 0.8
    assert first == await outcomes()


async def test_further_instructions_about_a_known_turn_are_a_critique() -> None:
    """How a critique looks over HTTP, to a service without prefixes: nothing but more words in the system message."""
    generator = scripted(TEA)
    turn = Turn(role="user", text="hi")
    note = Turn(role="system", text="Already sent: 어서 오세요.\nDo not repeat it.")
    await text_of(generator, Prompt(system="Be kind.", turns=(turn,)))

    again = await text_of(generator, Prompt(system="Be kind.\n\nNo casual speech.", turns=(turn, note)))

    assert again == "오늘 좀 춥죠? 유자차 어떠세요?"


async def test_a_model_without_prefixes_begins_again_and_its_repetition_is_removed() -> None:
    generator = scripted(replace(TEA, prefix_support=False))
    await text_of(generator, asked())

    assert (
        await text_of(generator, asked(prefix="어서 오세요.", critique=CRITIQUE)) == " 오늘 좀 춥죠? 유자차 어떠세요?"
    )
    assert generator.journal[-1].said == "어서 오세요. 오늘 좀 춥죠? 유자차 어떠세요?"


async def test_words_before_the_first_sentence_are_somebody_elses() -> None:
    """A truthful disclosure stands before the generated words."""
    prompt = asked(prefix="네, 저는 AI예요. 어서 오세요.")

    assert await text_of(scripted(replace(TEA, repair=None)), prompt) == " 오늘 좀 춥지? 유자차 어떠세요?"


@given(st.integers(0, 80), st.sampled_from(["1char", "3tokens", "1byte"]))
def test_a_reply_goes_on_from_any_place(cut: int, chunk: str) -> None:
    whole = "어서 오세요. 오늘 좀 춥지? 유자차 어떠세요?"
    generator = scripted(replace(TEA, chunk=chunk))

    said = asyncio.run(text_of(generator, asked(prefix=whole[:cut])))

    assert whole[:cut] + said == whole


@pytest.mark.parametrize(
    ("heard", "place"),
    [
        ("", (0, "")),
        ("어서 오", (0, "세요.")),
        ("어서  오세요.\n", (1, "")),
        ("어서 오세요. 춥지 않아? 유자차", (2, " 어떠세요?")),
        ("Something else.", (0, "")),
        ("어서 오세요. Something else.", (1, "")),
        ("어서 오세요. 오늘 좀 춥죠? 유자차 어떠세요?", (3, "")),
    ],
)
def test_what_was_heard_tells_where_to_go_on(heard: str, place: tuple[int, str]) -> None:
    assert resume(TEA, heard) == place


async def test_the_prefix_tells_equally_worded_turns_apart() -> None:
    """Two people greet at the same moment; each one's repair continues that one's reply."""
    generator = scripted(HARBOUR, TEA)
    async with generator.generate(asked("hi")) as one, generator.generate(asked("hi")) as other:
        await anext(aiter(one))
        await anext(aiter(other))

    assert (
        await text_of(generator, asked("hi", prefix="어서 오세요.", critique=CRITIQUE))
        == " 오늘 좀 춥죠? 유자차 어떠세요?"
    )
    assert await text_of(generator, asked("hi", prefix="Ahoy!", critique=CRITIQUE)) == " The tide turns."


async def test_a_turn_that_is_being_answered_is_not_the_one_that_is_repaired() -> None:
    generator = scripted(HARBOUR)
    async with generator.generate(asked("hi")) as running:
        await anext(aiter(running))
        await text_of(generator, asked("hi"))
        await text_of(generator, asked("hi", prefix="Ahoy!", critique=CRITIQUE))

    assert [call.turn for call in generator.journal] == [1, 1, 0]


def test_of_very_many_equally_worded_turns_the_oldest_are_forgotten() -> None:
    replies = [Reply(script=f"r{number}", sentences=(Sentence(t=f"<{number}>"),)) for number in range(65)]
    model = ScriptedModel(Script(replies=tuple(replies)))
    for _ in replies:
        model.answer(asked("hi")).end(Finish.STOP)

    assert model.answer(asked("hi", prefix="<1>")).label == "1-1"
    assert model.answer(asked("hi", prefix="<0>")).label != "0-1"


def test_a_model_that_has_heard_very_many_turns_forgets_the_oldest() -> None:
    model = ScriptedModel(Script(replies=(HARBOUR,)), journal_size=3)
    for number in range(16_400):
        model.answer(asked(f"{number}")).end(Finish.STOP)

    assert model.answer(asked("0", critique=CRITIQUE)).label == "16400-0"
    assert model.answer(asked("16399", critique=CRITIQUE)).label == "16399-1"
    assert [call.turn for call in model.journal] == [16_397, 16_398, 16_399]


@pytest.mark.parametrize("support", [True, False])
async def test_asked_whether_it_can_continue_it_tells_the_truth_without_using_up_a_reply(*, support: bool) -> None:
    generator = scripted(replace(TEA, prefix_support=support), HARBOUR)
    async with generator.generate(PROBE) as probe:
        await anext(aiter(probe))
    raw = ScriptedModel(Script(replies=(replace(TEA, prefix_support=support),))).answer(PROBE)

    assert continued(raw.text) is support
    assert (await text_of(generator, asked())).startswith("어서")


async def test_a_stop_string_ends_the_reply_before_it() -> None:
    generator = scripted(TEA)

    assert await text_of(generator, asked(stop=" 유자")) == "어서 오세요. 오늘 좀 춥지?"
    assert generator.journal[-1].finish is Finish.STOP


async def test_a_reply_longer_than_allowed_is_cut_and_says_so() -> None:
    prompt = Prompt(system="", turns=(Turn(role="user", text="hi"),), max_tokens=4)
    generation = scripted(TEA).generate(prompt)

    assert "".join([piece async for piece in generation]) == "어서 오세"
    assert generation.finish is Finish.LENGTH


BUNDLED = bundled_scripts()


@pytest.mark.parametrize("name", sorted({"slip_of_the_mask", *BUNDLED}))
async def test_every_bundled_script_can_be_performed_and_repaired(name: str) -> None:
    generator = Scripted(BUNDLED[name], sleep=Clock().sleep)
    for number, reply in enumerate(BUNDLED[name].replies):
        said = await text_of(generator, asked(f"{number}"))
        bad = next((sentence.t for sentence in reply.sentences if sentence.gold), None)
        if bad is None or reply.repair is None:
            continue
        clean = said[: said.index(bad)].rstrip()
        repaired = await text_of(generator, asked(f"{number}", prefix=clean, critique=CRITIQUE))
        assert repaired.strip().startswith(reply.repair.ok)
        assert bad not in repaired


async def test_a_sentence_may_bring_what_is_said_in_its_place() -> None:
    own = Repair(p_ok=1.0, ok="Mind the step, please.", bad="Mind it!")
    bad = Sentence(t="Move!", gold=Gold(cat="order"), repair=own)
    said = (Sentence(t="Evening."), bad, Sentence(t="There is tea."))
    reply = Reply(script="own", sentences=said, repair=Repair(p_ok=1.0, ok="Never mind.", bad="No!"))
    generator = Scripted(Script(replies=(reply,)))

    assert await text_of(generator, asked("hi")) == "Evening. Move! There is tea."
    repaired = await text_of(generator, asked("hi", prefix="Evening.", critique=CRITIQUE))
    assert repaired == " Mind the step, please. There is tea."
    assert await text_of(generator, asked("hi", prefix=f"Evening.{repaired[:23]}")) == " There is tea."
