"""Where another State's node asks blindly: signed and sealed, so that nobody signs in here. And asking such nodes."""

import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from countermark.accounts.access import PUBLIC, requires
from countermark.ledger.services import NODE, Actor
from countermark.marks.sentences import Sentence
from countermark.tracing.blind import messages, services
from countermark.tracing.blind.messages import BlindMessageError
from countermark.tracing.blind.services import NotDone, Outcome
from countermark.tracing.requests import delivery

PATH = "/exchange/blind/"
SECONDS = 60
AT_ONCE = 8
"""Nodes that are asked side by side."""


@csrf_exempt
@require_POST
@requires(PUBLIC)
def blind(request: HttpRequest) -> HttpResponse:
    """Answers a sealed question with a sealed reply, and the wish for a part of the set-up with that part, else 400.

    A stranger learns nothing from a refusal: its reason stands in this node's own log of the day.
    """
    try:
        token = request.body.decode("ascii")
        reply = services.answer(token, by=NODE).token if services.is_question(token) else services.give(token)
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
    (found,) = ask_all([origin], reading, by=by)
    if isinstance(found, NotDone):
        raise found
    return found


def ask_all(origins: Sequence[str], reading: str, *, by: Actor) -> list[Outcome | NotDone]:
    """Asks some nodes, whose replies are waited for side by side: what each tells, or why it does not, in their order.

    A question that was not answered stands in the list of questions and can still go as a file.
    """
    prepared = [_prepared(origin, reading, by) for origin in origins]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(_posted, prepared))
    return [_taken(one, reply, by) for one, reply in zip(prepared, replies, strict=True)]


_Prepared = tuple[str, str, str, str]
"""Origin, address, id and text of a question."""


def _prepared(origin: str, reading: str, by: Actor) -> _Prepared | NotDone:
    url = delivery.address(origin)
    if not url:
        return NotDone(Sentence("there is no address of %(peer)s: exchange files", peer=origin))
    try:
        return (origin, url, *services.ask(origin, reading, by=by))
    except NotDone as refused:
        return refused


def _posted(prepared: _Prepared | NotDone) -> str | NotDone:
    if isinstance(prepared, NotDone):
        return prepared
    origin, url, _, token = prepared
    try:
        return _post(url, token, messages.LONGEST_REPLY)
    except (OSError, ValueError) as error:
        return NotDone(Sentence("%(peer)s does not answer: %(why)s", peer=origin, why=str(error)))


def _taken(prepared: _Prepared | NotDone, reply: str | NotDone, by: Actor) -> Outcome | NotDone:
    if isinstance(prepared, NotDone):
        return prepared
    if isinstance(reply, NotDone):
        return reply
    origin, url, question, _ = prepared

    def fetch(part: str) -> bytes:
        try:
            token = _post(url, services.wanted(question, part), messages.LONGEST_PART)
            return messages.opened_part(token)
        except (OSError, BlindMessageError, ValueError) as error:
            raise NotDone(Sentence("%(peer)s does not answer: %(why)s", peer=origin, why=str(error))) from error

    try:
        return services.take(reply, fetch, by=by)
    except NotDone as refused:
        return refused


def _post(url: str, token: str, longest: int) -> str:
    headers = {"Content-Type": "application/jose"}
    asked = urllib.request.Request(url + PATH, token.encode(), headers, method="POST")  # noqa: S310 - only https gets in
    with delivery.opener.open(asked, timeout=SECONDS) as answered:
        return str(answered.read(longest + 1).decode("ascii"))
