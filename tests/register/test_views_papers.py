"""Pages of paper forms: printing them, keying them with both times, and who may."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countermark.ledger.verify import verify
from countermark.register import papercodes, papers
from countermark.register.files.vocabulary import EVENTS
from countermark.register.models import Weapon
from countermark.register.papermodels import PaperForm
from countermark.register.queries import records
from tests.register import people
from tests.register.people import CHIEF, NORTH

pytestmark = pytest.mark.django_db

FORMS = "/forms/"


def text(client: Client, url: str) -> str:
    response = client.get(url, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


def issued(kind: str, event: str = "", weapon: str = "") -> str:
    return papers.issue(kind, event=event, weapon_id=weapon, by=CHIEF)[0].code


def keyed(code: str) -> PaperForm:
    return PaperForm.objects.get(pk=code, state=papers.KEYED)


WEAPON = {
    "action": "save",
    "marks": "1",
    "kind": "revolver",
    "m0-component": "frame",
    "m0-mark": "AB 1",
    "m0-again": "AB 1",
}
TIMES = {"happened": "2026-05-01", "written": "2026-06-29T08:15+02:00"}


def test_forms_are_numbered_and_printed_for_somebody() -> None:
    alice = people.signed_in("alice", "registrar")

    response = alice.post(FORMS, {"form": "event loss", "copies": 2, "to": "Sergeant Okoro"})
    sheet = text(alice, response.headers["Location"])

    assert {papercodes.shown(form.code) for form in PaperForm.objects.all()} == set(
        re.findall("FE-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", sheet)
    )
    assert sheet.count('<article class="sheet">') == 2
    assert "Sergeant Okoro" in text(alice, FORMS)


@pytest.mark.parametrize("choice", ["weapon", "correction", *(f"event {word}" for word in EVENTS)])
def test_there_is_a_form_for_everything_that_is_captured(choice: str) -> None:
    alice = people.signed_in("alice", "registrar")

    sheet = text(alice, alice.post(FORMS, {"form": choice, "copies": 1}).headers["Location"])

    assert "Written on paper" in sheet
    assert 'class="qr"' in sheet
    assert "<script>" not in sheet


def test_one_is_offered_only_the_forms_one_may_key() -> None:
    page = text(people.signed_in("alice", "armourer"), FORMS)

    assert 'value="event repair"' in page
    assert 'value="event issue"' not in page
    assert 'value="weapon"' not in page
    assert 'value="correction"' not in page


def test_a_form_keyed_for_a_kind_one_may_not_record_is_refused() -> None:
    alice = people.signed_in("alice", "armourer")

    assert alice.get(f"{FORMS}{issued('weapon')}/key/").status_code == 403
    assert alice.get(f"{FORMS}{issued('correction')}/key/").status_code == 403


def test_somebody_of_one_place_sees_the_forms_they_issued_and_no_others() -> None:
    people.places()
    foreign = issued("event", "loss")
    alice = people.signed_in("alice", "armourer", NORTH)
    own = alice.post(FORMS, {"form": "event count", "copies": 1}).headers["Location"]

    page = text(alice, FORMS)

    assert papercodes.shown(foreign) not in page
    assert "1 form is out" in page
    assert alice.get(own).status_code == 200
    assert alice.get(f"{FORMS}sheet/?code={foreign}").status_code == 404
    assert alice.post(f"{FORMS}{foreign}/void/", {"reason": "mine now"}).status_code == 404


def test_a_scanned_code_opens_the_capture_page_of_its_kind() -> None:
    alice = people.signed_in("alice", "registrar")
    weapon = people.weapon("1")
    code = issued("event", "loss", weapon)

    for url in ("/find/", f"{FORMS}find/"):
        page = alice.post(url, {"q": papercodes.shown(code), "code": code}, follow=True)
        assert page.redirect_chain[-1][0] == reverse("register:event_add", args=[weapon]) + f"?form={code}"
    assert '<option value="loss" selected>' in page.content.decode()
    assert "Written on paper" in page.content.decode()


def test_a_misread_code_is_told() -> None:
    page = people.signed_in("alice", "registrar").post(f"{FORMS}find/", {"code": "FE-0000-0000-1"}, follow=True)

    assert "No form has this code" in page.content.decode()


def test_a_form_printed_for_no_weapon_asks_for_one_among_those_one_may_change() -> None:
    people.places()
    own, other = people.weapon("N-1", place=NORTH), people.weapon("S-1")
    code = issued("event", "count")
    alice = people.signed_in("alice", "armourer", NORTH)

    assert alice.post(f"{FORMS}{code}/key/", {"weapon": "S-1"}).status_code == 422
    assert alice.post(f"{FORMS}{code}/key/", {"weapon": other}).status_code == 422
    found = alice.post(f"{FORMS}{code}/key/", {"weapon": "N-1"})
    assert found.headers["Location"] == reverse("register:event_add", args=[own]) + f"?form={code}"


def test_an_event_keyed_from_paper_has_the_form_as_its_document_and_both_times() -> None:
    weapon = people.weapon("1")
    code = issued("event", "loss", weapon)
    alice = people.signed_in("alice", "registrar")
    said = {"form": code, "event": "loss", "why": "loss.on_duty", "date": "2026-06-28", **TIMES}

    alice.post(reverse("register:event_add", args=[weapon]), said)

    record = records.record(weapon)
    assert record is not None
    event = record.history[-1]
    assert (event.event, event.date, record.names[event.document]) == ("loss", "2026-06-28", papercodes.shown(code))
    assert (keyed(code).written, keyed(code).event_id) == (TIMES["written"], event.event_id)
    assert f'href="{FORMS}{code}/"' in text(alice, reverse("register:weapon", args=[weapon]))
    assert verify().ok


def test_a_form_keyed_twice_is_refused_with_a_way_to_the_record() -> None:
    weapon = people.weapon("1")
    code = issued("event", "loss", weapon)
    alice = people.signed_in("alice", "registrar")
    url = reverse("register:event_add", args=[weapon])
    alice.post(url, {"form": code, "event": "loss", "why": "loss.on_duty", "date": "2026-06-28", **TIMES})

    again = alice.post(url, {"form": code, "event": "theft", "date": "2026-06-28", **TIMES}, follow=True)
    opened = alice.get(f"{FORMS}{code}/key/", follow=True)

    record = records.record(weapon)
    assert record is not None
    assert [line.event for line in record.history].count("theft") == 0
    for page in (again.content.decode(), opened.content.decode()):
        assert "not keyed again" in page
        assert reverse("register:weapon", args=[weapon]) in page


def test_without_the_time_on_paper_nothing_is_keyed() -> None:
    weapon = people.weapon("1")
    code = issued("event", "loss", weapon)
    alice = people.signed_in("alice", "registrar")
    url = reverse("register:event_add", args=[weapon])

    assert alice.post(url, {"form": code, "event": "loss", "why": "loss.on_duty"}).status_code == 422
    to_come = (timezone.now() + timedelta(days=3)).date().isoformat()
    answer = alice.post(url, {"form": code, "event": "loss", "why": "loss.on_duty", "written": to_come})

    assert (answer.status_code, "not still to come" in answer.content.decode()) == (422, True)
    assert PaperForm.objects.get().state == papers.OUT


def test_a_new_weapon_keyed_from_paper_is_registered_when_the_paper_says() -> None:
    code = issued("weapon")
    alice = people.signed_in("alice", "registrar")

    page = text(alice, f"{FORMS}{code}/key/")
    alice.post(reverse("register:weapon_add"), {**WEAPON, **TIMES, "form": code, "token": "T"})

    assert "Entered on record" in page
    weapon = Weapon.objects.get(ref=papercodes.shown(code))
    record = records.record(str(weapon.id))
    assert record is not None
    registered = record.history[-1]
    assert (registered.event, registered.date) == ("registration", "2026-05-01")
    assert record.names[registered.document] == papercodes.shown(code)
    assert keyed(code).weapon_id == str(weapon.id)


def test_another_mark_is_added_to_a_weapon_keyed_from_paper_with_what_was_typed_kept() -> None:
    code = issued("weapon")
    alice = people.signed_in("alice", "registrar")

    page = alice.post(reverse("register:weapon_add"), {**WEAPON, **TIMES, "form": code, "action": "add"})

    assert TIMES["written"].replace("+", "&#x2B;") in page.content.decode() or TIMES["written"] in page.content.decode()
    assert f'name="form" value="{code}"' in page.content.decode()


def test_a_correction_keyed_from_paper_names_the_form_in_its_reason() -> None:
    weapon = people.weapon("1")
    people.event(weapon, event="transfer", date="2001-01-01", to="7th Artillery Regiment")
    code = issued("correction", weapon=weapon)
    alice = people.signed_in("alice", "registrar")

    page = text(alice, f"{FORMS}{code}/key/")
    address = re.findall(r'href="([^"]*/events/[^"]*/correct/[^"]*)"', page)[-1].partition("?")[0]
    said = {
        "event": "transfer",
        "date": "2001-01-02",
        "to": "7th Artillery Regiment",
        "reason": "misread",
        "action": "save",
    }
    alice.post(address, {**said, "form": code, "written": "2026-06-29"})

    record = records.record(weapon)
    assert record is not None
    [declared] = record.declared.values()
    assert record.names[declared.reason] == papercodes.shown(code)
    assert keyed(code).event_id


def test_the_facts_of_a_weapon_are_corrected_from_paper_too() -> None:
    weapon = people.weapon("1", "AB 1")
    code = issued("correction", weapon=weapon)
    alice = people.signed_in("alice", "registrar")
    said = {
        **people.REVOLVER,
        "year": "1995",
        "m0-component": "frame",
        "m0-mark": "AB 1",
        "marks": "1",
        "action": "save",
    }

    alice.post(
        reverse("register:weapon_correct", args=[weapon]),
        {**said, "reason": "misread", "form": code, "written": "2026-06-29"},
    )

    assert Weapon.objects.get(pk=weapon).year == "1995"
    assert keyed(code).weapon_id == weapon


def test_a_form_is_declared_void_with_a_reason() -> None:
    code = issued("weapon")
    alice = people.signed_in("alice", "registrar")

    assert alice.post(f"{FORMS}{code}/void/", {"reason": ""}).status_code == 422
    alice.post(f"{FORMS}{code}/void/", {"reason": "spoiled", "words": "wet through"})

    assert "wet through" in text(alice, f"{FORMS}{code}/")


@pytest.mark.parametrize("kind", ["event", "correction"])
def test_a_form_of_another_kind_does_not_open_a_capture_page(kind: str) -> None:
    code = issued(kind, "loss" if kind == "event" else "")

    assert people.signed_in("alice", "registrar").get(f"/weapons/new/?form={code}").status_code == 404
