"""What a correction changed: field, before, after. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

import msgspec

from countermark.ledger.entry import Body, Entry
from countermark.register.bodies import FACTS
from countermark.register.files.vocabulary import MARK_COLUMNS
from countermark.register.rules import history

TEXTS = {
    "from": "sender",
    "to": "receiver",
    "place": "place",
    "document": "document",
    "note": "note",
}
"""Columns whose values are ids of side texts, and what an event of a history calls them."""

CODES = {"event": "event", "date": "date", "country": "country", "component": "component", "mark": "mark"}


class Difference(msgspec.Struct, frozen=True):
    """One column that a correction changed; `mark` is the number of the mark it is of, from 1, or 0. Values of `TEXTS` are ids."""

    column: str
    old: str
    new: str
    mark: int = 0


def differences(entries: Iterable[Entry]) -> dict[str, tuple[Difference, ...]]:
    """What each corrective event among some entries changed, by the eventID of the event it takes the place of."""
    said = {entry.event_id: entry for entry in entries if "errorDeclaration" not in entry.body}
    found = {}
    for entry in said.values():
        wrong = said.get(str(entry.body.get("countermark:corrects", "")))
        if wrong is not None:
            found[wrong.event_id] = tuple(_between(wrong, entry))
    return found


def _between(old: Entry, new: Entry) -> Iterator[Difference]:
    before, after = (history([entry])[0] for entry in (old, new))
    one, other = _facts(old.body), _facts(new.body)
    # The day of a birth is the year of manufacture, which is one of the facts.
    for column, attribute in (TEXTS if one and other else CODES | TEXTS).items():
        yield from _differs(column, getattr(before, attribute), getattr(after, attribute))
    for column in FACTS:
        name = f"countermark:{column}"
        yield from _differs(column, _text(one, name), _text(other, name))
    nothing: Mapping[str, object] = {}
    marks = zip_longest(_marks(old.body), _marks(new.body), fillvalue=nothing)
    for number, (was, now) in enumerate(marks, 1):
        for column in MARK_COLUMNS:
            yield from _differs(column, _text(was, column), _text(now, column), number)


def _differs(column: str, old: str, new: str, mark: int = 0) -> Iterator[Difference]:
    if old != new:
        yield Difference(column, old, new, mark)


def _facts(body: Body) -> Mapping[str, object]:
    value = body.get("ilmd")
    return value if isinstance(value, dict) else {}


def _marks(body: Body) -> list[Mapping[str, object]]:
    value = _facts(body).get("countermark:marks") or body.get("countermark:marks")
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else str(value)
