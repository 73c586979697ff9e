"""Folds entries into the views of weapons: links first, then each touched weapon once, then every room's rows."""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from operator import itemgetter
from typing import Any

from django.db import connection

from countermark.ledger import database, jcs, projections, store
from countermark.ledger.entry import Entry
from countermark.ledger.projections import Difference
from countermark.register import bodies, rules, weaponviews
from countermark.register.births import Chunk
from countermark.register.rules import WeaponState, is_weapon_id
from countermark.register.weaponviews import RECORDED, CounterView, Row, Views, WeaponView

BATCH = 2000


@dataclass(frozen=True)
class Change:
    """One weapon before and after a batch; `before` is None for a weapon that was not known."""

    before: WeaponState | None
    after: WeaponState


def event_identity(body: dict[str, Any]) -> str:
    """32 hexadecimal digits by which an event is recognised in a file: of its source and number where it has one, else of
    what it says, however often. The declaration that an event was wrong has the event's.
    """
    number = body.get("countermark:id")
    if isinstance(number, str) and number:
        source = str(body.get("countermark:source", ""))
        return hashlib.blake2b(f"{source}\x1f{number}".encode(), digest_size=16).hexdigest()
    said = bodies.said_of(body)
    said.pop("countermark:occurrence", None)
    return hashlib.blake2b(jcs.encode(said), digest_size=16).hexdigest()


def _kept_identity(body: dict[str, Any]) -> str | None:
    """The identity of an event whose eventID alone does not tell: a numbered one, or one that stands for another."""
    instead = ("countermark:corrects" in body or "countermark:reopens" in body) and "ilmd" not in body
    return event_identity(body) if instead or body.get("countermark:id") else None


class RegisterProjection:
    """Keeps `register_link` and every registered weapon view in step with the logs."""

    name = "register"

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table this fills: backups leave them out, since they are folded again."""
        of_weapons = (view.table for view in weaponviews.WEAPON_VIEWS)
        of_counts = (view.table for view in weaponviews.COUNTER_VIEWS)
        return ("register_link", *of_weapons, *of_counts)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Folds the weapons the new entries are about, and no others."""
        touched = _by_weapon(entries)
        if not touched:
            return
        earlier = _earlier_entries(touched)
        _write_links(touched)
        write_views([_change(weapon_id, earlier.get(weapon_id, []), new) for weapon_id, new in touched.items()])

    def rebuild(self) -> None:
        """Empties every weapon view and folds all weapons again, `BATCH` at a time."""
        for table in self.tables:
            _empty(table)
        for entries in database.chunks(store.all_entries(), BATCH):
            _write_links(_by_weapon(entries))
        for states in _all_states():
            write_views([Change(None, state) for state in states])

    def compare(self) -> Iterator[Difference]:
        """Links against entries, then each weapon's rows against a fresh fold, then the counts."""
        yield from _compare_links()
        counts: dict[str, Counter[Row]] = {view.table: Counter() for view in weaponviews.COUNTER_VIEWS}
        totals: Counter[str] = Counter()
        for states in _all_states():
            for counter in weaponviews.COUNTER_VIEWS:
                counts[counter.table].update(key for state in states for key in counter.keys(state))
            for view in weaponviews.WEAPON_VIEWS:
                totals[view.table] += sum(1 for state in states for _ in view.rows(state))
                yield from _compare_rows(view, states)
        yield from _compare_totals(totals)
        for counter in weaponviews.COUNTER_VIEWS:
            yield from _compare_counts(counter, counts[counter.table])


