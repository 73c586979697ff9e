"""A whole inscription taken apart: the serial to look for, and the maker, country, year and calibre as evidence.

"FORJAS TAURUS S.A. MADE IN BRAZIL TKD48213 CAL 9mm PARABELLUM" has the serial TKD48213. Nothing is certain here, so the
serial comes as weighted candidates, each a stretch of the text as given.
"""

import csv
import importlib.resources
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from countermark.marks.text import canonical

Lookup = Mapping[str, str] | Callable[[str], str | None]
"""From a `phrase` to a value (a maker's name, an ISO 3166 code, a calibre), or None."""

Role = Literal["maker", "country", "calibre", "model", "year", "label", "rest"]

LONGEST_PHRASE = 6
"""Words a maker's name or another phrase is looked up with at most."""

MAX_SERIALS = 4


@dataclass(frozen=True, slots=True)
class Serial:
    """A candidate for the serial: `text` is `given[start:end]`, in code points; the weights of all candidates sum to 1."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Inscription:
    """What an inscription says, the serial candidates best first; evidence that is not there is None."""

    serials: tuple[Serial, ...]
    maker: str | None = None
    country: str | None = None
    year: int | None = None
    calibre: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    key: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class _Part:
    """Words `first` to `last` (not included) play one role; `value` is the evidence."""

    role: Role
    first: int
    last: int
    value: str = ""


def phrase(text: str) -> str:
    """Return the form in which words are looked up: upper case, no accents, no punctuation but `&`, single spaces."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).upper())
    words = ("".join(char for char in word if char.isalnum() or char == "&") for word in decomposed.split())
    return " ".join(word for word in words if word)


