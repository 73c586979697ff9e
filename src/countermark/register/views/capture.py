"""Capturing facts: a new weapon, an event, a correction, a join."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Captured
from countermark.register import asking, checking, papers, services, tagged
from countermark.register.asking import Waits
from countermark.register.checking import Refused, refuse
from countermark.register.forms import capture as forms
from countermark.register.models import Weapon
from countermark.register.queries import personal, scope, twins
from countermark.register.queries.records import Record
from countermark.register.rules import HistoryEvent
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted, record_or_404, say_refused
from countermark.register.views.papers import Keying, keying
from countermark.register.views.record import names_open
from countermark.register.views.weapons import suggestions

MARKS_AT_MOST = 30
ONLY_WITHDRAWN = frozenset({"same_as", tagged.BOUND, tagged.UNBOUND})
"""Events that are no lines of an events file: one that was wrong is withdrawn, and the right one recorded."""


@dataclass
class NewWeapon:
    """The forms of a weapon that is being keyed."""

    facts: forms.Facts
    marks: list[forms.MarkFields]
    token: str
    places: list[Place] | None
    place: str = ""
    paper: Keying | None = None

    def is_valid(self) -> bool:
        """Every form, so that all mistakes show at once."""
        forms_ = [self.facts, *self.marks, *([self.paper.fields] if self.paper else [])]
        return all([form.is_valid() for form in forms_])  # noqa: C419 -- not only up to the first mistake

    @property
    def texts(self) -> list[str]:
        """The marks that were keyed."""
        return [text for mark in self.marks if (text := mark.values()["mark"])]


@requires("weapon.add")
@GET_OR_POST
def weapon_add(request: HttpRequest) -> HttpResponse:
    """A new weapon: serial keyed twice; records it may be confused with are shown before it is saved."""
    paper = keying(request, "weapon")
    if paper and paper.over:
        return paper.settled(request)
    new = _new_weapon(request, paper)
    if request.method != "POST" or request.POST.get("action") in ("add", "remove"):
        return _new_page(request, new)
    if not new.is_valid():
        return _new_page(request, new, status=REFUSED)
    near = twins.near(new.texts, scope.of(me(request)))
    if near and request.POST.get("action") != "confirm":
        return _new_page(request, new, near=near)
    try:
        added = _save(request, new)
    except Refused as refused:
        _show(new, refused)
        return _new_page(request, new, status=REFUSED)
    messages.success(request, _("The weapon was recorded.") if added.new else _("This weapon was recorded already."))
    return redirect("register:weapon", added.weapon_id)


def _new_weapon(request: HttpRequest, paper: Keying | None) -> NewWeapon:
    post = request.POST if request.method == "POST" else None
    places = _places(request)
    token = (post.get("token", "") if post else "")[:40] or secrets.token_hex(5).upper()
    if post is None:
        return NewWeapon(forms.Facts(), [forms.MarkFields(prefix="m0")], token, places, paper=paper)
    facts = forms.Facts(post)
    if post.get("action") in ("add", "remove"):
        facts, marks = forms.Facts(initial=post.dict()), _retyped_marks(request)
    else:
        marks = [forms.MarkFields(post, prefix=f"m{n}") for n in range(_count(request))]
    return NewWeapon(facts, marks, token, places, post.get("place", ""), paper)


def _count(request: HttpRequest) -> int:
    text = request.POST.get("marks", "1")
    return min(max(int(text), 1), MARKS_AT_MOST) if text.isascii() and text.isdecimal() and len(text) < 4 else 1


def _retyped_marks(request: HttpRequest, twice: bool = True) -> list[forms.MarkFields]:
    """The marks as typed so far, with one more or one less, nothing judged yet."""
    typed = [
        {key.removeprefix(f"m{n}-"): value for key, value in request.POST.items() if key.startswith(f"m{n}-")}
        for n in range(_count(request))
    ]
    if request.POST.get("action") == "add" and len(typed) < MARKS_AT_MOST:
        typed.append({})
    elif len(typed) > 1:
        typed.pop()
    return [forms.MarkFields(prefix=f"m{n}", initial=initial, twice=twice) for n, initial in enumerate(typed)]


def _places(request: HttpRequest) -> list[Place] | None:
    """The places a person is limited to: a new weapon must stand at one of them. None for somebody who is not."""
    visible = accounts.visible_place_ids(me(request), "weapon.add")
    return None if visible is None else list(Place.objects.filter(id__in=visible).order_by("name"))


def _save(request: HttpRequest, new: NewWeapon) -> services.Added:
    if new.paper:
        return new.paper.record(request, lambda: _add(request, new))
    with transaction.atomic():
        return _add(request, new)


def _add(request: HttpRequest, new: NewWeapon) -> services.Added:
    values = new.facts.values()
    # The token, or the code of the form, makes the number: a second click makes no second weapon.
    ref = values.pop("ref") or (new.paper.shown if new.paper else f"R-{new.token}")
    added = services.add_weapon(ref, values, [mark.values() for mark in new.marks], by=actor(request))
    registered = _registration(new)
    # What was on record already stays where it is: entering it again is no way to take it from another place.
    if registered and (added.new or "place" not in registered):
        services.add_event(added.weapon_id, registered, by=actor(request))
    return added


def _registration(new: NewWeapon) -> dict[str, str]:
    """The event that says where a new weapon stands, and from which form it was keyed; empty when neither is to be said."""
    if new.places is None and new.paper is None:
        return {}
    fields = {"event": "registration", "date": timezone.localdate().isoformat()}
    if new.paper:
        happened = str(new.paper.fields.cleaned_data.get("happened", ""))
        fields |= {"date": happened, "document": new.paper.shown}
    if new.places is None:
        return fields
    place = next((place for place in new.places if place.id == new.place), None)
    if place is None:
        raise refuse("place", "", _("one of your places"), "missing")
    return {**fields, "place": place.name}


def _show(new: NewWeapon, refused: Refused) -> None:
    for error in new.paper.show(refused.errors) if new.paper else refused.errors:
        form = new.marks[error.row - 1] if 0 < error.row <= len(new.marks) else new.facts
        form.show([error])


def _new_page(request: HttpRequest, new: NewWeapon, near: list[Any] | None = None, status: int = 200) -> HttpResponse:
    context = {
        "new": new,
        "paper": new.paper,
        "near": near,
        "today": timezone.localdate(),
        **suggestions(scope.of(me(request))),
    }
    return render(request, "register/weapon_add.html", context, status=status)


@requires("event.add")
@GET_OR_POST
def event_add(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Records one event; the same event twice is one event."""
    record = record_or_404(request, weapon_id, "event.add")
    paper = keying(request, "event")
    if paper and paper.over:
        return paper.settled(request)
    event = paper.form.event if paper else request.GET.get("event", "")
    grave = _may_grave(request, record)
    form = forms.Event(posted(request), initial={"event": event}, grave=grave)
    if paper:
        # The paper has two times: this one, and when it was written.
        form.fields["date"].label = _("When it happened")
    if request.method == "POST" and all([form.is_valid(), paper is None or paper.fields.is_valid()]):
        try:
            added = _add_event(request, record, form, paper)
        except Refused as refused:
            form.show(paper.show(refused.errors) if paper else refused.errors)
        else:
            return _after(request, added, _("The event was recorded."), record, _("This event was recorded already."))
    context = {"form": form, "paper": paper, "weapon": record.state, **_party_suggestions(request)}
    wrong = form.errors or (paper and paper.fields.errors)
    return render(request, "register/event_add.html", context, status=REFUSED if wrong else 200)


