"""How the acts about a project come to what it is. Pure.

Every act says for which actor it speaks (`actor`) and who recorded it. A gate is passed by an act of the person whom the recipient had
named as its authority when the act stands in order, of a gate that somebody else has asked for. Any other act that would pass a
gate, name an authority, sign or accept for the recipient changes nothing, whatever log it comes from: it is a finding, `odd`.

What a gate asks for is decided where it is passed (`gates.py`, `services`). An act that arrives late and would have kept it shut does not
open it again: the authority has decided; the condition shows as open, and it can send the project back.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from countermark.cooperation import states
from countermark.cooperation.projects.rules import gates
from countermark.cooperation.projects.rules.shapes import (
    CANCELLED,
    GATES,
    OPEN,
    STAGES,
    UNDER_WAY,
    Asked,
    Deliverable,
    Due,
    Indicator,
    Looked,
    Odd,
    Passed,
    Plan,
    Project,
    Reading,
    Risk,
    Running,
    Target,
    Terms,
)
from countermark.cooperation.states import Step, Subject
from countermark.ledger.entry import Entry
from countermark.ledger.subjects import text, texts

Change = tuple[str, Project]
"""The stage afterwards, and the project."""
Shape = TypeVar("Shape")
ODD_KEPT = 50
"""Findings shown of one project; more say nothing new."""


class Against(Exception):
    """The act changes nothing: why, as a code of `LABELS["odd"]`."""


Decide = Callable[[Project, str, Entry], Change]


def step(decide: Decide) -> Step:
    """A step of the machine from a function of the project, its stage and the act."""

    def stepped(subject: Subject, act: Entry) -> Subject:
        project = msgspec.convert(subject.value, Project)
        try:
            stage, after = decide(project, subject.state, act)
        except Against as reason:
            stage, after = subject.state, _odd(project, act, str(reason))
        return replace(subject, state=stage, value=_plain(after), due=after.end)

    return stepped


def _odd(project: Project, act: Entry, why: str) -> Project:
    found = Odd(why, text(act.body, "act"), act.recorded.by, act.recorded.time)
    return replace(project, odd=(*project.odd, found)[:ODD_KEPT])


def _plain(project: Project) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(project))
    return value


def stated(act: Entry, shape: type[Shape], field: str = "value") -> Shape:
    """What an act states. Raises `Against` for what this version cannot read."""
    try:
        return msgspec.convert(act.body.get(field), shape)
    except msgspec.ValidationError as error:
        raise Against("unreadable") from error


def _side(project: Project, act: Entry) -> str:
    """For whom an act speaks. Raises `Against` for an actor the project is none of."""
    actor = text(act.body, "actor")
    if actor not in project.sides:
        raise Against("not_a_side")
    return actor


def _recipient(project: Project, act: Entry) -> None:
    if text(act.body, "actor") != project.recipient:
        raise Against("not_recipient")


def _authority(project: Project, act: Entry) -> None:
    if not project.authority or act.recorded.by != project.authority:
        raise Against("not_authority")


def _while(stage: str, allowed: Sequence[str]) -> None:
    if stage not in allowed:
        raise Against("out_of_order")


# --- the plan and who decides --------------------------------------------------------------------------------------------


def described(project: Project, stage: str, act: Entry) -> Change:
    """The plan anew, while it may change: signatures and the look for overlaps were about another plan, and do not stand any more.

    Who brings something says what itself; who else does, and who may see it, is for the recipient.
    """
    actor = _side(project, act)
    _while(stage, OPEN)
    plan = stated(act, Plan)
    if plan.recipient != project.recipient:
        raise Against("not_recipient")
    said = {name: getattr(plan, name) for name in Plan.__struct_fields__}
    if actor != project.recipient:
        own = tuple(one for one in plan.givers if one.actor == actor)
        said |= {"givers": (*(one for one in project.givers if one.actor != actor), *own)}
        said |= {name: getattr(project, name) for name in ("visibility", "partners", "hint")}
    terms = replace(project.terms, signed={}) if project.terms else None
    return stage, replace(project, **said, terms=terms, looked=None, asked=None)


def shared(project: Project, stage: str, act: Entry) -> Change:
    """The recipient says who may see it, and what is told of it to others whose project overlaps."""
    _recipient(project, act)
    if text(act.body, "visibility") not in ("partners", "public") or text(act.body, "hint") not in HINTS:
        raise Against("unreadable")
    return stage, replace(
        project,
        visibility=text(act.body, "visibility"),
        partners=tuple(texts(act.body, "partners")),
        hint=text(act.body, "hint"),
    )


HINTS = ("none", "exists", "named")


def named(project: Project, stage: str, act: Entry) -> Change:
    """The recipient names its authority, or another one. What was asked for of the one before waits for the new one."""
    _recipient(project, act)
    if not text(act.body, "person"):
        raise Against("unreadable")
    return stage, replace(project, authority=text(act.body, "person"), named_since=act.recorded.time)


def asked(project: Project, stage: str, act: Entry) -> Change:
    """A side asks for the gate of the stage to be passed."""
    _side(project, act)
    gate = text(act.body, "gate")
    if gate != stage or gate not in GATES:
        raise Against("not_this_gate")
    if project.asked is not None and project.asked.gate == gate:
        return stage, project
    return stage, replace(project, asked=Asked(gate, act.recorded.by, act.recorded.time, text(act.body, "words")))


def passed(project: Project, stage: str, act: Entry) -> Change:
    """The recipient's authority passes a gate."""
    gate = text(act.body, "gate")
    if why := gates.may_pass(project, stage, gate, act.recorded.by):
        raise Against(why)
    proof = Passed(act.recorded.by, act.recorded.time, act.event_id, text(act.body, "words"))
    return gates.following(gate), replace(project, asked=None, passed={**project.passed, gate: proof})


