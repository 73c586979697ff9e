"""Taking reads in: into the table of observations, and, where they contradict the register, as alarms. One transaction each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from countermark.accounts.models import Place
from countermark.ledger import database, services, store, tree
from countermark.ledger.models import LOG_SPAN, Log
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.stockpile import acts
from countermark.stockpile.models import Holding, Tag
from countermark.stockpile.readers import alarms, observations, rules, sample
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.readers.payloads import milliseconds
from countermark.stockpile.readers.reads import Gathered, Key, Read, Seen, gather
from countermark.stockpile.readers.rules import Alarm, Bound, Sighting

TRAVEL_SETTING = "tag_travel_minutes"
TRAVEL_MINUTES = 10
LOOKED_AT = 500
"""Tags looked into at a time."""
MOST_JOINED = 5
"""Records joined one to the next that are followed."""
STRETCH = 10
"""Minutes looked into at a time."""


@dataclass(frozen=True)
class Taken:
    """What became of some reads: how many they were, of how many tags, in how many rows, and the alarms raised. `known` says
    that the batch had been taken before; nothing is counted then.
    """

    reads: int
    tags: int = 0
    rows: int = 0
    alarms: Sequence[Alarm] = field(default_factory=tuple)
    known: bool = False


@dataclass
class Looked:
    """Which tags have been looked into of late, so that one that lies in a rack is looked into once a minute and not with every read.

    A tag is new again to be looked into in the next minute, at another reader, and with another chip.
    """

    slot: int = 0
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def fresh(self, gathered: Gathered) -> Gathered:
        """What was not looked into before."""
        newest = max((key.slot for key in gathered), default=0)
        if newest > self.slot:
            self.slot, self.seen = newest, set()
        found = {
            key: seen
            for key, seen in gathered.items()
            if key.slot != self.slot or (key.tag, key.reader, key.tid) not in self.seen
        }
        self.seen.update((key.tag, key.reader, key.tid) for key in found if key.slot == self.slot)
        return found


def take(device: Device, reads: Sequence[Read], *, by: Actor, batch: str = "") -> Taken:
    """Takes the reads of one reader; a `batch` that has been taken already is not counted again."""
    return take_gathered(gather(device.id, reads), by=by, batch=f"{device.id} {batch}" if batch else "")


def take_gathered(gathered: Gathered, *, by: Actor, batch: str = "", looked: Looked | None = None) -> Taken:
    """Takes what was gathered of any readers of this node. Whoever takes often remembers in `looked` what was looked into."""
    count = sum(seen.reads for seen in gathered.values())
    with database.write_transaction(observations.LOCK):
        if batch and not observations.is_new_batch(batch, observations.clock()):
            return Taken(count, known=True)
        rows = observations.write(gathered)
        raised = _look(gathered if looked is None else looked.fresh(gathered), by)
        return Taken(count, len({key.tag for key in gathered}), rows, raised)


def _look(gathered: Gathered, by: Actor) -> list[Alarm]:
    """What the tags just seen contradict. Tags that are bound to nothing are nobody's concern here."""
    raised: list[Alarm] = []
    for tags in database.chunks(sorted({key.tag for key in gathered}), LOOKED_AT):
        if bound := bound_tags(tags):
            raised += alarms.raise_all(_found(bound, gathered), by=by)
    return raised


def _found(bound: Sequence[Bound], gathered: Gathered) -> list[Alarm]:
    by_tag: dict[str, list[Bound]] = defaultdict(list)
    for one in bound:
        by_tag[one.tag].append(one)
    explained = alarms.looked_at({one.weapon for one in bound})
    inside, travel = _Places(), travel_ms()
    found: list[Alarm] = []
    for window in _windows(gathered, by_tag):
        seen = observations.recent(window.tags, window.first - travel, window.last + travel)
        sightings = _sightings(seen, explained)
        found += [
            alarm
            for tag in sorted(window.tags)
            for one in by_tag[tag]
            for alarm in rules.alarms(one, sightings.get(tag, ()), inside.apart, travel)
        ]
    return found


@dataclass
class _Window:
    """Some tags in a short stretch of time; milliseconds since 1970."""

    first: int
    last: int
    tags: set[str] = field(default_factory=set)

    def add(self, tag: str, seen: Seen) -> None:
        self.tags.add(tag)
        self.first, self.last = min(self.first, seen.first), max(self.last, seen.last)


