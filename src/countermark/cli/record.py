"""`countermark add`, `correct` and `show`: one weapon, one event, one correction, one record."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, ready
from countermark.ledger.reasons import Reason

if TYPE_CHECKING:
    from countermark.register.queries.records import Record

Command = Callable[..., Any]

WEAPON_OPTIONS = ("ref", "kind", "maker", "model", "calibre", "country", "year")
MARK_OPTIONS = (
    "component",
    "carrier",
    "role",
    "mark_kind",
    "mark",
    "inscription",
    "mark_condition",
    "layer",
    "serial_again",
)
UNSTATED = "looked at on the command line"
"""The reason for a look where none is given: it still says who looked, when and at whom."""
EVENT_OPTIONS = (
    "event", "date", "from", "to", "country", "place", "document", "note", "id", "component", "mark", "other_ref", "why",
)  # fmt: skip


def _columns(*names: str) -> Callable[[Command], Command]:
    """One option for each column of a file."""

    def add(command: Command) -> Command:
        for name in reversed(names):
            command = click.option(f"--{name.replace('_', '-')}", f"column_{name}", metavar="TEXT")(command)
        return command

    return add


def _given(options: Mapping[str, Any]) -> dict[str, str]:
    """The columns given as options, without those left out."""
    return {key[7:]: value for key, value in options.items() if key.startswith("column_") and value is not None}


def _from_stdin() -> dict[str, Any]:
    """One JSON object from standard input; nothing when that is a terminal."""
    if sys.stdin.isatty():
        raise click.UsageError("give options, or one JSON object on standard input")
    try:
        value = json.loads(sys.stdin.buffer.read() or b"null")
    except ValueError as error:
        raise click.UsageError(f"standard input is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError("standard input is not a JSON object")
    return value


def _texts(value: Mapping[str, Any], where: str) -> dict[str, str]:
    """A JSON object whose values are texts; whole numbers (a year) are read as written, null as absent."""
    for key, text in value.items():
        if isinstance(text, bool) or not isinstance(text, str | int | None):
            raise click.UsageError(f"{where}: {key} must be a text")
    return {key: str(text) for key, text in value.items() if text is not None}


def _from_paper(command: Command) -> Command:
    """The options of a record that is keyed from a paper form."""
    command = click.option("--written", metavar="TIME", default="", help="When it was written on the paper form.")(
        command
    )
    return click.option("--form", metavar="CODE", default="", help="The numbered paper form it is keyed from.")(command)


def _keyed(form: str, written: str, make: Callable[[], Any]) -> Any:
    """Records what a paper form says, once, or what was said without one."""
    if not form:
        if written:
            raise click.UsageError("--written says when a paper form was written: give its --form CODE")
        return make()
    from countermark.register import papers

    return papers.key(_form_code(form), written, make, by=actor())


def _form_code(text: str) -> str:
    from countermark.register import papercodes

    code = papercodes.parse(text)
    if code is None:
        raise click.UsageError(f"--form: {text!r} is no code of a form, or a character of it is misread")
    return code


@click.group("add")
def add() -> None:
    """Records one weapon or one event."""


@add.command("weapon")
@_columns(*WEAPON_OPTIONS, *MARK_OPTIONS)
@click.option("--source", default="", help="Whose record number it is (default: this node's register).")
@click.option("--ask-near", is_flag=True, help="Refuse while there are records its marks may stand for.")
@click.option("--near-seen", is_flag=True, help="With --ask-near: somebody has looked at those records.")
@_from_paper
@json_option
def add_weapon(
    source: str, form: str, written: str, as_json: bool, ask_near: bool, near_seen: bool, **options: Any
) -> int:
    """Opens the record of one weapon from options (one mark) or from JSON on standard input (any number, in `marks`)."""
    fields, marks = _weapon(_given(options) or _from_stdin())
    ready()
    from countermark.register import bodies, papercodes, papers, serialrules, services
    from countermark.register.files import again
    from countermark.register.queries import scope, twins

    ref = fields.pop("ref", "") or (papercodes.shown(_form_code(form)) if form else "")

    def record() -> services.Added:
        weapon_id = bodies.weapon_id(source or services.own_source(), ref)
        texts = [mark.get("mark", "") for mark in marks]
        near = twins.beside(weapon_id, texts, scope.EVERYTHING) if ask_near else []
        if near and not near_seen:
            raise twins.unseen(near)
        twice = serialrules.asking(again.PROGRAMS)
        added = services.add_weapon(ref, fields, marks, by=actor(), source=source, twice=twice)
        if form:
            registered = {"event": "registration", "document": papers.document("", _form_code(form))}
            services.add_event(added.weapon_id, registered, by=actor(), source=source)
        return added

    return _answer(as_json, lambda: _keyed(form, written, record))


def _weapon(given: dict[str, Any]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The facts and marks of a weapon from `{"ref", ..., "marks": [...]}` or from one flat row of a register file."""
    marks = given.pop("marks", None)
    if marks is None:
        row = _texts(given, "the weapon")
        mark = {column: row.pop(column) for column in MARK_OPTIONS if column in row}
        return row, [mark] if mark else []
    if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
        raise click.UsageError("marks must be a list of objects")
    return _texts(given, "the weapon"), [_texts(mark, f"mark {number}") for number, mark in enumerate(marks, 1)]


