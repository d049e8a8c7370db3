"""What a persona remembers of a person, where, and for how long."""

import asyncio
import json
import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest

from moderation.errors import FilterUnavailable, StoreFailed
from moderation.models.encoder import Encoder
from personas.memory import Kind
from personas.memory.meaning import Meaning
from personas.memory.remembering import Terms
from personas.messages import Cue
from tests.support.encoders import BagEncoder
from tests.support.remembering import CHANNEL, DM, minded
from tests.support.stage import reply_of, scripted


async def test_what_somebody_tells_of_themselves_is_told_in_a_later_conversation() -> None:
    async with minded("ann") as mind:
        await mind.says("I live in Busan, and I have a cat called Mochi.")
        mind.anew()

        asides = await mind.asides("Guess how my cat is!")

        assert [aside.text for aside in asides] == ["{{user}} said on 2026-11-26: I have a cat called Mochi"]
        [kept] = [memory for memory in await mind.kept() if memory.slot == "pet:cat"]
        assert asides[0].origin == f"memory:{kept.id}"
        assert (kept.source, kept.kind) == ("1", Kind.FACT)


async def test_a_name_is_always_told() -> None:
    async with minded("ann") as mind:
        await mind.says("내 이름은 서연이야")

        assert "서연" in await mind.told("Is it raining?")


async def test_nothing_crosses_between_people_places_and_personas() -> None:
    async with minded("ann", "ben") as mind:
        await mind.says("I live in Busan")
        await mind.says("I live in Oslo", scope=CHANNEL)
        await mind.says("I live in Lima", persona="another")
        await mind.says("I live in Rome", by="ben")

        question = "Where do I live?"
        assert [await mind.told(question), await mind.told(question, by="ben")] == [
            "{{user}} said on 2026-11-26: I live in Busan", "{{user}} said on 2026-11-26: I live in Rome",
        ]  # fmt: skip
        assert "Oslo" in await mind.told(question, scope=CHANNEL)
        assert "Lima" in await mind.told(question, persona="another")
        assert await mind.told(question, by="ben", scope=CHANNEL) == ""


async def test_whoever_did_not_agree_is_not_remembered_nor_whoever_agrees_no_more() -> None:
    async with minded("ann") as mind:
        await mind.says("I live in Rome", by="ben")
        await mind.agree("ann", granted=False)
        await mind.says("I live in Busan")

        assert await mind.kept() == await mind.kept(by="ben") == ()


async def test_where_nothing_is_to_be_remembered_nothing_is() -> None:
    async with minded("ann") as mind:
        await mind.says("I live in Busan", scope="")

        assert await mind.state.of_person("ann") == ()


async def test_the_newest_holds_and_what_it_replaced_is_never_told() -> None:
    async with minded("ann") as mind:
        await mind.says("나는 부산에 살아")
        await mind.says("나 대구로 이사했어")

        told = await mind.told("내가 어디 살지?")
        assert "대구" in told
        assert "부산" not in told
        assert [memory.value for memory in await mind.kept()] == ["부산", "대구"]
        await mind.says("이제 대구에 안 살아")
        assert await mind.told("내가 어디 살지?") == ""


async def test_what_has_expired_is_not_told() -> None:
    async with minded("ann") as mind:
        await mind.says("My favourite season is autumn")
        mind.at += Terms().lasts[Kind.PREFERENCE]

        assert await mind.told("What is my favourite season?") == ""


async def test_private_data_is_replaced_and_sensitive_things_are_dropped_unless_asked_for() -> None:
    async with minded("ann") as mind:
        await mind.says("I'm allergic to peanuts. I live in Busan. My birthday is 010-2345-6789")
        await mind.says("나는 성당에서 일해")
        assert await mind.texts() == ["I live in Busan"]

        await mind.says("Please remember that I'm allergic to peanuts")

        assert "I'm allergic to peanuts" in await mind.texts()
        assert all("2345" not in str(entry.value) for entry in await mind.state.of_person("ann"))


async def test_what_the_guard_objects_to_is_not_kept() -> None:
    async with minded("ann") as mind:
        mind.objections.add("Busan")
        await mind.says("I live in Busan. I love hiking.")

        assert await mind.texts() == ["I love hiking"]


