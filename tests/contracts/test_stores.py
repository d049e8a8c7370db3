"""What every store must do. A new store joins by a fixture parameter."""

import asyncio
import random
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import InvalidTransition, StoreFailed, UnknownExchange
from moderation.records import (
    CaseState,
    Closing,
    Decision,
    Exchange,
    Origin,
    Outcome,
    RuleStats,
)
from moderation.stores import Query, Store
from moderation.stores.erasure import anonymous, emptied, wordless
from moderation.stores.masking import MaskingStore
from moderation.stores.memory import MemoryStore
from moderation.stores.sqlite import SqliteStore
from tests.support.exchanges import NOON, closing, finding, numbered, objection, opening, report, step

Make = Callable[..., Store]


def make_sqlite(folder: Path, ids: Callable[[], str]) -> Store:
    return SqliteStore.at(folder / "talchum.db", clock=lambda: NOON, ids=ids)


def make_memory(folder: Path, ids: Callable[[], str]) -> Store:
    return MemoryStore(ids=ids)


def make_masking(folder: Path, ids: Callable[[], str]) -> Store:
    """Where nothing private is said, it is the store behind it."""
    return MaskingStore(MemoryStore(ids=ids), lambda text: ())


NAMES = ["memory", "sqlite", "masking"]
MAKERS = pytest.mark.parametrize("make", [make_memory, make_sqlite, make_masking], ids=NAMES)


@pytest.fixture(params=[make_memory, make_sqlite, make_masking], ids=NAMES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made: Store = request.param(tmp_path, numbered())
    yield made
    await made.aclose()


async def found(store: Store, text: str) -> list[str]:
    return [exchange.id for exchange in await store.list(Query(text=text))]


async def answers_other_than(store: Store, expected: list[str], queries: list[str]) -> dict[str, list[str]]:
    """The queries that find something else."""
    return {query: ids for query in queries if (ids := await found(store, query)) != expected}


async def test_an_exchange_comes_back_as_it_was_kept(store: Store) -> None:
    first, second = objection("국밥 draft"), objection("again", finding("bias.group", Decision.BLOCK), finding())

    kept = await store.open(opening("안녕?"), first)
    await store.add(kept, second)
    under_way = await store.get(kept)
    await store.close(kept, closing())
    ended = await store.get(kept)

    assert under_way.id == kept == "a1"
    assert under_way.opening == opening("안녕?")
    assert under_way.objections == (first, second)
    assert under_way.closing is None
    assert (under_way.state, under_way.version, under_way.reviews) == (CaseState.OPEN, 0, ())
    assert under_way.decision is Decision.BLOCK
    assert ended == replace(under_way, closing=closing())


@pytest.mark.parametrize(
    "text",
    ["", "\ud83d lone \udc00", "nul \x00 inside", "line\nbreak\r\n\u2028", "한글", "e\u0301", "' ; DROP TABLE x --"],
)
async def test_any_text_comes_back_unchanged(store: Store, text: str) -> None:
    spoken = replace(opening(text, persona=text), origin=Origin(platform="t", conversation=text, person=text))
    judged = objection(text, replace(finding(), detail=text, score=None), shown=text)

    kept = await store.open(spoken, judged)
    await store.close(kept, closing(shown=text))
    await store.review(kept, replace(step(CaseState.UPHELD), note=text, actor=text), version=0)
    exchange = await store.get(kept)

    assert exchange.opening == spoken
    assert exchange.objections == (judged,)
    assert exchange.closing == closing(shown=text)
    assert exchange.reviews[0].note == text
    assert [each.id for each in await store.list(Query(persona=text))] == [kept]


async def test_times_keep_their_moment(store: Store) -> None:
    at = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)

    kept = await store.open(replace(opening(), at=at), objection())

    assert (await store.get(kept)).opening.at == at


async def test_an_unknown_exchange_is_said_to_be_unknown(store: Store) -> None:
    with pytest.raises(UnknownExchange, match="zz"):
        await store.get("zz")
    with pytest.raises(UnknownExchange):
        await store.add("zz", objection())
    with pytest.raises(UnknownExchange):
        await store.close("zz", closing())
    with pytest.raises(UnknownExchange):
        await store.review("zz", step(CaseState.UPHELD), version=0)
    with pytest.raises(UnknownExchange):
        await store.list(Query(before="zz"))
    with pytest.raises(UnknownExchange):
        await store.get("\ud800")

    assert sum((await store.stats()).outcomes.values()) == 0


