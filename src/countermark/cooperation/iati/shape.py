"""How a typed value stands in XML, said once by its annotations, and read and written by one pair of functions.

A field is an attribute (`Attr`), a child element of a type of its own (`Element`), a value that stands in one attribute of a
child element (`Via`: `<activity-status code="2"/>`) or the text of the element (`Text`). What a class does not know is kept in
`rest` and written back in the place the standard has for it, as is a value somebody wrote in an unusual way ("007.50", "true",
a date with its zone); so that reading and writing again loses no fact.
"""

import itertools
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from lxml import etree

from countermark.marks.sentences import Sentence

LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Xml: TypeAlias = etree._Element  # noqa: SLF001 - the name under which lxml publishes the type of an element


@dataclass(frozen=True)
class Attr:
    """An attribute; the name is the field's with hyphens unless given."""

    name: str = ""
    required: bool = False


@dataclass(frozen=True)
class Element:
    """A child element (or several, for a tuple) of a class of its own."""

    name: str = ""
    required: bool = False


@dataclass(frozen=True)
class Via:
    """A value in one attribute of a child element."""

    name: str = ""
    attribute: str = "code"
    required: bool = False


@dataclass(frozen=True)
class Text:
    """The text of the element itself."""

    name: str = ""
    required: bool = False


Mark = Attr | Element | Via | Text


@dataclass(frozen=True)
class Kept:
    """An element the model does not know: its name and itself, as exclusive canonical XML."""

    tag: str
    xml: str


@dataclass(frozen=True)
class Rest:
    """What stood in an element beside what its class knows."""

    attributes: tuple[tuple[str, str], ...] = ()
    elements: tuple[Kept, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    """Fields that were written in another way than ours: the field and what stood there."""
    text: str = ""


NOTHING = Rest()


@dataclass(frozen=True, kw_only=True)
class Node:
    """An element with a type of its own. `line` is where it was read, and no part of what it says."""

    ORDER: ClassVar[tuple[str, ...]] = ()
    """The sequence of child elements in the standard, where the model does not know them all."""
    rest: Rest = NOTHING
    line: int = field(default=0, compare=False, repr=False)


N = TypeVar("N", bound=Node)


@dataclass(frozen=True)
class Problem:
    """What is wrong with the structure; `unreadable` when a value has no meaning in its type."""

    line: int
    path: str
    message: Sentence
    unreadable: bool = False


@dataclass(frozen=True)
class Spec:
    """One field of a class, worked out from its annotation."""

    name: str
    mark: Mark
    key: str
    """The attribute's or child element's name in XML."""
    type: Any
    many: bool
    default: Any


# --- values ---------------------------------------------------------------------------------------------------------

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_ZONED = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_MOST_DIGITS = 40


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text) or len(text) > _MOST_DIGITS:
        raise ValueError(text)
    return Decimal(text)


def _day(text: str) -> date:
    found = _ZONED.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return date.fromisoformat(found.group(1))


