"""Rounds and replies as acts hold them, and what is done with them. Words stand beside the log."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from countermark.cooperation import actors, acts, needs, states
from countermark.cooperation.acts import Words
from countermark.cooperation.consultation import rules
from countermark.cooperation.consultation.rules import Answer, Question, QuestionKind
from countermark.cooperation.states import Subject
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence

MOST_QUESTIONS = 60
MOST_CHOICES = 20
FEWEST_CHOICES = 2


class Reminder(msgspec.Struct, frozen=True):
    """That some addressees were reminded, on a day."""

    day: str
    actors: tuple[str, ...]


class Round(msgspec.Struct, frozen=True, omit_defaults=True):
    """A round. `title`, `reference` and `text` are ids of notes; `sent` the day it was sent, empty for a draft.

    `partners` are the addressees: they see the round, and nobody else but whose it is (`rules/seeing.py`).
    """

    title: str
    text: str
    questions: tuple[Question, ...]
    partners: tuple[str, ...]
    reference: str = ""
    sent: str = ""
    reminders: tuple[Reminder, ...] = ()
    visibility: str = "private"


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one addressee replied. `remarks` is the id of a note. `partners` is whose round it is: they alone see it besides."""

    round: str
    received: str
    answers: dict[str, Answer]
    partners: tuple[str, ...]
    remarks: str = ""
    visibility: str = "private"


states.record("round", Round)
states.record("roundreply", Reply)


class Put(msgspec.Struct, frozen=True):
    """A question as somebody says it."""

    kind: str
    text: str
    choices: Sequence[str] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A round as somebody says it."""

    title: str
    text: str
    due: str
    questions: Sequence[Put]
    addressees: Sequence[str]
    reference: str = ""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A reply as somebody says it: by key of a question the number of a choice (from 1), a whole number, or words; empty for no answer."""

    answers: Mapping[str, str]
    received: str
    remarks: str = ""


def draft(said: Said, *, actor: str, by: Actor, key: str = "", request: str = "") -> str:
    """Writes a round, or says a draft anew; returns its id. Said twice with one `request` it is written once.

    Raises `Refused` for one that was sent: what was asked stays as it was asked.
    """
    owner = actors.known_actor(actor)
    if key and mine(key, actor).state != "draft":
        raise acts.refuse("round", key, "a round that was not sent yet", "state")
    value, words = _round(said, actor)
    pk = key or acts.id_for(request)
    with acts.alone():
        known = acts.subject("round", pk)
        if known is not None and known.state != "draft":
            return pk
        due = acts.day("due", said.due)
        acts.state_record("round", pk, value, by=by, state="draft", parent=owner.name, due=due, texts=words.notes)
    return pk


def _round(said: Said, actor: str) -> tuple[Round, Words]:
    words = Words()
    addressees = tuple(dict.fromkeys(actors.known_actor(one).key for one in said.addressees))
    if not addressees or actor in addressees:
        raise acts.refuse("addressees", actor, "at least one addressee, other than yourselves", "missing")
    if not 1 <= len(said.questions) <= MOST_QUESTIONS:
        expected = Sentence("from one to %(most)d questions", most=MOST_QUESTIONS)
        raise acts.refuse("questions", str(len(said.questions)), expected, "missing")
    questions = tuple(_question(str(number), one, words) for number, one in enumerate(said.questions, 1))
    value = Round(
        title=words(acts.required("title", said.title, "what the round is about"), column="title"),
        text=words(acts.required("text", said.text, "the text of the note"), column="text"),
        questions=questions,
        partners=addressees,
        reference=words(said.reference, column="reference"),
        visibility="partners",
    )
    return value, words


def _question(key: str, put: Put, words: Words) -> Question:
    needs.chosen(put.kind, dict.fromkeys(rules.QUESTION_KINDS), "questions")
    choices = [one for one in put.choices if one.strip()]
    few = not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES
    if (put.kind == "choice" and few) or (put.kind != "choice" and choices):
        expected = Sentence(
            "from two to %(most)d choices for a question of choices, and none for another", most=MOST_CHOICES
        )
        raise acts.refuse("questions", put.text[:40], expected, "range")
    text = words(acts.required("questions", put.text, "the text of the question"), column="questions")
    kind: QuestionKind = put.kind  # type: ignore[assignment]
    return Question(key, kind, text, tuple(words(one, column="questions") for one in choices))


def send(key: str, day: str, *, actor: str, by: Actor) -> None:
    """Says that the note was sent: its addressees see the round, and what it asks stays so. Raises `Refused` for one that was sent."""
    sent = acts.day("sent", day)
    with acts.alone():
        found = mine(key, actor, "draft")
        if found.due < sent:
            raise acts.refuse(
                "sent", day, Sentence("a day until %(due)s, when replies are due", due=found.due), "range"
            )
        _restate(found, msgspec.structs.replace(found.of(Round), sent=sent), by=by, state="open")


def extend(key: str, due: str, *, addressees: Sequence[str] = (), actor: str, by: Actor) -> None:
    """Gives addressees more time, or asks others too. Raises `Refused` for a day before the one it was sent."""
    day = acts.day("due", due)
    added = tuple(actors.known_actor(one).key for one in addressees if one != actor)
    with acts.alone():
        found = mine(key, actor, "open")
        value = found.of(Round)
        if day < value.sent:
            raise acts.refuse("due", due, Sentence("a day from %(sent)s on", sent=value.sent), "range")
        partners = tuple(dict.fromkeys([*value.partners, *added]))
        _restate(found, msgspec.structs.replace(value, partners=partners), by=by, due=day)


