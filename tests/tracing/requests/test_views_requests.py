"""Pages of tracing requests: who reads, writes and releases; what each form refuses; an answer from choice to verification.

Alice writes (tracing officer), Carol releases (point of contact), Charlie has no role. The peer is faked as in `test_services`.
"""

import html
import json
import re
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from countermark.ledger import checkpoint, store, tree
from countermark.ledger import services as ledger
from countermark.ledger.checkpoint import Checkpoint
from countermark.ledger.services import NODE, Actor
from countermark.register import services as register
from countermark.register.queries import records
from countermark.tracing.cases import queries as case_queries
from countermark.tracing.cases import rules as case_rules
from countermark.tracing.cases import services as cases
from countermark.tracing.papers import sheets
from countermark.tracing.requests import answers, messages, proofs, queries, rules, shown
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.answers import Choice
from countermark.tracing.requests.states import Request
from tests.register import people
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import THEIRS, Peer, peer

__all__ = ["peer"]

pytestmark = pytest.mark.django_db

ALICE, CAROL = Actor("alice"), Actor("carol")
SERIAL = "TKD 48213"
NEW = {
    "count": "1", "peer": THEIRS, "country": "", "w0-marks": "AB 1234\nN 7", "w0-kind": "rifle", "w0-calibre": "7.62x39",
    "w0-maker": "Izhmash", "w0-confirmed": "on", "why_illicit": ["a", "c"], "circumstances": "seized at a road check",
    "intended_use": "criminal investigation",
}  # fmt: skip


@pytest.fixture
def alice() -> Client:
    return people.signed_in("alice", "tracing")


@pytest.fixture
def carol() -> Client:
    return people.signed_in("carol", "contact")


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def asked(to: str = THEIRS) -> Request:
    """A request that went out: Alice wrote it, Carol released it."""
    return requests.release(requests.draft("request", BODIES["request"], peer=to, by=ALICE), by=CAROL)


def asked_by(peer: Peer, **weapon: Any) -> Request:
    """A request of the peer that came in and was acknowledged."""
    known = {"marks": [SERIAL], "kind": "revolver", "calibre": ".38 Special", "confirmed": True, **weapon}
    body = {**BODIES["request"], "weapons": [known]}
    requests.receive(peer.sealed(peer.says("r1", 1, 1, "request", side="asker", body=body)), by=NODE)
    return requests.release(requests.draft("acknowledgement", {}, conversation="r1", by=ALICE), by=CAROL)


def drafts() -> list[str]:
    return [draft.kind for one in queries.requests() for draft in one.drafts]


def size() -> int:
    return store.size(ledger.require_own_log())


# The list


def test_an_empty_list_says_what_to_do_next(peer: Peer, alice: Client) -> None:
    text = text_of(alice, "/requests/")
    assert "Trace a weapon first" in text
    assert 'href="/requests/new/"' in text


def test_the_list_tells_side_state_and_what_is_owed(peer: Peer, carol: Client) -> None:
    asked()
    text = re.sub(r"<[^>]+>|\s+", " ", text_of(carol, "/requests/"))
    assert "we ask" in text
    assert re.search(r"They owe\s+an acknowledgement\s+until", text)


def test_what_we_owe_past_its_day_is_called_overdue(peer: Peer, carol: Client) -> None:
    peer_asks = peer.says("r1", 1, 1, "request", side="asker", body=BODIES["request"])
    requests.receive(peer.sealed(peer_asks), by=NODE)
    text = text_of(carol, "/requests/?box=owed")
    assert "<strong>overdue</strong>" in text
    assert "1 overdue" in text


@pytest.mark.parametrize(("box", "n"), [("in", 0), ("out", 1), ("drafts", 0), ("nonsense", 1)])
def test_a_box_shows_its_own(peer: Peer, carol: Client, box: str, n: int) -> None:
    known = asked()
    assert text_of(carol, f"/requests/?box={box}").count(f"/requests/{known.id}/") == n


def test_charlie_sees_nothing(peer: Peer) -> None:
    known = asked()
    charlie = people.signed_in("charlie")
    paths = ["/requests/", "/requests/new/", "/requests/directory/", f"/requests/{known.id}/"]
    assert {charlie.get(path).status_code for path in paths} == {403}


def test_an_unknown_request_is_absent(peer: Peer, carol: Client) -> None:
    assert carol.get("/requests/nothing/").status_code == 404


# A new request


