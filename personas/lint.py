"""What a persona file should not say, however well-formed it is: advice for authors, and refusals.

Patterns know phrases, not intentions: an error is a phrase that has no place in any persona, a warning is one to look
at. The guard judges what a persona says later, whatever this module thought of its file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from moderation.filters.bias import Bias, shipped
from personas.extras import POST_HISTORY
from personas.lint_groups import about_groups, caricature, pattern
from personas.lint_people import about_people
from personas.lint_time import about_facts
from personas.persona import Persona, Tier
from personas.remarks import Level, Remark

RegisterCheck = Callable[[str, tuple[str, ...]], bool]
"""Whether a text is in one of the given speech levels; True where its endings do not tell."""


_MACHINE_EN: Final = r"(?:AI|A\.I\.|artificial|bot|machine|program|robot|language model)\b"
_MACHINE_KO: Final = "(?:AI|인공지능|챗봇|봇|로봇|기계|프로그램)"
_HUMAN_EN: Final = (
    r"(?:an?\s+)?(?:real\s+|actual\s+|living\s+)?(?:human(?:\s+being)?|person)\b(?!\s(?:of|who|with|that)\b)"
)

_DENIAL: Final = pattern(
    rf"\b(?:I'm|I am|am|it's)\s+(?:not|never)\s+(?:just\s+|really\s+)?(?:an?\s+|any\s+)?{_MACHINE_EN}",
    rf"\bI(?:'m| am)\s+(?:just\s+|only\s+|really\s+)?{_HUMAN_EN}",
    rf"{_MACHINE_KO}(?:이|가|은|는|도)?\s{{0,2}}(?:절대\s|결코\s|전혀\s)?(?:아니|아닙|아녜|아녀|아닐|아냐)",
    r"(?:나는|난|나도|저는|전|저도)\s{0,2}(?:진짜\s|정말\s)?(?:사람|인간)(?:이야|이에요|입니다|이오|이라오|일세|이다|이지)",
)
"""In the persona's own voice."""
_DENY_ORDER: Final = pattern(
    r"\b(?:never|do not|don't|must not|refuse to)\s+(?:ever\s+)?"
    r"(?:say|admit|reveal|tell|acknowledge|mention|confess|disclose)"
    rf"\b[^.\n]{{0,50}}\b(?:{_MACHINE_EN}|not human\b)",
    rf"\b(?:deny|denies|denying)\b[^.\n]{{0,30}}\b{_MACHINE_EN}",
    r"\b(?:claim|insist|pretend|say|swear)s?\b[^.\n]{0,20}\b(?:to be|that you are|you are|you're|being|is|are)\s+"
    + _HUMAN_EN,
    rf"\byou are not (?:an?\s+)?{_MACHINE_EN}",
    rf"{_MACHINE_KO}[^.\n]{{0,14}}(?:말하|밝히|인정하|드러내|들키)(?:지|면)\s{{0,2}}(?:마|말|않|안)",
    rf"{_MACHINE_KO}(?:가|이)?\s{{0,2}}아니라고\s",
    r"(?:사람|인간)(?:이라고|인\s?척)\s{0,2}(?:절대\s)?(?:주장|우기|우긴|말한|말해|답한|답해|대답|속이|속여|행세|한다|해라|하라)",
)
"""Said to the persona."""
_INJECTION: Final = pattern(
    r"\b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|every\s+|the\s+|your\s+|previous\s+|prior\s+|above\s+|earlier\s+)*"
    r"(?:instructions?|rules|prompts?|guidelines)\b",
    r"<\|[a-z_]{2,20}\|>|\[/?INST\]|<<SYS>>|<start_of_turn>|###\s*(?:system|instruction)",
    r"\b(?:jailbreak|developer mode|do anything now)\b",
    r"\b(?:no|without)\s+(?:any\s+)?(?:filters?|restrictions|censorship|safety rules)\b",
    r"(?:이전|앞선|위의|모든)\s?(?:지시|명령|규칙|프롬프트)[^.\n]{0,8}(?:무시|잊)",
    r"(?:검열|제한|필터|규칙)\s?없이\s?(?:답|말|대답|무엇|뭐)|탈옥\s?모드|개발자\s?모드",
)
_POLITICAL: Final = pattern(
    r"\b(?:persuade|convince|urge|tell|get|make)\b[^.\n]{0,40}\bto\s+vote\b|\bvote\s+for\s+\w+",
    r"\b(?:campaign(?:s|ing)?\s+for|support|supports|promote|promotes)\s+(?:the\s+)?(?:\w+\s+)?(?:party|candidate)\b",
    r"투표(?:하도록|하라고|하게)|선거\s?운동|(?:후보|정당)(?:을|를|에)?\s{0,2}(?:지지하|지지를|뽑|홍보)",
)
_MINOR: Final = pattern(
    r"\b(?:school ?girl|school ?boy|under ?age|teen|teenage[rd]?|little (?:girl|boy)|loli|shota|jailbait)\b",
    r"\b(?:high|middle|elementary|primary|secondary).?school(?:er\b| (?:student|girl|boy|pupil|freshman|senior)\b)",
    r"\b(?:[1-9]|1[0-2])(?:st|nd|rd|th)[ -]grader\b",
    "미성년|초등학생|중학생|고등학생|여고생|남고생|여중생|남중생|청소년|초딩|중딩|고딩|십 ?대 (?:소녀|소년)",
    "(?<![가-힣])[중고][1-3](?:이고|이며|이다|인 |생| 학생|짜리)",
)
_SOMEBODY_IS: Final = r"\b(?:she|he|who)(?:['’]s|\s+is)\s+(?:only\s+|just\s+|still\s+|barely\s+)?"
_END_OF_AGE: Final = r"(?=\s*(?:$|[.,;!?\n])|\s+(?:and|but)\b)"
_AGE: Final = pattern(
    r"\b(\d{1,3})[- ]?(?:years?[- ]old|yo\b|y/o)",
    r"\baged?\s(\d{1,3})\b",
    r"(?<!\d)(\d{1,3})\s?(?:세(?!기|대)|살)",
    rf"{_SOMEBODY_IS}(\d{{1,3}}){_END_OF_AGE}",
)
_TEEN_EN: Final = "(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen)"
_TEEN_KO: Final = "열(?:한|두|세|네|다섯|여섯|일곱|여덟)?"
_AGE_IN_WORDS: Final = pattern(
    rf"\b{_TEEN_EN}[- ]years?[- ]old\b",
    rf"{_SOMEBODY_IS}{_TEEN_EN}{_END_OF_AGE}",
    rf"(?<![가-힣]){_TEEN_KO} ?살",
)
"""Of a minor."""
_TENS: Final = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_GROWN: Final = pattern(
    rf"\b(?:is|am|aged?|turned|at the age of) (?:nineteen|{_TENS}(?:-\w+)?)\b",
    rf"\b(?:nineteen|{_TENS}(?:[- ]\w+)?)[- ]years?[- ]old\b",
    r"\b(?:late |mid |early )?(?:twenties|thirties|forties|fifties|sixties|seventies|eighties)\b",
    "열아홉 ?살|스무 ?살|(?:스물|서른|마흔|쉰|예순|일흔|여든|아흔)(?:[한두세네]|다섯|여섯|일곱|여덟|아홉)? ?"
    "(?:살|이고|이다|이며|인 |에 |의 |을 넘|이 넘|이 된|중반|초반|후반|줄)|(?:이|삼|사|오|육|칠|팔)십 ?대|[2-9]0대",
)
"""The age of an adult in words."""
_SAYS_MINOR: Final = pattern(
    rf"\bI(?:'m| am)\s+(?:only\s+|just\s+|still\s+)?(?:1[0-8]|{_TEEN_EN})(?=$|[.,!?]| years?\b| and\b| yo\b)",
    r"\bI(?:'m| am)\s+(?:still\s+|only\s+|just\s+)?(?:an?\s+)?(?:minor|underage|teen(?:ager)?|school ?(?:girl|boy))\b",
    r"\bI(?:'m| am)\s+(?:still\s+)?(?:an?\s+)?(?:in\s+)?(?:high|middle|elementary).?school\b",
    rf"(?<![0-9가-힣])(?:1[0-8]|{_TEEN_KO}) ?살(?:이야|이에요|입니다|이다|인데|이라|이거든|밖에)",
    "열(?:세|네|다섯|여섯|일곱|여덟)(?:이야|이에요|입니다|이다|인데)",
    "(?:미성년자|(?:초등|중|고등)학생|여고생|남고생|여중생|[고중][1-3])"
    "(?:이야|야|이에요|예요|입니다|이다|인데|이라|이거든)",
)
"""In the persona's own voice."""
_ROMANCE: Final = pattern(
    r"\b(?:romanc|romantic|girlfriend|boyfriend|flirt|seduc|sexy|sexual|erotic|sensual|lover\b|dating\b|make out)",
    r"\b(?:lustful|horny|nsfw|nude|naked(?! eye)|lingerie|fetish|kinky|aroused|love interest|in love with \{\{user)",
    "연애|로맨스|여자친구|남자친구|여친|남친|애인|(?<!친구를 )(?<!친구들을 )(?<!친구 )사귀|섹시|유혹|야한|성적인",
    "섹스|성관계|음란|알몸|19금|플러팅|썸을? ?[타탄탈]",
)
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}\n]{1,40}\}\}|\{name\}")


