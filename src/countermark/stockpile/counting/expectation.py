"""What the register said when a count was opened, frozen as a document that the opening act names by its digest; and what a count came to.

Gzipped JSON: `{"format","place","places":[id...],"items":[[weapon, serial, number of the place, "in"|"out"]...]}`, and
`{"format","count","results":[[item, outcome, serial, expected place, place seen, decision]...]}`. Both are read again by whoever audits.
"""

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

import msgspec

from countermark.accounts.queries import places_below
from countermark.ledger import services
from countermark.ledger.drafts import KeptWrite
from countermark.ledger.models import Attachment
from countermark.marks.text import canonical
from countermark.register.models import Weapon
from countermark.stockpile import acts, queries
from countermark.stockpile.counting.rules import Expected, Result
from countermark.stockpile.rules.custody import OUT

MEDIA_TYPE = "application/gzip"
EXPECTED_FORMAT, RESULT_FORMAT = "countermark count 1", "countermark count result 1"


class Expectation:
    """The weapons of a frozen document by id, and their serials as they are compared."""

    def __init__(self, items: Iterable[Expected]) -> None:
        self.items: Mapping[str, Expected] = {one.weapon: one for one in items}

    @cached_property
    def by_serial(self) -> Mapping[str, Sequence[str]]:
        """Ids of the weapons that bear a serial, by its compared form."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.items.values():
            if form := canonical(one.serial):
                found[form].append(one.weapon)
        return found

    @cached_property
    def inside(self) -> frozenset[str]:
        """The ids of those that are to be there."""
        return frozenset(one.weapon for one in self.items.values() if one.state == "in")


class _Frozen(msgspec.Struct):
    format: str
    place: str
    places: list[str]
    items: Sequence[tuple[str, str, int, str]]


def taken(place: str) -> list[Expected]:
    """What the register says now of a place and all below it: what lies there, and what is issued from there."""
    here = places_below(place)
    out = queries.holdings(here).filter(custody__in=OUT, status="active").values_list("weapon_id", "store")
    issued = {str(weapon): store for weapon, store in out}
    lying = queries.in_store(here).order_by("id").values_list("id", "serial", "place")
    found = [Expected(str(weapon), serial, where, "in") for weapon, serial, where in lying.iterator()]
    serials = {str(one.pk): one.serial for one in Weapon.objects.in_bulk(list(issued)).values()}
    return found + [Expected(weapon, serials.get(weapon, ""), issued[weapon], "out") for weapon in sorted(issued)]


def frozen(place: str, items: Sequence[Expected]) -> KeptWrite:
    """The document of what was expected, as it is kept."""
    places = sorted({one.place for one in items})
    numbers = {one: number for number, one in enumerate(places)}
    rows = [(one.weapon, one.serial, numbers[one.place], one.state) for one in items]
    return _kept(_Frozen(EXPECTED_FORMAT, place, places, rows))


def result(count: str, results: Iterable[Result], decided: Mapping[str, str]) -> KeptWrite:
    """The document of what a count came to, item by item, with what was decided."""
    rows = [
        (one.item, one.outcome, one.text, one.expected, one.place, decided.get(one.item, ""))
        for one in results
    ]  # fmt: skip
    return _kept({"format": RESULT_FORMAT, "count": count, "results": rows})


def _kept(value: object) -> KeptWrite:
    # Without a time in it the same content has the same digest.
    return services.attachment(gzip.compress(msgspec.json.encode(value), 6, mtime=0), MEDIA_TYPE)


@lru_cache(maxsize=4)
def read(digest: str) -> Expectation:
    """What was expected, by the digest of its document; the text of a digest never changes, so it is read once. Raises `Refused`."""
    data = document(digest)
    said = msgspec.json.decode(gzip.decompress(data), type=_Frozen)
    return Expectation(
        Expected(weapon, serial, said.places[place], "in" if state == "in" else "out")
        for weapon, serial, place, state in said.items
    )


def document(digest: str) -> bytes:
    """A document of a count as it is kept. Raises `Refused` where it has not come here yet, was erased, or is not what it was."""
    row = Attachment.objects.filter(pk=digest).first()
    data = bytes(row.data) if row else b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise acts.refuse("count", digest, "a count whose documents are on this node, as they were made", "missing")
    return data
