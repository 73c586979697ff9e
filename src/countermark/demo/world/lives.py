"""The lawful, and unlawful, life of a weapon as a State's books tell it: events in order, with gaps."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from countermark.demo.world import tables
from countermark.demo.world.lots import Lot
from countermark.demo.world.records import Event
from countermark.demo.world.story import Delivered

_END = date(2025, 6, 30).toordinal()
_YEAR = 365


class Life:
    """Writes one weapon's events: time only moves forward, and stops at the end of the books or of the weapon."""

    def __init__(self, rng: Random, state: str, start: int) -> None:
        self.rng = rng
        self.state = state
        self.world: dict[str, Any] = tables.states()[state]
        self.events: list[Event] = []
        self.day = start
        self.floor = 0
        self.over = False

    def chance(self, probability: float) -> bool:
        return not self.over and self.rng.random() < probability

    def pick(self, key: str) -> str:
        name: str = self.rng.choice(self.world[key])
        return name

    def person(self) -> str:
        return f"{self.pick('first')} {self.pick('last')}"

    def station(self) -> str:
        return f"{self.pick('cities')} Police Station"

    def paper(self, kind: str) -> str:
        return f"{self.state}-{kind}-{self.year}-{self.rng.randint(1, 9999):04d}"

    @property
    def year(self) -> int:
        return date.fromordinal(self.day).year

    def home(self, unit: str) -> str:
        """Where a unit lies: the town in its name, or its camp."""
        town = unit.removesuffix(" Police Station").removesuffix(" Prison")
        if town in self.world["cities"]:
            return town
        camps = self.world["camps"]
        name: str = camps[self.world["units"].index(unit) % len(camps)] if unit in self.world["units"] else ""
        return name

    def add(self, event: str, days: tuple[int, int], paper: str = "", **columns: Any) -> bool:
        """Append an event some days later, with a document of kind `paper`.

        False, and the end of this life, when the books close before it.
        """
        day = self.day + self.rng.randint(*days)
        if self.over or day > _END:
            self.over = True
            return False
        self.day = day
        columns.setdefault("country", self.state)
        if paper:
            columns["document"] = self.paper(paper)
        self.events.append(Event(event, self._written(event), **columns))
        self.over = event == "destruction"
        return True

    def _written(self, event: str) -> str:
        """The day as a clerk wrote it: old entries often by month or year, never so that two events change order."""
        day = date.fromordinal(self.day)
        drawn = self.rng.random()
        vague = 0.25 if day.year < 1995 else 0.05
        if event in ("issue", "return") and day.year > 2008 and drawn > 0.9:
            self.floor = self.day
            clock = f"{self.rng.randint(8, 15):02d}:{self.rng.randint(0, 59):02d}:00"
            return f"{day.isoformat()}T{clock}{self.world['zone']}"
        if drawn < vague / 3 and day.replace(month=1, day=1).toordinal() >= self.floor:
            self.floor = day.replace(month=1, day=1).toordinal()
            return f"{day.year:04d}"
        if drawn < vague and day.replace(day=1).toordinal() >= self.floor:
            self.floor = day.replace(day=1).toordinal()
            return f"{day.year:04d}-{day.month:02d}"
        self.floor = self.day
        return day.isoformat()


def of_lot(rng: Random, state: str, lot: Lot, unit: str, licence: str, parts: list[Event]) -> tuple[Event, ...]:
    """Events of one weapon of a lot; `unit` holds the whole lot at first, `parts` are part changes in service."""
    life = Life(rng, state, date(lot.year_made, lot.month_made, 1).toordinal())
    _SECTORS[lot.sector](life, lot, unit, licence)
    for part in parts:
        if life.events and not life.over:
            life.add(part.event, (1, 40), component=part.component, mark=part.mark, other_ref=part.other_ref,
                     taker=part.taker, place=part.place)  # fmt: skip
    return _with_late_entry(life)


def _with_late_entry(life: Life) -> tuple[Event, ...]:
    """Now and then a count made before a destruction reaches the books after it."""
    last = life.events[-1] if life.events else None
    if last is None or last.event != "destruction" or len(last.date) != 10 or life.rng.random() > 0.05:
        return tuple(life.events)
    before = date.fromordinal(life.day - 1).isoformat()
    if life.events[-2:-1] and life.events[-2].date[:10] >= before:
        return tuple(life.events)
    late = Event("count", before, taker=last.giver, country=life.state, place=last.place, late=True,
                 note="keyed from paper after the destruction")  # fmt: skip
    return (*life.events, late)


