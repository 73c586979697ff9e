"""An answer as the trace page shows it: candidates beside the reading, the custody history, the next step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from countermark.marks.differences import Difference
from countermark.marks.reading import Place
from countermark.marks.text import canonical
from countermark.register import countrynames, custody
from countermark.register.models import Weapon
from countermark.register.queries import personal
from countermark.register.queries.records import Record
from countermark.register.rules import HistoryEvent
from countermark.register.views.common import Name, named
from countermark.tracing import queries, rules
from countermark.tracing.search.answers import Answer
from countermark.tracing.search.question import Heard, Query
from countermark.tracing.search.told import Candidate

SALT = "tracing.decide"
EVIDENCE = ("maker", "country", "kind", "calibre")
LIKELY = 0.05
"""A candidate at least so probable is shown whole; the best one always is."""


@dataclass(frozen=True)
class Cell:
    """One place of the alignment: what was read above what is registered."""

    read: str
    mark: str
    why: str = ""


@dataclass(frozen=True)
class Reason:
    """What speaks for or against a candidate, in the reader's language; `other` is another weapon it names."""

    text: str
    speaks: str
    other: Weapon | None = None


@dataclass(frozen=True)
class Row:
    """One candidate as the page shows it; `weapon` is None for one outside the reader's places."""

    candidate: Candidate
    chance: str
    weapon: Weapon | None
    mark: str = ""
    reasons: tuple[Reason, ...] = ()
    alignments: tuple[tuple[int, list[Cell]], ...] = ()
    token: str = ""

    @property
    def marked(self) -> list[tuple[str, bool]]:
        """The mark as engraved, with whether each character differs from what was read."""
        return marked(self.mark, self.alignments[0][1] if self.alignments else [])


@dataclass(frozen=True)
class Segment:
    """A part of the bar over the answer, in hundredths of its width."""

    what: str
    start: float
    width: float


@dataclass(frozen=True)
class Step:
    """One event of the custody history; `last` marks the last lawful record."""

    event: str
    date: dict[str, str]
    sender: Name
    receiver: Name
    place: Name
    country: str
    last: bool = False


def answer(traced: queries.Traced, heard: list[Heard], visible: set[int]) -> dict[str, Any]:
    """What the page says about the candidates. `visible` are the keys of the weapons the reader may see."""
    found = traced.answer
    rows = [row(traced, heard, candidate, visible) for candidate in found.candidates]
    likely = [one for n, one in enumerate(rows) if n == 0 or one.candidate.probability >= LIKELY]
    return {
        "query": traced.query,
        "answer": found,
        "likely": likely,
        "unlikely": rows[len(likely) :],
        "best_chance": rows[0].chance if rows else "",
        "absent": percent(found.not_registered),
        "bar": bar(found),
        "restore": restore(traced.query, found.restore_next, found.restore_next_reading),
    }


def percent(probability: float) -> str:
    """A probability for people: never a certainty, for none is."""
    if probability < 0.001:
        return f"< {number_format(0.1, 1)} %"
    if probability > 0.999:
        return f"> {number_format(99.9, 1)} %"
    return f"{number_format(100 * probability, 1)} %"


def bar(found: Answer) -> list[Segment]:
    """The shares of the best candidate, of the others, of what is registered but not shown, and of not registered."""
    shares = [candidate.probability for candidate in found.candidates]
    best, others = sum(shares[:1]), sum(shares[1:])
    parts = {
        "best": best,
        "others": others,
        "elsewhere": max(0.0, 1 - best - others - found.not_registered),
        "absent": found.not_registered,
    }
    return list(_segments(parts))


def _segments(parts: Mapping[str, float]) -> Iterator[Segment]:
    at = 0.0
    for what, share in parts.items():
        yield Segment(what, round(100 * at, 2), round(100 * share, 2))
        at += share


def row(traced: queries.Traced, heard: list[Heard], candidate: Candidate, visible: set[int]) -> Row:
    """One candidate, with a signed token that lets it be confirmed or rejected."""
    weapon = traced.weapons.get(candidate.weapon_key) if candidate.weapon_key in visible else None
    chance = percent(candidate.probability)
    if weapon is None:
        return Row(candidate, chance, None)
    return Row(
        candidate,
        chance,
        weapon,
        queries.engraved(weapon, candidate),
        tuple(_reasons(traced, heard, candidate, visible)),
        tuple(_alignments(candidate, heard)),
        signing.dumps(_decision(traced.query, weapon, candidate), salt=SALT, compress=True),
    )


def _decision(query: Query, weapon: Weapon, candidate: Candidate) -> dict[str, Any]:
    return {
        "weapon": str(weapon.id),
        "probability": candidate.probability,
        "readings": [[r.component, r.reading, r.mark_kind] for r in query.readings],
        "evidence": {name: getattr(query, name) for name in EVIDENCE},
    }


def _reasons(traced: queries.Traced, heard: list[Heard], candidate: Candidate, visible: set[int]) -> Iterator[Reason]:
    """Places count from the beginning of the mark, not of the inscription it was read out of."""
    for reason in rules.reasons(candidate, traced.query, [one.offset for one in heard]):
        owner = reason.owner if reason.owner in visible else None
        other = traced.weapons.get(owner) if owner is not None else None
        yield Reason(reason.text.told(_), reason.speaks, other)


