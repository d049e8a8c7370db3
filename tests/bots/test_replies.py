"""What is noted of replies: where they stand, who may still change them, and none of them twice."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bots.places import Place
from bots.records import BUTTONS, Record, Variants
from bots.replies import Replies
from bots.state import Entry
from bots.state.memory import MemoryState
from bots.worded import SOMEBODY
from moderation.errors import StoreFailed
from tests.support.exchanges import numbered
from tests.support.stage import NOW


def made() -> tuple[Replies, MemoryState, list[timedelta]]:
    passed = [timedelta()]
    state = MemoryState(clock=lambda: NOW + passed[0])
    return Replies(state, now=lambda: NOW + passed[0], ids=numbered("r")), state, passed


async def begun(replies: Replies, *, persona: str = "keeper", message: str = "m1") -> Record:
    return await replies.begin(
        platform="discord", conversation="c", server="s", persona=persona, person="ann", message=message, channel="7"
    )


async def test_of_many_who_claim_a_message_one_answers_it() -> None:
    replies, _, passed = made()
    won = await asyncio.gather(*(replies.claim("discord", "m1") for _ in range(10)))
    assert sum(won) == 1
    assert await replies.claim("telegram", "m1")
    passed[0] = timedelta(days=1)
    assert not await replies.claim("discord", "m1")


async def test_a_reply_is_found_by_each_of_its_messages_and_by_its_exchange() -> None:
    replies, _, _ = made()
    record = await replies.stands(await replies.stands(await begun(replies), "1"), "2")
    await replies.keep(replace(record, running=False, exchange="x1"))

    found = [await replies.of_message("discord", message) for message in ("1", "2")]
    assert {one.id for one in found if one} == {record.id}
    exchange = await replies.of_exchange("x1")
    assert exchange is not None
    assert exchange.shown == ("1", "2")
    assert await replies.of_message("telegram", "1") is None


async def test_what_was_under_way_is_unfinished_until_it_is_noted_otherwise() -> None:
    replies, _, _ = made()
    first, second = await begun(replies), await begun(replies)
    assert [record.id for record in await replies.unfinished("discord")] == [first.id, second.id]
    await replies.keep(replace(first, running=False))
    await replies.forget(second)

    assert await replies.unfinished("discord") == ()


class Refusing(MemoryState):
    """A state that takes nothing any more once a test says so, and counts what it is given."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.changes = 0
        self.full = False

    async def change(self, entries: Sequence[Entry], *, dropped: Sequence[tuple[str, str]] = ()) -> None:
        if self.full:
            raise StoreFailed("stores.full", file="/data/state.db")
        self.changes += 1
        await super().change(entries, dropped=dropped)


async def test_each_step_of_a_reply_is_noted_at_once_so_that_no_end_of_the_program_finds_half_of_it() -> None:
    state = Refusing()
    replies = Replies(state, now=lambda: NOW, ids=numbered("r"))

    record = await begun(replies)
    assert state.changes == 1
    record = await replies.stands(record, "1")
    assert state.changes == 2
    state.full = True
    with pytest.raises(StoreFailed):
        await replies.stands(record, "2")

    assert await replies.get(record.id) == record
    assert await replies.of_message("discord", "2") is None
    assert await replies.unfinished("discord") == (record,)


async def test_the_newest_reply_and_the_one_before_it_are_told_apart_by_persona() -> None:
    replies, _, passed = made()
    records = []
    for number, persona in enumerate(("keeper", "scholar", "keeper")):
        passed[0] = timedelta(seconds=number)
        records.append(await begun(replies, persona=persona))

    newest = await replies.newest("c")
    assert newest == records[2]
    assert await replies.newest("c", "scholar") == records[1]
    assert await replies.before(records[2]) == records[0]
    assert await replies.before(records[1]) is None
    assert await replies.after(records[0]) == records[2]
    assert await replies.after(records[1]) is await replies.after(records[2]) is None
    assert await replies.newest("elsewhere") is None


async def test_the_reply_before_one_is_found_after_a_restart_and_where_the_nearest_was_taken_away() -> None:
    replies, state, passed = made()
    records = []
    for number in range(3):
        passed[0] = timedelta(seconds=number)
        records.append(await begun(replies))
    again = Replies(state, now=lambda: NOW + timedelta(minutes=1), ids=numbered("s"))
    latest = await begun(again)

    assert await again.before(latest) == records[2]
    assert await again.before(records[2]) == records[1]
    await again.forget(records[1])
    assert await again.before(records[2]) == records[0]


async def test_what_a_community_has_is_forgotten_with_it_each_time_and_where_it_was_talked_in_for_months() -> None:
    replies, _, passed = made()
    for often in (3, 1):
        for number in range(often):
            await begun(replies, message=f"m{number}")
        await replies.leave("s")
        assert await replies.newest("c") is None

    for day in (20, 20, 40):
        passed[0] = timedelta(days=day)
        await begun(replies)
    passed[0] = timedelta(days=69)
    assert await replies.newest("c") is not None
    await replies.leave("s")

    assert await replies.newest("c") is None


