"""Nobody alone takes a weapon of the stores out of the hands it is in: pages and programs ask a second person, everything else shows."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import Place, User
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register import asking, capture, cases, checking, projection, rules
from countermark.register import services as register
from countermark.register.checking import Refused
from countermark.register.queries import discrepancies
from countermark.register.queries.discrepancies import Discrepancy
from countermark.register.queries.records import record
from countermark.register.queries.scope import Scope
from countermark.stockpile import acts, proposals, receipts
from countermark.stockpile.alone.queue import KIND
from countermark.stockpile.models import Holding
from countermark.tracing.cases import services as tracing
from countermark.tracing.cases.rules import Facts, Mark, Recovered
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import OTHER, Armoury, armoury, commanded, issued, state

pytestmark = pytest.mark.django_db


def soon() -> str:
    """A moment after whatever a test hands over: of now, for a run of all tests is long."""
    return (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")


@pytest.fixture
def place() -> Armoury:
    return commanded()


def hand_over(place: Armoury) -> str:
    """The eventID of the hand-over the weapon stands under."""
    held = state(place.weapons[0]).custody
    assert held is not None
    return held.heads[0]


def correct_page(place: Armoury, **said: str) -> str:
    """What the page answers to a registrar who corrects the hand-over."""
    found = record(place.weapons[0])
    assert found is not None
    line = next(line for line in found.history if line.event_id == hand_over(place))
    address = f"/weapons/{place.weapons[0]}/events/{line.position}/correct/"
    words = {"reason": "other", "words": "it was another one"}
    client = people.client_of("rita")
    client.post(f"/weapons/{place.weapons[0]}/names/", {"reason": "record", "words": "to put it right"})
    return client.post(address, {**words, **said}, follow=True).content.decode()


def waiting() -> str:
    (one,) = acts.subjects("proposal", state="pending")
    return one.key


def found(*, state_: str = cases.OPEN) -> list[Discrepancy]:
    return discrepancies.queue(Scope(), kind=KIND, state=state_)


def program(name: str, scope: str) -> Callable[[str, Any], Any]:
    user = User.objects.get(username=name)
    token = accounts.issue_token(user, "program", [scope], timezone.now() + timedelta(days=1), by=CHIEF)
    headers = {"Authorization": f"Bearer {token}"}
    return lambda address, said: Client().post(f"/api{address}", said, "application/json", headers=headers)


def test_a_registrar_withdraws_no_hand_over_on_the_page_alone(place: Armoury) -> None:
    page = correct_page(place, action="never")

    assert "Nothing has changed yet" in page
    assert (state(place.weapons[0]).holder, len(acts.subjects("proposal", state="pending"))) == (place.trained, 1)


def test_who_commands_there_approves_what_a_registrar_asked_for_and_it_is_done(place: Armoury) -> None:
    correct_page(place, action="never")

    answer = people.client_of("carla").post(f"/stockpile/proposals/{waiting()}/decide/", {"decision": "approve"})

    assert answer.status_code == 302
    assert state(place.weapons[0]).custody is None
    assert not found()


def test_what_was_approved_names_who_asked_and_who_approved(place: Armoury) -> None:
    correct_page(place, action="never")
    proposals.approve(waiting(), by=Actor("carla"))

    (declared,) = [e for e in projection.entries_of(place.weapons) if "errorDeclaration" in e.body]

    asked, approved = (User.objects.get(username=name).person for name in ("rita", "carla"))
    assert (declared.recorded.asked_by, declared.recorded.by) == (asked, approved)


def test_what_was_declined_changes_nothing(place: Armoury) -> None:
    correct_page(place, action="never")

    said = {"decision": "decline", "reason": "other", "words": "it was issued"}
    people.client_of("carla").post(f"/stockpile/proposals/{waiting()}/decide/", said)

    assert not acts.subjects("proposal", state="pending")
    assert state(place.weapons[0]).holder == place.trained


def test_nobody_approves_what_they_asked_for_themselves(place: Armoury) -> None:
    accounts.grant_role(User.objects.get(username="carla"), "registrar", by=CHIEF)
    asking.correct(hand_over(place), None, reason="wrong weapon", by=Actor("carla"))

    with pytest.raises(Refused, match="somebody else"):
        proposals.approve(waiting(), by=Actor("carla"))

    assert state(place.weapons[0]).holder == place.trained


def test_who_commands_at_one_of_two_places_approves_no_move_between_them(place: Armoury) -> None:
    receipts.give_back(place.counter(), place.weapons)
    asking.correct(hand_over(place), {"place": OTHER}, reason="it came there", by=Actor("rita"))

    with pytest.raises(Refused, match="where the weapon is and where it would be"):
        proposals.approve(waiting(), by=Actor("carla"))
    accounts.grant_role(User.objects.get(username="carla"), "commander", Place.objects.get(name=OTHER), by=CHIEF)
    proposals.approve(waiting(), by=Actor("carla"))

    assert state(place.weapons[0]).place == place.other


def test_the_same_asked_twice_waits_once(place: Armoury) -> None:
    for _ in range(2):
        asking.correct(hand_over(place), None, reason="wrong weapon", by=Actor("rita"))

    assert len(acts.subjects("proposal", state="pending")) == 1


def test_what_is_refused_is_refused_at_once_and_nobody_is_asked(place: Armoury) -> None:
    with pytest.raises(Refused):
        asking.correct(hand_over(place), {"event": "theft"}, reason="misheard", by=Actor("rita"))

    assert not acts.subjects("proposal", state="pending")


def test_a_program_of_a_registrar_is_told_that_it_waits(place: Armoury) -> None:
    event = quote(hand_over(place).removeprefix("ni:///"), safe="")

    answer = program("rita", "write")(f"/events/{event}/correct", {"reason": "wrong weapon"})

    assert (answer.status_code, answer.json()) == (202, {"status": "proposed", "proposal": waiting()})
    assert state(place.weapons[0]).holder == place.trained


def test_a_program_of_who_commands_approves_it(place: Armoury) -> None:
    asking.correct(hand_over(place), None, reason="wrong weapon", by=Actor("rita"))

    assert program("carla", "stock")(f"/stockpile/proposals/{waiting()}/approve", {}).status_code == 200
    assert state(place.weapons[0]).custody is None


@pytest.mark.parametrize("word", ["transfer", "sale", "export", "seizure", "repair"])
def test_an_event_by_hand_that_takes_a_weapon_of_a_store_away_waits(place: Armoury, word: str) -> None:
    before = state(place.weapons[0])

    answer = program("rita", "write")(
        f"/weapons/{place.weapons[0]}/events",
        {"event": word, "date": soon(), "to": "A. Friend", "place": "Elsewhere", "note": "so"},
    )

    assert answer.status_code == 202, answer.content
    assert state(place.weapons[0]) == before
    assert f'"{word}"' not in str(record(place.weapons[0]))


def test_a_weapon_that_stands_in_a_rack_by_the_record_alone_is_in_the_hands_of_its_store(place: Armoury) -> None:
    weapon = people.weapon("W9", "AB1009", place="Rack A of Depot 7")

    made = asking.add_event(weapon, {"event": "transfer", "date": soon(), "to": "A. Friend"}, by=Actor("rita"))

    assert isinstance(made, asking.Waits)
    proposals.approve(made.proposal, by=Actor("carla"))
    assert state(weapon).holder


def test_a_registrar_of_another_place_moves_no_weapon_by_entering_it_there_again(place: Armoury) -> None:
    people.person("otto", "registrar", OTHER)
    again = {
        "ref": "W0", "kind": "revolver", "maker": "Rossi", "model": "M88", "calibre": ".38 Special", "country": "BR", "year": "1994",
        "marks": "1", "m0-component": "frame", "m0-role": "control", "m0-mark": "AB1000", "m0-again": "AB1000",
        "token": "abc", "place": place.other, "action": "confirm",
    }  # fmt: skip
    before = state(place.weapons[0])

    answer = people.client_of("otto").post("/weapons/new/", again)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/weapons/{place.weapons[0]}/")
    assert state(place.weapons[0]) == before


def test_a_weapon_of_no_store_is_sold_and_corrected_by_a_registrar_alone(place: Armoury) -> None:
    weapon = people.weapon("C1", "CC1")
    sold = asking.add_event(weapon, {"event": "sale", "date": "2001-02-03", "to": "A. Buyer"}, by=Actor("rita"))
    assert isinstance(sold, register.Added)

    mended = asking.correct(sold.event_id, {"to": "B. Buyer"}, reason="misread", by=Actor("rita"))

    assert not isinstance(mended, asking.Waits)
    assert not found()


def test_a_loss_is_recorded_at_once_and_taken_back_by_two(place: Armoury) -> None:
    lost = asking.add_event(place.weapons[0], {"event": "loss", "date": soon(), "note": "river"}, by=Actor("rita"))
    assert isinstance(lost, register.Added)

    back = asking.correct(lost.event_id, None, reason="it is here", by=Actor("rita"))

    assert isinstance(back, asking.Waits)
    assert state(place.weapons[0]).status == "lost"


def test_the_record_of_a_weapon_of_a_store_is_put_under_another_by_two_only(place: Armoury) -> None:
    other = people.weapon("C1", "CC1")

    made = asking.join(place.weapons[0], other, reason="one weapon", by=Actor("rita"))

    assert isinstance(made, asking.Waits)
    assert Holding.objects.filter(weapon_id=place.weapons[0]).exists()


def test_the_page_of_what_waits_says_what_is_asked_and_why(place: Armoury) -> None:
    asking.correct(hand_over(place), {"to": "A. Friend"}, reason="it went to A.", by=Actor("rita"))

    page = people.client_of("carla").get(f"/stockpile/proposals/{waiting()}/").content.decode()

    for said in ("name hidden", "it went to A.", "AB1000", "issued"):
        assert said in page


def test_the_record_says_that_a_change_of_it_waits_until_it_is_decided(place: Armoury) -> None:
    said = "1 change of this record waits"
    address = f"/weapons/{place.weapons[0]}/"
    assert said not in people.client_of("rita").get(address).content.decode()

    asking.correct(hand_over(place), None, reason="wrong weapon", by=Actor("rita"))
    assert said in people.client_of("rita").get(address).content.decode()
    proposals.approve(waiting(), by=Actor("carla"))

    assert said not in people.client_of("rita").get(address).content.decode()


# What does not come through pages and programs


def withdrawn(place: Armoury, by: str = "root") -> None:
    register.correct_event(hand_over(place), None, reason="never", by=Actor(by))


def test_a_command_that_withdraws_a_hand_over_is_a_discrepancy_the_commander_answers_for(place: Armoury) -> None:
    withdrawn(place)

    (one,) = found()

    assert (one.kind, one.owner, one.state) == (KIND, "carla", cases.OPEN)
    assert one.due
    assert one.subject in people.client_of("carla").get("/discrepancies/").content.decode()


def test_nobody_decides_on_what_they_changed_alone(place: Armoury) -> None:
    accounts.grant_role(User.objects.get(username="carla"), "registrar", by=CHIEF)
    withdrawn(place, "carla")
    (one,) = found()

    with pytest.raises(Refused, match="somebody else"):
        cases.decide(one.subject, one.due, "as_recorded", "it is so", by=Actor("carla"))
    with pytest.raises(Refused):
        cases.assign(one.subject, one.due, "carla", by=CHIEF)
    assert one.owner == ""
    assert found()


def test_another_registrar_who_commands_nothing_does_not_decide_it(place: Armoury) -> None:
    people.person("raul", "registrar")
    withdrawn(place)
    (one,) = found()

    with pytest.raises(Refused, match="commands"):
        cases.decide(one.subject, one.due, "as_recorded", "it is so", by=Actor("raul"))


def test_who_commands_there_decides_it_and_a_later_change_is_another(place: Armoury) -> None:
    withdrawn(place)
    (one,) = found()
    cases.decide(one.subject, one.due, "as_recorded", "seen in the rack", by=Actor("carla"))
    assert not found()

    issued(place)
    withdrawn(place)

    (two,) = found()
    assert two.subject != one.subject


def test_a_file_that_gives_a_weapon_of_a_store_away_is_a_discrepancy(place: Armoury) -> None:
    register.add_event(place.weapons[0], {"event": "transfer", "date": soon(), "to": "A. Friend"}, by=CHIEF)

    (one,) = found()

    assert (one.kind, one.owner) == (KIND, "carla")


def test_a_case_of_tracing_that_puts_a_weapon_of_a_store_elsewhere_and_takes_it_back_is_one_each_time(
    place: Armoury,
) -> None:
    person = people.person("tina", "tracing")
    at_harbour = Facts("seizure", timezone.now().date().isoformat(), place="Harbour")
    case = tracing.open_case(at_harbour, [Recovered(readings=(Mark("AB1000", "frame"),))], by=Actor("tina"))
    for confirmed in (True, False):
        tracing.consider(
            case.id, case.items[0].id, place.weapons[0], 0.9, confirmed=confirmed, reason="other", by=Actor("tina")
        )

    assert [one.owner for one in found()] == ["carla", "carla"]
    assert not any(cases.may_decide(person, one.subject) for one in found())


def document(*bodies: dict[str, Any]) -> bytes:
    """An EPCIS document of some events."""
    said = {"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument"}
    said |= {"schemaVersion": "2.0", "creationDate": "2026-01-01T00:00:00Z"}
    return json.dumps({**said, "epcisBody": {"eventList": list(bodies)}}).encode()


def test_of_one_event_that_gives_two_weapons_away_somebody_answers_for_each() -> None:
    place = armoury(2)
    weapons = place.weapons
    receipts.issue(place.counter(), weapons, place.trained, "shift")
    said = checking.event({"event": "transfer", "date": soon(), "to": "A. Friend"})
    one, other = (register.event_draft(weapon, register.own_source(), *said).body for weapon in weapons)
    both = {**one, "epcList": [*one["epcList"], *other["epcList"]]}
    both.pop("countermark:writing")

    capture.load_document(document(both), by=CHIEF)

    first, second = found()
    assert {str(first.weapons[0].id), str(second.weapons[0].id)} == set(weapons)
    assert first.subject != second.subject


def test_no_document_hands_a_weapon_of_a_store_over(place: Armoury) -> None:
    last = next(e for e in projection.entries_of(place.weapons) if e.event_id == hand_over(place))
    forged = {**last.body, "eventTime": soon(), "countermark:custody": {"kind": "store", "after": [last.event_id]}}
    forged.pop("countermark:writing")
    before = state(place.weapons[0])

    report = capture.load_document(document(forged), by=CHIEF)

    assert report["refused"] == 1
    assert "hand-over" in report["errors"][0]["expected"]
    assert state(place.weapons[0]) == before


def test_a_document_that_declares_a_hand_over_wrong_is_a_discrepancy(place: Armoury) -> None:
    last = next(e for e in projection.entries_of(place.weapons) if e.event_id == hand_over(place))
    declared = {
        "declarationTime": soon(),
        "reason": "did_not_occur",
        "countermark:asked_by": "urn:countermark:person:x",
    }

    report = capture.load_document(document({**last.body, "errorDeclaration": declared}), by=CHIEF)

    assert report["new"] == 1, report
    assert [one.kind for one in found()] == [KIND]


def moved(place: Armoury) -> str:
    """The event that says from before the stores where the weapon is."""
    return next(e.event_id for e in projection.entries_of(place.weapons) if e.body.get("countermark:event") == "move")


def test_a_command_that_puts_it_elsewhere_by_what_was_said_before_the_stores_is_one(place: Armoury) -> None:
    register.correct_event(moved(place), {"place": OTHER}, reason="misread", by=CHIEF)

    assert [one.owner for one in found()] == ["carla"]


def test_an_event_of_long_ago_that_puts_it_elsewhere_is_one(place: Armoury) -> None:
    register.add_event(place.weapons[0], {"event": "repair", "date": "2002", "place": OTHER}, by=CHIEF)

    assert [one.owner for one in found()] == ["carla"]


def test_two_that_say_the_same_hide_nothing_from_each_other(place: Armoury) -> None:
    for document in ("D 1", "D 2"):
        fields = {"event": "repair", "date": "2002", "place": OTHER, "document": document}
        register.add_event(place.weapons[0], fields, by=CHIEF)

    assert len(found()) == 1


def test_an_event_of_long_ago_that_changes_nothing_now_is_none(place: Armoury) -> None:
    register.add_event(place.weapons[0], {"event": "sale", "date": "1999", "to": "A. Buyer"}, by=CHIEF)

    assert not found()


def test_what_was_recorded_before_the_stores_had_it_is_corrected_without_one() -> None:
    place = armoury(1)
    sold = people.event(place.weapons[0], event="sale", date="2002-01-01", to="A. Buyer")
    register.correct_event(sold, None, reason="another weapon", by=CHIEF)

    issued(place)

    assert not state(place.weapons[0]).alone


def test_changed_facts_of_a_weapon_are_none(place: Armoury) -> None:
    facts = {**people.REVOLVER, "model": "M89"}
    register.correct_weapon(
        place.weapons[0], facts, [{"component": "frame", "mark": "AB1000"}], reason="misread", by=CHIEF
    )

    assert not found()


def test_the_view_is_rebuilt_equal_and_does_not_hang_on_the_order_of_arrival(place: Armoury) -> None:
    withdrawn(place)
    register.add_event(place.weapons[0], {"event": "transfer", "date": soon(), "to": "A. Friend"}, by=CHIEF)
    before = [one.subject for one in found()]
    entries = projection.entries_of(place.weapons)

    assert rules.fold(place.weapons[0], reversed(entries)).alone == rules.fold(place.weapons[0], entries).alone
    rebuild_views()
    assert [one.subject for one in found()] == before
    assert verify().ok