async def test_what_is_said_again_or_goes_on_is_no_news() -> None:
    async with minded("ann") as mind:
        await mind.says("I live in Busan", message="7")
        [before] = await mind.kept()
        await mind.says("Anything", cue=Cue.AGAIN, message="7")

        assert await mind.kept() == (before,)


async def test_what_was_worded_otherwise_was_never_said() -> None:
    async with minded("ann") as mind:
        await mind.says("I live in Busan", message="7")
        await mind.says("I live in Bergen", message="7", cue=Cue.AMEND)

        assert [memory.value for memory in await mind.kept()] == ["Bergen"]


async def test_the_oldest_and_least_used_make_room() -> None:
    async with minded("ann", most=3) as mind:
        for thing in ("tea", "rain", "moss", "owls"):
            await mind.says(f"I love {thing}")

        assert await mind.texts() == ["I love rain", "I love moss", "I love owls"]


async def test_what_leaves_the_window_is_told_in_short() -> None:
    async with minded("ann", window=4) as mind:
        await mind.says("We buried the brass compass behind the boathouse.", reply="I will guard that secret spot.")
        assert await mind.told("Hm") == ""
        for _ in range(2):
            await mind.says("Tell me more.")

        told = await mind.told("Hm")

        assert told.startswith("Earlier in this conversation:\n{{user}}: We buried the brass compass")
        assert "{{char}}: I will guard that secret spot." in told
        assert await mind.told("Hm", by="ben") == ""


async def test_what_is_remembered_by_itself_is_in_no_account_so_that_it_can_end() -> None:
    account = {"account": "{{user}} told {{char}} of moving to Tromsø."}
    generator = scripted(*(reply_of("-") for _ in range(4)), reply_of(json.dumps(account)), *[reply_of("-")] * 20)
    for model in (None, generator):
        async with minded("ann", generator=model, window=2) as mind:
            await mind.says("I moved to Tromsø. We buried the brass compass behind the boathouse.")
            for _ in range(3):
                await mind.says("We repainted that creaky rowing boat.")
            [home] = [memory for memory in await mind.kept() if memory.slot == "home"]
            await mind.keeper.drop([home])

            told = await mind.told("Where do I live?")
            assert "compass" in told
            assert "Troms" not in told


async def test_an_account_is_of_ones_own_turns_alone_also_where_others_talk_too() -> None:
    async with minded("ann", window=4) as mind:
        await mind.says("We buried the brass compass behind the boathouse.", scope=CHANNEL)
        await mind.says("My grandmother painted purple windmills.", by="ben", scope=CHANNEL)
        for _ in range(3):
            await mind.says("Tell me more.", by="ben", scope=CHANNEL)

        assert "compass" in await mind.told("Hm", scope=CHANNEL)
        assert "windmills" not in await mind.told("Hm", scope=CHANNEL)
        assert await mind.kept(by="ben", scope=CHANNEL) == ()


async def test_what_was_taken_back_is_in_no_account_nor_is_what_the_guard_objects_to_or_is_sensitive() -> None:
    async with minded("ann", window=4) as mind:
        await mind.says("We buried the brass compass behind the boathouse.", message="7")
        mind.talk(DM).forgotten("r7")
        mind.objections.add("lantern")
        await mind.says("Someone painted the lantern bright yellow yesterday.")
        await mind.says("The hospital called about my surgery appointment.")
        await mind.says("Ring the blue cottage on 010-2345-6789 before noon.")
        for _ in range(4):
            await mind.says("Tell me more.")

        assert await mind.told("Hm") == ""


async def test_a_queue_that_is_full_drops_with_a_count_and_the_reply_does_not_wait() -> None:
    async with minded("ann", terms=Terms(waiting=2)) as mind:
        for number in range(5):
            occasion = mind.occasion(f"I love thing {number}", by="ann", scope=DM)
            await mind.remembering.witnessed(occasion, "Yes.")

        assert mind.remembering.missed == 3
        await mind.remembering.settled()
        assert len(await mind.kept()) == 2


