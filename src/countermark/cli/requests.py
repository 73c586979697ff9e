"""`countermark verify-answer`: is what another State told genuine, and was it there before the request? Needs no store."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from countermark import cli
from countermark.cli.common import json_option, print_json
from countermark.tracing.requests import proofs

_path = click.Path(path_type=Path, dir_okay=False)


@click.command("verify-answer")
@click.argument("file", metavar="FILE", type=_path)
@click.option(
    "--checkpoint",
    "held",
    multiple=True,
    metavar="FILE",
    type=_path,
    help="A signed checkpoint of the sender's log that you or a witness held before the request. May be repeated.",
)
@click.option(
    "--key", "keys", multiple=True, metavar="KEY", help="A verifier key you trust for the sender. May be repeated."
)
@json_option
def verify_answer(file: Path, held: Sequence[Path], keys: Sequence[str], as_json: bool) -> None:
    """Checks the proofs of a released answer, offline."""
    answer = _answer(file)
    report = proofs.verify(answer, [_text(path) for path in held], list(keys))
    if as_json:
        print_json(msgspec.to_builtins(report))
    else:
        _print(report, with_key=not keys)
    if not report.ok:
        click.get_current_context().exit(cli.FINDINGS)


def _answer(file: Path) -> proofs.Answer:
    try:
        if file.stat().st_size > proofs.MAX_BYTES:
            raise click.UsageError(f"{file} is larger than {proofs.MAX_BYTES} bytes")
        return proofs.read(file.read_bytes())
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
    except proofs.AnswerError as error:
        raise click.UsageError(f"{file}: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {path}: {error}") from error


def _print(report: proofs.Report, *, with_key: bool) -> None:
    for one in report.records:
        if one.genuine:
            date = "there before the checkpoint you held" if one.before == "proven" else "date asserted, not proven"
            click.echo(f"genuine; {date}: {one.event_id}")
        else:
            click.echo(f"NOT GENUINE: {one.event_id}: {one.why}")
    for event_id in report.unproven:
        click.echo(f"told without its entry, unproven: {event_id}")
    for problem in report.problems:
        click.echo(f"PROBLEM: {problem}")
    if with_key:
        click.echo(f"signed by the key the answer itself names; compare it by other means: {report.key}")


COMMANDS = {"verify-answer": verify_answer}
