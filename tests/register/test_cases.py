"""Discrepancies: what makes one, whose it is, until when, and how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.register import cases, services
from countermark.register.checking import Refused
from countermark.register.models import Case
from countermark.register.queries import discrepancies, scope
from countermark.register.queries.discrepancies import Discrepancy
from countermark.register.queries.scope import EVERYTHING, Scope
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


def queue(seen: Scope = EVERYTHING, **asked: str) -> list[Discrepancy]:
    return discrepancies.queue(seen, **asked)


def collision(*places: str) -> list[str]:
    """Weapons of one maker, model, kind, calibre and serial, at places."""
    return [people.weapon(f"C{n}", "K 1234"[: 6 + n], place=place) for n, place in enumerate(places or ("", ""))]


def unclear() -> str:
    return people.weapon(
        "U", marks=[{"component": "barrel", "mark": "B1", "role": "other"}, {"component": "slide", "mark": "S1"}]
    )


def test_weapons_of_one_type_with_one_serial_are_a_collision() -> None:
    collision()
    people.weapon("other maker", "K1234", facts={**people.REVOLVER, "maker": "Colt"})
    people.weapon("other serial", "K1235")

    (found,) = queue()

    assert (found.kind, sorted(weapon.ref for weapon in found.weapons)) == ("collision", ["C0", "C1"])


def test_a_weapon_without_a_control_mark_is_a_discrepancy() -> None:
    weapon = unclear()

    assert [one.subject for one in queue()] == [f"control_unclear:{weapon}"]


def test_a_collision_ends_when_a_record_is_corrected_or_joined() -> None:
    one, two = collision()
    services.correct_weapon(
        two, people.REVOLVER, [{"component": "frame", "mark": "K 1239"}], reason="misread", by=CHIEF
    )
    assert queue() == []

    services.correct_weapon(
        two, people.REVOLVER, [{"component": "frame", "mark": "K 1234"}], reason="was right", by=CHIEF
    )
    assert len(queue()) == 1

    services.join(two, one, reason="entered twice", by=CHIEF)
    assert queue() == []


def test_somebody_at_a_place_sees_what_concerns_it_and_how_much_stands_elsewhere() -> None:
    people.places()
    collision(NORTH, SOUTH)
    unclear()

    (found,) = queue(scope.of(people.person("alice", "commander", NORTH)))

    assert ([weapon.ref for weapon in found.weapons], found.unseen) == (["C0"], 1)
    assert queue(scope.of(people.person("charlie"))) == []


def test_a_discrepancy_is_due_thirty_days_after_it_was_first_seen_unless_the_node_says_otherwise() -> None:
    weapon = unclear()
    seen = datetime.now(UTC).date()
    assert queue()[0].due == (seen + timedelta(days=30)).isoformat()

    ledger.set_setting(cases.DAYS_SETTING, "10", by=CHIEF)

    found = discrepancies.one(f"control_unclear:{weapon}", EVERYTHING)
    assert found is not None
    assert found.due == (seen + timedelta(days=10)).isoformat()


def test_what_is_overdue_comes_first() -> None:
    people.person("alice", "registrar")
    collision()
    weapon = unclear()
    cases.assign(f"control_unclear:{weapon}", "2001-01-01", "alice", by=CHIEF)

    assert [(one.kind, one.overdue) for one in queue()] == [("control_unclear", True), ("collision", False)]


def test_decided_discrepancies_do_not_crowd_out_open_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discrepancies, "SHOWN", 2)
    monkeypatch.setattr(discrepancies, "LOOKED_UP", 2)
    for number in range(5):
        for ref in ("A", "B"):
            people.weapon(f"{ref}{number}", f"K{number}")
    order = [one.subject for one in discrepancies._collisions(EVERYTHING)]
    for subject in order[:4]:
        cases.decide(subject, "2001-01-01", "as_recorded", "two makers", by=CHIEF)

    assert [one.subject for one in queue()] == order[4:]
    assert {one.subject for one in queue(state="decided")} <= set(order[:4])


def test_after_the_day_it_is_due_a_discrepancy_is_overdue() -> None:
    unclear()

    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        assert [one.overdue for one in queue()] == [True]


def test_a_decision_closes_a_discrepancy_and_the_ledger_vouches_for_it() -> None:
    subject = f"control_unclear:{unclear()}"
    cases.decide(subject, "2030-01-01", "as_recorded", "the maker marked only barrels then", by=CHIEF)

    assert queue() == []
    (found,) = queue(state=cases.DECIDED)
    assert (found.reason, found.owner) == ("the maker marked only barrels then", "chief")
    assert verify().ok
    assert "barrels" not in str([entry.body for entry in store.all_entries()])

    Case.objects.update(owner="somebody else")
    assert not verify().ok


def test_a_decided_discrepancy_is_taken_up_again_by_assigning_it() -> None:
    people.person("alice", "registrar")
    subject = f"control_unclear:{unclear()}"
    cases.decide(subject, "2030-01-01", "as_recorded", "looks right", by=CHIEF)

    cases.assign(subject, "2031-01-01", "alice", by=CHIEF)

    assert [(one.owner, one.due) for one in queue()] == [("alice", "2031-01-01")]


def test_a_second_decision_is_refused() -> None:
    subject = f"control_unclear:{unclear()}"
    cases.decide(subject, "2030-01-01", "as_recorded", "looks right", by=CHIEF)

    with pytest.raises(Refused):
        cases.decide(subject, "2030-01-01", "mended", "mended after all", by=CHIEF)


@pytest.mark.parametrize(("outcome", "reason"), [("as_recorded", " "), ("nonsense", "because")])
def test_nothing_is_decided_without_a_reason_and_a_known_outcome(outcome: str, reason: str) -> None:
    with pytest.raises(Refused):
        cases.decide(f"control_unclear:{unclear()}", "2030-01-01", outcome, reason, by=CHIEF)


@pytest.mark.parametrize("owner", ["nobody", "bob"])
def test_only_somebody_who_may_decide_can_be_made_answerable(owner: str) -> None:
    people.person("bob", "armourer")

    with pytest.raises(Refused):
        cases.assign(f"control_unclear:{unclear()}", "2030-01-01", owner, by=CHIEF)


def test_saying_again_who_answers_appends_nothing() -> None:
    people.person("alice", "registrar")
    subject = f"control_unclear:{unclear()}"
    for _ in range(2):
        cases.assign(subject, "2031-01-01", "alice", by=CHIEF)

    assert len([entry for entry in store.all_entries() if entry.body.get("act") == "case_assigned"]) == 1
