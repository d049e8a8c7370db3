"""Filters beside those that ship: heavier ones on this machine, and models of services. Off unless settings name them.

Part of the composition root, as `bots.parts` is.
"""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from bots.config import Settings
from bots.errors import SettingsError
from bots.tier_settings import GuardModelSection, JudgeModelSection, OmniSection
from moderation.filters import Filter
from moderation.filters.remote import Remote, Terms
from moderation.policy import GuardLimits

if TYPE_CHECKING:
    from moderation.filters.endpoint import Endpoint

Service: TypeAlias = OmniSection | GuardModelSection | JudgeModelSection


def load_tiers(settings: Settings) -> tuple[Filter, ...]:
    """The filters of the sections [detoxify] or [onnx], [presidio], [omni], [guard_model] and [judge_model], in this
    order; asks nobody. The caller closes those that are `Remote`. Raises FilterUnavailable, SettingsError."""
    return (*_here(settings), *load_remote(settings))


def load_remote(settings: Settings) -> tuple[Remote, ...]:
    """Those of them that ask a service. Raises FilterUnavailable, SettingsError."""
    return (*_omni(settings), *_guard_model(settings), *_judge_model(settings))


def check_patience(settings: Settings, limits: GuardLimits) -> None:
    """See that services answer before the guard takes them for late. Raises SettingsError."""
    deadline = limits.deadline.total_seconds()
    for name in ("omni", "guard_model", "judge_model"):
        section: Service | None = getattr(settings, name)
        if section is not None and section.timeout >= deadline:
            expected = SettingsError("settings.expect_before_deadline", deadline=deadline, given=section.timeout)
            raise SettingsError("settings.wrong", file=settings.file, key=f"{name}.timeout", expected=expected)


def _here(settings: Settings) -> tuple[Filter, ...]:
    return (*_detoxify(settings), *_presidio(settings))


def _detoxify(settings: Settings) -> tuple[Filter, ...]:
    if settings.detoxify is not None:
        from moderation.filters.detoxify import ENGLISH, MULTILINGUAL, Detoxify

        section = settings.detoxify
        languages = MULTILINGUAL if section.languages == "multilingual" else ENGLISH
        return (Detoxify.load(section.checkpoint, sha256=section.sha256, config=section.config, languages=languages),)
    if settings.onnx is not None:
        from moderation.filters.onnx import load_onnx

        onnx = settings.onnx
        return (load_onnx(onnx.folder, precision=onnx.precision, threads=onnx.threads),)
    return ()


def _presidio(settings: Settings) -> tuple[Filter, ...]:
    if settings.presidio is None:
        return ()
    from moderation.filters.presidio import Presidio

    return (Presidio.load(settings.presidio.languages),)


def _omni(settings: Settings) -> tuple[Remote, ...]:
    section = settings.omni
    if section is None:
        return ()
    from moderation.filters.omni import LANGUAGES, Omni

    endpoint = _endpoint(section, settings.omni_key.get_secret_value())
    return (Omni(endpoint, _terms(section, LANGUAGES)),)


def _guard_model(settings: Settings) -> tuple[Remote, ...]:
    section = settings.guard_model
    if section is None:
        return ()
    from moderation.filters import qwen3guard, safeguard

    key = settings.guard_model_key.get_secret_value()
    if section.format == "qwen3guard":
        terms = _terms(section, qwen3guard.LANGUAGES)
        return (qwen3guard.Qwen3Guard(_endpoint(section, key), terms, logprobs=section.logprobs),)
    policy = safeguard.load_policy(section.policy)
    judge = safeguard.Safeguard(
        _endpoint(section, key),
        _terms(section, safeguard.LANGUAGES),
        policy=policy,
        max_tokens=section.max_tokens,
        reasoning=section.reasoning,
        logprobs=section.logprobs,
    )
    return (judge,)


def _judge_model(settings: Settings) -> tuple[Remote, ...]:
    section = settings.judge_model
    if section is None:
        return ()
    from moderation.filters import judge

    made = judge.PersonaJudge(
        _endpoint(section, settings.judge_model_key.get_secret_value()),
        _terms(section, judge.LANGUAGES),
        policy=judge.load_policy(section.policy),
        max_tokens=section.max_tokens,
        structure=section.structure,
        reasoning=section.reasoning,
        sentences=section.sentences,
    )
    return (made,)


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
