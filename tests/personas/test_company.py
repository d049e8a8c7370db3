"""Two personas on one stage: what each hears of the other, keeps to itself, and answers."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import StoreFailed
from moderation.filters.character import Character
from moderation.records import Objection, Opening, Outcome, Stage
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from personas.cast import Cast, fixed_words, prepare
from personas.company import Company
from personas.conversation import Conversation
from personas.messages import Cue, Event, PassageKind, Turn, Usage
from personas.occasion import Occasion
from personas.persona import Fact, Persona
from tests.support.judges import loaded
from tests.support.stage import CANARY, PERSONA, Set, Shown, holding, on_stage, reply_of, scripted

CHARACTER = loaded(Character)
KEEPER = replace(PERSONA, facts=(Fact(id="lamp", text="The lamp needs oil at four."),))
PEDLAR = replace(
    PERSONA,
    id="pedlar",
    name="Odo Fenn",
    description="You sell needles from a cart.",
    facts=(Fact(id="debt", text="You owe the miller nine coins."),),
)


@dataclass
class Two:
    """Both of them, and the house around them."""

    stage: Set
    casts: dict[str, Cast]
    talks: dict[str, Conversation]

    async def cue(
        self,
        persona: str,
        cue: Cue = Cue.ANSWER,
        text: str = "hello",
        *,
        key: str = "",
        name: str = "Ann",
        unasked: bool = False,
    ) -> Shown:
        shown = Shown()
        message = replace(self.stage.message(text), reply=key, name=name, unasked=unasked)
        events: AsyncGenerator[Event, None] = self.stage.runtime.respond(
            message, self.casts[persona], self.talks[persona], cue
        )
        async with aclosing(events):
            async for event in events:
                shown.events.append(event)
        return shown

    def read(self, persona: str) -> list[tuple[str, str]]:
        """The window of one of them: who said what, "" for itself."""
        return [(turn.name, turn.text) for turn in self.talks[persona].turns]


@asynccontextmanager
async def together(generator: Any, **more: Any) -> AsyncGenerator[Two, None]:
    async with on_stage(generator, persona=KEEPER, sources=(Company(),), **more) as stage:
        words = await fixed_words(stage.guard)
        other = await prepare(PEDLAR, stage.guard, words, canary=CANARY)
        talks = {"keeper": stage.conversation, "pedlar": Conversation(window=20)}
        named: list[tuple[Persona, Conversation]] = [(KEEPER, talks["keeper"]), (PEDLAR, talks["pedlar"])]
        link(named)
        yield Two(stage, {"keeper": stage.cast, "pedlar": other}, talks)


def link(named: Sequence[tuple[Persona, Conversation]]) -> None:
    for persona, talk in named:
        talk.among(persona.name, [(one.name, other) for one, other in named if other is not talk])


async def test_what_one_says_the_other_overhears_by_its_name_and_may_answer() -> None:
    generator = scripted(reply_of("Come in."), reply_of("Needles, anybody?"))
    async with together(generator) as two:
        await two.cue("keeper", key="r1")
        assert two.read("pedlar") == [("Ann", "hello"), ("Maren", "Come in.")]
        await two.cue("pedlar", Cue.REACT, key="r2")

        assert two.read("keeper") == [("Ann", "hello"), ("", "Come in."), ("Odo Fenn", "Needles, anybody?")]
        assert two.read("pedlar") == [("Ann", "hello"), ("Maren", "Come in."), ("", "Needles, anybody?")]
        asked = [(turn.role, turn.text) for turn in generator.journal[-1].prompt.turns]
        assert [pair for pair in asked if pair[0] == "user"] == [("user", "Ann: hello"), ("user", "Maren: Come in.")]


async def test_nothing_of_one_is_in_the_prompt_of_the_other_and_each_is_told_who_else_is_there() -> None:
    generator = scripted(reply_of("Come in."), reply_of("Needles?"))
    async with together(generator) as two:
        two.talks["keeper"].note = "The fog is a secret."
        two.talks["pedlar"].note = "The cart has a false floor."
        await two.cue("keeper", key="r1")
        await two.cue("pedlar", Cue.REACT, key="r2")

        keeper, pedlar = (
            "\n".join((call.prompt.system, *(turn.text for turn in call.prompt.turns))) for call in generator.journal
        )
        assert "oil at four" in keeper
        assert "fog is a secret" in keeper
        assert "nine coins" in pedlar
        assert "false floor" in pedlar
        for secret in ("nine coins", "false floor", "needles from a cart"):
            assert secret not in keeper
        for secret in ("oil at four", "fog is a secret", "lighthouse"):
            assert secret not in pedlar
        assert "Also in this scene, each a part of its own: Odo Fenn." in keeper
        assert "Also in this scene, each a part of its own: Maren." in pedlar


async def test_neither_speaks_for_the_other_whether_or_not_that_one_spoke_yet() -> None:
    generator = scripted(reply_of("Come in."))
    async with together(generator) as two:
        await two.cue("keeper", key="r1")
        message = two.stage.message("hello")
        occasion = Occasion.of(Cue.ANSWER, message, two.casts["keeper"], two.talks["keeper"])

        assert "\nOdo Fenn:" in generator.journal[-1].prompt.stop
        assert occasion.brief.people == ("Ann", "Odo Fenn")
        for text in ("Odo Fenn: Needles!", "Odo Fenn nods and says nothing."):
            candidate = occasion.candidate(Stage.WHOLE, text, spoken="", asked=False)
            assert "user_voice" in {signal.category for signal in CHARACTER.examine(candidate)}


async def test_a_person_without_a_name_or_with_one_of_theirs_is_told_apart_from_them() -> None:
    generator = scripted(reply_of("Come in."), reply_of("Yes?"))
    async with together(generator) as two:
        await two.cue("keeper", key="r1", name="")
        await two.cue("keeper", key="r2", name="odo fenn")

        assert [name for name, _ in two.read("keeper")] == ["friend", "", "friend", ""]


async def test_what_is_withdrawn_edited_or_shown_after_all_is_so_in_every_window() -> None:
    async with together(scripted(reply_of("Come in."), reply_of("Needles?"))) as two:
        await two.cue("keeper", key="r1")
        await two.cue("pedlar", Cue.REACT, key="r2")
        two.talks["keeper"].revised("Come in, quick.", "r1")
        assert two.read("pedlar")[1] == ("Maren", "Come in, quick.")
        two.talks["keeper"].forgotten("r1")
        assert two.read("keeper") == [("Odo Fenn", "Needles?")]
        assert two.read("pedlar") == [("", "Needles?")]
        two.talks["keeper"].released(Turn(role="user", text="hello"), "Come in after all.", "r1", before="r2")

        assert [text for _, text in two.read("pedlar")] == ["hello", "Come in after all.", "Needles?"]
        assert [text for _, text in two.read("keeper")] == ["hello", "Come in after all.", "Needles?"]


async def test_whoever_left_the_stage_hears_nothing_more_but_forgets_what_is_taken_back() -> None:
    async with together(scripted(reply_of("One."), reply_of("Two."))) as two:
        await two.cue("keeper", key="r1")
        two.talks["keeper"].among("Maren")
        await two.cue("keeper", key="r2")
        assert [text for _, text in two.read("pedlar")] == ["hello", "One."]
        two.talks["keeper"].forgotten("r1")

        assert two.read("pedlar") == []


async def test_another_try_takes_its_old_place_in_every_window_and_does_not_know_what_came_after() -> None:
    generator = scripted(reply_of("One."), reply_of("Needles?"), reply_of("Other."))
    async with together(generator) as two:
        await two.cue("keeper", key="r1")
        await two.cue("pedlar", Cue.REACT, key="r2")
        await two.cue("keeper", Cue.AGAIN, key="r1")

        assert "Needles?" not in str(generator.journal[-1].prompt.turns)
        assert [text for _, text in two.read("keeper")] == ["hello", "Other.", "Needles?"]
        assert [text for _, text in two.read("pedlar")] == ["hello", "Other.", "Needles?"]


async def test_more_of_a_reply_goes_on_where_it_ended_although_another_spoke_since() -> None:
    async with together(scripted(reply_of("One."), reply_of("Needles?"), reply_of("More."))) as two:
        await two.cue("keeper", key="r1")
        await two.cue("pedlar", Cue.REACT, key="r2")
        await two.cue("keeper", Cue.CONTINUE, key="r1")

        assert [text for _, text in two.read("pedlar")] == ["hello", "One.\nMore.", "Needles?"]


async def test_another_try_of_a_reaction_leaves_what_it_reacts_to_where_it_is() -> None:
    generator = scripted(reply_of("One."), reply_of("Needles?"), reply_of("Thread?"))
    async with together(generator) as two:
        await two.cue("keeper", key="r1")
        await two.cue("pedlar", Cue.REACT, key="r2")
        await two.cue("pedlar", Cue.AGAIN, key="r2")

        assert generator.journal[-1].prompt.turns[-1].text == "Maren: One."
        assert [text for _, text in two.read("keeper")] == ["hello", "One.", "Thread?"]
        assert [text for _, text in two.read("pedlar")] == ["hello", "One.", "Thread?"]


async def test_what_one_withholds_the_other_never_hears() -> None:
    async with together(scripted(reply_of("STOP it."))) as two:
        shown = await two.cue("keeper", key="r1")

        assert shown.finished.outcome is Outcome.WITHHELD
        assert two.read("pedlar") == []
        assert not two.talks["pedlar"].overhears


async def test_each_has_a_guard_of_its_own_and_an_objection_to_a_line_of_another_accuses_nobody() -> None:
    async with together(scripted(reply_of("Please INJECT now."), reply_of("Never said."))) as two:
        await two.cue("keeper", key="r1")
        shown = await two.cue("pedlar", Cue.REACT, key="r2")

        assert shown.text == ""
        assert shown.finished.outcome is Outcome.DECLINED
        assert shown.finished.usage == Usage()
        assert await two.stage.store.list(Query()) == ()


async def test_what_is_kept_of_a_reaction_says_who_said_what_it_answers() -> None:
    async with together(scripted(reply_of("Come in."), reply_of("MAYBE not."))) as two:
        await two.cue("keeper", key="r1")
        await two.cue("pedlar", Cue.REACT, key="r2")
        (kept,) = await two.stage.store.list(Query())

        assert kept.opening.persona == "pedlar"
        assert kept.opening.said == "Maren: Come in."


async def test_nothing_is_remembered_of_a_person_from_what_a_persona_said() -> None:
    async with together(scripted(reply_of("Come in."))) as two:
        await two.cue("keeper", key="r1")
        occasion = Occasion.of(Cue.REACT, two.stage.message("hello"), two.casts["pedlar"], two.talks["pedlar"])

        assert (occasion.message.person, occasion.message.name, occasion.message.text) == ("", "Maren", "Come in.")


async def test_what_people_said_is_looked_back_on_whomever_they_said_it_to() -> None:
    async with together(scripted(reply_of("One."))) as two:
        await two.cue("keeper", key="r1", text="first half")

        assert two.talks["pedlar"].earlier("p") == ("first half",)


_STEPS = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(("say", "edit", "forget", "again"))), max_size=30)


@given(steps=_STEPS)
def test_all_windows_read_the_same_whatever_becomes_of_what_was_said(steps: list[tuple[str, str]]) -> None:
    named = [(replace(PERSONA, id=name, name=name), Conversation(window=100)) for name in "ABC"]
    link(named)
    talks = {persona.name: talk for persona, talk in named}
    keys: dict[str, str] = {}
    for number, (name, step) in enumerate(steps):
        talk = talks[name]
        if step == "say":
            keys[name] = f"r{number}"
            talk.answered(Turn(role="user", text=f"to {number}", name="Ann"), f"said {number}", keys[name])
        elif step == "edit":
            talk.revised(f"edited {number}", keys.get(name, "none"))
        elif step == "forget":
            talk.forgotten(keys.pop(name, ""))
        else:
            since = talk.since
            if (last := talk.undone(keys.get(name, "none"))) is not None:
                talk.answered(last[0], f"again {number}", keys[name], before=since)

    def heard(name: str) -> list[tuple[str, str]]:
        return [(turn.name or name, turn.text) for turn in talks[name].turns]

    assert heard("A") == heard("B") == heard("C")


DOWN = {"kind": "status", "status": 401}
SPENT = [reply_of("BAD."), reply_of("BAD."), reply_of("BAD.")]


@pytest.mark.parametrize(
    ("replies", "outcome", "stands"),
    [
        ([reply_of("Please STOP.")], Outcome.WITHHELD, ""),
        ([reply_of("SEVERE.")], Outcome.WITHHELD, ""),
        (SPENT, Outcome.WITHHELD, ""),
        ([reply_of("First ping.", "Then pong.")], Outcome.WITHDRAWN, ""),
        ([reply_of("Needles?", "SEVERE.")], Outcome.WITHHELD, "Needles?"),
        ([reply_of("-", fault=DOWN)], Outcome.FAILED, ""),
        (
            [reply_of("Needles?", "Thread?", "-", fault={"kind": "disconnect", "after_sentences": 2})],
            Outcome.FAILED,
            "Needles?",
        ),
    ],
)
async def test_what_nobody_asked_for_has_no_words_in_its_place_and_is_kept_as_ever(
    replies: list[dict[str, Any]], outcome: Outcome, stands: str
) -> None:
    async with together(scripted(reply_of("Come in."), *replies)) as two:
        await two.cue("keeper", key="r1")
        shown = await two.cue("pedlar", Cue.REACT, key="r2", unasked=True)

        assert (shown.finished.outcome, shown.text) == (outcome, stands)
        assert {passage.kind for passage in shown.passages} <= {PassageKind.GENERATED}
        kept = [
            (one.opening.persona, one.closing and one.closing.outcome) for one in await two.stage.store.list(Query())
        ]
        assert kept == ([] if outcome is Outcome.FAILED else [("pedlar", outcome)])


async def test_without_a_record_a_reaction_just_ends() -> None:
    class Broken(MemoryStore):
        async def open(self, opening: Opening, first: Objection) -> str:
            raise StoreFailed("stores.closed")

    async with together(scripted(reply_of("Come in."), reply_of("MAYBE not.")), store=Broken(ids=lambda: "x1")) as two:
        await two.cue("keeper", key="r1")
        shown = await two.cue("pedlar", Cue.REACT, key="r2", unasked=True)

        assert (shown.finished.outcome, shown.passages) == (Outcome.FAILED, [])


async def test_what_is_held_stands_there_although_nobody_asked_for_it_to_be_shown_in_its_place() -> None:
    async with together(scripted(reply_of("Come in."), reply_of("BAD.")), policy=holding()) as two:
        await two.cue("keeper", key="r1")
        shown = await two.cue("pedlar", Cue.REACT, key="r2", unasked=True)

        assert shown.finished.outcome is Outcome.HELD
        assert [passage.kind for passage in shown.passages] == [PassageKind.SAFE]


async def test_whoever_is_waited_for_says_so_where_its_words_do_not_come() -> None:
    async with together(scripted(reply_of("Come in."), reply_of("Please STOP."), reply_of("-", fault=DOWN))) as two:
        await two.cue("keeper", key="r1")

        assert (await two.cue("pedlar", Cue.REACT, key="r2")).text == PERSONA.fallbacks[0]
        assert (await two.cue("pedlar", Cue.REACT, key="r2")).text == PERSONA.failures[0]
