"""The pages of discrepancies and of reference lists."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.register import lists
from countermark.register.checking import Refused
from countermark.register.models import Case, Term
from countermark.register.queries import spellings
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db

DISCREPANCIES, LISTS, REVIEW = "/discrepancies/", "/lists/", "/lists/review/"


def unclear(place: str = "") -> str:
    marks = [{"component": "barrel", "mark": "B1", "role": "other"}, {"component": "slide", "mark": "S1"}]
    return f"control_unclear:{people.weapon(f'U{place}', marks=marks, place=place)}"


def test_alice_sees_the_discrepancies_of_her_place_and_not_those_of_another() -> None:
    people.places()
    hers, his = unclear(NORTH), unclear(SOUTH)
    client = people.signed_in("alice", "commander", NORTH)

    page = client.get(DISCREPANCIES).content.decode()

    assert (hers in page, his in page) == (True, False)
    assert client.get(f"{DISCREPANCIES}{hers}/").status_code == 200
    assert client.get(f"{DISCREPANCIES}{his}/").status_code == 404
    assert client.post(f"{DISCREPANCIES}{his}/decide/", {"outcome": "mended", "reason": "r"}).status_code == 404
    assert people.signed_in("charlie").get(DISCREPANCIES).status_code == 403


def test_a_discrepancy_is_assigned_and_decided_on_its_page() -> None:
    subject = unclear()
    client = people.signed_in("alice", "registrar")

    client.post(f"{DISCREPANCIES}{subject}/assign/", {"owner": "alice", "due": "2031-01-01"})
    assert Case.objects.get().owner == "alice"
    client.post(f"{DISCREPANCIES}{subject}/decide/", {"outcome": "as_recorded", "reason": "seen on the weapon"})

    assert Case.objects.get().state == "decided"
    assert b"seen on the weapon" in client.get(f"{DISCREPANCIES}{subject}/").content
    assert subject not in client.get(DISCREPANCIES).content.decode()
    assert subject in client.get(f"{DISCREPANCIES}?state=decided").content.decode()


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("decide", {"outcome": "as_recorded"}),
        ("decide", {"reason": "because"}),
        ("decide", {"outcome": "nonsense", "reason": "because"}),
        ("assign", {"owner": "alice", "due": "soon"}),
        ("assign", {"owner": "nobody", "due": "2031-01-01"}),
    ],
)
def test_a_form_that_makes_no_sense_is_shown_again_and_nothing_is_stored(action: str, data: dict[str, str]) -> None:
    subject = unclear()
    client = people.signed_in("alice", "registrar")

    assert client.post(f"{DISCREPANCIES}{subject}/{action}/", data).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "subject", ["nonsense", "collision:x", "collision:9999999999999999999", "control_unclear:x", "collision:²"]
)
def test_an_unknown_discrepancy_is_not_found(subject: str) -> None:
    assert (
        people.signed_in("alice", "registrar").get(reverse("register:discrepancy", args=[subject])).status_code == 404
    )


def test_those_who_only_look_are_not_offered_to_decide() -> None:
    subject = unclear()
    client = people.signed_in("alice", "auditor")

    assert b"Record the decision" not in client.get(f"{DISCREPANCIES}{subject}/").content
    assert client.post(f"{DISCREPANCIES}{subject}/decide/", {"outcome": "mended", "reason": "r"}).status_code == 403


def test_a_long_queue_takes_no_more_queries_than_a_short_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(10):
        for copy in "ab":
            people.weapon(f"{number}{copy}", f"K {number}")
    client = people.signed_in("alice", "registrar")
    client.get(DISCREPANCIES)

    with django_assert_max_num_queries(30):
        client.get(DISCREPANCIES)


# Reference lists


def test_a_spelling_in_no_list_waits_for_review_with_the_term_it_is_like() -> None:
    lists.review("maker", "Zastava", "accept", by=CHIEF)
    people.weapon("1", facts={**people.REVOLVER, "maker": "Zastawa"})

    (found,), more = spellings.provisional("maker", lists.terms("maker"))

    assert (found.text, found.weapons, found.like and found.like.name, more) == ("Zastawa", 1, "Zastava", False)


@pytest.mark.parametrize(
    "said",
    [{"decision": "accept"}, {"decision": "alias", "term": "Zastava"}, {"decision": "reject", "reason": "a dealer"}],
)
def test_a_reviewed_spelling_waits_no_longer_and_the_ledger_vouches_for_the_list(said: dict[str, str]) -> None:
    lists.review("maker", "Zastava", "accept", by=CHIEF)
    people.weapon("1", facts={**people.REVOLVER, "maker": "Zastawa"})
    client = people.signed_in("alice", "registrar")
    assert b"Zastawa" in client.get(LISTS).content

    client.post(REVIEW, {"list": "maker", "text": "Zastawa", **said})

    assert spellings.provisional("maker", lists.terms("maker")) == ([], False)
    assert verify().ok
    Term.objects.filter(name="Zastava").update(details={"country": "XB"})
    assert not verify().ok


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"list": "nonsense", "text": "a", "decision": "accept"},
        {"list": "maker", "text": " ", "decision": "accept"},
        {"list": "maker", "text": "a", "decision": "nonsense"},
        {"list": "maker", "text": "a", "decision": "alias", "term": "nobody"},
        {"list": "maker", "text": "a", "decision": "reject"},
    ],
)
def test_a_review_that_makes_no_sense_is_answered_and_nothing_is_stored(said: dict[str, str]) -> None:
    assert people.signed_in("alice", "registrar").post(REVIEW, said).status_code == 302
    assert not Term.objects.exists()


def test_a_spelling_is_reviewed_once() -> None:
    lists.review("maker", "Colt", "accept", by=CHIEF)

    with pytest.raises(Refused):
        lists.review("maker", " COLT ", "reject", reason="no", by=CHIEF)
    assert len([entry for entry in store.all_entries() if entry.body.get("act") == "term_reviewed"]) == 1


def test_a_role_at_one_place_does_not_change_the_lists_of_the_whole_state() -> None:
    people.places()
    client = people.signed_in("alice", "registrar", NORTH)

    assert client.get(LISTS).status_code == 403
