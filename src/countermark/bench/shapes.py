"""A register with the serial shapes and makers that were really seized, numbers invented.

The table read has the columns `make`, `type`, `shape` (A a letter, 9 a digit) and `firearms`: counts only, no serial.
"""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countermark.bench.generator import CALIBRES, KINDS, LATIN, Maker, Register, with_parts

TABLE = "rj-seized-serial-shapes-by-make.tsv"
_KIND_OF = {
    "pistola": "self_loading_pistol",
    "revolver": "revolver",
    "fuzil": "assault_rifle",
    "carabina": "carbine",
    "espingarda": "shotgun",
    "submetralhadora": "submachine_gun",
    "metralhadora": "light_machine_gun",
}


def generate(folder: Path, marks: int, seed: int) -> Register:
    """About `marks` marks in the shares of the table; rows with unread places are left out."""
    random = np.random.default_rng(seed)
    rows = _rows(folder / TABLE)
    total = sum(count for *_, count in rows)
    share: dict[str, float] = defaultdict(float)
    for make, _, _, count in rows:
        share[make] += count / total
    names = list(share)
    makers = tuple(Maker(name, (name + " arms",), share[name], "BR", (), ()) for name in names)
    usual = {make: int(random.integers(len(CALIBRES))) for make in names}
    parts = []
    for make, kind, shape, count in rows:
        n = max(4, int(marks / 1.225 * count / total))
        parts.append(
            (serials(shape, n, random), names.index(make), KINDS.index(_KIND_OF.get(kind, "rifle")), usual[make])
        )
    text = np.concatenate([serial for serial, *_ in parts])
    maker, kind_of, calibre = (
        np.concatenate([np.full(len(part[0]), part[column]) for part in parts]) for column in (1, 2, 3)
    )
    single = Register(makers, text, np.arange(len(text)), np.zeros(len(text), np.int64), maker, kind_of, calibre)
    return with_parts(single, random)


def _rows(path: Path) -> list[tuple[str, str, str, int]]:
    with path.open(encoding="utf-8") as table:
        read = csv.DictReader(table, delimiter="\t")
        rows = [(row["make"], row["type"], row["shape"].replace(" ", ""), int(row["firearms"])) for row in read]
    return [row for row in rows if row[2] and set(row[2]) <= {"A", "9"} and "9" in row[2]]


def serials(shape: str, n: int, random: np.random.Generator) -> NDArray[np.str_]:
    """n numbers of a shape: the letters run slowest, the digits densely, in random order."""
    digits = shape.count("9")
    letters = shape.count("A")
    fill = float(random.uniform(1.5, 8))
    span = max(2000, int(n * fill))
    series = max(1, -(-span // 10**digits)) if letters else 1
    series = min(series, len(LATIN) ** letters)
    span = min(span, series * 10**digits)
    numbers = ((np.arange(n) + random.random(n)) / n * span).astype(np.int64)
    random.shuffle(numbers)
    start = int(random.integers(max(1, len(LATIN) ** letters - series + 1)))
    return np.array([_filled(shape, start + number // 10**digits, number % 10**digits) for number in numbers.tolist()])


def _filled(shape: str, series: int, number: int) -> str:
    written = []
    for sign in reversed(shape):
        if sign == "9":
            number, digit = divmod(number, 10)
            written.append(str(digit))
        else:
            series, letter = divmod(series, len(LATIN))
            written.append(LATIN[letter])
    return "".join(reversed(written))
