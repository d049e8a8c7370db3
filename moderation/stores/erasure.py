"""What stays of values whose person wants to be forgotten: what happened, and nobody's words.

What stores keep of an erased exchange is what these functions leave; how they get the rest out of their files is their
own business.
"""

from dataclasses import replace

from moderation.records import Closing, Exchange, Objection, Opening


def emptied(exchange: Exchange) -> Exchange:
    """An exchange without its person and without texts."""
    return replace(
        exchange,
        opening=replace(nameless(exchange.opening), said=""),
        objections=tuple(map(wordless, exchange.objections)),
        closing=exchange.closing and silent(exchange.closing),
        erased=True,
    )


def wordless(objection: Objection) -> Objection:
    """Which rules found what, how sure and how strict they were."""
    findings = tuple(replace(finding, spans=(), detail="") for finding in objection.findings)
    return replace(objection, text="", shown="", findings=findings, by="")


def textless(exchange: Exchange) -> Exchange:
    """An exchange whose texts were kept for long enough: whose it was and what was found."""
    return replace(
        exchange,
        opening=replace(exchange.opening, said=""),
        objections=tuple(replace(wordless(each), by=each.by) for each in exchange.objections),
        closing=exchange.closing and silent(exchange.closing),
    )


def silent(closing: Closing) -> Closing:
    """How it ended and what it cost."""
    return replace(closing, shown="")


def nameless(opening: Opening) -> Opening:
    """An opening without who, in which conversation and in which message."""
    return replace(opening, origin=replace(opening.origin, person="", conversation="", message=""))


def anonymous(objection: Objection) -> Objection:
    """A report without its comment and its member: the reply that was reported is another person's."""
    findings = tuple(replace(finding, detail="") for finding in objection.findings)
    return replace(objection, findings=findings, by="")


def reported_by(person: str, exchange: Exchange) -> Exchange:
    """What there is of `person` in an exchange of somebody else: the reports. What was said there, how it ended and
    what moderators did is not theirs."""
    opening = nameless(exchange.opening)
    return replace(
        exchange,
        opening=replace(opening, origin=replace(opening.origin, person=person), said=""),
        objections=tuple(objection for objection in exchange.objections if objection.by == person),
        closing=None,
        case=replace(exchange.case, holder="", decided_by="", exchanges=(exchange.id,), reviews=()),
    )
