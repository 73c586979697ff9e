"""Ways of production, finds that wait for a decision, deactivation, and consultations."""

import datetime as dt

import pytest
import time_machine

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.models import Attachment
from countermark.ledger.verify import verify
from countermark.marking import batches, consultations, origins
from countermark.marking.acts import Refused
from countermark.marking.batches import ItemDraft
from countermark.marking.states import Planned
from countermark.register import projection
from countermark.register.queries import records
from tests.marking import photograph, workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


def size() -> int:
    return store.size(ledger.require_own_log())


def found(ref: str = "F1", date: str = "2026-01-01", place: str = "") -> str:
    weapon = people.weapon(ref, place=place)
    people.event(weapon, event="seizure", date=date)
    return weapon


def test_how_a_weapon_was_made_is_recorded_and_counted_apart() -> None:
    for ref, production in (("A", "craft"), ("B", "craft"), ("C", "additive")):
        origins.set_production(people.weapon(ref), production, basis="seen at the workshop", by=CHIEF)

    assert origins.count_by_production() == {"craft": 2, "additive": 1}
    assert origins.production_of(people.weapon("D")) == "unknown"


@pytest.mark.parametrize(("production", "basis"), [("magic", "seen"), ("craft", " ")])
def test_a_way_of_production_needs_a_word_and_a_basis(production: str, basis: str) -> None:
    with pytest.raises(Refused):
        origins.set_production(people.weapon("A"), production, basis=basis, by=CHIEF)


def test_finds_without_a_decision_stand_in_a_list_the_oldest_first() -> None:
    younger, older = found("F1", "2026-02-01"), found("F2", "2026-01-01")
    people.weapon("lawful")
    user = people.person("alice", "marking")

    listed = origins.finds(user, undecided=True)

    assert [str(one.weapon.id) for one in listed] == [older, younger]


def test_a_find_says_how_long_it_has_waited() -> None:
    found(date="2026-01-01")
    user = people.person("alice", "marking")

    with time_machine.travel(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC), tick=False):
        (one,) = origins.finds(user)

    assert (one.days, one.overdue, one.decision) == (60, True, "")


def test_a_decided_find_leaves_the_list_of_the_undecided_and_waits_to_be_done() -> None:
    weapon = found()
    user = people.person("alice", "marking")

    origins.decide(weapon, "mark", reason="needed for training", by=CHIEF)

    assert origins.finds(user, undecided=True) == []
    assert [one.decision for one in origins.finds(user)] == ["mark"]
    assert origins.needing_marks(user) == 1


def test_a_find_that_was_marked_is_dealt_with() -> None:
    weapon = found()
    user = people.person("alice", "marking")
    origins.decide(weapon, "mark", reason="needed for training", by=CHIEF)
    workshop.authority()
    draft = ItemDraft([Planned("frame", "found")], weapon, "F1", "SN F1")
    made = batches.make("Finds", "found", [draft], authority="xa-import", by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)

    workshop.accepted(workshop.items(made)[0])

    assert origins.finds(user) == []


def test_a_find_that_was_destroyed_is_dealt_with() -> None:
    weapon = found()
    origins.decide(weapon, "destroy", reason="unsafe", by=CHIEF)
    people.event(weapon, event="destruction", date="2026-02-01")

    assert origins.finds(people.person("alice", "marking")) == []


def test_finds_of_another_place_are_not_seen() -> None:
    people.places()
    found(place=NORTH)

    assert origins.finds(people.person("bob", "marking", SOUTH)) == []
    assert len(origins.finds(people.person("alice", "marking", NORTH))) == 1


@pytest.mark.parametrize(("decision", "reason"), [("keep", "nice"), ("mark", " ")])
def test_a_decision_is_one_of_two_and_gives_a_reason(decision: str, reason: str) -> None:
    with pytest.raises(Refused):
        origins.decide(found(), decision, reason=reason, by=CHIEF)


