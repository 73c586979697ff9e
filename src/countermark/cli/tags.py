"""`countermark tags` and `countermark scan`: what stands on tags, and what one scan means. Only `binding` needs a store."""

from collections.abc import Callable
from typing import Any

import click

from countermark import cli
from countermark.cli import binding
from countermark.cli.common import json_option, print_json

SCHEMES = ["giai-96", "giai-202", "sgtin-96", "sgtin-198"]


@click.group("tags")
def tags() -> None:
    """Encodes, decodes and draws the identities of RFID tags (GS1 EPC Tag Data Standard); puts tags on weapons."""


@tags.command("encode")
@click.argument("uri")
@click.option("--scheme", type=click.Choice(SCHEMES), help="How it is kept on the tag; a tag URI says it itself.")
@click.option("--filter", "filter_value", type=click.IntRange(0, 7), help="Filter value of the tag; 0 tells the least.")
@json_option
def encode(uri: str, scheme: str | None, filter_value: int | None, as_json: bool) -> int:
    """Turns an EPC URI into the hexadecimal that is written on a tag."""
    from countermark.stockpile.codes import tags as encoding

    made = _read(encoding.encode, uri, scheme or "", filter_value)
    _show({"hex": made.hex, "uri": made.uri, "tag_uri": made.tag_uri}, made.hex, as_json)
    return cli.OK


@tags.command("decode")
@click.argument("text", metavar="HEX")
@json_option
def decode(text: str, as_json: bool) -> int:
    """Says what the hexadecimal of a tag means."""
    from countermark.stockpile.codes import tags as encoding

    read = _read(encoding.decode, text)
    _show(_tag(read), f"{read.element_string or read.uri}  ({read.scheme})", as_json)
    return cli.OK


@tags.command("random")
@click.option("--prefix", required=True, help="The company number GS1 gave the State, 6 to 12 digits.")
@click.option("--scheme", type=click.Choice(SCHEMES), default="giai-96", show_default=True)
@click.option("--reference", default="", help="Item number, which the SGTIN encodings need.")
@click.option("--filter", "filter_value", type=click.IntRange(0, 7), default=0, show_default=True)
@click.option("--count", type=click.IntRange(1, 100_000), default=1, show_default=True)
@json_option
def random(prefix: str, scheme: str, reference: str, filter_value: int, count: int, as_json: bool) -> int:
    """Draws identities that mean nothing: who reads such a tag from outside learns nothing from it."""
    from countermark.stockpile.codes import tags as encoding

    drawn = [_read(encoding.drawn, prefix, scheme, filter_value, reference=reference) for _ in range(count)]
    _show({"tags": [_tag(one) for one in drawn]}, "\n".join(one.hex for one in drawn), as_json)
    return cli.OK


@click.command("scan")
@click.argument("text")
@json_option
def scan(text: str, as_json: bool) -> None:
    """Says what one scan means: a weapon, a tag, a card, a form, GS1 data, or a plain serial."""
    from countermark.stockpile.codes import describing
    from countermark.stockpile.codes import scan as meaning_of

    meaning = meaning_of(text)
    said = describing.as_data(meaning)
    if as_json:
        print_json(said)
    else:
        click.echo(f"{meaning.kind}: {meaning.value}" if meaning.value else meaning.kind)
        for line in describing.lines(meaning):
            click.echo(f"  {line}")
    if not meaning.usable:
        click.get_current_context().exit(cli.FINDINGS)


def _read(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """What the encoding gives, or its refusal as a finding."""
    from countermark.stockpile.codes.elements import Refused

    try:
        return call(*args, **named)
    except Refused as refusal:
        raise cli.Finding(str(refusal)) from refusal


def _tag(read: Any) -> dict[str, Any]:
    return {
        "scheme": read.scheme,
        "uri": read.uri,
        "element_string": read.element_string,
        "hex": read.hex,
        "tag_uri": read.tag_uri,
        "filter": read.filter,
    }


def _show(said: dict[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        print_json(said)
    else:
        click.echo(line)


for _command in binding.PART:
    tags.add_command(_command)

COMMANDS: dict[str, click.Command] = {"tags": tags, "scan": scan}
