"""Weapons that a record page names beside its own: the same marks elsewhere, and records with the same identity."""

import re
from dataclasses import dataclass

from countermark.register.models import Mark, Weapon
from countermark.register.queries.records import Record, all_marks
from countermark.register.queries.scope import Scope
from countermark.register.rows import mark_text, spelling
from countermark.register.rules import MarkState

SHOWN = 50
_WITHOUT_NUMBER = re.compile(r"[^\W\d]*(\d\d|19\d\d|20\d\d)?")
"""A country or an owner, and a year: the canonical form of a mark that stands on many weapons."""


@dataclass(frozen=True)
class Related:
    """Another weapon, the mark both have, and whether it also agrees in maker, model, kind and calibre (`collision`)."""

    weapon: Weapon
    mark: str
    component: str
    collision: bool


def related(record: Record, scope: Scope) -> list[Related]:
    """Weapons a person may see that bear one of this weapon's marks; collisions first, at most `SHOWN`."""
    own = {record.state.id, *(state.id for state in record.joined)}
    texts = {mark_text(mark.text, mark.condition) for mark in all_marks(record) if not _is_common(mark)} - {""}
    if not texts:
        return []
    marks = scope.narrow(Mark.objects.exclude(canonical="").filter(canonical__in=texts), "weapon__")
    rows = list(marks.exclude(weapon_id__in=own).select_related("weapon").order_by("weapon_id", "number")[:SHOWN])
    control = record.state.control_mark
    serial = mark_text(control.text, control.condition) if control else ""
    found = [_related(row, record, serial) for row in rows if row.weapon.replaced_by is None]
    return sorted(found, key=lambda one: not one.collision)


def _is_common(mark: MarkState) -> bool:
    """Whether every weapon of one import or owner bears it: it says nothing of which weapon this is."""
    if mark.role == "control" or mark.mark_kind in ("", "manufacture"):
        return False
    return _WITHOUT_NUMBER.fullmatch(mark_text(mark.text, mark.condition)) is not None


def _related(row: Mark, record: Record, serial: str) -> Related:
    collision = row.role == "control" and row.canonical == serial != "" and same_type(row.weapon, record)
    return Related(row.weapon, row.text, row.component, collision)


def same_type(weapon: Weapon, record: Record) -> bool:
    """Whether a weapon agrees with a record in maker, model, kind and calibre, however they are spelled."""
    state = record.state
    return (spelling(weapon.maker), spelling(weapon.model), weapon.kind, spelling(weapon.calibre)) == (
        spelling(state.maker), spelling(state.model), state.kind, spelling(state.calibre),
    )  # fmt: skip
