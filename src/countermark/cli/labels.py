"""`countermark labels`: labels for weapons, storage places, cards and anything with a code, as PDF sheets or ZPL."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import done, json_option, print_json, ready, text_of, write

SYMBOLS = ["datamatrix", "qr", "code128"]


def _printing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options every command that prints has."""
    options: list[Callable[..., Any]] = [
        click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .pdf or a .zpl file."),
        click.option("--format", "format_id", default="a4-3x8", show_default=True, help="See `labels formats`."),
        click.option("--formats", "formats_file", type=click.Path(path_type=Path), help="Formats of your own, as TOML."),
        click.option("--symbol", type=click.Choice(SYMBOLS), default="datamatrix", show_default=True),
        click.option("--first", type=int, default=1, show_default=True, help="The first free label of a sheet already begun."),
        click.option("--measured", nargs=2, type=float, default=(100.0, 100.0), help="What the lines of the test page measure, in mm."),
        click.option("--outlines", is_flag=True, help="Draws the edges of the labels: for plain paper."),
        click.option("--dpi", type=click.Choice(["203", "300", "600"]), default="203", show_default=True, help="For ZPL."),
        json_option,
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group("labels")
def labels() -> None:
    """Prints labels with a code and text beside it; `labels test` makes a page to check the printer's scale first."""


@labels.command("formats")
@json_option
def list_formats(as_json: bool) -> int:
    """Lists the sheets and rolls that are known."""
    from countermark.stockpile.labels import formats

    known = formats.known()
    if as_json:
        print_json({"formats": [{"id": one.id, "title": one.title, "labels": one.per_page} for one in known.values()]})
    else:
        for one in known.values():
            click.echo(f"{one.id:14} {one.title}")
    return cli.OK


@labels.command("test")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--format", "format_id", default="a4-3x8", show_default=True)
@click.option("--formats", "formats_file", type=click.Path(path_type=Path))
@json_option
def scale(out: Path, format_id: str, formats_file: Path | None, as_json: bool) -> int:
    """Makes a page with the outlines of a sheet and two lines to measure."""
    ready()
    from countermark.stockpile.labels import pdf

    write(out, done(pdf.scale_page, _format(format_id, formats_file), pdf.NOTES))
    _said(out, 0, as_json)
    return cli.OK


@labels.command("weapons")
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help="Instead of record numbers: a filter of the list.")
@click.option(
    "--content",
    type=click.Choice(["code", "gs1", "serial"]),
    default="code",
    show_default=True,
    help="What the code says.",
)
@_printing
def weapons(refs: tuple[str, ...], where: tuple[str, ...], content: str, as_json: bool, **printing: Any) -> int:
    """Labels for weapons, by record number, serial or code, or by filter (`--where maker=Taurus`)."""
    if bool(refs) == bool(where):
        raise click.UsageError("give record numbers, or --where")
    ready()
    from countermark.stockpile.labels import queries

    found = done(queries.named, refs) if refs else done(queries.filtered, _filters(where))
    return _print(done(queries.of_weapons, found, content), as_json, **printing)


@labels.command("places")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@_printing
def places(names: tuple[str, ...], as_json: bool, **printing: Any) -> int:
    """Labels for storage places: racks, rooms, cases."""
    ready()
    from countermark.accounts.models import Place
    from countermark.stockpile.labels import queries

    found = {place.name: place for place in Place.objects.filter(name__in=names)}
    if missing := [name for name in names if name not in found]:
        raise cli.Finding(f"there is no place {missing[0]!r}")
    return _print(done(queries.of_places, [found[name] for name in names]), as_json, **printing)


@labels.command("codes")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@_printing
def codes(file: Path, as_json: bool, **printing: Any) -> int:
    """Labels for codes from a file: one a line, then a tab, its title, and further tabs and lines of text (`-`: stdin)."""
    ready()
    from countermark.stockpile.labels import queries

    text = sys.stdin.read() if str(file) == "-" else text_of(file)
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    return _print(done(queries.of_codes, [(row[0].strip(), row[1:]) for row in rows]), as_json, **printing)


def _filters(where: tuple[str, ...]) -> dict[str, str]:
    from countermark.register.queries.listing import FILTERS

    pairs = dict(one.partition("=")[::2] for one in where)
    if unknown := [name for name in pairs if name not in FILTERS]:
        raise click.UsageError(f"--where {unknown[0]}: one of {', '.join(FILTERS)}")
    return pairs


def _format(format_id: str, file: Path | None) -> Any:
    from countermark.stockpile.labels import formats

    known = done(formats.read, text_of(file)) if file else formats.known()
    if format_id not in known:
        raise click.UsageError(f"--format: one of {', '.join(known)}")
    return known[format_id]


def _print(
    made: list[Any], as_json: bool, *, out: Path, format_id: str, formats_file: Path | None, symbol: str, first: int,
    measured: tuple[float, float], outlines: bool, dpi: str,
) -> int:  # fmt: skip
    from countermark.stockpile.labels import pdf, zpl

    one = _format(format_id, formats_file)
    if out.suffix.lower() == ".zpl":
        data = done(zpl.stream, one, symbol, made, dpi=int(dpi))
    elif out.suffix.lower() == ".pdf":
        data = done(pdf.sheets, one, symbol, made, first=first, outlines=outlines, measured=measured)
    else:
        raise click.UsageError("--out: a file that ends in .pdf or .zpl")
    write(out, data)
    _said(out, len(made), as_json)
    return cli.OK


def _said(out: Path, count: int, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(out), "labels": count})
    else:
        click.echo(f"{out}: {count} labels" if count else str(out))


COMMANDS: dict[str, click.Command] = {"labels": labels}
