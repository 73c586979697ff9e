"""A case is a fold over the set of its acts, in whatever order they arrive; acts of before, of one weapon, still tell it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import jcs
from countermark.ledger.entry import Entry, Recorded
from countermark.tracing.cases import states
from countermark.tracing.cases.rules import Facts, Mark, Recovered

FACTS = {"how": "find", "date": "2026"}


def told(*acts: dict[str, Any]) -> tuple[list[Entry], dict[str, bytes]]:
    """Acts recorded one a minute, each with its document."""
    entries, documents = [], {}
    for number, act in enumerate(acts):
        body = {"type": "act", "case": "c", **act}
        if "document" in body:
            documents[str(number)] = jcs.encode(body["document"])
            body["document"] = str(number)
        recorded = Recorded(time=f"2026-01-01T00:{number:02}:00.000Z", by="officer", device_time=None)
        entries.append(Entry(number, str(number), "act", body, recorded, "XA/main/1"))
    return entries, documents


def test_a_case_of_before_has_one_weapon() -> None:
    flat = {**FACTS, "readings": [{"reading": "AB 1"}], "kind": "rifle"}
    found = states.fold(
        *told(
            {"act": "recovery_opened", "document": flat},
            {"act": "recovery_identified", "weapon": "w", "confirmed": True, "document": {"text": "all agree"}},
        )
    )
    assert found is not None
    assert found.facts == Facts("find", "2026")
    assert [(one.said, one.weapon) for one in found.items] == [(Recovered((Mark("AB 1"),), "rifle"), "w")]


def test_each_weapon_has_its_own_decisions() -> None:
    found = states.fold(
        *told(
            {"act": "recovery_opened", "document": FACTS},
            {"act": "recovery_weapon", "item": "a", "document": {"kind": "rifle"}},
            {"act": "recovery_weapon", "item": "b", "document": {"kind": "pistol"}},
            {"act": "recovery_identified", "item": "b", "weapon": "w", "confirmed": True},
            {"act": "recovery_asked", "conversation": "r", "items": ["b"]},
            {"act": "recovery_dropped", "item": "a"},
        )
    )
    assert found is not None
    assert [(one.id, one.weapon) for one in found.items] == [("b", "w")]
    assert found.asked == (states.Asked("r", ("b",)),)


def test_the_weapon_confirmed_last_is_the_one() -> None:
    decisions = [("w", True), ("v", True), ("w", False), ("w", True)]
    acts = [{"act": "recovery_identified", "item": "a", "weapon": name, "confirmed": yes} for name, yes in decisions]
    found = states.fold(*told({"act": "recovery_opened", "document": FACTS}, *acts))
    assert found is not None
    assert found.weapons == ("w",)


@given(st.permutations(range(6)))
def test_a_case_does_not_depend_on_the_order_its_acts_arrive_in(order: list[int]) -> None:
    entries, documents = told(
        {"act": "recovery_weapon", "item": "a", "document": {"kind": "rifle"}},
        {"act": "recovery_opened", "document": FACTS, "office": "north"},
        {"act": "recovery_identified", "item": "a", "weapon": "w", "confirmed": True},
        {"act": "recovery_closed", "document": {"outcome": "A6"}},
        {"act": "recovery_moved", "office": "south"},
        {"act": "recovery_changed", "document": {**FACTS, "date": "2025"}},
    )
    assert states.fold([entries[at] for at in order], documents) == states.fold(entries, documents)
