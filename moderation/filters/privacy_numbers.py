"""Arithmetic of numbers: whether digits that look like a card, an identity number or an account can be one.

Pure; every function takes the digits alone. Nothing here says how sure a finding is: that is data and policy.
"""

from typing import Final

_RESIDENT_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_UNBORN: Final = 40
"""Years after 2000 from which nobody has a resident number yet; far enough off not to need a clock."""
_FOREIGN: Final = frozenset("5678")
"""The seventh digit of foreigners' registration numbers."""
_THIS_CENTURY: Final = frozenset("3478")
_IBAN_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip
"""Of the countries most people have accounts in (SWIFT IBAN registry); any other length than its country's is none."""


def digits_of(text: str) -> str:
    """The ASCII digits of `text`, in order."""
    return "".join(char for char in text if "0" <= char <= "9")


def varied(number: str) -> bool:
    """Whether a number has more than two different digits: 000-000 is a placeholder."""
    return len(set(number)) > 2


def account(number: str) -> bool:
    """Whether `number` is as long as those of Korean accounts are."""
    return varied(number) and 9 <= len(number) <= 14


def luhn(number: str) -> bool:
    """Whether the check digit of a payment card is right. `number`: 13 to 19 digits."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return 13 <= len(number) <= 19 and total % 10 == 0 and len(set(number)) > 1


def issued(number: str) -> bool:
    """Whether somebody issues payment cards that begin and are as long as `number` (ISO/IEC 7812): Visa, Mastercard,
    American Express, Diners Club, Discover, JCB, UnionPay, Maestro, Korean domestic cards (9)."""
    two, four = int(number[:2]), int(number[:4])
    lengths: frozenset[int] = frozenset()
    if number[0] == "4":
        lengths = frozenset({13, 16, 19})
    elif 51 <= two <= 55 or 2221 <= four <= 2720:
        lengths = frozenset({16})
    elif two in {34, 37}:
        lengths = frozenset({15})
    elif two in {36, 38, 39} or 3000 <= four <= 3059:
        lengths = frozenset({14, 16})
    elif 3528 <= four <= 3589 or two in {60, 64, 65, 81} or two == 62:
        lengths = frozenset({16, 17, 18, 19})
    elif two in {50, 56, 57, 58, 63, 67, 69}:
        lengths = frozenset(range(13, 20))
    elif number[0] == "9":
        lengths = frozenset({16})
    return len(number) in lengths


def card(number: str) -> bool:
    """Whether `number` can be a payment card's."""
    return 13 <= len(number) <= 19 and luhn(number) and issued(number)


def born(number: str) -> bool:
    """Whether 13 digits begin with a day somebody can have been born on, as Korean registration numbers do."""
    year, month, day, kind = int(number[:2]), int(number[2:4]), int(number[4:6]), number[6]
    if not 1 <= month <= 12 or not 1 <= day <= (29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31):
        return False
    return kind not in "09" and (kind not in _THIS_CENTURY or year < _UNBORN)


def resident(number: str) -> bool:
    """Whether 13 digits are a Korean resident or foreigner registration number beyond reasonable doubt.

    Those given out since October 2020 have random digits instead of a check digit; only those born since then are
    known to have one. For all others the check digit must be right: see `registered`.
    """
    year, month, kind = int(number[:2]), int(number[2:4]), number[6]
    if not born(number):
        return False
    if kind in _THIS_CENTURY and (year, month) >= (20, 10):
        return True
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, number, strict=False))
    return (11 - total % 11) % 10 == int(number[12]) or (kind in _FOREIGN and (13 - total % 11) % 10 == int(number[12]))


def registered(number: str) -> bool:
    """Whether 13 digits can be such a number although the check digit is wrong: given out since October 2020 to
    somebody born before, a foreigner or one whose number was changed."""
    return born(number) and varied(number[6:]) and not resident(number)


def social_security(number: str) -> bool:
    """Whether nine digits can be a United States social security number: ranges that are never given out are not."""
    area, group, serial = number[:3], number[3:5], number[5:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def iban(text: str) -> bool:
    """Whether `text` (spaces allowed) is an international account number: its country's length, remainder 1 by 97."""
    compact = text.replace(" ", "").upper()
    if len(compact) != _IBAN_LENGTHS.get(compact[:2]) or not compact.isalnum() or not compact.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1
