"""`countermark init`, `countermark user` and `countermark erase`."""

import re

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready


@click.command()
@click.option("--state", required=True, metavar="CC", help="ISO code of the State.")
@click.option("--node", default="main", show_default=True, help="Name of this node within the State.")
@click.option("--administrator", default="admin", show_default=True, help="User name of the first administrator.")
@click.option(
    "--joining",
    is_flag=True,
    help="A further node of the State: no administrator yet. Adopt the State's names ('peer adopt'), then run init again without this.",
)
@json_option
def init(state: str, node: str, administrator: str, joining: bool, as_json: bool) -> int:
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
    waits = joining or User.objects.exists()
    password = None if waits else accounts.add_user(administrator, ["admin"], by=actor())
    if as_json:
        made = {"administrator": administrator if password else None, "password": password}
        print_json({"origin": log.origin, "verifier_key": log.verifier_key, **made})
        return cli.OK
    click.echo(f"store of {log.origin}; its log can be verified with the key {log.verifier_key}")
    if joining:
        click.echo(
            "no administrator yet: exchange cards ('countermark peer'), adopt the names of the State, then run init again"
        )
    elif password is None:
        click.echo("the store has users already; 'countermark user add' adds others")
    else:
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
@json_option
def add(name: str, roles: tuple[str, ...], place: str | None, full_name: str, as_json: bool) -> int:
    """Adds a user and prints a one-time password."""
    ready()
    from countermark.accounts import services as accounts

    _show_password(name, accounts.add_user(name, roles, place, full_name=full_name, by=actor()), as_json)
    return cli.OK


@user.command()
@click.argument("name")
@json_option
def reset(name: str, as_json: bool) -> int:
    """Forgets a user's password and second factors, and prints a one-time password."""
    ready()
    from countermark.accounts import services as accounts

    _show_password(name, accounts.reset_user(name, by=actor()), as_json)
    return cli.OK


def _show_password(name: str, password: str, as_json: bool) -> None:
    if as_json:
        print_json({"user": name, "password": password})
        return
    click.echo(f"user {name}, one-time password {password}")


@user.command()
@click.argument("name")
@json_option
def disable(name: str, as_json: bool) -> int:
    """Closes a user's access at once."""
    ready()
    from countermark.accounts import services as accounts

    accounts.disable_user(name, by=actor())
    if as_json:
        print_json({"user": name, "disabled": True})
        return cli.OK
    click.echo(f"user {name} is disabled")
    return cli.OK


@click.command()
@click.option("--person", "names", metavar="NAME", multiple=True, help="Name of a party or person, in any capitals.")
@click.option("--ref", "refs", metavar="URN", multiple=True, help="Opaque id of any text: urn:countermark:KIND:...")
@click.option("--attachment", "attachments", metavar="DIGEST", multiple=True, help="SHA-256 of a received document.")
@click.option("--reason", required=True, help="Why; it is kept and shown, so it must not name the person.")
@json_option
def erase(
    names: tuple[str, ...], refs: tuple[str, ...], attachments: tuple[str, ...], reason: str, as_json: bool
) -> int:
    """Erases names, other side texts and received documents for good; the ledger stays whole and still verifies.

    Each option may be given several times. Backups and copies handed out are not reached.
    """
    if not (names or refs or attachments):
        raise click.UsageError("erase what? give --person NAME, --ref URN or --attachment DIGEST")
    if not reason.strip():
        raise click.UsageError("--reason must say why")
    chosen = [_hex(ref, _REF, "urn:countermark:party:<64 hexadecimal digits>") for ref in refs]
    digests = [_hex(one, _DIGEST, "sha256:<64 hexadecimal digits>") for one in attachments]
    ready()
    from countermark.ledger import services

    for name in names:
        chosen += services.refs_of_people(name)
    erased = services.erase(chosen, attachments=digests, by=actor(), reason=reason)
    if as_json:
        print_json({"erased": erased})
        return cli.OK
    click.echo(f"{erased} erased" if erased else "erased before: nothing was left to erase")
    return cli.OK


_REF = re.compile(r"(?:urn:countermark:[a-z]+:)?([0-9a-f]{64})")
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def _hex(text: str, form: re.Pattern[str], expected: str) -> str:
    match = form.fullmatch(text)
    if match is None:
        raise click.UsageError(f"{text!r}: expected {expected}")
    return match[1]


COMMANDS: dict[str, click.Command] = {"init": init, "user": user, "erase": erase}
