"""Calls, applications, scores, awards and reports on pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts
from countermark.cooperation.forms import SureForm
from countermark.cooperation.forms import listed as parts
from countermark.cooperation.fund import awards, calls, forms, queries
from countermark.cooperation.fund.awards import AwardSaid, ReportSaid
from countermark.cooperation.fund.calls import ApplicationSaid, CallSaid
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.rules import eligibility, grants, money
from countermark.cooperation.fund.rules.grants import Criterion
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    AWARD,
    CALL,
    REPORT,
    Application,
    Award,
    Call,
    Report,
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
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Table, asked, listed, once, shown, viewer
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
    open_ = {one.key for one in found if _scores_open(request, one, value)}
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
                Cell(_score_text(one, value) if one.key in open_ else later, amount=True),
                state(one),
            ]
        )
    headers = [_("Application"), _("Of"), _("For"), _("Asked for"), _("Score"), _("Status")]
    return Table(_("Applications"), headers, rows, _("There are none you may see."), id="applications")


def _scores_open(request: HttpRequest, found: Subject, value: Call) -> bool:
    return queries.scores_shown(look(request), found.key, value, me(request).person)


def _score_text(found: Subject, value: Call) -> str:
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
    if not _scores_open(request, found, value):
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
    return Table(_("Scores: %(outcome)s") % {"outcome": _score_text(found, value)}, headers, rows, id="scores")


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


@requires(VIEW)
@GET_OR_POST
def award(request: HttpRequest, key: str) -> HttpResponseBase:
    """An award: its tranches, its reports, what became of the money."""
    found = known(request, AWARD, key)
    value, sums, texts = found.of(Award), queries.award_sums(key), acts.texts_of([found])
    names, paid = actors.names([value.applicant, value.recipient]), queries.tranches_paid(key)
    facts = [
        (_("For"), Cell(names[value.recipient])),
        (_("Paid to"), Cell(names[value.applicant])),
        (_("Award"), amount(value.amount, value.currency)),
        (_("Still committed"), amount(sums.committed, value.currency)),
        (_("Paid"), amount(sums.paid, value.currency)),
        (_("Accounted for"), amount(sums.spent, value.currency)),
        (_("Given back"), amount(sums.refunded, value.currency)),
        (_("Paid, not accounted for"), amount(sums.open, value.currency)),
        (_("From"), Cell(value.begin, exact=True)),
        (_("Until"), Cell(value.end, exact=True)),
        (_("Terms"), Cell(texts.get(value.terms, ""))),
        (_("Accepted by the State"), Cell(_("yes") if value.accepted_by else _("not yet"))),
        (_("Why it ended"), Cell(texts.get(value.ended, ""))),
        (_("Status"), state(found)),
    ]
    tranches = [
        [
            Cell(str(one.number)),
            amount(one.amount, value.currency),
            Cell(one.due, exact=True),
            Cell(str(one.reports), amount=True),
            Cell(_("paid"), tone="good") if one.number in paid else Cell(_("not yet")),
        ]
        for one in value.tranches
    ]
    tables = [
        Table(
            _("Tranches"),
            [_("Number"), _("Amount"), _("Planned for"), _("After reports"), _("Paid")],
            tranches,
            id="tranches",
        ),
        _reports(key, value),
    ]
    return listed(
        request,
        page(
            _("Award"),
            facts=[one for one in facts if one[1].text],
            tables=tables,
            actions=_award_steps(request, found, value),
        ),
    )


def _reports(key: str, value: Award) -> Table:
    found = sorted(acts.subjects(REPORT, parent=f"{AWARD}:{key}"), key=lambda one: one.of(Report).number)
    rows = [
        [
            Cell(str(one.of(Report).number), to("fund_report", one.key)),
            Cell(one.of(Report).begin, exact=True),
            Cell(one.of(Report).end, exact=True),
            amount(one.of(Report).spent, value.currency),
            state(one),
        ]
        for one in found
    ]
    return Table(
        _("Reports"),
        [_("Number"), _("From"), _("Until"), _("Spent"), _("Status")],
        rows,
        _("There are none yet."),
        id="reports",
    )


def _award_steps(request: HttpRequest, found: Subject, value: Award) -> list[Action]:
    own, user, key = speaks(request), me(request), found.key
    actions = []
    if found.state == "offered" and accounts.may(user, GATE) and own == value.recipient:
        actions.append(button(_("Accept for the State"), "fund_award_accept", key, main=True))
    if found.state == "accepted" and accounts.may(user, WRITE) and own in (value.applicant, value.recipient):
        actions.append(button(_("Report"), "fund_report_add", key, main=True))
    if accounts.may(user, FUND):
        if found.state == "accepted" and len(queries.tranches_paid(key)) < len(value.tranches):
            actions.append(button(_("Pay the next tranche"), "fund_disburse", key, main=True))
        if found.state == "accepted" or (found.state == "ended" and queries.award_sums(key).open):
            actions.append(button(_("Refund"), "fund_refund", key))
        if found.state in ("offered", "accepted"):
            actions.append(button(_("End the award"), "fund_award_end", key))
    return actions


def _award(key: str) -> tuple[str, str]:
    return to("fund_award", key), _("Award")


@requires(GATE)
@GET_OR_POST
def award_accept(request: HttpRequest, key: str) -> HttpResponse:
    """The State an award is for accepts it and its terms."""
    found = known(request, AWARD, key)
    terms = acts.texts_of([found]).get(found.of(Award).terms, "")
    return stepped(
        request, SureForm(posted(request)), lambda _said: awards.accept(key, speaks_for=speaks(request), by=actor(request)),
        title=_("Accept for the State"), label=_("Accept"), back=_award(key), note=terms,
    )  # fmt: skip


@requires(FUND)
@GET_OR_POST
def disburse(request: HttpRequest, key: str) -> HttpResponse:
    """Pays the next tranche."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        awards.disburse(key, **forms.written(said), by=actor(request), request=once(request))

    form = forms.DayForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("Pay the next tranche"), label=_("Pay it"), back=_award(key))


