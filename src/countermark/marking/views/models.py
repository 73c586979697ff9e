"""Models: which part is the weapon, which parts are essential, of what they are made; and what the State has decided."""

from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.marking import catalogue, forms
from countermark.marking.catalogue import IdentityPolicy, Model
from countermark.marking.views import common
from countermark.marks.sentences import told
from countermark.register.checking import Refused
from countermark.register.views.common import REFUSED, actor

FILE_AT_MOST_BYTES = 5 * 2**20
SHOWN_PROBLEMS = 50


@requires("marking.view")
@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """The registry of models, and the identity policy of the State."""
    return _page(request)


def _page(request: HttpRequest, **sent: Any) -> HttpResponse:
    stated = catalogue.policy(settings.ENVIRONMENT.state)
    context = {
        "found": catalogue.models(),
        "stated": stated,
        "model": forms.ModelForm(auto_id="model_%s"),
        "file": forms.ModelFile(auto_id="file_%s"),
        "policy": forms.PolicyForm(auto_id="policy_%s", initial={"policy": stated.policy, "source": stated.source}),
    }
    return render(request, "marking/models.html", context | sent, status=REFUSED if sent else 200)


@requires("marking.view")
@require_GET
def models_file(request: HttpRequest) -> HttpResponse:
    """The registry as CSV, as it can be loaded again."""
    return common.attached(catalogue.write_csv(catalogue.models()), "text/csv; charset=utf-8", "models.csv")


@requires("marking.rules")
@require_POST
def model_set(request: HttpRequest) -> HttpResponse:
    """States the control component of a model; what else is known of it stays."""
    form = forms.ModelForm(request.POST, auto_id="model_%s")
    if not form.is_valid():
        return _page(request, model=form)
    data = {name: value or None for name, value in form.cleaned_data.items()}
    known = catalogue.find(str(data["maker"]), str(data["model"])) or Model(str(data["maker"]), str(data["model"]))
    said = {name: value for name, value in data.items() if name in ("kind", "control_component") and value}
    try:
        stated = msgspec.structs.replace(known, **said, source=data["source"] or known.source)
        catalogue.set_model(stated, by=actor(request))
    except Refused as refused:
        common.show_refused(form, refused)
        return _page(request, model=form)
    messages.success(request, _("Recorded."))
    return redirect("marking:models")


@requires("marking.rules")
@require_POST
def model_review(request: HttpRequest) -> HttpResponse:
    """Says that a provisional model was checked."""
    try:
        catalogue.review_model(request.POST.get("maker", ""), request.POST.get("model", ""), by=actor(request))
    except Refused as refused:
        messages.error(request, common.refusal(refused))
    return redirect("marking:models")


@requires("marking.rules")
@require_POST
def models_load(request: HttpRequest) -> HttpResponse:
    """Loads a registry: one bad row and nothing is loaded."""
    form = forms.ModelFile(request.POST, request.FILES, auto_id="file_%s")
    if not form.is_valid():
        return _page(request, file=form)
    file = form.cleaned_data["file"]
    text = _text_of(file.read(FILE_AT_MOST_BYTES + 1))
    if text is None:
        form.add_error("file", _("Expected a text in UTF-8 of at most 5 MB."))
        return _page(request, file=form)
    try:
        changed, problems = catalogue.load_csv(text, by=actor(request))
    except Refused as refused:
        common.show_refused(form, refused)
        return _page(request, file=form)
    if problems:
        told_ = [(row, column, value, told(expected, _)) for row, column, value, expected in problems[:SHOWN_PROBLEMS]]
        return _page(request, file=form, problems=told_)
    text_ = ngettext("%(n)d model is new or changed.", "%(n)d models are new or changed.", changed)
    messages.success(request, text_ % {"n": changed})
    return redirect("marking:models")


def _text_of(data: bytes) -> str | None:
    if len(data) > FILE_AT_MOST_BYTES:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


@requires("marking.rules")
@require_POST
def policy_set(request: HttpRequest) -> HttpResponse:
    """States how this State tells modular weapons apart."""
    form = forms.PolicyForm(request.POST, auto_id="policy_%s")
    if not form.is_valid():
        return _page(request, policy=form)
    data = form.cleaned_data
    day = data["from_day"].isoformat() if data["from_day"] else ""
    try:
        catalogue.set_policy(
            IdentityPolicy(settings.ENVIRONMENT.state, data["policy"], data["source"], day), by=actor(request)
        )
    except Refused as refused:
        common.show_refused(form, refused)
        return _page(request, policy=form)
    messages.success(request, _("Recorded."))
    return redirect("marking:models")
