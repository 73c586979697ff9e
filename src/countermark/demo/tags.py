"""Tags and readers of a demonstration State: two depots with a reader each, a rack of tagged weapons, a copy that was read elsewhere."""

import hashlib

from countermark.accounts.models import Place
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.stockpile import acts, queries
from countermark.stockpile.readers import devices, observations, services
from countermark.stockpile.readers.reads import Read
from countermark.stockpile.tags import services as tags
from countermark.stockpile.units import Unit

TAGGED = 8
SECONDS_APART = 30


def furnish(*, by: Actor) -> None:
    """Describes the readers, binds the tags and has the readers see them; done once."""
    if acts.rows("reader").exists():
        return
    racks = [one.place for one in acts.subjects("unit") if one.of(Unit).form == "rack"]
    full = [rack for rack in racks if queries.in_store([rack]).count() >= TAGGED]
    if not full:
        return
    here = full[0]
    elsewhere = next((rack for rack in reversed(racks) if _site(rack) != _site(here)), "")
    weapons = Weapon.objects.filter(id__in=queries.in_store([here]).order_by("pk").values("pk")[:TAGGED])
    bound = [tags.bind(str(weapon.id), _drawn(weapon), tid=_chip(weapon), by=by) for weapon in weapons.order_by("id")]
    rack = devices.set_reader("rack-1", "llrp", here, address="192.0.2.10", by=by)
    now = observations.clock()
    services.take(rack, [Read(one.tag, now - SECONDS_APART * 1000, 1, one.tid, -5500) for one in bound], by=by)
    if elsewhere:
        gate = devices.set_reader("gate-1", "mqtt", elsewhere, address="depot/gate-1/+", purpose="passage", by=by)
        services.take(gate, [Read(bound[0].tag, now, 1, rssi=-6100)], by=by)


def _site(rack: str) -> str:
    return Place.objects.get(pk=rack).parent_id or rack


def _drawn(weapon: Weapon) -> str:
    """A number that means nothing, the same each time the demonstration is made."""
    return hashlib.sha256(f"tag {weapon.id}".encode()).hexdigest()[:24].upper()


def _chip(weapon: Weapon) -> str:
    return "E2801160" + hashlib.sha256(f"chip {weapon.id}".encode()).hexdigest()[:16].upper()
