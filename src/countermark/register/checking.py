"""One weapon or event keyed by hand, held to the same rules as a row of a file. Pure but for today's year."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from countermark.ledger import reasons
from countermark.ledger.reasons import OTHER, Reason
from countermark.ledger.vocabulary import EVENTS
from countermark.marks.placeholders import is_placeholder
from countermark.marks.sentences import Sentence, sentence
from countermark.register.files import again, checks, dates
from countermark.register.files.again import SerialRule
from countermark.register.files.checks import Problem
from countermark.register.files.dates import Moment
from countermark.register.files.errors import RowError
from countermark.register.files.events import NO_EVENT
from countermark.register.files.mapping import NO_MAP
from countermark.register.files.staging import MAX_MARKS, StagedWeapon, settle
from countermark.register.files.vocabulary import MARK_COLUMNS, SERIAL_AGAIN, WEAPON_FACTS
from countermark.register.files.weapons import CONTRADICTION, NO_MARK, NO_REF, Facts, MarkRow
from countermark.register.handover import Custody

Fields = Mapping[str, str]

EVENT_FIELDS = (
    "event",
    "date",
    "from",
    "to",
    "country",
    "place",
    "document",
    "note",
    "id",
    "component",
    "mark",
    "other_ref",
    "why",
)
"""The columns of an events file, and `why`: a code of the event's list (`ledger/reasons.py`), which no file has."""


class Refused(Exception):
    """What was keyed cannot be recorded; `errors` name each column, value and what was expected."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(map(_said, errors)))


def _said(error: RowError) -> str:
    if error.code == "not_allowed":
        return f"{error.column or 'row'}: {error.expected}"
    return f"{error.column or 'row'} {error.value!r}: expected {error.expected}"


def refuse(column: str, value: str, expected: str, code: str) -> Refused:
    """A refusal for one reason; `expected` is a literal here, so that the catalogues find it, or a `Sentence`."""
    return Refused([RowError(0, column, value, sentence(expected), code)])


def reason(kind: str, said: Reason | str) -> Reason:
    """Why something is done, of the list `kind` (`ledger/reasons.py`): a code, or a code with words. Raises `Refused`, naming the codes."""
    try:
        return reasons.read(kind, said)
    except reasons.NoReason as problem:
        raise refuse(problem.column, problem.value, problem.expected, problem.code) from problem


def weapon(ref: str, facts: Fields, marks: Sequence[Fields]) -> StagedWeapon:
    """A weapon with its marks, checked and settled (roles stated, marks in order). Raises `Refused`.

    `row` of an error is the number of the mark it is in, from 1, and 0 for the weapon as a whole.
    """
    errors: list[RowError] = []
    good_ref = _kept(checks.text("ref", ref) or NO_REF, errors)
    good_facts = _facts(facts, errors)
    rows = [_mark(number, mark, errors) for number, mark in enumerate(marks, 1)]
    if not 1 <= len(marks) <= MAX_MARKS:
        expected = Sentence("at least one mark, or in mark_condition the reason why there is none")
        errors.append(RowError(0, "mark", "", expected, "missing"))
    if errors:
        raise Refused(errors)
    good = [row for row in rows if row is not None]
    return settle(StagedWeapon(good_ref, 0, good_facts, good, list(range(1, len(good) + 1))))


def stated_twice(marks: Sequence[Fields], rule: SerialRule | None) -> None:
    """Refuses the marks that were stated once where a rule asks for twice. Raises `Refused`."""
    once = [] if rule is None else [n for n, mark in enumerate(marks, 1) if not mark.get(SERIAL_AGAIN, "").strip()]
    wanted = [n for n in once if (text := marks[n - 1].get("mark", "").strip()) and not is_placeholder(text)]
    if rule is not None and wanted:
        raise Refused([again.asked(rule).at(number) for number in wanted])


def weapon_fields(staged: StagedWeapon) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The facts and marks of a checked weapon as columns of the register file."""
    return msgspec.structs.asdict(staged.facts), [msgspec.structs.asdict(mark) for mark in staged.marks]


def event(fields: Fields) -> tuple[dict[str, str], dict[str, str]]:
    """The columns of an event, checked, and its moment (`instant`, `offset`, `precision`, `text`). Raises `Refused`."""
    errors: list[RowError] = []
    unknown = sorted(set(fields) - set(EVENT_FIELDS))
    if unknown:
        errors.append(RowError(0, unknown[0], "", _one_of_columns(EVENT_FIELDS), "unknown_column"))
    good = {
        column: _kept(_event_cell(column, fields.get(column, "")), errors)
        for column in EVENT_FIELDS
        if column != "country"
    }
    moment = dates.parse(good["date"])
    if not isinstance(moment, Moment):
        errors.append(RowError(0, "date", good["date"], moment.expected, moment.code))
    year = moment.instant[:4] if isinstance(moment, Moment) and moment.precision != "unknown" else ""
    good["country"] = _kept(checks.country(fields.get("country", ""), year, NO_MAP), errors)
    if good["event"] in ("install", "remove") and not (good["component"] or good["mark"] or good["other_ref"]):
        expected = Sentence("which part: component, mark or other_ref")
        errors.append(RowError(0, "component", "", expected, "missing"))
    if good["why"] and good["event"] and not fits(good["why"], good["event"]):
        errors.append(RowError(0, "why", good["why"], _reasons_of(good["event"]), "unknown"))
    if errors or not isinstance(moment, Moment):
        raise Refused(errors)
    return good, _moment_fields(moment)


