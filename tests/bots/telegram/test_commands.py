"""Every command on Telegram: what it answers, to whom, where, in which language, and what it changes."""

import re
from importlib.resources import files

import pytest

from bots.fakes.telegram_server import Garbage
from bots.state.memory import MemoryState
from bots.telegram_bot import offered
from moderation.words import LANGUAGES
from tests.bots.telegram.commanding import _place, korean, model, text
from tests.bots.telegram.menu_stage import Clock, alert, on_telegram


async def test_the_lists_are_sent_for_every_scope_in_every_language_once() -> None:
    state = MemoryState(clock=Clock())
    async with on_telegram(model(), state=state) as stage:
        await stage.menu.publish(stage.bot)
        await stage.menu.publish(stage.bot)
        sent = stage.server.requests("setMyCommands")

        assert {(call.parameters["scope"]["type"], call.parameters.get("language_code")) for call in sent} == {
            (scope, language)
            for scope in ("all_private_chats", "all_group_chats", "all_chat_administrators")
            for language in (None, "ko")
        }
        assert len(sent) == 6
        for call in sent:
            for command in call.parameters["commands"]:
                assert 0 < len(command["description"]) <= 256
                assert korean(command["description"]) == (call.parameters.get("language_code") == "ko")
        [name] = [entry.key for entry in await state.list("fact") if "commands" in entry.key]
        await stage.opened.host.remember(name, "what another version had")
        await stage.menu.publish(stage.bot)
        assert len(stage.server.requests("setMyCommands")) == 12


async def test_lists_that_were_not_taken_are_sent_anew_at_the_next_start() -> None:
    async with on_telegram(model()) as stage:
        stage.server.plan("setMyCommands", Garbage())
        await stage.menu.publish(stage.bot)
        assert len(stage.server.requests("setMyCommands")) == 1
        await stage.menu.publish(stage.bot)
        assert len(stage.server.requests("setMyCommands")) == 7


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted({*offered.PRIVATE, *offered.STAFF}))
async def test_every_command_answers_in_the_language_of_the_person(name: str, language: str) -> None:
    async with on_telegram(model(), language=language) as stage:
        answers = await stage.say(f"/{name}")

        assert answers
        ours = text(answers).replace("The lamp is lit.", "").replace("한국어", "").replace("윤서헌", "")
        assert korean(ours) == (language == "ko")


async def test_start_tells_what_speaks_and_greets() -> None:
    async with on_telegram(model()) as stage:
        notice, greeting = await stage.say("/start")

        assert "Maren is an AI persona" in notice.text
        assert "/help" in notice.text
        assert greeting.text.endswith("The lamp is lit.")
        answers = await stage.say("hello")
        assert not any("is an AI persona" in one.text for one in answers), "it was told already"


async def test_start_by_anybody_in_a_group_tells_but_does_not_greet() -> None:
    async with on_telegram(model()) as stage:
        assert len(await stage.say("/start@talchum_bot", chat=stage.group)) == 1
        assert len(await stage.say("/start@talchum_bot", chat=stage.group, by=stage.mod)) == 2


async def test_help_lists_what_one_may_do_here() -> None:
    async with on_telegram(model()) as stage:
        mine = text(await stage.say("/help"))
        theirs = {
            who.name: text(await stage.say("/help", chat=stage.group, by=who))
            for who in (stage.mina, stage.mod, stage.owner)
        }

        assert "/export" in mine
        assert "/review" not in mine
        assert "/review" not in theirs["Mina"]
        assert "/review" in theirs["Mo"]
        assert "/settings" not in theirs["Mo"]
        assert "/settings" in theirs["Haneul"]
        assert "/quit" not in text([*stage.server.answers()])


@pytest.mark.parametrize("line", ["/frobnicate", "/frobnicate now", "/Start2", "/help_me"])
async def test_an_unknown_command_never_reaches_a_persona(line: str) -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        [card] = await stage.say(line)

        assert "do not know that command" in card.text
        assert not generator.journal


async def test_commands_of_other_bots_are_left_to_them() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        assert await stage.say("/help@other_bot", chat=stage.group) == []
        assert await stage.say("/frobnicate", chat=stage.group) == []
        [card] = await stage.say("/frobnicate@talchum_bot", chat=stage.group)

        assert "do not know that command" in card.text
        assert not generator.journal


async def test_what_is_no_command_goes_on_as_talk() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        for line in ("hello", "/ help", "1/2", "/가나다"):
            await stage.say(line)

        assert [call.prompt.turns[-1].text for call in generator.journal] == ["hello", "/ help", "1/2", "/가나다"]


async def test_the_persona_is_chosen_from_a_list_that_belongs_to_whoever_asked() -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/persona", chat=stage.group, by=stage.mod)
        assert [button["text"] for button in panel.buttons][:3] == ["▸ Maren", "윤서헌", "Rake"]
        stranger = await stage.press(panel, "윤서헌", by=stage.mina)
        assert "Somebody else asked" in alert(stranger)
        query = await stage.press(panel, "윤서헌", by=stage.mod)

        assert "Now speaking: 윤서헌" in alert(query)
        assert "▸ 윤서헌" in [button["text"] for button in panel.buttons]
        assert stage.server.answers(stage.group)[-1].text.endswith("어서 오시오.")


