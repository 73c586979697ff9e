"""The list of weapons: filtered, sorted, a page at a time, and as fast with a million rows as with a thousand."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from countermark.ledger import identity
from countermark.marks.text import canonical, split_prefix
from countermark.register.models import Mark, Spelling, Term, TermAlias, Weapon
from countermark.register.queries import personal
from countermark.register.queries.scope import Scope
from countermark.register.rows import code_of, spelling
from countermark.register.rules import is_weapon_id

PAGE = 50
PRINTED = 500
SORTED_AT_MOST = 10_000
"""Sorting by a column without an index reads the whole selection; above this many rows only the indexed orders are offered."""
COUNTED_AT_MOST = SORTED_AT_MOST

ORDERS: dict[str, tuple[str, ...]] = {
    "ref": ("ref",),
    "maker": ("maker", "model"),
    "serial": ("serial",),
    "kind": ("kind",),
    "calibre": ("calibre",),
    "country": ("country",),
    "year": ("year",),
    "status": ("status",),
    "recorded": ("first_recorded",),
}
INDEXED = frozenset({"ref", "maker"})
COLUMNS = (
    "serial", "kind", "maker", "model", "calibre", "country", "year", "status", "holder", "place", "ref", "source", "finding",
    "recorded",
)  # fmt: skip
USUAL_COLUMNS = ("serial", "kind", "maker", "model", "calibre", "year", "status", "holder", "ref")
FILTERS = (
    "serial",
    "ref",
    "maker",
    "model",
    "kind",
    "calibre",
    "country",
    "year",
    "status",
    "source",
    "finding",
    "place",
    "holder",
)

_DIGEST = re.compile("[0-9a-f]{64}")
LAST = chr(0x10FFFF)


@dataclass(frozen=True)
class Asked:
    """What somebody asks of the list. `filters` are texts by name (`FILTERS`); `cursor` is where a page begins."""

    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = "ref"
    descending: bool = False
    cursor: str = ""
    backwards: bool = False

    @property
    def holder(self) -> str:
        """The opaque id of the party whose weapons are asked for, or the empty string."""
        digest = self.filters.get("holder", "")
        return urn("party", digest) if is_digest(digest) else ""


@dataclass(frozen=True)
class Page:
    """One page of the list. `count` is exact up to `COUNTED_AT_MOST`; `more` says there are more than that."""

    rows: Sequence[Weapon]
    count: int
    more: bool
    sort: str
    descending: bool
    sortable: bool
    following: str = ""
    preceding: str = ""


def selection(asked: Asked, scope: Scope) -> QuerySet[Weapon]:
    """The weapons somebody asks for and may see, in no order."""
    found = scope.narrow(Weapon.objects.all())
    for name in FILTERS:
        if text := asked.filters.get(name, "").strip():
            found = _NARROW[name](found, text)
    return found


def page(asked: Asked, scope: Scope, size: int = PAGE) -> Page:
    """One page. A cursor that is none begins at the start; an order too dear for so many rows becomes that of the refs."""
    found = selection(asked, scope)
    count = found[: COUNTED_AT_MOST + 1].count()
    sortable = count <= SORTED_AT_MOST
    sort = asked.sort if asked.sort in ORDERS and (sortable or asked.sort in INDEXED) else "ref"
    keys = (*ORDERS[sort], "id")
    down = asked.descending != asked.backwards
    start = _decoded(asked.cursor, len(keys))
    if start is not None:
        found = found.filter(_beyond(keys, start, down))
    rows = list(found.order_by(*(f"-{key}" if down else key for key in keys))[: size + 1])
    further = len(rows) > size
    rows = rows[:size]
    if asked.backwards:
        rows.reverse()
    after = further or (asked.backwards and start is not None)
    before = further if asked.backwards else start is not None
    return Page(
        rows=rows,
        count=min(count, COUNTED_AT_MOST),
        more=count > COUNTED_AT_MOST,
        sort=sort,
        descending=asked.descending,
        sortable=sortable,
        following=_cursor(rows[-1], keys) if rows and after else "",
        preceding=_cursor(rows[0], keys) if rows and before else "",
    )


def _beyond(keys: Sequence[str], start: Sequence[str], down: bool) -> Q:
    """Rows after `start` in the order of `keys`; the first condition alone lets an index find where to begin."""
    step = "lt" if down else "gt"
    beyond = Q()
    for place, key in enumerate(keys):
        same = {name: start[i] for i, name in enumerate(keys[:place])}
        beyond |= Q(**same, **{f"{key}__{step}": start[place]})
    return Q(**{f"{keys[0]}__{step}e": start[0]}) & beyond


def _cursor(row: Weapon, keys: Sequence[str]) -> str:
    values = [str(getattr(row, key)) for key in keys]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _decoded(cursor: str, length: int) -> list[str] | None:
    """The values of a cursor, or None for anything else (an old link, a hand-made one)."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(isinstance(v, str) and "\0" not in v for v in values)
    ):
        return None
    return values if is_weapon_id(values[-1]) else None


