"""Who a persona file makes somebody be: a person who lives, a voice in a campaign, one trait and nothing else."""

import functools
import importlib.resources
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Final

from personas.lint_groups import pattern
from personas.persona import Persona, Tier
from personas.remarks import Level, Remark

_PARODY: Final = pattern(r"\bparody\b", "패러디")
_GIVEN_AWAY: Final = pattern(
    r"\b(?:current|sitting|incumbent)\s+(?:president|prime minister|king|queen|pope|senator)\b",
    r"\b(?:real|living|existing)\s+(?:person|celebrity|politician|public figure|actor|singer|idol)\b",
    r"\bimpersonat\w+|\bofficial account of\b",
    r"실존\s?(?:인물|연예인|정치인)|현직\s?(?:대통령|총리|국회의원|장관)|(?:연예인|아이돌|정치인)\s?(?:본인|당사자)|사칭",
)
_PLAYED_EN: Final = re.compile(
    r"(?:\byou are|\byou're|\bplay(?:s|ing)?|\bpretend(?:s|ing)? to be|\bthe voice of|\bportray\w*|\bI am|\bI'm"
    r"|\b(?:talks?|speaks?|acts?|writes?) (?:just |exactly )?(?:like|as))\s+(?:the (?:real|famous) )?$",
    re.IGNORECASE,
)
_IS_EN: Final = re.compile(r"(?:[,.;]|$| who\b| but\b| (?:him|her)self\b)", re.IGNORECASE)
"""Behind a name with which a text begins, where it says who the persona is."""
_PLAYED_KO: Final = re.compile(
    r"(?:인 ?척|인 것처럼|(?:처럼|같이) ?(?:말|행동|굴|대답)|행세|역할|역을|의 말투|(?:을|를)? ?(?:연기|흉내)|본인)"
)
_YOU_KO: Final = re.compile(r"(?:^|너는|넌|당신은|나는|난|저는|전)\s{0,2}$")
_IS_KO: Final = re.compile(r"(?:$|[.,]|입니다|이다|다\.|이야|야|예요|이에요|로서|으로서|이고|이며)")
_NEAR: Final = 14
"""Characters before or behind a name in which its being played is told."""
_SWAYING: Final = pattern(
    r"\b(?:spokes(?:person|man|woman)|canvasser|campaigner|press secretary) (?:for|of) (?:the |a |our )?(?:\w+ ){0,2}"
    r"(?:party|candidate|campaign)\b",
    r"\b(?:sway|shape|steer|manipulate)s?\s+(?:public\s+|political\s+)?opinions?\b",
    r"\b(?:recruit|win over)s?\b[^.\n]{0,30}\b(?:voters|supporters|party members)\b",
    r"\b(?:astroturf\w*|sock ?puppets?)\b",
    r"(?:후보|정당|선거|캠프)[^.\n]{0,8}\s?(?:대변인|홍보단|선거원)|여론(?:을|를)?\s?(?:조작|조성|몰|움직이)|댓글\s?(?:부대|공작)",
    r"유권자(?:를|을|들을)?\s?[^.\n]{0,10}(?:설득|포섭)|당원(?:을|를)?\s?(?:모으|모집)",
)
_AGE_EN: Final = (
    r"(?:younger|older|young|old|elderly|teens?|children|kids|their age|people (?:in|over|under)[^.\n]{0,12})"
)
_AGE_KO: Final = r"(?:나이|연배|연세|어린|젊은|[1-9]0대|연장자|어르신|아랫사람|윗사람|연하|연상)"
_BY_AGE: Final = pattern(
    rf"\b{_AGE_EN}\b[^.\n]{{0,40}}\b(?:casual(?:ly)?|formal(?:ly)?|slang|informal(?:ly)?)\b",
    r"\b(?:casual(?:ly)?|formal(?:ly)?|slang|informal(?:ly)?)\b[^.\n]{0,24}"
    rf"\b(?:to|with|for) (?:anyone |people )?{_AGE_EN}\b",
    rf"{_AGE_KO}[^.\n]{{0,16}}(?:반말|존댓말|높임말|하대|격식체|공손하게 말|친근하게 말|말을 놓)",
)
_ASKED: Final = pattern(
    r"\b(?:ask|asked|wish|prefer|want|unless|until told)\w*\b", "물어|묻|원하|바라|부탁|청하|요청|정해|고르|먼저 말"
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+")
_ONE_TRAIT: Final = pattern(
    r"\b(?:always|constantly|only ever|nothing but|never stops|all the time|endlessly)\b",
    "언제나|항상|늘 |오직|오로지|무조건|밖에 모르|만 (?:하는|내는|부리는|치는)",
)
_FEW: Final = 7
"""Words of a description below which one trait is all of it."""


def about_people(persona: Persona, told: Iterable[tuple[str, str]]) -> Iterator[Remark]:
    """Remarks on who `persona` is; `told` is what a model reads of it, each text with its place."""
    texts = tuple(told)
    if not _PARODY.search(persona.tagline):
        yield from _living(persona, texts)
    for key, text in texts:
        if found := _SWAYING.search(text):
            yield Remark(level=Level.ERROR, rule="political", key=key, fields={"found": found.group().strip()})
        if key == "name" or key.startswith("facts."):
            continue
        for sentence in _SENTENCE.finditer(text):
            if (found := _BY_AGE.search(sentence.group())) and not _ASKED.search(text):
                yield Remark(level=Level.WARNING, rule="register_by_age", key=key, fields={"found": found.group()})
    yield from _one_trait(persona)


def _living(persona: Persona, texts: Iterable[tuple[str, str]]) -> Iterator[Remark]:
    """Their names on a list, and what the file itself gives away: neither finds everybody."""
    named = re.sub(r"\s+", " ", persona.name).strip().casefold()
    if listed := any(named in forms for forms in living()):
        yield Remark(level=Level.ERROR, rule="living_person", key="name", fields={"found": persona.name})
    for key, text in (*texts, ("source", persona.source)):
        if found := _GIVEN_AWAY.search(text):
            yield Remark(level=Level.WARNING, rule="real_person", key=key, fields={"found": found.group()})
        elif not (listed and key == "name") and (played := next(_played(text), "")):
            yield Remark(level=Level.ERROR, rule="living_person", key=key, fields={"found": played})


def _played(text: str) -> Iterator[str]:
    """Names on the list that somebody is said to be or to imitate. To like or to have met them is no crime."""
    lowered = text.casefold()
    for form in itertools.chain.from_iterable(living()):
        start = lowered.find(form)
        if start >= 0 and _is_played(text[max(0, start - 40) : start], form, text[start + len(form) :][:_NEAR]):
            yield text[start : start + len(form)]


def _is_played(before: str, form: str, after: str) -> bool:
    if form.isascii():
        whole = not before[-1:].isalnum() and not after[:1].isalnum()
        begins = not before and _IS_EN.match(after)
        return whole and bool(begins or _PLAYED_EN.search(before))
    if re.search(r"[가-힣]$", before):
        return False
    return bool(_PLAYED_KO.match(after.lstrip()) or (_YOU_KO.search(before) and _IS_KO.match(after)))


def _one_trait(persona: Persona) -> Iterator[Remark]:
    """A person of one line may be brief, but is more than one habit."""
    brief = len(persona.description.split()) < _FEW
    if persona.tier is Tier.DEMOGRAPHIC and brief and (found := _ONE_TRAIT.search(persona.description)):
        yield Remark(level=Level.WARNING, rule="one_trait", key="description", fields={"found": found.group().strip()})


@functools.cache
def living() -> tuple[frozenset[str], ...]:
    """Every form of the name of each person on the list, in small letters."""
    raw = (importlib.resources.files("personas") / "data" / "living.toml").read_text(encoding="utf-8")
    people = (entry for entries in tomllib.loads(raw).values() for entry in entries)
    return tuple(frozenset(form.strip().casefold() for form in entry.split("|")) for entry in people)
