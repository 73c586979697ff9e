"""A course from the catalogue to who is still in post."""

from typing import Any

import pytest

from countermark.cooperation import acts
from countermark.cooperation.queries import Viewer
from countermark.cooperation.training import queries, services
from countermark.cooperation.training.services import CallSaid, CourseSaid, Person
from countermark.cooperation.training.states import Nomination
from countermark.ledger import identity, store
from countermark.ledger import services as ledger
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from tests.cooperation.region import COORDINATOR, region

pytestmark = pytest.mark.django_db

BEFORE, AFTER = "2022-02-01", "2022-04-01"


@pytest.fixture
def who() -> dict[str, str]:
    return region()


def course(who: dict[str, str]) -> str:
    return services.describe(CourseSaid("Marking by hand", "marking", 2, ["fr"]), actor=who["centre"], by=COORDINATOR)


def call(who: dict[str, str], **changes: Any) -> str:
    said = {"course": course(who), "begin": "2022-05-01", "end": "2022-05-02", "closes": "2022-03-01", "seats": 2}
    return services.open_call(CallSaid(**{**said, **changes}), actor=who["centre"], by=COORDINATOR)


def nominate(which: str, number: int, /, state: str = "XA", **changes: Any) -> str:
    said = {"name": f"Person {number}", "number": str(number), "function": "marking", "rank": number}
    return services.nominate(which, Person(**{**said, **changes}), actor=state, today=BEFORE, by=COORDINATOR)


def certified(who: dict[str, str], which: str = "") -> str:
    key = which or call(who)
    one = nominate(key, 1, sex="f")
    services.choose(key, actor=who["centre"], today=AFTER, by=COORDINATOR)
    services.attend(key, 1, [one], actor=who["centre"], by=COORDINATOR, happened="2022-05-01")
    services.examine(one, actor=who["centre"], by=COORDINATOR, before=40, after=90, passed=True)
    services.certify(one, actor=who["centre"], by=COORDINATOR, happened="2022-05-02")
    return one


def value(key: str) -> Nomination:
    found = acts.subject("nomination", key)
    assert found is not None
    return found.of(Nomination)


def test_a_nomination_is_chosen_taught_examined_and_certified(who: dict[str, str]) -> None:
    key = certified(who)

    found = value(key)
    assert (found.outcome, found.present, found.before, found.after, found.certified) == (
        "chosen",
        (1,),
        40,
        90,
        "2022-05-02",
    )


@pytest.mark.parametrize("number", ["AB-17", " ab- 17"])
def test_a_service_number_is_of_one_person_of_a_state_in_one_course(who: dict[str, str], number: str) -> None:
    key = call(who)
    nominate(key, 1, number="AB-17")

    with pytest.raises(Refused) as refusal:
        nominate(key, 2, number=number)

    assert (refusal.value.errors[0].column, refusal.value.errors[0].code) == ("number", "known")


def test_a_service_number_of_who_was_withdrawn_of_another_state_or_in_another_course_is_free(
    who: dict[str, str],
) -> None:
    key = call(who)
    services.withdraw(nominate(key, 1, number="AB-17"), actor="XA", by=COORDINATOR)

    assert nominate(key, 2, number="AB-17")
    assert nominate(key, 3, state="XQ", number="AB-17")
    assert nominate(call(who), 4, number="AB-17")


@pytest.mark.parametrize("day", ["1980-02-01", "01.02.1980", "1/2/1980"])
def test_two_people_may_be_born_on_one_day(who: dict[str, str], day: str) -> None:
    key = call(who)
    nominate(key, 1, number=day)

    assert nominate(key, 2, number=day)


def test_no_name_stands_in_the_log_and_erasing_it_leaves_the_figures(who: dict[str, str]) -> None:
    key = certified(who)
    log = "".join(repr(entry.body) for entry in store.entries_at(list(store.positions_with(b'"act":"cooperation_'))))
    assert "Person 1" not in log

    ledger.erase([identity.ref_of(value(key).person)], reason="asked for it", by=Actor("admin"))

    assert acts.texts_of([acts.subject("nomination", key)]).get(value(key).person, "") == ""
    assert queries.by_state(queries.trained(Viewer("XA")))[0].women == 1


def test_a_state_that_was_not_asked_cannot_nominate(who: dict[str, str]) -> None:
    key = call(who, states=["XQ"])

    with pytest.raises(Refused):
        nominate(key, 1, "XA")


def test_nobody_is_nominated_after_the_call_has_closed(who: dict[str, str]) -> None:
    key = call(who)

    with pytest.raises(Refused):
        services.nominate(key, Person("A", "1", "police"), actor="XA", today=AFTER, by=COORDINATOR)