class Unlisted(MemoryState):
    """A state that does not look through what it has."""

    async def list(self, kind: str, *, group: str | None = None, limit: int = 100) -> tuple[Entry, ...]:
        raise AssertionError


async def test_nothing_is_looked_through_for_the_reply_before_one_that_was_begun_here() -> None:
    replies = Replies(Unlisted(clock=lambda: NOW), now=lambda: NOW, ids=numbered("r"))
    first, other, second = await begun(replies), await begun(replies, persona="scholar"), await begun(replies)
    first = await replies.stands(first, "1")

    assert await replies.before(second) == first
    assert other.follows == ""


async def test_texts_of_variants_are_kept_no_longer_than_the_buttons_live_and_who_spoke_longer() -> None:
    replies, state, passed = made()
    record = await replies.stands(await begun(replies), "1")
    await replies.vary(record, Variants(texts=tuple("abcdefghij"), current=9))
    assert await replies.variants(record) == Variants(texts=tuple("cdefghij"), current=7)
    assert record.live(NOW + BUTTONS - timedelta(seconds=1))
    passed[0] = BUTTONS

    assert not record.live(NOW + passed[0])
    assert await replies.variants(record) == Variants()
    assert await replies.of_message("discord", "1") == record
    await state.prune()
    passed[0] = timedelta(days=31)
    assert await replies.of_message("discord", "1") is None


async def test_of_more_variants_than_are_kept_the_newest_is_the_one_before_what_is_none() -> None:
    replies, _, _ = made()
    record = await replies.stands(await begun(replies), "1")
    await replies.vary(record, Variants(texts=tuple("abcdefgh"), authors=("",) * 8, current=7))
    await replies.said_again(record, "", before="h")
    assert await replies.variants(record) == Variants(texts=tuple("abcdefgh"), authors=("",) * 8, current=8)
    await replies.said_again(record, "i", before="")

    assert await replies.variants(record) == Variants(texts=tuple("bcdefghi"), authors=("",) * 8, current=7)


async def test_nothing_of_a_person_is_left_when_it_is_erased() -> None:
    replies, state, _ = made()
    record = await replies.stands(await begun(replies), "1")
    await replies.vary(record, Variants(texts=("a", "b"), current=1))
    await state.erase("ann")

    assert await replies.of_message("discord", "1") is None
    assert await state.of_person("ann") == ()


async def test_a_burst_that_came_to_nothing_can_be_claimed_anew_as_a_whole() -> None:
    replies, _, _ = made()
    for message in ("1", "2"):
        assert await replies.claim("telegram", message, within="2")
    assert await replies.claim("telegram", "3")
    await replies.release("telegram", "2")

    assert [await replies.claim("telegram", message) for message in ("1", "2", "3")] == [True, True, False]


async def test_replies_follow_their_conversation_to_another_place_in_their_order() -> None:
    replies, state, passed = made()
    old, new = (Place(platform="telegram", scopes=(f"telegram:server:{number}",)) for number in (1, 2))
    records = []
    for number in range(3):
        passed[0] = timedelta(seconds=number)
        record = replace(await begun(replies), conversation=old.conversation, server=old.server, channel="1")
        records.append(await replies.stands(record, f"1:{number}"))
        await replies.keep(records[-1])
    for _ in range(2):
        await replies.move(old, new, channel="2")

    newest = await replies.newest(new.conversation)
    assert newest == replace(records[2], conversation=new.conversation, server=new.server, channel="2")
    assert await replies.of_message("discord", "1:2") == newest
    assert await replies.newest(old.conversation) is None
    entries = await state.list("reply", group=new.conversation)
    assert [entry.key for entry in entries] == [record.id for record in reversed(records)]


async def test_a_reply_under_way_while_its_conversation_moves_follows_it() -> None:
    replies, state, _ = made()
    new = Place(platform="discord", scopes=("discord:server:2",))
    record = await replies.stands(await begun(replies), "1")
    await replies.move(Place(platform="discord", scopes=("c",)), new, channel="2")
    record = await replies.stands(record, "2")
    await replies.keep(replace(record, running=False))

    stands = await replies.newest(new.conversation)
    assert stands == replace(record, running=False, conversation=new.conversation, server=new.server, channel="2")
    assert await replies.newest("c") is None
    assert await state.list("reply", group="c") == ()


@pytest.mark.parametrize("gone", ["c", "s"])
async def test_a_reply_under_way_where_nobody_can_be_reached_any_more_leaves_nothing_and_one_begun_later_does(
    gone: str,
) -> None:
    replies, _, _ = made()
    record = await replies.stands(await begun(replies), "1")
    await replies.leave(gone)
    record = await replies.stands(record, "2")
    await replies.keep(replace(record, running=False, exchange="x1"))

    assert await replies.get(record.id) is None
    assert await replies.of_message("discord", "2") is None
    assert await replies.unfinished("discord") == ()
    later = await begun(replies)
    assert await replies.newest("c") == later


async def test_of_a_conversation_that_cannot_be_reached_any_more_nothing_is_left() -> None:
    replies, _, _ = made()
    record = await replies.stands(await begun(replies), "1")
    await replies.leave("c")

    assert await replies.get(record.id) is None
    assert await replies.of_message("discord", "1") is None
    assert await replies.unfinished("discord") == ()


