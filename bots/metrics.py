"""What is counted and measured while the program runs, in the form that Prometheus reads.

No label holds a person, a place or a text, and each takes values from a set that the program, its settings or its
policy knows beforehand.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bots.inbox import Load
from bots.meter import Prices
from moderation.cases import CaseState, Ruling
from moderation.guard import GUARD, REFUSALS
from moderation.records import Decision, Outcome, Stage, Verdict
from personas.ledger import Performance

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
PARTS: Final = ("discord", "telegram", "model", "guard", "talchum")
"""Where a trouble came from."""
LEVELS: Final = ("warning", "error", "critical")
_MILLION: Final = 1_000_000
_OTHER: Final = "other"
_QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SLOW: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """How the desk stands, over all servers."""

    states: Mapping[str, int] = field(default_factory=dict)
    rulings: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """What stands at this moment."""

    platforms: Mapping[str, bool]
    """Whether each is connected."""
    load: Load
    cases: Cases
    sizes: Mapping[str, int]
    """Bytes on disk: store, state."""
    started: float
    """Seconds of Unix time."""
    model: str
    policy: str
    version: str
    tasks: int
    """Of the event loop."""
    threads: int


class Metrics:
    """The counters of one program, in a registry of its own. Used from one event loop; the log may come from any
    thread."""

    def __init__(self, prices: Prices) -> None:
        """Reads what the system says of this process. Blocks for a moment."""
        self._prices = prices
        self._standing: _Standing | None = None
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        def counter(name: str, about: str, *labels: str) -> Counter:
            return Counter(f"talchum_{name}", about, labels, registry=registry)

        def histogram(name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"talchum_{name}", about, labels, buckets=buckets, registry=registry)

        self._replies = counter("replies", "Replies, by how they ended", "platform", "outcome")
        self._repairs = counter("repairs", "Times a reply was taken up again after an objection", "platform")
        self._tokens = counter("tokens", "Tokens of the models, repairs included", "kind")
        self._money = counter("money", "What they cost, by the prices of the settings", "currency")
        self._first = histogram("first_text_seconds", "Until the first visible text of a reply", _SLOW, "platform")
        self._total = histogram("reply_seconds", "Until the end of a reply", _SLOW, "platform")
        self._checks = counter("checks", "Texts judged", "stage", "decision")
        self._check = histogram("check_seconds", "Until the verdict on a text", _QUICK, "stage")
        self._objections = counter("objections", "Findings that were not simply allowed", "rule", "decision")
        self._kept = histogram(
            "store_seconds", "Until a write was durable, its turn in the queue included", _QUICK, "call"
        )
        self._unkept = counter("store_failures", "Writes that were refused or failed", "call")
        self._troubles = counter("troubles", "Lines of the log from warning on", "part", "level")
        self._rules: frozenset[str] = frozenset()
        self._begin()

    def _begin(self) -> None:
        """Series that are known beforehand stand at nought, so that a first event is an increase."""
        for stage in Stage:
            for decision in Decision:
                self._checks.labels(stage.value, decision.name.lower())
        for kind in ("in", "cached", "out", "overshoot"):
            self._tokens.labels(kind)
        self._money.labels(self._prices.currency)
        for part in PARTS:
            for level in LEVELS:
                self._troubles.labels(part, level)

    def serving(self, platforms: tuple[str, ...], gauges: Callable[[], Gauges]) -> None:
        """Tell of these platforms, and at each reading of what stands then. Called once."""
        for platform in platforms:
            self._repairs.labels(platform)
            for outcome in Outcome:
                self._replies.labels(platform, outcome.value)
        self._standing = _Standing(gauges)
        self._registry.register(self._standing)

    def knowing(self, rules: frozenset[str]) -> None:
        """Tell rules of these ids, and what the guard itself objects to, apart; all others are one."""
        self._rules = rules | {f"{GUARD}.{category}" for category in REFUSALS}

    def performed(self, performance: Performance) -> None:
        """A reply ended (`personas.ledger.Performed`)."""
        platform, usage = performance.platform, performance.usage
        self._replies.labels(platform, performance.outcome.value).inc()
        self._repairs.labels(platform).inc(performance.repairs)
        self._total.labels(platform).observe(performance.total)
        if performance.first is not None:
            self._first.labels(platform).observe(performance.first)
        for kind, amount in (
            ("in", usage.tokens_in),
            ("cached", usage.tokens_cached),
            ("out", usage.tokens_out),
            ("overshoot", usage.tokens_overshoot),
        ):
            self._tokens.labels(kind).inc(amount)
        self._money.labels(self._prices.currency).inc(self._prices.of(usage) / _MILLION)

    def judged(self, stage: Stage, verdict: Verdict, took: timedelta) -> None:
        """A text was judged (`moderation.guard.Judged`)."""
        self._checks.labels(stage.value, verdict.decision.name.lower()).inc()
        self._check.labels(stage.value).observe(took.total_seconds())
        for rule, decision in {(finding.rule, finding.decision) for finding in verdict.objections}:
            self._objections.labels(rule if rule in self._rules else _OTHER, decision.name.lower()).inc()

    def kept(self, call: str, seconds: float) -> None:
        """A write to the store is durable."""
        self._kept.labels(call).observe(seconds)

    def unkept(self, call: str) -> None:
        """A write to the store was refused, or failed."""
        self._unkept.labels(call).inc()

    def troubled(self, part: str, level: str) -> None:
        """Something went wrong; `part` is one of PARTS, `level` one of LEVELS. From any thread."""
        self._troubles.labels(part, level).inc()

    async def exposition(self) -> bytes:
        """Everything, as Prometheus reads it (CONTENT_TYPE)."""
        if self._standing:
            self._standing.look()
        return await asyncio.to_thread(generate_latest, self._registry)


class _Standing(Collector):
    """What is read at each scrape: on the event loop, as it belongs to that, and told from a thread."""

    def __init__(self, gauges: Callable[[], Gauges]) -> None:
        self._gauges = gauges
        self._now = gauges()

    def look(self) -> None:
        """See how it stands."""
        self._now = self._gauges()

    def describe(self) -> Iterator[Metric]:
        """Nothing is read while it is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """All gauges."""
        now = self._now
        runs = GaugeMetricFamily("talchum_info", "What runs", labels=["version", "model", "policy"])
        runs.add_metric([now.version, now.model, now.policy], 1)
        yield runs
        yield _single("started_seconds", "Unix time of the start", now.started)
        yield _gauge("platform_connected", "Whether a platform is reached", "platform", now.platforms)
        inside = {"running": now.load.running, "waiting": now.load.waiting}
        yield _gauge("inbox", "Replies under way, and those that wait", "state", inside)
        yield _single("inbox_oldest_seconds", "How long the oldest waits", now.load.oldest.total_seconds())
        yield CounterMetricFamily("talchum_inbox_refused", "Messages refused for want of room", value=now.load.refused)
        states = {state.value: now.cases.states.get(state.value, 0) for state in CaseState}
        yield _gauge("cases", "Cases of the desk", "state", states)
        yield _single("cases_overdue", "Cases that wait longer than they should", now.cases.overdue)
        rulings = {ruling.value: now.cases.rulings.get(ruling.value, 0) for ruling in Ruling}
        yield _gauge("rulings", "Cases by what people decided", "ruling", rulings)
        yield _single("tasks", "Tasks of the event loop that are under way", now.tasks)
        yield _single("threads", "Threads", now.threads)
        yield _gauge("store_bytes", "Bytes on disk", "file", now.sizes)


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"talchum_{name}", about, labels=[label])
    for value, amount in values.items():
        family.add_metric([value], amount)
    return family


def _single(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"talchum_{name}", about, value=value)
