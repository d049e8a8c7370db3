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
from moderation.filters.meaning import Meaning
from moderation.filters.privacy import Privacy
from moderation.filters.register import Register
from moderation.filters.romance import Romance
from moderation.filters.toxicity import Toxicity
from moderation.models.layered import Budget
from moderation.models.packaged import packaged

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
        "meaning": Meaning.load,
    }
)
"""What every guard has: nothing here needs an extra or a download."""


def load_filters(
    names: Iterable[str] = FILTERS, *, lists: Sequence[Path] = (), encodings: int | None = None
) -> tuple[Filter, ...]:
    """The filters of these names, loaded side by side, in the order asked for. Blocks for about a second.

    `lists` are a community's own word lists, beside those of the lexicon; `encodings` is the policy's budget for the
    sentence encoder. Raises KeyError for an unknown name,
    FilterUnavailable where a filter cannot be loaded.
    """
    asked = list(names)
    with ThreadPoolExecutor(len(asked) + 1) as pool:
        # One for the filters that stand on it: they ask about the same sentences.
        budget = Budget() if encodings is None else Budget(windows=encodings)
        model = pool.submit(packaged, None, budget) if {"toxicity", "meaning"} & set(asked) else None
        known: dict[str, Callable[[], Filter]] = {**FILTERS, "lexicon": partial(Lexicon.load, extra=lists)}
        if model is not None:
            known |= {"toxicity": lambda: Toxicity(model.result()), "meaning": lambda: Meaning(model.result())}
        return tuple(pool.map(lambda make: make(), [known[name] for name in asked]))