async def test_the_first_closing_stands(store: Store) -> None:
    """A caller that was cancelled does not know whether its closing was kept: closing again is harmless."""
    kept = await store.open(opening(), objection())

    await store.close(kept, closing(Outcome.REPAIRED))
    await store.close(kept, closing(Outcome.CANCELLED))

    ended = (await store.get(kept)).closing
    assert ended is not None
    assert ended.outcome is Outcome.REPAIRED
    assert (await store.stats()).outcomes["cancelled"] == 0


@MAKERS
async def test_an_id_that_is_taken_is_asked_for_again(make: Make, tmp_path: Path) -> None:
    ids = iter(["same", "same", "same", "other"])
    store = make(tmp_path, lambda: next(ids))

    kept = [await store.open(opening(said), objection()) for said in ("one", "two")]

    assert kept == ["same", "other"]
    assert (await store.get("same")).opening.said == "one"
    await store.aclose()


@MAKERS
async def test_a_maker_that_only_knows_taken_ids_is_an_error_and_nothing_is_kept(make: Make, tmp_path: Path) -> None:
    store = make(tmp_path, lambda: "same")
    await store.open(opening("one"), objection())

    with pytest.raises(StoreFailed) as refused:
        await store.open(opening("two"), objection())

    assert refused.value.key == "stores.ids"
    assert await found(store, "") == ["same"]
    assert await found(store, "two") == []
    await store.aclose()


async def test_the_newest_comes_first_and_pages_follow_each_other(store: Store) -> None:
    """By the order in which they were kept: clocks of several platforms do not agree."""
    for minutes in (3, 1, 2, 0, 4):
        await store.open(replace(opening(), at=NOON + timedelta(minutes=minutes)), objection())

    first = await store.list(Query(limit=2))
    second = await store.list(Query(limit=2, before=first[-1].id))
    third = await store.list(Query(limit=2, before=second[-1].id))

    assert [[exchange.id for exchange in page] for page in (first, second, third)] == [
        ["a5", "a4"],
        ["a3", "a2"],
        ["a1"],
    ]
    assert await store.list(Query(before="a1")) == ()
    assert await store.list(Query(limit=0)) == ()
    assert await store.list(Query(limit=-1)) == ()


async def test_a_list_is_narrowed_by_state_persona_rule_and_text_together(store: Store) -> None:
    await store.open(opening("밥", persona="halmi"), objection("x", finding("lexicon.slur")))
    await store.open(opening("밥", persona="yangban"), objection("x", finding("lexicon.insult")))
    await store.open(
        opening("술", persona="halmi"), objection("x", finding("toxicity.insult"), finding("lexicon.slur"))
    )
    await store.add("a1", objection("y", finding("guard.late")))
    await store.review("a1", step(CaseState.UPHELD), version=0)

    async def ids(query: Query) -> list[str]:
        return [exchange.id for exchange in await store.list(query)]

    assert await ids(Query(state=CaseState.UPHELD)) == ["a1"]
    assert await ids(Query(state=CaseState.OPEN)) == ["a3", "a2"]
    assert await ids(Query(persona="halmi")) == ["a3", "a1"]
    assert await ids(Query(rule="lexicon")) == ["a3", "a2", "a1"]
    assert await ids(Query(rule="lexicon.slur")) == ["a3", "a1"]
    assert await ids(Query(rule="guard.late")) == ["a1"]
    assert await ids(Query(rule="slur")) == []
    assert await ids(Query(rule="lex")) == []
    assert await ids(Query(persona="halmi", rule="lexicon.slur", text="밥")) == ["a1"]
    assert await ids(Query(persona="halmi", before="a3")) == ["a1"]


async def test_a_list_is_narrowed_by_where_and_who(store: Store) -> None:
    await store.open(opening(server="s1", person="p1"), objection())
    await store.open(opening(server="s2", person="p1"), objection())
    await store.open(opening(server="s1", person="p2"), objection())
    elsewhere = replace(opening(person="p1").origin, platform="telegram")
    await store.open(replace(opening(), origin=elsewhere), objection())

    async def ids(query: Query) -> list[str]:
        return [exchange.id for exchange in await store.list(query)]

    assert await ids(Query(server="s1")) == ["a3", "a1"]
    assert await ids(Query(person="p1")) == ["a4", "a2", "a1"]
    assert await ids(Query(person="p1", platform="console")) == ["a2", "a1"]
    assert await ids(Query(server="s1", person="p1", platform="console")) == ["a1"]
    assert await ids(Query(server="s3")) == []
    assert (await store.get("a2")).opening.origin.server == "s2"


