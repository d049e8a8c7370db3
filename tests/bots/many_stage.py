"""A desk on which there is more than one case, and the lines that are typed at it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bots.cards import Card
from bots.config import Settings
from bots.parts import tools_of
from bots.review_commands import ReviewCommands
from bots.state.memory import MemoryState
from moderation.cases import Rank, ReviewStep, Ruling
from moderation.records import Decision, Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening

DAY = timedelta(days=1)


@dataclass
class Desk:
    """A desk in s1, on which cases come in one a day."""

    settings: str = ""
    now: datetime = NOON
    store: MemoryStore = field(default_factory=lambda: MemoryStore(ids=numbered()))

    def __post_init__(self) -> None:
        self.state = MemoryState(clock=lambda: self.now)
        self.desk = ReviewDesk(self.store, clock=lambda: self.now)
        tools = tools_of(Settings.load(self.settings.encode(), {}), self.state, now=lambda: self.now)
        self.tools = replace(tools, ids=numbered("b"))

    async def cases(
        self,
        count: int,
        *,
        rule: str = "lexicon.slur",
        decision: Decision = Decision.FLAG,
        outcome: Outcome = Outcome.REPAIRED,
    ) -> "Desk":
        for _ in range(count):
            begun = replace(opening("=said", server="s1"), at=self.now)
            kept = await self.store.open(begun, objection("drafted", finding(rule, decision)))
            await self.store.close(kept, closing(outcome, shown="was shown"))
            self.now += DAY
        return self

    async def typed(
        self,
        line: str,
        *,
        who: str = "mina",
        rank: Rank = Rank.SENIOR,
        server: str | None = "s1",
        language: str = "en",
        tool: str = "terminal",
    ) -> Card:
        commands = ReviewCommands(self.desk, language=language, tools=self.tools)
        return await commands.run(line.split(), by=by(who, tool, rank), server=server)

    async def sure(self, line: str, **more: object) -> Card:
        """What is shown first, then done."""
        await self.typed(line, **more)  # type: ignore[arg-type]
        return await self.typed(f"{line} yes", **more)  # type: ignore[arg-type]

    async def listed(self, line: str) -> list[str]:
        return [row.label for row in (await self.typed(f"list {line}")).rows]

    async def rulings(self) -> list[Ruling | None]:
        return [kept.case.ruling for kept in reversed(await self.desk.list(Query()))]

    async def steps(self, case: str) -> list[ReviewStep]:
        return [review.step for review in (await self.store.get(case)).case.by_people]
