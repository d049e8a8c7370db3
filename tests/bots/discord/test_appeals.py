"""Appeals on Discord: made under the explanation or by command, decided by somebody else, and answered in private."""

from typing import Any

from moderation.cases import CaseState, Ruling
from moderation.stores import Query
from tests.bots.discord.commanding import greeted, model
from tests.bots.discord.test_desk_cases import case_of, let_in, moderator, set_log
from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, text_of
from tests.support.stage import reply_of

BAD = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})


async def explained(stage: Stage, who: Any) -> Any:
    """The explanation that somebody alone sees."""
    shown = await who.slash(stage.channel, "why")
    [answer] = [one for one in (shown.response, *shown.followups) if one]
    assert answer.ephemeral
    return answer.message


async def disagreed(stage: Stage, who: Any, words: str = "") -> str:
    card = await explained(stage, who)
    form = await who.click(card, custom_id="talchum:appeal:x1")
    return card_of(await who.submit_modal(form, {"disagree": words}))


async def test_one_tap_under_the_explanation_brings_it_before_the_moderators_and_somebody_else_than_before() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        await stage.mod.slash(stage.channel, "review uphold", number="x1")
        answer = await disagreed(stage, stage.ann, "I only quoted it.")
        assert "x1" in answer
        card = stage.desk(log)[-1]
        assert "I only quoted it." in text_of(card)
        assert "appealed" in text_of(card)
        assert "uphold" in buttons(card)
        assert len(stage.cards(log)) == 3, "it wants somebody's eyes again, so it comes again"

        own = card_of(await stage.mod.click(card, custom_id=button(card, "uphold")))
        assert "your own decision" in own
        assert (await case_of(stage)).state is CaseState.APPEALED
        other = moderator(stage, "kim")
        form = await other.click(stage.desk(log)[-1], custom_id=button(stage.desk(log)[-1], "overturn"))
        done = card_of(await other.submit_modal(form, {"note": "A quotation."}))
        assert "was told" in done
        case = await case_of(stage)
        assert (case.ruling, case.appealed, case.decided_by) == (
            Ruling.OVERTURNED, False, f"discord:user:{other.id}",
        )  # fmt: skip
        why = text_of(await explained(stage, stage.ann))
        assert "the check was wrong" in why
        assert "A quotation." not in why, "notes are for moderators"


async def test_whoever_appealed_is_told_in_private_and_what_moderators_answer_too() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        await stage.ann.slash(stage.channel, "appeal")
        await stage.mod.slash(stage.channel, "review uphold", number="x1")
        await stage.mod.slash(stage.channel, "review answer", number="x1", words="Slurs stay out.")

        number = stage.env.backend.dm_channels[stage.ann.id]
        sent = [
            str(call.json)
            for call in stage.env.http_requests
            if (call.method, call.path) == ("POST", f"/channels/{number}/messages")
        ]
        assert len(sent) == 2
        assert "the decision stands" in sent[0]
        assert "Slurs stay out." in sent[1]
        assert "Slurs stay out." in text_of(await explained(stage, stage.ann))


async def test_only_the_person_concerned_may_appeal_and_once_for_each_decision() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        await let_in(stage, stage.admin, stage.mod)
        stranger = card_of(await stage.bob.slash(stage.channel, "appeal", number="x1"))
        assert stranger == "**There is no case x1 of yours here.**"
        assert "x9" in card_of(await stage.ann.slash(stage.channel, "appeal", number="x9"))
        await stage.ann.slash(stage.channel, "appeal", number="x1", words="No.")
        again = card_of(await stage.ann.slash(stage.channel, "appeal"))
        assert "waits for an answer already" in again
        assert "talchum:appeal" not in str((await explained(stage, stage.ann)).components)
        await stage.mod.slash(stage.channel, "review uphold", number="x1")
        assert "answered already" in card_of(await stage.ann.slash(stage.channel, "appeal", number="x1"))
        assert "talchum:appeal" not in str((await explained(stage, stage.ann)).components)
        await stage.admin.slash(stage.channel, "review reopen", number="x1")
        waiting = card_of(await stage.ann.slash(stage.channel, "appeal", number="x1"))
        assert "waits for an answer already" in waiting, "the answer was taken back, so it waits again"

        [kept] = await stage.opened.store.list(Query())
        assert (kept.case.state, kept.case.appeals) == (CaseState.APPEALED, 1)


async def test_nobody_has_more_than_three_appeals_waiting() -> None:
    async with on_discord(model(*[BAD] * 4)) as stage:
        for number in range(1, 5):
            await stage.ann.send(stage.channel, f"{stage.me} again {number}")
        for number in range(1, 4):
            assert f"x{number}" in card_of(await stage.ann.slash(stage.channel, "appeal", number=f"x{number}"))
        refused = card_of(await stage.ann.slash(stage.channel, "appeal", number="x4"))
        assert "3 appeals of yours wait" in refused
        await stage.mod.slash(stage.channel, "review overturn", number="x1")

        assert "x4" in card_of(await stage.ann.slash(stage.channel, "appeal", number="x4"))
