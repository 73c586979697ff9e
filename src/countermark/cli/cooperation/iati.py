"""`countermark cooperation iati export|import|check`: IATI 2.03 files of projects, the fund and offers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from countermark.cli import FINDINGS, OK
from countermark.cli.common import actor, done, json_option, print_json, ready, write
from countermark.cli.cooperation.common import may, speaking, viewer

if TYPE_CHECKING:
    from countermark.cooperation.iati.findings import Finding
    from countermark.cooperation.iati.official import Standard
    from countermark.cooperation.iati.reading import Read
    from countermark.cooperation.iati.taking import Outcome, Suggested

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_standard = click.option(
    "--standard",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the official schemas and code lists: the file is held against them too.",
)
_lang = click.option(
    "--lang", default="", help="The language (ISO 639-1) whose texts are taken where there are several."
)


@click.group("iati")
def iati() -> None:
    """IATI 2.03: files of activities read, judged, taken in and written."""


def _read(file: Path) -> "Read":
    """A file that was named. What is no IATI file is wrong usage."""
    from countermark.cooperation.iati.reading import LARGEST, Unreadable, load

    try:
        with file.open("rb") as opened:
            return load(opened.read(LARGEST + 1))
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
    except Unreadable as refusal:
        raise click.UsageError(f"{file}: {refusal}") from refusal


def _known(folder: Path | None) -> "Standard":
    from countermark.cooperation.iati import official
    from countermark.marks.sentences import NotAllowed

    try:
        return official.standard(folder) if folder else official.NONE
    except NotAllowed as refusal:
        raise click.UsageError(f"--standard: {refusal}") from refusal


def _findings(read: "Read", known: "Standard") -> list["Finding"]:
    from datetime import UTC, datetime

    from countermark.cooperation.iati import official, ruleset

    of_schema = official.check(read.root, known) or []
    return [*read.findings, *of_schema, *ruleset.check(read, datetime.now(UTC), known.lists)]


def _told(findings: "Sequence[Finding]") -> None:
    for one in findings:
        rule = f" {one.rule}" if one.rule else ""
        click.echo(f"line {one.line}: {one.severity}{rule}: {one.activity or '–'}: {one.path}: {one.message}")


@iati.command("check")
@_file
@_standard
@json_option
def check(file: Path, standard: Path | None, as_json: bool) -> int:
    """Says what the standard's rules and code lists say of a file, activity by activity, line by line. Needs no store, changes nothing."""
    known, read = _known(standard), _read(file)
    findings = _findings(read, known)
    from countermark.cooperation.iati.findings import counted

    counts = counted(findings)
    if as_json:
        told = {
            "version": read.version,
            "activities": len(read.activities),
            "organisations": len(read.organisations),
            "refused": len(read.refused),
            **counts,
            "schema": "held" if dict(known.schemas) else "not at hand",
            "findings": [one.told() for one in findings],
        }
        print_json(told)
    else:
        _told(findings)
        items = len(read.activities) + len(read.organisations)
        click.echo(
            f"{items} read, {len(read.refused)} refused; " + ", ".join(f"{n} {name}s" for name, n in counts.items())
        )
    return FINDINGS if counts["error"] or counts["warning"] else OK


@iati.command("export")
@_file
@click.option("--lang", default="en", help="The language the texts of this store are written in (ISO 639-1).")
@click.option(
    "--others", is_flag=True, help="The public projects and offers of other actors too, as a secondary reporter."
)
@click.option("--fund", "windows", multiple=True, metavar="WINDOW", help="A window of the fund; `*` for all; repeat.")
@click.option("--received", is_flag=True, help="Instead, what was taken in from IATI files, whole.")
@_standard
@json_option
def export(file: Path, lang: str, others: bool, windows: tuple[str, ...], received: bool, standard: Path | None, as_json: bool) -> int:  # fmt: skip
    """Writes public projects and offers of the actor one speaks for, and windows of the fund. Contacts are in no file."""
    known = _known(standard)
    ready()
    from countermark.cooperation.iati import services
    from countermark.cooperation.iati.exports import Asked
    from countermark.cooperation.iati.reading import load

    if received:
        made = done(services.export_received, viewer(), by=actor())
    else:
        asked = Asked(lang, others, windows)
        made = done(services.export, viewer(), asked, keeps=may("aid.fund"), by=actor())
    write(file, made.data)
    findings = [*made.findings, *_findings(load(made.data), known)]
    if as_json:
        print_json({"file": str(file), "activities": made.activities, "findings": [one.told() for one in findings]})
    else:
        _told(findings)
        click.echo(f"{made.activities} activities written to {file}")
    return FINDINGS if any(one.severity == "error" for one in findings) else OK


