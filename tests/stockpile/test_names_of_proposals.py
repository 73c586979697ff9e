"""Names of persons and remarks in a proposed change of a record are hidden until it was said, and recorded, why they are needed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.register import asking
from countermark.register.queries import personal
from countermark.stockpile import handing, proposals
from countermark.stockpile.handing import HandOver
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, commanded, state

pytestmark = pytest.mark.django_db

FRIEND, REMARK = "A. Friend", "he came at night"


@pytest.fixture
def place() -> Armoury:
    """An armoury with one weapon that is issued, its commander carla, an armourer, a registrar and an auditor."""
    found = commanded()
    people.person("arno", "armourer", DEPOT)
    people.person("anna", "auditor")
    return found


def asked(place: Armoury, to: str = FRIEND) -> str:
    """A sale of the weapon that somebody asks to record; the id of the proposal."""
    happened = (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")
    said = {"event": "sale", "date": happened, "to": to, "note": REMARK}
    made = asking.add_event(place.weapons[0], said, by=Actor("rita"))
    assert isinstance(made, asking.Waits)
    return made.proposal


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def opened(client: Client, path: str, reason: str = "to decide it") -> str:
    """The page, once it was said why its names are needed."""
    assert client.post(f"{path}names/", {"reason": "record", "words": reason}).status_code == 302
    return text(client, path)


def looks(place: Armoury) -> int:
    return len(personal.looks(place.weapons[0]))


@pytest.mark.parametrize("who", ["carla", "arno", "anna"])
def test_a_person_and_a_remark_are_hidden_from_whoever_only_looks(place: Armoury, who: str) -> None:
    found = text(people.client_of(who), f"/stockpile/proposals/{asked(place)}/")

    assert "name hidden" in found
    assert "note hidden" in found
    assert FRIEND not in found
    assert REMARK not in found


def test_a_body_is_named_as_on_the_record(place: Armoury) -> None:
    found = text(people.client_of("carla"), f"/stockpile/proposals/{asked(place, 'Police Museum')}/")

    assert "Police Museum" in found


def test_who_is_to_decide_says_why_and_reads_them_though_no_role_of_theirs_opens_personal_data(place: Armoury) -> None:
    key, carla = asked(place), people.client_of("carla")
    path = f"/stockpile/proposals/{key}/"
    assert f"{path}names/" in text(carla, path)

    found = opened(carla, path)

    assert FRIEND in found
    assert REMARK in found


def test_the_look_is_recorded_with_its_reason_at_the_weapon(place: Armoury) -> None:
    key = asked(place)
    opened(people.client_of("carla"), f"/stockpile/proposals/{key}/", "to decide on the sale")

    (look,) = personal.looks(place.weapons[0])

    assert look["by"] == User.objects.get(username="carla").person
    assert "to decide on the sale" in text(people.client_of("rita"), f"/weapons/{place.weapons[0]}/")


def test_without_a_reason_nothing_is_opened_or_recorded(place: Armoury) -> None:
    path, carla = f"/stockpile/proposals/{asked(place)}/", people.client_of("carla")

    assert carla.post(f"{path}names/", {"reason": " "}).status_code == 422

    assert FRIEND not in text(carla, path)
    assert looks(place) == 0


def test_who_neither_decides_nor_may_open_personal_data_is_refused(place: Armoury) -> None:
    path, arno = f"/stockpile/proposals/{asked(place)}/", people.client_of("arno")

    assert arno.post(f"{path}names/", {"reason": "curious"}).status_code == 403

    assert f"{path}names/" not in text(arno, path)
    assert looks(place) == 0


def test_who_decided_has_no_more_need_of_them(place: Armoury) -> None:
    key, carla = asked(place), people.client_of("carla")
    path = f"/stockpile/proposals/{key}/"
    opened(carla, path)
    proposals.decline(key, reason="wrong", by=Actor("carla"))

    assert FRIEND not in text(carla, path)
    assert carla.post(f"{path}names/", {"reason": "record"}).status_code == 403


def test_an_auditor_reads_them_with_a_reason(place: Armoury) -> None:
    path = f"/stockpile/proposals/{asked(place)}/"

    assert FRIEND in opened(people.client_of("anna"), path, "audit")


def test_names_of_one_proposal_open_no_other(place: Armoury) -> None:
    first, second, carla = asked(place), asked(place, "B. Friend"), people.client_of("carla")
    opened(carla, f"/stockpile/proposals/{first}/")

    assert "B. Friend" not in text(carla, f"/stockpile/proposals/{second}/")


def test_a_commander_of_another_place_finds_no_names_to_open(place: Armoury) -> None:
    people.person("otto", "commander", "Depot 9")

    answer = people.client_of("otto").post(f"/stockpile/proposals/{asked(place)}/names/", {"reason": "curious"})

    assert answer.status_code == 404
    assert looks(place) == 0


def test_who_asked_says_why_as_well_before_names_are_shown_again(place: Armoury) -> None:
    path, rita = f"/asked/{asked(place)}/", people.client_of("rita")
    assert FRIEND not in text(rita, path)

    assert FRIEND in opened(rita, path, "to follow it")
    assert looks(place) == 1


def test_of_a_correction_the_holder_before_and_after_are_hidden_alike(place: Armoury) -> None:
    held = state(place.weapons[0]).custody
    assert held is not None
    made = asking.correct(held.heads[0], {"to": FRIEND}, reason="it went to A.", by=Actor("rita"))
    assert isinstance(made, asking.Waits)
    path, carla = f"/stockpile/proposals/{made.proposal}/", people.client_of("carla")
    names = ("Cpl T. Rained (1001)", FRIEND)

    before = text(carla, path)
    after = opened(carla, path)

    assert before.count("name hidden") == 2
    assert not any(name in before for name in names)
    assert all(name in after for name in names)
    assert looks(place) == 2


def test_the_names_of_a_hand_over_are_no_change_of_a_record(place: Armoury) -> None:
    key = handing.propose(HandOver("back", place.depot, place.weapons), request="r1", by=Actor("arno"))

    assert people.client_of("carla").post(f"/stockpile/proposals/{key}/names/", {"reason": "so"}).status_code == 404


def test_a_record_elsewhere_that_is_to_be_one_with_a_weapon_here_is_seen_by_who_decides_alone(place: Armoury) -> None:
    other = people.weapon("W7", "AB1007", place=OTHER)
    made = asking.join(place.weapons[0], other, reason="one weapon", by=Actor("rita"))
    assert isinstance(made, asking.Waits)
    path = f"/stockpile/proposals/{made.proposal}/"

    decides, looks_on = text(people.client_of("carla"), path), text(people.client_of("arno"), path)

    assert all(serial in decides for serial in ("AB1000", "AB1007"))
    assert "AB1000" in looks_on
    assert "AB1007" not in looks_on
