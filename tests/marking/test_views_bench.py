"""Pages of work orders and the bench: from the register to an accepted weapon, by forms alone."""

import re

import pytest
from django.test import Client

from countermark.ledger import identity, store
from countermark.ledger import services as ledger
from countermark.marking import batches, bench, catalogue, equipment, numbering, queries, sheets
from countermark.marking.catalogue import IdentityPolicy
from countermark.marking.models import BatchRow
from countermark.marking.states import CRITERIA, Batch, Item
from countermark.marking.views import batches as pages
from tests.marking import photograph, workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db

ORDERS = "/marking/orders/"


@pytest.fixture(autouse=True)
def _authority(db: None) -> None:
    workshop.authority()


@pytest.fixture
def officer() -> Client:
    return people.signed_in("mara", "marking")


def text(client: Client, url: str) -> str:
    response = client.get(url, follow=True)
    assert response.status_code == 200, url
    return str(response.content.decode())


def send(client: Client, url: str, **fields: object) -> str:
    return str(client.post(url, fields, follow=True).content.decode())


def size() -> int:
    return store.size(ledger.require_own_log())


def fresh(item: Item) -> Item:
    return batches.item(item.id)


def one(made: Batch | None = None) -> Item:
    return workshop.items(made or workshop.batch())[0]


def step(item: Item, name: str) -> str:
    return f"/marking/weapons/{item.id}/{name}/"


def screen(item: Item) -> str:
    return f"{ORDERS}{item.batch}/bench/?item={item.id}"


# Work orders

ORDER = {
    "name": "Depot 1, first lot",
    "occasion": "state_holding",
    "profiles": ["iti"],
    "authority": "xa-import",
    "country": "XA",
    "agency": "XA POLICE",
}


def test_a_work_order_is_shown_before_it_is_made(officer: Client) -> None:
    people.weapon("W1", marks=[{"component": "frame", "mark_condition": "none"}])

    page = send(officer, f"{ORDERS}new/", **ORDER, refs="W1", action="show")

    assert "1 weapon needs marks" in page
    assert "of 1 looked at" in page
    assert not BatchRow.objects.exists()


def test_a_work_order_is_made_from_record_numbers(officer: Client) -> None:
    for ref in ("W1", "W2"):
        people.weapon(ref, marks=[{"component": "frame", "mark_condition": "none"}])

    page = send(officer, f"{ORDERS}new/", **ORDER, refs="W1\nW2\n", action="make")

    made = batches.batch_of_row(BatchRow.objects.get())
    assert (made.name, made.state, made.items, made.profiles) == ("Depot 1, first lot", "draft", 2, ["iti"])
    assert "The work order was made" in page


def test_a_form_sent_twice_makes_one_work_order_and_a_changed_one_another(officer: Client) -> None:
    people.weapon("W1", marks=[{"component": "frame", "mark_condition": "none"}])
    form = {**ORDER, "refs": "W1", "action": "make", "once": officer.get(f"{ORDERS}new/").context["once"]}

    for name in ("First", "First", "Second"):
        send(officer, f"{ORDERS}new/", **{**form, "name": name})

    assert BatchRow.objects.count() == 2


def test_a_work_order_is_made_from_what_weapons_have_in_common(officer: Client) -> None:
    people.weapon("W1", marks=[{"component": "frame", "mark_condition": "none"}])
    people.weapon(
        "W2",
        facts={**people.REVOLVER, "maker": "Taurus"},
        marks=[{"component": "frame", "mark_condition": "none"}],
    )

    send(officer, f"{ORDERS}new/", **ORDER, maker="Taurus", action="make")

    assert [item.ref for item in workshop.items(batches.batch_of_row(BatchRow.objects.get()))] == ["W2"]


def test_a_record_number_nobody_knows_is_named_beside_its_field(officer: Client) -> None:
    response = officer.post(f"{ORDERS}new/", {**ORDER, "refs": "nowhere", "action": "make"})

    assert response.status_code == 422
    assert "the record number of one weapon you may see" in response.content.decode()


def test_weapons_of_another_place_cannot_be_put_into_a_work_order() -> None:
    people.places()
    people.weapon("W1", place=SOUTH)
    northern = people.signed_in("nora", "marking", NORTH)

    at_home = {"place": identity.opaque("place", NORTH)}
    response = northern.post(f"{ORDERS}new/", {**ORDER, **at_home, "refs": "W1", "action": "make"})

    assert response.status_code == 422
    assert "the record number of one weapon you may see" in response.content.decode()
    assert not BatchRow.objects.exists()


