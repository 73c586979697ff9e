"""Courses, calls, nominations, selection, attendance, tests, certificates, who is still in post: use cases, one transaction each.

A person is named in the log by an opaque id of their name and a number that tells two of one name apart; erasing the name leaves every
figure whole. What the log says of somebody besides (State, function, sex, results) names nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from countermark.cooperation import actors, acts, needs
from countermark.cooperation.acts import Words
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.cooperation.training import queries, rules
from countermark.cooperation.training.rules import Choice, Terms
from countermark.cooperation.training.states import Call, Course, Nominated, Nomination
from countermark.cooperation.words import LABELS
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence

MOST_DAYS = 366
MOST_SEATS = 10_000
SEXES = ("", "f", "m")


@dataclass(frozen=True)
class CourseSaid:
    """A course as a provider describes it."""

    title: str
    theme: str
    days: int
    languages: Sequence[str] = ()
    contents: str = ""
    prerequisites: str = ""
    visibility: str = "public"
    partners: Sequence[str] = ()


def describe(said: CourseSaid, *, actor: str, by: Actor, key: str = "", request: str = "") -> str:
    """Puts a course of an actor into the catalogue, or describes it anew; returns its id. Raises `Refused`."""
    owner = actors.known_actor(actor)
    if key:
        mine("course", key, actor)
    needs.chosen(said.theme, THEMES, "theme")
    within("days", said.days, 1, MOST_DAYS)
    needs.visible(said.visibility, said.partners)
    words = Words()
    value = Course(
        title=words(acts.required("title", said.title, "what the course is called")),
        theme=said.theme,
        days=said.days,
        languages=tuple(needs.language(one) for one in said.languages),
        contents=words(said.contents),
        prerequisites=words(said.prerequisites),
        visibility=said.visibility,
        partners=tuple(actors.known_actor(one).key for one in said.partners),
    )
    pk = key or acts.id_for(request)
    acts.state_record("course", pk, value, by=by, state="open", parent=owner.name, texts=words.notes)
    return pk


@dataclass(frozen=True)
class CallSaid:
    """A call for nominations as a provider opens it; `states` are the actors asked, none for all States."""

    course: str
    begin: str
    end: str
    closes: str
    seats: int
    quota: int = 0
    functions: Sequence[str] = ()
    languages: Sequence[str] = ()
    share: int = 0
    gap_years: int = 0
    states: Sequence[str] = ()
    where: str = ""
    source: str = ""
    project: str = ""


def open_call(said: CallSaid, *, actor: str, by: Actor, request: str = "") -> str:
    """Asks governments to nominate; returns the id of the call, the same for one `request`. Raises `Refused`."""
    course = mine("course", said.course, actor)
    facts = course.of(Course)
    begin, end = needs.window(said.begin, said.end)
    closes = acts.day("closes", said.closes)
    if closes > begin:
        raise acts.refuse("closes", closes, "a day before the course begins", "range")
    within("seats", said.seats, 1, MOST_SEATS)
    within("quota", said.quota, 0, said.seats)
    within("share", said.share, 0, 50)
    within("gap_years", said.gap_years, 0, 50)
    words = Words()
    value = Call(
        course=course.key,
        theme=facts.theme,
        begin=begin,
        end=end,
        closes=closes,
        days=facts.days,
        seats=said.seats,
        quota=said.quota,
        functions=tuple(needs.chosen(one, LABELS["function"], "functions") for one in said.functions),
        languages=tuple(needs.language(one) for one in said.languages),
        share=said.share,
        gap_years=said.gap_years,
        states=tuple(_state(one) for one in said.states),
        where=words(said.where),
        source=words(said.source),
        project=said.project,
        visibility=facts.visibility,
        partners=tuple(dict.fromkeys([*facts.partners, *said.states])),
    )
    pk = acts.id_for(request)
    with acts.alone():
        if acts.subject("call", pk) is None:
            fields = {"value": msgspec.to_builtins(value), "parent": course.parent, "due": closes}
            acts.append([acts.draft("cooperation_call_opened", [f"call:{pk}"], fields, texts=words.notes)], by=by)
    return pk


@dataclass(frozen=True)
class Person:
    """Somebody nominated: a name and what tells them apart from others of that name (a service number, a day of birth)."""

    name: str
    number: str
    function: str
    sex: str = ""
    languages: Sequence[str] = ()
    unit: str = ""
    rank: int = 1


def nominate(call: str, person: Person, *, actor: str, today: str, by: Actor, request: str = "") -> str:
    """Nominates somebody of a State for a call that is open on the day `today`; returns the id of the nomination.

    Raises `Refused` after the call has closed, for a State that was not asked, for somebody nominated already, and for the service number of
    another whom the State nominated.
    """
    found = known_call(call, "open")
    terms = found.of(Call)
    state = actors.known_actor(actor)
    if state.state != "state" or (terms.states and actor not in terms.states):
        raise acts.refuse("actor", actor, "a State the call asks", "denied")
    if today > terms.closes:
        raise acts.refuse(
            "call", call, Sentence("a call that is open; this closed on %(day)s", day=terms.closes), "late"
        )
    needs.chosen(person.function, LABELS["function"], "function")
    needs.chosen(person.sex, dict.fromkeys(SEXES), "sex")
    within("rank", person.rank, 1, MOST_SEATS)
    words = Words()
    value = Nominated(
        call=found.key,
        state=state.key,
        person=_person(words, person),
        function=person.function,
        sex=person.sex,
        languages=tuple(needs.language(one) for one in person.languages),
        unit=words(person.unit),
        rank=person.rank,
    )
    pk = acts.id_for(request)
    with acts.alone():
        if acts.subject("nomination", pk) is not None:
            return pk
        known_call(call, "open")
        if any(one.person == value.person and one.state != "withdrawn" for one in queries.nominations(call)):
            raise acts.refuse("name", person.name, "somebody who is not nominated for this call yet", "known")
        _require_own_number(call, state.key, person.number)
        fields = {
            "value": msgspec.to_builtins(value),
            "parent": found.name,
            "person": value.person,
            "place": state.name,
        }
        acts.append([acts.draft("cooperation_nominated", [f"nomination:{pk}"], fields, texts=words.notes)], by=by)
    return pk


def _require_own_number(call: str, state: str, number: str) -> None:
    """Refuses the service number of somebody else whom the State has nominated for the call: they are one person, or one of them has another.

    Two may be born on one day. Whose name was erased is compared with nobody.
    """
    if rules.is_birthday(number):
        return
    others = [one for one in queries.nominations(call) if one.state != "withdrawn" and one.value["state"] == state]
    texts = acts.texts_of(others)
    if any(rules.has_number(texts.get(one.value["person"], ""), number) for one in others):
        raise acts.refuse("number", number, "a service number of this person alone; somebody nominated for this call has it already", "known")  # fmt: skip


def _person(words: Words, person: Person) -> str:
    name = acts.required("name", person.name, "the name of the person")
    number = acts.required("number", person.number, "a service number, or a day of birth")
    return words(rules.written(name, number), "person", column="name")


def withdraw(key: str, *, actor: str, by: Actor) -> None:
    """A State takes a nomination back. Raises `Refused` for another State's, and for one that has its certificate."""
    with acts.alone():
        found = nominated_by(key, actor)
        if found.state == "certified":
            raise acts.refuse("nomination", key, "a nomination without a certificate", "decided")
        _append("cooperation_nomination_withdrawn", found, {}, by)


