"""Bounded look-ups in the search table, on SQLite and PostgreSQL alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from countermark.marks import packed
from countermark.marks.expansion import Patterns, Sieve
from countermark.marks.packed import Packed
from countermark.tracing.index import Vendor

Ints: TypeAlias = NDArray[np.int64]


class Part(NamedTuple):
    """Where a column stands in a number that several travel as: from which bit on, and how many bits."""

    low: int
    bits: int

    def of(self, whole: Ints) -> Ints:
        """The column alone."""
        return (whole >> self.low) & ((1 << self.bits) - 1)


def _parts(**bits: int) -> dict[str, Part]:
    """The uppermost first."""
    lows = accumulate([*bits.values()][::-1], initial=0)
    return {name: Part(low, bits[name]) for name, low in zip([*bits][::-1], lows, strict=False)}


NAMES = _parts(maker=31, calibre=31)
"""Columns that travel as one number: to fetch a number takes longer than to take it apart."""

DETAILS = _parts(number=15, kind=8, country=21, component=6, mark_kind=6)
"""Likewise."""


class Rows(NamedTuple):
    """Marks found, as one array per column; `names` and `details` hold several. `limited` says that a bound was hit."""

    weapon_key: Ints
    names: Ints
    details: Ints
    text: Packed
    limited: bool = False

    @property
    def maker(self) -> Ints:
        """Code of the maker."""
        return NAMES["maker"].of(self.names)

    @property
    def calibre(self) -> Ints:
        """Code of the calibre."""
        return NAMES["calibre"].of(self.names)

    @property
    def number(self) -> Ints:
        """Ordinal of the mark on its weapon."""
        return DETAILS["number"].of(self.details)

    @property
    def kind(self) -> Ints:
        """Code of the weapon's kind."""
        return DETAILS["kind"].of(self.details)

    @property
    def country(self) -> Ints:
        """Code of the country of manufacture."""
        return DETAILS["country"].of(self.details)

    @property
    def component(self) -> Ints:
        """Code of the component that bears the mark."""
        return DETAILS["component"].of(self.details)

    @property
    def mark_kind(self) -> Ints:
        """Code of the kind of mark."""
        return DETAILS["mark_kind"].of(self.details)

    def take(self, chosen: Ints) -> "Rows":
        """The rows at these positions."""
        weapon_key, names, details, text, limited = self
        return Rows(weapon_key[chosen], names[chosen], details[chosen], text.take(chosen), limited)


class Page(NamedTuple):
    """Marks in the order of the table's key, with the keys themselves."""

    skeleton: Ints
    rskeleton: Ints
    rows: Rows


NO_ROWS = Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), packed.pack([]))


def together(columns: Mapping[str, Ints], parts: Mapping[str, Part]) -> Ints:
    """Columns as one number each row: `NAMES` or `DETAILS` from their parts."""
    whole: Ints = np.bitwise_or.reduce([columns[name].astype(np.int64) << part.low for name, part in parts.items()])
    return whole


class Known(NamedTuple):
    """What the register looks like: its patterns, how many marks have each, how many marks there are, which keys nobody has."""

    patterns: Patterns
    counts: Mapping[int, int]
    marks: int
    sieve: Sieve | None = None


def rows_of_lists(lists: Sequence[Any], limit: int) -> Rows:
    """Rows from one list a column, as `_asked` asks for them; None where there is no row."""
    weapon_key, names, details, marks = lists
    if marks is None:
        return NO_ROWS
    text = packed.split(marks + packed.SEPARATOR)
    return Rows(_numbers(weapon_key), _numbers(names), _numbers(details), text, len(text) >= limit)


def _numbers(listed: str | bytes | memoryview) -> Ints:
    """Integers as a database lists them: decimal and with commas, or eight bytes each in network order."""
    if isinstance(listed, str):
        return np.fromstring(listed, np.int64, sep=",")
    return np.frombuffer(listed, ">i8").astype(np.int64)


