"""GS1 element strings: application identifiers (AIs) with their values, read, checked and written.

The AIs stand in `ais.tsv`, in our own notation: `parts` are the pieces of the value in order, each `n` digits, `x` set 82,
`y` set 39 or `z` base64url, its length, `?` when it may be missing, and its `checks` by name; `fixed` AIs need no
separator after them; `needs` and `excludes` name other AIs (`n` stands for any digit, `+` for and, `,` for or); `key` says
which qualifiers may follow in a Digital Link. Facts of the GS1 General Specifications, section 3.
"""

import csv
import functools
import importlib.resources
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from countermark.marks.sentences import Sentence
from countermark.stockpile.codes.checks import CHECKS, SET_39, SET_64, SET_82

SEPARATOR = "\x1d"
"""FNC1 as a scanner sends it between elements (ASCII group separator)."""

_DIGITS = frozenset("0123456789")
_SETS = {"n": _DIGITS, "x": SET_82, "y": SET_39, "z": SET_64 | {"="}}
_PART = re.compile(r"(\?)?([nxyz])(?:(\d+)-)?(\d+)((?::\w+)*)")

# The lengths of AI and value together that need no separator, by the first two digits (figure 7.8.5-2).
_PREDEFINED = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8, "18": 8,
    "19": 8, "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip


class Refused(Exception):
    """A text that is no GS1 element string; `args[0]` is a `Sentence` that says why."""


@dataclass(frozen=True)
class Part:
    """One piece of a value: its characters, its least and greatest length, the checks it must pass."""

    characters: str
    least: int
    most: int
    optional: bool
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Ai:
    """One application identifier."""

    code: str
    fixed: bool
    in_link: bool
    parts: tuple[Part, ...]
    needs: tuple[str, ...]
    excludes: tuple[str, ...]
    qualifiers: tuple[tuple[str, ...], ...] | None
    """Sequences of qualifiers of a primary key of a Digital Link; None for what is no primary key."""

    @property
    def least(self) -> int:
        return sum(part.least for part in self.parts if not part.optional)

    @property
    def most(self) -> int:
        return sum(part.most for part in self.parts)


@dataclass(frozen=True)
class Element:
    """One AI with its value."""

    ai: str
    value: str


def known(code: str) -> Ai | None:
    """The AI of that number, or None."""
    return _table().get(code)


def _code_at(text: str) -> str | None:
    """The AI a text begins with. No AI is the beginning of another, so at most one fits."""
    return next((text[:length] for length in (2, 3, 4) if text[:length] in _table()), None)


def read(text: str) -> tuple[Element, ...]:
    """The elements of an unbracketed string as scanned, FNC1 as `SEPARATOR`. Raises `Refused` where it is malformed.

    Each value is checked for length, characters and content; `associations` checks the whole.
    """
    rest = text.removeprefix(SEPARATOR)
    if not rest:
        raise Refused(Sentence("the code is empty"))
    elements = []
    while rest:
        element, rest = _first(rest)
        elements.append(element)
    return tuple(elements)


def _first(text: str) -> tuple[Element, str]:
    code = _code_at(text)
    if code is None:
        raise Refused(Sentence("%(text)s begins with no known application identifier", text=_short(text)))
    length = _PREDEFINED.get(code[:2])
    ends = text.find(SEPARATOR)
    end = len(text) if ends < 0 else ends
    if length is not None and _table()[code].fixed:
        end = min(end, length)
    value, rest = text[len(code) : end], text[end:]
    checked(code, value)
    return Element(code, value), rest.removeprefix(SEPARATOR)


def read_bracketed(text: str) -> tuple[Element, ...]:
    r"""The elements of a string as people read it, `(01)…(21)…` or with square brackets; `\(` is a bracket in a value.

    Raises `Refused`.
    """
    left, right = ("[", "]") if text.startswith("[") else ("(", ")")
    piece = re.compile(rf"\{left}(\d{{2,4}})\{right}((?:\\\{left}|[^\{left}])*)")
    elements, at = [], 0
    while at < len(text):
        found = piece.match(text, at)
        if found is None:
            raise Refused(Sentence("%(text)s is no application identifier in brackets", text=_short(text[at:])))
        if known(found[1]) is None:
            raise Refused(Sentence("there is no application identifier %(ai)s", ai=found[1]))
        value = found[2].replace("\\" + left, left)
        checked(found[1], value)
        elements.append(Element(found[1], value))
        at = found.end()
    if not elements:
        raise Refused(Sentence("the code is empty"))
    return tuple(elements)


def checked(code: str, value: str) -> None:
    """Raises `Refused` where a value is not one of its AI."""
    ai = _table()[code]
    if not value:
        raise Refused(Sentence("(%(ai)s) has no value", ai=code))
    rest = value
    for part in ai.parts:
        if not rest and part.optional:
            break
        rest = _part(code, part, rest)
    if rest:
        raise Refused(Sentence("(%(ai)s) is too long: %(most)d characters at most", ai=code, most=ai.most))