def declined(project: Project, stage: str, act: Entry) -> Change:
    """The authority does not pass a gate that was asked for."""
    _authority(project, act)
    if project.asked is None or project.asked.gate != text(act.body, "gate"):
        raise Against("not_asked")
    return stage, replace(project, asked=None)


def sent_back(project: Project, stage: str, act: Entry) -> Change:
    """The authority sends the project back to an earlier stage: gates behind it are to be passed anew."""
    _authority(project, act)
    _while(stage, UNDER_WAY[1:])
    to = text(act.body, "stage")
    if to not in STAGES[: STAGES.index(stage)]:
        raise Against("out_of_order")
    kept = {gate: one for gate, one in project.passed.items() if STAGES.index(gate) < STAGES.index(to)}
    return to, replace(project, passed=kept, asked=None)


def cancelled(project: Project, stage: str, act: Entry) -> Change:
    """The authority ends the project before its time."""
    _authority(project, act)
    _while(stage, UNDER_WAY)
    return CANCELLED, replace(project, asked=None)


# --- terms and overlaps --------------------------------------------------------------------------------------------------


def terms_offered(project: Project, stage: str, act: Entry) -> Change:
    """A side offers a document to agree on; the one before, and its signatures, do not stand any more. Overlaps are answered before."""
    actor = _side(project, act)
    _while(stage, OPEN)
    if not text(act.body, "digest"):
        raise Against("unreadable")
    if project.terms is not None and project.terms.digest == text(act.body, "digest"):
        return stage, project
    return stage, replace(project, terms=Terms(text(act.body, "digest"), text(act.body, "title"), actor), asked=None)


def terms_signed(project: Project, stage: str, act: Entry) -> Change:
    """A person signs the document in the name of their side; once."""
    actor = _side(project, act)
    _while(stage, OPEN)
    if project.terms is None or project.terms.digest != text(act.body, "digest"):
        raise Against("other_terms")
    if project.looked is None or project.unanswered:
        raise Against("overlap_open")
    if actor in project.terms.signed:
        return stage, project
    signed = {**project.terms.signed, actor: (act.recorded.by, act.recorded.time)}
    return stage, replace(project, terms=replace(project.terms, signed=signed))


def looked(project: Project, stage: str, act: Entry) -> Change:
    """A side has looked for overlaps, and what was found."""
    _side(project, act)
    _while(stage, UNDER_WAY)
    return stage, replace(project, looked=Looked(text(act.body, "day"), tuple(sorted(set(texts(act.body, "found"))))))


def answered(project: Project, stage: str, act: Entry) -> Change:
    """The recipient answers an overlap in words."""
    _recipient(project, act)
    if not text(act.body, "overlap") or not text(act.body, "words"):
        raise Against("unreadable")
    return stage, replace(project, answers={**project.answers, text(act.body, "overlap"): text(act.body, "words")})


# --- what is done --------------------------------------------------------------------------------------------------------


def running_set(project: Project, stage: str, act: Entry) -> Change:
    """The running-cost plan, whole. Before the terms are agreed a new plan takes signatures away; afterwards nobody names another side as payer."""
    actor = _side(project, act)
    _while(stage, UNDER_WAY)
    plan = stated(act, tuple[Running, ...])
    if plan == project.running:
        return stage, project
    if stage in OPEN:
        terms = replace(project.terms, signed={}) if project.terms else None
        return stage, replace(project, running=plan, terms=terms)
    if any(one.payer in project.sides and one.payer != actor for one in plan if one not in project.running):
        raise Against("not_a_side")
    return stage, replace(project, running=plan)


def risk_set(project: Project, stage: str, act: Entry) -> Change:
    """A risk, or what is now known of one."""
    _side(project, act)
    _while(stage, UNDER_WAY)
    return stage, replace(project, risks={**project.risks, _key(act): stated(act, Risk)})


def indicator_set(project: Project, stage: str, act: Entry) -> Change:
    """An indicator, or another target for one; what was read stays."""
    _side(project, act)
    _while(stage, UNDER_WAY)
    key, target = _key(act), stated(act, Target)
    before = project.indicators.get(key)
    known = Indicator(**_fields(target), readings=before.readings if before else ())
    return stage, replace(project, indicators={**project.indicators, key: known})


