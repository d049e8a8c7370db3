"""Settings read anew: all in one step, or nothing."""

import asyncio
import importlib.resources
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from bots.app import open_host
from bots.config import Settings
from bots.errors import SettingsError
from bots.host import Host
from bots.named_files import changed, digests_of
from bots.renewal import Renewal
from personas.cast import Cast
from personas.messages import Passage
from personas.persona import Persona
from tests.support.house import SERVER, caller
from tests.support.policies import WITHOUT_PROFILES

pytestmark = pytest.mark.usefixtures("filters_at_hand")
BAKER = b'id = "baker"\ntier = "demographic"\nname = "Jo"\nlanguage = "en"\ndescription = "You bake bread."\n'
SHIPPED = (importlib.resources.files("moderation") / "data" / "policy.toml").read_text(encoding="utf-8")


class Ground:
    """A house on files that can be changed."""

    def __init__(self, folder: Path) -> None:
        self.policy = folder / "policy.toml"
        self.script = folder / "talk.json"
        self.document = f'language = "en"\n[model]\nuse = "scripted:{self.script}"\n[policy]\nfile = "policy.toml"\n'
        self.folder = folder
        self.policy.write_text(SHIPPED, encoding="utf-8")
        sentences = (
            "The lamp is lit.",
            "The sea is calm.",
            "The gulls are asleep.",
            "The tide goes out.",
            "Sleep well.",
        )
        said = [{"t": sentence} for sentence in sentences]
        self.script.write_text(json.dumps([{"script": "talk", "sentences": said}]), encoding="utf-8")

    def read(self) -> Settings:
        environ = {"TALCHUM_DATA": str(self.folder / "data")}
        return Settings.load(self.document.encode(), environ, file=self.folder / "talchum.toml")

    def loosen(self, old: str, new: str) -> None:
        changed = self.policy.read_text(encoding="utf-8").replace(old, new, 1)
        self.policy.write_text(changed, encoding="utf-8")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.fixture
async def host(ground: Ground) -> AsyncGenerator[Host, None]:
    async with open_host(ground.read()) as host:
        yield host


def renewal_of(host: Host) -> Renewal:
    assert host.renewal
    return host.renewal


def policies(passages: list[Passage]) -> set[str]:
    return {passage.verdict.policy for passage in passages}


async def test_a_reply_under_way_ends_with_what_it_began_with_and_the_next_has_what_is_new(
    ground: Ground, host: Host
) -> None:
    old, after = host.house.runtime.policy, []
    talk = caller("How is the sea?", persona="lighthouse_keeper")
    async with aclosing(host.reply(talk)) as events:
        async for event in events:
            if isinstance(event, Passage):
                break
        ground.loosen("deadline = 2.0", "deadline = 2.5")
        await host.house.troupe.admit(BAKER.decode(), b"", server=SERVER.community)
        renewed = await renewal_of(host).renew(ground.read)
        after = [event async for event in events if isinstance(event, Passage)]
    new = host.house.runtime.policy
    again = caller("And now?", persona="lighthouse_keeper", message="m2")
    later = [event async for event in host.reply(again) if isinstance(event, Passage)]

    assert renewed.refusal == ""
    assert new != old
    assert len(after) > 2  # more than is judged ahead
    assert policies(after) == {old}
    assert policies(later) == {new}
    assert host.house.desk.policy == new
    assert host.house.troupe.hall.cast("baker", SERVER.community).persona.name == "Jo"


async def test_a_mistake_anywhere_changes_nothing_and_is_told(ground: Ground, host: Host) -> None:
    house, renewal, document = host.house, renewal_of(host), ground.document
    before = house.runtime.policy, house.troupe.hall.casts(), house.troupe.hall.default
    mistakes = {
        "deadline": (SHIPPED.replace("deadline = 2.0", 'deadline = "soon"', 1), ""),
        "workers": (SHIPPED.replace("workers = 4", "workers = 3", 1), ""),
        "budget": (SHIPPED, "[reply]\nbudget = 1\n"),
        "limits": (SHIPPED, "[limits]\nrunning = 3\n"),
        "nobody_known": (SHIPPED, '[personas]\ndefault = "nobody_known"\n'),
        "places.persona": (SHIPPED, '[places]\npersona = "nobody_known"\n'),
        "places.personas": (SHIPPED, '[places]\npersonas = ["halmi", "nobody_known"]\n'),
        "places.scene": (SHIPPED, '[places]\nscene = ["nobody_known"]\n'),
        "places.log_channel": (SHIPPED, '[places]\nlog_channel = "zzz"\n'),
        "places.profile": (WITHOUT_PROFILES, '[places]\nprofile = "minors"\n'),
    }
    for told, (policy, more) in mistakes.items():
        await asyncio.to_thread(ground.policy.write_text, policy, encoding="utf-8")
        ground.document = document + more
        renewed = await renewal.renew(ground.read)

        assert told in renewed.refusal
        assert renewal.last is renewed
        assert (house.runtime.policy, house.troupe.hall.casts(), house.troupe.hall.default) == before


