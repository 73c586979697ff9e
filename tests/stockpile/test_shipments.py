from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger.reasons import Reason
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import queries, units
from countermark.stockpile.codes import house
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Report
from countermark.stockpile.rules.custody import Policy
from countermark.stockpile.shipments import rules, services
from countermark.stockpile.shipments.services import Manifest, Shipment
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued, state

WEAPONS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@given(WEAPONS, WEAPONS, WEAPONS)
def test_every_weapon_of_manifest_and_reading_comes_to_one_thing(
    manifest: list[str], earlier: list[str], read: list[str]
) -> None:
    before = [weapon for weapon in earlier if weapon in manifest]

    found = rules.arrival(manifest, before, read, (), ())

    together = [*found.received, *found.short, *found.surplus, *before]
    assert sorted(set(together)) == sorted({*manifest, *read})
    assert len(together) == len(set(together))
    assert found.complete == (set(manifest) <= {*before, *read})


@given(st.permutations("abcd"))
def test_the_order_in_which_weapons_are_read_does_not_matter(read: Sequence[str]) -> None:
    found = rules.arrival("abce", "", read, (), ())

    assert (set(found.received), found.short, found.surplus) == ({"a", "b", "c"}, ("e",), ("d",))


def test_a_seal_that_is_another_is_a_finding() -> None:
    assert rules.arrival("a", "", "a", ("S1", "S2"), ("S1", "S9")).finding == "seals"


@pytest.fixture
def place(db: None) -> Armoury:
    return armoury()


def sent(place: Armoury, *weapons: str) -> str:
    said = Manifest(
        place.depot, place.other, list(weapons) or place.weapons, "2030-01-01", ("S1",), authority="order 7", route="A1"
    )
    key = services.prepare(said, by=ARMOURER)
    services.dispatch(key, by=ARMOURER)
    return key


def kind(weapon: str) -> str:
    held = state(weapon).custody
    return held.kind if held else ""


@pytest.mark.parametrize("read", [0, 1, 3])
def test_what_is_loaded_is_what_the_manifest_says_or_it_does_not_go(place: Armoury, read: int) -> None:
    said = Manifest(place.depot, place.other, place.weapons[:2], "2030-01-01", authority="order 7")
    key = services.prepare(said, by=ARMOURER)

    with pytest.raises(Refused) as refused:
        services.dispatch(key, place.weapons[:read], by=ARMOURER)

    wrong = {0: place.weapons[:2], 1: place.weapons[1:2], 3: place.weapons[2:3]}[read]
    assert [error.value for error in refused.value.errors] == wrong
    services.dispatch(key, place.weapons[1::-1], by=ARMOURER)
    assert services.known_shipment(key).of(Shipment).loaded == 2


def test_what_was_sent_off_is_on_its_way_and_in_no_store(place: Armoury) -> None:
    sent(place)

    assert {kind(weapon) for weapon in place.weapons} == {"transit"}
    assert queries.count_in(place.rack_a) == 0


def test_what_arrives_whole_is_in_the_other_store(place: Armoury) -> None:
    key = sent(place)

    found = services.arrive(key, place.weapons, place.other, seals=("S1",), by=CHIEF)

    assert (found.complete, found.finding) == (True, "")
    assert services.known_shipment(key).state == "arrived"
    assert {(kind(weapon), state(weapon).place) for weapon in place.weapons} == {("store", place.other)}


def test_what_is_short_stays_on_its_way_and_arrives_late(place: Armoury) -> None:
    key = sent(place)
    services.arrive(key, place.weapons[:2], place.other, seals=("S1",), by=CHIEF)

    known = services.known_shipment(key)
    assert (known.state, known.finding, known.of(Shipment).short) == ("short", "short", [place.weapons[2]])
    assert kind(place.weapons[2]) == "transit"

    services.arrive(key, place.weapons[2:], place.other, by=CHIEF)

    assert services.known_shipment(key).state == "arrived"
    assert services.known_shipment(key).finding == ""


def test_a_seal_that_was_not_as_it_was_stays_found_when_the_rest_comes_late(place: Armoury) -> None:
    key = sent(place)
    services.arrive(key, place.weapons[:2], place.other, seals=("S9",), by=CHIEF)
    services.arrive(key, place.weapons[2:], place.other, seals=("S1",), by=CHIEF)

    known = services.known_shipment(key)
    found = known.of(Shipment)
    assert (known.state, known.finding) == ("arrived", "seals")
    assert (found.seals_missing, found.seals_foreign) == (("S1",), ("S9",))


