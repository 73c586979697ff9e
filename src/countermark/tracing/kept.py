"""What a process that traces much keeps of the store at hand, made once and brought up to date at each search.

Either the marks as sorted arrays, with the sieve over them, or, of a register too large for the memory allowed, the sieve alone. Both are as
fresh as the ends of the logs they were read with. A search that finds these moved on reads the marks of the weapons which the
new entries are about; where an end is not where it was, or the views were folded anew, everything is read again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from django.conf import settings
from django.db import connection, connections
from numpy.typing import NDArray

from countermark.ledger import database
from countermark.ledger.entry import decode
from countermark.ledger.models import LOG_SPAN
from countermark.marks import skeleton
from countermark.marks.text import canonical, split_prefix
from countermark.register import rules
from countermark.register.models import Mark
from countermark.tracing import arrays, ends, index, sieve
from countermark.tracing.arrays import Layered
from countermark.tracing.ends import Answered, End, Ends
from countermark.tracing.instep import InStep
from countermark.tracing.sieve import Sieve
from countermark.tracing.store import NO_ROWS, Rows, Store, django_store, join, settled

Ints: TypeAlias = NDArray[np.int64]

LEAST_MARKS = 100_000
"""A smaller register is searched about as fast without."""

PATIENCE = 3
"""Searches of a process before anything is made for it: a command that asks once has no use for it."""

REST = 20
"""A process that made something makes it anew after so many times as long as that took: a large load outdates it all the time."""

MOST_NEW = 5_000
"""With more new entries than this everything is read again."""

MANY_TOUCHED = 2_000
"""Weapons written about since the arrays were made, from which they are made anew, aside, while they still serve."""

MOST_TOUCHED = 20_000
"""Such weapons from which on they no longer do."""

PAGE = 50_000


@dataclass(frozen=True, eq=False)
class _Held:
    """`marks`: how many there were when it was made."""

    ends: Ends
    marks: int
    sieve: Sieve
    layered: Layered | None

    @property
    def touched(self) -> int:
        """Weapons written about since, as far as they matter."""
        return 0 if self.layered is None else len(self.layered.touched)


class _Making(NamedTuple):
    """When a process was done with making, and what that took: seconds."""

    done: float
    took: float


_held: dict[str, _Held] = {}
_asked: dict[str, int] = {}
_made: dict[str, _Making] = {}
_making: set[str] = set()
_lock = threading.Lock()


@contextmanager
def opened() -> Iterator[Store]:
    """What is to be asked for the register at hand as it stands now: arrays where there are some, else its table.

    Nothing else may be asked of the database inside.
    """
    held = _held.get(_name())
    if held is None or held.layered is None:
        yield django_store(connection, of_store)
        return
    in_step = InStep(held.layered, held.ends, _ask(), _renewed)
    try:
        yield in_step
    finally:
        in_step.close()


def _ask() -> Answered:
    if not database.is_postgresql():
        found = _ends()
        return lambda: found
    connection.ensure_connection()
    with connection.wrap_database_errors:
        asked = ends.asked_meanwhile(connection.connection.pgconn, LOG_SPAN)

    def answered() -> Ends:
        with connection.wrap_database_errors:
            return asked()

    return answered


def _renewed() -> Store:
    held = _current()
    return django_store(connection, of_store) if held is None or held.layered is None else held.layered


def of_store(marks: int) -> Sieve | None:
    """The sieve of a store with so many marks as it stands now; None for a small one, and until one has been made."""
    if marks < LEAST_MARKS:
        return None
    held = _held.get(_name())
    if held is None or marks > 2 * held.marks:
        _make_soon(_name(), marks)
        return None
    current = _current()
    return None if current is None else current.sieve


def _current() -> _Held | None:
    """What is kept, brought up to date; None where it has to be made anew."""
    name = _name()
    held = _held.get(name)
    if held is not None and held.ends == _ends():
        return held
    with _lock:
        held = _held.get(name)
        # Asked again: another thread may have brought up more than was there a moment ago.
        brought = None if held is None else _brought_up(held, _ends())
        if brought is None:
            _held.pop(name, None)
        else:
            _held[name] = brought
    if brought is not None and brought.touched > MANY_TOUCHED:
        _make_soon(name, brought.marks)
    return brought


def make(marks: int) -> None:
    """Makes now what is kept of a store with so many marks: for a million about a second, or half of one for the sieve alone."""
    began = monotonic()
    # Before the marks are read: what is written meanwhile counts as new.
    read_at = _ends()
    fits = marks * arrays.BYTES_A_MARK <= settings.SEARCH_MEGABYTES * 1_000_000
    held = _with_arrays(read_at) if fits else _Held(read_at, marks, sieve.of_keys(_keys(), marks), None)
    with _lock:
        _held[_name()] = held
        _made[_name()] = _Making(monotonic(), monotonic() - began)


def _with_arrays(read_at: Ends) -> _Held:
    table = django_store(connection)
    known = settled(table)
    below = arrays.gathered(table.pages(PAGE), known)
    sifted = sieve.of_keys([below.skeleton], len(below.skeleton))
    layered = arrays.layered(replace(below, seen=known._replace(sieve=sifted)))
    return _Held(read_at, len(below.skeleton), sifted, layered)


def is_made() -> bool:
    """Whether something is kept of the store at hand."""
    return _name() in _held


def forget() -> None:
    """Nothing is kept any more, of no store."""
    for one in (_held, _asked, _made):
        one.clear()


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _make_soon(name: str, marks: int) -> None:
    with _lock:
        _asked[name] = _asked.get(name, 0) + 1
        last = _made.get(name)
        rests = last is not None and monotonic() < last.done + REST * last.took
        if _asked[name] < PATIENCE or name in _making or rests:
            return
        _making.add(name)
    threading.Thread(target=_make_aside, args=(name, marks, connection.alias), daemon=True).start()


def _make_aside(name: str, marks: int, alias: str) -> None:
    try:
        make(marks)
    finally:
        _making.discard(name)
        connections[alias].close()


def _ends() -> Ends:
    return ends.ends_of(_rows(ends.ASKED, LOG_SPAN, LOG_SPAN), LOG_SPAN)


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _keys() -> Iterator[Ints]:
    rows = database.stream("SELECT skeleton FROM tracing_mark", [], PAGE)
    for page in database.chunks((key for (key,) in rows), PAGE):
        yield np.array(page, np.int64)


def _brought_up(held: _Held, now: Ends) -> _Held | None:
    """With the marks that came since; None where the logs are not the ones that were read, or have grown much."""
    if now == held.ends:
        return held
    if any(log not in now or _is_before(now[log], end) for log, end in held.ends.items()):
        return None
    spans = [(held.ends[log].position if log in held.ends else log * LOG_SPAN - 1, now[log].position) for log in now]
    if sum(last - first for first, last in spans) > MOST_NEW or not _are_there(held.ends):
        return None
    weapons = sorted({weapon for first, last in spans for weapon in _weapons(first, last)})
    if len(weapons) > MOST_TOUCHED:
        return None
    keys = _keys_of(weapons)
    held.sieve.add(keys)
    brought = replace(held, ends=now, layered=held.layered and _with_newer(held.layered, weapons, keys))
    return None if brought.touched > MOST_TOUCHED else brought


def _is_before(now: End, then: End) -> bool:
    """Whether a log is shorter than it was, or its views are others."""
    return now.position < then.position or now.folded != then.folded


def _are_there(then: Ends) -> bool:
    leaves = {end.position: end.leaf for end in then.values()}
    rows = database.select_in("SELECT id, leaf FROM ledger_entry", "id", list(leaves), kind="int")
    return {position: bytes(leaf) for position, leaf in rows} == leaves


def _weapons(first: int, last: int) -> Iterator[str]:
    """The weapons that the entries after `first` up to `last` are about."""
    for position, data in _rows("SELECT id, data FROM ledger_entry WHERE id > %s AND id <= %s", first, last):
        entry = decode(position, bytes(data), "")
        if entry.kind == "event":
            yield from filter(rules.is_weapon_id, rules.weapons_of(entry.body))


AT_ONCE = 500
"""Weapons, or keys, asked for in one statement."""


def _keys_of(weapons: list[str]) -> Ints:
    """The keys under which marks of these weapons may stand, sorted."""
    found: set[int] = set()
    for some in database.chunks(weapons, AT_ONCE):
        texts = Mark.objects.filter(weapon_id__in=some).values_list("text", flat=True)
        found.update(skeleton.key(canonical(split_prefix(text)[1])) for text in texts)
    return np.array(sorted(found), np.int64)


def _with_newer(layered: Layered, weapons: list[str], keys: Ints) -> Layered:
    table = django_store(connection)
    touched = np.unique(np.array([index.weapon_key(weapon) for weapon in weapons], np.int64))
    parts = [_of(touched, table.lookup(keys[at : at + AT_ONCE], EVERY)) for at in range(0, len(keys), AT_ONCE)]
    known = settled(table)._replace(sieve=layered.seen.sieve)
    return layered.with_newer(touched, join(parts) if parts else NO_ROWS, known)


EVERY = 1 << 31
"""No bound."""


def _of(touched: Ints, rows: Rows) -> Rows:
    return rows.take(np.flatnonzero(np.isin(rows.weapon_key, touched)))
