"""A project that is proposed: by the recipient or a provider."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, finding, needs, queries
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects import forms, services
from countermark.cooperation.projects.rules.shapes import Giver
from countermark.cooperation.projects.views.common import HERE, WRITE, sorted_names
from countermark.cooperation.views.pages import Page, asked, once, viewer
from countermark.register.views.common import GET_OR_POST, actor, posted

Said = dict[str, Any]


@requires(WRITE)
@GET_OR_POST
def project_add(request: HttpRequest) -> HttpResponseBase:
    """Proposes a project, by the recipient or a provider."""
    who = viewer(request)
    form = forms.ProposeForm(posted(request), initial={"needs": request.GET.getlist("need")})
    open_needs = queries.visible(who, "need", state="open")
    titles = finding.titles([(one, one.of(Need)) for one in open_needs])
    names = actors.names()
    forms.offer(
        form, "needs", [(one.key, f"{titles[one.key]} ({names.get(queries.owner(one), '')})") for one in open_needs]
    )
    forms.offer(form, "providers", [pair for pair in sorted_names() if pair[0] != who.actor])
    own = [one for one in queries.visible(who, "offer", state="open") if who.may_change(one)]
    forms.offer(form, "offer", finding.titles([(one, one.of(Offer)) for one in own]).items())
    if not own and actors.own_state() == who.actor:
        # The State whose node this is receives; what it pays itself are lines of the budget.
        del form.fields["amount"], form.fields["offer"]
    page = Page(_("Propose a project"), HERE, above=(reverse("cooperation:projects"), _("Projects")), note=_seat(who))

    def do(said: Said) -> str:
        key = propose(said, who.actor, request)
        return reverse("cooperation:project", args=[key])

    return asked(request, form, do, page, _("Propose"))


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
