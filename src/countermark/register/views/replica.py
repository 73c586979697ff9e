"""Where other nodes of this State replicate: every call is signed, so that nobody signs in here."""

import logging
from typing import IO, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from countermark.accounts.access import PUBLIC, requires
from countermark.ledger import answering, calls
from countermark.ledger.answering import Stale, Unknown

_logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
@requires(PUBLIC)
def call(request: HttpRequest, operation: str) -> HttpResponse:
    """Answers a node that is admitted: 200, or 409 with the reason. Anybody else gets a challenge (401) or a plain refusal (400).

    A stranger learns nothing from a refusal: its reason stands in this node's own log of the day.
    """
    header = request.headers.get("Authorization", "")
    try:
        # Read as a stream: what Django says is too much for a form is not too much for a piece.
        answer = answering.answer(header, operation, cast(IO[bytes], request))
    except Stale:
        return JsonResponse({"challenge": calls.new_challenge()}, status=401)
    except Unknown as refusal:
        _logger.warning("a call to replicate was refused: %s", refusal)
        return JsonResponse({"status": "refused"}, status=400)
    return HttpResponse(
        answer.body,
        status=200 if answer.done else 409,
        content_type=answer.media_type,
        headers={calls.SIGNATURE: answer.signature},
    )
