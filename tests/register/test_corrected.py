"""What a correction changed is told: field, before, after."""

import pytest

from countermark.register import services
from countermark.register.queries import records
from tests.register import people
from tests.register.people import CHIEF, REVOLVER

pytestmark = pytest.mark.django_db


def told(weapon: str) -> list[tuple[str, str, str]]:
    """Every change that a correction made, names in clear."""
    found = records.record(weapon)
    assert found is not None
    lines = records.as_json(found)["history"]
    return [(one["field"], one["old"], one["new"]) for line in lines for one in line["changes"]]


def test_a_corrected_fact_and_mark_are_told_with_what_they_were() -> None:
    weapon = people.weapon("1", "AB 123")
    marks = [{"component": "frame", "mark": "AB 128"}, {"component": "barrel", "mark": "B9"}]

    services.correct_weapon(weapon, {**REVOLVER, "model": "M89"}, marks, reason="misread", by=CHIEF)

    found = told(weapon)
    assert ("model", "M88", "M89") in found
    assert ("mark", "AB 123", "AB 128") in found
    assert ("mark", "", "B9") in found
    assert not {"year", "date", "maker"} & {field for field, _old, _new in found}


def test_a_corrected_event_is_told_with_its_former_day_and_receiver() -> None:
    weapon = people.weapon("1")
    event = people.event(weapon, event="sale", date="2001-02-03", to="A. Buyer")

    services.correct_event(event, {"date": "2001-03-02", "to": "B. Buyer"}, reason="month", by=CHIEF)

    assert told(weapon) == [("date", "2001-02-03", "2001-03-02"), ("to", "A. Buyer", "B. Buyer")]


def test_the_record_shows_what_was_changed_and_hides_names_there_too() -> None:
    weapon = people.weapon("1")
    event = people.event(weapon, event="sale", date="2001-02-03", to="A. Buyer", place="Shop")
    services.correct_event(event, {"date": "2001-03-02", "to": "B. Buyer", "place": "Store"}, reason="x", by=CHIEF)

    page = people.signed_in("alice", "armourer").get(f"/weapons/{weapon}/").content.decode()

    changes = page[page.index('class="event-changes"') :]
    changes = changes[: changes.index("</dl>")]
    assert changes.index("2001-02-03") < changes.index("2001-03-02")
    assert changes.index("Shop") < changes.index("Store")
    assert "Buyer" not in page


def test_what_never_happened_changed_into_nothing() -> None:
    weapon = people.weapon("1")
    event = people.event(weapon, event="sale", date="2001-02-03")

    services.correct_event(event, None, reason="another weapon", by=CHIEF)

    assert told(weapon) == []