async def test_a_member_cannot_change_who_speaks_in_a_group() -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/persona", chat=stage.group)
        query = await stage.press(panel, "윤서헌")

        assert "That is for" in alert(query)
        assert len(stage.server.answers(stage.group)) == 1


async def test_a_persona_that_is_gone_cannot_be_chosen() -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/persona")
        stage.opened.house.scenes.hall._casts[""].pop("scholar")

        assert "too old" in alert(await stage.press(panel, "윤서헌"))


async def test_a_persona_is_chosen_by_typing_too() -> None:
    async with on_telegram(model()) as stage:
        done, *_, greeting = await stage.say("/persona use scholar")

        assert "Now speaking: 윤서헌" in done.text
        assert greeting.text.endswith("어서 오시오.")


@pytest.mark.parametrize("as_reply", [False, True])
async def test_a_card_is_brought_in_as_a_file(as_reply: bool) -> None:
    bundled = files("personas") / "library" / "lighthouse_keeper.toml"
    card = re.sub(r"(?m)^name = .*$", 'name = "Marla"', bundled.read_text(encoding="utf-8")).encode()
    async with on_telegram(model()) as stage:
        group, owner = stage.group, stage.owner
        await stage.say("/stop", by=owner, chat=stage.server.world.private(owner))
        if as_reply:
            file = stage.overhear(stage.server.people.document(group, owner, "marla.toml", card))
            answers = await stage.say("/persona import", by=owner, chat=group, reply_to=file)
        else:
            answers = await stage.send("marla.toml", card, "/persona import", by=owner, chat=group)

        assert "Marla, new here" in text(answers)
        assert "Marla" not in {name for _, name in stage.opened.host.personas(_place(stage))}
        await stage.press(next(one for one in answers if one.buttons), "i1:approve", by=owner)
        assert "Marla" in {name for _, name in stage.opened.host.personas(_place(stage))}


async def test_an_import_without_a_file_is_told_how_it_goes_and_one_too_large_is_not_read() -> None:
    async with on_telegram(model()) as stage:
        how = text(await stage.say("/persona import", by=stage.owner, chat=stage.group))
        large = await stage.send(
            "x.png", b"x", "/persona import", by=stage.owner, chat=stage.group, size=9 * 1024 * 1024
        )

        assert "caption /persona import" in how
        assert "too large" in text(large)
        assert not stage.server.requests("getFile")


async def test_no_file_of_a_member_is_fetched() -> None:
    async with on_telegram(model()) as stage:
        await stage.send("x.png", b"x", "/persona import", by=stage.mina, chat=stage.group)

        assert not stage.server.requests("getFile")


async def test_a_file_goes_to_the_person_alone() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("/stop", by=stage.mod, chat=stage.server.world.private(stage.mod))
        answers = await stage.say("/persona export keeper toml", by=stage.mod, chat=stage.group)

        documents = [message for message in answers if "document" in message.media]
        assert [message.chat.id for message in documents] == [stage.mod.id]
        assert b"Maren" in stage.server.people.file_of(documents[0]).data


async def test_reset_begins_anew() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("my boat is blue")
        done, greeting = await stage.say("/reset")

        assert "begins anew" in done.text
        assert greeting.text.endswith("The lamp is lit.")


async def test_retry_says_the_last_reply_another_way_and_continue_goes_on() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.say("/retry")
        assert reply.text.endswith("Reply 2.")
        await stage.say("/continue")

        assert reply.text.endswith("Reply 2.\nReply 3.")


async def test_edit_takes_the_words_at_once_or_asks_for_them() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.say("/edit Quite otherwise.")
        assert "Quite otherwise." in reply.text
        [question] = await stage.say("/edit")
        assert "Quite otherwise." in question.text
        await stage.say("Once more.", reply_to=question)

        assert "Once more." in reply.text
        assert question.deleted


async def test_an_edit_that_the_guard_refuses_changes_nothing() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        answers = await stage.say("/edit BAD thing.")

        assert "did not let that text through" in text(answers)
        assert reply.text.endswith("Reply 1.")


async def test_stop_without_a_reply_under_way_says_so() -> None:
    async with on_telegram(model()) as stage:
        await stage.reply()

        assert "Nothing is being written" in text(await stage.say("/stop"))


async def test_the_note_is_set_shown_in_memory_and_taken_back() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("/note It's winter; don't forget")
        assert "It's winter; don't forget" in text(await stage.say("/memory"))
        assert "/reset" in text(await stage.say("/memory"))
        await stage.say("/note -")

        assert "winter" not in text(await stage.say("/memory"))


async def test_the_last_turns_are_shown_where_so_many_are_asked_for_to_whoever_asked_alone() -> None:
    async with on_telegram(model()) as stage:
        await stage.reply("hello")
        assert "hello" not in text(await stage.say("/memory"))
        shown = text(await stage.say("/memory 2"))
        assert ("hello" in shown, "Reply 1." in shown) == (True, True)
        assert "/memory [1-20]" in text(await stage.say("/memory all"))
        await stage.reply("over here", chat=stage.group)
        assert "That is for" in text(await stage.say("/memory 2", chat=stage.group))
        answers = await stage.say("/memory 2", chat=stage.group, by=stage.owner)

        assert not [one for one in answers if one.chat is stage.group and "over here" in one.text]
