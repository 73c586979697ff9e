"""Pages of counting: what is due, a count with its differences and decisions, its certificate."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger.reasons import Reason
from countermark.marks.sentences import told
from countermark.register.checking import Refused
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted
from countermark.stockpile import queries as stock
from countermark.stockpile.codes import house
from countermark.stockpile.counting import certificate, presets, queries, rules, services
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.services import Opening, PlanFields
from countermark.stockpile.counting.states import RECOUNT, SAMPLE
from countermark.stockpile.papers import languages
from countermark.stockpile.views import common
from countermark.stockpile.words import LABELS

PAGE = 50
"""Differences on one page."""
SHOWN = 50
"""Counts in the list."""
AT_ONCE = 5.0
"""Seconds a page spends on recording what was found; what is left is recorded when it is asked again."""


def count_or_404(request: HttpRequest, code: str, permission: str = stock.VIEW) -> Counting:
    """The count, where the person holds the permission; the same 404 for *not yours* and *absent*."""
    parsed = house.parse(code)
    key = parsed[1] if parsed and parsed[0] == "count" else ""
    found = queries.visible_count(me(request), key, permission) if key else None
    if found is None:
        raise Http404(_("There is no such count among those you may see."))
    return found


def refusal(refused: Refused) -> str:
    """What was refused, in the reader's language."""
    return "; ".join(
        _("%(value)s: expected %(expected)s") % {"value": one.value or "—", "expected": told(one.expected, _)}
        for one in refused.errors
    )


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for, from 1."""
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isdecimal() and len(text) < 8 else 1


class PlanForm(forms.Form):
    """A new plan; what is left empty comes from the rule."""

    place = forms.ChoiceField(label=lazy("Place"))
    preset = forms.ChoiceField(label=lazy("Rule"))
    kind = forms.ChoiceField(label=lazy("What is counted"), required=False)
    first = forms.DateField(
        label=lazy("First on"), required=False, widget=forms.DateInput({"type": "date"}), input_formats=["%Y-%m-%d"]
    )
    days = forms.IntegerField(label=lazy("Days between"), min_value=0, max_value=services.MOST_DAYS, required=False)
    counters = forms.ChoiceField(label=lazy("Counters"), required=False)

    def __init__(self, data: Any, places: list[Place]) -> None:
        super().__init__(data)
        rule = [("", _("as the rule says"))]
        self._choices("place", [(place.pk, place.name) for place in places])
        self._choices("preset", [(one.id, _(one.title)) for one in presets.in_force(queries.today())])
        self._choices("kind", rule + [(code, _(text)) for code, text in LABELS["count_kind"].items()])
        self._choices("counters", [*rule, ("1", _("one")), ("2", _("two, blind to each other"))])
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control" if name in ("first", "days") else "form-select"

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


@requires("stock.view")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What is to be counted and when, what is being counted, and what was."""
    user = me(request)
    running = queries.counts(stock.visible(user), state="open", most=SHOWN)
    done = queries.counts(stock.visible(user), state="closed", most=SHOWN)
    context = {
        "plans": queries.plans(user),
        "escalated": queries.escalated(user),
        "running": [(one, _place_name(one.place)) for one in running],
        "done": [(one, _place_name(one.place)) for one in done],
        "places": common.places_of(user, "stock.command") if accounts.may(user, "stock.command") else [],
        "presets": presets.in_force(queries.today()),
    }
    return render(request, "stockpile/counts.html", context)


@requires("stock.command")
@GET_OR_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plans the counts of a place."""
    form = PlanForm(posted(request), common.places_of(me(request), "stock.command"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        days = -1 if data["days"] is None else data["days"]
        first = data["first"].isoformat() if data["first"] else ""
        fields = PlanFields(data["preset"], data["kind"], first, days, int(data["counters"] or 0))
        try:
            services.set_plan(data["place"], fields, by=actor(request))
        except Refused as refused:
            form.add_error(None, refusal(refused))
        else:
            messages.success(request, _("The counts are planned."))
            return redirect("stockpile:counts")
    context = {"form": form, "presets": presets.in_force(queries.today())}
    return render(request, "stockpile/count_plan.html", context, status=REFUSED if form.errors else 200)


@requires("stock.command")
@require_POST
def plan_end(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a plan out of use."""
    known = [one for one in queries.plans(me(request)) if one.key == key]
    if not known or not accounts.may_at(me(request), "stock.command", known[0].place.pk):
        raise Http404(_("There is no such plan among those you may change."))
    services.end_plan(key, by=actor(request))
    return redirect("stockpile:counts")


