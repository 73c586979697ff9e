"""One person nominated, their results and certificate; who is trained where."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.forms import SureForm
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.training import certificate, forms, services
from countermark.cooperation.training import queries as training
from countermark.cooperation.training.states import Call, Nomination
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    form_page,
    listed,
    shown,
    viewer,
)
from countermark.cooperation.views.training.calls import name_of, people_table, title_of
from countermark.cooperation.views.training.common import HERE, may_write, speaking, training_above
from countermark.ledger.models import Log
from countermark.marks.sentences import told
from countermark.register.views.common import GET_OR_POST, actor, posted
from countermark.register.views.pages import paper

# --- one person ----------------------------------------------------------------------------------------------------------------


def _nomination(request: HttpRequest, key: str) -> tuple[Subject, Subject]:
    """A nomination somebody may see, and its call; the same 404 for *not yours* and *absent*."""
    found = acts.subject("nomination", key)
    at = acts.subject("call", found.value["call"]) if found else None
    if found is None or at is None or not training.sees(viewer(request), found, queries.owner(at)):
        raise Http404(_("There is no such record among those you may see."))
    return found, at


@requires("aid.view")
@require_GET
def nomination(request: HttpRequest, key: str) -> HttpResponse:
    """One nomination, from being nominated to being in post years later."""
    found, at = _nomination(request, key)
    value, texts = found.of(Nomination), acts.texts_of([found])
    facts = [
        (_("Person"), Cell(name_of(value, texts))),
        (_("State"), Cell(actors.names([value.state]).get(value.state, ""))),
        (_("Function"), Cell(aid_word(value.function, "function"))),
        (_("Unit"), Cell(texts.get(value.unit, ""))),
        (_("What became of it"), Cell(aid_word(found.state, "nomination_state"))),
        (_("Decided against the rules, because"), Cell(texts.get(value.override, ""))),
        (_("Days attended"), Cell(f"{len(value.present)} / {at.of(Call).days}", exact=True)),
        (_("Test before (0 to 100)"), Cell("" if value.before is None else str(value.before))),
        (_("Test after (0 to 100)"), Cell("" if value.after is None else str(value.after))),
        (_("Passed"), Cell("" if value.passed is None else _("yes") if value.passed else _("no"))),
        (_("Certificate"), Cell(value.certified, exact=True)),
    ]
    checks = Table(
        _("Still in post"),
        [_("Day"), _("Answer")],
        [[Cell(day, exact=True), Cell(_("in post") if still else _("has moved on"))] for day, still in value.checks],
        _("Nobody has asked yet."),
        id="checks",
    )
    above = (reverse("cooperation:call", args=[at.key]), title_of(at))
    actions = _person_actions(request, found, at)
    return shown(request, Page(name_of(value, texts), HERE, facts=facts, tables=[checks], actions=actions, above=above))


def _person_actions(request: HttpRequest, found: Subject, at: Subject) -> list[Action]:
    who, key = viewer(request), found.key
    actions = []
    if found.state == "certified":
        actions.append(Action(_("Certificate (PDF)"), reverse("cooperation:certificate", args=[key]), main=True))
    if not may_write(request):
        return actions
    if who.actor == found.value["state"] and found.state == "certified":
        actions.append(Action(_("Still in post?"), reverse("cooperation:post_check", args=[key])))
    if who.actor == found.value["state"] and found.state not in ("certified", "withdrawn"):
        actions.append(Action(_("Take it back"), reverse("cooperation:nomination_withdraw", args=[key])))
    if who.may_change(at) and found.state in ("chosen", "certified"):
        actions.append(Action(_("Results"), reverse("cooperation:results", args=[key])))
    return actions


@requires("aid.write")
@GET_OR_POST
def nomination_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a nomination back."""
    found, at = _nomination(request, key)
    above = (reverse("cooperation:nomination", args=[key]), title_of(at))
    page = Page(
        _("Take it back"), HERE, above=above, note=_("The nomination is taken back; the call goes on without it.")
    )

    def do(_said: dict[str, Any]) -> str:
        services.withdraw(found.key, actor=speaking(request), by=actor(request))
        return above[0]

    return asked(request, SureForm(posted(request)), do, page, _("Take it back"))


