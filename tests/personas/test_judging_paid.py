"""What models take that judge a reply is told with what the reply took."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from moderation.filters.endpoint import Chat, Endpoint, EndpointSettings
from moderation.records import Candidate, Signal
from moderation.spending import Spending, tell
from personas.conversation import Conversation
from personas.messages import Finished, Usage
from tests.support.judging_server import JudgingServer, as_json
from tests.support.stage import Asks, Marks, Set, on_stage, reply_of, scripted


class Costly(Marks):
    """Asks a model, for a hundred tokens and one each time."""

    calls = 0

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        self.calls += 1
        tell({"usage": {"prompt_tokens": 100, "completion_tokens": 1}})
        return super().examine(candidate)


async def paid(stage: Set, text: str) -> tuple[Usage, Usage]:
    """What the reply itself took, and what was told."""
    told: list[Usage] = []

    async def spent(usage: Usage) -> None:
        told.append(usage)

    talk = Conversation(window=20)
    events = [event async for event in stage.runtime.respond(stage.message(text), stage.cast, talk, spent=spent)]
    assert isinstance(events[-1], Finished)
    (all_of_it,) = told
    return events[-1].usage, all_of_it


async def test_what_judging_took_is_told_with_the_reply_and_with_no_other() -> None:
    judge = Costly()
    async with on_stage(scripted(reply_of("The lamp is lit.")), filters=(judge, Asks())) as stage:
        judge.calls = 0
        pairs = await asyncio.gather(paid(stage, "hello"), paid(stage, "hello there"))

    shares = [told.tokens_in - own.tokens_in for own, told in pairs]
    assert sum(shares) == judge.calls * 100
    assert shares[0] == shares[1] > 0
    assert sum(told.tokens_out - own.tokens_out for own, told in pairs) == judge.calls


def test_an_endpoint_tells_what_its_answer_says_it_took() -> None:
    answer = {"choices": [], "usage": {"prompt_tokens": 70, "completion_tokens": 3}}
    spending = Spending()
    with JudgingServer(lambda path, body: as_json(answer)) as server:
        settings = EndpointSettings(model="m", base_url=server.base_url, api_key="k", timeout=timedelta(seconds=30))
        endpoint = Endpoint(settings, monotonic=time.monotonic)
        chat = Chat(messages=({"role": "user", "content": "?"},), max_tokens=9)
        spending.context().run(endpoint.ask, chat)
        endpoint.ask(chat)  # for nobody
        endpoint.close()

    assert spending.take() == (70, 3)
    assert spending.take() == (0, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["usage", "prompt_tokens", "x"]), inner),
)


@given(JSON)
def test_whatever_an_answer_holds_nothing_is_taken_off(answer: Any) -> None:
    spending = Spending()
    spending.context().run(tell, answer)
    assert min(spending.take()) >= 0, json.dumps(answer)
