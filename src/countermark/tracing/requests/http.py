"""Where another State's node hands its messages in: signed and sealed, so that nobody signs in here."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from countermark.accounts.access import PUBLIC, requires
from countermark.ledger.services import NODE
from countermark.tracing.requests import services
from countermark.tracing.requests.messages import LONGEST
from countermark.tracing.requests.rules import other


@csrf_exempt
@require_POST
@requires(PUBLIC)
def messages(request: HttpRequest) -> HttpResponse:
    """Takes a sealed message: 202 with the number of the sender's messages held now, else 400. Repeating is harmless.

    A stranger learns nothing from a refusal: its reason stands in this node's own log of the day.
    """
    try:
        # Read as a stream: what Django says is too much for a form is not too much for an answer with its proofs.
        token = request.read(LONGEST + 1).decode("ascii")
    except UnicodeDecodeError:
        return _refused()
    if len(token) > LONGEST:
        return _refused()
    try:
        known = services.receive(token, by=NODE)
    except services.NotSaid as refusal:
        services.logger.warning("a message was refused: %s", refusal)
        return _refused()
    received = known.conversation.seen(other(known.side))
    return JsonResponse({"received": received}, status=202)


def _refused() -> HttpResponse:
    return JsonResponse({"status": "refused"}, status=400)
