"""Consultation rounds for programs: written, sent, answered, and what the replies come to."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.cooperation import acts, queries
from countermark.cooperation.consultation import rounds, rules
from countermark.cooperation.consultation.rounds import Reply, Round
from countermark.cooperation.states import Subject
from countermark.web.api.allowed import Token, person
from countermark.web.api.cooperation.common import (
    CHANGE,
    VIEW,
    AidRecord,
    Key,
    WhichRecords,
    facts,
    known,
    own,
    speaking,
    visible,
)
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Problem
from countermark.web.api.shapes import shape
from countermark.web.api.texts import Long, Short, Strict

router = Router(tags=["cooperation"])

Addressee = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,80}$")]


class RoundFacts(AidRecord):
    """A round, its texts spelled out. Whom it goes to, whose it is alone is told."""

    due: str
    value: Annotated[dict[str, Any], shape(Round)]


class QuestionToPut(Strict):
    """A question; a question of choices has from two to twenty."""

    kind: Literal["choice", "number", "words"]
    text: Long
    choices: Annotated[list[Short], Field(default_factory=list, max_length=20)]


class RoundToWrite(Strict):
    """A round as it is said: the text of the note, its questions, whom it goes to, until when."""

    title: Short
    text: Long
    due: Short
    questions: Annotated[list[QuestionToPut], Field(max_length=60)]
    addressees: Annotated[list[Short], Field(max_length=300)]
    reference: Short = ""


class RoundSent(Strict):
    """The day it was sent."""

    day: Short


class RoundExtended(Strict):
    """The new day, and whom to ask too."""

    due: Short
    addressees: Annotated[list[Short], Field(default_factory=list, max_length=300)]


class ReplyFacts(AidRecord):
    """What an addressee replied, texts spelled out."""

    value: Annotated[dict[str, Any], shape(Reply)]


class ReplyToRecord(Strict):
    """Answers by the number of their question: the number of a choice from 1, a whole number, or words."""

    answers: dict[Short, Long]
    received: Short
    remarks: Long = ""


class SaidBy(Schema):
    """Words or a number, and by whom."""

    actor: str
    said: str | int


class TallyFacts(Schema):
    """What the replies say to one question; who did not answer is in no count. `middle` is the median of numbers."""

    question: str
    kind: str
    text: str
    replies: int
    answered: int
    choices: list[str]
    counts: list[int]
    numbers: list[SaidBy]
    middle: float | None
    words: list[SaidBy]


class RoundAnalysis(Schema):
    """What a round came to: who has not replied, and each question."""

    asked: int
    replied: int
    silent: list[str]
    questions: list[TallyFacts]


@router.get("/cooperation/consultations", response={200: list[RoundFacts], **READ}, auth=Token(VIEW))
def list_rounds(request: HttpRequest, asked: Query[WhichRecords]) -> list[dict[str, Any]]:
    """The rounds one runs or is asked in, the newest first, at most 500. Permission: `aid.view`."""
    user = person(request)
    return [_facts(user, one) for one in visible(user, "round", asked)]


@router.post("/cooperation/consultations", response={200: RoundFacts, **WRITE}, auth=Token(CHANGE))
def write_round(request: HttpRequest, given: RoundToWrite, key: RequestKey = "") -> dict[str, Any]:
    """Writes a round, a draft until it is sent; with one `Idempotency-Key` it is written once. Permission: `aid.write`."""
    user = person(request)
    made = rounds.draft(_said(given), actor=speaking(user), by=actor(user), request=once_key(user, key))
    return _facts(user, known(user, "round", made))


@router.get("/cooperation/consultations/{key}", response={200: RoundFacts, **MISSING}, auth=Token(VIEW))
def show_round(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One round. Permission: `aid.view`."""
    user = person(request)
    return _facts(user, known(user, "round", key))


@router.put("/cooperation/consultations/{key}", response={200: RoundFacts, **WRITE}, auth=Token(CHANGE))
def rewrite_round(request: HttpRequest, key: Key, given: RoundToWrite) -> dict[str, Any]:
    """Says a round anew that was not sent yet. Permission: `aid.write`, for whose round it is."""
    user = person(request)
    rounds.draft(_said(given), actor=queries.owner(own(user, "round", key)), by=actor(user), key=key)
    return _facts(user, known(user, "round", key))


@router.post("/cooperation/consultations/{key}/send", response={200: RoundFacts, **WRITE}, auth=Token(CHANGE))
def round_was_sent(request: HttpRequest, key: Key, given: RoundSent) -> dict[str, Any]:
    """Says that the note was sent. Permission: `aid.write`, for whose round it is."""
    user = person(request)
    rounds.send(key, given.day, actor=queries.owner(own(user, "round", key)), by=actor(user))
    return _facts(user, known(user, "round", key))


