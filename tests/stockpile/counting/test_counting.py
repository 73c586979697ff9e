"""A count from its plan to its certificate, on both databases: what was planted is found, nothing else, and nothing moves."""

import pytest

from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.register.models import Weapon
from countermark.stockpile import acts, receipts, units
from countermark.stockpile.codes import house
from countermark.stockpile.counting import certificate, queries, services
from countermark.stockpile.counting.reading import Scan
from countermark.stockpile.counting.services import PlanFields
from countermark.stockpile.counting.states import RECOUNT, SAMPLE
from countermark.stockpile.incidents.services import Incident
from countermark.stockpile.models import SubjectRow
from countermark.stockpile.projection import PROJECTION
from countermark.stockpile.tags import services as tags
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, OTHER, RACK_A, RACK_B, Armoury, armoury, issued, state
from tests.stockpile.counting import halls
from tests.stockpile.counting.halls import COMMANDER, ONE, THREE, TWO, counted, known, opened, outcomes, scans, serials

pytestmark = pytest.mark.django_db
TAG = "3074257BF7194E4000001A85"


@pytest.fixture
def place() -> Armoury:
    return armoury(5)


def codes(refusal: "pytest.ExceptionInfo[Refused]") -> set[str]:
    return {error.code for error in refusal.value.errors}


def moved() -> list[tuple[object, ...]]:
    return list(Weapon.objects.order_by("id").values_list("id", "place", "holder", "status"))


def test_a_count_that_finds_everything_is_closed_and_moves_nothing(place: Armoury) -> None:
    issued(place, place.weapons[0])
    before = moved()
    key = opened(place.depot)

    counted(key, serials(place)[1:])
    services.close(key, by=COMMANDER)
    assert services.record(key, by=COMMANDER) == (4, 4)

    assert moved() == before
    count = known(key).count
    assert (count.items, count.out, count.figures["found"], count.figures["out"]) == (4, 1, 4, 1)
    assert Weapon.objects.get(pk=place.weapons[1]).entries == 3
    assert Weapon.objects.get(pk=place.weapons[0]).entries == 3, "issued, not counted"
    assert verify().ok


def test_every_kind_of_exception_is_told_apart(place: Armoury) -> None:
    issued(place, place.weapons[4])
    stranger = people.weapon("X1", "ZZ1", place=OTHER)
    tags.bind(place.weapons[2], TAG, by=CHIEF)
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    rack = units.code_of(place.rack_b)

    answers = services.scan(
        key,
        number,
        [
            Scan("AB1000", "1"), Scan(rack, "2"), Scan("AB1001", "3"), Scan("AB1004", "4"), Scan("ZZ1", "5"),
            Scan("NOBODY 9", "6"), Scan("", "7", what="unreadable"), Scan(TAG, "8", eye="AB1003"),
        ],
        by=ONE,
    )  # fmt: skip
    services.end(key, number, by=ONE)

    assert [one.word for one in answers] == [
        "found", "place", "elsewhere", "unexpected", "unexpected", "unknown", "unreadable", "tag_mismatch",
    ]  # fmt: skip
    assert outcomes(key) == {
        place.weapons[1]: "elsewhere", place.weapons[2]: "not_found", place.weapons[3]: "tag_mismatch",
        place.weapons[4]: "unexpected", stranger: "unexpected", "text:NOBODY9": "unexpected",
        f"unreadable:{place.rack_b}:1": "unreadable",
    }  # fmt: skip


def test_a_batch_sent_again_is_harmless(place: Armoury) -> None:
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    batch = scans(serials(place))
    services.scan(key, number, batch, by=ONE)
    size = SubjectRow.objects.get(kind="countlines").acts

    answers = services.scan(key, number, batch, by=ONE)
    services.scan(key, number, scans(["AB1000"], "other"), by=ONE)

    assert SubjectRow.objects.get(kind="countlines").acts == size
    assert {one.outcome for one in answers} == {"done"}
    assert len(halls.lines(key)) == 5


def test_a_scan_taken_back_does_not_count(place: Armoury) -> None:
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    services.scan(key, number, scans(serials(place)), by=ONE)

    assert services.take_back(key, number, ["s0", "s9"], by=ONE) == 1
    services.end(key, number, by=ONE)

    assert outcomes(key) == {place.weapons[0]: "not_found"}