@iati.command("import")
@_file
@click.option("--become", "becomes", type=click.Choice(["elsewhere", "offer", "need"]), default="elsewhere", show_default=True, help="What its activities are here: those of others (for overlaps), offers or needs of the actor one speaks for.")  # fmt: skip
@click.option("--only", multiple=True, metavar="IDENTIFIER", help="Only these activities; repeat.")
@click.option("--theme", "themes", multiple=True, help="What they are about; repeat. Without, as their tags, words and sectors suggest.")  # fmt: skip
@click.option("--visibility", type=click.Choice(["private", "public"]), default="private", show_default=True, help="Who sees activities of others taken in.")  # fmt: skip
@_lang
@click.option("--dry-run", is_flag=True, help="Only shows what would become of each.")
@json_option
def take_in(file: Path, becomes: str, only: tuple[str, ...], themes: tuple[str, ...], visibility: str, lang: str, dry_run: bool, as_json: bool) -> int:  # fmt: skip
    """Takes activities of a file in. Said again, the same file changes nothing; contacts in it are not kept."""
    read = _read(file)
    if not read.activities and not read.refused:
        raise click.UsageError(f"{file} has no activities: organisation files are checked, not taken in")
    ready()
    from countermark.cooperation.iati import taking

    if dry_run:
        return _previewed(read, [taking.suggest(one, lang) for one in read.activities], as_json)
    wanted = {one: taking.Choice(becomes, themes) for one in only}
    default = taking.Choice("skip") if only else taking.Choice(becomes, themes)
    outcome, findings = done(
        taking.take_in, read, wanted, default=default, lang=lang, visibility=visibility, source=file.name,
        actor=speaking(), by=actor(),
    )  # fmt: skip
    return _outcome(read, outcome, [*read.findings, *findings], as_json)


def _previewed(read: "Read", found: "list[Suggested]", as_json: bool) -> int:
    lines = [_suggested(one) for one in found]
    if as_json:
        print_json({"activities": lines, "findings": [one.told() for one in read.findings]})
    else:
        for one in found:
            guess = " (suggested)" if one.guessed else ""
            click.echo(f"{one.reference}  {one.title}  {one.begin} – {one.end}  {', '.join(one.themes)}{guess}")
            for why in one.why_not:
                click.echo(f"  cannot be taken in: {why}")
        _told(read.findings)
    return FINDINGS if read.refused or any(one.why_not for one in found) else OK


def _suggested(one: "Suggested") -> dict[str, Any]:
    return {
        "id": one.reference, "line": one.activity.line, "title": one.title, "from": one.begin, "to": one.end, "stage": one.stage,
        "themes": list(one.themes), "suggested": one.guessed, "places": list(one.places), "providers": list(one.providers),
        "amount": None if one.amount is None else f"{one.amount:f}", "currency": one.currency, "oda_eligible": one.eligible or None,
        "transactions": len(one.activity.transactions), "totals": one.totals, "why_not": [str(why) for why in one.why_not],
    }  # fmt: skip


def _outcome(read: "Read", outcome: "Outcome", findings: "Sequence[Finding]", as_json: bool) -> int:
    refused = [{"id": reference, "line": line, "why": str(why)} for reference, line, why in outcome.refused]
    if as_json:
        print_json({
            "new": len(outcome.new), "changed": len(outcome.changed), "unchanged": len(outcome.unchanged),
            "skipped": len(outcome.skipped), "refused": refused, "unreadable": list(read.refused),
            "findings": [one.told() for one in findings],
        })  # fmt: skip
    else:
        _told(findings)
        for one in refused:
            click.echo(f"line {one['line']}: {one['id']} is refused: {one['why']}")
        left = len(refused) + len(read.refused)
        click.echo(
            f"{len(outcome.new)} new, {len(outcome.changed)} changed, {len(outcome.unchanged)} unchanged, {left} refused"
        )
    return FINDINGS if refused or read.refused else OK


@iati.command("publication")
@click.argument("project")
@click.option("--marker", "markers", multiple=True, metavar="CODE=SIGNIFICANCE", help="A policy marker of the DAC, such as 1=2; repeat.")  # fmt: skip
@click.option("--aid", default="", help="Aid type, such as C01.")
@click.option(
    "--flow",
    default="",
    help="Flow type, such as 10; without, as the project says whether it is development assistance.",
)
@click.option("--finance", default="", help="Finance type, such as 110.")
@click.option("--tied", default="", help="Tied status: 3, 4 or 5.")
@click.option("--collaboration", default="", help="Collaboration type, such as 1.")
@json_option
def publication(project: str, markers: tuple[str, ...], aid: str, flow: str, finance: str, tied: str, collaboration: str, as_json: bool) -> None:  # fmt: skip
    """Says of a project what publication asks beside its plan: policy markers and types."""
    ready()
    from countermark.cooperation.iati import received
    from countermark.cooperation.iati.kinds import Markers

    parts = [one.partition("=") for one in markers]
    if wrong := [code for code, equals, _ in parts if not equals]:
        raise click.UsageError(f"--marker {wrong[0]}: expected CODE=SIGNIFICANCE, such as 1=2")
    value = Markers({code: significance for code, _, significance in parts}, aid, flow, finance, tied, collaboration)
    changed = done(received.set_publication, project, value, actor=speaking(), by=actor())
    if as_json:
        print_json({"project": project, "changed": changed})


COMMANDS: list[click.Command] = [iati]
