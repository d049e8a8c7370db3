"""The plots of the page as a PNG. The only file that knows matplotlib, which the extra [bench] brings."""

import math
from collections.abc import Sequence
from pathlib import Path

from bots.refining.figures import Arm
from bots.refining.keeping import KEEP
from bots.refining.page import PLOTTED
from bots.refining.report import arm_name, heading

_OURS, _OTHERS = "#0b5c94", "#8a97a6"


def draw(made: Sequence[Arm], file: Path, *, currency: str) -> bool:
    """Write the picture; False where matplotlib is not installed. Its words are English: not every machine has a font
    for Korean. Raises OSError."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure = Figure(figsize=(12, 6), layout="constrained")
    FigureCanvasAgg(figure)
    for place, name in zip(figure.subplots(2, 3).flat, PLOTTED, strict=True):
        told = [(arm, arm.figures[name]) for arm in made if not math.isnan(arm.figures[name].value)]
        values = [found.value for _, found in told]
        spread = [[found.value - found.low for _, found in told], [found.high - found.value for _, found in told]]
        names = [arm_name(arm.name, "en") for arm, _ in told]
        colours = [_OURS if arm.name == KEEP else _OTHERS for arm, _ in told]
        place.barh(names, values, xerr=spread, color=colours, capsize=2)
        place.invert_yaxis()
        place.set_title(heading(name, "en", currency), fontsize="medium")
    figure.savefig(file, dpi=120, format="png")
    return True
