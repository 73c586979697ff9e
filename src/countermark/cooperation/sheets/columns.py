"""The columns of a spreadsheet of needs and of one of offers. Pure.

Rows that bear the same `ref` are one record: its facts stand in the first of them, and each row may add a line (`line`, `category`,
`what`, `quantity`, `amount`, `payer`) of what is wanted or of costs. Fields of several values hold one a line (`LINES`) or are parted by
commas (`LISTS`).
"""

from typing import Literal

Kind = Literal["needs", "offers"]


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


NEED_FACTS: dict[str, str] = {
    "actor": _("the key of the actor you speak for, or empty"),
    "state": _("draft, open, met or withdrawn; empty: open"),
    "title": _("what is needed, in one line"),
    "theme": _("a theme, such as marking"),
    "gap": _("what is lacking"),
    "currency": _("three letters (ISO 4217)"),
    "priority": _("1 (highest) to 5"),
    "begin": _("first day, YYYY-MM-DD"),
    "end": _("last day, YYYY-MM-DD"),
    "plan": _("the national plan it stands in"),
    "indicator": _("a figure of the register, which is read when the file is loaded"),
    "indicator_value": _("its value as it was kept; empty for a new need"),
    "indicator_day": _("the day it was read; empty for a new need"),
    "evidence": _("other evidence, in words"),
    "sites": _("one a line"),
    "languages": _("two letters each (ISO 639), parted by commas"),
    "after": _("who pays when the project is over: the key or name of an actor"),
    "compatible": _("what new things must work with, one a line"),
    "prerequisites": _("what must be there first"),
    "rules": _("readiness of rules, 0 to 3"),
    "structures": _("readiness of structures, 0 to 3"),
    "infrastructure": _("readiness of infrastructure, 0 to 3"),
    "staff": _("readiness of staff, 0 to 3"),
    "min_share": _("the least percentage that is of use"),
    "visibility": _("private, partners or public; empty: private"),
    "partners": _("keys or names of actors, parted by commas"),
}
NEED_LINES: dict[str, str] = {
    "line": _("wanted, once or yearly: what this row adds"),
    "category": _("of what is wanted, a kind of help; of a cost, what it is for"),
    "what": _("what exactly"),
    "quantity": _("how many are wanted"),
    "amount": _("of a cost, such as 12500.50"),
    "payer": _("who pays: the key or name of an actor; empty for nobody yet"),
}
OFFER_FACTS: dict[str, str] = {
    "actor": _("the key of the actor you speak for, or empty"),
    "state": _("draft, open, spent or withdrawn; empty: open"),
    "title": _("what is offered, in one line"),
    "kinds": _("kinds of help, parted by commas; empty: any"),
    "budget": _("such as 250000.00; 0 where it is not money"),
    "currency": _("three letters (ISO 4217)"),
    "ceiling": _("at most for one project; empty: none"),
    "co_funding": _("the percentage others must bring"),
    "begin": _("first day, YYYY-MM-DD"),
    "end": _("last day, YYYY-MM-DD"),
    "themes": _("themes, parted by commas; empty: any"),
    "regions": _("regions and countries, parted by commas; empty: any"),
    "eligible": _("who may ask: keys or names of actors, parted by commas; empty: everybody"),
    "languages": _("two letters each (ISO 639), parted by commas"),
    "standards": _("what equipment given works with, one a line"),
    "conditions": _("in words"),
    "rules": _("the code of the rules of its facility"),
    "visibility": _("private, partners or public; empty: public"),
    "partners": _("keys or names of actors, parted by commas"),
}
REF = {"ref": _("a number of your own, the same each time you load it; rows with the same are one record")}

FACTS: dict[Kind, dict[str, str]] = {"needs": NEED_FACTS, "offers": OFFER_FACTS}
LINES_OF: dict[Kind, dict[str, str]] = {"needs": NEED_LINES, "offers": {}}
REQUIRED: dict[Kind, tuple[str, ...]] = {
    "needs": ("ref", "title", "theme", "gap", "currency", "priority", "begin", "end"),
    "offers": ("ref", "title", "budget", "currency", "begin", "end"),
}
EXAMPLES: dict[Kind, tuple[dict[str, str], ...]] = {
    "needs": (
        {
            "ref": "EXAMPLE-1", "title": "Marking of the police stocks", "theme": "marking", "gap": "No import marks", "currency": "EUR",
            "priority": "2", "begin": "2027-01-01", "end": "2028-12-31", "visibility": "public", "line": "wanted",
            "category": "equipment", "what": "dot-peen machine", "quantity": "2",
        },
        {"ref": "EXAMPLE-1", "line": "once", "category": "equipment", "amount": "40000"},
        {"ref": "EXAMPLE-1", "line": "yearly", "category": "consumables", "amount": "800"},
    ),
    "offers": (
        {
            "ref": "EXAMPLE-1", "title": "Marking and records in the west", "kinds": "funds, equipment", "budget": "250000", "currency": "EUR",
            "begin": "2027-01-01", "end": "2028-12-31", "themes": "marking, records", "regions": "west",
        },
    ),
}  # fmt: skip


def header(kind: Kind) -> list[str]:
    """The columns of a file, in order."""
    return [*REF, *FACTS[kind], *LINES_OF[kind]]


def told(kind: Kind) -> dict[str, str]:
    """What each column holds."""
    return {**REF, **FACTS[kind], **LINES_OF[kind]}