def test_the_armourer_of_a_store_and_whoever_counted_last_do_not_count_it(place: Armoury) -> None:
    issued(place, place.weapons[0])
    receipts.give_back(place.counter(), [place.weapons[0]])
    first = opened(place.depot)
    with pytest.raises(Refused) as refusal:
        services.begin(first, by=ARMOURER)
    assert codes(refusal) == {"separation"}
    counted(first, serials(place))
    services.close(first, by=COMMANDER)

    second = opened(place.depot)

    with pytest.raises(Refused) as refusal:
        services.begin(second, by=ONE)
    assert codes(refusal) == {"separation"}
    services.begin(second, by=TWO)


def test_a_counter_by_role_who_may_hand_out_the_weapons_does_not_count_them(place: Armoury) -> None:
    people.person("both", "armourer", RACK_A)
    people.person("elsewhere", "armourer", OTHER)
    key = opened(place.rack_a, counters=2)
    with pytest.raises(Refused):
        services.begin(key, by=Actor("both"))
    services.begin(key, by=Actor("elsewhere"))


def test_two_blind_counters_are_two_people_and_nobody_sees_what_they_differ_in_before_both_are_done(
    place: Armoury,
) -> None:
    key = opened(place.depot, counters=2)
    counted(key, serials(place)[:4], by=ONE)
    with pytest.raises(Refused) as refusal:
        services.begin(key, by=ONE)
    assert codes(refusal) == {"separation"}
    with pytest.raises(Refused) as refusal:
        queries.outcome(known(key))
    assert codes(refusal) == {"open"}
    number = services.begin(key, by=TWO)
    with pytest.raises(Refused) as refusal:
        services.scan(key, known(key).counters[0].number, scans(["AB1000"]), by=TWO)
    assert codes(refusal) == {"not_yours"}
    assert queries.not_yet_seen(known(key), number) == []

    services.scan(key, number, scans(serials(place)[1:]), by=TWO)
    services.end(key, number, by=TWO)

    assert outcomes(key) == {place.weapons[0]: "differs", place.weapons[4]: "differs"}


def test_only_the_differences_are_counted_again_and_the_recount_decides(place: Armoury) -> None:
    key = opened(place.depot, counters=2)
    counted(key, serials(place)[:4], by=ONE)
    counted(key, serials(place)[1:], by=TWO)
    with pytest.raises(Refused) as refusal:
        services.close(key, by=COMMANDER)
    assert codes(refusal) == {"differs"}

    services.begin_recount(key, by=THREE)
    listed = queries.not_yet_seen(known(key), RECOUNT)
    services.scan(key, RECOUNT, scans(["AB1000"], "again"), by=THREE)
    services.end(key, RECOUNT, by=THREE)

    assert {one.item for one in listed} == {place.weapons[0], place.weapons[4]}
    assert outcomes(key) == {place.weapons[4]: "not_found"}