def choose(
    call: str, *, actor: str, today: str, by: Actor, overrides: Mapping[str, tuple[str, str]] | None = None
) -> list[Choice]:
    """Chooses among those nominated, by the terms of the call, once it has closed. `overrides` are (outcome, reason) by nomination.

    Raises `Refused` before it has closed, without a reason for an override, and where more are chosen than there are seats.
    """
    with acts.alone():
        found = mine("call", call, actor)
        terms = found.of(Call)
        if found.state not in ("open", "chosen"):
            raise acts.refuse("call", call, acts.one_of(["open", "chosen"]), "state")
        if today <= terms.closes:
            raise acts.refuse(
                "call", call, Sentence("a call that has closed; this closes on %(day)s", day=terms.closes), "early"
            )
        choices = proposed(found)
        changes = overrides or {}
        if unknown := sorted(set(changes) - {one.key for one in choices}):
            raise acts.refuse("nomination", unknown[0], Sentence("the id of a nomination"), "unknown")
        drafts, seats = [], 0
        for choice in choices:
            outcome, reason = changes.get(choice.key, (choice.outcome, ""))
            needs.chosen(outcome, LABELS["nominee_outcome"], "outcome")
            if outcome != choice.outcome and not reason.strip():
                raise acts.refuse("reason", "", "why you decide against the rules", "missing")
            seats += outcome == "chosen"
            words = Words()
            fields = {"outcome": outcome, "reason": words(reason) if outcome != choice.outcome else ""}
            drafts.append(
                acts.draft("cooperation_nominee_chosen", [f"nomination:{choice.key}"], fields, texts=words.notes)
            )
        if seats > terms.seats:
            raise acts.refuse("seats", str(seats), Sentence("at most %(seats)d chosen", seats=terms.seats), "range")
        if not drafts:
            raise acts.refuse("call", call, "a call for which somebody is nominated", "empty")
        acts.append([*drafts, acts.draft("cooperation_call_chosen", [found.name], {})], by=by)
    return choices


