"""On which component each mark of a weapon stands: an outline with numbers, and the list the numbers lead to. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from countermark.marking.drawing import svg
from countermark.marking.drawing.outlines import Family, Outline, drawn_as, family
from countermark.marking.drawing.svg import Translate
from countermark.marks.sentences import Sentence

STROKE = 1.2
BADGE = 6.5
STEP = 15.0
BOX = (76.0, 20.0)


@dataclass(frozen=True)
class Shown:
    """A mark to show. `component` and `mark_kind` are codes; `planned` for one that is still to be put on."""

    component: str
    text: str
    mark_kind: str = "manufacture"
    carrier: str = "part"
    planned: bool = False


@dataclass(frozen=True)
class Legend:
    """One line beside the drawing: its number there, and the mark it stands for."""

    number: int
    mark: Shown


def legend(marks: Sequence[Shown]) -> list[Legend]:
    """The lines of the list, in the order of the marks: the same that the drawing is numbered by."""
    return [Legend(number, mark) for number, mark in enumerate(marks, 1)]


@dataclass(frozen=True)
class Drawn:
    """A drawing and what its numbers stand for."""

    svg: str
    legend: list[Legend]


def drawn(kind: str, marks: Sequence[Shown], *, name: str = "diagram", translate: Translate = str) -> Drawn:
    """`diagram` with its `legend`: neither says anything without the other."""
    return Drawn(diagram(kind, marks, name=name, translate=translate), legend(marks))


def diagram(kind: str, marks: Sequence[Shown], *, name: str = "diagram", translate: Translate = str) -> str:
    """The SVG of a weapon of a kind with a number at each mark; components the outline lacks stand as boxes below it.

    A planned mark has a dashed ring. The description lists every mark, for those who do not see the drawing.
    """
    found = family(kind)
    lines = legend(marks)
    elsewhere = sorted({m.component for m in marks if not drawn_as(found, m.component)})
    boxes = {component: _box(found, number) for number, component in enumerate(elsewhere)}
    rows = -(-len(elsewhere) // _per_row(found))
    marked = {drawn_as(found, m.component) for m in marks}
    content = [
        *(_line(path, "0.5") for path in found.plain),
        *_components(found, marked, translate),
        *_boxes(boxes, translate),
        *_badges(found, lines, boxes),
    ]
    title = Sentence("Where the marks stand on a weapon: %(kind)s", kind=_word(kind))
    return svg.picture(
        content,
        width=found.width,
        height=found.height + rows * (BOX[1] + 8),
        title=title.told(translate),
        description=_description(lines, translate),
        name=name,
    )


def _word(code: str) -> Sentence:
    """A code as words; the catalogues of the register have them."""
    return Sentence((code or "other").replace("_", " "))


def _description(lines: Sequence[Legend], translate: Translate) -> str:
    if not lines:
        return Sentence("It bears no mark.").told(translate)
    said = (
        Sentence(
            "%(number)d: %(component)s, %(text)s",
            number=line.number,
            component=_word(line.mark.component),
            text=line.mark.text or "—",
        ).told(translate)
        for line in lines
    )
    return "; ".join(said)


def _components(found: Family, marked: set[str], translate: Translate) -> Iterator[str]:
    for component, outline in (*found.components.items(), *found.when_marked.items()):
        if component in found.components or component in marked:
            yield _component(component, outline, component in marked, translate)


def _component(component: str, outline: Outline, marked: bool, translate: Translate) -> str:
    title = svg.element("title", escape(_word(component).told(translate)))
    weight = STROKE * (2 if marked else 1)
    return svg.element(
        "path", title, d=outline.path, fill="currentColor", fill_opacity="0.10" if marked else "0.03",
        stroke="currentColor", stroke_width=weight, stroke_linejoin="round",
    )  # fmt: skip


def _line(path: str, opacity: str) -> str:
    return svg.element(
        "path", d=path, fill="none", stroke="currentColor", stroke_opacity=opacity, stroke_width=STROKE,
        stroke_linejoin="round",
    )  # fmt: skip


def _per_row(found: Family) -> int:
    return int(found.width // (BOX[0] + 8))


def _box(found: Family, number: int) -> tuple[float, float]:
    row, column = divmod(number, _per_row(found))
    return 8 + column * (BOX[0] + 8), found.height + row * (BOX[1] + 8)


def _boxes(boxes: dict[str, tuple[float, float]], translate: Translate) -> Iterator[str]:
    for component, (x, y) in boxes.items():
        yield svg.element(
            "rect", x=x, y=y, width=BOX[0], height=BOX[1], rx=3, fill="none", stroke="currentColor",
            stroke_width=STROKE,
        )  # fmt: skip
        yield svg.label(
            _word(component).told(translate), x + BOX[0] - 4, y + 13, 8, text_anchor="end", **svg.LEFT_TO_RIGHT
        )


def _badges(found: Family, lines: Sequence[Legend], boxes: dict[str, tuple[float, float]]) -> Iterator[str]:
    """The numbers, those of one component beside each other."""
    placed: Counter[str] = Counter()
    for line in lines:
        component = drawn_as(found, line.mark.component)
        if component:
            outline = found.components.get(component) or found.when_marked[component]
            x, y = outline.x, outline.y
        else:
            left, top = boxes[line.mark.component]
            component, x, y = line.mark.component, left + 10, top + BOX[1] / 2
        x += placed[component] * STEP
        placed[component] += 1
        yield _badge(line, x, y)


def _badge(line: Legend, x: float, y: float) -> str:
    ring = {"stroke_dasharray": "2 1.5"} if line.mark.planned else {}
    circle = svg.element(
        "circle", cx=x, cy=y, r=BADGE, fill="white", stroke="currentColor", stroke_width=STROKE, **ring
    )
    text = svg.label(str(line.number), x, y + 3, 8.5, text_anchor="middle", fill="black", font_weight="bold")
    return circle + text