def _moment(text: str) -> datetime:
    if "T" not in text:
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _flag(text: str) -> bool:
    return {"1": True, "true": True, "0": False, "false": False}[text]


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _timestamp(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


_READERS: dict[type, tuple[Callable[[str], Any], Callable[[Any], str], Sentence]] = {
    str: (str, str, Sentence("a text")),
    Decimal: (_decimal, lambda value: format(value, "f"), Sentence("a decimal number such as 1250.50")),
    date: (_day, date.isoformat, Sentence("a date such as 2026-03-31")),
    datetime: (_moment, _timestamp, Sentence("a date and time such as 2026-03-31T12:00:00Z")),
    bool: (_flag, lambda value: "1" if value else "0", Sentence("1, 0, true or false")),
    int: (_integer, str, Sentence("a whole number")),
}


def _value(kind: type, text: str) -> Any:
    """The value a text has in a type; ValueError where it has none."""
    read = _READERS[kind][0]
    try:
        return read(text if kind is str else text.strip())
    except KeyError:
        raise ValueError(text) from None


def _said(kind: type, value: Any) -> str:
    return _READERS[kind][1](value)


# --- what a class says about itself -----------------------------------------------------------------------------------


def _plain(hint: Any) -> tuple[Any, bool]:
    """The type inside `X | None` and `tuple[X, ...]`, and whether there may be many."""
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True
    if get_origin(hint) in {Union, types.UnionType}:
        return next(one for one in get_args(hint) if one is not type(None)), False
    return hint, False


def specs(cls: type[Node]) -> tuple[Spec, ...]:
    """The fields of a class that stand in XML, in its order."""
    if cls not in _SPECS:
        _SPECS[cls] = tuple(_specs(cls))
    return _SPECS[cls]


_SPECS: dict[type[Node], tuple[Spec, ...]] = {}
_ORDER: dict[type[Node], dict[str, int]] = {}
_ATTRIBUTES: dict[type[Node], frozenset[str]] = {}


def _specs(cls: type[Node]) -> Iterator[Spec]:
    hints = get_type_hints(cls, include_extras=True)
    for one in fields(cls):
        hint = hints[one.name]
        if get_origin(hint) is not Annotated:
            continue
        inner, mark = get_args(hint)
        kind, many = _plain(inner)
        default = one.default if one.default is not MISSING else None
        yield Spec(one.name, mark, mark.name or one.name.replace("_", "-"), kind, many, default)


def order(cls: type[Node]) -> dict[str, int]:
    """The place of each child element in the standard's sequence."""
    if cls not in _ORDER:
        names = cls.ORDER or tuple(one.key for one in specs(cls) if isinstance(one.mark, Element | Via))
        _ORDER[cls] = {name: at for at, name in enumerate(names)}
    return _ORDER[cls]


def attributes(cls: type[Node]) -> frozenset[str]:
    if cls not in _ATTRIBUTES:
        _ATTRIBUTES[cls] = frozenset(one.key for one in specs(cls) if isinstance(one.mark, Attr))
    return _ATTRIBUTES[cls]


# --- reading ----------------------------------------------------------------------------------------------------------


def canonical(element: Xml) -> str:
    """An element as exclusive canonical XML, without what stands after it; as plain XML where a namespace in it is no absolute URI."""
    try:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False).decode()
    except etree.C14NError:
        return etree.tostring(element, encoding="unicode", with_tail=False)


def line_of(element: Xml) -> int:
    """The line an element begins on; 0 for one that was made."""
    found: Any = element.sourceline
    return found or 0


ITEMS = frozenset(["iati-activity", "iati-organisation"])


def path(element: Xml) -> str:
    """Where an element stands within its activity: `iati-activity/transaction[2]/value`. Which activity is told beside it."""
    parts = [str(element.tag)]
    while element.tag not in ITEMS and (parent := element.getparent()) is not None:
        before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
        if before or next(element.itersiblings(element.tag), None) is not None:
            parts[-1] += f"[{before + 1}]"
        element = parent
        parts.append(str(element.tag))
    return "/".join(reversed(parts))