async def test_a_state_that_fails_costs_memories_and_nothing_else() -> None:
    async with minded("ann") as mind:
        await mind.says("I live in Busan")
        await mind.state.aclose()

        with pytest.raises(StoreFailed):
            await mind.kept()
        assert await mind.told("Where do I live?") == ""
        occasion = mind.occasion("I love tea", by="ann", scope=DM)
        await mind.remembering.witnessed(occasion, "Yes.")
        await mind.remembering.settled()


async def test_an_encoder_finds_what_words_do_not() -> None:
    encoder = BagEncoder()
    async with minded("ann", encoder=encoder) as mind:
        await mind.says("I love hiking")

        [kept] = await mind.kept()
        assert (kept.encoder, len(kept.vector)) == (encoder.name, encoder.dimensions)
        assert "hiking" in await mind.told("I love hiking")


async def test_an_encoder_that_is_not_there_is_asked_for_once_and_one_that_is_slow_is_loaded_all_the_same() -> None:
    asked: list[str] = []
    ready = threading.Event()

    def missing() -> Encoder:
        asked.append("missing")
        raise FilterUnavailable("models.no_encoder", package="x")

    def slow() -> Encoder:
        asked.append("slow")
        ready.wait(10)
        return BagEncoder()

    none, late = Meaning(missing), Meaning(slow)
    assert [await none.name(), await none.name(), await none.of("tea")] == ["", "", None]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(late.name(), 0.01)
    ready.set()

    assert await late.name() == "bag-1"
    assert asked == ["missing", "slow"]


def notes(*given: Mapping[str, object]) -> str:
    usual = {"kind": "fact", "quote": "", "text": "", "slot": "", "value": "", "ends": False}
    return json.dumps({"notes": [{**usual, **each} for each in given]})


async def test_a_model_is_asked_for_notes_bound_to_a_schema_and_it_is_paid_for() -> None:
    found = {
        "quote": "the bakery on Elm Street is mine",
        "text": "{{user}} owns a bakery.",
        "slot": "work",
    }
    made_up = {"quote": "I am a spy", "text": "{{user}} is a spy."}
    generator = scripted(reply_of(notes(found, made_up)))
    async with minded("ann", generator=generator) as mind:
        await mind.says("You know, the bakery on Elm Street is mine.")

        assert await mind.texts() == ["{{user}} owns a bakery."]
        [call] = generator.journal
        assert json.loads(call.prompt.schema)["required"] == ["notes"]
        assert sum(usage.calls for usage in mind.spent) == 1


@pytest.mark.parametrize("answer", ["Sure! Here you are.", '{"notes": [{"kind": "rumour"}]}', "[]", '{"notes": 3}'])
async def test_where_a_model_answers_otherwise_the_rules_find_it(answer: str) -> None:
    async with minded("ann", generator=scripted(reply_of(answer))) as mind:
        await mind.says("I live in Busan")

        assert await mind.texts() == ["I live in Busan"]


async def test_a_model_that_calls_somebody_ill_is_not_believed_and_what_is_asked_for_is_kept() -> None:
    ill = {"quote": "I feel low", "text": "{{user}} suffers from depression."}
    async with minded("ann", generator=scripted(reply_of(notes(ill)), reply_of(notes()))) as mind:
        await mind.says("I feel low these days, you know.")
        await mind.says("Remember that my sister visits on Sundays.")

        assert await mind.texts() == ["my sister visits on Sundays"]


async def test_a_models_account_takes_the_place_of_the_rules() -> None:
    generator = scripted(
        *(reply_of(notes()) for _ in range(4)),
        reply_of(json.dumps({"account": "{{user}} and {{char}} hid a compass."})),
    )
    async with minded("ann", generator=generator, window=2) as mind:
        for _ in range(4):
            await mind.says("We buried the brass compass behind the boathouse.")

        assert "{{user}} and {{char}} hid a compass." in await mind.told("Hm")
        assert sum(usage.calls for usage in mind.spent) == 5


async def test_what_was_used_lately_stays_longer() -> None:
    async with minded("ann", most=2) as mind:
        await mind.says("I love tea")
        await mind.says("I love moss")
        mind.at += timedelta(days=3)
        await mind.says("Do you have tea?")
        await mind.says("I live in Oslo")

        assert await mind.texts() == ["I love tea", "I live in Oslo"]