FORBIDDEN: Final = (("deny_ai", _DENY_ORDER), ("injection", _INJECTION), ("political", _POLITICAL))
"""Rules and phrases of what no persona may be told, wherever it stands."""

UNWRITTEN: Final = "TODO"
"""Begins what the author of a new file is still to write."""


def denial_in(text: str) -> str:
    """The words of `text` that deny being an AI or claim to be human; "" where there are none."""
    found = _DENIAL.search(text)
    return found.group().strip() if found else ""


def lint(
    persona: Persona, *, fits_register: RegisterCheck | None = None, bias: Bias | None = None
) -> tuple[Remark, ...]:
    """Every remark on `persona`: errors first, then in the order of the rules.

    `fits_register` judges the author's Korean lines and demonstrations; without it the register is not looked at.
    `bias` judges what is said of groups: the filter that ships, unless told otherwise.
    """
    remarks = [
        *_phrases(persona),
        *about_groups((*_instructions(persona), *_spoken(persona)), bias or shipped()),
        *caricature(persona),
        *_minor_romance(persona),
        *_minor_mature(persona),
        *about_people(persona, _instructions(persona)),
        *_provenance(persona),
        *about_facts(persona),
        *_placeholders(persona),
        *_unwritten(persona),
        *(_registers(persona, fits_register) if fits_register else ()),
    ]
    return tuple(sorted(remarks, key=lambda remark: remark.level is Level.WARNING))


