"""What happened to a lot of ammunition, movement by movement. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass

from countermark.ledger.entry import Entry
from countermark.ledger.reasons import FIELD
from countermark.ledger.subjects import happened, ordered, text
from countermark.stockpile import states
from countermark.stockpile.ammunition.rules import WORDS
from countermark.stockpile.projection import PROJECTION

SHOWN = 200


@dataclass(frozen=True)
class Moved:
    """A movement: `quantity` in rounds, what came as more than nothing and what went as less; of a count the difference it found.

    `to` is the place of a move, `party` who received or brought back; `note`, `by` (who asked for it, where it was proposed) and `second`
    are ids of side texts.
    """

    time: str
    word: str
    quantity: int
    place: str
    to: str
    party: str
    note: str
    by: str
    second: str = ""
    why: str = ""
    """A code of the list `rounds` (`ledger/reasons.py`)."""


def movements_of(key: str, places: Collection[str] | None) -> list[Moved]:
    """The movements of a lot at some places (None: at all), the newest first; at most `SHOWN`."""
    acts = ordered(PROJECTION.entries_about(f"lot:{key}"), states.OPENING)
    found = [_moved(act) for act in acts if act.body.get("act") == "stockpile_lot_moved"]
    seen = [one for one in found if one.word in WORDS and (places is None or {one.place, one.to} & set(places))]
    return seen[: -SHOWN - 1 : -1]


def _moved(act: Entry) -> Moved:
    word, quantity = text(act.body, "word"), act.body.get("quantity")
    number = quantity if type(quantity) is int else 0
    signed = number if word == "count" else WORDS.get(word, 0) * number
    return Moved(
        happened(act),
        word,
        signed or number,
        text(act.body, "place"),
        text(act.body, "to"),
        text(act.body, "party"),
        act.recorded.note,
        text(act.body, "asked_by") or act.recorded.by,
        text(act.body, "second"),
        text(act.body, FIELD),
    )
