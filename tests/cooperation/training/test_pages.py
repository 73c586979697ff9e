"""Training as those who use it see it: the centre that holds a course, two States that nominate."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts.models import User
from countermark.cooperation import actors, acts
from countermark.cooperation.training import certificate
from countermark.ledger.services import require_own_log
from tests.cooperation.region import COORDINATOR, region
from tests.cooperation.training.test_training import call, certified, nominate
from tests.register import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> dict[str, str]:
    return region()


def partner(name: str, actor: str) -> Client:
    """Somebody signed in who speaks for an actor."""
    client = people.signed_in(name, "partner")
    actors.seat(User.objects.get(username=name), actor, by=COORDINATOR)
    return client


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days)).isoformat()


def test_a_course_goes_from_the_catalogue_to_a_certificate_on_pages(who: dict[str, str]) -> None:
    centre, state = partner("centre", who["centre"]), partner("xq", "XQ")
    course = centre.post(
        "/cooperation/training/courses/add/",
        {"title": "Marking by hand", "theme": "marking", "days": "1", "languages": "fr", "visibility": "public"},
    )["Location"]
    made = centre.post(
        f"{course}call/",
        {
            "begin": day(30),
            "end": day(30),
            "closes": day(0),
            "seats": "1",
            "quota": "0",
            "share": "0",
            "gap_years": "0",
        },
    )["Location"]
    person = {"name": "Ana Lopes", "number": "77", "function": "marking", "sex": "f", "languages": "fr", "rank": "1"}
    assert "asks you to nominate" in state.get("/cooperation/training/").content.decode()

    state.post(f"{made}nominate/", person)

    assert "Ana Lopes" in centre.get(made).content.decode()
    assert "Ana Lopes" in state.get(made).content.decode()


def test_another_state_sees_no_person_nominated_by_a_neighbour(who: dict[str, str]) -> None:
    key = call(who)
    nominee = nominate(key, 7, "XA")
    neighbour = partner("xq", "XQ")

    assert "Person 7" not in neighbour.get(f"/cooperation/training/calls/{key}/").content.decode()
    assert neighbour.get(f"/cooperation/training/nominations/{nominee}/").status_code == 404
    assert "Person 7" not in neighbour.get("/cooperation/training/people/").content.decode()


def test_the_rules_say_for_each_nominee_why(who: dict[str, str]) -> None:
    key = call(who, seats=1)
    nominate(key, 1)
    nominate(key, 2)

    text = partner("centre", who["centre"]).get(f"/cooperation/training/calls/{key}/choose/").content.decode()

    assert "number 1 of the State" in text
    assert "all 1 seats are taken" in text


def test_who_was_there_and_passed_gets_a_certificate_that_proves_itself(who: dict[str, str]) -> None:
    key = certified(who)
    found = acts.subject("nomination", key)
    assert found is not None
    code = certificate.proof_of(found)
    keys = [require_own_log().verifier_key]

    assert certificate.verify(code, keys).person == "Person 1 (1)"
    text = partner("xq", "XQ").post("/cooperation/training/check/", {"code": code}).content.decode()
    assert "Marking by hand" in text
    with pytest.raises(ValueError, match="code"):
        certificate.verify(code[:-4] + "AAAA", keys)


def test_the_certificate_is_a_pdf_for_the_state_and_nothing_for_others(who: dict[str, str]) -> None:
    key = certified(who)

    ours = partner("xa", "XA").get(f"/cooperation/training/nominations/{key}/certificate.pdf")
    theirs = partner("xq", "XQ").get(f"/cooperation/training/nominations/{key}/certificate.pdf")

    assert ours.content.startswith(b"%PDF")
    assert theirs.status_code == 404


def test_attendance_is_keyed_from_paper_with_the_day_it_was(who: dict[str, str]) -> None:
    from countermark.cooperation.training import services

    key = call(who)
    one = nominate(key, 1)
    services.choose(key, actor=who["centre"], today="2022-04-01", by=COORDINATOR)
    centre = partner("centre", who["centre"])

    answer = centre.post(
        f"/cooperation/training/calls/{key}/attendance/", {"session": "1", "present": [one], "happened": "2022-05-01"}
    )

    assert answer.status_code == 302
    assert "✓" in centre.get(answer["Location"]).content.decode()


def test_the_attendance_list_is_taken_away_to_be_printed(who: dict[str, str]) -> None:
    key = call(who)
    centre = partner("centre", who["centre"])
    from countermark.cooperation.training import services

    nominate(key, 1)
    services.choose(key, actor=who["centre"], today="2022-04-01", by=COORDINATOR)

    answer = centre.post(f"/cooperation/training/calls/{key}/", {"format": "csv", "purpose": "to print"})

    assert "Person 1" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_call_waits_for_the_states_it_asks_until_they_have_nominated(who: dict[str, str]) -> None:
    key = call(who, begin=day(30), end=day(31), closes=day(5))
    state = partner("xq", "XQ")
    assert "nominate participants" in state.get("/cooperation/").content.decode()

    nominate(key, 1, "XQ")

    assert "nominate participants" not in state.get("/cooperation/").content.decode()


def test_a_closed_call_waits_for_its_provider_to_choose(who: dict[str, str]) -> None:
    call(who)

    assert "choose participants" in partner("centre", who["centre"]).get("/cooperation/").content.decode()
