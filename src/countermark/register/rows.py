"""The register's own view rows: pure functions from a weapon's state (`WeaponView`, `CounterView`)."""

import hashlib
from functools import lru_cache

from countermark.marks.text import canonical, split_prefix
from countermark.register import weaponviews
from countermark.register.rules import UNREADABLE, WeaponState
from countermark.register.weaponviews import CounterView, Row, WeaponView

WEAPON_COLUMNS = (
    "id", "source", "ref", "kind", "maker", "model", "calibre", "country", "year", "status", "serial", "holder", "place",
    "replaced_by", "finding", "first_recorded", "last_time", "entries",
)  # fmt: skip
MARK_COLUMNS = ("weapon_id", "number", "component", "role", "text", "canonical")


@lru_cache(maxsize=100_000)
def code_of(text: str) -> int:
    """The code of a maker, model or calibre as a source writes it, however spaced and capitalised: 1 to 2**31 - 1; 0 for none."""
    compared = spelling(text)
    return int.from_bytes(hashlib.blake2b(compared.encode(), digest_size=4).digest()) >> 1 or 1 if compared else 0


@lru_cache(maxsize=100_000)
def spelling(text: str) -> str:
    """The form in which spellings of a reference list are compared: case folded, white space single."""
    return " ".join(text.casefold().split())


def mark_text(text: str, condition: str) -> str:
    """The canonical form under which a mark is found; empty for one that cannot be read."""
    if text.isascii() and text.isalnum():
        return text.upper()  # what `canonical` makes of it
    return "" if condition in UNREADABLE and not text else canonical(split_prefix(text)[1])


def weapon_rows(state: WeaponState) -> tuple[Row]:
    """One row of `register_weapon`."""
    control = state.control_mark
    return ((
        state.id, state.source, state.ref, state.kind, state.maker, state.model, state.calibre, state.country, state.year,
        state.status, control.text if control else "", state.holder, state.place, state.replaced_by or None, state.finding,
        state.first_recorded, state.last_time, state.entries,
    ),)  # fmt: skip


def mark_rows(state: WeaponState) -> list[Row]:
    """One row of `register_mark` for each mark."""
    return [(state.id, m.number, m.component, m.role, m.text, mark_text(m.text, m.condition)) for m in state.marks]


def identity_key(state: WeaponState) -> int | None:
    """63 bits that maker, model, kind, calibre and control mark share with another weapon only in a collision."""
    control = state.control_mark
    serial = mark_text(control.text, control.condition) if control else ""
    if not serial or state.replaced_by:
        return None
    type_ = _type(state.maker, state.model, state.kind, state.calibre)
    return int.from_bytes(hashlib.blake2b(f"{type_}\x1f{serial}".encode(), digest_size=8).digest()) >> 1


@lru_cache(maxsize=10_000)
def _type(maker: str, model: str, kind: str, calibre: str) -> str:
    return "\x1f".join((spelling(maker), spelling(model), kind, spelling(calibre)))


def identity_rows(state: WeaponState) -> list[Row]:
    """The row of `register_identity`, if the weapon has a readable control mark."""
    key = identity_key(state)
    return [] if key is None else [(key, state.id)]


def spelling_keys(state: WeaponState) -> tuple[Row, ...]:
    """The keys of `register_spelling`: maker, model and calibre as written."""
    return _spellings(state.maker, state.model, state.calibre)


@lru_cache(maxsize=10_000)
def _spellings(maker: str, model: str, calibre: str) -> tuple[Row, ...]:
    written = (("maker", maker), ("model", model), ("calibre", calibre))
    return tuple((name, code_of(text), text) for name, text in written if text)


weaponviews.register(WeaponView("register_weapon", WEAPON_COLUMNS, weapon_rows, key_width=1))
weaponviews.register(WeaponView("register_mark", MARK_COLUMNS, mark_rows))
weaponviews.register(WeaponView("register_identity", ("key", "weapon_id"), identity_rows, lookup_kind="int"))
weaponviews.register(CounterView("register_spelling", ("list", "code", "text"), spelling_keys))
