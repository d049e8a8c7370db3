"""The chain over the audit trail: each step's digest covers the one before it, so that no step can be changed, added or
taken away without all that follow being written anew.

Whoever can write the database can do that too; the digest of the last step (`Audit.head`), kept elsewhere, shows it.
"""

import hashlib
import json

from moderation.cases import Review


def link(before: str, exchange: str, review: Review) -> str:
    """The digest of a step, in hexadecimal; `before` is that of the step before it, "" for the first. Every field
    counts but `review.chain`; of times it is the instant."""
    told = [
        before,
        exchange,
        review.at.isoformat(),
        review.actor,
        review.tool,
        review.step.value,
        review.before.value,
        review.after.value,
        review.ruling.value if review.ruling else "",
        review.policy,
        review.note,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
