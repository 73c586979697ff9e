"""`countermark load` and `countermark export`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, progress, ready
from countermark.ledger.reasons import LISTS

ListKind: TypeAlias = Literal["makers", "models", "calibres"]
FILE = click.Path(path_type=Path)


@click.group()
def load() -> None:
    """Loads a file: weapons, events, reference lists, EPCIS documents."""


def _table_options(*more: Any) -> Callable[[Any], Any]:
    """The options of a file that is a table; `more` are those of its kind."""
    options = [
        click.option(
            "--source", default="", help="Whose record numbers the file uses (default: this node's register)."
        ),
        click.option("--dry-run", is_flag=True, help="Check and compare only; nothing is written."),
        click.option("--on-error", type=click.Choice(["refuse", "skip"]), default="refuse", show_default=True),
        click.option("--rejects", type=FILE, help="Write refused rows with a reason column."),
        *more,
        click.option("--map", "map_file", type=FILE, help="TOML: [columns], [values.*], [dates]."),
        click.option("--suggest-map", is_flag=True, help="Print a map guessed from the header, and stop."),
        click.option("--ignore-columns", default="", help="Columns to dismiss, separated by commas."),
        click.option("--encoding", help="Text encoding (default: detected)."),
        click.option("--delimiter", help="Column separator (default: detected)."),
        click.option(
            "--correct",
            metavar="REASON",
            default="",
            help=f"Record differences as corrections, with this reason: words, or one of {', '.join(LISTS['correction'].codes)}.",
        ),
        json_option,
        click.argument("file", type=FILE),
    ]

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@load.command()
@_table_options(
    click.option("--near", type=FILE, help="With --dry-run: write the marks that are near others."),
    click.option(
        "--untyped", is_flag=True, help="A program wrote the file: a rule that wants serials twice does not ask it."
    ),
)
def weapons(**options: Any) -> int:
    """Loads a register file (one row per mark)."""
    return _load("weapons", options)


@load.command()
@_table_options()
def events(**options: Any) -> int:
    """Loads an events file."""
    return _load("events", options)


def _load(kind: str, options: dict[str, Any]) -> int:
    ready()
    from countermark.register.files import mapping as maps
    from countermark.register.files import tables, vocabulary, write
    from countermark.register.loading.events import load_events
    from countermark.register.loading.options import Options
    from countermark.register.loading.weapons import load_weapons

    path: Path = options["file"]
    if options["suggest_map"]:
        columns = vocabulary.WEAPON_FILE_COLUMNS if kind == "weapons" else vocabulary.EVENT_COLUMNS
        suggested = maps.suggest_map(tables.open_table(path, options["encoding"], options["delimiter"]), columns)
        if options["as_json"]:
            print_json({"map": suggested})
        else:
            click.echo(suggested, nl=False)
        return cli.OK
    if options.get("near") and not options["dry_run"]:
        raise click.UsageError("--near writes what a dry run finds: give --dry-run as well")
    chosen = Options(
        source=options["source"],
        dry_run=options["dry_run"],
        on_error=options["on_error"],
        correct=options["correct"],
        mapping=maps.read_map(options["map_file"]) if options["map_file"] else maps.NO_MAP,
        ignore_columns=tuple(name.strip() for name in options["ignore_columns"].split(",") if name.strip()),
        encoding=options["encoding"],
        delimiter=options["delimiter"],
        untyped=options.get("untyped", False),
    )
    run = load_weapons if kind == "weapons" else load_events
    report = run(path, chosen, by=actor(), progress=progress(f"loading {path.name}"))
    if options["rejects"] and report.refused:
        why = write.reasons(report.errors)
        write.write_rejects(options["rejects"], path, why, options["encoding"], options["delimiter"])
    if options.get("near") and report.near is not None:
        write.write_near(options["near"], report.near.marks)
    _show(kind, report, options["as_json"], chosen.dry_run)
    return cli.FINDINGS if report.refused else cli.OK


def _show(kind: str, report: Any, as_json: bool, dry_run: bool) -> None:
    if as_json:
        print_json(report.as_dict())
        return
    done = "would be loaded" if dry_run else "loaded" if report.loaded else "not loaded: nothing was appended"
    click.echo(f"{report.rows:,} rows, {report.weapons:,} weapons, {report.marks:,} marks: {done}")
    click.echo(
        f"{report.new:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged, {report.refused:,} rows refused;"
        f" {report.events:,} entries appended"
    )
    for name, count in report.warnings.items():
        click.echo(f"note: {count:,} {name.replace('_', ' ')}")
    if getattr(report, "near", None):
        _show_near(report.near)
    for error in report.errors[:20]:
        click.echo(f"row {error.row}, {error.column or 'row'}: {error.value!r}; expected {error.expected}", err=True)
    if len(report.errors) > 20:
        click.echo(f"... and {len(report.errors) - 20:,} more; --rejects FILE writes them all", err=True)


def _show_near(near: Any) -> None:
    how = ", ".join(f"{why} {count:,}" for why, count in near.by.most_common())
    if near.rows:
        click.echo(f"note: {near.rows:,} new weapons have a mark near another of their maker and kind ({how})")
    for one in near.marks[:20]:
        where = f"row {one.near_row}" if one.near_row else f"weapon {one.weapon_id}"
        click.echo(f"  row {one.row}: {one.mark!r} is near {one.near_mark!r} ({one.why}), ref {one.near_ref}, {where}")
    if len(near.marks) > 20:
        click.echo(f"  ... and {len(near.marks) - 20:,} more; --near FILE writes them all")
    if near.bounded:
        click.echo(
            f"note: looked for near marks of {near.looked_at:,} of {near.of:,} new weapons, of {near.longer:,} also for longer ones"
        )


def _list_command(kind: ListKind) -> click.Command:
    @click.argument("file", type=FILE)
    @json_option
    def command(file: Path, as_json: bool) -> int:
        ready()
        from countermark.register import lists

        report = lists.load_list(kind, file, by=actor())
        if as_json:
            print_json(report.as_dict())
        else:
            _show(kind, report, False, False)
        return cli.FINDINGS if report.refused else cli.OK

    return click.command(name=kind, help=f"Loads the reference list of {kind} with their aliases.")(command)


_LISTS: tuple[ListKind, ...] = ("makers", "models", "calibres")
for _kind in _LISTS:
    load.add_command(_list_command(_kind))


@load.command()
@click.argument("file", type=FILE)
@json_option
def epcis(file: Path, as_json: bool) -> int:
    """Captures an EPCIS 2.0 JSON document or query document."""
    ready()
    from countermark.register import capture

    report = capture.load_document(file.read_bytes(), by=actor())
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report['events']} events, {report['new']} new, {report['refused']} refused")
        for problem in report["errors"][:20]:
            click.echo(f"event {problem['row']}, {problem['column']}: expected {problem['expected']}", err=True)
    return cli.FINDINGS if report["refused"] else cli.OK


@click.group()
def export() -> None:
    """Writes the register to a file that loads back unchanged."""


@export.command("weapons")
@click.option("--source", default="", help="Whose weapons (needed where the register holds several sources).")
@click.argument("file", type=FILE)
@json_option
def export_weapons(file: Path, source: str, as_json: bool) -> int:
    """Writes every weapon of a source, one row per mark, as CSV."""
    return _export("weapons", file, source, as_json)


@export.command("events")
@click.option("--source", default="", help="Of whose weapons (needed where the register holds several sources).")
@click.argument("file", type=FILE)
@json_option
def export_events(file: Path, source: str, as_json: bool) -> int:
    """Writes every event of a source's weapons, as CSV."""
    return _export("events", file, source, as_json)


def _export(kind: Literal["weapons", "events"], file: Path, source: str, as_json: bool) -> int:
    if file.suffix.lower() in (".xlsx", ".xls", ".ods"):
        raise click.UsageError("exports are CSV: give a name that ends in .csv")
    ready()
    from countermark.register import exporting

    rows = exporting.export(kind, file, by=actor(), source=source)
    if as_json:
        print_json({"rows": rows, "file": str(file)})
    else:
        click.echo(f"{rows:,} rows written to {file}")
    return cli.OK


COMMANDS: dict[str, click.Command] = {"load": load, "export": export}
