"""The office behind the counter, as its people meet it: each way from the first form to the last."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.register.checking import Refused
from countermark.stockpile import acts, handing, roster, units
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.handing import HandOver
from countermark.stockpile.models import Holding
from countermark.stockpile.rules.custody import ARMED_FORCES, SECONDED, Policy
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, OTHER, RACK_B, Armoury, armoury, issued, state

pytestmark = pytest.mark.django_db

SERIALS = "AB1000\nAB1001"


@pytest.fixture
def place() -> Armoury:
    return armoury()


@pytest.fixture
def armourer(place: Armoury) -> Client:
    return people.signed_in("belo", "armourer", DEPOT)


@pytest.fixture
def commander(place: Armoury) -> Client:
    return people.signed_in("quirino", "commander", DEPOT)


def sent(client: Client, path: str, status: int = 302, **fields: Any) -> str:
    """Sends a form; returns the address it leads to, or the page that says what is wrong."""
    answer = client.post(f"/stockpile/{path}", fields)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer.headers["Location"] if status == 302 else answer.content.decode()


def text(client: Client, path: str) -> str:
    answer = client.get(path if path.startswith("/") else f"/stockpile/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "path",
    ["units/", "units/rules/", "people/", "proposals/", "shipments/", "incidents/", "disposal/", "ammunition/"],
)
def test_every_list_says_what_to_do_while_it_is_empty(armourer: Client, path: str) -> None:
    assert "empty-note" in text(armourer, path) or "<td" in text(armourer, path)


def test_a_storage_unit_is_described_and_its_exact_location_kept_from_who_may_not_see_it(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    page = sent(
        commander, "units/set/", place=place.rack_b, form="rack", capacity=12, weapons=["revolver"], location="cellar 3"
    )

    assert units.location(units.unit(place.rack_b)) == "cellar 3"  # type: ignore[arg-type]
    assert "cellar 3" not in text(commander, page)
    assert "cellar 3" not in text(commander, f"{page}location/")
    assert "cellar 3" in commander.post(f"{page}location/").content.decode()
    assert armourer.post(f"{page}location/").status_code == 403


def test_a_person_is_entered_qualified_and_gets_a_card_shown_once(place: Armoury, commander: Client) -> None:
    page = sent(commander, "people/new/", place=place.depot, name="Sgt N. Ew (1003)")
    assert "PC-" in text(commander, page)
    assert "PC-" not in text(commander, page)

    home = sent(commander, page.removeprefix("/stockpile/"), training="on", training_until="2020-01-01")

    assert "ended" in text(commander, home)
    found = next(one for one in roster.at(None) if "N. Ew" in one.name)
    assert found.person.qualifications[0].until == "2020-01-01"


def test_who_signs_in_says_themselves_which_card_is_theirs(place: Armoury, commander: Client) -> None:
    with pytest.raises(Refused):
        roster.enrol("Cpl T. Rained (1001)", place=DEPOT, username="belo", by=Actor("quirino"))

    sent(commander, "people/me/", card=place.card)

    found = roster.by_user(User.objects.get(username="quirino"))
    assert found is not None
    assert found.party == place.trained
    with pytest.raises(Refused):
        roster.link(place.card, by=Actor("belo"))


def test_rules_of_a_store_are_set_and_shown(place: Armoury, commander: Client) -> None:
    sent(
        commander,
        "units/rules/set/",
        place=place.depot,
        two_person=["issue"],
        shift=["medical"],
        shift_hours=8,
        reason="order",
        words="order 4",
    )

    found = units.policy_at(place.rack_a)
    assert "issue" in found.two_person
    assert found.hours["shift"] == 8
    assert DEPOT in text(commander, "units/rules/")


def test_each_way_to_have_a_weapon_out_has_a_due_date_of_its_own(place: Armoury, commander: Client) -> None:
    said: dict[str, Any] = {
        "place": place.depot,
        "shift_hours": 8,
        "loan_hours": 72,
        "repair_hours": 240,
        "reason": "order",
        "words": "order 4",
    }
    sent(commander, "units/rules/set/", 302, **said)
    sent(commander, "units/rules/set/", 302, **said | {"loan_hours": "", "repair_hours": 0})

    hours = units.policy_at(place.depot).hours
    issued(place, place.weapons[0], kind="loan")
    issued(place, place.weapons[1], kind="repair")

    assert (hours["shift"], hours["loan"], "repair" in hours) == (8, 72, False)
    lent, mended = (state(weapon).custody for weapon in place.weapons[:2])
    assert lent is not None
    assert lent.due[:10] == (timezone.now() + timedelta(hours=72)).date().isoformat()
    assert mended is not None
    assert mended.due == ""


def test_weapons_go_from_depot_to_depot(place: Armoury, armourer: Client) -> None:
    receiver = people.signed_in("helda", "armourer", OTHER)
    page = sent(
        armourer, "shipments/new/", place=place.depot, receiver=place.other, weapons=SERIALS, due="2030-01-01",
        authority="order 7", seals="S1\nS2", route="by night",
    )  # fmt: skip
    step = page.removeprefix("/stockpile/")
    assert "by night" not in text(armourer, page)

    sent(armourer, f"{step}dispatch/", weapons=SERIALS)
    sent(receiver, f"{step}pass/", party="Border guard", where="km 40")
    short = text(receiver, sent(receiver, f"{step}arrive/", store=place.other, weapons="AB1000", seals="S1\nS3"))
    assert "short" in short
    assert "S1, S3" in short
    sent(receiver, f"{step}arrive/", store=place.other, weapons="AB1001")

    assert "✓ arrived" in text(receiver, page)
    assert state(place.weapons[1]).place == place.other


def test_a_line_that_is_no_weapon_is_named_and_nothing_is_lost(place: Armoury, armourer: Client) -> None:
    said = sent(
        armourer, "shipments/new/", 422, place=place.depot, receiver=place.other, weapons="AB1000\nNOBODY7",
        due="2030-01-01", authority="order 7",
    )  # fmt: skip

    assert "NOBODY7" in said
    assert "order 7" in said
    assert not acts.subjects("shipment")


def test_a_theft_is_reported_looked_into_and_written_off_by_somebody_above(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    page = sent(
        armourer, "incidents/new/", place=place.depot, what="theft", weapons="AB1000", circumstances="broken open"
    )
    assert state(place.weapons[0]).status == "stolen"
    step = page.removeprefix("/stockpile/")
    sent(commander, f"{step}inquire/", finding="a key was copied")
    proposal = sent(armourer, f"{step}write_off/", reason="search_over", words="the inquiry is over").removeprefix(
        "/stockpile/"
    )

    sent(commander, f"{proposal}decide/", 422, decision="approve")
    sent(people.signed_in("general", "commander"), f"{proposal}decide/", decision="approve")

    assert "written off" in text(armourer, page)


def test_weapons_are_listed_authorised_read_by_two_and_destroyed(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    other = people.signed_in("helda", "armourer", DEPOT)
    page = sent(
        armourer, "disposal/lists/new/", place=place.depot, weapons=SERIALS, authority="order 12", method="burial",
        witness="Observer of the court", evidence="none is evidence",
    )  # fmt: skip
    step = page.removeprefix("/stockpile/")
    (proposal,) = acts.subjects("proposal", state="pending")
    sent(commander, f"proposals/{proposal.key}/decide/", decision="approve")
    for reader in (armourer, other):
        for serial in SERIALS.split():
            sent(reader, f"{step}read/", weapon=serial, serial=serial)

    sent(armourer, f"{step}destroy/", 422, weapons=SERIALS, confirmed=3)
    sent(armourer, f"{step}destroy/", weapons=SERIALS, confirmed=2)
    sent(armourer, f"{step}close/", residue="melted down")

    assert {state(weapon).status for weapon in place.weapons[:2]} == {"destroyed"}
    assert disposal.balance_of(step.rstrip("/").rpartition("/")[2]).even


def test_a_list_that_was_declined_is_corrected_on_its_page_and_asked_for_again(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    page = sent(
        armourer, "disposal/lists/new/", place=place.depot, weapons=SERIALS, authority="order 12", method="burial",
        witness="Observer of the court", evidence="none is evidence",
    )  # fmt: skip
    (proposal,) = acts.subjects("proposal", state="pending")
    sent(
        commander,
        f"proposals/{proposal.key}/decide/",
        decision="decline",
        reason="not_allowed",
        words="burial is not enough",
    )
    assert "correct/" in text(armourer, page)
    form = text(armourer, f"{page}correct/")
    assert all(said in form for said in ("burial is not enough", "AB1001", "Observer of the court"))

    step = page.removeprefix("/stockpile/")
    for _ in range(2):
        sent(
            armourer, f"{step}correct/", weapons="AB1000", authority="order 12", method="cutting_or_shredding",
            witness="Observer of the court", evidence="none is evidence", once="k1",
        )  # fmt: skip

    (again,) = acts.subjects("proposal", state="pending")
    assert "Correct and ask again" not in text(armourer, page)
    sent(commander, f"proposals/{again.key}/decide/", decision="approve")
    balance = disposal.balance_of(step.rstrip("/").rpartition("/")[2])
    assert (balance.planned, balance.withdrawn, balance.open) == (2, 1, 1)


def test_surplus_that_is_kept_needs_a_second_person_on_the_page_where_the_rules_ask_for_one(
    place: Armoury, commander: Client
) -> None:
    units.set_policy(Policy(("dispose",)), place=place.depot, reason="order", by=CHIEF)
    people.person("general", "commander")
    declared: dict[str, Any] = {
        "place": place.depot,
        "weapons": "AB1000",
        "outcome": "keep",
        "reason": "more_than_needed",
        "words": "a reserve",
        "once": "k1",
    }
    pages = {sent(commander, "disposal/surplus/new/", **declared) for _ in range(2)}
    step = f"{pages.pop().removeprefix('/stockpile/')}dispose/"
    assert not pages

    sent(commander, step, 422)
    sent(commander, step, 422, second_name="quirino", second_secret="a-long-password")
    sent(commander, step, second_name="general", second_secret="a-long-password")

    assert acts.subjects("surplus")[0].state == "disposed"


def test_another_armourer_sees_what_a_program_asks_for_and_confirms_it(place: Armoury, armourer: Client) -> None:
    said = HandOver("out", place.depot, place.weapons[:2], place.trained, "shift", note="for the patrol")
    key = handing.propose(said, request="r1", by=Actor("belo"))
    other = people.signed_in("helda", "armourer", DEPOT)

    shown = text(other, f"proposals/{key}/")
    assert all(one in shown for one in ("AB1000", "for the patrol", "T. Rained", "confirm/"))
    sent(armourer, f"proposals/{key}/confirm/", 422, decision="approve")
    sent(other, f"proposals/{key}/confirm/", decision="approve")

    assert state(place.weapons[0]).holder == place.trained


def test_something_ordered_put_right_is_ordered_once_however_often_it_is_sent(
    place: Armoury, commander: Client
) -> None:
    for _ in range(2):
        sent(
            commander, "assessments/order/", place=place.depot, what="new hinges", owner="Sgt", due="2030-01-01",
            once="k1",
        )  # fmt: skip

    assert len(acts.subjects("correction")) == 1


def test_surplus_is_reviewed_declared_and_stored_apart(place: Armoury, commander: Client) -> None:
    sent(
        commander, "disposal/review/", place=place.depot, kind="revolver", held=3, needed=1, reason="establishment",
        next_review="2030-01-01",
    )  # fmt: skip
    page = sent(
        commander,
        "disposal/surplus/new/",
        place=place.depot,
        weapons=SERIALS,
        outcome="destroy",
        reason="more_than_needed",
    )

    sent(commander, f"{page.removeprefix('/stockpile/')}safeguard/", store=place.rack_b)

    assert RACK_B in text(commander, page)
    assert "stored apart" in text(commander, "disposal/")


def test_rounds_are_received_and_no_more_issued_than_there_are(place: Armoury, armourer: Client) -> None:
    units.set_unit(place.rack_a, units.UnitFields("room", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)
    page = sent(
        armourer, "ammunition/new/", maker="Sellier", calibre="9x19", lot="SB-17", condition="serviceable"
    ).removeprefix("/stockpile/")
    sent(armourer, f"{page}move/", word="receive", place=place.rack_a, quantity=500)

    assert "at most 500 rounds" in sent(
        armourer, f"{page}move/", 422, word="issue", place=place.rack_a, quantity=501, to=place.card
    )
    sent(armourer, f"{page}move/", word="issue", place=place.rack_a, quantity=100, to=place.card)

    assert "400" in text(armourer, page)


def test_a_second_person_confirms_rounds_disposed_of_where_the_rules_say_so(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    units.set_unit(place.rack_a, units.UnitFields("room", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=("dispose",)), reason="order", by=CHIEF)
    page = sent(
        armourer, "ammunition/new/", maker="Sellier", calibre="9x19", lot="SB-17", condition="serviceable"
    ).removeprefix("/stockpile/")
    sent(armourer, f"{page}move/", word="receive", place=place.rack_a, quantity=500)
    said: dict[str, Any] = {
        "word": "dispose",
        "place": place.rack_a,
        "quantity": 20,
        "note": "misfires",
        "why": "dangerous",
    }

    assert "a second person who confirms" in sent(armourer, f"{page}move/", 422, **said)
    sent(armourer, f"{page}move/", **said, second_name="quirino", second_secret="a-long-password")

    assert "480" in text(armourer, page)


def test_another_depot_sees_nothing_of_it(place: Armoury, armourer: Client) -> None:
    page = sent(armourer, "incidents/new/", place=place.depot, what="loss", weapons="AB1000", circumstances="lost")
    stranger = people.signed_in("rui", "commander", OTHER)

    assert stranger.get(page).status_code == 404
    assert "AB1000" not in text(stranger, "incidents/")
    assert "T. Rained" not in text(stranger, "people/")


def test_who_sends_a_shipment_cannot_say_that_it_arrived_nor_who_receives_it_call_it_back(
    place: Armoury, armourer: Client
) -> None:
    receiver = people.signed_in("helda", "armourer", OTHER)
    page = sent(
        armourer, "shipments/new/", place=place.depot, receiver=place.other, weapons=SERIALS, due="2030-01-01",
        authority="order 7",
    )  # fmt: skip
    sent_as = {"store": place.other, "weapons": SERIALS, "reason": "because"}

    assert receiver.post(f"{page}cancel/", sent_as).status_code == 404
    assert receiver.post(f"{page}dispatch/").status_code == 404
    sent(armourer, f"{page.removeprefix('/stockpile/')}dispatch/", weapons=SERIALS)
    assert armourer.post(f"{page}arrive/", sent_as).status_code == 404
    assert armourer.post(f"{page}close/", sent_as).status_code == 404


@pytest.mark.parametrize("kind", ["shipments", "incidents"])
def test_a_step_there_is_not_does_nothing(place: Armoury, armourer: Client, kind: str) -> None:
    fields = {"place": place.depot, "weapons": "AB1000"}
    more = {
        "shipments": {"receiver": place.other, "due": "2030-01-01", "authority": "order 7"},
        "incidents": {"what": "loss", "circumstances": "lost"},
    }
    page = armourer.post(f"/stockpile/{kind}/new/", {**fields, **more[kind]}).headers["Location"]

    assert armourer.post(f"{page}vanish/", {"reason": "because"}).status_code == 404


def test_surplus_is_not_disposed_of_by_a_step_there_is_not(place: Armoury, commander: Client) -> None:
    page = sent(
        commander,
        "disposal/surplus/new/",
        place=place.depot,
        weapons=SERIALS,
        outcome="destroy",
        reason="more_than_needed",
    )

    assert commander.post(f"{page}vanish/").status_code == 404


def test_a_commander_takes_nobody_from_the_roster_of_another_depot(place: Armoury, commander: Client) -> None:
    stranger = people.signed_in("rui", "commander", OTHER)
    one = roster.find(place.trained)
    assert one is not None

    said = sent(stranger, "people/new/", 422, place=place.other, name=one.name)

    assert "on no other roster" in said
    assert roster.find(place.trained) == one
    roster.leave(place.trained, reason="left", by=CHIEF)
    sent(stranger, "people/new/", place=place.other, name=one.name)


def test_a_store_sees_what_a_person_holds_from_it_and_nothing_from_another(place: Armoury, commander: Client) -> None:
    issued(place, place.weapons[0])
    page = f"people/{identity.ref_of(place.trained)}/"
    assert "AB1000" in text(commander, page)
    Holding.objects.update(store=place.other)

    assert "AB1000" not in text(commander, page)


def test_a_form_for_rules_opens_with_two_people_for_each_hand_over_where_a_place_has_none(
    place: Armoury, commander: Client
) -> None:
    page = text(commander, f"units/rules/set/?place={place.depot}")

    for step in SECONDED:
        assert re.search(rf'name="two_person" value="{step}"[^>]*checked', page), step


def test_the_rules_say_where_one_person_alone_can_issue(place: Armoury, commander: Client) -> None:
    assert "hand a weapon out alone" in text(commander, "units/rules/")

    units.set_policy(ARMED_FORCES, reason="order", by=CHIEF)

    assert "hand a weapon out alone" not in text(commander, "units/rules/")
