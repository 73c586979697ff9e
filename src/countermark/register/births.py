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
from itertools import islice
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
from countermark.register.files.staging import Staged, StagedWeapon, following
from countermark.register.files.weapons import MarkRow
from countermark.register.rules import ComponentState, MarkState, WeaponState
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

    weapons: bytes
    ids: list[str]
    keys: list[bytes]
    begun: list[bytes]
    rows: list[list[tuple[Any, ...]]]
    counts: list[list[tuple[tuple[Any, ...], int]]]

    @property
    def staged(self) -> list[StagedWeapon]:
        """The weapons as the file has them: read only where the register knows one of them already."""
        return _decode_weapons(self.weapons)


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
                return map(decoded, encoded_chunks(staged, source, views))
            return map(decoded, running.enter_context(_process(directory, source, views)))

        yield make


def encoded_chunks(weapons: Iterable[StagedWeapon], source: str, views: Views) -> Iterator[bytes]:
    """The chunks as they pass from process to process."""
    left = iter(weapons)
    while some := list(islice(left, CHUNK)):
        yield _encode(_chunk(some, source, views))


def _chunk(weapons: list[StagedWeapon], source: str, views: Views) -> Chunk:
    chunk = Chunk(_encode(weapons), [], [], [], [[] for _ in views.weapon], [])
    counts: list[list[tuple[Any, ...]]] = [[] for _ in views.counter]
    for weapon in weapons:
        made = moulds.cast(source, weapon.ref, weapon.facts, weapon.marks)
        stored_id = made.weapon_id.replace("-", "") if views.hexadecimal else made.weapon_id
        state = born(stored_id, source, weapon, made.event_id)
        chunk.ids.append(stored_id)
        chunk.keys.append(key_of(made.event_id))
        chunk.begun.append(begun("event", made.event_id, made.body_json))
        for rows, view in zip(chunk.rows, views.weapon, strict=True):
            rows.extend(view.rows(state))
        for keys, counter in zip(counts, views.counter, strict=True):
            keys.extend(counter.keys(state))
    for number, view in enumerate(views.weapon):
        chunk.rows[number] = sorted(_unrecorded(view, chunk.rows[number]), key=_FIRST)
    chunk.counts = [sorted(Counter(keys).items()) for keys in counts]
    return chunk


_FIRST = itemgetter(0)


def _unrecorded(view: WeaponView, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if RECORDED not in view.columns:
        return rows
    place = view.columns.index(RECORDED)
    return [row[:place] + row[place + 1 :] for row in rows]


def born(weapon_id: str, source: str, weapon: StagedWeapon, event_id: str) -> WeaponState:
    """`rules.fold` of a settled weapon's birth alone, before it is recorded (tests/register/test_bulk_load.py)."""
    facts = weapon.facts
    marks = tuple([_mark(number, mark, event_id) for number, mark in enumerate(weapon.marks, 1)])
    return WeaponState(
        weapon_id, source, weapon.ref, facts.kind, facts.maker, facts.model, facts.calibre, facts.country, facts.year,
        finding=rules.control_finding(marks), last_time=bodies.year_time(facts.year), entries=1, marks=marks,
        components=_parts(marks),
    )  # fmt: skip


def _mark(number: int, mark: MarkRow, event_id: str) -> MarkState:
    return MarkState(
        number, mark.component, mark.carrier or "part", mark.role or "other", mark.mark_kind or "manufacture",
        mark.layer or "overt", mark.mark_condition, mark.mark, mark.inscription, event_id,
    )  # fmt: skip


def _parts(marks: Iterable[MarkState]) -> tuple[ComponentState, ...]:
    first: dict[str, MarkState] = {}
    for mark in marks:
        if mark.component:
            first.setdefault(mark.component, mark)
    return tuple(
        [ComponentState(number, mark.component, mark.role, mark.text) for number, mark in enumerate(first.values(), 1)]
    )


_encode = msgspec.msgpack.Encoder().encode
decoded: Callable[[bytes], Chunk] = msgspec.msgpack.Decoder(Chunk).decode
"""A chunk as it came from another process."""
_decode_weapons: Callable[[bytes], list[StagedWeapon]] = msgspec.msgpack.Decoder(list[StagedWeapon]).decode


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
