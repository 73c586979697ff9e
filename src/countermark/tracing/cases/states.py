"""A case as its acts tell it: intake, its weapons, what was added, whom it asked, how it ended. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from countermark.ledger import jcs
from countermark.ledger.entry import Entry
from countermark.tracing.cases.rules import Closing, Facts, Recovered

WORDS = frozenset(
    {
        "recovery_opened",
        "recovery_changed",
        "recovery_moved",
        "recovery_weapon",
        "recovery_dropped",
        "recovery_noted",
        "recovery_identified",
        "recovery_asked",
        "recovery_closed",
    }
)

FIRST = "1"
"""The weapon of a case that was recorded when a case had only one: its acts name none."""


class Note(msgspec.Struct, frozen=True):
    """A remark or a photograph (`document` is its digest), by whom (opaque id) and when."""

    by: str
    time: str
    text: str = ""
    document: str = ""


class Considered(msgspec.Struct, frozen=True):
    """A weapon of the register that was confirmed or rejected as one weapon of the case."""

    weapon: str
    confirmed: bool
    reason: str
    by: str
    time: str


class Asked(msgspec.Struct, frozen=True):
    """A request to another State, and the weapons of the case it names; none named: all there were."""

    request: str
    items: tuple[str, ...] = ()


class Item(msgspec.Struct, frozen=True):
    """One weapon of a case; `said` is None where what was written of it was erased, `dropped` the time it was found to be none."""

    id: str
    time: str
    said: Recovered | None = None
    considered: tuple[Considered, ...] = ()
    dropped: str = ""

    @property
    def weapon(self) -> str:
        """The weapon of the register it was found to be; empty where none is confirmed."""
        last: dict[str, bool] = {}
        for one in self.considered:
            last.pop(one.weapon, None)
            last[one.weapon] = one.confirmed
        return next((weapon for weapon, confirmed in reversed(last.items()) if confirmed), "")

    @property
    def rejected(self) -> frozenset[str]:
        """Weapons of the register it was last found not to be."""
        last = {one.weapon: one.confirmed for one in self.considered}
        return frozenset(weapon for weapon, confirmed in last.items() if not confirmed)


class Case(msgspec.Struct, frozen=True):
    """One case; `facts` is None where its intake was erased. `office`: the id of the place it belongs to, empty for the whole State."""

    id: str
    opened: str
    by: str
    office: str = ""
    facts: Facts | None = None
    every: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()
    asked: tuple[Asked, ...] = ()
    closing: Closing | None = None
    closed: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """Its weapons, the first recorded first."""
        return tuple(one for one in self.every if not one.dropped)

    def item(self, item_id: str) -> Item | None:
        """One of its weapons."""
        return next((one for one in self.items if one.id == item_id), None)

    @property
    def weapons(self) -> tuple[str, ...]:
        """The weapons of the register that some of its weapons were found to be."""
        return tuple(dict.fromkeys(one.weapon for one in self.items if one.weapon))

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests made from it, the first one first."""
        return tuple(dict.fromkeys(one.request for one in self.asked))


def fold(entries: Iterable[Entry], documents: Mapping[str, bytes]) -> Case | None:
    """The case its acts tell: the one that opened it first, then as recorded, in whatever order they arrive."""
    case: Case | None = None
    for entry in sorted(entries, key=lambda one: (not _opens(one), one.recorded.time, one.log, one.position)):
        body, by, time = entry.body, str(entry.recorded.by or ""), entry.recorded.time
        data = _document(documents.get(str(body.get("document", "")), b""))
        if _opens(entry):
            case = case or Case(str(body["case"]), time, by, str(body.get("office", "")))
        if case is not None:
            case = _step(case, body, data, by, time)
    return case


def _opens(entry: Entry) -> bool:
    return bool(entry.body["act"] == "recovery_opened")


def _step(case: Case, body: Mapping[str, Any], data: Mapping[str, Any], by: str, time: str) -> Case:
    replace = msgspec.structs.replace
    match body["act"]:
        case "recovery_opened" | "recovery_changed":
            return _stated(case, data, time)
        case "recovery_weapon":
            return _with_item(
                replace(case, closing=None, closed=""), _item(case, body, time), said=_as(data, Recovered)
            )
        case "recovery_dropped":
            return _with_item(case, _item(case, body, time), dropped=time)
        case "recovery_moved":
            return replace(case, office=str(body.get("office", "")))
        case "recovery_noted":
            note = Note(by, time, str(data.get("text", "")), str(body.get("photograph", "")))
            return replace(case, notes=(*case.notes, note))
        case "recovery_identified":
            one = Considered(str(body["weapon"]), bool(body["confirmed"]), str(data.get("text", "")), by, time)
            item = _item(case, body, time)
            return _with_item(case, item, considered=(*item.considered, one))
        case "recovery_asked":
            items = body.get("items")
            asked = Asked(str(body["conversation"]), tuple(map(str, items)) if isinstance(items, list) else ())
            return replace(case, asked=(*case.asked, asked))
        case _:
            return replace(case, closing=_as(data, Closing), closed=time)


def _stated(case: Case, data: Mapping[str, Any], time: str) -> Case:
    """The facts stated anew, and with them the only weapon where they still told it too. A closed case is open again."""
    own = {name: value for name, value in data.items() if name in Recovered.__struct_fields__}
    facts = _as({name: value for name, value in data.items() if name not in own}, Facts)
    case = msgspec.structs.replace(case, facts=facts or case.facts, closing=None, closed="")
    if not own:
        return case
    return _with_item(case, _item(case, {}, time), said=_as(own, Recovered))


def _item(case: Case, body: Mapping[str, Any], time: str) -> Item:
    """The weapon an act is about; one that arrives before what tells it is begun here."""
    name = str(body.get("item", FIRST))
    return next((one for one in case.every if one.id == name), Item(name, time))


def _with_item(case: Case, item: Item, **changed: Any) -> Case:
    if changed.get("said", item) is None:
        changed["said"] = item.said
    new = msgspec.structs.replace(item, **changed)
    known = {one.id: one for one in case.every} | {item.id: new}
    return msgspec.structs.replace(case, every=tuple(known.values()))


def _document(data: bytes) -> dict[str, Any]:
    found = jcs.decode(data) if data else {}
    return found if isinstance(found, dict) else {}


def _as(data: Mapping[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(data, kind) if data else None
    except msgspec.ValidationError:
        return None
