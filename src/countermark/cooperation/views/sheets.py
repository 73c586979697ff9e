"""Needs and offers from spreadsheets: a blank file, one's own as a file, and loading one, shown first and kept when it is right."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.cooperation import queries
from countermark.cooperation.sheets import columns, loading, writing
from countermark.cooperation.sheets.columns import Kind
from countermark.cooperation.sheets.loading import Checked
from countermark.cooperation.sheets.reading import Numbered
from countermark.cooperation.views.pages import Cell, Page, Table, seated, viewer
from countermark.marks.sentences import Sentence, said
from countermark.register import blanks, listfiles
from countermark.register.files.errors import UnreadableFile
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, posted

WRITE = "aid.write"
SALT = "cooperation.sheet"
HOUR = 3600
FILE_BYTES = 1 << 20
CARRIED = 2_000_000
"""Characters of a checked file that a page carries on to the next."""
SHOWN = 200


class FileForm(django_forms.Form):
    """A spreadsheet."""

    file = django_forms.FileField(
        label=lazy("Spreadsheet"),
        help_text=lazy("CSV, XLSX or ODS of at most 1 MB. Nothing is kept before you have seen what it says."),
        widget=django_forms.FileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """A file of that size."""
        found: UploadedFile[Any] = self.cleaned_data["file"]
        if (found.size or 0) > FILE_BYTES:
            raise django_forms.ValidationError(
                _("This file is larger than 1 MB: part it, or load it with the command.")
            )
        return found


class OwnForm(django_forms.Form):
    """In which form one's own records are taken away, and what for."""

    format = django_forms.ChoiceField(label=lazy("File"), choices=[("csv", "CSV"), ("xlsx", "XLSX")])
    purpose = django_forms.CharField(label=lazy("What for"), max_length=200)


def _kind(kind: str) -> Kind:
    if kind not in columns.FACTS:
        raise Http404
    return kind


@requires(WRITE)
@GET_OR_POST
@seated
def sheet(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Takes a spreadsheet, shows what loading it would do, and loads it once that is confirmed."""
    which, who = _kind(kind), viewer(request)
    if request.method == "POST" and "checked" in request.POST:
        return _load(request, which, who.actor)
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    checked: Checked | None = None
    if request.method == "POST" and form.is_valid():
        try:
            checked = _checked(form.cleaned_data["file"], which, who.actor)
        except UnreadableFile as unreadable:
            form.add_error("file", said(unreadable))
    return _page(request, which, form, checked, REFUSED if form.errors or (checked and checked.errors) else 200)


def _checked(file: "UploadedFile[Any]", kind: Kind, key: str) -> Checked:
    with tempfile.TemporaryDirectory() as directory:
        # Its own name tells nothing that its content does not, and stands in what is told of it.
        path = Path(directory) / (Path(file.name or "").name or "file")
        path.write_bytes(file.read())
        checked = loading.check_file(path, kind, key)
    if sum(len(text) for _row, cells in checked.rows for text in cells.values()) > CARRIED:
        raise UnreadableFile(Sentence("this is too much for one page: part it, or load it with the command"))
    return checked


def _load(request: HttpRequest, kind: Kind, key: str) -> HttpResponseBase:
    try:
        rows = _carried(request.POST["checked"], kind, key)
    except signing.BadSignature:
        messages.error(request, _("That page was too old: choose the file again."))
        return redirect("cooperation:sheet", kind)
    checked = loading.check(rows, kind, key)
    if checked.errors:
        return _page(request, kind, FileForm(), checked, REFUSED)
    counts = loading.load(checked, actor=key, by=actor(request))
    told = _("Loaded: %(new)d new, %(changed)d changed, %(unchanged)d unchanged.") % counts
    messages.success(request, told)
    return redirect(f"cooperation:{kind}")


def _carried(text: str, kind: Kind, key: str) -> list[Numbered]:
    found = signing.loads(text, salt=f"{SALT}.{kind}.{key}", max_age=HOUR)
    return [(int(row), dict(cells)) for row, cells in found]


def _page(request: HttpRequest, kind: Kind, form: FileForm, checked: Checked | None, status: int) -> HttpResponse:
    title = _("Needs from a spreadsheet") if kind == "needs" else _("Offers from a spreadsheet")
    above = (reverse(f"cooperation:{kind}"), _("Needs") if kind == "needs" else _("Offers"))
    context = {
        "page": Page(title, kind, above=above, tables=[*_told(checked), _columns(kind)]),
        "form": form,
        "own": OwnForm(),
        "kind": kind,
        "checked": checked,
        "good": checked is not None and not checked.errors,
        "signed": signing.dumps(
            [(row, cells) for row, cells in checked.rows], salt=f"{SALT}.{kind}.{viewer(request).actor}", compress=True
        )
        if checked is not None and not checked.errors
        else "",
    }
    return render(request, "cooperation/sheet.html", context, status=status)


def _told(checked: Checked | None) -> list[Table]:
    if checked is None:
        return []
    wrong = Table(
        _("What is wrong"),
        [_("Row"), _("Column"), _("Stands there"), _("Expected")],
        [
            [Cell(str(one.row), exact=True), Cell(one.column, exact=True), Cell(one.value), Cell(one.expected.told(_), tone="alarm")]
            for one in checked.errors[:SHOWN]
        ],
        id="wrong",
    )  # fmt: skip
    verdicts = {"new": _("new"), "changed": _("changed"), "unchanged": _("unchanged: nothing happens")}
    items = Table(
        _("What it would do"),
        [_("Row"), _("Number"), _("Title"), _("It is")],
        [
            [Cell(str(one.row), exact=True), Cell(one.ref, exact=True), Cell(one.title), Cell(verdicts[one.verdict])]
            for one in checked.items[:SHOWN]
        ],
        id="items",
    )
    return [table for table in (wrong, items) if table.rows]


def _columns(kind: Kind) -> Table:
    required = columns.REQUIRED[kind]
    rows = [
        [Cell(name, exact=True), Cell(_(text)), Cell(_("yes") if name in required else "")]
        for name, text in columns.told(kind).items()
    ]
    return Table(_("Columns"), [_("Column"), _("What it holds"), _("Needed")], rows, id="columns")


@requires(WRITE)
@require_GET
def sheet_blank(request: HttpRequest, kind: str, suffix: str) -> HttpResponse:
    """A file with the columns and example rows."""
    which = _kind(kind)
    data, media_type = blanks.filled(columns.header(which), columns.EXAMPLES[which], suffix)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{suffix}"'}
    return HttpResponse(data, content_type=media_type, headers=headers)


@requires(WRITE)
@require_POST
@seated
def sheet_own(request: HttpRequest, kind: str) -> HttpResponseBase:
    """One's own records as a file that loads back; an act says who took it, and what for."""
    which, who, form = _kind(kind), viewer(request), OwnForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what the file is for."))
        return redirect("cooperation:sheet", kind)
    single = "need" if which == "needs" else "offer"
    found = queries.visible(who, single, parent=f"actor:{who.actor}")
    format_ = form.cleaned_data["format"]
    file, _count = listfiles.write(
        format_, columns.header(which), writing.rows(which, found), purpose=form.cleaned_data["purpose"], query={}, by=actor(request)
    )  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"{kind}.{format_}")
