"""Several personas in one channel on Discord: who speaks under which name, what their buttons do, people first."""

import itertools
import json
from typing import Any

from bots.attention import Heard
from personas.generators.scripted import Scripted
from personas.generators.scripts import parse_script
from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, words
from tests.support.ensemble import ALL, NEVER, SURE
from tests.support.stage import holding, reply_of, scripted

LINES = ("Come in.", "Needles, anybody?", "The oil is low.", "Nine a penny.", "Mind the step.", "Good thread.")
HELD = "A moderator looks at this reply first. It will appear here once that is done."


async def begin(stage: Stage, *, by: Any = None) -> str:
    """A scene begins; what is said of that. Its greeting is taken away, so that only what follows stands there."""
    answer = await (by or stage.mod).slash(stage.channel, "scene start", first="keeper", second="pedlar")
    for greeting in stage.messages():
        await greeting.delete()
    return card_of(answer)


def stand(stage: Stage) -> list[tuple[str, str]]:
    return [(message.author.name.removesuffix(" · AI"), words(message.content)) for message in stage.messages()]


def lines() -> Any:
    return scripted(*map(reply_of, LINES))


async def test_a_scene_is_started_by_a_moderator_and_its_personas_speak_in_turn_under_their_own_names() -> None:
    async with on_discord(lines(), settings=SURE, personas=ALL) as stage:
        assert "moderator" in (await begin(stage, by=stage.ann)).lower()
        assert "Maren, Odo Fenn" in await begin(stage)
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert stand(stage) == [
            ("Maren", "Come in."), ("Odo Fenn", "Needles, anybody?"), ("Maren", "The oil is low."),
        ]  # fmt: skip


async def test_the_commands_show_change_and_end_it() -> None:
    async with on_discord(lines(), settings=NEVER, personas=ALL) as stage:
        await begin(stage)
        await stage.mod.slash(stage.channel, "scene add", persona="scholar")
        await stage.mod.slash(stage.channel, "scene remove", persona="keeper")
        shown = card_of(await stage.ann.slash(stage.channel, "scene show"))
        assert "Odo Fenn" in shown
        assert "윤서헌" in shown
        assert "Maren" not in shown
        await stage.mod.slash(stage.channel, "scene end")

        assert "Odo Fenn" not in card_of(await stage.ann.slash(stage.channel, "scene show"))


async def test_whoever_is_called_or_replied_to_answers() -> None:
    async with on_discord(lines(), settings=NEVER, personas=ALL) as stage:
        await begin(stage)
        await stage.ann.send(stage.channel, f"{stage.me} Odo, what is for sale?")
        await stage.ann.send(stage.channel, f"{stage.me} Maren?")
        first = stage.messages()[0]
        await stage.bob.send(stage.channel, "and for me?", reply_to=first)

        assert [name for name, _ in stand(stage)] == ["Odo Fenn", "Maren", "Odo Fenn"]


async def test_each_has_buttons_of_its_own_that_act_on_its_own_reply() -> None:
    async with on_discord(lines(), settings=f"{SURE}scene_turns = 2\n", personas=ALL) as stage:
        await begin(stage)
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        keeper, pedlar = stage.messages()
        assert "again" in buttons(keeper)
        assert "again" in buttons(pedlar)
        await stage.ann.click(keeper, custom_id=button(keeper, "again"))
        await stage.ann.click(pedlar, custom_id=button(pedlar, "more"))
        assert stand(stage) == [("Maren", "The oil is low."), ("Odo Fenn", "Needles, anybody?\nNine a penny.")]
        await stage.ann.click(keeper, custom_id=button(keeper, "delete"))

        assert [name for name, _ in stand(stage)] == ["Odo Fenn"]
        hall = stage.opened.house.scenes.hall
        for persona in ("keeper", "pedlar"):
            turns = [turn.text for turn in hall.conversation(stage.place.conversation, persona).turns]
            assert turns == ["The lamp is lit.", "Needles, anybody?\nNine a penny."], "after the greeting"


