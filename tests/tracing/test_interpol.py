"""What goes to INTERPOL: weapons that can be identified, and nothing else."""

import json

import pytest

from countermark.ledger import services as ledger
from countermark.ledger.services import Actor
from countermark.tracing import interpol
from countermark.tracing.interpol import NotExported
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.states import Request
from tests.register import people
from tests.tracing.requests.test_conversation import BODIES, WEAPON

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

ANN = Actor("contact")
WHOLE = {**WEAPON, "maker": "Norinco", "country": "CN"}


def released(*weapons: dict[str, object]) -> Request:
    ledger.open_store()
    body = {**BODIES["request"], "weapons": list(weapons)}
    return requests.release(requests.draft("request", body, peer="XB", by=ANN), by=Actor("contact2"))


def test_a_request_is_exported_with_what_identifies_its_weapons() -> None:
    request = released(WHOLE)
    (record,) = interpol.of_request(request, by=ANN)
    assert (record.maker, record.country, record.type, record.serial, record.calibre) == (
        "Norinco",
        "CN",
        "rifle",
        "AB 1234",
        "7.62x39",
    )
    assert json.loads(interpol.lines([record]))["reference"] == f"{request.id}/1"


@pytest.mark.parametrize(("lacks", "named"), [({"maker": ""}, "maker"), ({"country": "ZZ"}, "country")])
def test_a_weapon_that_cannot_be_identified_is_not_exported(lacks: dict[str, str], named: str) -> None:
    with pytest.raises(NotExported, match=f"weapon 2: {named} is missing"):
        interpol.of_request(released(WHOLE, {**WHOLE, **lacks}), by=ANN)


def test_stolen_and_lost_weapons_are_exported_and_those_left_out_are_named() -> None:
    stolen, lost, kept = people.weapon("W1"), people.weapon("W2", facts={"kind": "rifle"}), people.weapon("W3")
    people.event(stolen, event="theft", date="2020-01-02")
    people.event(lost, event="loss", date="2021-01-02")
    records, left_out = interpol.of_diverted(by=ANN)
    assert [(one.reference, one.about, one.date) for one in records] == [(stolen, "stolen", "2020-01-02")]
    assert left_out == [lost]
    assert kept not in str(records)


def test_the_reference_that_came_back_is_kept_and_exported_again() -> None:
    request = released(WHOLE)
    interpol.note(request.id, "2026/123", by=ANN)
    (record,) = interpol.of_request(request, by=ANN)
    assert record.interpol_reference == "2026/123"


@pytest.mark.parametrize("reference", ["x" * 101, "a\nb"])
def test_what_is_no_reference_is_not_kept(reference: str) -> None:
    ledger.open_store()
    with pytest.raises(NotExported):
        interpol.note("r1", reference, by=ANN)


def test_a_state_names_its_own_codes_of_kinds() -> None:
    request = released(WHOLE)
    interpol.set_kind_codes('rifle = "R"', by=ANN)
    assert interpol.of_request(request, by=ANN)[0].type == "R"


@pytest.mark.parametrize("text", ["rifle", "rifle = 1", "= x"])
def test_codes_that_cannot_be_read_are_refused(text: str) -> None:
    ledger.open_store()
    with pytest.raises(NotExported):
        interpol.set_kind_codes(text, by=ANN)
