"""What every store must do when a person wants to see what is kept, or to have it erased."""

from dataclasses import replace

from moderation.cases import Case, Priority, Review, ReviewStep, Ruling
from moderation.records import Decision, Exchange, Origin, Outcome, RuleStats
from moderation.stores import Query, Store
from moderation.stores.erasure import anonymous, emptied, wordless
from tests.contracts.storing import found, walked
from tests.support.exchanges import NOON, by, closing, decide, finding, objection, opening, report, step


async def test_what_is_kept_of_a_person_is_theirs_and_what_they_reported(store: Store) -> None:
    mine = await store.open(opening("mine", person="p1"), objection())
    theirs = await store.open(opening("theirs", person="p2", server="s1"), objection("a draft"))
    await store.close(theirs, closing())
    await store.report(opening(server="s1"), report("seen", by="p1"), exchange=theirs)
    await store.report(opening(server="s1"), report("seen", by="p3"), exchange=theirs)
    await decide(store, theirs, Ruling.UPHELD)
    again = await store.open(opening("mine too", person="p1"), objection())
    elsewhere = opening("other", person="p1")
    await store.open(replace(elsewhere, origin=replace(elsewhere.origin, platform="telegram")), objection())

    own, reported, newer = await store.of_person("p1", platform="console")

    assert (own, newer) == (await store.get(mine), await store.get(again))
    assert reported.id == theirs
    assert reported.objections == (report("seen", by="p1"),)
    assert (reported.opening.said, reported.closing, reported.case.reviews) == ("", None, ())
    assert reported.opening.origin == Origin(platform="console", conversation="", person="p1", server="s1")
    assert await store.of_person("p4", platform="console") == ()
    assert await store.of_person("", platform="console") == ()


async def furnished(store: Store) -> None:
    """Two people, who reported each other's replies; p1 has one exchange that ended and one under way."""
    for person in ("p1", "p2"):
        kept = await store.open(
            opening(f"{person} 국밥 said", person=person, server="s1"), objection(f"{person} drafted", shown="so far")
        )
        await store.add(kept, objection(f"{person} drafted again", finding("bias.group", Decision.BLOCK)))
        await store.close(kept, closing(shown=f"{person} was shown"))
    await store.open(opening("p1 under way", person="p1"), objection("p1 draft"))
    await store.report(opening(server="s1", message="m7"), report(by="p2", comment="p2 comments"), exchange="a1")
    await store.report(opening(server="s1", message="m8"), report(by="p1", comment="p1 comments"), exchange="a2")
    await decide(store, "a1", Ruling.UPHELD)


async def test_erasing_leaves_what_happened_and_no_word_of_that_person(store: Store) -> None:
    await furnished(store)
    before = {each.id: each for each in await store.list(Query())}
    counts = await store.stats()

    assert await store.erase("p1", platform="console") == 3

    after = {each.id: each for each in await store.list(Query())}
    assert after == {
        "a1": emptied(before["a1"]),
        "a2": replace(before["a2"], objections=(*before["a2"].objections[:-1], anonymous(before["a2"].objections[-1]))),
        "a3": emptied(before["a3"]),
    }
    assert await store.stats() == counts
    assert await store.of_person("p1", platform="console") == ()
    assert await store.list(Query(person="p1")) == ()
    for text in ("p1", "drafted 국밥 said shown p1", "way"):
        assert await found(store, text) == [], text
    assert await found(store, "국밥") == ["a2"]
    assert await store.erase("p1", platform="console") == 0


def test_what_stays_of_an_exchange_holds_none_of_its_texts() -> None:
    texts = ("said", "draft", "so far", "shown", "quoted", "p1", "m1", "c1", "p2")
    whole = Exchange(
        id="a1",
        opening=opening("said", server="s1"),
        objections=(objection("draft", replace(finding(), detail="quoted"), shown="so far"), report("shown")),
        closing=closing(shown="shown"),
        case=Case(id="a1", opened=NOON, ruling=Ruling.UPHELD, version=1, exchanges=("a1",), reviews=(step(),)),
    )

    left = emptied(whole)

    assert all(repr(text) in repr(whole) for text in texts)
    assert [text for text in texts if repr(text) in repr(left)] == []
    assert "Span(" not in repr(left), "where something stood says how long it was"
    assert left.erased
    assert (left.id, left.case) == ("a1", whole.case)
    assert left.opening.origin.server == "s1"
    assert left.decision is whole.decision


