"""What policies are, were and would be, on cards: calibration, backtests, differences, history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from bots.cards import Card, Row, Tone
from moderation.backtest import Backtest, Flip
from moderation.calibration import Fit, Lack, Mark, Wanted
from moderation.policies import Entry
from moderation.policy_changes import Difference
from moderation.records import Stage
from moderation.shares import percent
from moderation.words import catalogue

_IDS: Final = 20
"""Of flipped cases that are named in one row."""


class PolicyCards:
    """Cards in one language. Pure."""

    def __init__(self, language: str) -> None:
        self._language = language

    def calibration(self, fits: Iterable[Fit], wanted: Wanted) -> Card:
        """What decided cases say of each rule, and what would change."""
        found = tuple(fits)
        if not found:
            need = self._say("need", least=wanted.least, each=wanted.each)
            return Card(title=self._say("nobody_decided"), hint=need, tone=Tone.BAD)
        rows = [row for fit in found for row in self._fit(fit, wanted)]
        changes = sum(fit.changes for fit in found)
        title = self._say("calibration_title", changes=changes, count=len(found))
        return Card(title=title, rows=tuple(rows), hint=self._say("calibration_hint"))

    def backtest(self, result: Backtest) -> Card:
        """What another policy would have made of what was kept."""
        about: Mapping[str, Sequence[Flip]] = {
            "blocked": result.blocked(),
            "released": result.released(),
            "kept": result.kept(),
            "passed": result.passed(),
        }
        rows = [Row(label=self._say(key), text=self._flips(flips)) for key, flips in about.items()]
        known = [flip.agrees for flip in result.flips if flip.agrees is not None]
        agreeing = self._say("agreeing", right=known.count(True), wrong=known.count(False))
        rows.append(Row(label=self._say("people"), text=agreeing))
        if result.earlier:
            rows.append(Row(label="", text=self._say("earlier", count=result.earlier)))
        if result.other_versions:
            rules = ", ".join(f"{rule} ({count})" for rule, count in result.other_versions.items())
            rows.append(Row(label=self._say("not_replayed"), text=self._say("other_versions", rules=rules)))
        if result.unseen:
            unseen = self._say("unseen", rules=", ".join(result.unseen))
            rows.append(Row(label=self._say("not_known"), text=unseen))
        title = self._say("backtest_title", count=result.replayed, decided=result.decided, flips=len(result.flips))
        return Card(title=title, rows=tuple(rows), hint=self._say("backtest_hint"))

    def diff(self, differences: Sequence[Difference], old: str, new: str) -> Card:
        """What two policies differ in, each key a row. `old` and `new` are their hashes."""
        rows = tuple(Row(label=each.key, text=f"{each.before or '-'} → {each.after or '-'}") for each in differences)
        key = "diff_title" if rows else "diff_same"
        return Card(title=self._say(key, old=old, new=new, count=len(rows)), rows=rows)

    def history(self, entries: Sequence[Entry], shipped: str, overruled: str) -> Card:
        """Every policy that was put to use, newest first. `overruled`: the file that settings name in place of them."""
        rows = [
            Row(
                label=("● " if entry is entries[-1] and not overruled else "○ ") + entry.hash,
                text=" · ".join(
                    filter(None, (f"{entry.at:%Y-%m-%d %H:%M} UTC", self._name(entry), entry.actor, entry.why))
                ),
            )
            for entry in reversed(entries)
        ]
        mark = "○ " if entries or overruled else "● "
        rows.append(Row(label=mark + shipped, text=self._say("ships")))
        hint = self._say("overruled", file=overruled) if overruled else self._say("history_hint")
        return Card(title=self._say("history_title"), rows=tuple(rows), hint=hint)

    def applied(self, entry: Entry) -> Card:
        """That a policy is in use from the next start on."""
        title = self._say("applied", name=entry.name, hash=entry.hash)
        return Card(title=title, hint=self._say("restart"), tone=Tone.GOOD)

    def _name(self, entry: Entry) -> str:
        return entry.name if entry.digest else self._say("ships")

    def _fit(self, fit: Fit, wanted: Wanted) -> Iterator[Row]:
        cell = fit.cell
        side = self._say("input" if cell.stage is Stage.INPUT else "output")
        label = " · ".join(filter(None, (cell.rule, side, cell.language)))
        told = [self._say("labels", right=fit.right, wrong=fit.wrong)]
        if fit.shared:
            told.append(self._say("shared", count=fit.shared))
        if fit.other:
            told.append(self._say("other", count=fit.other))
        if fit.lack is not Lack.NOTHING:
            told.append(self._say(f"lack_{fit.lack}", least=wanted.least, each=wanted.each))
        yield Row(label=label, text="; ".join(told))
        if fit.lack is Lack.NOTHING:
            for key, (before, after) in fit.marks.items():
                yield Row(label=f"    {key}", text=self._mark(before, after, getattr(wanted, key)))

    def _mark(self, before: Mark, after: Mark, wanted: float) -> str:
        if after.threshold != before.threshold:
            return self._say(
                "moves",
                before=f"{before.threshold:g}",
                after=f"{after.threshold:g}",
                precision=f"{percent(before.precision)} → {percent(after.precision)}",
                recall=f"{percent(before.recall)} → {percent(after.recall)}",
            )
        reached = after.precision.value >= wanted
        return self._say(
            "stays" if reached else "stays_short",
            threshold=f"{after.threshold:g}",
            precision=percent(after.precision),
            recall=percent(after.recall),
            wanted=f"{wanted:.0%}",
        )

    def _flips(self, flips: Sequence[Flip]) -> str:
        if not flips:
            return "0"
        named = [f"{flip.exchange}{self._sign(flip)}" for flip in flips[:_IDS]]
        more = [self._say("more", count=len(flips) - _IDS)] if len(flips) > _IDS else []
        return f"{len(flips)}: {', '.join((*named, *more))}"

    def _sign(self, flip: Flip) -> str:
        return {True: " ✔", False: " ✘", None: ""}[flip.agrees]

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"learning.{key}", self._language, **fields)
