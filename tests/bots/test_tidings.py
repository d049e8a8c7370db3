"""What was decided anywhere reaches whoever appealed, once, and the cards of the moderators."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bots.cards import Card
from bots.platform import Caller, Fill, Placed, Role
from bots.records import Record
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.cases import Rank, ReviewStep
from moderation.errors import StoreFailed
from moderation.stores.memory import MemoryStore
from moderation.words import catalogue
from tests.bots.aftermath_stage import BAD, Clock
from tests.support.exchanges import by, closing, numbered, objection, opening
from tests.support.house import SERVER, Opened, caller, open_house
from tests.support.stage import scripted


@dataclass
class Chat:
    """A platform that notes whom it told what, and which cards it was to write anew."""

    told: list[tuple[str, str]] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    connected: bool = True
    writable: bool = True
    reachable: bool = True
    dies: bool = False
    name: str = "test"

    async def tell(self, person: str, card: Card, language: str) -> bool:
        if self.dies:
            raise StoreFailed("stores.closed")
        self.told.append((person, f"{card.title} {' '.join(row.text for row in card.rows)} {card.hint} {language}"))
        return self.reachable

    async def renew(self, caller: Caller, case: str) -> bool:
        assert (caller.place.server, caller.message.person, caller.role) == (SERVER.server, "", Role.MEMBER)
        self.renewed.append(case)
        return self.writable

    async def tell_moderators(self, _place: object, _card: Card) -> bool:
        return True

    async def put(self, _record: Record, _fill: Fill, *, author: str = "") -> Placed:
        return Placed.GONE

    async def take_back(self, _record: Record) -> bool:
        return False

    async def serve(self, router: object) -> None:
        raise AssertionError("nobody listens")


@dataclass
class Stage:
    """A house with one platform, which can end and begin anew."""

    store: MemoryStore
    state: MemoryState
    clock: Clock
    opened: Opened
    chat: Chat

    async def case(self, person: str = "ann", server: str = SERVER.server, platform: str = "test") -> str:
        begun = opening(person=person, server=server)
        kept = await self.store.open(replace(begun, origin=replace(begun.origin, platform=platform)), objection())
        await self.store.close(kept, closing())
        return kept

    async def says(self, line: str, person: str = "ann", *, language: str = "", role: Role = Role.MEMBER) -> str:
        self.clock.now += timedelta(minutes=1)
        card = await self.opened.host.command(line, caller(person=person, language=language, role=role))
        return f"{card.title} {' '.join(row.text for row in card.rows)} {card.hint}"

    async def decide(self, case: str, step: ReviewStep, who: str = "joon", note: str = "") -> None:
        """In a terminal: the program that serves hears nothing of it."""
        self.clock.now += timedelta(minutes=1)
        await self.opened.house.desk.take(case, step, by=by(who, rank=Rank.SENIOR), note=note)

    async def sweep(self) -> list[tuple[str, str]]:
        before = len(self.chat.told)
        await self.opened.house.tidings.sweep()
        return self.chat.told[before:]


@asynccontextmanager
async def told_stage(before: "Stage | None" = None) -> AsyncGenerator[Stage, None]:
    """A house; `before`: another process, with what the one before kept."""
    clock = before.clock if before else Clock()
    store = before.store if before else MemoryStore(ids=numbered("x"))
    state = before.state if before else MemoryState(clock=clock)
    async with open_house(scripted(BAD), now=clock, store=store, state=state) as opened:
        chat = Chat()
        opened.host.register(chat)
        stage = Stage(store, state, clock, opened, chat)
        await stage.opened.house.tidings.sweep()
        yield stage


async def test_what_is_decided_in_a_terminal_is_told_to_whoever_appealed_in_their_language_and_once() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case} 아니에요", language="ko")
        assert await stage.sweep() == []

        await stage.decide(case, ReviewStep.OVERTURN)

        [(person, text)] = await stage.sweep()
        assert person == "ann"
        assert catalogue("bots").say("appeals.agreed", "ko", id=case) in text
        assert await stage.sweep() == []


async def test_what_a_moderator_answers_in_a_terminal_is_told_too() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case}")
        await stage.decide(case, ReviewStep.UPHOLD)
        await stage.decide(case, ReviewStep.ANSWER, note="Slurs stay out.")

        told = [text for _, text in await stage.sweep()]

        assert ["the decision stands" in text for text in told] == [True, False]
        assert "Slurs stay out." in told[1]


async def test_only_the_decision_that_stands_is_told_and_after_a_reopening_the_next_one_too() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case}")
        await stage.decide(case, ReviewStep.UPHOLD)
        await stage.decide(case, ReviewStep.REOPEN)
        assert await stage.sweep() == [], "nothing stands"

        await stage.decide(case, ReviewStep.OVERTURN)
        [(_, first)] = await stage.sweep()
        await stage.decide(case, ReviewStep.REOPEN)
        await stage.decide(case, ReviewStep.UPHOLD, "sora")
        [(_, second)] = await stage.sweep()

        assert "agrees with you" in first
        assert "the decision stands" in second


async def test_who_decides_on_the_platform_tells_at_once_and_nobody_hears_it_twice() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case}")

        done = await stage.says(f"/review overturn {case}", "mina", role=Role.MODERATOR)

        assert "was told" in done
        assert len(stage.chat.told) == 1
        assert await stage.sweep() == []


async def test_what_was_decided_while_nothing_ran_is_told_by_the_next_process() -> None:
    async with told_stage() as first:
        case = await first.case()
        await first.says(f"/appeal {case}")
    await first.opened.house.desk.take(case, ReviewStep.OVERTURN, by=by("joon"))
    async with told_stage(first) as second:
        assert [person for person, _ in second.chat.told] == ["ann"]
        assert second.chat.renewed == [case]
    async with told_stage(second) as third:
        assert (third.chat.told, third.chat.renewed) == ([], [])


async def test_what_happened_before_a_platform_was_served_at_all_is_nobody_s_news() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case}")
        await stage.decide(case, ReviewStep.OVERTURN)
        other = replace(stage.chat, told=[], renewed=[], name="other")
        await stage.case(platform="other")
        await stage.decide("x2", ReviewStep.UPHOLD)
        stage.opened.host.register(other)

        await stage.sweep()
        await stage.sweep()
        await stage.decide("x2", ReviewStep.NOTE, note="hm")
        assert other.renewed == []
        await stage.sweep()

        assert other.renewed == ["x2"]


async def test_whose_chat_is_not_reached_is_told_when_it_is() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case}")
        stage.chat.connected = False
        done = await stage.says(f"/review overturn {case}", "mina", role=Role.MODERATOR)
        assert "as soon as their chat can be reached" in done
        assert await stage.sweep() == []

        stage.chat.connected = True

        assert len(await stage.sweep()) == 1
        stage.chat.connected = False
        assert await stage.opened.house.commands._offices.appeals.answer(case) is None, "nothing waits to be told"


async def test_who_cannot_be_written_to_is_tried_once_and_what_breaks_off_is_not_told_twice() -> None:
    async with told_stage() as stage:
        shut, broken = await stage.case(), await stage.case("bo")
        await stage.says(f"/appeal {shut}")
        await stage.says(f"/appeal {broken}", "bo")
        stage.chat.reachable = False
        await stage.decide(shut, ReviewStep.OVERTURN)
        assert len(await stage.sweep()) == 1
        assert await stage.opened.house.commands._offices.appeals.answer(shut) is None

        stage.chat.dies = True
        await stage.decide(broken, ReviewStep.OVERTURN)
        await stage.sweep()
        stage.chat.dies = False

        assert await stage.sweep() == []
        assert stage.chat.renewed[-1] == broken, "the rest of it is done"


async def test_the_cards_of_whatever_happened_to_a_case_are_written_anew_once_and_again_where_that_failed() -> None:
    async with told_stage() as stage:
        first, second = await stage.case(), await stage.case("bo")
        await stage.case("cy", server="")
        await stage.sweep()
        assert stage.chat.renewed == [], "that a case waits is told where it is made"

        await stage.decide(first, ReviewStep.CLAIM)
        await stage.decide(first, ReviewStep.UPHOLD)
        stage.chat.writable = False
        await stage.decide(second, ReviewStep.NOTE, note="hm")
        await stage.decide("x3", ReviewStep.UPHOLD)  # of a private conversation: no moderators have a card
        await stage.sweep()
        stage.chat.writable, stage.chat.renewed = True, []
        await stage.sweep()
        await stage.sweep()

        assert stage.chat.renewed == [first, second]


async def test_a_card_that_a_platform_never_takes_is_given_up() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        stage.chat.writable = False
        await stage.decide(case, ReviewStep.UPHOLD)
        for _ in range(40):
            await stage.sweep()

        assert len(stage.chat.renewed) == 20


async def test_every_platform_is_told_of_its_own_alone() -> None:
    async with told_stage() as stage:
        case = await stage.case(platform="other")
        await stage.says(f"/appeal {case}")
        await stage.decide(case, ReviewStep.OVERTURN)

        assert await stage.sweep() == []
        assert stage.chat.renewed == []


async def test_more_steps_than_are_looked_at_at_once_are_all_followed() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case}")
        for number in range(450):
            await stage.decide(case, ReviewStep.NOTE, note=str(number))
        await stage.decide(case, ReviewStep.OVERTURN)

        assert len(await stage.sweep()) == 1
        assert await stage.sweep() == []


async def test_an_exchange_of_other_databases_keeps_nobody_from_being_told() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        await stage.says(f"/appeal {case} no")
        entry = await stage.state.get("tidings", "test")
        assert entry is not None
        await stage.state.put(replace(entry, value={**entry.value, "tried": {"zz": 1}}))
        await stage.decide(case, ReviewStep.OVERTURN)

        assert [person for person, _ in await stage.sweep()] == ["ann"]
        entry = await stage.state.get("tidings", "test")
        assert entry is not None
        assert entry.value["tried"] == {}


async def test_an_exchange_of_other_databases_keeps_nobody_from_appealing() -> None:
    async with told_stage() as stage:
        case = await stage.case()
        value = {"exchange": "zz", "language": "en"}
        await stage.state.put(Entry(kind="appeal", key="zz ann", value=value, person="ann", group="ann"))

        await stage.says(f"/appeal {case} no")

        assert (await stage.store.get(case)).case.appealed