@router.post("/cooperation/consultations/{key}/extend", response={200: RoundFacts, **WRITE}, auth=Token(CHANGE))
def extend_round(request: HttpRequest, key: Key, given: RoundExtended) -> dict[str, Any]:
    """Gives more time, or asks others too. Permission: `aid.write`, for whose round it is."""
    user = person(request)
    who = queries.owner(own(user, "round", key))
    rounds.extend(key, given.due, addressees=given.addressees, actor=who, by=actor(user))
    return _facts(user, known(user, "round", key))


@router.post("/cooperation/consultations/{key}/remind", response={200: list[str], **WRITE}, auth=Token(CHANGE))
def round_reminded(request: HttpRequest, key: Key, given: RoundSent) -> list[str]:
    """Notes that who has not replied was reminded; answers who that is. Permission: `aid.write`, for whose round it is."""
    user = person(request)
    return list(rounds.remind(key, given.day, actor=queries.owner(own(user, "round", key)), by=actor(user)))


@router.post("/cooperation/consultations/{key}/close", response={200: RoundFacts, **WRITE}, auth=Token(CHANGE))
def close_round(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Closes a round. Permission: `aid.write`, for whose round it is."""
    user = person(request)
    rounds.close(key, actor=queries.owner(own(user, "round", key)), by=actor(user))
    return _facts(user, known(user, "round", key))


@router.get(
    "/cooperation/consultations/{key}/replies/{addressee}", response={200: ReplyFacts, **MISSING}, auth=Token(VIEW)
)
def show_reply(request: HttpRequest, key: Key, addressee: Addressee) -> dict[str, Any]:
    """What an addressee replied: for whose round it is, and the addressee. Permission: `aid.view`."""
    user = person(request)
    known(user, "round", key)
    return facts(queries.viewer(user), known(user, "roundreply", rounds.reply_key(key, addressee)))


@router.put(
    "/cooperation/consultations/{key}/replies/{addressee}", response={200: ReplyFacts, **WRITE}, auth=Token(CHANGE)
)
def record_reply(request: HttpRequest, key: Key, addressee: Addressee, given: ReplyToRecord) -> dict[str, Any]:
    """Records a reply, or says it anew. Permission: `aid.write`, for whose round it is, and for the addressee."""
    user = person(request)
    known(user, "round", key)
    said = rounds.Answered(answers=given.answers, received=given.received, remarks=given.remarks)
    rounds.reply(key, addressee, said, actor=speaking(user), by=actor(user))
    return facts(queries.viewer(user), known(user, "roundreply", rounds.reply_key(key, addressee)))


@router.get("/cooperation/consultations/{key}/analysis", response={200: RoundAnalysis, **MISSING}, auth=Token(VIEW))
def analyse_round(request: HttpRequest, key: Key) -> dict[str, Any]:
    """What the replies come to, question by question. Permission: `aid.view`, for whose round it is."""
    user = person(request)
    found, who = known(user, "round", key), queries.viewer(user)
    if not (who.all or who.may_change(found)):
        raise Problem(404, "there is no round of that id among those you run")
    return analysis(found)


def analysis(found: Subject) -> dict[str, Any]:
    """What a round came to, texts spelled out."""
    given, value = rounds.replies_of(found), found.of(Round)
    texts = acts.texts_of([found, *given.values()])
    silent = rules.silent(value.partners, rounds.replies(found))
    tallies = [_tally(one, texts) for one in rounds.tallies(found)]
    return {"asked": len(value.partners), "replied": len(given), "silent": silent, "questions": tallies}


def _tally(one: rules.Tally, texts: dict[str, str]) -> dict[str, Any]:
    return {
        "question": one.question.key,
        "kind": one.question.kind,
        "text": texts.get(one.question.text, ""),
        "replies": one.replies,
        "answered": one.answered,
        "choices": [texts.get(text, "") for text in one.question.choices],
        "counts": list(one.counts),
        "numbers": [{"actor": who, "said": number} for who, number in one.numbers],
        "middle": one.middle,
        "words": [{"actor": who, "said": texts.get(words, "")} for who, words in one.words],
    }


def _facts(user: User, found: Subject) -> dict[str, Any]:
    who = queries.viewer(user)
    line = {**facts(who, found), "due": found.due}
    if not (who.all or who.may_change(found)):
        line["value"]["reminders"] = []
    return line


def _said(given: RoundToWrite) -> rounds.Said:
    return rounds.Said(
        title=given.title,
        text=given.text,
        due=given.due,
        questions=[rounds.Put(one.kind, one.text, one.choices) for one in given.questions],
        addressees=given.addressees,
        reference=given.reference,
    )
