"""`countermark ledger ...`, `rebuild`, `backup`, `restore`."""

import re
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import msgspec

from countermark.cli import FINDINGS, OK, Finding
from countermark.cli.common import actor, always_json, json_option, print_json, progress, ready

if TYPE_CHECKING:
    from countermark.ledger.models import Log
    from countermark.ledger.verify import Report

_File = click.Path(path_type=Path)
_READ = click.Path(path_type=Path, exists=True, dir_okay=False)
SMALLEST_PIECE = 64 << 10


@click.group("ledger")
def ledger() -> None:
    """Proves, verifies, copies and takes in logs."""


@ledger.command("verify")
@click.option("--checkpoint", "note", type=_READ, help="A signed checkpoint the log must still contain.")
@click.option("--quick", is_flag=True, help="Hashes and tree only, no views, no kept rows.")
@json_option
def verify(note: Path | None, quick: bool, as_json: bool) -> int:
    """Recomputes everything that is stored and says what differs."""
    ready()
    from countermark.ledger.verify import verify as run

    report = run(_text(note) if note else None, quick, progress("verified"))
    if as_json:
        print_json(_report(report))
    else:
        click.echo(_report_lines(report))
    return OK if report.ok else FINDINGS


def _report(report: "Report") -> dict[str, Any]:
    """The contract's shape; the number of differences is for people."""
    return {
        "ok": report.ok,
        "tree_size": report.tree_size,
        "root_hash": report.root_hash,
        "first_difference": report.first_difference,
    }


def _report_lines(report: "Report") -> str:
    head = f"{report.tree_size:,} entries, root {report.root_hash}"
    first = report.first_difference
    if first is None:
        return f"{head}\nEverything is as the logs say."
    name = f" {first.id}" if first.id else ""
    return (
        f"{head}\nNOT as the logs say, differences: {report.differences:,}. The first:\n"
        f"  {first.where}{name}\n  expected {first.expected}\n  found    {first.found}"
    )


@ledger.command("reasons")
@click.option("--since", default="", metavar="DAY", help="Recorded on this day or later (YYYY-MM-DD, UTC).")
@click.option("--until", default="", metavar="DAY", help="Recorded on this day or before.")
@click.option("--log", "origin", default="", help="The origin of another log that is held here.")
@json_option
def reasons(since: str, until: str, origin: str, as_json: bool) -> None:
    """Counts why things were done, by kind of event and act; nobody's words are opened."""
    log = _held_log(origin) if origin else _own_log()
    from countermark.register.queries import logs

    found = logs.count_reasons(log, since, until).reasons
    if as_json:
        print_json({"reasons": [{"list": of, "reason": code, "count": n} for (of, code), n in found]})
        return
    for (of, code), n in found:
        click.echo(f"{n:>9,}  {of}: {code}")


@ledger.command("checkpoint")
@json_option
def checkpoint(as_json: bool) -> None:
    """Prints the signed checkpoint of this node's log."""
    log = _own_log()
    from countermark.ledger import guard

    note = guard.sign_current(log)
    if as_json:
        print_json({"checkpoint": note})
        return
    click.echo(note, nl=False)


@ledger.command("key")
@click.option("--encryption", is_flag=True, help="The key side data for this node is encrypted to.")
@json_option
def key(encryption: bool, as_json: bool) -> None:
    """Prints the verifier key of this node's log."""
    log = _own_log()
    from countermark.ledger import sealing

    if as_json:
        print_json({"verifier_key": log.verifier_key, "encryption_key": sealing.own_public_key()})
        return
    click.echo(sealing.own_public_key() if encryption else log.verifier_key)


@ledger.command("prove")
@always_json
@click.argument("event_id")
@click.option("--at", "size", type=click.IntRange(min=1), help="Prove in the tree of this size.")
def prove(event_id: str, size: int | None) -> None:
    """Prints the inclusion proof of an entry."""
    ready()
    from countermark.ledger import exchange

    print_json(exchange.inclusion(event_id, size))


@ledger.command("consistency")
@always_json
@click.argument("old", type=click.IntRange(min=0))
@click.argument("new", type=click.IntRange(min=0))
def consistency(old: int, new: int) -> None:
    """Prints the proof that the log of NEW entries begins with that of OLD."""
    log = _own_log()
    from countermark.ledger import exchange

    print_json(exchange.consistency(log, old, new))


def _bytes(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """`500K`, `100M`, `4G` or plain bytes."""
    if value is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,11})([KMG]?)", value.strip().upper())
    size = int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]] if found else 0
    if size < SMALLEST_PIECE:
        raise click.BadParameter(f"expected a size such as 100M, at least {SMALLEST_PIECE >> 10}K")
    return size


