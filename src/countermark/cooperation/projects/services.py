"""What is done to a project: planned, described, shared; its authority named; its gates asked for, passed, declined.

Everything is an act of a side (`actor`), tried against the same rules that fold it (`fold.STEPS`): what would change nothing is refused
with its reason, and what is so already is not said twice.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.cooperation import actors, acts, needs, queries
from countermark.cooperation.acts import Words
from countermark.cooperation.needs import Costed, Need
from countermark.cooperation.projection import PROJECTION
from countermark.cooperation.projects import fold, overlaps
from countermark.cooperation.projects.rules import gates
from countermark.cooperation.projects.rules.shapes import Giver, Line, Plan, Project, Running
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger import identity, jcs
from countermark.ledger.entry import Entry, Recorded, now
from countermark.ledger.services import Actor, Draft, KeptWrite, SideNote
from countermark.marks.sentences import Sentence

GATE = "aid.gate"
WHY: Mapping[str, str] = {
    "not_a_side": Sentence("a project of the actor you speak for"),
    "not_recipient": Sentence("somebody who speaks for the recipient"),
    "not_authority": Sentence("the authority the recipient has named"),
    "not_this_gate": Sentence("the gate of the stage the project is in"),
    "not_asked": Sentence("a gate that was asked for"),
    "own_proposal": Sentence("somebody else than who asked for the gate"),
    "out_of_order": Sentence("a project in a stage in which this is done"),
    "other_terms": Sentence("the terms that were offered last"),
    "overlap_open": Sentence("overlaps looked at and answered by the recipient before terms are signed"),
    "settled": Sentence("a deliverable that is still outstanding"),
    "unknown": Sentence("something this project has"),
    "unreadable": Sentence("what this version of the program can read"),
}
"""What was expected where an act would change nothing, by the code of the fold."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as somebody says it: words as words, amounts in minor units or as written (`once`)."""

    title: str
    currency: str
    begin: str
    end: str
    givers: Sequence[Giver] = ()
    needs: Sequence[str] = ()
    themes: Sequence[str] = ()
    places: Sequence[str] = ()
    sites: Sequence[str] = ()
    languages: Sequence[str] = ()
    aims: str = ""
    once: Sequence[Costed] = ()
    oda: str = ""
    visibility: str = "partners"
    partners: Sequence[str] = ()
    hint: str = "none"


def plan(
    title: str,
    *,
    recipient: str,
    needs_answered: Sequence[str] = (),
    givers: Sequence[Giver] = (),
    begin: str = "",
    end: str = "",
    actor: str,
    by: Actor,
    request: str = "",
) -> str:
    """Proposes a project that answers some needs with what some providers bring (amounts in minor units of the needs' currency).

    Themes, places, languages, costs and running costs are those of the needs; the window too where none is given. `actor` is for
    whom one speaks: the recipient or one of the providers. Returns its id; said twice with one `request` it is planned once.
    Raises `Refused`, also for needs of another State, those the actor may not see, and those in different currencies.
    """
    answered = _needs_of(needs_answered, recipient, actor)
    if not answered:
        raise acts.refuse("needs", "", "at least one need the project answers", "missing")
    values = [one.of(Need) for one in answered]
    currencies = {value.currency for value in values}
    if len(currencies) > 1:
        raise acts.refuse("needs", ", ".join(sorted(currencies)), "needs in one currency", "differs")
    said = Said(
        title=title,
        currency=values[0].currency,
        begin=begin or min(value.begin for value in values),
        end=end or max(value.end for value in values),
        givers=givers,
        needs=needs_answered,
        themes=_each(value.theme for value in values),
        places=_country(recipient),
        languages=_each(one for value in values for one in value.languages),
    )
    once, running = _once(values, givers), _running(values, said.begin)
    return plan_said(said, recipient=recipient, actor=actor, once=once, running=running, by=by, request=request)


