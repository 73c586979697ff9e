"""The reading-noise model: how a tracing officer misreads the marks of the invented register."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from countermark.bench.generator import CALIBRES, COMPONENTS, KINDS, Register
from countermark.marks.skeleton import LOOKALIKE, NEAR
from countermark.marks.text import canonical
from countermark.tracing.search.question import MarkReading, Query

DAMAGE = ("exact", "lookalike", "two", "one_more_or_less", "swap", "unread", "run")
SHARES = (0.35, 0.20, 0.10, 0.10, 0.05, 0.15, 0.05)
_DIGITS = "0123456789"
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _table(groups: Sequence[str]) -> dict[str, str]:
    table: dict[str, str] = {}
    for group in groups:
        for char in group:
            table[char] = table.get(char, "") + group.replace(char, "")
    return table


_LOOK, _NEAR = _table(LOOKALIKE), _table(NEAR)


@dataclass(frozen=True, slots=True)
class Sample:
    """A query and the truth about it: `weapon` counts as in the register; `row` is the mark that was read."""

    query: Query
    damage: str
    weapon: int
    row: int
    mark: str

    @property
    def reading(self) -> str:
        """The reading as text."""
        return self.query.readings[0].reading


@dataclass(frozen=True, slots=True)
class Noise:
    """How readings are damaged and how often evidence is given; `strength` scales all damage but unread places."""

    shares: tuple[float, ...] = SHARES
    maker_given: float = 0.70
    maker_wrong: float = 0.04
    kind_given: float = 0.80
    kind_wrong: float = 0.05
    calibre_given: float = 0.60
    calibre_wrong: float = 0.07


def _confused(char: str, random: np.random.Generator) -> str:
    look, near = _LOOK.get(char, ""), _NEAR.get(char, "")
    if near and (not look or random.random() < 0.15):
        return str(random.choice(list(near)))
    return str(random.choice(list(look or _DIGITS)))


def _lookalike(read: list[str], random: np.random.Generator, letters: str) -> bool:
    places = [i for i, char in enumerate(read) if char in _LOOK or char in _NEAR]
    if not places:
        return False
    at = int(random.choice(places))
    read[at] = _confused(read[at], random)
    return True


def _two(read: list[str], random: np.random.Generator, letters: str) -> bool:
    for at in random.choice(len(read), 2, replace=False):
        pool = _DIGITS if read[at] in _DIGITS else letters
        other = str(random.choice([char for char in pool if char != read[at]]))
        read[at] = _confused(read[at], random) if random.random() < 0.6 else other
    return True


def _one_more_or_less(read: list[str], random: np.random.Generator, letters: str) -> bool:
    at = int(random.integers(len(read)))
    if random.random() < 0.5:
        del read[at]
    else:
        read.insert(at, read[at] if random.random() < 0.4 else str(random.choice(list(_DIGITS))))
    return True


def _swap(read: list[str], random: np.random.Generator, letters: str) -> bool:
    places = [i for i in range(len(read) - 1) if read[i] != read[i + 1]]
    if not places:
        return False
    at = int(random.choice(places))
    read[at], read[at + 1] = read[at + 1], read[at]
    return True


def _unread(read: list[str], random: np.random.Generator, letters: str) -> bool:
    for at in random.choice(len(read), int(random.integers(1, 4)), replace=False):
        read[at] = "?"
    return True


def _run(read: list[str], random: np.random.Generator, letters: str) -> bool:
    size = int(random.integers(2, 4))
    at = int(random.integers(0, len(read) - size + 1))
    read[at : at + size] = ["*"]
    return True


_DAMAGES: dict[str, Callable[[list[str], np.random.Generator, str], bool]] = {
    "exact": lambda read, random, letters: True,
    "lookalike": _lookalike,
    "two": _two,
    "one_more_or_less": _one_more_or_less,
    "swap": _swap,
    "unread": _unread,
    "run": _run,
}


def damaged(mark: str, damage: str, random: np.random.Generator, letters: str = _LATIN) -> str | None:
    """The mark as read, or None when this mark cannot be damaged like that."""
    read = list(mark)
    return "".join(read) if _DAMAGES[damage](read, random, letters) else None


def samples(register: Register, rows: NDArray[np.int64], n: int, seed: int, noise: Noise = Noise()) -> list[Sample]:
    """n queries, each for a mark drawn from `rows`."""
    random = np.random.default_rng(seed)
    letters = _letters(register)
    found: list[Sample] = []
    while len(found) < n:
        row = int(random.choice(rows))
        mark = canonical(str(register.text[row]))
        damage = str(random.choice(DAMAGE, p=noise.shares))
        read = damaged(mark, damage, random, letters)
        if read is None or not read.strip("*"):
            continue
        query = _with_evidence(read, damage == "run", register, row, random, noise)
        found.append(Sample(query, damage, int(register.weapon[row]), row, mark))
    return found


@dataclass(frozen=True, slots=True)
class Several:
    """Frame and barrel of one weapon, read together; `donor` is the weapon the barrel was taken from, None for its own.

    Weapons count as in the register.
    """

    query: Query
    weapon: int
    donor: int | None

    @property
    def frame_only(self) -> Query:
        """The same without the barrel."""
        return replace(self.query, readings=self.query.readings[:1])


def several(register: Register, rows: NDArray[np.int64], n: int, seed: int, noise: Noise = Noise()) -> list[Several]:
    """n weapons of which frame and barrel are read; every other one has a barrel of another weapon, half of these of its maker."""
    random = np.random.default_rng(seed)
    letters = _letters(register)
    frames = rows[register.number[rows] == COMPONENTS.index("frame")]
    barrels = rows[register.number[rows] == COMPONENTS.index("barrel")]
    barrel_of = dict(zip(register.weapon[barrels].tolist(), barrels.tolist(), strict=True))
    with_barrel = frames[np.isin(register.weapon[frames], register.weapon[barrels])]
    found: list[Several] = []
    while len(found) < n:
        foreign = len(found) % 2 == 1
        frame = int(random.choice(frames if foreign else with_barrel))
        weapon = int(register.weapon[frame])
        alike = frames[register.maker[frames] == register.maker[frame]] if random.random() < 0.5 else frames
        barrel = int(random.choice(alike)) if foreign else barrel_of[weapon]
        donor = int(register.weapon[barrel]) if foreign else None
        reads = [_read(register, row, random, letters, noise) for row in (frame, barrel)]
        if donor == weapon or not all(reads):
            continue
        query = _with_evidence(reads[0] or "", False, register, frame, random, noise)
        second = MarkReading((reads[1] or "").replace("★", "\\*"), "barrel")
        first = replace(query.readings[0], component="frame")
        found.append(Several(replace(query, readings=(first, second)), weapon, donor))
    return found


def _read(register: Register, row: int, random: np.random.Generator, letters: str, noise: Noise) -> str | None:
    mark = canonical(str(register.text[row]))
    read = damaged(mark, str(random.choice(DAMAGE, p=noise.shares)), random, letters)
    return read if read and read.strip("*") else None


def _letters(register: Register) -> str:
    seen = {char for text in register.text[:5000].tolist() for char in canonical(text)}
    return "".join(sorted(char for char in seen if not char.isdigit())) or _LATIN


def _with_evidence(
    read: str, is_run: bool, register: Register, row: int, random: np.random.Generator, noise: Noise
) -> Query:
    maker = kind = calibre = ""
    if is_run or random.random() < noise.maker_given:
        maker = _maker(register, row, 0.0 if is_run else float(random.random()), random, noise)
    if is_run or random.random() < noise.kind_given:
        wrong = not is_run and random.random() < noise.kind_wrong
        kind = KINDS[int(random.integers(len(KINDS))) if wrong else int(register.kind[row])]
    if random.random() < noise.calibre_given:
        wrong = random.random() < noise.calibre_wrong
        calibre = CALIBRES[int(random.integers(len(CALIBRES))) if wrong else int(register.calibre[row])]
    return Query((MarkReading(read.replace("★", "\\*")),), maker=maker, kind=kind, calibre=calibre)


def _maker(register: Register, row: int, luck: float, random: np.random.Generator, noise: Noise) -> str:
    maker = register.makers[int(register.maker[row])]
    if luck > 1 - noise.maker_wrong:
        weights = np.array([other.weight for other in register.makers])
        return register.makers[int(random.choice(len(weights), p=weights / weights.sum()))].name
    if luck > 1 - noise.maker_wrong - 0.06:
        name = list(maker.name)
        name[int(random.integers(1, len(name)))] = str(random.choice(list("aeiourtnsk")))
        return "".join(name)
    return str(random.choice(maker.aliases)) if luck > 1 - noise.maker_wrong - 0.16 else maker.name
