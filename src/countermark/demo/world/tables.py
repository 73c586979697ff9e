"""The small tables the demonstration States are built from (`demo/data`), each row with its source."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

HANDGUNS = {"self_loading_pistol": "pistol", "revolver": "revolver"}


@dataclass(frozen=True, slots=True)
class Maker:
    """A maker; `countries` are (last year or None, code) in order of time."""

    key: str
    name: str
    aliases: tuple[str, ...]
    countries: tuple[tuple[int | None, str], ...]
    inscription: str

    def country(self, year: int) -> str:
        """Country of manufacture in `year`: ISO 3166-1 alpha-2, or ISO 3166-3 for a State that was."""
        return next(code for last, code in self.countries if last is None or year <= last)


@dataclass(frozen=True, slots=True)
class Model:
    """A model; `lots` is its weight by State, `users` the sectors that hold it (letters p, a, r, c)."""

    maker: Maker
    name: str
    kind: str
    calibre: str
    control: str
    carrier: str
    parts: tuple[str, ...]
    first_year: int
    last_year: int
    lots: Mapping[str, int]
    users: str

    @property
    def group(self) -> str:
        return HANDGUNS.get(self.kind, "long")


@dataclass(frozen=True, slots=True)
class Shape:
    """A form of serial number in use from `first_year` to `last_year`, with its relative frequency `share`."""

    maker: str
    group: str
    text: str
    share: int
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Calibre:
    name: str
    aliases: tuple[str, ...]
    mm: str


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table of `demo/data`, its comments left out."""
    text = resources.files("countermark.demo").joinpath("data", name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def _aliases(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _countries(text: str) -> tuple[tuple[int | None, str], ...]:
    parts = [part.partition(":") for part in text.split()]
    return tuple((int(year) if year else None, code) for code, _, year in parts)


@cache
def makers() -> dict[str, Maker]:
    """All makers by key."""
    return {
        row["key"]: Maker(
            row["key"], row["name"], _aliases(row["aliases"]), _countries(row["country"]), row["inscription"]
        )
        for row in rows("makers.tsv")
    }


@cache
def models() -> tuple[Model, ...]:
    """All models, in the order of the table."""
    return tuple(
        Model(
            maker=makers()[row["maker"]],
            name=row["model"],
            kind=row["kind"],
            calibre=row["calibre"],
            control=row["control"],
            carrier=row["carrier"],
            parts=tuple(row["parts"].split()),
            first_year=int(row["from"]),
            last_year=int(row["to"]),
            lots={"XA": int(row["xa"]), "XB": int(row["xb"])},
            users=row["users"],
        )
        for row in rows("models.tsv")
    )


@cache
def calibres() -> dict[str, Calibre]:
    """All calibres by name."""
    return {row["name"]: Calibre(row["name"], _aliases(row["aliases"]), row["mm"]) for row in rows("calibres.tsv")}


@cache
def _shapes() -> tuple[Shape, ...]:
    return tuple(
        Shape(row["maker"], row["group"], row["shape"], int(row["share"]), int(row["from"]), int(row["to"]))
        for row in rows("shapes.tsv")
    )


@cache
def shapes_in_use(maker: str, group: str, year: int) -> tuple[Shape, ...]:
    """Forms the maker gave this group of weapons in that year; never empty for a model of `models()`."""
    own = [s for s in _shapes() if s.maker == maker and s.group == group]
    own = own or [s for s in _shapes() if s.maker == maker and s.group == "any"]
    found = tuple(s for s in own if s.first_year <= year <= s.last_year)
    if not found:
        raise LookupError(f"shapes.tsv has no shape for {maker} {group} in {year}")
    return found


@cache
def states() -> dict[str, dict[str, Any]]:
    """The demonstration States: their invented places, parties and persons, by ISO user-assigned code."""
    text = resources.files("countermark.demo").joinpath("data", "states.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
