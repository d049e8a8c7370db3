"""Cases on Discord: who may do what with them, who has them, and how their cards read."""

import re
from typing import Any

import discord
import pytest

from moderation.cases import CaseState, Ruling
from moderation.stores import Query
from tests.bots.discord.commanding import greeted, model
from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, text_of
from tests.support.stage import reply_of

BAD = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})
WAITING = "claim uphold overturn edit escalate reveal note withdraw next"


def person(stage: Stage, name: str, role: Any = None) -> Any:
    user = stage.env.create_user(name, global_name=name.title())
    return stage.guild.add_member(user, roles=[role] if role else [])


def moderator(stage: Stage, name: str) -> Any:
    role = stage.guild.create_role(f"Mods {name}", permissions=discord.Permissions(manage_messages=True))
    return person(stage, name, role)


async def let_in(stage: Stage, *people: Any) -> None:
    """Discord shows somebody all our commands; what they may do with them is ours to say."""
    for command in await stage.client.tree.fetch_commands():
        stage.guild.set_command_permissions(command, dict.fromkeys(people, True))


async def set_log(stage: Stage) -> Any:
    log = stage.guild.create_text_channel("log")
    await stage.admin.slash(stage.channel, "talchum settings", field="log_channel", value=log.mention, where="server")
    return log


async def case_of(stage: Stage) -> Any:
    [exchange] = await stage.opened.store.list(Query())
    return exchange.case


async def test_a_claim_is_shown_on_the_card_with_who_has_it_and_until_when_and_its_buttons_follow() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        [card] = stage.desk(log)
        assert " ".join(buttons(card)) == WAITING
        await stage.mod.click(card, custom_id=button(card, "claim"))

        [card] = stage.desk(log)
        case = await case_of(stage)
        assert case.holder == f"discord:user:{stage.mod.id}"
        assert case.until is not None
        ends = int(case.until.timestamp()) // 60 * 60
        assert f"(<@{stage.mod.id}>, <t:{ends}:f>)" in text_of(card)
        assert " ".join(buttons(card)) == "uphold overturn edit escalate release renew reveal note withdraw next"
        await stage.mod.click(card, custom_id=button(card, "uphold"))
        [card] = stage.desk(log)
        assert " ".join(buttons(card)) == "reopen answer note reveal withdraw next"
        assert len(stage.cards(log)) == 2, "one card a case, and the one that said that cards come here"


async def card_for(who: Any, stage: Stage) -> discord.Message:
    """The card of the case that somebody alone sees."""
    shown = await who.slash(stage.channel, "review show", number="x1")
    [answer] = [one for one in (shown.response, *shown.followups) if one]
    message: discord.Message = answer.message
    return message


async def test_of_two_moderators_who_want_a_case_one_has_it_and_the_other_is_told_who() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        other = moderator(stage, "kim")
        theirs, late = await card_for(stage.mod, stage), await card_for(other, stage)
        first = await stage.mod.click(theirs, custom_id=button(theirs, "claim"))
        second = await other.click(late, custom_id=button(late, "claim"))
        third = await other.slash(stage.channel, "review uphold", number="x1")

        assert "x1 is yours" in card_of(first)
        for told in (second, third):
            assert f"<@{stage.mod.id}> is looking at x1" in card_of(told)
        case = await case_of(stage)
        assert [step.step.value for step in case.by_people] == ["claim"]
        assert second.response is not None
        now = " ".join(buttons(second.response.message))
        assert now == "reveal note withdraw next", "their card shows how it stands now"


async def test_a_button_for_what_stood_there_before_does_nothing_and_shows_what_stands_there_now() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        senior = stage.admin
        await let_in(stage, senior, stage.mod)
        card = await card_for(senior, stage)
        await stage.mod.slash(stage.channel, "review uphold", number="x1")
        # They saw a case that nobody had decided: to overturn it now would undo what they do not know of.
        form = await senior.click(card, custom_id=button(card, "overturn"))
        late = await senior.submit_modal(form, {"note": "It is fine."})

        assert "has changed since that button was shown" in card_of(late)
        assert (await case_of(stage)).ruling is Ruling.UPHELD
        assert late.response is not None
        assert " ".join(buttons(late.response.message)) == "reopen answer note reveal withdraw next"


