"""What several pages of this room show: what marks are put on with, what a machine has done, one weapon of a work order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from countermark.accounts.models import User
from countermark.marking import batches, bench, drawing, equipment, queries, words
from countermark.marking.drawing import Drawn, Shown
from countermark.marking.queries import Throughput
from countermark.marking.states import Item
from countermark.register import projection


@dataclass(frozen=True)
class Tool:
    """A machine, or hand stamps with an empty id, and the method it marks by."""

    machine: str
    method: str
    name: str = ""


def choices(user: User) -> list[tuple[str, str]]:
    """What marks can be put on with just now: hand stamps, and the machines that run."""
    running = [
        (one.id, one.name)
        for one in queries.machine_list(user)
        if not one.retired and equipment.standing_still(one.id) is None
    ]
    return [("", _("by hand, with stamps")), *running]


def of(machine_id: str) -> Tool:
    """The tool of a choice. Raises `Refused` for an unknown machine."""
    if not machine_id:
        return Tool("", bench.HAND)
    machine = equipment.machine_of(machine_id)
    return Tool(machine.id, machine.methods[0] if machine.methods else machine.kind, machine.name)


def throughput(items: Sequence[Item]) -> list[tuple[str, Throughput]]:
    """What each machine, and the hand stamps, did on some weapons, by name."""
    names = {one.id: one.name for one in equipment.machines()} | {"": _("by hand, with stamps")}
    used = sorted({one.machine for item in items for one in item.applied})
    return [(names.get(machine, machine), queries.throughput(items, machine)) for machine in used]


def state_word(item: Item) -> str:
    """The state of a weapon of a work order, in the reader's language."""
    return _(words.label(item.state, "item_state"))


def item_context(item: Item, user: User) -> dict[str, Any]:
    """Everything a page shows of one weapon of a work order."""
    plan = queries.plan_of(item)
    read: dict[str, Any] = json.loads(plan) if plan else {}
    return {
        "item": item,
        "batch": batches.batch(item.batch),
        "marks": marks_of(item),
        "machines": {one.id: one.name for one in equipment.machines()},
        "plan": read,
        "made_under": read.get("made_under", {}),
        "why": why(read.get("findings", [])),
        "diagram": diagram_of(item),
    }


def why(findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was missing or refused when a plan was made: each sentence of a rule once, with the components it is about."""
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in findings:
        if one["verdict"] in ("missing", "refused"):
            line = lines.setdefault((one["rule"], one["verdict"], one["message"]), {**one, "components": []})
            line["components"] += [one["component"]] if one["component"] else []
    return list(lines.values())


def marks_of(item: Item) -> list[dict[str, Any]]:
    """The planned marks with their texts and whether they are on."""
    done = {one.mark: one for one in item.applied if one.attempt == item.attempt}
    return [
        {"planned": planned, "number": number, "text": item.text_of(number), "applied": done.get(number)}
        for number, planned in enumerate(item.marks)
    ]


def diagram_of(item: Item) -> Drawn:
    """Where the marks of a weapon stand, and where those to come will.

    What it bears is not told before it was keyed: it is to be read off the weapon.
    """
    state = projection.state_of(item.weapon) if item.weapon else None
    standing = [mark for mark in state.marks if not mark.until] if state else []
    put_on = {one.event_id for one in item.applied}
    shown = [
        Shown(mark.component, mark.text if item.state != "waiting" else "", mark.mark_kind, mark.carrier)
        for mark in standing
        if mark.event_id not in put_on
    ]
    missing = set(item.missing) if item.state not in ("accepted", "withdrawn") else set()
    shown += [
        Shown(one.component, item.text_of(number), one.mark_kind, one.carrier, planned=number in missing)
        for number, one in enumerate(item.marks)
    ]
    kind = state.kind if state else str(item.description.get("kind", ""))
    return drawing.drawn(kind, shown, name=f"weapon-{item.position}", translate=_)
