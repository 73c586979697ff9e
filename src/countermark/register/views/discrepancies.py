"""The queue of discrepancies: overdue first, each with an owner, a due date and, in the end, a decision with its reason."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.register import cases
from countermark.register.checking import Refused
from countermark.register.forms.review import Assign, Decide, Queue
from countermark.register.queries import discrepancies, scope
from countermark.register.queries.discrepancies import Discrepancy
from countermark.register.views.common import REFUSED, actor, me, say_refused


@requires("discrepancy.view")
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What contradicts what, as far as the person may see it."""
    form = Queue(request.GET, owners=_owners())
    form.is_valid()
    asked = form.cleaned_data
    found = discrepancies.queue(
        scope.of(me(request), "discrepancy.view"),
        state=asked.get("state") or cases.OPEN,
        kind=asked.get("kind") or "",
        owner=asked.get("owner") or "",
    )
    context = {
        "form": form,
        "found": found,
        "overdue": sum(one.overdue for one in found),
        "full": len(found) == discrepancies.SHOWN,
        "names": dict(_owners()),
    }
    return render(request, "register/discrepancies.html", context)


def _owners(subject: str = "") -> list[tuple[str, str]]:
    """Those who may answer for a discrepancy, or for any."""
    return owners(cases.kind_of(subject), subject)


def owners(kind: str = "", subject: str = "") -> list[tuple[str, str]]:
    """Those who may answer for discrepancies of a kind, or of any: user name and name, as choices."""
    people = User.objects.filter(disabled=False).order_by("full_name", "username")
    may = [user for user in people if cases.may_answer(user, kind)]
    return [(user.username, str(user)) for user in may if not subject or cases.may_decide(user, subject)]


@requires("discrepancy.view")
@require_GET
def discrepancy(request: HttpRequest, subject: str) -> HttpResponse:
    """One discrepancy: the records beside each other, and what may be done."""
    found = _found(request, subject, "discrepancy.view")
    return _page(request, found, None, Decide())


def _found(request: HttpRequest, subject: str, permission: str) -> Discrepancy:
    found = discrepancies.one(subject, scope.of(me(request), permission))
    if found is None:
        raise Http404(_("There is no such discrepancy any more, or not among what you may see."))
    return found


def _page(request: HttpRequest, found: Discrepancy, assign: Assign | None, decide: Decide) -> HttpResponse:
    may_own = _owners(found.subject)
    initial = {"owner": found.owner or me(request).username, "due": found.due}
    other = discrepancies.SOURCES.get(found.kind)
    context = {
        "one": found,
        "about": _(other.about) if other else "",
        "where": other.where(me(request), found.subject) if other else "",
        "settle": _settled_at(me(request), found),
        "owner": dict(may_own).get(found.owner, found.owner),
        "assign": assign or Assign(owners=may_own, initial=initial),
        "decide": decide,
        "may_decide": accounts.may(me(request), "discrepancy.decide") and cases.may_decide(me(request), found.subject),
    }
    wrong = bool(decide.errors or (assign is not None and assign.errors))
    return render(request, "register/discrepancy.html", context, status=REFUSED if wrong else 200)


def _settled_at(user: User, found: Discrepancy) -> str:
    """Where another room settles a finding about one weapon; empty where nobody does, or not this person."""
    permission, name = discrepancies.SETTLED_AT.get(found.kind, ("", ""))
    if not name or not found.weapons or not accounts.may(user, permission):
        return ""
    return reverse(name, args=[found.weapons[0].id])


@requires("discrepancy.decide")
@require_POST
def assign(request: HttpRequest, subject: str) -> HttpResponse:
    """Makes somebody answerable until a day."""
    found = _found(request, subject, "discrepancy.decide")
    form = Assign(request.POST, owners=_owners(subject))
    if not form.is_valid():
        return _page(request, found, form, Decide())
    try:
        cases.assign(subject, form.cleaned_data["due"].isoformat(), form.cleaned_data["owner"], by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The discrepancy was assigned."))
    return redirect(reverse("register:discrepancy", args=[subject]))


@requires("discrepancy.decide")
@require_POST
def decide(request: HttpRequest, subject: str) -> HttpResponse:
    """Settles it, with a reason."""
    found = _found(request, subject, "discrepancy.decide")
    form = Decide(request.POST)
    if not form.is_valid():
        return _page(request, found, None, form)
    try:
        cases.decide(subject, found.due, form.cleaned_data["outcome"], form.cleaned_data["reason"], by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The decision was recorded."))
    return redirect("register:discrepancies")
