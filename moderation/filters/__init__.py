"""The contract of a filter: it looks at a candidate and says what it sees. It decides nothing.

One file a filter. Thresholds and actions are the policy's (`moderation.policy`); concurrency, deadlines and failures
are the guard's (`moderation.guard`). To add a filter: write a class with these five members in a file here, give its
categories rules in `moderation/data/policy.toml`, name it in `moderation.filters.registry`, and let
`tests/contracts/test_filters.py` run over it. One that needs an extra or a service is off until settings name it: see
`moderation.filters.remote`, and where the filters of the settings are put together.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from moderation.records import Candidate, Signal, Stage


@runtime_checkable
class Filter(Protocol):
    """Judges candidates. Called from several threads at once: an instance must not change while it examines."""

    @property
    def id(self) -> str:
        """Short name, unique in a guard: "lexicon"."""

    @property
    def version(self) -> str:
        """Digest of rules or weights (12 hex digits): two filters with one version give the same scores."""

    @property
    def categories(self) -> frozenset[str]:
        """Every category its signals can name."""

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages it looks at; the guard does not ask it about others."""

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """What it sees in `candidate.text`: at least one signal, the clean case included (score 0.0).

        Where it gives scores of its own accord (a model), one signal a category always; where it has hits (rules), one
        a rule that hit, with its places (at most fifty), or a single one of score 0.0. A text that it cannot judge gets
        `score=None` and a reason, never silence. Text of any length and any code points, lone surrogates included, must
        be judged or abstained from; nothing may be cut off silently. May raise: the guard makes a BLOCK of it.
        """
