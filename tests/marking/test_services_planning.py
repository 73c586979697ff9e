"""From the register to a plan, and from a plan to a batch."""

import json
from typing import Any

import pytest
from django.conf import settings

from countermark.marking import batches, catalogue, planning
from countermark.marking.acts import Refused
from countermark.marking.catalogue import IdentityPolicy, Model, ModelPart
from countermark.marking.description import Part
from countermark.marking.states import NUMBER
from countermark.register import projection
from tests.marking import workshop
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db

BARE = [{"component": "receiver", "mark_condition": "none"}]
INSCRIBED = [{"component": "frame", "mark": "A1", "inscription": "ROSSI BR A1"}]


def described(weapon_id: str, occasion: str = "import") -> dict[str, Any]:
    state = projection.state_of(weapon_id)
    assert state is not None
    return planning.described(state, occasion, ["iti"])


def test_a_weapon_is_described_as_the_register_and_the_models_know_it() -> None:
    catalogue.set_model(Model("Rossi", "M88", "revolver", "frame", (ModelPart(Part("frame", "steel")),)), by=CHIEF)
    weapon = people.weapon("W1", marks=INSCRIBED)

    told = described(weapon)

    assert told["weapon"]["control_component"] == "frame"
    assert told["weapon"]["components"] == [{"type": "frame", "material": "steel"}]
    assert told["marks"][0]["elements"] == {"serial": "A1", "manufacturer": "Rossi", "country": "BR"}


def test_what_a_mark_says_besides_its_serial_is_not_guessed() -> None:
    assert "elements" not in described(people.weapon("W1"))["marks"][0]


def test_a_plan_for_weapons_of_the_register_becomes_a_batch() -> None:
    workshop.authority()
    weapons = [people.weapon(f"W{n}", marks=[{**INSCRIBED[0], "mark": f"A{n}"}]) for n in range(3)]

    elements = {"country": "XA", "year": "26"}
    drafts, documents = planning.for_weapons(weapons, "import", ["iti", "mosaic-05.30"], elements=elements)
    made = batches.make("Import", "import", drafts, authority="xa-import", documents=documents, by=CHIEF)

    items = workshop.items(made)
    assert [item.weapon for item in items] == weapons
    assert all(item.marks[0].text.startswith("XA 26") for item in items)
    assert workshop.plan(items[0])["made_under"].keys() == {"iti", "mosaic-05.30"}
    assert len(documents) == 2


def test_what_a_number_says_is_not_written_before_it_a_second_time() -> None:
    workshop.authority()
    weapon = people.weapon("W1", marks=[{"component": "frame", "mark_condition": "none"}])

    drafts, _ = planning.for_weapons(
        [weapon], "import", ["nairobi"], elements={"country": "XA", "year": "26"}, authority="xa-import"
    )

    assert NUMBER in {mark.text for mark in drafts[0].marks}
    assert all(mark.text in (NUMBER, "XA 26") for mark in drafts[0].marks)


def test_the_identity_policy_of_this_state_goes_into_what_is_planned_and_kept() -> None:
    weapon = people.weapon("W1", marks=INSCRIBED)
    assert "identity" not in described(weapon)

    catalogue.set_policy(IdentityPolicy(settings.ENVIRONMENT.state, "control", "Arms Act, section 3"), by=CHIEF)

    assert described(weapon)["identity"] == "control"
    made = planning.plan(described(weapon))
    assert made.plan.made_under.keys() == {"iti", "identity"}
    assert len(made.rule_documents) == 2


def test_the_halves_of_a_split_receiver_share_one_number_at_the_bench() -> None:
    half = ModelPart(Part("receiver", "aluminium"), essential=True)
    catalogue.set_model(Model("Rossi", "M88", "rifle", "receiver", (half, half)), by=CHIEF)
    catalogue.set_policy(IdentityPolicy(settings.ENVIRONMENT.state, "one_part", "Arms Act, section 3"), by=CHIEF)
    workshop.authority()
    weapon = people.weapon("bare", facts={**people.REVOLVER, "kind": "rifle"}, marks=BARE)

    drafts, _ = planning.for_weapons([weapon], "import", ["nairobi"], elements={"country": "XA", "year": "26"})
    made = batches.make("Halves", "import", drafts, authority="xa-import", by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)
    (item,) = workshop.items(made)
    numbered = [mark for mark in item.marks if mark.component == "receiver" and mark.numbered]
    assert len(numbered) == 2

    done = workshop.applied(item)

    state = projection.state_of(weapon)
    assert state is not None
    borne = [mark.text for mark in state.marks if mark.component == "receiver" and done.number in mark.text]
    assert borne == [done.number] * 2


def test_a_weapon_that_needs_no_mark_is_left_out() -> None:
    weapon = people.weapon("W1", marks=[*INSCRIBED, {"component": "frame", "mark": "XA26", "mark_kind": "import",
                                                     "inscription": "BR XA26"}])  # fmt: skip

    drafts, _ = planning.for_weapons([weapon], "state_to_civil", ["cifta"])

    assert drafts == []


def test_a_mark_that_leaves_something_open_besides_its_number_is_refused() -> None:
    weapon = people.weapon("W1", marks=INSCRIBED)

    with pytest.raises(Refused) as refusal:
        planning.for_weapons([weapon], "import", ["cifta"])

    assert "importer" in str(refusal.value)


def test_a_weapon_without_a_serial_gets_a_number_that_stands_for_it() -> None:
    weapon = people.weapon("bare", marks=[{"component": "frame", "mark_condition": "none"}])

    drafts, _ = planning.for_weapons([weapon], "found", ["iti"], elements={"country": "XA"})

    assert NUMBER in drafts[0].marks[0].text


def test_a_plan_is_kept_with_what_was_given() -> None:
    made = planning.plan({"occasion": "import", "profiles": ["iti"], "colour": "blue"})

    kept = json.loads(made.document)

    assert kept["given"]["colour"] == "blue"
    assert kept["made_under"].keys() == {"iti"}


def test_an_unknown_weapon_gets_no_plan() -> None:
    with pytest.raises(Refused):
        planning.for_weapons(["00000000-0000-5000-8000-000000000000"], "import", [])
