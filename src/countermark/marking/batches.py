"""Work orders: a batch of weapons, an occasion, a plan for each; from draft to closed."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from countermark.ledger import identity, services
from countermark.ledger.services import Actor, Draft, SideNote
from countermark.marking import acts, numbering, states
from countermark.marking.acts import refuse
from countermark.marking.models import BatchRow, ItemRow
from countermark.marking.states import Batch, Item, Planned
from countermark.marks.sentences import Sentence
from countermark.register.services import side_texts

MOST_ITEMS = 5000
OCCASIONS = ("manufacture", "import", "state_to_civil", "state_holding", "found", "deactivation")
PLAN_MEDIA_TYPE = "application/json"


@dataclass(frozen=True)
class ItemDraft:
    """A weapon to put into a batch: its id in the register (empty for a new one), what its record says it bears, and its plan.

    `plan` is the JSON the plan was made as, rules with their versions included; it is kept as a document. A mark without a
    text gets a number of the batch's authority at the bench.
    """

    marks: Sequence[Planned]
    weapon: str = ""
    ref: str = ""
    serial: str = ""
    description: dict[str, Any] = field(default_factory=dict)
    plan: bytes = b""


def make(
    name: str,
    occasion: str,
    items: Sequence[ItemDraft],
    *,
    profiles: Sequence[str] = (),
    day: date | None = None,
    authority: str = "",
    place: str = "",
    note: str = "",
    documents: Sequence[bytes] = (),
    batch_id: str = "",
    by: Actor,
) -> Batch:
    """Makes a batch in state `draft`; `documents` are the rules its plans were made under. `place` is the name or id of the place of its bench, by which it is seen or not.
    With a `batch_id` that is there already, the batch that was made under it is returned as it stands: asked twice, made once.

    Raises `Refused` for an unknown occasion, place or authority, for no weapons or more than `MOST_ITEMS`, for a weapon without a
    planned mark, one that is twice in the list, and a number needed where no authority is named.
    """
    name = acts.required("name", name, "what the batch is called")
    if occasion not in OCCASIONS:
        raise refuse("occasion", occasion, acts.one_of(OCCASIONS), "unknown")
    _check_items(items, authority)
    place = acts.place_id(place)
    if authority:
        numbering.authority(authority)
    services.require_own_log()
    batch_id = batch_id or acts.new_id()
    fields = {
        "name": identity.opaque("note", name),
        "occasion": occasion,
        "profiles": list(profiles),
        "date": (day or date.today()).isoformat(),  # noqa: DTZ011 - the day of the calendar on the wall
        "authority": authority,
        "place": place,
        "items": len(items),
    }
    kept = [services.attachment(data, PLAN_MEDIA_TYPE) for data in documents]
    drafts = [
        acts.draft(
            "marking_batch_made", [f"batch:{batch_id}"], fields, note=note, texts=[SideNote("note", name)], kept=kept
        )
    ]
    drafts += [_item_draft(batch_id, number, item) for number, item in enumerate(items, 1)]
    with acts.alone():
        if not BatchRow.objects.filter(id=batch_id).exists():
            acts.append(drafts, by=by)
    return batch(batch_id)


_REQUESTS = uuid.UUID("0c3f6a1e-52f6-5f0a-9a55-3f6f0f3f8c21")
"""The namespace of the ids of batches that were asked for with a request key."""


def id_of_request(person: str, key: str) -> str:
    """The id of the batch a person asks for with a key of their own choice."""
    return str(uuid.uuid5(_REQUESTS, f"{person}\x1f{key}"))


def _check_items(items: Sequence[ItemDraft], authority: str) -> None:
    if not 0 < len(items) <= MOST_ITEMS:
        raise refuse("weapons", str(len(items)), Sentence("1 to %(most)d weapons", most=MOST_ITEMS), "range")
    known = [item.weapon for item in items if item.weapon]
    for number, item in enumerate(items, 1):
        if not item.marks:
            raise refuse("weapons", item.ref or str(number), "a weapon for which a mark is planned", "no_marks")
        if not authority and any(mark.numbered for mark in item.marks):
            raise refuse("authority", "", "the authority whose numbers are put on", "missing")
        if item.weapon and known.count(item.weapon) > 1:
            raise refuse("weapons", item.ref or item.weapon, "each weapon once", "twice")


def _item_draft(batch_id: str, position: int, item: ItemDraft) -> Draft:
    kept = (services.attachment(item.plan, PLAN_MEDIA_TYPE),) if item.plan else ()
    fields = {
        "batch": batch_id,
        "position": position,
        "weapon": item.weapon,
        "ref": item.ref,
        "serial": item.serial,
        "description": item.description,
        "plan": hashlib.sha256(item.plan).hexdigest() if item.plan else "",
        "marks": msgspec.to_builtins(list(item.marks)),
    }
    return acts.draft("marking_item_added", [f"item:{acts.new_id()}"], fields, kept=kept)


def move(batch_id: str, state: str, *, by: Actor) -> Batch:
    """Takes a batch one step on: `released`, `running`, `inspected`, `closed`; or from `inspected` back to `running`.

    Asking for the state it is in changes nothing. Raises `Refused` for any other step, and while weapons are unfinished for
    `inspected` and `closed`.
    """
    with acts.alone():
        found = batch(batch_id)
        if found.state == state:
            return found
        if not states.follows(found.state, state):
            raise refuse("state", state, Sentence("a state that follows %(state)s", state=found.state), "state")
        if state in ("inspected", "closed") and (left := unfinished(batch_id)):
            raise refuse(
                "state",
                state,
                Sentence("every weapon accepted or withdrawn; %(left)d are not", left=left),
                "unfinished",
            )
        acts.append([moved(batch_id, state)], by=by)
    return batch(batch_id)


def moved(batch_id: str, state: str) -> Draft:
    """The act that takes a batch to a state."""
    return acts.draft("marking_batch_moved", [f"batch:{batch_id}"], {"state": state})


def unfinished(batch_id: str) -> int:
    """How many weapons of a batch are neither accepted nor withdrawn."""
    return ItemRow.objects.filter(batch=batch_id).exclude(state__in=states.FINISHED).count()


def batch(batch_id: str) -> Batch:
    """A batch. Raises `Refused`."""
    row = BatchRow.objects.filter(id=batch_id).first()
    if row is None:
        raise refuse("batch", batch_id, "the id of a marking batch", "unknown")
    return batch_of_row(row)


def item(item_id: str) -> Item:
    """One weapon of a batch. Raises `Refused`."""
    row = ItemRow.objects.filter(id=item_id).first()
    if row is None:
        raise refuse("item", item_id, "the id of a weapon in a marking batch", "unknown")
    return item_of_row(row)


def batch_of_row(row: BatchRow) -> Batch:
    """The value of a row, its name in clear."""
    return batches_of_rows([row])[0]


def batches_of_rows(rows: Iterable[BatchRow]) -> list[Batch]:
    """The values of rows, their names in clear; a name that was erased, or did not come with the log, is the id's first digits.

    A name is what somebody wrote, so the entry holds its opaque id only.
    """
    found = [Batch(**{name: getattr(row, name) for name in Batch.__struct_fields__}) for row in rows]
    names = side_texts([one.name for one in found])
    return [msgspec.structs.replace(one, name=names.get(one.name) or one.id[:8]) for one in found]


def item_of_row(row: ItemRow) -> Item:
    """The value of a row."""
    return msgspec.convert({name: getattr(row, name) for name in Item.__struct_fields__}, Item)