def test_nothing_is_decided_of_a_weapon_that_was_not_found() -> None:
    with pytest.raises(Refused):
        origins.decide(people.weapon("W1"), "destroy", reason="old", by=CHIEF)


def test_a_deactivated_weapon_stays_on_the_register_with_its_certificate() -> None:
    weapon = people.weapon("W1")

    origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", document=photograph.PDF, by=CHIEF)

    state = projection.state_of(weapon)
    assert state is not None
    assert state.status == "deactivated"
    told = origins.certificate(weapon)
    assert told is not None
    assert (told.number, told.authority, told.date) == ("C-7", "Proof House", "2026-03-01")
    assert Attachment.objects.filter(digest=told.document).exists()
    assert verify().ok


def test_a_certificate_recorded_twice_is_one() -> None:
    weapon = people.weapon("W1")
    origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", by=CHIEF)
    before = size()

    origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", by=CHIEF)

    assert size() == before
    record = records.record(weapon)
    assert record is not None
    assert [line.event for line in record.history] == ["manufacture", "deactivation"]


@pytest.mark.parametrize("changes", [{"number": ""}, {"authority": " "}, {"date": "soon"}])
def test_a_deactivation_without_what_proves_it_is_refused_whole(changes: dict[str, str]) -> None:
    weapon = people.weapon("W1")
    before = size()
    said = {"date": "2026-03-01", "number": "C-7", "authority": "Proof House", **changes}

    with pytest.raises(Refused):
        origins.deactivate(weapon, said.pop("date"), **said, by=CHIEF)  # type: ignore[arg-type]

    assert size() == before


def test_a_consultation_is_kept_without_names_in_the_entry() -> None:
    consultations.record(
        "2026-02-03", "polymer", "Acme Arms", asked="Can a plate be moulded in?", answered="From 2027 on", by=CHIEF
    )

    (told,) = consultations.consultations()

    assert (told.partner, told.asked, told.answered) == ("Acme Arms", "Can a plate be moulded in?", "From 2027 on")
    log = ledger.require_own_log()
    assert not any(b"Acme" in data or b"moulded" in data for _, _, _, data in store.raw_entries(log))
    assert verify().ok


def test_the_answer_to_a_consultation_can_come_later() -> None:
    key = consultations.record("2026-02-03", "cost", "Acme Arms", asked="How much?", by=CHIEF)

    consultations.record(
        "2026-02-03", "cost", "Acme Arms", asked="How much?", answered="A lot", consultation=key, by=CHIEF
    )

    assert [told.answered for told in consultations.consultations()] == ["A lot"]


@pytest.mark.parametrize(
    "changes", [{"date": "someday"}, {"topic": "weather"}, {"partner": ""}, {"asked": " "}, {"consultation": "none"}]
)
def test_a_consultation_that_says_nothing_is_refused(changes: dict[str, str]) -> None:
    said = {"date": "2026-02-03", "topic": "cost", "partner": "Acme", "asked": "How much?", **changes}

    with pytest.raises(Refused):
        consultations.record(said.pop("date"), said.pop("topic"), said.pop("partner"), **said, by=CHIEF)  # type: ignore[arg-type]


