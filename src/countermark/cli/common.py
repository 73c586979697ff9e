"""What all commands share: the store made ready, the actor, JSON on stdout, progress on a terminal only."""

import getpass
import sys
import time
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
import msgspec

from countermark import cli
from countermark.ledger.reasons import LISTS, OTHER, Reason
from countermark.marks.sentences import NotAllowed

Command = Callable[..., Any]


def ready() -> None:
    """Sets Django up and creates or migrates the store."""
    import django

    django.setup()
    from countermark.ledger import schema

    schema.prepare()
    from countermark.ledger import services

    if problem := services.clock_problem():
        click.echo(f"warning: {problem}", err=True)


def actor() -> Any:
    """The person in whose name the command acts: `--as USER`, else the operating-system user."""
    from countermark.ledger.services import Actor

    try:
        system = f"os:{getpass.getuser()}"
    except (OSError, KeyError):
        system = "os:unknown"
    context = click.get_current_context()
    root = context.find_root()
    named = (root.obj or {}).get("as")
    return Actor(_user(named), via=system) if named else Actor(system)


def _user(name: str) -> str:
    """A store that knows people knows in whose name one can act: a typing error must not invent an officer."""
    from countermark.accounts.models import User

    if User.objects.exists() and not User.objects.filter(username=name, disabled=False).exists():
        raise click.UsageError(f"--as: there is no user {name!r} who may sign in")
    return name


def because(kind: str, *, required: bool = True) -> Callable[[Command], Command]:
    """Options that ask why: `--reason CODE`, of the list `kind`, and `--words`; the command is given both as `reason`."""
    of = LISTS[kind]

    def add(command: Command) -> Command:
        @wraps(command)
        def asked(*args: Any, reason: str, words: str, **more: Any) -> Any:
            return command(*args, reason=Reason(reason, words), **more)

        said = f"Why; kept in the ledger. One of: {', '.join(of.codes)}{'; or words' if of.plain else ''}."
        option = click.option(
            "--reason", metavar="CODE", required=required, default=None if required else "", help=said
        )
        also = click.option("--words", metavar="TEXT", default="", help=f"The same in words; {OTHER} needs them.")
        return option(also(asked))

    return add


_printed = [False]


def print_json(value: Any) -> None:
    """Prints one JSON object, and nothing else, on stdout."""
    _printed[0] = True
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def print_problem(message: str) -> None:
    """Where JSON was asked for and nothing printed yet, the one object says what went wrong."""
    if "--json" in sys.argv and not _printed[0]:
        print_json({"error": message})


always_json = click.option("--json", expose_value=False, is_flag=True, help="The answer is JSON with or without this.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def progress(label: str) -> Callable[[int, int], None]:
    """A progress line on stderr, on a terminal only: call it with (done, total); total 0 means unknown."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    last = [0.0]

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        if now - last[0] < 0.2 and done != total:
            return
        last[0] = now
        share = f" of {total:,} ({100 * done // total} %)" if total else ""
        sys.stderr.write(f"\r{label}: {done:,}{share}   ")
        if total and done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show


def done(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """What a service gives, or its refusal as a finding."""
    try:
        return call(*args, **named)
    except NotAllowed as refusal:
        raise cli.Finding(str(refusal)) from refusal


def text_of(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file that was named."""
    try:
        return path.read_text(encoding)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {path}: {error}") from error


def write(path: Path, data: str | bytes) -> None:
    """Writes a file that was named; a text in UTF-8."""
    try:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from error


def show(lines: Sequence[dict[str, Any]], what: str, as_json: bool) -> None:
    """Prints lines for a person, or one JSON object."""
    if as_json:
        print_json({what: lines})
        return
    for line in lines:
        click.echo("  ".join(str(value) for value in line.values() if value not in ("", None, [], {})))
