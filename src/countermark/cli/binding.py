"""`countermark tags bind|unbind|list`: tags on the weapons of the store at hand."""

from typing import TYPE_CHECKING, Any

import click

from countermark.cli.common import actor, json_option, print_json, ready

if TYPE_CHECKING:
    from countermark.stockpile.tags.services import Changed

_note = click.option("--note", default="", help="A remark.")


@click.command("bind")
@click.argument("weapon_id", metavar="WEAPON")
@click.argument("tag", metavar="TAG")
@click.option("--tid", default="", help="The number of the tag's chip in hexadecimal, where it was read.")
@_note
@json_option
def bind(weapon_id: str, tag: str, tid: str, note: str, as_json: bool) -> None:
    """Puts a tag (an EPC in hexadecimal, or ble: and the number of a beacon) on a weapon."""
    ready()
    from countermark.stockpile.tags import services

    _show(services.bind(weapon_id, tag, tid=tid, note=note, by=actor()), as_json)


@click.command("unbind")
@click.argument("tag", metavar="TAG")
@click.option("--weapon", "weapon_id", default="", metavar="WEAPON", help="Which, where it is on two.")
@_note
@json_option
def unbind(tag: str, weapon_id: str, note: str, as_json: bool) -> None:
    """Takes a tag off its weapon."""
    ready()
    from countermark.stockpile.tags import services

    _show(services.unbind(tag, weapon_id=weapon_id, note=note, by=actor()), as_json)


@click.command("list")
@click.option("--weapon", "weapon_id", default="", metavar="WEAPON")
@click.option("--tag", default="", metavar="TAG")
@click.option("--twice", is_flag=True, help="Only tags that two depots put on two weapons.")
@json_option
def listing(weapon_id: str, tag: str, twice: bool, as_json: bool) -> None:
    """Lists which tags are on which weapons."""
    ready()
    from countermark.stockpile.tags import queries, services

    tag = services.tag_text(tag) if tag else ""
    rows = [
        {"tag": one.tag, "tid": one.tid, "weapon_id": str(one.weapon.id), "ref": one.weapon.ref, "since": one.since, "twice": one.twice}
        for one in queries.bound(weapon_id=weapon_id, tag=tag, twice=twice)
    ]  # fmt: skip
    if as_json:
        print_json({"tags": rows})
        return
    for row in rows:
        click.echo(f"{row['tag']}  {row['weapon_id']}  {row['ref']}{'  ON TWO WEAPONS' if row['twice'] else ''}")


def _show(changed: "Changed", as_json: bool) -> None:
    said: dict[str, Any] = {
        "weapon_id": changed.weapon,
        "tag": changed.tag,
        "tid": changed.tid,
        "eventID": changed.event_id,
        "new": changed.new,
    }
    if as_json:
        print_json(said)
    else:
        click.echo(f"{changed.tag}  {changed.weapon}  {'recorded' if changed.new else 'stood so already'}")


PART: tuple[click.Command, ...] = (bind, unbind, listing)
