"""What every store must do: keep, list, search. A new store joins by a parameter of the fixture."""

import asyncio
import tempfile
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.cases import CaseState, ReviewStep, Ruling
from moderation.errors import StoreFailed, UnknownExchange
from moderation.records import Decision, Origin, Outcome
from moderation.stores import Query, Store
from moderation.stores.memory import MemoryStore
from tests.contracts.storing import MAKERS, Make, answers_other_than, found, make_memory, make_sqlite
from tests.support.exchanges import NOON, closing, decide, finding, numbered, objection, opening


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
    assert (under_way.case.state, under_way.case.version, under_way.case.reviews) == (CaseState.NEW, 0, ())
    assert under_way.decision is Decision.BLOCK
    assert ended == replace(under_way, closing=closing(), case=ended.case)
    assert (ended.case.state, ended.case.version) == (CaseState.QUEUED, 1)
    assert [review.step for review in ended.case.reviews] == [ReviewStep.QUEUE]


@pytest.mark.parametrize(
    "text",
    ["", "\ud83d lone \udc00", "nul \x00 inside", "line\nbreak\r\n\u2028", "한글", "e\u0301", "' ; DROP TABLE x --"],
)
async def test_any_text_comes_back_unchanged(store: Store, text: str) -> None:
    spoken = replace(opening(text, persona=text), origin=Origin(platform="t", conversation=text, person=text))
    judged = objection(text, replace(finding(), detail=text, score=None), shown=text)

    kept = await store.open(spoken, judged)
    await store.close(kept, closing(shown=text))
    await decide(store, kept, actor=text, note=text)
    exchange = await store.get(kept)

    assert exchange.opening == spoken
    assert exchange.objections == (judged,)
    assert exchange.closing == closing(shown=text)
    assert exchange.case.reviews[-1].note == text
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
        await decide(store, "zz", Ruling.UPHELD)
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
    await decide(store, "a1", Ruling.UPHELD)

    async def ids(query: Query) -> list[str]:
        return [exchange.id for exchange in await store.list(query)]

    assert await ids(Query(ruling=Ruling.UPHELD)) == ["a1"]
    assert await ids(Query(states=frozenset({CaseState.NEW}))) == ["a3", "a2"]
    assert await ids(Query(persona="halmi")) == ["a3", "a1"]
    assert await ids(Query(rule="lexicon")) == ["a3", "a2", "a1"]
    assert await ids(Query(rule="lexicon.slur")) == ["a3", "a1"]
    assert await ids(Query(rule="guard.late")) == ["a1"]
    assert await ids(Query(rule="slur")) == []
    assert await ids(Query(rule="lex")) == []
    assert await ids(Query(persona="halmi", rule="lexicon.slur", text="밥")) == ["a1"]
    assert await ids(Query(persona="halmi", before="a3")) == ["a1"]


async def test_a_list_is_narrowed_by_how_the_exchange_ended(store: Store) -> None:
    for outcome in (Outcome.HELD, Outcome.WITHHELD, None):
        kept = await store.open(opening(), objection())
        if outcome:
            await store.close(kept, closing(outcome))

    async def ended(outcome: Outcome) -> list[str]:
        queued = Query(outcome=outcome, states=frozenset({CaseState.QUEUED}))
        return [exchange.id for exchange in await store.list(queued)]

    assert await ended(Outcome.HELD) == ["a1"]
    assert await ended(Outcome.WITHHELD) == ["a2"]
    assert await ended(Outcome.CLEAN) == []


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
