"""From staged weapons to ready entries and rows: ids, bytes, hashes, views, computed outside the process that writes the store.

Pure. For a large file a second process does this work while the first one writes (search.md: one process touches the store,
others may parse and hash); for a small one it is done here, in the same way.
"""

import contextlib
import fcntl
import gc
import multiprocessing
import os
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice, repeat
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from countermark.ledger import jcs
from countermark.ledger.drafts import Draft
from countermark.ledger.entry import begun, key_of
from countermark.register import bodies, moulds, rules
from countermark.register.files.staging import Staged, StagedWeapon, following, unpacked_weapon
from countermark.register.files.weapons import MarkRow
from countermark.register.rules import MarkState, WeaponState
from countermark.register.weaponviews import RECORDED, Views, WeaponView

CHUNK = 1000
OWN_PROCESS_FROM = 20_000
"""Weapons from which a second process is worth its start."""

AHEAD = 32
"""Chunks that may wait to be written, about 40 MB: what is made while a file is read, and more than the largest batch."""


class Chunk(msgspec.Struct, array_like=True, gc=False):
    """Some staged weapons, and all that recording their births takes, worked out beforehand.

    `begun` are the bytes of each entry up to what was noted while recording (`entry.begun`), `keys` their keys in the log. `rows`
    has the rows of each `WeaponView`, without the time of recording (`weaponviews.RECORDED`) and in the order of their first
    column; `counts` has the keys of each `CounterView` with how many of these weapons have them. Ids are as the database at
    hand stores them.
    """

    weapons: list[bytes]
    ids: list[str]
    keys: list[bytes]
    begun: list[bytes]
    rows: list[list[tuple[Any, ...]]]
    counts: list[list[tuple[tuple[Any, ...], int]]]

    @property
    def staged(self) -> list[StagedWeapon]:
        """The weapons as the file has them: read only where the register knows one of them already."""
        return list(map(unpacked_weapon, self.weapons))


def draft(weapon: StagedWeapon, source: str) -> Draft:
    """What would open the record of one weapon."""
    made = moulds.cast(source, weapon.ref, weapon.facts, weapon.marks)
    return Draft("event", jcs.decode(made.body_json), event_id=made.event_id, body_json=made.body_json)


Maker = Callable[[Staged], Iterator[Chunk]]
"""Gives all weapons of a staged file in order, `CHUNK` at a time, with the rows that each would have in all views."""


@contextmanager
def making(directory: Path, source: str, views: Views, *, early: bool) -> Iterator[Maker]:
    """Makes the weapons that are staged in `directory`; `early`, a second process begins while they still are.

    What it has made is of no use where a record number came twice or had a bad row: then it begins anew.
    """
    with ExitStack() as running:
        first = running.enter_context(_process(directory, source, views)) if early else None

        def make(staged: Staged) -> Iterator[Chunk]:
            if first is not None and staged.as_written:
                return map(decoded, first)
            if staged.weapons < OWN_PROCESS_FROM:
                return map(decoded, encoded_chunks(staged.contents(), source, views))
            return map(decoded, running.enter_context(_process(directory, source, views)))

        yield make


def encoded_chunks(weapons: Iterable[bytes], source: str, views: Views) -> Iterator[bytes]:
    """The chunks as they pass from process to process, of weapons as they are stored."""
    left = iter(weapons)
    while some := list(islice(left, CHUNK)):
        yield _encode(_chunk(some, source, views))


def _chunk(contents: list[bytes], source: str, views: Views) -> Chunk:
    weapons = [unpacked_weapon(content) for content in contents]
    casts = [moulds.cast(source, weapon.ref, weapon.facts, weapon.marks) for weapon in weapons]
    ids = [views.stored_id(made.weapon_id) for made in casts]
    event_ids = [made.event_id for made in casts]
    states = list(map(born, ids, repeat(source), weapons, event_ids))
    return Chunk(
        contents,
        ids,
        list(map(key_of, event_ids)),
        [begun("event", made.event_id, made.body_json) for made in casts],
        [_rows(view, states) for view in views.weapon],
        [sorted(Counter([key for state in states for key in view.keys(state)]).items()) for view in views.counter],
    )


