"""The model under load: it answers each question in other words, and notes when it said what."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from bots.load.asked import Asked
from bots.load.lines import Lines, Speech
from personas.generators.scripted_model import Performance, ScriptedModel
from personas.generators.scripts import Reply, Script, Sentence
from personas.messages import Prompt

_NUMBER: Final = re.compile(r"\((\d+)\)")


class Speaker(ScriptedModel):
    """For one event loop. A question is known by its number in the last turn of the prompt."""

    def __init__(
        self,
        lines: Lines,
        asked: Mapping[int, Asked],
        *,
        speech: Speech,
        faults: float,
        seed: int,
        now: Callable[[], float],
    ) -> None:
        """`asked` are the questions that are under way, by number; `now` gives seconds, `faults` is as with
        `Lines.answer`."""
        opening = Reply(script="load", sentences=(Sentence(t=lines.last(0, "en")),))
        super().__init__(Script(replies=(opening,)), journal_size=1)
        self._lines, self._under_way = lines, asked
        self._speech, self._faults, self._seed = speech, faults, seed
        self._now = now

    def choose(self, prompt: Prompt) -> Reply:
        """See `ScriptedModel.choose`."""
        asked = self._of(prompt)
        if asked is None:
            return super().choose(prompt)
        dice = Random(f"{self._seed}/{asked.number}")  # noqa: S311 - repeatable, not secret
        reply = self._lines.answer(asked.number, asked.language, dice, faults=self._faults, speech=self._speech)
        asked.first = reply.sentences[0].t
        return reply

    def answer(self, prompt: Prompt) -> Performance:
        """See `ScriptedModel.answer`."""
        performance = super().answer(prompt)
        if asked := self._of(prompt):
            asked.calls += 1
            if asked.calls == 1:
                asked.called = self._now()
        return performance

    def taken(self, performance: Performance, piece: str | None) -> None:
        """See `ScriptedModel.taken`."""
        asked = self._under_way.get(performance.reply.seed)
        if asked is None:
            return
        over = performance.said > len(asked.first) or piece is None
        if over and asked.sentence < 0:
            asked.sentence = self._now()
        if piece is None or performance.said == len(performance.text):
            asked.spoken = self._now()

    def _of(self, prompt: Prompt) -> Asked | None:
        turns = [turn.text for turn in prompt.turns if turn.role == "user"]
        found = [self._under_way.get(int(number)) for number in _NUMBER.findall(turns[-1])] if turns else []
        first, *others = found or [None]
        for other in others:
            if first and other:
                other.joined = first.number
        return first