def join(parts: Sequence[Rows]) -> Rows:
    """Several results as one, each mark once."""
    parts = [part for part in parts if part.text] or list(parts[:1])
    if len(parts) == 1:
        return parts[0]
    weapon_key, names, details = (np.concatenate(column) for column in zip(*(part[:3] for part in parts), strict=True))
    text = packed.join([part.text for part in parts])
    whole = Rows(weapon_key, names, details, text, any(part.limited for part in parts))
    if len(parts) == 2 and not _share_a_weapon(*parts):
        return whole
    _, first = np.unique(whole.weapon_key * 64 + whole.number, return_index=True)
    return whole.take(np.sort(first)) if len(first) < len(text) else whole


def _share_a_weapon(one: Rows, other: Rows) -> bool:
    """Seldom, and seen sooner than every mark is compared with every other."""
    few, many = sorted((one.weapon_key, other.weapon_key), key=len)
    ordered = np.sort(few)
    return bool((ordered.take(ordered.searchsorted(many), mode="clip") == many).any())


class Store(Protocol):
    """What a search asks of the register."""

    def known(self) -> Known:
        """The patterns that occur, or did when the register was last asked."""
        ...

    def has_changed(self) -> bool:
        """Whether a look-up since has met other patterns than `known` gave; it gives the new ones then."""
        ...

    def lookup(self, keys: Ints, limit: int) -> Rows:
        """The marks with one of these skeleton keys."""
        ...

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        """The marks with `low <= skeleton < high`, of these makers (none named: of all)."""
        ...

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        """The marks with `low <= rskeleton < high` whose skeleton lies in `front`."""
        ...


def settled(store: Store) -> Known:
    """What the register looks like now: a store that was asked before may give what it was then."""
    known = store.known()
    return store.known() if store.has_changed() else known


class Steady:
    """A store whose patterns are read once, for a batch."""

    def __init__(self, store: Store) -> None:
        self._known = settled(store)
        self.lookup, self.span, self.end_span = store.lookup, store.span, store.end_span

    def known(self) -> Known:
        """The patterns that occurred at the beginning."""
        return self._known

    def has_changed(self) -> bool:
        """It does not matter here."""
        return False


class Cursor(Protocol):
    """The part of a DB-API cursor that is used."""

    def execute(self, sql: str, params: Sequence[Any] = ..., /) -> Any: ...
    def fetchall(self) -> Any: ...


class Connection(Protocol):
    """A DB-API or Django connection."""

    def cursor(self) -> Any: ...


ANY_OF = "= any(array(select unnest(%s::bigint[])))"
"""PostgreSQL's planner would weigh every element of a plain array; of this one it sees nothing."""


@lru_cache(maxsize=4)
def _patterns(known: tuple[int, ...]) -> Patterns:
    """Kept while the same ones occur, however many marks they have: the table behind `Patterns` takes a millisecond to fill, and edits are kept with it."""
    return Patterns(np.array(known, np.int64))


_STATE = (
    "select cast(coalesce(sum(n), 0) as text) || ',' "
    "|| cast(coalesce(sum(n * ((pattern * 2654435761) & 4294967295)), 0) as text) from tracing_pattern"
)
"""Changes with the patterns: how many marks there are, and a sum over their patterns.

The sum is of patterns mixed (by Knuth's multiplier): plain ones of two registers too often add up to the same.
"""


class Seen(NamedTuple):
    """The patterns of a database, and the state they were read at."""

    state: str
    known: Known


@dataclass
class Held:
    """What stores of one database last saw; put in its place whole, for threads share it."""

    seen: Seen | None = None


def _marks_after_filter(rows: str) -> str:
    """Filtered by the index alone, then fetched: left to itself, SQLite visits the table for every entry before it filters."""
    found = f"(select skeleton as first, weapon_key as weapon, number as ordinal from {rows})"  # noqa: S608 - names of columns only
    return f"{found} cross join tracing_mark on skeleton = first and weapon_key = weapon and number = ordinal"