def _arrive(life: Life, lot: Lot, buyer: str, licence: str) -> None:
    """From the maker's works into the State's books, as far as papers survive."""
    maker = lot.model.maker
    origin = maker.country(lot.year_made)
    if life.chance(0.55):
        life.add("manufacture", (0, 20), giver=maker.name, country=origin)
    life.day = max(life.day, date(lot.year_in, 1, 1).toordinal())
    if maker.country(2024) == life.state:
        life.add("sale", (10, 200), giver=maker.name, taker=buyer, paper="INV")
        return
    if life.chance(0.3):
        life.add("export", (5, 120), giver=maker.name, taker=buyer, country=life.state, document=licence)
    if life.chance(0.1):
        life.add("transit", (5, 20), giver=maker.name, taker=life.pick("carriers"), country="ZZ")
    if life.chance(0.75):
        life.add("import", (5, 60), giver=maker.name, taker=buyer, place=life.pick("cities"), document=licence)


def _army(life: Life, lot: Lot, unit: str, licence: str) -> None:
    depot = life.world["depot"]
    _arrive(life, lot, life.world["defence"], licence)
    life.add("registration", (1, 40), taker=depot, place=depot, paper="REG")
    _serve(life, depot, unit, lambda: life.pick("units"))


def _police(life: Life, lot: Lot, unit: str, licence: str) -> None:
    _arrive(life, lot, life.world["interior"], licence)
    life.add("registration", (1, 40), taker=life.world["police"], paper="REG")
    _serve(life, life.world["police"], unit, life.station)


def _prison(life: Life, lot: Lot, unit: str, licence: str) -> None:
    _arrive(life, lot, life.world["prison"], licence)
    life.add("registration", (1, 40), taker=life.world["prison"], paper="REG")
    _serve(life, life.world["prison"], unit, lambda: f"{life.pick('cities')} Prison")


def _serve(life: Life, store: str, unit: str, units: Callable[[], str]) -> None:
    holder = store
    if life.chance(0.85):
        holder = _issue(life, store, unit)
    if life.chance(0.35):
        life.add("count", (_YEAR, 6 * _YEAR), taker=holder, place=life.home(holder))
    if holder != store and life.chance(0.12):
        life.add("repair", (30, 900), giver=holder, taker=store, note="new spring set" if life.chance(0.3) else "")
    if holder != store and life.chance(0.25):
        life.add("return", (60, 1500), giver=holder, taker=store, paper="RET")
        holder = _issue(life, store, units())
    taker = units()
    if taker != holder and life.chance(0.10):
        life.add("transfer", (60, 2000), giver=holder, taker=taker, place=life.home(taker), paper="TRF")
        holder = taker
    if life.chance(0.20):
        life.add("count", (200, 4 * _YEAR), taker=holder, place=life.home(holder))
    _service_end(life, store, holder)


def _issue(life: Life, store: str, unit: str) -> str:
    life.add("issue", (10, 400), giver=store, taker=unit, place=life.home(unit), paper="ISS")
    return unit


def _service_end(life: Life, store: str, holder: str) -> None:
    if life.chance(0.035):
        _gone(life, holder, life.home(holder))
    elif life.chance(0.06):
        if holder != store:
            life.add("return", (300, 3000), giver=holder, taker=store)
        smelter = life.world["smelter"]
        life.add("destruction", (30, 800), giver=store, taker=smelter, place=smelter, paper="DES")
    elif life.chance(0.01):
        life.add("deactivation", (300, 3000), giver=holder, place=life.home(holder), paper="DEA")


def _gone(life: Life, holder: str, place: str) -> None:
    """Lost or stolen; some are found or seized again, and stay with the police or go to the furnace."""
    life.add(life.rng.choice(("loss", "theft", "theft")), (100, 3000), giver=holder, place=place, paper="TH")
    if not life.chance(0.45):
        return
    station = life.station()
    kind = life.rng.choice(("find", "recovery", "seizure"))
    life.add(kind, (20, 4000), taker=station, place=life.home(station), paper="CR")
    if station != holder and life.chance(0.5):
        life.add("return", (30, 500), giver=station, taker=holder, paper="RET")