async def test_no_text_comes_back_into_an_erased_exchange(store: Store) -> None:
    kept = await store.open(opening("said"), objection("draft"))
    await store.erase("p1", platform="console")

    await store.add(kept, objection("later", finding("bias.group", Decision.BLOCK), shown="so far"))
    under_way = await store.get(kept)
    await store.close(kept, closing(Outcome.WITHHELD, shown="in the end"))
    ended = await store.get(kept)
    await decide(store, kept, Ruling.OVERTURNED)

    late = wordless(objection("", finding("bias.group", Decision.BLOCK)))
    assert under_way.closing is None
    assert under_way.objections[1:] == (late,)
    assert ended.closing == closing(Outcome.WITHHELD, shown="")
    for text in ("later", "so", "end", "said", "draft"):
        assert await found(store, text) == []
    stats = await store.stats()
    assert stats.outcomes["withheld"] == 1
    assert stats.rules["bias.group"] == RuleStats(objected=1, upheld=0, overturned=1)


async def test_a_report_of_an_erased_exchange_does_not_bring_back_what_was_said(store: Store) -> None:
    kept = await store.open(opening("said"), objection())
    await store.report(opening("said", message="m9"), report(by="p2"), exchange=kept)
    await store.erase("p1", platform="console")

    made = await store.report(opening("said", person="p2", message="m9"), report("seen", by="p2"), exchange=kept)
    met = await store.report(opening("said", person="p3", message="m9"), report("seen", by="p3"), exchange=kept)

    assert made == met == "a2"
    exchange = await store.get(made)
    assert exchange.opening.said == ""
    assert [each.by for each in exchange.objections] == ["p2", "p3"]


async def test_who_reports_after_somebody_was_erased_meets_the_report_that_is_left(store: Store) -> None:
    reply = opening(message="m9")
    kept = await store.report(reply, report(by="p2"))
    await store.erase("p2", platform="console")

    assert await store.report(reply, report(by="p3")) == kept
    assert await store.report(reply, report(by="p2")) == kept
    assert [each.by for each in (await store.get(kept)).objections] == ["", "p3", "p2"]


async def test_an_erased_case_is_put_before_nobody(store: Store) -> None:
    for person in ("p1", "p2"):
        await store.close(await store.open(opening(person=person), objection()), closing())

    await store.erase("p1", platform="console")

    assert await walked(store) == ["a2"]
    behind = await store.next(by(), after="a1")
    assert behind is not None
    assert behind.id == "a2"


async def test_a_case_is_put_before_people_as_long_as_something_in_it_can_be_read(store: Store) -> None:
    for person in ("p1", "p2"):
        await store.close(await store.open(opening(person=person), objection()), closing())
    into, gone = (await store.get("a1")).case, (await store.get("a2")).case
    told = Review(at=NOON, actor="m", tool="t", step=ReviewStep.MERGE, before=into.state, after=into.state)
    await store.merge(into, gone, told)

    await store.erase("p1", platform="console")
    still = await walked(store), await store.list(Query(queue=True)), await store.waiting(dict.fromkeys(Priority, NOON))
    await store.erase("p2", platform="console")

    assert (still[0], [each.id for each in still[1]], [each.count for each in still[2]]) == (["a1"], ["a1"], [1])
    assert (await walked(store), await store.list(Query(queue=True))) == ([], ())
    assert await store.waiting(dict.fromkeys(Priority, NOON)) == ()
    found = await store.list(Query(erased=True))
    assert [each.id for each in found] == ["a2", "a1"]


async def test_erasing_is_for_one_person_of_one_platform(store: Store) -> None:
    await furnished(store)
    before = await store.list(Query())

    assert await store.erase("p1", platform="telegram") == 0
    assert await store.erase("p3", platform="console") == 0
    assert await store.erase("", platform="console") == 0
    assert await store.list(Query()) == before

    await store.erase("p1", platform="console")
    once = await store.list(Query())
    assert await store.erase("", platform="console") == 0, "the erased have no key, and are nobody's"
    assert await store.list(Query()) == once
