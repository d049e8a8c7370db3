"""The licences of all that Talchum is installed with: `python -m tests.support.licences` writes deploy/licences.md.

Licences are read from what the packages say of themselves. Of one that is not installed here (the heavy extras) the row
stays as it was as long as its version is the same: to write a new one, install all extras first (`make test-all`).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "deploy" / "licences.md"
CONSTRAINTS = ROOT / "constraints.txt"
SPELLINGS = {
    r"^(?:the )?mit(?: license)?(?: \(mit\))?$|^the mit license": "MIT",
    r"^apache(?: software)?(?: license)?,?(?: version)?[- ]?(?:2(?:\.0)?)?(?: license)?$": "Apache-2.0",
    r"^bsd(?:[- ]license)?$|^bsd license$|^new bsd(?: license)?$": "BSD-3-Clause",
    r"^(?:the )?bsd[- ]3-clause": "BSD-3-Clause",
    r"^(?:the )?bsd[- ]2-clause": "BSD-2-Clause",
    r"^psf(?:l|-2\.0)$|^python software foundation license$": "PSF-2.0",
    r"^mozilla public license 2\.0|^mpl[- ]2\.0$": "MPL-2.0",
    r"^isc license": "ISC",
    r"^public domain$": "public domain",
    r"^gnu general public license v3 or later": "GPL-3.0-or-later",
    r"^gnu lesser general public license v3": "LGPL-3.0-only",
    r"^3-clause bsd": "BSD-3-Clause",
}
"""How people write licences that have one name in SPDX."""
READ = {
    "forbiddenfruit": "GPL-3.0-or-later OR MIT",
    "kiwisolver": "BSD-3-Clause",
    "korcen": "Apache-2.0",
    "matplotlib": "PSF-2.0",
}
"""Where the packages' own fields say nothing, or not how their licences belong together, and their files were read."""
ALLOWED = frozenset(
    {
        "MIT", "MIT-0", "MIT-CMU", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "PSF-2.0", "0BSD", "Zlib",
        "CC0-1.0", "Unlicense", "HPND", "public domain", "MPL-2.0", "LGPL-3.0-only", "BSL-1.0", "CNRI-Python",
        "LLVM-exception",
    }
)  # fmt: skip
"""What may be installed with us: permissive ones, and those whose duties end at their own files (MPL) or at a library
that anybody can replace (LGPL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A row of the table."""

    name: str
    version: str
    text: str
    base: bool
    """Installed with `talchum` itself; else with an extra, or for its tests."""


def plain(name: str) -> str:
    """A package's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    """Version by name, from the constraints."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").split()
    return {plain(name): version for name, _, version in (line.partition("==") for line in lines)}


def installed() -> dict[str, Distribution]:
    """What is installed here, by name."""
    return {plain(found.metadata["Name"]): found for found in distributions()}


def stated(found: Distribution) -> str:
    """What a package says of its licence, in SPDX's words, or ""."""
    metadata = cast("Message", found.metadata)
    name, kinds = plain(metadata["Name"]), metadata.get_all("Classifier") or []
    given = (metadata.get("License") or "").strip()
    short = given.splitlines()[0].strip() if given else ""
    said = [kind.rpartition("::")[2].strip() for kind in kinds if kind.startswith("License ::")]
    named = [word for word in said if word not in {"OSI Approved", "DFSG approved"}]
    if name in READ or metadata.get("License-Expression"):
        return READ.get(name) or metadata["License-Expression"]
    if short in {"", "UNKNOWN"} or len(short) > 80 or (named and "Copyright" in short):
        return " AND ".join(dict.fromkeys(map(spelt, named)))
    return spelt(short)


def spelt(text: str) -> str:
    """`text` as SPDX has it, where it is one licence alone."""
    for pattern, name in SPELLINGS.items():
        if re.search(pattern, text, re.IGNORECASE):
            return name
    return text


