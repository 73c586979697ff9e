"""An application: the conditions of the facility, its scores, and what is decided."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import SureForm
from countermark.cooperation.fund import awards, calls, forms, queries
from countermark.cooperation.fund.awards import AwardSaid
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.rules import eligibility, grants, money
from countermark.cooperation.fund.rules.grants import Criterion
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    AWARD,
    Application,
    Award,
    Call,
    Score,
)
from countermark.cooperation.fund.views.common import (
    FUND,
    GATE,
    GET_OR_POST,
    VIEW,
    WRITE,
    amount,
    button,
    known,
    look,
    missing,
    page,
    speaks,
    state,
    stepped,
    to,
)
from countermark.cooperation.fund.views.grants.calls import score_text, scores_open
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Table, asked, once, shown
from countermark.register.views.common import actor, me, posted


def _readable(request: HttpRequest, key: str) -> tuple[Subject, Application, Subject]:
    """An application somebody may read: who makes it, the State it is for, its scorers, who keeps the books."""
    both = queries.find_application(look(request), key, me(request).person)
    if both is None:
        raise missing()
    return both[0], both[0].of(Application), both[1]


@requires(VIEW)
@require_GET
def application(request: HttpRequest, key: str) -> HttpResponse:
    """An application: what is asked for, what the rules of the facility say of it, how it was scored."""
    found, value, of_call = _readable(request, key)
    call_ = of_call.of(Call)
    texts, names = acts.texts_of([found]), actors.names([value.applicant, value.recipient])
    facts = [
        (_("Of"), Cell(names[value.applicant])),
        (_("For"), Cell(names[value.recipient])),
        (_("Asked for"), amount(value.amount, value.currency)),
        (_("Months"), Cell(str(value.months))),
        (_("Theme"), Cell(aid_word(value.theme, "theme"))),
        (_("Project"), Cell(value.project, exact=True)),
        (_("What is to be done, and why"), Cell(texts.get(value.summary, ""))),
        (_("Agreed to by the State"), Cell(_("yes") if value.agreed_by else _("not yet"))),
        (_("Status"), state(found)),
        (_("Why it was rejected"), Cell(texts.get(value.decided, ""))),
    ]
    budget = [[Cell(aid_word(one.category, "cost")), amount(one.amount, value.currency)] for one in value.budget]
    tables = [
        Table(_("Budget"), [_("Cost"), _("Amount")], budget, _("No budget was given."), id="budget"),
        _eligibility(found),
        _scores(request, found, call_),
    ]
    given = _given(key)
    tables += [given] if given.rows else []
    return shown(
        request,
        page(texts.get(value.title, key), (to("fund_call", value.call), _("Call")), facts=[one for one in facts if one[1].text], tables=tables, actions=_steps(request, found, value, call_)),
    )  # fmt: skip


def _given(key: str) -> Table:
    rows = [
        [
            Cell(one.of(Award).begin, to("fund_award", one.key), exact=True),
            amount(one.of(Award).amount, one.of(Award).currency),
            state(one),
        ]
        for one in acts.subjects(AWARD)
        if one.of(Award).application == key
    ]
    return Table(_("Award"), [_("From"), _("Amount"), _("Status")], rows, id="award")


def _eligibility(found: Subject) -> Table:
    said = calls.findings(found)
    tones = {"met": "good", "not_met": "alarm"}
    rows = [
        [
            Cell(_(one.message)),
            Cell(aid_word(one.result, "eligibility"), tone=tones.get(one.result, "")),
            Cell(aid_word(one.force, "force")),
            Cell(one.fact, exact=True),
            Cell(one.source),
        ]
        for one in said
    ]
    title = (
        _("Conditions of the facility: %(verdict)s") % {"verdict": aid_word(eligibility.verdict(said), "eligibility")}
        if said
        else _("Conditions of the facility")
    )
    headers = [_("Rule"), _("Result"), _("Force"), _("What is known"), _("Source")]
    return Table(
        title,
        headers,
        rows,
        _("The window of this call follows no facility, or one without rules on that day."),
        id="eligibility",
    )


def _scores(request: HttpRequest, found: Subject, value: Call) -> Table:
    headers = [_("Scorer"), _("Score"), _("Why")]
    if not scores_open(request, found, value):
        ever = look(request).books or me(request).person in value.scorers
        why = _("Scores are shown when two scorers have given theirs.") if ever else _("There are none you may see.")
        return Table(_("Scores"), headers, [], why, id="scores")
    given = queries.scores(found.key)
    texts = acts.texts_of(given)
    people = {user.person: user.full_name or user.username for user in forms.scorers_of(value)}
    criteria = calls.criteria_of(value)
    rows = [
        [
            Cell(people.get(one.of(Score).scorer, "")),
            Cell(f"{float(grants.score(criteria, one.of(Score).marks)):.1f}", amount=True),
            Cell(texts.get(one.of(Score).comment, "")),
        ]
        for one in given
    ]
    return Table(_("Scores: %(outcome)s") % {"outcome": score_text(found, value)}, headers, rows, id="scores")


def _steps(request: HttpRequest, found: Subject, value: Application, call_: Call) -> list[Action]:
    if found.state not in ("made", "agreed"):
        return []
    own, user = speaks(request), me(request)
    actions = []
    if accounts.may(user, GATE) and own == value.recipient and not value.agreed_by:
        actions.append(button(_("Agree for the State"), "fund_application_agree", found.key, main=True))
    given = {one.of(Score).scorer for one in queries.scores(found.key)}
    if user.person in call_.scorers and user.person not in given:
        actions.append(button(_("Score"), "fund_score", found.key, main=True))
    if accounts.may(user, FUND):
        actions += [
            button(_("Grant"), "fund_award_add", found.key, main=True),
            button(_("Reject"), "fund_application_reject", found.key),
        ]
    if accounts.may(user, WRITE) and own and own == value.applicant:
        actions.append(button(_("Take it back"), "fund_application_withdraw", found.key))
    return actions


def _back(key: str) -> tuple[str, str]:
    return to("fund_application", key), _("Application")


@requires(GATE)
@GET_OR_POST
def application_agree(request: HttpRequest, key: str) -> HttpResponse:
    """The State an application is for agrees to it."""
    known(request, APPLICATION, key)
    return stepped(
        request, SureForm(posted(request)), lambda _said: calls.agree(key, speaks_for=speaks(request), by=actor(request)),
        title=_("Agree for the State"), label=_("Agree"), back=_back(key),
    )  # fmt: skip


@requires(WRITE)
@GET_OR_POST
def application_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Takes an application back."""
    known(request, APPLICATION, key)

    def do(said: dict[str, Any]) -> None:
        calls.withdraw(key, said["reason"], speaks_for=speaks(request), by=actor(request))

    return stepped(
        request,
        forms.ReasonForm(posted(request)),
        do,
        title=_("Take it back"),
        label=_("Take it back"),
        back=_back(key),
    )


