"""The one door in: what `append` promises."""

import hashlib
import json
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.ledger import bundle, checkpoint, identity, kept, projections, services, store, tree
from countermark.ledger.drafts import KeptWrite
from countermark.ledger.entry import Entry
from countermark.ledger.models import Attachment, NodeSetting, SideText
from countermark.ledger.models import Entry as EntryRow
from countermark.ledger.projections import Difference
from countermark.ledger.services import Actor, Draft, LedgerError, SideNote, append, timed_act
from countermark.ledger.verify import verify
from tests.ledger.foreign import ANN, canonical, root

pytestmark = pytest.mark.django_db


def event(number: int, **more: Any) -> Draft:
    """An event that no view cares about."""
    body = {"type": "ObjectEvent", "eventTime": "2001-02-03T04:05:06.000Z", "epcList": [f"urn:x:{number}"], **more}
    return Draft("event", body)


def lines() -> list[bytes]:
    log = services.require_own_log()
    return [data for _, _, _, data in store.raw_entries(log)]


def last() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(lines()[-1])
    return value


def test_a_store_opens_its_log_with_an_entry_that_names_origin_and_key() -> None:
    log = services.require_own_log()
    assert log.origin == "XA/main/1"
    assert checkpoint.parse_verifier_key(log.verifier_key).name == log.origin
    body = last()["body"]
    assert (body["act"], body["origin"], body["verifier_key"]) == ("log_opened", log.origin, log.verifier_key)


def test_an_entry_is_canonical_and_hashed_as_the_contract_says() -> None:
    append([event(1, **{"countermark:écrit": "Ж\u0001"})], by=ANN)
    line = lines()[-1]
    value = json.loads(line)
    assert canonical(value) == line
    assert set(value) == {"eventID", "kind", "body", "recorded"}
    assert {"time", "by", "device_time"} <= set(value["recorded"])
    row = EntryRow.objects.order_by("-id")[0]
    assert bytes(row.leaf) == hashlib.sha256(b"\x00" + line).digest()
    assert bytes(row.key) == hashlib.sha256(value["eventID"].encode()).digest()


def test_the_id_of_an_act_is_the_hash_of_its_body() -> None:
    append([services.act("load", {"n": 1})], by=ANN)
    value = last()
    assert value["eventID"] == f"ni:///sha-256;{hashlib.sha256(canonical(value['body'])).hexdigest()}?ver=act1"


def test_a_declaration_has_the_id_of_its_event_and_of_what_it_declares() -> None:
    plain = append([event(1)], by=ANN)[0].event_id
    declared = {"declarationTime": "2002-01-01T00:00:00.000Z", "reason": "wrong"}
    append([event(1, errorDeclaration=declared)], by=ANN)
    assert last()["eventID"] == f"{plain}&error={hashlib.sha256(canonical(declared)).hexdigest()}"


def test_appending_twice_appends_once_whoever_records() -> None:
    first = append([event(1), event(2)], by=ANN)
    again = append([event(2), event(1), event(3), event(3)], by=Actor("bob"))
    assert [c.new for c in first] == [True, True]
    assert [c.new for c in again] == [False, False, True, False]
    assert again[1].position == first[0].position
    assert again[2].position == again[3].position == first[1].position + 1


@settings(max_examples=25)
@given(batches=st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=6))
def test_the_log_holds_each_event_once_in_the_order_of_first_capture(batches: list[list[int]]) -> None:
    with transaction.atomic():
        services.require_own_log()
        expected: list[int] = []
        for batch in batches:
            append([event(number) for number in batch], by=ANN)
            expected += [n for n in dict.fromkeys(batch) if n not in expected]
        found = [json.loads(line)["body"]["epcList"][0] for line in lines()[1:]]
        assert found == [f"urn:x:{number}" for number in expected]
        log = services.require_own_log()
        head = root([hashlib.sha256(b"\x00" + line).digest() for line in lines()])
        assert tree.stored_root(store.size(log), store.reader(log)) == head
        transaction.set_rollback(True)
    identity.forget_secret()


def test_one_batch_and_many_give_the_same_tree() -> None:
    append([event(number) for number in range(600)], by=ANN)
    log = services.require_own_log()
    assert tree.stored_root(601, store.reader(log)) == root([hashlib.sha256(b"\x00" + x).digest() for x in lines()])
    assert verify().ok


def test_names_stand_nowhere_in_an_entry_but_once_in_a_side_text() -> None:
    drafts = [Draft("event", event(n).body, texts=(SideNote("party", "Dépôt  Nord"),)) for n in range(2)]
    append(drafts, by=ANN)
    assert not any(b"Nord" in line or b"ann" in line for line in lines())
    assert SideText.objects.filter(kind="party").count() == 1
    assert identity.opaque("party", "dépôt nord") == identity.opaque("party", "DÉPÔT NORD ")