def _once(values: Sequence[Need], givers: Sequence[Giver]) -> list[Line]:
    """What some needs cost once: where one provider brings everything, it pays the lines that name nobody."""
    sole = givers[0].actor if len({one.actor for one in givers}) == 1 else ""
    return [Line(cost.category, cost.amount, cost.payer or sole, cost.what) for value in values for cost in value.once]


def _running(values: Sequence[Need], begin: str) -> list[Running]:
    """What some needs cost each year, from the year a project begins; a day that is none is refused with the plan."""
    first = int(begin[:4]) if begin[:4].isdigit() else 0
    return [
        Running(cost.category, cost.amount, first, int(value.end[:4]), cost.payer or value.after, cost.what)
        for value in values
        for cost in value.yearly
    ]


def plan_said(
    said: Said,
    *,
    recipient: str,
    actor: str,
    once: Sequence[Line] = (),
    running: Sequence[Running] = (),
    by: Actor,
    request: str = "",
) -> str:
    """Proposes a project as it is said; `once` are lines in minor units besides those said. Returns its id. Raises `Refused`."""
    value, words = plan_of(said, recipient, actor, once)
    if actor not in value.sides:
        raise acts.refuse("givers", actor, "the actor you speak for, as recipient or provider", "denied")
    key = acts.id_for(request)
    with acts.alone():
        if acts.subject("project", key) is not None:
            return key
        fields = {"actor": actor, "value": plain(value), "parent": f"actor:{recipient}", "due": value.end}
        opening = acts.draft(fold.OPENING, [f"project:{key}"], fields, texts=words.notes)
        acts.append([opening], by=by)
        if running:
            say("running_set", key, actor, {"value": [plain(one) for one in running]}, by=by)
    return key


def describe(key: str, said: Said, *, actor: str, by: Actor) -> bool:
    """Says anew what a project is about; budget, providers and who sees it stay as they are (`set_line`, `set_giver`, `share`).

    Signatures and the look for overlaps were about another plan, and do not stand any more. Raises `Refused`.
    """
    found = side(key, actor).of(Project)
    value, words = plan_of(said, found.recipient, actor, found.once, kept=found.needs)
    kept = {name: getattr(found, name) for name in ("givers", "currency", "visibility", "partners", "hint")}
    return _restate(key, replace(value, **kept), actor, by, words)


def set_line(
    key: str,
    line: Costed | None,
    *,
    at: int | None = None,
    was: str = "",
    actor: str,
    by: Actor,
    request: str = "",
) -> bool:
    """Adds a line of the budget; with `at` changes that line, or takes it out (`line` None). Raises `Refused`, also where the line there is
    not the one meant any more (`was`, its `mark_of`).
    """
    with acts.alone():
        subject, words = side(key, actor), Words()
        if said_before(subject, "described", request):
            return False
        found = subject.of(Project)
        lines = [] if line is None else [_line(line, found.currency, words)]
        return _restate(key, replace(found, once=changed(found.once, lines, at, was)), actor, by, words, request)


def mark_of(line: msgspec.Struct) -> str:
    """By what a line is known again where another has taken its place."""
    return hashlib.sha256(msgspec.json.encode(line)).hexdigest()


def set_giver(key: str, giver: str, amount: str, *, offer: str = "", actor: str, by: Actor) -> bool:
    """Says what a provider brings, in the project's currency; an empty amount takes it out. A provider speaks for itself alone. Raises `Refused`."""
    with acts.alone():
        found = side(key, actor).of(Project)
        if actor not in (giver, found.recipient):
            raise acts.refuse("giver", giver, WHY["not_recipient"], "not_recipient")
        others = tuple(one for one in found.givers if one.actor != giver)
        brought = Giver(giver, needs.amount("amount", amount, found.currency), offer) if amount.strip() else None
        said = (*others, _giver(brought, actor)) if brought else others
        return _restate(key, replace(found, givers=said), actor, by, Words())