def proposed(call: Subject) -> list[Choice]:
    """Whom the rules would choose of those nominated now."""
    terms = call.of(Call)
    nominees = [queries.nominee(one, terms) for one in queries.nominations(call.key) if one.state != "withdrawn"]
    return rules.select(nominees, terms_of(terms))


def terms_of(call: Call) -> Terms:
    """What a call chooses by."""
    return Terms(call.seats, call.quota, call.functions, call.languages, call.share, call.gap_years)


def attend(call: str, session: int, present: Iterable[str], *, actor: str, by: Actor, happened: str = "") -> None:
    """Records who was there on one day of a course, of those chosen; the others were not. Said again, it is corrected. Raises `Refused`."""
    with acts.alone():
        found = mine("call", call, actor)
        within("session", session, 1, found.of(Call).days)
        taking = [one for one in queries.nominations(call) if one.state in ("chosen", "certified")]
        here = set(present)
        if here - {one.key for one in taking}:
            raise acts.refuse("present", "", "only people who were chosen", "unknown")
        when = acts.happened_at(happened)
        drafts = [
            _draft(
                "cooperation_nominee_attended", one, {"session": session, "present": one.key in here, "happened": when}
            )
            for one in taking
            if one.key in here or session not in one.of(Nomination).absent
        ]
        if not taking:
            raise acts.refuse("call", call, "a call for which somebody was chosen", "empty")
        held = [] if found.state == "held" else [acts.draft("cooperation_call_held", [found.name], {})]
        if drafts or held:
            acts.append([*drafts, *held], by=by)


def examine(
    key: str,
    *,
    actor: str,
    by: Actor,
    before: int | None = None,
    after: int | None = None,
    passed: bool | None = None,
    certify: bool = False,
) -> None:
    """Records results of tests (0 to 100) before and after a course, and whether it was passed; with `certify` whoever was there and has
    passed gets the certificate with them. Raises `Refused`.
    """
    for column, result in (("before", before), ("after", after)):
        if result is not None:
            within(column, result, 0, needs.PERCENT)
    with acts.alone():
        found = taught_by(key, actor)
        fields = {"before": before, "after": after, "passed": passed}
        said = {name: value for name, value in fields.items() if value is not None}
        if not said:
            raise acts.refuse("after", "", "a result", "missing")
        drafts = [_draft("cooperation_nominee_tested", found, said)]
        if certify and found.state == "chosen" and _due(found, passed):
            drafts.append(_draft("cooperation_nominee_certified", found, {}))
        acts.append(drafts, by=by)