def _asked(vendor: Vendor, rows: str, keys: Sequence[str] = ()) -> str:
    """The question for rows, in the form that takes each database least: one row with a list for each column, those of `keys` first.

    To make a Python tuple of each row takes longer than to find it. On PostgreSQL the state of the patterns comes with them,
    for to ask for it takes another way there and back.
    """
    # PostgreSQL would multiply four bytes by four, and have no place for a large country.
    joined = [
        " + ".join(f"cast({name} as bigint) * {1 << part.low}" for name, part in parts.items())
        for parts in (NAMES, DETAILS)
    ]
    columns = ", ".join([*keys, "weapon_key", f"{joined[0]} as names", f"{joined[1]} as details", "canonical"])
    found = f"select {columns} from {rows} limit %s"  # noqa: S608 - names of columns only
    numbers = [_LISTED[vendor].format(name) for name in (*keys, "weapon_key", "names", "details")]
    lists = [*numbers, _MARKS_LISTED[vendor], *([f"({_STATE})"] if vendor == "postgresql" else [])]
    return f"select {', '.join(lists)} from ({found}) as found"  # noqa: S608 - names of columns only


_LISTED: dict[Vendor, str] = {
    "sqlite": "group_concat({}, ',')",
    "postgresql": "string_agg(int8send(cast({} as bigint)), '')",
}
_MARKS_LISTED: dict[Vendor, str] = {
    "sqlite": f"group_concat(canonical, '{packed.SEPARATOR}')",
    "postgresql": f"string_agg(canonical, '{packed.SEPARATOR}')",
}


Sieving: TypeAlias = Callable[[int], Sieve | None]
"""From how many marks there are to the sieve of the store as it stands now, or None."""