async def test_an_edit_of_what_was_asked_changes_the_answer_and_not_the_reaction_to_it() -> None:
    async with on_discord(lines(), settings=f"{SURE}scene_turns = 2\n", personas=ALL) as stage:
        await begin(stage)
        asked = await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.edit(asked, f"{stage.me} good evening")

        assert stand(stage) == [("Maren", "The oil is low."), ("Odo Fenn", "Needles, anybody?")]


async def test_a_held_reaction_stands_in_its_place_once_it_is_approved_and_the_others_heard_it() -> None:
    generator = scripted(reply_of("Come in."), reply_of("Two is BAD."))
    async with on_discord(generator, settings=f"{SURE}scene_turns = 2\n", personas=ALL, policy=holding()) as stage:
        await begin(stage)
        log = stage.guild.create_text_channel("log")
        await stage.admin.slash(
            stage.channel, "talchum settings", field="log_channel", value=log.mention, where="server"
        )
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        assert stand(stage)[-1] == ("Odo Fenn", HELD)
        card = stage.desk(log)[-1]
        await stage.mod.click(card, custom_id=button(card, "approve"))

        assert stand(stage) == [("Maren", "Come in."), ("Odo Fenn", "Two is BAD.")]
        turns = stage.opened.house.scenes.hall.conversation(stage.place.conversation, "keeper").turns
        assert [(turn.name, turn.text) for turn in turns[-2:]] == [("", "Come in."), ("Odo Fenn", "Two is BAD.")]


async def test_of_a_reaction_that_is_withheld_only_the_moderators_hear_and_the_buttons_before_it_stay() -> None:
    generator = scripted(
        reply_of("Nine a penny."), reply_of("Please STOP."), reply_of("Come in."), reply_of("BAD STOP.")
    )
    async with on_discord(generator, settings=f"{SURE}scene_turns = 2\n", personas=ALL) as stage:
        await begin(stage)
        log = stage.guild.create_text_channel("log")
        await stage.admin.slash(
            stage.channel, "talchum settings", field="log_channel", value=log.mention, where="server"
        )
        await stage.ann.send(stage.channel, f"{stage.me} Odo?")
        await stage.ann.send(stage.channel, f"{stage.me} Maren?")

        assert stand(stage) == [("Odo Fenn", "Nine a penny."), ("Maren", "Come in.")]
        assert all("again" in buttons(message) for message in stage.messages())
        assert len(stage.desk(log)) == 2


async def test_a_reaction_that_somebody_ends_by_writing_stands_as_far_as_it_came_with_its_buttons() -> None:
    stages: list[Stage] = []
    pieces = itertools.count(1)

    async def sleep(_: float) -> None:
        """Somebody writes while the second persona begins its second sentence."""
        if next(pieces) == len("Come in.") + 1 + len("Needles. And much, "):
            await stages[0].opened.host.listen(Heard(text="Wait!"), stages[0].place)

    replies = [reply_of("Come in.", chunk="1char"), reply_of("Needles.", "And much, much more.", chunk="1char")]
    generator = Scripted(parse_script(json.dumps(replies).encode(), file="test.json"), sleep=sleep)
    async with on_discord(generator, settings=SURE, personas=ALL) as stage:
        stages.append(stage)
        await begin(stage)
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert stand(stage) == [("Maren", "Come in."), ("Odo Fenn", "Needles.")]
        assert "more" in buttons(stage.messages()[-1])
        record = await stage.opened.house.replies.newest(stage.place.conversation)
        assert record is not None
        assert (record.persona, record.running, record.reacts) == ("pedlar", False, True)


async def test_in_a_thread_of_its_own_a_scene_goes_on_as_it_was_set_for_the_channel() -> None:
    async with on_discord(lines(), settings=f"{SURE}scene_turns = 2\nthreads = true\n", personas=ALL) as stage:
        await begin(stage)
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        [thread] = stage.channel.threads

        assert len(stage.messages(thread)) == 2
