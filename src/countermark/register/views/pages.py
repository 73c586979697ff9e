"""Lists, forms and records of a room: three templates that all its capabilities share, so that knowing one page is knowing all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts import queries
from countermark.marks.sentences import said, told
from countermark.register import listfiles
from countermark.register.acts import new_id
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.models import Weapon
from countermark.register.typesetting import NoPaper, pdf, plain
from countermark.register.views.common import REFUSED, actor, me, sentence


@dataclass(frozen=True)
class Cell:
    """One cell of a list. `tone` is `alarm` or `good`; what it means always stands in the text. `exact` is never turned round."""

    text: str
    url: str = ""
    tone: str = ""
    exact: bool = False
    amount: bool = False


@dataclass(frozen=True)
class Action:
    """What may be done with what is shown: a link to a form."""

    label: str
    url: str
    main: bool = False


@dataclass(frozen=True)
class Table:
    """A list: its heading, its columns, and rows whose first cell names them."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = ""
    id: str = "table"

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Each header, and whether its column holds amounts: headers stand where their numbers stand."""
        first = self.rows[0] if self.rows else ()
        return [(header, number < len(first) and first[number].amount) for number, header in enumerate(self.headers)]


@dataclass(frozen=True)
class Picture:
    """A chart or map: the address of its SVG, and in words what it shows, for who does not see it."""

    title: str
    url: str
    words: str


@dataclass(frozen=True)
class Page:
    """A page of a room, whose name `room` is: `<room>/tabs.html` and `<room>/crumbs.html` lead to the other pages of it.

    `here` is its tab; `above` the page it belongs to, as (address, name).
    """

    room: ClassVar[str] = "register"
    taking: ClassVar[str] = "export"
    """The permission to take what is seen away as a file."""

    title: str
    here: str
    facts: Sequence[tuple[str, Cell]] = ()
    tables: Sequence[Table] = ()
    actions: Sequence[Action] = ()
    above: tuple[str, str] = ("", "")
    note: str = ""
    steps: Sequence[tuple[str, bool]] = field(default=())
    pictures: Sequence[Picture] = ()
    filter: forms.Form | None = None
    """What the lists are narrowed by; sent with GET."""
    seen: str = ""
    """Of a form that states a whole record anew: the record as it stood when the form was opened."""

    @property
    def head(self) -> str:
        """The style sheets of the room."""
        return f"{self.room}/head.html"

    @property
    def tabs(self) -> str:
        """The way to the other pages of the room."""
        return f"{self.room}/tabs.html"

    @property
    def crumbs(self) -> str:
        """The way back up."""
        return f"{self.room}/crumbs.html"


def shown(request: HttpRequest, page: Page) -> HttpResponse:
    """The page."""
    return render(request, "register/page.html", {"page": page})


def listed(request: HttpRequest, page: Page) -> HttpResponseBase:
    """The page, and its lists as a file (CSV, XLSX, PDF) for who may export: what is seen is what is taken, and an act says so."""
    form = TakeAway(request.POST if "format" in request.POST else None)
    may = queries.may(me(request), page.taking)
    if request.method == "POST" and may and form.is_valid():
        return taken(request, page, form.cleaned_data["format"], form.cleaned_data["purpose"])
    export = form if may and any(table.rows for table in page.tables) else None
    status = REFUSED if request.method == "POST" else 200
    return render(request, "register/page.html", {"page": page, "export": export}, status=status)


class TakeAway(forms.Form):
    """In which form a list is taken away, and what for."""

    format = forms.ChoiceField(label=lazy("File"), choices=[("csv", "CSV"), ("xlsx", "XLSX"), ("pdf", "PDF")])
    purpose = forms.CharField(label=lazy("What for"), max_length=200)


def taken(request: HttpRequest, page: Page, format_: str, purpose: str) -> HttpResponseBase:
    """The lists of a page as a file; two lists of one page follow each other, each under its heading."""
    query = {name: request.GET.get(name, "") for name in request.GET}
    name = f"{slugify(page.title) or page.here}.{format_}"
    tables = [table for table in page.tables if table.rows]
    if format_ == "pdf":
        return _taken_printed(request, page, tables, name, purpose, query)
    header = [str(header) for header in tables[0].headers] if tables else []
    file, _count = listfiles.write(format_, header, _lines(tables), purpose=purpose, query=query, by=actor(request))
    return FileResponse(file, as_attachment=True, filename=name)


def _taken_printed(request: HttpRequest, page: Page, tables: Sequence[Table], name: str, purpose: str, query: Mapping[str, str]) -> HttpResponseBase:  # fmt: skip
    try:
        data = _pdf(page)
    except NoPaper as problem:
        messages.error(request, said(problem))
        return redirect(request.get_full_path())
    columns = list(dict.fromkeys(str(header) for table in tables for header in table.headers))
    rows = sum(len(table.rows) for table in tables)
    listfiles.answered("pdf", columns, rows, purpose=purpose, query=query, by=actor(request), what=page.here)
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _lines(tables: Sequence[Table]) -> Iterator[list[str]]:
    for number, table in enumerate(tables):
        if number:
            yield []
            yield [table.title]
            yield [str(header) for header in table.headers]
        yield from ([cell.text.translate(_WITHOUT_ISOLATES) for cell in row] for row in table.rows)


_WITHOUT_ISOLATES = dict.fromkeys(map(ord, "\N{LEFT-TO-RIGHT ISOLATE}\N{POP DIRECTIONAL ISOLATE}"))
"""What keeps a day in its order on a page that runs from right to left is no part of a file."""


def _pdf(page: Page) -> bytes:
    tables = [
        {
            "title": plain(table.title),
            "none": plain(table.empty),
            "head": [plain(str(header)) for header in table.headers],
            "rows": [[(plain(str(cell.text)), cell.exact) for cell in row] for row in table.rows],
        }
        for table in page.tables
    ]
    data = {
        "title": plain(page.title),
        "tables": tables,
        "wide": any(len(table.headers) > WIDE for table in page.tables),
        "made": date_format(timezone.localtime(), "DATETIME_FORMAT"),
        "page": _("Page"),
    }
    return pdf(Path(__file__).parent.parent / "list.typ", data)


def paper(make: Callable[[], bytes], name: str) -> HttpResponse:
    """A paper as PDF to be looked at; where it cannot be made, why not."""
    try:
        data = make()
    except NoPaper as problem:
        return HttpResponse(told(problem.args[0], _), status=503, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


WIDE = 5
"""Lists of more columns are printed across the sheet."""


def asked(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], str],
    page: Page,
    button: str,
    *,
    refused_page: Callable[[Refused], Page] | None = None,
) -> HttpResponse:
    """A form and what it does: `do` returns where to go on to; what it refuses is shown beside the fields, and nothing is lost. `refused_page` is
    the page then, where there is more to show than the form.
    """
    if request.method != "POST":
        return form_page(request, form, page, button)
    if form.is_valid():
        try:
            return redirect(do(form.cleaned_data))
        except Refused as refused:
            # Before the errors stand in the form, which forgets what they are about.
            page = refused_page(refused) if refused_page else page
            for error in refused.errors:
                form.add_error(error.column if error.column in form.fields else None, _told(error))
    return form_page(request, form, page, button, REFUSED)


def form_page(request: HttpRequest, form: forms.Form, page: Page, button: str, status: int = 200) -> HttpResponse:
    """A form alone on its page."""
    key = request.POST.get("once", "")[:ONCE] or new_id()
    _begin(form)
    context = {"page": page, "form": form, "button": button, "once": key}
    return render(request, "register/form.html", context, status=status)


def _begin(form: forms.Form) -> None:
    """Puts the focus where somebody with a scanner and a keyboard goes on: on what is wrong, or else on the first field that leaves a choice."""
    wrong = [name for name in form.errors if name in form.fields]
    for name in wrong or form.fields:
        widget = form.fields[name].widget
        given = isinstance(widget, forms.Select) and len(list(widget.choices)) == 1
        if isinstance(widget, (forms.Select, forms.Textarea, forms.widgets.Input)) and not given:
            widget.attrs["autofocus"] = True
            return


ONCE = 64
"""Characters of the key of a form."""


def once(request: HttpRequest) -> str:
    """The key of the form that was sent, of this sender alone: what it asks for is done once, however often it is sent. Empty without one."""
    key = request.POST.get("once", "")[:ONCE]
    return f"{me(request).pk}:{key}" if key else ""


def _told(error: RowError) -> str:
    weapon = Weapon.objects.filter(pk=error.value).first() if error.column == "weapon" and error.value else None
    return f"{weapon.serial or weapon.ref}: {sentence(error)}" if weapon else sentence(error)
