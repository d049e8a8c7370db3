"""`talchum policy`: what is allowed, fitted to what people decided, tried on what was kept, put to use, undone."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from bots.cards import Card, Tone
from bots.cli.common import SettingsFile, community, interactive, run, say, settings_of, show, whoever
from bots.config import Settings
from bots.errors import RefuseToStart, SettingsError, Unknown
from bots.fitting import check_policy
from bots.parts import open_filters, open_store, policies_of, policy_file, utc_now
from bots.policy_cards import PolicyCards
from moderation.backtest import backtest
from moderation.calibration import Fit, Wanted, calibrate
from moderation.errors import PolicyError
from moderation.file_faults import reason_of
from moderation.labels import all_labelled
from moderation.policy import Policy, policy_text
from moderation.policy_changes import Threshold, differences, rewritten
from personas.prompting import MINORS

SHIPPED: Final = "shipped"
"""What the policy that ships with the package is called on the command line."""
_PROPOSED: Final = "# Proposed by `talchum policy calibrate`"
_FEWEST: Final = 4
"""Digits of a hash that name a policy."""

StoreFile = Annotated[Path | None, typer.Option("--store", help="policy_store", metavar="FILE")]
Server = Annotated[str, typer.Option("--server", help="policy_server", metavar="PLATFORM:ID")]
Why = Annotated[str, typer.Option("--why", help="policy_why", metavar="TEXT")]

policy_app = typer.Typer(help="policy", no_args_is_help=True)


@policy_app.command("check")
def policy_check(
    path: Annotated[Path | None, typer.Argument(help="policy_file", metavar="FILE")] = None, file: SettingsFile = None
) -> None:
    """policy_check"""
    from moderation.filters.crisis import load_resources

    settings = settings_of(file)
    policy = Policy.load(path or policy_file(settings))
    _versions(policy, settings)
    title = say("cli.policy_fine", settings, name=policy.name, hash=policy.hash, count=len(policy.rules()))
    resources = load_resources()
    hints = [] if policy.covers(MINORS) else [say("cli.policy_no_minors", settings)]
    if resources.stale(utc_now().date()):
        hints.append(say("cli.numbers_old", settings, checked=resources.checked))
    show(Card(title=title, hint="\n".join(hints), tone=Tone.GOOD), settings)


@policy_app.command("calibrate")
def policy_calibrate(
    *,
    write: Annotated[Path | None, typer.Option("--write", help="policy_write", metavar="FILE")] = None,
    flag: Annotated[float, typer.Option("--flag-precision", help="policy_flag", min=0.01, max=1.0)] = Wanted().flag,
    block: Annotated[float, typer.Option("--block-precision", help="policy_block", min=0.01, max=1.0)] = Wanted().block,
    least: Annotated[int, typer.Option("--least", help="policy_least", min=10)] = Wanted().least,
    store: StoreFile = None,
    server: Server = "",
    file: SettingsFile = None,
) -> None:
    """policy_calibrate"""
    settings = settings_of(file)
    if flag > block:
        raise RefuseToStart("learning.bad_targets", flag=flag, block=block)
    if write is not None and write.exists():
        raise RefuseToStart("learning.exists", file=write)
    wanted, store, only = Wanted(flag=flag, block=block, least=least), _there(store), community(server) or ""
    path = policy_file(settings)
    policy = Policy.load(path)
    versions = _versions(policy, settings)
    fits = run(_calibrated(settings, policy, versions, wanted, store, only))
    show(PolicyCards(settings.language).calibration(fits, wanted), settings)
    changed = [fit for fit in fits if fit.changes]
    if changed:
        proposal = _proposal(policy_text(path), policy, changed)
        new = Policy.parse(proposal, file=str(write or path or "policy.toml"))
        _backtest(settings, policy, new, versions, store, only)
        if write is not None:
            _write(write, proposal)
            show(Card(title=say("learning.proposed", settings, file=write), tone=Tone.GOOD), settings)
    elif write is not None:
        raise RefuseToStart("learning.nothing_to_write", file=write)


@policy_app.command("backtest")
def policy_backtest(
    path: Annotated[Path, typer.Argument(help="policy_new", metavar="FILE")],
    store: StoreFile = None,
    server: Server = "",
    file: SettingsFile = None,
) -> None:
    """policy_backtest"""
    settings = settings_of(file)
    only = community(server) or ""
    old, new = Policy.load(policy_file(settings)), Policy.load(path)
    _backtest(settings, old, new, _versions(new, settings), _there(store), only)


@policy_app.command("apply")
def policy_apply(
    path: Annotated[Path, typer.Argument(help="policy_new", metavar="FILE")],
    why: Why = "",
    yes: Annotated[bool, typer.Option("--yes", help="policy_yes")] = False,
    file: SettingsFile = None,
) -> None:
    """policy_apply"""
    settings = settings_of(file)
    _require_unnamed(settings)
    text = policy_text(path)
    old, new = Policy.load(policy_file(settings)), Policy.parse(text, file=str(path))
    if old.hash == new.hash:
        raise RefuseToStart("learning.same_already", hash=new.hash)
    versions = _versions(new, settings)
    _show_difference(settings, old, new)
    _backtest(settings, old, new, versions, None, "")
    if not yes and not interactive():
        raise RefuseToStart("learning.not_asked")
    if not yes and not typer.confirm(say("learning.sure", settings)):
        show(Card(title=say("learning.not_applied", settings)), settings)
        raise typer.Exit(1)
    _use(settings, text, new, why)


@policy_app.command("history")
def policy_history(file: SettingsFile = None) -> None:
    """policy_history"""
    settings = settings_of(file)
    entries = policies_of(settings).entries()
    overruled = str(settings.policy.file or "")
    show(PolicyCards(settings.language).history(entries, Policy.load().hash, overruled), settings)


@policy_app.command("rollback")
def policy_rollback(
    to: Annotated[str, typer.Argument(help="policy_to", metavar="[HASH]")] = "",
    why: Why = "",
    file: SettingsFile = None,
) -> None:
    """policy_rollback"""
    settings = settings_of(file)
    _require_unnamed(settings)
    path = _applied(settings, to) if to else _earlier(settings)
    text = policy_text(path)
    new = Policy.parse(text, file=str(path or "policy.toml"))
    # One that cannot be read any more is the best of reasons to go back.
    with suppress(PolicyError):
        old = Policy.load(policy_file(settings))
        if old.hash == new.hash:
            raise RefuseToStart("learning.same_already", hash=new.hash)
        _show_difference(settings, old, new)
    _versions(new, settings)
    _use(settings, None if path is None else text, new, why)


@policy_app.command("diff")
def policy_diff(
    one: Annotated[str, typer.Argument(help="policy_one", metavar="FILE|HASH")],
    other: Annotated[str, typer.Argument(help="policy_other", metavar="[FILE|HASH]")] = "",
    file: SettingsFile = None,
) -> None:
    """policy_diff"""
    settings = settings_of(file)
    old, new = (one, other) if other else ("", one)
    _show_difference(settings, *(Policy.load(_named(settings, name)) for name in (old, new)))


def _versions(policy: Policy, settings: Settings) -> Mapping[str, str]:
    """The filters there are, by id. Raises PolicyError where they and the policy do not fit."""

    async def work() -> Mapping[str, str]:
        async with open_filters(settings, policy.limits.encodings) as filters:
            policy.check(filters)
            return {judge.id: judge.version for judge in filters}

    check_policy(settings, policy)
    return run(work())


async def _calibrated(
    settings: Settings, policy: Policy, versions: Mapping[str, str], wanted: Wanted, store: Path | None, server: str
) -> tuple[Fit, ...]:
    async with open_store(settings, store) as kept:
        return calibrate(await all_labelled(kept, server), policy, versions, wanted)


def _backtest(
    settings: Settings, old: Policy, new: Policy, versions: Mapping[str, str], store: Path | None, server: str
) -> None:
    """Show what `new` would have made of what was kept; it fits the filters, whose `versions` these are."""

    async def work() -> Card:
        async with open_store(settings, store) as kept:
            result = await backtest(kept, old, new, versions, server=server)
        return PolicyCards(settings.language).backtest(result)

    show(run(work()), settings)


def _there(store: Path | None) -> Path | None:
    """A database that somebody named is not made where there is none."""
    if store is not None and not store.is_file():
        raise RefuseToStart("learning.no_store", file=store)
    return store


def _proposal(text: str, policy: Policy, fits: list[Fit]) -> str:
    """The policy in force with the fitted thresholds, and where they come from."""
    thresholds = [
        Threshold(rule=fit.cell.rule, stage=fit.cell.stage, language=fit.cell.language, key=key, value=after)
        for fit in fits
        for key, before, after in (
            ("flag", fit.before.flag, fit.after.flag),
            ("block", fit.before.block, fit.after.block),
        )
        if before != after
    ]
    body = rewritten(text, thresholds)
    if body.startswith(_PROPOSED):
        body = body.partition("\n")[2]
    cases = sum(fit.right + fit.wrong for fit in fits)
    return f"{_PROPOSED} on {utc_now():%Y-%m-%d} from {cases} decided cases, over the policy {policy.hash}.\n{body}"


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise RefuseToStart("learning.exists", file=file) from None
    except OSError as error:
        raise RefuseToStart("learning.unwritable", file=file, reason=reason_of(error)) from None


def _require_unnamed(settings: Settings) -> None:
    """Settings stay the one place: what they name is used, whatever is applied."""
    if settings.policy.file is not None:
        raise SettingsError("learning.file_in_settings", file=settings.policy.file)


def _show_difference(settings: Settings, old: Policy, new: Policy) -> None:
    show(PolicyCards(settings.language).diff(differences(old, new), old.hash, new.hash), settings)


def _use(settings: Settings, text: str | None, policy: Policy, why: str) -> None:
    entry = policies_of(settings).add(text, policy, actor=whoever(), why=why.strip())
    show(PolicyCards(settings.language).applied(entry), settings)


def _earlier(settings: Settings) -> Path | None:
    """The policy that was in use before the one that is; None for the one that ships."""
    history = policies_of(settings)
    entries = history.entries()
    if not entries:
        raise Unknown("learning.no_earlier")
    before = [entry for entry in entries if entry.digest != entries[-1].digest]
    return history.file(before[-1]) if before else None


def _named(settings: Settings, name: str) -> Path | None:
    """A policy by file or hash; "" is the one in use."""
    if not name:
        return policy_file(settings)
    return Path(name) if Path(name).is_file() else _applied(settings, name)


def _applied(settings: Settings, name: str) -> Path | None:
    """An applied policy by the beginning of its hash, or the one that ships. Raises Unknown."""
    history = policies_of(settings)
    shipped = Policy.load().hash
    found = [entry for entry in history.entries() if entry.digest and entry.hash.startswith(name)]
    if name == SHIPPED or (len(name) >= _FEWEST and shipped.startswith(name)):
        return None
    if len(name) < _FEWEST or len({entry.hash for entry in found}) != 1:
        known = dict.fromkeys((SHIPPED, *(entry.hash for entry in history.entries() if entry.digest)))
        raise Unknown("learning.unknown_policy", name=name, known=", ".join(known))
    return history.file(found[-1])
