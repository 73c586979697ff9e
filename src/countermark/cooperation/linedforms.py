"""A form with lines that grow without scripts: some are empty, and a button gives more, losing nothing of what was written."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from countermark.cooperation import acts
from countermark.register.checking import Refused
from countermark.register.views.common import sentence
from countermark.register.views.pages import Page

MOST_LINES = 60
FIRST_LINES = 3


@dataclass(frozen=True)
class Section:
    """A part of the form as the page shows it: fields, or lines that grow."""

    title: str
    hint: str
    fields: Sequence[forms.BoundField] = ()
    lines: "forms.BaseFormSet[Any] | None" = None
    more: str = ""


class LinedForms(ABC):
    """A form with its lines; unbound with `initial` (of `main` and each kind of lines), or what was sent."""

    LINES: ClassVar[Mapping[str, type[forms.Form]]] = {}

    def __init__(self, data: QueryDict | None = None, initial: Mapping[str, Any] | None = None) -> None:
        self.initial = initial or {}
        self.main = self.make(data, self.initial.get("main", {}))
        self.lines = {name: self._lines(name, data, self.initial.get(name, ())) for name in self.LINES}

    @abstractmethod
    def make(self, data: QueryDict | None, initial: Mapping[str, Any]) -> forms.Form:
        """The form above the lines."""

    @abstractmethod
    def sections(self) -> Iterator[Section]:
        """The form in the order it is filled in."""

    def again(self, more: str) -> Self:
        """What was written so far, unjudged, with empty lines more of one kind."""
        written = self._written()
        found = self.unbound({"main": {**self.initial.get("main", {}), **_raw(self.main)}, **written})
        extra = len(self.lines[more].forms) - len(written[more]) + FIRST_LINES
        found.lines[more] = self._lines(more, None, written[more], extra)
        return found

    def typed(self) -> dict[str, Any]:
        """What was typed, unjudged: the fields above the lines, and each kind of lines without the empty ones."""
        return {**_raw(self.main), **self._written()}

    def _written(self) -> dict[str, list[dict[str, Any]]]:
        return {
            name: [raw for raw in map(_raw, lines.forms) if any(raw.values())] for name, lines in self.lines.items()
        }

    def unbound(self, initial: Mapping[str, Any]) -> Self:
        """The same form with other contents."""
        return type(self)(None, initial)

    def is_valid(self) -> bool:
        """Whether all that was sent can be read."""
        return all([self.main.is_valid(), *(lines.is_valid() for lines in self.lines.values())])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """What stands in the lines of one kind, empty ones left out."""
        return [one.cleaned_data for one in self.written(name)]

    def written(self, name: str) -> list[forms.Form]:
        """The lines of one kind that are not empty."""
        return [one for one in self.lines[name] if one.has_changed()]

    def tell(self, refused: Refused) -> None:
        """Shows what the rules refuse beside its field, else above the form."""
        for error in refused.errors:
            self.main.add_error(error.column if error.column in self.main.fields else None, sentence(error))

    def of(self, *names: str) -> list[forms.BoundField]:
        """Some fields, as far as the form has them."""
        return [self.main[name] for name in names if name in self.main.fields]

    def _lines(
        self, name: str, data: QueryDict | None, initial: Sequence[Mapping[str, Any]], extra: int = FIRST_LINES
    ) -> Any:
        made = forms.formset_factory(self.LINES[name], extra=extra, max_num=MOST_LINES, absolute_max=MOST_LINES)
        if data is not None:
            # Every line may be emptied, those that were there before too: what stands in it then is gone.
            return made({**data.dict(), f"{name}-INITIAL_FORMS": "0"}, prefix=name)
        return made(prefix=name, initial=list(initial))


def page(request: HttpRequest, shown: Page, found: LinedForms, status: int = 200) -> HttpResponse:
    """The form on its page."""
    key = request.POST.get("once", "") or acts.new_id()
    context = {"page": shown, "forms": found, "once": key, "button": _("Keep")}
    return render(request, "cooperation/lined_form.html", context, status=status)


def by_line(text: str) -> list[str]:
    """What stands in a field of several, one a line."""
    return [one.strip() for one in text.splitlines() if one.strip()]


def _raw(form: forms.Form) -> dict[str, Any]:
    return {
        name: field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        for name, field in form.fields.items()
    }