def _may_grave(request: HttpRequest, record: Record) -> bool:
    user = me(request)
    return accounts.may(user, "event.grave") and scope.of(user, "event.grave").sees(record.state)


def _add_event(request: HttpRequest, record: Record, form: forms.Event, paper: Keying | None) -> services.Added | Waits:
    values = form.values()
    if paper is not None:
        values["document"] = papers.document(values["document"], paper.form.code)
    values = checking.by_hand(values, grave=_may_grave(request, record), plain=False)
    return _recorded(request, paper, lambda: asking.add_event(record.state.id, values, by=actor(request)))


def _settled(record: Record, made: Captured | Waits) -> services.Added | Waits:
    """What became of what was asked for, with the weapon it is about."""
    return made if isinstance(made, Waits) else services.Added(record.state.id, made.event_id, made.new)


def _after(
    request: HttpRequest, made: services.Added | Waits, done: str, record: Record, before: str = ""
) -> HttpResponse:
    """Leads to the record, and says that it is done (`before`: that it was done before); where it waits, to where who asked follows it."""
    if not isinstance(made, Waits):
        messages.success(request, done if made.new or not before else before)
        return redirect("register:weapon", record.state.id)
    waits = _(
        "Nothing has changed yet: this weapon is in the hands of a store, and whoever commands there is asked to approve."
    )
    messages.warning(request, waits)
    return redirect(asking.FOLLOWED[0], made.proposal)


