"""One weapon, its occasion and the rules: which marks it needs, what they say, where they go and what fits."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.marking import drawing, planforms, planning, staterules
from countermark.marking.description import Description, Part, read
from countermark.marking.drawing import Drawn, Shown
from countermark.marking.methods import Choice
from countermark.marking.planning import Planning
from countermark.marking.rules.findings import Finding
from countermark.marking.rules.planning import SECOND_PLATE, PlannedMark, Space
from countermark.marking.templatetags.marking_words import word
from countermark.marking.views import common
from countermark.marks.sentences import Sentence
from countermark.register.models import Weapon
from countermark.register.queries import records, scope
from countermark.register.rules import WeaponState
from countermark.register.views.common import GET_OR_POST, REFUSED, me

WORST_FIRST = ("refused", "missing", "unknown", "advice", "met")
PLANS = ("plan", "json", "print")


@requires("marking.view")
@GET_OR_POST
def plan(request: HttpRequest) -> HttpResponse:
    """The form, filled in from the register where a weapon is named; and under it the plan."""
    sent = request.POST if request.method == "POST" else None
    action = request.POST.get("action", "")
    missing = ""
    if action == "fill" or (sent is None and request.GET.get("weapon")):
        ref = request.POST.get("ref", "") or request.GET.get("weapon", "")
        state = _weapon(me(request), ref.strip())
        if state is not None:
            given = planning.described(state, request.POST.get("occasion", ""), request.POST.getlist("profiles"))
            return _page(request, None, given, ref=state.ref)
        missing = _("There is no such weapon among those you may see.")
    return _page(request, sent, {}, planned=action in PLANS, ref_error=missing, ref=request.POST.get("ref", ""))


def _weapon(user: User, text: str) -> WeaponState | None:
    """The one weapon of a record number or id that a person may see."""
    seen = scope.of(user)
    found = list(seen.narrow(Weapon.objects.filter(ref=text)).values_list("pk", flat=True)[:2])
    record = records.record(str(found[0]) if len(found) == 1 else text)
    return record.state if record is not None and seen.sees(record.state) else None


def _page(
    request: HttpRequest,
    sent: Any,
    given: dict[str, Any],
    *,
    planned: bool = False,
    ref: str = "",
    ref_error: str = "",
) -> HttpResponse:
    head, parts, marks = planforms.initial_of(given)
    offered = [(one.id, _(one.title)) for one in staterules.known()]
    # Rows that are added or filled in are no mistake yet: only a plan that is asked for is judged.
    form = planforms.Described(sent, profiles=offered, initial=head)
    part_rows = planforms.rows(planforms.Part, "part", sent, parts)
    mark_rows = planforms.rows(planforms.Standing, "mark", sent, marks)
    context: dict[str, Any] = {
        "form": form,
        "parts": part_rows,
        "marks": mark_rows,
        "ref": ref,
        "ref_error": ref_error,
        "printing": request.POST.get("action") == "print",
    }
    good = planned and all(one.is_valid() for one in (form, *part_rows, *mark_rows))
    if not good:
        return render(request, "marking/plan.html", context, status=REFUSED if planned or ref_error else 200)
    made = planning.plan(planning.with_reserved(form.whole(part_rows, mark_rows)))
    if request.POST.get("action") == "json":
        text = json.dumps(made.plan.as_json(), ensure_ascii=False, indent=2)
        return common.attached(text + "\n", "application/json", "plan.json")
    return render(request, "marking/plan.html", context | told(made))


def told(made: Planning) -> dict[str, Any]:
    """A plan as pages show it."""
    titles = {one.id: one for one in (*made.profiles, *made.policy)}
    described, _problems = read(made.given)
    answer = made.plan.now
    return {
        "plan": made.plan,
        "verdicts": [(name, verdict, titles.get(name)) for name, verdict in answer.verdicts.items()],
        "findings": grouped(answer.findings),
        "strictest": answer.strictest,
        "conflicts": answer.conflicts,
        "planned": made.plan.marks,
        "methods": _methods(made.plan.marks),
        "planned_verdicts": made.plan.planned_verdicts,
        "spaces": list(_spaces(described, made)),
        "diagram": _diagram(described, made.plan.marks),
        "given": json.dumps(made.given, ensure_ascii=False),
    }


@dataclass(frozen=True)
class Line:
    """Findings that say the same of several elements or components, as one line; `first` stands for all of them."""

    first: Finding
    components: tuple[str, ...]
    message: Sentence


def grouped(findings: Iterable[Finding]) -> list[Line]:
    """The findings as people read them, the worst first: one line for what one rule says of several elements or components."""
    of_elements: dict[tuple[Any, ...], list[Finding]] = {}
    for one in sorted(findings, key=lambda one: WORST_FIRST.index(one.verdict)):
        same = {name: value for name, value in one.params.items() if name != "element"}
        about = "" if "element" in one.params else one.attribute
        key = (one.profile, one.rule, one.verdict, one.said, tuple(same.items()), about, one.component)
        of_elements.setdefault(key, []).append(one)
    lines: dict[tuple[Any, ...], Line] = {}
    for (*same_rule, component), group in of_elements.items():
        elements = list(dict.fromkeys(one.params["element"] for one in group if "element" in one.params))
        message = Sentence(group[0].said, **dict(group[0].params) | _spelled(elements))
        key = (*same_rule, str(message))
        line = lines.get(key, Line(group[0], (), message))
        lines[key] = replace(line, components=(*line.components, component) if component else line.components)
    return list(lines.values())


def _spelled(elements: Sequence[str]) -> dict[str, str]:
    words = [" / ".join(word(one, "element") for one in element.split(" / ")) for element in elements]
    return {"element": ", ".join(words)} if words else {}


def _methods(planned: tuple[PlannedMark, ...]) -> list[tuple[list[str], list[Choice]]]:
    """The methods for each component, those of the same material and occasion together."""
    groups: dict[tuple[Choice, ...], dict[str, None]] = {}
    for mark in planned:
        if mark.methods:
            groups.setdefault(tuple(mark.methods), {})[mark.component] = None
    return [(list(components), list(choices)) for choices, components in groups.items()]


def _spaces(described: Description, made: Planning) -> Iterator[tuple[Space, str]]:
    """What fits where, each with its drawing to scale; without one where the size of the carrier is not told."""
    parts = {part.type: part for part in (described.weapon.components or ())} if described.weapon else {}
    for number, one in enumerate(made.plan.space):
        area = _area(parts.get(one.component), one.carrier)  # type: ignore[call-overload]
        texts = [
            mark.text for mark in made.plan.marks if (mark.component, mark.carrier) == (one.component, one.carrier)
        ]
        svg = ""
        if area is not None:
            svg = drawing.layout(
                *area, one.lines or texts, one.character_height_mm, name=f"layout-{number}", translate=_
            )
        yield one, svg


def _area(part: Part | None, carrier: str) -> tuple[float, float] | None:
    if part is None:
        return None
    found = {"plate": part.plate, SECOND_PLATE: part.second_plate}.get(carrier, part.zone)
    if found is None or found.width_mm is None or found.height_mm is None:
        return None
    return found.width_mm, found.height_mm


def _diagram(described: Description, planned: tuple[PlannedMark, ...]) -> Drawn:
    kind = (described.weapon.kind if described.weapon else None) or ""
    shown = [Shown(one.component or "", one.text or "", one.mark_kind, one.carrier) for one in described.marks or ()]
    shown += [Shown(one.component, one.text, one.mark_kind, one.carrier, planned=True) for one in planned]
    return drawing.drawn(kind, shown, name="plan", translate=_)