def parts(text: str) -> list[str]:
    """The licences in an expression."""
    return [part.strip(" ()") for part in re.split(r"\s+(?:AND|OR|WITH)\s+", text) if part.strip(" ()")]


def allowed(licence: Licence) -> bool:
    """Whether the project may stand on it: one of those that are offered, all of those that hold together."""
    found = [set(parts(choice)) <= ALLOWED for choice in re.split(r"\s+OR\s+", licence.text)]
    return bool(licence.text) and any(found)


def base() -> set[str]:
    """The names of all that is installed with `talchum` without an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    there, seen = installed(), set[str]()
    wanted = [plain(re.split(r"[\[<>=!;~ ]", need)[0]) for need in project["dependencies"]]
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            found = there.get(name)
            wanted += [plain(need) for need in needs(found, extra=name == "python-telegram-bot")] if found else []
    return seen & set(pinned())


def needs(found: Distribution, *, extra: bool = False) -> Iterator[str]:
    """The names of what a package needs by itself."""
    for line in found.requires or ():
        need, _, marker = line.partition(";")
        name = re.match(r"[A-Za-z0-9._-]+", need)
        if name and ("extra" not in marker or (extra and "webhooks" in marker)):
            yield name.group()


def rows() -> list[Licence]:
    """What the table says."""
    found = re.findall(
        r"^\| (\S+) \| (\S+) \| (.+?) \| (yes|extra) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [Licence(name=name, version=version, text=text, base=mark == "yes") for name, version, text, mark in found]


def measured() -> list[Licence]:
    """The table as it should be."""
    there, basic = installed(), base()
    before = {row.name: row for row in rows()} if TABLE.exists() else {}
    made = []
    for name, version in pinned().items():
        text = stated(there[name]) if name in there else ""
        if not text and name in before and before[name].version == version:
            text = before[name].text
        made.append(Licence(name=name, version=version, text=text or "?", base=name in basic))
    return made


HEAD = """# Licences of what Talchum is installed with

Written by `python -m tests.support.licences` from what the packages say of themselves; a test keeps it in step with
`constraints.txt` and refuses a licence that is not on its list. Talchum itself is MIT.

**Said plainly.** No AGPL, and no GPL without a choice, is installed with Talchum or with any of its extras.
`python-telegram-bot` (installed always, used where Telegram is served) is LGPL-3.0: whoever passes on Talchum together
with it must say so and let people replace it, as `pip` does. `certifi` and some others are MPL-2.0, whose duties end at
their own files. `forbiddenfruit` (for tests alone, under `blockbuster`) may be used under the GPL or the MIT licence:
here it is the latter. Models that are downloaded, and word lists and persona files, have licences of their own, named
where they are (`talchum model list`, the cards beside the models, `licence` in every file).

**분명히 말하면.** 탈춤과 모든 추가 기능에는 AGPL도, 다른 선택지가 없는 GPL도 들어 있지 않아요.
`python-telegram-bot`(항상 설치되고 텔레그램에서만 쓰임)은 LGPL-3.0이라, 탈춤과 함께 배포한다면 그 사실을 알리고
다른 버전으로 바꿔 끼울 수 있게 해야 해요(`pip`으로 설치하면 그렇게 돼요). `certifi` 등 몇 가지는 자기 파일에만 의무가
있는 MPL-2.0이에요. `forbiddenfruit`(시험에서만 `blockbuster`가 씀)는 GPL과 MIT 가운데 고를 수 있고 여기서는 MIT예요.
내려받는 모델, 단어 목록, 페르소나 파일의 라이선스는 각각 그 자리에 적혀 있어요.

| package | version | licence | base |
|---|---|---|---|
"""


def table(found: Iterable[Licence]) -> str:
    """The file."""
    lines = (f"| {row.name} | {row.version} | {row.text} | {'yes' if row.base else 'extra'} |\n" for row in found)
    return HEAD + "".join(lines)


if __name__ == "__main__":
    TABLE.write_text(table(measured()), encoding="utf-8")