@requires(FUND)
@GET_OR_POST
def application_reject(request: HttpRequest, key: str) -> HttpResponse:
    """Rejects an application."""
    known(request, APPLICATION, key)
    return stepped(
        request, forms.ReasonForm(posted(request)), lambda said: calls.reject(key, said["reason"], by=actor(request)),
        title=_("Reject"), label=_("Reject"), back=_back(key),
    )  # fmt: skip


@requires(VIEW)
@GET_OR_POST
def score(request: HttpRequest, key: str) -> HttpResponse:
    """Gives one's marks; the others' are not shown before."""
    _found, _value, of_call = _readable(request, key)
    call_, labels = of_call.of(Call), acts.texts_of([of_call])
    if me(request).person not in call_.scorers:
        raise missing()
    form = forms.ScoreForm(
        [
            Criterion(one.code, labels.get(one.label, one.code), one.weight, one.best)
            for one in calls.criteria_of(call_)
        ],
        posted(request),
    )

    def do(said: dict[str, Any]) -> None:
        calls.score(
            key, form.marks(), said["comment"], scorer=me(request), speaks_for=speaks(request), by=actor(request)
        )

    note = _("Marks are given once. You see the others' when you have given yours.")
    return stepped(request, form, do, title=_("Score"), label=_("Give the marks"), back=_back(key), note=note)


@requires(FUND)
@GET_OR_POST
def award_add(request: HttpRequest, key: str) -> HttpResponse:
    """Grants an application."""
    found = known(request, APPLICATION, key)
    value = found.of(Application)
    left = money.shown(queries.left_of_call(value.call), value.currency)
    note = _("Of the budget of the call %(amount)s are not granted yet.") % {"amount": left}
    form = forms.AwardForm(posted(request), initial={"day": today()})

    def do(said: dict[str, Any]) -> str:
        tranches = forms.rows(said["tranches"], 3, lambda one: (one[0], one[1], int(one[2])), "tranches")
        facts = forms.written(said) | {"application": key, "tranches": tranches}
        return to("fund_award", awards.award(AwardSaid(**facts), by=actor(request), request=once(request)))

    return asked(
        request, form, do, page(_("Grant"), _back(key), tables=[_eligibility(found)], note=note), _("Grant and commit")
    )
