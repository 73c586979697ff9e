"""The import wizard: a file, its columns, its values, what it would change, the load, and taking it back.

Nothing is loaded on the way. Each page is a plain form; htmx only refreshes the progress.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.marks.sentences import said, told
from countermark.register import blanks, countrynames, jobs, mappings, serialrules
from countermark.register.files import again, dates
from countermark.register.files.errors import UnreadableFile
from countermark.register.files.mapping import NO_MAP, FileMap
from countermark.register.files.vocabulary import CODED
from countermark.register.forms import reasons
from countermark.register.loading.options import Options
from countermark.register.models import LoadJob
from countermark.register.services import own_source

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])

WhyCorrected, WhyUndone = reasons.of("correction"), reasons.of("load_undone")
LEFT_OUT = "-"
"""What a form sends for a column or value that a person leaves out; the empty text means nothing was chosen."""
ERRORS_SHOWN = 200
RECENT = 20
DATE_FORMATS = ("DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "MM-DD-YYYY")
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1251", "windows-1256", "iso-8859-2", "gb18030")
DELIMITERS = ((",", ","), (";", ";"), ("tab", gettext_lazy("tab")), ("|", "|"))

COLUMN_LABELS = {
    "ref": gettext_lazy("record number"),
    "kind": gettext_lazy("kind of weapon"),
    "maker": gettext_lazy("maker"),
    "model": gettext_lazy("model"),
    "calibre": gettext_lazy("calibre"),
    "country": gettext_lazy("country"),
    "year": gettext_lazy("year of manufacture"),
    "component": gettext_lazy("part that carries the mark"),
    "carrier": gettext_lazy("on the part or on a plate"),
    "role": gettext_lazy("control mark or other"),
    "mark_kind": gettext_lazy("kind of mark"),
    "mark": gettext_lazy("serial number or code"),
    "inscription": gettext_lazy("whole inscription"),
    "mark_condition": gettext_lazy("condition of the mark"),
    "serial_again": gettext_lazy("serial number again"),
    "layer": gettext_lazy("open or hidden mark"),
    "event": gettext_lazy("event"),
    "date": gettext_lazy("date of the event"),
    "from": gettext_lazy("from whom"),
    "to": gettext_lazy("to whom"),
    "place": gettext_lazy("place"),
    "document": gettext_lazy("document"),
    "note": gettext_lazy("remark"),
    "id": gettext_lazy("the source's number of the event"),
    "other_ref": gettext_lazy("record number of the other weapon"),
}


class Upload(forms.Form):
    """A file and what kind of file it is."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is in the file"),
        choices=(
            ("weapons", gettext_lazy("Weapons: one row per mark")),
            ("events", gettext_lazy("Events: one row per transfer, loss, repair ...")),
        ),
        widget=forms.RadioSelect,
        initial="weapons",
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods"}),
        help_text=gettext_lazy("CSV, Excel (.xlsx) or OpenDocument (.ods). Row 1 names the columns, in any language."),
    )
    source = forms.CharField(
        label=gettext_lazy("Whose record numbers the file uses"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Leave empty for this register's own. A police or customs list needs a name of its own."
        ),
    )
    untyped = forms.BooleanField(
        label=gettext_lazy("A program wrote this file: nobody keyed its serial numbers"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise each new weapon has its serial number twice, the second time as serial_again."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if serialrules.asking(again.FILES) is None:
            del self.fields["untyped"]


@requires("load")
@GET_OR_POST
def start(request: HttpRequest) -> HttpResponse:
    """Takes a file in, and lists what was loaded before."""
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = _receive(request, form)
        if job is not None:
            return redirect("register:import_columns", job.pk)
    recent = jobs.visible(_user(request)).filter(kind__in=(*jobs.FILES, "undo"))[:RECENT]
    context = {"form": form, "recent": recent, "source": own_source(), "limit": jobs.upload_limit()}
    return render(request, "register/import/start.html", context, status=422 if form.errors else 200)


def _receive(request: HttpRequest, form: Upload) -> LoadJob | None:
    data = form.cleaned_data
    try:
        job = jobs.receive(_user(request).username, data["kind"], data["file"].name, data["file"].chunks())
    except jobs.TooLarge as error:
        form.add_error("file", _("The file is larger than %(limit)d MB.") % {"limit": error.limit})
        return None
    try:
        mappings.columns(job.kind, Path(job.path))
    except UnreadableFile as error:
        jobs.discard(job)
        form.add_error("file", told(said(error), _))
        return None
    jobs.set_options(job, Options(source=data["source"].strip(), untyped=data.get("untyped", False)))
    return job


@requires("load")
@require_GET
def blank(request: HttpRequest, kind: str, suffix: str) -> HttpResponse:
    """An empty file of the right shape, with two rows as an example."""
    content, media_type = blanks.blank(kind, suffix)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{suffix}"'}
    return HttpResponse(content, content_type=media_type, headers=headers)


@requires("load")
@GET_OR_POST
def columns(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Says what each column of the file is; one nobody knows must be left out by hand."""
    job = _job(request, job_id)
    if job.state in jobs.BUSY or job.kind not in jobs.FILES:
        return redirect("register:import_job", job.pk)
    options = jobs.options_of(job)
    if "reread" in request.POST:
        jobs.set_options(job, _reread(request, options))
        return redirect("register:import_columns", job.pk)
    try:
        found = mappings.columns(job.kind, Path(job.path), options.encoding, options.delimiter)
    except UnreadableFile as error:
        messages.error(request, told(said(error), _))
        return redirect("register:import")
    earlier = options.mapping if options.mapping.columns else mappings.remembered(job.kind, _headers(found))
    if request.method != "POST":
        return _columns_page(request, job, found, earlier, _proposed(found, earlier))
    chosen = {column.header: request.POST.get(f"column-{n}", "") for n, column in enumerate(found)}
    wrong = _wrong(job.kind, chosen)
    if wrong:
        return _columns_page(request, job, found, earlier, chosen, wrong)
    return _columns_chosen(request, job, chosen, earlier)


def _headers(found: list[mappings.Column]) -> list[str]:
    return [column.header for column in found]


def _reread(request: HttpRequest, options: Options) -> Options:
    encoding, delimiter = request.POST.get("encoding", ""), request.POST.get("delimiter", "")
    return msgspec.structs.replace(
        options,
        encoding=encoding if encoding in ENCODINGS else None,
        delimiter=delimiter if delimiter in dict(DELIMITERS) else None,
    )


def _columns_page(
    request: HttpRequest,
    job: LoadJob,
    found: list[mappings.Column],
    earlier: FileMap | None,
    chosen: Mapping[str, str],
    wrong: Sequence[str] = (),
) -> HttpResponse:
    context = {
        "job": job,
        "options": jobs.options_of(job),
        "rows": [_column_row(n, column, chosen[column.header], earlier, wrong) for n, column in enumerate(found)],
        "known": [(name, COLUMN_LABELS[name]) for name in mappings.KNOWN[job.kind]],
        "wrong": wrong,
        "remembered": earlier is not None,
        "mapped": earlier or NO_MAP,
        "date_formats": DATE_FORMATS,
        "calendars": tuple(dates.CALENDARS),
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
    }
    return render(request, "register/import/columns.html", context, status=422 if wrong else 200)


def _proposed(found: list[mappings.Column], earlier: FileMap | None) -> dict[str, str]:
    if earlier is None:
        return {column.header: column.guess for column in found}
    ignored = dict.fromkeys(earlier.ignore, LEFT_OUT)
    return {column.header: {**ignored, **earlier.columns}.get(column.header, "") for column in found}


def _column_row(
    number: int, column: mappings.Column, chosen: str, earlier: FileMap | None, wrong: Sequence[str]
) -> dict[str, Any]:
    return {
        "name": f"column-{number}",
        "column": column,
        "chosen": chosen,
        "guessed": bool(column.guess) and earlier is None,
        "missing": bool(wrong) and not chosen,
    }


def _wrong(kind: str, chosen: Mapping[str, str]) -> list[str]:
    unset = [header for header, column in chosen.items() if column not in (*mappings.KNOWN[kind], LEFT_OUT)]
    said = [_("Say what “%(header)s” is, or leave it out.") % {"header": header} for header in unset]
    for problem in mappings.problems(kind, {h: "" if c == LEFT_OUT else c for h, c in chosen.items()}):
        what, _colon, name = problem.partition(":")
        if what == "twice":
            said.append(_("Two columns cannot both be %(column)s.") % {"column": name})
        else:
            said.append(_("No column was chosen for %(column)s, which every file needs.") % {"column": name})
    return said


def _columns_chosen(
    request: HttpRequest, job: LoadJob, chosen: Mapping[str, str], earlier: FileMap | None
) -> HttpResponse:
    picked = {header: "" if column == LEFT_OUT else column for header, column in chosen.items()}
    mapped = _with_dates(mappings.file_map(picked, earlier or NO_MAP), request.POST)
    options = msgspec.structs.replace(jobs.options_of(job), mapping=mapped)
    jobs.set_options(job, options)
    mappings.remember(job.kind, list(chosen), mapped, by=actor(_user(request)))
    if mappings.unknown_values(Path(job.path), mapped, options.encoding, options.delimiter):
        return redirect("register:import_values", job.pk)
    return _check(job)


def _with_dates(mapped: FileMap, posted: Mapping[str, Any]) -> FileMap:
    written = posted.get("date_format", "")
    calendar = posted.get("calendar", "gregorian")
    return replace(
        mapped,
        date_format=written if written in DATE_FORMATS else None,
        calendar=calendar if calendar in dates.CALENDARS else "gregorian",
    )


@requires("load")
@GET_OR_POST
def values(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Says what the file's own words for coded columns mean."""
    job = _job(request, job_id)
    options = jobs.options_of(job)
    if job.state in jobs.BUSY or job.kind not in jobs.FILES or not options.mapping.columns:
        return redirect("register:import_job", job.pk)
    found = mappings.unknown_values(Path(job.path), options.mapping, options.encoding, options.delimiter)
    if request.method == "POST":
        return _values_chosen(request, job, options, found)
    rows = [_value_row(n, unknown, options.mapping) for n, unknown in enumerate(found)]
    context = {"job": job, "rows": rows, "countries": sorted(countrynames.every().items())}
    return render(request, "register/import/values.html", context)


def _value_row(number: int, unknown: mappings.Unknown, mapped: FileMap) -> dict[str, Any]:
    known = mapped.values.get(unknown.column, {})
    before = known.get(unknown.value.casefold())
    return {
        "name": f"value-{number}",
        "unknown": unknown,
        "codes": CODED.get(unknown.column, ()),
        "chosen": unknown.guess if before is None else before or LEFT_OUT,
    }


def _values_chosen(request: HttpRequest, job: LoadJob, options: Options, found: list[mappings.Unknown]) -> HttpResponse:
    chosen = {}
    for number, unknown in enumerate(found):
        code = request.POST.get(f"value-{number}", "").strip()
        if code == LEFT_OUT:
            chosen[unknown.column, unknown.value] = ""
        elif mappings.is_code(unknown.column, code):
            chosen[unknown.column, unknown.value] = code
    mapped = mappings.translated(options.mapping, chosen)
    jobs.set_options(job, msgspec.structs.replace(options, mapping=mapped))
    found_columns = mappings.columns(job.kind, Path(job.path), options.encoding, options.delimiter)
    mappings.remember(job.kind, _headers(found_columns), mapped, by=actor(_user(request)))
    return _check(job)


def _check(job: LoadJob) -> HttpResponse:
    job.refresh_from_db()
    jobs.start_check(job)
    return redirect("register:import_job", job.pk)


@requires("load")
@require_GET
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Where a job stands: its progress, what it would change, or how it ended."""
    found = _job(request, job_id)
    if found.state == jobs.DRAFT:
        return redirect("register:import_columns", found.pk)
    if found.state in jobs.BUSY:
        return render(request, "register/import/progress.html", {"job": found, "step": found.options.get("step")})
    context = {
        "job": found,
        "report": found.report,
        "options": jobs.options_of(found),
        "errors": found.report.get("errors", [])[:ERRORS_SHOWN],
        "differs": any(error.get("code") == "differs" for error in found.report.get("errors", [])),
        "rejects": jobs.rejects_path(found).exists(),
        "near": found.report.get("near", {}).get("marks", [])[:ERRORS_SHOWN],
        "near_by": [(why, n) for why, n in found.report.get("near", {}).get("by", {}).items() if n],
        "undone": _undo_of(found),
        "undoable": _appended(found),
    }
    template = "preview" if found.state == jobs.CHECKED else "undone" if found.kind == "undo" else "outcome"
    return render(request, f"register/import/{template}.html", context)


def _appended(found: LoadJob) -> int:
    """How many entries a load appended, as far as is known; 0 for one that cannot be undone."""
    if not found.report.get("load") or found.state not in (jobs.DONE, jobs.CANCELLED):
        return 0
    return int(found.report.get("events") or found.report.get("appended") or 0)


def _undo_of(found: LoadJob) -> LoadJob | None:
    load = found.report.get("load")
    if not load:
        return None
    return LoadJob.objects.filter(kind="undo", options__load_id=load).order_by("-created").first()


@requires("load")
@require_GET
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The moving part of the progress page; tells htmx to load the whole page when the job has ended."""
    found = _job(request, job_id)
    if found.state in jobs.BUSY:
        return render(request, "register/import/bar.html", {"job": found, "step": found.options.get("step")})
    return HttpResponse(headers={"HX-Refresh": "true"})


@requires("load")
@require_POST
def correct(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Checks again, with differences taken as corrections for a reason."""
    found = _job(request, job_id)
    form = WhyCorrected(request.POST)
    if found.state == jobs.CHECKED and form.is_valid():
        why = form.why
        jobs.set_options(found, msgspec.structs.replace(jobs.options_of(found), correct=why.code, words=why.words))
        return _check(found)
    if not form.is_valid():
        messages.error(request, _("Say why the records are corrected."))
    return redirect("register:import_job", found.pk)


@requires("load")
@require_POST
def commit(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Starts the load of a checked file, once."""
    found = _job(request, job_id)
    on_error = "skip" if request.POST.get("on_error") == "skip" else "refuse"
    jobs.start_load(found, on_error=on_error, correct=jobs.options_of(found).correct)
    return redirect("register:import_job", found.pk)


@requires("load")
@require_POST
def go_on(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Loads the rest of a file whose load was stopped."""
    found = _job(request, job_id)
    jobs.go_on(found)
    return redirect("register:import_job", found.pk)


@requires("load")
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Stops a job at the next whole weapon."""
    found = _job(request, job_id)
    jobs.cancel(found)
    return redirect("register:import_job", found.pk)


@requires("load")
@require_GET
def rejects(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The refused rows in the file's own columns, with the reason."""
    found = _job(request, job_id)
    return _file(request, found, jobs.rejects_path(found), "refused")


def _file(request: HttpRequest, found: LoadJob, where: Path, what: str) -> HttpResponse:
    if not where.exists():
        messages.error(request, _("That file is kept for a week and is gone by now."))
        return redirect("register:import_job", found.pk)
    name = f"{Path(found.name).stem}-{what}.csv"
    # In one piece: an ASGI server cannot stream a plain file.
    response = HttpResponse(where.read_bytes(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@requires("load")
@require_GET
def near(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The marks of a checked file that are near others, as a file."""
    found = _job(request, job_id)
    return _file(request, found, jobs.near_path(found), "near")


@requires("load")
@require_POST
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Asks for a load to be taken back."""
    found = _job(request, job_id)
    form = WhyUndone(request.POST)
    load = found.report.get("load", "")
    if not form.is_valid() or not load or found.state not in jobs.FINISHED:
        messages.error(request, _("Say why the load is taken back."))
        return redirect("register:import_job", found.pk)
    undoing = jobs.ask_undo(_user(request).username, load, form.why, found.name)
    return redirect("register:import_job", undoing.pk)


def _job(request: HttpRequest, job_id: UUID) -> LoadJob:
    return get_object_or_404(jobs.visible(_user(request)), pk=job_id)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the access middleware let nobody else in
    return request.user


urlpatterns = [
    path("import/", start, name="import"),
    path("import/blank/<str:kind>.<str:suffix>", blank, name="import_blank"),
    path("import/<uuid:job_id>/", job, name="import_job"),
    path("import/<uuid:job_id>/columns/", columns, name="import_columns"),
    path("import/<uuid:job_id>/values/", values, name="import_values"),
    path("import/<uuid:job_id>/progress/", progress, name="import_progress"),
    path("import/<uuid:job_id>/correct/", correct, name="import_correct"),
    path("import/<uuid:job_id>/commit/", commit, name="import_commit"),
    path("import/<uuid:job_id>/go-on/", go_on, name="import_go_on"),
    path("import/<uuid:job_id>/cancel/", cancel, name="import_cancel"),
    path("import/<uuid:job_id>/refused.csv", rejects, name="import_rejects"),
    path("import/<uuid:job_id>/near.csv", near, name="import_near"),
    path("import/<uuid:job_id>/undo/", undo, name="import_undo"),
]
