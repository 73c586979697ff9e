"""From rows in any order to whole weapons, outside the store and with bounded memory.

A register file may scatter the rows of one `ref`. `stage` writes each run of adjacent rows to a file as it comes and keeps
24 bytes a run in memory; only refs that come again are gathered by seeking. A file whose refs are all adjacent, the usual
one, is written once and read once.
"""

import os
import struct
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt

from countermark.marks.sentences import Sentence, packed, unpacked
from countermark.marks.text import canonical, split_prefix
from countermark.register.files.errors import RowError, shown
from countermark.register.files.vocabulary import COMPONENTS, CONDITIONS, CONTROL_BY_DEFAULT, MARK_KINDS, WEAPON_FACTS
from countermark.register.files.weapons import Facts, MarkRow, WeaponRow

MAX_MARKS = 500
"""Marks of one weapon; more means that the ref column is not a record number."""


class StagedWeapon(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One whole weapon of a file: its facts, its marks and the rows they came from, in file order until `settle`."""

    ref: str
    first_row: int
    facts: Facts
    marks: list[MarkRow]
    row_numbers: list[int]


Named = Callable[[Facts], str | None]
"""The control component that the model of a weapon names, if it names one."""


def _names_none(_: Facts) -> str | None:
    return None


@dataclass(frozen=True)
class Staged:
    """A checked file. `rows`, `weapons`, `marks` count what is good; `refused` counts rows that are not.

    Every row of a weapon with a bad row is refused (a weapon enters whole or not at all); the rows refused only for that
    have the code `held_back`.
    """

    directory: Path
    rows: int
    weapons: int
    marks: int
    refused: int
    duplicates: int
    as_written: bool = True
    """Whether these are the weapons that `following` gave: none had to be gathered, none was refused afterwards."""

    def __iter__(self) -> Iterator[StagedWeapon]:
        return self.settled()

    def settled(self, named: Named = _names_none) -> Iterator[StagedWeapon]:
        """The good weapons in the order of their first rows, settled. May be called again."""
        for content in self.contents():
            yield settle(_weapon(content), named)

    def contents(self) -> Iterator[bytes]:
        """The good weapons as they are stored, which `unpacked_weapon` reads. May be called again."""
        return records(self.directory / _WEAPONS)

    @property
    def errors(self) -> Iterator[RowError]:
        """All errors, those of single rows first. May be called again."""
        for content in records(self.directory / _ERRORS):
            yield _error(content)


def stage(rows: Iterable[WeaponRow | RowError], directory: Path) -> Staged:
    """Read all `rows` and write the weapons they make to `directory` (which must exist and be the caller's to delete)."""
    with (directory / _ERRORS).open("wb") as errors_file:
        state = _Staging(RecordWriter(errors_file))
        with (directory / _RUNS).open("wb") as runs_file:
            runs = _write_runs(rows, RecordWriter(runs_file), state)
        chains = runs.chains()
        as_written = not (chains.any or state.bad_refs)
        if as_written:
            (directory / _RUNS).rename(directory / _WEAPONS)
        else:
            _gather(directory, chains, state)
    (directory / _DONE).touch()
    counts = (state.good_rows, state.weapons, state.marks, len(state.bad_rows), state.duplicates)
    return Staged(directory, *counts, as_written)


def unpacked_weapon(content: bytes) -> StagedWeapon:
    """A stored weapon, settled."""
    return settle(_weapon(content))


def following(directory: Path, wanted: Callable[[], bool]) -> Iterator[bytes]:
    """The weapons that another process stages in `directory`, as it writes them; ends early when not `wanted` any more.

    Of a file that is staged already they are its weapons; see `Staged.as_written`.
    """
    with _opened(directory, wanted) as file:
        while wanted():
            complete = (directory / _DONE).exists()
            yield from _whole_records(file)
            if complete:
                return
            time.sleep(_LOOK_AGAIN)


_LOOK_AGAIN = 0.01


def _opened(directory: Path, wanted: Callable[[], bool]) -> BinaryIO:
    while wanted():
        for name in (_RUNS, _WEAPONS):
            with suppress(FileNotFoundError):
                return (directory / name).open("rb", buffering=1 << 20)
        time.sleep(_LOOK_AGAIN)
    return BytesIO()


def _whole_records(file: BinaryIO) -> Iterator[bytes]:
    """The records up to the end of a file that may still grow; the next one begins where it is left."""
    while len(head := file.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        content = file.read(length)
        if len(content) < length:
            head += content
            break
        yield content
    file.seek(-len(head), os.SEEK_CUR)


def settle(weapon: StagedWeapon, named: Named = _names_none) -> StagedWeapon:
    """`weapon` with every mark's role stated and its marks in the vocabulary's order, so that the order of a file's rows
    leaves no trace (contract, *Register file*, `role`).
    """
    control = named(weapon.facts)
    only = len(weapon.marks) == 1
    marks = [_with_role(mark, control, only=only) for mark in weapon.marks]
    if len(marks) > 1:
        marks = sorted(dict.fromkeys(marks), key=mark_order)
    return StagedWeapon(weapon.ref, weapon.first_row, weapon.facts, marks, sorted(weapon.row_numbers))


def control_finding(marks: Iterable[MarkRow]) -> str | None:
    """Why it is not clear which mark stands for the weapon (the finding `control_unclear`), or None when it is.

    `marks` are settled. Only makers' marks can contradict each other: an import or stock mark beside them is a second
    mark, not a second opinion. Marks are compared in canonical form, without a "(1)" before them.
    """
    control = [mark for mark in marks if mark.role == "control"]
    if not control:
        return "no mark stands for the weapon: no control component among the marked parts"
    stated = {_bare(mark.mark): mark for mark in control if mark.mark and mark.mark_kind == "manufacture"}
    if len(stated) < 2:
        return None
    listed = ", ".join(f"{mark.mark} ({mark.component or 'no component'})" for mark in stated.values())
    return f"the control marks differ: {listed}"


_WEAPONS, _RUNS, _ERRORS, _DONE = "weapons", "runs", "errors", "done"
_LENGTH = struct.Struct("<I")
_encode = msgspec.msgpack.Encoder(enc_hook=packed).encode
_weapon = msgspec.msgpack.Decoder(StagedWeapon).decode
_error = msgspec.msgpack.Decoder(RowError, dec_hook=lambda _, kept: unpacked(kept)).decode


def _bare(mark: str) -> str:
    return canonical(split_prefix(mark)[1])


def _with_role(mark: MarkRow, control: str | None, *, only: bool) -> MarkRow:
    if mark.role:
        return mark
    stands = only or mark.component in CONTROL_BY_DEFAULT or mark.component == control
    return msgspec.structs.replace(mark, role="control" if stands else "other")


_RANK = {word: rank for words in (COMPONENTS, MARK_KINDS, CONDITIONS) for rank, word in enumerate(words)}


def mark_order(mark: MarkRow) -> tuple[object, ...]:
    """What settled marks of a weapon are sorted by: the order of their rows leaves no trace."""
    ranks = (_RANK.get(mark.component, -1), _RANK.get(mark.mark_kind, -1), _RANK.get(mark.mark_condition, -1))
    return (mark.role != "control", *ranks, mark.carrier, mark.mark, mark.inscription, mark.layer)


class RecordWriter:
    """Writes length-prefixed MessagePack records, which `records` reads back; `position` is where the next one begins."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0

    def write(self, record: msgspec.Struct) -> None:
        """Adds one record."""
        content = _encode(record)
        self._file.write(_LENGTH.pack(len(content)) + content)
        self.position += _LENGTH.size + len(content)


def records(path: Path) -> Iterator[bytes]:
    """The contents of a file that a `RecordWriter` wrote, in order and one at a time."""
    with path.open("rb", buffering=1 << 20) as file:
        while head := file.read(_LENGTH.size):
            yield file.read(_LENGTH.unpack(head)[0])


def _record_at(file: BinaryIO, position: int) -> StagedWeapon:
    file.seek(position)
    return _weapon(file.read(_LENGTH.unpack(file.read(_LENGTH.size))[0]))


@dataclass
class _Staging:
    errors: RecordWriter
    good_rows: int = 0
    weapons: int = 0
    marks: int = 0
    duplicates: int = 0
    bad_rows: set[int] = field(default_factory=set)
    bad_refs: set[str] = field(default_factory=set)

    def refuse(self, error: RowError) -> None:
        self.errors.write(error)
        self.bad_rows.add(error.row)
        if error.ref:
            self.bad_refs.add(error.ref)

    def recount(self) -> None:
        self.good_rows = self.weapons = self.marks = self.duplicates = 0

    def accept(self, weapon: StagedWeapon) -> None:
        self.weapons += 1
        self.marks += len(weapon.marks)
        self.good_rows += len(weapon.row_numbers)
        self.duplicates += len(weapon.row_numbers) - len(weapon.marks)


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Chains:
    """Runs whose refs have the same hash, linked in file order; -1 ends a chain. Equal hashes are likely equal refs, no
    more: the refs themselves are compared where it counts.
    """

    positions: Numbers
    following: Numbers
    preceding: Numbers

    @property
    def any(self) -> bool:
        return bool((self.following >= 0).any())

    def walk(self, links: Numbers, run: int, file: BinaryIO, ref: str) -> Iterator[StagedWeapon]:
        while (run := int(links[run])) >= 0:
            weapon = _record_at(file, int(self.positions[run]))
            if weapon.ref == ref:
                yield weapon


class _Runs:
    def __init__(self) -> None:
        self.hashes = array("q")
        self.positions = array("q")

    def add(self, ref: str, position: int) -> None:
        self.hashes.append(hash(ref))
        self.positions.append(position)

    def chains(self) -> _Chains:
        hashes = np.array(self.hashes, dtype=np.int64)
        order = np.argsort(hashes, kind="stable")
        same = hashes[order[1:]] == hashes[order[:-1]]
        following, preceding = np.full(len(hashes), -1), np.full(len(hashes), -1)
        following[order[:-1][same]] = order[1:][same]
        preceding[order[1:][same]] = order[:-1][same]
        return _Chains(np.array(self.positions, dtype=np.int64), following, preceding)


def _write_runs(rows: Iterable[WeaponRow | RowError], writer: RecordWriter, state: _Staging) -> _Runs:
    runs = _Runs()
    run: StagedWeapon | None = None
    for row in rows:
        if isinstance(row, RowError):
            state.refuse(row)
        elif run is not None and run.ref == row.ref and len(run.marks) <= MAX_MARKS:
            run = _join(run, _of_row(row), state)
        else:
            if run is not None:
                _write_run(run, writer, runs, state)
            run = _of_row(row)
    if run is not None:
        _write_run(run, writer, runs, state)
    return runs


def _of_row(row: WeaponRow) -> StagedWeapon:
    return StagedWeapon(row.ref, row.row, row.facts, [row.mark], [row.row])


def _write_run(run: StagedWeapon, writer: RecordWriter, runs: _Runs, state: _Staging) -> None:
    if len(run.marks) > MAX_MARKS:
        state.refuse(_too_many(run))
    runs.add(run.ref, writer.position)
    writer.write(run)
    state.accept(run)


def _too_many(weapon: StagedWeapon) -> RowError:
    expected = Sentence("a record number of one weapon; more than %(most)d marks have this one", most=MAX_MARKS)
    return RowError(weapon.first_row, "ref", shown(weapon.ref), expected, "too_many_marks", weapon.ref)


def _join(weapon: StagedWeapon, more: StagedWeapon, state: _Staging) -> StagedWeapon:
    """`weapon` with the marks of `more`; where their facts disagree, the error of each fact that does."""
    facts = weapon.facts
    if more.facts is not facts and more.facts != facts:
        for error in _disagreements(weapon, more):
            state.refuse(error)
        facts = _merged(facts, more.facts)
    marks = weapon.marks + [mark for mark in more.marks if mark not in weapon.marks]
    return StagedWeapon(weapon.ref, weapon.first_row, facts, marks, weapon.row_numbers + more.row_numbers)


def _disagreements(weapon: StagedWeapon, more: StagedWeapon) -> Iterator[RowError]:
    for column in WEAPON_FACTS:
        said, says = getattr(weapon.facts, column), getattr(more.facts, column)
        if said and says and said != says:
            expected = Sentence(
                "%(value)s, as the rows before with this ref (from row %(row)d) say",
                value=shown(said),
                row=weapon.first_row,
            )
            yield RowError(more.first_row, column, shown(says), expected, "disagrees", weapon.ref)


def _merged(facts: Facts, more: Facts) -> Facts:
    return Facts(*(getattr(facts, column) or getattr(more, column) for column in WEAPON_FACTS))


def _gather(directory: Path, chains: _Chains, state: _Staging) -> None:
    state.recount()
    path = directory / _RUNS
    with path.open("rb") as elsewhere, (directory / _WEAPONS).open("wb") as weapons_file:
        writer = RecordWriter(weapons_file)
        for run, content in enumerate(records(path)):
            weapon = _weapon(content)
            if next(chains.walk(chains.preceding, run, elsewhere, weapon.ref), None) is not None:
                continue
            for more in chains.walk(chains.following, run, elsewhere, weapon.ref):
                weapon = _join_some(weapon, more, state)
            _finish(weapon, writer, state)
    path.unlink()


def _join_some(weapon: StagedWeapon, more: StagedWeapon, state: _Staging) -> StagedWeapon:
    """As `_join`, keeping no more marks than it takes to refuse the weapon for having too many."""
    joined = _join(weapon, more, state)
    if len(weapon.marks) <= MAX_MARKS < len(joined.marks):
        state.refuse(_too_many(joined))
    return joined if len(weapon.marks) <= MAX_MARKS else msgspec.structs.replace(joined, marks=weapon.marks)


def _finish(weapon: StagedWeapon, writer: RecordWriter, state: _Staging) -> None:
    if weapon.ref not in state.bad_refs:
        writer.write(weapon)
        state.accept(weapon)
        return
    for number in weapon.row_numbers:
        if number not in state.bad_rows:
            expected = Sentence("every row with this ref to be good; another one is refused")
            state.refuse(RowError(number, "", "", expected, "held_back", weapon.ref))
