"""Policies as an operator may have cut them."""

import re
from typing import Final

from moderation.policy import policy_text

WITHOUT_PROFILES: Final = re.sub(r"(?ms)^\[profiles\..*?(?=^\[(?!profiles\.)|\Z)", "", policy_text())
"""The one that ships, with nothing in it about listeners to be careful with."""
