"""Invented private data: numbers with right check digits that were given to nobody on purpose, made from a seed."""

import random
import string
from collections.abc import Callable
from typing import Final

from moderation.filters.privacy_numbers import luhn, resident

_AREAS: Final = ("212", "415", "617", "312", "206", "503", "303", "404", "713", "919")
_DOMAINS: Final = ("gmail.com", "naver.com", "daum.net", "kakao.com", "proton.me", "outlook.com", "brightmail.co.uk")
_NAMES: Final = (
    "mirae",
    "jhpark",
    "tom.barrow",
    "nell_ash",
    "seoyeon",
    "d.okafor",
    "hyun",
    "rosa-lane",
    "ykim",
    "greta",
)
_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ROADS: Final = (
    "서울 마포구 모래내로", "부산 수영구 민락로", "대전시 서구 둔산로", "광주 북구 설죽로", "수원시 영통구 광교로",
)  # fmt: skip
_CARDS: Final = ("4539", "5218", "5506", "2720", "4000", "6011", "3566", "9410", "6221")


def digits(chance: random.Random, count: int, *, first: str = string.digits) -> str:
    return chance.choice(first) + "".join(chance.choices(string.digits, k=count - 1))


def mobile(chance: random.Random) -> str:
    separator = chance.choice(["-", " ", ".", "", " - "])
    return separator.join(("010", digits(chance, 4, first="23456789"), digits(chance, 4, first="123456789")))


def landline(chance: random.Random) -> str:
    area = chance.choice(["02", "031", "051", "064", "070"])
    return f"{area}-{digits(chance, 3, first='23456789')}-{digits(chance, 4)}"


