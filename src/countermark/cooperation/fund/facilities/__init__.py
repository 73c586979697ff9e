"""Facilities that fund assistance: those that come with the program, one file each, and those a State added, in its register."""

from functools import cache
from importlib.resources import files

from countermark.cooperation import acts, states
from countermark.cooperation.fund.rules import eligibility
from countermark.cooperation.fund.rules.eligibility import Facility
from countermark.ledger.services import Actor
from countermark.marks.sentences import said

TEMPLATE = "national-template.toml"
states.record("fundfacility", Facility)


@cache
def shipped() -> dict[str, Facility]:
    """The facilities that come with the program, by id; the template is none of them."""
    folder = files("countermark.cooperation.fund.facilities")
    texts = [one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".toml") and one.name != TEMPLATE]
    return {found.id: found for found in sorted(map(eligibility.read, texts), key=lambda one: one.id)}


def template() -> str:
    """The file to copy for conditions of one's own."""
    return (files("countermark.cooperation.fund.facilities") / TEMPLATE).read_text("utf-8")


def everything() -> dict[str, Facility]:
    """Every facility, by id."""
    return {**shipped(), **{one.key: one.of(Facility) for one in acts.subjects("fundfacility")}}


def add(text: str, *, by: Actor) -> Facility:
    """Takes the conditions of a facility (TOML) into the register; with an id the State gave before it replaces those. Raises `Refused`."""
    try:
        found = eligibility.read(text)
    except ValueError as error:
        raise acts.refuse("rules", "", said(error), "unreadable") from error
    if found.id in shipped():
        raise acts.refuse("rules", found.id, "an id of its own: this one comes with the program", "known")
    acts.state_record("fundfacility", found.id, found, by=by)
    return found
