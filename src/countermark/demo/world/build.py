"""From lots to weapons: serials in runs, marks on components, swapped barrels, marks gone or never there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from countermark.demo.world import lives, lots, story, tables
from countermark.demo.world.lots import Lot
from countermark.demo.world.records import Event, Mark, Weapon
from countermark.demo.world.serials import plain, serial, space
from countermark.demo.world.story import Delivered

# Of the serials of seized weapons, after rj-counts of 62,846: removed or altered 17 %, never there 5.5 %, not legible 3 %.
_SEIZED_CONDITIONS = (("", 725), ("obliterated", 169), ("none", 55), ("illegible", 30), ("altered", 11), ("worn", 10))
_PLACEHOLDERS = ("", "", "", "S/N", "NSN", "UNK")
_TWO_OWNERS = 0.003
_SHARED_START = 0.04


@dataclass
class _Books:
    """What one State's register has handed out so far."""

    state: str
    seed: int
    rng: Random
    used: set[tuple[str, str]] = field(default_factory=set)
    starts: dict[str, list[int]] = field(default_factory=dict)
    by_model: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    records: int = 0
    stock: dict[str, int] = field(default_factory=dict)
    imports: dict[int, int] = field(default_factory=dict)

    def ref(self, offset: int = 1) -> str:
        return f"{self.state}-{self.records + offset:06d}"


@dataclass(frozen=True, slots=True)
class _Swap:
    """A barrel of another weapon of the same lot; `recorded` when the armourer wrote it down."""

    other_ref: str
    barrel: str
    recorded: bool


def generate(state: str, seed: int = 1, weapons: int = 20_000) -> Iterator[Weapon]:
    """Yield `weapons` invented weapons of a demonstration State in the order of their record numbers.

    `state` is `XA` or `XB` (KeyError otherwise). The consignments both States tell of are the same for equal `seed`
    and `weapons`. No serial number here belongs to a real weapon by intention: all are drawn at random.
    """
    tables.states()[state]
    books = _Books(state, seed, Random(f"{state}/{seed}/{weapons}"))
    told = story.delivered(seed, weapons)
    books.used.update((w.consignment.model.maker.key, plain(w.serial)) for w in told)
    planned = lots.plan(books.rng, state, max(0, weapons - len(told)))
    for lot in planned:
        told_before = [w for w in told if _year_in(state, w) <= lot.year_in]
        told = told[len(told_before) :]
        for delivery in told_before:
            yield _from_story(books, delivery)
        yield from _from_lot(books, lot)
    for delivery in told:
        yield _from_story(books, delivery)


def _year_in(state: str, weapon: Delivered) -> int:
    return weapon.consignment.year_made if state == "XB" else int(weapon.consignment.imported[:4])


def _from_lot(books: _Books, lot: Lot) -> Iterator[Weapon]:
    rng = books.rng
    spelt = _spelling(rng, lot)
    numbers = list(_serials(books, lot))
    swaps = _swaps(books, lot, [mark for _, mark in numbers])
    paper = "EL" if lot.sector == "export" else "IL"
    unit, licence = _unit(books, lot), f"{books.state}-{paper}-{lot.year_in}-{rng.randint(1, 9999):04d}"
    for position, (shape, mark) in enumerate(numbers):
        swap = swaps.get(position)
        ref = books.ref()
        marks = _marks(books, lot, mark, swap)
        events = lives.of_lot(rng, books.state, lot, unit, licence, _part_events(mark, swap, unit))
        books.records += 1
        yield _weapon(rng, ref, lot, spelt, shape, mark, marks, events)