async def test_nothing_starts_where_places_name_nobody_or_the_policy_covers_not_who_is_there(
    ground: Ground,
) -> None:
    document = ground.document
    ground.document = f'{document}[places]\npersona = "nobody_known"\n'
    with pytest.raises(SettingsError, match=r"places\.persona"):
        async with open_host(ground.read()):
            pass
    ground.document = f'{document}[places]\nprofile = "minors"\n'
    await asyncio.to_thread(ground.policy.write_text, WITHOUT_PROFILES, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"profiles\.minors"):
        async with open_host(ground.read()):
            pass


@pytest.mark.parametrize(
    ("key", "line"), [("description", ""), ("tagline", 'tagline = "Fuck off, you worthless idiot."\n')]
)
async def test_a_line_of_a_persona_that_the_guard_refuses_is_told_with_file_and_key(
    ground: Ground, host: Host, key: str, line: str
) -> None:
    file = ground.folder / "bakers.toml"
    document = BAKER.decode() if line else BAKER.decode().replace("You bake bread.", "Fuck off, you worthless idiot.")
    await asyncio.to_thread(file.write_text, document + line, encoding="utf-8")
    ground.document += '[personas]\nfolders = ["bakers.toml"]\n'
    renewed = await renewal_of(host).renew(ground.read)

    assert f"{file}: {key}: the guard" in renewed.refusal


async def test_settings_of_places_and_of_replies_hold_at_once(ground: Ground, host: Host) -> None:
    ground.document += "[places]\nperson_messages = 7\n[reply]\nwindow = 4\n"
    renewed = await renewal_of(host).renew(ground.read)

    assert renewed.refusal == ""
    assert (await host.settings(SERVER)).person_messages == 7
    assert host.house.troupe.hall.window == 4


async def test_a_persona_that_came_meanwhile_is_judged_by_what_is_new(
    ground: Ground, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    troupe = host.house.troupe
    before = troupe._cast
    await asyncio.to_thread(ground.loosen, "deadline = 2.0", "deadline = 2.5")

    async def slowly(persona: Persona) -> Cast:
        cast = await before(persona)
        assert (await renewal_of(host).renew(ground.read)).refusal == ""
        return cast

    monkeypatch.setattr(troupe, "_cast", slowly)
    await troupe.admit(BAKER.decode(), b"", server=SERVER.community)

    spoken = troupe.hall.cast("baker", SERVER.community).disclosure
    assert policies([spoken]) == {host.house.runtime.policy}


def word_list(*terms: str) -> str:
    words = ", ".join(f'"{term}"' for term in terms)
    about = 'language = "en"\nprovenance = "Made up."\n[[group]]\ncategory = "profanity"\nseverity = 0.9\n'
    return f"{about}terms = [{words}]\n"


@pytest.mark.parametrize("what", ["lexicon", "guard_model", "judge_model"])
async def test_a_file_of_the_filters_that_changed_is_refused_by_name_until_the_next_start(
    what: str, ground: Ground
) -> None:
    file = ground.folder / "words.toml"
    address = 'model = "judge"\nbase_url = "http://127.0.0.1:9"\npolicy = "words.toml"\nrequired = false\n'
    ground.document += {
        "lexicon": '[lexicon]\nlists = ["words.toml"]\n',
        "guard_model": f'[guard_model]\nformat = "gpt-oss-safeguard"\n{address}',
        "judge_model": f"[judge_model]\n{address}",
    }[what]
    await asyncio.to_thread(file.write_text, word_list("zorgle"), encoding="utf-8")
    async with open_host(ground.read()) as host:
        renewal = renewal_of(host)
        assert (await renewal.renew(ground.read)).refusal == ""
        for other in (word_list("zorgle", "gulls"), "no list ["):
            await asyncio.to_thread(file.write_text, other, encoding="utf-8")
            assert f"{what}: words.toml" in (await renewal.renew(ground.read)).refusal
        await asyncio.to_thread(file.unlink)
        assert f"{what}: words.toml" in (await renewal.renew(ground.read)).refusal
        await asyncio.to_thread(file.write_text, word_list("zorgle"), encoding="utf-8")
        assert (await renewal.renew(ground.read)).refusal == ""


def test_the_tokenizer_is_a_file_that_cannot_change_while_it_runs(ground: Ground) -> None:
    ground.document = '[model]\ntokenizer = "tokenizer.json"\n'
    file = ground.folder / "tokenizer.json"
    file.write_text("{}", encoding="utf-8")
    before = digests_of(ground.read())
    file.write_text("[]", encoding="utf-8")
    assert changed(before, digests_of(ground.read())) == ["model: tokenizer.json"]
