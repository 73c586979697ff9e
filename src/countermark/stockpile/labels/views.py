"""The page that prints labels: which weapons or places, which code, which sheet; the answer is a PDF or a ZPL file."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.marks.sentences import Sentence, told
from countermark.register import words
from countermark.register.queries import listing, scope
from countermark.register.views.common import me
from countermark.stockpile.labels import formats, pdf, queries, zpl
from countermark.stockpile.labels.formats import Format, Label
from countermark.stockpile.labels.symbols import NoLabel, no_label

REFUSED = 422
MOST = listing.PRINTED
"""Labels from the page at once: as many as a list prints, since they say as much. The command line prints more."""
SYMBOLS = {"datamatrix": "DataMatrix", "qr": "QR", "code128": "Code 128"}
CONTENTS = {
    "code": gettext_lazy("A code that says nothing to a stranger"),
    "gs1": gettext_lazy("The GS1 key of the tag on the weapon"),
    "serial": gettext_lazy("The serial number"),
}


class Labels(forms.Form):
    """What to print. The filters of a list of weapons come along in hidden fields."""

    refs = forms.CharField(
        label=gettext_lazy("Weapons"),
        help_text=gettext_lazy("One a line: record number, serial, label or tag. A scanner may write them."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr", "spellcheck": "false", "autofocus": True}),
    )
    store = forms.ChoiceField(label=gettext_lazy("Or a storage place and those below it"), required=False)
    codes = forms.CharField(
        label=gettext_lazy("Or cards and other codes"),
        help_text=gettext_lazy("One a line: the code, then a title and lines of text, parted by | or tabs."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "spellcheck": "false"}),
    )
    symbol = forms.ChoiceField(label=gettext_lazy("Code"), choices=list(SYMBOLS.items()))
    content = forms.ChoiceField(label=gettext_lazy("What the code of a weapon says"), choices=list(CONTENTS.items()))
    format = forms.ChoiceField(label=gettext_lazy("Sheet or roll"))
    first = forms.IntegerField(
        label=gettext_lazy("First free label of the sheet"), min_value=1, max_value=1000, initial=1, required=False
    )
    dpi = forms.TypedChoiceField(
        label=gettext_lazy("Dots to the inch of a label printer"),
        choices=[(str(dpi), str(dpi)) for dpi in zpl.DOTS],
        coerce=int,
        required=False,
    )
    across = forms.FloatField(
        label=gettext_lazy("The line across measures (mm)"), min_value=90, max_value=110, initial=100, required=False
    )
    down = forms.FloatField(
        label=gettext_lazy("The line down measures (mm)"), min_value=90, max_value=110, initial=100, required=False
    )
    outlines = forms.BooleanField(label=gettext_lazy("Draw the edges of the labels"), required=False)

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = [("", "—"), *((place.pk, place.name) for place in places)]  # type: ignore[attr-defined]
        self.fields["format"].choices = [(one.id, _shape(one)) for one in formats.known().values()]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"


def _shape(one: Format) -> str:
    sizes = {"width": f"{one.width:g}", "height": f"{one.height:g}", "count": one.per_page}
    if one.roll:
        return _("Roll, %(width)s × %(height)s mm, for a label printer") % sizes
    paper = one.id.partition("-")[0].title()
    return f"{paper}: {_('%(count)d labels of %(width)s × %(height)s mm') % sizes}"


@requires("weapon.view")
@require_http_methods(["GET", "POST"])
def labels(request: HttpRequest) -> HttpResponse:
    """The form; opened from a list of weapons it has that list's filters. Posted, it answers with the file."""
    places = _places(request)
    asked = request.POST if request.method == "POST" else request.GET
    refs = asked.getlist("ref")[: pdf.MOST_LABELS] if request.method == "GET" else []
    filters = {name: asked.get(name, "") for name in listing.FILTERS if name != "ref" and asked.get(name, "")}
    initial = {"refs": "\n".join(refs), "codes": request.GET.get("codes", "")[:500]}
    form = Labels(request.POST if request.method == "POST" else None, places=places, initial=initial)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            return _file(form.cleaned_data, _labels(request, form.cleaned_data, filters, places))
        except NoLabel as refused:
            problems = [told(one, _) for one in refused.problems]
    shown = [(_(words.COLUMNS[name]), value) for name, value in filters.items()]
    context = {"form": form, "filters": filters, "shown": shown, "problems": problems}
    return render(request, "stockpile/labels.html", context, status=REFUSED if form.errors or problems else 200)


@requires("weapon.view")
@require_GET
def scale_page(request: HttpRequest) -> HttpResponse:
    """The test page of a sheet as PDF: two lines to measure."""
    one = formats.known().get(request.GET.get("format", "")) or formats.known()["a4-3x8"]
    return _answer(pdf.scale_page(one, (_(pdf.NOTES[0]), _(pdf.NOTES[1]))), "test.pdf", "application/pdf")


def _places(request: HttpRequest) -> list[Place]:
    visible = accounts.visible_place_ids(me(request), "weapon.view")
    rows = Place.objects.order_by("name")
    return list(rows if visible is None else rows.filter(pk__in=visible))


def _labels(request: HttpRequest, said: dict[str, Any], filters: dict[str, str], places: list[Place]) -> list[Label]:
    seen = scope.of(me(request))
    if said["refs"].strip():
        return queries.of_weapons(queries.named(said["refs"].splitlines(), seen), said["content"])
    if said["store"]:
        return queries.of_places(_below(said["store"], places))
    if rows := [_parted(line) for line in said["codes"].splitlines() if line.strip()]:
        return queries.of_codes((row[0], row[1:]) for row in rows)
    if not filters:
        raise no_label(Sentence("name weapons or a storage place, or come here from a filtered list of weapons"))
    return queries.of_weapons(queries.filtered(filters, seen), said["content"])


def _parted(line: str) -> list[str]:
    return [part.strip() for part in re.split(r"[|\t]", line)]


def _below(place: str, places: list[Place]) -> list[Place]:
    """A place and those below it that the person may see, by name."""
    wanted = {place}
    while more := {one.pk for one in places if one.parent_id in wanted} - wanted:
        wanted |= more
    return [one for one in places if one.pk in wanted]


def _file(said: dict[str, Any], made: list[Label]) -> HttpResponse:
    if len(made) > MOST:
        raise no_label(Sentence("1 to %(most)d labels at a time", most=MOST))
    one: Format = formats.known()[said["format"]]
    if one.roll:
        return _answer(zpl.stream(one, said["symbol"], made, dpi=said["dpi"] or 203), "labels.zpl", "application/zpl")
    measured = (said["across"] or pdf.RULER, said["down"] or pdf.RULER)
    first, outlines = said["first"] or 1, said["outlines"]
    data = pdf.sheets(one, said["symbol"], made, first=first, outlines=outlines, measured=measured)
    return _answer(data, "labels.pdf", "application/pdf")


def _answer(data: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=kind, headers=headers)
