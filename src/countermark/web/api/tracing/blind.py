"""The blind check: asking States whether they know a mark, what they said, and who may ask here."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema, Status, UploadedFile
from pydantic import Field

from countermark.accounts.services import actor
from countermark.ledger import services as ledger
from countermark.ledger.models import Peer
from countermark.marks.sentences import Sentence
from countermark.tracing.blind import files, http, queries, rules, services
from countermark.tracing.blind.queries import Asked
from countermark.tracing.blind.services import NotDone
from countermark.tracing.requests import delivery
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once
from countermark.web.api.problems import MISSING, READ, WRITE, Fault, Problem, ProblemDocument, not_found
from countermark.web.api.texts import Short, Strict
from countermark.web.api.tracing.common import Conversation

router = Router(tags=["tracing between States"])

MOST_PEERS = 50


class BlindState(Schema):
    """Whether this State answers blind questions, whose, how often each on a day; its set-up (`made` is empty before there is one);
    and the nodes of the directory that can be asked, over the network or by file only.
    """

    answering: bool
    opened: list[str]
    per_day: int
    marks: int
    made: str
    over_network: list[str]
    by_file: list[str]


class BlindAnswering(Strict):
    """Whether blind questions are answered, the nodes whose are, and how many of each on a day."""

    answering: bool
    opened: Annotated[list[Short], Field(max_length=1000)]
    per_day: Annotated[int, Field(ge=0, le=1000)]


class BlindAsking(Strict):
    """The nodes to ask and the mark as read (`?` is one character that cannot be read); `files`: make files, use no network."""

    peers: Annotated[list[Short], Field(min_length=1, max_length=MOST_PEERS)]
    reading: Annotated[Short, Field(min_length=1, examples=["TKD4821?"])]
    files: bool = False


class BlindQuestion(Schema):
    """A question of this node. `known` are the marks the peer has on its register as of the day `made`; `taken` is empty until its
    reply came. A hit only says whom to ask: an ordinary request follows.
    """

    id: str
    peer: str
    reading: str
    asked: str
    taken: str
    hit: bool
    known: list[str]
    made: str


class BlindRefused(Schema):
    """A node that was not asked or did not answer, and why; its question is listed and can go as a file."""

    peer: str
    why: str


class BlindAsked(Schema):
    """The questions made, and the nodes that did not answer."""

    questions: list[BlindQuestion]
    problems: list[BlindRefused]


@router.get("/blind", response={200: BlindState, **READ}, auth=Token("request.draft"))
def state(request: HttpRequest) -> dict[str, Any]:
    """Who may ask here, and who can be asked. Permission: `request.draft`."""
    origins, setup = _origins(), services.current_setup()
    reached = [origin for origin in origins if delivery.address(origin)]
    return {
        "answering": services.is_answering(),
        "opened": [origin for origin in origins if services.is_open_to(origin)],
        "per_day": services.limit(),
        "marks": setup.marks if setup else 0,
        "made": setup.made if setup else "",
        "over_network": reached,
        "by_file": [origin for origin in origins if origin not in reached],
    }


@router.put("/blind", response={200: BlindState, **WRITE}, auth=Token("request.release"))
def answering(request: HttpRequest, given: BlindAnswering) -> dict[str, Any]:
    """Says who may ask here and how often; what stands so already is not recorded again. Permission: `request.release`."""
    by, origins = actor(person(request)), _known(given.opened, "opened")
    with ledger.alone():
        if given.answering != services.is_answering():
            services.set_answering(given.answering, by=by)
        if given.per_day != services.limit():
            services.set_limit(given.per_day, by=by)
        for origin in _origins():
            if (origin in origins) != services.is_open_to(origin):
                services.open_to(origin, answered=origin in origins, by=by)
    return state(request)


@router.get("/blind/questions", response={200: list[BlindQuestion], **READ}, auth=Token("request.draft"))
def questions(request: HttpRequest) -> list[dict[str, Any]]:
    """The questions of this node, the newest first, at most 200. Permission: `request.draft`."""
    return [_question(one) for one in queries.questions()]


@router.post("/blind/questions", response={200: BlindAsked, 201: BlindAsked, **WRITE}, auth=Token("request.draft"))
def ask(request: HttpRequest, given: BlindAsking, key: RequestKey = "") -> Status[dict[str, Any]]:
    """Asks some nodes at once: those with an address over the network, the others by file. Waits for the replies, a minute at most
    for each. Permission: `request.draft`.
    """
    user, origins = person(request), _known(given.peers, "peers")
    try:
        rules.texts_of(given.reading)
    except rules.NotAsked as refused:
        raise Problem(422, "this cannot be asked about", _fault("reading", given.reading, refused.problem)) from refused
    made, is_new = once(
        request,
        user,
        key,
        lambda: " ".join(services.ask(origin, given.reading, by=actor(user))[0] for origin in origins),
    )
    ids = made.split()
    over_network = [] if given.files or not is_new else [one for one in ids if delivery.address(_peer(one))]
    told = zip(over_network, http.send_all(over_network, by=actor(user)), strict=True)
    problems = [{"peer": _peer(one), "why": str(why)} for one, why in told if isinstance(why, NotDone)]
    found = [_question(one) for one in map(queries.question, ids) if one is not None]
    return Status(201 if is_new else 200, {"questions": found, "problems": problems})


@router.get("/blind/questions/{question}", response={200: BlindQuestion, **MISSING}, auth=Token("request.draft"))
def question(request: HttpRequest, question: Conversation) -> dict[str, Any]:
    """One question, and what was told. Permission: `request.draft`."""
    found = queries.question(question)
    if found is None:
        raise not_found("question")
    return _question(found)


@router.get(
    "/blind/questions/{question}/file",
    response={200: None, **MISSING},
    auth=Token("request.draft"),
    openapi_extra={"x-media-type": "application/jose"},
)
def question_file(request: HttpRequest, question: Conversation) -> HttpResponse:
    """A question as it travels, sealed to its receiver. Permission: `request.draft`."""
    try:
        return HttpResponse(f"{services.sealed_question(question)}\n", content_type="application/jose")
    except NotDone as refused:
        raise not_found("question") from refused


@router.post(
    "/blind/replies", response={200: BlindQuestion, 413: ProblemDocument, **WRITE}, auth=Token("request.draft")
)
def take(request: HttpRequest, file: File[UploadedFile]) -> dict[str, Any]:
    """Takes in a reply that came as a file (`countermark blind answer`); the same one again is harmless. Permission: `request.draft`."""
    told = files.taken(file, by=actor(person(request)))
    return question(request, told.question)


def _origins() -> list[str]:
    return list(Peer.objects.order_by("origin").values_list("origin", flat=True))


def _known(given: list[str], column: str) -> list[str]:
    """Nodes of the directory, each once. Raises `Problem` for another."""
    known = set(_origins())
    unknown = [_fault(column, one, Sentence("a node of the directory")) for one in given if one not in known]
    if unknown:
        raise Problem(422, "not every node is in the directory", *unknown[:10])
    return list(dict.fromkeys(given))


def _fault(column: str, value: str, expected: Sentence) -> Fault:
    return Fault(column=column, value=value[:200], expected=str(expected), code="unusable")


def _peer(question_id: str) -> str:
    found = queries.question(question_id)
    return found.peer if found else ""


def _question(one: Asked) -> dict[str, Any]:
    names = ("id", "peer", "reading", "asked", "taken", "made")
    return {**{name: getattr(one, name) for name in names}, "known": list(one.known), "hit": bool(one.known)}