def _part(code: str, part: Part, text: str) -> str:
    """Checks the beginning of a text against one part, and returns what follows."""
    mine, rest = text[: part.most], text[part.most :]
    if len(mine) < part.least:
        raise Refused(Sentence("(%(ai)s) is too short", ai=code))
    strange = [char for char in mine if char not in _SETS[part.characters]]
    if strange:
        raise Refused(Sentence("(%(ai)s) may not contain %(char)s", ai=code, char=_short(strange[0])))
    if part.characters == "z" and (why := _padding(mine)):
        raise Refused(Sentence("(%(ai)s): %(why)s", ai=code, why=why))
    for name in part.checks:
        if why := CHECKS[name](mine):
            raise Refused(Sentence("(%(ai)s): %(why)s", ai=code, why=why))
    return rest


def _padding(text: str) -> Sentence | None:
    body = text.rstrip("=")
    padding = len(text) - len(body)
    if not padding and "=" not in body:
        return None
    # Base 64 leaves 2 or 4 unused bits before its padding, and they are 0 (RFC 4648, 3.5).
    unused = 4 ** min(padding, 2) - 1
    if "=" in body or padding > 2 or len(text) % 4 or not body or _BASE64.index(body[-1]) & unused:
        return Sentence("the = at its end are not those of base 64")
    return None


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def associations(elements: Sequence[Element]) -> tuple[list[Sentence], list[Sentence]]:
    """What is wrong between elements (refused), and which companions are missing.

    A companion may stand in another code on the same thing (General Specifications 4.14), so its absence is said and
    refuses nothing.
    """
    codes = [element.ai for element in elements]
    wrong = [*_repeats(elements)]
    for ai in dict.fromkeys(codes):
        others = [code for code in codes if code != ai]
        excluded = [code for code in others for pattern in _table()[ai].excludes if _fits(pattern, code)]
        wrong += [Sentence("(%(one)s) and (%(other)s) exclude each other", one=ai, other=code) for code in excluded[:1]]
    missing = [
        Sentence("(%(ai)s) says little without %(needs)s", ai=ai, needs=" / ".join(needs))
        for ai in dict.fromkeys(codes)
        if (needs := _table()[ai].needs) and not any(_all(need, codes) for need in needs)
    ]
    if "8030" in codes and any(element.ai in _SERIALISED and not _has_serial(element) for element in elements):
        missing.append(Sentence("a digital signature needs a key with a serial number"))
    return list(dict.fromkeys(wrong)), missing


_SERIALISED = {"253": 13, "255": 13, "8003": 14}


def _has_serial(element: Element) -> bool:
    return len(element.value) > _SERIALISED[element.ai]


def _repeats(elements: Sequence[Element]) -> Iterator[Sentence]:
    values: dict[str, str] = {}
    for element in elements:
        if values.setdefault(element.ai, element.value) != element.value:
            yield Sentence("(%(ai)s) stands there twice with different values", ai=element.ai)


def _fits(pattern: str, code: str) -> bool:
    return len(pattern) == len(code) and all(one in ("n", other) for one, other in zip(pattern, code, strict=True))


def _all(need: str, codes: Sequence[str]) -> bool:
    return all(any(_fits(pattern, code) for code in codes) for pattern in need.split("+"))


def bracketed(elements: Sequence[Element]) -> str:
    r"""The elements as people read them: `(01)09506000134352(21)A1`. A bracket in a value is written `\(`."""
    return "".join(f"({element.ai}){element.value.replace('(', chr(92) + '(')}" for element in elements)


def written(elements: Sequence[Element]) -> str:
    """The elements as a code carries them after its first FNC1, with a `SEPARATOR` only where one is needed."""
    pieces = [element.ai + element.value + ("" if _table()[element.ai].fixed else SEPARATOR) for element in elements]
    return "".join(pieces).removesuffix(SEPARATOR)


def _short(text: str) -> str:
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return shown if len(shown) <= 24 else shown[:23] + "…"


@functools.cache
def _table() -> dict[str, Ai]:
    source = importlib.resources.files("countermark.stockpile.codes").joinpath("ais.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(source.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {code: _ai(code, row) for row in rows for code in _codes(row["ai"])}


def _codes(text: str) -> Iterator[str]:
    first, _, last = text.partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield f"{number:0{len(first)}}"


def _ai(code: str, row: dict[str, str]) -> Ai:
    key = row["key"]
    sequences = tuple(tuple(one.split(",")) for one in key.split("|")) if key not in ("-", "alone") else ((),)
    return Ai(
        code,
        row["length"] == "fixed",
        row["link"] == "link",
        tuple(_read_part(text) for text in row["parts"].split()),
        _listed(row["needs"]),
        _listed(row["excludes"]),
        None if key == "-" else sequences,
    )


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))


def _read_part(text: str) -> Part:
    found = _PART.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no part of a value")
    most = int(found[4])
    return Part(found[2], int(found[3] or most), most, bool(found[1]), tuple(found[5].split(":")[1:]))
