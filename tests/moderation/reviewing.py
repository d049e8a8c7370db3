"""What reviewers are put before: a turn, and a draft in which something was found."""

from moderation.records import Decision, Finding, Objection, Stage
from tests.support import exchanges
from tests.support.exchanges import opening

OPENING = opening("야 이 바보야")


def finding(name: str = "lexicon", decision: Decision = Decision.BLOCK) -> Finding:
    return exchanges.finding(f"{name}.slur", decision, score=0.87654, detail="entry 병신 / moron")


def objection(*findings: Finding, stage: Stage = Stage.PIECE) -> Objection:
    return exchanges.objection("you moron, 병신아", *(findings or (finding(),)), stage=stage)
