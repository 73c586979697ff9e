"""Where another State's node asks blindly: signed and sealed, so that nobody signs in here. And asking such nodes."""

import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from countermark.accounts.access import PUBLIC, requires
from countermark.ledger.services import NODE, Actor
from countermark.marks.sentences import Sentence
from countermark.tracing.blind import messages, queries, services
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
    """Asks some nodes, whose replies are waited for side by side: what each tells, or why it does not, in their order."""
    made = [_made(origin, reading, by) for origin in origins]
    sent = iter(send_all([one for one in made if isinstance(one, str)], by=by))
    return [one if isinstance(one, NotDone) else next(sent) for one in made]


def _made(origin: str, reading: str, by: Actor) -> str | NotDone:
    try:
        if not delivery.address(origin):
            raise _unreachable(origin)
        return services.ask(origin, reading, by=by)[0]
    except NotDone as refused:
        return refused


def _unreachable(origin: str) -> NotDone:
    return NotDone(Sentence("there is no address of %(peer)s: exchange files", peer=origin))


def send_all(questions: Sequence[str], *, by: Actor) -> list[Outcome | NotDone]:
    """Sends some questions of this node, whose replies are waited for side by side: what each tells, or why it does not.

    One that was not answered stands in the list of questions and can still go as a file.
    """
    ready = [_Ready.of(question) for question in questions]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(_posted, ready))
    return [_taken(one, reply, by) for one, reply in zip(ready, replies, strict=True)]


class _Ready(NamedTuple):
    """A question ready to go; `token` is empty where its peer has no address."""

    question: str
    origin: str
    url: str
    token: str

    @classmethod
    def of(cls, question: str) -> "_Ready":
        found = queries.question(question)
        origin = found.peer if found else ""
        url = delivery.address(origin) if origin else ""
        return cls(question, origin, url, services.sealed_question(question) if url else "")


def _posted(ready: _Ready) -> str | NotDone:
    if not ready.token:
        return _unreachable(ready.origin)
    try:
        return _post(ready.url, ready.token, messages.LONGEST_REPLY)
    except (OSError, ValueError) as error:
        return _silent(ready.origin, error)


def _silent(origin: str, error: Exception) -> NotDone:
    return NotDone(Sentence("%(peer)s does not answer: %(why)s", peer=origin, why=str(error)))


def _taken(ready: _Ready, reply: str | NotDone, by: Actor) -> Outcome | NotDone:
    def fetch(part: str) -> bytes:
        try:
            return messages.opened_part(_post(ready.url, services.wanted(ready.question, part), messages.LONGEST_PART))
        except (OSError, ValueError) as error:
            raise _silent(ready.origin, error) from error

    if isinstance(reply, NotDone):
        return reply
    try:
        return services.take(reply, fetch, by=by)
    except NotDone as refused:
        return refused


def _post(url: str, token: str, longest: int) -> str:
    headers = {"Content-Type": "application/jose"}
    asked = urllib.request.Request(url + PATH, token.encode(), headers, method="POST")  # noqa: S310 - only https gets in
    with delivery.opener.open(asked, timeout=SECONDS) as answered:
        return str(answered.read(longest + 1).decode("ascii"))
