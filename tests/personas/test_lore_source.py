"""Lore in a reply: it is in the prompt, and what goes on goes on for as long as the conversation does."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.models.encoder import UniversalEncoder
from personas.conversation import Conversation
from personas.knowledge.source import Knowledge
from personas.lore import Lorebook, Position
from personas.lore.answering import Unless
from personas.lore.conversion import book_of
from personas.lore.engine import Compiled
from personas.lore.source import Lore, asides, tell_all
from personas.messages import Cue, Turn
from personas.occasion import Occasion
from personas.prompting import Limits
from tests.personas.lore_books import book, entry, size, talk
from tests.support.judges import loaded
from tests.support.stage import PERSONA, Set, on_stage, reply_of, scripted


@dataclass
class Shelf:
    """Has the same books everywhere."""

    held: tuple[Lorebook, ...]

    async def books(self, occasion: Occasion) -> Sequence[Compiled]:
        return [Compiled.of(one) for one in self.held]


def lore_of(*held: Lorebook, budget: int = 2_000) -> Lore:
    return Lore(Shelf(held), Limits(budget=budget))


def occasion(stage: Set, text: str) -> Occasion:
    return Occasion.of(Cue.ANSWER, stage.message(text), stage.cast, stage.conversation)


async def test_what_the_talk_calls_for_is_in_the_prompt_and_nothing_else() -> None:
    lore = book(
        entry("mole", "mole", content="The mole was built in a year of storms."),
        entry("inn", "inn", content="The inn burnt down."),
        entry("near", "mole", content="Mind the gap.", position=Position.DEPTH, depth=0),
    )
    generator = scripted(reply_of("Long."))
    async with on_stage(generator, sources=(lore_of(lore),)) as stage:
        await stage.say("How long is the mole?")

    prompt = str(generator.journal[0].prompt)
    assert "The mole was built in a year of storms." in prompt
    assert "Mind the gap." in prompt
    assert "The inn burnt down." not in prompt


async def test_a_persona_pinned_to_a_moment_is_not_told_of_later() -> None:
    lore = book(entry("war", "war", content="The war ended.", since=date(1945, 5, 8)))
    generator = scripted(reply_of("War?"))
    persona = replace(PERSONA, moment=date(1890, 1, 1))
    async with on_stage(generator, persona=persona, sources=(lore_of(lore),)) as stage:
        await stage.say("How did the war end?")

    assert "The war ended." not in str(generator.journal[0].prompt)


async def test_what_sticks_is_in_the_prompts_that_follow_until_it_is_over() -> None:
    lore = book(entry("mole", "mole", content="The mole is long.", sticky=4))
    generator = scripted(*(reply_of("Yes.") for _ in range(4)))
    async with on_stage(generator, sources=(lore_of(replace(lore, scan_depth=1)),)) as stage:
        for text in ("The mole?", "And now?", "And then?"):
            await stage.say(text)

    assert ["The mole is long." in str(call.prompt) for call in generator.journal] == [True, True, False]


async def test_a_reply_that_is_asked_for_again_is_told_the_same() -> None:
    lore = lore_of(book(entry("mole", "mole", content="The mole is long.", cooldown=50)))
    generator = scripted(reply_of("Yes."), reply_of("No."), reply_of("So."))
    async with on_stage(generator, sources=(lore,)) as stage:
        await stage.say("The mole?")
        again = stage.runtime.respond(stage.message(""), stage.cast, stage.conversation, Cue.AGAIN)
        _ = [event async for event in again]
        await stage.say("The mole?")

    assert ["The mole is long." in str(call.prompt) for call in generator.journal] == [True, True, False]


async def test_half_a_character_hidden_in_a_book_of_another_program_keeps_nobody_from_being_answered() -> None:
    entries = [
        {"keys": ["mole"], "content": "The mole is long. {{hidden_key:gu\ud83dll}} {{hidden_key:inn}}"},
        {"keys": ["inn"], "content": "The inn burnt down."},
    ]
    lore = book_of({"recursive_scanning": True, "entries": entries}, id="world", file="world.json")
    generator = scripted(reply_of("Long."))
    async with on_stage(generator, sources=(lore_of(lore),)) as stage:
        await stage.say("How long is the mole?")

    prompt = str(generator.journal[0].prompt)
    assert "The mole is long." in prompt
    assert "The inn burnt down." in prompt


async def test_trying_a_text_changes_nothing_for_replies() -> None:
    lore = lore_of(book(entry("mole", "mole", content="The mole is long.", cooldown=50)))
    async with on_stage(scripted(reply_of("Yes."))) as stage:
        for _ in range(2):
            (mention,) = await lore.tried(occasion(stage, "The mole?"))
            assert mention.told
        assert len(await lore.recall(occasion(stage, "The mole?"))) == 1


async def test_what_goes_on_is_forgotten_with_the_conversation() -> None:
    lore = lore_of(book(entry("mole", "mole", sticky=9)))
    async with on_stage(scripted(reply_of("Yes."))) as stage:
        stage.conversation = Conversation(window=4)
        await lore.recall(occasion(stage, "mole"))
        assert len(lore._started) == 1
        stage.conversation = Conversation(window=4)
        gc.collect()
        assert len(lore._started) == 0


@pytest.fixture(scope="module")
def encoder() -> UniversalEncoder:
    return loaded(UniversalEncoder)


@pytest.mark.parametrize(
    ("language", "question", "admits"),
    [
        ("en", "Do you know who built the mole?", False),
        ("en", "Do you know who painted the mole?", True),
        ("ko", "혹시 방파제는 누가 쌓았어요?", False),
        ("ko", "혹시 방파제에서 무슨 고기가 잡히나요?", True),
    ],
)
async def test_a_persona_does_not_say_that_it_knows_nothing_of_what_lore_answers(
    encoder: UniversalEncoder, language: str, question: str, admits: bool
) -> None:
    built = {
        "en": "The mole was built by monks in the year of the great storm.",
        "ko": "방파제는 큰 폭풍이 지나간 이듬해에 수도사들이 쌓았다.",
    }
    lore = lore_of(book(entry("mole", "mole", "방파제", content=built[language])))
    knowledge = Knowledge(encoder)
    async with on_stage(scripted(reply_of("Yes.")), persona=replace(PERSONA, language=language)) as stage:
        alone = await knowledge.recall(occasion(stage, question))
        both = await Unless(knowledge, lore, encoder).recall(occasion(stage, question))

    assert "knowledge:none" in {aside.origin for aside in alone}
    assert ("knowledge:none" in {aside.origin for aside in both}) is admits


def test_all_books_share_one_budget_and_what_has_no_room_does_not_count_as_told() -> None:
    one = Compiled.of(book(entry("a", "go", content="x" * 60, priority=1, cooldown=9)))
    two = Compiled.of(replace(book(entry("a", "go", content="y" * 60, priority=2, cooldown=9)), id="other"))

    mentions, known = tell_all([one, two], talk("go"), {}, budget=100, size=size)

    assert [(mention.book, mention.told) for mention in mentions] == [("book", False), ("other", True)]
    assert known == {"other": {"a": 1}}


def test_what_is_told_stands_around_the_persona_or_near_the_newest_turn_the_first_book_first() -> None:
    entries = (
        entry("late", "go", order=9, position=Position.BEFORE),
        entry("after", "go", order=1, priority=99),
        entry("deep", "go", position=Position.DEPTH, depth=2, order=0),
        entry("outlet", "go", position=Position.NOWHERE),
    )
    books = [Compiled.of(book(*entries)), Compiled.of(replace(book(entry("other", "go", order=0)), id="other"))]

    mentions, _ = tell_all(books, talk("go"), {}, budget=1_000, size=size)
    told = asides(mentions)

    assert [(aside.origin, aside.depth) for aside in told] == [
        ("lore:book/late", None),
        ("lore:book/after", None),
        ("lore:other/other", None),
        ("lore:book/deep", 2),
    ]
    assert max(told, key=lambda aside: aside.weight).origin == "lore:book/after"
    assert len({aside.weight for aside in told}) == 4
    assert all(0 < aside.weight < 1 for aside in told)


@given(st.lists(st.booleans(), max_size=30), st.integers(2, 6))
def test_a_conversation_knows_how_many_turns_it_had_however_few_it_keeps(answered: list[bool], window: int) -> None:
    conversation = Conversation(window=window)
    for reply in answered:
        conversation.answered(Turn(role="user", text="said"), "reply" if reply else "")

    assert conversation.count == len(answered) + sum(answered)
    assert conversation.spoken == sum(answered)
    if conversation.undone():
        assert conversation.count == len(answered) + sum(answered) - 2
