"""Marking methods are ranked by how long their marks last, and unknown stays unknown."""

from countermark.marking import methods


def test_methods_that_do_not_last_on_polymer_stand_behind_those_that_do() -> None:
    names = [choice.id for choice in methods.ranked("polymer", "manufacture")]
    assert names.index("embedded_plate") < names.index("laser")
    assert names.index("embedded_plate") < names.index("dot_peen")


def test_a_plate_can_be_embedded_only_while_the_frame_is_made() -> None:
    assert "embedded_plate" not in [choice.id for choice in methods.ranked("polymer", "import")]


def test_a_part_is_cast_with_its_mark_only_while_it_is_made() -> None:
    assert "cast" in [choice.id for choice in methods.ranked("steel", "manufacture")]
    assert "cast" not in [choice.id for choice in methods.ranked("steel", "import")]


def test_where_the_material_is_not_known_what_lasts_on_most_comes_first() -> None:
    assert methods.ranked(None, "import")[0].id == "stamp"


def test_a_method_is_known_by_what_people_call_it() -> None:
    for name in ("Dot-peen", "dot peening", "MICRO-PERCUSSION"):
        rated = methods.rating(name, "polymer")
        assert rated is not None
        assert rated.durability == "poor"


def test_what_no_source_says_is_unknown() -> None:
    assert {choice.durability for choice in methods.ranked(None, "import")} == {"unknown"}


def test_every_rating_that_is_not_unknown_has_a_source() -> None:
    for method in methods.known():
        for material in ("steel", "aluminium", "titanium", "polymer"):
            rated = getattr(method, material)
            assert rated is None or rated.source or rated.durability == "unknown"


def test_among_equals_the_method_at_hand_comes_first() -> None:
    assert methods.ranked("steel", "import", ["hand_stamp"])[0].id == "hand_stamp"


def test_machines_name_their_fallback_by_hand() -> None:
    by_id = {method.id: method for method in methods.known()}
    assert all(by_id[method.fallback].by_hand for method in methods.known() if method.fallback)
