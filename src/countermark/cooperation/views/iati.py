"""IATI files on pages: what was taken in, taking a file in after looking at it, taking away what is public, markers of a project."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import acts, queries
from countermark.cooperation.fund import queries as fund
from countermark.cooperation.fund.shapes import Window
from countermark.cooperation.iati import codes, received, ruleset, services, taking
from countermark.cooperation.iati.exports import Asked
from countermark.cooperation.iati.findings import Finding, counted
from countermark.cooperation.iati.kinds import Markers, Received
from countermark.cooperation.iati.reading import Read, Unreadable, load
from countermark.cooperation.iati.taking import Choice, Suggested
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    form_page,
    known,
    listed,
    seated,
    viewer,
)
from countermark.cooperation.words import LABELS
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted

HERE = "iati"
SALT = "cooperation.iati"
HOUR = 3600
FILE_BYTES = 4 << 20
CARRIED = 2_000_000
"""Characters of a file (compressed) that a page carries on to the next."""
SHOWN = 200
BECOMES = {
    "elsewhere": lazy("what others do (for overlaps)"),
    "offer": lazy("an offer of ours"),
    "need": lazy("a need of ours"),
    "skip": lazy("nothing"),
}


def _above() -> tuple[str, str]:
    return reverse("cooperation:iati"), _("IATI files")


def _may(request: HttpRequest, permission: str) -> bool:
    return accounts.may(me(request), permission)


# --- what was taken in --------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def overview(request: HttpRequest) -> HttpResponseBase:
    """What was taken in from files, and the ways in and out."""
    who = viewer(request)
    actions = [Action(_("Take away what is public"), reverse("cooperation:iati_export"))]
    if who.actor and _may(request, "aid.write"):
        actions.insert(0, Action(_("Look at a file"), reverse("cooperation:iati_take"), main=True))
    note = _(
        "Files of the International Aid Transparency Initiative, version 2.03. Contacts are in no file and are not kept."
    )
    tables = [_projects(request), _received(received.seen(who))]
    page = Page(_("IATI files"), HERE, tables=tables, actions=actions, note=note)
    return listed(request, page)


def _projects(request: HttpRequest) -> Table:
    """Projects of the actor one speaks for: which are in the file, and what is said of them for publication."""
    who = viewer(request)
    found = [one for one in queries.visible(who, "project") if who.actor and who.actor in one.of(Project).sides]
    texts, said = acts.texts_of(found), {one.key: one.of(Markers) for one in acts.subjects("publication")}
    rows = []
    for one in found:
        project, markers = one.of(Project), said.get(one.key, Markers())
        public = project.visibility == "public"
        url = reverse("cooperation:iati_publication", args=[one.key]) if _may(request, "aid.write") else ""
        rows.append(
            [
                Cell(texts.get(project.title, one.key), url),
                Cell(_("yes") if public else _("no: it is not published"), tone="good" if public else ""),
                Cell(aid_word(project.oda, "oda") or _("not said")),
                Cell(
                    ", ".join(f"{code}={significance}" for code, significance in sorted(markers.markers.items())),
                    exact=True,
                ),
            ]
        )
    headers = [_("Project"), _("In the file"), _("Development assistance"), _("Policy markers")]
    return Table(_("Our projects"), headers, rows, _("We are a side of no project yet."), id="projects")


def _received(found: list[Subject]) -> Table:
    texts = acts.texts_of(found)
    rows = [
        [
            Cell(texts.get(value.title, "") or value.reference),
            Cell(value.reference, exact=True),
            Cell(texts.get(value.reporter, "")),
            Cell(str(BECOMES.get(value.became, ""))),
            Cell(aid_word(value.eligible, "oda") or _("not said")),
            Cell(str(value.transactions), amount=True),
            Cell(_totals(value.totals)),
        ]
        for one in found
        if (value := one.of(Received))
    ]
    headers = [
        _("Activity"), _("Identifier"), _("Reported by"), _("Taken in as"), _("Development assistance"), _("Transactions"), _("Sums"),
    ]  # fmt: skip
    return Table(_("Taken in"), headers, rows, _("Nothing was taken in yet. Look at a file first; nothing is kept before you say so."), id="received")  # fmt: skip


def _kept_together(text: str) -> str:
    """A number with its sign and currency, which a page that runs from right to left leaves in this order."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def _totals(totals: dict[str, str]) -> str:
    """Sums by what they are: `Disbursement: 12500.50 USD`."""
    parts = [(key.partition(" "), total) for key, total in totals.items()]
    return "; ".join(
        f"{_(codes.TRANSACTION.get(code, code))}: {_kept_together(f'{_grouped(Decimal(total))} {currency}'.strip())}"
        for (code, _gap, currency), total in parts
    )


