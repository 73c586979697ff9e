"""Rules of how often and by whom stores are counted, as dated data (`presets.toml`; norms 4.3, MOSAIC 05.20, PoA II.17). Pure."""

import datetime as dt
import tomllib
from functools import cache
from importlib import resources

import msgspec

from countermark.stockpile.counting.rules import Separation

OWN = "own"
"""What a count follows where no plan says otherwise."""


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of one State. `days` between counts (0: an `occasion` asks for one), `grace` days until it goes up one level, `counters`
    blind to each other; `force` is binding, political or advisory.
    """

    id: str
    title: str
    source: str
    jurisdiction: str
    force: str
    from_: dt.date = msgspec.field(name="from")
    until: dt.date | None = None
    days: int
    grace: int
    kind: str
    who: str
    occasion: str = ""
    counters: int = 1
    not_armourer: bool = False
    not_twice: bool = False

    @property
    def separation(self) -> Separation:
        """Which duties it keeps apart."""
        return Separation(self.not_armourer, self.not_twice)


@cache
def known() -> dict[str, Preset]:
    """Every rule by id."""
    text = resources.files(__package__).joinpath("presets.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text)["presets"], list[Preset])
    return {one.id: one for one in found}


def in_force(day: dt.date) -> list[Preset]:
    """The rules in force on a day."""
    return [one for one in known().values() if one.from_ <= day and (one.until is None or day <= one.until)]


def of(preset: str) -> Preset:
    """A rule by id; what this version does not know (another node's) counts as our own, the strictest."""
    return known().get(preset, known()[OWN])
