"""What is drawn of a run, apart from how. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from bots.load.phases import Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Points of one line, left to right."""

    name: str
    """A key of words: what stands above it."""
    across: str
    """The same: what goes from left to right."""
    points: tuple[tuple[float, float], ...]


def plots(results: Results) -> Iterator[Plot]:
    """What a message costs and what is added to it as load grows; memory over an endurance run."""
    steps = [phase for phase in results.phases if phase.name == "step"]
    if len(steps) > 1:
        yield Plot(name="plot_cost", across="rate", points=tuple(sorted((phase.rate, phase.cpu) for phase in steps)))
        yield Plot(
            name="plot_first",
            across="rate",
            points=tuple(sorted((phase.rate, phase.first.p95 * 1000) for phase in steps if phase.first.p95 >= 0)),
        )
    if len(results.samples) > 1:
        yield Plot(
            name="plot_memory",
            across="messages",
            points=tuple((float(each.messages), each.taken.memory / 1e6) for each in results.samples),
        )