def _by_weapon(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    touched: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.kind == "event":
            for weapon_id in dict.fromkeys(rules.weapons_of(entry.body)):
                if is_weapon_id(weapon_id):
                    touched[weapon_id].append(entry)
    return touched


def _earlier_entries(touched: dict[str, list[Entry]]) -> dict[str, list[Entry]]:
    """Entries already linked to the touched weapons, by weapon."""
    positions: dict[str, list[int]] = defaultdict(list)
    for weapon_id, position in _links(list(touched)):
        positions[weapon_id].append(position)
    wanted = sorted({position for some in positions.values() for position in some})
    found = {entry.position: entry for some in database.chunks(wanted, BATCH) for entry in store.entries_at(some)}
    return {weapon_id: [found[p] for p in some if p in found] for weapon_id, some in positions.items()}


def _links(weapon_ids: Sequence[str]) -> Iterator[tuple[str, int]]:
    # What is no id names no weapon; PostgreSQL would refuse to look it up.
    for some in database.chunks(filter(is_weapon_id, weapon_ids), 10_000):
        for weapon_id, position in database.select_in(
            "SELECT weapon_id, position FROM register_link", "weapon_id", some, kind="uuid"
        ):
            yield database.uuid_text(weapon_id), position


def _write_links(touched: dict[str, list[Entry]]) -> None:
    parameter = database.uuid_parameter
    links = [
        (parameter(weapon_id), entry.position, _kept_identity(entry.body))
        for weapon_id, entries in touched.items()
        for entry in entries
    ]
    database.insert_rows("register_link", ("weapon_id", "position", "identity"), sorted(links))


def _change(weapon_id: str, earlier: list[Entry], new: list[Entry]) -> Change:
    before = rules.fold(weapon_id, earlier) if earlier else None
    return Change(before, rules.fold(weapon_id, [*earlier, *new] if earlier else new))


def views() -> Views:
    """Every view, for the database at hand."""
    hexadecimal = not database.is_postgresql()
    return Views(tuple(weaponviews.WEAPON_VIEWS), tuple(weaponviews.COUNTER_VIEWS), hexadecimal)


def write_views(changes: Sequence[Change]) -> None:
    """Writes what changed of some weapons: rows that stay as they are are not touched."""
    known = views()
    after = [known.prepare(change.after) for change in changes]
    before = [known.prepare(change.before) for change in changes if change.before is not None]
    for number, view in enumerate(known.weapon):
        added = [row for prepared in after for row in prepared.rows[number]]
        if before:
            old, new = {row for prepared in before for row in prepared.rows[number]}, set(added)
            _delete(view, sorted(row[: view.key_width] for row in old - new))
            added = list(new - old)
        # In the order of the key neighbours share pages.
        database.insert_rows(view.table, view.columns, sorted(added, key=_FIRST))
    for number, counter in enumerate(known.counter):
        delta = Counter(key for prepared in after for key in prepared.keys[number])
        delta.subtract(key for prepared in before for key in prepared.keys[number])
        _count(counter, delta)


def write_births(born: Sequence[Chunk], first: int, time: str) -> None:
    """Writes every view of weapons whose births are recorded from position `first` on, from rows worked out beforehand."""
    links = zip(chain.from_iterable(chunk.ids for chunk in born), count(first), strict=False)
    database.insert_rows("register_link", ("weapon_id", "position"), sorted(links))
    known = views()
    for number, view in enumerate(known.weapon):
        rows = sorted(chain.from_iterable(chunk.rows[number] for chunk in born), key=_FIRST)
        shared = {RECORDED: time} if RECORDED in view.columns else {}
        database.insert_rows(view.table, [column for column in view.columns if column not in shared], rows, shared)
    for number, counter in enumerate(known.counter):
        delta: Counter[Row] = Counter()
        for chunk in born:
            delta.update(dict(chunk.counts[number]))
        _count(counter, delta)


def are_known(weapon_ids: Sequence[str]) -> bool:
    """Whether an entry of any log is about one of some weapons."""
    return bool(database.select_in("SELECT 1 FROM register_link", "weapon_id", weapon_ids, kind="uuid"))


_FIRST = itemgetter(0)


def _delete(view: WeaponView, keys: Sequence[Row]) -> None:
    if not keys:
        return
    condition = " AND ".join(f"{column} = %s" for column in view.key)
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {view.table} WHERE {condition}", keys)  # noqa: S608


def _count(view: CounterView, delta: Counter[Row]) -> None:
    columns = ",".join(f'"{column}"' for column in view.columns)
    marks = ",".join(["%s"] * (len(view.columns) + 1))
    added = sorted((*key, n) for key, n in delta.items() if n)
    if not added:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {view.table} ({columns}, n) VALUES ({marks})"  # noqa: S608
            f" ON CONFLICT ({columns}) DO UPDATE SET n = {view.table}.n + excluded.n",
            added,
        )
        if any(row[-1] < 0 for row in added):
            cursor.execute(f"DELETE FROM {view.table} WHERE n = 0")  # noqa: S608


def _all_states() -> Iterator[list[WeaponState]]:
    """Fresh folds of every weapon, in batches, in the order of their ids."""
    sql = "SELECT weapon_id, position FROM register_link ORDER BY weapon_id, position"
    groups: dict[str, list[int]] = {}
    for raw, position in database.stream(sql, []):
        weapon_id = database.uuid_text(raw)
        if weapon_id not in groups and len(groups) >= BATCH:
            yield _states(groups)
            groups = {}
        groups.setdefault(weapon_id, []).append(position)
    if groups:
        yield _states(groups)