@requires("stock.command")
@require_POST
def open_count(request: HttpRequest) -> HttpResponse:
    """Opens a count of a place outside any plan."""
    place = request.POST.get("place", "")
    if not accounts.may_at(me(request), "stock.command", place):
        raise Http404(_("There is no such place among those you may see."))
    opening = Opening(
        place,
        preset=request.POST.get("preset", presets.OWN),
        request=_request(request),
        counters=_number(request, "counters"),
    )
    return _opened(request, opening)


@requires("stock.count")
@require_POST
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Opens the count that a plan asks for."""
    known = [one for one in queries.plans(me(request)) if one.key == key]
    if not known or not accounts.may_at(me(request), "stock.count", known[0].place.pk):
        raise Http404(_("There is no such plan among those you may count by."))
    return _opened(request, Opening(plan=key, request=_request(request)))


def _opened(request: HttpRequest, opening: Opening) -> HttpResponse:
    try:
        key = services.open_count(opening, by=actor(request))
    except Refused as refused:
        messages.error(request, refusal(refused))
        return redirect("stockpile:counts")
    return redirect("stockpile:count", house.shown(key))


def _request(request: HttpRequest) -> str:
    """The request key of the form, bound to who sends it."""
    key = request.POST.get("request", "")[:64]
    return f"{me(request).username} {key}" if key else ""


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text in ("1", "2") else 0


@requires("stock.view")
@require_GET
def count(request: HttpRequest, code: str) -> HttpResponse:
    """One count: who counts, what it comes to once all have counted, what is to be decided."""
    found = count_or_404(request, code)
    context = _context(me(request), found)
    if found.phase != "counting":
        try:
            context |= _differences(request, found)
        except Refused as refused:
            context["problem"] = refusal(refused)
    return render(request, "stockpile/count.html", context)


def _context(user: User, found: Counting) -> dict[str, Any]:
    names = queries.names([*found.people, found.count.closed_by])
    own = found.sheet_of(user.person)
    at = found.place
    counts_here = accounts.may(user, "stock.count") and accounts.may_at(user, "stock.count", at)
    commands = accounts.may(user, "stock.command") and accounts.may_at(user, "stock.command", at)
    return {
        "found": found,
        "code": house.shown(found.key),
        "place": _place_name(at),
        "sheets": [(sheet, names.get(sheet.person, "")) for _subject, sheet in found.sheets.values()],
        "own": own if own and not own.ended and counts_here else None,
        "may_begin": counts_here
        and found.phase == "counting"
        and len(found.counters) < found.count.counters
        and not own,
        "may_count": counts_here,
        "counted_blind": found.count.counters > 1 and user.person in {sheet.person for sheet in found.counters},
        "own_recount": queries.recounted_by_own(found),
        "commands": commands and user.person not in found.people,
        "closed_by": names.get(found.count.closed_by, ""),
        "languages": languages.LANGUAGES,
        "language": (get_language() or "en").partition("-")[0],
    }


def _differences(request: HttpRequest, found: Counting) -> dict[str, Any]:
    """One page of the exceptions, of one outcome where one is chosen: never all of them at once."""
    outcome, decided = queries.outcome(found), queries.decisions(found)
    left = {one.item for one in outcome.exceptions if not queries.is_decided(one, decided)}
    chosen = request.GET.get("outcome", "")
    listed = [one for one in outcome.exceptions if chosen in ("", one.outcome)]
    page = page_of(request)
    shown = queries.shown(listed[(page - 1) * PAGE : page * PAGE])
    said = {item: decided[item] for one, _w in shown if (item := one.item) in decided and item not in left}
    reasons = side_texts([one.reason for one in said.values()])
    places = _place_names([found.place, *(one.expected for one, _w in shown), *(one.place for one, _w in shown)])
    sample = queries.sample_of(found) if SAMPLE not in found.sheets else []
    return {
        "figures": outcome.figures,
        "exceptions": len(outcome.exceptions),
        "left": len(left),
        "chosen": chosen,
        "kinds": [(code, outcome.figures[code]) for code in (*rules.EXCEPTIONS, "differs") if outcome.figures[code]],
        "lines": [
            (one, weapon, said.get(one.item), reasons.get(said[one.item].reason, "") if one.item in said else "",
             places.get(one.expected, ""), places.get(queries.seen_at(found, one), ""))
            for one, weapon in shown
        ],
        "words": rules.DECISIONS.get(chosen, ()),
        "listed": len(listed),
        "page": page,
        "following": page + 1 if page * PAGE < len(listed) else 0,
        "sample": len(sample),
        "may_recount": RECOUNT not in found.sheets and found.phase == "counted" and bool(outcome.exceptions),
        "must_recount": bool(outcome.figures["differs"]),
        "may_sample": bool(sample) and found.phase == "counted",
    }  # fmt: skip


@requires("stock.command")
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decides on the exceptions that were ticked, or on all of one outcome."""
    found = count_or_404(request, code, "stock.command")
    outcome, post = request.POST.get("outcome", ""), request.POST
    try:
        items = post.getlist("item")
        if post.get("all") == "1":
            items = [one.item for one in queries.undecided(found) if one.outcome == outcome][: services.MOST_DECIDED]
        services.decide(found.key, items, post.get("word", ""), post.get("reason", ""), by=actor(request))
    except Refused as refused:
        messages.error(request, refusal(refused))
    else:
        text = ngettext("%(n)d exception was decided.", "%(n)d exceptions were decided.", len(items))
        messages.success(request, text % {"n": len(items)})
    address = redirect("stockpile:count", house.shown(found.key))
    if outcome in rules.DECISIONS:
        address["Location"] += f"?outcome={outcome}"
    return address