def test_a_request_filled_in_is_a_draft_and_nothing_leaves(peer: Peer, alice: Client) -> None:
    assert alice.post("/requests/new/", NEW).status_code == 302
    [known] = queries.requests()
    assert ([draft.kind for draft in known.drafts], known.sent) == (["request"], ())


def test_a_request_says_what_the_form_said(peer: Peer, alice: Client) -> None:
    alice.post("/requests/new/", NEW)
    [known] = queries.requests()
    body = requests.release(known.drafts[0].id, by=CAROL).sent[0].envelope.body
    assert body["weapons"] == [
        {"marks": ["AB 1234", "N 7"], "kind": "rifle", "calibre": "7.62x39", "maker": "Izhmash", "confirmed": True}
    ]
    assert (body["why_illicit"], body["intended_use"]) == (["a", "c"], "criminal investigation")


@pytest.mark.parametrize(
    "lacking",
    ["w0-marks", "w0-kind", "w0-calibre", "w0-confirmed", "why_illicit", "circumstances", "intended_use", "peer"],
)
def test_an_incomplete_request_is_shown_again_and_nothing_written(peer: Peer, alice: Client, lacking: str) -> None:
    before = size()
    answer = alice.post("/requests/new/", {name: value for name, value in NEW.items() if name != lacking})
    assert (answer.status_code, size()) == (422, before)
    assert f"id_{lacking}_error" in answer.content.decode()


@pytest.mark.parametrize("country", ["X", "12", "é1", "xq9"])
def test_a_country_that_is_no_code_is_refused(peer: Peer, alice: Client, country: str) -> None:
    assert alice.post("/requests/new/", {**NEW, "peer": "", "country": country}).status_code == 422


def test_a_state_without_a_node_is_asked_by_its_letters(peer: Peer, alice: Client) -> None:
    alice.post("/requests/new/", {**NEW, "peer": "", "country": "xc"})
    assert [one.peer for one in queries.requests()] == ["XC"]


def test_room_for_another_weapon_keeps_what_was_typed_and_judges_nothing(peer: Peer, alice: Client) -> None:
    answer = alice.post("/requests/new/", {**NEW, "circumstances": "", "add": "1"})
    text = answer.content.decode()
    assert (answer.status_code, "w1-marks" in text, "Izhmash" in text, drafts()) == (200, True, True, [])


def test_an_answer_of_the_trace_page_fills_the_request_in(peer: Peer, alice: Client) -> None:
    text = text_of(alice, "/requests/new/?to=XB&reading=AB+1&reading=N+7&kind=rifle&maker=Izhmash&calibre=7.62x39")
    assert f'<option value="{THEIRS}" selected' in text
    assert "AB 1\nN 7" in text


def test_the_trace_page_leads_to_a_request_to_the_state_it_names(peer: Peer, alice: Client) -> None:
    text = text_of(alice, "/trace/?reading=WQ+77%26Y&country=XB&kind=rifle")
    link = re.search(r'href="(/requests/new/[^"]+)"', text)
    assert link is not None
    filled = text_of(alice, link[1])
    assert f'<option value="{THEIRS}" selected' in filled
    assert "WQ 77&Y" in filled


def test_a_registrar_who_traces_is_offered_no_request(peer: Peer) -> None:
    text = text_of(people.signed_in("rita", "registrar"), "/trace/?reading=WQ+77&country=XB")
    assert "/requests/new/" not in text


def test_the_home_page_counts_where_the_next_word_is_ours(peer: Peer, carol: Client) -> None:
    peer_asks = peer.says("r1", 1, 1, "request", side="asker", body=BODIES["request"])
    requests.receive(peer.sealed(peer_asks), by=NODE)
    asked()
    requests.draft("acknowledgement", {}, conversation="r1", by=ALICE)
    text = re.sub(r"<[^>]+>|\s+", " ", text_of(carol, "/"))
    assert re.search(r"1\s+Requests of States: our turn\s+1 overdue, 1 draft to release", text)


def test_the_next_state_is_asked_about_the_same_weapons_confirmed_anew(peer: Peer, alice: Client) -> None:
    known = asked()
    text = text_of(alice, f"/requests/new/?after={known.id}&to=XC")
    assert "AB 1234" in text
    assert 'name="w0-confirmed"' in text
    assert not re.search(r'name="w0-confirmed"[^>]*checked', text)


# Drafts


def test_the_writer_sees_why_the_draft_is_not_theirs_to_release(peer: Peer) -> None:
    writer = people.signed_in("cora", "contact")
    writer.post("/requests/new/", NEW)
    [known] = queries.requests()
    text = text_of(writer, f"/requests/{known.id}/")
    assert "somebody else has to release it" in text
    assert "/release/" not in text
    writer.post(f"/requests/drafts/{known.drafts[0].id}/release/")
    assert drafts() == ["request"]