KOREAN = "어제 학교에서 친구랑 국밥을 먹었는데 진짜 맛있더라ㅋㅋ"
ENGLISH = 'She said "stop (it) NEAR me" and don\'t AND run_fast 100% — café'


async def test_korean_is_found_by_any_run_of_syllables_within_a_word(store: Store) -> None:
    kept = await store.open(opening(KOREAN), objection())
    await store.open(opening("아무것도 아니야"), objection())

    parts = [
        "밥",
        "국밥",
        "국밥을",
        "학교",
        "학교에서",
        "교에",
        "맛있더",
        "먹었는데 학교",
        "ㅋㅋ",
        "밥 제",
        "「학교」",
        "학교!",
    ]
    assert await answers_other_than(store, [kept], [*parts, unicodedata.normalize("NFD", "학교")]) == {}


async def test_korean_that_does_not_occur_is_not_found(store: Store) -> None:
    await store.open(opening(KOREAN), objection())

    absent = ["교학", "학교를", "국밥집", "밥 커피", "학 생", "나", "친구랑국밥을"]
    assert await answers_other_than(store, [], absent) == {}


async def test_what_people_type_is_words_and_never_syntax(store: Store) -> None:
    """Where nothing but signs is left of a query, it is as good as none, and lists all."""
    await store.open(opening(ENGLISH), objection())

    words = ["she", "STOP", "sto", '"stop', "(it)", "NEAR", "near(me)", "don't", "AND", "and AND", "run_fast", "run_"]
    words += ["100%", "café", "ＳＨＥ", "said:", "-said", "stop*", "^she", "run%"]
    signs = ["(", '"', '""', "%", "'", "\ud800", " ", "\x00", "- * ^ : +"]
    assert await answers_other_than(store, ["a1"], words + signs) == {}


async def test_operators_and_wildcards_find_only_themselves(store: Store) -> None:
    await store.open(opening(ENGLISH), objection())

    absent = [
        "top",
        "OR",
        "she OR nobody",
        "NOT said",
        "s*d",
        "100_",
        "terms:she",
        "cafés",
        "it NEAR/2 me",
        "stop -it_",
    ]
    assert await answers_other_than(store, [], absent) == {}


async def test_a_query_of_any_length_is_a_query(store: Store) -> None:
    await store.open(opening("word " * 3000 + "밥" * 3000), objection())

    assert await found(store, "word " * 20_000) == ["a1"]
    assert await found(store, "밥" * 2999) == ["a1"]
    assert await found(store, "밥" * 3001) == []
    assert await found(store, " ".join(f"w{number}" for number in range(20_000))) == []


async def test_what_was_said_drafted_and_shown_is_searched_as_one(store: Store) -> None:
    kept = await store.open(opening("alpha 가나"), objection("beta 다라"))
    await store.add(kept, objection("gamma 마바"))
    await store.close(kept, closing(shown="delta 사아"))

    assert await found(store, "아 delta 마바 gam 다라 beta 가 alpha") == [kept]
    assert await found(store, "alpha omega") == []


async def test_an_emoji_is_found(store: Store) -> None:
    await store.open(opening("look 🖕🏻!"), objection())
    await store.open(opening("look"), objection())

    assert await found(store, "🖕") == ["a1"]


TEXTS = st.lists(st.text("가나다라 abA_1ᄀ'\"ー漢", max_size=12), min_size=1, max_size=8)


@settings(max_examples=12, deadline=None)
@given(texts=TEXTS, queries=st.lists(st.text('가나다 ab_1"漢', max_size=5), min_size=1, max_size=6))
def test_all_stores_find_the_same(texts: list[str], queries: list[str]) -> None:
    async def search(store: Store) -> list[list[str]]:
        for text in texts:
            await store.open(opening(text), objection("draft"))
        result = [await found(store, query) for query in queries]
        await store.aclose()
        return result

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(search(make_sqlite(Path(folder), numbered()))) == asyncio.run(
            search(make_memory(Path(folder), numbered()))
        )