def _civil(life: Life, lot: Lot, unit: str, licence: str) -> None:
    owner = life.person()
    _arrive(life, lot, unit, licence)
    life.add("sale", (5, 500), giver=unit, taker=owner, paper="INV")
    life.add("registration", (1, 60), taker=owner, place=life.pick("cities"), paper="LIC")
    while life.chance(0.4):
        heir = life.person()
        if heir == owner:
            continue
        kind = life.rng.choice(("transfer", "sale"))
        life.add(kind, (200, 5000), giver=owner, taker=heir, paper="LIC")
        owner = heir
    if life.chance(0.05):
        _gone(life, owner, life.pick("cities"))
    elif life.chance(0.06):
        life.add(life.rng.choice(("surrender", "collection")), (300, 6000), giver=owner, taker=life.station())
        life.add("destruction", (20, 700), taker=life.world["smelter"], paper="DES")


def _seized(life: Life, lot: Lot, unit: str, licence: str) -> None:
    """A weapon first seen when taken from somebody: nothing is known of its life before."""
    life.day = date(lot.year_in, life.rng.randint(1, 12), life.rng.randint(1, 28)).toordinal()
    city = life.pick("cities")
    first = life.rng.choice(("seizure", "seizure", "seizure", "find", "surrender"))
    life.add(first, (0, 1), taker=f"{city} Police Station", place=city, paper="CR")
    if first == "seizure" and life.chance(0.7):
        life.add("confiscation", (30, 900), giver=f"{city} Police Station", taker=life.world["court"],
                 place=city, paper="JD")  # fmt: skip
    if life.chance(0.55):
        life.add("destruction", (30, 900), giver=life.world["court"], taker=life.world["smelter"],
                 place=life.world["smelter"], paper="DES")  # fmt: skip
    elif life.chance(0.4):
        life.add("transfer", (30, 900), giver=life.world["court"], taker=life.world["police"], paper="TRF")


def _export(life: Life, lot: Lot, unit: str, licence: str) -> None:
    maker = lot.model.maker.name
    life.add("manufacture", (0, 25), giver=maker)
    buyer = ("XC", "XD")[lot.year_in % 2]
    life.add("export", (60, 500), giver=maker, taker=f"Ministry of Defence of {buyer}", country=buyer, document=licence)


_SECTORS: dict[str, Callable[[Life, Lot, str, str], None]] = {
    "army": _army,
    "police": _police,
    "prison": _prison,
    "civil": _civil,
    "seized": _seized,
    "export": _export,
}


def of_delivery(rng: Random, state: str, weapon: Delivered) -> tuple[Event, ...]:
    """The life of a weapon of the shared story, as State XA or State XB saw it."""
    return tuple(_told_by_xb(rng, weapon) if state == "XB" else _told_by_xa(rng, weapon))


def _told_by_xb(rng: Random, weapon: Delivered) -> list[Event]:
    lot = weapon.consignment
    maker = lot.model.maker.name
    buyer = _buyer(weapon)
    events = [
        Event("manufacture", f"{lot.year_made}-06", giver=maker, country="XB", place="Karsta"),
        Event("export", lot.exported, maker, buyer, "XA", "Karsta", lot.export_licence),
    ]
    if weapon.fate == "recovered_xb":
        place = rng.choice(tables.states()["XB"]["cities"])
        events.append(
            Event("recovery", weapon.found, taker=f"{place} Police Station", country="XB", place=place,
                  document=f"XB-CR-{weapon.found[:4]}-{rng.randint(1, 9999):04d}")
        )  # fmt: skip
    return events


def _told_by_xa(rng: Random, weapon: Delivered) -> list[Event]:
    lot = weapon.consignment
    maker, buyer = lot.model.maker.name, _buyer(weapon)
    year = lot.imported[:4]
    events = [
        Event("import", lot.imported, maker, buyer, "XA", "Port Sela", lot.import_licence),
        Event(
            "registration",
            f"{year}-11-15",
            taker=buyer,
            country="XA",
            document=f"XA-REG-{year}-{rng.randint(1, 9999):04d}",
        ),
        Event("issue", f"{year}-12-02", buyer, lot.holder, "XA", lot.place),
    ]
    if lot.theft and weapon.fate != "kept":
        events.append(Event("theft", lot.theft, giver=lot.holder, country="XA", place=lot.place, document=lot.report))
    if weapon.fate == "seized_xa":
        place = rng.choice(tables.states()["XA"]["cities"])
        events.append(
            Event("seizure", weapon.found, taker=f"{place} Police Station", country="XA", place=place,
                  document=f"XA-CR-{weapon.found[:4]}-{rng.randint(1, 9999):04d}")
        )  # fmt: skip
    return events


def _buyer(weapon: Delivered) -> str:
    world = tables.states()["XA"]
    name: str = world["defence"] if weapon.consignment.sector == "army" else world["interior"]
    return name
