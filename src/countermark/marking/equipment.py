"""The register of marking equipment: what there is, where, in what state; when it stood still; what was done to it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from countermark.ledger.entry import now
from countermark.ledger.services import Actor
from countermark.marking import acts
from countermark.marking.acts import refuse
from countermark.marking.states import SHAPES, Record
from countermark.marks.sentences import Sentence

KINDS = ("laser", "dot_peen", "rotary", "stamp_press", "roll_mark", "hand_stamp", "etching", "other")
Kind = Literal["laser", "dot_peen", "rotary", "stamp_press", "roll_mark", "hand_stamp", "etching", "other"]


class Machine(msgspec.Struct, frozen=True):
    """One piece of equipment. `power_w` in watts (None: not known); lists in words of whoever keeps them."""

    id: str
    name: str
    kind: str
    methods: list[str] = []
    place: str = ""
    serial: str = ""
    power_w: int | None = None
    maintenance_days: int | None = None
    spare_parts: list[str] = []
    consumables: list[str] = []
    retired: bool = False


class Downtime(msgspec.Struct, frozen=True):
    """A stretch in which a machine did not work; `until` empty while it lasts. `reason` is a code of `REASONS`."""

    key: str
    machine: str
    since: str
    until: str
    reason: str


SHAPES |= {"machine": Machine, "downtime": Downtime}

REASONS = ("no_power", "fault", "no_consumables", "no_spare_part", "maintenance", "no_operator", "other")


def add_machine(machine: Machine, *, by: Actor) -> Machine:
    """Adds a machine (with an empty id), or changes what is known of one. `place` by name or id. Raises `Refused`."""
    if machine.kind not in KINDS:
        raise refuse("kind", machine.kind, acts.one_of(KINDS), "unknown")
    name = acts.required("name", machine.name, "what the machine is called at the bench")
    if machine.id:
        machine_of(machine.id)
    place = acts.place_id(machine.place)
    stated = msgspec.structs.replace(machine, id=machine.id or acts.new_id(), name=name, place=place)
    acts.state_record("machine", stated.id, msgspec.to_builtins(stated), place=place, by=by)
    return stated


def machine_of(machine_id: str) -> Machine:
    """A machine. Raises `Refused`."""
    found = acts.record("machine", machine_id)
    if found is None:
        raise refuse("machine", machine_id, "the id of a marking machine", "unknown")
    return _machine(found)


def machines() -> list[Machine]:
    """Every machine, by name."""
    return sorted(map(_machine, acts.records("machine")), key=lambda machine: machine.name)


def _machine(record: Record) -> Machine:
    return msgspec.convert(record.value, Machine)


def down(machine_id: str, reason: str, *, note: str = "", by: Actor) -> Downtime:
    """Records that a machine stands still; while it does, saying so again changes nothing. Raises `Refused`."""
    if reason not in REASONS:
        raise refuse("reason", reason, acts.one_of(REASONS), "unknown")
    with acts.alone():
        machine = machine_of(machine_id)
        if (standing := standing_still(machine_id)) is not None:
            return standing
        started = Downtime(f"{machine_id}/{acts.new_id()}", machine_id, now(), "", reason)
        _state(started, machine, note, by)
    return started


def running_again(machine_id: str, *, note: str = "", by: Actor) -> Downtime | None:
    """Ends the standstill of a machine; None where it runs."""
    with acts.alone():
        machine = machine_of(machine_id)
        standing = standing_still(machine_id)
        if standing is None:
            return None
        ended = msgspec.structs.replace(standing, until=now())
        _state(ended, machine, note, by)
    return ended


def _state(downtime: Downtime, machine: Machine, note: str, by: Actor) -> None:
    value: dict[str, Any] = msgspec.to_builtins(downtime)
    acts.append([acts.record_draft("downtime", downtime.key, value, place=machine.place, note=note)], by=by)


def downtimes(machine_id: str = "") -> list[Downtime]:
    """Standstills of a machine (of all, if empty), oldest first."""
    found = [msgspec.convert(record.value, Downtime) for record in acts.records("downtime")]
    return sorted((one for one in found if machine_id in ("", one.machine)), key=lambda one: one.since)


def standing_still(machine_id: str) -> Downtime | None:
    """The standstill a machine is in; None where it runs."""
    return next((one for one in downtimes(machine_id) if not one.until), None)


def require_running(machine_id: str) -> Machine:
    """A machine that can be worked with. Raises `Refused` for one that stands still or was retired."""
    machine = machine_of(machine_id)
    if machine.retired:
        raise refuse("machine", machine.name, "a machine that was not retired", "retired")
    if (standing := standing_still(machine_id)) is not None:
        raise refuse(
            "machine",
            machine.name,
            Sentence("a machine that runs (%(reason)s); or mark by hand", reason=standing.reason),
            "down",
        )
    return machine


class Maintenance(msgspec.Struct, frozen=True):
    """What was done to a machine on a day; `parts` that were replaced."""

    key: str
    machine: str
    date: str
    what: str
    parts: list[str] = []


SHAPES["maintenance"] = Maintenance

DONE = ("routine", "repair", "calibration", "parts_replaced")


def maintained(
    machine_id: str, date: dt.date, what: str, *, parts: Sequence[str] = (), note: str = "", by: Actor
) -> Maintenance:
    """Records maintenance. Raises `Refused` for an unknown machine or kind of work, and a day to come."""
    if what not in DONE:
        raise refuse("what", what, acts.one_of(DONE), "unknown")
    if date > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        raise refuse("date", date.isoformat(), "a day that is not to come", "range")
    machine = machine_of(machine_id)
    done = Maintenance(f"{machine_id}/{acts.new_id()}", machine_id, date.isoformat(), what, list(parts))
    value: dict[str, Any] = msgspec.to_builtins(done)
    acts.append([acts.record_draft("maintenance", done.key, value, place=machine.place, note=note)], by=by)
    return done


def maintenances(machine_id: str = "") -> list[Maintenance]:
    """What was done to a machine (to all, if empty), oldest first."""
    found = [msgspec.convert(record.value, Maintenance) for record in acts.records("maintenance")]
    return sorted((one for one in found if machine_id in ("", one.machine)), key=lambda one: (one.date, one.key))


def next_maintenance(machine: Machine) -> dt.date | None:
    """When a machine is to be maintained next; None where it has no plan. One never maintained counts from when it was added."""
    if not machine.maintenance_days:
        return None
    done = [one.date for one in maintenances(machine.id)]
    record = acts.record("machine", machine.id)
    last = max(done) if done else record.since[:10] if record else ""
    return dt.date.fromisoformat(last) + dt.timedelta(days=machine.maintenance_days) if last else None
