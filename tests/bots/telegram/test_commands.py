"""Every command on Telegram: what it answers, to whom, where, in which language, and what it changes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from bots.state.memory import MemoryState
from bots.telegram_bot import offered
from moderation.review import REASONS
from moderation.stores import Query
from moderation.words import LANGUAGES
from tests.bots.telegram.menu_stage import Clock, Stage, alert, on_telegram
from tests.support.stage import PERSONA, reply_of, scripted
from tests.support.telegram_server import Garbage, Message

BAD = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})


def model(*replies: Any) -> Any:
    return scripted(*(replies or [reply_of(f"Reply {number}.") for number in range(1, 9)]))


def korean(text: str) -> bool:
    return any("가" <= char <= "힣" for char in text)


def text(messages: Sequence[Message]) -> str:
    return "\n".join(message.text for message in messages)


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
        if as_reply:
            file = stage.overhear(stage.server.people.document(group, owner, "marla.toml", card))
            answers = await stage.say("/persona import", by=owner, chat=group, reply_to=file)
        else:
            answers = await stage.send("marla.toml", card, "/persona import", by=owner, chat=group)

        assert "Marla" in text(answers)
        assert "Marla" in {name for _, name in stage.opened.host.personas(_place(stage))}


def _place(stage: Stage) -> Any:
    from bots.telegram_bot.translate import place_in

    return place_in(stage.group.id, private=False)


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


async def test_settings_are_switched_by_an_admin_and_say_where_they_come_from() -> None:
    async with on_telegram(model(), privacy=True) as stage:
        [panel] = await stage.say("/settings", by=stage.owner, chat=stage.group)
        assert "mode" in panel.text
        [button] = [one for one in panel.buttons if one["callback_data"].endswith("mode=every")]
        await stage.press(panel, button["callback_data"], by=stage.owner)

        settings = await stage.opened.host.settings(_place(stage))
        assert settings.mode == "every"
        [now] = [one for one in panel.buttons if one["callback_data"].endswith("mode=every")]
        assert now["text"].startswith("✓")
        assert "every" in panel.text
        assert "BotFather" in text(stage.server.answers())


@pytest.mark.parametrize("name", ["mark", "paused", "answer_bots"])
async def test_every_switch_goes_there_and_back(name: str) -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/settings", by=stage.owner, chat=stage.group)
        before = getattr(await stage.opened.host.settings(_place(stage)), name)
        for wanted in (not before, before):
            [button] = [one for one in panel.buttons if f":{name}=" in one["callback_data"]]
            await stage.press(panel, button["callback_data"], by=stage.owner)
            assert getattr(await stage.opened.host.settings(_place(stage)), name) is wanted


async def test_settings_are_typed_too_and_nobody_else_may() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("/settings mode every", by=stage.owner, chat=stage.group)
        assert (await stage.opened.host.settings(_place(stage))).mode == "every"
        for who in (stage.mina, stage.mod):
            told = text(await stage.say("/settings mode mention", by=who, chat=stage.group))
            assert "That is for" in told
            assert "That is for" in text(await stage.say("/settings", by=who, chat=stage.group))

        assert (await stage.opened.host.settings(_place(stage))).mode == "every"


async def test_somebody_who_is_no_admin_any_more_cannot_press() -> None:
    async with on_telegram(model()) as stage:
        stage.server.membership.promote(stage.group, stage.bo, by=stage.owner, rights={"can_change_info"})
        [panel] = await stage.say("/settings", by=stage.bo, chat=stage.group)
        stage.server.membership.demote(stage.group, stage.bo, by=stage.owner)
        stage.client._roles.forget(stage.group.id)
        [button] = [one for one in panel.buttons if "paused=" in one["callback_data"]]
        query = await stage.press(panel, button["callback_data"], by=stage.bo)

        assert "That is for" in alert(query)
        assert not (await stage.opened.host.settings(_place(stage))).paused


async def test_talchum_is_typed_as_everywhere() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("/talchum pause", by=stage.owner, chat=stage.group)
        assert (await stage.opened.host.settings(_place(stage))).paused
        await stage.say("/talchum resume", by=stage.owner, chat=stage.group)

        assert not (await stage.opened.host.settings(_place(stage))).paused


async def test_privacy_shows_exports_and_erases_after_a_second_press() -> None:
    async with on_telegram(model(BAD)) as stage:
        await stage.say("my boat is blue")
        [panel] = await stage.say("/privacy")
        assert "1 kept" in panel.text
        await stage.press(panel, "e1:export")
        document = stage.server.answers(stage.private)[-1]
        assert b"my boat is blue" in stage.server.people.file_of(document).data
        await stage.press(panel, "e1:erase")
        assert "cannot be undone" in panel.text
        assert (await stage.opened.store.list(Query()))[0].opening.said
        await stage.press(panel, "e1:sure")

        assert "Erased" in panel.text
        assert panel.buttons == []
        assert not (await stage.opened.store.list(Query()))[0].opening.said


async def test_consent_is_given_and_taken_back_by_a_press() -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/privacy")
        yes = await stage.press(panel, "Allow use for better filters")
        assert "Thank you" in alert(yes)
        no = await stage.press(panel, "No longer allow use for filters")

        assert "review only" in alert(no)


@pytest.mark.parametrize("line", ["/forget", "/privacy erase"])
async def test_nothing_is_forgotten_before_a_second_yes(line: str) -> None:
    async with on_telegram(model(BAD)) as stage:
        await stage.say("my boat is blue")
        [panel] = await stage.say(line)
        await stage.press(panel, "Keep it")
        assert panel.deleted

        assert (await stage.opened.store.list(Query()))[0].opening.said == "my boat is blue"


@pytest.mark.parametrize("line", ["/privacy", "/export", "/privacy show", "/privacy consent"])
async def test_what_is_kept_of_a_person_is_never_shown_in_a_group(line: str) -> None:
    async with on_telegram(model()) as stage:
        known = await stage.say(line, chat=stage.group)
        assert {message.chat.id for message in known if "private chat" not in message.text} == {stage.mina.id}
        [stranger] = await stage.say(line, chat=stage.group, by=stage.bo)

        assert "https://t.me/talchum_bot" in stranger.text
        assert "kept" not in stranger.text


async def test_why_tells_the_person_and_nobody_else() -> None:
    async with on_telegram(model(BAD)) as stage:
        await stage.say("hello")
        own = text(await stage.say("/why"))
        [kept] = await stage.opened.store.list(Query())
        assert kept.id in own
        other = text(await stage.say(f"/why {kept.id}", by=stage.bo, chat=stage.group))

        assert "There is no" in other


@pytest.mark.parametrize("reason", [*REASONS, ""])
async def test_a_reply_is_reported_for_every_reason(reason: str) -> None:
    async with on_telegram(model()) as stage:
        await stage.reply()
        told = text(await stage.say(f"/report {reason} it says so" if reason else "/report it says so"))
        [kept] = await stage.opened.store.list(Query())

        assert kept.id in told
        [objection] = kept.objections
        assert [finding.rule for finding in objection.findings] == [f"report.{reason or 'other'}"]
        assert objection.findings[0].detail == "it says so"


async def test_an_earlier_reply_is_reported_by_answering_it() -> None:
    async with on_telegram(model()) as stage:
        first = await stage.reply()
        await stage.reply("and then?")
        [panel] = await stage.say("/report", reply_to=first)
        await stage.press(panel, "Sexual")
        [kept] = await stage.opened.store.list(Query())

        assert kept.closing is not None
        assert kept.closing.shown == "Reply 1."
        assert panel.deleted


async def test_what_is_no_reply_of_a_persona_is_not_reported() -> None:
    async with on_telegram(model()) as stage:
        theirs = stage.overhear(stage.server.say(stage.group, stage.bo, "hello"))
        told = text(await stage.say("/report", chat=stage.group, reply_to=theirs))

        assert "not a reply of a persona" in told


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_language_is_chosen_by_a_press_and_by_typing(language: str) -> None:
    other = {"en": "ko", "ko": "en"}[language]
    async with on_telegram(model(), language=language) as stage:
        [panel] = await stage.say("/language")
        await stage.press(panel, {"en": "English", "ko": "한국어"}[other])
        assert korean(panel.text) == (other == "ko")
        assert korean(text(await stage.say("/memory"))) == (other == "ko")
        await stage.say(f"/language {language}")

        assert korean(text(await stage.say("/memory"))) == (language == "ko")


async def test_the_language_of_a_group_is_for_its_admins_to_say() -> None:
    async with on_telegram(model()) as stage:
        told = text(await stage.say("/language ko", chat=stage.group))
        assert "That is for" in told
        await stage.say("/language ko", chat=stage.group, by=stage.owner)

        assert (await stage.opened.host.settings(_place(stage))).language == "ko"


async def test_review_is_for_moderators_and_masks_what_was_kept() -> None:
    async with on_telegram(model(BAD)) as stage:
        await stage.reply("hello", chat=stage.group)
        [kept] = await stage.opened.store.list(Query())
        unmet = text(await stage.say("/review list", chat=stage.group, by=stage.mod))
        assert "https://t.me/talchum_bot" in unmet
        assert kept.id not in unmet
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        assert "That is for" in text(await stage.say("/review", chat=stage.group))
        listed = text(await stage.say("/review list", chat=stage.group, by=stage.mod))
        assert kept.id in listed
        answers = await stage.say("/review next", chat=stage.group, by=stage.mod)
        shown = [message for message in answers if message.chat is alone]
        assert kept.id not in text([message for message in answers if message.chat is not alone])

        assert "BAD" not in text(shown)
        spoilers = [one for message in shown for one in message.entities if one["type"] == "spoiler"]
        assert len(spoilers) >= 2
        assert {button["callback_data"].split(":")[1] for button in shown[-1].buttons} == {
            *("reveal", "uphold", "overturn", "withdraw", "note", "next")
        }


async def test_answers_to_one_person_go_to_the_private_chat_and_the_group_is_told() -> None:
    async with on_telegram(model()) as stage:
        answers = await stage.say("/memory", chat=stage.group)

        private, group = ([one.text for one in answers if one.chat is chat] for chat in (stage.private, stage.group))
        assert len(private) == 1
        assert group == ["I sent it to you in our private chat."]
        [stranger] = await stage.say("/memory", chat=stage.group, by=stage.bo)
        assert stranger.chat is stage.group


async def test_an_administrator_who_hides_is_answered_in_the_group_and_never_with_secrets() -> None:
    async with on_telegram(model()) as stage:
        stage.group.members[stage.mod.id].anonymous = True
        [memory] = await stage.say("/memory", chat=stage.group, by=stage.mod)
        [privacy] = await stage.say("/privacy", chat=stage.group, by=stage.mod)
        [panel] = await stage.say("/persona", chat=stage.group, by=stage.mod)
        await stage.press(panel, "윤서헌", by=stage.mod)

        assert "https://t.me/talchum_bot" in memory.text
        assert "https://t.me/talchum_bot" in privacy.text
        assert (await stage.opened.host.settings(_place(stage))).persona == "scholar"


async def test_many_personas_are_leafed_through() -> None:
    people = [replace(PERSONA, id=f"p{number}", name=f"Name {number}") for number in range(20)]
    async with on_telegram(model(), personas=people) as stage:
        [panel] = await stage.say("/persona")
        assert "Name 0" in panel.text
        assert "Name 8" not in panel.text
        await stage.press(panel, "▶")
        assert "Name 8" in panel.text
        await stage.press(panel, "▶")
        query = await stage.press(panel, "Name 19")

        assert "Name 19" in alert(query)
        assert "▸ Name 19" in [button["text"] for button in panel.buttons]
