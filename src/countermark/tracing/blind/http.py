"""Where another State's node asks blindly: signed and sealed, so that nobody signs in here."""

import urllib.request

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from countermark.accounts.access import PUBLIC, requires
from countermark.ledger.services import NODE, Actor
from countermark.marks.sentences import Sentence
from countermark.tracing.blind import messages, services
from countermark.tracing.blind.services import NotDone, Outcome
from countermark.tracing.requests import delivery

PATH = "/exchange/blind/"
SECONDS = 120


@csrf_exempt
@require_POST
@requires(PUBLIC)
def blind(request: HttpRequest) -> HttpResponse:
    """Answers a sealed question with a sealed reply, else 400. A stranger learns nothing from a refusal: its reason stands in this
    node's own log of the day.
    """
    try:
        token = request.body.decode("ascii")
        reply = services.answer(token, by=NODE)
    except UnicodeDecodeError:
        return _refused()
    except NotDone as refusal:
        services.logger.warning("a blind question was refused: %s", refusal)
        return _refused()
    return HttpResponse(reply, content_type="application/jose")


def _refused() -> HttpResponse:
    return JsonResponse({"status": "refused"}, status=400)


def ask(origin: str, reading: str, *, by: Actor) -> Outcome:
    """Asks a peer's node and takes its reply. Raises `NotDone`, also where the node is not reached or refuses."""
    url = delivery.address(origin)
    if not url:
        raise NotDone(Sentence("there is no address of %(peer)s: exchange files", peer=origin))
    _, token = services.ask(origin, reading, by=by)
    headers = {"Content-Type": "application/jose"}
    asked = urllib.request.Request(url + PATH, token.encode(), headers, method="POST")  # noqa: S310 - only https gets in
    try:
        with delivery.opener.open(asked, timeout=SECONDS) as answered:
            reply = answered.read(messages.LONGEST_REPLY + 1).decode("ascii")
    except (OSError, ValueError) as error:
        raise NotDone(Sentence("%(peer)s does not answer: %(why)s", peer=origin, why=str(error))) from error
    return services.take(reply, by=by)
