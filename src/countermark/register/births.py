"""From staged weapons to ready drafts: bodies, hashes and ids, computed outside the process that writes the store.

Pure. For a large file a second process does this work while the first one writes (search.md: one process touches the store,
others may parse and hash); for a small one it is done here.
"""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection

import msgspec

from countermark.ledger import jcs
from countermark.ledger.entry import event_id_of
from countermark.ledger.drafts import Draft
from countermark.register import bodies
from countermark.register.files.staging import Staged, StagedWeapon

CHUNK = 2000
OWN_PROCESS_FROM = 20_000
"""Weapons from which a second process is worth its start."""


class Birth(msgspec.Struct, frozen=True):
    """A staged weapon, its id, and the draft that would open its record."""

    weapon_id: str
    staged: StagedWeapon
    draft: Draft


class _Made(msgspec.Struct, array_like=True, gc=False):
    weapon_id: str
    staged: StagedWeapon
    body: dict[str, object]
    event_id: str
    body_json: bytes


def chunks(staged: Staged, source: str) -> Iterator[list[Birth]]:
    """All weapons of a file in order, `CHUNK` at a time."""
    made = _from_process(staged, source) if staged.weapons >= OWN_PROCESS_FROM else _made(staged, source)
    for some in made:
        yield [_birth(item) for item in some]


def _birth(made: _Made) -> Birth:
    draft = Draft(kind="event", body=made.body, event_id=made.event_id, body_json=made.body_json)
    return Birth(made.weapon_id, made.staged, draft)


def _made(staged: Staged, source: str) -> Iterator[list[_Made]]:
    some: list[_Made] = []
    for weapon in staged:
        some.append(_make(weapon, source))
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


def _make(weapon: StagedWeapon, source: str) -> _Made:
    facts = msgspec.structs.asdict(weapon.facts)
    marks = [bodies.mark(msgspec.structs.asdict(mark)) for mark in weapon.marks]
    body = bodies.birth(source, weapon.ref, facts, marks)
    weapon_id = body["epcList"][0][9:]
    return _Made(weapon_id, weapon, body, event_id_of("event", body), jcs.encode_plain(body))


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Made]).decode


def _from_process(staged: Staged, source: str) -> Iterator[list[_Made]]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(staged, source, sender), daemon=True)
    worker.start()
    sender.close()
    try:
        while True:
            try:
                data = receiver.recv_bytes()
            except EOFError:
                break
            yield _decode(data)
        worker.join()
        if worker.exitcode:
            raise RuntimeError(f"the process that prepares weapons stopped with status {worker.exitcode}")
    finally:
        receiver.close()
        worker.terminate()


def _work(staged: Staged, source: str, sender: Connection) -> None:
    for some in _made(staged, source):
        sender.send_bytes(_encode(some))
    sender.close()
