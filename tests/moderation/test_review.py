"""The review desk: what a step does, what the trail keeps, and what members report."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.cases import OPEN, CaseState, Rank, ReviewStep, Ruling
from moderation.errors import AlreadyInTargetState, InvalidTransition, ReviewError, UnknownExchange
from moderation.reasons import REASONS
from moderation.records import Action, Closing, Decision, Exchange, Opening, Origin, Outcome, Stage
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.moderation.reviewing import OPENING, finding, objection
from tests.support.exchanges import NOON, by, closing, numbered, opening, step


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(ids=numbered())


async def waiting(store: MemoryStore) -> None:
    """A case that waits for somebody."""
    await store.close(await store.open(OPENING, objection()), closing())


@pytest.fixture
async def desk(store: MemoryStore) -> AsyncIterator[ReviewDesk]:
    """Each step is taken a minute after the one before."""
    minutes = itertools.count()
    await waiting(store)
    yield ReviewDesk(store, clock=lambda: NOON + timedelta(minutes=next(minutes)))
    await store.aclose()


# --- the desk --------------------------------------------------------------------------------------------------------


async def test_every_step_is_kept_with_who_where_when_and_what(desk: ReviewDesk) -> None:
    await desk.take("a1", ReviewStep.REVEAL, by=by())
    await desk.take("a1", ReviewStep.UPHOLD, by=by("mina", "discord"), note="  심한 말이에요 ")
    await desk.take("a1", ReviewStep.NOTE, note="see also a0", by=by("joon", "telegram"))
    last = await desk.take("a1", ReviewStep.OVERTURN, by=by("joon", "terminal", Rank.SENIOR))

    rows = [(r.at - NOON, r.actor, r.tool, r.step.value, r.after.value, r.ruling, r.note) for r in last.case.reviews]
    minutes = [timedelta(minutes=number) for number in range(4)]
    assert rows == [
        (minutes[0], "guard", "guard", "queue", "queued", None, ""),
        (minutes[0], "mina", "terminal", "reveal", "queued", None, ""),
        (minutes[1], "mina", "discord", "claim", "claimed", None, ""),
        (minutes[1], "mina", "discord", "uphold", "decided", Ruling.UPHELD, "심한 말이에요"),
        (minutes[1], "guard", "guard", "close", "closed", Ruling.UPHELD, ""),
        (minutes[2], "joon", "telegram", "note", "closed", Ruling.UPHELD, "see also a0"),
        (minutes[3], "joon", "terminal", "reopen", "queued", None, ""),
        (minutes[3], "joon", "terminal", "claim", "claimed", None, ""),
        (minutes[3], "joon", "terminal", "overturn", "decided", Ruling.OVERTURNED, ""),
        (minutes[3], "guard", "guard", "close", "closed", Ruling.OVERTURNED, ""),
    ]
    assert [r.before for r in last.case.reviews[1:]] == [r.after for r in last.case.reviews[:-1]]
    assert (last.case.ruling, last.case.decided_by, last.case.version) == (Ruling.OVERTURNED, "joon", 5)
    assert await desk.show("a1") == last


async def test_deciding_the_same_again_is_said_and_changes_nothing(desk: ReviewDesk) -> None:
    before = await desk.take("a1", ReviewStep.UPHOLD, by=by())

    with pytest.raises(AlreadyInTargetState) as refused:
        await desk.take("a1", ReviewStep.UPHOLD, by=by("joon", "terminal"))

    assert "upheld already" in refused.value.explain("en")
    assert "유지" in refused.value.explain("ko")
    assert await desk.show("a1") == before


async def test_a_decision_on_an_older_view_is_refused(desk: ReviewDesk) -> None:
    seen = await desk.show("a1")
    await desk.take("a1", ReviewStep.UPHOLD, by=by(), version=seen.case.version)

    with pytest.raises(InvalidTransition) as refused:
        await desk.take("a1", ReviewStep.OVERTURN, by=by("joon", "discord"), version=seen.case.version)

    assert refused.value.fields == {"id": "a1", "state": CaseState.CLOSED, "step": ReviewStep.OVERTURN}
    assert (await desk.show("a1")).case.ruling is Ruling.UPHELD


class Overtaking(MemoryStore):
    """Lets somebody else add a note between the look and the step, the first few times."""

    def __init__(self, *, times: int) -> None:
        super().__init__(ids=lambda: "a1")
        self.times = times

    async def get(self, exchange: str) -> Exchange:
        seen = await super().get(exchange)
        if self.times:
            self.times -= 1
            await self.review(exchange, [step(None, actor="joon", note="me too")], seen.case)
        return seen


async def test_a_decision_that_is_overtaken_is_refused_but_a_note_looks_again() -> None:
    store = Overtaking(times=0)
    await waiting(store)
    store.times = 1
    desk = ReviewDesk(store, clock=lambda: NOON)

    with pytest.raises(InvalidTransition):
        await desk.take("a1", ReviewStep.UPHOLD, by=by())
    store.times = 3
    noted = await desk.take("a1", ReviewStep.NOTE, note="mine", by=by())

    assert noted.case.state is CaseState.QUEUED
    assert [review.note for review in noted.case.by_people] == ["me too"] * 4 + ["mine"]


async def test_a_note_that_is_always_overtaken_gives_up() -> None:
    store = Overtaking(times=0)
    await waiting(store)
    store.times = 1000

    with pytest.raises(InvalidTransition):
        await ReviewDesk(store, clock=lambda: NOON).take("a1", ReviewStep.NOTE, note="mine", by=by())


async def test_whoever_looks_before_each_try_is_overtaken_and_looks_again() -> None:
    store = Overtaking(times=0)
    await waiting(store)
    store.times = 3
    looked: list[Exchange] = []

    kept = await ReviewDesk(store, clock=lambda: NOON).take("a1", ReviewStep.UPHOLD, by=by(), look=looked.append)

    assert kept.case.ruling is Ruling.UPHELD
    assert len(looked) == 4
    assert [len(seen.case.by_people) for seen in looked] == [0, 1, 2, 3]


async def test_many_notes_at_once_are_all_kept(desk: ReviewDesk) -> None:
    taken = [desk.take("a1", ReviewStep.NOTE, note=f"note {number}", by=by()) for number in range(5)]
    await asyncio.gather(*taken)

    notes = {review.note for review in (await desk.show("a1")).case.by_people}
    assert notes == {f"note {number}" for number in range(5)}


@pytest.mark.parametrize("blank", ["", "  \n\t "])
async def test_a_blank_note_or_actor_is_refused(desk: ReviewDesk, blank: str) -> None:
    with pytest.raises(ReviewError) as empty:
        await desk.take("a1", ReviewStep.NOTE, note=blank, by=by())
    with pytest.raises(ReviewError) as nobody:
        await desk.take("a1", ReviewStep.UPHOLD, by=by(blank))

    assert (empty.value.key, nobody.value.key) == ("review.empty_note", "review.nobody")
    assert (await desk.show("a1")).case.by_people == ()


async def test_an_unknown_exchange_is_said_to_be_unknown(desk: ReviewDesk) -> None:
    with pytest.raises(UnknownExchange, match="zz"):
        await desk.take("zz", ReviewStep.REVEAL, by=by())


async def test_the_desk_lists_searches_and_counts(desk: ReviewDesk, store: MemoryStore) -> None:
    await store.open(OPENING, objection(finding("bias")))
    await store.close("a2", Closing(at=NOON, outcome=Outcome.WITHHELD, shown="다른 말"))
    await desk.take("a2", ReviewStep.OVERTURN, by=by())

    assert [each.id for each in await desk.list(Query(states=OPEN))] == ["a1"]
    assert [each.id for each in await desk.search("바보")] == ["a2", "a1"]
    assert [each.id for each in await desk.search("바보", limit=1)] == ["a2"]
    assert [each.id for each in await desk.search("다른")] == ["a2"]
    stats = await desk.stats()
    assert (stats.states["decided"], stats.rulings["overturned"]) == (1, 1)
    assert stats.rules["bias.slur"].overturned == 1


# --- one community among others --------------------------------------------------------------------------------------


@pytest.fixture
async def shared(store: MemoryStore) -> AsyncIterator[ReviewDesk]:
    """a1 of one community, a2 of another, a3 in private."""
    for server in ("s1", "s2", ""):
        kept = await store.open(opening(f"hello {server}", server=server), objection())
        await store.close(kept, closing(Outcome.FLAGGED))
        await store.count(Outcome.CLEAN, server)
    yield ReviewDesk(store, clock=lambda: NOON)
    await store.aclose()


ASKS: dict[str, Callable[[ReviewDesk, str, str | None], Awaitable[object]]] = {
    "show": lambda desk, case, server: desk.show(case, server=server),
    "uphold": lambda desk, case, server: desk.take(case, ReviewStep.UPHOLD, by=by("m", "t"), server=server),
    "overturn": lambda desk, case, server: desk.take(case, ReviewStep.OVERTURN, by=by("m", "t"), server=server),
    "note": lambda desk, case, server: desk.take(case, ReviewStep.NOTE, note="n", by=by("m", "t"), server=server),
    "reveal": lambda desk, case, server: desk.take(case, ReviewStep.REVEAL, by=by("m", "t"), server=server),
    "withdraw": lambda desk, case, server: desk.take(case, ReviewStep.WITHDRAW, by=by("m", "t"), server=server),
    "list before": lambda desk, case, server: desk.list(Query(before=case), server=server),
    "next after": lambda desk, case, server: desk.next(by(), after=case, server=server),
}


@pytest.mark.parametrize("ask", ASKS)
async def test_a_case_of_another_community_is_as_if_it_did_not_exist(shared: ReviewDesk, ask: str) -> None:
    before = [await shared.show(case) for case in ("a1", "a2", "a3")]

    for server, hidden in (("s1", ("a2", "a3")), ("s2", ("a1", "a3")), ("", ("a1", "a2"))):
        for case in hidden:
            with pytest.raises(UnknownExchange) as refused:
                await ASKS[ask](shared, case, server)
            with pytest.raises(UnknownExchange) as missing:
                await ASKS[ask](shared, "zz", server)
            assert refused.value.explain("en").replace(case, "zz") == missing.value.explain("en")

    assert [await shared.show(case) for case in ("a1", "a2", "a3")] == before
    for server, own in (("s1", "a1"), ("s2", "a2"), ("", "a3")):
        await ASKS[ask](shared, own, server)


async def test_who_runs_the_instance_reaches_every_case(shared: ReviewDesk) -> None:
    for case in ("a1", "a2", "a3"):
        for ask in ASKS.values():
            await ask(shared, case, None)


async def test_what_is_listed_counted_and_put_before_somebody_is_of_their_community(shared: ReviewDesk) -> None:
    async def seen(server: str | None) -> tuple[list[str], list[str], str, int, int]:
        case = await shared.next(by(), server=server)
        stats = await shared.stats(server=server)
        return (
            [each.id for each in await shared.list(Query(), server=server)],
            [each.id for each in await shared.search("hello", server=server)],
            case.id if case else "",
            stats.outcomes["clean"],
            stats.states["queued"],
        )

    assert await seen(None) == (["a3", "a2", "a1"], ["a3", "a2", "a1"], "a1", 3, 3)
    assert await seen("s1") == (["a1"], ["a1"], "a1", 1, 1)
    assert await seen("s2") == (["a2"], ["a2"], "a2", 1, 1)
    assert await seen("") == ([], [], "", 0, 0), "in private nobody reviews, least of all everything"
    assert await shared.list(Query(server="s2"), server="s1") == ()
    assert set((await shared.stats(server="")).outcomes) == {outcome.value for outcome in Outcome}


async def test_a_case_can_be_left_for_later(shared: ReviewDesk) -> None:
    seen: list[str] = []
    while case := await shared.next(by(), after=seen[-1] if seen else ""):
        seen.append(case.id)

    assert seen == ["a1", "a2", "a3"]


# --- what members report ---------------------------------------------------------------------------------------------


async def reported(desk: ReviewDesk, *, message: str = "m9", **changes: str) -> str:
    """The id of the exchange a report of p2 stands in."""
    told = {"said": "hi", "shown": "the reply", "reason": "hateful", "comment": " 너무해요 ", "exchange": ""} | changes
    return await desk.report(
        origin=Origin(platform="discord", conversation="c1", person="p2", message=message, server="s1"),
        persona="halmi",
        persona_version="v1",
        model="scripted",
        policy="cafe",
        language="ko",
        **told,
    )


async def test_a_report_is_an_open_case_with_what_was_shown_and_why(desk: ReviewDesk) -> None:
    case = await desk.show(await reported(desk))

    (objected,) = case.objections
    (found,) = objected.findings
    assert (objected.stage, objected.text, objected.by) == (Stage.WHOLE, "the reply", "p2")
    assert (found.rule, found.decision, found.detail) == ("report.hateful", Decision.FLAG, "너무해요")
    assert (found.version, found.score, found.action) == ("1", None, Action.NONE)
    assert case.opening == Opening(
        origin=Origin(platform="discord", conversation="c1", person="p2", message="m9", server="s1"),
        at=NOON,
        persona="halmi",
        persona_version="v1",
        model="scripted",
        policy="cafe",
        language="ko",
        said="hi",
    )
    assert case.closing is not None
    assert (case.closing.outcome, case.closing.shown, case.case.state) == (
        Outcome.FLAGGED,
        "the reply",
        CaseState.QUEUED,
    )
    assert sum((await desk.stats()).outcomes.values()) == 1, "that of the other one"


async def test_the_case_of_a_report_is_of_the_person_who_was_answered(desk: ReviewDesk, store: MemoryStore) -> None:
    case = await reported(desk, answered="p7")

    assert (await desk.show(case)).opening.origin.person == "p7"
    assert (await desk.show(case)).objections[0].by == "p2"
    assert await store.erase("p7", platform="discord") == 1
    assert (await desk.show(case)).opening.said == ""


async def test_the_case_of_a_report_is_of_nobody_where_it_is_not_known_who_was_answered(desk: ReviewDesk) -> None:
    case = await reported(desk, answered="", said="")

    assert (await desk.show(case)).opening.origin.person == ""
    assert (await desk.show(case)).objections[0].by == "p2"


async def test_a_report_made_twice_is_one_and_may_join_what_is_kept(desk: ReviewDesk, store: MemoryStore) -> None:
    place = Origin(platform="discord", conversation="c1", person="p1", message="m1", server="s1")
    kept = await store.open(replace(OPENING, origin=place), objection())

    assert await reported(desk, exchange=kept) == await reported(desk, exchange=kept, comment="again") == kept
    assert await reported(desk, exchange="zz", message="m10") not in {"zz", kept}
    assert len((await desk.show(kept)).objections) == 2


async def test_a_report_reopens_nothing(desk: ReviewDesk) -> None:
    case = await reported(desk)
    await desk.take(case, ReviewStep.OVERTURN, by=by("mina", "discord"))

    assert await reported(desk, exchange=case, message="m10") == case

    after = await desk.show(case)
    assert (after.case.ruling, len(after.objections)) == (Ruling.OVERTURNED, 2)


async def test_a_reply_that_is_reported_after_its_draft_was_decided_is_put_before_people(
    desk: ReviewDesk, store: MemoryStore
) -> None:
    place = Origin(platform="discord", conversation="c1", person="p1", message="m1", server="s1")
    kept = await store.open(replace(OPENING, origin=place), objection())
    await store.close(kept, closing())
    for case in ("a1", kept):
        await desk.take(case, ReviewStep.UPHOLD, by=by())
    decided = await desk.show(kept)

    made = await reported(desk, exchange=kept)

    waits = await desk.next(by())
    assert waits is not None
    assert made == waits.id != kept
    assert await desk.show(kept) == decided


async def test_a_reason_nobody_knows_is_refused_with_those_there_are(desk: ReviewDesk) -> None:
    before = await desk.list(Query())

    with pytest.raises(ReviewError) as refused:
        await reported(desk, reason="boring")

    for language in LANGUAGES:
        assert all(known in refused.value.explain(language) for known in (*REASONS, "boring"))
    assert await desk.list(Query()) == before


async def test_taking_down_is_noted_and_decides_nothing(desk: ReviewDesk) -> None:
    await desk.take("a1", ReviewStep.UPHOLD, by=by())
    once = await desk.take("a1", ReviewStep.WITHDRAW, by=by("mina", "discord"), note=" 지워요 ")
    twice = await desk.take("a1", ReviewStep.WITHDRAW, by=by("joon", "discord"))

    noted = once.case.reviews[-1]
    assert (noted.step, noted.actor, noted.note) == (ReviewStep.WITHDRAW, "mina", "지워요")
    assert (noted.before, noted.after, noted.ruling) == (CaseState.CLOSED, CaseState.CLOSED, Ruling.UPHELD)
    assert len(twice.case.by_people) == 4
