"""`countermark init` and `countermark user`."""

import click

from countermark import cli
from countermark.cli.common import actor, ready


@click.command()
@click.option("--state", required=True, metavar="CC", help="ISO code of the State.")
@click.option("--node", default="main", show_default=True, help="Name of this node within the State.")
@click.option("--administrator", default="admin", show_default=True, help="User name of the first administrator.")
def init(state: str, node: str, administrator: str) -> int:
    """Makes a real store and its first administrator, and prints a password for the first sign-in."""
    import os

    os.environ["COUNTERMARK_STATE"], os.environ["COUNTERMARK_NODE"] = state, node
    ready()
    from countermark.accounts import services as accounts
    from countermark.accounts.models import User
    from countermark.ledger import services

    log = services.require_own_log()
    if log.origin.rpartition("/")[0] != f"{state}/{node}":
        raise cli.Finding(f"this store belongs to {log.origin.rpartition('/')[0]}")
    click.echo(f"store of {log.origin}; its log can be verified with the key {log.verifier_key}")
    if User.objects.exists():
        click.echo("the store has users already; 'countermark user add' adds others")
        return cli.OK
    password = accounts.add_user(administrator, ["admin"], by=actor())
    click.echo(f"administrator {administrator}, one-time password {password}")
    return cli.OK


@click.group()
def user() -> None:
    """Adds, resets and disables people."""


@user.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="May be given several times.")
@click.option("--place", help="The place the roles are held at (default: the whole State).")
@click.option("--full-name", default="")
def add(name: str, roles: tuple[str, ...], place: str | None, full_name: str) -> int:
    """Adds a user and prints a one-time password."""
    ready()
    from countermark.accounts import services as accounts

    password = accounts.add_user(name, roles, place, full_name=full_name, by=actor())
    click.echo(f"user {name}, one-time password {password}")
    return cli.OK


@user.command()
@click.argument("name")
def reset(name: str) -> int:
    """Forgets a user's password and second factors, and prints a one-time password."""
    ready()
    from countermark.accounts import services as accounts

    click.echo(f"user {name}, one-time password {accounts.reset_user(name, by=actor())}")
    return cli.OK


@user.command()
@click.argument("name")
def disable(name: str) -> int:
    """Closes a user's access at once."""
    ready()
    from countermark.accounts import services as accounts

    accounts.disable_user(name, by=actor())
    click.echo(f"user {name} is disabled")
    return cli.OK


COMMANDS: dict[str, click.Command] = {"init": init, "user": user}
