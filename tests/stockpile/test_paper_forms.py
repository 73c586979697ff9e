"""Hand-overs on paper forms, keyed later: as on the screen, once, with both times."""

import pytest

from countermark.ledger.verify import verify
from countermark.register import papercodes, papers
from countermark.register.checking import Refused
from countermark.stockpile import acts, receipts
from countermark.stockpile.papers import keyed
from countermark.stockpile.papers.keyed import HandOver
from countermark.stockpile.receipts import Receipt
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued, state

WRITTEN = "2026-06-30T08:15+02:00"


@pytest.fixture
def place(db: None) -> Armoury:
    return armoury()


def numbered(kind: str) -> str:
    (form,) = papers.issue(kind, by=ARMOURER)
    return form.code


def test_an_issue_on_paper_has_the_time_of_the_paper_and_that_of_the_keying(place: Armoury) -> None:
    code = numbered("issue")

    made = keyed.key(code, HandOver(place.counter(), place.weapons, WRITTEN, place.trained, "shift"))

    receipt = acts.subject("receipt", made)
    assert receipt is not None
    value = receipt.of(Receipt)
    assert (value.happened, value.signed) == (WRITTEN, "paper")
    assert receipt.since > WRITTEN
    assert value.due == "2026-06-30T18:15:00Z"
    form = papers.find(code)
    assert form is not None
    assert (form.state, form.event_id) == ("keyed", made)
    assert verify().ok


def test_a_form_is_keyed_once(place: Armoury) -> None:
    code = numbered("return")
    issued(place)
    said = HandOver(place.counter(), place.weapons, "2026-06-30")
    keyed.key(code, said)

    with pytest.raises(Refused):
        keyed.key(code, said)


def test_a_form_whose_hand_over_is_refused_stays_out(place: Armoury) -> None:
    code = numbered("issue")

    with pytest.raises(Refused):
        keyed.key(code, HandOver(place.counter(), place.weapons, WRITTEN, place.recruit, "shift"))

    form = papers.find(code)
    assert form is not None
    assert form.state == papers.OUT
    assert acts.rows("receipt").count() == 0


def test_a_form_for_an_event_is_no_hand_over(place: Armoury) -> None:
    (form,) = papers.issue("event", event="loss", by=ARMOURER)

    with pytest.raises(Refused):
        keyed.key(form.code, HandOver(place.counter(), place.weapons, WRITTEN))


def test_an_armourer_has_a_form_printed_and_keys_it_by_its_code(place: Armoury) -> None:
    client = people.signed_in("belo", "armourer", DEPOT)
    answer = client.post("/forms/", {"form": "issue", "copies": 1, "to": ""})
    sheet = client.get(answer.headers["Location"]).content.decode()
    (form,) = papers.outstanding()
    assert papercodes.shown(form.code) in sheet
    assert "Received by" in sheet

    asked = client.post("/forms/find/", {"code": papercodes.shown(form.code)}, follow=True)
    assert asked.redirect_chain[-1][0] == f"/stockpile/forms/{form.code}/"
    said = {
        "place": place.depot,
        "person": "Cpl T. Rained (1001)",
        "kind": "loan",
        "weapons": "AB1000\nAB1001",
        "written": WRITTEN,
    }
    kept = client.post(f"/stockpile/forms/{form.code}/", {**said, "weapons": "nothing"})
    assert kept.status_code == 422
    assert WRITTEN in kept.content.decode()
    done = client.post(f"/stockpile/forms/{form.code}/", said)

    assert done.status_code == 302, done.content.decode()[-2000:]
    held = state(place.weapons[0]).custody
    assert held is not None
    assert held.kind == "loan"
    assert client.get(f"/forms/{form.code}/").headers["Location"] == done.headers["Location"]
    assert receipts.proof_of(done.headers["Location"].rstrip("/").rpartition("/")[2])


def test_the_list_of_what_is_due_is_printed_with_a_number_and_keyed_once(place: Armoury) -> None:
    receipts.issue(place.counter(), place.weapons, place.trained, "shift", due="2026-01-02")
    client = people.signed_in("belo", "armourer", DEPOT)
    assert "/stockpile/due/print/" in client.get("/stockpile/due/").content.decode()

    printed = client.post(f"/stockpile/due/print/?store={place.depot}").headers["Location"]

    page = client.get(printed).content.decode()
    (form,) = papers.outstanding()
    code = papercodes.shown(form.code)
    assert all(said in page for said in (code, "T. Rained", "AB1000", "AB1002", "overdue", 'class="tick"'))
    found = client.post("/find/", {"q": code}, follow=True)
    address = found.redirect_chain[-1][0]
    said = {"place": place.depot, "weapons": "AB1000\nAB1001", "written": WRITTEN}
    assert client.post(address, said).status_code == 302
    assert [state(weapon).custody.kind for weapon in place.weapons] == ["store", "store", "shift"]  # type: ignore[union-attr]
    assert client.get(printed).status_code == 404
    again = client.post("/stockpile/due/print/").headers["Location"]
    assert "AB1000" not in client.get(again).content.decode()


def test_what_is_not_home_is_printed_for_who_takes_over(place: Armoury) -> None:
    issued(place, place.weapons[0])
    client = people.signed_in("belo", "armourer", DEPOT)

    page = client.get("/stockpile/home/paper/").content.decode()

    assert "AB1000" in page
    assert "AB1001" not in page
    assert "<svg" in page
    assert "AB1000" not in people.signed_in("far", "armourer", OTHER).get("/stockpile/home/paper/").content.decode()