@add.command("event")
@click.option("--weapon", "weapon_id", help="The id of the weapon.")
@click.option("--ref", help="Its record number, instead of the id.")
@_columns(*EVENT_OPTIONS)
@click.option(
    "--source", default="", help="Whose record number and event number it is (default: this node's register)."
)
@_from_paper
@json_option
def add_event(
    weapon_id: str | None, ref: str | None, source: str, form: str, written: str, as_json: bool, **options: Any
) -> int:
    """Records one event from options or from JSON on standard input (the columns of an events file)."""
    fields = _given(options) or _from_stdin()
    weapon_id = weapon_id or fields.pop("weapon", None)
    ref = ref or fields.pop("ref", None)
    if not weapon_id and not ref:
        raise click.UsageError("which weapon? give --weapon ID or --ref REF")
    event = _texts(fields, "the event")
    ready()
    from countermark.register import bodies, papers, services

    if form:
        event["document"] = papers.document(event.get("document", ""), _form_code(form))
    wanted = str(weapon_id) if weapon_id else bodies.weapon_id(source or services.own_source(), str(ref))

    def record() -> services.Added:
        return services.add_event(wanted.lower(), event, by=actor(), source=source)

    return _answer(as_json, lambda: _keyed(form, written, record))


def _answer(as_json: bool, record: Callable[[], Any]) -> int:
    """Runs a capture and says what became of it: 0 also when it was known already, 1 when it is refused."""
    from countermark.register.services import Refused

    try:
        added = record()
    except Refused as refused:
        return _refused(as_json, refused.errors)
    if as_json:
        print_json({"weapon_id": added.weapon_id, "eventID": added.event_id, "new": added.new, "errors": []})
    else:
        click.echo(f"{'recorded' if added.new else 'known already'}: weapon {added.weapon_id}\n{added.event_id}")
    return cli.OK


def _refused(as_json: bool, errors: list[Any]) -> int:
    if as_json:
        listed = [
            {"row": e.row, "column": e.column, "value": e.value, "expected": str(e.expected), "code": e.code}
            for e in errors
        ]
        print_json({"weapon_id": None, "eventID": None, "new": False, "errors": listed})
    for error in errors:
        where = f"mark {error.row}, " if error.row else ""
        click.echo(f"{where}{error.column or 'record'}: {error.value!r}; expected {error.expected}", err=True)
    return cli.FINDINGS


