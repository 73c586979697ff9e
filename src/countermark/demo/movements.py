"""What is under way in the stockpile of a demonstration State: a shipment on its way, a short one, a theft, a list for destruction half read,
two lots of ammunition.
"""

from datetime import timedelta
from itertools import islice

from django.utils import timezone

from countermark.accounts import demo as accounts_demo
from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.stockpile import acts, proposals, queries
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Item, Plan
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Report
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest

SENT, LATE, STOLEN, CONDEMNED, READ = 3, 3, 1, 4, 2
"""How many weapons each is about; `READ` of the condemned are read by both readers."""
LOTS = (
    ("Oruvale Cartridge Works", "9x19 Parabellum", "OCW-24-017", "2024", 24_000),
    ("Oruvale Cartridge Works", "5.56x45 NATO", "OCW-19-203", "2019", 60_000),
)
"""Maker, calibre, number, year, rounds."""
COMMANDER, ARMOURER = Actor("commander"), Actor("armourer")


def furnish(state: str, *, by: Actor) -> None:
    """Moves between the first two depots; each has a key, and the lots come last: what an interrupted run did is not done again."""
    known = accounts_demo.STATES.get(state, accounts_demo.STATES["XA"])
    sites = [site for _, several in known.regions for site in several]
    if len(sites) < 2 or acts.rows("lot").exists():
        return
    here, there = (Place.objects.get(name=name) for name in sites[:2])
    weapons = _free(here)
    if len(weapons) == SENT + LATE + STOLEN + CONDEMNED:
        _under_way(here, there, weapons, by)
    for lot in LOTS:
        _lot(here, lot, by)


def _free(here: Place) -> list[str]:
    rows = queries.in_store([here.pk]).filter(status="active").order_by("-pk").values_list("pk", flat=True)
    return [str(pk) for pk in rows[: SENT + LATE + STOLEN + CONDEMNED]]


def _under_way(here: Place, there: Place, weapons: list[str], by: Actor) -> None:
    parts = iter(weapons)
    sent, late, stolen, condemned = ([*islice(parts, n)] for n in (SENT, LATE, STOLEN, CONDEMNED))
    _sent(here, there, sent, 3, "on its way", by)
    short = _sent(here, there, late, -4, "short", by)
    if shipments.known_shipment(short).state == "dispatched":
        shipments.arrive(short, late[1:], there.pk, seals=("S-4411",), by=by)
    circumstances = "The workshop cage was found open at the morning count; the lock is not damaged."
    incidents.report(Report("theft", here.pk, stolen, "burglary", circumstances), by=by, request="demonstration theft")
    _condemned(here, condemned, by)


def _sent(here: Place, there: Place, weapons: list[str], days: int, name: str, by: Actor) -> str:
    due = (timezone.localdate() + timedelta(days=days)).isoformat()
    manifest = Manifest(
        here.pk, there.pk, weapons, due, ("S-4411",), authority="Order 31 of the Chief of Logistics",
        route="By the coast road, by day", escort="Two vehicles of the military police", vehicle="Truck 118",
    )  # fmt: skip
    key = shipments.prepare(manifest, by=by, request=f"demonstration {name}")
    if shipments.known_shipment(key).state == "prepared":
        shipments.dispatch(key, weapons, by=by)
    return key


def _condemned(here: Place, weapons: list[str], by: Actor) -> None:
    plan = Plan(
        here.pk, weapons, "Order 9 of the Minister of Defence", "cutting_or_shredding", "Registrar of the Court of Oruvale",
        "None of them is evidence: letter of the prosecutor of 2 March",
    )  # fmt: skip
    key = disposal.plan(plan, by=by, request="demonstration destruction")
    for proposal in acts.subjects("proposal", state="pending", place=here.pk):
        if proposal.value["command"].get("destruction") == key:
            proposals.approve(proposal.key, by=COMMANDER)
    for one in [item.of(Item) for item in disposal.items_of(key)][:READ]:
        for reader in (by, ARMOURER):
            disposal.read(key, one.weapon, one.serial or "-", by=reader)


def _lot(here: Place, one: tuple[str, str, str, str, int], by: Actor) -> None:
    maker, calibre, number, year, rounds = one
    key = ammunition.describe(Lot(maker, calibre, number, year), by=by)
    for word, quantity in (("receive", rounds), ("use", rounds // 20)):
        second = identity.opaque("person", COMMANDER.name)
        said = Move(word, here.pk, quantity, request=f"demonstration {word} {number}", second=second)
        ammunition.move(key, said, by=by)