def remind(key: str, day: str, *, actor: str, by: Actor) -> tuple[str, ...]:
    """Notes that whoever has not replied was reminded; returns who that is. Raises `Refused` where everybody has replied."""
    when = acts.day("day", day)
    with acts.alone():
        found = mine(key, actor, "open")
        value = found.of(Round)
        who = tuple(rules.silent(value.partners, replies(found)))
        if not who:
            raise acts.refuse("round", key, "a round to which somebody has not replied", "state")
        reminder = Reminder(when, who)
        if reminder not in value.reminders:
            _restate(found, msgspec.structs.replace(value, reminders=(*value.reminders, reminder)), by=by)
    return who


def close(key: str, *, actor: str, by: Actor) -> None:
    """Closes a round: no reply is taken any more. Raises `Refused` for one that is not open."""
    with acts.alone():
        found = mine(key, actor, "open")
        _restate(found, found.of(Round), by=by, state="closed")


def _restate(found: Subject, value: Round, *, by: Actor, state: str = "", due: str = "") -> None:
    acts.state_record(
        "round", found.key, value, by=by, state=state or found.state, parent=found.parent, due=due or found.due
    )


def reply(key: str, addressee: str, said: Answered, *, actor: str, by: Actor) -> None:
    """Records what an addressee replied, or says it anew: by itself, or by whose round it is. Raises `Refused`."""
    received = acts.day("received", said.received)
    with acts.alone():
        found = acts.known("round", key, Sentence("the id of a round"), "open")
        value, owner = found.of(Round), found.parent.removeprefix("actor:")
        if actor not in (addressee, owner) or addressee not in value.partners:
            raise acts.refuse("actor", addressee, "an addressee of the round, for which you may reply", "denied")
        if received < value.sent:
            raise acts.refuse("received", said.received, Sentence("a day from %(sent)s on", sent=value.sent), "range")
        words = Words()
        answers = {one.key: _answer(one, said.answers.get(one.key, ""), words) for one in value.questions}
        given = {name: answer for name, answer in answers.items() if not answer.empty}
        remarks = words(said.remarks, column="remarks")
        if not given and not remarks:
            raise acts.refuse("remarks", "", "an answer to a question, or remarks", "missing")
        acts.state_record(
            "roundreply",
            reply_key(key, addressee),
            Reply(key, received, given, (owner,), remarks, "partners"),
            by=by,
            parent=f"actor:{addressee}",
            texts=words.notes,
        )


def _answer(question: Question, text: str, words: Words) -> Answer:
    said, column = text.strip(), f"q{question.key}"
    if not said:
        return Answer()
    if question.kind == "words":
        return Answer(words=words(said, column=column))
    number = int(said) if said.isascii() and said.isdecimal() and len(said) <= len(str(rules.LARGEST)) else -1
    if question.kind == "number":
        if not 0 <= number <= rules.LARGEST:
            raise acts.refuse(column, text, "a whole number", "unknown")
        return Answer(number=number)
    if not 1 <= number <= len(question.choices):
        expected = Sentence("the number of a choice, from 1 to %(most)d", most=len(question.choices))
        raise acts.refuse(column, text, expected, "unknown")
    return Answer(choice=number - 1)


def reply_key(key: str, addressee: str) -> str:
    """The key of the reply of an addressee to a round: there is one."""
    return f"{key}-{addressee}"


def mine(key: str, actor: str, *wanted: str) -> Subject:
    """A round of an actor, in one of some states. Raises `Refused` for one that is none, or another's."""
    found = acts.known("round", key, Sentence("the id of a round"), *wanted)
    if not actor or found.parent != f"actor:{actor}":
        raise acts.refuse("round", key, "a round of the actor you speak for", "denied")
    return found


def replies(found: Subject) -> dict[str, dict[str, Answer]]:
    """What the addressees of a round replied, in the order of the addressees."""
    return {who: one.of(Reply).answers for who, one in replies_of(found).items()}


def replies_of(found: Subject) -> dict[str, Subject]:
    """The replies to a round, by addressee."""
    partners = found.of(Round).partners
    keys = {reply_key(found.key, one): one for one in partners}
    rows = acts.rows("roundreply").filter(key__in=list(keys))
    known = {keys[row.key]: acts.subject_of_row(row) for row in rows}
    return {one: known[one] for one in partners if one in known}


def replied(found: Iterable[Subject]) -> dict[str, int]:
    """How many have replied to each of some rounds, by its key."""
    asked = {reply_key(one.key, who): one.key for one in found for who in one.of(Round).partners}
    given = Counter(
        asked[key] for key in acts.rows("roundreply").filter(key__in=list(asked)).values_list("key", flat=True)
    )
    return {key: given[key] for key in asked.values()}


def tallies(found: Subject) -> list[rules.Tally]:
    """What all replies to a round come to, question by question."""
    given = replies(found)
    return [rules.tally(one, given) for one in found.of(Round).questions]
