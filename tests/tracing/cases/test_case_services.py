"""A case from intake to closing: acts in the ledger, linked, alerted, asked about, and silent about persons."""

from typing import Any

import msgspec
import pytest

from countermark.ledger import jcs, store, verify
from countermark.ledger import services as ledger
from countermark.ledger.models import Attachment
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.register.services import Refused
from countermark.tracing.cases import queries, services
from countermark.tracing.cases.rules import Closing, Facts, Mark, Recovered
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.cases.states import Asked, Case
from countermark.tracing.requests import queries as requests
from tests.register import people

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

ANN = Actor("alice")
SEIZED = Facts("seizure", "2026-03-04", place="Harbour", circumstances="in a car of Juan Perez", why_illicit=("a",))
REVOLVER = Recovered(readings=(Mark("SN W1", "frame"),), kind="revolver", calibre=".38", country="XB")


def opened(facts: Facts = SEIZED, *weapons: Recovered) -> str:
    return services.open_case(facts, weapons or (REVOLVER,), by=ANN).id


def found_of(case: str) -> Case:
    found = queries.case(case)
    assert found is not None
    return found


def consider(case: str, weapon: str, *, confirmed: bool = True, reason: str = "all agree", item: int = 0) -> Case:
    chosen = found_of(case).items[item].id
    return services.consider(case, chosen, weapon, 0.9, confirmed=confirmed, reason=reason, by=ANN)


def events(weapon: str) -> list[str]:
    return [event for event, _ in queries.history_of(weapon)]


def test_intake_is_kept_as_it_was_told() -> None:
    found = found_of(opened())
    assert found.facts == SEIZED
    assert [one.said for one in found.items] == [REVOLVER]
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
    consider(case, weapon)
    found = consider(case, weapon, reason="looked again")
    assert found.weapons == (weapon,)
    assert events(weapon).count("seizure") == 1


def test_a_weapon_rejected_is_none_of_the_case() -> None:
    weapon, case = people.weapon("W1"), opened()
    (item,) = consider(case, weapon, confirmed=False, reason="another calibre").items
    assert (item.weapon, [one.reason for one in item.considered]) == ("", ["another calibre"])


def test_an_identification_that_is_withdrawn_takes_the_recovery_off_the_record() -> None:
    weapon, case = people.weapon("W1"), opened()
    consider(case, weapon)
    assert consider(case, weapon, confirmed=False, reason="the barrel is another").weapons == ()
    assert "seizure" not in events(weapon)
    consider(case, weapon)
    assert events(weapon).count("seizure") == 1


def test_facts_stated_anew_correct_the_record_of_the_weapon() -> None:
    weapon, case = people.weapon("W1"), opened()
    consider(case, weapon)
    services.change(case, Facts("find", "2026-02", place="Market"), by=ANN)
    assert ("find", "2026-02") in queries.history_of(weapon)
    assert ("seizure", "2026-03-04") not in queries.history_of(weapon)


def test_two_weapons_of_a_case_are_not_one() -> None:
    weapon, case = people.weapon("W1"), opened(SEIZED, REVOLVER, REVOLVER)
    consider(case, weapon)
    with pytest.raises(NotRecorded, match="another weapon of this case"):
        consider(case, weapon, item=1)


def test_one_weapon_is_not_two() -> None:
    weapon, other, case = people.weapon("W1"), people.weapon("W2"), opened()
    consider(case, weapon)
    with pytest.raises(NotRecorded, match="withdraw"):
        consider(case, other)


def test_a_decision_is_recorded_whole_or_not_at_all() -> None:
    weapon, case = people.weapon("W1"), opened(Facts("find", "2026-03-04", place="x" * 5_000))
    before = store.total_size()
    with pytest.raises(Refused):
        consider(case, weapon)
    assert store.total_size() == before


