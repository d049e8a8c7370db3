"""What a persona looks up for a reply, and that it is told where it knows nothing."""

from dataclasses import replace
from datetime import date

import pytest

from moderation.models.encoder import UniversalEncoder
from personas.knowledge.asking import asks
from personas.knowledge.pieces import Document, Piece
from personas.knowledge.source import Knowledge
from personas.messages import Aside, Cue
from personas.occasion import Occasion
from personas.persona import Fact
from tests.support.judges import loaded
from tests.support.stage import PERSONA, on_stage, reply_of, scripted

LOG = Document(
    id="log",
    title="The log",
    source="by hand",
    licence="CC0-1.0",
    pieces=(
        Piece(text="In March the boiler burst and the fog horn was silent for nine days.", heading="1922"),
        Piece(text="A crate of oranges washed ashore.", heading="1922"),
    ),
)
KEEPER = replace(
    PERSONA,
    facts=(
        *(Fact(id=f"core{number}", text=f"The {word} is painted red.") for number, word in enumerate(
            ("door", "rail", "roof", "stair", "shed", "boat")
        )),
        Fact(id="cat", text="Her cat is called Biscuit.", slot="pet"),
        Fact(id="tobias", text="Her brother Tobias repairs nets.", ask="What does your brother do?"),
        Fact(id="radio", text="A wireless set came to the rock.", since=date(1930, 1, 1)),
        Fact(id="letter", text="The harbour master burnt the letter.", witness=False),
    ),
    documents=(LOG, replace(LOG, id="later", title="Later", since=date(1940, 1, 1), pieces=(
        Piece(text="The boiler was replaced by an oil engine."),
    ))),
    moment=date(1923, 5, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> UniversalEncoder:
    return loaded(UniversalEncoder)


async def looked_up(said: str, encoder: UniversalEncoder | None, before: str = "") -> list[Aside]:
    async with on_stage(scripted(reply_of("Yes.")), persona=KEEPER) as stage:
        if before:
            await stage.say(before)
        occasion = Occasion.of(Cue.ANSWER, stage.message(said), stage.cast, stage.conversation)
        return list(await Knowledge(encoder).recall(occasion))


async def test_a_fact_is_found_by_its_words_by_its_question_and_by_what_people_ask(encoder: UniversalEncoder) -> None:
    for question, origin in (
        ("Tell me about that cat, Biscuit.", "fact:cat"),
        ("Do you have a pet?", "fact:cat"),
        ("And what does this brother of yours do?", "fact:tobias"),
    ):
        assert origin in [aside.origin for aside in await looked_up(question, encoder)], question


async def test_a_document_is_told_with_its_title(encoder: UniversalEncoder) -> None:
    [told] = [aside for aside in await looked_up("When did the boiler burst?", encoder) if "document" in aside.origin]

    assert told.origin == "document:log:1"
    assert told.text == (
        'From "The log", which Maren knows: In March the boiler burst and the fog horn was silent for nine days.'
    )


async def test_nothing_later_and_nothing_unwitnessed_is_found(encoder: UniversalEncoder) -> None:
    for question in ("When did the wireless set come?", "Who burnt the letter?", "Is there an oil engine?"):
        told = [aside.text for aside in await looked_up(question, encoder)]
        assert not [text for text in told if "wireless" in text or "burnt" in text or "oil engine" in text]


async def test_at_two_moments_a_persona_knows_two_things() -> None:
    knowledge = Knowledge(None)
    async with on_stage(scripted(reply_of("Yes.")), persona=replace(KEEPER, moment=date(1950, 1, 1))) as stage:
        message = stage.message("Is there an oil engine for the boiler?")
        for cast, known in ((stage.cast, True), (stage.cast.at(date(1923, 5, 1)), False)):
            told = await knowledge.recall(Occasion.of(Cue.ANSWER, message, cast, stage.conversation))
            assert ("oil engine" in str(told)) is known


async def test_what_stands_in_every_prompt_is_not_told_twice(encoder: UniversalEncoder) -> None:
    assert [aside.origin for aside in await looked_up("What colour is the door painted?", encoder)] == []


async def test_where_nothing_is_known_the_persona_is_told_to_say_so(encoder: UniversalEncoder) -> None:
    for question in ("Which university did you attend?", "What is your favourite film?", "어느 대학 나오셨어요?"):
        [told] = await looked_up(question, encoder)
        assert told.origin == "knowledge:none"
        assert "makes nothing up" in told.text


@pytest.mark.parametrize(
    "said", ["Good evening!", "It rains.", "How are you doing?", "Could you tell me a story?", "What do you think?"]
)
async def test_small_talk_is_not_answered_with_ignorance(said: str, encoder: UniversalEncoder) -> None:
    assert "knowledge:none" not in [aside.origin for aside in await looked_up(said, encoder)]


async def test_a_short_turn_is_understood_by_the_one_before_it(encoder: UniversalEncoder) -> None:
    told = await looked_up("And then?", encoder, before="The boiler burst in March, didn't it? The boiler!")

    assert told == [] or told[0].origin == "document:log:1"


async def test_without_an_encoder_words_alone_find_and_nothing_is_denied() -> None:
    assert [aside.origin for aside in await looked_up("What about the boiler?", None)] == ["document:log:1"]
    assert await looked_up("Which university did you attend?", None) == []


async def test_what_was_found_stands_in_the_prompt(encoder: UniversalEncoder) -> None:
    generator = scripted(reply_of("Nine days it was."))
    async with on_stage(generator, persona=KEEPER, sources=(Knowledge(encoder),)) as stage:
        await stage.say("When did the boiler burst?")

    [call] = generator.journal
    assert "silent for nine days" in str(call.prompt)
    assert "oil engine" not in str(call.prompt)


@pytest.mark.parametrize(
    "question",
    ["Where were you born?", "Tell me about your brother.", "Does Maren have a dog?", "고향이 어디예요?",
     "결혼은 하셨나요?", "과거에는 붙으셨소?", "어릴 때 이야기를 들려주세요. 언제였어요?"],
)  # fmt: skip
def test_questions_for_what_a_persona_can_know(question: str) -> None:
    assert asks(question, name="Maren")


@pytest.mark.parametrize(
    "said",
    ["Where is the nearest pub?", "I was born in May.",
     "Do you remember my name?", "How are you?", "Would you like tea?",
     "저는 어디로 가야 하나요?", "제 이름 기억하세요?",
     "오늘 어때요?", "정말요?", "차 한 잔 주실래요?", "사랑에 대해 어떻게 생각하세요?"],
)  # fmt: skip
def test_what_asks_nothing_of_the_persona(said: str) -> None:
    assert not asks(said, name="Maren")