def _rows(view: WeaponView, states: list[WeaponState]) -> list[tuple[Any, ...]]:
    rows = sorted([row for state in states for row in view.rows(state)], key=_FIRST)
    if RECORDED not in view.columns:
        return rows
    place = view.columns.index(RECORDED)
    return [row[:place] + row[place + 1 :] for row in rows]


_FIRST = itemgetter(0)


def born(weapon_id: str, source: str, weapon: StagedWeapon, event_id: str) -> WeaponState:
    """`rules.fold` of a settled weapon's birth alone, before it is recorded, without its parts (tests/register/test_bulk_load.py)."""
    kind, maker, model, calibre, country, year = msgspec.structs.astuple(weapon.facts)
    marks = tuple([_mark(number, mark, event_id) for number, mark in enumerate(weapon.marks, 1)])
    one = len(marks) == 1 and marks[0].role == "control"
    return WeaponState(
        weapon_id, source, weapon.ref, kind, maker, model, calibre, country, year,
        finding="" if one else rules.control_finding(marks), last_time=bodies.year_time(year), entries=1, marks=marks,
    )  # fmt: skip


def _mark(number: int, mark: MarkRow, event_id: str) -> MarkState:
    return MarkState(
        number, mark.component, mark.carrier or "part", mark.role or "other", mark.mark_kind or "manufacture",
        mark.layer or "overt", mark.mark_condition, mark.mark, mark.inscription, event_id,
    )  # fmt: skip


_encode = msgspec.msgpack.Encoder().encode
decoded: Callable[[bytes], Chunk] = msgspec.msgpack.Decoder(Chunk).decode
"""A chunk as it came from another process."""


@contextmanager
def _process(directory: Path, source: str, views: Views) -> Iterator[Iterator[bytes]]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(directory, source, views, sender), daemon=True)
    worker.start()
    sender.close()
    _widen(receiver)
    ready: queue.Queue[bytes | None] = queue.Queue(AHEAD)
    stopped = threading.Event()
    reader = threading.Thread(target=_read_ahead, args=(receiver, ready, stopped), daemon=True)
    reader.start()
    try:
        yield _made(ready, worker)
    finally:
        stopped.set()
        worker.terminate()
        worker.join()
        reader.join()
        receiver.close()


def _made(ready: "queue.Queue[bytes | None]", worker: BaseProcess) -> Iterator[bytes]:
    while (data := ready.get()) is not None:
        yield data
    worker.join()
    if worker.exitcode:
        raise RuntimeError(f"the process that prepares weapons stopped with status {worker.exitcode}")


def _read_ahead(pipe: Connection, ready: "queue.Queue[bytes | None]", stopped: threading.Event) -> None:
    """Takes chunks off the pipe while a batch is being written, or the worker would stand still for just as long."""
    data: bytes | None = b""
    while data is not None and not stopped.is_set():
        try:
            data = pipe.recv_bytes()
        except (EOFError, OSError):
            data = None
        _put(data, ready, stopped)


def _put(data: bytes | None, ready: "queue.Queue[bytes | None]", stopped: threading.Event) -> None:
    while not stopped.is_set():
        with contextlib.suppress(queue.Full):
            ready.put(data, timeout=0.2)
            return


def _widen(pipe: Connection) -> None:
    """Lets a whole chunk into the pipe at once, where the system can: the worker need not wait to be read."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)


def _work(directory: Path, source: str, views: Views, sender: Connection) -> None:
    # Nothing here makes cycles, and the collector would look through every chunk again and again.
    gc.freeze()
    gc.disable()
    parent = os.getppid()
    for data in encoded_chunks(following(directory, lambda: os.getppid() == parent), source, views):
        sender.send_bytes(data)
    sender.close()