@click.command("correct")
@click.argument("event_id")
@because("correction")
@_columns(*EVENT_OPTIONS)
@click.option("--did-not-occur", is_flag=True, help="The event never happened; nothing takes its place.")
@json_option
def correct(event_id: str, reason: Reason, did_not_occur: bool, as_json: bool, **options: Any) -> int:
    """Declares an event wrong and records what it should have said, from options or JSON on standard input."""
    changes = _given(options)
    if did_not_occur and changes:
        raise click.UsageError("an event that did not occur has no other columns")
    said = None if did_not_occur else _texts(changes or _from_stdin(), "the event")
    ready()
    from countermark.register import services

    def record() -> services.Added:
        captured = services.correct_event(event_id, said, reason=reason, by=actor())
        return services.Added(services.weapon_of(event_id), captured.event_id, captured.new)

    return _answer(as_json, record)


@click.command("show")
@click.argument("weapon_id")
@because("look", required=False)
@json_option
def show(weapon_id: str, reason: Reason, as_json: bool) -> int:
    """Shows a weapon's record and its whole history.

    Where it names persons, looking at them is recorded: one act for each, with the reason.
    """
    ready()
    from countermark.register.queries import records

    found = records.record(weapon_id)
    if found is None:
        raise cli.Finding(f"no weapon has the id {weapon_id}")
    shown = records.as_json(found, _names(found, reason if reason.code or reason.words else Reason(UNSTATED)))
    if as_json:
        print_json(shown)
    else:
        click.echo("\n".join(_lines(found, shown)))
    return cli.OK


def _names(found: "Record", reason: Reason) -> dict[str, str]:
    """The names on a record once it is recorded that somebody looks; without those of persons where that cannot be recorded."""
    from django.db import DatabaseError

    from countermark.ledger.guard import RolledBackError
    from countermark.ledger.services import LedgerError
    from countermark.register.queries import personal

    try:
        personal.looked_at(found, reason, by=actor())
    except (DatabaseError, LedgerError, RolledBackError, OSError) as error:
        why = f"names of persons are withheld, because looking at them could not be recorded: {error}"
        click.echo(why, err=True)
        return personal.impersonal(found.names)
    return found.names


def _lines(found: "Record", shown: dict[str, Any]) -> list[str]:
    facts = [shown[key] for key in ("kind", "maker", "model", "calibre", "country", "year") if shown[key]]
    lines = [
        f"{shown['ref']}  ({shown['source']})  {shown['weapon_id']}",
        ", ".join(facts),
        f"status: {shown['status']}",
    ]
    lines += [f"held by: {shown['holder']}"] if shown["holder"] else []
    lines += [f"at: {shown['place']}"] if shown["place"] else []
    if found.asked != found.state.id:
        lines.insert(0, f"{found.asked} was found to be this weapon:")
    lines += [f"finding: {shown['finding']}"] if shown["finding"] else []
    lines += ["", "marks", *(f"  {_mark(mark)}" for mark in shown["marks"]), "", "history"]
    return [*lines, *(line for event in shown["history"] for line in _event(event))]


def _mark(mark: dict[str, Any]) -> str:
    text = mark["mark"] or f"({mark['mark_condition']})"
    where = mark["component"] or "no component"
    extras = [
        mark["mark_kind"],
        *(["control"] if mark["role"] == "control" else []),
        *([mark["inscription"]] if mark["inscription"] else []),
    ]
    return f"{where}: {text}  [{', '.join(extras)}]"


def _event(event: dict[str, Any]) -> list[str]:
    """An event in one line, its remark and when it was recorded in others."""
    parts = [event["date"] or "date unknown", event["event"].replace("_", " ")]
    parts += [part for part in (event["component"], event["mark"]) if part]
    parts += [f"{word} {event[key]}" for word, key in (("from", "from"), ("to", "to"), ("at", "place")) if event[key]]
    parts += [f"in {event['country']}"] if event["country"] else []
    parts += [f"({event['document']})"] if event["document"] else []
    parts += [f"because: {event['why']}"] if event["why"] else []
    why = " ".join(part for part in (event["reason_code"], event["reason"]) if part)
    parts += [f"- corrected: {why or 'no reason given'}"] if event["corrected"] else []
    note = [f"      {event['note']}"] if event["note"] else []
    return [f"  {'  '.join(parts)}", *note, f"      recorded {event['recorded']} by {event['by']}"]


COMMANDS: dict[str, click.Command] = {"add": add, "correct": correct, "show": show}
