"""A record that a form states anew, whole: the form carries the record as it stood when it was opened, so that who sends last takes nobody's words away.

The form is refused where what it began with stands no more; then it shows what changed meanwhile beside what was typed, and sent again it counts.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from countermark.cooperation import acts, states
from countermark.cooperation.projection import PROJECTION
from countermark.cooperation.states import Subject
from countermark.cooperation.views.pages import Cell, Page, Table, asked
from countermark.marks.sentences import Sentence
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.views import pages

Fields = Mapping[str, forms.Field]
Lines = Mapping[str, tuple[str, Fields]]
"""The kinds of lines of a form by their names: what each is called, and the fields of one line."""
Said = Mapping[str, Any]
"""What stands in the fields of a form by their names: texts, codes, lists of codes, and lines as dicts."""
LONGEST = 100
_BETWEEN = "~"


class Stale(Refused):
    """The record is not any more what the form began with."""


@dataclass(frozen=True)
class Edited:
    """A record a form states anew; `initial` is what the form begins with, from the record."""

    request: HttpRequest
    found: Subject
    initial: Callable[[Subject], Said]

    def opened(self, page: Page) -> Page:
        """The page of the form, which carries what it was opened at."""
        return replace(page, seen=self._seen or _version(self.found, self.initial(self.found)))

    @property
    def _seen(self) -> str:
        return self.request.POST.get("seen", "")[:LONGEST]

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Where the record is stated anew: nobody else appends meanwhile. Raises `Stale`, and nothing is stated, where it is not what the form
        began with; not for who sends twice what stands there now.
        """
        with acts.alone():
            now = acts.subject(self.found.kind, self.found.key)
            yield
            after = acts.subject(self.found.kind, self.found.key)
            if now is None or after is None or (now.value, now.state) == (after.value, after.state):
                return
            if self._seen and _digest(self._seen) != _digest(_version(now, self.initial(now))):
                expected = Sentence("somebody has changed this since you opened it: what is different stands below; send it again to keep what you typed")  # fmt: skip
                raise Stale([RowError(0, "", "", expected, "not_allowed")])

    def beside(self, page: Page, fields: Fields, lines: Lines, typed: Said) -> Page:
        """The page with what changed since the form was opened beside what was typed; sent again, the form counts."""
        now = acts.subject(self.found.kind, self.found.key) or self.found
        there, before = self.initial(now), self._before()
        plain = {name: (field.label, field) for name, field in fields.items()}
        known: dict[str, tuple[object, forms.Field | Fields]] = {**plain, **lines}
        asked_for = [name for name in there if name in known]
        changed = [name for name in asked_for if _plain(before.get(name)) != _plain(there[name])]
        rows = [
            [Cell(str(known[name][0])), *(Cell(_told(one.get(name), known[name][1])) for one in (before, there, typed))]
            for name in changed
        ]
        headers = [_("Field"), _("When you opened it"), _("Stands there now"), _("You typed")]
        table = Table(_("Changed meanwhile"), headers, rows, id="meanwhile")
        return replace(page, seen=_version(now, there), tables=[table, *page.tables])

    def _before(self) -> Said:
        """What the form began with: the record as the acts recorded by then say."""
        time = self._seen.partition(_BETWEEN)[0]
        entries = [one for one in PROJECTION.entries_about(self.found.name) if one.recorded.time <= time]
        then = states.fold(self.found.name, entries)
        return self.initial(then) if then is not None else {}


def restated(request: HttpRequest, form: forms.Form, do: Callable[[dict[str, Any]], str], page: Page, edited: Edited, button: str = "") -> HttpResponse:  # fmt: skip
    """The form that states a record anew, and what it does (`pages.asked`)."""
    opened = edited.opened(page)

    def keep(said: dict[str, Any]) -> str:
        with edited.unchanged():
            return do(said)

    def refused_page(refused: Refused) -> pages.Page:
        return edited.beside(opened, form.fields, {}, typed_in(form)) if isinstance(refused, Stale) else opened

    return asked(request, form, keep, opened, button or _("Keep"), refused_page=refused_page)


def typed_in(form: forms.Form) -> dict[str, Any]:
    """What was typed into the fields of a form, as it was sent."""
    return {
        name: field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        for name, field in form.fields.items()
    }


def _version(found: Subject, said: Said) -> str:
    plain = {name: _plain(one) for name, one in said.items()}
    return found.time + _BETWEEN + hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]


def _digest(version: str) -> str:
    return version.rpartition(_BETWEEN)[2]


def _plain(value: Any) -> Any:
    """A value as it is compared: what is left out, empty and nothing are alike, and so are lines of a text however they end."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one not in (None, "")}
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _told(value: Any, field: forms.Field | Fields | None) -> str:
    """A value as people read it: codes by their labels, also those in a line, whose fields are given."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return "; ".join(_told(one, field) for one in value)
    if isinstance(value, Mapping):
        of = field if isinstance(field, Mapping) else {}
        return ", ".join(_told(one, of.get(name)) for name, one in value.items() if one not in (None, ""))
    choices = dict(flatten_choices(getattr(field, "choices", ()) or ()))
    return str(choices.get(value, "" if value is None else value))