def _due(found: Subject, passed: bool | None) -> bool:
    """Whether somebody has earned the certificate: was there on some day, and passed."""
    value = found.of(Nomination)
    return bool(value.present) and (value.passed if passed is None else passed) is True


def certify(key: str, *, actor: str, by: Actor, happened: str = "") -> None:
    """Gives somebody the certificate who was chosen, was there on some day and passed; once. Raises `Refused`."""
    with acts.alone():
        found = taught_by(key, actor)
        if found.state == "certified":
            return
        if not _due(found, None):
            raise acts.refuse("nomination", key, "somebody who was there and passed", "early")
        _append("cooperation_nominee_certified", found, {"happened": acts.happened_at(happened)}, by)


def check(key: str, day: str, still: bool, *, actor: str, by: Actor) -> None:
    """The State says whether somebody trained was still in the post on a day. Raises `Refused` for another State's, and a day to come."""
    asked = acts.happened_at(acts.day("day", day))
    with acts.alone():
        found = nominated_by(key, actor)
        if found.state != "certified" or asked < found.of(Nomination).certified:
            raise acts.refuse("day", day, "a day after the certificate", "range")
        if (asked, still) not in found.of(Nomination).checks:
            _append("cooperation_nominee_checked", found, {"day": asked, "still": still}, by)


def cancel(call: str, *, actor: str, reason: str, by: Actor) -> None:
    """Calls a course off that was not held. Raises `Refused`."""
    why = acts.required("reason", reason, "why it is called off")
    with acts.alone():
        found = mine("call", call, actor)
        if found.state not in ("open", "chosen"):
            raise acts.refuse("call", call, acts.one_of(["open", "chosen"]), "state")
        acts.append([acts.draft("cooperation_call_cancelled", [found.name], {}, note=why)], by=by)


# --- who may ----------------------------------------------------------------------------------------------------------------


def mine(kind: str, key: str, actor: str) -> Subject:
    """A course or call of an actor. Raises `Refused` for one that is none, or another's."""
    found = acts.known(kind, key, Sentence("the id of a course or call"))
    if not actor or found.parent != f"actor:{actor}":
        raise acts.refuse(kind, key, "one of the actor you speak for", "denied")
    return found


def known_call(key: str, *wanted: str) -> Subject:
    """A call in some state. Raises `Refused`."""
    return acts.known("call", key, Sentence("the id of a call"), *wanted)


def nominated_by(key: str, actor: str) -> Subject:
    """A nomination of a State. Raises `Refused` for one that is none, or another's."""
    found = acts.known("nomination", key, Sentence("the id of a nomination"))
    if not actor or found.value.get("state") != actor:
        raise acts.refuse("nomination", key, "a nomination of the State you speak for", "denied")
    return found


def taught_by(key: str, actor: str) -> Subject:
    """Somebody chosen for a call of an actor. Raises `Refused` for another's, and for who was not chosen."""
    found = acts.known("nomination", key, Sentence("the id of a nomination"), "chosen", "certified")
    mine("call", found.of(Nomination).call, actor)
    return found


def within(column: str, number: int, least: int, most: int) -> None:
    """Raises `Refused` for a number outside its range."""
    if not least <= number <= most:
        expected = Sentence("a whole number from %(least)d to %(most)d", least=least, most=most)
        raise acts.refuse(column, str(number), expected, "range")


def _state(key: str) -> str:
    found = actors.known_actor(key)
    if found.state != "state":
        raise acts.refuse("states", key, "a State", "unknown")
    return found.key


def _draft(word: str, found: Subject, fields: Mapping[str, object]) -> Draft:
    return acts.draft(word, [found.name], dict(fields))


def _append(word: str, found: Subject, fields: Mapping[str, object], by: Actor) -> None:
    acts.append([_draft(word, found, fields)], by=by)
