"""Training with what people decided, held to the functional suite: no head ships that tells less of it apart than the
one that it would replace."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from moderation.bench.functional import HARMLESS, Function
from moderation.errors import RefuseToStart
from moderation.filters import Filter
from moderation.filters.bias import Bias
from moderation.filters.bias_evidence import LinearHead
from moderation.filters.meaning import Meaning
from moderation.filters.toxicity import Toxicity
from moderation.models.corpus import HEADS, LANGUAGES, Row
from moderation.models.encoder import Encoder
from moderation.models.joining import joined
from moderation.models.layered import LayeredModel
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads
from moderation.models.packaged import GRAMS
from moderation.models.packaged import HEADS as MEANING
from moderation.models.training import Fitted, Trained, fit, save
from moderation.policy import Policy
from moderation.records import Action, Brief, Candidate, Decision, Stage

_ABOUT: Final = {"question": "identity", "stereotype": "bias"}
"""What the suite calls the categories of heads, where it has another name for them."""
_STEREOTYPE: Final = "stereotype"

Standing: TypeAlias = tuple[LinearModel, MeaningHeads]
"""The models in use: what is new must be no worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What new heads are held to."""

    suite: Sequence[Function]
    policy: Policy
    """Its thresholds say what is raised."""
    standing: Standing | None = None
    """None: what ships."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a head does on the suite in one language, in lines."""

    caught: int
    harmful: int
    """Lines that it is to object to, or to act on."""
    spared: int
    harmless: int
    """Lines that nothing may object to."""

    @property
    def right(self) -> int:
        """What counts."""
        return self.caught + self.spared


Tallies: TypeAlias = Mapping[tuple[str, str], Tally]
"""By head and language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What came of it."""

    trained: Trained
    before: Tallies
    after: Tallies
    refused: frozenset[str]
    """Heads that were to learn something and stay as they were: fitted anew they were worse."""


def teach(
    data: Path,
    out: Path,
    *,
    seed: int,
    report: Callable[[str], None],
    decided: Sequence[Row],
    exam: Exam,
    encoder: Encoder | None = None,
) -> Taught:
    """Fit as `train` does, with the rows `decided` beside those of `data`, and write to `out` the models that stand,
    the heads that `decided` says something about fitted anew: those alone, and of them only what gets no fewer lines
    of the suite right, in either language, than it did.

    Raises what `train` raises, and RefuseToStart where every one of them is worse: then nothing is written.
    """
    learnt = frozenset(head for row in decided for head in row.targets)
    standing = exam.standing or (LinearModel.load(GRAMS), MeaningHeads.load(MEANING))
    fitted = fit(data, seed=seed, report=report, encoder=encoder, more=decided)
    before = tallies(LayeredModel(*standing, fitted.encoder), exam)
    fresh = tallies(_without(frozenset(HEADS) - learnt, fitted, standing).model, exam)
    refused, chosen, after = _chosen(fitted, standing, learnt, before, exam)
    for line in _lines(before, fresh, learnt, refused):
        report(line)
    if refused == learnt:
        raise RefuseToStart("models.all_worse", heads=", ".join(sorted(learnt)))
    facts = {"seed": seed, "decided_rows": len(decided), "decided_heads": sorted(learnt - refused)}
    return Taught(trained=save(chosen, out, facts, report=report), before=before, after=after, refused=refused)


def tallies(model: LayeredModel, exam: Exam) -> Tallies:
    """What each head makes of every line, by itself. Takes seconds for a thousand lines. Raises PolicyError where the
    policy has no rules for the filters that heads speak through."""
    judges = _judges(model)
    exam.policy.narrowed(judge.id for judge in judges).check(judges)
    counts = {
        (head, language): Tally(caught=0, harmful=0, spared=0, harmless=0) for head in HEADS for language in LANGUAGES
    }
    for function in exam.suite:
        for language in LANGUAGES:
            for line in function.lines[language]:
                raised = [_raised(judges, exam.policy, line, language, stage) for stage in function.stages]
                for head in HEADS:
                    key = head, language
                    counts[key] = _counted(counts[key], function, head, raised)
    return counts


def _counted(tally: Tally, function: Function, head: str, raised: Sequence[frozenset[str]]) -> Tally:
    about = _ABOUT.get(head, head)
    if function.expected == HARMLESS:
        spared = about in function.allowed or not any(head in found for found in raised)
        return replace(tally, harmless=tally.harmless + 1, spared=tally.spared + spared)
    if about not in function.categories:
        return tally
    caught = all(head in found for found in raised)
    return replace(tally, harmful=tally.harmful + 1, caught=tally.caught + caught)


def _chosen(
    fitted: Fitted, standing: Standing, learnt: frozenset[str], before: Tallies, exam: Exam
) -> tuple[frozenset[str], Fitted, Tallies]:
    """The learnt heads that stay as they were, and what is written then. The n-grams of all heads say together whether
    the encoder is asked, so what was put together is counted again, until nothing in it is worse."""
    kept = frozenset(HEADS) - learnt
    while True:
        chosen = _without(kept, fitted, standing)
        after = tallies(chosen.model, exam)
        worse = frozenset(head for head, spoken in after if after[head, spoken].right < before[head, spoken].right)
        if not worse:
            return learnt & kept, chosen, after
        kept = kept | worse if worse - kept else frozenset(HEADS)


def _without(kept: frozenset[str], fitted: Fitted, standing: Standing) -> Fitted:
    """What was fitted, the heads `kept` as they stand."""
    grams, heads = joined(standing, (fitted.grams, fitted.heads), kept)
    return replace(fitted, grams=grams, heads=heads)


def _judges(model: LayeredModel) -> tuple[Filter, ...]:
    """The filters that heads speak through."""
    return Toxicity(model), Meaning(model), Bias.load(heads={"linear": LinearHead.of(model.grams)})


def _raised(judges: Sequence[Filter], policy: Policy, line: str, language: str, stage: Stage) -> frozenset[str]:
    """The heads that object to a line, or ask for an action."""
    candidate = Candidate(stage=stage, text=line, language=language, brief=Brief(language=language))
    raised = set()
    for judge in judges:
        for signal in judge.examine(candidate) if stage in judge.stages else ():
            weighed = policy.weigh(
                judge.id, signal.category, signal.score, stage=stage, language=language, persona="", profile=""
            )
            if weighed != (Decision.ALLOW, Action.NONE):
                raised.add(_STEREOTYPE if isinstance(judge, Bias) else signal.category)
    return frozenset(raised)


def _lines(before: Tallies, after: Tallies, learnt: frozenset[str], refused: frozenset[str]) -> Iterator[str]:
    for (head, language), old in before.items():
        new = after[head, language]
        if head in learnt or new != old:
            caught = f"caught={old.caught}->{new.caught}/{new.harmful}"
            spared = f"spared={old.spared}->{new.spared}/{new.harmless}"
            yield f"suite head={head} lang={language} {caught} {spared} ships={'no' if head in refused else 'yes'}"
