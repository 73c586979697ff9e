"""The three addresses of the steps of a project: of a side, about a part, and of the authority."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.cooperation import acts, indicators
from countermark.cooperation.projects import forms
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.projects.views.common import GATE, HERE, WRITE, Shown, project
from countermark.cooperation.projects.views.steps import agreement, costs, gates, plan, work
from countermark.cooperation.projects.views.steps.asking import Asking, Said, Step
from countermark.cooperation.states import Subject
from countermark.cooperation.views.editing import Edited, restated
from countermark.cooperation.views.pages import Page, asked
from countermark.register.views.common import GET_OR_POST, posted

STEPS = {**plan.STEPS, **agreement.STEPS, **costs.STEPS, **work.STEPS}
"""What a side does."""
ITEM_STEPS = {**agreement.ITEM_STEPS, **costs.ITEM_STEPS, **work.ITEM_STEPS}
"""What a side does about one part."""
GRAVE = ("authority", "sign")
"""What somebody does for their side that binds it: they confirm first who they are."""


def _form(step: Step, asking: Asking) -> django_forms.Form:
    sent, files = posted(asking.request), asking.request.FILES or None
    initial = dict(step.initial(asking))
    made: django_forms.Form
    if step.form is forms.IndicatorForm:
        made = forms.IndicatorForm(indicators.for_viewer(asking.one.who), sent, files, initial=initial)
    else:
        made = step.form(sent, files, initial=initial)
    step.prepare(made, asking)
    return made


def _answer(request: HttpRequest, one: Shown, step: Step, item: str) -> HttpResponse:
    asking = Asking(request, one, item)
    facts, above = step.facts(asking), _above(asking, step)
    page = Page(str(step.title), HERE, facts=facts, above=above, note=str(step.note))

    def do(said: Said) -> str:
        step.do(asking, said)
        return _above(asking, step)[0]

    form = _form(step, asking)
    if not step.whole:
        return asked(request, form, do, page, str(step.button))

    def initial(found: Subject) -> Mapping[str, Any]:
        shown = replace(one, found=found, project=found.of(Project), texts=acts.texts_of([found]))
        return step.initial(replace(asking, one=shown))

    return restated(request, form, do, page, Edited(request, one.found, initial), str(step.button))


def _above(asking: Asking, step: Step) -> tuple[str, str]:
    one = asking.one
    names = {"agreement": _("Overlaps and terms"), "costs": _("Costs"), "work": _("Work")}
    if step.to in names:
        return reverse(f"cooperation:project_{step.to}", args=[one.key]), names[step.to]
    if step.to == "item":
        item = asking.item
        parts = {**one.project.deliverables, **one.project.indicators}
        if item in parts:
            return reverse("cooperation:project_item", args=[one.key, item]), _("Back")
        return reverse("cooperation:project_work", args=[one.key]), names["work"]
    return one.above


def _chosen(steps: Mapping[str, Step], name: str, one: Shown) -> Step:
    if name not in steps or one.who.actor not in one.project.sides:
        raise Http404(_("There is no such record among those you may see."))
    return steps[name]


@requires(WRITE)
@GET_OR_POST
def do(request: HttpRequest, key: str, step: str) -> HttpResponseBase:
    """A step of a side."""
    one = project(request, key)
    chosen = _chosen(STEPS, step, one)
    answer: HttpResponseBase = (_confirmed if step in GRAVE else _at_once)(request, one, chosen)
    return answer


def _at_once(request: HttpRequest, one: Shown, step: Step) -> HttpResponse:
    return _answer(request, one, step, "")


@reauthentication_required  # type: ignore[untyped-decorator]
def _confirmed(request: HttpRequest, one: Shown, step: Step) -> HttpResponse:
    return _answer(request, one, step, "")


@requires(WRITE)
@GET_OR_POST
def item_do(request: HttpRequest, key: str, item: str, step: str) -> HttpResponseBase:
    """A step about one part of a project."""
    one = project(request, key)
    return _answer(request, one, _chosen(ITEM_STEPS, step, one), item)


@requires(GATE)
@GET_OR_POST
def gate(request: HttpRequest, key: str, step: str) -> HttpResponseBase:
    """What the authority of the recipient decides, having confirmed who they are."""
    one = project(request, key)
    answer: HttpResponseBase = _confirmed(request, one, _chosen(gates.STEPS, step, one))
    return answer
