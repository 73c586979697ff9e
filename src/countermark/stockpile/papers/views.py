"""Papers as PDF, in the language of who prints, or in that of who is to read them (`language`)."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.register.views.common import me
from countermark.register.views.pages import paper
from countermark.stockpile.papers import destruction, languages, manifest, receipt
from countermark.stockpile.views.pages import known


@requires("stock.view")
@require_GET
def receipt_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """A hand receipt, two copies on one sheet."""
    one = known(request, "receipt", code)
    return _answer(request, lambda: receipt.pdf(one), f"receipt-{one.key}")


@requires("stock.view")
@require_GET
def manifest_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The manifest of a shipment; its route for those only who may see exact locations."""
    one = known(request, "shipment", key)
    route = accounts.may_at(me(request), "stock.location", one.place)
    return _answer(request, lambda: manifest.pdf(one, route=route), f"manifest-{one.key}")


@requires("stock.view")
@require_GET
def destruction_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The certificate of a list that is closed."""
    one = known(request, "destruction", key)
    if one.state != "closed":
        raise Http404(_("There is no such certificate."))
    return _answer(request, lambda: destruction.pdf(one), f"destruction-{one.key}")


def _answer(request: HttpRequest, make: Callable[[], bytes], name: str) -> HttpResponse:
    def made() -> bytes:
        with languages.spoken(_language(request)):
            return make()

    return paper(made, name)


def _language(request: HttpRequest) -> str:
    """The language of the paper: the one asked for, where papers are there in it; else that of who prints."""
    wanted = request.GET.get("language", "")
    return wanted if wanted in languages.offered() else translation.get_language() or "en"
