"""The buttons under a reply: what each does, for whom, how long, and after a restart."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, said_to, words
from tests.support.stage import NOW, reply_of, scripted


def model(*replies: str) -> Any:
    return scripted(*[reply_of(*text.split("|")) for text in replies or ("One.", "Two.", "Three.", "Four.")])


async def greeted(stage: Stage, text: str = "hello") -> None:
    await stage.ann.send(stage.channel, f"{stage.me} {text}")


async def press(stage: Stage, verb: str, *, by: Any = None) -> Any:
    reply = stage.replies()[-1]
    return await (by or stage.ann).click(reply, custom_id=button(reply, verb))


def stands(stage: Stage) -> list[str]:
    return [words(message.content) for message in stage.replies()]


def turns(stage: Stage) -> list[str]:
    conversation = stage.opened.house.scenes.hall.conversation(stage.place.conversation, "keeper")
    return [turn.text for turn in conversation.turns]


async def test_regenerating_says_it_another_way_in_the_same_message() -> None:
    generator = model()
    async with on_discord(generator) as stage:
        await greeted(stage)
        await press(stage, "again")

        assert stands(stage) == ["Two."]
        assert said_to(generator) == ["hello", "hello"]
        assert turns(stage) == ["hello", "Two."]
        assert not any("One." in turn.text for turn in generator.journal[-1].prompt.turns)


async def test_variants_are_leafed_through_and_the_one_that_stands_there_is_what_was_said() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        await press(stage, "again")
        await press(stage, "again")
        assert stands(stage) == ["Three."]
        await press(stage, "back")
        await press(stage, "back")
        assert stands(stage) == ["One."]
        assert turns(stage) == ["hello", "One."]
        assert "no other variant" in card_of(await press(stage, "back"))
        await press(stage, "forth")

        assert stands(stage) == ["Two."]
        assert turns(stage) == ["hello", "Two."]


async def test_a_variant_passes_the_guard_of_today_before_it_is_shown_again() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        await press(stage, "again")
        record = await stage.opened.host.replies.newest(stage.place.conversation)
        assert record is not None
        variants = await stage.opened.host.replies.variants(record)
        await stage.opened.host.replies.vary(record, replace(variants, texts=("BAD thing.", "Two.")))
        told = card_of(await press(stage, "back"))

        assert "did not let that text through" in told
        assert stands(stage) == ["Two."]


async def test_continuing_goes_on_in_the_same_reply() -> None:
    generator = model("One.", "And more.", "Yes.")
    async with on_discord(generator) as stage:
        await greeted(stage)
        await press(stage, "more")

        assert stands(stage) == ["One.\nAnd more."]
        assert turns(stage) == ["hello", "One.\nAnd more."]
        assert "Go on exactly" in said_to(generator)[-1]
        await greeted(stage, "and?")
        assert not any("Go on exactly" in turn.text for turn in generator.journal[-1].prompt.turns)


async def test_what_a_continuation_must_take_back_leaves_the_beginning() -> None:
    async with on_discord(model("First ping.", "Then pong.")) as stage:
        await greeted(stage)
        await press(stage, "more")

        assert stands(stage)[0].startswith("First ping.")
        assert "pong" not in stands(stage)[0]


async def test_the_asker_can_word_a_reply_otherwise() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        shown = await press(stage, "edit")
        assert shown.modal["components"][0]["component"]["value"] == "One."
        await stage.ann.submit_modal(shown, {"text": "One and a half."})

        assert stands(stage) == [f"-# ✏ worded by <@{stage.ann.id}>\nOne and a half."]
        assert turns(stage) == ["hello", "One and a half."]
        await press(stage, "back")
        assert stands(stage) == ["One."]


async def test_a_reply_worded_by_somebody_who_was_erased_names_nobody_where_it_is_shown_again() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        shown = await press(stage, "edit", by=stage.mod)
        await stage.mod.submit_modal(shown, {"text": "One and a half."})
        await press(stage, "back")
        await stage.opened.house.replies.unname(f"discord:user:{stage.mod.id}")
        await press(stage, "forth")

        assert stands(stage) == ["-# ✏ worded by a person\nOne and a half."]


@pytest.mark.parametrize("text", ["BAD thing.", "SEVERE thing."])
async def test_an_edited_text_passes_the_guard_too_and_is_kept_where_it_does_not(text: str) -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        shown = await press(stage, "edit")
        told = card_of(await stage.ann.submit_modal(shown, {"text": text}))

        assert "did not let that text through" in told
        assert "/why x1" in told
        assert stands(stage) == ["One."]
        assert (await stage.opened.store.get("x1")).objections[0].text == text


async def test_a_reply_can_be_deleted_and_was_never_said() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        await press(stage, "delete")

        assert stands(stage) == []
        assert turns(stage) == []


async def test_only_the_asker_and_moderators_may_press_and_everybody_may_report() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        for verb in ("again", "more", "edit", "delete", "back"):
            result = await press(stage, verb, by=stage.bob)
            assert "Only whoever was answered" in card_of(result), verb
            assert result.ephemeral
        assert stands(stage) == ["One."]
        assert (await press(stage, "report", by=stage.bob)).modal
        await press(stage, "again", by=stage.mod)

        assert stands(stage) == ["Two."]


async def test_buttons_survive_a_restart() -> None:
    generator = model()
    async with on_discord(generator) as stage:
        await greeted(stage)
        await press(stage, "again")
        await stage.restart()
        await press(stage, "back")
        assert stands(stage) == ["One."]
        await press(stage, "again")
        assert stands(stage) == ["Three."]
        assert said_to(generator)[-1] == "hello"
        await stage.restart()
        await press(stage, "more")
        assert stands(stage) == ["Three.\nFour."]
        assert turns(stage) == ["hello", "Three.\nFour."]
        await press(stage, "delete")

        assert stands(stage) == []


async def test_buttons_expire_cleanly_and_their_texts_with_them() -> None:
    clock = [NOW]
    async with on_discord(model(), now=lambda: clock[0]) as stage:
        await greeted(stage)
        await press(stage, "again")
        record = await stage.opened.host.replies.newest(stage.place.conversation)
        assert record is not None
        clock[0] += timedelta(hours=1)

        reply = stage.replies()[-1]
        assert (await press(stage, "report")).modal
        assert "too old" in card_of(await press(stage, "again"))
        assert buttons(stage.replies()[-1]) == []
        assert stands(stage) == ["Two."]
        assert words(reply.content) == "Two."
        assert (await stage.opened.host.replies.variants(record)).texts == ()


async def test_a_reply_that_is_not_the_last_any_more_is_not_told_otherwise() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        first = stage.replies()[0]
        identity = button(first, "again")
        record = await stage.opened.host.replies.newest(stage.place.conversation)
        assert record is not None
        backend = stage.env.backend
        kept = backend.get_message(stage.channel.id, first.id).components
        await greeted(stage, "and?")
        backend.get_message(stage.channel.id, first.id).components = kept  # a client that has not heard of it yet
        result = await stage.ann.click(first, custom_id=identity)

        assert "gone on since" in card_of(result)
        assert stands(stage) == ["One.", "Two."]


async def test_the_slash_commands_do_what_the_buttons_do() -> None:
    async with on_discord(model()) as stage:
        assert "has said anything" in card_of(await stage.ann.slash(stage.channel, "regenerate"))
        await greeted(stage)
        await stage.ann.slash(stage.channel, "regenerate")
        assert stands(stage) == ["Two."]
        assert "Only whoever" in card_of(await stage.bob.slash(stage.channel, "continue"))
        await stage.ann.slash(stage.channel, "continue")

        assert stands(stage) == ["Two.\nThree."]


async def test_a_reply_of_several_messages_is_regenerated_as_a_whole() -> None:
    long = "|".join(f"Sentence number {number} has quite a few words." for number in range(60))
    async with on_discord(model(long, "Short.", long)) as stage:
        await greeted(stage)
        assert len(stands(stage)) == 2
        await press(stage, "again")
        assert stands(stage) == ["Short."]
        await press(stage, "back")

        assert len(stands(stage)) == 2
        assert buttons(stage.replies()[0]) == []
        assert "again" in buttons(stage.replies()[1])