@requires("aid.write")
@GET_OR_POST
def results(request: HttpRequest, key: str) -> HttpResponse:
    """Results of tests; whoever was there and passed gets the certificate with them."""
    found, at = _nomination(request, key)
    value = found.of(Nomination)
    above = (reverse("cooperation:nomination", args=[key]), title_of(at))
    note = _("Who was there on some day and has passed gets a certificate.")

    def do(said: dict[str, Any]) -> str:
        services.examine(key, actor=speaking(request), by=actor(request), certify=True, **said)
        return above[0]

    initial = {"before": value.before, "after": value.after, "passed": value.passed}
    form = forms.ResultForm(posted(request), initial=initial)
    return asked(request, form, do, Page(_("Results"), HERE, above=above, note=note), _("Keep"))


@requires("aid.write")
@GET_OR_POST
def post_check(request: HttpRequest, key: str) -> HttpResponse:
    """The State says whether somebody trained is still in post."""
    _found, at = _nomination(request, key)
    above = (reverse("cooperation:nomination", args=[key]), title_of(at))

    def do(said: dict[str, Any]) -> str:
        services.check(key, said["day"].isoformat(), said["still"], actor=speaking(request), by=actor(request))
        return above[0]

    form = forms.PostForm(posted(request), initial={"day": timezone.localdate()})
    return asked(request, form, do, Page(_("Still in post?"), HERE, above=above), _("Keep"))


@requires("aid.view")
@require_GET
def certificate_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The certificate, in the language of who prints."""
    found, _at = _nomination(request, key)
    if found.state != "certified":
        raise Http404(_("There is no such certificate."))
    try:
        return paper(lambda: certificate.pdf(found), f"certificate-{key}")
    except acts.Refused:
        text = _("The name on this certificate is erased.")
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")


@requires("aid.view")
@GET_OR_POST
def certificate_check(request: HttpRequest) -> HttpResponse:
    """What a certificate says, once its signature was checked against the logs this node knows."""
    form = forms.CodeForm(posted(request))
    page = Page(_("Check a certificate"), HERE, above=training_above(), note="")
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, page, _("Check"))
    keys = list(Log.objects.values_list("verifier_key", flat=True))
    try:
        found = certificate.verify(form.cleaned_data["code"], keys)
    except ValueError as error:
        text = told(error.args[0], _) if error.args else ""
        form.add_error(
            "code", _("This is no genuine certificate of a node known here. %(expected)s") % {"expected": text}
        )
        return form_page(request, form, page, _("Check"), 422)
    facts = [
        (_("Genuine"), Cell(_("yes, signed by %(node)s") % {"node": found.origin}, tone="good")),
        (_("Given to"), Cell(found.person)),
        (_("Course"), Cell(found.course)),
        (_("Held by"), Cell(found.provider)),
        (_("Theme"), Cell(aid_word(found.theme, "theme"))),
        (_("Given on"), Cell(found.day, exact=True)),
    ]
    return shown(request, Page(_("Check a certificate"), HERE, facts=facts, above=training_above()))


# --- who is trained where --------------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def trained(request: HttpRequest) -> HttpResponseBase:
    """Who is trained on what in which State, and how many have since moved on."""
    narrow = forms.PeopleFilter(request.GET or None)
    chosen = narrow.cleaned_data if narrow.is_bound and narrow.is_valid() else {}
    people = training.trained(viewer(request), state=chosen.get("state", ""), theme=chosen.get("theme", ""))
    names = actors.names()
    lines = [
        [
            Cell(names.get(line.state, line.state)),
            Cell(aid_word(line.theme, "theme")),
            Cell(f"{line.trained:,}", amount=True),
            Cell(f"{line.women:,}", amount=True),
            Cell(f"{line.moved:,}", amount=True),
        ]
        for line in training.by_state(people)
    ]
    kept = [
        [
            Cell(str(one.years), amount=True),
            Cell(_("no data") if one.share is None else f"{one.share:.0%}", amount=True),
            Cell(str(one.still), amount=True),
            Cell(str(one.gone), amount=True),
            Cell(str(one.unknown), amount=True),
        ]
        for one in training.retention(people, queries.today())
    ]
    tables = [
        Table(
            _("By State and theme"),
            [_("State"), _("Theme"), _("Trained"), _("Of these women"), _("Known to have moved on")],
            lines,
            _("Nobody you may see has a certificate yet."),
            id="lines",
        ),
        Table(
            _("Still in post"),
            [_("Years after"), _("Share known to be in post"), _("In post"), _("Moved on"), _("Not asked")],
            kept,
            id="kept",
        ),
        people_table(people, _("People")),
    ]
    return listed(request, Page(_("People trained"), HERE, tables=tables, above=training_above(), filter=narrow))
