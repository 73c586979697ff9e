"""What somebody asked to change on the record of a weapon, as who is to approve it sees it: the event, and each field before and after.

Names of persons and remarks are hidden, as on the record, until it was said why they are needed: by whoever may open personal data, and by
whoever is to decide, who could not otherwise, as long as it waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger import store
from countermark.register import asking, checking
from countermark.register.forms.reasons import WhyLooked, why_of
from countermark.register.models import Weapon
from countermark.register.queries import personal, scope
from countermark.register.reasons import told
from countermark.register.rules import history
from countermark.register.services import fields_of, side_texts
from countermark.register.views.common import actor, me, named, posted
from countermark.register.views.opened import Opened
from countermark.register.words import label
from countermark.stockpile import proposals, queries
from countermark.stockpile.proposals import Proposal
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import when
from countermark.stockpile.views.pages import Cell, Page, Table, asked, weapon_cells

LISTS = {"add": "", "correct": "correction", "join": "same_weapon"}
"""The list a reason is of."""
OPENED = Opened("opened_proposals", 20)
SHOWN = ("event", "date", "from", "to", "country", "place", "document", "note", "component", "mark", "other_ref", "why")


@dataclass(frozen=True)
class Names:
    """Texts a change is about, by their ids: all there are, and those that may be shown."""

    texts: Mapping[str, str]
    shown: Mapping[str, str]

    @property
    def hidden(self) -> bool:
        """Whether something is kept back."""
        return len(self.shown) < len(self.texts)


def names(request: HttpRequest, known: Subject) -> Names:
    """The names of a proposal as this person may read them now."""
    found = _texts(known.of(Proposal).command)
    return Names(found, found if _is_open(request, known) else personal.impersonal(found))


def may_open(request: HttpRequest, known: Subject) -> bool:
    """Whether this person may say why they need the names of a proposal, and then read them."""
    return _is_to_decide(request, known) or accounts.may(me(request), "person.view")


def _is_to_decide(request: HttpRequest, known: Subject) -> bool:
    value = known.of(Proposal)
    waits = known.state == "pending" and value.by != me(request).person
    return waits and proposals.may_approve(actor(request), value.act, known.place)


def open_names(request: HttpRequest, known: Subject, page: Page) -> HttpResponse:
    """Asks why the names of a proposal are needed, and opens them for fifteen minutes; one act per person says who looked and why."""
    command = known.of(Proposal).command

    def do(said: dict[str, Any]) -> str:
        personal.names_looked_at(_texts(command), str(command["weapon"]), why_of(said), by=actor(request))
        OPENED.remember(request, known.key)
        return page.above[0]

    return asked(request, WhyLooked(posted(request)), do, page, page.title)


def _is_open(request: HttpRequest, known: Subject) -> bool:
    return OPENED.holds(request, known.key) and may_open(request, known)


def facts(command: Mapping[str, Any]) -> list[tuple[str, Cell]]:
    """What is asked for, and why."""
    why = reason(command, side_texts([words_of(command)]))
    return [(_("Asked for"), Cell(asked_for(command))), *([(_("Why"), Cell(why))] if why else [])]


def words_of(command: Mapping[str, Any]) -> str:
    """The id of the note that says why; empty where a code alone does."""
    return str(command.get("reason", ""))


def reason(command: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """Why it is asked for, of whose words `texts` are: that is no personal data, it is what who asks answers with."""
    code, of = str(command.get("reason_code", "")), LISTS.get(str(command.get("do")), "")
    return told(code, of, texts.get(words_of(command), ""))


def listed(request: HttpRequest, known: Subject) -> list[str]:
    """The ids of the weapons it is about that this person may see now; who is to decide sees what they decide on."""
    command = known.of(Proposal).command
    about = [*asking.weapons_in(command), *([str(command["survivor"])] if command.get("do") == "join" else [])]
    if _is_to_decide(request, known):
        return about
    seen = {one.pk for one in visible(me(request), about)}
    return [one for one in about if queries.as_uuid(one) in seen]


def visible(user: User, weapons: Iterable[str]) -> list[Weapon]:
    """Those of some weapons that somebody may see, as things stand."""
    wanted = [queries.as_uuid(one) for one in weapons]
    if not wanted or not accounts.may(user, "weapon.view"):
        return []
    return list(scope.of(user).narrow(Weapon.objects.filter(pk__in=wanted)))


def tables(command: Mapping[str, Any], names: Names, listed: Sequence[str]) -> list[Table]:
    """The weapons of it that are `listed`, and what changes. For who may not see the weapon (any more), what was asked alone: not what is recorded."""
    seen = set(asking.weapons_in(command)) <= set(listed)
    headers = [_("Field"), *([_("Now")] if seen else []), _("Then")]
    rows = [
        (Cell(_(label(name, "column"))), *([_cell(name, old, names)] if seen else []), _cell(name, new, names))
        for name, old, new in _changes(command)
        if seen or new
    ]
    weapons = [Table(_("Weapons"), [_("Serial"), _("Weapon")], weapon_cells(listed))] if listed else []
    return [*weapons, *([Table(_("What changes"), headers, rows, id="changes")] if rows else [])]


def asked_for(command: Mapping[str, Any]) -> str:
    """What is asked for, in a few words."""
    if command.get("do") == "join":
        return _("Say that two records are one weapon")
    if command.get("do") == "add":
        return _("Record an event")
    return _("Correct an event") if "fields" in command else _("Say that an event did not happen")


def _changes(command: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each field with what it says and what it would say; names, places, documents and remarks by their ids."""
    recorded = _recorded(command)
    old, new = _in_words(recorded), {}
    if "fields" in command:
        new = _in_words({**recorded, **command["fields"]})
    return [
        (name, old.get(name, ""), new.get(name, ""))
        for name in SHOWN
        if (old.get(name) or new.get(name)) and (name == "event" or old.get(name, "") != new.get(name, ""))
    ]


def _in_words(columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of an event with what the code of its reason means; a code of another event is not taken along."""
    code, event = columns.get("why", ""), columns.get("event", "")
    return {**columns, "why": told(code, event) if checking.fits(code, event) else ""}


def _recorded(command: Mapping[str, Any]) -> dict[str, str]:
    """What the event that is to be corrected says; nothing where a new one is asked for."""
    found = store.find(str(command["event"])) if command.get("do") == "correct" else []
    if not found:
        return {}
    line = history(found[:1])[0]
    ids = {"from": line.sender, "to": line.receiver, "place": line.place, "document": line.document}
    return {**fields_of(found[0]), **ids}


def _texts(command: Mapping[str, Any]) -> dict[str, str]:
    """The texts behind the ids of a change."""
    changed = [(old, new) for name, old, new in _changes(command) if name in asking.TEXTS]
    return side_texts([text for pair in changed for text in pair if text])


def _cell(column: str, text: str, names: Names) -> Cell:
    if column == "event" and text:
        return Cell(_(label(text, "event")))
    if column not in asking.TEXTS:
        return Cell(when(text) if column == "date" else text)
    name = named(text, dict(names.texts), dict(names.shown))
    if name.hidden:
        return Cell(_("note hidden") if column == "note" else _("name hidden"))
    return Cell(_("name erased or not held here") if name.erased else name.text)
