"""`countermark stockpile changes`: what was changed of a record, field by field."""

import click

from countermark import cli
from countermark.cli.common import json_option, ready, show
from countermark.cli.stockpile.common import party

KINDS = ("unit", "policy", "person", "kit", "countplan")


@click.command("changes")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("what", metavar="RECORD")
@json_option
def changes(kind: str, what: str, as_json: bool) -> None:
    """What was changed of a storage unit or of the rules of a store (place, or `national`), of a person on the roster (card or name), of a kit (code) or of a
    counting plan (id): field, before, after, by whom and when, the newest first.
    """
    ready()
    from countermark.register.services import side_texts
    from countermark.stockpile import changes as told

    key = _key(kind, what)
    found = told.of(kind, key)
    if not found:
        raise cli.Finding(f"{what} is no {kind} of this store")
    names = side_texts([text for one in found for text in (one.by, one.why, one.old, one.new) if isinstance(text, str)])
    lines = [
        {
            "time": one.time,
            "by": names.get(one.by, one.by),
            "field": one.field,
            "old": names.get(one.old, one.old) if isinstance(one.old, str) else one.old,
            "new": names.get(one.new, one.new) if isinstance(one.new, str) else one.new,
            "why": names.get(one.why, one.why),
        }
        for one in found
    ]
    show(lines, "changes", as_json)


def _key(kind: str, what: str) -> str:
    from countermark.ledger import identity
    from countermark.stockpile import acts
    from countermark.stockpile.codes import house

    if kind == "person":
        return identity.ref_of(party(what))
    if kind == "kit":
        found = house.parse(what)
        return found[1] if found else what
    return acts.place_id(what) or what


COMMANDS = (changes,)
