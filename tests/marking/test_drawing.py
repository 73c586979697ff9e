"""Drawings: to scale, readable without being seen, and safe whatever stands in a mark."""

from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from countermark.marking import space
from countermark.marking.description import Component, Kind
from countermark.marking.drawing import Reserved, Shown, diagram, layout, legend
from countermark.marking.drawing.layout import CAPITALS, MARGIN_MM

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(max_size=30)
LENGTHS = st.floats(1, 200, allow_nan=False)
KINDS, COMPONENTS = get_args(Kind), get_args(Component)


def drawn(text: str) -> ET.Element:
    root: ET.Element = fromstring(text)
    return root


def words(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def description(root: ET.Element) -> str:
    return root.findtext(f"{SVG}desc") or ""


def test_a_layout_has_the_size_of_the_metal_when_it_is_printed() -> None:
    root = drawn(layout(40, 8, ["XA 26 000123"]))

    wide, high = 40 + 2 * MARGIN_MM, 8 + 2 * MARGIN_MM
    assert (root.get("width"), root.get("height")) == (f"{wide:g}mm", f"{high:g}mm")
    assert root.get("viewBox") == f"0 0 {wide:g} {high:g}"
    zone = next(root.iter(f"{SVG}rect"))
    assert (zone.get("width"), zone.get("height")) == ("40", "8")


def test_characters_are_drawn_at_the_height_that_was_asked_for() -> None:
    root = drawn(layout(40, 8, ["XA 26 000123"], 1.6))

    lines = [float(line.get("y1", "")) for line in root.iter(f"{SVG}line")]
    sizes = [float(text.get("font-size", "")) for text in root.iter(f"{SVG}text") if text.text == "XA 26 000123"]
    assert lines[1] - lines[0] == pytest.approx(1.6)
    assert sizes == [pytest.approx(1.6 / CAPITALS, abs=0.001)]


def test_a_layout_tells_its_measures() -> None:
    assert {"40 mm", "8 mm"} <= set(words(drawn(layout(40, 8, ["A"]))))


def test_import_marks_that_still_fit_are_drawn_as_empty_frames() -> None:
    fit = space.fit(40, 8, 1.6, ["XA 26 000123"])

    root = drawn(layout(40, 8, ["XA 26 000123"], 1.6))

    assert len(list(root.iter(f"{SVG}rect"))) - 1 == fit.future_import_marks > 0


def test_areas_set_aside_are_drawn_instead() -> None:
    root = drawn(layout(40, 8, ["A"], reserved=[Reserved(20, 0, 20, 8)]))

    assert [rect.get("x") for rect in root.iter(f"{SVG}rect")] == [None, "20"]


def test_marks_that_do_not_fit_are_drawn_and_said_not_to_fit() -> None:
    root = drawn(layout(8, 3, ["XA 26 0001234567890"]))

    assert "XA 26 0001234567890" in words(root)
    assert "do not fit" in description(root)


@given(width=LENGTHS, height=LENGTHS, marks=st.lists(TEXTS, max_size=4), character=st.floats(0.5, 10))
def test_any_layout_is_whole_xml_without_style_or_script(
    width: float, height: float, marks: list[str], character: float
) -> None:
    _check(layout(width, height, marks, character))


@given(
    kind=st.sampled_from(["", "unheard of", *KINDS]),
    marks=st.lists(st.builds(Shown, st.sampled_from(COMPONENTS) | TEXTS, TEXTS, planned=st.booleans()), max_size=8),
)
def test_any_diagram_is_whole_xml_without_style_or_script(kind: str, marks: list[Shown]) -> None:
    _check(diagram(kind, marks))


def _check(text: str) -> None:
    root = drawn(text)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.get("aria-labelledby") == " ".join(element.get("id", "") for element in root[:2])
    for element in root.iter():
        assert not {"style", "class", "href"} & set(element.keys())
        assert not any(name.startswith("on") for name in element.keys())  # noqa: SIM118 - an element is no mapping
        assert element.tag.removeprefix(SVG) not in ("script", "style", "foreignObject", "image", "use", "a")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_of_every_kind_gets_its_number_within_the_drawing(kind: str, component: str) -> None:
    root = drawn(diagram(kind, [Shown(component, "AB 1")]))

    wide, high = map(float, root.get("viewBox", "").split()[2:])
    (circle,) = root.iter(f"{SVG}circle")
    assert 0 < float(circle.get("cx", "")) < wide
    assert 0 < float(circle.get("cy", "")) < high
    assert "1" in words(root)


def test_marks_of_one_component_stand_beside_each_other() -> None:
    root = drawn(diagram("rifle", [Shown("receiver", "A"), Shown("receiver", "B")]))

    places = [circle.get("cx") for circle in root.iter(f"{SVG}circle")]
    assert len(set(places)) == 2


def test_the_list_and_the_drawing_are_numbered_alike() -> None:
    marks = [Shown("frame", "AB12"), Shown("barrel", "", "proof")]

    root = drawn(diagram("revolver", marks))

    assert [line.number for line in legend(marks)] == [1, 2]
    assert description(root) == "1: frame, AB12; 2: barrel, —"


def test_a_planned_mark_looks_different() -> None:
    root = drawn(diagram("revolver", [Shown("frame", "A"), Shown("frame", "B", planned=True)]))

    assert [circle.get("stroke-dasharray") is not None for circle in root.iter(f"{SVG}circle")] == [False, True]


def test_two_drawings_on_one_page_have_different_ids() -> None:
    one, other = (drawn(diagram("rifle", [], name=name)) for name in ("one", "other"))

    assert {e.get("id") for e in one.iter()} & {e.get("id") for e in other.iter()} == {None}


def test_what_stands_on_metal_runs_left_to_right() -> None:
    root = drawn(layout(40, 8, ["XA 26"]))

    marks = [text for text in root.iter(f"{SVG}text") if text.text == "XA 26"]
    assert [text.get("direction") for text in marks] == ["ltr"]


def test_a_drawing_speaks_the_readers_language() -> None:
    text = diagram("rifle", [Shown("receiver", "AB1")], translate=lambda m: m.replace("rifle", "fusil"))

    assert "fusil" in text