def indicator_read(project: Project, stage: str, act: Entry) -> Change:
    """What an indicator stood at on a day; said again for that day it replaces what was said. Also after the project has closed."""
    _side(project, act)
    known = project.indicators.get(_key(act))
    if known is None:
        raise Against("unknown")
    reading = stated(act, Reading)
    kept = [one for one in known.readings if one.day != reading.day]
    every = tuple(sorted([*kept, reading], key=lambda one: one.day))
    return stage, replace(project, indicators={**project.indicators, _key(act): replace(known, readings=every)})


def deliverable_set(project: Project, stage: str, act: Entry) -> Change:
    """Something to be delivered, or said anew until it is accepted."""
    _side(project, act)
    _while(stage, UNDER_WAY)
    key, due = _key(act), stated(act, Due)
    before = project.deliverables.get(key, Deliverable(due.kind, due.title, due.due))
    if before.settled:
        raise Against("settled")
    became = {name: getattr(before, name) for name in BECAME}
    return _delivering(project, stage, key, Deliverable(**_fields(due), **became))


BECAME = ("delivered", "accepted", "dropped", "registered")


def delivered(project: Project, stage: str, act: Entry) -> Change:
    """A side says that something was delivered."""
    _side(project, act)
    _while(stage, ("implementation",))
    return _delivering(project, stage, _key(act), replace(_open(project, act), delivered=text(act.body, "day")))


def accepted(project: Project, stage: str, act: Entry) -> Change:
    """The recipient accepts what was delivered, and where it is registered now."""
    _recipient(project, act)
    _while(stage, ("implementation",))
    before = _open(project, act)
    if not before.delivered:
        raise Against("out_of_order")
    after = replace(before, accepted=text(act.body, "day"), registered=tuple(texts(act.body, "registered")))
    return _delivering(project, stage, _key(act), after)


def not_accepted(project: Project, stage: str, act: Entry) -> Change:
    """The recipient does not accept what was delivered: it is still due."""
    _recipient(project, act)
    return _delivering(project, stage, _key(act), replace(_open(project, act), delivered=""))


def dropped(project: Project, stage: str, act: Entry) -> Change:
    """The recipient does without something that was to be delivered."""
    _recipient(project, act)
    _while(stage, UNDER_WAY)
    return _delivering(project, stage, _key(act), replace(_open(project, act), dropped=text(act.body, "words") or "-"))


def _open(project: Project, act: Entry) -> Deliverable:
    known = project.deliverables.get(_key(act))
    if known is None:
        raise Against("unknown")
    if known.settled:
        raise Against("settled")
    return known


def _delivering(project: Project, stage: str, key: str, one: Deliverable) -> Change:
    return stage, replace(project, deliverables={**project.deliverables, key: one})


def evaluated(project: Project, stage: str, act: Entry) -> Change:
    """The recipient says what came of it."""
    _recipient(project, act)
    _while(stage, ("implementation", "evaluation"))
    if not text(act.body, "words"):
        raise Against("unreadable")
    return stage, replace(project, outcome=text(act.body, "words"))


KEY = re.compile(r"[0-9A-Za-z-]{1,80}")
"""The ids of projects and of their parts: what else a log may say has no address."""


def _key(act: Entry) -> str:
    key = text(act.body, "key")
    if not KEY.fullmatch(key):
        raise Against("unreadable")
    return key


def _fields(one: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


OPENING = "cooperation_project_planned"
STEPS: Mapping[str, Decide] = {
    "described": described,
    "shared": shared,
    "authority_named": named,
    "gate_asked": asked,
    "gate_passed": passed,
    "gate_declined": declined,
    "sent_back": sent_back,
    "cancelled": cancelled,
    "terms_offered": terms_offered,
    "terms_signed": terms_signed,
    "overlap_looked": looked,
    "overlap_answered": answered,
    "running_set": running_set,
    "risk_set": risk_set,
    "indicator_set": indicator_set,
    "indicator_read": indicator_read,
    "deliverable_set": deliverable_set,
    "delivered": delivered,
    "accepted": accepted,
    "not_accepted": not_accepted,
    "dropped": dropped,
    "evaluated": evaluated,
}
"""By word, without `cooperation_project_`."""


def _registered() -> None:
    steps = {f"cooperation_project_{word}": step(decide) for word, decide in STEPS.items()}
    states.machine("project", OPENING, steps, state=STAGES[0], shape=Plan)
    machine = states.KINDS.folders["project"]

    def folded(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
        found = machine(kind, key, acts) if KEY.fullmatch(key) else None
        return None if found is None else owned(found)

    states.KINDS.folders["project"] = folded


def owned(found: Subject) -> Subject:
    """A project as others look it up: the recipient owns it, whatever its first act says; the providers are among those who may see it."""
    project = msgspec.convert(found.value, Project)
    everybody = tuple(dict.fromkeys((*project.providers, *project.partners)))
    visibility = "public" if project.visibility == "public" else "partners"
    value = {**found.value, "partners": list(everybody), "visibility": visibility}
    finding = ",".join(sorted({one.why for one in project.odd}))
    return replace(found, value=value, parent=f"actor:{project.recipient}", due=project.end, finding=finding)


_registered()
