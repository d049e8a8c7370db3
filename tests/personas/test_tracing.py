"""Spans of a reply and its stages, as an SDK gets them, without a word of anybody."""

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from personas.generators.traced import Traced
from personas.messages import Aside
from personas.occasion import Occasion
from tests.support.stage import on_stage, reply_of, scripted


class Almanac:
    """Knows one thing."""

    name = "almanac"

    async def recall(self, occasion: Occasion) -> tuple[Aside, ...]:
        return (Aside(text="High water is at noon.", origin="almanac"),)


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Of this process: OpenTelemetry lets one be named once."""
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    return memory


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


def of(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == f"talchum.{name}"]


async def test_a_reply_is_a_span_above_those_of_its_stages(spans: InMemorySpanExporter) -> None:
    said = reply_of("The lamp is lit.", "BAD thing.", repair={"p_ok": 1.0, "ok": "Gulls.", "bad": "BAD."})
    async with on_stage(Traced(scripted(said)), sources=(Almanac(),)) as stage:
        spans.clear()
        shown = await stage.say("How is the sea?")
        (reply,) = of(spans, "reply")

    assert shown.finished.repairs == 1
    names = [span.name.removeprefix("talchum.") for span in spans.get_finished_spans()]
    assert {"hear", "recall", "compile", "generate", "judge", "repair", "show", "reply"} == set(names)
    assert names[-1] == "reply"
    assert reply.parent is None
    assert all(
        span.parent and reply.context and span.parent.span_id == reply.context.span_id
        for span in spans.get_finished_spans()
        if span is not reply
    )
    assert dict(reply.attributes or {})["talchum.repairs"] == 1
    assert dict(of(spans, "generate")[0].attributes or {})["talchum.tokens_out"]


async def test_no_span_holds_a_word_and_none_is_another_replys(spans: InMemorySpanExporter) -> None:
    async with on_stage(Traced(scripted(reply_of("The lamp is lit."))), sources=(Almanac(),)) as stage:
        spans.clear()
        await asyncio.gather(stage.say("How is the sea?"), stage.say("How is the lamp?"))

    told = "".join(span.to_json() for span in spans.get_finished_spans()).lower()
    assert not any(word in told for word in ("lamp", "sea", "noon", "ann"))
    assert len({span.context.trace_id for span in spans.get_finished_spans() if span.context}) == 2
    assert len(of(spans, "reply")) == 2


async def test_a_reply_that_is_left_ends_its_spans(spans: InMemorySpanExporter) -> None:
    async with on_stage(Traced(scripted(reply_of("The lamp is lit.", "And so on.")))) as stage:
        spans.clear()
        events = stage.runtime.respond(stage.message("hello"), stage.cast, stage.conversation)
        await anext(events)
        await events.aclose()

    assert len(of(spans, "reply")) == len(of(spans, "generate")) == 1
