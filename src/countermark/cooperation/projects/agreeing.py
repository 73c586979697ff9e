"""What both sides agree on: overlaps are looked for and answered, terms offered and signed, running costs planned."""

from collections.abc import Sequence

from countermark.cooperation import actors, acts, needs
from countermark.cooperation.acts import Words
from countermark.cooperation.needs import Costed
from countermark.cooperation.projects import overlaps
from countermark.cooperation.projects.rules.shapes import Project, Running
from countermark.cooperation.projects.services import changed, plain, said_before, say, side
from countermark.cooperation.words import LABELS
from countermark.ledger.entry import now
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence

YEARS = range(1990, 2200)


def look_for_overlaps(key: str, *, actor: str, by: Actor) -> bool:
    """Looks for what others do on the same theme, place and period, and records that it was looked for. Raises `Refused`."""
    with acts.alone():
        found = side(key, actor)
        met = sorted(one.other.name for one in overlaps.concerning(found))
        before = found.of(Project).looked
        if before is not None and list(before.found) == met:
            return False
        return say("overlap_looked", key, actor, {"day": now()[:10], "found": met}, by=by)


def answer_overlap(key: str, overlap: str, words: str, *, actor: str, by: Actor) -> bool:
    """The recipient says what is done about an overlap. Raises `Refused`, also for one that was never found."""
    looked = side(key, actor).of(Project).looked
    if looked is None or overlap not in looked.found:
        raise acts.refuse("overlap", overlap, "an overlap that was found when it was looked for", "unknown")
    note = Words()
    said = {"overlap": overlap, "words": note(acts.required("words", words, "what is done about it"))}
    return say("overlap_answered", key, actor, said, by=by, texts=note.notes)


def offer_terms(key: str, title: str, document: bytes, *, actor: str, by: Actor) -> str:
    """Offers a document (PDF or picture) to agree on; returns its SHA-256. Overlaps are looked for and answered first. Raises `Refused`."""
    with acts.alone():
        project = side(key, actor).of(Project)
        if project.looked is None or project.unanswered or overlaps.unseen(side(key, actor)):
            expected = Sentence("overlaps looked at and answered by the recipient before terms are offered")
            raise acts.refuse("overlap", "", expected, "overlap_open")
        note, kept = Words(), acts.document("document", document)
        said = {"digest": kept.key, "title": note(acts.required("title", title, "what the document is called"))}
        say("terms_offered", key, actor, said, by=by, texts=note.notes, kept=[kept])
    return kept.key


def sign_terms(key: str, digest: str, *, actor: str, by: Actor) -> bool:
    """Signs the terms that were offered last, in the name of a side. Raises `Refused` for any other document."""
    return say("terms_signed", key, actor, {"digest": digest}, by=by)


def terms_document(project: Project) -> Attachment | None:
    """The document of the terms; None where there is none, or it was erased."""
    if project.terms is None:
        return None
    found = Attachment.objects.filter(digest=project.terms.digest).first()
    return found if found is not None and found.data else None


class RunningCost(Costed, frozen=True):
    """A running cost as somebody says it: each year from `first` through `last`."""

    first: int = 0
    last: int = 0


def plan_running(key: str, lines: Sequence[RunningCost], *, actor: str, by: Actor) -> bool:
    """The running-cost plan, whole. A line may have no payer yet; no gate from design on is passed while one has none. Raises `Refused`."""
    currency = side(key, actor).of(Project).currency
    words = Words()
    plan = [_running(one, currency, words) for one in lines]
    return _say_running(key, plan, actor, by, words)


def set_running(
    key: str,
    line: RunningCost | None,
    *,
    at: int | None = None,
    was: str = "",
    actor: str,
    by: Actor,
    request: str = "",
) -> bool:
    """Adds a running cost; with `at` changes that line, or takes it out (`line` None). Raises `Refused`, also where the line there is not
    the one meant any more (`was`, its `mark_of`).
    """
    with acts.alone():
        subject, words = side(key, actor), Words()
        if said_before(subject, "running_set", request):
            return False
        found = subject.of(Project)
        lines = [] if line is None else [_running(line, found.currency, words)]
        return _say_running(key, changed(found.running, lines, at, was), actor, by, words, request)


def _say_running(key: str, lines: Sequence[Running], actor: str, by: Actor, words: Words, request: str = "") -> bool:
    said = {"value": [plain(one) for one in lines]}
    return say("running_set", key, actor, said, by=by, texts=words.notes, request=request)


def _running(one: RunningCost, currency: str, words: Words) -> Running:
    needs.chosen(one.category, LABELS["cost"], "category")
    if one.first not in YEARS or one.last not in YEARS or one.last < one.first:
        raise acts.refuse("last", str(one.last), Sentence("a year from %(first)d on", first=one.first), "range")
    payer = actors.known_actor(one.payer).key if one.payer else ""
    amount = needs.amount("amount", one.amount, currency)
    return Running(one.category, amount, one.first, one.last, payer, words(one.what))
