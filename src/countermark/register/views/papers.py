"""Paper forms: printed with a number, keyed later, accounted for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import MissingPermission, requires
from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.register import asking, papercodes, papers, sheets
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.forms import papers as forms
from countermark.register.forms.reasons import Because, of
from countermark.register.models import Weapon
from countermark.register.papermodels import PaperForm
from countermark.register.papers import Made
from countermark.register.queries import records, scope
from countermark.register.queries.records import Record
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted, say_refused

PERMISSIONS = {
    "weapon": "weapon.add", "event": "event.add", "correction": "weapon.correct",
    "issue": "stock.handle", "return": "stock.handle",
}  # fmt: skip
"""Who may have a kind of form printed, and key it."""
LISTED = 200
WhyVoid = of("form_voided")


@dataclass(frozen=True)
class Row:
    """A form in a list; `state` is where it stands by now."""

    form: PaperForm
    code: str
    title: str
    to: str
    state: str


@dataclass(frozen=True)
class Keying:
    """A form that is being keyed, and the fields a keyed form has besides those of the screen."""

    form: PaperForm
    fields: forms.Written

    @property
    def over(self) -> bool:
        """Whether the form was keyed or declared void meanwhile."""
        return papers.standing(self.form) != papers.OUT

    @property
    def shown(self) -> str:
        """The code as it is printed."""
        return papercodes.shown(self.form.code)

    @property
    def title(self) -> str:
        """What the form is for."""
        return _(papers.title(self.form))

    def settled(self, request: HttpRequest) -> HttpResponse:
        """Leads to what became of a form that is not out any more."""
        messages.warning(request, _("This form is not out any more: it is not keyed again."))
        return redirect("register:paper", self.form.code)

    def record(self, request: HttpRequest, make: Callable[[], Made]) -> Made:
        """Records by `make` what the form says, and that the form is keyed, or waits. Raises `Refused`."""
        return papers.key(self.form.code, self.fields.cleaned_data["written"], make, by=actor(request))

    def show(self, errors: list[RowError]) -> list[RowError]:
        """Puts what is about these fields beside them; returns the rest."""
        self.fields.show(error for error in errors if error.column in self.fields.fields)
        return [error for error in errors if error.column not in self.fields.fields]


def keying(request: HttpRequest, kind: str) -> Keying | None:
    """The form of a kind that a capture page was opened to key; None where it was opened without one."""
    asked = request.POST if request.method == "POST" else request.GET
    if "form" not in asked:
        return None
    form = papers.find(asked["form"])
    if form is None or papercodes.kind_of(form.code) != kind:
        raise Http404(_("There is no such form."))
    made = forms.WrittenWeapon if kind == "weapon" else forms.Written
    if request.POST.get("action") in ("add", "remove"):
        return Keying(form, made(initial=request.POST.dict()))
    return Keying(form, made(posted(request)))


def _kinds(user: User) -> set[str]:
    return {kind for kind, permission in PERMISSIONS.items() if accounts.may(user, permission)}


@requires("event.add")
@GET_OR_POST
def papers_page(request: HttpRequest) -> HttpResponse:
    """The forms that are out; more are numbered and printed from here."""
    user = me(request)
    weapon = _weapon_asked(request)
    kinds = _kinds(user) - ({"weapon"} if weapon else set())
    form = forms.Issue(posted(request), kinds=kinds, grave=accounts.may(user, "event.grave"))
    if request.method == "POST" and form.is_valid():
        kind, event = form.wanted
        data = form.cleaned_data
        weapon_id = weapon.state.id if weapon else ""
        try:
            made = papers.issue(
                kind, event=event, weapon_id=weapon_id, copies=data["copies"], to=data["to"], by=actor(request)
            )
        except Refused as refused:
            say_refused(request, refused)
        else:
            codes = urlencode([("code", one.code) for one in made])
            return redirect(f"{reverse('register:paper_sheet')}?{codes}")
    whose = papers.whose(user)
    out = papers.outstanding(whose)
    context = {
        "form": form,
        "code": forms.Code(auto_id="code_%s"),
        "weapon": weapon.state if weapon else None,
        "out": rows(out[:LISTED]),
        "count": out.count(),
        "settled": rows(papers.settled(whose)),
    }
    return render(request, "register/papers/list.html", context, status=REFUSED if form.errors else 200)


def rows(found: Any) -> list[Row]:
    """Forms with the names of those who took them."""
    some: list[PaperForm] = list(found)
    names = side_texts([_urn("person", form.issued_to) for form in some if form.issued_to])
    stand = papers.standings(some)
    return [
        Row(f, papercodes.shown(f.code), _(papers.title(f)), names.get(_urn("person", f.issued_to), ""), stand[f.code])
        for f in some
    ]


def _urn(kind: str, ref: str) -> str:
    return f"{identity.PREFIX}{kind}:{ref}"


def _weapon_asked(request: HttpRequest) -> Record | None:
    text = request.GET.get("weapon", "")
    return _record(request, text, "event.add") if text else None


def _record(request: HttpRequest, text: str, permission: str) -> Record | None:
    """The one record of this number or id where the person holds a permission."""
    seen = scope.of(me(request), permission)
    found = seen.narrow(Weapon.objects.filter(ref=text)).values_list("pk", flat=True)[:2]
    record = records.record(str(found[0]) if len(found) == 1 else text)
    return record if record is not None and seen.sees(record.state) else None


@requires("event.add")
@require_GET
def paper_sheet(request: HttpRequest) -> HttpResponse:
    """Forms as they are printed, a page or more each; works without scripts."""
    whose = papers.whose(me(request))
    wanted = [papers.find(code) for code in request.GET.getlist("code")[: papers.COPIES_AT_MOST]]
    found = [form for form in wanted if form is not None and whose in ("", form.issued_by)]
    if not found:
        raise Http404(_("There is no such form."))
    weapons = {
        str(weapon.id): weapon
        for weapon in scope.of(me(request), "event.add").narrow(
            Weapon.objects.filter(id__in=[form.weapon_id for form in found if form.weapon_id])
        )
    }
    printed = [(sheets.sheet(form, papers.title(form)), weapons.get(form.weapon_id)) for form in found]
    return render(request, "register/papers/sheet.html", {"sheets": printed})


@requires("event.add")
@require_POST
def paper_find(request: HttpRequest) -> HttpResponse:
    """From a code, typed or scanned, to the page where the form is keyed."""
    form = papers.find(request.POST.get("code", ""))
    if form is None:
        messages.error(request, _("No form has this code. Look at it again: a character may be misread."))
        return redirect("register:papers")
    return redirect("register:paper_key", form.code)


@requires("event.add")
@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """What became of one form."""
    form = _form_or_404(code)
    elsewhere = papers.ROOMS.get(papercodes.kind_of(form.code))
    if elsewhere is not None and form.state == papers.KEYED:
        return redirect(elsewhere.shown, form.event_id)
    return _paper_page(request, form, WhyVoid())


def _paper_page(request: HttpRequest, form: PaperForm, why: Because) -> HttpResponse:
    whose = papers.whose(me(request))
    record = records.record(form.weapon_id) if form.weapon_id else None
    seen = record if record is not None and scope.of(me(request)).sees(record.state) else None
    reason = _urn("note", form.reason)
    context = {
        "row": rows([form])[0],
        "mine": whose in ("", form.issued_by),
        "followed": reverse(asking.FOLLOWED[0], args=[form.proposal]) if _own_waits(request, form) else "",
        "may_key": accounts.may(me(request), PERMISSIONS[papercodes.kind_of(form.code)]),
        "weapon": seen.state if seen else None,
        "position": next((line.position for line in seen.history if line.event_id == form.event_id), 0) if seen else 0,
        "reason": told(form.reason_code, "form_voided", side_texts([reason]).get(reason, "")),
        "why": why,
    }
    return render(request, "register/papers/paper.html", context, status=REFUSED if why.errors else 200)


def _own_waits(request: HttpRequest, form: PaperForm) -> bool:
    """Whether what a form says waits, or waited, and who looks is who asked for it."""
    return bool(form.proposal) and form.keyed_by == me(request).username


def _form_or_404(code: str) -> PaperForm:
    form = papers.find(code)
    if form is None:
        raise Http404(_("There is no such form."))
    return form


@requires("event.add")
@GET_OR_POST
def paper_key(request: HttpRequest, code: str) -> HttpResponse:
    """Leads to the capture page of a form; asks first which weapon, or which entry, where the form does not say."""
    form = _form_or_404(code)
    kind = papercodes.kind_of(form.code)
    if (keyed := Keying(form, forms.Written())).over:
        return keyed.settled(request)
    if not accounts.may(me(request), PERMISSIONS[kind]):
        raise MissingPermission(PERMISSIONS[kind])
    query = f"?{urlencode({'form': form.code})}"
    if kind in papers.ROOMS:
        return redirect(papers.ROOMS[kind].key, form.code)
    if kind == "weapon":
        return redirect(reverse("register:weapon_add") + query)
    before = _record(request, form.weapon_id, PERMISSIONS[kind]) if form.weapon_id else None
    which = forms.Which(posted(request), initial={"weapon": before.state.ref or before.state.id} if before else None)
    # A form that is out again may have been declined because it was keyed for another weapon.
    record = None if form.proposal else before
    if which.is_bound and which.is_valid():
        record = _record(request, which.cleaned_data["weapon"].strip(), PERMISSIONS[kind])
    if record is not None and kind == "event":
        return redirect(reverse("register:event_add", args=[record.state.id]) + query)
    if record is None and which.is_bound and not which.errors:
        which.add_error("weapon", _("There is no such record among those you may change."))
    context = {"row": rows([form])[0], "which": which, "record": record, "query": query}
    return render(request, "register/papers/key.html", context, status=REFUSED if which.errors else 200)


@requires("event.add")
@require_POST
def paper_void(request: HttpRequest, code: str) -> HttpResponse:
    """Declares a form lost or spoiled."""
    form = _form_or_404(code)
    if papers.whose(me(request)) not in ("", form.issued_by):
        raise Http404(_("There is no such form."))
    why = WhyVoid(request.POST)
    if not why.is_valid():
        return _paper_page(request, form, why)
    try:
        papers.void(form.code, why.why, by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The form is void and can no longer be keyed."))
    return redirect("register:paper", form.code)