def test_a_request_and_its_case_are_recorded_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened()
    before = store.total_size()

    def fails(*_args: object, **_more: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(services, "asked", fails)
    with pytest.raises(OSError, match="space"):
        services.ask(case, "XB", "criminal investigation", confirmed=True, by=ANN)
    assert store.total_size() == before


def test_a_find_of_several_weapons_is_one_case() -> None:
    case = opened(SEIZED, REVOLVER, Recovered(kind="rifle"))
    item = services.add_weapon(case, Recovered(kind="pistol"), by=ANN)
    services.change_weapon(case, item.id, Recovered(kind="pistol", calibre="9 mm"), by=ANN)
    services.drop_weapon(case, found_of(case).items[1].id, "a toy", by=ANN)
    assert [one.said and one.said.kind for one in found_of(case).items] == ["revolver", "pistol"]


def test_one_request_names_several_weapons_of_a_case() -> None:
    case = opened(SEIZED, REVOLVER, msgspec.structs.replace(REVOLVER, kind="rifle"), REVOLVER)
    chosen = [one.id for one in found_of(case).items[:2]]
    draft = requests.of_draft(services.ask(case, "XB", "investigation", chosen, confirmed=True, by=ANN))
    assert draft is not None
    body = jcs.decode(requests.documents([draft.drafts[0].digest])[draft.drafts[0].digest])
    assert [one["kind"] for one in body["weapons"]] == ["revolver", "rifle"]
    assert found_of(case).asked == (Asked(draft.id, tuple(chosen)),)


def test_a_weapon_that_was_identified_is_not_taken_out() -> None:
    weapon, case = people.weapon("W1"), opened()
    consider(case, weapon)
    with pytest.raises(NotRecorded, match="withdraw"):
        services.drop_weapon(case, found_of(case).items[0].id, "a toy", by=ANN)


def test_a_weapon_no_case_has_is_refused() -> None:
    with pytest.raises(NotRecorded, match="no weapon"):
        services.change_weapon(opened(), "nobodys", REVOLVER, by=ANN)


def test_a_place_nobody_knows_has_no_case() -> None:
    with pytest.raises(NotRecorded, match="no place"):
        services.open_case(SEIZED, office="urn:countermark:place:x", by=ANN)


def test_a_case_without_a_reason_confirms_nothing() -> None:
    weapon, case = people.weapon("W1"), opened()
    with pytest.raises(Refused):
        consider(case, weapon, reason=" ")
    assert found_of(case).items[0].considered == ()


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
    consider(opened(), weapon, confirmed=False, reason="another calibre")
    assert queries.alerts() == []


def test_a_stolen_weapon_that_was_found_again_still_alerts_its_case() -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="theft", date="2020-01-01")
    consider(opened(), weapon)
    assert Weapon.objects.get(id=weapon).status not in ("stolen", "lost")
    assert [one.identified for one in queries.alerts()] == [True]


def test_a_mark_that_looks_like_that_of_a_stolen_weapon_alerts_too_and_says_so() -> None:
    for mark in ("AB 10580", "AB 10581", "AB 1058"):
        people.event(people.weapon(mark, mark), event="theft", date="2020-01-01")
    opened(SEIZED, Recovered(readings=(Mark("A8 IO58O"),)))
    assert [(one.weapon.serial, one.exact) for one in queries.alerts()] == [("AB 10580", False)]


def test_all_alerts_are_found_by_as_many_queries_as_one(django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        weapon = people.weapon(f"W{number}", f"SN W{number}")
        opened(SEIZED, Recovered(readings=(Mark(f"SN W{number}"),)))
        people.event(weapon, event="theft", date="2020-01-01")
    known = list(queries.cases())
    with django_assert_max_num_queries(6):
        assert len(queries.alerts(known)) == 4


def test_a_weapon_stolen_after_its_case_was_closed_opens_the_question_again() -> None:
    weapon, case = people.weapon("W1"), opened()
    services.close(case, Closing("B6", "no record"), by=ANN)
    people.event(weapon, event="theft", date="2020-01-01")
    assert [one.open for one in queries.alerts()] == [True]


def test_who_closed_a_case_knowing_of_a_theft_is_not_asked_again() -> None:
    weapon, case = people.weapon("W1"), opened()
    people.event(weapon, event="theft", date="2020-01-01")
    services.close(case, Closing("A5"), by=ANN)
    assert [one.open for one in queries.alerts()] == [False]


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
        services.ask(opened(Facts("find", "2026"), Recovered()), "XB", "", confirmed=True, by=ANN)


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
    assert found_of(case).facts is None
    assert queries.links(case) == []


def test_the_store_verifies_and_rebuilds_equal() -> None:
    case = opened()
    services.note(case, "seen", by=ANN)
    before = queries.case(case)
    rebuild_views()
    assert queries.case(case) == before
    assert verify.verify().ok
