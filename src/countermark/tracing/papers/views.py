"""A message on paper, in the language of who will read it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.tracing.papers import labels, sheets
from countermark.tracing.requests import queries
from countermark.tracing.requests.messages import Envelope
from countermark.tracing.requests.views import request_or_404


@requires("request.view")
@require_GET
def message_pdf(request: HttpRequest, conversation: str, side: str, number: int, language: str) -> HttpResponse:
    """One message as PDF, as far as its handling conditions let this reader see it."""
    found = request_or_404(request, conversation)
    one = next((one.envelope for one in found.kept if (one.envelope.side, one.envelope.number) == (side, number)), None)
    if one is None or language not in labels.LANGUAGES:
        raise Http404(_("There is no such message."))
    return _pdf(one, language, f"message-{found.id[:8]}-{side}-{number}-{language}.pdf")


@requires("request.draft")
@require_GET
def draft_pdf(request: HttpRequest, draft_id: UUID, language: str) -> HttpResponse:
    """A draft as PDF, to be read and corrected on paper before its release: marked as a draft, without a code that leads to a message."""
    found = queries.of_draft(str(draft_id))
    one = queries.as_message(found, str(draft_id)) if found is not None else None
    if one is None or language not in labels.LANGUAGES:
        raise Http404(_("There is no such draft."))
    return _pdf(one, language, f"draft-{str(draft_id)[:8]}-{language}.pdf", draft=True)


def _pdf(one: Envelope, language: str, name: str, *, draft: bool = False) -> HttpResponse:
    try:
        data = sheets.pdf(one, language, draft=draft)
    except sheets.NoPaper as problem:
        return HttpResponse(str(problem), status=503, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
