"""The pages of the ledger: who reads it, finding entries, checkpoints, proofs, verification."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from countermark.ledger import checkpoint, store
from countermark.ledger.models import LOG_SPAN
from countermark.register.models import LoadJob
from countermark.register.queries import logs
from countermark.register.queries.logs import Asked
from tests.register import people

pytestmark = pytest.mark.django_db

LEDGER = "/ledger/"


@pytest.fixture
def auditor() -> Client:
    return people.signed_in("alice", "auditor")


def shown(client: Client, query: str = "") -> list[str]:
    response = client.get(LEDGER + query)
    assert response.status_code == 200
    return [f"{line.entry.kind} {line.word}" for line in response.context["lines"]]


def test_the_auditor_reads_the_ledger_and_the_registrar_does_not(auditor: Client) -> None:
    assert auditor.get(LEDGER).status_code == 200
    assert people.signed_in("bob", "registrar").get(LEDGER).status_code == 403


def test_entries_are_found_by_kind_word_person_and_day(auditor: Client) -> None:
    weapon = people.weapon("1")
    people.event(weapon, event="theft", date="2001")

    assert shown(auditor)[:2] == ["event theft", "event manufacture"]
    assert set(shown(auditor, "?kind=event")) == {"event theft", "event manufacture"}
    assert shown(auditor, "?word=event%20theft") == ["event theft"]
    assert shown(auditor, "?person=nobody") == []
    assert len(shown(auditor, "?person=chief")) > 2
    assert shown(auditor, "?until=2001-01-01") == []
    assert shown(auditor, "?since=2001-01-01") == shown(auditor)


def test_pages_of_entries_lead_to_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        people.weapon(str(number))
    monkeypatch.setattr(logs, "PAGE", 3)
    monkeypatch.setattr(logs, "BATCH", 2)
    log = store.own_log()
    assert log is not None
    indexes, before = [], None
    while True:
        page = logs.entries(log, Asked(before=before))
        indexes += [store.index_of(entry.position) for entry in page.entries]
        before = page.following
        if before is None:
            break

    assert indexes == list(range(store.size(log)))[::-1]


def test_a_page_looks_through_a_bounded_number_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        people.weapon(str(number))
    monkeypatch.setattr(logs, "LOOKED_AT", 2)
    log = store.own_log()
    assert log is not None

    page = logs.entries(log, Asked(word="act log_opened"))

    assert (page.entries, page.looked_at) == ([], 2)
    assert page.following is not None


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=-1", "?before=" + "9" * 15, "?word=x&kind=y&since=z", "?log=%00", "?person=%00"]
)
def test_a_query_that_makes_no_sense_is_answered(auditor: Client, query: str) -> None:
    assert auditor.get(LEDGER + query).status_code == 200


def test_the_checkpoint_is_a_signed_note_of_the_log_as_it_stands(auditor: Client) -> None:
    people.weapon("1")
    log = store.own_log()
    assert log is not None

    note = auditor.get(f"{LEDGER}checkpoint/").content.decode()

    opened = checkpoint.open_note(note, [log.verifier_key])
    assert (opened.origin, opened.size) == (log.origin, store.size(log))


def test_an_entry_is_shown_as_stored_with_its_proof(auditor: Client) -> None:
    people.weapon("1")
    log = store.own_log()
    assert log is not None
    position = log.id * LOG_SPAN + store.size(log) - 1

    assert auditor.get(f"{LEDGER}entries/{position}/").status_code == 200
    proof = auditor.get(f"{LEDGER}entries/{position}/?format=json").json()
    assert (proof["leaf_index"], proof["log"]) == (store.size(log) - 1, log.origin)


@pytest.mark.parametrize("position", [0, 5, 2**62, 10**30])
def test_an_unknown_entry_is_not_found(auditor: Client, position: int) -> None:
    assert auditor.get(f"{LEDGER}entries/{position}/").status_code == 404


def test_verification_is_asked_for_once_however_often_one_clicks(auditor: Client) -> None:
    for _ in range(2):
        assert auditor.post(f"{LEDGER}verify/").status_code == 302

    assert LoadJob.objects.filter(kind="verify").count() == 1


def test_a_page_of_entries_takes_a_bounded_number_of_queries(
    auditor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        people.weapon(str(number))
    auditor.get(LEDGER)

    with django_assert_max_num_queries(30):
        auditor.get(LEDGER)
