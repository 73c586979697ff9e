"""The files of a demonstration State, in the formats of the register, events and readings files."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from countermark.demo.world import tables
from countermark.demo.world.build import generate
from countermark.demo.world.records import Weapon
from countermark.demo.world.samples import samples
from countermark.register.files.vocabulary import EVENT_COLUMNS, READING_COLUMNS, WEAPON_COLUMNS


def write_files(state: str, directory: Path, seed: int = 1, weapons: int = 20_000) -> dict[str, Path]:
    """Write a State's register, events, sample readings with the answers expected, and reference lists.

    Returns the paths by name: `weapons`, `events`, `readings`, `expected`, `makers`, `models`, `calibres`, each
    `<directory>/<name>.csv`, UTF-8 with LF. `expected` has one row for each right answer: two for two owners of a
    mark, one with an empty `ref` where the weapon is not in the register.
    """
    directory.mkdir(parents=True, exist_ok=True)
    register = list(generate(state, seed, weapons))
    told = samples(register)
    contents: dict[str, tuple[Sequence[str], Iterable[Sequence[str]]]] = {
        "weapons": (WEAPON_COLUMNS, _weapon_rows(register)),
        "events": (EVENT_COLUMNS, _event_rows(state, register)),
        "readings": (READING_COLUMNS, ((s.query_id, *reading) for s in told for reading in s.readings)),
        "expected": (("query_id", "ref", "shows"), ((s.query_id, r, s.shows) for s in told for r in s.refs or ("",))),
        **_lists(),
    }
    return {name: _write(directory / f"{name}.csv", head, rows) for name, (head, rows) in contents.items()}


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _weapon_rows(register: Iterable[Weapon]) -> Iterable[Sequence[str]]:
    for w in register:
        for m in w.marks:
            yield (
                w.ref, w.kind, w.maker, w.model, w.calibre, w.country, w.year, m.component, m.carrier, m.role,
                m.mark_kind, m.mark, m.inscription, m.mark_condition, "",
            )  # fmt: skip


def _event_rows(state: str, register: Sequence[Weapon]) -> Iterable[Sequence[str]]:
    """Weapon by weapon, then what was keyed late. Entries made abroad carry no event number of this State."""
    entries = [(late, w.ref, e) for late in (False, True) for w in register for e in w.events if e.late == late]
    for number, (_, ref, e) in enumerate(entries, 1):
        own = "" if e.event in ("manufacture", "export", "transit") else f"{state}-E{number:07d}"
        yield (
            ref, e.event, e.date, e.giver, e.taker, e.country, e.place, e.document, e.note, own, e.component,
            e.mark, e.other_ref,
        )  # fmt: skip


def _lists() -> dict[str, tuple[Sequence[str], Iterable[Sequence[str]]]]:
    makers, calibres = tables.makers().values(), tables.calibres().values()
    return {
        "makers": (
            ("name", "aliases", "country"),
            [(m.name, "|".join(m.aliases), m.countries[-1][1]) for m in makers],
        ),
        "models": (
            ("maker", "name", "kind", "control_component", "calibre"),
            [(m.maker.name, m.name, m.kind, m.control, m.calibre) for m in tables.models()],
        ),
        "calibres": (("name", "aliases", "mm"), [(c.name, "|".join(c.aliases), c.mm) for c in calibres]),
    }
