"""What is looked for is found by the database as rules say it, whoever looks: over records of every kind there can be."""

from random import Random
from typing import Any

import pytest

from countermark.cooperation import finding, queries
from countermark.cooperation.finding import Sought
from countermark.cooperation.models import SubjectRow
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject

pytestmark = pytest.mark.django_db
ACTORS = ["XA", "XQ", "XB"]
VIEWERS = [Viewer(""), Viewer("XA"), Viewer("XQ"), Viewer('X"'), Viewer("", all=True)]


def row(kind: str, number: int, chance: Random) -> SubjectRow:
    """A record with some of what it may say left out, as whoever states it may."""
    value: dict[str, Any] = {
        "title": "n",
        "theme": chance.choice(["marking", "records"]),
        "gap": "n",
        "currency": "EUR",
        "priority": chance.randrange(1, 6),
        "budget": chance.randrange(3),
        "begin": f"202{chance.randrange(10)}-01-01",
        "end": f"203{chance.randrange(10)}-12-31",
    }
    lines = [{"kind": one, "what": "", "quantity": 1} for one in ("equipment", 'q"x')]
    costs = [{"category": "equipment", "amount": chance.randrange(4), "payer": "", "what": ""}]
    maybe: dict[str, Any] = {
        "wanted": chance.sample(lines, chance.randrange(3)),
        "once": costs * chance.randrange(3),
        "visibility": chance.choice(["public", "partners", "private", "what another version says"]),
        "partners": chance.sample([*ACTORS, 'X"'], chance.randrange(3)),
        "kinds": chance.sample(["equipment", "training"], chance.randrange(3)),
        "themes": chance.sample(["marking", "records"], chance.randrange(3)),
        "regions": chance.sample(["west", "XQ"], chance.randrange(3)),
    }
    value |= {name: one for name, one in maybe.items() if chance.random() < 0.8}
    unasked = (
        ("budget", "kinds", "themes", "regions") if kind == "need" else ("theme", "gap", "priority", "wanted", "once")
    )
    return SubjectRow(
        kind=kind, key=f"k{number}", state=chance.choice(["open", "draft", "withdrawn"]), parent=f"actor:{chance.choice(ACTORS)}",
        place="", person="", due=value["end"], finding="", since=f"2026-01-0{chance.randrange(1, 9)}", time="", by="", log="", acts=1,
        value={name: one for name, one in value.items() if name not in unasked},
    )  # fmt: skip


@pytest.fixture(params=range(3))
def everything(request: pytest.FixtureRequest) -> dict[str, list[Subject]]:
    """Needs and offers as the house lists them for who sees all: the newest first."""
    chance = Random(request.param)
    for kind in ("need", "offer"):
        SubjectRow.objects.bulk_create([row(kind, number, chance) for number in range(80)])
    return {kind: queries.visible(Viewer("", all=True), kind) for kind in ("need", "offer")}


def may(who: Viewer, one: Subject) -> bool:
    return who.sees(one) and (one.state != "draft" or who.all or who.may_change(one))


@pytest.mark.parametrize("who", VIEWERS, ids=str)
def test_the_database_shows_whoever_looks_what_the_rules_say_and_nothing_else(
    who: Viewer, everything: dict[str, list[Subject]]
) -> None:
    for kind, every in everything.items():
        assert queries.visible(who, kind) == [one for one in every if may(who, one)]


def fits(kind: str, one: Subject, asked: Sought) -> bool:
    """Whether a record is what is looked for, in plain words of this test."""
    value = one.value
    if kind == "need":
        chosen = [
            (asked.theme, [value["theme"]]),
            (asked.kind, [line["kind"] for line in value.get("wanted", ())]),
            (asked.priority, [str(value["priority"])]),
        ]
    else:
        lists = [(asked.theme, "themes"), (asked.kind, "kinds"), (asked.region, "regions")]
        chosen = [(wanted, value.get(name) or [wanted]) for wanted, name in lists]
    return (
        all(not wanted or wanted in some for wanted, some in chosen)
        and (not asked.state or one.state == asked.state)
        and (not asked.actor or one.parent == f"actor:{asked.actor}")
        and (not asked.begin or value["end"] >= asked.begin)
        and (not asked.end or value["begin"] <= asked.end)
    )


def placed(one: Subject, order: str) -> Any:
    """Where a record stands in an order; equal ones stay the newest first."""
    value = one.value
    amount = value.get("budget", sum(line["amount"] for line in value.get("once", ())))
    return {"priority": (value.get("priority", 0), value["end"]), "amount": -amount, "end": value["end"]}.get(order, 0)


ASKED = [
    Sought(),
    Sought(theme="marking"),
    Sought(kind="equipment"),
    Sought(kind='q"x'),
    Sought(priority="1"),
    Sought(priority="01"),
    Sought(region="west", order="amount"),
    Sought(actor="XQ", state="open", order="end"),
    Sought(begin="2035-01-01", order="priority"),
    Sought(end="2024-12-31", order="amount"),
    Sought(begin="~", end="!"),
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_what_is_looked_for_is_found_in_its_order_and_counted(
    asked: Sought, everything: dict[str, list[Subject]]
) -> None:
    who = Viewer("XA")
    for kind, find in (("need", finding.needs), ("offer", finding.offers)):
        expected = [one for one in everything[kind] if may(who, one) and fits(kind, one, asked)]
        expected.sort(key=lambda one: placed(one, asked.order))

        assert [one for one, _value in find(who, asked)] == expected
        assert [one for one, _value in find(who, asked, 5)] == expected[:5]
        assert finding.count(who, kind, asked) == len(expected)


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_what_no_store_can_hold_is_not_found(text: str, everything: dict[str, list[Subject]]) -> None:
    assert finding.needs(Viewer("XA"), Sought(theme=text)) == []
    assert finding.count(Viewer("XA"), "offer", Sought(begin=text)) == 0
