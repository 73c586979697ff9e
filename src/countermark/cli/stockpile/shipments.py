"""`countermark stockpile shipment`: manifests, dispatch, hands on the way, arrival read in full."""

from pathlib import Path

import click

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, ready
from countermark.cli.stockpile.common import described, done, listed, request_option, weapon_ids
from countermark.cli.stockpile.custody import confirmed
from countermark.ledger.reasons import Reason

_key = click.argument("key", metavar="SHIPMENT")
_happened = click.option("--happened", default="", help="When, if it was earlier: a date or a time with its zone.")


@click.group("shipment")
def shipment() -> None:
    """Shipments between sites: each weapon is on the manifest, and read at arrival."""


@shipment.command("prepare")
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--from", "sender", required=True, help="The place they are sent from.")
@click.option("--to", "receiver", required=True, help="The place they go to.")
@click.option("--due", required=True, metavar="DAY", help="The day, or time with its zone, it is to have arrived by.")
@click.option("--authority", required=True, help="Who has ordered the transport.")
@click.option("--seal", "seals", multiple=True, help="The number of a seal; repeat.")
@click.option("--route", default="", help="Kept as a text only some may see.")
@click.option("--escort", default="")
@click.option("--vehicle", default="")
@click.option("--ammunition", default="", help="What ammunition goes apart.")
@request_option
@json_option
def prepare(weapons: tuple[str, ...], sender: str, receiver: str, due: str, authority: str, seals: tuple[str, ...], route: str, escort: str, vehicle: str, ammunition: str, request: str, as_json: bool) -> None:  # fmt: skip
    """Writes the manifest."""
    ready()
    from countermark.stockpile.shipments import services

    manifest = services.Manifest(
        sender, receiver, weapon_ids(weapons), due, seals, authority, route, escort, vehicle, ammunition
    )
    done("shipment", services.prepare(manifest, by=actor(), request=request), as_json)


@shipment.command("list")
@click.option("--state", default="", help="prepared, dispatched, short, arrived, cancelled or closed.")
@json_option
def list_shipments(state: str, as_json: bool) -> None:
    """Lists shipments, the newest first."""
    ready()
    listed("shipment", "shipments", state, as_json)


@shipment.command("show")
@_key
@json_option
def show_shipment(key: str, as_json: bool) -> None:
    """Shows one."""
    ready()
    done("shipment", key, as_json)


@shipment.command("dispatch")
@_key
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--second", default="", help="The user who confirms; asks for their password.")
@click.option("--account", default="", help="The unit that answers for them on the way, if it is not the sender's.")
@_happened
@json_option
def dispatch(key: str, weapons: tuple[str, ...], second: str, account: str, happened: str, as_json: bool) -> None:
    """Sends it off: WEAPONS are all that were read as they were loaded, and are those of the manifest."""
    ready()
    from countermark.stockpile.shipments import services

    by, known = actor(), services.known_shipment(key)
    confirmer = confirmed(second, known.place, by.name)
    services.dispatch(key, weapon_ids(weapons), second=confirmer, happened=happened, account=account, by=by)
    done("shipment", key, as_json)


@shipment.command("pass")
@_key
@click.option("--to", "party", required=True, help="Who took it over.")
@click.option("--where", required=True, help="Where it was handed over.")
@click.option("--condition", default="", help="Seals and condition.")
@_happened
@json_option
def pass_on(key: str, party: str, where: str, condition: str, happened: str, as_json: bool) -> None:
    """Records that it went from hand to hand on the way."""
    ready()
    from countermark.stockpile.shipments import services

    services.pass_on(key, party, where, condition=condition, happened=happened, by=actor())
    done("shipment", key, as_json)


@shipment.command("arrive")
@_key
@click.argument("weapons", nargs=-1, metavar="[WEAPON]...")
@click.option("--at", "store", required=True, help="Where they are put.")
@click.option("--seal", "seals", multiple=True, help="The number of a seal found; repeat.")
@click.option("--note", default="", help="A remark.")
@click.option("--second", default="", help="The user who confirms what nobody announced; asks for their password.")
@_happened
@json_option
def arrive(key: str, weapons: tuple[str, ...], store: str, seals: tuple[str, ...], note: str, second: str, happened: str, as_json: bool) -> int:  # fmt: skip
    """Takes in the weapons that were read. Exit status 1 where something is short, unannounced or a seal is not as it was."""
    ready()
    from countermark.stockpile.shipments import services

    by = actor()
    confirmer = confirmed(second, store, by.name)
    found = services.arrive(
        key, weapon_ids(weapons), store, seals=seals, note=note, happened=happened, second=confirmer, by=by
    )
    line = {
        "id": key, "finding": found.finding, "received": list(found.received), "short": list(found.short),
        "surplus": list(found.surplus), "seals_missing": list(found.seals_missing), "seals_foreign": list(found.seals_foreign),
    }  # fmt: skip
    if as_json:
        print_json(line)
    else:
        click.echo(f"{len(found.received)} received, {len(found.short)} short, {len(found.surplus)} unannounced")
    return cli.FINDINGS if found.finding else cli.OK


@shipment.command("cancel")
@_key
@because("shipment_cancelled")
@json_option
def cancel(key: str, reason: Reason, as_json: bool) -> None:
    """Takes back a manifest that was not sent off."""
    ready()
    from countermark.stockpile.shipments import services

    services.cancel(key, reason, by=actor())
    done("shipment", key, as_json)


@shipment.command("close")
@_key
@because("shipment_closed")
@json_option
def close(key: str, reason: Reason, as_json: bool) -> None:
    """Closes one whose missing weapons are an incident's now."""
    ready()
    from countermark.stockpile.shipments import services

    services.close_short(key, reason, by=actor())
    done("shipment", key, as_json)


@shipment.command("manifest")
@_key
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def manifest(key: str, file: Path, as_json: bool) -> None:
    """Writes the manifest as PDF, without the route."""
    ready()
    from countermark.stockpile import acts
    from countermark.stockpile.papers import manifest as papers

    described("shipment", key)
    one = acts.subject("shipment", key)
    assert one is not None  # noqa: S101 -- described above
    file.write_bytes(papers.pdf(one))
    if as_json:
        print_json({"id": key, "file": str(file)})


COMMANDS = (shipment,)
