"""The bodies of events: what goes into an identity, and what keeps two of them apart."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import entry as entries
from countermark.ledger.entry import event_id_of
from countermark.ledger.epcis import read_document
from countermark.ledger.vocabulary import EVENTS
from countermark.register import bodies
from tests.register.told import WEAPON, birth, event, name, wrong

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(WORDS, WORDS)
def test_a_weapons_id_is_the_published_uuid_of_source_and_ref(source: str, ref: str) -> None:
    assert bodies.weapon_id(source, ref) == str(uuid.uuid5(bodies.WEAPON_NAMESPACE, f"{source}\x1f{ref}"))


def test_source_and_ref_do_not_run_into_each_other() -> None:
    assert bodies.weapon_id("XA/main", "1A") != bodies.weapon_id("XA/main1", "A")


def test_what_says_nothing_more_than_usual_is_left_out_of_a_mark() -> None:
    usual = {"carrier": "part", "mark_kind": "manufacture", "layer": "overt", "mark_condition": "", "mark": "K1"}
    assert bodies.mark(usual) == {"mark": "K1"}
    assert bodies.mark({**usual, "layer": "covert"}) == {"mark": "K1", "layer": "covert"}


@pytest.mark.parametrize("column", ["mark", "id", "document", "other_ref"])
def test_numbers_that_differ_in_writing_only_make_two_events(column: str) -> None:
    one, other = (event("install", component="barrel", **{column: text}) for text in ("007", "7"))
    assert event_id_of("event", one) != event_id_of("event", other)


def test_a_note_is_no_part_of_an_event() -> None:
    assert event("loss", note="seen by Okoro") == event("loss")


@pytest.mark.parametrize("word", sorted(EVENTS))
def test_every_event_is_a_valid_epcis_event(word: str) -> None:
    body = event(
        word, "2001-03-02", component="barrel", mark="B1", to="Depot", from_="Unit", place="North", document="D"
    )
    assert problems(body) == []


def test_a_birth_and_its_declaration_are_valid_epcis_events() -> None:
    assert problems(birth()) == []
    assert problems(wrong(birth(), event_id_of("event", birth()))) == []


def problems(body: dict[str, Any]) -> list[str]:
    """What keeps a body from being captured as an EPCIS event."""
    import json

    document = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"countermark": "https://countermark.example/ns/"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2024-01-01T00:00:00.000Z",
        "epcisBody": {"eventList": [body]},
    }
    return [str(problem) for problem in read_document(json.dumps(document).encode()).problems]


def test_the_digest_of_what_was_written_is_true() -> None:
    for body in (birth(), event("loss")):
        assert body["countermark:writing"] == entries.writing(body)
        assert not entries.is_disguised(body)


def test_the_same_part_of_the_same_weapon_has_one_id_and_another_has_another() -> None:
    parts = [
        event("install", component=c, mark=m)["childEPCs"]
        for c, m in (("barrel", "B1"), ("barrel", "B1"), ("slide", "B1"))
    ]
    assert parts[0] == parts[1] != parts[2]


def test_a_declaration_has_the_identity_of_the_event_it_is_about() -> None:
    body = event("loss", "2001-03-02")
    declared = event_id_of("event", wrong(body))
    assert declared.startswith(event_id_of("event", body) + "&error=")


def test_names_of_people_and_places_never_stand_in_a_body() -> None:
    fields = {"event": "issue", "from": "Sgt Okoro", "to": "Unit 5", "place": "North", "document": "D7"}
    moment = {"instant": "2001-01-01T00:00:00.000Z", "offset": "+00:00", "precision": "year", "text": "2001"}
    text = str(bodies.event(WEAPON, "XA/main", fields, moment, lambda kind, text: name(kind, "0" * 64)))
    assert not any(word in text for word in ("Okoro", "Unit 5", "North", "D7"))
    assert bodies.side_texts(fields) == [
        ("party", "Sgt Okoro"),
        ("party", "Unit 5"),
        ("place", "North"),
        ("document", "D7"),
    ]