@requires(FUND)
@GET_OR_POST
def refund(request: HttpRequest, key: str) -> HttpResponse:
    """Posts what a recipient gave back."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        awards.refund(key, **forms.written(said), by=actor(request), request=once(request))

    form = forms.RefundForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("Refund"), label=_("Post"), back=_award(key))


@requires(FUND)
@GET_OR_POST
def award_end(request: HttpRequest, key: str) -> HttpResponse:
    """Ends an award."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        awards.end(key, said["reason"], day=forms.written(said)["day"], by=actor(request))

    form = forms.EndForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("End the award"), label=_("End it"), back=_award(key))


@requires(WRITE)
@GET_OR_POST
def report_add(request: HttpRequest, key: str) -> HttpResponse:
    """Reports on an award."""
    known(request, AWARD, key)

    def do(said: dict[str, Any]) -> None:
        facts = forms.written(said) | {"award": key}
        awards.report(ReportSaid(**facts), speaks_for=speaks(request), by=actor(request), request=once(request))

    return stepped(
        request, forms.ReportForm(posted(request)), do, title=_("Report"), label=_("Hand it in"), back=_award(key)
    )


def _report(request: HttpRequest, key: str) -> tuple[Subject, Report, Award]:
    found = known(request, REPORT, key)
    value = found.of(Report)
    return found, value, known(request, AWARD, value.award).of(Award)


@requires(VIEW)
@require_GET
def report(request: HttpRequest, key: str) -> HttpResponse:
    """A report on an award."""
    found, value, grant = _report(request, key)
    texts = acts.texts_of([found])
    facts = [
        (_("From"), Cell(value.begin, exact=True)),
        (_("Until"), Cell(value.end, exact=True)),
        (_("Spent"), amount(value.spent, grant.currency)),
        (_("What was done"), Cell(texts.get(value.narrative, ""))),
        (_("Answer"), Cell(texts.get(value.answer, ""))),
        (_("Status"), state(found)),
    ]
    may = accounts.may(me(request), FUND) and found.state == "made"
    actions = (
        [button(_("Accept"), "fund_report_accept", key, main=True), button(_("Return"), "fund_report_return", key)]
        if may
        else []
    )
    title = _("Report %(number)d") % {"number": value.number}
    return shown(
        request, page(title, _award(value.award), facts=[one for one in facts if one[1].text], actions=actions)
    )


@requires(FUND)
@GET_OR_POST
def report_accept(request: HttpRequest, key: str) -> HttpResponse:
    """Accepts a report, and posts what was spent."""
    _report(request, key)

    def do(said: dict[str, Any]) -> None:
        awards.accept_report(key, **forms.written(said), by=actor(request))

    form = forms.AnswerForm(posted(request), initial={"day": today()})
    return stepped(request, form, do, title=_("Accept"), label=_("Accept"), back=(to("fund_report", key), _("Report")))


@requires(FUND)
@GET_OR_POST
def report_return(request: HttpRequest, key: str) -> HttpResponse:
    """Returns a report."""
    _report(request, key)
    return stepped(
        request, forms.ReturnForm(posted(request)), lambda said: awards.return_report(key, said["answer"], by=actor(request)),
        title=_("Return"), label=_("Return it"), back=(to("fund_report", key), _("Report")),
    )  # fmt: skip
