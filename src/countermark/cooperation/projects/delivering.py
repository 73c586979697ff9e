"""What is done: deliverables, equipment handed over into the registers, risks, indicators, the outcome.

Equipment the recipient accepts goes into the register of the room that uses it, through that room's own service and in the same
transaction: a marking machine into the bench's equipment, a reader of tags into the stockpile's. Only for this State: the registers
here are its own.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import msgspec

from countermark.cooperation import actors, acts, indicators, needs
from countermark.cooperation.acts import Words
from countermark.cooperation.projects import services
from countermark.cooperation.projects.rules.shapes import Deliverable, Due, Project, Reading, Risk, Target
from countermark.cooperation.projects.services import plain, say, side
from countermark.cooperation.queries import Viewer
from countermark.cooperation.words import LABELS
from countermark.ledger.entry import now
from countermark.ledger.services import Actor
from countermark.marking import equipment
from countermark.marking.equipment import Machine
from countermark.marks.sentences import Sentence
from countermark.stockpile.readers import devices

MOST_PIECES = 100
"""Pieces of equipment registered with one hand-over."""


class DueSaid(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be delivered, as somebody says it."""

    kind: str
    title: str
    due: str
    owner: str = ""
    quantity: int = 1
    language: str = ""
    maintenance: str = ""
    fallback: str = ""


def set_deliverable(key: str, said: DueSaid, *, item: str = "", actor: str, by: Actor, request: str = "") -> str:
    """States something to be delivered, a new one or (with `item`) one stated before; returns its id. Raises `Refused`."""
    project = side(key, actor).of(Project)
    needs.chosen(said.kind, LABELS["deliverable"], "kind")
    if said.owner and said.owner not in project.sides:
        raise acts.refuse("owner", said.owner, "a provider of the project, or its recipient", "unknown")
    if said.kind == "training" and not said.language.strip():
        raise acts.refuse("language", "", "the language of the training", "missing")
    if not 1 <= said.quantity <= 10**9:
        raise acts.refuse("quantity", str(said.quantity), "how many, a whole number from 1", "range")
    words = Words()
    due = Due(
        said.kind,
        words(acts.required("title", said.title, "what is delivered"), column="title"),
        acts.day("due", said.due),
        said.owner,
        said.quantity,
        needs.language(said.language) if said.language.strip() else "",
        words(said.maintenance, column="maintenance"),
        words(said.fallback, column="fallback"),
    )
    pk = item or _part(key, request)
    say("deliverable_set", key, actor, {"key": pk, "value": plain(due)}, by=by, texts=words.notes)
    return pk


def _part(key: str, request: str) -> str:
    return acts.request_id(f"{key}:{request}") if request else acts.new_id()


def deliver(key: str, item: str, day: str, *, note: str = "", actor: str, by: Actor) -> bool:
    """Says that something was delivered on a day. Raises `Refused`."""
    words = Words()
    said = {"key": item, "day": _past("day", day), "words": words(note)}
    return say("delivered", key, actor, said, by=by, texts=words.notes)


@dataclass(frozen=True)
class Registered:
    """Where equipment goes: `machine` (of the bench) or `reader` (of tags), how it is called, what kind, at which place; `address` of a reader,
    `serial` of a machine, `days` between two maintenances. `name` of several pieces gets a number.
    """

    register: str
    name: str
    kind: str
    place: str
    serial: str = ""
    address: str = ""
    days: int | None = None


def accept(
    key: str, item: str, day: str, *, register: Registered | None = None, note: str = "", actor: str, by: Actor
) -> bool:
    """The recipient accepts what was delivered; equipment is registered in the same transaction. Raises `Refused`, also for equipment without
    a maintenance plan and a way to go on by hand, and for a register of another State.
    """
    with acts.alone():
        project = side(key, actor).of(Project)
        one = _item(project, item)
        if one.accepted:
            return False
        if one.kind == "equipment" and not (one.maintenance and one.fallback):
            raise acts.refuse(
                "maintenance", "", "a maintenance plan and a way to go on by hand, stated first", "missing"
            )
        words = Words()
        said = {"key": item, "day": _past("day", day), "words": words(note)}
        # Said first, so that nothing is registered where it is refused.
        services.try_say("accepted", key, actor, said, by=by)
        if day < one.delivered:
            raise acts.refuse("day", day, Sentence("a day from %(end)s on", end=one.delivered), "range")
        where = entered(project, one, register, by) if register else []
        return say("accepted", key, actor, {**said, "registered": where}, by=by, texts=words.notes)


def entered(project: Project, one: Deliverable, register: Registered, by: Actor) -> list[str]:
    """Enters equipment in the register of the room that uses it; the names of the pieces. Raises `Refused`."""
    if project.recipient != actors.own_state():
        raise acts.refuse("register", register.register, "equipment of the State whose registers these are", "denied")
    if one.kind != "equipment" or one.quantity > MOST_PIECES:
        raise acts.refuse("register", register.register, "equipment, at most a hundred pieces", "range")
    numbers = [""] if one.quantity == 1 else [f"-{number}" for number in range(1, one.quantity + 1)]
    return [_piece(register, number, by) for number in numbers]


def _piece(register: Registered, number: str, by: Actor) -> str:
    if register.register == "machine":
        name = f"{register.name} {number[1:]}".strip()
        machine = Machine(
            "", name, register.kind, place=register.place, serial=register.serial, maintenance_days=register.days
        )
        return f"machine:{equipment.add_machine(machine, by=by).id}"
    if register.register == "reader":
        name = f"{register.name}{number}"
        return f"reader:{devices.add_reader(name, register.kind, register.place, address=register.address, by=by).id}"
    raise acts.refuse("register", register.register, acts.one_of(("machine", "reader")), "unknown")