def _weapon(
    rng: Random, ref: str, lot: Lot, spelt: tuple[str, str], shape: str, mark: str,
    marks: tuple[Mark, ...], events: tuple[Event, ...],
) -> Weapon:  # fmt: skip
    craft = lot.sector == "seized" and marks[0].mark_condition == "none" and rng.random() < 0.6
    if craft:
        return Weapon(ref, "other" if lot.model.group != "long" else "shotgun", "", "", spelt[1], "ZZ", "",
                      (marks[0],), lot.sector, year_made=lot.year_made, events=events)  # fmt: skip
    country = lot.model.maker.country(lot.year_made)
    year_known = rng.random() > (0.3 if lot.sector == "seized" else 0.06)
    return Weapon(
        ref, lot.model.kind, spelt[0], lot.model.name, spelt[1], country, str(lot.year_made) if year_known else "",
        marks, lot.sector, lot.model.maker.key, shape, mark, lot.year_made, events=events,
    )  # fmt: skip


def _spelling(rng: Random, lot: Lot) -> tuple[str, str]:
    """Maker and calibre as this lot's clerk wrote them: mostly the list's own name, at times an alias."""
    maker, calibre = lot.model.maker, tables.calibres()[lot.model.calibre]
    return (
        rng.choice((maker.name, *maker.aliases)) if rng.random() < 0.2 else maker.name,
        rng.choice((calibre.name, *calibre.aliases)) if rng.random() < 0.35 else calibre.name,
    )


def _serials(books: _Books, lot: Lot) -> Iterator[tuple[str, str]]:
    """(shape, serial) of each weapon of a lot: a run of rising numbers, hardly ever one used before."""
    rng, maker = books.rng, lot.model.maker.key
    shapes = tables.shapes_in_use(maker, lot.model.group, lot.year_made)
    shape = rng.choices(shapes, [s.share for s in shapes])[0].text
    known = books.by_model.setdefault((maker, lot.model.name), [])
    number = _start(books, shape)
    for _ in range(lot.size):
        if known and rng.random() < _TWO_OWNERS:
            yield rng.choice(known)
            continue
        number, mark = _unused(books, lot, shape, number)
        known.append((shape, mark))
        yield shape, mark


