"""The sets of rules there are: those that come with the program, and those the State added."""

from functools import cache
from importlib.resources import files

import msgspec

from countermark.ledger.services import Actor
from countermark.marks.sentences import said
from countermark.stockpile import acts, states
from countermark.stockpile.civilian import rules
from countermark.stockpile.civilian.rules import Ruleset

TEMPLATE = "national-template.toml"
states.record("storagerules", Ruleset)


@cache
def shipped() -> dict[str, Ruleset]:
    """The sets that come with the program, by id; the template is none of them."""
    folder = files("countermark.stockpile.civilian.rulesets")
    names = [one for one in folder.iterdir() if one.name.endswith(".toml") and one.name != TEMPLATE]
    texts = [one.read_text("utf-8") for one in names]
    return {found.id: found for found in sorted(map(rules.read, texts), key=lambda one: one.id)}


def template() -> str:
    """The file to copy for rules of one's own."""
    return (files("countermark.stockpile.civilian.rulesets") / TEMPLATE).read_text("utf-8")


def everything() -> dict[str, Ruleset]:
    """Every set, by id."""
    own = {one.key: one.of(Ruleset) for one in acts.subjects("storagerules")}
    return {**shipped(), **own}


def on(day: str) -> dict[str, Ruleset]:
    """The sets in force on a day (ISO), by id."""
    return {key: one for key, one in everything().items() if rules.in_force(one, day)}


def add(text: str, *, by: Actor) -> Ruleset:
    """Takes a set of rules (TOML) into the register; with an id the State gave before it replaces that. Raises `Refused`."""
    try:
        found = rules.read(text)
    except ValueError as error:
        raise acts.refuse("rules", "", said(error), "unreadable") from error
    if found.id in shipped():
        raise acts.refuse("rules", found.id, "an id of its own: this one comes with the program", "known")
    acts.state_record("storagerules", found.id, found, by=by)
    return found


def plain(found: Ruleset) -> dict[str, object]:
    """A set as plain values, as programs read it."""
    value: dict[str, object] = msgspec.to_builtins(found)
    return value