def test_work_orders_of_another_place_are_not_there() -> None:
    people.places()
    made = workshop.batch(place=SOUTH)
    northern, southern = people.signed_in("nora", "marking", NORTH), people.signed_in("saul", "marking", SOUTH)
    item = one(made)

    assert [client.get(f"{ORDERS}{made.id}/").status_code for client in (northern, southern)] == [404, 200]
    assert [client.get(f"{ORDERS}{made.id}/bench/").status_code for client in (northern, southern)] == [404, 200]
    assert northern.post(step(item, "serial"), {"first": "SN W1"}).status_code == 404
    assert made.name not in text(northern, ORDERS)
    assert made.name in text(southern, ORDERS)


def test_a_work_order_is_released_and_not_closed_before_it_is_done(officer: Client) -> None:
    made = workshop.batch(release=False)

    send(officer, f"{ORDERS}{made.id}/move/", state="released")
    page = send(officer, f"{ORDERS}{made.id}/move/", state="inspected")

    assert batches.batch(made.id).state == "released"
    assert "a state that follows released" in page


def test_a_file_for_a_machine_says_which_weapon_is_not_ready(officer: Client) -> None:
    made = workshop.batch()

    assert "has no number yet" in text(officer, f"{ORDERS}{made.id}/files/laser/")


def test_files_for_machines_hold_what_will_stand_on_the_metal(officer: Client) -> None:
    made = workshop.batch(2)
    send(officer, f"{ORDERS}{made.id}/numbers/")
    numbers = [item.number for item in workshop.items(made)]

    csv = officer.get(f"{ORDERS}{made.id}/files/laser/")
    plain = officer.get(f"{ORDERS}{made.id}/files/text/")

    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert all(number in csv.content.decode() for number in numbers)
    assert plain.content.decode().split() == numbers
    assert officer.get(f"{ORDERS}{made.id}/files/hammer/").status_code == 404


# The bench


def test_a_weapon_goes_through_the_bench(officer: Client) -> None:
    item = one(workshop.batch(2))

    asked_again = send(officer, step(item, "serial"), first="SN W1")
    ready = send(officer, step(item, "serial"), first="SN W1", second="sn w1", keyed="on")
    marked = send(officer, step(item, "apply"), attempt="1", tool="", plates="0")
    following = send(officer, step(item, "inspect"), attempt="1", criteria=list(CRITERIA), action="accept")

    assert "Key the serial once more" in asked_again
    assert fresh(item).number in ready
    assert "Look at the marks" in marked
    assert fresh(item).state == "accepted"
    assert "Weapon 2 of 2" in following
    assert "Weapon 1 is accepted." in following


def test_the_first_keying_records_nothing_and_shows_one_field(officer: Client) -> None:
    item = one()
    before = size()

    page = send(officer, step(item, "serial"), first="SN W1")

    assert size() == before
    assert len(re.findall(r'<input class="form-control mark-input bench-field"', page)) == 1


def test_the_serial_on_record_is_not_shown_before_it_was_keyed(officer: Client) -> None:
    assert "SN W1" not in text(officer, screen(one()))


def test_two_keyings_that_differ_are_said_and_nothing_is_recorded(officer: Client) -> None:
    item = one()
    before = size()

    response = officer.post(step(item, "serial"), {"first": "SN W1", "second": "SN W7", "keyed": "on"})

    assert response.status_code == 422
    assert "the same as keyed first, SN W1" in response.content.decode()
    assert size() == before


def test_another_serial_than_the_recorded_stops_the_weapon_and_shows_both(officer: Client) -> None:
    item = one()

    page = send(officer, step(item, "serial"), first="SN W8", second="SN W8", keyed="on")

    assert "the serial keyed is not the one on record" in page
    assert "SN W1" in page
    assert "SN W8" in page


def test_a_stopped_weapon_goes_on_with_a_reason(officer: Client) -> None:
    item = one()
    bench.key_serial(item.id, "SN W8", "SN W8", by=CHIEF)

    assert officer.post(step(item, "change"), {"action": "go_on", "reason": ""}).status_code == 422
    send(officer, step(item, "change"), action="go_on", reason="misread when it was recorded")

    assert fresh(item).state == "confirmed"