@requires("stock.command")
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Closes a count, and records what was found; asked again, it goes on recording."""
    found = count_or_404(request, code, "stock.command")
    try:
        services.close(found.key, accepted=request.POST.get("accepted") == "1", by=actor(request))
        done, total = services.record(found.key, by=actor(request), seconds=AT_ONCE)
    except Refused as refused:
        messages.error(request, refusal(refused))
    else:
        text = _("%(done)d of the %(total)d weapons found are recorded.")
        messages.success(request, text % {"done": done, "total": total})
    return redirect("stockpile:count", house.shown(found.key))


@requires("stock.command")
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Gives a count up, with a reason."""
    found = count_or_404(request, code, "stock.command")
    try:
        services.cancel(
            found.key, Reason(request.POST.get("reason", ""), request.POST.get("words", "")), by=actor(request)
        )
    except Refused as refused:
        messages.error(request, refusal(refused))
    return redirect("stockpile:count", house.shown(found.key))


@requires("stock.view")
@require_GET
def certificate_pdf(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """The certificate of a closed count as PDF."""
    found = count_or_404(request, code)
    if found.subject.state != "closed" or language not in languages.LANGUAGES:
        raise Http404(_("There is no such certificate."))
    try:
        data = certificate.pdf(found, language)
    except certificate.NoCertificate as problem:
        return HttpResponse(told(problem.args[0], _), status=503, content_type="text/plain; charset=utf-8")
    except Refused as refused:
        return HttpResponse(refusal(refused), status=503, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'inline; filename="count-{house.shown(found.key)}-{language}.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _place_name(place: str) -> str:
    return _place_names([place]).get(place, "")


def _place_names(places: list[str]) -> dict[str, str]:
    return dict(Place.objects.filter(pk__in={one for one in places if one}).values_list("pk", "name"))