def changed(lines: Sequence[Any], said: Sequence[Any], at: int | None, was: str = "") -> tuple[Any, ...]:
    """Lines with some in the place of one, or behind them all. Raises `Refused` for a place there is not, or that another line has taken."""
    if at is None:
        return (*lines, *said)
    if not 0 <= at < len(lines) or (was and mark_of(lines[at]) != was):
        raise acts.refuse("line", str(at + 1), "a line there is", "unknown")
    return (*lines[:at], *said, *lines[at + 1 :])


def _restate(key: str, value: Plan, actor: str, by: Actor, words: Words, request: str = "") -> bool:
    """Says the whole plan, as what a project has of one."""
    stated = Plan(**{name: getattr(value, name) for name in Plan.__struct_fields__})
    partners = tuple(one for one in stated.partners if one not in stated.providers)
    said = {"value": plain(replace(stated, partners=partners))}
    return say("described", key, actor, said, by=by, texts=words.notes, request=request)


def plan_of(
    said: Said, recipient: str, actor: str, once: Sequence[Line], *, kept: Sequence[str] = ()
) -> tuple[Plan, Words]:
    """A plan as acts hold it, and the texts beside them; needs of `kept` may stay, seen or not. Raises `Refused`."""
    if actors.known_actor(recipient).state != "state":
        raise acts.refuse("recipient", recipient, "a State", "unknown")
    words = Words()
    code = needs.currency(said.currency)
    begin, end = needs.window(said.begin, said.end)
    _needs_of((one for one in said.needs if one not in kept), recipient, actor)
    needs.chosen(said.visibility, {"partners": "", "public": ""}, "visibility")
    needs.chosen(said.hint, LABELS["hint"], "hint")
    if said.oda:
        needs.chosen(said.oda, LABELS["oda"], "oda")
    value = Plan(
        title=words(acts.required("title", said.title, "what the project is called"), column="title"),
        recipient=recipient,
        currency=code,
        begin=begin,
        end=end,
        givers=tuple(_giver(one, actor) for one in said.givers),
        needs=_each(said.needs),
        themes=tuple(needs.chosen(one, THEMES, "themes") for one in _each(said.themes)),
        places=_each(actors.region(one) for one in said.places) or _country(recipient),
        sites=tuple(words(site, "place") for site in said.sites if site.strip()),
        languages=_each(needs.language(one) for one in said.languages),
        aims=words(said.aims, column="aims"),
        once=(*once, *(_line(one, code, words) for one in said.once)),
        oda=said.oda,
        visibility=said.visibility,
        partners=tuple(actors.known_actor(one).key for one in said.partners),
        hint=said.hint,
    )
    return value, words


def _giver(one: Giver, actor: str) -> Giver:
    actors.known_actor(one.actor)
    if not 0 <= one.amount <= money.MOST:
        raise acts.refuse("givers", str(one.amount), "an amount from zero on", "range")
    if one.offer:
        offer = queries.known(Viewer(actor), "offer", one.offer)
        if offer is None or queries.owner(offer) != one.actor:
            raise acts.refuse("offer", one.offer, "an offer of the provider that you may see", "unknown")
    return one


def _line(one: Costed, code: str, words: Words) -> Line:
    needs.chosen(one.category, LABELS["cost"], "once")
    payer = actors.known_actor(one.payer).key if one.payer else ""
    return Line(one.category, needs.amount("once", one.amount, code), payer, words(one.what))


def _needs_of(keys: Iterable[str], recipient: str, actor: str) -> list[Subject]:
    """Needs of a recipient that an actor may see. Raises `Refused` for any other."""
    found = []
    for key in _each(keys):
        need = queries.known(Viewer(actor), "need", key)
        if need is None or queries.owner(need) != recipient:
            raise acts.refuse("needs", key, "needs of the recipient that you may see", "unknown")
        found.append(need)
    return found


def _country(recipient: str) -> tuple[str, ...]:
    country = actors.known_actor(recipient).of(actors.ActorFacts).country
    return (country,) if country else ()


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


