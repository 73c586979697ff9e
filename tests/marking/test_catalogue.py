"""Models for marking, the identity policy of a State, and their files."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.marking import catalogue
from countermark.marking.acts import Refused
from countermark.marking.catalogue import UNDECIDED, Area, IdentityPolicy, Model, ModelPart
from countermark.marking.description import Component, Material, Part, Plate, Zone
from countermark.register import lists
from tests.register.people import CHIEF

STEEL = ModelPart(Part("frame", "steel", zone=Zone(40, 8)), essential=True, reserved=(Area(20, 0, 20, 8),))
BARREL = ModelPart(Part("barrel", "steel"))
P99 = Model("Walther", "P99", "self_loading_pistol", "frame", (STEEL, BARREL), "maker's letter")


@pytest.mark.django_db
def test_a_model_is_found_however_it_is_capitalised() -> None:
    catalogue.set_model(P99, by=CHIEF)

    assert catalogue.find("WALTHER", "p99") == P99


@pytest.mark.django_db
def test_a_model_is_found_by_the_aliases_of_the_reference_lists() -> None:
    catalogue.set_model(P99, by=CHIEF)
    lists.review("maker", "Walther", "accept", by=CHIEF)
    lists.review("maker", "Carl Walther GmbH", "alias", term="Walther", by=CHIEF)

    assert catalogue.find("Carl Walther GmbH", "P99") == P99


@pytest.mark.django_db
def test_saying_the_same_of_a_model_again_appends_nothing() -> None:
    assert catalogue.set_model(P99, by=CHIEF)
    length = store.size(ledger.require_own_log())

    assert not catalogue.set_model(P99, by=CHIEF)
    assert store.size(ledger.require_own_log()) == length


@pytest.mark.django_db
def test_the_makers_designation_is_the_control_component() -> None:
    catalogue.set_model(P99, by=CHIEF)

    assert catalogue.control_component("Walther", "P99", "DE") == "frame"


@pytest.mark.django_db
def test_where_neither_maker_nor_state_has_decided_it_is_undecided() -> None:
    catalogue.set_model(Model("Colt", "AR-15", parts=(ModelPart(Part("upper_receiver")),)), by=CHIEF)

    assert catalogue.control_component("Colt", "AR-15", "XA") == UNDECIDED
    assert catalogue.control_component("nobody", "nothing", "XA") == UNDECIDED


@pytest.mark.django_db
def test_a_state_that_counts_one_part_as_the_weapon_decides_where_the_maker_has_not() -> None:
    parts = (ModelPart(Part("upper_receiver")), ModelPart(Part("lower_receiver")))
    catalogue.set_model(Model("Colt", "AR-15", parts=parts), by=CHIEF)
    catalogue.set_policy(IdentityPolicy("XA", "one_part", "Arms Act, section 3"), by=CHIEF)

    assert catalogue.control_component("Colt", "AR-15", "XA") == "lower_receiver"


@pytest.mark.django_db
def test_a_receiver_comes_in_two_halves_at_most_and_a_barrel_in_one_piece() -> None:
    half = ModelPart(Part("receiver", "aluminium"))
    split = Model("Colt", "AR-15", "rifle", "receiver", (half, half))

    assert catalogue.set_model(split, by=CHIEF)
    assert catalogue.find("Colt", "AR-15") == split
    assert catalogue.read_csv(catalogue.write_csv([split])) == ([split], [])
    for parts in ((half, half, half), (BARREL, BARREL)):
        with pytest.raises(Refused):
            catalogue.set_model(Model("Colt", "AR-10", parts=parts), by=CHIEF)


@pytest.mark.django_db
def test_a_policy_needs_a_source_unless_it_is_undecided() -> None:
    with pytest.raises(Refused):
        catalogue.set_policy(IdentityPolicy("XA", "control", " "), by=CHIEF)
    catalogue.set_policy(IdentityPolicy("XA", "undecided", ""), by=CHIEF)

    assert catalogue.policy("XA").policy == "undecided"
    assert catalogue.policy("XB").policy == "undecided"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [
        Model("", "P99"),
        Model("Walther", " "),
        Model("Walther", "P99", parts=(BARREL, BARREL)),
        Model("Walther", "P99", control_component="slide", parts=(BARREL,)),
        Model("Walther", "P99", parts=(ModelPart(Part("frame", zone=Zone(10, 5)), reserved=(Area(5, 0, 6, 5),)),)),
        Model("Walther", "P99", parts=(ModelPart(Part("frame"), reserved=(Area(0, 0, 1, 1),)),)),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(model: Model) -> None:
    with pytest.raises(Refused):
        catalogue.set_model(model, by=CHIEF)


@pytest.mark.django_db
def test_a_new_model_is_provisional_until_it_is_reviewed() -> None:
    catalogue.set_model(P99, by=CHIEF)

    catalogue.review_model("Walther", "P99", by=CHIEF)

    assert [model.state for model in catalogue.models()] == ["known"]


@pytest.mark.django_db
def test_a_file_loaded_again_changes_nothing_not_even_a_review() -> None:
    text = catalogue.write_csv([P99])
    assert catalogue.load_csv(text, by=CHIEF) == (1, [])
    catalogue.review_model("Walther", "P99", by=CHIEF)

    assert catalogue.load_csv(text, by=CHIEF) == (0, [])
    assert catalogue.models()[0].state == "known"


@pytest.mark.django_db
def test_one_bad_row_and_nothing_is_loaded() -> None:
    text = catalogue.write_csv([P99]) + "Colt,1911,pistol,,frame,maybe,wood,x,,glued,,,,,1 2 3,\n"

    changed, problems = catalogue.load_csv(text, by=CHIEF)

    assert (changed, catalogue.models()) == (0, [])
    assert [(row, column) for row, column, _, _ in problems] == [
        (4, "kind"),
        (4, "material"),
        (4, "essential"),
        (4, "plate"),
        (4, "zone_width_mm"),
        (4, "reserved"),
    ]


@pytest.mark.parametrize("text", ["", "maker,colour\n", "model\n"])
def test_a_file_with_other_columns_is_refused(text: str) -> None:
    found, problems = catalogue.read_csv(text)

    assert (found, len(problems)) == ([], 1)


LENGTHS = st.integers(1, 400).map(lambda tenths: tenths / 10)
PARTS = st.builds(
    ModelPart,
    st.builds(
        Part,
        st.sampled_from(get_args(Component)),
        st.sampled_from([None, *get_args(Material)]),
        plate=st.none()
        | st.builds(Plate, st.just(True), st.just(True), st.just(True), LENGTHS, LENGTHS)
        | st.builds(Plate, st.just(False), st.just(True), st.none(), LENGTHS, LENGTHS),
        zone=st.none() | st.builds(Zone, LENGTHS, LENGTHS),
        too_small=st.sampled_from([None, True, False]),
    ),
    st.booleans(),
    st.lists(
        st.builds(Area, LENGTHS, LENGTHS, LENGTHS, LENGTHS, st.sampled_from(["import", "the owner"])), max_size=2
    ).map(tuple),
)
NAMES = st.text("abcdXYZ 0-,\"'äж", min_size=1, max_size=9).map(str.strip).filter(bool)
MODELS = st.builds(
    Model,
    NAMES,
    NAMES,
    st.sampled_from([None, "rifle", "mortar"]),
    st.sampled_from([None, "frame"]),
    st.lists(PARTS, max_size=3, unique_by=lambda part: part.part.type).map(tuple),
    st.sampled_from(["", "catalogue, page 3"]),
)


@given(found=st.lists(MODELS, max_size=4, unique_by=lambda model: model.key))
def test_a_registry_written_to_a_file_comes_back_unchanged(found: list[Model]) -> None:
    assert catalogue.read_csv(catalogue.write_csv(found)) == (found, [])