def _party_suggestions(request: HttpRequest) -> dict[str, Any]:
    return {"places": scope.names(accounts.visible_place_ids(me(request)) or ())}


@requires("weapon.correct")
@GET_OR_POST
def event_correct(request: HttpRequest, weapon_id: UUID, position: int) -> HttpResponse:
    """Corrects an event: what is recorded beside what it should say, or that it never occurred; never without a reason."""
    record = record_or_404(request, weapon_id, "weapon.correct")
    paper = keying(request, "correction")
    if paper and paper.over:
        return paper.settled(request)
    line = next((line for line in record.history if line.position == position), None)
    if line is None:
        raise Http404(_("There is no such event on this record."))
    if line.corrected:
        messages.info(request, _("This event was corrected already."))
        return redirect("register:weapon", record.state.id)
    if _hides_names(request, record, line):
        messages.warning(request, _("Names in this event are hidden. Say first why you need to see them."))
        return redirect("register:weapon", record.state.id)
    old = services.fields_of(services.standing_event(line.event_id))
    form, why = forms.Event(posted(request), initial=old), forms.Why(posted(request))
    done = _correct_event(request, record, line, old, form, why, paper) if request.method == "POST" else None
    if done:
        return _after(request, done, _("The correction was recorded."), record)
    context = {
        "form": form,
        "why": why,
        "paper": paper,
        "weapon": record.state,
        "line": line,
        "rows": _beside(form, old),
        "only_withdraw": line.event in ONLY_WITHDRAWN,
        **_party_suggestions(request),
    }
    wrong = form.errors or why.errors or (paper and paper.fields.errors)
    return render(request, "register/event_correct.html", context, status=REFUSED if wrong else 200)


def _beside(form: forms.Columns, old: dict[str, str]) -> list[tuple[Any, str]]:
    return [(form[name], old.get(name, "")) for name in form.columns if name in form.fields]


def _hides_names(request: HttpRequest, record: Record, line: HistoryEvent) -> bool:
    if names_open(request, record):
        return False
    here = {urn: record.names[urn] for urn in (line.sender, line.receiver) if urn in record.names}
    return bool(personal.hidden(here, personal.impersonal(here)))


def _correct_event(
    request: HttpRequest,
    record: Record,
    line: HistoryEvent,
    old: dict[str, str],
    form: forms.Event,
    why: forms.Why,
    paper: Keying | None,
) -> services.Added | Waits | None:
    """What became of it; None when the forms are to be shown again."""
    never = request.POST.get("action") == "never"
    if never:
        form.errors.clear()
    if not all([never or form.is_valid(), why.is_valid(), paper is None or paper.fields.is_valid()]):
        return None
    said = None if never else forms.changes(old, form.values())

    def correct() -> services.Added | Waits:
        made = asking.correct(line.event_id, said, reason=_reason(why, paper), by=actor(request))
        return _settled(record, made)

    try:
        return _recorded(request, paper, correct)
    except Refused as refused:
        if any(error.code == "corrected" for error in refused.errors):
            return services.Added(record.state.id, line.event_id, new=False)
        form.show(paper.show(refused.errors) if paper else refused.errors)
        return None


def _recorded(
    request: HttpRequest, paper: Keying | None, make: Callable[[], services.Added | Waits]
) -> services.Added | Waits:
    return paper.record(request, make) if paper else make()


def _reason(why: forms.Why, paper: Keying | None) -> Reason:
    """Why something is corrected; what was keyed from a form names it."""
    said = why.why
    return replace(said, words=papers.document(said.words, paper.form.code)) if paper else said