# --- an act of a side ----------------------------------------------------------------------------------------------------


def project(key: str) -> Subject:
    """A project. Raises `Refused` for an id that is none."""
    return acts.known("project", key, Sentence("the id of a project"))


def side(key: str, actor: str) -> Subject:
    """A project of an actor: as recipient, or as provider. Raises `Refused` for any other, the same for *not yours* and *absent*."""
    found = acts.subject("project", key)
    if found is None or not actor or actor not in found.of(Project).sides:
        raise acts.refuse("project", key, "a project of the actor you speak for", "denied")
    return found


def say(
    word: str,
    key: str,
    actor: str,
    fields: Mapping[str, Any],
    *,
    by: Actor,
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
    request: str = "",
) -> bool:
    """Appends an act `cooperation_project_<word>` of a side. False, with nothing appended, where it is so already, or was asked for with the
    same `request` before. Raises `Refused`.
    """
    with acts.alone():
        found = side(key, actor)
        if said_before(found, word, request):
            return False
        asked = _asked_for(key, word, request)
        said = {"actor": actor, "request": asked, **fields}
        draft = acts.draft(f"cooperation_project_{word}", [found.name], said, texts=texts, kept=kept)
        before = found.of(Project)
        stage, after = tried(before, found.state, word, draft, by)
        if (stage, after) == (found.state, before):
            return False
        acts.append([draft], by=by)
    return True


def said_before(found: Subject, word: str, request: str) -> bool:
    """Whether an act was asked for with the same `request` before."""
    asked = _asked_for(found.key, word, request)
    return bool(asked) and any(one.body.get("request") == asked for one in PROJECTION.entries_about(found.name))


def _asked_for(key: str, word: str, request: str) -> str:
    return acts.request_id(f"{key}:{word}:{request}") if request else ""


def try_say(word: str, key: str, actor: str, fields: Mapping[str, Any], *, by: Actor) -> None:
    """Raises `Refused` where an act of a side would be passed over; appends nothing."""
    found = side(key, actor)
    draft = acts.draft(f"cooperation_project_{word}", [found.name], {"actor": actor, **fields})
    tried(found.of(Project), found.state, word, draft, by)


def tried(project: Project, stage: str, word: str, draft: Draft, by: Actor) -> fold.Change:
    """What an act would come to. Raises `Refused` where the fold would pass it over."""
    act = Entry(0, "", "act", draft.body, Recorded(now(), person_of(by), None))
    try:
        return fold.STEPS[word](project, stage, act)
    except fold.Against as reason:
        raise acts.refuse("project", stage, WHY[str(reason)], str(reason)) from reason


def person_of(by: Actor) -> str:
    """How acts name who records."""
    return identity.opaque("person", by.name) if by.name else ""


def plain(value: msgspec.Struct) -> dict[str, Any]:
    """A value as an act holds it."""
    found: dict[str, Any] = jcs.decode(jcs.encode(msgspec.to_builtins(value)))
    return found


# --- who may see it, and who decides -------------------------------------------------------------------------------------


def share(key: str, visibility: str, partners: Sequence[str], hint: str, *, actor: str, by: Actor) -> bool:
    """Says who may see a project besides its sides, and what is told of it where it overlaps. The recipient's. Raises `Refused`."""
    needs.chosen(visibility, {"partners": "", "public": ""}, "visibility")
    needs.chosen(hint, LABELS["hint"], "hint")
    known = [actors.known_actor(one).key for one in partners]
    return say("shared", key, actor, {"visibility": visibility, "partners": known, "hint": hint}, by=by)


def candidates(recipient: str) -> list[User]:
    """Who may be named as a recipient's authority: they speak for it, and may pass gates."""
    users = User.objects.filter(disabled=False)
    return [one for one in users if accounts.may(one, GATE) and actors.speaks_for(one) == recipient]