class _Reading:
    """One element being read."""

    def __init__(self, cls: type[Node], element: Xml, problems: list[Problem]) -> None:
        self.cls, self.element, self.problems = cls, element, problems
        self.written: list[tuple[str, str]] = []
        self.kept: list[Kept] = []

    def problem(self, element: Xml, message: Sentence, *, unreadable: bool = False) -> None:
        self.problems.append(Problem(line_of(element), path(element), message, unreadable))

    def value(self, spec: Spec, element: Xml, attribute: str, text: str) -> Any:
        try:
            return _value(spec.type, text)
        except ValueError:
            expected = _READERS[spec.type][2]
            found = Sentence(
                "%(name)s is %(value)s, expected %(expected)s", name=attribute, value=repr(text[:60]), expected=expected
            )
            self.problem(element, found, unreadable=True)
            return spec.default

    def missing(self, spec: Spec) -> None:
        if spec.mark.required:
            self.problem(self.element, Sentence("%(name)s is missing; the standard requires it", name=spec.key))

    def attr(self, spec: Spec) -> Any:
        text = self.element.get(spec.key)
        if text is None:
            self.missing(spec)
            return spec.default
        value = self.value(spec, self.element, spec.key, text)
        if text != _said_or_absent(spec, value):
            self.written.append((spec.name, text))
        return value

    def via(self, spec: Spec, mark: Via) -> Any:
        found = self.element.findall(spec.key)
        if not found:
            self.missing(spec)
            return spec.default
        self.surplus(spec, found)
        child = found[0]
        text = child.get(mark.attribute)
        if text is None:
            self.problem(child, Sentence("%(name)s is missing; the standard requires it", name=mark.attribute))
            self.kept.append(Kept(spec.key, canonical(child)))
            return spec.default
        value = self.value(spec, child, mark.attribute, text)
        if canonical(child) != _via_text(spec, mark, value):
            self.written.append((spec.name, canonical(child)))
        return value

    def surplus(self, spec: Spec, found: list[Xml]) -> None:
        for one in found[1:]:
            self.problem(one, Sentence("%(name)s stands here more than once; the standard allows one", name=spec.key))
            self.kept.append(Kept(spec.key, canonical(one)))

    def children(self, spec: Spec) -> Any:
        found = self.element.findall(spec.key)
        if not found:
            self.missing(spec)
            return () if spec.many else spec.default
        if spec.many:
            return tuple(_read(spec.type, one, self.problems) for one in found)
        self.surplus(spec, found)
        return _read(spec.type, found[0], self.problems)

    def text(self, spec: Spec) -> Any:
        text = self.own_text()
        if spec.type is not str and not text.strip():
            self.problem(self.element, Sentence("%(name)s is empty", name=self.element.tag), unreadable=True)
            return spec.default
        value = self.value(spec, self.element, str(self.element.tag), text)
        if value is not None and text != _said(spec.type, value):
            self.written.append((spec.name, text))
        return value

    def own_text(self) -> str:
        return (self.element.text or "") + "".join(one.tail or "" for one in self.element)

    def field(self, spec: Spec) -> Any:
        match spec.mark:
            case Attr():
                return self.attr(spec)
            case Via() as mark:
                return self.via(spec, mark)
            case Element():
                return self.children(spec)
            case Text():
                return self.text(spec)

    def unknown(self) -> None:
        """Keeps child elements the class does not know, and says what stands where the standard has no place for it."""
        places = order(self.cls)
        known = {one.key for one in specs(self.cls) if isinstance(one.mark, Element | Via)}
        last, before = -1, ""
        for child in self.element.iterchildren(etree.Element):
            tag = str(child.tag)
            if tag not in known:
                self.kept.append(Kept(tag, canonical(child)))
            if tag.startswith("{"):
                continue
            if tag not in places:
                self.problem(child, Sentence("the standard has no %(name)s here; it is kept as it is", name=tag))
            elif places[tag] < last:
                self.problem(
                    child, Sentence("%(name)s stands before %(other)s in the standard", name=tag, other=before)
                )
            else:
                last, before = places[tag], tag

    def rest(self) -> Rest:
        found = tuple(sorted((name, text) for name, text in self._unknown_attributes()))
        self.unknown()
        has_text = any(isinstance(one.mark, Text) for one in specs(self.cls))
        stray = "" if has_text or not self.own_text().strip() else self.own_text()
        if stray:
            self.problem(self.element, Sentence("text stands where the standard has none; it is kept as it is"))
        rest = Rest(found, tuple(self.kept), tuple(self.written), stray)
        return NOTHING if rest == NOTHING else rest

    def _unknown_attributes(self) -> Iterator[tuple[str, str]]:
        known = attributes(self.cls)
        for name, text in self.element.attrib.items():
            if str(name) in known:
                continue
            if not str(name).startswith("{"):
                self.problem(
                    self.element, Sentence("the standard has no attribute %(name)s here; it is kept", name=str(name))
                )
            yield str(name), str(text)


