"""The command line (contract, *Commands*): exit statuses, output, and who is acting.

Each group of commands has its own module here; Django is set up only when a command needs the store.
"""

import importlib
import os
import sys

import click

OK, FINDINGS, USAGE, STORE, INTERRUPTED = 0, 1, 2, 3, 130

_COMMANDS = {
    "init": "people",
    "user": "people",
    "erase": "people",
    "load": "load",
    "add": "record",
    "correct": "record",
    "trace": "trace",
    "learn": "trace",
    "show": "record",
    "export": "load",
    "forms": "forms",
    "ledger": "ledger",
    "rebuild": "ledger",
    "backup": "ledger",
    "restore": "ledger",
    "peer": "replicate",
    "replicate": "replicate",
    "serve": "serve",
    "marking": "marking",
    "schema": "marking",
    "serials": "serials",
    "request": "requests",
    "blind": "blind",
    "case": "cases",
    "interpol": "interpol",
    "message": "requests",
    "verify-answer": "requests",
    "chain": "chain",
    "stockpile": "stockpile",
    "cooperation": "cooperation",
    "tags": "tags",
    "scan": "tags",
    "labels": "labels",
    "demo": "demo",
    "readers": "readers",
    "bench": "bench",
}
"""Which module holds which command: only that one is imported, so that `--help` and small commands start fast."""


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"countermark.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="countermark")
@click.option("--as", "as_user", metavar="USER", help="The person in whose name the command acts.")
@click.pass_context
def cli(ctx: click.Context, as_user: str | None) -> None:
    """Keeps the lawful life of every small arm and light weapon, and finds it again from its marks."""
    ctx.obj = {"as": as_user}


def main() -> None:
    """Runs the command line and exits with the contract's status."""
    for stream in (sys.stdout, sys.stderr):
        # Logs, records and answers are UTF-8 whatever the locale says.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countermark.settings")
    sys.exit(_run())


def _run() -> int:
    from countermark.cli import common, problems

    try:
        result = cli.main(standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; run the same command again to go on", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        common.print_problem(error.format_message())
        return error.exit_code if isinstance(error, Finding) else USAGE
    except BrokenPipeError:
        return OK
    except Exception as error:
        status = problems.status_of(error)
        if status is None:
            raise
        click.echo(f"countermark: {problems.message_of(error)}", err=True)
        common.print_problem(problems.message_of(error))
        return status
    return result if isinstance(result, int) else OK


class Finding(click.ClickException):
    """A command that did its work and found something wrong: exit status 1."""

    exit_code = FINDINGS
