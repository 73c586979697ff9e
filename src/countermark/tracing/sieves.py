"""The sieve of the store at hand: made once in a process that traces much, and brought up to date at each search.

It is as fresh as the ends of the logs it was read with. A search that finds them moved on adds the marks of the weapons which
the new entries are about; where an end is not where it was, everything is read again.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from django.db import connection, connections
from numpy.typing import NDArray

from countermark.ledger import database
from countermark.ledger.entry import decode
from countermark.ledger.models import LOG_SPAN
from countermark.marks import skeleton
from countermark.marks.text import canonical, split_prefix
from countermark.register import rules
from countermark.register.models import Mark
from countermark.tracing import sieve
from countermark.tracing.sieve import Sieve

Ends: TypeAlias = dict[int, tuple[int, bytes]]
"""Number of a log -> position and leaf hash of its last entry."""

LEAST_MARKS = 100_000
"""A smaller register is searched as fast without a sieve."""

PATIENCE = 3
"""Searches of a process before a sieve is made for it: a command that asks once has no use for one."""

MOST_NEW = 5_000
"""With more new entries than this everything is read again."""

PAGE = 50_000


@dataclass(frozen=True, eq=False)
class _Held:
    sieve: Sieve
    ends: Ends
    marks: int


_held: dict[str, _Held] = {}
_asked: dict[str, int] = {}
_making: set[str] = set()
_lock = threading.Lock()


def of_store(marks: int) -> Sieve | None:
    """The sieve of a store with so many marks as it stands now; None for a small one, and until one has been made."""
    if marks < LEAST_MARKS:
        return None
    name = _name()
    held = _held.get(name)
    if held is None or marks > 2 * held.marks:
        _make_soon(name, marks)
        return None
    ends = _ends()
    if ends == held.ends:
        return held.sieve
    with _lock:
        if not _brought_up(name, ends):
            _held.pop(name, None)
            return None
    return held.sieve


def make(marks: int) -> None:
    """Makes the sieve now, from the whole search table: about half a second for a million marks."""
    ends = _ends()
    made = sieve.of_keys(_keys(), marks)
    with _lock:
        _held[_name()] = _Held(made, ends, marks)


def is_made() -> bool:
    """Whether there is a sieve of the store at hand."""
    return _name() in _held


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _make_soon(name: str, marks: int) -> None:
    with _lock:
        _asked[name] = _asked.get(name, 0) + 1
        if _asked[name] < PATIENCE or name in _making:
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
    rows = _rows(
        "SELECT e.id, e.leaf FROM ledger_log l JOIN ledger_entry e ON e.id = (SELECT max(x.id) FROM ledger_entry x "
        "WHERE x.id >= l.id * %s AND x.id < (l.id + 1) * %s)",
        LOG_SPAN,
        LOG_SPAN,
    )
    return {position // LOG_SPAN: (position, bytes(leaf)) for position, leaf in rows}


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _keys() -> Iterator[NDArray[np.int64]]:
    rows = database.stream("SELECT skeleton FROM tracing_mark", [], PAGE)
    for page in database.chunks((key for (key,) in rows), PAGE):
        yield np.array(page, np.int64)


def _brought_up(name: str, ends: Ends) -> bool:
    """Adds the marks that came since; False where the logs are not the ones that were read, or have grown much."""
    held = _held.get(name)
    if held is None or any(log not in ends or ends[log][0] < position for log, (position, _) in held.ends.items()):
        return False
    spans = [(held.ends[log][0] if log in held.ends else log * LOG_SPAN - 1, ends[log][0]) for log in ends]
    if sum(last - first for first, last in spans) > MOST_NEW or not _are_there(held.ends):
        return False
    weapons = sorted({weapon for first, last in spans for weapon in _weapons(first, last)})
    for some in database.chunks(weapons, 500):
        texts = Mark.objects.filter(weapon_id__in=some).values_list("text", flat=True)
        held.sieve.add(np.array([skeleton.key(canonical(split_prefix(text)[1])) for text in texts], np.int64))
    _held[name] = _Held(held.sieve, ends, held.marks)
    return True


def _are_there(ends: Ends) -> bool:
    positions = [position for position, _ in ends.values()]
    rows = database.select_in("SELECT id, leaf FROM ledger_entry", "id", positions, kind="int")
    return {position: bytes(leaf) for position, leaf in rows} == dict(ends.values())


def _weapons(first: int, last: int) -> Iterator[str]:
    """The weapons that the entries after `first` up to `last` are about."""
    for position, data in _rows("SELECT id, data FROM ledger_entry WHERE id > %s AND id <= %s", first, last):
        entry = decode(position, bytes(data), "")
        if entry.kind == "event":
            yield from filter(rules.is_weapon_id, rules.weapons_of(entry.body))
