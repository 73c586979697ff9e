"""A message on paper, in the language of who will read it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.tracing.papers import labels, sheets
from countermark.tracing.requests.views import request_or_404


@requires("request.view")
@require_GET
def message_pdf(request: HttpRequest, conversation: str, side: str, number: int, language: str) -> HttpResponse:
    """One message as PDF, as far as its handling conditions let this reader see it."""
    found = request_or_404(request, conversation)
    one = next((one.envelope for one in found.kept if (one.envelope.side, one.envelope.number) == (side, number)), None)
    if one is None or language not in labels.LANGUAGES:
        raise Http404(_("There is no such message."))
    try:
        data = sheets.pdf(one, language)
    except sheets.NoPaper as problem:
        return HttpResponse(str(problem), status=503, content_type="text/plain; charset=utf-8")
    name = f"message-{found.id[:8]}-{side}-{number}-{language}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