async def test_every_step_is_a_command_too_and_the_card_of_the_moderators_follows() -> None:
    async with on_discord(model(BAD, BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        await let_in(stage, stage.mod, stage.admin)
        said = [
            card_of(await stage.mod.slash(stage.channel, f"review {verb}", number="x1", **rest))
            for verb, rest in (
                *(("claim", {}), ("renew", {}), ("release", {}), ("escalate", {"note": "Hard."})),
                *(("note", {"note": "Look."}), ("answer", {"words": "We look at it."})),
            )
        ]
        assert all("x1" in text for text in said), said
        [card] = stage.desk(log)
        assert "waiting for a senior" in text_of(card)
        refused = card_of(await stage.mod.slash(stage.channel, "review uphold", number="x1"))
        assert "waits for a senior" in refused
        await stage.admin.slash(stage.channel, "review uphold", number="x1")
        assert "upheld" in text_of(stage.desk(log)[0])
        await stage.admin.slash(stage.channel, "review reopen", number="x1", note="Again.")
        assert "waiting" in text_of(stage.desk(log)[0])

        steps = [step.step.value for step in (await case_of(stage)).by_people]
        assert steps == [
            *("claim", "renew", "release", "escalate", "note", "answer", "claim", "uphold", "reopen"),
        ]


async def test_cases_are_merged_searched_and_listed_by_what_they_are_about() -> None:
    async with on_discord(model(BAD, BAD)) as stage:
        await greeted(stage, "about the kettle")
        await stage.bob.send(stage.channel, f"{stage.me} about the lamp")
        assert "x1" not in card_of(await stage.mod.slash(stage.channel, "review list", person=stage.bob))
        assert "x2" in card_of(await stage.mod.slash(stage.channel, "review list", person=stage.bob, persona="keeper"))
        assert "x1" in card_of(await stage.mod.slash(stage.channel, "review list", rule="marks"))
        assert "nothing" in card_of(await stage.mod.slash(stage.channel, "review list", state="mine"))
        assert "x1" in card_of(await stage.mod.slash(stage.channel, "review search", words="kettle"))
        merged = card_of(await stage.mod.slash(stage.channel, "review merge", number="x1", other="x2"))
        assert "x2" in merged

        cases = {exchange.case.id for exchange in await stage.opened.store.list(Query())}
        assert cases == {"x1"}


async def test_what_has_no_command_of_its_own_is_typed_behind_more() -> None:
    async with on_discord(model(BAD, BAD)) as stage:
        await greeted(stage)
        await let_in(stage, stage.mod, stage.admin)

        async def typed(who: Any, line: str) -> str:
            return card_of(await who.slash(stage.channel, "review more", line=line))

        assert "mute person ID" in await typed(stage.mod, "help")
        assert "bulk" not in await typed(stage.mod, "help")
        assert "no replies" in await typed(stage.mod, "mute person x1 2h rude")
        assert "rude" in await typed(stage.mod, "mutes")
        assert "not muted any more" in await typed(stage.mod, "unmute person x1")
        assert "That is for" in await typed(stage.mod, "bulk uphold yes")
        assert "objected to here" in await typed(stage.admin, "lexicon add flibber yes")
        assert "x1" in await typed(stage.admin, "bulk uphold")
        assert "masked" in await typed(stage.admin, "export csv")
        assert "/review help" in await typed(stage.mod, "dance")


async def test_a_bulk_is_done_as_it_was_shown_and_taken_back_by_its_number() -> None:
    async with on_discord(model(BAD, BAD)) as stage:
        await greeted(stage)
        await let_in(stage, stage.mod, stage.admin)

        async def typed(who: Any, line: str) -> str:
            return card_of(await who.slash(stage.channel, "review more", line=line))

        assert "1: x1" in await typed(stage.admin, "bulk uphold")
        await stage.bob.send(stage.channel, f"{stage.me} about the lamp")
        done = await typed(stage.admin, "bulk uphold yes")
        number = done.split("/review undo ")[1].split()[0].strip("`*")
        assert "That is for" in await typed(stage.mod, f"undo {number}")
        cases = {kept.id: kept.case.ruling for kept in await stage.opened.store.list(Query())}
        assert cases == {"x1": Ruling.UPHELD, "x2": None}, "nobody was shown the second one"
        assert "One case reopened" in await typed(stage.admin, f"undo {number}")
        assert "There is nothing called" in await typed(stage.admin, f"undo {number}")

        cases = {kept.id: kept.case.ruling for kept in await stage.opened.store.list(Query())}
        assert cases == {"x1": None, "x2": None}


async def test_whoever_takes_the_blur_away_sees_texts_at_once_until_they_want_it_back() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        await let_in(stage, stage.mod, stage.admin)

        async def shown(who: Any) -> str:
            return card_of(await who.slash(stage.channel, "review show", number="x1"))

        assert "BAD" not in await shown(stage.mod)
        assert "at once" in card_of(await stage.mod.slash(stage.channel, "review more", line="blur off"))
        assert "BAD" in await shown(stage.mod)
        assert "BAD" not in await shown(stage.admin), "that is for everybody to say of themselves"
        assert "masked" in card_of(await stage.mod.slash(stage.channel, "review more", line="blur on"))

        assert "BAD" not in await shown(stage.mod)
        steps = [step.step.value for step in (await case_of(stage)).by_people]
        assert steps == ["reveal"], "what is seen is noted"


async def test_moderators_make_a_case_of_the_last_reply_and_members_make_none() -> None:
    async with on_discord(model(reply_of("The lamp is lit."))) as stage:
        log = await set_log(stage)
        await greeted(stage)
        await let_in(stage, stage.ann, stage.mod)
        assert await stage.opened.store.list(Query()) == ()
        refused = card_of(await stage.ann.slash(stage.channel, "review more", line="new wrong"))
        assert "That is for" in refused
        made = card_of(await stage.mod.slash(stage.channel, "review more", line="new wrong odd for her"))

        assert "x1" in made
        [kept] = await stage.opened.store.list(Query())
        assert kept.closing is not None
        assert (kept.closing.shown, kept.opening.persona) == ("The lamp is lit.", "keeper")
        [card] = stage.desk(log)
        assert "odd for her" in text_of(card)


RANKS = {
    "member": (),
    "named moderator": ("claim", "note", "escalate"),
    "moderator": ("claim", "note", "escalate"),
    "named senior": ("claim", "note", "escalate", "senior"),
    "admin": ("claim", "note", "escalate", "senior", "settings"),
}


@pytest.mark.parametrize("rank", RANKS)
async def test_everybody_may_do_what_their_rank_may_and_sees_no_button_for_more(rank: str) -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        role = stage.guild.create_role("Named")
        who = {"moderator": stage.mod, "admin": stage.admin}.get(rank) or person(
            stage, "kim", role if rank.startswith("named") else None
        )
        if rank.startswith("named"):
            await stage.admin.slash(stage.channel, f"talchum {rank.split()[1]}s", who=role.mention)
        await let_in(stage, who, stage.mod, stage.admin)
        may = set()
        assert " ".join(buttons(await card_for(who, stage))) == ("" if rank == "member" else WAITING)
        for verb, rest in (("claim", {}), ("note", {"note": "Hm."}), ("escalate", {})):
            if "x1" in card_of(await who.slash(stage.channel, f"review {verb}", number="x1", **rest)):
                may.add(verb)
        if rank == "member":
            await stage.mod.slash(stage.channel, "review escalate", number="x1")
        if "claim" in buttons(await card_for(who, stage)):
            may.add("senior")
        decided = card_of(await who.slash(stage.channel, "review uphold", number="x1"))
        assert ("upheld" in decided) == ("senior" in may)
        if "That is for" not in card_of(await who.slash(stage.channel, "talchum pause")):
            may.add("settings")

        assert may == set(RANKS[rank])


async def test_whoever_is_named_no_more_moderates_no_more_and_everybody_is_nobody_that_can_be_named() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        role = stage.guild.create_role("Named")
        kim = person(stage, "kim", role)
        await let_in(stage, kim, stage.admin)
        named = card_of(
            await stage.admin.slash(stage.channel, "talchum moderators", who=f"{role.mention} {kim.mention}")
        )
        assert re.search(rf"<@&{role.id}>.*<@{kim.id}>", named)
        assert "x1" in card_of(await kim.slash(stage.channel, "review list"))
        assert f"<@&{role.id}>" in card_of(await stage.admin.slash(stage.channel, "talchum moderators"))
        refused = card_of(await stage.admin.slash(stage.channel, "talchum moderators", who="kim"))
        assert "names nobody" in refused
        await stage.admin.slash(stage.channel, "talchum moderators", who="-")
        assert "That is for" in card_of(await kim.slash(stage.channel, "review list"))

        await stage.admin.slash(stage.channel, "talchum moderators", who=f"<@&{stage.guild.id}>")
        assert "That is for" in card_of(await kim.slash(stage.channel, "review list"))


async def test_reports_of_several_members_and_of_a_decided_reply_are_one_card_that_is_written_anew() -> None:
    async with on_discord(model(reply_of("MAYBE this."))) as stage:
        log = await set_log(stage)
        await greeted(stage)
        [reply] = stage.replies()
        for number, who in enumerate((stage.ann, stage.bob, stage.mod)):
            if number == 2:
                await stage.mod.slash(stage.channel, "review uphold", number="x1")
            form = await who.click(reply, custom_id=button(reply, "report"))
            await who.submit_modal(form, {"reason": "hateful", "comment": f"rude {number}"})

        [card] = stage.desk(log)
        assert len(stage.cards(log)) == 2
        assert all(f"rude {number}" in text_of(card) for number in range(3))
        assert "upheld" in text_of(card)
        assert (await case_of(stage)).state is CaseState.CLOSED, "members do not undo what moderators decide"