def test_each_exception_needs_a_decision_with_a_reason_by_somebody_who_did_not_count(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, serials(place)[1:])
    lost = place.weapons[0]
    for items, word, reason, by, code in (
        ([lost], "incident", " ", COMMANDER, "missing"), ([lost], "put_back", "x", COMMANDER, "unknown"),
        ([lost], "incident", "x", ONE, "second_person"), ([place.weapons[1]], "incident", "x", COMMANDER, "unknown"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            services.decide(key, items, word, reason, by=by)
        assert codes(refusal) == {code}
    with pytest.raises(Refused) as refusal:
        services.close(key, by=COMMANDER)
    assert codes(refusal) == {"undecided"}

    services.decide(key, [lost], "incident", "rack was open", by=COMMANDER)
    with pytest.raises(Refused) as refusal:
        services.close(key, by=ONE)
    assert codes(refusal) == {"second_person"}
    assert state(lost).status == "active", "counting and deciding change nothing of the weapon"


def test_what_is_decided_to_be_an_incident_is_reported_lost_when_the_count_is_closed(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, serials(place)[2:])
    lost, found_since = place.weapons[:2]
    services.decide(key, [lost, found_since], "incident", "rack was open", by=COMMANDER)
    people.event(found_since, event="theft", date="2026-03-01")
    for _ in range(2):
        services.close(key, by=COMMANDER)

    [incident] = acts.subjects("incident")

    assert incident.of(Incident).weapons == (lost,), "what was reported otherwise meanwhile is not reported again"
    assert incident.of(Incident).count == house.shown(key)
    assert state(lost).status == "lost"


def test_what_a_reader_counted_is_read_by_eye_in_part_before_the_count_is_closed(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, place.weapons, how="reader")
    with pytest.raises(Refused) as refusal:
        services.close(key, by=COMMANDER)
    assert codes(refusal) == {"sample"}
    wanted = queries.sample_of(known(key))
    assert wanted
    assert set(wanted) <= set(place.weapons)

    services.begin_sample(key, by=TWO)
    by_id = dict(zip(place.weapons, serials(place), strict=True))
    services.scan(key, SAMPLE, scans([by_id[one] for one in wanted[1:]] or ["NOT THERE"]), by=TWO)
    services.end(key, SAMPLE, by=TWO)

    assert outcomes(key)[wanted[0]] == "tag_mismatch"


def test_a_sheet_on_paper_keeps_both_times(place: Armoury) -> None:
    key = opened(place.depot)
    number = services.begin(key, by=ONE)
    services.scan(key, number, scans(serials(place), how="paper"), by=ONE, happened="2026-01-05T09:30+01:00")
    services.end(key, number, by=ONE, happened="2026-01-05T10:00+01:00")

    services.close(key, by=COMMANDER)

    found = known(key)
    assert found.count.counted.startswith("2026-01-05T09:00")
    assert found.subject.since > "2026-06"


def test_a_plan_falls_due_after_the_last_count_of_it(place: Armoury) -> None:
    plan = services.set_plan(place.depot, PlanFields("us-monthly", first="2026-01-01"), by=COMMANDER)
    viewer = people.person("viewer", "commander")
    [before] = queries.plans(viewer)
    key = services.open_count(services.Opening(plan=plan), by=COMMANDER)
    counted(key, serials(place))
    services.close(key, by=COMMANDER)

    [after] = queries.plans(viewer)

    assert (before.day, before.urgency) == ("2026-01-01", "escalated")
    assert after.day > queries.today().isoformat()
    assert after.urgency == ""


def test_a_late_count_goes_up_one_level_and_no_further(place: Armoury) -> None:
    services.set_plan(place.rack_a, PlanFields("us-monthly", first="2026-01-01"), by=COMMANDER)
    above, below = people.person("above", "commander", "Depot 7"), people.person("below", "commander", RACK_A)

    assert [one.place.pk for one in queries.escalated(above)] == [place.rack_a]
    assert queries.escalated(below) == []


def test_the_day_of_a_surprise_is_told_to_who_commands_only(place: Armoury) -> None:
    first = (queries.today()).isoformat()
    services.set_plan(place.depot, PlanFields("sb-weekly", first="2030-01-01"), by=COMMANDER)
    [told] = queries.plans(people.person("chief1", "commander"))
    [untold] = queries.plans(people.person("armourer1", "armourer", "Depot 7"))
    assert told.day > first
    assert (untold.day, untold.urgency) == ("", "")


def test_a_cyclic_plan_takes_the_racks_in_turn(place: Armoury) -> None:
    plan = services.set_plan(place.depot, PlanFields("us-depot"), by=COMMANDER)
    turns = []
    for counter in (ONE, TWO):
        key = services.open_count(services.Opening(plan=plan), by=COMMANDER)
        turns.append(known(key).place)
        counted(key, serials(place) if known(key).place == place.rack_a else [], by=counter)
        services.close(key, by=COMMANDER)
    assert set(turns) == {place.rack_a, place.rack_b}


def test_what_moved_after_the_opening_does_not_change_what_is_expected(place: Armoury) -> None:
    key = opened(place.depot)
    people.event(place.weapons[0], event="move", date="2026-03-01", place=OTHER)
    people.weapon("N1", "NN1", place=RACK_B)

    counted(key, serials(place))

    assert outcomes(key) == {}


def test_two_thousand_weapons_with_planted_exceptions_are_told_apart_and_none_is_invented(place: Armoury) -> None:
    many = 2000
    expected = {f"{number:08d}-0000-4000-8000-000000000000": f"Q{number:05d}" for number in range(many)}
    Weapon.objects.bulk_create(_weapons(expected, place.rack_a))
    key = opened(place.depot, counters=2)
    ids, lost = list(expected), set(range(3, many, 199))
    seen = [expected[weapon] for number, weapon in enumerate(ids) if number not in lost]
    strangers = [f"ZQ {number}" for number in range(7)]

    counted(key, [*seen, *strangers, *serials(place)], by=ONE)
    counted(key, [*reversed(seen), *strangers, *seen[:50], *serials(place)], by=TWO)

    found = queries.outcome(known(key))
    assert {one.item for one in found.exceptions if one.outcome == "not_found"} == {ids[number] for number in lost}
    assert {one.text for one in found.exceptions if one.outcome == "unexpected"} == set(strangers)
    assert found.figures["found"] == many + 5 - len(lost)
    assert len(found.exceptions) == len(lost) + 7
    assert list(PROJECTION.compare()) == []


def _weapons(expected: dict[str, str], place: str) -> list[Weapon]:
    """Rows of the view alone: only what is expected is asked of them."""
    texts = dict.fromkeys(("source", "kind", "maker", "model", "calibre", "country", "year", "holder", "finding"), "")
    return [
        Weapon(
            id=weapon, ref=serial, serial=serial, place=place, status="active", first_recorded="", last_time="", entries=1, **texts
        )
        for weapon, serial in expected.items()
    ]  # fmt: skip


def test_two_depots_that_gave_the_same_sheet_to_two_people_are_told_so(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, serials(place)[1:])
    services.begin_recount(key, by=TWO)
    services.end(key, RECOUNT, by=TWO)
    sheet = acts.subject("countsheet", f"{key}.{RECOUNT}")
    assert sheet is not None
    other = {**sheet.value, "person": identity.opaque("person", THREE.name)}
    acts.append([acts.draft("stockpile_count_begun", [sheet.name], {"value": other, "parent": sheet.parent})], by=THREE)
    services.decide(key, [place.weapons[0]], "explained", "at the workshop", by=COMMANDER)

    with pytest.raises(Refused) as refusal:
        services.close(key, by=COMMANDER)

    assert codes(refusal) == {"two_people"}


def differing(place: Armoury) -> str:
    """The code of a count of two blind counters of whom neither found one weapon, and who differ in another."""
    key = opened(place.depot, counters=2)
    counted(key, serials(place)[1:], ONE)
    counted(key, serials(place)[2:], TWO)
    return key


@pytest.mark.parametrize("by", [ONE, TWO])
def test_neither_of_two_blind_counters_counts_the_differences_again(place: Armoury, by: Actor) -> None:
    key = differing(place)

    with pytest.raises(Refused, match="neither of the two") as refusal:
        services.begin_recount(key, by=by)

    assert codes(refusal) == {"separation"}
    services.begin_recount(key, by=THREE)


def test_a_counter_who_counted_alone_counts_the_differences_again(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, serials(place)[1:])

    services.begin_recount(key, by=ONE)

    assert RECOUNT in known(key).sheets


def recounted_elsewhere(place: Armoury) -> str:
    """A count whose differences another node, which does not ask, let one of its two counters count again."""
    key = differing(place)
    value = {"number": RECOUNT, "person": identity.opaque("person", ONE.name)}
    fields = {"value": value, "parent": f"count:{key}", "place": known(key).place, "person": value["person"]}
    acts.append([acts.draft("stockpile_count_begun", [f"countsheet:{key}.{RECOUNT}"], fields)], by=ONE)
    services.scan(key, RECOUNT, scans(serials(place)[:2], "again"), by=ONE)
    services.end(key, RECOUNT, by=ONE)
    return key


def test_a_recount_by_one_of_two_blind_counters_counts_only_when_somebody_answers_for_it_by_name(
    place: Armoury,
) -> None:
    key = recounted_elsewhere(place)

    with pytest.raises(Refused) as refusal:
        services.close(key, by=COMMANDER)
    assert codes(refusal) == {"recount"}
    services.close(key, accepted=True, by=COMMANDER)

    assert known(key).count.accepted == RECOUNT
    said = [label for label, _name in certificate.sheet(known(key), "en")["signatures"]]
    assert "Answers for a recount by one of the two counters" in said


def test_nobody_answers_for_a_recount_by_somebody_else(place: Armoury) -> None:
    key = differing(place)
    services.begin_recount(key, by=THREE)
    services.scan(key, RECOUNT, scans(serials(place)[:2], "again"), by=THREE)
    services.end(key, RECOUNT, by=THREE)

    services.close(key, accepted=True, by=COMMANDER)

    assert known(key).count.accepted == ""


def test_a_count_folds_alike_in_whatever_order_its_acts_arrive(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, serials(place)[1:])
    services.decide(key, [place.weapons[0]], "explained", "at the workshop", by=COMMANDER)
    services.close(key, by=COMMANDER)
    services.record(key, by=COMMANDER)
    before = list(SubjectRow.objects.order_by("kind", "key").values())

    PROJECTION.rebuild()

    assert list(SubjectRow.objects.order_by("kind", "key").values()) == before
    assert acts.subject("count", key) is not None
    assert halls.known(key).subject.finding == ""