def test_a_second_person_releases(peer: Peer, alice: Client, carol: Client) -> None:
    alice.post("/requests/new/", NEW)
    [known] = queries.requests()
    assert f"/requests/drafts/{known.drafts[0].id}/release/" in text_of(carol, f"/requests/{known.id}/")
    carol.post(f"/requests/drafts/{known.drafts[0].id}/release/")
    [known] = queries.requests()
    assert (known.conversation.state, known.drafts) == ("sent", ())


def test_a_tracing_officer_is_told_who_releases(peer: Peer, alice: Client) -> None:
    draft = requests.draft("request", BODIES["request"], peer=THEIRS, by=CAROL)
    known = queries.of_draft(draft)
    assert known is not None
    assert "The national point of contact has to release it." in text_of(alice, f"/requests/{known.id}/")
    assert alice.post(f"/requests/drafts/{draft}/release/").status_code == 403


def test_a_draft_given_up_is_gone_from_the_list(peer: Peer, alice: Client) -> None:
    alice.post("/requests/new/", NEW)
    [known] = queries.requests()
    alice.post(f"/requests/drafts/{known.drafts[0].id}/drop/")
    assert drafts() == []
    assert "0 requests" in text_of(alice, "/requests/")


def test_a_draft_that_is_none_changes_nothing(peer: Peer, carol: Client) -> None:
    before = size()
    nothing = "00000000-0000-4000-8000-000000000007"
    assert [carol.post(f"/requests/drafts/{nothing}/{what}/").status_code for what in ("release", "drop")] == [302, 302]
    assert size() == before


# What was said


def test_everything_said_stands_on_the_page_in_words(peer: Peer, carol: Client) -> None:
    known = asked()
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "delay")), by=NODE)
    text = text_of(carol, f"/requests/{known.id}/")
    assert "release would compromise an ongoing criminal investigation" in text
    assert "illicit under the law of the State where it was found" in text
    assert "why_illicit" not in text


def test_what_crossed_and_what_waits_is_marked(peer: Peer, carol: Client) -> None:
    known = asked()
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "acknowledgement")), by=NODE)
    requests.receive(peer.sealed(peer.says(known.id, 2, 3, "acknowledgement")), by=NODE)
    requests.receive(peer.sealed(peer.says(known.id, 4, 9, "progress")), by=NODE)
    text = text_of(carol, f"/requests/{known.id}/")
    assert "crossed with a message of the other side" in text
    assert "waits for a message before it" in text


@pytest.mark.parametrize("time", ["yesterday", "", "9999-99-99T00:00:00Z", "9999-12-31T00:00:00.000Z"])
def test_a_time_that_is_none_stops_no_page(peer: Peer, carol: Client, time: str) -> None:
    known = asked()
    try:
        requests.receive(peer.sealed(peer.says(known.id, 1, 2, "acknowledgement", time=time)), by=NODE)
    except requests.NotSaid:
        return
    paths = ("/requests/", f"/requests/{known.id}/", "/")
    assert [carol.get(path).status_code for path in paths] == [200, 200, 200]


