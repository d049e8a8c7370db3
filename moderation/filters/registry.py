"""Which filters a guard has by default, and by which name each is loaded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from moderation.filters import Filter
from moderation.filters.bias import shipped as shipped_bias
from moderation.filters.character import Character
from moderation.filters.crisis import Crisis
from moderation.filters.identity import Identity
from moderation.filters.injection import Injection
from moderation.filters.lexicon import Lexicon
from moderation.filters.privacy import Privacy
from moderation.filters.register import Register
from moderation.filters.romance import Romance
from moderation.filters.toxicity import Toxicity

FILTERS: Final[Mapping[str, Callable[[], Filter]]] = MappingProxyType(
    {
        "lexicon": Lexicon.load,
        "toxicity": Toxicity.load,
        "bias": shipped_bias,
        "character": Character.load,
        "register": Register.load,
        "identity": Identity.load,
        "crisis": Crisis.load,
        "injection": Injection.load,
        "privacy": Privacy.load,
        "romance": Romance.load,
    }
)
"""What every guard has: nothing here needs an extra or a download."""


def load_filters(names: Iterable[str] = FILTERS, *, lists: Sequence[Path] = ()) -> tuple[Filter, ...]:
    """The filters of these names, loaded side by side, in the order asked for. Blocks for about a second.

    `lists` are a community's own word lists, beside those of the lexicon. Raises KeyError for an unknown name,
    FilterUnavailable where a filter cannot be loaded.
    """
    known = {**FILTERS, "lexicon": partial(Lexicon.load, extra=lists)}
    makers = [known[name] for name in names]
    with ThreadPoolExecutor(max(1, len(makers))) as pool:
        return tuple(pool.map(lambda make: make(), makers))