def refuse_delivery(key: str, item: str, *, words: str, actor: str, by: Actor) -> bool:
    """The recipient does not accept what was delivered, and says why: it is still due. Raises `Refused`."""
    if not _item(side(key, actor).of(Project), item).delivered:
        raise acts.refuse("item", item, "what was delivered", "state")
    note = Words()
    said = {"key": item, "words": note(acts.required("words", words, "why it is not accepted"))}
    return say("not_accepted", key, actor, said, by=by, texts=note.notes)


def drop(key: str, item: str, *, words: str, actor: str, by: Actor) -> bool:
    """The recipient does without something that was to be delivered, and says why. Raises `Refused`."""
    note = Words()
    said = {"key": item, "words": note(acts.required("words", words, "why it is done without"))}
    return say("dropped", key, actor, said, by=by, texts=note.notes)


def _item(project: Project, item: str) -> Deliverable:
    if item not in project.deliverables:
        raise acts.refuse("item", item, "a deliverable of the project", "unknown")
    return project.deliverables[item]


def _past(column: str, day: str) -> str:
    found = acts.day(column, day)
    acts.happened_at(found)
    return found


# --- risks and indicators ------------------------------------------------------------------------------------------------


def set_risk(
    key: str,
    what: str,
    likelihood: int,
    impact: int,
    answer: str,
    *,
    owner: str = "",
    risk: str = "",
    actor: str,
    by: Actor,
    request: str = "",
) -> str:
    """States a risk and what is done about it; returns its id. Raises `Refused`."""
    for column, grade in (("likelihood", likelihood), ("impact", impact)):
        needs.chosen(str(grade), LABELS["grade"], column)
    if owner and owner not in side(key, actor).of(Project).sides:
        raise acts.refuse("owner", owner, "a provider of the project, or its recipient", "unknown")
    words = Words()
    value = Risk(
        words(acts.required("what", what, "what may go wrong"), column="what"),
        likelihood,
        impact,
        words(acts.required("answer", answer, "what is done about it"), column="answer"),
        owner,
    )
    pk = risk or _part(key, request)
    say("risk_set", key, actor, {"key": pk, "value": plain(value)}, by=by, texts=words.notes)
    return pk


class TargetSaid(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator as somebody says it. With `figure` (a figure of this register) an empty baseline is read from it."""

    what: str
    baseline: str = ""
    target: str
    due: str
    unit: str = ""
    source: str = ""
    figure: str = ""


def set_indicator(key: str, said: TargetSaid, *, indicator: str = "", actor: str, by: Actor, request: str = "") -> str:
    """States an indicator; returns its id. Raises `Refused`, also for a figure whose value is not known and that is not given."""
    side(key, actor)
    baseline = said.baseline.strip()
    if said.figure:
        needs.chosen(said.figure, indicators.REGISTRY, "figure")
        if not baseline:
            baseline = _figure(said.figure, actor)
    words = Words()
    value = Target(
        words(acts.required("what", said.what, "what is measured"), column="what"),
        number("baseline", baseline),
        number("target", said.target),
        acts.day("due", said.due),
        words(said.unit, column="unit"),
        words(said.source, column="source"),
        said.figure,
    )
    pk = indicator or _part(key, request)
    say("indicator_set", key, actor, {"key": pk, "value": plain(value)}, by=by, texts=words.notes)
    return pk


def read_indicator(
    key: str, indicator: str, *, day: str = "", value: str = "", source: str = "", actor: str, by: Actor
) -> bool:
    """Records what an indicator stood at. Without a value, one that is linked to a figure of this register is read from it, today.

    Raises `Refused`, also where that figure has no data.
    """
    known = side(key, actor).of(Project).indicators.get(indicator)
    if known is None:
        raise acts.refuse("indicator", indicator, "an indicator of the project", "unknown")
    words = Words()
    if value.strip():
        reading = Reading(_past("day", day), number("value", value), words(source, column="source"))
    elif known.figure:
        reading = Reading(now()[:10], _figure(known.figure, actor), f"figure:{known.figure}")
    else:
        raise acts.refuse("value", "", "a number, such as 71.3", "missing")
    said = {"key": indicator, "value": plain(reading)}
    return say("indicator_read", key, actor, said, by=by, texts=words.notes)


def _figure(name: str, actor: str) -> str:
    """What a figure of this register stands at, for who speaks for this State."""
    found = indicators.figure(name) if name in indicators.for_viewer(Viewer(actor)) else None
    if found is None:
        raise acts.refuse("figure", name, "a figure this register has data for", "no_data")
    return found.written


def number(column: str, text: str) -> str:
    """A number as records carry it. Raises `Refused` for what is none."""
    # Powers of ten are no number anybody counts, and 1e999999999 would be written out.
    plain_text = text.strip().replace(",", ".").lower().replace("e", "?")
    try:
        found = Decimal(plain_text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or len(plain_text) > len("1000000000000.000"):
        raise acts.refuse(column, text, "a number, such as 71.3", "unknown")
    return f"{found.normalize():f}"


def evaluate(key: str, words: str, *, actor: str, by: Actor) -> bool:
    """The recipient says what came of the project, and what was learnt. Raises `Refused`."""
    note = Words()
    said = {"words": note(acts.required("words", words, "what came of it, and what was learnt"))}
    return say("evaluated", key, actor, said, by=by, texts=note.notes)
