"""A marking workshop for a demonstration State: numbers, models, machines, a batch at the bench and one being prepared."""

from countermark.ledger.services import Actor
from countermark.marking import batches, bench, catalogue, consultations, equipment, numbering, planning
from countermark.marking.catalogue import Area, IdentityPolicy, Model, ModelPart
from countermark.marking.description import Part, Plate, Zone
from countermark.marking.equipment import Machine
from countermark.marking.models import BatchRow, ItemRow
from countermark.marking.states import CRITERIA, Batch
from countermark.register.models import Weapon

AUTHORITY = "import-marks"
STOCK = "state-stock"
PROFILES = ("iti", "nairobi")
AT_THE_BENCH = 12
ACCEPTED = 5


def furnish(state: str, *, by: Actor) -> None:
    """Furnishes the workshop of a demonstration State; what an interrupted run did is not done again."""
    if _is_furnished():
        return
    for key, title, purpose, pattern in (
        (AUTHORITY, "Import marks", "import", "{country}{yy}{number:6}{check}"),
        (STOCK, "Numbers of State stock", "state_stock", "{country}-S{number:7}"),
    ):
        system = "mod37_36" if "{check}" in pattern else ""
        numbering.open_authority(key, title, purpose=purpose, country=state, pattern=pattern, system=system, by=by)
        if not numbering.blocks(key):
            numbering.give_block(key, 5_000, by=by)
    catalogue.set_policy(IdentityPolicy(state, "control", "Decision of the arms authority, 2021"), by=by)
    for model in _models():
        catalogue.set_model(model, by=by)
    laser = _machines(by)
    consultations.record(
        "2026-02-11", "polymer", "Association of arms makers",
        asked="Can a second, blank plate be moulded into new polymer frames?",
        answered="From the next production run on, at little cost.", by=by,
    )  # fmt: skip
    _at_the_bench(state, laser, by)


def _is_furnished() -> bool:
    """Whether the last thing this makes is there."""
    return BatchRow.objects.count() > 1


def _models() -> list[Model]:
    """Two models as the registry knows them: one of steel, one of polymer with a plate and a second, blank one."""
    found = []
    row = Weapon.objects.filter(kind="self_loading_pistol", status="active").exclude(model="").order_by("ref").first()
    if row is not None:
        zone, plate = Zone(36, 7), Plate(True, True, True, 20, 6)
        frame = ModelPart(Part("frame", "steel", zone=zone), essential=True, reserved=(Area(20, 0, 16, 7),))
        parts = (frame, ModelPart(Part("slide", "steel"), essential=True), ModelPart(Part("barrel", "steel")))
        found.append(Model(row.maker, row.model, "self_loading_pistol", "frame", parts, "maker's letter", "known"))
        polymer = ModelPart(Part("frame", "polymer", plate=plate, second_plate=plate), essential=True)
        found.append(Model(row.maker, "Polymer pattern", "self_loading_pistol", "frame", (polymer, *parts[1:])))
    return found


def _machines(by: Actor) -> Machine:
    known = {machine.name: machine for machine in equipment.machines()}
    wanted = (
        Machine("", "Laser 1", "laser", ["laser"], power_w=900, maintenance_days=90, spare_parts=["lens"]),
        Machine("", "Dot-peen 1", "dot_peen", ["dot_peen"], power_w=300, consumables=["stylus"]),
        Machine("", "Hand stamps", "hand_stamp", ["hand_stamp"], power_w=0),
    )
    made = [known.get(machine.name) or equipment.add_machine(machine, by=by) for machine in wanted]
    equipment.down(made[1].id, "no_spare_part", by=by)
    return made[0]


def _at_the_bench(state: str, laser: Machine, by: Actor) -> None:
    rows = Weapon.objects.filter(kind="self_loading_pistol", status="active", replaced_by=None, finding="")
    weapons = [str(row.id) for row in rows.exclude(serial="").order_by("ref")[: 2 * AT_THE_BENCH]]
    first, second = weapons[:AT_THE_BENCH], weapons[AT_THE_BENCH:]
    if not BatchRow.objects.exists():
        _work(_batch("Police pistols", "import", first, state, by), laser, by)
    _batch("Depot pistols", "import", second, state, by)


def _batch(name: str, occasion: str, weapons: list[str], state: str, by: Actor) -> Batch:
    elements = {"country": state, "year": "26"}
    drafts, documents = planning.for_weapons(weapons, occasion, PROFILES, elements=elements, authority=AUTHORITY)
    return batches.make(name, occasion, drafts, profiles=PROFILES, authority=AUTHORITY, documents=documents, by=by)


def _work(made: Batch, laser: Machine, by: Actor) -> None:
    """A morning at the bench: some weapons accepted, one to be done again, one stopped, the rest waiting."""
    batches.move(made.id, "released", by=by)
    bench.assign_numbers(made.id, by=by)
    items = [batches.item_of_row(r) for r in ItemRow.objects.filter(batch=made.id).order_by("position")]
    for number, item in enumerate(items[: ACCEPTED + 1]):
        bench.key_serial(item.id, item.serial, item.serial, by=by)
        bench.apply(item.id, attempt=1, method="laser", machine=laser.id, by=by)
        accepted = number < ACCEPTED
        note = "" if accepted else "the last two characters are too shallow"
        held = CRITERIA if accepted else ("exposed", "conspicuous")
        bench.inspect(item.id, held, attempt=1, accepted=accepted, note=note, by=by)
    for item in items[ACCEPTED + 1 : ACCEPTED + 2]:
        bench.key_serial(item.id, f"{item.serial}7", f"{item.serial}7", by=by)
