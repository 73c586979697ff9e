"""The list of weapons and one record: who sees what, in which order, a page at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import services as ledger
from countermark.register import lists, services
from countermark.register.checking import Refused
from countermark.register.models import Weapon
from countermark.register.queries import listing, records, related, scope, twins
from countermark.register.queries.listing import Asked
from countermark.register.queries.scope import EVERYTHING, Scope
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


def refs(seen: Scope = EVERYTHING, sort: str = "ref", **filters: str) -> list[str]:
    return [weapon.ref for weapon in listing.page(Asked(filters=filters, sort=sort), seen).rows]


# Who sees what


def test_somebody_at_a_place_sees_what_stands_there_or_is_held_there_and_nothing_else() -> None:
    people.places()
    people.weapon("standing", place=NORTH)
    people.event(people.weapon("held"), event="transfer", date="2001", to=NORTH)
    people.weapon("elsewhere", place=SOUTH)
    people.weapon("nowhere")

    assert refs(scope.of(people.person("alice", "armourer", NORTH))) == ["held", "standing"]
    assert refs(scope.of(people.person("bob", "armourer", SOUTH))) == ["elsewhere"]
    assert refs(scope.of(people.person("chiefof", "registrar"))) == ["elsewhere", "held", "nowhere", "standing"]


def test_somebody_without_a_role_sees_nothing() -> None:
    people.places()
    people.weapon("standing", place=NORTH)

    assert refs(scope.of(people.person("charlie"))) == []


def test_a_weapon_that_moves_away_is_no_longer_seen_at_its_old_place() -> None:
    people.places()
    moving = people.weapon("moving", place=NORTH)
    alice = scope.of(people.person("alice", "armourer", NORTH))
    assert refs(alice) == ["moving"]

    people.event(moving, event="move", date="2002-02-03", place=SOUTH)

    assert refs(alice) == []


# Filters


def test_a_mark_is_found_however_it_is_spaced_and_by_its_beginning() -> None:
    people.weapon("1", "AB 12-34")
    people.weapon("2", "AB 1299")

    assert refs(serial="ab1234") == ["1"]
    assert refs(serial="AB12*") == ["1", "2"]
    assert refs(serial="B12*") == []


def test_any_mark_of_a_weapon_finds_it() -> None:
    marks = [{"component": "frame", "mark": "F1"}, {"component": "barrel", "mark": "B77"}]
    people.weapon("1", marks=marks)

    assert refs(serial="b77") == ["1"]


def test_a_maker_is_found_by_its_other_spellings() -> None:
    people.weapon("1", facts={**people.REVOLVER, "maker": "FORJAS  Taurus"})
    people.weapon("2", facts={**people.REVOLVER, "maker": "Taurus"})
    people.weapon("3", facts={**people.REVOLVER, "maker": "Colt"})
    lists.review("maker", "Taurus", "accept", by=CHIEF)
    lists.review("maker", "FORJAS  Taurus", "alias", term="Taurus", by=CHIEF)

    assert refs(maker="forjas taurus") == ["1", "2"]
    assert refs(maker="COLT") == ["3"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"kind": "rifle"}, ["2"]),
        ({"country": "xb"}, ["2"]),
        ({"year": "196*"}, ["2"]),
        ({"year": "1994"}, ["1"]),
        ({"status": "stolen"}, ["2"]),
        ({"status": "active"}, ["1"]),
        ({"ref": "1"}, ["1"]),
        ({"source": "XA/main"}, ["1", "2"]),
        ({"finding": "control_unclear"}, []),
        ({"model": "m88", "calibre": ".38 special"}, ["1"]),
        ({"model": "M88", "kind": "rifle"}, []),
    ],
)
def test_filters_narrow_the_list(filters: dict[str, str], found: list[str]) -> None:
    people.weapon("1")
    facts = {"kind": "rifle", "maker": "X", "model": "Y", "calibre": "Z", "country": "XB", "year": "1961"}
    stolen = people.weapon("2", facts=facts)
    people.event(stolen, event="transfer", date="2001", to="7th Battery")
    people.event(stolen, event="theft", date="2002")

    assert refs(EVERYTHING, "ref", **filters) == found


# Pages


@given(sort=st.sampled_from(sorted(listing.ORDERS)), descending=st.booleans(), size=st.integers(1, 4))
def test_the_pages_of_every_order_show_every_weapon_once(sort: str, descending: bool, size: int) -> None:
    if not Weapon.objects.exists():
        for number in range(7):
            people.weapon(str(number), facts={**people.REVOLVER, "year": str(1990 + number % 3)})
    seen, cursor = [], ""
    while True:
        asked = Asked(sort=sort, descending=descending, cursor=cursor)
        page = listing.page(asked, EVERYTHING, size)
        seen += [weapon.ref for weapon in page.rows]
        if not page.following:
            break
        cursor = page.following
    whole = [weapon.ref for weapon in listing.page(Asked(sort=sort, descending=descending), EVERYTHING).rows]
    assert seen == whole
    assert sorted(seen) == [str(number) for number in range(7)]


def test_the_page_before_leads_back_to_where_one_came_from() -> None:
    for number in range(5):
        people.weapon(str(number))
    first = listing.page(Asked(), EVERYTHING, 2)
    second = listing.page(Asked(cursor=first.following), EVERYTHING, 2)

    back = listing.page(Asked(cursor=second.preceding, backwards=True), EVERYTHING, 2)

    assert [weapon.ref for weapon in back.rows] == ["0", "1"]
    assert (first.preceding, back.preceding) == ("", "")


@pytest.mark.parametrize("cursor", ["x", "!!!", "W10", "bnVsbA", "WyJhIiwgImIiXQ", "é" * 5])
def test_a_cursor_that_is_none_begins_at_the_start(cursor: str) -> None:
    people.weapon("1")

    assert [weapon.ref for weapon in listing.page(Asked(cursor=cursor), EVERYTHING).rows] == ["1"]


def test_beyond_a_bound_weapons_are_not_counted_and_not_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNTED_AT_MOST", 2)
    monkeypatch.setattr(listing, "SORTED_AT_MOST", 2)
    for number in range(4):
        people.weapon(str(number), facts={**people.REVOLVER, "year": str(1999 - number)})

    page = listing.page(Asked(sort="year"), EVERYTHING)

    assert (page.count, page.more, page.sortable, page.sort) == (2, True, False, "ref")


# One record


def test_an_id_replaced_by_another_leads_to_the_survivor_with_both_histories() -> None:
    stays, goes = people.weapon("stays"), people.weapon("goes")
    people.event(goes, event="transfer", date="1994-06", to="7th Battery")

    services.join(goes, stays, reason="one weapon entered twice", by=CHIEF)

    found = records.record(goes)
    assert found is not None
    assert (found.state.id, [other.id for other in found.joined]) == (stays, [goes])
    assert [line.event for line in found.history] == ["manufacture", "manufacture", "transfer", "same_as"]
    assert [line["date"] for line in records.as_json(found)["history"]][2] == "1994-06"


def test_a_join_that_is_corrected_away_leaves_two_records() -> None:
    stays, goes = people.weapon("stays"), people.weapon("goes")
    joined = services.join(goes, stays, reason="one weapon", by=CHIEF)

    services.correct_event(joined.event_id, None, reason="they differ after all", by=CHIEF)

    found = records.record(goes)
    assert found is not None
    assert (found.state.id, found.joined) == (goes, ())


def test_records_joined_one_after_the_other_come_together() -> None:
    first, second, third = people.weapon("1"), people.weapon("2"), people.weapon("3")
    services.join(first, second, reason="same", by=CHIEF)
    services.join(second, third, reason="same", by=CHIEF)

    found = records.record(first)

    assert found is not None
    assert found.state.id == third
    assert sorted(other.id for other in found.joined) == sorted([first, second])


def test_joined_records_are_not_joined_again_or_in_a_circle() -> None:
    first, second = people.weapon("1"), people.weapon("2")
    services.join(first, second, reason="same", by=CHIEF)

    for weapon, survivor in ((first, second), (second, first), (second, second)):
        with pytest.raises(Refused):
            services.join(weapon, survivor, reason="same", by=CHIEF)


@pytest.mark.parametrize("unknown", ["", "x", "00000000-0000-0000-0000-000000000000", "\0", "é" * 36])
def test_an_unknown_id_has_no_record(unknown: str) -> None:
    ledger.require_own_log()

    assert records.record(unknown) is None


# Marks elsewhere


def test_the_same_mark_elsewhere_is_named_a_collision_only_for_weapons_of_one_type() -> None:
    one = people.weapon("1", "K1234")
    twin = people.weapon("2", "K 1234")
    other = people.weapon("3", "K1234", facts={**people.REVOLVER, "maker": "Colt"})
    record = records.record(one)
    assert record is not None

    found = {str(item.weapon.id): item.collision for item in related.related(record, EVERYTHING)}

    assert found == {twin: True, other: False}


@pytest.mark.parametrize(
    ("mark_kind", "mark", "told"),
    [
        ("import", "XA 26", False),
        ("import", "XA", False),
        ("import", "XA 2026", False),
        ("state_stock", "XA POLICE", False),
        ("import", "XA26000123", True),
        ("state_stock", "XA 1234", True),
        ("manufacture", "XA 26", True),
    ],
)
def test_a_mark_that_a_whole_import_bears_is_no_same_mark_elsewhere(mark_kind: str, mark: str, *, told: bool) -> None:
    def weapon(ref: str) -> str:
        own = {"component": "frame", "mark": f"K123{ref}", "role": "control"}
        return people.weapon(ref, marks=[own, {"component": "barrel", "mark": mark, "mark_kind": mark_kind}])

    one, other = weapon("1"), weapon("2")
    record = records.record(one)
    assert record is not None

    assert [str(item.weapon.id) for item in related.related(record, EVERYTHING)] == ([other] if told else [])


def test_marks_elsewhere_are_only_those_at_places_one_may_see() -> None:
    people.places()
    one = people.weapon("1", "K1234", place=NORTH)
    people.weapon("2", "K1234", place=SOUTH)
    record = records.record(one)
    assert record is not None

    assert related.related(record, scope.of(people.person("alice", "armourer", NORTH))) == []


# Near duplicates


@pytest.mark.parametrize("keyed", ["K1O34", "KI034", "K1304", "K0134", "K134", "K10334", "k-1034"])
def test_a_new_mark_meets_those_it_is_easily_taken_for(keyed: str) -> None:
    people.weapon("1", "K1034")

    assert [mark.text for mark in twins.near([keyed], EVERYTHING)] == ["K1034"]


def test_marks_that_differ_in_an_unlike_character_are_no_near_duplicates() -> None:
    people.weapon("1", "K1034")

    assert twins.near(["K1934", "M1034", ""], EVERYTHING) == []