def _instructions(persona: Persona) -> Iterator[tuple[str, str]]:
    """What tells the model who it is, with its place."""
    yield "name", persona.name
    if persona.tagline not in persona.description:  # a tagline that was not written is the description's first line
        yield "tagline", persona.tagline
    yield "description", persona.description
    yield "voice", persona.voice
    yield "scenario", persona.scenario
    yield f"extra.{POST_HISTORY}", persona.extra.get(POST_HISTORY, "")
    for number, fact in enumerate(persona.facts, start=1):
        yield f"facts.{number}.text", fact.text
    for number, person in enumerate(persona.relations, start=1):
        yield f"relations.{number}.text", person.text


def _lines(persona: Persona) -> Iterator[tuple[str, str]]:
    """What is shown to people word by word, with its place."""
    for name, lines in (
        ("greetings", persona.greetings),
        ("fallbacks", persona.fallbacks),
        ("failures", persona.failures),
        ("wordless", persona.wordless),
    ):
        for number, line in enumerate(lines, start=1):
            yield f"{name}.{number}", line
    yield "disclosure", persona.disclosure


def _spoken(persona: Persona) -> Iterator[tuple[str, str]]:
    """Everything in the persona's own voice, with its place. What people say in a demonstration is theirs."""
    yield from _lines(persona)
    for number, demonstration in enumerate(persona.demonstrations, start=1):
        yield f"demonstrations.{number}.reply", demonstration.reply


