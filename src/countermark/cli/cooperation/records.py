"""What the commands of needs and of offers share: list, show, move, and spreadsheets."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready
from countermark.cli.cooperation.common import MOST, described, described_each, known, lines, speaking, told, viewer

if TYPE_CHECKING:
    from countermark.cooperation.sheets.columns import Kind
    from countermark.cooperation.sheets.loading import Checked


def add(group: click.Group, kind: "Kind", single: str, states: str) -> None:
    """Adds the commands to `needs` or `offers`."""

    @group.command("list")
    @click.option("--text", default="", help="Words in it.")
    @click.option("--theme", default="", help="A theme, such as marking.")
    @click.option("--actor", "of", default="", help="The key of the actor whose they are.")
    @click.option("--kind", "help_", default="", help="A kind of help, such as equipment.")
    @click.option("--state", default="", help=f"{states}.")
    @json_option
    def list_records(text: str, theme: str, of: str, help_: str, state: str, as_json: bool) -> None:
        """Lists those that may be seen, the newest first."""
        ready()
        from countermark.cooperation import finding

        sought = finding.Sought(text=text, theme=theme, actor=of, kind=help_, state=state)
        found = (finding.needs if single == "need" else finding.offers)(viewer(), sought, MOST)
        lines(described_each([one for one, _value in found]), kind, as_json)

    @group.command("show")
    @click.argument("key", metavar=single.upper())
    @json_option
    def show_record(key: str, as_json: bool) -> None:
        """Shows one with everything it says."""
        ready()
        told(described(known(single, key)), as_json)

    @group.command("state")
    @click.argument("key", metavar=single.upper())
    @click.argument("state")
    @json_option
    def move(key: str, state: str, as_json: bool) -> None:
        """Brings one of yours to another state."""
        ready()
        from countermark.cooperation import needs, offers

        known(single, key)
        (needs if single == "need" else offers).move(key, state, actor=speaking(), by=actor())
        told(described(known(single, key)), as_json)

    @group.command("import")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Only say what it would do.")
    @json_option
    def load(file: Path, dry_run: bool, as_json: bool) -> int:
        """Loads a spreadsheet (CSV, XLSX, ODS) for the actor you speak for: all of it or nothing; loaded again, it changes nothing."""
        ready()
        from countermark.cooperation.sheets import loading

        who = speaking()
        checked = loading.check_file(file, kind, who)
        if not checked.errors and not dry_run:
            loading.load(checked, actor=who, by=actor())
        return _reported(checked, as_json)

    @group.command("export")
    @click.argument("file", type=click.Path(path_type=Path))
    @json_option
    def export(file: Path, as_json: bool) -> None:
        """Writes those of the actor you speak for as a CSV file that loads back."""
        ready()
        from countermark.cooperation import queries
        from countermark.cooperation.sheets import columns, writing
        from countermark.register import listfiles
        from countermark.register.files import write

        who = viewer()
        found = queries.visible(who, single, parent=f"actor:{speaking()}")
        count = write.write_rows(file, columns.header(kind), writing.rows(kind, found))
        listfiles.answered(
            "csv", columns.header(kind), count, purpose=f"command: {file.name}", query={}, by=actor(), what=kind
        )
        told({kind: len(found), "rows": count}, as_json)


def _reported(checked: "Checked", as_json: bool) -> int:
    errors: list[dict[str, Any]] = [
        {"row": one.row, "column": one.column, "value": one.value, "expected": str(one.expected)}
        for one in checked.errors
    ]
    counts = {name: checked.count(name) for name in ("new", "changed", "unchanged")} if not errors else {}
    if as_json:
        print_json({"rows": len(checked.rows), **counts, "errors": errors})
    else:
        for one in errors:
            click.echo(
                f"row {one['row']}, {one['column'] or 'the row'}: {one['value']!r}: expected {one['expected']}",
                err=True,
            )
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing was loaded")
    return cli.FINDINGS if errors else cli.OK
