"""An invented national register, for measuring: makers, formats, dense running numbers, marks on swapped parts.

Nothing here is a real weapon. Reproducible: the same seed gives the same register.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from countermark.marks import skeleton
from countermark.marks.text import canonical
from countermark.register.rows import code_of
from countermark.tracing import index

Ints: TypeAlias = NDArray[np.int64]
Shape: TypeAlias = Literal["digits", "prefix", "suffix", "year", "letters", "factory", "hyphen"]

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS = {
    "mixed": "АБВГДЕЖЗИКЛМНПРСТУФХЦЧШЭЮЯ",
    "latin": LATIN,
    "cyrillic": "АБВГДЕЖЗИКЛМНПРСТУФХЦЧШЭЮЯ",
    "greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
}
"""Letters of the makers' national prefixes; only with `mixed` does every maker's Latin format stay Latin."""

FACTORIES = "甲乙丙丁公字工兵"
_SHAPES: tuple[Shape, ...] = ("digits", "prefix", "suffix", "year", "letters", "factory", "hyphen")
_SHARES = (0.27, 0.27, 0.13, 0.10, 0.09, 0.06, 0.08)
_DIGITS: dict[Shape, tuple[int, int]] = {
    "digits": (4, 9),
    "prefix": (4, 6),
    "suffix": (4, 7),
    "year": (4, 6),
    "letters": (4, 4),
    "factory": (5, 6),
    "hyphen": (7, 7),
}
_SYLLABLES = [
    "ba",
    "ko",
    "ri",
    "ven",
    "sta",
    "mor",
    "tul",
    "iz",
    "zas",
    "ta",
    "var",
    "bru",
    "no",
    "ger",
    "hel",
    "win",
    "rem",
    "fer",
    "lu",
    "pe",
    "dor",
    "ka",
    "lin",
    "mau",
    "ste",
    "yr",
    "nor",
    "in",
    "co",
]
KINDS = (
    "self_loading_pistol",
    "revolver",
    "rifle",
    "assault_rifle",
    "carbine",
    "shotgun",
    "submachine_gun",
    "light_machine_gun",
)
_KIND_SHARES = (0.30, 0.08, 0.20, 0.14, 0.06, 0.15, 0.04, 0.03)
CALIBRES = tuple(
    f"{bore}x{case} mm" for bore in ("5.56", "6.35", "7.62", "7.65", "9", "11.43") for case in (17, 19, 25, 39, 51)
)
COUNTRIES = ("XA", "BR", "US", "AT", "DE", "IT", "BE", "CZ", "RU", "CN", "TR", "IL")
COMPONENTS = ("frame", "barrel", "slide")


class Format(NamedTuple):
    """How a maker numbers a series: digits, letters in the prefix, prefixes used, width of the number block."""

    shape: Shape
    digits: int
    letters: int
    prefixes: int
    fill: float
    weight: float


@dataclass(frozen=True, slots=True)
class Maker:
    """An invented maker with the spellings in use."""

    name: str
    aliases: tuple[str, ...]
    weight: float
    country: str
    formats: tuple[Format, ...]
    models: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, slots=True)
class Register:
    """One row per mark; `weapon` counts from 0, `maker` indexes `makers`, kinds and calibres the tuples above."""

    makers: tuple[Maker, ...]
    text: NDArray[np.str_]
    weapon: Ints
    number: Ints
    maker: Ints
    kind: Ints
    calibre: Ints

    def take(self, rows: Ints) -> "Register":
        """The marks at these rows."""
        return Register(
            self.makers,
            self.text[rows],
            self.weapon[rows],
            self.number[rows],
            self.maker[rows],
            self.kind[rows],
            self.calibre[rows],
        )


def makers(seed: int = 1, n: int = 200) -> tuple[Maker, ...]:
    """Makers with Zipf shares and one to five formats each."""
    random = np.random.default_rng(seed)
    share = 1 / np.arange(1, n + 1) ** 1.05
    share /= share.sum()
    names: list[str] = []
    while len(names) < n:
        name = "".join(random.choice(_SYLLABLES, random.integers(2, 5))).capitalize()
        if name not in names:
            names.append(name)
    return tuple(
        Maker(
            name,
            (name[:3].upper() + " Works", name + " Arms"),
            float(weight),
            str(random.choice(COUNTRIES)),
            tuple(_format(random) for _ in range(random.integers(1, 6))),
            tuple(
                (
                    int(random.choice(8, p=_KIND_SHARES)),
                    int(random.integers(len(CALIBRES))),
                    float(random.exponential() + 0.05),
                )
                for _ in range(random.integers(1, 5))
            ),
        )
        for name, weight in zip(names, share, strict=True)
    )


def _format(random: np.random.Generator) -> Format:
    shape = cast(Shape, str(random.choice(_SHAPES, p=_SHARES)))
    fewest, most = _DIGITS[shape]
    return Format(
        shape,
        int(random.integers(fewest, most + 1)),
        int(random.integers(1, 4)),
        int(random.integers(2, 30)),
        float(random.uniform(1.5, 8)),
        float(random.exponential() + 0.05),
    )


def generate(marks: int, seed: int = 7, alphabet: str = "mixed", known: tuple[Maker, ...] | None = None) -> Register:
    """About `marks` marks; 15 % of the weapons carry two or three, half of the extra ones another weapon's number."""
    random = np.random.default_rng(seed)
    everyone = makers(seed) if known is None else known
    weapons = int(marks / 1.225)
    parts: list[tuple[NDArray[np.str_], Ints, Ints, Ints]] = []
    for number, maker in enumerate(everyone):
        count = max(20, int(weapons * maker.weight))
        weights = np.array([form.weight for form in maker.formats])
        models = np.array([model[2] for model in maker.models])
        for form, share in zip(maker.formats, weights / weights.sum(), strict=True):
            n = max(4, int(count * share))
            model = random.choice(len(models), n, p=models / models.sum())
            parts.append(
                (
                    _serials(form, n, random, alphabet),
                    np.full(n, number),
                    np.array([m[0] for m in maker.models])[model],
                    np.array([m[1] for m in maker.models])[model],
                )
            )
    text, maker_of, kind, calibre = (np.concatenate(column) for column in zip(*parts, strict=True))
    return with_parts(
        Register(everyone, text, np.arange(len(text)), np.zeros(len(text), np.int64), maker_of, kind, calibre), random
    )