def test_a_short_shipment_is_closed_once_what_is_missing_is_an_incident(place: Armoury) -> None:
    key = sent(place)
    services.arrive(key, place.weapons[:2], place.other, by=CHIEF)
    with pytest.raises(Refused):
        services.close_short(key, "reported", by=CHIEF)
    incidents.report(
        Report("theft", place.other, place.weapons[2:], "on_the_way", "the lorry was broken open"), by=CHIEF
    )

    services.close_short(key, Reason("reported", "see the incident"), by=CHIEF)

    assert services.known_shipment(key).state == "closed"


def test_a_surplus_weapon_is_received_with_a_finding(place: Armoury) -> None:
    key = sent(place, *place.weapons[:2])

    with pytest.raises(Refused, match="second person"):
        services.arrive(key, place.weapons, place.other, seals=("S1",), by=CHIEF)
    found = services.arrive(key, place.weapons, place.other, seals=("S1",), second=place.second, by=CHIEF)

    assert found.surplus == (place.weapons[2],)
    assert services.known_shipment(key).finding == "surplus"
    assert state(place.weapons[2]).place == place.other


def test_a_weapon_that_is_out_is_not_sent(place: Armoury) -> None:
    issued(place, place.weapons[0])

    with pytest.raises(Refused):
        sent(place)


def test_a_weapon_of_another_site_is_not_on_the_manifest(place: Armoury) -> None:
    elsewhere = people.weapon("X1", "ZZ1", place=OTHER)

    with pytest.raises(Refused):
        sent(place, elsewhere)


def test_within_a_site_nothing_is_shipped(place: Armoury) -> None:
    with pytest.raises(Refused):
        services.prepare(
            Manifest(place.rack_a, place.rack_b, place.weapons, "2030-01-01", authority="order 7"), by=ARMOURER
        )


def test_a_place_may_ask_for_a_second_person_when_something_is_sent_off(place: Armoury) -> None:
    units.set_policy(Policy(two_person=("dispatch",)), reason="order", by=CHIEF)

    with pytest.raises(Refused):
        sent(place)


def test_who_took_it_over_on_the_way_stands_in_the_shipment(place: Armoury) -> None:
    key = sent(place)

    services.pass_on(key, "Border guard, Sgt Ilse", "km 40", condition="seal S1 whole", by=CHIEF)

    assert len(services.known_shipment(key).of(Shipment).passed) == 1


def test_a_cancelled_manifest_is_not_sent_off(place: Armoury) -> None:
    said = Manifest(place.depot, place.other, place.weapons, "2030-01-01", authority="order 7")
    key = services.prepare(said, by=ARMOURER)
    services.cancel(key, Reason("no_transport", "postponed"), by=ARMOURER)

    with pytest.raises(Refused):
        services.dispatch(key, by=ARMOURER)


def test_shipments_are_rebuilt_equal(place: Armoury) -> None:
    services.arrive(sent(place), place.weapons[:1], place.other, by=CHIEF)

    assert verify().ok


@pytest.mark.parametrize("happened", ["J. Smith", "yesterday"])
def test_no_text_but_a_time_stands_in_the_act_of_a_hand_on_the_way(place: Armoury, happened: str) -> None:
    key = sent(place)

    with pytest.raises(Refused):
        services.pass_on(key, "Border guard", "km 40", happened=happened, by=ARMOURER)


@pytest.mark.parametrize(("due", "seal"), [("when J. Smith comes", "S1"), ("2030-01-01", "S" * 41)])
def test_a_manifest_takes_a_time_to_arrive_by_and_numbers_of_seals(place: Armoury, due: str, seal: str) -> None:
    said = Manifest(place.depot, place.other, place.weapons, due, (seal,), authority="order 7")

    with pytest.raises(Refused):
        services.prepare(said, by=ARMOURER)


def test_the_record_of_a_weapon_names_a_shipment_by_its_number_and_leads_there_who_may_see_it(place: Armoury) -> None:
    key = sent(place)
    number = house.shown(house.whole_code("manifest", key))

    page = people.signed_in("carla", "commander", DEPOT).get(f"/weapons/{place.weapons[0]}/").content.decode()

    assert f'<a href="/stockpile/shipments/{key}/">Shipment <bdi dir="ltr">{number}</bdi></a>' in page
    assert f">{key}<" not in page


def test_who_may_not_see_the_stockpile_is_told_the_number_of_a_shipment_alone(place: Armoury) -> None:
    key = sent(place)

    page = people.signed_in("rita", "registrar").get(f"/weapons/{place.weapons[0]}/").content.decode()

    assert house.shown(house.whole_code("manifest", key)) in page
    assert key not in page
