"""`countermark stockpile proof` and `feature`: PINs and security keys of the counter, and what is off by default."""

import click

from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.stockpile.common import party


@click.group("proof")
def proof() -> None:
    """What people prove with at the counter who they are: PINs and security keys."""


@proof.command("code")
@click.argument("who")
@json_option
def code(who: str, as_json: bool) -> None:
    """Resets the PIN of somebody (card, name or id): prints a one-time code, good for a day, with which they set their own."""
    ready()
    from countermark.stockpile.counterauth import pins

    made = pins.issue_code(party(who), by=actor())
    if as_json:
        print_json({"code": made})
        return
    click.echo(f"one-time code {made}")


@proof.command("list")
@click.argument("who")
@json_option
def list_proofs(who: str, as_json: bool) -> None:
    """Lists what somebody has: a PIN, and the security keys in use."""
    ready()
    from countermark.stockpile.counterauth import passkeys, pins

    one = party(who)
    lines = [{"kind": "pin", "label": "", "key": ""}] if pins.has_pin(one) else []
    lines += [{"kind": row.kind, "label": row.label, "key": row.key} for row in passkeys.of(one)]
    show(lines, "proofs", as_json)


@proof.command("remove")
@click.argument("key")
@json_option
def remove(key: str, as_json: bool) -> None:
    """Takes a security key out of use (as `proof list` names it), for one that was lost."""
    ready()
    from countermark.stockpile.counterauth import passkeys

    passkeys.remove(key, by=actor())
    if as_json:
        print_json({"removed": key})


@proof.command("check")
@click.argument("receipt")
@json_option
def check(receipt: str, as_json: bool) -> None:
    """Checks the signature of a security key under a receipt; exit status 1 where it does not hold."""
    ready()
    from countermark.stockpile.counterauth import passkeys

    holds = passkeys.still_signed(receipt.replace("-", "").upper())
    if as_json:
        print_json({"receipt": receipt, "holds": holds})
    else:
        click.echo("the signature holds" if holds else "the signature does not hold")
    if not holds:
        raise SystemExit(1)


@click.command("feature")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--place", default="", help="Where, and below it; without, in the whole State.")
@click.option("--risk-read", is_flag=True, help="You have read the note that is printed without this.")
@json_option
def feature(state: str, place: str, risk_read: bool, as_json: bool) -> None:
    """Switches security keys at the counter on or off. They are off by default; `on` prints the note on their risk first."""
    ready()
    from countermark.stockpile.counterauth import features

    if state == "on" and not risk_read:
        raise click.UsageError(features.NOTES[features.PASSKEY] + " Say --risk-read to switch it on.")
    changed = features.switch(features.PASSKEY, state == "on", place=place, read=risk_read, by=actor())
    if as_json:
        print_json({"changed": changed})


COMMANDS = (proof, feature)