@settings(max_examples=25, deadline=None)
@given(word=st.text("가나다라마", min_size=1, max_size=8), data=st.data())
def test_every_part_of_a_korean_word_finds_it(word: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(word) - 1))
    end = data.draw(st.integers(start + 1, len(word)))

    async def search() -> list[str]:
        store = MemoryStore(ids=numbered())
        await store.open(opening(f"앞 {word} 뒤"), objection())
        return await found(store, word[start:end])

    assert asyncio.run(search()) == ["a1"]


async def test_a_review_moves_the_case_and_is_kept_in_order(store: Store) -> None:
    kept = await store.open(opening(), objection())
    agreed, reversed_ = step(CaseState.UPHELD), step(CaseState.OVERTURNED, before=CaseState.UPHELD, actor="joon")

    once = await store.review(kept, agreed, version=0)
    twice = await store.review(kept, reversed_, version=once.version)

    assert (once.state, once.version, once.reviews) == (CaseState.UPHELD, 1, (agreed,))
    assert (twice.state, twice.version, twice.reviews) == (CaseState.OVERTURNED, 2, (agreed, reversed_))
    assert await store.get(kept) == twice


async def test_of_two_moderators_with_one_version_one_wins(store: Store) -> None:
    kept = await store.open(opening(), objection())

    results = await asyncio.gather(
        store.review(kept, step(CaseState.UPHELD, actor="mina"), version=0),
        store.review(kept, step(CaseState.OVERTURNED, actor="joon"), version=0),
        return_exceptions=True,
    )

    (lost,) = [result for result in results if isinstance(result, BaseException)]
    (won,) = [result for result in results if not isinstance(result, BaseException)]
    assert isinstance(lost, InvalidTransition)
    assert lost.fields["id"] == kept
    assert lost.fields["state"] is won.state
    assert await store.get(kept) == won
    assert len(won.reviews) == 1


async def test_stats_count_exchanges_by_outcome_state_and_rule(store: Store) -> None:
    await store.count(Outcome.CLEAN)
    await store.count(Outcome.CLEAN)
    slur, late = finding("lexicon.slur"), finding("guard.late")
    for found_now in ((slur, slur), (slur, late), (late,)):
        kept = await store.open(opening(), objection("x", *found_now))
        await store.add(kept, objection("y", *found_now))
    await store.close("a1", closing(Outcome.REPAIRED))
    await store.review("a1", step(CaseState.UPHELD), version=0)
    await store.review("a2", step(CaseState.OVERTURNED), version=0)

    stats = await store.stats()

    assert stats.outcomes == {outcome.value: 0 for outcome in Outcome} | {"clean": 2, "repaired": 1}
    assert stats.states == {"open": 1, "upheld": 1, "overturned": 1}
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
    await store.review("a2", step(CaseState.UPHELD), version=0)

    everywhere, first, second = await store.stats(), await store.stats("s1"), await store.stats("s2")

    assert (everywhere.outcomes["clean"], everywhere.outcomes["repaired"]) == (7, 3)
    assert (first.outcomes["clean"], first.outcomes["repaired"]) == (3, 1)
    assert (second.outcomes["clean"], second.outcomes["repaired"]) == (2, 1)
    assert (first.states["open"], second.states["open"], second.states["upheld"]) == (1, 0, 1)
    assert everywhere.states == {"open": 2, "upheld": 1, "overturned": 0}
    assert list(first.rules) == ["lexicon.s1"]
    assert second.rules == {"lexicon.s2": RuleStats(objected=1, upheld=1, overturned=0)}
    assert len(everywhere.rules) == 3
    assert sum((await store.stats("nowhere")).outcomes.values()) == 0


async def walked(store: Store, server: str = "") -> list[str]:
    """Every case that is put before somebody who leaves each for later."""
    seen: list[str] = []
    while case := await store.next(server=server, after=seen[-1] if seen else ""):
        seen.append(case.id)
    return seen


async def test_the_strictest_open_case_comes_before_the_oldest(store: Store) -> None:
    flagged, blocked = finding(decision=Decision.FLAG), finding(decision=Decision.BLOCK)
    for server, found_now in (("s1", flagged), ("s2", blocked), ("s1", blocked), ("s1", flagged), ("s1", blocked)):
        await store.open(opening(server=server), objection("x", found_now))
    await store.add("a4", objection("y", blocked))

    assert await walked(store) == ["a2", "a3", "a4", "a5", "a1"]
    assert await walked(store, "s1") == ["a3", "a4", "a5", "a1"]
    assert await walked(store, "s3") == []

    await store.review("a3", step(CaseState.UPHELD), version=0)
    await store.review("a2", step(CaseState.OVERTURNED), version=0)

    assert await walked(store) == ["a4", "a5", "a1"]
    behind = await store.next(after="a3")
    assert behind is not None
    assert behind == await store.get("a4")
    with pytest.raises(UnknownExchange):
        await store.next(after="zz")


