"""`talchum judge`: JSON lines in, verdicts out, in the same order."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from moderation.errors import BadRecord
from moderation.guard import Guard
from moderation.language import language_of
from moderation.records import Action, Brief, Candidate, Decision, Finding, Stage, Verdict
from moderation.validation import Expectation, first_problem
from moderation.words import DEFAULT_LANGUAGE, Explained

_AHEAD = 2
"""Lines under judgement at once where this machine alone judges. A filter's deadline includes its waiting: with more,
long texts on a busy machine are late behind each other, and nothing is faster, as the filters of a line already share
the threads. Where services are asked, lines wait for these, and there are as many as these have threads for."""
_LONG = 8_000
"""Bytes under judgement at once, from which on no more than those few lines are: what ships has to read them too."""
_STAGES = {"input": Stage.INPUT, "output": Stage.WHOLE}


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str | int
    text: str
    said: str = ""
    persona: str = ""
    stage: Literal["input", "output"] = "output"
    lang: Annotated[str, Field(max_length=8)] = ""


class Judge:
    """Judges lines. Used by one task."""

    def __init__(
        self,
        guard: Guard,
        briefs: Mapping[str, Brief],
        *,
        every_score: bool,
        language: str,
        monotonic: Callable[[], float],
    ) -> None:
        """`briefs` by persona id; `every_score` also tells of findings that allow; `language` is the one of errors."""
        self._guard = guard
        self._briefs = briefs
        self._every_score = every_score
        self._language = language
        self._monotonic = monotonic
        self.broken = 0
        """Lines that could not be judged."""

    async def run(self, lines: AsyncIterator[bytes]) -> AsyncIterator[str]:
        """One line of JSON for each line that is not blank, in order; several are judged at once."""
        under_way: deque[tuple[asyncio.Task[str], int]] = deque()
        number = 0
        try:
            async for raw in lines:
                number += 1
                if raw.strip():
                    under_way.append((asyncio.create_task(self._answer(number, raw)), len(raw)))
                while under_way and (under_way[0][0].done() or self._enough([size for _, size in under_way])):
                    task, _ = under_way.popleft()
                    yield await task
            while under_way:
                task, _ = under_way.popleft()
                yield await task
        finally:
            for task, _ in under_way:
                task.cancel()

    def _enough(self, sizes: Sequence[int]) -> bool:
        """Whether lines of these sizes are as many as may be under judgement at once."""
        return len(sizes) >= max(_AHEAD, self._guard.waiting if sum(sizes) < _LONG else 0)

    async def _answer(self, number: int, raw: bytes) -> str:
        started = self._monotonic()
        try:
            line = _parsed(number, raw)
            verdict = await self._guard.judge(self._candidate(number, line))
        except BadRecord as error:
            self.broken += 1
            return _json({"line": number, "error": error.explain(self._language)})
        return _json(
            {
                "id": line.id,
                "decision": verdict.decision.name.lower(),
                "findings": self._findings(verdict),
                "ms": round((self._monotonic() - started) * 1000, 3),
            }
        )

    def _candidate(self, number: int, line: _Line) -> Candidate:
        if line.persona and line.persona not in self._briefs:
            known = Expectation("validation.one_of", names=", ".join(self._briefs))
            raise _bad(number, "persona", known)
        return Candidate(
            stage=_STAGES[line.stage],
            text=line.text,
            said=line.said,
            language=line.lang,
            brief=self._briefs[line.persona] if line.persona else _of_nobody(line),
        )

    def _findings(self, verdict: Verdict) -> list[dict[str, object]]:
        return [
            {
                "filter": finding.filter,
                "category": finding.category,
                "decision": finding.decision.name.lower(),
                "score": None if finding.score is None else round(finding.score, 6),
                "spans": [[span.start, span.end] for span in finding.spans],
                "version": finding.version,
                "detail": finding.detail,
            }
            for finding in verdict.findings
            if self._every_score or _notable(finding)
        ]


def _notable(finding: Finding) -> bool:
    return finding.decision is not Decision.ALLOW or finding.action is not Action.NONE


def _parsed(number: int, raw: bytes) -> _Line:
    """The record in a line. Raises BadRecord with the line's number and what was expected."""
    try:
        document = json.loads(raw)
    except UnicodeDecodeError:
        raise _bad(number, "-", Expectation("validation.utf8")) from None
    except ValueError:
        raise _bad(number, "-", Expectation("validation.json")) from None
    except RecursionError:
        raise _bad(number, "-", Expectation("validation.json")) from None
    try:
        return _Line.model_validate(document)
    except ValidationError as error:
        key, expected = first_problem(error)
        raise _bad(number, key, expected) from None


def _of_nobody(line: _Line) -> Brief:
    """Where no persona is named, nobody's language can be the wrong one."""
    return Brief(language=line.lang or language_of(line.text, unknown=DEFAULT_LANGUAGE))


def _bad(number: int, key: str, expected: Explained) -> BadRecord:
    return BadRecord("records.bad_line", line=number, key=key, expected=expected)


def _json(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=True)
