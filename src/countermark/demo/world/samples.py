"""Sample readings from recovered weapons: one for every way in which a reading goes wrong, with its right answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from countermark.demo.world.records import Mark, Weapon
from countermark.demo.world.serials import plain, serial, space

_LOOKALIKE = {"0": "O", "O": "0", "1": "I", "I": "1", "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2"}
# As a clerk without a Cyrillic keyboard spells these letters, by sound.
_BY_SOUND = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ж": "ZH", "И": "I", "К": "K", "Л": "L", "М": "M",
    "Н": "N", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ч": "CH", "Ш": "SH", "Э": "E",
    "Ю": "YU", "Я": "YA",
}  # fmt: skip
# Letters that no Latin letter resembles and that two Latin letters spell: hardest to find by shape.
_TWO_LETTERS = {letter for letter, sound in _BY_SOUND.items() if len(sound) > 1}


class Reading(NamedTuple):
    """One row of the readings file after its `query_id`."""

    reading: str
    maker: str = ""
    country: str = ""
    kind: str = ""
    calibre: str = ""
    component: str = ""
    mark_kind: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """Readings from one weapon; `refs` are the right answers, none when the weapon is not in the register."""

    query_id: str
    shows: str
    readings: tuple[Reading, ...]
    refs: tuple[str, ...]


class _Register:
    """The register turned so that a sample can tell how alone its reading stands."""

    def __init__(self, weapons: Sequence[Weapon]) -> None:
        self.weapons = weapons
        self.refs: dict[str, set[str]] = {}
        self.near: dict[str, set[str]] = {}
        for weapon in weapons:
            for mark in weapon.marks:
                self._add(plain(mark.mark), weapon.ref)

    def _add(self, mark: str, ref: str) -> None:
        if not mark:
            return
        self.refs.setdefault(mark, set()).add(ref)
        for form in (mark, *_shortened(mark)):
            self.near.setdefault(form, set()).add(ref)

    def neighbours(self, reading: str) -> set[str]:
        """Weapons with a mark within about one edit of the reading."""
        forms = (reading, *_shortened(reading))
        return set().union(*(self.near.get(form, set()) for form in forms))

    def matching(self, start: str, end: str, length: int | None = None) -> set[str]:
        """Weapons with a mark that starts and ends so, of that length when it is known."""
        return set().union(
            *(
                refs
                for mark, refs in self.refs.items()
                if mark.startswith(start) and mark.endswith(end) and length in (None, len(mark))
            )
        )


def samples(weapons: Sequence[Weapon]) -> list[Sample]:
    """Sample readings for a generated register, in a fixed order; a kind of damage no weapon fits is left out."""
    register = _Register(weapons)
    rng = Random(f"samples/{len(weapons)}/{weapons[0].serial}")
    candidates = [w for w in weapons if w.serial and w.events and _control(w).mark == w.serial and w.maker]
    rng.shuffle(candidates)
    kinds: tuple[_Kind, ...] = (
        _exact, _lookalike, _dropped, _swapped, _two_unread, _unread_run, _whole_inscription, _by_sound,
        _foreign_barrel, _two_owners, _wrong_maker, _stolen, _import_mark, _unknown,
    )  # fmt: skip
    out: list[Sample] = []
    taken: set[str] = set()
    for make in kinds:
        latin = make is not _by_sound
        fresh = (w for w in candidates if w.ref not in taken and w.serial.isascii() == latin)
        sample = next(_of(make, register, fresh), None)
        if sample is None:
            continue
        taken.update(sample.refs)
        name = make.__name__.strip("_").replace("_", "-")
        out.append(Sample(f"q{len(out) + 1:02d}-{name}", sample.shows, sample.readings, sample.refs))
    return out


_Kind = Callable[[_Register, Weapon], Sample | None]


def _of(make: _Kind, register: _Register, candidates: Iterable[Weapon]) -> Iterator[Sample]:
    return (sample for weapon in candidates if (sample := make(register, weapon)) is not None)


def _shortened(mark: str) -> Iterator[str]:
    return (mark[:i] + mark[i + 1 :] for i in range(len(mark)))


def _control(weapon: Weapon) -> Mark:
    return weapon.marks[0]


def _one(weapon: Weapon, shows: str, reading: str, **evidence: str) -> Sample:
    known = {"maker": weapon.maker, "country": weapon.country, "kind": weapon.kind, "calibre": weapon.calibre}
    return Sample("", shows, (Reading(reading, **{**known, **evidence}),), (weapon.ref,))


def _alone(register: _Register, weapon: Weapon, reading: str) -> bool:
    return register.neighbours(plain(reading)) == {weapon.ref}


def _exact(register: _Register, w: Weapon) -> Sample | None:
    told = len(w.events) >= 6 and w.sector in ("police", "army") and w.kind in ("revolver", "self_loading_pistol")
    if not told or register.refs[plain(w.serial)] != {w.ref}:
        return None
    return _one(w, "read without a fault", w.serial)


def _lookalike(register: _Register, w: Weapon) -> Sample | None:
    at = next((i for i, char in enumerate(w.serial) if char in _LOOKALIKE and i > 1), None)
    if at is None:
        return None
    reading = w.serial[:at] + _LOOKALIKE[w.serial[at]] + w.serial[at + 1 :]
    return _one(w, "one character taken for its look-alike", reading) if _alone(register, w, reading) else None


def _dropped(register: _Register, w: Weapon) -> Sample | None:
    reading = w.serial[:3] + w.serial[4:]
    if len(w.serial) < 7 or not _alone(register, w, reading):
        return None
    return _one(w, "one character dropped", reading, calibre="")


def _swapped(register: _Register, w: Weapon) -> Sample | None:
    text = w.serial
    if len(text) < 7 or text[-2] == text[-3] or not text[-3:-1].isdigit():
        return None
    reading = text[:-3] + text[-2] + text[-3] + text[-1]
    return _one(w, "two neighbours swapped", reading, country="") if _alone(register, w, reading) else None


def _two_unread(register: _Register, w: Weapon) -> Sample | None:
    text = plain(w.serial)
    if len(text) < 7 or register.matching(text[:3], text[5:], len(text)) != {w.ref}:
        return None
    return _one(w, "two characters cannot be read", f"{text[:3]}??{text[5:]}")


def _unread_run(register: _Register, w: Weapon) -> Sample | None:
    text = plain(w.serial)
    if len(text) < 7 or register.matching(text[:3], text[-2:]) != {w.ref}:
        return None
    return _one(w, "a worn run of unknown length", f"{text[:3]}*{text[-2:]}")


def _whole_inscription(register: _Register, w: Weapon) -> Sample | None:
    text = _control(w).inscription
    if "MADE IN" not in text or not _alone(register, w, w.serial):
        return None
    return _one(w, "the whole inscription typed as it stands", text, maker="", country="", calibre="")


def _by_sound(register: _Register, w: Weapon) -> Sample | None:
    if not _TWO_LETTERS & set(w.serial) or len(register.refs[plain(w.serial)]) > 1:
        return None
    reading = "".join(_BY_SOUND.get(char, char) for char in w.serial)
    return _one(w, "Cyrillic letters typed by sound", reading)


def _foreign_barrel(register: _Register, w: Weapon) -> Sample | None:
    barrel = next((m.mark for m in w.marks if m.component == "barrel" and m.mark), w.serial)
    owners = register.refs[plain(barrel)] - {w.ref}
    if barrel == w.serial or not owners or len(register.refs[plain(w.serial)]) > 2:
        return None
    first = _one(w, "the barrel belongs to another weapon", w.serial, component=_control(w).component)
    return Sample(
        "", first.shows, (*first.readings, first.readings[0]._replace(reading=barrel, component="barrel")), first.refs
    )


def _two_owners(register: _Register, w: Weapon) -> Sample | None:
    owners = [
        other.ref
        for other in register.weapons
        if (other.maker_key, other.model, other.serial) == (w.maker_key, w.model, w.serial)
    ] if len(register.refs[plain(w.serial)]) == 2 else []  # fmt: skip
    if len(owners) != 2:
        return None
    found = _one(w, "two weapons truly bear this mark", w.serial, country="")
    return Sample("", found.shows, found.readings, tuple(owners))


def _wrong_maker(register: _Register, w: Weapon) -> Sample | None:
    if w.maker_key not in ("taurus", "norinco", "zastava") or not _alone(register, w, w.serial):
        return None
    wrong = {"taurus": "Beretta", "norinco": "Izhmash", "zastava": "Izhmash"}[w.maker_key]
    return _one(w, "the wrong maker was written down", w.serial, maker=wrong, country="")


def _stolen(register: _Register, w: Weapon) -> Sample | None:
    """The same weapon in both States: XA knows the theft, XB the export that explains it and where it was found."""
    if w.fate != "recovered_xb":
        return None
    first = min(other.serial for other in register.weapons if other.fate == w.fate)
    return _one(w, "made in XB, sold to XA, stolen there", w.serial, country="XB") if w.serial == first else None


def _import_mark(register: _Register, w: Weapon) -> Sample | None:
    mark = next((m.mark for m in w.marks if m.mark_kind in ("import", "state_stock")), "")
    if not mark or register.refs[plain(mark)] != {w.ref}:
        return None
    kind = next(m.mark_kind for m in w.marks if m.mark == mark)
    return _one(w, "only a mark struck by the State can be read", mark, mark_kind=kind)


def _unknown(register: _Register, w: Weapon) -> Sample | None:
    """A weapon of the same model and form that this register does not hold, nor anything near it."""
    size = space(w.shape)
    reading = serial(w.shape, size // 3 + sum(map(ord, w.serial)) * 7_919 % (size // 3), w.year_made, 7)
    forms = (plain(reading), *_shortened(plain(reading)))
    if not 7 <= len(forms[0]) <= 9 or any(register.neighbours(form) for form in forms):
        return None
    return Sample("", "not in this register", _one(w, "", reading).readings, ())
