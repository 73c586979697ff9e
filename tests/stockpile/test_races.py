"""Two people at the same moment, each with a connection of their own: one wins, the other is told why, nothing is doubled."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.ledger.store import all_entries
from countermark.ledger.verify import verify
from countermark.register import asking
from countermark.register.checking import Refused
from countermark.register.projection import entries_of
from countermark.stockpile import acts, handing, proposals, receipts, roster, units
from countermark.stockpile.counting import services as counting
from countermark.stockpile.counting.reading import Scan
from countermark.stockpile.counting.services import Opening
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Plan
from countermark.stockpile.handing import HandOver
from countermark.stockpile.receipts import Counter
from countermark.stockpile.rules.custody import Policy
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, TRAINED, Armoury, armoury, state
from tests.support.races import at_once

TWO = (Actor("armourer7"), Actor("armourer8"))


@pytest.fixture
def place(store: str) -> Armoury:
    return armoury()


def refusals(found: list[Any]) -> list[str]:
    """The codes of those that were refused; anything else that went wrong is raised."""
    for one in found:
        if isinstance(one, Exception) and not isinstance(one, Refused):
            raise one
    return [one.errors[0].code for one in found if isinstance(one, Refused)]


def hand_overs(weapon: str) -> int:
    return sum(1 for one in entries_of([weapon]) if "countermark:custody" in one.body)


def test_one_weapon_is_issued_by_one_of_two_armourers(place: Armoury) -> None:
    other, _card = roster.enrol("Cpl S. Econd (1003)", place=DEPOT, qualifications=TRAINED, by=CHIEF)
    whom = (place.trained, other.party)

    found = at_once(
        *(
            partial(receipts.issue, Counter(place.depot, by), place.weapons[:1], to, "shift")
            for by, to in zip(TWO, whom, strict=True)
        )
    )

    assert refusals(found) == ["state"]
    (refused,) = (one for one in found if isinstance(one, Refused))
    assert refused.errors[0].value == place.weapons[0]
    assert "issued" in str(refused.errors[0].expected)
    held = state(place.weapons[0])
    assert held.custody is not None
    assert len(held.custody.heads) == 1
    assert (acts.rows("receipt").count(), hand_overs(place.weapons[0])) == (1, 1)
    assert verify().ok


def test_a_double_click_is_one_receipt_and_both_lead_to_it(place: Armoury) -> None:
    counter = Counter(place.depot, ARMOURER, request="k1")
    click = partial(receipts.issue, counter, place.weapons[:2], place.trained, "shift")

    found = at_once(click, click)

    assert refusals(found) == []
    assert found[0] == found[1]
    assert (acts.rows("receipt").count(), hand_overs(place.weapons[0])) == (1, 1)


def test_a_double_click_on_the_page_of_a_counter_leads_twice_to_one_receipt(place: Armoury) -> None:
    client = people.signed_in("belo", "armourer", DEPOT)
    address = "/stockpile/counter/issue/"
    client.get(address)
    for scan_id, text in (("1", place.card), ("2", "AB1000")):
        client.post(f"{address}scan/", {"scan": text, "scan_id": scan_id}, headers={"HX-Request": "true"})
    # What the page showed goes with the button: so the second click is known again where the first was done before it came.
    [seen] = re.findall(r'name="seen" value="([^"]+)"', client.get(address).content.decode())

    def click() -> str:
        window = Client()
        window.cookies = client.cookies
        answer = window.post(f"{address}done/", {"seen": seen})
        assert answer.status_code == 302, answer.content.decode()[-2000:]
        return str(answer.headers["Location"])

    found = at_once(click, click)

    assert refusals(found) == []
    assert found[0] == found[1]
    assert acts.rows("receipt").count() == 1


def destruction(place: Armoury) -> str:
    said = Plan(place.depot, place.weapons[:1], "order 12", "burial", "Observer", "none is")
    disposal.plan(said, by=ARMOURER)
    return acts.subjects("proposal", state="pending")[0].key


def hand_over(place: Armoury) -> str:
    units.set_policy(Policy(("issue",)), place=place.depot, reason="order", by=CHIEF)
    said = HandOver("out", place.depot, place.weapons[:1], place.trained, "shift")
    return handing.propose(said, request="r1", by=ARMOURER)


@pytest.mark.parametrize(
    ("propose", "done"), [(destruction, "stockpile_destruction_authorised"), (hand_over, "stockpile_receipt_made")]
)
def test_one_of_two_approvers_approves(place: Armoury, propose: Callable[[Armoury], str], done: str) -> None:
    for name in ("first", "second"):
        people.person(name, "commander", DEPOT)
    key = propose(place)

    found = at_once(*(partial(proposals.approve, key, by=Actor(name)) for name in ("first", "second")))

    assert refusals(found) == ["decided"]
    assert acts.subjects("proposal")[0].state == "approved"
    assert times(done) == 1
    assert verify().ok


def test_one_of_two_who_decide_otherwise_is_heard(place: Armoury) -> None:
    for name in ("first", "second"):
        people.person(name, "commander", DEPOT)
    key = destruction(place)

    found = at_once(
        partial(proposals.approve, key, by=Actor("first")),
        partial(proposals.decline, key, reason=Reason("other", "not now"), by=Actor("second")),
    )

    assert refusals(found) == ["decided"]
    assert acts.subjects("proposal")[0].finding == ""


def test_a_double_click_on_what_has_to_wait_is_one_proposal_and_both_lead_to_it(place: Armoury) -> None:
    soon = (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")
    sale = {"event": "sale", "date": soon, "to": "A. Friend"}
    click = partial(asking.add_event, place.weapons[0], sale, by=Actor("rita"))

    found = at_once(*[click] * 6)

    (one,) = acts.subjects("proposal")
    assert found == [asking.Waits(one.key, place.weapons[0])] * 6


def test_a_shipment_is_sent_off_once(place: Armoury) -> None:
    said = Manifest(DEPOT, OTHER, place.weapons[:2], "2030-01-01", authority="order 7")
    key = shipments.prepare(said, by=ARMOURER)

    found = at_once(*(partial(shipments.dispatch, key, by=by) for by in TWO))

    assert len(refusals(found)) == 1
    assert hand_overs(place.weapons[0]) == 1


def test_two_counters_have_a_sheet_each_and_a_count_is_closed_once(place: Armoury) -> None:
    key = counting.open_count(Opening(place.depot), by=CHIEF)
    counters = [Actor(people.person(name, "counter", DEPOT).username) for name in ("cara", "carl")]

    sheets = at_once(*(partial(counting.begin, key, by=by) for by in counters))

    assert len({str(one) for one in sheets}) == 2
    for number, by in zip(sheets, counters, strict=True):
        assert isinstance(number, str)
        counting.scan(key, number, [Scan(f"AB{1000 + n}", f"{by.name}{n}") for n in range(2)], by=by)
        counting.end(key, number, by=by)
    counting.decide(key, [place.weapons[2]], "explained", "seen at the range", by=CHIEF)

    def close(by: Actor) -> tuple[int, int]:
        counting.close(key, by=by)
        return counting.record(key, by=by)

    found = at_once(*(partial(close, Actor(name)) for name in ("first", "second")))

    assert refusals(found) == []
    assert found == [(2, 2), (2, 2)]
    assert (times("stockpile_count_closed"), times("stockpile_count_recorded")) == (1, 1)
    counted = [one for one in entries_of(place.weapons) if one.body.get("countermark:event") == "count"]
    assert len(counted) == 2
    assert verify().ok


def times(word: str) -> int:
    """How often an act stands in the log."""
    return sum(1 for one in all_entries() if one.body.get("act") == word)