@requires("weapon.correct")
@GET_OR_POST
def weapon_correct(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Corrects the facts and first marks of a weapon, what is recorded beside what it should say; never without a reason."""
    record = record_or_404(request, weapon_id, "weapon.correct")
    birth = services.standing_birth(record.state.id)
    if birth is None:
        raise Http404(_("The record of this weapon was not opened here."))
    facts_old = {name: getattr(record.state, name) for name in forms.Facts.columns}
    marks_old = [
        m
        for m, mark in zip(services.marks_as_fields(record.state), record.state.marks, strict=True)
        if mark.event_id == birth.event_id
    ]
    paper = keying(request, "correction")
    if paper and paper.over:
        return paper.settled(request)
    facts, marks, why = _correction_forms(request, facts_old, marks_old)
    if request.method == "POST" and request.POST.get("action") == "save":
        answer = _correct_weapon(request, record, facts, marks, why, paper)
        if answer is not None:
            return answer
    context = {
        "weapon": record.state,
        "facts": _beside(facts, facts_old),
        "marks": [(form, _beside(form, marks_old[n] if n < len(marks_old) else {})) for n, form in enumerate(marks)],
        "facts_errors": facts.non_field_errors(),
        "why": why,
        "paper": paper,
        **suggestions(scope.of(me(request))),
    }
    wrong = any(form.errors for form in (facts, why, *marks, *([paper.fields] if paper else [])))
    return render(request, "register/weapon_correct.html", context, status=REFUSED if wrong else 200)


def _correction_forms(
    request: HttpRequest, facts_old: dict[str, str], marks_old: list[dict[str, str]]
) -> tuple[forms.Facts, list[forms.MarkFields], forms.Why]:
    if request.method != "POST":
        rows = [forms.MarkFields(prefix=f"m{n}", initial=mark, twice=False) for n, mark in enumerate(marks_old)]
        facts, why = forms.Facts(initial=facts_old), forms.Why()
    elif request.POST.get("action") == "save":
        rows = [forms.MarkFields(request.POST, prefix=f"m{n}", twice=False) for n in range(_count(request))]
        facts, why = forms.Facts(request.POST), forms.Why(request.POST)
    else:
        rows = _retyped_marks(request, twice=False)
        facts, why = forms.Facts(initial=request.POST.dict()), forms.Why(initial=request.POST.dict())
    # A record number is how the source names the weapon: another one is another record.
    del facts.fields["ref"]
    return facts, rows, why


def _correct_weapon(
    request: HttpRequest,
    record: Record,
    facts: forms.Facts,
    marks: list[forms.MarkFields],
    why: forms.Why,
    paper: Keying | None,
) -> HttpResponse | None:
    """Redirects when the correction is recorded; None when a form is to be shown again."""
    if not all([form.is_valid() for form in (facts, why, *marks, *([paper.fields] if paper else []))]):  # noqa: C419
        return None
    said = [mark.values() for mark in marks]

    def correct() -> services.Added:
        return services.correct_weapon(
            record.state.id, facts.values(), said, reason=_reason(why, paper), by=actor(request)
        )

    try:
        _recorded(request, paper, correct)
    except Refused as refused:
        for error in paper.show(refused.errors) if paper else refused.errors:
            (marks[error.row - 1] if 0 < error.row <= len(marks) else facts).show([error])
        return None
    messages.success(request, _("The correction was recorded."))
    return redirect("register:weapon", record.state.id)


@requires("weapon.correct")
@GET_OR_POST
def weapon_join(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Joins this record to another one, both shown first; withdrawn by correcting the event away."""
    record = record_or_404(request, weapon_id, "weapon.correct")
    asked = request.POST if request.method == "POST" else request.GET
    form = forms.Join(asked if "survivor" in asked else None)
    why = forms.WhySame(posted(request))
    other = _other_record(request, form) if form.is_bound and form.is_valid() else None
    if other is not None and request.method == "POST" and why.is_valid():
        try:
            made = asking.join(record.state.id, other.state.id, reason=why.why, by=actor(request))
        except Refused as refused:
            say_refused(request, refused)
        else:
            return _after(request, _settled(record, made), _("The records were joined."), other)
    context = {"weapon": record.state, "form": form, "why": why, "other": other.state if other else None}
    return render(request, "register/weapon_join.html", context, status=REFUSED if form.errors or why.errors else 200)


def _other_record(request: HttpRequest, form: forms.Join) -> Record | None:
    text = form.cleaned_data["survivor"].strip()
    found = scope.of(me(request), "weapon.correct").narrow(Weapon.objects.filter(ref=text))
    ids = [str(pk) for pk in found.values_list("pk", flat=True)[:2]]
    if len(ids) > 1:
        form.add_error("survivor", _("Several sources use this number: give the id of the record."))
        return None
    try:
        return record_or_404(request, ids[0] if ids else text, "weapon.correct")
    except Http404:
        form.add_error("survivor", _("There is no such record among those you may correct."))
        return None
