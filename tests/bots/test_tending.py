"""What the review desk does by itself, and what moderators hear of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bots.cards import Card
from bots.places import Place, Places, PlaceSettings
from bots.state import Entry
from bots.state.memory import MemoryState
from bots.tending import Tending, nudge_card
from moderation.cases import CaseState, Priority, ReviewStep
from moderation.desk_rules import DeskRules
from moderation.errors import StoreFailed
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, by, closing, numbered, objection, opening

DAY = timedelta(days=1)
HOME, OTHER = "test:server:1", "test:server:2"


@dataclass
class Desk:
    """A desk that is tended, and what its moderators were told."""

    now: datetime = NOON
    told: list[tuple[str, Card]] = field(default_factory=list)
    reachable: bool = True
    store: MemoryStore = field(default_factory=lambda: MemoryStore(ids=numbered()))
    rules: DeskRules = field(default_factory=DeskRules)
    nudges: bool = True

    def __post_init__(self) -> None:
        self.state = MemoryState(clock=lambda: self.now)
        self.places = Places(self.state, PlaceSettings())
        self.desk = ReviewDesk(self.store, clock=lambda: self.now, rules=self.rules)
        self.tending = Tending(
            self.desk, self.places, self.state, now=lambda: self.now, language="en", nudges=self.nudges
        )
        self.tending.register("test", self.tell)

    async def tell(self, place: Place, card: Card) -> bool:
        if self.reachable:
            self.told.append((place.server, card))
        return self.reachable

    async def case(self, server: str = HOME, person: str = "p1") -> str:
        kept = await self.store.open(opening(server=server, person=person), objection())
        await self.store.close(kept, closing())
        return kept

    async def after(self, time: timedelta) -> list[str]:
        """Tend it again some time later; whom that told."""
        self.now += time
        before = len(self.told)
        await self.tending.once()
        return [server for server, _ in self.told[before:]]


@pytest.fixture(autouse=True)
def _read() -> None:
    """What is read from disk the first time is read before the event loop runs."""
    Places(MemoryState(clock=lambda: NOON), PlaceSettings())


@pytest.fixture
async def tended() -> Desk:
    desk = Desk()
    await desk.places.change(HOME, log_channel="test:channel:9")
    return desk


async def test_leases_that_are_over_end_without_anybody_asking(tended: Desk) -> None:
    kept = await tended.case()
    await tended.desk.take(kept, ReviewStep.CLAIM, by=by())

    await tended.after(timedelta(minutes=14))
    held = (await tended.store.get(kept)).case
    await tended.after(timedelta(minutes=1))

    assert held.state is CaseState.CLAIMED
    assert (await tended.store.get(kept)).case.state is CaseState.QUEUED


@pytest.mark.parametrize(("together", "cases"), [(timedelta(hours=24), 2), (timedelta(0), 3)])
async def test_what_one_person_causes_becomes_one_case_unless_that_is_off(together: timedelta, cases: int) -> None:
    desk = Desk(rules=DeskRules(together=together))
    for person in ("p1", "p1", "p2"):
        await desk.case(person=person)

    await desk.after(timedelta(0))

    assert sum(each.count for each in await desk.desk.waiting()) == cases


async def test_moderators_hear_of_what_is_overdue_in_their_community_alone(tended: Desk) -> None:
    await tended.case(person="p1")
    await tended.case(person="p2")
    await tended.case(server=OTHER)

    assert await tended.after(7 * DAY) == []
    assert await tended.after(timedelta(minutes=5)) == [HOME]
    card = tended.told[0][1]
    assert "2 cases" in card.title
    assert "2026-03-01\u00a012:00" in card.rows[0].text


async def test_they_hear_of_it_once_a_day_at_most_and_of_nothing_twice(tended: Desk) -> None:
    await tended.case(person="p1")
    late = 7 * DAY + timedelta(minutes=5)

    assert await tended.after(late) == [HOME]
    await tended.case(person="p2")
    assert await tended.after(timedelta(hours=23)) == []  # another one, but it is the same day
    assert await tended.after(timedelta(hours=1)) == [HOME]
    assert await tended.after(3 * DAY) == []  # nothing is new
    await tended.desk.take("a1", ReviewStep.UPHOLD, by=by())
    assert await tended.after(timedelta(0)) == [HOME]
    await tended.desk.take("a2", ReviewStep.UPHOLD, by=by())
    assert await tended.after(3 * DAY) == []


async def test_what_could_not_be_told_is_told_next_time(tended: Desk) -> None:
    await tended.case()
    tended.reachable = False
    assert await tended.after(8 * DAY) == []

    tended.reachable = True

    assert await tended.after(timedelta(minutes=5)) == [HOME]


async def test_nobody_is_nudged_where_that_is_off_or_nobody_has_a_channel() -> None:
    quiet, unheard = Desk(nudges=False), Desk()
    await quiet.places.change(HOME, log_channel="test:channel:9")
    for desk in (quiet, unheard):
        await desk.case()
        assert await desk.after(8 * DAY) == []


class Broken(MemoryStore):
    """A store in which nothing can be read or written any more."""

    async def list(self, query: object) -> tuple[()]:
        raise StoreFailed("stores.closed")

    async def waiting(self, before: object, *, server: str = "") -> tuple[()]:
        raise StoreFailed("stores.closed")


async def test_a_store_that_fails_ends_nothing() -> None:
    desk = Desk(store=Broken(ids=numbered()))
    await desk.places.change(HOME, log_channel="test:channel:9")

    assert await desk.after(8 * DAY) == []


async def test_one_community_that_cannot_be_told_keeps_no_other_from_it(tended: Desk) -> None:
    await tended.places.change(OTHER, log_channel="test:channel:8")
    for server in (HOME, OTHER):
        await tended.case(server=server)

    async def tell(place: Place, card: Card) -> bool:
        if place.server == HOME:
            raise StoreFailed("stores.closed")
        return await tended.tell(place, card)

    tended.tending.register("test", tell)

    assert await tended.after(8 * DAY) == [OTHER]
    assert await tended.state.get("nudge", HOME) is None
    assert isinstance(await tended.state.get("nudge", OTHER), Entry)


async def test_it_goes_on_until_it_is_cancelled() -> None:
    desk, slept = Desk(), list[float]()

    class Enough(Exception):
        pass

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise Enough

    with pytest.raises(Enough):
        await desk.tending.run(sleep)

    assert slept == [300.0] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_nudge_says_how_many_since_when_and_what_to_type(language: str) -> None:
    card = nudge_card(12, NOON, language)

    assert "12" in card.title
    assert card.rows[0].text == "2026-03-01\u00a012:00\u00a0UTC"
    assert "/review next" in card.hint


def test_deadlines_of_the_settings_are_those_of_the_desk() -> None:
    from bots.review_settings import ReviewSection

    assert ReviewSection().rules == DeskRules()
    rules = ReviewSection(lease_minutes=5, together_hours=0, urgent_hours=1).rules
    assert (rules.lease, rules.together) == (timedelta(minutes=5), timedelta(0))
    assert rules.deadlines[Priority.URGENT] == timedelta(hours=1)
