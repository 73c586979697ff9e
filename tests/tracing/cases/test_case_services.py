"""A case from intake to closing: acts in the ledger, linked, alerted, asked about, and silent about persons."""

import pytest

from countermark.ledger import services as ledger
from countermark.ledger import store, verify
from countermark.ledger.models import Attachment
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.register.services import Refused
from countermark.tracing.cases import queries, services
from countermark.tracing.cases.rules import Closing, Facts, Mark
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.requests import queries as requests
from tests.register import people

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

ANN = Actor("alice")
SEIZED = Facts(
    "seizure",
    "2026-03-04",
    place="Harbour",
    circumstances="in a car of Juan Perez",
    why_illicit=("a",),
    readings=(Mark("SN W1", "frame"),),
    kind="revolver",
    calibre=".38",
    country="XB",
)


def opened(facts: Facts = SEIZED) -> str:
    return services.open_case(facts, by=ANN).id


def test_intake_is_kept_as_it_was_told() -> None:
    found = queries.case(opened())
    assert found is not None
    assert found.facts == SEIZED
    assert [one.id for one in queries.cases()] == [found.id]


def test_an_intake_that_cannot_be_right_is_refused_and_nothing_kept() -> None:
    ledger.open_store()
    before = store.total_size()
    with pytest.raises(NotRecorded):
        services.open_case(Facts("find", "2999"), by=ANN)
    assert store.total_size() == before


def test_what_somebody_wrote_stands_in_no_entry() -> None:
    services.note(opened(), "told by Juan Perez", by=ANN)
    stored = b"".join(data for _, _, _, data in store.raw_entries(ledger.require_own_log()))
    assert b"Perez" not in stored
    assert b"Harbour" not in stored


def test_facts_stated_anew_replace_those_before() -> None:
    case = opened()
    services.change(case, Facts("find", "2025"), by=ANN)
    found = queries.case(case)
    assert found is not None
    assert found.facts == Facts("find", "2025")


def test_a_weapon_confirmed_for_a_case_is_recorded_as_recovered_once() -> None:
    weapon, case = people.weapon("W1"), opened()
    services.consider(case, weapon, 0.97, confirmed=True, reason="frame and barrel agree", by=ANN)
    found = services.consider(case, weapon, 0.97, confirmed=True, reason="looked again", by=ANN)
    assert found.weapon == weapon
    assert [event for event, _ in queries.history(weapon)].count("seizure") == 1


def test_a_weapon_rejected_is_none_of_the_case() -> None:
    weapon, case = people.weapon("W1"), opened()
    found = services.consider(case, weapon, 0.4, confirmed=False, reason="another calibre", by=ANN)
    assert (found.weapon, [one.reason for one in found.considered]) == ("", ["another calibre"])


def test_a_case_without_a_reason_confirms_nothing() -> None:
    weapon, case = people.weapon("W1"), opened()
    with pytest.raises(Refused):
        services.consider(case, weapon, 0.9, confirmed=True, reason=" ", by=ANN)
    found = queries.case(case)
    assert found is not None
    assert found.considered == ()


def test_a_case_answers_to_a_weapon_reported_stolen_before() -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="theft", date="2020-01-01")
    case = opened()
    assert [(one.case.id, str(one.weapon.id), one.identified) for one in queries.alerts()] == [(case, weapon, False)]


def test_a_case_answers_to_a_weapon_reported_stolen_since() -> None:
    weapon, _ = people.weapon("W1"), opened()
    assert queries.alerts() == []
    people.event(weapon, event="theft", date="2020-01-01")
    assert [str(one.weapon.id) for one in queries.alerts()] == [weapon]


def test_a_stolen_weapon_that_was_rejected_raises_no_alert() -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="theft", date="2020-01-01")
    services.consider(opened(), weapon, 0.4, confirmed=False, reason="another calibre", by=ANN)
    assert queries.alerts() == []


def test_a_stolen_weapon_that_was_found_again_still_alerts_its_case() -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="theft", date="2020-01-01")
    services.consider(opened(), weapon, 0.99, confirmed=True, reason="the same", by=ANN)
    assert Weapon.objects.get(id=weapon).status not in ("stolen", "lost")
    assert [one.identified for one in queries.alerts()] == [True]


def test_the_request_of_a_case_says_the_three_blocks_and_belongs_to_it() -> None:
    case = opened()
    draft = services.ask(case, "XB", "criminal investigation", confirmed=True, by=ANN)
    request = requests.of_draft(draft)
    found = queries.case(case)
    assert request is not None
    assert found is not None
    assert found.requests == (request.id,)


def test_a_request_that_would_be_incomplete_is_not_drafted() -> None:
    with pytest.raises(NotRecorded):
        services.ask(opened(Facts("find", "2026")), "XB", "", confirmed=True, by=ANN)


def test_nobody_is_asked_before_the_weapon_is_identified() -> None:
    with pytest.raises(NotRecorded, match="not confirmed"):
        services.ask(opened(), "XB", "criminal investigation", confirmed=False, by=ANN)


def test_a_case_is_closed_and_opened_again_by_new_facts() -> None:
    case = opened()
    closed = services.close(
        case, Closing("A4", next_country="XC", diversion_country="XC", diversion_year="1997"), by=ANN
    )
    assert closed.closing is not None
    assert services.change(case, SEIZED, by=ANN).closing is None


def test_a_case_whose_intake_was_erased_stays_and_says_so() -> None:
    case = opened()
    ledger.erase(
        [], attachments=list(Attachment.objects.values_list("digest", flat=True)), by=ANN, reason="order of the court"
    )
    found = queries.case(case)
    assert found is not None
    assert found.facts is None
    assert queries.links(case) == []


def test_the_store_verifies_and_rebuilds_equal() -> None:
    case = opened()
    services.note(case, "seen", by=ANN)
    before = queries.case(case)
    rebuild_views()
    assert queries.case(case) == before
    assert verify.verify().ok
