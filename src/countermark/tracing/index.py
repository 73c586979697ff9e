"""The search table: one row per mark, the same on SQLite and PostgreSQL.

It is a view in the sense of the house: folded from the ledger, written in the ledger's transaction, rebuilt equal. Rows hold
small codes only; a maker or calibre is the hash of its text as the source wrote it, so that a change of the reference list
rewrites nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import pycountry

from countermark.marks import skeleton
from countermark.marks.placeholders import PLACEHOLDERS, is_placeholder
from countermark.marks.text import canonical, split_prefix
from countermark.register.files import countries
from countermark.register.rows import code_of

Vendor: TypeAlias = Literal["sqlite", "postgresql"]

LAST_PLACES = 6
"""Places the reversed key covers: enough to find an unread beginning, and half the bytes of a full key."""

KINDS = (
    "",
    "revolver",
    "self_loading_pistol",
    "rifle",
    "carbine",
    "submachine_gun",
    "assault_rifle",
    "light_machine_gun",
    "shotgun",
    "heavy_machine_gun",
    "grenade_launcher",
    "anti_aircraft_gun",
    "anti_tank_gun",
    "recoilless_rifle",
    "anti_tank_launcher",
    "manpads",
    "mortar",
    "other",
)
"""Position = code in the table. Append only."""

COMPONENTS = (
    "",
    "receiver",
    "frame",
    "upper_receiver",
    "lower_receiver",
    "barrel",
    "slide",
    "cylinder",
    "bolt",
    "breech_block",
    "trigger_housing",
    "launch_tube",
    "gripstock",
    "silencer",
    "plate",
    "other",
)
"""Position = code in the table. Append only."""

MARK_KINDS = (
    "manufacture",
    "",
    "import",
    "state_stock",
    "transfer",
    "found",
    "deactivation",
    "owner",
    "proof",
    "covert",
)
"""Position = code in the table. Append only. The usual one is 0: SQLite stores it in no bytes."""

COLUMNS = (
    "skeleton",
    "weapon_key",
    "number",
    "rskeleton",
    "maker",
    "kind",
    "calibre",
    "country",
    "component",
    "mark_kind",
    "canonical",
)


class Mark(Protocol):
    """What is read of `register.rules.MarkState`."""

    @property
    def number(self) -> int: ...
    @property
    def component(self) -> str: ...
    @property
    def mark_kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def until(self) -> str: ...


class Weapon(Protocol):
    """What is read of `register.rules.WeaponState`."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def maker(self) -> str: ...
    @property
    def calibre(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def marks(self) -> Sequence[Mark]: ...


class Row(NamedTuple):
    """One row of `tracing_mark`, in the order of `COLUMNS`."""

    skeleton: int
    weapon_key: int
    number: int
    rskeleton: int
    maker: int
    kind: int
    calibre: int
    country: int
    component: int
    mark_kind: int
    canonical: str


def ddl(vendor: Vendor) -> list[str]:
    """The statements that make the empty search tables."""
    columns = (
        "skeleton bigint not null, weapon_key bigint not null, number smallint not null, rskeleton integer not null, "
        "maker integer not null, kind smallint not null, calibre integer not null, country integer not null, "
        "component smallint not null, mark_kind smallint not null, canonical text not null"
    )
    patterns = "create table tracing_pattern (pattern bigint primary key, n bigint not null)"
    if vendor == "sqlite":
        return [
            f"create table tracing_mark ({columns}, primary key (skeleton, weapon_key, number)) without rowid",
            "create index tracing_mark_end on tracing_mark (rskeleton, maker)",
            patterns,
        ]
    # The rest of the row rides in both indexes, so that a search need not visit the table.
    carried = "maker, kind, calibre, country, component, mark_kind, canonical"
    return [
        # Vacuumed often, so that both indexes can answer alone after a load.
        (
            f"create table tracing_mark ({columns}, primary key (skeleton, weapon_key, number) include ({carried})) "
            "with (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05)"
        ),
        (
            "create index tracing_mark_end on tracing_mark (rskeleton, maker) "
            "include (skeleton, weapon_key, number, kind, calibre, country, component, mark_kind, canonical)"
        ),
        patterns,
    ]


def weapon_key(weapon_id: str) -> int:
    """The 63 bits of a weapon's UUID by which the search table names it."""
    return int(weapon_id.replace("-", "")[:16], 16) >> 1


@lru_cache(maxsize=1000)
def country_code(country: str) -> int:
    """Two to four letters of ISO 3166 as one number below 2**21; 0 for unknown (`ZZ` or none)."""
    letters = country.strip().upper()
    if letters in ("", "ZZ") or len(letters) > 4 or not (letters.isascii() and letters.isalnum()):
        return 0
    return int(letters, 36)


_KIND_CODES = {name: number for number, name in enumerate(KINDS)}
_COMPONENT_CODES = {name: number for number, name in enumerate(COMPONENTS)}
_MARK_KIND_CODES = {name: number for number, name in enumerate(MARK_KINDS)}


def kind_code(kind: str) -> int:
    """0 when unknown."""
    return _KIND_CODES.get(kind, 0)


def component_code(component: str) -> int:
    """0 when unknown."""
    return _COMPONENT_CODES.get(component, 0)


def mark_kind_code(mark_kind: str) -> int:
    """`manufacture` when unknown."""
    return _MARK_KIND_CODES.get(mark_kind, 0)


def end_key(text: str) -> int:
    """The reversed key of a canonical text, its last six places: 30 bits."""
    return skeleton.reversed_key(text[-LAST_PLACES:]) >> skeleton.BITS * (skeleton.PLACES - LAST_PLACES)


def rows(weapon: Weapon) -> list[Row]:
    """The search rows of a weapon as it stands; a mark that cannot be read, or whose part was taken off, has none."""
    key = weapon_key(weapon.id)
    facts = _facts(weapon.maker, weapon.kind, weapon.calibre, weapon.country)
    return [
        _row((
            skeleton.key(text), key, mark.number, end_key(text), *facts, _COMPONENT_CODES.get(mark.component, 0),
            _MARK_KIND_CODES.get(mark.mark_kind, 0), text,
        ))
        for mark in weapon.marks
        if not mark.until and (text := _searched_mark(mark))
    ]  # fmt: skip


_row: Callable[[Iterable[Any]], Row] = Row._make


@lru_cache(maxsize=10_000)
def _facts(maker: str, kind: str, calibre: str, country: str) -> tuple[int, int, int, int]:
    return (code_of(maker), kind_code(kind), code_of(calibre), country_code(country))


def patterns(weapon: Weapon) -> list[tuple[int]]:
    """The keys of `tracing_pattern`: one for each search row."""
    return [(skeleton.pattern(text),) for mark in weapon.marks if not mark.until and (text := _searched_mark(mark))]


_PUT_ON_MANY = frozenset(("import", "state_stock", "transfer", "found", "deactivation", "proof"))
"""Kinds of mark that may say no more than which State put them on, and when (ITI 8 (b), (d))."""

_COUNTRY_AND_YEAR = re.compile(r"([A-Z]{2,3})(?:[0-9]{2}|(?:19|20)[0-9]{2})?")


def _searched_mark(mark: Mark) -> str:
    """The text a mark is searched by: none where it tells a State and a year, which thousands of weapons share."""
    text = _searched(mark.text)
    if mark.mark_kind not in _PUT_ON_MANY:
        return text
    found = _COUNTRY_AND_YEAR.fullmatch(text)
    return "" if found and (found[1] in _countries() or countries.is_user_assigned(found[1])) else text


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for country in pycountry.countries for code in (country.alpha_2, country.alpha_3))


def _searched(text: str) -> str:
    if text.isascii() and text.isalnum():
        form = text.upper()  # what `canonical` makes of it
        return "" if form in PLACEHOLDERS else form
    if not text or is_placeholder(text):
        return ""
    return canonical(split_prefix(text)[1])


def pattern_changes(removed: Iterable[Row], added: Iterable[Row]) -> dict[int, int]:
    """Pattern -> change of its count, for `tracing_pattern`; kept in the same transaction as the rows."""
    change = Counter(skeleton.pattern(row.canonical) for row in added)
    change.subtract(skeleton.pattern(row.canonical) for row in removed)
    return {pattern: n for pattern, n in change.items() if n}
