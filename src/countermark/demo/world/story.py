"""The one story both States tell: consignments made in XB, sold to XA, some stolen there and found later.

Both registers are generated apart, so what they share must depend on nothing but the seed and the size.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from countermark.demo.world import tables
from countermark.demo.world.serials import serial
from countermark.demo.world.tables import Model


@dataclass(frozen=True, slots=True)
class Consignment:
    """One lawful delivery from XB to XA; `theft` is the night some of it was stolen, or empty."""

    model: Model
    sector: str
    year_made: int
    shape: str
    exported: str
    imported: str
    export_licence: str
    import_licence: str
    holder: str
    place: str
    theft: str
    report: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """A weapon of a consignment. `fate`: kept, missing, seized_xa or recovered_xb; `found` is that day."""

    consignment: Consignment
    serial: str
    fate: str
    found: str


def _model(name: str) -> Model:
    return next(m for m in tables.models() if m.name == name and m.maker.key.startswith("xb"))


@cache
def consignments() -> tuple[Consignment, ...]:
    """The deliveries, oldest first."""
    return (
        Consignment(
            _model("L-80"), "army", 1990, "{yy}-A-99999", "1991-05-02", "1991-06-17", "XB-EL-1991-0006",
            "XA-IL-1991-0038", "4th Cavalry Regiment", "Fort Quenda", "", "",
        ),
        Consignment(
            _model("K-61"), "army", 1993, "{yy}-A-99999", "1994-02-08", "1994-03-21", "XB-EL-1994-0017",
            "XA-IL-1994-0052", "2nd Infantry Regiment", "Camp Marenga", "1997-03-14", "XA-TH-1997-0009",
        ),
        Consignment(
            _model("K-75"), "police", 1995, "AA {yy} 9999", "1996-09-11", "1996-10-28", "XB-EL-1996-0041",
            "XA-IL-1996-0107", "Kalumbe Police Station", "Kalumbe", "1999-11-06", "XA-TH-1999-0031",
        ),
    )  # fmt: skip


def delivered(seed: int, weapons: int) -> list[Delivered]:
    """The weapons of all consignments: about two in a hundred of a register of `weapons`, the same for both States."""
    rng = Random(f"story/{seed}/{weapons}")
    sizes = (0.15, 0.55, 0.30)
    total = max(20, min(400, weapons // 50))
    out: list[Delivered] = []
    for consignment, share in zip(consignments(), sizes, strict=True):
        number = rng.randrange(10_000, 60_000) if "99999" in consignment.shape else rng.randrange(300_000, 5_000_000)
        for _ in range(max(3, round(total * share))):
            number += rng.randint(1, 3)
            out.append(_delivery(rng, consignment, number))
    return out[: weapons // 2]


def _delivery(rng: Random, consignment: Consignment, number: int) -> Delivered:
    mark = serial(consignment.shape, number, consignment.year_made, 6)
    fate = (
        rng.choices(("kept", "missing", "seized_xa", "recovered_xb"), (60, 18, 14, 8))[0]
        if consignment.theft
        else "kept"
    )
    found = f"{rng.randint(2001, 2019)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return Delivered(consignment, mark, fate, found)
