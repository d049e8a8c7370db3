"""The desk over time: leases that end, appeals, and what becomes one case."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from moderation.cases import CaseState, Priority, Rank, ReviewStep, Ruling
from moderation.desk_rules import DeskRules
from moderation.errors import AlreadyInTargetState, Forbidden, InvalidTransition, UnknownExchange
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening

SENIOR = by("sora", rank=Rank.SENIOR)
RULES = DeskRules(lease=timedelta(minutes=15), together=timedelta(hours=24))


@dataclass
class Office:
    """A desk and a clock that is moved by hand."""

    store: MemoryStore
    now: datetime = NOON

    @property
    def desk(self) -> ReviewDesk:
        return ReviewDesk(self.store, clock=lambda: self.now, rules=RULES, policy="cafe")

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    async def kept(self, *, person: str = "p1", server: str = "s1", persona: str = "halmi", rule: str = "") -> str:
        begun = replace(opening(person=person, server=server, persona=persona), at=self.now)
        exchange = await self.store.open(begun, objection("x", finding(rule or "lexicon.slur")))
        await self.store.close(exchange, replace(closing(), at=self.now))
        return exchange


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    store = MemoryStore(ids=numbered())
    yield Office(store)
    await store.aclose()


# --- leases ----------------------------------------------------------------------------------------------------------


async def test_of_two_who_claim_a_case_one_has_it_and_the_other_is_told_who(office: Office) -> None:
    case = await office.kept()
    await office.desk.take(case, ReviewStep.CLAIM, by=by("mina"))

    with pytest.raises(InvalidTransition) as held:
        await office.desk.take(case, ReviewStep.UPHOLD, by=by("joon"))

    assert "mina" in held.value.explain("en")
    kept = await office.desk.show(case)
    assert (kept.case.holder, kept.case.until) == ("mina", NOON + RULES.lease)


async def test_a_case_that_nobody_decided_in_time_waits_for_anybody_again(office: Office) -> None:
    case = await office.kept()
    await office.desk.take(case, ReviewStep.CLAIM, by=by("mina"))
    assert await office.desk.next(by("joon")) is None

    office.later(minutes=15)

    found = await office.desk.next(by("joon"))
    assert found is not None
    assert (found.case.state, found.case.holder) == (CaseState.QUEUED, "")
    assert [review.step for review in found.case.reviews][-1] is ReviewStep.EXPIRE
    assert await office.desk.free_expired() == 0


async def test_a_decision_after_the_lease_ended_is_taken_and_says_so(office: Office) -> None:
    case = await office.kept()
    await office.desk.take(case, ReviewStep.CLAIM, by=by("mina"))
    office.later(hours=1)

    decided = await office.desk.take(case, ReviewStep.OVERTURN, by=by("joon"))

    steps = [review.step for review in decided.case.reviews]
    assert steps == ["queue", "claim", "expire", "claim", "overturn", "close"]
    assert all(review.policy == "cafe" for review in decided.case.by_people)


async def test_the_trail_never_runs_backwards_although_the_clock_does(office: Office) -> None:
    case = await office.kept()
    await office.desk.take(case, ReviewStep.NOTE, by=by("mina"), note="first")
    office.later(hours=-3)

    noted = await office.desk.take(case, ReviewStep.NOTE, by=by("mina"), note="second")

    times = [review.at for review in noted.case.reviews]
    assert times == sorted(times)


async def test_what_waits_too_long_is_overdue_the_more_pressing_the_sooner(office: Office) -> None:
    low, high = await office.kept(), await office.kept(rule="toxicity.minors")
    assert (await office.desk.show(high)).case.priority is Priority.URGENT

    office.later(hours=5)

    assert office.desk.overdue((await office.desk.show(high)).case)
    assert not office.desk.overdue((await office.desk.show(low)).case)
    decided = await office.desk.take(high, ReviewStep.UPHOLD, by=by())
    assert not office.desk.overdue(decided.case)


# --- appeals ---------------------------------------------------------------------------------------------------------


async def appealed(office: Office, case: str, comment: str = "그 말이 아니었어요") -> None:
    await office.desk.appeal(case, person="p1", comment=comment, tool="discord")


async def test_an_appeal_goes_to_somebody_else_and_is_answered_once(office: Office) -> None:
    case = await office.kept()
    await office.desk.take(case, ReviewStep.UPHOLD, by=by("mina"))
    await appealed(office, case)

    with pytest.raises(AlreadyInTargetState):
        await appealed(office, case)
    with pytest.raises(Forbidden):
        await office.desk.take(case, ReviewStep.CLAIM, by=by("mina"))
    assert await office.desk.next(by("mina")) is None
    decided = await office.desk.take(case, ReviewStep.OVERTURN, by=by("joon"))

    assert (decided.case.state, decided.case.ruling) == (CaseState.CLOSED, Ruling.OVERTURNED)
    with pytest.raises(InvalidTransition):
        await appealed(office, case)


async def test_the_words_of_an_appeal_can_be_erased_and_are_in_no_trail(office: Office) -> None:
    case = await office.kept()
    await appealed(office, case, "제 이야기예요")

    kept = await office.desk.show(case)
    assert kept.objections[-1].findings[0].detail == "제 이야기예요"
    assert kept.objections[-1].by == "p1"
    assert "제 이야기예요" not in str(kept.case.reviews)
    assert "p1" not in str(kept.case.reviews)
    await office.store.erase("p1", platform="console")
    assert "제 이야기예요" not in str(await office.desk.show(case))


async def test_an_appeal_that_is_refused_leaves_nothing(office: Office) -> None:
    case = await office.kept()
    await appealed(office, case)
    before = await office.desk.show(case)

    with pytest.raises(AlreadyInTargetState):
        await appealed(office, case, "again")
    with pytest.raises(UnknownExchange):
        await office.desk.appeal(case, person="p1", comment="", tool="discord", server="s2")

    assert await office.desk.show(case) == before


# --- one case of several ---------------------------------------------------------------------------------------------


async def test_what_one_person_caused_with_one_persona_by_one_rule_becomes_one_case(office: Office) -> None:
    first = await office.kept()
    office.later(hours=2)
    second = await office.kept()
    other_person, other_rule = await office.kept(person="p2"), await office.kept(rule="bias.group")
    other_persona, other_place = await office.kept(persona="maren"), await office.kept(server="s2")
    nobody = [await office.kept(person="") for _ in range(2)]
    office.later(hours=30)
    late = await office.kept()

    assert await office.desk.gather() == 1
    assert await office.desk.gather() == 0

    assert (await office.desk.show(second)).case.exchanges == (first, second)
    for alone in (other_person, other_rule, other_persona, other_place, *nobody, late):
        assert (await office.desk.show(alone)).case.exchanges == (alone,)


async def test_to_gather_no_exchange_is_read_whole_but_what_is_merged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await office.kept(), await office.kept()
    for number in range(3):
        await office.kept(person=f"q{number}")
    read: list[str] = []
    get = office.store.get

    async def reading(exchange: str) -> Exchange:
        read.append(exchange)
        return await get(exchange)

    monkeypatch.setattr(office.store, "get", reading)
    monkeypatch.setattr(office.store, "list", None)

    assert await office.desk.gather() == 1
    assert set(read) == {first, second}


async def test_nothing_is_gathered_where_that_is_switched_off(office: Office) -> None:
    for _ in range(2):
        await office.kept()
    desk = ReviewDesk(office.store, clock=lambda: NOON, rules=replace(RULES, together=timedelta(0)))

    assert await desk.gather() == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"server": "s1"}, {"server": "s2"}),
        ({"person": "p1", "persona": "halmi"}, {"person": "p2", "persona": "maren"}),
    ],
)
async def test_what_has_nothing_in_common_is_not_merged(
    office: Office, one: dict[str, str], other: dict[str, str]
) -> None:
    first, second = await office.kept(**one), await office.kept(**other)

    with pytest.raises(InvalidTransition):
        await office.desk.merge(first, second, by=SENIOR)


async def test_a_case_that_is_decided_or_somebody_elses_is_not_merged(office: Office) -> None:
    first, decided, claimed = [await office.kept() for _ in range(3)]
    await office.desk.take(decided, ReviewStep.UPHOLD, by=by("mina"))
    await office.desk.take(claimed, ReviewStep.CLAIM, by=by("mina"))

    for into, other in itertools.permutations((first, decided, claimed), 2):
        with pytest.raises(InvalidTransition):
            await office.desk.merge(into, other, by=by("joon"))
    assert len(await office.store.list(Query(queue=True))) == 3


async def test_members_may_appeal_and_nothing_else(office: Office) -> None:
    case = await office.kept()
    for what in set(ReviewStep) - {ReviewStep.APPEAL}:
        with pytest.raises(Forbidden):
            await office.desk.take(case, what, by=by("p1", rank=Rank.MEMBER), note="x")
