"""A paper form whose facts wait for a second person waits with them: keyed once they are approved, out again when they are not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register import papercodes, papers
from countermark.register.papermodels import PaperForm
from countermark.register.queries.records import record
from countermark.stockpile import acts, proposals
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import Armoury, commanded, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return commanded()


def keyed(place: Armoury, code: str = "", to: str = "A. Friend") -> str:
    """A sale keyed from a paper form (a new one, where none is named); the code of the form."""
    code = code or papers.issue("event", event="sale", by=Actor("rita"))[0].code
    happened = (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")
    said = {
        "form": code,
        "written": "2026-06-29T08:15+02:00",
        "event": "sale",
        "date": happened,
        "to": to,
        "note": "so",
    }
    answer = people.client_of("rita").post(f"/weapons/{place.weapons[0]}/events/new/", said)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return code


def waiting() -> str:
    (one,) = acts.subjects("proposal", state="pending")
    return one.key


def form(code: str) -> PaperForm:
    return PaperForm.objects.get(pk=code)


def out() -> list[str]:
    return [one.code for one in papers.outstanding()]


def page(code: str) -> str:
    return people.client_of("rita").get(f"/forms/{code}/").content.decode()


def test_a_form_whose_facts_wait_is_neither_out_nor_keyed(place: Armoury) -> None:
    code = keyed(place)

    assert papers.standing(form(code)) == papers.WAITS
    assert out() == []
    assert [one.code for one in papers.settled()] == [code]


def test_its_page_says_that_it_waits_and_leads_to_what_was_asked(place: Armoury) -> None:
    code = keyed(place)

    found = page(code)

    assert "What it says waits" in found
    assert f"/asked/{waiting()}/" in found
    assert "Key this form" not in found


def test_what_was_asked_leads_nobody_else_there(place: Armoury) -> None:
    people.person("raul", "registrar")
    code = keyed(place)

    assert "/asked/" + waiting() not in people.client_of("raul").get(f"/forms/{code}/").content.decode()


def test_while_it_waits_it_is_keyed_no_second_time(place: Armoury) -> None:
    code = keyed(place)

    keyed(place, code, "B. Friend")

    assert len(acts.subjects("proposal")) == 1


def test_once_approved_it_is_keyed_and_its_event_names_it(place: Armoury) -> None:
    code = keyed(place)

    proposals.approve(waiting(), by=Actor("carla"))

    assert papers.standing(form(code)) == papers.KEYED
    assert out() == []
    found = record(place.weapons[0])
    assert found is not None
    assert papercodes.shown(code) in [found.names.get(line.document) for line in found.history]


def test_declined_it_is_out_again_and_is_keyed_anew(place: Armoury) -> None:
    code = keyed(place)
    proposals.decline(waiting(), reason="wrong", by=Actor("carla"))
    assert out() == [code]
    assert "Key this form" in page(code)

    keyed(place, code, "B. Friend")
    assert papers.standing(form(code)) == papers.WAITS
    proposals.approve(waiting(), by=Actor("carla"))

    assert papers.standing(form(code)) == papers.KEYED


def test_declined_it_asks_anew_for_which_weapon_it_is(place: Armoury) -> None:
    code, other = keyed(place), people.weapon("W7", "AB1007")
    proposals.decline(waiting(), reason="wrong", by=Actor("carla"))
    rita = people.client_of("rita")

    asks = rita.get(f"/forms/{code}/key/")
    led = rita.post(f"/forms/{code}/key/", {"weapon": "W7"})

    assert asks.status_code == 200
    assert 'value="W0"' in asks.content.decode()
    assert led.headers["Location"] == f"/weapons/{other}/events/new/?form={code}"


def test_taken_back_it_is_out_again(place: Armoury) -> None:
    code = keyed(place)

    people.client_of("rita").post(f"/asked/{waiting()}/take-back/")

    assert (papers.standing(form(code)), out()) == (papers.OUT, [code])


def test_the_home_page_counts_it_among_those_out_again(place: Armoury) -> None:
    keyed(place)
    proposals.decline(waiting(), reason="wrong", by=Actor("carla"))

    assert papers.outstanding("rita").count() == 1


def test_declined_it_may_be_declared_void(place: Armoury) -> None:
    code = keyed(place)
    proposals.decline(waiting(), reason="wrong", by=Actor("carla"))

    papers.void(code, "spoiled", by=CHIEF)

    assert papers.standing(form(code)) == papers.VOID
    assert out() == []


def test_a_correction_on_paper_that_waits_waits_too(place: Armoury) -> None:
    found, held = record(place.weapons[0]), state(place.weapons[0]).custody
    assert found is not None
    assert held is not None
    line = next(line for line in found.history if line.event_id == held.heads[0])
    code = papers.issue("correction", by=Actor("rita"))[0].code
    rita = people.client_of("rita")
    rita.post(f"/weapons/{place.weapons[0]}/names/", {"reason": "record", "words": "to put it right"})
    said = {"form": code, "written": "2026-06-29", "action": "never", "reason": "other", "words": "it was another one"}

    rita.post(f"/weapons/{place.weapons[0]}/events/{line.position}/correct/", said)

    assert papers.standing(form(code)) == papers.WAITS
    proposals.approve(waiting(), by=Actor("carla"))
    assert papers.standing(form(code)) == papers.KEYED


def test_a_form_whose_proposal_is_not_here_waits(place: Armoury) -> None:
    waits = PaperForm(code="FE00000000", state=papers.WAITS, proposal="of another node")

    assert papers.standing(waits) == papers.WAITS


def test_verify_covers_what_a_form_waits_for(place: Armoury) -> None:
    code = keyed(place)
    assert verify().ok

    PaperForm.objects.filter(pk=code).update(proposal="another")

    assert not verify().ok