def american(chance: random.Random) -> str:
    area, exchange, line = chance.choice(_AREAS), digits(chance, 3, first="2346789"), digits(chance, 4)
    return chance.choice([f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}", f"+1 {area} {exchange} {line}"])


def british(chance: random.Random) -> str:
    return chance.choice(["07400 {}", "+44 7400 {}"]).format(digits(chance, 6))


def in_korean_words(chance: random.Random) -> str:
    said = dict(zip("0123456789", "공일이삼사오육칠팔구", strict=True))
    number = f"010 {digits(chance, 4, first='23456789')} {digits(chance, 4)}"
    return "".join(said.get(char, char) for char in number)


def in_english_words(chance: random.Random) -> str:
    said = dict(zip("0123456789", _WORDS, strict=True))
    number = chance.choice(_AREAS) + digits(chance, 3, first="2346789") + digits(chance, 4)
    return " ".join(said[char] for char in number)


def spaced(chance: random.Random) -> str:
    return chance.choice([" ", "-", ".", "·"]).join("010" + digits(chance, 8, first="23456789"))


def pictured(chance: random.Random) -> str:
    number = "010" + digits(chance, 8, first="23456789")
    kind = chance.choice(["keycap", "wide", "hidden"])
    if kind == "keycap":
        return "".join(f"{char}\ufe0f\u20e3" for char in number)
    if kind == "wide":
        return "".join(chr(ord(char) + 0xFEE0) for char in number)
    return "\u200b".join(number)


def registration(chance: random.Random) -> str:
    """With a right check digit."""
    return _registration(chance, "1234", right=True)


def foreigner(chance: random.Random) -> str:
    return _registration(chance, "5678", right=True)


def unchecked(chance: random.Random) -> str:
    """As given out since October 2020."""
    return _registration(chance, "1256", right=False)


def _registration(chance: random.Random, kinds: str, *, right: bool) -> str:
    kind = chance.choice(kinds)
    year = chance.randrange(1, 20) if kind in "3478" else chance.randrange(50, 100)
    born = f"{year:02d}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    start = born + kind + digits(chance, 5)
    last = chance.choice([char for char in string.digits if resident(start + char) is right])
    number = start + last
    return f"{number[:6]}{chance.choice(['-', ' - ', '-', ' '])}{number[6:]}"


def payment_card(chance: random.Random) -> str:
    start = chance.choice(_CARDS) + digits(chance, 11)
    number = next(start + char for char in string.digits if luhn(start + char))
    return chance.choice(["", " ", "-"]).join(number[place : place + 4] for place in range(0, 16, 4))


def korean_account(chance: random.Random) -> str:
    return f"{digits(chance, 3)}-{digits(chance, 3)}-{digits(chance, 6)}"


def long_account(chance: random.Random) -> str:
    return digits(chance, chance.choice([10, 11, 12, 13]), first="123456789")


def german_iban(chance: random.Random) -> str:
    bank = digits(chance, 18)
    rest = int(f"{bank}131400") % 97
    number = f"DE{98 - rest:02d}{bank}"
    return chance.choice(["", " "]).join(number[place : place + 4] for place in range(0, 22, 4))


def email(chance: random.Random) -> str:
    return f"{chance.choice(_NAMES)}{chance.choice(['', '7', '82', '2001'])}@{chance.choice(_DOMAINS)}"


def spoken_email(chance: random.Random) -> str:
    return f"{chance.choice(['mirae', 'nell', 'greta', 'tom'])} at gmail dot com"


def road(chance: random.Random) -> str:
    return f"{chance.choice(_ROADS)} {chance.randrange(2, 400)}"


def flat(chance: random.Random) -> str:
    home = chance.choice(["한빛아파트", "은하수빌라", "푸른숲아파트", "새봄오피스텔"])
    return f"{home} {chance.randrange(101, 130)}동 {chance.randrange(101, 2000)}호"


def street(chance: random.Random) -> str:
    name = chance.choice(["Thornberry", "Alder", "Quarry", "Old Mill", "Juniper", "Lantern"])
    kind = chance.choice(["Street", "Avenue", "Road", "Lane", "Drive"])
    return f"{chance.randrange(3, 980)} {name} {kind}"


def passport(chance: random.Random) -> str:
    return f"M{digits(chance, 3)}{chance.choice('ABCDEFGH')}{digits(chance, 4)}"


def licence(chance: random.Random) -> str:
    return f"{chance.randrange(11, 27)}-{digits(chance, 2)}-{digits(chance, 6)}-{digits(chance, 2)}"


def social(chance: random.Random) -> str:
    return f"{digits(chance, 3, first='12345')}-{chance.randrange(10, 99)}-{chance.randrange(1000, 9999)}"


def address_of_machine(chance: random.Random) -> str:
    return ".".join(str(part) for part in (chance.choice([81, 175, 203, 93]), *chance.choices(range(1, 250), k=3)))


def _letters(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(string.ascii_letters + string.digits, k=count))


def discord_token(chance: random.Random) -> str:
    return f"MT{_letters(chance, 24)}.G{_letters(chance, 5)}.{_letters(chance, 38)}"


def webhook(chance: random.Random) -> str:
    return f"https://discord.com/api/webhooks/{digits(chance, 18, first='1')}/{_letters(chance, 68)}"


def telegram_token(chance: random.Random) -> str:
    return f"{digits(chance, 10, first='5678')}:AA{_letters(chance, 33)}"


def openai_key(chance: random.Random) -> str:
    return f"sk-{chance.choice(['', 'proj-', 'svcacct-'])}{_letters(chance, 48)}"


def other_key(chance: random.Random) -> str:
    return chance.choice(
        [
            f"AKIA{''.join(chance.choices(string.ascii_uppercase + '234567', k=16))}",
            f"ghp_{_letters(chance, 36)}",
            f"AIza{_letters(chance, 35)}",
            f"xoxb-{digits(chance, 12)}-{_letters(chance, 24)}",
        ]
    )


MADE: Final[dict[str, Callable[[random.Random], str]]] = {
    "mobile": mobile, "landline": landline, "american": american, "british": british, "ko_words": in_korean_words,
    "en_words": in_english_words, "spaced": spaced, "pictured": pictured, "registration": registration,
    "foreigner": foreigner, "unchecked": unchecked, "card": payment_card, "account": korean_account,
    "long_account": long_account, "iban": german_iban, "email": email, "spoken_email": spoken_email, "road": road,
    "flat": flat, "street": street, "passport": passport, "licence": licence, "social": social,
    "machine": address_of_machine, "discord": discord_token, "webhook": webhook, "telegram": telegram_token,
    "openai": openai_key, "key": other_key,
}  # fmt: skip
"""By the names that the sentences have for them."""