def starting_with(column: str, text: str) -> Q:
    """Texts of a column that begin with `text`, found through its index where the database can."""
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST})
    return Q(**{f"{column}__startswith": text})


def _matching(column: str, text: str) -> Q:
    return starting_with(column, text[:-1]) if text.endswith("*") else Q(**{column: text})


def _serial(found: QuerySet[Weapon], text: str) -> QuerySet[Weapon]:
    """Any mark of a weapon, however it is spaced and written; a trailing `*` asks for its beginning."""
    wanted = canonical(split_prefix(text.rstrip("*"))[1])
    if not wanted:
        return found.none()
    marks = Mark.objects.exclude(canonical="").filter(
        _matching("canonical", wanted + "*" if text.endswith("*") else wanted)
    )
    return found.filter(id__in=marks.values("weapon_id"))


def spellings_of(list_: str, text: str) -> list[str]:
    """The spellings sources use for what `text` names: itself however capitalised, and every alias of its term."""
    normal = spelling(text)
    aliased = set(TermAlias.objects.filter(normalised=normal, term__list=list_).values_list("term_id", flat=True))
    named = set(Term.objects.filter(list=list_, name__iexact=text).values_list("pk", flat=True))
    texts = {text, normal}
    for term in Term.objects.filter(pk__in=aliased | named).prefetch_related("aliases"):
        texts.update({term.name, *(alias.spelling for alias in term.aliases.all())})
    codes = {code_of(known) for known in texts}
    return list(Spelling.objects.filter(list=list_, code__in=codes).values_list("text", flat=True))


def _listed(list_: str) -> Any:
    def narrow(found: QuerySet[Weapon], text: str) -> QuerySet[Weapon]:
        return found.filter(**{f"{list_}__in": spellings_of(list_, text)})

    return narrow


def _exact(column: str) -> Any:
    return lambda found, text: found.filter(**{column: text})


def _status(found: QuerySet[Weapon], text: str) -> QuerySet[Weapon]:
    return found.filter(status="active") if text == "active" else found.exclude(status="active").filter(status=text)


def _held_by(found: QuerySet[Weapon], digest: str) -> QuerySet[Weapon]:
    """Held by a party, which the 64 hexadecimal digits of its opaque id name."""
    return found.filter(holder=urn("party", digest)).exclude(holder="")


def _standing_at(found: QuerySet[Weapon], digest: str) -> QuerySet[Weapon]:
    """Standing at a place, or held by the body of the same name: files say *depot* in either column."""
    place = urn("place", digest)
    at = Q(place=place) & ~Q(place="")
    body = personal.body_at(place)
    return found.filter(at | (Q(holder=body) & ~Q(holder=""))) if body else found.filter(at)


def is_digest(text: str) -> bool:
    """Whether a text is what addresses carry of an opaque id: 64 lower-case hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def urn(kind: str, digest: str) -> str:
    """The opaque id of a party or place from what an address carries of it: names never stand in addresses."""
    return f"{identity.PREFIX}{kind}:{digest}"


_NARROW: dict[str, Any] = {
    "serial": _serial,
    "ref": lambda found, text: found.filter(_matching("ref", text)),
    "maker": _listed("maker"),
    "model": _listed("model"),
    "kind": _exact("kind"),
    "calibre": _listed("calibre"),
    "country": lambda found, text: found.filter(country=text.upper()),
    "year": lambda found, text: found.filter(_matching("year", text)),
    "status": _status,
    "source": _exact("source"),
    "finding": lambda found, text: found.exclude(finding="").filter(finding=text),
    "place": _standing_at,
    "holder": _held_by,
}