def test_an_entry_states_the_digest_of_every_side_text_it_brings() -> None:
    append([Draft("event", event(1).body, texts=(SideNote("party", "Nord"),), note="seen by torchlight")], by=ANN)
    stated = last()["recorded"]["kept"]
    held = {f"text/{row.ref}": kept.side_text_digest(row) for row in SideText.objects.all()}
    assert stated == held
    assert len(held) == 3, "the party, the note and who records"


def test_a_note_is_no_part_of_an_events_identity() -> None:
    plain = append([event(1)], by=ANN)[0]
    noted = append([Draft("event", event(1).body, note="again")], by=ANN)[0]
    assert (noted.new, noted.event_id) == (False, plain.event_id)


def test_recorded_time_never_goes_back_and_the_clock_is_noted() -> None:
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False):
        append([event(1)], by=ANN)
    with time_machine.travel("2029-12-31T12:00:00Z", tick=False):
        append([event(2)], by=ANN)
    recorded = last()["recorded"]
    assert (recorded["time"], recorded["device_time"]) == ("2030-01-01T12:00:00.000Z", "2029-12-31T12:00:00.000Z")
    assert verify().ok


@pytest.mark.parametrize(
    ("clock", "wrong"),
    [
        ("2030-01-01T12:00:00Z", False),
        ("2029-12-31T13:00:00Z", False),
        ("2029-12-31T11:00:00Z", True),
        ("1970-01-01T00:00:00Z", True),
        ("2030-06-01T00:00:00Z", False),
        ("2031-02-01T00:00:00Z", True),
    ],
)
def test_a_clock_far_from_the_last_entry_is_told(clock: str, wrong: bool) -> None:
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False):
        append([event(1)], by=ANN)
    with time_machine.travel(clock, tick=False):
        assert bool(services.clock_problem()) == wrong


def test_a_store_without_entries_says_nothing_of_the_clock() -> None:
    assert services.clock_problem() == ""


def foreign(serial: Any, **fields: Any) -> Draft:
    """An event as another program writes it, without our digest of the writing."""
    body = {"type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2020-01-02T03:04:05.000Z", **fields}
    return Draft("event", {**body, "@context": {"acme": "https://acme.example/"}, "acme:serial": serial})


def test_an_event_that_only_hashes_like_a_recorded_one_is_not_new_and_differs() -> None:
    append([foreign("007")], by=ANN)
    (again,), (other,) = append([foreign("007")], by=ANN), append([foreign("7")], by=ANN)
    assert (again.new, again.differs) == (False, False)
    assert (other.event_id, other.new, other.differs) == (again.event_id, False, True)


def test_events_that_hash_alike_differ_within_one_batch_too() -> None:
    assert [one.differs for one in append([foreign("007"), foreign("7"), foreign("007")], by=ANN)] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"eventTime": "2020-01-02T04:04:05+01:00"},
        {"eventID": "urn:uuid:8b3ab1a2-2a9d-4d5f-9f5c-0c5c1c1f3a11"},
        {"recordTime": "2024-01-01T00:00:00.000Z"},
        {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"},
    ],
)
def test_one_event_written_in_another_way_does_not_differ(fields: dict[str, Any]) -> None:
    append([foreign("007", bizStep="shipping")], by=ANN)
    (again,) = append([foreign("007", **{"bizStep": "shipping", **fields})], by=ANN)
    assert (again.new, again.differs) == (False, False)


def test_names_are_one_in_any_spelling_and_notes_are_what_was_written() -> None:
    append([event(1)], by=ANN)
    assert identity.ref("party", "ΐρις") == identity.ref("party", "Ϊ́ΡΙΣ")
    append([Draft("event", event(2).body, note="10⁵ rounds"), Draft("event", event(3).body, note="105 rounds")], by=ANN)
    assert set(SideText.objects.filter(kind="note").values_list("text", flat=True)) == {"10⁵ rounds", "105 rounds"}


@given(st.text())
def test_the_form_of_a_name_is_its_own_form(text: str) -> None:
    assert identity.normalised(identity.normalised(text)) == identity.normalised(text)


@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"])
def test_a_text_that_not_every_node_could_hold_is_refused_wherever_it_stands(bad: str) -> None:
    append([event(1)], by=ANN)
    before = lines()
    several = [
        Draft("event", event(2).body, note=bad),
        Draft("event", event(2).body, texts=(SideNote("party", bad),)),
        event(2, **{"countermark:mark": bad}),
    ]
    for draft in several:
        with pytest.raises((LedgerError, ValueError)):
            append([draft], by=ANN)
    with pytest.raises(LedgerError):
        append([event(2)], by=Actor(bad))
    assert lines() == before
    assert store.find(bad) == []