async def test_where_a_community_cannot_be_reached_any_more_all_of_its_conversations_are_forgotten() -> None:
    replies, _, passed = made()
    begin = partial(replies.begin, platform="discord", persona="keeper", person="ann", message="m1", channel="7")
    await begin(conversation="s/1", server="s")
    passed[0] = timedelta(days=20)
    for conversation, server in (("s", "s"), ("s/1", "s"), ("s/2", "s"), ("other/1", "other"), ("dm", "")):
        await begin(conversation=conversation, server=server)
    passed[0] = timedelta(days=45)
    await replies.leave("s")

    assert [await replies.newest(conversation) for conversation in ("s", "s/1", "s/2")] == [None] * 3
    assert await replies.newest("other/1")
    assert await replies.newest("dm")
    await replies.leave("dm")
    assert await replies.newest("dm") is None


KINDS = ("worded", "reply", "variants", "shown", "exchange", "running", "claim")


async def alone(replies: Replies, message: str = "ann:1") -> Record:
    """A reply under way in private, in a place that says who is there."""
    record = await replies.begin(
        platform="telegram",
        conversation="dm:ann",
        server="",
        persona="keeper",
        person="ann",
        message=message,
        channel="ann",
    )
    return await replies.stands(record, "ann:2")


async def tells_of_ann(state: MemoryState) -> bool:
    """Whether anything that is noted of replies names her, be it as a place."""
    return bool(re.search(r"\bann\b", str([await state.list(kind, limit=100) for kind in KINDS])))


async def erase(replies: Replies, state: MemoryState) -> None:
    await replies.unname("ann")
    await state.erase("ann")


async def test_what_is_over_in_private_is_gone_with_the_rest_of_a_person_and_what_others_saw_is_only_nobodys() -> None:
    replies, state, _ = made()
    record = await alone(replies)
    await replies.keep(replace(record, running=False, exchange="x1"))
    await replies.vary(record, Variants().also("Two.", before="One."))
    seen = await replies.stands(await begun(replies), "1")
    await replies.keep(replace(seen, running=False))
    await erase(replies, state)

    assert not await tells_of_ann(state)
    assert await replies.newest("dm:ann") is None
    found = await replies.of_message("discord", "1")
    assert found == replace(seen, running=False, person="", message="")


async def test_a_reply_under_way_in_private_as_its_person_is_erased_is_mended_after_a_crash_and_then_gone() -> None:
    replies, state, _ = made()
    record = await alone(replies)
    await erase(replies, state)

    [unfinished] = await replies.unfinished("telegram")
    assert (unfinished.id, unfinished.shown) == (record.id, ("ann:2",))
    await replies.keep(replace(unfinished, running=False))
    assert not await tells_of_ann(state)


async def test_a_reply_that_ends_in_private_after_its_person_was_erased_is_theirs_and_gone_once_more() -> None:
    replies, state, _ = made()
    record = await alone(replies)
    await erase(replies, state)
    await replies.keep(replace(record, running=False))
    assert {entry.kind for entry in await state.of_person("ann")} == {"reply"}
    await erase(replies, state)

    assert not await tells_of_ann(state)


async def test_a_claim_says_of_nobody_that_they_were_answered_and_outlives_them() -> None:
    replies, state, _ = made()
    assert await replies.claim("telegram", "ann:1", within="ann:0")
    await erase(replies, state)

    assert not await tells_of_ann(state)
    assert not await replies.claim("telegram", "ann:1")
    await replies.release("telegram", "ann:0")
    assert await replies.claim("telegram", "ann:1")


async def test_whoever_worded_a_reply_is_not_told_from_it_once_they_were_erased() -> None:
    replies, state, _ = made()
    record = await replies.begin(
        platform="discord", conversation="c", server="s", persona="keeper", person="bo", message="m1", channel="7"
    )
    await replies.keep(replace(record, running=False, author="ann"))
    await replies.vary(record, Variants().also("Two.", "ann", before="One.").also("Three.", "mina", before=""))
    assert [entry.kind for entry in await state.of_person("ann")] == ["worded"], "it is listed as theirs"
    await erase(replies, state)

    assert not await tells_of_ann(state)
    found = await replies.get(record.id)
    assert found == replace(record, running=False, author=SOMEBODY)
    assert await replies.variants(record) == Variants(
        texts=("One.", "Two.", "Three."), authors=("", SOMEBODY, "mina"), current=2
    )


async def test_whoever_worded_what_answers_them_is_not_told_from_it_either_once_they_were_erased() -> None:
    replies, state, _ = made()
    await replies.keep(replace(await begun(replies), running=False, author="ann"))
    await erase(replies, state)

    assert not await tells_of_ann(state)


@pytest.mark.parametrize("author", ["", SOMEBODY, "hidden:telegram:server:1"])
async def test_what_nobody_worded_under_their_own_name_is_noted_as_nobodys(author: str) -> None:
    replies, state, _ = made()
    await replies.keep(replace(await begun(replies), author=author))

    assert await state.list("worded") == ()