def _start(books: _Books, shape: str) -> int:
    """Where a run begins; at times where another maker's run with the same form began: makers repeat each other."""
    starts = books.starts.setdefault(shape, [])
    if starts and books.rng.random() < _SHARED_START:
        return books.rng.choice(starts)
    # Numbers that begin with zeros are rare on metal.
    start = books.rng.randrange(space(shape) // 20, space(shape))
    starts.append(start)
    return start


def _unused(books: _Books, lot: Lot, shape: str, number: int) -> tuple[int, str]:
    size = space(shape)
    while True:
        number = (number + books.rng.randint(1, 4)) % size
        mark = serial(shape, number, lot.year_made, lot.month_made)
        key = (lot.model.maker.key, plain(mark))
        if key not in books.used:
            books.used.add(key)
            return number, mark


def _swaps(books: _Books, lot: Lot, marks: list[str]) -> dict[int, _Swap]:
    """Pairs of a lot whose barrels changed places in an armoury."""
    swaps: dict[int, _Swap] = {}
    if "barrel" not in lot.model.parts or lot.sector not in ("army", "police"):
        return swaps
    for first in range(0, lot.size - 1, 2):
        if books.rng.random() >= 0.05:
            continue
        recorded = books.rng.random() < 0.5
        swaps[first] = _Swap(books.ref(first + 2), marks[first + 1], recorded)
        swaps[first + 1] = _Swap(books.ref(first + 1), marks[first], recorded)
    return swaps


def _part_events(mark: str, swap: _Swap | None, unit: str) -> list[Event]:
    if swap is None or not swap.recorded:
        return []
    return [
        Event("remove", component="barrel", mark=mark, taker=unit),
        Event("install", component="barrel", mark=swap.barrel, other_ref=swap.other_ref, taker=unit),
    ]


def _unit(books: _Books, lot: Lot) -> str:
    world, rng = tables.states()[books.state], books.rng
    city: str = rng.choice(world["cities"])
    names = {
        "army": rng.choice(world["units"]),
        "police": f"{city} Police Station",
        "prison": f"{city} Prison",
        "civil": rng.choice(world["dealers"]),
    }
    return str(names.get(lot.sector, ""))


def _marks(books: _Books, lot: Lot, mark: str, swap: _Swap | None) -> tuple[Mark, ...]:
    rng = books.rng
    control = _control_mark(rng, lot, mark)
    if control.mark_condition == "none":
        return (control,)
    return (control, *_part_marks(rng, lot, mark, swap), *_later_marks(books, lot, control))


def _control_mark(rng: Random, lot: Lot, mark: str) -> Mark:
    model = lot.model
    # The contract takes receiver, frame and plate for the control component unless told otherwise.
    role = "" if model.control in ("receiver", "frame") else "control"
    carrier = "plate" if model.carrier == "plate" else ""
    condition = _condition(rng, lot.sector)
    if condition in ("obliterated", "none", "illegible"):
        placeholder = rng.choice(_PLACEHOLDERS) if condition == "none" else ""
        return Mark(model.control, placeholder, carrier, role, mark_condition=condition)
    text = ""
    if model.maker.inscription and rng.random() < 0.2:
        text = model.maker.inscription.format(mark=mark, model=model.name, calibre=model.calibre)
    return Mark(model.control, mark, carrier, role, inscription=text, mark_condition=condition)


def _condition(rng: Random, sector: str) -> str:
    if sector != "seized":
        return "worn" if rng.random() < 0.015 else ""
    conditions, weights = zip(*_SEIZED_CONDITIONS, strict=True)
    return str(rng.choices(conditions, weights)[0])


def _part_marks(rng: Random, lot: Lot, mark: str, swap: _Swap | None) -> Iterator[Mark]:
    """The serial on slide, barrel or bolt where the clerk looked there; a swapped barrel bears the other weapon's."""
    looked = rng.random() < 0.22
    for part in lot.model.parts:
        if part == "barrel" and swap is not None:
            yield Mark(part, mark if swap.recorded else swap.barrel)
        elif looked:
            yield Mark(part, mark)
    if lot.model.control == "receiver" and rng.random() < 0.001:
        yield Mark("receiver", f"{rng.randrange(1000, 9999)}", role="control")


def _later_marks(books: _Books, lot: Lot, control: Mark) -> Iterator[Mark]:
    """Marks struck by the State: at import since the 1990s, on its stocks, on a weapon found without a number."""
    rng, world = books.rng, tables.states()[books.state]
    imported = lot.model.maker.country(lots.LAST_YEAR) != books.state and lot.sector not in ("seized", "export")
    if imported and lot.year_in >= 1990 and rng.random() < 0.25:
        number = books.imports[lot.year_in] = books.imports.get(lot.year_in, 0) + 1
        text = world["import_mark"].format(yy=f"{lot.year_in % 100:02d}", number=number)
        yield Mark(control.component, text, role="other", mark_kind="import")
    if lot.sector in world["stock"] and rng.random() < 0.1:
        number = books.stock[lot.sector] = books.stock.get(lot.sector, 0) + 1
        yield Mark(
            control.component, world["stock"][lot.sector].format(number=number), role="other", mark_kind="state_stock"
        )
    if control.mark_condition == "obliterated" and rng.random() < 0.4:
        number = books.stock["found"] = books.stock.get("found", 0) + 1
        text = f"{books.state} F {lot.year_in % 100:02d} {number:04d}"
        yield Mark(control.component, text, role="other", mark_kind="found")


def _from_story(books: _Books, delivery: Delivered) -> Weapon:
    consignment = delivery.consignment
    model = consignment.model
    marks = [Mark(model.control, delivery.serial, role="" if model.control in ("receiver", "frame") else "control")]
    if books.state == "XA" and books.rng.random() < 0.5:
        marks.append(Mark("barrel", delivery.serial))
    ref = books.ref()
    books.records += 1
    return Weapon(
        ref, model.kind, model.maker.name, model.name, model.calibre, "XB", str(consignment.year_made), tuple(marks),
        "story", model.maker.key, consignment.shape, delivery.serial, consignment.year_made, delivery.fate,
        lives.of_delivery(books.rng, books.state, delivery),
    )  # fmt: skip