# --- taking a file in ----------------------------------------------------------------------------------------------------


class FileForm(django_forms.Form):
    """A file, and which language is read where there are several."""

    file = django_forms.FileField(
        label=lazy("IATI file (XML)"),
        help_text=lazy("At most 4 MB. Nothing is kept before you have seen what it says."),
        widget=django_forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )
    lang = django_forms.CharField(
        label=lazy("Language of its texts"), required=False, max_length=8, help_text=lazy("Two letters, such as fr, where the file has several.")
    )  # fmt: skip

    def clean_file(self) -> Any:
        """A file of that size."""
        found = self.cleaned_data["file"]
        if (found.size or 0) > FILE_BYTES:
            raise django_forms.ValidationError(
                _("This file is larger than 4 MB: part it, or take it in with the command.")
            )
        return found


class TakeForm(django_forms.Form):
    """What becomes of each activity of a file."""

    visibility = django_forms.ChoiceField(
        label=lazy("Who sees what others do"),
        choices=lambda: [(code, _(LABELS["visibility"][code])) for code in ("private", "public")],
        initial="private",
    )

    def __init__(self, data: Any, found: list[Suggested]) -> None:
        super().__init__(data)
        self.found = [one for one in found if not one.why_not][:SHOWN]
        themes = [("", _("as suggested")), *((code, _(text)) for code, text in LABELS["theme"].items())]
        for number, one in enumerate(self.found):
            # What is about nothing this room knows is most likely not meant.
            initial = "elsewhere" if one.themes else "skip"
            self.fields[f"becomes-{number}"] = django_forms.ChoiceField(
                label=_("Take in as"), choices=list(BECOMES.items()), initial=initial
            )
            self.fields[f"theme-{number}"] = django_forms.ChoiceField(label=_("Theme"), choices=themes, required=False)

    def choices(self) -> dict[str, Choice]:
        """What was chosen, by identifier."""
        said = self.cleaned_data
        return {
            one.reference: Choice(said[f"becomes-{number}"], (said[f"theme-{number}"],) if said[f"theme-{number}"] else ())
            for number, one in enumerate(self.found)
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Each activity with its two fields."""
        return [
            {"one": _row(one), "becomes": self[f"becomes-{number}"], "theme": self[f"theme-{number}"]}
            for number, one in enumerate(self.found)
        ]


def _row(one: Suggested) -> dict[str, Any]:
    themes = ", ".join(aid_word(theme, "theme") for theme in one.themes)
    facts = [
        (_("Identifier"), Cell(one.reference, exact=True)),
        (_("Period"), Cell(f"{one.begin} – {one.end}", exact=True)),
        (_("Where"), Cell(", ".join(one.places), exact=True)),
        (_("Who pays"), Cell(", ".join(one.providers))),
        (_("Amount"), Cell("" if one.amount is None else f"{_grouped(one.amount)} {one.currency}", exact=True)),
        (_("Transactions"), Cell(_totals(one.totals))),
        (_("Development assistance"), Cell(aid_word(one.eligible, "oda") or _("not said"))),
        (_("Theme"), Cell(_themes(themes, guessed=one.guessed))),
        (_("Line"), Cell(str(one.activity.line))),
    ]  # fmt: skip
    return {"title": one.title, "facts": [(label, cell) for label, cell in facts if cell.text]}


def _themes(themes: str, *, guessed: bool) -> str:
    if not themes:
        return _("none: neither its words nor its sectors suggest one")
    return _("%(themes)s (suggested by its words and sectors)") % {"themes": themes} if guessed else themes


def _grouped(amount: Decimal) -> str:
    """A number with its thousands parted by spaces that do not break."""
    return f"{amount:,f}".replace(",", "\N{NO-BREAK SPACE}")


@requires("aid.write")
@GET_OR_POST
@seated
def take(request: HttpRequest) -> HttpResponseBase:
    """Shows what a file says and what is wrong with it, and takes in what was chosen once that is confirmed."""
    if request.method == "POST" and "checked" in request.POST:
        return _take_in(request)
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data, lang = form.cleaned_data["file"].read(), form.cleaned_data["lang"].strip()
        try:
            return _previewed(request, load(data), _signed(request, data, lang, form.cleaned_data["file"].name), lang)
        except NotAllowed as unreadable:
            form.add_error("file", sentence_of(unreadable))
    page = Page(_("Look at an IATI file"), HERE, above=_above())
    return form_page(request, form, page, _("Look what it says"), REFUSED if form.errors else 200)


def sentence_of(refusal: NotAllowed) -> str:
    """A refusal in the reader's language."""
    return "; ".join(one.told(_) for one in refusal.problems)


def _signed(request: HttpRequest, data: bytes, lang: str, name: str) -> str:
    """The file as the page carries it on. Raises `Unreadable` for one that is too much for that."""
    # Latin-1 takes every byte as a character, so that any encoding is carried unchanged and compresses well.
    carried = signing.dumps([data.decode("latin-1"), lang, name[:200]], salt=_salt(request), compress=True)
    if len(carried) > CARRIED:
        raise Unreadable([Sentence("this is too much for one page: part it, or take it in with the command")])
    return carried


def _salt(request: HttpRequest) -> str:
    return f"{SALT}.{viewer(request).actor}.{me(request).pk}"


def _previewed(request: HttpRequest, read: Read, signed: str, lang: str, form: TakeForm | None = None) -> HttpResponse:
    found = [taking.suggest(one, lang) for one in read.activities]
    findings = [*read.findings, *ruleset.check(read, datetime.now(UTC))]
    cannot = [_cannot(one) for one in found if one.why_not]
    tables = [table for table in (_cannot_table(cannot, read), _findings(findings)) if table.rows]
    take_form = form or TakeForm(None, found)
    context = {
        "page": Page(_("Look at an IATI file"), HERE, above=_above(), tables=tables),
        "form": take_form,
        "rows": take_form.rows(),
        "signed": signed,
        "counts": counted(findings),
        "more": max(0, len(found) - len(cannot) - len(take_form.found)),
        "version": read.version,
        "organisations": len(read.organisations),
    }
    return render(request, "cooperation/iati_take.html", context, status=REFUSED if take_form.errors else 200)


def _cannot(one: Suggested) -> list[Cell]:
    why = "; ".join(why.told(_) for why in one.why_not)
    return [
        Cell(one.title),
        Cell(one.reference, exact=True),
        Cell(str(one.activity.line), amount=True),
        Cell(why, tone="alarm"),
    ]


def _cannot_table(rows: list[list[Cell]], read: Read) -> Table:
    unread = [
        [Cell(_("not readable")), Cell(""), Cell(str(line), amount=True), Cell(_("see what is found below"), tone="alarm")]
        for line in read.refused
    ]  # fmt: skip
    headers = [_("Activity"), _("Identifier"), _("Line"), _("Why")]
    return Table(_("Cannot be taken in"), headers, [*unread, *rows], id="cannot")


def _findings(findings: list[Finding]) -> Table:
    tones = {"error": "alarm"}
    severities = {"error": _("error"), "warning": _("warning"), "note": _("note")}
    rows = [
        [
            Cell(one.message.told(_)),
            Cell(severities[one.severity], tone=tones.get(one.severity, "")),
            Cell(one.rule, exact=True),
            Cell(one.activity, exact=True),
            Cell(str(one.line), amount=True),
            Cell(one.path, exact=True),
        ]
        for one in sorted(findings, key=lambda one: (("error", "warning", "note").index(one.severity), one.line))[
            :SHOWN
        ]
    ]
    title = _("What the standard says of it")
    if len(findings) > SHOWN:
        title = _("What the standard says of it: the first %(shown)d of %(all)d") % {
            "shown": SHOWN,
            "all": len(findings),
        }
    headers = [_("Finding"), _("Weight"), _("Rule"), _("Activity"), _("Line"), _("Where")]
    return Table(title, headers, rows, id="findings")


def _take_in(request: HttpRequest) -> HttpResponseBase:
    try:
        text, lang, name = signing.loads(request.POST["checked"], salt=_salt(request), max_age=HOUR)
    except signing.BadSignature:
        messages.error(request, _("That page was too old: choose the file again."))
        return redirect("cooperation:iati_take")
    read = load(text.encode("latin-1"))
    form = TakeForm(request.POST, [taking.suggest(one, lang) for one in read.activities])
    if not form.is_valid():
        return _previewed(request, read, request.POST["checked"], lang, form)
    outcome, findings = taking.take_in(
        read,
        form.choices(),
        default=Choice("skip"),
        actor=viewer(request).actor,
        by=actor(request),
        lang=lang,
        visibility=form.cleaned_data["visibility"],
        source=name,
    )
    counts = {"new": len(outcome.new), "changed": len(outcome.changed), "unchanged": len(outcome.unchanged)}
    messages.success(request, _("Taken in: %(new)d new, %(changed)d changed, %(unchanged)d unchanged.") % counts)
    for reference, line, why in outcome.refused[:SHOWN]:
        messages.error(
            request,
            _("Line %(line)d: %(id)s is refused: %(why)s") % {"line": line, "id": reference, "why": why.told(_)},
        )
    if findings:
        messages.info(request, _("Contacts in the file are personal data and were not kept."))
    return redirect("cooperation:iati")


# --- taking away ---------------------------------------------------------------------------------------------------------


class ExportForm(django_forms.Form):
    """What is taken away, and what for."""

    what = django_forms.ChoiceField(
        label=lazy("What"),
        choices=[
            ("public", lazy("our public projects and offers")),
            ("others", lazy("the public projects and offers of others too")),
            ("received", lazy("everything that was taken in, as it came")),
        ],
    )
    windows = django_forms.MultipleChoiceField(
        label=lazy("Windows of the trust fund"), required=False, widget=django_forms.CheckboxSelectMultiple
    )
    lang = django_forms.CharField(label=lazy("Language our texts are written in"), initial="en", max_length=8)
    purpose = django_forms.CharField(label=lazy("What for"), max_length=200)

    def __init__(self, data: Any, *, keeps: bool) -> None:
        super().__init__(data)
        found = fund.windows() if keeps else []
        if not found:
            del self.fields["windows"]
            return
        texts = acts.texts_of(found)
        choices = [(one.key, texts.get(one.of(Window).title, one.key)) for one in found]
        self.fields["windows"].choices = choices  # type: ignore[attr-defined]


@requires("aid.view")
@GET_OR_POST
def export(request: HttpRequest) -> HttpResponse:
    """What is public as a file; an act says who took it, and what for."""
    keeps = _may(request, "aid.fund")
    form = ExportForm(posted(request), keeps=keeps)
    note = _(
        "Only what is published leaves: projects, offers and needs that are shared with partners or kept to ourselves are not in the file."
    )
    page = Page(_("Take away as IATI"), HERE, above=_above(), note=note)
    if request.method == "POST" and form.is_valid():
        try:
            made = _made(request, form.cleaned_data, keeps=keeps)
        except NotAllowed as refusal:
            form.add_error(None, sentence_of(refusal))
        else:
            headers = {"Content-Disposition": 'attachment; filename="activities.xml"'}
            return HttpResponse(made.data, content_type="application/xml", headers=headers)
    return form_page(request, form, page, _("Make the file"), REFUSED if form.errors else 200)


def _made(request: HttpRequest, said: dict[str, Any], *, keeps: bool) -> services.Made:
    who, by = viewer(request), actor(request)
    if said["what"] == "received":
        return services.export_received(who, by=by, purpose=said["purpose"])
    wanted = Asked(said["lang"].strip() or "en", said["what"] == "others", tuple(said.get("windows", ())))
    return services.export(who, wanted, keeps=keeps, by=by, purpose=said["purpose"])


# --- what is said of a project for publication -----------------------------------------------------------------------------


def _choices(of: dict[str, str]) -> list[tuple[str, str]]:
    return [("", "–"), *((code, f"{code} {_(text)}" if text else code) for code, text in of.items())]


class PublicationForm(django_forms.Form):
    """Policy markers and types, as far as they differ from the usual ones."""

    gender = django_forms.ChoiceField(label=lazy("Gender equality (marker 1)"), required=False)
    disability = django_forms.ChoiceField(
        label=lazy("Inclusion of persons with disabilities (marker 11)"), required=False
    )
    governance = django_forms.ChoiceField(label=lazy("Good governance (marker 3)"), required=False)
    aid = django_forms.ChoiceField(label=lazy("Aid type"), required=False)
    flow = django_forms.ChoiceField(
        label=lazy("Flow type"), required=False,
        help_text=lazy("Without, as the project says whether it counts as development assistance."),
    )  # fmt: skip
    tied = django_forms.ChoiceField(label=lazy("Tied"), required=False)
    collaboration = django_forms.ChoiceField(label=lazy("Collaboration"), required=False)

    def __init__(self, data: Any, initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial)
        lists = {
            "gender": codes.SIGNIFICANCE, "disability": codes.SIGNIFICANCE, "governance": codes.SIGNIFICANCE,
            "aid": codes.CLOSED["AidType"], "flow": codes.FLOW, "tied": codes.TIED, "collaboration": codes.COLLABORATION,
        }  # fmt: skip
        for name, of in lists.items():
            self.fields[name].choices = _choices(of)  # type: ignore[attr-defined]


NAMED = {"gender": "1", "governance": "3", "disability": "11"}


@requires("aid.write")
@GET_OR_POST
def publication(request: HttpRequest, key: str) -> HttpResponse:
    """What is said of a project for publication alone."""
    found = known(request, "project", key)
    before = acts.subject("publication", key)
    said = before.of(Markers) if before else Markers()
    initial = {name: said.markers.get(code, "") for name, code in NAMED.items()}
    initial |= {name: getattr(said, name) for name in ("aid", "flow", "tied", "collaboration")}
    title = acts.texts_of([found]).get(found.of(Project).title, key)
    page = Page(
        _("For publication: %(title)s") % {"title": title},
        HERE,
        above=(reverse("cooperation:project", args=[key]), title),
    )

    def do(chosen: dict[str, Any]) -> str:
        markers = dict(said.markers) | {code: chosen.pop(name) for name, code in NAMED.items()}
        value = Markers(markers={code: one for code, one in markers.items() if one}, finance=said.finance, **chosen)
        received.set_publication(key, value, actor=viewer(request).actor, by=actor(request))
        return reverse("cooperation:project", args=[key])

    return asked(request, PublicationForm(posted(request), initial), do, page, _("Keep"))


PATTERNS: list[URLPattern] = [
    path("cooperation/iati/", overview, name="iati"),
    path("cooperation/iati/take/", take, name="iati_take"),
    path("cooperation/iati/export/", export, name="iati_export"),
    path("cooperation/iati/projects/<str:key>/", publication, name="iati_publication"),
]