class SqlStore:
    """A store over a DB-API connection (sqlite3, psycopg) or a Django connection."""

    def __init__(
        self,
        connection: Connection,
        vendor: Vendor,
        placeholder: str = "%s",
        sieve: Sieving | None = None,
        held: Held | None = None,
    ) -> None:
        self._connection = connection
        self._vendor = vendor
        self._placeholder = placeholder
        self._sieve = sieve
        self._held = held or Held()
        self._given = ""
        """The state of what `known` gave."""
        self._met: str | None = None
        """The state that a look-up since has met."""
        member = "in (select value from json_each(%s))" if vendor == "sqlite" else ANY_OF
        # Keys drive, marks follow: one descent of the index a key, without a temporary set in between.
        each = "json_each(%s) cross join " if vendor == "sqlite" else ""
        wanted = "skeleton = value" if vendor == "sqlite" else f"skeleton {member}"
        self._lookup = _asked(vendor, f"{each}tracing_mark where {wanted}")
        self._span = _asked(vendor, "tracing_mark where skeleton >= %s and skeleton < %s {makers}")
        # The plus keeps the planner off the primary key: that range is there to be filtered by.
        front = "and +skeleton >= %s and +skeleton < %s"
        end = f"tracing_mark where rskeleton >= %s and rskeleton < %s {front} {{makers}}"
        self._end = _asked(vendor, _marks_after_filter(end) if vendor == "sqlite" else end)
        self._makers = f"and maker {member}"
        after = "tracing_mark where (skeleton, weapon_key, number) > (%s, %s, %s)"
        self._page = _asked(vendor, f"{after} order by skeleton, weapon_key, number", ("skeleton", "rskeleton"))

    @property
    def _array(self) -> tuple[str, str]:
        return ("[", "]") if self._vendor == "sqlite" else ("{", "}")

    def _list(self, numbers: Iterable[int]) -> str:
        first, last = self._array
        return first + ",".join(map(str, numbers)) + last

    def _fetch(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        self._cursor.execute(sql.replace("%s", self._placeholder), params)
        fetched: list[tuple[Any, ...]] = self._cursor.fetchall()
        return fetched

    @cached_property
    def _cursor(self) -> Cursor:
        # To make one takes as long as some look-ups.
        cursor: Cursor = self._connection.cursor()
        return cursor

    def known(self) -> Known:
        """The patterns that occur; read again only when they have changed. On PostgreSQL a look-up says whether they have."""
        seen = self._held.seen
        if seen is None or self._vendor == "sqlite" or self._met not in (None, self._given):
            seen = self._read()
        self._given, self._met = seen.state, None
        return seen.known if self._sieve is None else seen.known._replace(sieve=self._sieve(seen.known.marks))

    def has_changed(self) -> bool:
        """Whether the register has other patterns than `known` gave; asked for where no look-up has told."""
        if self._vendor == "sqlite":
            return False
        if self._met is None:
            self._met = self._state()
        return self._met != self._given

    def _state(self) -> str:
        ((state,),) = self._fetch(_STATE, ())
        return str(state)

    def _read(self) -> Seen:
        state, seen = self._state(), self._held.seen
        if seen is None or state != seen.state:
            counts = {int(p): int(k) for p, k in self._fetch("select pattern, n from tracing_pattern", ()) if k > 0}
            seen = Seen(state, Known(_patterns(tuple(sorted(counts))), counts, sum(counts.values())))
            self._held.seen = seen
        return seen

    def lookup(self, keys: Ints, limit: int) -> Rows:
        """The marks with one of these skeleton keys, one statement."""
        if not len(keys):
            return NO_ROWS
        return self._rows(self._lookup, (self._list(keys.tolist()), limit), limit)

    def span(self, low: int, high: int, makers: Sequence[int], limit: int) -> Rows:
        """A range of the primary key."""
        return self._ranged(self._span, (low, high), makers, limit)

    def end_span(self, low: int, high: int, front: tuple[int, int], makers: Sequence[int], limit: int) -> Rows:
        """A range of the reversed key."""
        return self._ranged(self._end, (low, high, *front), makers, limit)

    def _ranged(self, sql: str, params: tuple[int, ...], makers: Sequence[int], limit: int) -> Rows:
        chosen: tuple[Any, ...] = (self._list(makers),) if makers else ()
        return self._rows(sql.format(makers=self._makers if makers else ""), (*params, *chosen, limit), limit)

    def pages(self, size: int) -> Iterator[Page]:
        """The whole table in the order of its key. What is written meanwhile may be in it or not."""
        after = (-1, -1, -1)
        while True:
            skeleton, rskeleton, *lists = self._lists(self._page, (*after, size))
            rows = rows_of_lists(lists, size)
            if not rows.text:
                return
            page = Page(_numbers(skeleton), _numbers(rskeleton), rows)
            yield page
            if not rows.limited:
                return
            after = (int(page.skeleton[-1]), int(rows.weapon_key[-1]), int(rows.number[-1]))

    def _rows(self, sql: str, params: Sequence[Any], limit: int) -> Rows:
        return rows_of_lists(self._lists(sql, params), limit)

    def _lists(self, sql: str, params: Sequence[Any]) -> list[Any]:
        ((*lists,),) = self._fetch(sql, params)
        if self._vendor == "postgresql":
            self._met = lists.pop()
        return lists


def sqlite_store(connection: Connection, sieve: Sieving | None = None) -> SqlStore:
    """A store over a `sqlite3` connection."""
    return SqlStore(connection, "sqlite", "?", sieve)


def postgres_store(connection: Connection, sieve: Sieving | None = None) -> SqlStore:
    """A store over a `psycopg` connection."""
    return SqlStore(connection, "postgresql", sieve=sieve)


def django_store(connection: Any, sieve: Sieving | None = None) -> SqlStore:
    """A store over a Django connection, whichever database it speaks to."""
    held = _held.setdefault(str(connection.settings_dict["NAME"]), Held())
    return SqlStore(connection, connection.vendor, sieve=sieve, held=held)


_held: dict[str, Held] = {}
"""By name of the database: each request makes a store of its own."""
