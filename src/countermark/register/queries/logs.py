"""The logs held here, for the auditor: sizes, roots, and entries from the newest back, a bounded look at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from countermark.ledger import guard, identity, reasons, store, tree
from countermark.ledger.entry import Entry, decode
from countermark.ledger.models import LOG_SPAN, Log

PAGE = 50
LOOKED_AT = 20_000
"""Entries one page looks through for what is asked; the next page goes on from there."""
BATCH = 1000


@dataclass(frozen=True)
class LogLine:
    """A log: how long it is, the root of its tree, and the size this node last signed (0: never, or another's)."""

    log: Log
    size: int
    root: str
    signed: int


def logs() -> list[LogLine]:
    """Every log held here, the node's own newest generation first."""
    return [_line(log) for log in Log.objects.order_by("-own", "-id")]


def _line(log: Log) -> LogLine:
    size = store.size(log)
    seen = guard.last_signed(log) if log.own else None
    root = tree.stored_root(size, store.reader(log)).hex() if size else ""
    return LogLine(log, size, root, seen.size if seen else 0)


@dataclass(frozen=True)
class Asked:
    """What somebody asks of a log. `word` is a kind and a word of its vocabulary, such as `act export`. Days are ISO dates (of recording, UTC); `before` is an index, entries below it count."""

    kind: str = ""
    word: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    before: int | None = None
    reason: str = ""
    """A list and a code of `ledger/reasons.py`, such as `correction.twice`."""


@dataclass(frozen=True)
class EntryPage:
    """Entries from the newest back; `following` is the `before` of the next page, None at the end of the log."""

    entries: list[Entry] = field(default_factory=list)
    following: int | None = None
    looked_at: int = 0


def entries(log: Log, asked: Asked) -> EntryPage:
    """One page of a log. Looks through at most `LOOKED_AT` entries, so that a rare word costs as little as a common one."""
    size = store.size(log)
    end = size if asked.before is None else min(asked.before, size)
    if asked.until:
        end = min(end, _first_after(log, size, f"{asked.until}T99"))
    start = _first_after(log, size, asked.since) if asked.since else 0
    wanted = _condition(asked)
    found: list[Entry] = []
    looked = 0
    for entry in _backwards(log, start, end):
        if len(found) == PAGE or looked == LOOKED_AT:
            return EntryPage(found, store.index_of(entry.position) + 1, looked)
        looked += 1
        if wanted(entry):
            found.append(entry)
    return EntryPage(found, None, looked)


def _condition(asked: Asked) -> Callable[[Entry], bool]:
    person = identity.opaque("person", asked.person) if asked.person else ""

    def wanted(entry: Entry) -> bool:
        return (
            (not asked.kind or entry.kind == asked.kind)
            and (not asked.word or f"{entry.kind} {word_of(entry)}" == asked.word)
            and (not asked.reason or reason_of(entry) == asked.reason)
            and (not person or person in (entry.recorded.by, entry.recorded.via, entry.recorded.asked_by))
        )

    return wanted


def word_of(entry: Entry) -> str:
    """The word of the vocabulary an entry is about, `error` for a declaration that another entry was wrong."""
    if entry.kind == "act":
        return str(entry.body.get("act", ""))
    if "errorDeclaration" in entry.body:
        return "error"
    return str(entry.body.get("countermark:event") or entry.body.get("bizStep") or entry.body.get("type") or "")


def reason_of(entry: Entry) -> str:
    """The list and the code of an entry's reason, as `Asked.reason` names them; empty for none, or one in words alone."""
    return ".".join(reasons.stated(entry.kind, entry.body) or ())


@dataclass(frozen=True)
class Counted:
    """How often each reason was given: (list, code) and number, the most frequent first. `whole` is False where only the newest entries of the
    period were looked through.
    """

    reasons: list[tuple[tuple[str, str], int]] = field(default_factory=list)
    whole: bool = True


def count_reasons(log: Log, since: str = "", until: str = "", *, most: int | None = None) -> Counted:
    """Counts the reasons of what was recorded in a period (ISO days, UTC; empty: no bound), of at most the `most` newest entries.

    Nobody's words are opened for it, and only entries with a reason are decoded.
    """
    size, first = store.size(log), log.id * LOG_SPAN
    end = _first_after(log, size, f"{until}T99") if until else size
    start = _first_after(log, size, since) if since else 0
    begin = start if most is None else max(start, end - most)
    found = Counter[tuple[str, str]]()
    for position, data in store.holding(_FIELD, first + begin, first + end):
        entry = decode(position, data)
        if stated := reasons.stated(entry.kind, entry.body):
            found[stated] += 1
    return Counted(found.most_common(), begin == start)


_FIELD = f'{reasons.FIELD}"'.encode()


def _backwards(log: Log, start: int, end: int) -> Iterator[Entry]:
    first = log.id * LOG_SPAN
    while end > start:
        some = range(max(start, end - BATCH), end)
        batch = store.entries_at([first + index for index in some])
        yield from sorted(batch, key=lambda entry: -entry.position)
        end = some.start


def _first_after(log: Log, size: int, time: str) -> int:
    """The index of the first entry recorded at or after a time: times never go back within a log."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        found = store.entries_at([log.id * LOG_SPAN + middle])
        if found and found[0].recorded.time < time:
            low = middle + 1
        else:
            high = middle
    return low


def entry_at(position: int) -> Entry | None:
    """The entry at a position, or None."""
    return next(iter(store.entries_at([position])), None) if position < 1 << 63 else None