def _alignments(candidate: Candidate, heard: list[Heard]) -> Iterator[tuple[int, list[Cell]]]:
    """For each reading that is of this weapon its number and cells; one of a foreign part is left out."""
    foreign = {conflict.reading for conflict in candidate.conflicts if conflict.why == "foreign_part"}
    told = {c.reading for c in candidate.contributions if c.what == "reading"}
    for number, one in enumerate(heard):
        if number in told and number not in foreign:
            differences = [d._replace(at=d.at - one.offset) for n, d in candidate.differences if n == number]
            yield number + 1, cells(one.reading.text, one.reading.places, differences)


def cells(text: str, places: tuple[Place, ...], differences: list[Difference]) -> list[Cell]:
    """Reading and registered mark side by side, place by place."""
    found: list[Cell] = []
    waiting = sorted(differences, key=lambda d: d.at)
    skip = 0
    for place in places:
        while waiting and waiting[0].at <= place.at and not skip:
            difference = waiting.pop(0)
            found.append(Cell(difference.read, difference.mark, difference.why))
            if difference.why != "dropped":
                skip = max(1, len(difference.read))
                break
        if skip:
            skip -= 1
            continue
        found.append(Cell(_as_typed(text, place), place.char))
    return found + [Cell(d.read, d.mark, d.why) for d in waiting]


def marked(engraved: str, aligned: list[Cell]) -> list[tuple[str, bool]]:
    """Each character of a mark as engraved, and whether it differs; separators never do."""
    differs = [bool(cell.why) for cell in aligned for _char in cell.mark]
    widths = [len(canonical(char)) for char in engraved]
    if sum(widths) != len(differs):
        return [(engraved, False)]
    starts = accumulate(widths, initial=0)
    return [(char, any(differs[at : at + width])) for char, width, at in zip(engraved, widths, starts, strict=False)]


def _as_typed(text: str, place: Place) -> str:
    typed = text[place.at : place.at + 1]
    return typed if canonical(typed) == place.char else place.char


def restore(query: Query, place: int | None, reading: int | None) -> dict[str, Any] | None:
    """The place of a reading that is worth restoring next."""
    if place is None or reading is None:
        return None
    text = query.readings[reading].reading
    return {"before": text[:place], "place": text[place : place + 1], "after": text[place + 1 :], "number": place + 1}


def taken_from_inscription(given: Query, understood: Query, heard: list[Heard]) -> dict[str, Any] | None:
    """What was read out of a whole inscription, for the reader to check; None when the readings stand for themselves."""
    serials = [
        one.reading.text
        for one, typed in zip(heard, given.readings, strict=True)
        if one.reading.text != typed.reading.strip()
    ]
    if not serials:
        return None
    evidence = [getattr(understood, name) for name in EVIDENCE if getattr(understood, name) != getattr(given, name)]
    return {"serials": serials, "evidence": evidence}


def history(record: Record, *, opened: bool) -> dict[str, Any]:
    """The custody history, gaps included; names that may be personal stay hidden unless they are open to the reader."""
    shown = record.names if opened else personal.impersonal(record.names)
    lines = [line for line in record.history if not line.corrected]
    last = rules.last_legal(lines)
    chain = custody.timeline(_without_opening(record, lines))
    return {
        "weapon": record.state,
        "lines": [_gap(item) if isinstance(item, custody.Gap) else _step(item, record, shown, last) for item in chain],
    }


def _without_opening(record: Record, lines: list[HistoryEvent]) -> list[HistoryEvent]:
    """The opening of the record says only that it was made; where its manufacture is told as an event, that is enough."""
    told = any(line.event == "manufacture" and not _is_opening(record, line) for line in lines)
    return [line for line in lines if not _is_opening(record, line)] if told else lines


def _is_opening(record: Record, line: HistoryEvent) -> bool:
    return line.event == "manufacture" and line.event_id in {mark.event_id for mark in record.state.marks}


def _gap(gap: custody.Gap) -> dict[str, Any]:
    return {"gap": gap}


def _step(line: HistoryEvent, record: Record, shown: dict[str, str], last: int | None) -> Step:
    date = {"text": line.date, "precision": line.precision}
    if _is_opening(record, line):
        return Step(line.event, date, Name(record.state.maker), Name(), Name(), record.state.country)
    parties = {line.sender: record.names.get(line.sender), line.receiver: record.names.get(line.receiver)}
    place = "" if record.names.get(line.place) in parties.values() else line.place
    return Step(
        line.event,
        date,
        named(line.sender, record.names, shown),
        named(line.receiver, record.names, shown),
        named(place, record.names, shown),
        line.country,
        line.position == last,
    )


def next_step(record: Record | None, country: str, *, found: bool) -> dict[str, Any]:
    """Where the trace goes on: with this register, with another State, or at the bench."""
    own = settings.ENVIRONMENT.state
    if record is None or not found:
        step = rules.not_found_step(country, own)
    else:
        step = rules.next_step(record.state, record.history, own)
    return {
        "what": step.what,
        "why": step.why.told(_),
        "states": [(code, countrynames.name(code)) for code in step.states],
    }
