"""How times are taken and summed up. Everything here is one machine's word: compare figures of one run only."""

import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

RESAMPLES: Final = 4_000
SEED: Final = 20_261_121


def cpu_ms(work: Callable[[], object]) -> float:
    """Milliseconds of processor time of this thread, so that other work on the machine does not count."""
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """The quantile of `values`: 0.5 is the median."""
    return float(np.quantile(values, share))


def halves(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return quantile(values, 0.5), quantile(values, 0.95)


def ratio_interval(over: Sequence[float], under: Sequence[float], share: float) -> tuple[float, float, float]:
    """The ratio of two quantiles and the bounds of its 95 % interval, by resampling pairs: `over` and `under` are
    measured in turn, so the n-th of both met the same machine."""
    above, below = np.asarray(over), np.asarray(under)
    picks = np.random.default_rng(SEED).integers(0, len(above), (RESAMPLES, len(above)))
    ratios = np.quantile(above[picks], share, axis=1) / np.quantile(below[picks], share, axis=1)
    low, high = np.quantile(ratios, (0.025, 0.975))
    return quantile(over, share) / quantile(under, share), float(low), float(high)
