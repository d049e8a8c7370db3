"""Commands on Telegram that choose what holds, what is kept, and what is decided."""

from dataclasses import replace

import pytest

from moderation.reasons import REASONS
from moderation.stores import Query
from moderation.words import LANGUAGES, catalogue
from tests.bots.telegram.commanding import _place, korean, model, text
from tests.bots.telegram.menu_stage import alert, on_telegram
from tests.support.stage import PERSONA, reply_of

BAD = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})


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


async def test_after_an_erasure_in_private_nothing_says_who_was_answered_and_older_buttons_do_nothing() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.press((await stage.say("/forget"))[-1], "e1:sure")

        kinds = ("reply", "shown", "running", "exchange", "variants", "claim", "met", "place", "errand", "fact")
        left = [entry for kind in kinds for entry in await stage.opened.state.list(kind, limit=100)]
        assert [entry for entry in left if str(stage.mina.id) in str(entry)] == []
        assert alert(await stage.press(reply, "r1:delete")) == catalogue("bots").say("showing.too_old", "en")
        assert reply.buttons == []
        assert (await stage.reply("hello again")).text.endswith("Reply 2.")


async def test_consent_is_given_and_taken_back_by_a_press() -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/privacy")
        await stage.press(panel, "e1:consents")
        assert "training: no" in panel.text
        yes = await stage.press(panel, "✓ training")
        assert "Thank you" in alert(yes)
        assert "training: yes" in panel.text
        assert "memory: no" in panel.text
        no = await stage.press(panel, "✗ training")

        assert "Taken back" in alert(no)
        assert "training: no" in panel.text


async def test_consent_is_typed_as_everywhere_and_seen_by_nobody_else() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("/privacy consent memory yes", chat=stage.group)
        known = await stage.say("/privacy consent", chat=stage.group)
        [panel] = [message for message in known if "memory" in message.text]

        assert panel.chat.id == stage.mina.id
        assert "memory: yes" in panel.text
        assert "samples: no" in panel.text


async def test_how_people_are_kept_safe_is_told_to_whoever_asks() -> None:
    async with on_telegram(model()) as stage:
        told = text(await stage.say("/safety"))

        assert "988" in told
        assert "109" in told


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
        await stage.say("/stop", by=stage.bo, chat=stage.server.world.private(stage.bo))
        other = text(await stage.say(f"/why {kept.id}", by=stage.bo, chat=stage.group))

        assert "There is no" in other


async def test_why_something_was_held_back_is_never_said_in_a_group() -> None:
    async with on_telegram(model(BAD)) as stage:
        await stage.say("hello", by=stage.bo, chat=stage.group, mention_bot=True)
        [kept] = await stage.opened.store.list(Query())
        stage.server.membership.promote(stage.group, stage.mod, {"can_delete_messages"}, by=stage.owner, anonymous=True)
        stage.client._roles.forget(stage.group.id)
        for who, line in ((stage.bo, "/why"), (stage.owner, f"/why {kept.id}"), (stage.mod, f"/why {kept.id}")):
            told = text(await stage.say(line, by=who, chat=stage.group))

            assert "https://t.me/talchum_bot" in told
            assert kept.id not in told


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


async def test_a_language_that_is_not_spoken_is_answered_with_those_that_are() -> None:
    async with on_telegram(model()) as stage:
        assert "en, ko" in text(await stage.say("/language klingon"))


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
            *("claim", "reveal", "uphold", "overturn", "edit", "escalate", "withdraw", "note", "next")
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
