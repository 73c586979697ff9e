import pytest

from countermark.ledger import reasons, store
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, proposals
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Incident, Report
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, Armoury, armoury, issued, state

pytestmark = pytest.mark.django_db

ABOVE = Actor("general")


@pytest.fixture
def place() -> Armoury:
    return armoury()


def reported(place: Armoury, *weapons: str, what: incidents.What = "theft", request: str = "") -> str:
    how = "burglary" if what == "theft" else "on_duty"
    said = Report(what, place.depot, list(weapons) or place.weapons[:1], how, "the cage was open in the morning")
    return incidents.report(said, by=ARMOURER, request=request)


def looked_into(place: Armoury) -> str:
    key = reported(place, *place.weapons[:2])
    incidents.inquire(key, finding="a key was copied", sanction="the key holder is charged", by=ARMOURER)
    return key


def incident(key: str) -> Incident:
    return incidents.known_incident(key).of(Incident)


def test_a_reported_theft_puts_the_weapon_on_the_stolen_list_at_once(place: Armoury) -> None:
    reported(place)

    found = state(place.weapons[0])
    assert found.status == "stolen"
    assert found.custody is not None
    assert found.custody.kind == "missing"


def test_a_weapon_that_is_out_may_be_lost_where_it_is(place: Armoury) -> None:
    issued(place, place.weapons[0])

    reported(place, what="loss")

    assert (state(place.weapons[0]).status, state(place.weapons[0]).holder) == ("lost", place.trained)


def test_one_report_sent_twice_opens_one_incident(place: Armoury) -> None:
    assert reported(place, request="r") == reported(place, request="r")
    assert acts.rows("incident").count() == 1


def test_a_weapon_is_not_lost_twice(place: Armoury) -> None:
    reported(place)

    with pytest.raises(Refused):
        reported(place)


def test_how_it_came_about_stands_in_the_incident_and_in_the_event_of_each_weapon(place: Armoury) -> None:
    key = reported(place, *place.weapons[:2])

    bodies = [entry.body for entry in store.all_entries() if entry.body.get("countermark:event") == "theft"]
    assert [reasons.stated("event", body) for body in bodies] == [("theft", "burglary")] * 2
    assert incident(key).reason_code == "burglary"


@pytest.mark.parametrize(("what", "how"), [("loss", "burglary"), ("theft", "on_duty"), ("loss", ""), ("loss", "rust")])
def test_a_report_without_how_it_came_about_is_refused(place: Armoury, what: incidents.What, how: str) -> None:
    with pytest.raises(Refused) as refusal:
        incidents.report(Report(what, place.depot, place.weapons[:1], how, "open in the morning"), by=ARMOURER)

    assert refusal.value.errors[0].column == "reason"
    assert not acts.rows("incident").exists()


def test_nothing_is_written_off_before_an_inquiry(place: Armoury) -> None:
    key = reported(place)

    with pytest.raises(Refused):
        incidents.propose_write_off(key, Reason("search_over", "no hope"), by=ARMOURER)


def test_who_commands_the_store_does_not_write_off_its_losses_somebody_above_does(place: Armoury) -> None:
    people.person("commander7", "commander", DEPOT)
    people.person("general", "commander")
    proposal = incidents.propose_write_off(
        looked_into(place), Reason("search_over", "the inquiry is over"), by=ARMOURER
    )

    with pytest.raises(Refused):
        proposals.approve(proposal, by=Actor("commander7"))
    proposals.approve(proposal, by=ABOVE)

    (found,) = acts.subjects("incident")
    assert found.state == "written_off"


def test_nobody_approves_what_they_proposed(place: Armoury) -> None:
    people.person("general", "commander")
    proposal = incidents.propose_write_off(looked_into(place), Reason("search_over", "the inquiry is over"), by=ABOVE)

    with pytest.raises(Refused):
        proposals.approve(proposal, by=ABOVE)


def test_a_declined_write_off_leaves_the_incident_open(place: Armoury) -> None:
    people.person("general", "commander")
    key = looked_into(place)
    proposals.decline(
        incidents.propose_write_off(key, Reason("search_over", "over"), by=ARMOURER),
        reason=Reason("not_needed", "look again"),
        by=ABOVE,
    )

    assert incidents.known_incident(key).state == "inquiry"


def test_an_incident_is_recovered_when_its_last_weapon_is_back(place: Armoury) -> None:
    key = looked_into(place)

    incidents.recover(key, place.weapons[:1], place.rack_a, note="handed in", by=ARMOURER)
    assert incidents.known_incident(key).state == "inquiry"
    assert incident(key).missing == [place.weapons[1]]
    incidents.recover(key, place.weapons[1:2], place.rack_a, note="handed in", by=ARMOURER)

    assert incidents.known_incident(key).state == "recovered"
    found = state(place.weapons[0])
    assert found.custody is not None
    assert (found.custody.kind, found.status, found.place) == ("store", "found", place.rack_a)


def test_a_weapon_of_another_incident_is_not_reconciled_here(place: Armoury) -> None:
    key = reported(place)

    with pytest.raises(Refused):
        incidents.recover(key, [place.weapons[2]], place.rack_a, note="handed in", by=ARMOURER)


def test_incidents_are_rebuilt_equal(place: Armoury) -> None:
    incidents.recover(looked_into(place), place.weapons[:1], place.rack_a, note="handed in", by=ARMOURER)

    assert verify().ok
