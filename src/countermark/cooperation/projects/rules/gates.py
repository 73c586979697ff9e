"""What must hold before a gate can be passed. Pure.

Sources: A/70/115, 40-43 (the recipient owns every stage; agreed terms, running costs, knowledge transfer, local language; overlaps),
31-32 and 54 (maintenance, manual fallback).
"""

from collections.abc import Callable
from dataclasses import dataclass

from countermark.cooperation.projects.rules.shapes import GATES, NEEDS_TRANSFER, STAGES, Deliverable, Project


@dataclass(frozen=True)
class Condition:
    """`about` names what is missing: keys of deliverables, indicators or overlaps, categories of costs, actors."""

    code: str
    met: bool
    about: tuple[str, ...] = ()


Check = Callable[[Project], Condition]


def following(stage: str) -> str:
    """The stage behind a gate."""
    return STAGES[STAGES.index(stage) + 1]


def _all(code: str, missing: tuple[str, ...], *, some: bool = True) -> Condition:
    return Condition(code, some and not missing, missing)


def _authority(project: Project) -> Condition:
    return Condition("authority", bool(project.authority))


def _need(project: Project) -> Condition:
    return Condition("need", bool(project.needs))


def _aims(project: Project) -> Condition:
    return Condition("aims", bool(project.aims and project.themes))


def _payers(project: Project) -> Condition:
    return _all("payers", tuple(line.category for line in project.once if not line.payer), some=bool(project.once))


def _overlap(project: Project) -> Condition:
    return _all("overlap", project.unanswered, some=project.looked is not None)


def _terms(project: Project) -> Condition:
    signed = project.terms.signed if project.terms else {}
    return _all("terms", tuple(side for side in project.sides if side not in signed), some=bool(project.givers))


def _risks(project: Project) -> Condition:
    return Condition("risks", bool(project.risks))


def _indicators(project: Project) -> Condition:
    return Condition("indicators", bool(project.indicators))


def _running(project: Project) -> Condition:
    """Equipment and software cost something each year, so that a plan without a line is none; other projects may have no running costs."""
    costs = any(one.kind in NEEDS_TRANSFER and not one.dropped for one in project.deliverables.values())
    missing = tuple(line.category for line in project.running if not line.payer)
    return _all("running", missing, some=bool(project.running) or not costs)


def _deliverables(project: Project) -> Condition:
    return Condition("deliverables", bool(_kept(project)))


def _kept(project: Project) -> dict[str, Deliverable]:
    return {key: one for key, one in project.deliverables.items() if not one.dropped}


def _maintained(project: Project) -> Condition:
    """Every piece of equipment has a maintenance plan and a way to go on by hand."""
    return _all(
        "maintained",
        tuple(
            key
            for key, one in _kept(project).items()
            if one.kind == "equipment" and not (one.maintenance and one.fallback)
        ),
    )


def _transfer(project: Project) -> Condition:
    """Training in a language of the recipient, and knowledge transfer, wherever equipment or software comes."""
    kept = list(_kept(project).values())
    if not any(one.kind in NEEDS_TRANSFER for one in kept):
        return Condition("transfer", met=True)
    taught = any(one.kind == "training" and _spoken(project, one) for one in kept)
    handed = any(one.kind == "knowledge" for one in kept)
    missing = tuple(kind for kind, there in (("training", taught), ("knowledge", handed)) if not there)
    return _all("transfer", missing)


def _spoken(project: Project, one: Deliverable) -> bool:
    return bool(one.language) and (not project.languages or one.language in project.languages)


def _delivered(project: Project) -> Condition:
    return _all(
        "delivered",
        tuple(key for key, one in project.deliverables.items() if not one.settled),
        some=bool(_kept(project)),
    )


def _measured(project: Project) -> Condition:
    """Every indicator was read at least once since the project began."""
    missing = tuple(
        key
        for key, one in project.indicators.items()
        if not any(reading.day >= project.begin for reading in one.readings)
    )
    return _all("measured", missing, some=bool(project.indicators))


def _outcome(project: Project) -> Condition:
    return Condition("outcome", bool(project.outcome))


CONDITIONS: dict[str, tuple[Check, ...]] = {
    "planning": (_authority, _need, _aims, _payers, _overlap),
    "design": (
        _authority,
        _overlap,
        _terms,
        _deliverables,
        _maintained,
        _transfer,
        _risks,
        _indicators,
        _running,
    ),
    "implementation": (_authority, _delivered, _maintained, _transfer, _running),
    "evaluation": (_authority, _measured, _outcome, _running),
}


def conditions(project: Project, gate: str) -> list[Condition]:
    """What a gate asks for, and whether it holds; none for what is no gate."""
    return [check(project) for check in CONDITIONS.get(gate, ())]


def missing(project: Project, gate: str) -> list[Condition]:
    """What a gate still waits for."""
    return [one for one in conditions(project, gate) if not one.met]


def may_pass(project: Project, stage: str, gate: str, person: str) -> str:
    """Why somebody may not pass a gate; empty where they may.

    The gate is that of the stage, was asked for, and is passed by the recipient's authority, who has not asked for it.
    """
    if gate not in GATES or stage != gate:
        return "not_this_gate"
    if not project.authority or person != project.authority:
        return "not_authority"
    if project.asked is None or project.asked.gate != gate:
        return "not_asked"
    if project.asked.by == person:
        return "own_proposal"
    return ""
