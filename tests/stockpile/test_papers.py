"""Papers of the stockpile: what stands on them, that nothing a person wrote becomes markup, and who may print them."""

import json
import uuid

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger.reasons import Reason
from countermark.stockpile import acts, codes, proposals, queries, receipts
from countermark.stockpile.codes import house
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Plan
from countermark.stockpile.papers import destruction, manifest, receipt, typesetting
from countermark.stockpile.papers.typesetting import NoPaper, plain
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from countermark.stockpile.states import Subject
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued
from tests.stockpile.test_disposal import COMMANDER, both_read

HOSTILE = '#read("/etc/passwd") $x$ *b* \u202eevil\u2066 \\u{202e} @ref <x> `raw` ' + "long " * 200


@pytest.fixture
def place(db: None) -> Armoury:
    return armoury()


def known(kind: str, key: str) -> Subject:
    found = acts.subject(kind, key)
    assert found is not None
    return found


@given(st.text(max_size=60))
def test_a_text_on_paper_is_one_short_line_that_turns_nothing(text: str) -> None:
    found = plain(text * 9)

    assert len(found) <= typesetting.LONGEST
    assert not set(found) & set("\n\r\u2028\u202a\u202e\u2066\u2067\u200f")


@given(st.uuids(), st.sampled_from(sorted(house.WHOLE)))
def test_a_printed_code_with_a_whole_id_is_read_back(key: uuid.UUID, kind: str) -> None:
    code = house.whole_code(kind, key.hex)

    meaning = codes.scan(house.shown(code).lower())
    assert (meaning.kind, meaning.value) == (kind, str(key))


def shipped(place: Armoury) -> str:
    said = Manifest(
        place.depot,
        place.other,
        place.weapons,
        "2030-01-01",
        (HOSTILE[:24],),
        HOSTILE,
        "by the river",
        HOSTILE,
        HOSTILE,
    )
    return shipments.prepare(said, by=ARMOURER, request="a request that makes a key without hyphens")


def destroyed(place: Armoury) -> str:
    people.person("commander7", "commander", DEPOT)
    plan = Plan(place.depot, place.weapons[:2], HOSTILE, "cutting_or_shredding", "Observer *of* the court", "none is")
    key = disposal.plan(plan, by=ARMOURER)
    (proposal,) = acts.subjects("proposal", state="pending")
    proposals.approve(proposal.key, by=COMMANDER)
    both_read(key, place.weapons[0], "AB1000")
    disposal.destroy(key, place.weapons[:1], confirmed=1, by=ARMOURER)
    disposal.withdraw(key, place.weapons[1], Reason("evidence", "evidence after all"), by=ARMOURER)
    return key


def test_a_hand_receipt_names_both_sides_and_every_weapon_on_two_copies(place: Armoury) -> None:
    data = receipt.sheet(known("receipt", issued(place)))

    assert [serial for serial, _ in data["items"]] == ["AB1000", "AB1001", "AB1002"]
    assert ["With", "Cpl T. Rained (1001)"] in data["facts"]
    assert len(data["copies"]) == len(data["signatures"]) == 2
    assert data["annex"] == []


def test_weapons_that_do_not_fit_the_halves_stand_on_the_annex(place: Armoury, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt, "FIT", 2)

    data = receipt.sheet(known("receipt", issued(place)))

    assert (len(data["items"]), len(data["annex"])) == (2, 3)
    assert "1 " in data["more"]


def test_a_receipt_is_printed_in_the_language_of_who_prints_whatever_was_written(place: Armoury) -> None:
    note = receipts.issue(
        place.counter(second=place.second),
        place.weapons,
        place.recruit,
        "loan",
        due="2030-01-01",
        override=Reason("urgent", HOSTILE),
    )
    with translation.override("ar"):
        assert receipt.pdf(known("receipt", note)).startswith(b"%PDF")


def test_a_receipt_says_why_somebody_not_eligible_received_all_the_same(place: Armoury) -> None:
    note = receipts.issue(
        place.counter(second=place.second),
        place.weapons,
        place.recruit,
        "loan",
        override=Reason("urgent", "called out"),
    )
    facts = dict(receipt.sheet(known("receipt", note))["facts"])

    assert facts["Not eligible; why all the same"] == "urgent duty and nobody else is there: called out"


def test_a_manifest_keeps_the_route_from_who_may_not_see_exact_places(place: Armoury) -> None:
    one = known("shipment", shipped(place))

    assert "by the river" not in json.dumps(manifest.sheet(one))
    assert "by the river" in json.dumps(manifest.sheet(one, route=True))
    assert manifest.pdf(one).startswith(b"%PDF")


def test_the_code_of_a_manifest_leads_to_its_shipment(place: Armoury) -> None:
    key = shipped(place)
    meaning = codes.scan(manifest.sheet(known("shipment", key))["code"])

    assert (meaning.kind, queries.key_of("shipment", meaning.value)) == ("manifest", key)


def test_there_is_no_certificate_before_the_list_is_closed(place: Armoury) -> None:
    key = destroyed(place)

    with pytest.raises(NoPaper):
        destruction.pdf(known("destruction", key))


def test_a_certificate_of_destruction_says_what_was_destroyed_and_leads_into_the_ledger(place: Armoury) -> None:
    key = destroyed(place)
    disposal.close(key, "melted down " + HOSTILE, by=ARMOURER)
    one = known("destruction", key)

    data = destruction.sheet(one)
    facts, proof = {row[0]: row[1] for row in data["facts"]}, dict(data["proof"])
    by_type, gone, kept = data["tables"]
    assert facts["Planned, destroyed, withdrawn"] == "2 = 1 + 1"
    assert (by_type["title"], [row[0] for row in gone["rows"]]) == ("1 weapon", ["AB1000"])
    assert [row[0] for row in kept["rows"]] == ["AB1001"]
    assert ["Independent witness", "Observer *of* the court"] in data["signatures"]
    assert proof["Log"] in data["checkpoint"]
    assert int(proof["Leaf"].split(" / ")[0]) < int(proof["Leaf"].split(" / ")[1])
    assert destruction.pdf(one).startswith(b"%PDF")


def test_the_header_finds_a_paper_by_its_code_and_another_depot_does_not_print_it(place: Armoury) -> None:
    key, code = shipped(place), issued(place, place.weapons[0])
    client = people.signed_in("belo", "armourer", DEPOT)
    printed = house.shown(house.whole_code("manifest", key))

    found = client.post("/find/", {"q": printed})

    assert found.headers["Location"].endswith(f"/stockpile/shipments/{key}/")
    assert client.get(f"/stockpile/shipments/{key}/manifest.pdf").headers["Content-Type"] == "application/pdf"
    stranger: Client = people.signed_in("outsider", "armourer", OTHER)
    assert stranger.get(f"/stockpile/receipts/{code}/receipt.pdf").status_code == 404