@pytest.mark.parametrize("said", [["a list"], {"a": {"b": {"c": {"d": {"e": 1}}}}}, 7, "<script>alert(1)</script>"])
def test_whatever_another_program_writes_is_shown_as_text(peer: Peer, carol: Client, said: Any) -> None:
    known = asked()
    body = {"question": said, "unheard": said, "weapons": said}
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "information_request", body=body)), by=NODE)
    page = carol.get(f"/requests/{known.id}/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_only_what_may_be_said_now_is_offered(peer: Peer, alice: Client) -> None:
    known = asked()
    text = text_of(alice, f"/requests/{known.id}/")
    assert f"/requests/{known.id}/say/withdrawal/" in text
    assert "/say/closing/" not in text
    assert alice.get(f"/requests/{known.id}/say/closing/").status_code == 404


def test_the_auditor_reads_and_is_offered_nothing(peer: Peer) -> None:
    known = asked()
    text = text_of(people.signed_in("arthur", "auditor"), f"/requests/{known.id}/")
    assert "/say/" not in text


# Saying


@pytest.mark.parametrize(
    ("kind", "filled"),
    [
        ("progress", {"text": "the maker was asked"}),
        ("information_request", {"question": "which marks on the slide?"}),
        ("delay", {"grounds": ["investigation"], "reason": "pending", "until": "2030-01-31"}),
        ("refusal", {"grounds": ["security", "no_guarantee"], "reason": "no guarantee was given"}),
        ("forwarding", {"next_country": "xc", "linked_request": "r2"}),
        ("answer", {"outcome": "B6"}),
        ("partial_answer", {"text": "more to come"}),
    ],
)
def test_each_kind_of_message_is_written_down(peer: Peer, alice: Client, kind: str, filled: dict[str, Any]) -> None:
    asked_by(peer)
    assert alice.post(f"/requests/r1/say/{kind}/", filled).status_code == 302
    assert drafts() == [kind]


@pytest.mark.parametrize(
    ("kind", "filled", "field"),
    [
        ("information_request", {"question": " "}, "question"),
        ("delay", {"grounds": ["investigation"], "reason": "pending", "until": "soon"}, "until"),
        ("delay", {"grounds": ["politics"], "reason": "pending", "until": "2030-01-31"}, "grounds"),
        ("refusal", {"reason": "no"}, "grounds"),
        ("refusal", {"grounds": ["security"]}, "reason"),
        ("restriction", {"grounds": ["security"]}, "reason"),
        ("forwarding", {"next_country": "1", "linked_request": "r2"}, "next_country"),
        ("answer", {"outcome": "Z9"}, "outcome"),
    ],
)
def test_what_a_message_lacks_stands_at_its_field(
    peer: Peer, alice: Client, kind: str, filled: dict[str, Any], field: str
) -> None:
    asked_by(peer)
    before = size()
    answer = alice.post(f"/requests/r1/say/{kind}/", filled)
    assert (answer.status_code, size()) == (422, before)
    assert f"id_{field}_error" in answer.content.decode()


def test_the_four_grounds_are_offered(peer: Peer, alice: Client) -> None:
    asked_by(peer)
    text = text_of(alice, "/requests/r1/say/refusal/")
    assert len(re.findall(r'name="grounds"', text)) == 4


# Paper


def test_a_letter_is_taken_down_as_what_the_other_state_said(peer: Peer, alice: Client) -> None:
    known = asked("XC")
    filled = {
        "day": "2026-04-01", "outcome": "A5", "e0-event": "import", "e0-date": "1994-06", "e0-country": "XC", "e1-event": "theft",
        "e1-date": "1997-11-20", "e1-country": "XC", "e1-place": "police store",
    }  # fmt: skip
    assert alice.post(f"/requests/{known.id}/paper/answer/", filled).status_code == 302
    text = text_of(alice, f"/requests/{known.id}/")
    assert "Point of diversion" in text
    assert "1997" in text
    told = text_of(alice, f"/requests/{known.id}/told/answerer/1/")
    assert "told without proof" in told
    assert "Out of lawful custody" in told


def test_a_letter_without_a_date_is_not_taken_down(peer: Peer, alice: Client) -> None:
    known = asked("XC")
    assert alice.post(f"/requests/{known.id}/paper/answer/", {"outcome": "A5"}).status_code == 422


def test_an_event_of_a_letter_without_its_name_is_not_lost_in_silence(peer: Peer, alice: Client) -> None:
    known = asked("XC")
    filled = {"day": "2026-04-01", "outcome": "A5", "e3-date": "1997"}
    answer = alice.post(f"/requests/{known.id}/paper/answer/", filled)
    assert answer.status_code == 422
    assert "id_e3-event_error" in answer.content.decode()


def test_a_state_with_a_node_speaks_for_itself(peer: Peer, alice: Client) -> None:
    known = asked()
    assert alice.get(f"/requests/{known.id}/paper/answer/").status_code == 404


# Answers


@pytest.fixture
def weapon(peer: Peer) -> str:
    people.places()
    found = people.weapon("R 77", SERIAL, place=people.NORTH)
    people.event(found, event="sale", date="2003-01-02", from_="Nordwerk Ltd", to="Ana Lopez", country="XA")
    return found


def release_form(client: Client, path: str) -> dict[str, str]:
    """What the release screen would send as it stands."""
    text = text_of(client, path)
    inputs = re.findall(r"<input[^>]*checked[^>]*>", text)
    return {
        found[1]: value[1]
        for one in inputs
        if (found := re.search(r'name="([^"]+)"', one)) and (value := re.search(r'value="([^"]+)"', one))
    }


def test_the_weapon_is_chosen_among_candidates_of_the_marks_asked_about(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    text = text_of(alice, "/requests/r1/say/answer/")
    assert f"/requests/r1/say/answer/{weapon}/" in text
    assert "%" in text


@pytest.mark.parametrize("marks", [SERIAL, [{"component": "frame", "mark": SERIAL}], [SERIAL, ""]])
def test_marks_another_program_writes_otherwise_are_traced_too(
    peer: Peer, weapon: str, alice: Client, marks: Any
) -> None:
    asked_by(peer, marks=marks)
    assert f"/requests/r1/say/answer/{weapon}/" in text_of(alice, "/requests/r1/say/answer/")


@pytest.mark.parametrize("marks", [[7], "*", [["?"]], [{"component": "frame"}]])
def test_marks_that_cannot_be_traced_leave_an_answer_without_a_record(peer: Peer, alice: Client, marks: Any) -> None:
    asked_by(peer, marks=marks)
    assert "Without a record" in text_of(alice, "/requests/r1/say/answer/")


def test_an_answer_as_proposed_is_whole_proven_and_tells_no_person(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    filled = {**release_form(alice, path), "outcome": "A1", "action": "draft"}
    assert alice.post(path, filled).status_code == 302
    answer = released("answer")
    assert proofs.verify(answer).ok
    assert not proofs.verify(answer).unproven
    told = " ".join(text for one in answer.records for text in one.names.values())
    assert "Nordwerk" in told
    assert "Ana Lopez" not in told
    assert "chief" not in told


def released(kind: str) -> proofs.Answer:
    [draft] = [draft for one in queries.requests() for draft in one.drafts if draft.kind == kind]
    known = requests.release(draft.id, by=CAROL)
    return proofs.read(json.dumps(known.sent[-1].envelope.body["answer"]).encode())


def test_the_screen_says_what_a_part_costs_and_an_event_in_part_has_no_proof(
    peer: Peer, weapon: str, alice: Client
) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    assert "loses its proof" in text_of(alice, path)
    filled = release_form(alice, path)
    last = max(name for name in filled if name.startswith("tell-"))
    filled = {name: value for name, value in filled.items() if not name.startswith(f"fact-{last[5:]}-")}
    filled |= {last: "partly", f"fact-{last[5:]}-event": "1"}
    alice.post(path, {**filled, "outcome": "A1", "action": "draft"})
    told = next(one for one in released("answer").records if not one.entry)
    assert set(told.facts) == {"event"}


def test_what_is_not_told_is_not_there(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    filled = {name: "not" if name.startswith("tell-") else value for name, value in release_form(alice, path).items()}
    alice.post(path, {**filled, "outcome": "B12", "action": "draft"})
    assert released("answer").records == ()


def test_a_name_that_is_hidden_from_the_officer_cannot_be_told(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    person = next(urn for urn, text in _record(weapon).names.items() if text == "Ana Lopez")
    field = f"name-{person.rpartition(':')[2][:32]}"
    text = text_of(alice, path)
    assert field not in text
    assert "Ana Lopez" not in text
    alice.post(path, {**release_form(alice, path), field: "1", "outcome": "A1", "action": "draft"})
    assert "Ana Lopez" not in json.dumps([one.names for one in released("answer").records])


def test_a_person_whose_name_was_opened_with_a_reason_may_be_told(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    alice.post(f"/weapons/{weapon}/names/", {"reason": "request", "words": "the last holder is asked for"})
    person = next(urn for urn, text in _record(weapon).names.items() if text == "Ana Lopez")
    field = f"name-{person.rpartition(':')[2][:32]}"
    assert field not in release_form(alice, path)
    alice.post(path, {**release_form(alice, path), field: "1", "outcome": "A1", "action": "draft"})
    assert "Ana Lopez" in json.dumps([one.names for one in released("answer").records])


def _record(weapon: str) -> records.Record:
    found = records.record(weapon)
    assert found is not None
    return found


def test_a_role_held_at_one_place_does_not_reach_requests(peer: Peer, weapon: str) -> None:
    asked_by(peer)
    bob = people.signed_in("bob", "tracing", people.SOUTH)
    assert {bob.get(path).status_code for path in ("/requests/", "/requests/r1/", "/requests/new/")} == {403}


def test_a_record_declared_wrong_is_not_told_unless_somebody_says_so(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    [sale] = [line for line in _record(weapon).history if line.event == "sale"]
    register.correct_event(sale.event_id, None, reason="another weapon", by=people.CHIEF)
    path = f"/requests/r1/say/answer/{weapon}/"
    assert "declared wrong" in text_of(alice, path)
    alice.post(path, {**release_form(alice, path), "outcome": "A1", "action": "draft"})
    assert sale.event_id not in {one.event_id for one in released("answer").records}


def test_a_preview_shows_what_the_other_side_would_see_and_writes_nothing(
    peer: Peer, weapon: str, alice: Client
) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    before = size()
    answer = alice.post(path, {**release_form(alice, path), "action": "preview", "staff": ["contact"]})
    text = answer.content.decode()
    assert (answer.status_code, size()) == (200, before)
    assert "What the other State would see" in text
    assert "Handling conditions:" in text


def test_an_answer_without_an_outcome_is_shown_again(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    assert alice.post(path, {**release_form(alice, path), "action": "draft"}).status_code == 422
    assert drafts() == []


def answer_of(peer: Peer, *, tampered: bool = False) -> bytes:
    """What the peer tells of a weapon: two entries of its log, of which the first was there at size 1."""
    people.places()
    ours = answers.build(people.weapon("R 78", "ZZ 1", place=people.NORTH), "r1", Choice())
    lines = [one.entry for one in ours.records[:2]]
    first, second = (tree.leaf_hash(line.encode()) for line in lines)
    note = checkpoint.sign(Checkpoint(THEIRS, 2, tree.node_hash(first, second)), peer.key)
    lines = [line.replace("2001-02-03", "2001-02-04") for line in lines] if tampered else lines
    answer = msgspec.structs.replace(
        ours,
        sender="XB",
        records=tuple(
            msgspec.structs.replace(one, entry=line, leaf_index=n, proof=(other.hex(),))
            for n, (one, line, other) in enumerate(zip(ours.records, lines, (second, first), strict=True))
        ),
        checkpoint=note,
        verifier_key=checkpoint.verifier_key(THEIRS, peer.key.public_key()),
        consistency=(proofs.Consistency(1, (second.hex(),)),),
    )
    return msgspec.json.encode(answer)


def at_size_one(peer: Peer, answer: bytes) -> str:
    """The checkpoint of the peer's log from the time when only the first entry was there."""
    first = tree.leaf_hash(proofs.read(answer).records[0].entry.encode())
    return checkpoint.sign(Checkpoint(THEIRS, 1, first), peer.key)


def come(peer: Peer, known: Request, answer: bytes) -> str:
    """Takes the answer in. Returns the address it is read at."""
    body = {"answer": json.loads(answer), "outcome": "A4"}
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "answer", body=body)), by=NODE)
    return f"/requests/{known.id}/told/answerer/1/"


def test_an_answer_that_came_is_verified_at_once(peer: Peer, alice: Client) -> None:
    text = text_of(alice, come(peer, asked(), answer_of(peer)))
    assert text.count("genuine, date asserted") == 2
    assert "there before the request" not in text


def test_what_a_checkpoint_held_before_the_request_covers_was_there_before(peer: Peer, alice: Client) -> None:
    answer = answer_of(peer)
    requests.hold_checkpoint(THEIRS, at_size_one(peer, answer), by=ALICE)
    text = text_of(alice, come(peer, asked(), answer))
    assert text.count("genuine, there before the request") == 1
    assert text.count("genuine, date asserted") == 1


def test_a_checkpoint_that_came_after_the_request_proves_no_date(peer: Peer, alice: Client) -> None:
    answer = answer_of(peer)
    known = asked()
    requests.hold_checkpoint(THEIRS, at_size_one(peer, answer), by=ALICE)
    assert "there before the request" not in text_of(alice, come(peer, known, answer))


def test_an_answer_changed_on_its_way_is_called_so(peer: Peer, alice: Client) -> None:
    assert "NOT GENUINE" in text_of(alice, come(peer, asked(), answer_of(peer, tampered=True)))


def test_an_answer_is_saved_as_the_verifier_reads_it(peer: Peer, alice: Client) -> None:
    answer = answer_of(peer)
    saved = alice.get(f"{come(peer, asked(), answer)}answer.json")
    assert proofs.read(saved.content) == proofs.read(answer)
    assert proofs.verify(proofs.read(saved.content)).ok


@pytest.mark.parametrize(
    "told", [{}, {"records": []}, {"events": 7}, {"events": ["x"]}, {"format": "other", "records": [{}]}]
)
def test_an_answer_of_another_shape_is_told_without_proof(peer: Peer, alice: Client, told: dict[str, Any]) -> None:
    known = asked()
    body = {"answer": told or {"x": 1}, "outcome": "B6"}
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "answer", body=body)), by=NODE)
    text = text_of(alice, f"/requests/{known.id}/told/answerer/1/")
    assert "genuine" not in text


# One after the other


def test_a_request_that_follows_from_another_says_so_on_both_pages(carol: Client, peer: Peer) -> None:
    first = asked()
    draft = requests.draft("request", BODIES["request"], peer="XC", parent=first.id, by=ALICE)
    second = requests.release(draft, by=CAROL)
    assert f"/requests/{second.id}/" in text_of(carol, f"/requests/{first.id}/")
    assert f"/requests/{first.id}/" in text_of(carol, f"/requests/{second.id}/")


def test_a_request_begun_from_another_belongs_to_its_case(carol: Client, peer: Peer) -> None:
    intake = {"how": "find", "date": "2026", "readings": ["AB 1234"], "kind": "rifle", "calibre": "7.62"}
    case = cases.open_case(*case_rules.intake({**intake, "place": "quay", "why_illicit": ["a"]}), by=ALICE)
    first = requests.release(cases.ask(case.id, "XC", "investigation", confirmed=True, by=ALICE), by=CAROL)
    answer = carol.post(f"/requests/new/?after={first.id}", {**NEW, "peer": "", "country": "XD"})
    assert answer.status_code == 302, answer.content.decode()
    after = case_queries.case(case.id)
    assert after is not None
    assert queries.following(first.id) == list(after.requests[1:]) != []


def test_a_notice_of_forwarding_names_the_request_it_is_about(carol: Client, peer: Peer) -> None:
    asked_by(peer)
    draft = requests.draft("request", BODIES["request"], peer="XC", parent="r1", by=ALICE)
    assert draft
    (goes_on,) = queries.following("r1")
    text = text_of(carol, "/requests/r1/say/forwarding/")
    assert f'value="{goes_on}"' in text
    assert 'value="XC"' in text


def test_a_draft_is_printed_by_those_who_write_and_only_while_it_is_one(alice: Client, peer: Peer) -> None:
    draft = requests.draft("request", BODIES["request"], peer="XC", by=CAROL)
    known = queries.of_draft(draft)
    assert known is not None
    path = f"/requests/drafts/{draft}/fr.pdf"
    assert path in text_of(alice, f"/requests/{known.id}/")
    printed = alice.get(path)
    assert (printed["Content-Type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    requests.release(draft, by=ALICE)
    assert alice.get(path).status_code == 404
    assert alice.get(f"/requests/drafts/{draft}/xx.pdf").status_code == 404


# As a file


def test_a_message_taken_as_a_file_opens_at_the_other_side(peer: Peer, carol: Client) -> None:
    known = asked()
    path = f"/requests/{known.id}/message/1/"
    assert path in text_of(carol, f"/requests/{known.id}/")
    token = carol.get(path).content.decode()
    log = ledger.require_own_log()
    with peer.at_home():
        envelope, _ = messages.verified(messages.unsealed(token), [log.verifier_key], log.verifier_key)
    assert envelope.body == BODIES["request"]


def test_there_is_no_file_of_a_message_on_paper_or_of_none(peer: Peer, carol: Client) -> None:
    on_paper, known = asked("XC"), asked()
    paths = [f"/requests/{on_paper.id}/message/1/", f"/requests/{known.id}/message/9/"]
    assert [carol.get(path).status_code for path in paths] == [404, 404]


def test_a_message_that_came_as_a_file_is_taken_in_once(peer: Peer, alice: Client) -> None:
    known = asked()
    token = peer.sealed(peer.says(known.id, 1, 2, "acknowledgement")).encode()
    for _ in range(2):
        assert alice.post("/requests/take/", {"file": SimpleUploadedFile("m.jose", token)}).status_code == 302
    after = queries.request(known.id)
    assert after is not None
    assert (after.conversation.state, len(after.received)) == ("acknowledged", 1)


@pytest.mark.parametrize("data", [b"x", b"a.b.c.d.e", "é".encode(), b"{}"])
def test_a_file_that_is_no_message_is_refused(peer: Peer, alice: Client, data: bytes) -> None:
    before = size()
    answer = alice.post("/requests/take/", {"file": SimpleUploadedFile("m.jose", data)})
    assert (answer.status_code, size()) == (422, before)


def test_no_file_is_refused_too(peer: Peer, alice: Client) -> None:
    assert alice.post("/requests/take/", {}).status_code == 422


# Words


def test_the_titles_of_states_and_messages_are_named_for_the_translators() -> None:
    table = rules.table()
    assert {word.title for word in table.states.values()} == set(shown.STATES)
    assert {word.title for word in table.messages.values()} == set(shown.KINDS)


def test_the_directory_shows_keys_to_compare(peer: Peer, alice: Client) -> None:
    text = text_of(alice, "/requests/directory/")
    assert checkpoint.verifier_key(THEIRS, peer.key.public_key()) in text
    assert peer.encryption_key in text


def test_conditions_may_be_on_one_name_alone(peer: Peer, weapon: str, alice: Client) -> None:
    asked_by(peer)
    path = f"/requests/r1/say/answer/{weapon}/"
    form = release_form(alice, path)
    name = next(field for field in form if field.startswith("name-"))
    marked = {"action": "draft", "outcome": "A4", "staff": ["contact"], "only_marked": "on", f"handled-{name}": "1"}
    assert alice.post(path, {**form, **marked}).status_code == 302
    known = queries.request("r1")
    assert known is not None
    answer = proofs.read(msgspec.json.encode(shown.body_of(known.drafts[0])["answer"]))
    given = [one for record in answer.records for one in record.handling.values()]
    assert answer.handling is None
    assert [one["staff"] for one in given] == [["contact"]] * len(given) != []


def test_what_is_for_other_staff_is_not_on_the_page_and_says_so(peer: Peer, alice: Client, carol: Client) -> None:
    known = asked()
    body = {**BODIES["answer"], "text": "for the point of contact", "handling": {"staff": ["contact"]}}
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "answer", body=body)), by=NODE)
    path = f"/requests/{known.id}/"
    assert "for the point of contact" in text_of(carol, path)
    assert "for the point of contact" not in text_of(alice, path)
    assert "it is for authorized staff only" in text_of(alice, path)
    assert alice.get(f"/requests/{known.id}/told/answerer/1/file/").status_code == 404


def test_consent_is_asked_from_the_page_where_something_may_not_be_passed_on(peer: Peer, alice: Client) -> None:
    known = asked()
    assert "consent_request" not in text_of(alice, f"/requests/{known.id}/")
    body = {**BODIES["answer"], "text": "seen at the depot", "handling": {"no_onward": True}}
    requests.receive(peer.sealed(peer.says(known.id, 1, 2, "answer", body=body)), by=NODE)
    assert f"/requests/{known.id}/say/consent_request/?about=1" in text_of(alice, f"/requests/{known.id}/")
    filled = {"about": "1", "next_country": "XC", "reason": "the trace goes on"}
    assert alice.post(f"/requests/{known.id}/say/consent_request/", filled).status_code == 302


def test_a_state_that_cannot_keep_it_confidential_says_so_first(peer: Peer, carol: Client) -> None:
    body = {**BODIES["request"], "no_guarantee": "our courts are public"}
    requests.receive(peer.sealed(peer.says("r7", 1, 1, "request", side="asker", body=body)), by=NODE)
    text = text_of(carol, "/requests/r7/")
    assert "they cannot guarantee confidentiality" in text
    assert "our courts are public" in text


def test_the_directory_notes_who_compared_a_key_and_the_periods_of_the_nation(peer: Peer, carol: Client) -> None:
    key = checkpoint.verifier_key(THEIRS, peer.key.public_key())
    carol.post("/requests/directory/compared/", {"origin": THEIRS, "key": key, "how": "by telephone"})
    periods = {"country": "", "acknowledge": 2, "answer": 9, "information": 9, "remind": 1, "source": "Order 7"}
    carol.post("/requests/directory/periods/", periods)
    text = text_of(carol, "/requests/directory/")
    assert "by telephone" in text
    assert "Order 7" in text
    assert "answer within 9" in text


def test_what_is_late_has_a_list_of_its_own(peer: Peer, carol: Client) -> None:
    asked()
    asked_by(peer)
    assert "1 request" in text_of(carol, "/requests/?overdue")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_message_is_had_on_paper_in_the_language_of_its_reader(carol: Client, peer: Peer, language: str) -> None:
    request = asked()
    page = text_of(carol, f"/requests/{request.id}/")
    path = f"/requests/{request.id}/message/asker/1/{language}.pdf"
    answer = carol.get(path)
    assert path in page
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("path", ["asker/2/fr", "answerer/1/fr", "asker/1/de"])
def test_there_is_no_paper_of_what_was_not_said(carol: Client, peer: Peer, path: str) -> None:
    assert carol.get(f"/requests/{asked().id}/message/{path}.pdf").status_code == 404


def test_the_code_on_a_paper_leads_to_its_request(carol: Client, peer: Peer) -> None:
    request = asked()
    reference = sheets.reference(request.sent[0].envelope)
    answer = carol.post("/find/", {"q": reference})
    assert answer.headers["Location"] == f"/requests/{request.id}/"
