"""Calls for proposals, and who applies."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import SureForm
from countermark.cooperation.forms import listed as parts
from countermark.cooperation.fund import calls, forms, queries
from countermark.cooperation.fund.calls import ApplicationSaid, CallSaid
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    CALL,
    Application,
    Call,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GET_OR_POST,
    VIEW,
    WRITE,
    amount,
    button,
    known,
    look,
    page,
    speaks,
    state,
    stepped,
    to,
)
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Cell, Table, asked, listed, once, viewer
from countermark.register.views.common import actor, me, posted


def _call_title(found: Subject) -> str:
    return acts.texts_of([found]).get(found.of(Call).title, found.key)


@requires(FUND)
@GET_OR_POST
def call_add(request: HttpRequest) -> HttpResponse:
    """Opens a call."""

    def do(said: dict[str, Any]) -> str:
        criteria = forms.rows(said["criteria"], 4, lambda one: (one[0], one[1], int(one[2]), int(one[3])), "criteria")
        facts = forms.written(said) | {
            "criteria": criteria,
            "scorers": [user.username for user in said["scorers"]],
            "regions": parts(said["regions"]),
        }
        return to("fund_call", calls.open_call(CallSaid(**facts), by=actor(request), request=once(request)))

    return asked(request, forms.CallForm(posted(request)), do, page(_("Call for proposals")), _("Open it"))


@requires(VIEW)
@GET_OR_POST
def call(request: HttpRequest, key: str) -> HttpResponseBase:
    """A call, and the applications to it somebody may see, the best score first where scores may be seen."""
    found, reader = known(request, CALL, key), look(request)
    value, texts = found.of(Call), acts.texts_of([found])
    facts = [
        (_("Budget"), amount(value.budget, value.currency)),
        (_("Not granted yet"), amount(queries.left_of_call(key), value.currency) if reader.books else Cell("")),
        (_("At most for one award"), amount(value.ceiling, value.currency) if value.ceiling else Cell("")),
        (_("Opens"), Cell(value.opens, exact=True)),
        (_("Closes"), Cell(value.closes, exact=True)),
        (_("Themes"), Cell(", ".join(aid_word(one, "theme") for one in value.themes))),
        (_("Regions"), Cell(", ".join(value.regions))),
        (_("Conditions"), Cell(texts.get(value.conditions, ""))),
        (_("Status"), state(found)),
    ]
    criteria = [
        [
            Cell(texts.get(one.label, one.code)),
            Cell(f"{one.weight}\u00a0%", amount=True),
            Cell(str(one.best), amount=True),
        ]
        for one in value.criteria
    ]
    tables = [
        Table(_("Criteria"), [_("Criterion"), _("Weight"), _("Best mark")], criteria, id="criteria"),
        _applications(request, key, value, reader),
    ]
    open_ = found.state == "open"
    actions = []
    if open_ and accounts.may(me(request), WRITE) and speaks(request):
        actions.append(button(_("Apply"), "fund_apply", key, main=True))
    if open_ and accounts.may(me(request), FUND):
        actions.append(button(_("End the call"), "fund_call_close", key))
    title = texts.get(value.title, key)
    return listed(request, page(title, facts=[one for one in facts if one[1].text], tables=tables, actions=actions))


def _applications(request: HttpRequest, key: str, value: Call, reader: queries.Reader) -> Table:
    found = queries.applications(reader, key)
    mine = me(request).person in value.scorers
    if mine:
        # A scorer reads what there is to be scored, whomever they speak for.
        found = [one for one in acts.subjects(APPLICATION) if one.of(Application).call == key]
    names, texts = actors.names(), acts.texts_of(found)
    open_ = {one.key for one in found if scores_open(request, one, value)}
    ordered = [one for one, _outcome in calls.ranked(found, value)] if open_ and reader.books else found
    # Who neither scores nor keeps the books is never shown any.
    later = _("not shown yet") if mine or reader.books else ""
    rows = []
    for one in ordered:
        asked_ = one.of(Application)
        rows.append(
            [
                Cell(texts.get(asked_.title, one.key), to("fund_application", one.key)),
                Cell(names.get(asked_.applicant, asked_.applicant)),
                Cell(names.get(asked_.recipient, asked_.recipient)),
                amount(asked_.amount, asked_.currency),
                Cell(score_text(one, value) if one.key in open_ else later, amount=True),
                state(one),
            ]
        )
    headers = [_("Application"), _("Of"), _("For"), _("Asked for"), _("Score"), _("Status")]
    return Table(_("Applications"), headers, rows, _("There are none you may see."), id="applications")


def scores_open(request: HttpRequest, found: Subject, value: Call) -> bool:
    """Whether who looks may see the scores of an application: nobody who has yet to give theirs does."""
    return queries.scores_shown(look(request), found.key, value, me(request).person)


def score_text(found: Subject, value: Call) -> str:
    """The score of an application, or why it has none yet."""
    outcome = calls.outcome_of(found.key, value)
    return f"{float(outcome.score):.1f}" if outcome.score is not None else aid_word(outcome.why, "outcome")


@requires(FUND)
@GET_OR_POST
def call_close(request: HttpRequest, key: str) -> HttpResponse:
    """Ends a call."""
    found = known(request, CALL, key)
    return stepped(
        request, SureForm(posted(request)), lambda _said: calls.close_call(key, by=actor(request)),
        title=_("End the call"), label=_("End it"), back=(to("fund_call", key), _call_title(found)),
    )  # fmt: skip


@requires(WRITE)
@GET_OR_POST
def apply(request: HttpRequest, key: str) -> HttpResponse:
    """Applies to a call, for whom one speaks for."""
    found = known(request, CALL, key)
    form = forms.ApplicationForm(_projects(request), posted(request), initial={"recipient": speaks(request)})

    def do(said: dict[str, Any]) -> str:
        budget = forms.rows(said["budget"], 2, lambda one: (one[0], one[1]), "budget")
        names = ("recipient", "title", "amount", "months", "theme", "summary", "project")
        facts = forms.written(said, *names) | {"call": key, "budget": budget, "facts": form.facts()}
        return to(
            "fund_application",
            calls.apply(ApplicationSaid(**facts), applicant=speaks(request), by=actor(request), request=once(request)),
        )

    return asked(request, form, do, page(_("Apply"), (to("fund_call", key), _call_title(found))), _("Hand it in"))


def _projects(request: HttpRequest) -> list[tuple[str, str]]:
    found = projects.found(viewer(request))
    texts = acts.texts_of([one for one, _value in found])
    return [(one.key, texts.get(value.title, one.key)) for one, value in found]
