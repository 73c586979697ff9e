"""What the generator yields: one record for each weapon, in the words of the register and events files."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Mark(NamedTuple):
    """One row of the register file after the weapon's own facts; `mark` is empty where nothing can be read."""

    component: str
    mark: str
    carrier: str = ""
    role: str = ""
    mark_kind: str = ""
    inscription: str = ""
    mark_condition: str = ""


class Event(NamedTuple):
    """One row of the events file. `late`: keyed after all others, whatever its date."""

    event: str
    date: str = ""
    giver: str = ""
    taker: str = ""
    country: str = ""
    place: str = ""
    document: str = ""
    note: str = ""
    id: str = ""
    component: str = ""
    mark: str = ""
    other_ref: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Weapon:
    """A weapon of a demonstration State; `maker` and `calibre` as its clerks spelt them.

    The last fields are what the generator knows and no file says: the shape of its serial, the serial as struck
    (empty where the weapon never had one), its true year, and its `fate` in the story of both States.
    """

    ref: str
    kind: str
    maker: str
    model: str
    calibre: str
    country: str
    year: str
    marks: tuple[Mark, ...]
    sector: str
    maker_key: str = ""
    shape: str = ""
    serial: str = ""
    year_made: int = 0
    fate: str = ""
    events: tuple[Event, ...] = field(default=())
