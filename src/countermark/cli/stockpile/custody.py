"""`countermark stockpile receive|issue|return|move|settle|out|receipt`: hand-overs."""

from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, ready, show
from countermark.cli.stockpile.common import override_options, party, weapon_ids
from countermark.ledger.reasons import Reason

_weapons = click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
_at = click.option("--at", "store", required=True, help="The place of the counter.")
_happened = click.option("--happened", default="", help="When, if it was earlier: a date or a time with its zone.")
_second = click.option("--second", default="", help="The user who confirms; asks for their password.")
_note = click.option("--note", default="", help="A remark.")


def _counter(store: str, happened: str, second: str) -> Any:
    from countermark.stockpile import acts
    from countermark.stockpile.receipts import Counter

    by = actor()
    return Counter(acts.place_id(store), by, confirmed(second, store, by.name), "", happened)


def confirmed(name: str, store: str, beside: str) -> str:
    """The person id of a second person, who keys a password here; empty where nobody was named. `store` is a place by name or id."""
    if not name:
        return ""
    from countermark.accounts.models import User
    from countermark.stockpile import acts, seconds

    secret = click.prompt(f"Password of {name}", hide_input=True, err=True)
    # Who acts as the operating-system user is no user of the store, and so nobody's second self.
    me = User.objects.filter(username=beside).first() or User(username=beside)
    return seconds.confirm(name, secret, beside=me, place=acts.place_id(store))


def _print(code: str, as_json: bool) -> None:
    from countermark.stockpile.codes import house

    if as_json:
        print_json({"receipt": code})
        return
    click.echo(f"receipt {house.shown(code)}")


@click.command("receive")
@_weapons
@_at
@click.option("--from", "sender", default="", help="Who brings them.")
@click.option("--document", default="", help="The paper they come with.")
@_note
@_happened
@_second
@json_option
def receive(weapons: tuple[str, ...], store: str, sender: str, document: str, note: str, happened: str, second: str, as_json: bool) -> None:  # fmt: skip
    """Takes weapons into the account of a store."""
    ready()
    from countermark.stockpile import receipts

    at = _counter(store, happened, second)
    _print(receipts.receive(at, weapon_ids(weapons), sender=sender, document=document, note=note), as_json)


@click.command("issue")
@_weapons
@_at
@click.option("--to", "receiver", required=True, help="Card, name or id of somebody on the roster.")
@click.option("--for", "kind", required=True, help="assignment, shift, loan, repair or evidence.")
@click.option("--due", default="", help="When they are due back; without, as the rules of the store say.")
@override_options
@_note
@_happened
@_second
@json_option
def issue(weapons: tuple[str, ...], store: str, receiver: str, kind: str, due: str, override: Reason | None, note: str, happened: str, second: str, as_json: bool) -> None:  # fmt: skip
    """Issues weapons to somebody on the roster."""
    ready()
    from countermark.stockpile import receipts

    at, to = _counter(store, happened, second), party(receiver)
    code = receipts.issue(at, weapon_ids(weapons), to, kind, due=due, override=override, note=note)
    _print(code, as_json)


@click.command("return")
@_weapons
@_at
@click.option("--by", "bearer", default="", help="Who brings them, where it is not who has them.")
@_note
@_happened
@_second
@json_option
def give_back(weapons: tuple[str, ...], store: str, bearer: str, note: str, happened: str, second: str, as_json: bool) -> None:  # fmt: skip
    """Takes issued weapons back."""
    ready()
    from countermark.stockpile import receipts

    at = _counter(store, happened, second)
    _print(receipts.give_back(at, weapon_ids(weapons), person=party(bearer) if bearer else "", note=note), as_json)


@click.command("move")
@_weapons
@click.option("--to", "store", required=True, help="The place they go to.")
@_note
@_happened
@json_option
def move(weapons: tuple[str, ...], store: str, note: str, happened: str, as_json: bool) -> None:
    """Puts weapons of the store somewhere else in it."""
    ready()
    from countermark.stockpile import custody

    found = weapon_ids(weapons)
    custody.move(found, store, note=note, happened=happened, by=actor())
    if as_json:
        print_json({"moved": len(found)})


@click.command("settle")
@click.argument("weapon")
@click.option("--at", "store", required=True, help="The store it is in or belongs to.")
@because("settled")
@click.option("--with", "holder", default="", help="Who has it, where it is not in the store.")
@click.option("--for", "kind", default="shift", help="How they have it.")
@json_option
def settle(weapon: str, store: str, reason: Reason, holder: str, kind: str, as_json: bool) -> None:
    """Says where a weapon is whose hand-overs contradict each other."""
    ready()
    from countermark.stockpile import settling

    (found,) = weapon_ids([weapon])
    settling.settle(found, store, reason, holder=party(holder) if holder else "", kind=kind, by=actor())
    if as_json:
        print_json({"weapon_id": found})


@click.command("out")
@click.option("--holder", default="", help="Only what somebody (card, name or id) has.")
@json_option
def out(holder: str, as_json: bool) -> None:
    """What is out, the longest overdue first."""
    ready()
    from countermark.stockpile import queries

    found = queries.of_person(party(holder)) if holder else queries.out_of(None)
    lines = [
        {
            "weapon_id": str(one.weapon.pk),
            "serial": one.weapon.serial,
            "holder": one.holder,
            "custody": one.holding.custody if one.holding else "",
            "due": one.holding.due if one.holding else "",
            "overdue": one.overdue,
            "store": one.store,
        }
        for one in found
    ]
    show(lines, "out", as_json)


@click.group("receipt")
def receipt() -> None:
    """Hand receipts: shows one, proves one, checks the proof of one."""


@receipt.command("show")
@click.argument("code")
@json_option
def show_receipt(code: str, as_json: bool) -> None:
    """Shows a receipt and its proof."""
    ready()
    from countermark.stockpile import acts, receipts
    from countermark.stockpile.codes import house

    parsed = house.parse(code)
    known = acts.subject("receipt", parsed[1]) if parsed else None
    if known is None:
        raise cli.Finding(f"{code} is no receipt of this store")
    line = {"receipt": known.key, "state": known.state, "recorded": known.since, **known.value}
    line["proof"] = receipts.proof_of(known.key)
    if as_json:
        print_json(line)
        return
    for name, value in line.items():
        click.echo(f"{name}: {value}")


@receipt.command("verify")
@click.argument("proof")
@click.option("--key", "keys", multiple=True, help="A verifier key ('countermark ledger key'); repeat.")
@click.option("--keys", "file", type=click.Path(path_type=Path, dir_okay=False), help="A file with one key a line.")
@json_option
def verify(proof: str, keys: tuple[str, ...], file: Path | None, as_json: bool) -> None:
    """Checks the proof a printed receipt bears. Needs keys and no store."""
    import django

    django.setup()
    import msgspec

    from countermark.stockpile import receipts

    known = [*keys, *(file.read_text("utf-8").split() if file else [])]
    if not known:
        raise click.UsageError("give the key of the node that made it: --key or --keys")
    try:
        found = receipts.verify(proof.strip(), known)
    except ValueError as error:
        raise cli.Finding(str(error)) from error
    if as_json:
        print_json({"ok": True, **msgspec.to_builtins(found)})
        return
    click.echo(
        f"genuine: receipt {found.code} of {found.origin}, {found.direction}, {found.items} weapon(s), {found.time}"
    )


COMMANDS = (receive, issue, give_back, move, settle, out, receipt)