def name_authority(key: str, user: User, *, actor: str, by: Actor) -> bool:
    """Names who passes the gates of a project for its recipient; said by the recipient. Raises `Refused`."""
    found = side(key, actor)
    if user not in candidates(found.of(Project).recipient):
        raise acts.refuse("user", user.username, "somebody who speaks for the recipient and may pass gates", "denied")
    return say("authority_named", key, actor, {"person": user.person}, by=by)


def ask_gate(key: str, *, words: str = "", actor: str, by: Actor) -> bool:
    """Asks for the gate of the stage to be passed. Raises `Refused` while something it asks for is missing."""
    with acts.alone():
        found = side(key, actor)
        _require_conditions(found)
        note = Words()
        return say("gate_asked", key, actor, {"gate": found.state, "words": note(words)}, by=by, texts=note.notes)


def pass_gate(key: str, gate: str, *, words: str, actor: str, by: Actor) -> bool:
    """Passes a gate, by the authority the recipient has named, after somebody else has asked for it.

    Raises `Refused` for anybody else, also for an authority that may no longer pass gates or speaks for somebody else now, while
    something is missing, and where an overlap has turned up that nobody has looked at.
    """
    with acts.alone():
        found = side(key, actor)
        if gate in found.of(Project).passed:
            return False
        if why := gates.may_pass(found.of(Project), found.state, gate, person_of(by)):
            raise acts.refuse("gate", gate, WHY[why], why)
        _require_seat(found, by)
        _require_conditions(found)
        note = Words()
        said = {"gate": gate, "words": note(acts.required("words", words, "what the gate is passed on"))}
        return say("gate_passed", key, actor, said, by=by, texts=note.notes)


def _require_seat(found: Subject, by: Actor) -> None:
    """Raises `Refused` for who may not pass gates, or speaks for somebody else than the recipient, now."""
    user = User.objects.filter(person=person_of(by), disabled=False).first()
    recipient = found.of(Project).recipient
    if user is None or not accounts.may(user, GATE) or actors.speaks_for(user) != recipient:
        raise acts.refuse("gate", found.state, WHY["not_authority"], "not_authority")


def _require_conditions(found: Subject) -> None:
    project = found.of(Project)
    if found.state not in gates.CONDITIONS:
        raise acts.refuse("gate", found.state, WHY["not_this_gate"], "not_this_gate")
    missing = gates.missing(project, found.state)
    if missing:
        codes = ", ".join(one.code for one in missing)
        raise acts.refuse("gate", codes, "everything the gate asks for", "early")
    if found.state in ("planning", "design") and (unseen := overlaps.unseen(found)):
        raise acts.refuse("overlap", str(len(unseen)), "overlaps looked at again: another has turned up", "early")


def decline_gate(key: str, gate: str, *, words: str, actor: str, by: Actor) -> bool:
    """Does not pass a gate that was asked for, and says why. The authority's. Raises `Refused`."""
    note = Words()
    said = {"gate": gate, "words": note(acts.required("words", words, "why it is not passed"))}
    _require_seat(side(key, actor), by)
    return say("gate_declined", key, actor, said, by=by, texts=note.notes)


def send_back(key: str, stage: str, *, words: str, actor: str, by: Actor) -> bool:
    """Sends a project back to an earlier stage, whose gates are then passed anew. The authority's. Raises `Refused`."""
    note = Words()
    said = {"stage": stage, "words": note(acts.required("words", words, "why it goes back"))}
    _require_seat(side(key, actor), by)
    return say("sent_back", key, actor, said, by=by, texts=note.notes)


def cancel(key: str, *, words: str, actor: str, by: Actor) -> bool:
    """Ends a project before its time. The authority's. Raises `Refused`."""
    note = Words()
    said = {"words": note(acts.required("words", words, "why it ends"))}
    _require_seat(side(key, actor), by)
    return say("cancelled", key, actor, said, by=by, texts=note.notes)
