"""Exports that load back unchanged: one source's weapons, or the events of their lives, as a register or events file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from countermark.ledger import database, services
from countermark.ledger.entry import Entry
from countermark.ledger.services import Actor
from countermark.register import projection
from countermark.register.files import dates, write
from countermark.register.files.staging import mark_order
from countermark.register.files.vocabulary import EVENT_COLUMNS, EVENTS, WEAPON_COLUMNS
from countermark.register.files.weapons import Facts, MarkRow
from countermark.register.loading.naming import file_digest
from countermark.register.rules import (
    HistoryEvent,
    MarkState,
    WeaponState,
    declared_in_error,
    history,
    ordered,
    weapons_of,
)
from countermark.register.services import own_source, side_texts

Kind = Literal["weapons", "events"]
Row = Sequence[str]

CHUNK = 1000


class SeveralSourcesError(Exception):
    """Record numbers of several sources cannot stand in one file; the message names the sources."""


def export(kind: Kind, path: Path, by: Actor, *, source: str = "", purpose: str = "") -> int:
    """Writes a register or events file (CSV) and appends an `export` act with its digest. Returns the number of rows.

    A file speaks of one source's record numbers: `source`, else the only one there is. Raises `SeveralSourcesError` when it
    must be said which, and OSError; the file is whole or not there.
    """
    source = source or _only_source()
    header, rows = (WEAPON_COLUMNS, _weapons(source)) if kind == "weapons" else (EVENT_COLUMNS, _events(source))
    count = write.write_rows(path, header, rows)
    fields = {"kind": kind, "source": source, "rows": count, "file": f"sha256:{file_digest(path)}"}
    try:
        services.append([services.timed_act("export", fields, note=purpose)], by=by)
    except Exception:
        # An export nobody can answer for must not exist.
        path.unlink(missing_ok=True)
        raise
    return count


def _only_source() -> str:
    rows = database.stream("SELECT DISTINCT source FROM register_weapon WHERE ref <> '' ORDER BY source LIMIT 20", [])
    found = [str(row[0]) for row in rows]
    if len(found) > 1:
        raise SeveralSourcesError(f"the register holds several sources: {', '.join(found)}; say which with --source")
    return found[0] if found else own_source()


def _ids(source: str) -> Iterator[list[str]]:
    sql = "SELECT id FROM register_weapon WHERE source = %s AND ref <> '' ORDER BY ref"
    for rows in database.chunks(database.stream(sql, [source]), CHUNK):
        yield [database.uuid_text(row[0]) for row in rows]


def _weapons(source: str) -> Iterator[Row]:
    for ids in _ids(source):
        states = projection.states_of(ids)
        fitted = _fitted_by_events(ids)
        for weapon_id in ids:
            yield from _weapon_rows(states[weapon_id], fitted)


def _fitted_by_events(ids: Sequence[str]) -> set[str]:
    """Ids of the events that brought a marked part: the events file brings it again."""
    return {e.event_id for e in projection.entries_of(ids) if e.body.get("countermark:event") == "install"}


def _weapon_rows(state: WeaponState, fitted: set[str]) -> Iterator[Row]:
    facts = Facts(state.kind, state.maker, state.model, state.calibre, state.country, state.year)
    marks = sorted((_mark(mark) for mark in state.marks if mark.event_id not in fitted), key=mark_order)
    return write.weapon_rows(state.ref, facts, marks or [MarkRow("", "part", "other", "manufacture", "", "", "none")])


def _mark(m: MarkState) -> MarkRow:
    return MarkRow(m.component, m.carrier, m.role, m.mark_kind, m.text, m.inscription, m.condition, m.layer)


def _events(source: str) -> Iterator[Row]:
    for ids in _ids(source):
        refs = {weapon_id: state.ref for weapon_id, state in projection.states_of(ids).items()}
        lines = list(_standing_lines(ids))
        urns = {
            urn for _, line, _ in lines for urn in (line.sender, line.receiver, line.place, line.document, line.note)
        }
        names = side_texts([urn for urn in urns if urn])
        yield from (_event_row(refs[weapon_id], line, entry, names) for weapon_id, line, entry in lines)


def _standing_lines(ids: Sequence[str]) -> Iterator[tuple[str, HistoryEvent, Entry]]:
    """The events an events file can tell, weapon by weapon in the order of `ids`."""
    by_weapon: dict[str, list[Entry]] = {weapon_id: [] for weapon_id in ids}
    for entry in projection.entries_of(ids):
        for weapon_id in weapons_of(entry.body):
            by_weapon.get(weapon_id, []).append(entry)
    for weapon_id, entries in by_weapon.items():
        wrong = declared_in_error(entries)
        standing = {e.event_id: e for e in ordered(entries) if e.event_id not in wrong and _is_line(e)}
        for line in history(standing.values()):
            yield weapon_id, line, standing[line.event_id]


def _is_line(entry: Entry) -> bool:
    """Births and added marks stand in the register file; joins and foreign events have no line."""
    body = entry.body
    if "errorDeclaration" in body or "ilmd" in body or "countermark:marks" in body:
        return False
    return body.get("countermark:event") in EVENTS


def _event_row(ref: str, line: HistoryEvent, entry: Entry, names: dict[str, str]) -> Row:
    body = entry.body
    party = (names.get(line.sender, line.sender), names.get(line.receiver, line.receiver))
    where = (line.country, names.get(line.place, line.place), names.get(line.document, line.document))
    extras = [str(body.get(f"countermark:{key}", "")) for key in ("id", "component", "mark", "other_ref")]
    return (ref, line.event, _date(line), *party, *where, names.get(line.note, line.note), *extras)


def _date(line: HistoryEvent) -> str:
    """The date as its source wrote it, or in ISO 8601 where only a map could read it back."""
    moment = dates.parse(line.date)
    if isinstance(moment, dates.Moment) and (moment.instant, moment.precision) == (line.time, line.precision):
        return line.date
    length = {"year": 4, "month": 7, "day": 10, "unknown": 0}.get(line.precision, len(line.time))
    return line.time[:length]
