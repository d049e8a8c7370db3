"""What people think of a reply, how they are spoken to, and what the model is told, on Telegram."""

import pytest

from bots.feedback import thumbs
from moderation.words import LANGUAGES
from personas.feedback import FEEDBACK, REASONS
from tests.bots.telegram.commanding import korean, text
from tests.bots.telegram.menu_stage import alert, on_telegram
from tests.bots.telegram.pressed import model, said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_thumb_down_asks_why_and_the_next_try_heeds_it(language: str) -> None:
    generator = model()
    async with on_telegram(generator, language=language) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:bad")
        asked = stage.server.answers(stage.private)[-1]
        labels = [one["text"] for one in asked.buttons]
        await stage.press(asked, "f1:long")
        await stage.press(reply, "r1:again")
        counted = await thumbs(stage.opened.state, None)

        assert len(labels) == len(REASONS) + 2
        assert korean(labels[0]) == (language == "ko")
        assert generator.journal[-1].prompt.critique.category == FEEDBACK
        assert counted["keeper"].reasons["long"] == 1
        assert reply.text.endswith("Reply 2.")


async def test_own_words_are_an_answer_to_a_question_and_are_judged() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        reply = await stage.reply(chat=stage.group)
        for wording in ("INJECT this", "less fog, please"):
            await stage.press(reply, "r1:bad")
            asked = next(one for one in reversed(stage.server.answers()) if one.buttons and "f1:" in str(one.buttons))
            await stage.press(asked, "f1:words")
            question = stage.server.answers()[-1]
            answers = await stage.say(wording, reply_to=question, chat=question.chat)
            assert ("guard objects" in text(answers)) == wording.startswith("INJECT")
        await stage.press(reply, "r1:again")

        assert "less fog, please" in generator.journal[-1].prompt.critique.rule
        assert "INJECT" not in generator.journal[-1].prompt.critique.rule


async def test_nobody_else_s_thumb_counts_in_a_group() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        for verb in ("good", "bad"):
            assert alert(await stage.press(reply, f"r1:{verb}", by=stage.bo)) == said("en", "showing.not_yours")
        await stage.press(reply, "r1:good")
        counted = await thumbs(stage.opened.state, None)

        assert (counted["keeper"].good, counted["keeper"].bad) == (1, 0)


async def test_a_retry_with_a_reason_heeds_it() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        reply = await stage.reply()
        await stage.say("/retry too long")

        assert reply.text.endswith("Reply 2.")
        assert "too long" in generator.journal[-1].prompt.critique.rule
        await stage.say("/bad dull", reply_to=reply)
        await stage.say("/good", reply_to=reply)
        counted = await thumbs(stage.opened.state, None)
        assert (counted["keeper"].good, counted["keeper"].bad) == (1, 0)


async def test_manners_are_set_by_command_and_for_a_group_by_a_press() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        assert "Set." in text(await stage.say("/manner formal"))
        await stage.reply()
        assert "Formal, complete sentences" in generator.journal[-1].prompt.system
        await stage.say("/settings", chat=stage.group, by=stage.owner)
        panel = next(one for one in reversed(stage.server.answers()) if "audience" in str(one.buttons))
        await stage.press(panel, "50s", by=stage.owner)
        await stage.reply(chat=stage.group)

        assert "courteous" in generator.journal[-1].prompt.system


async def test_seniors_see_what_the_model_is_told_but_not_its_texts() -> None:
    async with on_telegram(model()) as stage:
        await stage.reply("what a storm", chat=stage.group)
        await stage.say("/settings", chat=stage.group, by=stage.owner)
        refused = text(await stage.say("/prompt hello", chat=stage.group, by=stage.mod))
        told = text(await stage.say("/prompt", chat=stage.group, by=stage.owner))

        assert "That is for:" in refused
        assert "tokens" in told
        assert "Stay in character" not in told
        assert "storm" not in told
