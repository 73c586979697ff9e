"""Two depots with a reader each, and a weapon with a tag in the northern one."""

from countermark.register.checking import Refused
from countermark.stockpile.readers import devices, observations
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.readers.reads import Read
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

EPC = "3476451FD40000000000162E"
CHIP = "E2801170200014CD9B5A08EC"
__all__ = ["CHIEF", "CHIP", "EPC", "NORTH", "SOUTH", "Refused", "now", "pistol", "readers", "seen"]


def readers() -> tuple[Device, Device]:
    """A reader in the store of each depot."""
    people.places()
    return (
        devices.set_reader("north", "llrp", NORTH, address="10.0.0.7", by=CHIEF),
        devices.set_reader("south", "mqtt", SOUTH, address="depot/south/+", by=CHIEF),
    )


def pistol(ref: str = "A1", tag: str = EPC, tid: str = "") -> str:
    """A weapon that lies in the northern depot since long ago, with a tag put on long ago. Returns its id."""
    from countermark.ledger import services as ledger
    from countermark.ledger.drafts import Draft
    from countermark.stockpile.tags import bodies

    weapon_id = people.weapon(ref, place=NORTH)
    body = bodies.bound(weapon_id, tag, tid, "2002-01-01T00:00:00.000Z", "XA/main")
    ledger.append([Draft(kind="event", body=body)], by=CHIEF)
    return weapon_id


def now() -> int:
    """The clock of the program, in milliseconds since 1970."""
    return observations.clock()


def seen(ago: float = 0, tag: str = EPC, **more: object) -> Read:
    """A read of the tag some seconds ago."""
    return Read(tag, now() - int(ago * 1000), **more)  # type: ignore[arg-type]
