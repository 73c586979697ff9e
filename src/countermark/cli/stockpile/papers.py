"""`countermark stockpile key-form|print-receipt`: papers of the counter."""

from pathlib import Path

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready
from countermark.cli.stockpile.common import override_options, party, weapon_ids
from countermark.cli.stockpile.custody import confirmed
from countermark.ledger.reasons import Reason


@click.command("key-form")
@click.argument("code", metavar="FORM")
@click.argument("weapons", nargs=-1, required=True, metavar="WEAPON...")
@click.option("--at", "store", required=True, help="The place of the counter.")
@click.option("--written", required=True, help="The day, or time with its zone, written on the form.")
@click.option("--happened", default="", help="When it happened, if that is another time.")
@click.option("--person", default="", help="Who received, or brought back: card, name or id.")
@click.option("--for", "kind", default="", help="assignment, shift, loan, repair or evidence.")
@click.option("--due", default="")
@override_options
@click.option("--second", default="", help="The user who confirms; asks for their password.")
@click.option("--note", default="", help="A remark.")
@json_option
def key_form(code: str, weapons: tuple[str, ...], store: str, written: str, happened: str, person: str, kind: str, due: str, override: Reason | None, second: str, note: str, as_json: bool) -> None:  # fmt: skip
    """Keys an issue or a return that was written on a numbered form; prints the receipt's code."""
    ready()
    from countermark.register import papers
    from countermark.stockpile import acts
    from countermark.stockpile.codes import house
    from countermark.stockpile.papers import keyed
    from countermark.stockpile.receipts import Counter

    form = papers.find(code)
    if form is None:
        raise cli.Finding(f"no form has the code {code}")
    by, place = actor(), acts.place_id(store)
    at = Counter(place, by, confirmed(second, store, by.name), happened=happened)
    who = party(person) if person else ""
    made = keyed.key(form.code, keyed.HandOver(at, weapon_ids(weapons), written, who, kind, due, override, note))
    if as_json:
        print_json({"receipt": made})
        return
    click.echo(f"receipt {house.shown(made)}")


@click.command("print-receipt")
@click.argument("code", metavar="RECEIPT")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--language", type=click.Choice(["ar", "en", "es", "fr", "ru", "zh"]), default="en", show_default=True)
@json_option
def print_receipt(code: str, file: Path, language: str, as_json: bool) -> None:
    """Writes a hand receipt as PDF: two copies on one sheet of A4."""
    ready()
    from countermark.stockpile import acts
    from countermark.stockpile.codes import house
    from countermark.stockpile.papers import languages, receipt

    parsed = house.parse(code)
    one = acts.subject("receipt", parsed[1]) if parsed else None
    if one is None:
        raise cli.Finding(f"{code} is no receipt of this store")
    with languages.spoken(language):
        file.write_bytes(receipt.pdf(one))
    if as_json:
        print_json({"receipt": one.key, "file": str(file)})


COMMANDS = (key_form, print_receipt)
