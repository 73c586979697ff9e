"""What a case must say, which cases belong together, and how long a weapon was away. Pure.

Sources: International Tracing Instrument (A/60/88, annex), paragraphs 6, 9, 16 and 17.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from countermark.ledger.vocabulary import gettext_noop
from countermark.marks import skeleton
from countermark.marks.reading import ReadingError, parse
from countermark.marks.sentences import Sentence, sentence
from countermark.marks.sentences import said as said_of
from countermark.marks.text import canonical
from countermark.tracing.requests.rules import ILLICIT_GROUNDS, OUTCOMES

How = Literal["find", "seizure", "surrender", "recovery"]

HOW: Mapping[str, str] = {
    "find": gettext_noop("found"),
    "seizure": gettext_noop("seized"),
    "surrender": gettext_noop("surrendered"),
    "recovery": gettext_noop("recovered"),
}
"""How the weapon came to the authorities; each is the event of that name."""

DIVERTED = frozenset({"lost", "stolen"})
"""States of a weapon on the stolen and lost list."""

MOST_READINGS = 12
MOST_WEAPONS = 500
"""Weapons of one case; a larger find is several cases, which the day and place link."""
LEAST_PLACES = 4
"""A shorter mark is too common to link cases."""

LONGEST = 10_000


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mark as read off the weapon."""

    reading: str
    component: str = ""
    mark_kind: str = ""


class Recovered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One weapon of a case as it was found: its marks as read, what it seems to be, the import mark."""

    readings: tuple[Mark, ...] = ()
    kind: str = ""
    maker: str = ""
    model: str = ""
    calibre: str = ""
    country: str = ""
    import_mark: str = ""


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What intake says of the whole: one seizure may have many weapons (`Recovered`).

    `date` is a day, month or year of ISO 8601; `why_illicit` names grounds of ITI 6; `handling` says who may see what was told in
    confidence.
    """

    how: How
    date: str
    place: str = ""
    circumstances: str = ""
    legal_ground: str = ""
    why_illicit: tuple[str, ...] = ()
    handling: str = ""


def intake(said: Mapping[str, Any]) -> tuple[Facts, tuple[Recovered, ...]]:
    """Facts and weapons from one object: weapons in a list `weapons`, or the only one beside the facts; a mark may be a plain text.

    Raises `msgspec.ValidationError`.
    """
    listed = said.get("weapons")
    own = {name: value for name, value in said.items() if name in Recovered.__struct_fields__}
    rest = {name: value for name, value in said.items() if name not in own and name != "weapons"}
    weapons = [*([own] if own else []), *(listed if isinstance(listed, list) else [])]
    if "weapons" in said and not isinstance(listed, list):
        raise msgspec.ValidationError("weapons: expected a list")
    return msgspec.convert(rest, Facts), tuple(weapon(one) for one in weapons)


def weapon(said: Any) -> Recovered:
    """One weapon from an object; a mark may be a plain text. Raises `msgspec.ValidationError`."""
    if isinstance(said, Mapping) and isinstance(said.get("readings"), list):
        readings = [{"reading": one} if isinstance(one, str) else one for one in said["readings"]]
        said = {**said, "readings": readings}
    return msgspec.convert(said, Recovered)


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a case ends: an outcome of the closed list, the last lawful record, whom to ask next, where the weapon left lawful hands."""

    outcome: str
    reason: str = ""
    last_legal_record: str = ""
    next_country: str = ""
    diversion_country: str = ""
    diversion_year: str = ""


def problems(facts: Facts, today: dt.date) -> list[Sentence]:
    """Everything that keeps the facts of a case from being recorded; empty when nothing does."""
    found = []
    period = period_of(facts.date)
    if period is None:
        found.append(Sentence("the date is a day, month or year like 2026-01-31, 2026-01 or 2026"))
    elif period[0] > today:
        found.append(Sentence("the date lies ahead"))
    if unknown := [ground for ground in facts.why_illicit if ground not in ILLICIT_GROUNDS]:
        found.append(Sentence("%(grounds)s: the grounds of ITI 6 are a to e", grounds=", ".join(unknown)))
    return [*found, *_lengths(facts.place, facts.circumstances, facts.legal_ground, facts.handling)]


def weapon_problems(said: Recovered) -> list[Sentence]:
    """Everything that keeps one weapon of a case from being recorded."""
    found = []
    if len(said.readings) > MOST_READINGS:
        found.append(Sentence("at most %(most)d marks", most=MOST_READINGS))
    for number, mark in enumerate(said.readings, start=1):
        try:
            parse(mark.reading)
        except ReadingError as problem:
            found.append(Sentence("mark %(number)d: %(why)s", number=number, why=sentence(said_of(problem))))
    return [*found, *_lengths(said.kind, said.maker, said.model, said.calibre, said.country, said.import_mark)]


def _lengths(*texts: str) -> list[Sentence]:
    if all(len(text) <= LONGEST for text in texts):
        return []
    return [Sentence("a text of at most %(longest)d characters", longest=LONGEST)]


def closing_problems(closing: Closing, *, identified: bool) -> list[Sentence]:
    """Everything that keeps a case from being closed."""
    found = []
    if closing.outcome not in OUTCOMES:
        found.append(Sentence("the outcome is one of %(outcomes)s", outcomes=", ".join(OUTCOMES)))
    if closing.outcome.startswith("B") and not closing.reason.strip():
        found.append(Sentence("say why the origin was not established"))
    if closing.outcome in ("A1", "A2", "A3") and not (identified or closing.last_legal_record.strip()):
        found.append(Sentence("name the last lawful record, or identify the weapon first"))
    return found


def period_of(date: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of a day, month or year of ISO 8601; None where it is none."""
    parts = date.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(
        part.isascii() and part.isdigit() for part in parts
    ):
        return None
    try:
        year, month, day = (int(part) for part in [*parts, *("01", "01")][:3])
        first = dt.date(year, month, day)
        if len(parts) == 3:
            return first, first
        after = dt.date(year + 1, 1, 1) if len(parts) == 1 or month == 12 else dt.date(year, month + 1, 1)
        return first, after - dt.timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def time_to_crime(acquired: str, recovered: str) -> tuple[int, int] | None:
    """Days, at least and at most, from the last lawful acquisition to the recovery; None where a date is unknown or they are the
    wrong way round.
    """
    last, found = period_of(acquired[:10]), period_of(recovered)
    if last is None or found is None or found[1] < last[0]:
        return None
    return max((found[0] - last[1]).days, 0), (found[1] - last[0]).days


