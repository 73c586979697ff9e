"""How this room writes: acts that name their subjects, appended through the one door, decided while nobody else appends."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from countermark.ledger import jcs
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor, Draft, KeptWrite, SideNote, alone
from countermark.marking.models import ItemRow, RecordRow
from countermark.marking.states import Record
from countermark.register.acts import (
    append,
    document,
    draft,
    new_id,
    one_of,
    own_origin,
    place_id,
    place_notes,
    reason_of,
    required,
)
from countermark.register.checking import Refused, refuse

__all__ = [
    "Refused", "alone", "append", "document", "draft", "new_id", "one_of", "own_origin", "place_id", "reason_of", "record", "record_draft",
    "records", "refuse", "required", "state_record", "stored",
]  # fmt: skip


def state_record(
    kind: str,
    key: str,
    value: dict[str, Any],
    *,
    by: Actor,
    place: str = "",
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> bool:
    """States the whole value of a record. Returns False, and appends nothing, where it is stated so already."""
    value = jcs.decode(jcs.encode(msgspec.to_builtins(value)))
    with alone():
        known = record(kind, key)
        if known is not None and (known.value, known.place) == (value, place):
            return False
        append([record_draft(kind, key, value, place=place, note=note, texts=texts, kept=kept)], by=by)
    return True


def record_draft(
    kind: str,
    key: str,
    value: dict[str, Any],
    *,
    place: str = "",
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> Draft:
    """The act that states the whole value of a record."""
    word = "marking_block_given" if kind == "block" else f"marking_{kind}_set"
    names = [*texts, *place_notes(place)]
    return draft(word, [f"{kind}:{key}"], {"value": value, "place": place}, note=note, texts=names, kept=kept)


def record(kind: str, key: str) -> Record | None:
    """A record as it is stated now."""
    row = RecordRow.objects.filter(kind=kind, key=key).first()
    return None if row is None else _of_row(row)


def records(kind: str) -> list[Record]:
    """Every record of a kind, by key."""
    return [_of_row(row) for row in RecordRow.objects.filter(kind=kind).order_by("key")]


def stored(digest: str) -> tuple[bytes, str] | None:
    """A document that a record or an inspection of this room names, and its media type; None for any other, and where it was erased."""
    kept = RecordRow.objects.filter(kind__in=("certificate", "consultation"))
    named = any(digest in (row.value.get("document"), *row.value.get("documents", ())) for row in kept.iterator())
    if not named and not any(digest in one["photographs"] for one in _inspections()):
        return None
    row = Attachment.objects.filter(digest=digest).first()
    return (bytes(row.data), row.media_type) if row and row.data else None


def _inspections() -> Iterator[dict[str, Any]]:
    for inspections in ItemRow.objects.exclude(inspections=[]).values_list("inspections", flat=True).iterator():
        yield from inspections


def _of_row(row: RecordRow) -> Record:
    return Record(**{name: getattr(row, name) for name in Record.__struct_fields__})
