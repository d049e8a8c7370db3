"""Whose a telephone number is: nobody's, everybody's or somebody's own. The plans are those that phonenumbers has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumber,
    PhoneNumberMatcher,
    PhoneNumberType,
    is_valid_number,
    number_type,
    parse,
)

from moderation.filters.privacy_numbers import digits_of

REGIONS: Final = ("KR", "US", "GB", "AU")
"""Whose numbers are read without a country code (Canada's are as those of the United States), likeliest first."""
_EVERYBODYS: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
"""Of companies and services: meant to be called by anybody."""
_LOOK_ALIKE: Final = str.maketrans("OolIi", "00111")


@dataclass(frozen=True, slots=True)
class Phones:
    """Telephone numbers, and those among them that anybody may say."""

    public: frozenset[str]

    def own(self, text: str) -> bool:
        """Whether `text` is not a number that everybody knows, an example, or too short for anybody's."""
        digits = digits_of(text.translate(_LOOK_ALIKE))
        if not 8 <= len(digits) <= 15 or digits in self.public or len(set(digits[3:])) == 1:
            return False
        national = digits.removeprefix("1") if len(digits) == 11 and digits[0] == "1" else digits
        fictional = len(national) == 10 and national[3:8] == "55501"
        return not fictional and national not in self.public and not digits.endswith("0000000")

    def personal(self, text: str) -> bool:
        """Whether `text` can be somebody's, and is not known to be a service's."""
        return self.own(text) and not self.everybodys(text)

    def everybodys(self, text: str) -> bool:
        """Whether some plan gives `text` to companies or services and none to a person."""
        kinds = {number_type(number) for number in _readings(text)}
        return bool(kinds) and kinds <= _EVERYBODYS

    def valid(self, text: str) -> bool:
        """Whether the plan of some region has `text` as the number of a person."""
        return any(number_type(number) not in _EVERYBODYS for number in _readings(text))

    def grouped(self, text: str) -> bool:
        """Whether `text` is also written as its region writes numbers, the sign of one dialled within the country or
        from abroad in front: what hardly anything else looks like."""
        if text[0] not in "0+(":
            return False
        return any(
            number_type(found.number) not in _EVERYBODYS
            for region in REGIONS
            for found in PhoneNumberMatcher(text, region, leniency=Leniency.STRICT_GROUPING)
        )


def _readings(text: str) -> Iterator[PhoneNumber]:
    """`text` as a valid number of each region it may be of."""
    plain = text.translate(_LOOK_ALIKE)
    for region in REGIONS:
        try:
            number = parse(plain, region)
        except NumberParseException:
            continue
        if is_valid_number(number):
            yield number
        if plain.lstrip("(").startswith("+"):
            return
