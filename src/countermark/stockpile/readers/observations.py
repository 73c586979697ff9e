"""The table of observations: written in batches, purged by age. Not part of the record: only what follows from it becomes an event."""

import time
from collections.abc import Collection

from django.db import connection
from django.db.models import Max, Min, Sum

from countermark.ledger import database, services
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence
from countermark.register.checking import refuse
from countermark.stockpile.models import Observation, TakenBatch
from countermark.stockpile.readers.reads import SLOT_MS, Gathered, Key, Seen

DAYS_SETTING = "observation_days"
DAYS = 30
MOST_DAYS = 3650
SLOTS_A_DAY = 86_400_000 // SLOT_MS
PURGED_AT_ONCE = 10_000
"""Rows that go in one transaction, so that a counter does not wait."""
LOCK = -1
"""Who writes observations waits for others who do, and for nobody else (SQLite has one writer anyway)."""

TABLE = "stockpile_observation"
COLUMNS = ("reader", "slot", "tag", "antenna", "tid", "first", "last", "reads", "rssi")
_KEY = ",".join(f'"{name}"' for name in COLUMNS[:5])
_JOINED = f"""
ON CONFLICT ({_KEY}) DO UPDATE SET
    "first" = CASE WHEN excluded."first" < {TABLE}."first" THEN excluded."first" ELSE {TABLE}."first" END,
    "last" = CASE WHEN excluded."last" > {TABLE}."last" THEN excluded."last" ELSE {TABLE}."last" END,
    "reads" = {TABLE}."reads" + excluded."reads",
    "rssi" = CASE WHEN excluded."rssi" > {TABLE}."rssi" OR {TABLE}."rssi" IS NULL THEN excluded."rssi" ELSE {TABLE}."rssi" END
"""
_NAMES = ",".join(f'"{name}"' for name in COLUMNS)
_ONE = f"INSERT INTO {TABLE} ({_NAMES}) VALUES ({','.join(['%s'] * len(COLUMNS))}) {_JOINED}"  # noqa: S608
_ASIDE = "stockpile_seen"
_MAKE_ASIDE = f"CREATE TEMP TABLE IF NOT EXISTS {_ASIDE} (LIKE {TABLE}) ON COMMIT DELETE ROWS"
_MANY = f"INSERT INTO {TABLE} ({_NAMES}) SELECT {_NAMES} FROM {_ASIDE} {_JOINED}"  # noqa: S608

Row = tuple[str, int, str, int, str, int, int, int, int | None]


def write(gathered: Gathered) -> int:
    """Adds what was gathered to the table, in one transaction; returns how many rows were touched."""
    # In the order of the key neighbours share pages, and two who write never wait for each other in a ring.
    rows: list[Row] = [(*key, *seen) for key, seen in sorted(gathered.items())]
    if rows:
        with database.write_transaction(LOCK), connection.cursor() as cursor:
            if database.is_postgresql() and len(rows) >= database.COPY_FROM:
                # COPY joins nothing: the rows go aside first.
                cursor.execute(_MAKE_ASIDE)
                database.insert_rows(_ASIDE, COLUMNS, rows)
                cursor.execute(_MANY)
                cursor.execute(f"DELETE FROM {_ASIDE}")  # noqa: S608
            else:
                cursor.executemany(_ONE, rows)
    return len(rows)


def is_new_batch(name: str, now_ms: int) -> bool:
    """Notes the name a program gave a batch; False where it was noted before. Call it inside the transaction that takes the batch."""
    _, made = TakenBatch.objects.get_or_create(name=name, defaults={"slot": now_ms // SLOT_MS})
    return made


def recent(tags: Collection[str], since_ms: int, until_ms: int) -> list[tuple[Key, Seen]]:
    """What was seen of some tags between two times (ms since 1970), the antennas of a reader together (as antenna 0)."""
    slots = (since_ms // SLOT_MS, until_ms // SLOT_MS)
    rows = Observation.objects.filter(tag__in=list(tags), slot__range=slots).values_list("reader", "slot", "tag", "tid")
    together = rows.annotate(Min("first"), Max("last"), Sum("reads"), Max("rssi")).order_by(
        "tag", "slot", "reader", "tid"
    )
    return [
        (Key(reader, slot, tag, 0, tid), Seen(first, last, reads, rssi))
        for reader, slot, tag, tid, first, last, reads, rssi in together
    ]


def days() -> int:
    """For how many days observations are kept: the node setting `observation_days`, or 30."""
    text = services.setting(DAYS_SETTING, str(DAYS))
    return int(text) if text.isdecimal() and 0 < int(text) <= MOST_DAYS else DAYS


def keep_for(days_: int, *, by: Actor) -> None:
    """Sets for how many days observations are kept. Raises `Refused`."""
    if not 0 < days_ <= MOST_DAYS:
        raise refuse("days", str(days_), Sentence("a number from 1 to %(most)d", most=MOST_DAYS), "range")
    services.set_setting(DAYS_SETTING, str(days_), by=by)


def purge(older_than_days: int | None = None, now_ms: int | None = None) -> int:
    """Removes what is older than it is kept for; returns how many observations went. Safe to interrupt and to repeat."""
    now_ms = clock() if now_ms is None else now_ms
    before = now_ms // SLOT_MS - (days() if older_than_days is None else older_than_days) * SLOTS_A_DAY
    gone = 0
    while keys := _oldest(before):
        with database.write_transaction(LOCK):
            some, _ = Observation.objects.filter(reader=keys[0], slot__lt=min(before, keys[1] + 1)).delete()
        gone += some
        database.settle()
    TakenBatch.objects.filter(slot__lt=before).delete()
    return gone


def _oldest(before: int) -> tuple[str, int] | None:
    """A reader with observations from before a slot, and a slot up to which it has about `PURGED_AT_ONCE` of them."""
    reader = Observation.objects.filter(slot__lt=before).values_list("reader", flat=True).first()
    if reader is None:
        return None
    old = Observation.objects.filter(reader=reader, slot__lt=before).order_by("slot").values_list("slot", flat=True)
    return reader, list(old[:PURGED_AT_ONCE])[-1]


def clock() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