def fits(code: str, event: str) -> bool:
    """Whether a code may say why an event happened; no code may always."""
    return not code or reasons.has(EVENTS[event].reason if event in EVENTS else "", code)


def _reasons_of(event: str) -> Sentence:
    of = reasons.LISTS.get(EVENTS[event].reason)
    return of.one_of() if of else Sentence("no reason: this event has none of its own")


REASONED = frozenset({"loss", "theft", "deactivation", "reactivation", "destruction"})
"""Events that one person records of one weapon only with a reason: they raise an alarm or cannot be taken back."""

OF_THE_STORES = frozenset({"issue", "return", "move", "destruction"})
"""Events of a weapon in the hands of the stockpile that are recorded where they need a receipt, a second person or a list."""


def by_hand(fields: Fields, *, grave: bool, plain: bool = True) -> dict[str, str]:
    """The fields of an event that one person may record so, with its reason: a remark or document alone is the reason `other`, if `plain`.

    Raises `Refused` for a grave event without the permission for it, and for one that needs a reason without any. Files carry what others
    recorded, and are not asked.
    """
    said = dict(fields)
    word = EVENTS.get(said.get("event", ""))
    if word is None:
        return said
    if word.grave and not grave:
        expected = Sentence(
            "an event that neither hands a weapon over nor changes its status: those have pages of their own"
        )
        raise refuse("event", said["event"], expected, "grave")
    code = said.get("why", "").strip()
    if said["event"] not in REASONED or code not in ("", OTHER):
        return said
    if not code and not plain:
        raise refuse("why", "", _reasons_of(said["event"]), "reason")
    if not (said.get("note", "").strip() or said.get("document", "").strip()):
        codes = ", ".join(reasons.LISTS[word.reason].codes)
        expected = Sentence("one of %(codes)s; or a remark or document that says why", codes=codes)
        raise refuse("note" if code else "why", "", expected, "reason")
    return {**said, "why": OTHER}


def not_of_the_stores(word: str, custody: Custody | None) -> None:
    """Refuses what the stockpile records itself of a weapon in its hands. Raises `Refused`."""
    if custody is not None and word in OF_THE_STORES:
        expected = Sentence(
            "another event: this weapon is in the hands of a store, which records this at its counter or by its list"
        )
        raise refuse("event", word, expected, "stores")


def _moment_fields(moment: Moment) -> dict[str, str]:
    return {"instant": moment.instant, "offset": moment.offset, "precision": moment.precision, "text": moment.text}


def _event_cell(column: str, cell: str) -> str | Problem:
    if column not in ("event", "component"):
        return checks.text(column, cell)
    value = checks.coded(column, cell, NO_MAP)
    if column == "event" and not value:
        return Problem("event", "", NO_EVENT, "missing")
    return value


def _kept(value: str | Problem, errors: list[RowError], row: int = 0) -> str:
    if isinstance(value, Problem):
        errors.append(value.at(row))
        return ""
    return value


def _facts(facts: Fields, errors: list[RowError]) -> Facts:
    made = _kept(checks.year(facts.get("year", ""), datetime.now(UTC).year), errors)
    found = {
        "kind": checks.coded("kind", facts.get("kind", ""), NO_MAP),
        "country": checks.country(facts.get("country", ""), made, NO_MAP),
        **{column: checks.text(column, facts.get(column, "")) for column in ("maker", "model", "calibre")},
    }
    errors.extend(_unknown(0, facts, WEAPON_FACTS))
    return Facts(**{column: _kept(value, errors) for column, value in found.items()}, year=made)


def _unknown(row: int, fields: Fields, known: Sequence[str]) -> Iterable[RowError]:
    for column in sorted(set(fields) - set(known)):
        yield RowError(row, column, str(fields[column]), _one_of_columns(known), "unknown_column")


def _one_of_columns(known: Sequence[str]) -> Sentence:
    return Sentence("one of the columns %(columns)s", columns=", ".join(known))


def _mark(number: int, mark: Fields, errors: list[RowError]) -> MarkRow | None:
    before = len(errors)
    errors.extend(_unknown(number, mark, (*MARK_COLUMNS, SERIAL_AGAIN)))
    cell = {column: _kept(_mark_cell(column, mark.get(column, "")), errors, number) for column in MARK_COLUMNS}
    parted = again.checked(cell["mark"], mark.get(SERIAL_AGAIN, "")) if len(errors) == before else None
    if parted:
        errors.append(parted.at(number))
    if len(errors) > before:
        return None
    if cell["mark"] and is_placeholder(cell["mark"]):
        cell.update(mark="", mark_condition=cell["mark_condition"] or "none")
    if not cell["mark"] and not cell["mark_condition"]:
        errors.append(NO_MARK.at(number))
    if cell["mark"] and cell["mark_condition"] == "none":
        errors.append(CONTRADICTION.at(number))
    if cell["component"] == "plate":
        cell.update(component="frame", carrier="plate")
    return MarkRow(**{**cell, **{column: cell[column] or usual for column, usual in _USUAL.items()}})


_USUAL = {"carrier": "part", "mark_kind": "manufacture", "layer": "overt"}
"""What an empty cell says."""


def _mark_cell(column: str, cell: str) -> str | Problem:
    return checks.text(column, cell) if column in ("mark", "inscription") else checks.coded(column, cell, NO_MAP)