def _windows(gathered: Gathered, wanted: Collection[str]) -> list[_Window]:
    """The wanted tags by short stretches of time: a handheld that was offline for days asks for minutes here and there."""
    windows: dict[int, _Window] = {}
    for key, seen in gathered.items():
        if key.tag in wanted:
            windows.setdefault(key.slot // STRETCH, _Window(seen.first, seen.last)).add(key.tag, seen)
    return [windows[at] for at in sorted(windows)]


def _sightings(seen: Iterable[tuple[Key, Seen]], explained: Mapping[str, int]) -> dict[str, list[Sighting]]:
    """Observations with the places of their readers, by tag, without those somebody has looked into."""
    readers = {row.key: row for row in acts.rows("reader")}
    found: dict[str, list[Sighting]] = defaultdict(list)
    for key, one in seen:
        row = readers.get(key.reader)
        if row is None or one.last <= explained.get(key.tag, 0):
            continue
        purpose = row.value.get("purpose", "store")
        found[key.tag].append(Sighting(key.tag, key.tid, key.reader, row.place, one.first, one.last, purpose))
    return found


def bound_tags(tags: Collection[str]) -> list[Bound]:
    """What the register says of some tags, as far as they are bound; of a tag on two weapons both. A tag on a record that was found to be
    another's is on that weapon.
    """
    rows = list(Tag.objects.filter(tag__in=list(tags)))
    weapons = _surviving({row.weapon_id for row in rows})
    held = Holding.objects.in_bulk([weapon.id for weapon in weapons.values()])
    found = [(row, weapons[row.weapon_id]) for row in rows if row.weapon_id in weapons]
    return [_bound(row, weapon, held.get(weapon.id)) for row, weapon in found]


def _surviving(weapon_ids: Collection[UUID]) -> dict[UUID, Weapon]:
    """The weapons some records are shown under, by the id of the record."""
    found = Weapon.objects.in_bulk(list(weapon_ids))
    for _ in range(MOST_JOINED):
        onward = {weapon.replaced_by for weapon in found.values() if weapon.replaced_by}
        if not onward:
            break
        others = Weapon.objects.in_bulk(list(onward))
        found = {at: others.get(weapon.replaced_by or weapon.id, weapon) for at, weapon in found.items()}
    return found


def _bound(row: Tag, weapon: Weapon, holding: Holding | None) -> Bound:
    since = milliseconds(weapon.last_time if holding is None else holding.since) or 0
    return Bound(
        row.tag,
        str(weapon.id),
        row.tid,
        weapon.status,
        weapon.place if holding is None else holding.store,
        "" if holding is None else holding.custody,
        max(since, milliseconds(row.since) or 0),
    )


class _Places:
    """Which places lie in which and which are sites, read once."""

    def __init__(self) -> None:
        self._parents = dict(Place.objects.values_list("id", "parent_id"))
        self._sites = {row.key for row in acts.rows("unit") if row.value.get("form") == "site"}

    def within(self, place: str) -> list[str]:
        """The place and those it lies in, up to its site; up to the top where no site is told."""
        found: list[str] = []
        here: str | None = place
        while here and here not in found:
            found.append(here)
            here = None if here in self._sites else self._parents.get(here)
        return found

    def apart(self, first: str, second: str) -> bool:
        one, other = self.within(first), self.within(second)
        same_site = one[-1] == other[-1] and one[-1] in self._sites
        return not same_site and first not in other and second not in one


def travel_ms() -> int:
    """How long it takes at least from one place to another: the node setting `tag_travel_minutes`, or 10."""
    text = services.setting(TRAVEL_SETTING, str(TRAVEL_MINUTES))
    return 60_000 * (int(text) if text.isdecimal() and 0 < int(text) <= 1440 else TRAVEL_MINUTES)


def sample_of(items: Iterable[str], size: int, closing: str) -> list[str]:
    """The items of a count by radio that are to be read by eye, chosen by the entry that closes its reads.

    `closing` is the eventID of that entry: the seed is the root of the log's tree once it stands in it, which nobody knew while reads could
    still be added, and which every auditor can compute again. Raises `LedgerError` for an entry that is not here.
    """
    return sample.choose(items, size, root_after(closing))


def root_after(event_id: str) -> bytes:
    """The root of the log that holds an entry, with that entry as its last one. Raises `LedgerError` for one that is not here."""
    found = store.find(event_id)
    if not found:
        raise services.LedgerError("there is no such entry here")
    log = Log.objects.get(pk=found[0].position // LOG_SPAN)
    return tree.stored_root(store.index_of(found[0].position) + 1, store.reader(log))
