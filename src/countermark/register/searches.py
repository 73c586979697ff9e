"""Saved searches of the register list: kept rows, so that what somebody shares is as answerable as what somebody records."""

import hashlib
from collections.abc import Iterator

from django.http import QueryDict

from countermark.ledger import identity, kept, services
from countermark.ledger.services import Actor, KeptWrite
from countermark.marks.sentences import Sentence
from countermark.register.checking import refuse
from countermark.register.models import SavedSearch
from countermark.register.queries import personal

LONGEST_NAME, LONGEST_QUERY = 100, 2000


def save(owner: str, name: str, query: str, *, shared: bool, by: Actor) -> SavedSearch:
    """Keeps a filter (the query string of the list) under a name; the same name again replaces it. Raises `Refused`."""
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= LONGEST_NAME or not clean.isprintable():
        raise refuse("name", name, Sentence("1 to %(longest)d printable characters", longest=LONGEST_NAME), "length")
    if not query or len(query) > LONGEST_QUERY:
        raise refuse("query", "", "a list with at least one filter", "empty")
    row = SavedSearch.objects.filter(owner=owner, name=clean).first() or SavedSearch(owner=owner, name=clean)
    row.query, row.shared = without_names(query), shared
    _write(row, by)
    return row


def without_names(query: str) -> str:
    """A query string in which a holder or place is named by its opaque id: old ones (`who=`) named it in clear."""
    asked = QueryDict(query, mutable=True)
    if "who" in asked and (name := " ".join(asked.pop("who")).strip()):
        meant = personal.asked_by_name(name)
        asked[meant.filter] = meant.digest
    return asked.urlencode()


def remove(row: SavedSearch, *, by: Actor) -> None:
    """Takes a search away; the row stays, empty, as everything the ledger speaks of stays."""
    row.query, row.shared = "", False
    _write(row, by)


def of(owner: str) -> list[SavedSearch]:
    """One's own searches, then those others share, by name, as they may stand in an address."""
    rows = SavedSearch.objects.exclude(query="").order_by("name")
    found = [*rows.filter(owner=owner), *rows.filter(shared=True).exclude(owner=owner)]
    for row in found:
        row.query = without_names(row.query)
    return found


def _write(row: SavedSearch, by: Actor) -> None:
    fields = {"search": _key(row), "shared": row.shared, "kept": bool(row.query)}
    write = KeptWrite("search", _key(row), _digest(row), row.save)
    services.append([services.timed_act("search_saved", fields, kept=(write,))], by=by)


def _key(row: SavedSearch) -> str:
    return hashlib.sha256(f"{row.owner}\x1f{row.name}".encode()).hexdigest()[:40]


def _digest(row: SavedSearch) -> str:
    return identity.digest({"owner": row.owner, "name": row.name, "query": row.query, "shared": str(row.shared)})


def _kept_rows() -> Iterator[tuple[str, str]]:
    for row in SavedSearch.objects.order_by("pk").iterator():
        yield _key(row), _digest(row)


kept.register("search", _kept_rows)