def with_parts(single: Register, random: np.random.Generator) -> Register:
    """Give 15 % of the weapons one or two more marks, half of them of another weapon of about the same number."""
    n = len(single.text)
    second = np.flatnonzero(random.random(n) < 0.15)
    third = second[random.random(len(second)) < 0.5]
    columns = [single]
    for ordinal, rows in enumerate((second, third), start=1):
        extra = single.take(rows)
        donor = rows.copy()
        foreign = np.flatnonzero(random.random(len(rows)) < 0.5)
        donor[foreign] -= np.minimum(donor[foreign], random.integers(1, 401, len(foreign)))
        columns.append(
            Register(
                single.makers,
                single.text[donor],
                extra.weapon,
                np.full(len(rows), ordinal),
                extra.maker,
                extra.kind,
                extra.calibre,
            )
        )
    whole = Register(
        single.makers,
        np.concatenate([c.text for c in columns]),
        np.concatenate([c.weapon for c in columns]),
        np.concatenate([c.number for c in columns]),
        np.concatenate([c.maker for c in columns]),
        np.concatenate([c.kind for c in columns]),
        np.concatenate([c.calibre for c in columns]),
    )
    return whole.take(random.permutation(len(whole.text)))


def _serials(form: Format, n: int, random: np.random.Generator, alphabet: str) -> NDArray[np.str_]:
    """n running numbers, in random order, each once."""
    digits = form.digits
    if form.shape == "digits":
        while 10**digits < 1.3 * n and digits < 11:
            digits += 1
    prefixes = _prefixes(form, n, digits, random, alphabet)
    while len(prefixes) * 10**digits < 1.05 * n and digits < 8:
        digits += 1
    span = int(min(len(prefixes) * 10**digits, max(n * form.fill, 2000)))
    numbers = ((np.arange(n) + random.random(n)) / n * span).astype(np.int64)
    random.shuffle(numbers)
    body = np.char.zfill((numbers % 10**digits).astype(str), digits)
    letters = np.array(prefixes)[np.minimum(numbers // 10**digits, len(prefixes) - 1)]
    joined = np.char.add(body, letters) if form.shape == "suffix" else np.char.add(letters, body)
    return joined.astype(np.str_)


def _prefixes(form: Format, n: int, digits: int, random: np.random.Generator, alphabet: str) -> list[str]:
    need = max(form.prefixes, int(np.ceil(n * 1.3 / 10**digits)))
    national = ALPHABETS[alphabet]
    latin = LATIN if alphabet == "mixed" else national
    if form.shape == "digits":
        return [""]
    if form.shape == "factory":
        pool = [f"{sign}{number}" for sign in FACTORIES for number in range(10, 100)]
    elif form.shape == "letters":
        pool = [a + b for a in national for b in national]
    elif form.shape == "year":
        letters = [str(letter) for letter in random.choice(list(latin), 3, replace=False)]
        return [f"{(year + 60) % 100:02d}{letter}" for year in range(min(40, need)) for letter in letters[:1]]
    else:
        width = form.letters
        while len(latin) ** width < need:
            width += 1
        chosen = random.choice(len(latin) ** width, need, replace=False)
        return [
            "".join(latin[(number // len(latin) ** place) % len(latin)] for place in range(width))
            for number in chosen.tolist()
        ]
    return [pool[i] for i in random.choice(len(pool), min(need, len(pool)), replace=False)]


def columns(register: Register, keys: Ints) -> list[index.Row]:
    """The register as rows of the search table, sorted by key; `keys` are the weapons' keys."""
    makers_codes = [code_of(maker.name) for maker in register.makers]
    countries = [index.country_code(maker.country) for maker in register.makers]
    kinds = [index.kind_code(kind) for kind in KINDS]
    calibres = [code_of(calibre) for calibre in CALIBRES]
    parts = [index.component_code(component) for component in COMPONENTS]
    rows = [
        index.Row(
            skeleton.key(mark),
            keys_of,
            number,
            index.end_key(mark),
            makers_codes[maker],
            kinds[kind],
            calibres[calibre],
            countries[maker],
            parts[number],
            0,
            mark,
        )
        for mark, keys_of, number, maker, kind, calibre in zip(
            canonical_all(register.text),
            keys[register.weapon].tolist(),
            register.number.tolist(),
            register.maker.tolist(),
            register.kind.tolist(),
            register.calibre.tolist(),
            strict=True,
        )
    ]
    rows.sort()
    return rows


def canonical_all(texts: Sequence[str] | NDArray[np.str_]) -> list[str]:
    """Canonical texts."""
    return [canonical(text) for text in (texts.tolist() if isinstance(texts, np.ndarray) else texts)]


def weapon_keys(n: int, seed: int) -> Ints:
    """Distinct 63-bit keys as a UUID would give them."""
    return np.random.default_rng(seed + 1000).integers(1, 2**62, n)
