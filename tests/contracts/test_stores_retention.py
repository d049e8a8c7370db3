"""What every store must do with what was kept for long enough."""

from dataclasses import replace
from datetime import timedelta

from moderation.stores import Expired, Query, Store
from moderation.stores.erasure import emptied, textless
from tests.contracts.storing import found
from tests.support.exchanges import NOON, closing, decide, objection, opening, report, step

DAY = timedelta(days=1)
LATER = NOON + DAY


async def aged(store: Store) -> None:
    """a1 is decided, a2 waits, a3 is under way, a4 was decided a day later; all but a3 have a report by p2."""
    for number in range(1, 5):
        kept = await store.open(opening(f"said {number}"), objection(f"drafted {number}", shown="so far"))
        if number != 3:
            await store.report(opening(message=f"m{number}"), report(by="p2", comment="a comment"), exchange=kept)
            await store.close(kept, closing(shown=f"shown {number}"))
    await decide(store, "a1")
    late = (await store.get("a4")).case
    review = replace(step(), at=LATER)
    await store.review("a4", [review], replace(late, state=review.after, ruling=review.ruling, decided_by="mina"))


async def test_texts_of_what_is_decided_go_and_open_cases_keep_theirs(store: Store) -> None:
    await aged(store)
    before = {each.id: each for each in await store.list(Query())}
    counts = await store.stats()
    limits = {"texts": LATER, "metadata": NOON}
    assert await store.due(**limits) == Expired(texts=1, metadata=0, held=2)

    assert await store.expire(**limits) == Expired(texts=1, metadata=0, held=2)

    after = {each.id: each for each in await store.list(Query())}
    assert after == {**before, "a1": textless(before["a1"])}
    assert after["a1"].opening.origin.person == "p1"
    assert [each.by for each in after["a1"].objections] == ["", "p2"]
    assert await store.stats() == counts
    assert [await found(store, text) for text in ("said", "drafted 1", "shown 1")] == [["a4", "a3", "a2"], [], []]
    assert await store.due(**limits) == await store.expire(**limits) == Expired(texts=0, metadata=0, held=2)
    assert len(await store.of_person("p1", platform="console")) == 4


async def test_later_nothing_says_any_more_whose_it_was(store: Store) -> None:
    await aged(store)
    before = {each.id: each for each in await store.list(Query())}
    counts = await store.stats()
    await store.expire(texts=LATER, metadata=NOON)
    limits = {"texts": LATER + DAY, "metadata": LATER}
    assert await store.due(**limits) == Expired(texts=1, metadata=1, held=2)

    assert await store.expire(**limits) == Expired(texts=1, metadata=1, held=2)

    after = {each.id: each for each in await store.list(Query())}
    assert after == {**before, "a1": emptied(before["a1"]), "a4": textless(before["a4"])}
    assert await store.stats() == counts
    assert (await store.verify()).sound
    assert [each.id for each in await store.of_person("p1", platform="console")] == ["a2", "a3", "a4"]


async def test_both_go_at_once_where_both_are_due_and_nothing_where_nothing_is(store: Store) -> None:
    await aged(store)
    before = {each.id: each for each in await store.list(Query())}
    assert await store.expire(texts=NOON, metadata=NOON) == Expired(texts=0, metadata=0, held=0)
    assert {each.id: each for each in await store.list(Query())} == before

    assert await store.expire(texts=LATER + DAY, metadata=LATER + DAY) == Expired(texts=2, metadata=2, held=2)

    assert {each.id for each in await store.list(Query()) if each.erased} == {"a1", "a4"}
    assert [each.id for each in await store.of_person("p2", platform="console")] == ["a2"]


async def test_words_that_come_later_have_their_own_time(store: Store) -> None:
    await aged(store)
    await store.expire(texts=LATER, metadata=NOON)
    for case in ("a1", "a2"):
        await store.add(case, replace(report("a late reply", by="p3", comment="a comment"), at=LATER))
    assert await store.due(texts=LATER, metadata=NOON) == Expired(texts=0, metadata=0, held=1)
    limits = {"texts": LATER + DAY, "metadata": NOON}
    assert await store.due(**limits) == Expired(texts=2, metadata=0, held=2), "a1 again, and a4"
    assert await found(store, "late") == ["a2", "a1"]

    assert await store.expire(**limits) == Expired(texts=2, metadata=0, held=2)

    later = (await store.get("a1")).objections[-1]
    assert (later.text, later.shown, later.by, later.findings[0].detail) == ("", "", "p3", "")
    assert await found(store, "late") == ["a2"]
    assert await store.due(**limits) == Expired(texts=0, metadata=0, held=2)


async def test_a_case_that_is_appealed_keeps_what_is_left_until_it_is_decided_again(store: Store) -> None:
    await aged(store)
    case = (await store.get("a1")).case
    again = replace(step(None), before=case.state)
    appealed = replace(case, state=(await store.get("a2")).case.state)
    await store.review("a1", [replace(again, after=appealed.state)], appealed)

    assert await store.expire(texts=LATER, metadata=LATER) == Expired(texts=0, metadata=0, held=3)

    assert (await store.get("a1")).opening.said == "said 1"
