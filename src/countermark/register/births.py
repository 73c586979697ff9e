"""From staged weapons to ready drafts: bodies, hashes, ids and view rows, computed outside the process that writes the store.

Pure. For a large file a second process does this work while the first one writes (search.md: one process touches the store,
others may parse and hash); for a small one it is done here, in the same way.
"""

import contextlib
import fcntl
import gc
import multiprocessing
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection

import msgspec

from countermark.ledger import jcs
from countermark.ledger.drafts import Draft
from countermark.ledger.entry import Entry, Recorded, event_id_of
from countermark.register import bodies, rules
from countermark.register.files.staging import Staged, StagedWeapon
from countermark.register.weaponviews import Prepared, Views

CHUNK = 500
OWN_PROCESS_FROM = 20_000
"""Weapons from which a second process is worth its start."""

AHEAD = 24
"""Chunks that may wait to be written: about as much as the largest batch, 30 MB."""

UNRECORDED = Recorded("", "", None)
"""Nobody has recorded these yet: whoever does fills in the time (`weaponviews.Prepared`)."""


class Birth(msgspec.Struct, frozen=True, gc=False):
    """A staged weapon, its id, and the draft that would open its record."""

    weapon_id: str
    encoded: msgspec.Raw
    draft: Draft

    @property
    def staged(self) -> StagedWeapon:
        """The weapon as the file has it: read only where the register knows it already."""
        return _decode_weapon(self.encoded)


class _Made(msgspec.Struct, array_like=True, gc=False):
    staged: msgspec.Raw
    event_id: str
    body_json: bytes
    prepared: Prepared


def chunks(staged: Staged, source: str, views: Views) -> Iterator[list[Birth]]:
    """All weapons of a file in order, `CHUNK` at a time, with the rows that each would have in `views`."""
    own_process = staged.weapons >= OWN_PROCESS_FROM
    encoded = _from_process(staged, source, views) if own_process else encoded_chunks(staged, source, views)
    yield from map(decoded, encoded)


def decoded(data: bytes) -> list[Birth]:
    """A chunk as it came from another process."""
    return [_birth(made) for made in _decode(data)]


def _birth(made: _Made) -> Birth:
    body = jcs.decode(made.body_json)
    draft = Draft("event", body, event_id=made.event_id, body_json=made.body_json, prepared=made.prepared)
    return Birth(made.prepared.weapon_id, made.staged, draft)


def encoded_chunks(weapons: Iterable[StagedWeapon], source: str, views: Views) -> Iterator[bytes]:
    """The chunks as they pass from process to process."""
    some: list[_Made] = []
    for weapon in weapons:
        some.append(_make(weapon, source, views))
        if len(some) == CHUNK:
            yield _encode(some)
            some = []
    if some:
        yield _encode(some)


def _make(weapon: StagedWeapon, source: str, views: Views) -> _Made:
    facts = msgspec.structs.asdict(weapon.facts)
    marks = [bodies.mark(msgspec.structs.asdict(mark)) for mark in weapon.marks]
    body = bodies.birth(source, weapon.ref, facts, marks)
    event_id = event_id_of("event", body)
    weapon_id = body["epcList"][0][len(rules.UUID_PREFIX) :]
    state = rules.fold(weapon_id, (Entry(0, event_id, "event", body, UNRECORDED),))
    return _Made(msgspec.Raw(_encode(weapon)), event_id, jcs.encode_plain(body), views.prepare(state))


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Made]).decode
_decode_weapon: Callable[[msgspec.Raw], StagedWeapon] = msgspec.msgpack.Decoder(StagedWeapon).decode


def _from_process(staged: Staged, source: str, views: Views) -> Iterator[bytes]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(staged, source, views, sender), daemon=True)
    worker.start()
    sender.close()
    _widen(receiver)
    ready: queue.Queue[bytes | None] = queue.Queue(AHEAD)
    stopped = threading.Event()
    reader = threading.Thread(target=_read_ahead, args=(receiver, ready, stopped), daemon=True)
    reader.start()
    try:
        while (data := ready.get()) is not None:
            yield data
        worker.join()
        if worker.exitcode:
            raise RuntimeError(f"the process that prepares weapons stopped with status {worker.exitcode}")
    finally:
        stopped.set()
        worker.terminate()
        worker.join()
        reader.join()
        receiver.close()


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


def _work(staged: Staged, source: str, views: Views, sender: Connection) -> None:
    # Nothing here makes cycles, and the collector would look through every chunk again and again.
    gc.freeze()
    gc.disable()
    for data in encoded_chunks(staged, source, views):
        sender.send_bytes(data)
    sender.close()
