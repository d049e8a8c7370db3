"""Several personas in one chat or topic on Telegram: who speaks under which name, and people first."""

from typing import Any

from bots.fakes.telegram_server import Chat
from tests.support.ensemble import ALL, NEVER, SURE
from tests.support.stage import reply_of, scripted
from tests.support.telegram_stage import Gate, Stage, gated, on_telegram

LINES = ("Come in.", "Needles, anybody?", "The oil is low.", "Nine a penny.", "Mind the step.", "Good thread.")


def lines() -> Any:
    return scripted(*map(reply_of, LINES))


async def begin(stage: Stage, chat: Chat, *names: str) -> None:
    """The owner begins a scene, and the first greets."""
    stage.server.say(chat, stage.server.owner, f"/scene start {' '.join(names or ('keeper', 'pedlar'))}")
    await stage.until_says(chat, "The lamp is lit.")


def stand(stage: Stage, chat: Chat) -> list[str]:
    """What personas said there, after the greeting."""
    texts = [text for text in stage.texts(chat) if " · AI\n" in text]
    return [text.replace(" · AI\n", ": ") for text in texts if "The lamp is lit." not in text]


async def test_a_scene_is_started_in_a_group_and_its_personas_speak_in_turn_under_their_own_names() -> None:
    async with on_telegram(lines(), settings=SURE, personas=ALL) as stage:
        server = stage.server
        server.say(server.group, server.person, "/scene start keeper pedlar")
        await stage.until_says(server.group, "moderator")
        await begin(stage, server.group)
        server.say(server.group, server.person, "Hello?", mention_bot=True)
        await stage.until_says(server.group, "The oil is low.")

        assert stand(stage, server.group) == [
            "Maren: Come in.", "Odo Fenn: Needles, anybody?", "Maren: The oil is low.",
        ]  # fmt: skip


async def test_somebody_alone_with_the_bot_may_start_one_and_calls_whom_they_want() -> None:
    async with on_telegram(lines(), settings=NEVER, personas=ALL) as stage:
        server = stage.server
        server.say(server.private, server.person, "/scene start keeper pedlar")
        await stage.until_says(server.private, "The lamp is lit.")
        server.say(server.private, server.person, "Odo, what is for sale?")
        await stage.until_says(server.private, "Come in.")
        server.say(server.private, server.person, "and Maren?")
        await stage.until_says(server.private, "Needles")
        server.say(server.private, server.person, "/scene")
        await stage.until_says(server.private, "sells needles")

        assert stand(stage, server.private) == ["Odo Fenn: Come in.", "Maren: Needles, anybody?"]


async def test_on_a_stage_the_name_stands_above_also_where_it_is_left_out_elsewhere() -> None:
    async with on_telegram(lines(), settings=f"{SURE}scene_turns = 2\n", personas=ALL, name_line=False) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello?")
        alone = await stage.until_says(server.private, "Come in.")
        await begin(stage, server.group)
        server.say(server.group, server.person, "Hello?", mention_bot=True)
        await stage.until_says(server.group, "The oil is low.")

        assert "Maren" not in alone.text
        assert stand(stage, server.group) == ["Maren: Needles, anybody?", "Odo Fenn: The oil is low."]


async def test_a_scene_in_one_topic_is_none_in_another() -> None:
    async with on_telegram(lines(), settings=f"{SURE}scene_turns = 2\n", personas=ALL) as stage:
        server = stage.server
        server.membership.open_forum(server.group)
        tea, sea = (server.membership.add_topic(server.group, name, server.owner) for name in ("Tea", "Sea"))
        server.say(server.group, server.owner, "/scene start keeper pedlar", topic=tea)
        await stage.until_says(server.group, "The lamp is lit.")
        server.say(server.group, server.person, "Hello?", mention_bot=True, topic=tea)
        reaction = await stage.until_says(server.group, "Needles")
        assert reaction.topic is tea
        server.say(server.group, server.person, "Hello?", mention_bot=True, topic=sea)
        only = await stage.until_says(server.group, "The oil is low.")
        server.say(server.group, server.person, "/scene", topic=sea)
        await stage.until_says(server.group, "One persona at a time")

        assert only.topic is sea
        assert len(stand(stage, server.group)) == 3


async def test_somebody_who_writes_ends_a_reaction_and_is_answered_next() -> None:
    gate = Gate(len("Come in.") + 1 + len("Needles. And much, "))
    replies = [reply_of("Come in."), reply_of("Needles.", "And much, much more of that."), *map(reply_of, LINES[2:])]
    async with on_telegram(gated(gate, *replies), settings=f"{SURE}scene_turns = 2\n", personas=ALL) as stage:
        server = stage.server
        await begin(stage, server.group)
        server.say(server.group, server.person, "Hello?", mention_bot=True)
        await gate.reached.wait()
        server.say(server.group, server.owner, "Maren, wait!", mention_bot=True)
        await server.until(lambda: [text for text in stand(stage, server.group) if text == "Odo Fenn: Needles."])
        gate.open.set()
        await stage.until_says(server.group, "Nine a penny.")

        assert stand(stage, server.group) == [
            "Maren: Come in.", "Odo Fenn: Needles.", "Maren: The oil is low.", "Odo Fenn: Nine a penny.",
        ]  # fmt: skip


async def test_a_button_says_the_reply_anew_of_whoever_it_stands_under() -> None:
    async with on_telegram(lines(), settings=f"{SURE}scene_turns = 2\n", personas=ALL) as stage:
        server = stage.server
        server.say(server.private, server.person, "/scene start keeper pedlar")
        await stage.until_says(server.private, "The lamp is lit.")
        server.say(server.private, server.person, "Hello?")
        await stage.until_says(server.private, "Needles")
        await stage.ended(server.private)
        keeper = await stage.until_says(server.private, "Come in.")
        [again] = [one["callback_data"] for one in keeper.buttons if ":again" in one.get("callback_data", "")]
        server.press(keeper, again, server.person)
        await stage.until_says(server.private, "The oil is low.")

        assert stand(stage, server.private) == ["Maren: The oil is low.", "Odo Fenn: Needles, anybody?"]
