"""The plots of a run as a PNG. Only this file of the package knows matplotlib, which the extra [bench] brings."""

from collections.abc import Sequence
from pathlib import Path

from bots.load.plots import Plot
from moderation.words import catalogue

_LINE = "#0b5c94"


def draw(plots: Sequence[Plot], file: Path) -> bool:
    """Write the picture; False where there is nothing to draw, or matplotlib is not installed. Its words are English:
    not every machine has a font for Korean. Raises OSError."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return False
    if not plots:
        return False
    figure = Figure(figsize=(5 * len(plots), 4), layout="constrained")
    FigureCanvasAgg(figure)
    say = catalogue("bots").say
    for place, plot in zip(figure.subplots(1, len(plots), squeeze=False).flat, plots, strict=True):
        place.plot(*zip(*plot.points, strict=True), marker="o" if len(plot.points) < 20 else "", color=_LINE)
        place.set_ylim(bottom=0)
        place.set_title(say(f"load.{plot.name}", "en"), fontsize="medium")
        place.set_xlabel(say(f"load.{plot.across}", "en"))
    figure.savefig(file, dpi=120, format="png")
    return True
