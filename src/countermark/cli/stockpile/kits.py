"""`countermark stockpile kit`: what is issued by one scan."""

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.stockpile.common import weapon_ids


@click.group("kit")
def kit() -> None:
    """Kits: weapons, and what goes along with them, put on a counter by one scan."""


@kit.command("set")
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--name", required=True)
@click.option("--at", "place", required=True, help="The place it is kept at.")
@click.option("--with", "along", multiple=True, metavar="THING", help="What goes along: '2 magazines'. Repeatable.")
@click.option("--kit", "code", default="", metavar="CODE", help="Says this kit anew.")
@json_option
def set_kit(weapons: tuple[str, ...], name: str, place: str, along: tuple[str, ...], code: str, as_json: bool) -> None:
    """Puts a kit together, or says anew what one is; prints its code."""
    ready()
    from countermark.stockpile import kits
    from countermark.stockpile.codes import house

    fields = kits.KitFields(name, place, weapon_ids(weapons), kits.accessories_of_text("\n".join(along)))
    made = house.shown(kits.set_kit(fields, code=_key(code) if code else "", by=actor()))
    if as_json:
        print_json({"kit": made})
        return
    click.echo(made)


@kit.command("list")
@click.option("--all", "dissolved", is_flag=True, help="Those that were taken apart too.")
@json_option
def list_kits(dissolved: bool, as_json: bool) -> None:
    """Lists the kits, by name."""
    ready()
    from countermark.stockpile import kits

    found = kits.at(None, dissolved=dissolved)
    if as_json:
        print_json({"kits": [kits.plain(one) for one in found]})
        return
    show([{"code": one.remark, "weapons": len(one.kit.weapons)} for one in found], "kits", False)


@kit.command("apart")
@click.argument("code")
@json_option
def apart(code: str, as_json: bool) -> None:
    """Takes a kit apart: its code means nothing any more."""
    ready()
    from countermark.stockpile import kits

    kits.dissolve(_key(code), by=actor())
    if as_json:
        print_json({"kit": code, "state": kits.DISSOLVED})


def _key(code: str) -> str:
    from countermark.stockpile import kits

    found = kits.find(code)
    if found is None:
        raise cli.Finding(f"{code} is no kit of this store")
    return found.code


COMMANDS = (kit,)
