"""The store with a stopwatch: how long a write of a reply takes until it is durable."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bots.metrics import Metrics
from moderation.errors import Deflect
from moderation.masks import Hidden
from moderation.records import Closing, Objection, Opening, Outcome
from moderation.stores import Store
from moderation.stores.masking import MaskingStore


class MeasuredStore(MaskingStore):
    """A `MaskingStore` that tells how long writes took, the hiding of private data included."""

    def __init__(
        self,
        store: Store,
        hidden: Callable[[str], Sequence[Hidden]],
        *,
        metrics: Metrics,
        monotonic: Callable[[], float],
    ) -> None:
        """`monotonic` gives seconds."""
        super().__init__(store, hidden)
        self._metrics = metrics
        self._monotonic = monotonic

    async def open(self, opening: Opening, first: Objection) -> str:
        """See `Store.open`."""
        with self._measured("open"):
            return await super().open(opening, first)

    async def add(self, exchange: str, objection: Objection) -> None:
        """See `Store.add`."""
        with self._measured("add"):
            await super().add(exchange, objection)

    async def close(self, exchange: str, closing: Closing) -> None:
        """See `Store.close`."""
        with self._measured("close"):
            await super().close(exchange, closing)

    async def count(self, outcome: Outcome, server: str = "") -> None:
        """See `Store.count`."""
        with self._measured("count"):
            await super().count(outcome, server)

    @contextmanager
    def _measured(self, call: str) -> Iterator[None]:
        start = self._monotonic()
        try:
            yield
        except Deflect:
            self._metrics.unkept(call)
            raise
        self._metrics.kept(call, self._monotonic() - start)