def _said_or_absent(spec: Spec, value: Any) -> str | None:
    """What we would write for an attribute; None for one that we would leave out."""
    if value is None or (value == "" and not spec.mark.required):
        return None
    return _said(spec.type, value)


def _via_text(spec: Spec, mark: Via, value: Any) -> str:
    return "" if value is None else canonical(_via_element(spec, mark, value))


def _read(cls: type[N], element: Xml, problems: list[Problem]) -> N:
    reading = _Reading(cls, element, problems)
    values = {spec.name: reading.field(spec) for spec in specs(cls)}
    return cls(**values, rest=reading.rest(), line=line_of(element))


def read(cls: type[N], element: Xml) -> tuple[N, list[Problem]]:
    """An element as a value of `cls`, and what is wrong with it. A field that could not be read has its default: see `unreadable`."""
    problems: list[Problem] = []
    return _read(cls, element, problems), problems


# --- writing ----------------------------------------------------------------------------------------------------------

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold: each stands as U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def _via_element(spec: Spec, mark: Via, value: Any) -> Xml:
    element = etree.Element(spec.key)
    element.set(mark.attribute, _said(spec.type, value))
    return element


def _same(spec: Spec, text: str, value: Any) -> bool:
    try:
        return bool(_value(spec.type, text) == value)
    except ValueError:
        return False


class _Writing:
    def __init__(self, node: Node, element: Xml) -> None:
        self.node, self.element = node, element
        self.written = dict(node.rest.written)
        self.placed: list[tuple[int, Xml]] = []

    def attr(self, spec: Spec, value: Any) -> None:
        text = self.written.get(spec.name)
        if text is None or not _same(spec, text, value):
            text = _said_or_absent(spec, value)
        if text is not None:
            self.element.set(spec.key, text)

    def via(self, spec: Spec, mark: Via, value: Any) -> None:
        if value is None or (value == "" and spec.name not in self.written):
            return
        if text := self.written.get(spec.name):
            before = etree.fromstring(text)
            if _same(spec, before.get(mark.attribute, ""), value):
                self.place(spec.key, before)
                return
        self.place(spec.key, _via_element(spec, mark, value))

    def children(self, spec: Spec, value: Any) -> None:
        if value is None:
            return
        for one in value if spec.many else (value,):
            self.place(spec.key, write(one, spec.key))

    def text(self, spec: Spec, value: Any) -> None:
        text = self.written.get(spec.name)
        self.element.text = text if text is not None and _same(spec, text, value) else _said(spec.type, value)

    def place(self, tag: str, element: Xml) -> None:
        places = order(type(self.node))
        # What the standard does not know comes after what it knows, what is in another's namespace last.
        at = places.get(tag, len(places) + (1 if tag.startswith("{") else 0))
        self.placed.append((at, element))

    def fields(self) -> None:
        for spec in specs(type(self.node)):
            value = getattr(self.node, spec.name)
            match spec.mark:
                case Attr():
                    self.attr(spec, value)
                case Via() as mark:
                    self.via(spec, mark, value)
                case Element():
                    self.children(spec, value)
                case Text():
                    self.text(spec, value)

    def done(self) -> Xml:
        rest = self.node.rest
        for name, text in rest.attributes:
            self.element.set(name, text)
        self.fields()
        if rest.text:
            self.element.text = rest.text
        for kept in rest.elements:
            self.place(kept.tag, etree.fromstring(kept.xml))
        for _, group in itertools.groupby(sorted(self.placed, key=lambda one: one[0]), key=lambda one: one[0]):
            self.element.extend([element for _, element in group])
        return self.element


def write(node: Node, tag: str, nsmap: dict[str, str] | None = None) -> Xml:
    """A value as an element named `tag`, its children in the sequence of the standard."""
    return _Writing(node, etree.Element(tag, nsmap=nsmap)).done()
