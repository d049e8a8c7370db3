"""A house whose replies stand on one wall, for what follows from decisions."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from bots.cards import Card
from bots.places import Place
from bots.platform import Caller, Fill, Placed, Role
from bots.records import Record
from moderation.cases import Reviewer, ReviewStep
from moderation.errors import StoreBusy
from moderation.policy import Policy
from moderation.records import Exchange
from moderation.stores import Query
from personas.messages import Kept, Passage
from tests.support.house import SERVER, Opened, caller, open_house
from tests.support.stage import NOW, holding, reply_of, scripted

HELD = "A moderator looks at this reply first. It will appear here once that is done."
REFUSED = "This reply will not be shown."
DRAFT = "One is fine. Two is BAD. Three comes after."
BAD = reply_of("One is fine. ", "Two is BAD. ", "Three comes after.")
WITHHELD = reply_of("One is fine. ", "Two is STOP. ", "Three is never made.")
MINA = Reviewer(name="mina", tool="test")


@dataclass
class Wall:
    """A platform with one message a reply."""

    opened: Opened
    stands: dict[str, str] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    becomes: Placed = Placed.DONE
    broken: str = ""
    """A message that cannot be changed."""
    name: str = "test"
    connected: bool = True

    async def tell(self, person: str, card: Card, language: str) -> bool:
        raise AssertionError("nobody appealed")

    async def tell_moderators(self, _place: Place, _card: Card) -> bool:
        return True

    async def renew(self, _caller: Caller, _case: str) -> bool:
        return True

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        if self.becomes is not Placed.DONE:
            return self.becomes
        if self.broken in record.shown:
            raise StoreBusy("stores.busy")
        filling = await fill(SERVER)
        if filling is None:
            return Placed.NOT
        if record.shown and record.shown[0] not in self.stands:
            return Placed.GONE
        message = record.shown[0] if record.shown else f"s{len(self.stands) + 1}"
        text = self.stands.get(message, "")
        kept = next((text.removesuffix(words) for words in filling.over if text.endswith(words)), "")
        if self.stands.get(message) != kept + filling.passage.text:
            self.writes.append(kept + filling.passage.text)
        self.stands[message] = kept + filling.passage.text
        noted = replace(record, running=False, author=author)
        replies = self.opened.house.replies
        await (replies.keep(noted) if record.shown else replies.stands(noted, message))
        return Placed.DONE

    async def serve(self, router: object) -> None:
        raise AssertionError("nobody listens")

    async def take_back(self, record: Record) -> bool:
        return self.stands.pop(record.shown[0], None) is not None


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    opened: Opened
    wall: Wall
    clock: Clock

    async def ask(self, text: str = "hello", *, message: str = "m1", persona: str = "keeper") -> Record:
        """A reply, noted where it stands."""
        said = caller(text, message=message, persona=persona, place=replace(SERVER, adult=persona == "rake"))
        replies = self.opened.house.replies
        record = await replies.begin(
            platform="test",
            conversation=SERVER.conversation,
            server=SERVER.server,
            persona=persona,
            person="ann",
            message=message,
            channel="2",
        )
        said = replace(said, message=replace(said.message, reply=record.id))
        parts, kept, outcome = list[str](), "", ""
        async for event in self.opened.host.reply(said):
            if isinstance(event, Passage):
                parts.append(("\n" if parts and event.kind.value != "generated" else "") + event.text)
            kept = event.exchange if isinstance(event, Kept) else kept
            outcome = getattr(event, "outcome", outcome)
        self.wall.stands[f"s{message}"] = "".join(parts)
        record = replace(record, exchange=kept, outcome=str(outcome), running=False)
        return await replies.stands(record, f"s{message}")

    async def decide(self, line: str) -> str:
        """What a moderator types, and what they are told."""
        card = await self.opened.host.command(line, caller(person="mina", role=Role.MODERATOR))
        return f"{card.title} {card.hint}".strip()

    async def kept(self) -> Exchange:
        [exchange] = await self.opened.store.list(Query())
        return exchange

    def steps(self, exchange: Exchange) -> list[ReviewStep]:
        return [review.step for review in exchange.case.reviews]

    @property
    def turns(self) -> list[str]:
        hall = self.opened.house.scenes.hall
        return [turn.text for turn in hall.conversation(SERVER.conversation, "keeper").turns]


@asynccontextmanager
async def on_wall(*replies: object, policy: Callable[[], Policy] = holding) -> AsyncGenerator[Stage, None]:
    clock = Clock()
    async with open_house(scripted(*(replies or (BAD,))), now=clock, policy=policy()) as opened:  # type: ignore[arg-type]
        wall = Wall(opened)
        opened.host.register(wall)
        yield Stage(opened, wall, clock)