def test_a_number_is_changed_for_a_reason_of_the_list(officer: Client) -> None:
    item = workshop.confirmed(one())

    assert officer.post(step(item, "change"), {"action": "renumber", "number": item.number}).status_code == 422
    send(officer, step(item, "change"), action="renumber", number=item.number, reason="spoiled", words="a scratch")

    found = {number.text: number.reason_code for number in numbering.of_item(item.id)}
    assert found == {item.number: "spoiled", fresh(item).number: ""}


def test_a_weapon_is_taken_out_of_the_work_order_for_a_reason_of_the_list(officer: Client) -> None:
    item = one()

    assert officer.post(step(item, "change"), {"action": "withdraw", "reason": "other"}).status_code == 422
    send(officer, step(item, "change"), action="withdraw", reason="unserviceable")

    assert fresh(item).state == "withdrawn"


def test_every_form_of_the_bench_sent_twice_counts_once(officer: Client) -> None:
    item = one()
    forms = (
        ("serial", {"first": "SN W1", "second": "SN W1", "keyed": "on"}),
        ("apply", {"attempt": "1", "tool": "", "plates": "0"}),
        ("inspect", {"attempt": "1", "criteria": list(CRITERIA), "action": "accept"}),
    )
    for name, fields in forms:
        officer.post(step(item, name), fields)
        once = size()
        assert officer.post(step(item, name), fields).status_code == 302
        assert size() == once


def test_a_mark_that_fails_a_criterion_is_not_accepted(officer: Client) -> None:
    item = workshop.applied(one())

    response = officer.post(step(item, "inspect"), {"attempt": "1", "criteria": ["readable"], "action": "accept"})

    assert response.status_code == 422
    assert fresh(item).state == "applied"


def test_a_rework_says_what_is_to_be_done_again(officer: Client) -> None:
    item = workshop.applied(one())

    page = send(officer, step(item, "inspect"), attempt="1", action="rework", note="the second digit is faint")

    assert fresh(item).state == "rework"
    assert "the second digit is faint" in page