def test_nobody_is_chosen_before_the_call_has_closed(who: dict[str, str]) -> None:
    key = call(who)
    nominate(key, 1)

    with pytest.raises(Refused):
        services.choose(key, actor=who["centre"], today=BEFORE, by=COORDINATOR)


def test_one_person_is_nominated_once_for_a_call(who: dict[str, str]) -> None:
    key = call(who)
    nominate(key, 1)

    with pytest.raises(Refused):
        nominate(key, 1)


def test_an_officer_decides_against_the_rules_only_with_a_reason(who: dict[str, str]) -> None:
    key = call(who, seats=1)
    first, second = nominate(key, 1), nominate(key, 2)
    with pytest.raises(Refused):
        services.choose(
            key,
            actor=who["centre"],
            today=AFTER,
            by=COORDINATOR,
            overrides={first: ("waiting", ""), second: ("chosen", "")},
        )

    services.choose(
        key,
        actor=who["centre"],
        today=AFTER,
        by=COORDINATOR,
        overrides={first: ("waiting", "is ill"), second: ("chosen", "comes instead")},
    )

    assert (value(first).outcome, value(second).outcome) == ("waiting", "chosen")


def test_nobody_is_chosen_who_was_not_nominated_for_the_call(who: dict[str, str]) -> None:
    key, other = call(who), nominate(call(who), 1)
    nominate(key, 2)

    with pytest.raises(Refused):
        services.choose(key, actor=who["centre"], today=AFTER, by=COORDINATOR, overrides={other: ("chosen", "known")})


def test_more_than_there_are_seats_are_never_chosen(who: dict[str, str]) -> None:
    key = call(who, seats=1)
    nominate(key, 1)
    second = nominate(key, 2)

    with pytest.raises(Refused):
        services.choose(key, actor=who["centre"], today=AFTER, by=COORDINATOR, overrides={second: ("chosen", "too")})


def test_who_did_not_come_gets_no_certificate(who: dict[str, str]) -> None:
    key = call(who)
    one = nominate(key, 1)
    services.choose(key, actor=who["centre"], today=AFTER, by=COORDINATOR)
    services.examine(one, actor=who["centre"], by=COORDINATOR, passed=True)

    with pytest.raises(Refused):
        services.certify(one, actor=who["centre"], by=COORDINATOR)


def test_attendance_said_again_is_corrected(who: dict[str, str]) -> None:
    key = call(who)
    one = nominate(key, 1)
    services.choose(key, actor=who["centre"], today=AFTER, by=COORDINATOR)
    services.attend(key, 1, [one], actor=who["centre"], by=COORDINATOR)

    services.attend(key, 1, [], actor=who["centre"], by=COORDINATOR)

    assert (value(one).present, value(one).absent) == ((), (1,))


def test_who_attended_lately_is_refused_where_the_call_asks_for_a_gap(who: dict[str, str]) -> None:
    certified(who)
    again = call(who, begin="2023-05-01", end="2023-05-02", closes="2023-03-01", gap_years=3)
    one = nominate(again, 1)

    services.choose(again, actor=who["centre"], today="2023-04-01", by=COORDINATOR)

    assert value(one).outcome == "refused"


def test_a_state_sees_its_own_nominees_and_the_provider_those_nominated_to_it(who: dict[str, str]) -> None:
    key = call(who)
    ours, theirs = nominate(key, 1, "XA"), nominate(key, 2, "XQ")

    def seen(actor: str) -> set[str]:
        return {one.key for one in queries.seen(Viewer(actor), queries.nominations(key))}

    assert seen("XA") == {ours}
    assert seen("XQ") == {theirs}
    assert seen(who["centre"]) == {ours, theirs}
    assert seen(who["donor"]) == seen("") == set()


def test_who_is_still_in_post_is_no_data_until_somebody_asks(who: dict[str, str]) -> None:
    key = certified(who)
    people = queries.trained(Viewer("XA"))
    assert queries.retention(people, "2023-06-01")[0].share is None

    services.check(key, "2023-06-01", True, actor="XA", by=COORDINATOR)

    assert queries.retention(queries.trained(Viewer("XA")), "2023-06-01")[0].share == 1
    assert queries.retention(queries.trained(Viewer("XA")), "2023-06-01")[1].share is None


def test_another_state_says_nothing_about_our_people(who: dict[str, str]) -> None:
    key = certified(who)

    with pytest.raises(Refused):
        services.check(key, "2023-06-01", False, actor="XQ", by=COORDINATOR)


def test_the_views_of_training_are_rebuilt_equal(who: dict[str, str]) -> None:
    services.check(certified(who), "2023-06-01", False, actor="XA", by=COORDINATOR)

    assert verify().ok
