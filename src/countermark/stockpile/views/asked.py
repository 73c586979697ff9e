"""What somebody asked to change on the record of a weapon, as who is to approve it sees it: the event, and each field before and after."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countermark.ledger import store
from countermark.register import asking
from countermark.register.reasons import told
from countermark.register.services import fields_of, side_texts
from countermark.register.words import label
from countermark.stockpile.templatetags.stockpile_words import when
from countermark.stockpile.views.pages import Cell, Table, weapon_cells

LISTS = {"add": "", "correct": "correction", "join": "same_weapon"}
"""The list a reason is of."""


def facts(command: Mapping[str, Any]) -> list[tuple[str, Cell]]:
    """What is asked for, and why."""
    words = str(command.get("reason", ""))
    why = told(
        str(command.get("reason_code", "")), LISTS.get(str(command.get("do")), ""), side_texts([words]).get(words, "")
    )
    return [(_("Asked for"), Cell(_asked_for(command))), *([(_("Why"), Cell(why))] if why else [])]


def tables(command: Mapping[str, Any]) -> list[Table]:
    """The weapons it is about, and what changes."""
    weapons = [*asking.weapons_in(command), *([str(command["survivor"])] if command.get("do") == "join" else [])]
    listed = Table(_("Weapons"), [_("Serial"), _("Weapon")], weapon_cells(weapons))
    rows = [
        (Cell(_(label(name, "column"))), _cell(name, old), _cell(name, new)) for name, old, new in _changes(command)
    ]
    changes = Table(_("What changes"), [_("Field"), _("Now"), _("Then")], rows)
    return [listed, changes] if rows else [listed]


def _asked_for(command: Mapping[str, Any]) -> str:
    if command.get("do") == "join":
        return _("Say that two records are one weapon")
    if command.get("do") == "add":
        return _("Record an event")
    return _("Correct an event") if "fields" in command else _("Say that an event did not happen")


def _changes(command: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each field with what it says and what it would say."""
    said = _named(asking.of_command(command) or {})
    found = store.find(str(command["event"])) if command.get("do") == "correct" else []
    old = fields_of(found[0]) if found else {}
    new = {**old, **said} if "fields" in command else {}
    names = [*old, *(name for name in said if name not in old)]
    return [
        (name, old.get(name, ""), new.get(name, ""))
        for name in names
        if name in SHOWN
        and (old.get(name) or new.get(name))
        and (name == "event" or old.get(name, "") != new.get(name, ""))
    ]


SHOWN = ("event", "date", "from", "to", "country", "place", "document", "note", "component", "mark", "other_ref")


def _named(fields: Mapping[str, str]) -> dict[str, str]:
    names = side_texts([text for column, text in fields.items() if column in asking.TEXTS])
    return {column: names.get(text, text) for column, text in fields.items()}


def _cell(column: str, text: str) -> Cell:
    if column == "event" and text:
        return Cell(_(label(text, "event")))
    return Cell(when(text) if column == "date" else text)