def lookup(spellings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a `Lookup` from pairs of a spelling and the value it stands for; the first of equal spellings holds."""
    table: dict[str, str] = {}
    for spelling, value in spellings:
        table.setdefault(phrase(spelling), value)
    return table


def _countries() -> dict[str, str]:
    source = importlib.resources.files("countermark.marks").joinpath("data/countries.tsv").read_text(encoding="utf-8")
    return lookup((row["engraved"], row["code"]) for row in csv.DictReader(source.splitlines(), delimiter="\t"))


COUNTRIES: Mapping[str, str] = MappingProxyType(_countries())
"""Countries as weapons name them -> ISO 3166-1 alpha-2, or 3166-3 for a State that was."""

_LABELLED: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {
        "calibre": ("CAL", "CALIBRE", "CALIBER", "CALIBRO", "KAL", "KALIBER", "КАЛ", "КАЛИБР"),
        "model": ("MOD", "MODEL", "MODELO", "MODELE", "MODELLO", "MODELL", "МОДЕЛЬ", "МОД"),
        "country": (
            *("MADE IN", "PRODUCT OF", "MANUFACTURED IN", "IMPORTED FROM", "FABRICADO EN", "FABRICADO NO"),
            *("FABRICADO EM", "HECHO EN", "FABRIQUE EN", "FABRICATO IN", "HERGESTELLT IN", "СДЕЛАНО В"),
        ),
        "rest": (
            *("NO", "NR", "NUM", "NUMBER", "SERIAL", "SERIAL NO", "SERIAL NUMBER", "SERIAL NR", "SER NO", "SER", "SN"),
            *("SERIE", "NUMERO", "NUMERO DE SERIE", "N DE SERIE", "MATRICOLA", "НОМЕР", "СЕРИЙНЫЙ НОМЕР"),
        ),
    }
)
_LABELS: Mapping[str, Role] = MappingProxyType(
    {phrase(label): role for role, labels in _LABELLED.items() for label in labels}
)
"""Words that say what comes next."""

_GLUED_LABEL = re.compile(r"(?:№|N[º°]|S/N[.:]?|SN[.:]|NO[.:]|NR[.:]|CAL\.|КАЛ\.|MOD\.)(?=[^\s.:])", re.IGNORECASE)
_WORD = re.compile(r"(?:[^\s,;]|(?<=\d),(?=\d))+")
_CALIBRE = re.compile(
    r"\d{1,2}(?:[.,]\d{1,3})?\s?MM|\d{1,2}(?:[.,]\d{1,3})?\s?[X×]\s?\d{2}[A-Z]{0,2}(?:\s?MM)?|[.,]\d{2,3}|"
    r"\d{1,2} (?:GA|GAUGE|BORE)",
    re.IGNORECASE,
)
_CALIBRE_NUMBER = re.compile(r"[.,]?\d{1,3}(?:[.,/]\d{1,3})?")
_CALIBRE_NAMES = frozenset(
    (
        *(
            "PARABELLUM",
            "PARA",
            "LUGER",
            "ACP",
            "AUTO",
            "NATO",
            "SPL",
            "SPECIAL",
            "MAGNUM",
            "MAG",
            "LR",
            "LONG",
            "SHORT",
        ),
        *("REMINGTON", "REM", "WINCHESTER", "WIN", "S&W", "KURZ", "BROWNING", "CORTO", "COLT", "GA", "GAUGE", "MM"),
    )
)
_YEAR = re.compile(r"1[89]\d\d|20\d\d")
_WILD_OR_DIGIT = re.compile(r"[\d?*]")
# A serial has a digit, an unread character that may be one, or letters around an unread run.
_USABLE = re.compile(r"[\d?]|\w\s*\*|\*\s*\w")


def split(
    text: str,
    makers: Lookup = MappingProxyType({}),
    calibres: Lookup = MappingProxyType({}),
    countries: Lookup = COUNTRIES,
) -> Inscription:
    """Take an inscription apart; without known words in it, its whole text is the one serial candidate.

    The lookups are asked with a `phrase` of up to six words. A year is a word of its own and never part of one, and
    characters that stand alone as digits are a calibre only after a label or with a unit.
    """
    words = _words(text)
    parts = _parts(words, _asker(makers), _asker(calibres), _asker(countries))
    serials = _serials(text, words, parts)
    if not serials or all(part.role == "rest" for part in parts):
        return Inscription(serials=(Serial(text, 0, len(text), 1.0),))
    return Inscription(
        serials=serials,
        maker=_first(parts, "maker"),
        country=_first(parts, "country"),
        year=_year(parts, words, serials[0]),
        calibre=_first(parts, "calibre"),
        model=_first(parts, "model"),
    )


def _asker(source: Lookup) -> Callable[[str], str | None]:
    return source if callable(source) else source.get


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    for found in _WORD.finditer(text):
        written, start = found.group(), found.start()
        if label := _GLUED_LABEL.match(written):
            words.append(_Word(label.group(), start, phrase(label.group())))
            written, start = written[label.end() :], start + label.end()
        words.append(_Word(written, start, phrase(written)))
    return words


def _parts(
    words: list[_Word],
    makers: Callable[[str], str | None],
    calibres: Callable[[str], str | None],
    countries: Callable[[str], str | None],
) -> list[_Part]:
    parts: list[_Part] = []
    position = 0
    while position < len(words):
        expected = _expected(parts)
        part = (
            _label(words, position)
            or _calibre(words, position, calibres, labelled=expected == "calibre")
            or _country(words, position, countries, labelled=expected == "country")
            or _known(words, position, makers, "maker")
            or _model(words, position, labelled=expected == "model")
            or _single(words, position, labelled=expected == "rest")
        )
        if expected == part.role != "rest":
            part = replace(part, first=parts.pop().first)
        parts.append(part)
        position = part.last
    return parts


def _expected(parts: list[_Part]) -> str | None:
    """Return the role that the label just before asks for."""
    if not parts or parts[-1].role != "label":
        return None
    return parts[-1].value


def _spans(words: list[_Word], first: int) -> Iterator[tuple[int, str]]:
    """Yield (end, phrase) of the word sequences that begin at `first`, the longest first."""
    for last in range(min(len(words), first + LONGEST_PHRASE), first, -1):
        if words[last - 1].key:
            yield last, " ".join(word.key for word in words[first:last] if word.key)


def _label(words: list[_Word], first: int) -> _Part | None:
    for last, key in _spans(words, first):
        # A label labels something: at the end of the text, "NO" or "SER" is something else.
        if key in _LABELS and last < len(words):
            return _Part("label", first, last, _LABELS[key])
    return None


def _known(words: list[_Word], first: int, ask: Callable[[str], str | None], role: Role) -> _Part | None:
    for last, key in _spans(words, first):
        if any(char.isalpha() for char in key) and (value := ask(key)):
            return _Part(role, first, last, value)
    return None


def _country(words: list[_Word], first: int, ask: Callable[[str], str | None], labelled: bool) -> _Part | None:
    known = _known(words, first, ask, "country")
    if known or not labelled:
        return known
    key = words[first].key
    # "MADE IN BR": a bare code counts only behind such words, for BR may begin a serial as well.
    return _Part("country", first, first + 1, key) if len(key) == 2 and key.isalpha() and key.isascii() else None


def _calibre(words: list[_Word], first: int, ask: Callable[[str], str | None], labelled: bool) -> _Part | None:
    for last, key in _spans(words, first):
        bare = key.replace(" ", "").isdigit() and not words[first].text.startswith((".", ","))
        if key and (labelled or not bare) and not _only_letters(key, labelled) and (value := ask(key)):
            return _Part("calibre", first, last, value)
    shape = _CALIBRE_NUMBER if labelled else _CALIBRE
    for width in (2, 1):
        written = " ".join(word.text for word in words[first : first + width])
        if first + width <= len(words) and (shape.fullmatch(written) or _CALIBRE.fullmatch(written)):
            return _with_calibre_name(words, first, first + width)
    return None


def _only_letters(key: str, labelled: bool) -> bool:
    # "PARABELLUM" or "AUTO" alone is no calibre, whatever a list of calibres says.
    return not labelled and not any(char.isdigit() for char in key)


def _with_calibre_name(words: list[_Word], first: int, last: int) -> _Part:
    while last < len(words) and words[last].key in _CALIBRE_NAMES:
        last += 1
    return _Part("calibre", first, last, " ".join(word.text for word in words[first:last]))


def _model(words: list[_Word], first: int, labelled: bool) -> _Part | None:
    return _Part("model", first, first + 1, words[first].text) if labelled else None


def _single(words: list[_Word], first: int, labelled: bool) -> _Part:
    if not labelled and _YEAR.fullmatch(words[first].key):
        return _Part("year", first, first + 1, words[first].key)
    return _Part("rest", first, first + 1)


def _first(parts: list[_Part], role: Role) -> str | None:
    return next((part.value for part in parts if part.role == role), None)


def _year(parts: list[_Part], words: list[_Word], serial: Serial) -> int | None:
    """Return the year that stands outside the likeliest serial."""
    outside = (
        part.value for part in parts if part.role == "year" and not serial.start <= words[part.first].start < serial.end
    )
    return next((int(value) for value in outside), None)


def _serials(text: str, words: list[_Word], parts: list[_Part]) -> tuple[Serial, ...]:
    weights: dict[tuple[int, int], float] = {}
    for first, last, weight in _stretches(words, parts):
        weights[first, last] = max(weight, weights.get((first, last), 0.0))
    best = sorted(weights.items(), key=lambda item: -item[1])[:MAX_SERIALS]
    total = sum(weight for _, weight in best)
    return tuple(
        Serial(text[words[first].start : words[last - 1].end], words[first].start, words[last - 1].end, weight / total)
        for (first, last), weight in best
    )


def _stretches(words: list[_Word], parts: list[_Part]) -> Iterator[tuple[int, int, float]]:
    """Yield (first word, end, weight) of every stretch that may be the serial."""
    # Beside words that are surely an inscription, a short word or a year is likelier evidence than part of the serial.
    joined = 0.5 if any(_is_certain(words, part) for part in parts) else 1.5
    for is_left, group in groupby(enumerate(parts), key=lambda item: item[1].role in ("rest", "year")):
        if not is_left:
            continue
        members = [part for _, part in group]
        begin = parts.index(members[0])
        before = parts[begin - 1] if begin else None
        after = parts[begin + len(members)] if begin + len(members) < len(parts) else None
        labelled = before is not None and before.role == "label" and before.value == "rest"
        factor = 4.0 if labelled else 0.2 if all(part.role == "year" for part in members) else 1.0
        for first, last, weight in _ends(words, members, before, after, joined):
            yield first, last, weight * _weight(words, first, last) * factor


def _ends(
    words: list[_Word], members: list[_Part], before: _Part | None, after: _Part | None, joined: float
) -> Iterator[tuple[int, int, float]]:
    """Yield the stretch without and with the years and short words at its ends."""
    whole = _trimmed(words, members[0].first, members[-1].last)
    if whole is None:
        return
    first, last = whole
    years = {part.first for part in members if part.role == "year"}
    inner = _trimmed(words, first + (first in years), last - (last - 1 in years))
    if inner is None or inner == whole:
        yield first, last, 1.0
    else:
        yield *inner, 1.0
        yield first, last, joined
    if before is not None and before.last == first and _is_short(words, before):
        yield before.first, last, joined
    if after is not None and after.first == last and _is_short(words, after):
        yield first, after.last, joined


def _is_certain(words: list[_Word], part: _Part) -> bool:
    return part.role in ("label", "calibre", "model") or (
        part.role in ("maker", "country") and not _is_short(words, part)
    )


def _is_short(words: list[_Word], part: _Part) -> bool:
    """Say whether evidence is so short ("CZ", "FN", "NO") that a serial may begin or end with it."""
    letters = "".join(word.text for word in words[part.first : part.last])
    may_be = part.role in ("maker", "country") or (part.role == "label" and part.value == "rest")
    return may_be and len(letters) <= 3 and letters.isalpha()


def _trimmed(words: list[_Word], first: int, last: int) -> tuple[int, int] | None:
    """Cut whole words ("PISTOL", "ARMS") from both ends of a stretch; None when no serial can be left."""
    while first < last and _is_plain(words[first]):
        first += 1
    while last > first and _is_plain(words[last - 1]):
        last -= 1
    written = " ".join(word.text for word in words[first:last])
    return (first, last) if _USABLE.search(written) else None


def _is_plain(word: _Word) -> bool:
    if _WILD_OR_DIGIT.search(word.text):
        return False
    return len(word.key) > 3 or not canonical(word.text)


def _weight(words: list[_Word], first: int, last: int) -> float:
    """Return how much a stretch looks like a serial: the more characters it has, up to eight, the likelier."""
    written = "".join(canonical(word.text) for word in words[first:last])
    return float(min(len(written), 8)) ** 2
