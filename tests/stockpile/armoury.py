"""An armoury for the tests: a depot with racks, people on its roster, weapons in it."""

from dataclasses import dataclass, field

from countermark.accounts import services as accounts
from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.register import projection
from countermark.register.rules import WeaponState
from countermark.stockpile import receipts, roster, units
from countermark.stockpile.receipts import Counter
from countermark.stockpile.rules.custody import Qualification
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF

DEPOT, OTHER = "Depot 7", "Depot 9"
RACK_A, RACK_B = "Rack A of Depot 7", "Rack B of Depot 7"
ARMOURER = Actor("armourer7")
TRAINED = (Qualification("training"), Qualification("licence"))


@dataclass
class Armoury:
    """Ids of the places, of two people on the roster, and of weapons that lie in rack A."""

    depot: str
    rack_a: str
    rack_b: str
    other: str
    trained: str
    recruit: str
    card: str
    weapons: list[str] = field(default_factory=list)

    def counter(self, *, by: Actor = ARMOURER, second: str = "", request: str = "", happened: str = "") -> Counter:
        """The counter of the depot."""
        return Counter(self.depot, by, second, request, happened)

    @property
    def second(self) -> str:
        """The person id of somebody who confirms beside the armourer."""
        return identity.opaque("person", "commander7")


def armoury(count: int = 3) -> Armoury:
    """A depot with two racks, a trained soldier and a recruit on the roster, and revolvers in rack A."""
    for name, parent in ((DEPOT, None), (RACK_A, DEPOT), (RACK_B, DEPOT), (OTHER, None)):
        above = Place.objects.get(name=parent) if parent else None
        accounts.add_place(name, above, by=CHIEF)
    places = dict(Place.objects.values_list("name", "pk"))
    units.set_unit(places[DEPOT], UnitFields("site"), by=CHIEF)
    for name in (RACK_A, RACK_B):
        units.set_unit(places[name], UnitFields("rack", capacity=100), by=CHIEF)
    trained, card = roster.enrol("Cpl T. Rained (1001)", place=DEPOT, qualifications=TRAINED, by=CHIEF)
    recruit, _ = roster.enrol("Pte R. Ecruit (1002)", place=DEPOT, by=CHIEF)
    weapons = [people.weapon(f"W{n}", f"AB{1000 + n}", place=RACK_A) for n in range(count)]
    return Armoury(
        places[DEPOT], places[RACK_A], places[RACK_B], places[OTHER], trained.party, recruit.party, card, weapons
    )


def state(weapon: str) -> WeaponState:
    """What the register says of a weapon now."""
    found = projection.state_of(weapon)
    assert found is not None
    return found


def issued(place: Armoury, *weapons: str, kind: str = "shift") -> str:
    """Issues weapons to the trained soldier; returns the code of the receipt."""
    return receipts.issue(place.counter(), list(weapons) or place.weapons, place.trained, kind)


def commanded() -> Armoury:
    """An armoury with one weapon that is issued, its commander carla and a registrar of the State, rita."""
    found = armoury(1)
    people.person("carla", "commander", DEPOT)
    people.person("rita", "registrar")
    issued(found)
    return found
