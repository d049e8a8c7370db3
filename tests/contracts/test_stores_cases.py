"""What every store must do with cases: reviews, statistics, the queue, reports."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.cases import CaseState, Priority, Ruling
from moderation.errors import InvalidTransition, UnknownExchange
from moderation.figures import Waiting
from moderation.records import Closing, Decision, Origin, Outcome, RuleStats
from moderation.stores import Query, Store
from tests.contracts.storing import found, walked
from tests.support.exchanges import NOON, by, closing, decide, finding, objection, opening, report, step, unchained


async def test_a_review_moves_the_case_and_is_kept_in_order(store: Store) -> None:
    kept = await store.open(opening(), objection())

    once = await decide(store, kept, Ruling.UPHELD)
    twice = await decide(store, kept, Ruling.OVERTURNED, actor="joon")

    agreed, reversed_ = step(Ruling.UPHELD), step(Ruling.OVERTURNED, actor="joon")
    assert (once.case.ruling, once.case.version, unchained(once)) == (Ruling.UPHELD, 1, (agreed,))
    assert (twice.case.ruling, twice.case.version, unchained(twice)) == (Ruling.OVERTURNED, 2, (agreed, reversed_))
    assert await store.get(kept) == twice


async def test_of_two_moderators_with_one_version_one_wins(store: Store) -> None:
    kept = await store.open(opening(), objection())

    results = await asyncio.gather(
        decide(store, kept, Ruling.UPHELD, actor="mina", version=0),
        decide(store, kept, Ruling.OVERTURNED, actor="joon", version=0),
        return_exceptions=True,
    )

    (lost,) = [result for result in results if isinstance(result, BaseException)]
    (won,) = [result for result in results if not isinstance(result, BaseException)]
    assert isinstance(lost, InvalidTransition)
    assert lost.fields["id"] == kept
    assert lost.fields["state"] is won.case.state
    assert await store.get(kept) == won
    assert len(won.case.reviews) == 1


async def test_stats_count_exchanges_by_outcome_state_and_rule(store: Store) -> None:
    await store.count(Outcome.CLEAN)
    await store.count(Outcome.CLEAN)
    slur, late = finding("lexicon.slur"), finding("guard.late")
    for found_now in ((slur, slur), (slur, late), (late,)):
        kept = await store.open(opening(), objection("x", *found_now))
        await store.add(kept, objection("y", *found_now))
    await store.close("a1", closing(Outcome.REPAIRED))
    await decide(store, "a1", Ruling.UPHELD)
    await decide(store, "a2", Ruling.OVERTURNED)

    stats = await store.stats()

    assert stats.outcomes == {outcome.value: 0 for outcome in Outcome} | {"clean": 2, "repaired": 1}
    assert {name: count for name, count in stats.states.items() if count} == {"closed": 2, "new": 1}
    assert stats.rulings == {"upheld": 1, "overturned": 1}
    assert stats.rules == {
        "guard.late": RuleStats(objected=2, upheld=0, overturned=1),
        "lexicon.slur": RuleStats(objected=2, upheld=1, overturned=1),
    }


async def test_an_empty_store_has_empty_stats(store: Store) -> None:
    stats = await store.stats()

    assert set(stats.outcomes) == {outcome.value for outcome in Outcome}
    assert sum(stats.outcomes.values()) == sum(stats.states.values()) == 0
    assert stats.rules == {}
    assert await store.stats("s1") == stats


async def test_the_stats_of_the_servers_add_up_to_those_of_all(store: Store) -> None:
    for server, times in (("s1", 3), ("s2", 2), ("", 1)):
        for _ in range(times):
            await store.count(Outcome.CLEAN, server)
        kept = await store.open(opening(server=server), objection("x", finding(f"lexicon.{server or 'private'}")))
        await store.close(kept, closing(Outcome.REPAIRED))
    await store.count(Outcome.CLEAN)
    await decide(store, "a2", Ruling.UPHELD)

    everywhere, first, second = await store.stats(), await store.stats("s1"), await store.stats("s2")

    assert (everywhere.outcomes["clean"], everywhere.outcomes["repaired"]) == (7, 3)
    assert (first.outcomes["clean"], first.outcomes["repaired"]) == (3, 1)
    assert (second.outcomes["clean"], second.outcomes["repaired"]) == (2, 1)
    assert (first.states["queued"], second.states["queued"], second.rulings["upheld"]) == (1, 0, 1)
    assert {name: count for name, count in everywhere.states.items() if count} == {"queued": 2, "closed": 1}
    assert everywhere.rulings == {"upheld": 1, "overturned": 0}
    assert list(first.rules) == ["lexicon.s1"]
    assert second.rules == {"lexicon.s2": RuleStats(objected=1, upheld=1, overturned=0)}
    assert len(everywhere.rules) == 3
    assert sum((await store.stats("nowhere")).outcomes.values()) == 0


async def test_the_strictest_open_case_comes_before_the_oldest(store: Store) -> None:
    flagged, blocked = finding(decision=Decision.FLAG), finding(decision=Decision.BLOCK)
    for server, found_now in (("s1", flagged), ("s2", blocked), ("s1", blocked), ("s1", flagged), ("s1", blocked)):
        kept = await store.open(opening(server=server), objection("x", found_now))
        await store.close(kept, closing())
    await store.add("a4", objection("y", blocked))

    assert await walked(store) == ["a2", "a3", "a4", "a5", "a1"]
    assert await walked(store, "s1") == ["a3", "a4", "a5", "a1"]
    assert await walked(store, "s3") == []

    await decide(store, "a3", Ruling.UPHELD)
    await decide(store, "a2", Ruling.OVERTURNED)

    assert await walked(store) == ["a4", "a5", "a1"]
    behind = await store.next(by(), after="a3")
    assert behind is not None
    assert behind == await store.get("a4")
    with pytest.raises(UnknownExchange):
        await store.next(by(), after="zz")


async def test_an_empty_store_puts_no_case_before_anybody(store: Store) -> None:
    assert await store.next(by()) is None


async def test_a_report_of_a_clean_reply_is_kept_as_an_exchange_of_its_own_and_counted_nowhere(store: Store) -> None:
    await store.count(Outcome.CLEAN, "s1")
    reply, reported = opening("안녕?", server="s1", message="m9"), report("ugly words")

    kept = await store.report(reply, reported)

    exchange = await store.get(kept)
    assert exchange.opening == reply
    assert exchange.objections == (reported,)
    assert exchange.closing == Closing(at=NOON, outcome=Outcome.FLAGGED, shown="ugly words")
    assert (exchange.case.state, exchange.decision) == (CaseState.QUEUED, Decision.FLAG)
    stats = await store.stats("s1")
    assert {name: count for name, count in stats.outcomes.items() if count} == {"clean": 1}
    assert stats.rules == {"report.wrong": RuleStats(objected=1, upheld=0, overturned=0)}
    assert await found(store, "ugly") == [kept]
    await store.close(kept, closing())
    assert (await store.stats()).outcomes["repaired"] == 0


async def test_a_report_of_what_was_flagged_and_shown_stands_in_its_exchange_whatever_was_decided(store: Store) -> None:
    first = objection()
    kept = await store.open(opening(server="s1"), first)
    await store.close(kept, closing(Outcome.FLAGGED))
    await decide(store, kept, Ruling.UPHELD)
    before = await store.get(kept)

    assert await store.report(opening(server="s1", message="m9"), report(), exchange=kept) == kept

    after = await store.get(kept)
    pressing = replace(before.case, priority=Priority.HIGH)
    assert after == replace(before, objections=(first, report()), case=pressing)
    assert (await store.stats()).outcomes["flagged"] == 1
    assert len(await store.list(Query())) == 1


async def test_where_a_draft_was_decided_a_report_of_what_was_shown_instead_is_a_case_that_waits(store: Store) -> None:
    kept = await store.open(opening("안녕?", server="s1"), objection())
    await store.close(kept, closing())
    await decide(store, kept, Ruling.UPHELD)
    before = await store.get(kept)
    reply = opening("", server="s1", message="m9")

    first = await store.report(reply, report(by="p2"), exchange=kept)
    other = await store.report(reply, report(by="p3"), exchange=kept)

    assert await store.get(kept) == before, "the decision is about something else, and stands"
    made = await store.get(first)
    assert (first, other) == ("a2", "a2")
    assert (made.case.state, made.case.priority, made.opening.said) == (CaseState.QUEUED, Priority.HIGH, "안녕?")
    assert await walked(store) == ["a2"]
    await decide(store, first, Ruling.OVERTURNED)
    assert await store.report(reply, report(by="p4"), exchange=kept) == first, "that one was decided"
    assert await walked(store) == []


async def test_what_was_reported_before_it_was_decided_is_decided_with_it(store: Store) -> None:
    kept = await store.open(opening(server="s1"), objection())
    await store.close(kept, closing())
    for who in ("p2", "p3"):
        assert await store.report(opening(server="s1", message="m9"), report(by=who), exchange=kept) == kept
        await decide(store, kept, Ruling.OVERTURNED)


async def test_what_nobody_decided_in_time_waits_when_it_is_reported(store: Store) -> None:
    kept = await store.open(opening(server="s1"), objection())
    await store.close(kept, closing(Outcome.HELD))
    await store.report(opening(server="s1", message="m9"), report(by="p2"), exchange=kept)
    await decide(store, kept, Ruling.UPHELD, actor="guard")

    assert await store.report(opening(server="s1", message="m9"), report(by="p3"), exchange=kept) == "a2"


async def test_a_case_for_a_report_has_the_words_of_nobody_else(store: Store) -> None:
    kept = await store.open(opening("a secret", server="s1", person="p1"), objection())
    await store.close(kept, closing())
    await decide(store, kept, Ruling.UPHELD)

    made = await store.report(opening("", server="s1", person="p2", message="m9"), report(), exchange=kept)

    assert (await store.get(made)).opening.said == ""


async def test_a_member_reports_a_message_once_and_all_who_do_meet_in_one_exchange(store: Store) -> None:
    reply = opening(message="m9")

    first = await store.report(reply, report(by="p2"))
    again = await store.report(reply, report(by="p2", comment="again", reason="other"))
    other = await store.report(reply, report(by="p3"))
    another = await store.report(opening(message="m10"), report(by="p2"))
    moved = await store.report(replace(reply, origin=replace(reply.origin, conversation="c2")), report(by="p2"))

    assert (first, again, other) == ("a1", "a1", "a1")
    assert [each.by for each in (await store.get("a1")).objections] == ["p2", "p3"]
    assert (another, moved) == ("a2", "a3"), "messages are numbered by conversation on some platforms"
    kept = await store.open(opening(), objection())
    assert await store.report(reply, report(by="p2"), exchange=kept) == "a1"
    assert await store.report(reply, report(by="p4"), exchange=kept) == kept


async def test_a_report_that_is_made_twice_at_once_is_one(store: Store) -> None:
    ids = await asyncio.gather(*(store.report(opening(), report()) for _ in range(5)))

    assert set(ids) == {"a1"}
    assert (await store.get("a1")).objections == (report(),)


async def test_without_a_message_no_report_is_taken_for_another(store: Store) -> None:
    ids = [await store.report(opening(message=""), report()) for _ in range(2)]

    assert ids == ["a1", "a2"]


@pytest.mark.parametrize("change", [{"server": "s2"}, {"platform": "telegram"}])
async def test_a_report_never_enters_an_exchange_of_another_place(store: Store, change: dict[str, str]) -> None:
    kept = await store.open(opening(server="s1"), objection())
    before = await store.get(kept)
    reply = opening(server="s1")

    made = await store.report(replace(reply, origin=replace(reply.origin, **change)), report(), exchange=kept)

    assert made != kept
    assert await store.get(kept) == before
    assert await store.report(reply, report(), exchange="zz") not in {kept, made}


async def test_what_was_kept_of_a_server_follows_when_it_has_another_key(store: Store) -> None:
    def there(server: str) -> Origin:
        return Origin(platform="t", conversation="c", person="p", message="m", server=server)

    for server in ("old", "new", "other"):
        kept = await store.open(replace(opening(), origin=there(server)), objection())
        await store.close(kept, closing())
        await store.count(Outcome.CLEAN, server)
    reported = await store.report(replace(opening(), origin=there("old")), report())
    for _ in range(2):
        await store.move("old", "new")
    await store.move("", "new")

    assert await store.list(Query(server="old")) == ()
    assert {one.id for one in await store.list(Query(server="new"))} == {"a1", "a2", reported}
    assert (await store.get("a1")).opening.origin == there("new")
    assert (await store.stats("old")).outcomes["clean"] == 0
    assert (await store.stats("new")).outcomes["clean"] == 2
    assert (await store.stats("other")).outcomes["clean"] == 1
    assert await store.report(replace(opening(), origin=there("new")), report()) == reported


async def test_a_digest_that_was_written_down_is_found_for_as_long_as_its_step_is_there(store: Store) -> None:
    kept = await store.open(opening(), objection())
    await decide(store, kept, Ruling.UPHELD)
    head = (await store.verify()).head
    await decide(store, kept, Ruling.OVERTURNED)

    last = (await store.verify(head)).head

    assert head not in ("", last)
    assert [(await store.verify(each)).lost for each in ("", head, last, "0" * 64)] == [False, False, False, True]
    assert not (await store.verify("0" * 64)).sound


async def test_what_waits_is_counted_by_state_and_priority_with_what_is_late(store: Store) -> None:
    for server, person, decision in (
        ("s1", "p1", Decision.FLAG),
        ("s1", "p2", Decision.BLOCK),
        ("s2", "p3", Decision.BLOCK),
    ):
        kept = await store.open(opening(server=server, person=person), objection("x", finding(decision=decision)))
        await store.close(kept, closing())
    await store.open(opening(server="s1"), objection())  # under way
    before = dict.fromkeys(Priority, NOON)
    late = before | {Priority.NORMAL: NOON + timedelta(seconds=1)}

    def told(rows: Sequence[Waiting]) -> list[tuple[CaseState, Priority, int, int]]:
        assert all(row.oldest == NOON for row in rows)
        return [(row.state, row.priority, row.count, row.late) for row in rows]

    queued = CaseState.QUEUED
    assert told(await store.waiting(before)) == [(queued, Priority.NORMAL, 2, 0), (queued, Priority.LOW, 1, 0)]
    assert told(await store.waiting(late)) == [(queued, Priority.NORMAL, 2, 2), (queued, Priority.LOW, 1, 0)]
    assert told(await store.waiting(late, server="s2")) == [(queued, Priority.NORMAL, 1, 1)]
    await decide(store, "a2")
    await store.erase("p1", platform="console")
    assert told(await store.waiting(late)) == [(queued, Priority.NORMAL, 1, 1)]
    assert await store.waiting(late, server="s3") == ()


async def test_what_is_decided_and_not_carried_out_is_found_erased_or_not(store: Store) -> None:
    for person in ("ann", "bo", "ann"):
        kept = await store.open(opening(person=person), objection())
        await store.close(kept, closing(Outcome.WITHHELD))
    for kept in ("a1", "a2"):
        case = (await store.get(kept)).case
        await store.review(kept, [step(Ruling.OVERTURNED)], replace(case, state=CaseState.DECIDED))
    await store.erase("ann", platform=opening().origin.platform)

    decided = await store.list(Query(states=frozenset({CaseState.DECIDED})))
    assert [(each.id, each.erased) for each in decided] == [("a2", False), ("a1", True)]