def test_a_photograph_is_kept_without_what_the_camera_wrote_and_shown(officer: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    item = workshop.applied(one())
    taken = photograph.jpeg()
    fields = {
        "attempt": "1",
        "criteria": list(CRITERIA),
        "action": "accept",
        "photographs": SimpleUploadedFile("a.jpg", taken, "image/jpeg"),
    }

    officer.post(step(item, "inspect"), fields)

    [digest] = fresh(item).inspections[0].photographs
    shown = officer.get(f"/marking/weapons/{item.id}/photographs/{digest}/")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert photograph.SECRET not in shown.content
    assert officer.get(f"/marking/weapons/{item.id}/photographs/{'0' * 64}/").status_code == 404


def test_a_machine_that_stands_still_is_recorded_and_the_stamps_are_taken_up(officer: Client) -> None:
    machine = workshop.laser()
    item = one()

    page = send(officer, f"{ORDERS}{item.batch}/down/", machine=machine.id, reason="no_power", item=item.id)
    workshop.confirmed(item)
    send(officer, step(item, "apply"), attempt="1", tool="", plates="0")

    assert equipment.standing_still(machine.id) is not None
    assert "Marks are put on by hand" in page
    assert [applied.method for applied in fresh(item).applied] == ["hand_stamp"]


def test_a_weapon_is_found_by_what_was_scanned(officer: Client) -> None:
    made = workshop.batch(3)
    third = workshop.items(made)[2]

    page = send(officer, f"{ORDERS}{made.id}/bench/", scan="W3")

    assert step(third, "serial") in page
    assert "No weapon of this work order" in send(officer, f"{ORDERS}{made.id}/bench/", scan="W9")


def test_next_leads_to_the_next_weapon(officer: Client) -> None:
    first, second = workshop.items(workshop.batch(2))

    assert step(second, "serial") in text(officer, step(first, "next"))


def test_those_who_only_look_reach_no_bench() -> None:
    item = one()
    commander = people.signed_in("carl", "commander")

    assert commander.get(f"{ORDERS}{item.batch}/").status_code == 200
    assert commander.get(f"{ORDERS}{item.batch}/bench/").status_code == 403
    assert commander.post(step(item, "apply"), {"attempt": "1"}).status_code == 403


# Paper


def test_a_paper_sheet_lists_what_is_not_finished(officer: Client) -> None:
    made = workshop.batch(2)
    first, second = workshop.items(made)
    workshop.accepted(first)

    page = text(officer, f"{ORDERS}{made.id}/sheet/")

    assert sheets.code_of(second.id) in page
    assert sheets.code_of(first.id) not in page
    assert "<script>" not in page


def test_a_line_of_a_sheet_is_keyed_back_with_both_times(officer: Client) -> None:
    made = workshop.batch()
    [item] = workshop.items(made)
    line = {
        "code": sheets.code_of(item.id),
        "serial": "SN W1",
        "again": "SN W1",
        "marked": "2026-05-04T13:30+02:00",
        "tool": "",
        "plates": "0",
        "inspected": "2026-05-04T14:00+02:00",
        "criteria": list(CRITERIA),
        "accepted": "on",
    }

    page = send(officer, f"{ORDERS}{made.id}/key/", **line)

    assert fresh(item).state == "accepted"
    assert [one.time for one in fresh(item).applied] == ["2026-05-04T11:30:00.000Z"]
    assert "Weapon 1: accepted." in page


def test_a_code_misread_is_refused_beside_its_field(officer: Client) -> None:
    made = workshop.batch()

    response = officer.post(f"{ORDERS}{made.id}/key/", {"code": "12345678A", "marked": "2026-05-04T13:30+02:00"})

    assert response.status_code == 422
    assert "of this sheet" in response.content.decode()


def test_the_throughput_of_a_work_order_is_told_by_machine(officer: Client) -> None:
    machine = workshop.laser()
    item = workshop.accepted(one(), machine.id)

    assert machine.name in text(officer, f"{ORDERS}{item.batch}/")
    assert queries.throughput([fresh(item)], machine.id).weapons == 1


def test_the_home_of_the_room_says_what_to_do_next(officer: Client) -> None:
    empty = text(officer, "/marking/")
    made = workshop.batch()

    assert "No work order is open." in empty
    assert made.name in text(officer, "/marking/")


# Rules


def test_rules_are_shown_with_their_sources(officer: Client) -> None:
    assert "/marking/rules/iti/" in text(officer, "/marking/rules/")
    assert "para" in text(officer, "/marking/rules/iti/")
    assert officer.get("/marking/rules/nowhere/").status_code == 404


def test_the_state_adds_a_rule_and_ends_it_with_its_reason(officer: Client) -> None:
    from countermark.marking import profiles, staterules

    own = profiles.template()

    refused = officer.post("/marking/rules/new/", {"text": "nonsense", "reason": "law of 2026"})
    send(officer, "/marking/rules/new/", text=own, reason="law of 2026")
    added = next(one.id for one in staterules.known() if one.id not in {p.id for p in profiles.shipped()})
    page = send(officer, f"/marking/rules/{added}/end/", rule="", day="2027-01-31", reason="replaced")

    assert refused.status_code == 422
    assert next(one for one in staterules.known() if one.id == added).to is not None
    assert "law of 2026" in page
    assert "replaced" in page


def test_a_long_work_order_says_that_it_is_not_shown_whole(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = workshop.batch(3)
    whole = text(officer, f"{ORDERS}{made.id}/")

    monkeypatch.setattr(pages, "LISTED", 2)

    assert "These are the first" not in whole
    assert "These are the first" in text(officer, f"{ORDERS}{made.id}/")


def test_the_page_of_a_weapon_says_each_reason_once_and_leads_to_the_rules_of_then_and_of_today(
    officer: Client,
) -> None:
    catalogue.set_policy(IdentityPolicy("XA", "control", "Decree 1"), by=CHIEF)
    people.weapon("W1")
    ordered = {
        **ORDER,
        "occasion": "import",
        "profiles": ["nairobi"],
        "country": "XA",
        "year": "26",
        "refs": "W1",
        "action": "make",
    }
    send(officer, f"{ORDERS}new/", **ordered)
    item = one(batches.batch_of_row(BatchRow.objects.get()))

    page = officer.get(f"/marking/weapons/{item.id}/")
    reasons = [(line["rule"], line["message"]) for line in page.context["why"]]
    then = {
        name: officer.get(f"/marking/rules/then/{page.context['made_under'][name]}/")
        for name in ("identity", "nairobi")
    }

    assert len(set(reasons)) == len(reasons) > 0
    assert "they are the same today" in then["identity"].content.decode()
    assert (then["identity"].context["today"], then["nairobi"].context["today"]) == (
        "/marking/models/", "/marking/rules/nairobi/",
    )  # fmt: skip