async def test_an_empty_store_puts_no_case_before_anybody(store: Store) -> None:
    assert await store.next() is None


async def test_a_report_of_a_clean_reply_is_kept_as_an_exchange_of_its_own_and_counted_nowhere(store: Store) -> None:
    await store.count(Outcome.CLEAN, "s1")
    reply, reported = opening("안녕?", server="s1", message="m9"), report("ugly words")

    kept = await store.report(reply, reported)

    exchange = await store.get(kept)
    assert exchange.opening == reply
    assert exchange.objections == (reported,)
    assert exchange.closing == Closing(at=NOON, outcome=Outcome.FLAGGED, shown="ugly words")
    assert (exchange.state, exchange.decision) == (CaseState.OPEN, Decision.FLAG)
    stats = await store.stats("s1")
    assert {name: count for name, count in stats.outcomes.items() if count} == {"clean": 1}
    assert stats.rules == {"report.wrong": RuleStats(objected=1, upheld=0, overturned=0)}
    assert await found(store, "ugly") == [kept]
    await store.close(kept, closing())
    assert (await store.stats()).outcomes["repaired"] == 0


async def test_a_report_of_a_kept_reply_stands_in_its_exchange_whatever_was_decided(store: Store) -> None:
    first = objection()
    kept = await store.open(opening(server="s1"), first)
    await store.close(kept, closing())
    await store.review(kept, step(CaseState.UPHELD), version=0)
    before = await store.get(kept)

    assert await store.report(opening(server="s1", message="m9"), report(), exchange=kept) == kept

    after = await store.get(kept)
    assert after == replace(before, objections=(first, report()))
    assert (await store.stats()).outcomes["repaired"] == 1
    assert len(await store.list(Query())) == 1


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


async def test_what_is_kept_of_a_person_is_theirs_and_what_they_reported(store: Store) -> None:
    mine = await store.open(opening("mine", person="p1"), objection())
    theirs = await store.open(opening("theirs", person="p2", server="s1"), objection("a draft"))
    await store.close(theirs, closing())
    await store.review(theirs, step(CaseState.UPHELD), version=0)
    await store.report(opening(server="s1"), report("seen", by="p1"), exchange=theirs)
    await store.report(opening(server="s1"), report("seen", by="p3"), exchange=theirs)
    again = await store.open(opening("mine too", person="p1"), objection())
    elsewhere = opening("other", person="p1")
    await store.open(replace(elsewhere, origin=replace(elsewhere.origin, platform="telegram")), objection())

    own, reported, newer = await store.of_person("p1", platform="console")

    assert (own, newer) == (await store.get(mine), await store.get(again))
    assert reported.id == theirs
    assert reported.objections == (report("seen", by="p1"),)
    assert (reported.opening.said, reported.closing, reported.reviews) == ("", None, ())
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
    await store.review("a1", step(CaseState.UPHELD), version=0)


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
        state=CaseState.UPHELD,
        version=1,
        reviews=(step(CaseState.UPHELD),),
    )

    left = emptied(whole)

    assert all(repr(text) in repr(whole) for text in texts)
    assert [text for text in texts if repr(text) in repr(left)] == []
    assert "Span(" not in repr(left), "where something stood says how long it was"
    assert left.erased
    assert (left.id, left.state, left.version, left.reviews) == ("a1", CaseState.UPHELD, 1, whole.reviews)
    assert left.opening.origin.server == "s1"
    assert left.decision is whole.decision


async def test_no_text_comes_back_into_an_erased_exchange(store: Store) -> None:
    kept = await store.open(opening("said"), objection("draft"))
    await store.erase("p1", platform="console")

    await store.add(kept, objection("later", finding("bias.group", Decision.BLOCK), shown="so far"))
    under_way = await store.get(kept)
    await store.close(kept, closing(Outcome.WITHHELD, shown="in the end"))
    ended = await store.get(kept)
    await store.review(kept, step(CaseState.OVERTURNED), version=0)

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
    await store.open(opening(person="p1"), objection())
    await store.open(opening(person="p2"), objection())

    await store.erase("p1", platform="console")

    assert await walked(store) == ["a2"]
    behind = await store.next(after="a1")
    assert behind is not None
    assert behind.id == "a2"


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


