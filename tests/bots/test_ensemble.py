"""Several personas on one stage, in a whole house: who speaks, when it ends, and that people come first."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bots.attention import Heard
from bots.cards import Tone
from bots.consent import SAMPLES, Consents
from bots.host import Host
from bots.inbox import Busy
from bots.meter import What
from bots.mutes import Mute, Silent
from bots.place_commands import LIMITS
from bots.sampling import Sampling
from moderation.stores import Query
from personas.messages import Cue, Passage
from personas.persona import Fact
from tests.support.ensemble import NEVER, PEDLAR, SURE, Play, playing
from tests.support.house import SERVER, caller
from tests.support.stage import NOW, PERSONA, reply_of, scripted
from tests.support.telegram_stage import Gate, gated

LINES = ("Come in.", "Needles, anybody?", "The lamp is lit.", "Nine a penny.", "Mind the step.", "Good thread.")


def lines(count: int = 6) -> object:
    return scripted(*map(reply_of, LINES[:count]))


async def test_another_one_reacts_and_the_first_again_until_the_limit_is_reached() -> None:
    async with playing(lines()) as play:
        assert await play.round("hello") == [
            ("keeper", "Come in."),
            ("pedlar", "Needles, anybody?"),
            ("keeper", "The lamp is lit."),
        ]
        assert [who for who, _ in await play.round("and now?")] == ["pedlar", "keeper", "pedlar"]


@pytest.mark.parametrize("most", [1, 2, 5])
async def test_the_limit_is_a_setting_of_the_place(most: int) -> None:
    async with playing(lines(), settings=f"{SURE}scene_turns = {most}\n") as play:
        assert len(await play.round("hello")) == most


async def test_uncalled_nobody_reacts_where_the_chance_is_none() -> None:
    async with playing(lines(), settings=NEVER) as play:
        assert len(await play.round("hello")) == 1
        assert [who for who, _ in await play.round("and you?")] == ["pedlar"]


@pytest.mark.parametrize(
    ("text", "persona"),
    [
        ("Odo, what do you sell?", "pedlar"),
        ("What do you sell, Odo Fenn?", "pedlar"),
        ("maren, is it late?", "keeper"),
        ("서헌이는 어디서 왔소?", "scholar"),
        ("윤서헌아, 오늘은 어떻소?", "scholar"),
    ],
)
async def test_whoever_is_called_in_any_form_answers(text: str, persona: str) -> None:
    async with playing(lines(), settings=NEVER, cast=("keeper", "pedlar", "scholar")) as play:
        assert await play.listen(text) == persona


async def test_a_nickname_calls_and_so_does_one_that_a_persona_says() -> None:
    said = scripted(reply_of("The tinker knows."), reply_of("Do I?"), reply_of("Aye."))
    async with playing(said, settings=NEVER) as play:
        named = replace(PEDLAR, extra={"nicknames": "tinker, 바늘장수, x"})
        play.opened.house.scenes.hall.add(await play.opened.troupe._cast(named), SERVER.community)

        assert await play.listen("바늘장수야, 뭘 파니?") == "pedlar"
        assert await play.listen("x marks the spot", answers="keeper") == "keeper"
        assert await play.round("Maren?") == [("keeper", "The tinker knows."), ("pedlar", "Do I?")]
        assert await play.listen("hello tinker", answers="keeper") == "pedlar"


async def test_everybody_whom_somebody_calls_answers_one_after_another() -> None:
    async with playing(lines(), settings=NEVER) as play:
        assert [who for who, _ in await play.round("Odo and Maren, what do you both think?")] == ["pedlar", "keeper"]


async def test_whoever_a_persona_calls_reacts() -> None:
    async with playing(scripted(reply_of("Ask Odo about that."), reply_of("Aye.")), settings=NEVER) as play:
        assert [who for who, _ in await play.round("hello Maren")] == ["keeper", "pedlar"]


async def test_a_reply_to_what_one_said_is_answered_by_that_one() -> None:
    async with playing(lines(), settings=NEVER) as play:
        assert [who for who, _ in await play.round("and?", answers="pedlar")] == ["pedlar"]


async def test_who_knows_of_what_was_said_answers_and_otherwise_who_spoke_least() -> None:
    async with playing(lines(), settings=NEVER, cast=("keeper", "pedlar")) as play:
        assert await play.listen("Where can I buy needles and thread?") == "pedlar"
        assert await play.listen("Who keeps the lighthouse lamp?") == "keeper"
        await play.round("hello")
        assert await play.listen("hello again") == "pedlar"


async def test_what_somebody_knows_elsewhere_at_a_later_moment_calls_nobody_here() -> None:
    before, after = "2026-01-01", "2026-02-01"
    fact = Fact(id="fair", text="The bells of Ansung rang at the fair.", since=date.fromisoformat(after))
    async with playing(lines(), settings=NEVER) as play:
        known = replace(PEDLAR, moment=date(2026, 3, 1), facts=(fact,))
        play.opened.house.scenes.hall.add(await play.opened.troupe._cast(known), SERVER.community)

        assert await play.listen("Who rang the bells of Ansung?") == "pedlar"
        await play.opened.house.scenes.places.change(SERVER.conversation, moment=before)
        assert await play.listen("Who rang the bells of Ansung?") == "keeper"


async def test_whoever_is_not_on_the_stage_is_not_called_there_and_elsewhere_nothing_changed() -> None:
    async with playing(lines(), settings=NEVER) as play:
        elsewhere = replace(SERVER, scopes=("test:server:1", "test:channel:3"))
        assert await play.listen("윤서헌?") == "keeper"
        attention = await play.opened.host.listen(Heard(text="윤서헌?", called=True), elsewhere)

        assert attention is not None
        assert attention.persona == "scholar"


async def test_whoever_may_not_speak_there_or_is_there_no_more_is_not_on_the_stage() -> None:
    grown = replace(PEDLAR, id="rake", name="Rake", mature=True)
    async with playing(lines(), cast=("keeper", "rake", "nobody")) as play:
        play.opened.house.scenes.hall.add(await play.opened.troupe._cast(grown), SERVER.community)

        assert len(await play.round("hello")) == 1


async def test_a_loop_ends_before_the_limit_where_they_repeat_each_other() -> None:
    same = [reply_of("Shall we walk by the sea tonight?")] * 6
    async with playing(scripted(*same), settings=f"{SURE}scene_turns = 6\n") as play:
        assert len(await play.round("hello")) == 2


@pytest.mark.parametrize("second", ["Please STOP.", "SEVERE"])
async def test_a_round_ends_where_nothing_of_a_turn_may_be_heard(second: str) -> None:
    async with playing(scripted(reply_of("Come in."), reply_of(second), *map(reply_of, LINES))) as play:
        said = await play.round("hello")

        assert [who for who, _ in said] == ["keeper", "pedlar"]
        assert "STOP" not in str(said)


@pytest.mark.parametrize("reaction", [reply_of("Please STOP."), reply_of("-", fault={"kind": "status", "status": 401})])
async def test_of_a_reaction_that_may_not_be_shown_or_does_not_come_nothing_is_there(
    reaction: dict[str, object],
) -> None:
    async with playing(scripted(reply_of("Come in."), reaction, reply_of("Needles."))) as play:
        assert await play.round("hello") == [("keeper", "Come in."), ("pedlar", "")]
        assert (await play.round("Odo?"))[0] == ("pedlar", "Needles.")


async def test_whom_somebody_called_too_says_so_where_its_words_may_not_be_shown() -> None:
    async with playing(scripted(reply_of("Come in."), reply_of("Please STOP.")), settings=NEVER) as play:
        said = await play.round("Maren and Odo, what do you both think?")

        assert said == [("keeper", "Come in."), ("pedlar", PEDLAR.fallbacks[0])]


async def test_nobody_reacts_to_words_in_place_of_a_reply_or_to_help_in_a_crisis() -> None:
    async with playing(lines()) as play:
        assert len(await play.round("CRISIS")) == 1
        assert len(await play.round("SEVERE")) == 1


async def test_a_declined_reaction_ends_the_round_and_shows_nothing() -> None:
    async with playing(scripted(reply_of("Now INJECT."), *map(reply_of, LINES))) as play:
        assert await play.round("hello") == [("keeper", "Now INJECT."), ("pedlar", "")]
        assert await play.opened.store.list(Query()) == ()


async def begun(play: Play, text: str = "hello") -> "asyncio.Task[list[tuple[str, str]]]":
    return asyncio.create_task(play.round(text))


async def test_a_human_ends_a_reaction_at_what_it_has_said_and_is_answered_next() -> None:
    gate = Gate(len("Come in.") + 1 + len("Needles. And much, "))
    replies = [
        reply_of("Come in."),
        reply_of("Needles.", "And much, much more of that, if only you ask."),
        *map(reply_of, LINES),
    ]
    async with playing(gated(gate, *replies)) as play:
        task = await begun(play)
        await gate.reached.wait()
        assert await play.listen("Wait, Maren!") == "keeper"
        said = await task

        assert said == [("keeper", "Come in."), ("pedlar", "Needles.")]
        gate.open.set()
        window = play.opened.house.scenes.hall.conversation(SERVER.conversation, "keeper")
        assert [turn.text for turn in window.turns] == ["hello", "Come in.", "Needles."]
        assert (await play.round("Wait, Maren!"))[0][0] == "keeper"


async def test_a_reaction_that_has_said_nothing_yet_leaves_nothing() -> None:
    gate = Gate(len("Come in.") + 3)
    async with playing(gated(gate, reply_of("Come in."), reply_of("Needles, anybody?"))) as play:
        task = await begun(play)
        await gate.reached.wait()
        await play.listen("just talking to somebody else", called=False)

        assert await task == [("keeper", "Come in."), ("pedlar", "")]


async def test_no_reaction_begins_where_a_human_spoke_or_waits_for_an_answer() -> None:
    async with playing(lines()) as play:
        who = caller("hello", persona=await play.listen("hello"))
        await play.turn(who)
        async with play.opened.house.inbox.turn(SERVER.conversation):
            assert await play.opened.host.reacts(who) == ""
        assert await play.opened.host.reacts(who) == "pedlar"
        await play.listen("one moment", called=False)
        assert await play.opened.host.reacts(who) == ""
        shown = await play.turn(replace(who, message=replace(who.message, persona="pedlar")), Cue.REACT)

        assert shown.events == []


async def test_a_button_that_somebody_presses_comes_before_a_reaction_too() -> None:
    gate = Gate(len("Come in.") + 3)
    async with playing(gated(gate, reply_of("Come in."), reply_of("Needles, anybody?"), reply_of("Enter."))) as play:
        task = await begun(play)
        await gate.reached.wait()
        again = asyncio.create_task(play.turn(caller("hello", persona="keeper"), Cue.AGAIN, reply="r1"))
        await task
        gate.open.set()

        assert (await again).text == "Enter."


async def test_bots_do_not_take_the_floor_back_for_personas() -> None:
    async with playing(lines(), settings=f"{SURE}answer_bots = true\nscene_turns = 2\n") as play:
        await play.round("hello")
        attention = await play.opened.host.listen(Heard(text="Maren?", called=True, machine=True), SERVER)
        assert attention is not None
        await play.turn(caller("Maren?", persona=attention.persona))

        assert await play.opened.host.reacts(caller("Maren?")) == ""


async def muted(play: Play, kind: Silent, who: str) -> None:
    mute = Mute(server=SERVER.server, kind=kind, who=who, since=NOW, until=NOW + timedelta(hours=1), by="mod")
    await play.opened.house.mutes.put(mute)


async def test_a_muted_persona_is_passed_over_and_says_why_only_where_it_is_called() -> None:
    async with playing(lines()) as play:
        await muted(play, Silent.PERSONA, "keeper")
        assert await play.round("hello") == [("pedlar", "Come in.")]
        assert len(play.cards) == 1, "the notice that an AI speaks, and nothing else"
        assert await play.round("Maren?") == [("keeper", "")]
        assert len(play.cards) == 2


async def test_nobody_reacts_for_a_person_who_is_muted_meanwhile() -> None:
    async with playing(lines()) as play:
        who = caller("hello", persona=await play.listen("hello"))
        await play.turn(who)
        await muted(play, Silent.PERSON, "ann")

        assert await play.opened.host.reacts(who) == ""


async def test_what_a_reaction_costs_is_counted_for_whoever_set_it_off_but_is_no_message_of_theirs() -> None:
    async with playing(
        lines(), settings=f"{SURE}scene_turns = 2\nperson_messages = 9\nperson_tokens = 100000\n"
    ) as play:
        meter, settings = play.opened.house.meter, await play.opened.host.settings(SERVER)

        async def used(what: What) -> int:
            gauges = (await meter.report(SERVER, "ann", settings)).gauges
            return next(gauge.used for gauge in gauges if gauge.what is what)

        who = caller("hello", persona=await play.listen("hello"))
        await play.turn(who)
        before = await used(What.TOKENS)
        await play.turn(replace(who, message=replace(who.message, persona="pedlar")), Cue.REACT)

        assert await used(What.TOKENS) > before
        assert await used(What.MESSAGES) == 1
        assert "person_messages" in LIMITS


async def test_nobody_reacts_at_the_cost_of_a_limit_that_is_reached_and_nobody_is_told_twice() -> None:
    async with playing(lines(), settings=f"{SURE}person_messages = 1\n") as play:
        assert [text for _, text in await play.round("hello")] == ["Come in.", ""]
        assert [card for card in play.cards if card.tone is Tone.BAD] == []


async def test_the_notice_names_everybody_on_the_stage() -> None:
    async with playing(lines()) as play:
        card = await play.opened.host.introduce(caller(), asked=True)

        assert card is not None
        assert "Maren, Odo Fenn" in str(card)


async def test_a_busy_house_drops_a_reaction() -> None:
    async with playing(lines(), settings=f"[limits]\nrunning = 1\nwaiting = 0\n{SURE}") as play:
        who = caller("hello", persona=await play.listen("hello"))
        await play.turn(who)
        async with play.opened.house.inbox.turn("test:channel:elsewhere"):
            with pytest.raises(Busy):
                await play.turn(replace(who, message=replace(who.message, persona="pedlar")), Cue.REACT)


async def test_a_stopped_reply_is_reacted_to_by_nobody() -> None:
    async with playing(lines()) as play:
        who = caller("hello", persona=await play.listen("hello"))
        events = play.opened.host.reply(replace(who, message=replace(who.message, reply="r1")))
        async for event in events:
            if isinstance(event, Passage):
                break
        await events.aclose()

        assert await play.opened.host.reacts(who) == ""


async def test_a_reaction_that_is_stopped_by_its_button_is_the_last() -> None:
    async with playing(lines()) as play:
        who = caller("hello", persona=await play.listen("hello"))
        await play.turn(who)
        assert await play.opened.host.reacts(who) == "pedlar"
        other = replace(who, message=replace(who.message, persona="pedlar", reply="r9"))
        events = play.opened.host.reply(other, Cue.REACT)
        await anext(events)
        await events.aclose()

        assert await play.opened.host.reacts(who) == ""


async def test_a_reaction_is_no_sample_of_what_somebody_was_told() -> None:
    async with playing(lines()) as play:
        consents = Consents(play.opened.state, lambda: NOW)
        await consents.decide("test", "ann", SAMPLES, granted=True)
        sampling = Sampling(play.opened.store, consents, play.opened.house.runtime, share=1.0, chance=lambda: 0.0)
        play.opened.host = Host(replace(play.opened.house, sampling=sampling))
        await play.round("hello")

        assert [kept.opening.persona for kept in await play.opened.store.list(Query(queue=True))] == ["keeper"]


async def test_secrets_notes_and_facts_of_one_are_in_no_prompt_of_another() -> None:
    generator = scripted(*map(reply_of, LINES))
    facts = (Fact(id="oil", text="The oil is hidden under the stair."),)
    async with playing(generator, settings=f"{SURE}scene_turns = 6\n") as play:
        hall = play.opened.house.scenes.hall
        hall.add(await play.opened.troupe._cast(replace(PERSONA, facts=facts)), SERVER.community)
        hall.conversation(SERVER.conversation, "keeper").note = "Ben is coming tonight."
        await play.round("hello")

        prompts = [str(call.prompt) for call in generator.journal]
        assert len(prompts) == 6
        for number, prompt in enumerate(prompts):
            assert ("under the stair" in prompt) == ("Ben is coming" in prompt) == (number % 2 == 0)
            assert ("needles and thread from a cart" in prompt) == (number % 2 == 1)


async def test_a_held_reaction_is_remembered_once_it_is_shown_as_what_it_is() -> None:
    async with playing(lines()) as play:
        await play.round("hello")
        hall = play.opened.house.scenes.hall
        hall.conversation(SERVER.conversation, "pedlar").released(None, "After all.", "r2")

        assert "After all." in [turn.text for turn in hall.conversation(SERVER.conversation, "keeper").turns]


async def test_a_scene_in_a_channel_holds_in_its_threads_and_ends_there_alone() -> None:
    async with playing(lines()) as play:
        thread = replace(SERVER, scopes=(*SERVER.scopes, "test:thread:7"))
        scenes = play.opened.house.scenes
        assert len((await scenes.of(caller(place=thread))).stage) == 2
        await scenes.end(caller(place=thread))

        assert (await scenes.of(caller(place=thread))).stage == ()
        assert len((await scenes.of(caller())).stage) == 2
