"""Coverage: how much of what each agency holds is duly marked, what is left, and when that will be done."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.marking import coverage as figures
from countermark.marking.coverage import Coverage
from countermark.marking.drawing import svg
from countermark.marking.templatetags.marking_words import percent
from countermark.register.views.common import actor, me

WIDTH, ROW, BAR, LABEL = 640.0, 34.0, 12.0, 12.0


@requires("marking.view")
@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """The agencies a person may see."""
    today = timezone.localdate()
    found = [one for one in figures.coverage(me(request)) if one.held]
    context = {
        "found": [(one, one.done_by(today)) for one in found],
        "chart": chart(found[:20]) if found else "",
        "required": figures.state_mark_required(),
        "held": sum(one.held for one in found),
        "marked": sum(one.marked for one in found),
    }
    return render(request, "marking/coverage.html", context)


def chart(found: Sequence[Coverage]) -> str:
    """A bar for each agency, as wide as its share duly marked."""
    rows = [_row(number, one) for number, one in enumerate(found)]
    told = "; ".join(f"{one.agency or _('others')}: {one.marked} / {one.held}" for one in found)
    return svg.picture(
        rows, width=WIDTH, height=ROW * len(found), title=_("Share duly marked"), description=told, name="coverage"
    )


def _row(number: int, one: Coverage) -> str:
    top = number * ROW
    share = one.share or 0.0
    name = svg.label(one.agency or _("others"), 0, top + LABEL, LABEL)
    told = svg.label(percent(one.share), WIDTH, top + LABEL, LABEL, text_anchor="end")
    line = {"y": top + LABEL + 5, "height": BAR, "rx": 3}
    held = svg.element("rect", x=0, width=WIDTH, fill="none", stroke="currentColor", stroke_opacity="0.35", **line)
    done = svg.element("rect", x=0, width=WIDTH * share, fill="currentColor", fill_opacity="0.65", **line)
    return name + told + held + done


@requires("marking.rules")
@require_POST
def coverage_rule(request: HttpRequest) -> HttpResponse:
    """Whether weapons of the State must bear a mark of its stock to count."""
    figures.require_state_mark(request.POST.get("required") == "1", by=actor(request))
    messages.success(request, _("Recorded."))
    return redirect("marking:coverage")
