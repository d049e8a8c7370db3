"""Whether what settings say of places fits the policy and the personas: where it does not, nobody would be answered,
or somebody else would answer."""

from collections.abc import Collection

from bots.config import Settings
from bots.errors import SettingsError
from bots.tiers import check_patience
from moderation.policy import Policy
from moderation.validation import Expectation
from moderation.words import Explained


def check_policy(settings: Settings, policy: Policy) -> None:
    """See that services answer before the guard takes them for late, and that the guard answers those whom the settings
    are careful with. Raises SettingsError."""
    check_patience(settings, policy.limits)
    if not policy.covers(settings.places.profile):
        expected = SettingsError("settings.expect_covered", profile=settings.places.profile, policy=policy.name)
        raise _wrong(settings, "profile", expected)


def check_places(settings: Settings, known: Collection[str]) -> None:
    """See that everybody whom places name is one of the personas `known`. Raises SettingsError."""
    places = settings.places
    named = {"persona": (places.persona,) if places.persona else (), "personas": places.personas, "scene": places.scene}
    for key, names in named.items():
        if not set(names) <= set(known):
            expected = Expectation("validation.one_of", names=", ".join(known))
            raise _wrong(settings, key, expected)


def _wrong(settings: Settings, name: str, expected: Explained) -> SettingsError:
    return SettingsError("settings.wrong", file=settings.file, key=f"places.{name}", expected=expected)