def test_finds_come_page_by_page_each_once_the_oldest_first() -> None:
    user = people.person("alice", "marking")
    dates = ("2026-01-03", "2026-01-01", "", "2026-01-01", "2026-01-02")
    all_of_them = {found(f"F{n}", date) for n, date in enumerate(dates)}

    pages, after = [], ""
    while page := origins.finds(user, after=after, limit=2):
        pages.append(page)
        after = str(page[-1].weapon.id)

    listed = [one for page in pages for one in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {str(one.weapon.id) for one in listed} == all_of_them
    assert [one.since for one in listed] == sorted(one.since for one in listed)


@pytest.mark.parametrize("after", ["nonsense", "00000000-0000-0000-0000-000000000007"])
def test_a_page_after_no_find_is_refused(after: str) -> None:
    with pytest.raises(Refused):
        origins.finds(people.person("alice", "marking"), after=after)


def test_finds_are_counted_however_many_pages_they_fill() -> None:
    user = people.person("alice", "marking")
    one, other = (found(f"F{n}") for n in range(2))
    borne = [{"component": "frame", "mark": "SN 3"}, {"component": "frame", "mark": "XA 26 1", "mark_kind": "found"}]
    third = people.weapon("F3", marks=borne)
    people.event(third, event="seizure", date="2026-01-01")
    found("F4", dt.datetime.now(dt.UTC).date().isoformat())
    origins.decide(one, "mark", reason="no owner", by=CHIEF)
    origins.decide(other, "destroy", reason="worn out", by=CHIEF)
    origins.decide(third, "mark", reason="no owner", by=CHIEF)

    assert origins.counted(user) == origins.Counted(waiting=3, undecided=1, overdue=2, overdue_undecided=0)
    assert [str(find.weapon.id) for find in origins.to_mark(user)] == [one]


def test_a_document_that_is_none_is_refused_with_the_certificate() -> None:
    weapon = people.weapon("W1")
    before = size()

    for data in (b"", b"<html>", b"%PDF-1.4 without an end"):
        with pytest.raises(Refused, match="document"):
            origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", document=data, by=CHIEF)

    assert size() == before


def test_the_document_of_a_certificate_may_come_later_and_stays() -> None:
    weapon = people.weapon("W1")
    origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", by=CHIEF)

    kept = origins.add_document(weapon, photograph.jpeg(), by=CHIEF)
    origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", by=CHIEF)

    row = Attachment.objects.get(digest=kept.document)
    assert photograph.SECRET not in bytes(row.data)
    assert (row.media_type, origins.certificate(weapon)) == ("image/jpeg", kept)


def test_a_document_needs_a_certificate() -> None:
    with pytest.raises(Refused):
        origins.add_document(people.weapon("W1"), photograph.PDF, by=CHIEF)


def test_letters_of_a_consultation_are_kept_beside_each_other() -> None:
    both = [photograph.png(), photograph.PDF]
    key = consultations.record("2026-03-04", "plates", "ACME", asked="Which?", documents=[photograph.PDF], by=CHIEF)
    consultations.record("2026-03-04", "plates", "ACME", asked="Which?", documents=both, consultation=key, by=CHIEF)

    known = consultations.find(key)
    assert known is not None
    kinds = [Attachment.objects.get(digest=digest).media_type for digest in known.documents]
    assert kinds == ["application/pdf", "image/png"]
    assert verify().ok


def test_a_consultation_has_no_end_of_documents() -> None:
    letters = [photograph.PDF + b"%d" % n for n in range(consultations.MOST_DOCUMENTS + 1)]
    with pytest.raises(Refused):
        consultations.record("2026-03-04", "plates", "ACME", asked="?", documents=letters, by=CHIEF)


def test_a_find_waits_since_it_was_taken_in_whatever_happens_to_it_meanwhile() -> None:
    people.places()
    weapon = found("F1", "2026-01-01")
    people.event(weapon, event="move", date="2026-05-01", place=NORTH)
    people.event(weapon, event="confiscation", date="2026-06-01")
    back = found("F2", "2025-01-01")
    people.event(back, event="loss", date="2025-02-01")
    people.event(back, event="recovery", date="2025-03-01")

    listed = origins.finds(people.person("alice", "marking"))

    assert [(str(one.weapon.id), one.since[:10]) for one in listed] == [(back, "2025-03-01"), (weapon, "2026-01-01")]
    assert verify().ok


def test_a_find_of_no_known_day_waits_since_it_was_recorded() -> None:
    found("F1", "")

    [one] = origins.finds(people.person("alice", "marking"))

    assert one.days == 0