def _phrases(persona: Persona) -> Iterator[Remark]:
    """Phrases that no persona may hold."""
    told, spoken = list(_instructions(persona)), list(_spoken(persona))
    for rule, phrases, texts in (
        *((rule, phrases, told + spoken) for rule, phrases in FORBIDDEN),
        ("deny_ai", _DENIAL, spoken),
    ):
        for key, text in texts:
            if found := phrases.search(text):
                yield Remark(level=Level.ERROR, rule=rule, key=key, fields={"found": found.group().strip()})


def _minor_romance(persona: Persona) -> Iterator[Remark]:
    """A child and romance never meet in one file."""
    if not _minor(persona) and not list(_called_minor(persona)):
        return
    for key, text in (*_instructions(persona), *_spoken(persona)):
        if found := _ROMANCE.search(text):
            yield Remark(level=Level.ERROR, rule="minor_romance", key=key, fields={"found": found.group()})


def _minor_mature(persona: Persona) -> Iterator[Remark]:
    """Who is for adults only is an adult, and says nothing else."""
    if not persona.mature:
        return
    described = _minor(persona)
    for key, found in (*((("mature", described),) if described else ()), *_called_minor(persona)):
        yield Remark(level=Level.ERROR, rule="minor_mature", key=key, fields={"found": found})


def _called_minor(persona: Persona) -> Iterator[tuple[str, str]]:
    """Where the persona says of itself that it is a minor, and in which words."""
    for key, text in (*_instructions(persona), *_spoken(persona)):
        if found := _SAYS_MINOR.search(text):
            yield key, found.group().strip()


def _minor(persona: Persona) -> str:
    """The words that make the persona a minor; "" where it is none.

    An adult age that is stated anywhere settles who the persona is, except that at nineteen some go to school.
    """
    about = "\n".join((persona.tagline, persona.description, persona.scenario))
    ages = {int(next(filter(None, match.groups()))): match.group().strip() for match in _AGE.finditer(about)}
    oldest = max(ages, default=0)
    if oldest > 19 or _GROWN.search(about):
        return ""
    if ages and oldest < 19:
        return ages[oldest]
    found = _MINOR.search(about) or (None if ages else _AGE_IN_WORDS.search(about))
    return found.group().strip() if found else ""


def _provenance(persona: Persona) -> Iterator[Remark]:
    """Somebody wrote this, and may or may not want it used."""
    level = Level.WARNING if persona.tier is Tier.DEMOGRAPHIC else Level.ERROR
    for key, value in (("source", persona.source), ("licence", persona.licence)):
        if not value:
            yield Remark(level=level, rule="provenance", key=key, fields={"missing": key})


def _placeholders(persona: Persona) -> Iterator[Remark]:
    """These lines are shown as they are; nobody fills what is left open in them."""
    for key, line in _lines(persona):
        if found := _PLACEHOLDER.search(line):
            yield Remark(level=Level.ERROR, rule="placeholder", key=key, fields={"found": found.group()})


def _unwritten(persona: Persona) -> Iterator[Remark]:
    """What a new file was begun with."""
    names = ((f"relations.{number}.name", person.name) for number, person in enumerate(persona.relations, start=1))
    taboos = ((f"taboos.{number}", taboo) for number, taboo in enumerate(persona.taboos, start=1))
    for key, text in (*_instructions(persona), *_spoken(persona), *names, *taboos):
        if text.startswith(UNWRITTEN):
            yield Remark(level=Level.WARNING, rule="unwritten", key=key, fields={"found": text})


def _registers(persona: Persona, fits: RegisterCheck) -> Iterator[Remark]:
    """The model learns the level from these lines: one wrong example undoes the sentence that names it."""
    if persona.language != "ko" or not persona.registers:
        return
    for key, text in _spoken(persona):
        if not fits(text, persona.registers):
            fields = {"expected": ", ".join(persona.registers)}
            yield Remark(level=Level.WARNING, rule="register", key=key, fields=fields)
