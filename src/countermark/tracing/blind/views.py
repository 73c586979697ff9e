"""The page of the blind check: ask a State, see who may ask here."""

from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.accounts.access import requires
from countermark.ledger.models import Peer
from countermark.register import countrynames
from countermark.register.views.common import GET_OR_POST, REFUSED, actor
from countermark.tracing.blind import http, services
from countermark.tracing.blind.services import NotDone, Outcome
from countermark.tracing.requests import delivery


class Question(forms.Form):
    """Whom to ask, and the mark as read."""

    peer = forms.ChoiceField(label=gettext_lazy("State"))
    reading = forms.CharField(
        label=gettext_lazy("Mark as read"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"dir": "ltr", "class": "mark-input", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=gettext_lazy("A question mark stands for a character that cannot be read."),
    )

    def __init__(self, *args: Any, peers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["peer"].choices = peers  # type: ignore[attr-defined]


@requires("request.draft")
@GET_OR_POST
def blind(request: HttpRequest) -> HttpResponse:
    """Asks one State blindly; a hit leads to an ordinary request."""
    origins = list(Peer.objects.order_by("origin").values_list("origin", flat=True))
    peers = [(origin, f"{countrynames.name(origin[:2])} ({origin})") for origin in origins if delivery.address(origin)]
    form = Question(request.POST or None, peers=peers)
    outcome: Outcome | None = None
    status = 200
    if request.method == "POST":
        status = REFUSED
        if form.is_valid():
            try:
                outcome = http.ask(form.cleaned_data["peer"], form.cleaned_data["reading"], by=actor(request))
                status = 200
            except NotDone as refused:
                flash.error(request, _("Not done: %(why)s.") % {"why": refused.problem.told(_)})
    setup = services.current_setup()
    context = {
        "form": form,
        "peers": peers,
        "outcome": outcome,
        "setup": setup,
        "asking": [origin for origin in origins if services.is_open_to(origin)],
        "limit": services.limit(),
    }
    return render(request, "tracing/blind.html", context, status=status)