def test_an_entry_that_no_other_node_would_take_in_is_refused() -> None:
    append([event(1)], by=ANN)
    with pytest.raises(LedgerError, match="at most"):
        append([event(2, **{"countermark:mark": "x" * bundle.LONGEST_ENTRY})], by=ANN)
    assert len(lines()) == 2


def test_what_only_looks_like_nul_is_kept() -> None:
    append([event(1, **{"countermark:mark": "\\u0000"})], by=ANN)
    assert last()["body"]["countermark:mark"] == "\\u0000"


def test_two_changes_in_one_millisecond_are_both_kept() -> None:
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False):
        services.set_setting("colour", "green", by=ANN)
        services.set_setting("colour", "red", by=ANN)
    assert services.setting("colour") == "red"
    assert verify().ok


def test_a_word_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(LedgerError, match="vocabulary"):
        services.act("dance", {})


class _Broken:
    """A projection that fails on its first entry."""

    name = "broken"

    def apply(self, entries: list[Entry]) -> None:
        raise ValueError("no")

    def rebuild(self) -> None: ...

    def compare(self) -> list[Difference]:
        return []


def test_a_view_that_cannot_be_folded_keeps_the_entries_out(monkeypatch: pytest.MonkeyPatch) -> None:
    append([event(1)], by=ANN)
    before = lines()
    monkeypatch.setattr(projections, "PROJECTIONS", [*projections.PROJECTIONS, _Broken()])
    with pytest.raises(ValueError, match="no"):
        append([event(2)], by=ANN)
    monkeypatch.undo()
    assert lines() == before
    assert verify().ok


def test_a_kept_row_that_cannot_be_written_keeps_the_entry_out() -> None:
    append([event(1)], by=ANN)
    before = lines()

    def fail() -> None:
        NodeSetting(name="half", value="done").save()
        raise ValueError("disk full")

    with pytest.raises(ValueError, match="disk full"):
        append([timed_act("setting_changed", {}, kept=(KeptWrite("setting", "half", "00", fail),))], by=ANN)
    assert lines() == before
    assert not NodeSetting.objects.filter(name="half").exists()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_tile"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_a_log(table: str, statement: str) -> None:
    append([event(number) for number in range(256)], by=ANN)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert verify(quick=True).ok


def test_an_erased_text_is_gone_and_everything_else_holds() -> None:
    append([Draft("event", event(1).body, texts=(SideNote("person", "John Doe"),))], by=ANN)
    ref = identity.ref("person", "John Doe")
    assert services.erase([ref], by=ANN, reason="court order") == 1
    row = SideText.objects.get(ref=ref)
    assert (row.text, row.salt) == ("", "")
    assert services.erase([ref], by=ANN, reason="again") == 0
    append([Draft("event", event(2).body, texts=(SideNote("person", "John Doe"),))], by=ANN)
    assert SideText.objects.get(ref=ref).text == "", "a tombstone stays one"
    assert verify().ok


def test_an_erased_document_is_gone_and_everything_else_holds() -> None:
    row = services.attachment(b"<epcis/>", "text/xml")
    append([services.act("document_captured", {}, kept=(row,))], by=ANN)
    assert services.erase([], attachments=[row.key], by=ANN, reason="court order") == 1
    assert bytes(Attachment.objects.get(digest=row.key).data) == b""
    assert json.loads(lines()[-1])["body"]["attachments"] == [row.key]
    assert services.erase([], attachments=[row.key], by=ANN, reason="again") == 0
    assert verify().ok


def test_nothing_is_erased_when_one_of_what_is_named_is_not_here() -> None:
    append([Draft("event", event(1).body, texts=(SideNote("party", "John Doe"),))], by=ANN)
    with pytest.raises(LedgerError, match="nothing was erased"):
        services.erase([identity.ref("party", "John Doe"), "00" * 32], by=ANN, reason="court order")
    assert SideText.objects.filter(text="John Doe").exists()


def test_a_person_is_found_as_party_and_as_recorder_in_any_capitals() -> None:
    append([Draft("event", event(1).body, texts=(SideNote("party", "Ann"), SideNote("place", "Ann")))], by=ANN)
    assert set(services.refs_of_people("ANN")) == {identity.ref("party", "ann"), identity.ref("person", "ann")}
    with pytest.raises(LedgerError, match="nobody"):
        services.refs_of_people("Bob")