PEOPLE = st.sampled_from(["p1", "p2", "p3"])
SERVERS = st.sampled_from(["", "s1", "s2"])
IDS = st.sampled_from(["", "a1", "a2", "a3", "a4"])
MESSAGES = st.sampled_from(["", "m1", "m2"])
STRICTNESS = st.sampled_from([Decision.FLAG, Decision.BLOCK])
CALLS = st.one_of(
    st.tuples(st.just("open"), PEOPLE, SERVERS, STRICTNESS),
    st.tuples(st.just("add"), IDS, STRICTNESS),
    st.tuples(st.just("close"), IDS),
    st.tuples(st.just("count"), SERVERS),
    st.tuples(st.just("report"), PEOPLE, SERVERS, MESSAGES, PEOPLE, IDS),
    st.tuples(st.just("uphold"), IDS),
    st.tuples(st.just("erase"), PEOPLE),
)


def called(store: Store, what: str, *given: Any) -> Awaitable[object]:
    """One call."""
    match what, *given:
        case "open", person, server, decision:
            return store.open(opening("said", person=person, server=server), objection("x", finding(decision=decision)))
        case "add", kept, decision:
            return store.add(kept, objection("more", finding("bias.group", decision), shown="so far"))
        case "close", kept:
            return store.close(kept, closing())
        case "count", server:
            return store.count(Outcome.CLEAN, server)
        case "report", person, server, message, by, kept:
            reply = opening("said", person=person, server=server, message=message)
            return store.report(reply, report(by=by), exchange=kept)
        case "uphold", kept:
            return store.review(kept, step(CaseState.UPHELD), version=0)
        case "erase", person:
            return store.erase(person, platform="console")
    raise AssertionError(what)


async def outcome(work: Awaitable[object]) -> object:
    """What comes of a call, refusals too."""
    try:
        return await work
    except (UnknownExchange, InvalidTransition) as refused:
        return refused.key


@settings(max_examples=25, deadline=None)
@given(calls=st.lists(CALLS, min_size=4, max_size=14))
def test_all_stores_do_the_same(calls: list[tuple[Any, ...]]) -> None:
    async def live(store: Store) -> list[object]:
        results = [await outcome(called(store, *each)) for each in calls]
        results += [await store.of_person(person, platform="console") for person in ("p1", "p2", "p3")]
        for server in ("", "s1", "s2"):
            results += [await store.stats(server), await walked(store, server), await store.list(Query(server=server))]
        results.append(await found(store, "said more"))
        await store.aclose()
        return results

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(live(make_sqlite(Path(folder), numbered()))) == asyncio.run(
            live(make_memory(Path(folder), numbered()))
        )


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


async def test_many_exchanges_at_once_do_not_disturb_each_other(store: Store) -> None:
    async def live(number: int) -> str:
        kept = await store.open(opening(f"said{number}"), objection(f"draft{number}"))
        for more in range(number % 3):
            await store.add(kept, objection(f"more{number}x{more}"))
        await store.close(kept, closing(shown=f"shown{number}"))
        return kept

    numbers = list(range(60))
    random.Random(7).shuffle(numbers)
    ids = dict(zip(numbers, await asyncio.gather(*(live(number) for number in numbers)), strict=True))

    assert len(set(ids.values())) == 60
    for number, kept in ids.items():
        exchange = await store.get(kept)
        assert exchange.opening.said == f"said{number}"
        assert len(exchange.objections) == 1 + number % 3
        assert exchange.closing == closing(shown=f"shown{number}")
    assert (await store.stats()).outcomes["repaired"] == 60


async def test_a_closed_store_refuses_and_closes_again(store: Store) -> None:
    kept = await store.open(opening(), objection())

    await store.aclose()
    await store.aclose()

    with pytest.raises(StoreFailed) as refused:
        await store.open(opening(), objection())
    assert refused.value.key == "stores.closed"
    for refuses in (
        store.get(kept), store.list(Query()), store.stats(), store.count(Outcome.CLEAN), store.close(kept, closing()),
        store.add(kept, objection()), store.review(kept, step(CaseState.UPHELD), version=0), store.next(),
        store.report(opening(), report()), store.of_person("p1", platform="console"),
        store.erase("p1", platform="console"), store.move("a", "b"),
    ):  # fmt: skip
        with pytest.raises(StoreFailed):
            await refuses
