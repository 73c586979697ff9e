"""A case as its acts tell it: intake, what was added, whom it asked, how it ended. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from countermark.ledger import jcs
from countermark.ledger.entry import Entry
from countermark.tracing.cases.rules import Closing, Facts

WORDS = frozenset(
    {
        "recovery_opened",
        "recovery_changed",
        "recovery_noted",
        "recovery_identified",
        "recovery_asked",
        "recovery_closed",
    }
)


class Note(msgspec.Struct, frozen=True):
    """A remark or a photograph (`document` is its digest), by whom (opaque id) and when."""

    by: str
    time: str
    text: str = ""
    document: str = ""


class Considered(msgspec.Struct, frozen=True):
    """A weapon of the register that was confirmed or rejected as the one of the case."""

    weapon: str
    confirmed: bool
    reason: str
    by: str
    time: str


class Case(msgspec.Struct, frozen=True):
    """One case; `facts` is None where its intake was erased."""

    id: str
    opened: str
    by: str
    organisation: str = ""
    facts: Facts | None = None
    notes: tuple[Note, ...] = ()
    considered: tuple[Considered, ...] = ()
    requests: tuple[str, ...] = ()
    closing: Closing | None = None
    closed: str = ""

    @property
    def weapon(self) -> str:
        """The weapon it was found to be; empty where none is confirmed."""
        last: dict[str, bool] = {}
        for one in self.considered:
            last[one.weapon] = one.confirmed
        return next((weapon for weapon, confirmed in reversed(last.items()) if confirmed), "")


def fold(entries: Iterable[Entry], documents: Mapping[str, bytes]) -> Case | None:
    """The case its acts tell, in the order they were recorded."""
    case: Case | None = None
    for entry in sorted(entries, key=lambda one: (one.recorded.time, one.log, one.position)):
        body, by, time = entry.body, str(entry.recorded.by or ""), entry.recorded.time
        data = _document(documents.get(str(body.get("document", "")), b""))
        if body["act"] == "recovery_opened":
            case = case or Case(str(body["case"]), time, by)
        if case is not None:
            case = _step(case, body, data, by, time)
    return case


def _step(case: Case, body: Mapping[str, Any], data: Mapping[str, Any], by: str, time: str) -> Case:
    replace = msgspec.structs.replace
    match body["act"]:
        case "recovery_opened" | "recovery_changed":
            return replace(case, facts=_as(data, Facts) or case.facts, closing=None, closed="")
        case "recovery_noted":
            note = Note(by, time, str(data.get("text", "")), str(body.get("photograph", "")))
            return replace(case, notes=(*case.notes, note))
        case "recovery_identified":
            one = Considered(str(body["weapon"]), bool(body["confirmed"]), str(data.get("text", "")), by, time)
            return replace(case, considered=(*case.considered, one))
        case "recovery_asked":
            return replace(case, requests=tuple(dict.fromkeys((*case.requests, str(body["conversation"])))))
        case _:
            return replace(case, closing=_as(data, Closing), closed=time)


def _document(data: bytes) -> dict[str, Any]:
    found = jcs.decode(data) if data else {}
    return found if isinstance(found, dict) else {}


def _as(data: Mapping[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(data, kind) if data else None
    except msgspec.ValidationError:
        return None