def _states(groups: dict[str, list[int]]) -> list[WeaponState]:
    positions = sorted({position for some in groups.values() for position in some})
    found = {entry.position: entry for entry in store.entries_at(positions)}
    return [rules.fold(weapon_id, [found[p] for p in some if p in found]) for weapon_id, some in groups.items()]


def state_of(weapon_id: str) -> WeaponState | None:
    """The fresh fold of one weapon, or None when no entry is about it."""
    return states_of([weapon_id]).get(weapon_id)


def states_of(weapon_ids: Sequence[str]) -> dict[str, WeaponState]:
    """Fresh folds of some weapons; those no entry is about are left out."""
    groups: dict[str, list[int]] = defaultdict(list)
    for weapon_id, position in _links(weapon_ids):
        groups[weapon_id].append(position)
    return {state.id: state for state in _states(groups)} if groups else {}


def entries_of(weapon_ids: Sequence[str]) -> list[Entry]:
    """All entries about some weapons."""
    return store.entries_at(sorted({position for _, position in _links(weapon_ids)}))


def entries_holding(weapon_ids: Sequence[str], text: bytes) -> list[Entry]:
    """Those entries about some weapons whose bytes contain `text`; the others are not even decoded."""
    positions = sorted({position for _, position in _links(weapon_ids)})
    rows = database.select_in("SELECT id, data FROM ledger_entry", "id", positions, kind="int")
    return store.entries_at([position for position, data in rows if text in bytes(data)])


def _compare_links() -> Iterator[Difference]:
    expected_total = 0
    for entries in database.chunks(store.all_entries(), BATCH):
        expected = {
            (weapon_id, entry.position, _kept_identity(entry.body))
            for weapon_id, some in _by_weapon(entries).items()
            for entry in some
        }
        expected_total += len(expected)
        positions = [entry.position for entry in entries]
        sql = "SELECT weapon_id, position, identity FROM register_link"
        span = f"{sql} WHERE position BETWEEN %s AND %s"
        found = {(database.uuid_text(w), p, i) for w, p, i in database.stream(span, [positions[0], positions[-1]])}
        for weapon_id, position, _ in sorted(expected ^ found, key=str):
            yield Difference("register_link", weapon_id, f"as entry {position} says", "missing, extra or changed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM register_link")
        total = cursor.fetchone()[0]
    if total != expected_total:
        yield Difference("register_link", "count", str(expected_total), str(total))


def _compare_rows(view: WeaponView, states: list[WeaponState]) -> Iterator[Difference]:
    known = views()
    expected = {row[: view.key_width]: row for state in states for row in known.rows(view, state)}
    columns = ",".join(f'"{column}"' for column in view.columns)
    wanted = sorted({key[0] for key in expected})
    sql = f"SELECT {columns} FROM {view.table}"  # noqa: S608
    fetched = (_plain(row) for row in database.select_in(sql, view.columns[0], wanted, kind=view.lookup_kind))
    # A search key is shared by many weapons: rows of weapons of other batches are compared with theirs.
    found = {row[: view.key_width]: row for row in fetched if row[: view.key_width] in expected}
    for key, row in expected.items():
        if found.get(key) != row:
            yield Difference(view.table, _key_text(key), str(row), str(found.get(key, "missing")))


def _key_text(key: Row) -> str:
    first = database.uuid_text(key[0]) if isinstance(key[0], str) and len(key[0]) == 32 else str(key[0])
    return "/".join([first, *map(str, key[1:])])


def _plain(row: Row) -> Row:
    return tuple(str(value) if isinstance(value, uuid.UUID) else value for value in row)


def _compare_totals(expected: Counter[str]) -> Iterator[Difference]:
    """Rows that belong to no weapon show in the number of rows."""
    with connection.cursor() as cursor:
        for view in weaponviews.WEAPON_VIEWS:
            cursor.execute(f"SELECT count(*) FROM {view.table}")  # noqa: S608
            total = cursor.fetchone()[0]
            if total != expected[view.table]:
                yield Difference(view.table, "number of rows", str(expected[view.table]), str(total))


def _compare_counts(view: CounterView, expected: Counter[Row]) -> Iterator[Difference]:
    columns = ",".join(f'"{column}"' for column in view.columns)
    found = {tuple(row[:-1]): row[-1] for row in database.stream(f"SELECT {columns}, n FROM {view.table}", [])}  # noqa: S608
    for key in sorted(set(expected) | set(found), key=str):
        if expected.get(key, 0) != found.get(key, 0):
            yield Difference(view.table, str(key), str(expected.get(key, 0)), str(found.get(key, 0)))


def _empty(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608


projections.register(RegisterProjection())