@ledger.command("export")
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help="The index to begin at.")
@click.option("--log", "origin", help="Another log held here.")
@click.option("--bundle", type=_File, help="Write a bundle file with header and signed checkpoint.")
@click.option("--to", "recipient", metavar="ORIGIN", help="Enclose side data, encrypted to this node of the directory.")
@click.option(
    "--piece-size",
    "most",
    metavar="SIZE",
    callback=_bytes,
    help="Write files FILE.001, FILE.002 ... of at most so much, such as 100M; files of an earlier run are kept.",
)
@json_option
def export(
    start: int, origin: str | None, bundle: Path | None, recipient: str | None, most: int | None, as_json: bool
) -> None:
    """Writes a log, one entry a line, or a bundle of it. With --json the entries are the list `entries` of the one object."""
    if (recipient or most) and not bundle:
        raise click.UsageError("--to and --piece-size belong to a bundle: give --bundle FILE as well")
    log = _held_log(origin) if origin else _own_log()
    from countermark.ledger import bundle as bundles
    from countermark.ledger import exchange

    if bundle and most:
        _export_pieces(bundle, log, start, recipient, most, as_json)
        return
    if bundle:
        bundles.write(bundle, log, start, recipient or "", progress("written"))
        if as_json:
            print_json({"origin": log.origin, "from": start, "bundle": str(bundle), "to": recipient})
        return
    if not as_json:
        exchange.export(log, start, sys.stdout.buffer)
        return
    out = sys.stdout.buffer
    out.write(b'{"origin":' + msgspec.json.encode(log.origin) + b',"from":%d,"entries":[' % start)
    exchange.export(log, start, _Listed(out))  # type: ignore[arg-type]
    out.write(b"]}\n")
    out.flush()


def _export_pieces(path: Path, log: "Log", start: int, recipient: str | None, most: int, as_json: bool) -> None:
    from countermark.ledger import pieces

    written = [
        {"bundle": str(file), "from": made.start, "size": made.end}
        for file, made in pieces.write_all(path, log, start, recipient or "", most, progress("written"))
    ]
    if as_json:
        print_json({"origin": log.origin, "from": start, "to": recipient, "pieces": written})
        return
    for one in written:
        click.echo(f"{one['bundle']}: entries {one['from']:,} to {one['size']:,}")


class _Listed:
    """Takes lines of JSON and writes them as the members of a list, so that a log of any length takes no memory."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._between = b""

    def write(self, line: bytes) -> None:
        self._out.write(self._between + line.rstrip(b"\n"))
        self._between = b","

    def flush(self) -> None:
        self._out.flush()


@ledger.command("import")
@click.argument("file", type=_READ)
@click.option("--checkpoint", "note", type=_READ, help="The signed checkpoint of a file of plain lines.")
@json_option
def take_in(file: Path, note: Path | None, as_json: bool) -> None:
    """Takes in a copy of another node's log: a bundle, the pieces that begin with FILE.001, or lines with a checkpoint.

    Pieces that are not there yet are left for the next time.
    """
    ready()
    from countermark.ledger import exchange

    text = _text(note) if note else None
    parts = [exchange.take_in(one, text, by=actor(), progress=progress("taken in")) for one in _with_later_pieces(file)]
    taken = parts[-1]
    for part in parts[:-1]:
        taken = taken.after(part)
    if as_json:
        print_json(taken)
        return
    click.echo(
        f"{taken.origin}: {taken.new:,} new entries, {taken.size:,} held, {taken.texts:,} side texts, {taken.merged:,} merged"
    )
    if taken.refused:
        click.echo(f"{taken.refused:,} side rows are not those the log states and were left out", err=True)


def _with_later_pieces(file: Path) -> list[Path]:
    """FILE, and when it is named `.001` or so, those that follow it without a gap."""
    found = [file]
    while (number := found[-1].suffix[1:]).isdecimal() and len(number) >= 3:
        following = found[-1].with_suffix(f".{int(number) + 1:03}")
        if not following.is_file():
            break
        found.append(following)
    return found


@ledger.command("trust")
@click.argument("origin")
@click.argument("verifier_key")
@click.option("--encryption-key", default="", help="As printed there by 'ledger key --encryption'.")
@json_option
def trust(origin: str, verifier_key: str, encryption_key: str, as_json: bool) -> None:
    """Adds a node to the directory of those whose logs are accepted here."""
    ready()
    from countermark.ledger import exchange

    exchange.trust(origin, verifier_key, encryption_key, by=actor())
    if as_json:
        print_json({"origin": origin, "verifier_key": verifier_key, "encryption_key": encryption_key})


@click.command("rebuild")
@json_option
def rebuild(as_json: bool) -> None:
    """Drops every view and folds the logs again."""
    ready()
    from countermark.ledger import projections
    from countermark.ledger.rebuild import rebuild_views

    rebuild_views(progress("views rebuilt"))
    if as_json:
        print_json({"rebuilt": [projection.name for projection in projections.PROJECTIONS]})


@click.command("backup")
@click.argument("file", type=_File)
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Writes a consistent copy of the running node to FILE, without its signing key."""
    ready()
    from countermark.ledger import backup as backups

    backups.write(file, progress("backed up"))
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size})


@click.command("restore")
@click.argument("file", type=_READ)
@json_option
def restore(file: Path, as_json: bool) -> int:
    """Fills an empty store from a backup and opens a new generation of its log with a new key."""
    ready()
    from countermark.ledger import backup as backups

    restored = backups.restore(file, progress("restored"))
    if as_json:
        print_json(restored)
    else:
        click.echo(f"{restored.origin} continues {restored.previous}, {restored.entries:,} entries")
        click.echo(f"its verifier key: {restored.verifier_key}")
    return OK


def _own_log() -> "Log":
    ready()
    from countermark.ledger import services

    return services.require_own_log()


def _held_log(origin: str) -> "Log":
    ready()
    from countermark.ledger.models import Log

    log = Log.objects.filter(origin=origin).first()
    if log is None:
        raise Finding(f"no log of {origin} is held here")
    return log


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


COMMANDS: dict[str, click.Command] = {"ledger": ledger, "rebuild": rebuild, "backup": backup, "restore": restore}
