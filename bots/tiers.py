"""Filters beside those that ship: heavier ones on this machine, and models of services. Off unless settings name them.

Part of the composition root, as `bots.parts` is.
"""

import time
from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from bots.config import Settings
from bots.errors import SettingsError
from bots.tier_settings import GuardModelSection, JudgeModelSection, OmniSection
from moderation.filters import Filter
from moderation.filters.remote import Remote, Terms
from moderation.policy import GuardLimits

if TYPE_CHECKING:
    from moderation.filters.endpoint import Endpoint

Service: TypeAlias = OmniSection | GuardModelSection | JudgeModelSection
_Section = TypeVar("_Section")
_GUARD_MODELS: Final = MappingProxyType({"gpt-oss-safeguard": "safeguard", "qwen3guard": "qwen3guard"})
"""The filter of each format of a guard model."""


def tier_names(settings: Settings) -> tuple[str, ...]:
    """Ids of the filters that these settings switch on: of [detoxify] or [onnx], [presidio], [omni], [guard_model] and
    [judge_model], in this order."""
    return tuple(name for name, _ in _tiers(settings))


def load_tiers(settings: Settings, only: Container[str] | None = None) -> tuple[Filter, ...]:
    """Those filters, or those of them that `only` names; asks nobody. The caller closes those that are `Remote`. Raises
    FilterUnavailable, SettingsError."""
    return tuple(load(settings) for name, load in _tiers(settings) if only is None or name in only)


def load_remote(settings: Settings) -> tuple[Remote, ...]:
    """Those of them that ask a service. Raises FilterUnavailable, SettingsError."""
    asking = replace(settings, detoxify=None, onnx=None, presidio=None)
    return tuple(judge for judge in load_tiers(asking) if isinstance(judge, Remote))


def check_patience(settings: Settings, limits: GuardLimits) -> None:
    """See that services answer before the guard takes them for late. Raises SettingsError."""
    deadline = limits.deadline.total_seconds()
    for name in ("omni", "guard_model", "judge_model"):
        section: Service | None = getattr(settings, name)
        if section is not None and section.timeout >= deadline:
            expected = SettingsError("settings.expect_before_deadline", deadline=deadline, given=section.timeout)
            raise SettingsError("settings.wrong", file=settings.file, key=f"{name}.timeout", expected=expected)


def _tiers(settings: Settings) -> Iterator[tuple[str, Callable[[Settings], Filter]]]:
    """What is switched on, by its id, and what loads it."""
    if settings.detoxify is not None or settings.onnx is not None:
        yield "detoxify", _detoxify
    if settings.presidio is not None:
        yield "presidio", _presidio
    if settings.omni is not None:
        yield "omni", _omni
    if settings.guard_model is not None:
        yield _GUARD_MODELS[settings.guard_model.format], _guard_model
    if settings.judge_model is not None:
        yield "judge", _judge_model


def _detoxify(settings: Settings) -> Filter:
    if settings.onnx is not None:
        from moderation.filters.onnx import load_onnx

        onnx = settings.onnx
        return load_onnx(onnx.folder, precision=onnx.precision, threads=onnx.threads)
    from moderation.filters.detoxify import ENGLISH, MULTILINGUAL, Detoxify

    section = _there(settings.detoxify)
    languages = MULTILINGUAL if section.languages == "multilingual" else ENGLISH
    return Detoxify.load(section.checkpoint, sha256=section.sha256, config=section.config, languages=languages)


def _presidio(settings: Settings) -> Filter:
    from moderation.filters.presidio import Presidio

    return Presidio.load(_there(settings.presidio).languages)


def _omni(settings: Settings) -> Filter:
    from moderation.filters.omni import LANGUAGES, Omni

    section = _there(settings.omni)
    return Omni(_endpoint(section, settings.omni_key.get_secret_value()), _terms(section, LANGUAGES))


def _guard_model(settings: Settings) -> Filter:
    from moderation.filters import qwen3guard, safeguard

    section, key = _there(settings.guard_model), settings.guard_model_key.get_secret_value()
    if section.format == "qwen3guard":
        terms = _terms(section, qwen3guard.LANGUAGES)
        return qwen3guard.Qwen3Guard(_endpoint(section, key), terms, logprobs=section.logprobs)
    policy = safeguard.load_policy(section.policy)
    return safeguard.Safeguard(
        _endpoint(section, key),
        _terms(section, safeguard.LANGUAGES),
        policy=policy,
        max_tokens=section.max_tokens,
        reasoning=section.reasoning,
        logprobs=section.logprobs,
    )


def _judge_model(settings: Settings) -> Filter:
    from moderation.filters import judge

    section = _there(settings.judge_model)
    policy = judge.load_policy(section.policy)
    return judge.PersonaJudge(
        _endpoint(section, settings.judge_model_key.get_secret_value()),
        _terms(section, judge.LANGUAGES),
        policy=policy,
        max_tokens=section.max_tokens,
        structure=section.structure,
        reasoning=section.reasoning,
        sentences=section.sentences,
    )


def _there(section: _Section | None) -> _Section:
    """A section that was seen to be there."""
    assert section is not None
    return section


def _terms(section: Service, documented: frozenset[str]) -> Terms:
    return Terms(languages=frozenset(section.languages) or documented, required=section.required)


def _endpoint(section: Service, key: str) -> "Endpoint":
    """Raises SettingsError where a service elsewhere has no key."""
    from moderation.filters.endpoint import Endpoint, EndpointSettings

    endpoint = Endpoint(
        EndpointSettings(
            model=section.model,
            base_url=section.base_url,
            api_key=key or "none",
            timeout=timedelta(seconds=section.timeout),
        ),
        monotonic=time.monotonic,
    )
    if not key and not endpoint.local:
        endpoint.close()
        raise SettingsError("settings.no_key", name=section.model, variable=section.key_variable)
    return endpoint