class Link(msgspec.Struct, frozen=True):
    """Another case that this one may belong with, and why: `weapon`, `mark`, `import_mark`, `type`, `seizure`."""

    case: str
    why: tuple[str, ...]


WHY: Mapping[str, str] = {
    "weapon": gettext_noop("the same weapon of the register"),
    "mark": gettext_noop("the same mark, or one like it"),
    "import_mark": gettext_noop("the same import mark"),
    "seizure": gettext_noop("the same day and place"),
    "type": gettext_noop("the same maker and model"),
}
"""The strongest reason first."""


class Compared(msgspec.Struct, frozen=True):
    """One weapon of a case, to be compared with those of others; `weapon`: the one of the register it was found to be.

    A case of no weapon has one of nothing: its day and place still link it.
    """

    case: str
    facts: Facts
    said: Recovered = Recovered()
    weapon: str = ""


def links(own: Sequence[Compared], others: Iterable[Compared]) -> list[Link]:
    """The other cases that share something with some weapons of one case, those with the strongest reason first."""
    ours = _together(_keys(one) for one in own)
    theirs: dict[str, list[dict[str, set[Any]]]] = {}
    for one in others:
        theirs.setdefault(one.case, []).append(_keys(one))
    found = []
    for case, keys in theirs.items():
        shared = _together(keys)
        why = tuple(name for name in WHY if ours[name] & shared[name])
        if why and case not in {one.case for one in own}:
            found.append(Link(case, why))
    order = list(WHY)
    return sorted(found, key=lambda link: (order.index(link.why[0]), -len(link.why), link.case))


def _together(keys: Iterable[Mapping[str, set[Any]]]) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {name: set() for name in WHY}
    for one in keys:
        for name, values in one.items():
            found[name] |= values
    return found


def _keys(one: Compared) -> dict[str, set[Any]]:
    facts, said = one.facts, one.said
    place, day = " ".join(facts.place.casefold().split()), facts.date
    return {
        "weapon": {one.weapon} - {""},
        "mark": set(mark_keys(said.readings)),
        "import_mark": {canonical(said.import_mark)} - {""},
        "seizure": {(place, day)} if place and len(day) == 10 else set(),
        "type": {(said.maker.casefold(), said.model.casefold())} if said.maker and said.model else set(),
    }


def whole(reading: str) -> str:
    """The canonical text of a reading without gaps; empty where a place is missing."""
    try:
        places = parse(reading).places
    except ReadingError:
        return ""
    return "".join(place.char for place in places) if places and all(place.kind == "char" for place in places) else ""


def mark_keys(readings: Iterable[Mark]) -> list[int]:
    """The skeletons of marks that were read whole: look-alikes have one."""
    texts = (whole(mark.reading) for mark in readings)
    return [skeleton.key(text) for text in texts if len(text) >= LEAST_PLACES]


def request_body(facts: Facts, weapons: Iterable[Recovered], *, confirmed: bool, intended_use: str) -> dict[str, Any]:
    """The three blocks of ITI 17 as a case has them, about some of its weapons."""
    return {
        "weapons": [_asked_about(one, confirmed) for one in weapons],
        "why_illicit": list(facts.why_illicit),
        "circumstances": "; ".join(filter(None, [facts.date, facts.place, facts.circumstances])),
        "intended_use": intended_use,
    }


def _asked_about(said: Recovered, confirmed: bool) -> dict[str, Any]:
    marks = [mark.reading for mark in said.readings]
    more = {name: text for name in ("maker", "model", "country") if (text := getattr(said, name))}
    return {"marks": marks, "kind": said.kind, "calibre": said.calibre, "confirmed": confirmed, **more}


def last_lawful(events: Sequence[tuple[str, str]]) -> str:
    """The date of the last lawful acquisition before the weapon was diverted: of (event, date) pairs in order."""
    found = ""
    for event, date in events:
        if event in ("loss", "theft", *HOW):
            break
        if event in ("sale", "transfer", "issue", "import", "registration", "manufacture"):
            found = date
    return found
