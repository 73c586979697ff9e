"""Numbers: who numbers how, blocks given to nodes, numbers issued and voided."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts.access import requires
from countermark.marking import forms, numbering
from countermark.marking.checkcharacters import SYSTEMS
from countermark.marking.numbering import Authority
from countermark.marking.states import Number
from countermark.marking.views import common
from countermark.register.checking import Refused
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, posted


@requires("marking.view")
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Every authority with what is left of its numbers."""
    found = [(one, blocks, sum(block.left for block in blocks)) for one, blocks in _with_blocks()]
    return render(request, "marking/numbers.html", {"found": found})


def _with_blocks() -> list[tuple[Authority, list[numbering.GivenBlock]]]:
    return [(one, numbering.blocks(one.key)) for one in numbering.authorities()]


@requires("marking.rules")
@GET_OR_POST
def authority_add(request: HttpRequest) -> HttpResponse:
    """Opens a numbering authority."""
    form = forms.AuthorityForm(posted(request), systems=list(SYSTEMS))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = numbering.open_authority(data.pop("key"), data.pop("title"), **data, by=actor(request))
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("The authority was opened. Give this node a block before numbers are issued."))
            return redirect("marking:authority", made.key)
    return render(request, "marking/authority_add.html", {"form": form}, status=REFUSED if form.errors else 200)


@requires("marking.view")
@require_GET
def authority(request: HttpRequest, key: str) -> HttpResponse:
    """One authority: its blocks, and the last numbers issued."""
    return _page(request, _authority(key), forms.Block(auto_id="block_%s"), forms.Voided(auto_id="void_%s"))


def _authority(key: str) -> Authority:
    found = numbering.authority_or_none(key)
    if found is None:
        raise Http404(_("There is no such numbering authority."))
    return found


def _page(request: HttpRequest, found: Authority, block: forms.Block, void: forms.Voided) -> HttpResponse:
    issued = numbering.issued(found.key, limit=100)
    texts = side_texts([one.reason for one in issued if one.reason])
    context = {
        "authority": found,
        "example": found.written.write(found.start, 2026),
        "blocks": numbering.blocks(found.key),
        "contradictions": numbering.contradictions(found.key),
        "issued": [(one, _why(one, texts)) for one in issued],
        "giving": block,
        "void": void,
    }
    wrong = bool(block.errors or void.errors)
    return render(request, "marking/authority.html", context, status=REFUSED if wrong else 200)


def _why(one: Number, texts: Mapping[str, str]) -> str:
    """Why a number is void; the words alone of one that was voided before reasons were codes."""
    return told(one.reason_code, "number_voided", texts.get(one.reason, ""))


@requires("marking.rules")
@require_POST
def block_give(request: HttpRequest, key: str) -> HttpResponse:
    """Gives the next numbers to a node."""
    found = _authority(key)
    form = forms.Block(request.POST, auto_id="block_%s")
    if form.is_valid():
        try:
            numbering.give_block(key, form.cleaned_data["size"], form.cleaned_data["holder"].strip(), by=actor(request))
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("The block was given."))
            return redirect("marking:authority", key)
    return _page(request, found, form, forms.Voided(auto_id="void_%s"))


@requires("marking.manage")
@require_POST
def number_void(request: HttpRequest, key: str) -> HttpResponse:
    """Says that a number will not be used."""
    found = _authority(key)
    form = forms.Voided(request.POST, auto_id="void_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            numbering.void(key, data["number"], reason=form.why, by=actor(request))
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("The number is void."))
            return redirect("marking:authority", key)
    return _page(request, found, forms.Block(auto_id="block_%s"), form)
