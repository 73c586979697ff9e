"""The stockpile of a demonstration State: racks in two depots, people on their rosters with cards, a morning's issue, counts that are due, sites
assessed, and civilian holders inspected.
"""

from countermark.accounts import demo as accounts_demo
from countermark.accounts import services as accounts
from countermark.accounts.models import Place
from countermark.ledger.services import Actor
from countermark.stockpile import acts, custody, queries, receipts, roster, units
from countermark.stockpile.assessment import services as assessment
from countermark.stockpile.assessment.elements import ITEMS
from countermark.stockpile.civilian import services as civilian
from countermark.stockpile.civilian.rules import Weapons
from countermark.stockpile.counting import services as counting
from countermark.stockpile.receipts import Counter
from countermark.stockpile.rules.custody import Qualification
from countermark.stockpile.units import UnitFields

RACKS = ("Rack A", "Rack B", "Workshop cage")
PEOPLE = (
    ("Cpl Ivona Restel", "1001", ("training", "licence"), ""),
    ("Sgt Taro Belmondi", "1002", ("training", "licence", "medical"), ""),
    ("Pte Senna Lorde", "1003", ("training",), ""),
    ("Pte Aldric Monvo", "1004", ("training", "licence"), "2025-06-30"),
    ("Lt Cora Vintela", "1005", ("training", "licence"), ""),
)
"""Name, service number, what they are qualified for, and until when."""
LYING, ISSUED = 24, 5


def furnish(state: str, *, by: Actor) -> None:
    """Racks, roster and a first issue in every depot of the demonstration State; what an interrupted run did is not done again."""
    known = accounts_demo.STATES.get(state, accounts_demo.STATES["XA"])
    sites = [site for _, several in known.regions for site in several]
    for number, site in enumerate(sites):
        _depot(site, number, by)


def _depot(site: str, number: int, by: Actor) -> None:
    place = Place.objects.get(name=site)
    if acts.rows("receipt").filter(place=place.pk).exists():
        return
    units.set_unit(place.pk, UnitFields("site", capacity=5000, ammunition=True), by=by)
    counting.set_plan(place.pk, counting.PlanFields("us-monthly"), key=f"monthly-{number}", by=by)
    _inspected(place.pk, number, by)
    racks = [_rack(f"{rack}, {site}", place, by) for rack in RACKS]
    people = [_person(one, site, number, by) for one in PEOPLE]
    weapons = [str(pk) for pk in queries.in_store([place.pk]).order_by("pk").values_list("pk", flat=True)[:LYING]]
    if not weapons:
        return
    for rack, some in zip(racks, (weapons[::2], weapons[1::2]), strict=False):
        if some:
            custody.move(some, rack, by=by)
    active = queries.in_store(racks).filter(status="active").order_by("pk").values_list("pk", flat=True)[:ISSUED]
    for receiver, weapon in zip(people, map(str, active), strict=False):
        judged = roster.eligibility(receiver, [], "shift", place.pk)
        if judged.green:
            receipts.issue(Counter(place.pk, by), [weapon], receiver, "shift")


def _inspected(site: str, number: int, by: Actor) -> None:
    """Two assessments of a site, the second better; and a civilian holder who keeps arms and ammunition together."""
    for day, worse in (
        ("2025-11-03", {"doors": "no", "lighting": "no"}),
        ("2026-05-04", {"racks": "no", "fire": "partly"}),
    ):
        answers = {**dict.fromkeys(ITEMS, "yes"), "manpads_apart": "na", **worse}
        said = assessment.Said(day, answers, "2026-11-04", PEOPLE[-1][0], "2026-12-15", (2, 3, 4))
        assessment.assess(site, said, by=by)
    rules = "eu-2021-555-7"
    found = {f"{rules}/secure": "yes", f"{rules}/apart": "no"}
    holder = f"Ida Korvane ({number + 1}77)"
    civilian.inspect(
        civilian.Said(holder, site, "2026-10-05", [rules], found, Weapons(1, 2), next_day="2027-10-05"), by=by
    )


def _rack(name: str, place: Place, by: Actor) -> str:
    if not Place.objects.filter(name=name).exists():
        accounts.add_place(name, place, place.organisation, by=by)
    pk = Place.objects.get(name=name).pk
    units.set_unit(pk, UnitFields("rack", capacity=60), by=by)
    return pk


def _person(one: tuple[str, str, tuple[str, ...], str], site: str, number: int, by: Actor) -> str:
    name, service, qualified, until = one
    held = [Qualification(what, until=until) for what in qualified]
    enrolled, _ = roster.enrol(f"{name} ({number + 1}{service})", place=site, qualifications=held, by=by)
    return enrolled.party
