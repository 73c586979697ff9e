"""Capturing EPCIS documents: all of it or none, the document kept, twice harmless."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.eventhash import event_hash, pre_hash
from countermark.ledger.models import Attachment
from countermark.ledger.verify import verify
from countermark.register import bodies, capture, projection, services
from countermark.register.files.errors import UnreadableFile
from countermark.register.queries import records
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


def event(**more: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "eventTime": "2020-01-02T03:04:05.000Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
        **more,
    }


def document(*events: dict[str, Any], **context: str) -> bytes:
    prefixes: list[Any] = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
    return json.dumps(
        {
            "@context": [*prefixes, context] if context else prefixes,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2020-02-01T00:00:00.000Z",
            "epcisBody": {"eventList": list(events)},
        }
    ).encode()


def size() -> int:
    return sum(1 for _ in store.all_entries())


def test_a_document_is_captured_kept_and_vouched_for_and_capturing_it_again_changes_nothing() -> None:
    data = document(event(), event(bizStep="receiving"))

    first = capture.load_document(data, CHIEF)
    after = size()
    second = capture.load_document(data, CHIEF)

    assert (first["events"], first["new"], first["refused"]) == (2, 2, 0)
    assert (second["new"], size()) == (0, after)
    assert bytes(Attachment.objects.get().data) == data
    act = [entry.body for entry in store.all_entries() if entry.body.get("act") == "document_captured"]
    assert [body["document"] for body in act] == [f"sha256:{hashlib.sha256(data).hexdigest()}"]
    assert verify().ok


def test_the_senders_own_event_id_and_prefixes_stay_in_the_body() -> None:
    sent = event(**{"eventID": "urn:uuid:8b3ab1a2-2a9d-4d5f-9f5c-0c5c1c1f3a11", "acme:crate": "7"})

    capture.load_document(document(sent, acme="https://acme.example/ns/"), CHIEF)

    (body,) = [entry.body for entry in store.all_entries() if entry.kind == "event"]
    assert body["eventID"] == sent["eventID"]
    assert body["acme:crate"] == "7"
    assert "https://acme.example/ns/" in json.dumps(body["@context"])


def test_an_event_about_a_weapon_joins_its_history() -> None:
    weapon = people.weapon("1")

    capture.load_document(document(event(epcList=[f"urn:uuid:{weapon}"])), CHIEF)

    found = records.record(weapon)
    assert found is not None
    assert [line.event for line in found.history] == ["manufacture", "shipping"]


def test_one_bad_event_and_none_is_captured() -> None:
    ledger.require_own_log()
    before = size()

    report = capture.load_document(document(event(), event(action="DANCE")), CHIEF)

    assert (report["new"], report["refused"], report["errors"][0]["row"]) == (0, 2, 2)
    assert size() == before
    assert not Attachment.objects.exists()


def test_a_document_may_not_join_records() -> None:
    one, two = people.weapon("1"), people.weapon("2")
    said = event(**{"epcList": [f"urn:uuid:{one}"], "countermark:event": "same_as", "countermark:same_as": two})

    report = capture.load_document(document(said), CHIEF)

    assert report["refused"] == 1
    found = records.record(one)
    assert found is not None
    assert found.state.id == one


def test_an_event_that_reads_like_one_of_ours_cannot_take_its_place() -> None:
    ours = bodies.birth("XA/main", "55", {"kind": "rifle", "maker": "Zastava", "year": "1985"}, [{"mark": "K55"}])
    fields = {key: ours[key] for key in ours if not key.startswith("countermark:")}
    _, _, rest = pre_hash(ours).partition("ilmd{https://countermark.example/ns/}kind=")
    hostile = {**fields, "ilmd": {"countermark:kind": rest}}
    assert event_hash(hostile) == event_hash(ours)

    report = capture.load_document(document(hostile), CHIEF)

    assert (report["new"], report["refused"]) == (0, 1)
    with pytest.raises(ledger.LedgerError, match="tells the events written here apart"):
        ledger.append([ledger.Draft("event", hostile)], by=CHIEF)
    assert ledger.append([ledger.Draft("event", ours)], by=CHIEF)[0].new


def test_an_event_that_would_be_taken_for_another_one_is_refused_with_its_document() -> None:
    numbered = [event(**{"acme:serial": serial}) for serial in ("007", "7")]
    acme = {"acme": "https://acme.example/ns/"}
    assert capture.load_document(document(numbered[0], **acme), CHIEF)["new"] == 1
    before = size()

    report = capture.load_document(document(event(bizStep="receiving"), numbered[1], **acme), CHIEF)

    assert (report["new"], report["refused"], [error["row"] for error in report["errors"]]) == (0, 2, [2])
    assert "007 and 7" in report["errors"][0]["expected"]
    assert size() == before
    assert Attachment.objects.count() == 1


def test_two_events_of_one_document_that_would_be_one_are_refused() -> None:
    numbered = [event(**{"acme:serial": serial}) for serial in ("007", "7")]
    report = capture.load_document(document(*numbered, acme="https://acme.example/ns/"), CHIEF)
    assert (report["new"], report["refused"], report["errors"][0]["row"]) == (0, 2, 2)


def test_an_event_of_ours_is_captured_again_with_or_without_what_others_add() -> None:
    ours = bodies.birth("XA/main", "55", {"kind": "rifle"}, [{"mark": "007"}])
    returned = {
        **ours,
        "recordTime": "2024-01-01T00:00:00.000Z",
        "eventID": "urn:uuid:8b3ab1a2-2a9d-4d5f-9f5c-0c5c1c1f3a11",
    }

    assert capture.load_document(document(ours), CHIEF)["new"] == 1
    assert capture.load_document(document(returned), CHIEF) == {"events": 1, "new": 0, "refused": 0, "errors": []}


def test_an_event_of_ours_that_was_changed_on_the_way_is_refused() -> None:
    ours = bodies.birth("XA/main", "55", {"kind": "rifle"}, [{"mark": "007"}])
    changed = {**ours, "ilmd": {**ours["ilmd"], "countermark:marks": [{"mark": "7"}]}}

    assert capture.load_document(document(changed), CHIEF)["refused"] == 1


@given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode) | st.just(b"[]") | st.just(b'{"type":1}'))
def test_what_is_no_document_is_named_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        capture.load_document(data, CHIEF)


def test_what_a_captured_birth_says_besides_the_facts_outlives_a_correction_of_them() -> None:
    said = bodies.birth(
        "factory", "F 1", people.REVOLVER, [{"component": "frame", "role": "control", "mark": "FF1001"}]
    )
    place, party = (f"urn:countermark:{kind}:{'a' * 64}" for kind in ("place", "party"))
    to = [{"type": "owning_party", "destination": party}]
    body = {**said, "eventTime": "1994-05-06T00:00:00.000Z", "bizLocation": {"id": place}, "destinationList": to}
    body.pop("countermark:writing")
    assert capture.load_document(document(body), by=CHIEF)["new"] == 1
    weapon = bodies.weapon_id("factory", "F 1")
    before = projection.states_of([weapon])[weapon]

    changed = {**people.REVOLVER, "model": "M89"}
    services.correct_weapon(weapon, changed, [{"component": "frame", "mark": "FF1001"}], reason="misread", by=CHIEF)

    after = projection.states_of([weapon])[weapon]
    assert (before.place, after.model) == (place, "M89")
    assert (after.place, after.holder) == (before.place, before.holder)


@pytest.mark.parametrize(
    ("before", "year", "day"),
    [
        ("1994", "1994", "1994-05-06"),
        ("1994", "1995", "1995-01-01"),
        ("", "", "1994-05-06"),
        ("", "1994", "1994-05-06"),
        ("1960", "1960", "1994-05-06"),
    ],
)
def test_the_day_of_a_captured_birth_outlives_a_correction_that_leaves_its_year(
    before: str, year: str, day: str
) -> None:
    facts = {**people.REVOLVER, "year": before}
    said = bodies.birth("factory", "F 1", facts, [{"component": "frame", "role": "control", "mark": "FF1001"}])
    body = {**said, "eventTime": "1994-05-06T00:00:00.000Z"}
    body.pop("countermark:writing")
    capture.load_document(document(body), by=CHIEF)

    services.correct_weapon(
        bodies.weapon_id("factory", "F 1"),
        {**facts, "model": "M89", "year": year},
        [{"component": "frame", "mark": "FF1001"}],
        reason="misread",
        by=CHIEF,
    )

    born = [one.body for one in store.all_entries() if one.body.get("countermark:corrects")]
    assert [str(one["eventTime"])[:10] for one in born] == [day]
