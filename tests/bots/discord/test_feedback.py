"""What people think of a reply, how they are spoken to, and what the model is told, on Discord."""

from typing import Any

from bots.feedback import thumbs
from personas.feedback import FEEDBACK
from tests.bots.discord.commanding import greeted, model
from tests.support.discord_stage import Stage, button, card_of, on_discord, words


async def press(stage: Stage, verb: str, *, by: Any = None) -> Any:
    reply = stage.replies()[-1]
    return await (by or stage.ann).click(reply, custom_id=button(reply, verb))


async def test_a_thumb_down_asks_why_and_the_next_try_heeds_it() -> None:
    generator = model()
    async with on_discord(generator) as stage:
        await greeted(stage)
        form = await press(stage, "bad")
        done = await stage.ann.submit_modal(form, {"reason": "long", "wish": "shorter, and warmer"})
        await press(stage, "again")
        counted = await thumbs(stage.opened.state, None)

        assert form.modal
        assert "Noted" in card_of(done)
        assert all(message.ephemeral for message in done.followups)
        critique = generator.journal[-1].prompt.critique
        assert (critique.category, "shorter, and warmer" in critique.rule) == (FEEDBACK, True)
        assert counted["keeper"].bad == 1
        assert words(stage.replies()[-1].content) == "Reply 2."


async def test_a_thumb_up_is_noted_and_nobody_else_s_is() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage)
        refused = [card_of(await press(stage, verb, by=stage.bob)) for verb in ("good", "bad")]
        thanked = card_of(await press(stage, "good"))
        counted = await thumbs(stage.opened.state, stage.place.server)

        assert all("Only whoever was answered" in card for card in refused)
        assert "Thank you" in thanked
        assert (counted["keeper"].good, counted["keeper"].bad) == (1, 0)


async def test_regenerating_with_a_reason_heeds_it_and_words_the_guard_objects_to_regenerate_nothing() -> None:
    generator = model()
    async with on_discord(generator) as stage:
        await greeted(stage)
        refused = await stage.ann.slash(stage.channel, "regenerate", reason="tone", words="INJECT this")
        assert [words(reply.content) for reply in stage.replies()] == ["Reply 1."]
        await stage.ann.slash(stage.channel, "regenerate", reason="tone", words="softer")

        assert "guard objects" in card_of(refused)
        assert [words(reply.content) for reply in stage.replies()] == ["Reply 2."]
        assert "softer" in generator.journal[-1].prompt.critique.rule


async def test_thumbs_and_manners_are_typed_too() -> None:
    generator = model()
    async with on_discord(generator) as stage:
        await greeted(stage)
        assert "Noted" in card_of(await stage.ann.slash(stage.channel, "bad", reason="dull"))
        assert "Noted" in card_of(await stage.ann.slash(stage.channel, "good"))
        assert "familiar" in card_of(await stage.ann.slash(stage.channel, "manner"))
        assert "Set." in card_of(await stage.ann.slash(stage.channel, "manner", choice="formal"))
        done = await stage.admin.slash(stage.channel, "talchum settings", field="audience", value="50s")
        await greeted(stage, "and?")

        assert "50s" in card_of(done)
        assert "Formal, complete sentences" in generator.journal[-1].prompt.system
        assert "courteous" in generator.journal[-1].prompt.system


async def test_seniors_see_what_the_model_is_told_but_not_its_texts() -> None:
    async with on_discord(model()) as stage:
        await greeted(stage, "what a storm")
        refused = card_of(await stage.mod.slash(stage.channel, "prompt", said="hello"))
        await stage.admin.slash(stage.channel, "talchum seniors", who=f"<@{stage.mod.id}>")
        told = card_of(await stage.mod.slash(stage.channel, "prompt"))

        assert "That is for:" in refused
        assert "rules" in told
        assert "tokens" in told
        assert "Stay in character" not in told
        assert "storm" not in told
