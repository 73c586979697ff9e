"""The forms of a project: each step says what is asked, what it begins with and what it does. Three addresses carry them all."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.cooperation import actors, acts, finding, indicators, needs, queries
from countermark.cooperation.forms import SureForm
from countermark.cooperation.forms import listed as several
from countermark.cooperation.linedforms import by_line
from countermark.cooperation.needs import Costed, Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects import agreeing, delivering, forms, services
from countermark.cooperation.projects.delivering import DueSaid, Registered, TargetSaid
from countermark.cooperation.projects.rules.shapes import GATES, STAGES, Giver, Project
from countermark.cooperation.projects.views.common import GATE, HERE, WRITE, Shown, project
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.editing import Edited, restated
from countermark.cooperation.views.pages import Cell, Page, asked, once, viewer
from countermark.register.views.common import GET_OR_POST, actor, posted

Text = str | Promise
Said = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """A form that is asked or was sent: of which project and part of it, by whom."""

    request: HttpRequest
    one: Shown
    item: str

    @property
    def says(self) -> dict[str, Any]:
        """For whom and by whom something is said."""
        return {"actor": self.one.who.actor, "by": actor(self.request)}

    @property
    def once(self) -> str:
        """The key of the form."""
        return once(self.request)


@dataclass(frozen=True)
class Step:
    """`form` makes the form; `do` does what it asks and returns the name of the page to go on to; `initial` what it begins with; `facts` what
    it is about.
    """

    title: Text
    button: Text
    form: type[django_forms.Form]
    do: Callable[[Asking, Said], Any]
    initial: Callable[[Asking], Mapping[str, Any]] = field(default=lambda _asking: {})
    prepare: Callable[[django_forms.Form, Asking], None] = field(default=lambda _form, _asking: None)
    to: str = "project"
    note: Text = ""
    facts: Callable[[Asking], Sequence[tuple[str, Cell]]] = field(default=lambda _asking: ())
    whole: bool = False
    """Whether it states anew all that its form begins with."""


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


GRAVE = ("authority", "sign")
"""What somebody does for their side that binds it: they confirm first who they are."""


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
    answer: HttpResponseBase = _confirmed(request, one, _chosen(GATE_STEPS, step, one))
    return answer


# --- the plan and who decides --------------------------------------------------------------------------------------------


def _describe(asking: Asking, said: Said) -> None:
    services.describe(
        asking.one.key,
        services.Said(
            title=said["title"],
            currency=asking.one.project.currency,
            begin=said["begin"].isoformat(),
            end=said["end"].isoformat(),
            needs=said["needs"],
            themes=said["themes"],
            places=several(said["places"]),
            sites=by_line(said["sites"]),
            languages=several(said["languages"]),
            aims=said["aims"],
            oda=said["oda"],
        ),
        **asking.says,
    )


def _described(asking: Asking) -> dict[str, Any]:
    one, value = asking.one, asking.one.project
    return {
        "title": one.title,
        "aims": one.said(value.aims),
        "needs": list(value.needs),
        "themes": list(value.themes),
        "places": ", ".join(value.places),
        "sites": "\n".join(one.said(site) for site in value.sites),
        "languages": ", ".join(value.languages),
        "begin": value.begin,
        "end": value.end,
        "oda": value.oda,
    }


def _offer_needs(form: django_forms.Form, asking: Asking) -> None:
    """The needs of the recipient that one may see, and those that stand there already."""
    one = asking.one
    seen = queries.visible(one.who, "need", parent=f"actor:{one.project.recipient}")
    titles = finding.titles([(need, _need(need)) for need in seen])
    named = {key: titles.get(key, _("a need you may not see")) for key in (*titles, *one.project.needs)}
    forms.offer(form, "needs", named.items())


def _need(found: Subject) -> Need:
    return found.of(Need)


def _share(asking: Asking, said: Said) -> None:
    services.share(asking.one.key, said["visibility"], said["partners"], said["hint"], **asking.says)


def _shared(asking: Asking) -> dict[str, Any]:
    value = asking.one.project
    others = [one for one in value.partners if one not in value.providers]
    return {"visibility": value.visibility, "partners": others, "hint": value.hint}


def _offer_partners(form: django_forms.Form, asking: Asking) -> None:
    sides = asking.one.project.sides
    forms.offer(form, "partners", [(key, name) for key, name in sorted_names() if key not in sides])


def sorted_names() -> list[tuple[str, str]]:
    """Every actor by name."""
    return sorted(actors.names().items(), key=lambda pair: pair[1].casefold())


def _offer_authorities(form: django_forms.Form, asking: Asking) -> None:
    field_of = form.fields["user"]
    assert isinstance(field_of, django_forms.ModelChoiceField)  # noqa: S101 - declared so
    people = services.candidates(asking.one.project.recipient) if asking.one.owns else []
    field_of.queryset = User.objects.filter(pk__in=[one.pk for one in people])


def _offer_stages(form: django_forms.Form, asking: Asking) -> None:
    stage = asking.one.found.state
    behind = STAGES[: STAGES.index(stage)] if stage in GATES else ()
    forms.offer(form, "stage", [(one, aid_word(one, "stage")) for one in behind])


# --- terms and overlaps --------------------------------------------------------------------------------------------------


def _terms(asking: Asking, said: Said) -> None:
    document = said["document"].read()
    agreeing.offer_terms(asking.one.key, said["title"], document, **asking.says)


def _sign(asking: Asking, said: Said) -> None:
    agreeing.sign_terms(asking.one.key, said["digest"], **asking.says)


def _under(asking: Asking) -> list[tuple[str, Cell]]:
    """The document that is signed, to be read first."""
    terms = asking.one.project.terms
    if terms is None:
        return []
    there = agreeing.terms_document(asking.one.project) is not None
    url = reverse("cooperation:project_terms", args=[asking.one.key]) if there else ""
    return [
        (_("Terms"), Cell(asking.one.said(terms.title), url)),
        (_("SHA-256 of the document"), Cell(terms.digest, exact=True)),
    ]


def _signed(asking: Asking) -> dict[str, Any]:
    terms = asking.one.project.terms
    return {"digest": terms.digest if terms else ""}


# --- costs ---------------------------------------------------------------------------------------------------------------


def _at(asking: Asking) -> int | None:
    if not asking.item:
        return None
    if not re.fullmatch("[0-9]{1,3}", asking.item):
        raise Http404(_("There is no such line."))
    return int(asking.item)


def _line(asking: Asking, said: Said) -> None:
    line = Costed(said["category"], said["amount"], said["payer"], said["what"]) if said["amount"] else None
    if line is None and not asking.item:
        return
    services.set_line(asking.one.key, line, at=_at(asking), was=said["was"], request=asking.once, **asking.says)


def _running(asking: Asking, said: Said) -> None:
    line = None
    if said["amount"]:
        names = ("category", "amount", "payer", "what", "first", "last")
        line = agreeing.RunningCost(**{name: said[name] for name in names})
    if line is None and not asking.item:
        return
    agreeing.set_running(asking.one.key, line, at=_at(asking), was=said["was"], request=asking.once, **asking.says)


def _line_begun(asking: Asking) -> dict[str, Any]:
    at, lines = _at(asking), asking.one.project.once
    return _told_line(asking, lines[at]) if at is not None and at < len(lines) else {}


def _running_begun(asking: Asking) -> dict[str, Any]:
    at, lines, value = _at(asking), asking.one.project.running, asking.one.project
    if at is None or at >= len(lines):
        return {"first": int(value.begin[:4]), "last": int(value.end[:4])}
    return {**_told_line(asking, lines[at]), "first": lines[at].first, "last": lines[at].last}


def _told_line(asking: Asking, line: Any) -> dict[str, Any]:
    amount = money.written(line.amount, asking.one.project.currency)
    told = {"category": line.category, "amount": amount, "payer": line.payer, "what": asking.one.said(line.what)}
    return {**told, "was": services.mark_of(line)}


def _giver(asking: Asking, said: Said) -> None:
    services.set_giver(asking.one.key, said["giver"], said["amount"], **asking.says)


def _offer_givers(form: django_forms.Form, asking: Asking) -> None:
    """A provider speaks for itself alone; the recipient for every one."""
    if not asking.one.owns:
        forms.offer(form, "giver", [(asking.one.who.actor, asking.one.name(asking.one.who.actor))])


# --- work ----------------------------------------------------------------------------------------------------------------


def _deliverable(asking: Asking, said: Said) -> None:
    due = DueSaid(**{**said, "due": said["due"].isoformat()})
    delivering.set_deliverable(asking.one.key, due, item=asking.item, request=asking.once, **asking.says)


def _deliverable_begun(asking: Asking) -> dict[str, Any]:
    found, said = asking.one.project.deliverables.get(asking.item), asking.one.said
    if found is None:
        return {"owner": asking.one.who.actor}
    return {
        "kind": found.kind,
        "title": said(found.title),
        "due": found.due,
        "owner": found.owner,
        "quantity": found.quantity,
        "language": found.language,
        "maintenance": said(found.maintenance),
        "fallback": said(found.fallback),
    }


def _offer_owners(form: django_forms.Form, asking: Asking) -> None:
    one = asking.one
    forms.offer(form, "owner", [(side, one.name(side)) for side in one.project.sides])


def _deliver(asking: Asking, said: Said) -> None:
    delivering.deliver(asking.one.key, asking.item, said["day"].isoformat(), note=said["words"], **asking.says)


def _accept(asking: Asking, said: Said) -> None:
    register = None
    if said.get("register"):
        which, _colon, kind = said["register"].partition(":")
        register = Registered(which, said["name"], kind, said["place"], said["serial"], said["address"], said["days"])
    day = said["day"].isoformat()
    delivering.accept(asking.one.key, asking.item, day, register=register, note=said["words"], **asking.says)


def _drop_register(form: django_forms.Form, asking: Asking) -> None:
    """What is no equipment, or of another State, goes into no register kept here."""
    found = asking.one.project.deliverables.get(asking.item)
    own = asking.one.project.recipient == actors.own_state()
    if found is not None and found.kind == "equipment" and own:
        return
    for name in ("register", "name", "place", "serial", "address", "days"):
        del form.fields[name]


def _risk(asking: Asking, said: Said) -> None:
    delivering.set_risk(
        asking.one.key,
        said["what"],
        int(said["likelihood"]),
        int(said["impact"]),
        said["answer"],
        owner=said["owner"],
        risk=asking.item,
        request=asking.once,
        **asking.says,
    )


def _risk_begun(asking: Asking) -> dict[str, Any]:
    found, said = asking.one.project.risks.get(asking.item), asking.one.said
    if found is None:
        return {}
    grades = {"likelihood": str(found.likelihood), "impact": str(found.impact)}
    return {"what": said(found.what), "answer": said(found.answer), "owner": found.owner, **grades}


def _indicator(asking: Asking, said: Said) -> None:
    target = TargetSaid(**{**said, "due": said["due"].isoformat()})
    delivering.set_indicator(asking.one.key, target, indicator=asking.item, request=asking.once, **asking.says)


def _indicator_begun(asking: Asking) -> dict[str, Any]:
    found, said = asking.one.project.indicators.get(asking.item), asking.one.said
    if found is None:
        return {}
    plain = {name: getattr(found, name) for name in ("baseline", "target", "due", "figure")}
    return {**plain, **{name: said(getattr(found, name)) for name in ("what", "unit", "source")}}


def _read(asking: Asking, said: Said) -> None:
    day = said["day"].isoformat() if said["day"] else ""
    delivering.read_indicator(
        asking.one.key, asking.item, day=day, value=said["value"], source=said["source"], **asking.says
    )


def _says(call: Callable[..., Any], *names: str) -> Callable[[Asking, Said], Any]:
    """A step that hands its words on."""
    return lambda asking, said: call(asking.one.key, **{name: said[name] for name in names}, **asking.says)


def _item_says(call: Callable[..., Any]) -> Callable[[Asking, Said], Any]:
    return lambda asking, said: call(asking.one.key, asking.item, words=said["words"], **asking.says)


def _gate_says(call: Callable[..., Any]) -> Callable[[Asking, Said], Any]:
    return lambda asking, said: call(asking.one.key, said["gate"], words=said["words"], **asking.says)


def _gate(asking: Asking) -> dict[str, Any]:
    return {"gate": asking.one.found.state}


_LINE = Step(lazy("Line of the budget"), lazy("Keep"), forms.BudgetForm, _line, _line_begun, to="costs")
_RUNNING = Step(lazy("Running cost"), lazy("Keep"), forms.RunningForm, _running, _running_begun, to="costs")
_DELIVERABLE = Step(
    lazy("Deliverable"), lazy("Keep"), forms.DeliverableForm, _deliverable, _deliverable_begun, _offer_owners, "work"
)
_RISK = Step(lazy("Risk"), lazy("Keep"), forms.RiskForm, _risk, _risk_begun, _offer_owners, "work")
_INDICATOR = Step(lazy("Indicator"), lazy("Keep"), forms.IndicatorForm, _indicator, _indicator_begun, to="work")

STEPS: dict[str, Step] = {
    "describe": Step(
        lazy("Describe the project"),
        lazy("Keep"),
        forms.DescribeForm,
        _describe,
        _described,
        _offer_needs,
        whole=True,
        note=lazy("Signatures under the terms, and the look for overlaps, were about what stood there before: they are due anew."),
    ),
    "share": Step(lazy("Who sees it"), lazy("Keep"), forms.ShareForm, _share, _shared, _offer_partners, whole=True),
    "authority": Step(
        lazy("Name the authority"),
        lazy("Name"),
        forms.AuthorityForm,
        lambda asking, said: services.name_authority(asking.one.key, said["user"], **asking.says),
        prepare=_offer_authorities,
        note=lazy(
            "Nobody else passes the gates of this project. To choose from are those who speak for the recipient and hold the duty of national authority."
        ),
    ),
    "ask": Step(
        lazy("Ask for the gate"), lazy("Ask"), forms.MaybeWordsForm, _says(services.ask_gate, "words"),
        note=lazy("Whoever asks does not pass it: the authority of the recipient does."),
    ),
    "look": Step(
        lazy("Look for overlaps"), lazy("Look"), SureForm, _says(agreeing.look_for_overlaps), to="agreement",
        note=lazy("Looks for what others plan or do on the same theme, in the same place and time, and records that it was looked for."),
    ),
    "terms": Step(lazy("Offer terms"), lazy("Offer"), forms.TermsForm, _terms, to="agreement"),
    "sign": Step(
        lazy("Sign the terms"), lazy("Sign"), forms.SignForm, _sign, _signed, to="agreement", facts=_under,
        note=lazy("Your name, whom you speak for, the time and the digest of the document stand in the ledger."),
    ),
    "line": _LINE,
    "giver": Step(
        lazy("What a provider brings"), lazy("Keep"), forms.GiverForm, _giver, prepare=_offer_givers, to="costs"
    ),
    "running_line": _RUNNING,
    "deliverable": _DELIVERABLE,
    "risk": _RISK,
    "indicator": _INDICATOR,
    "evaluate": Step(
        lazy("Say what came of it"), lazy("Keep"), forms.WordsForm, _says(delivering.evaluate, "words")
    ),
}  # fmt: skip

ITEM_STEPS: dict[str, Step] = {
    "answer": Step(
        lazy("Answer the overlap"),
        lazy("Answer"),
        forms.AnswerForm,
        _item_says(agreeing.answer_overlap),
        to="agreement",
    ),
    "line": _LINE,
    "running_line": _RUNNING,
    "deliverable": Step(
        lazy("Deliverable"), lazy("Keep"), forms.DeliverableForm, _deliverable, _deliverable_begun, _offer_owners, "item"
    ),
    "risk": _RISK,
    "indicator": _INDICATOR,
    "deliver": Step(lazy("It was delivered"), lazy("Keep"), forms.DeliveredForm, _deliver, to="item"),
    "accept": Step(
        lazy("Accept it"), lazy("Accept"), forms.AcceptEquipmentForm, _accept, prepare=_drop_register, to="item"
    ),
    "not_accept": Step(
        lazy("Do not accept it"), lazy("Keep"), forms.WordsForm, _item_says(delivering.refuse_delivery), to="item"
    ),
    "drop": Step(lazy("Do without it"), lazy("Keep"), forms.WordsForm, _item_says(delivering.drop), to="item"),
    "read": Step(lazy("Enter a value"), lazy("Keep"), forms.ReadingForm, _read, to="item"),
}  # fmt: skip

GATE_STEPS: dict[str, Step] = {
    "pass": Step(
        lazy("Pass the gate"), lazy("Pass"), forms.GateForm, _gate_says(services.pass_gate), _gate,
        note=lazy("You decide for the recipient. Say on what you pass it: your name and words stand in the ledger."),
    ),
    "decline": Step(
        lazy("Do not pass the gate"), lazy("Keep"), forms.GateForm, _gate_says(services.decline_gate), _gate
    ),
    "back": Step(
        lazy("Send it back"), lazy("Send back"), forms.BackForm, _says(services.send_back, "stage", "words"),
        prepare=_offer_stages,
    ),
    "cancel": Step(lazy("End it before its time"), lazy("End"), forms.WordsForm, _says(services.cancel, "words")),
}  # fmt: skip


# --- a new one -----------------------------------------------------------------------------------------------------------


@requires(WRITE)
@GET_OR_POST
def project_add(request: HttpRequest) -> HttpResponseBase:
    """Proposes a project, by the recipient or a provider."""
    who = viewer(request)
    form = forms.ProposeForm(posted(request), initial={"needs": request.GET.getlist("need")})
    open_needs = queries.visible(who, "need", state="open")
    titles = finding.titles([(one, _need(one)) for one in open_needs])
    names = actors.names()
    forms.offer(
        form, "needs", [(one.key, f"{titles[one.key]} ({names.get(queries.owner(one), '')})") for one in open_needs]
    )
    forms.offer(form, "providers", [pair for pair in sorted_names() if pair[0] != who.actor])
    own = [one for one in queries.visible(who, "offer", state="open") if who.may_change(one)]
    forms.offer(form, "offer", finding.titles([(one, _offer(one)) for one in own]).items())
    if not own and actors.own_state() == who.actor:
        # The State whose node this is receives; what it pays itself are lines of the budget.
        del form.fields["amount"], form.fields["offer"]
    page = Page(_("Propose a project"), HERE, above=(reverse("cooperation:projects"), _("Projects")), note=_seat(who))

    def do(said: Said) -> str:
        key = propose(said, who.actor, request)
        return reverse("cooperation:project", args=[key])

    return asked(request, form, do, page, _("Propose"))


def _offer(found: Subject) -> Offer:
    return found.of(Offer)


def _seat(who: queries.Viewer) -> str:
    return "" if who.actor else _("You speak for no actor: who keeps the list of actors gives you a seat.")


def propose(said: Said, speaks: str, request: HttpRequest) -> str:
    """Plans what the form says: whoever is not the recipient brings something."""
    answered = [acts.subject("need", key) for key in said["needs"]]
    first = next((one for one in answered if one is not None), None)
    if first is None:
        raise acts.refuse("needs", "", "at least one need the project answers", "missing")
    recipient = queries.owner(first)
    givers = [Giver(one) for one in said["providers"] if one not in (speaks, recipient)]
    if speaks != recipient:
        written = said.get("amount", "")
        minor = needs.amount("amount", written, first.of(Need).currency) if written else 0
        givers.insert(0, Giver(speaks, minor, said.get("offer", "")))
    return services.plan(
        said["title"],
        recipient=recipient,
        needs_answered=said["needs"],
        givers=givers,
        begin=said["begin"].isoformat() if said["begin"] else "",
        end=said["end"].isoformat() if said["end"] else "",
        actor=speaks,
        by=actor(request),
        request=once(request),
    )
