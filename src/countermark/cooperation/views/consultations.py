"""Consultation rounds on pages: written, sent, answered, reminded of, and what the replies come to."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, drawing, linedforms, queries
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.consultation import forms, papers, rounds, rules
from countermark.cooperation.consultation.rounds import Reply, Round
from countermark.cooperation.consultation.rules import Answer, Question, Tally
from countermark.cooperation.forms import SureForm
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Picture,
    Table,
    asked,
    known,
    listed,
    once,
    own,
    seated,
    shown,
    viewer,
)
from countermark.marks.sentences import said as told_as
from countermark.register.checking import Refused
from countermark.register.typesetting import NoPaper
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted

WRITE = "aid.write"


@requires("aid.view")
@GET_OR_POST
def round_list(request: HttpRequest) -> HttpResponseBase:
    """The rounds somebody runs or is asked in."""
    who = viewer(request)
    found = queries.visible(who, "round")
    texts, names = acts.texts_of(found), actors.names()
    replied = rounds.replied([one for one in found if _runs(who, one)])
    rows = [_row(one, texts, names, replied) for one in found]
    headers = [_("Title"), _("Of"), _("Status"), _("Sent"), _("Replies are due on"), _("Replies")]
    none = _("No round yet. A round asks others for their views: a note, questions, and a day by which they reply.")
    table = Table(_("Consultations"), headers, rows, none)
    may = bool(who.actor) and accounts.may(me(request), WRITE)
    actions = [Action(_("Write a round"), reverse("cooperation:round_add"), main=True)] if may else []
    return listed(request, Page(_("Consultations"), "rounds", tables=[table], actions=actions))


def _row(one: Subject, texts: dict[str, str], names: dict[str, str], replied: dict[str, int]) -> list[Cell]:
    value, owner = one.of(Round), queries.owner(one)
    late = one.state == "open" and one.due < queries.today()
    return [
        Cell(texts.get(value.title, one.key), reverse("cooperation:round", args=[one.key])),
        Cell(names.get(owner, owner)),
        Cell(aid_word(one.state, "round_state")),
        Cell(value.sent, exact=True),
        Cell(one.due, exact=True, tone="alarm" if late else ""),
        Cell(_count(replied[one.key], value) if one.key in replied else "", amount=True),
    ]


def _count(replies: int, value: Round) -> str:
    return _("%(replies)d of %(asked)d") % {"replies": replies, "asked": len(value.partners)}


def _runs(who: Viewer, found: Subject) -> bool:
    """Whether somebody sees who was asked and what they said: whose round it is, and who sees everything."""
    return who.all or who.may_change(found)


@requires("aid.view")
@require_GET
def round_page(request: HttpRequest, key: str) -> HttpResponse:
    """One round: the note, its questions; for whose it is, who has replied and who has not; for an addressee, its own reply."""
    found, who = known(request, "round", key), viewer(request)
    value, texts, names = found.of(Round), acts.texts_of([found]), actors.names()
    owner = queries.owner(found)
    facts = [
        (_("Of"), Cell(names.get(owner, owner), reverse("cooperation:actor", args=[owner]))),
        (_("Status"), Cell(aid_word(found.state, "round_state"))),
        (_("Reference"), Cell(texts.get(value.reference, ""))),
        (_("Sent"), Cell(value.sent, exact=True)),
        (_("Replies are due on"), Cell(found.due, exact=True)),
        (_("Text"), Cell(texts.get(value.text, _("erased")))),
    ]
    tables = [_questions(value, texts)]
    if _runs(who, found):
        writes = found.state == "open" and who.may_change(found) and accounts.may(me(request), WRITE)
        tables += _addressees(found, value, names, writes=writes)
    page = Page(
        texts.get(value.title, key),
        "rounds",
        facts=[(label, cell) for label, cell in facts if cell.text],
        tables=tables,
        actions=_actions(request, who, found, value),
        above=(reverse("cooperation:rounds"), _("Consultations")),
    )
    return shown(request, page)


def _questions(value: Round, texts: dict[str, str]) -> Table:
    rows = [
        [
            Cell(one.key, exact=True),
            Cell(texts.get(one.text, _("erased"))),
            Cell("; ".join(texts.get(text, _("erased")) for text in one.choices) or aid_word(one.kind, "question")),
        ]
        for one in value.questions
    ]
    return Table(_("Questions"), [_("Number"), _("Question"), _("Is answered by")], rows, id="questions")


def _addressees(found: Subject, value: Round, names: dict[str, str], *, writes: bool) -> list[Table]:
    given = rounds.replies_of(found)
    replied = [
        [
            Cell(names.get(who, who), reverse("cooperation:round_reply", args=[found.key, who])),
            Cell(one.of(Reply).received, exact=True),
            _in_time(found.due, one.of(Reply).received),
        ]
        for who, one in given.items()
    ]
    silent = [
        [
            Cell(names.get(who, who), reverse("cooperation:round_answer", args=[found.key, who]) if writes else ""),
            _left(found),
            Cell(", ".join(one.day for one in value.reminders if who in one.actors), exact=True),
        ]
        for who in rules.silent(value.partners, {who: {} for who in given})
    ]  # fmt: skip
    return [
        Table(
            _("Have replied"),
            [_("Addressee"), _("Received on"), _("In time")],
            replied,
            _("Nobody yet."),
            id="replied",
        ),
        Table(
            _("Have not replied"),
            [_("Addressee"), _("Due"), _("Reminded on")],
            silent,
            _("Everybody has replied."),
            id="silent",
        ),
    ]


def _in_time(due: str, received: str) -> Cell:
    return Cell(_("late"), tone="alarm") if rules.late(due, received) else Cell(_("in time"))


def _left(found: Subject) -> Cell:
    if found.state == "open" and found.due < queries.today():
        return Cell(_("overdue since %(day)s") % {"day": found.due}, tone="alarm")
    return Cell(found.due, exact=True)


def _actions(request: HttpRequest, who: Viewer, found: Subject, value: Round) -> list[Action]:
    def action(label: str, name: str, *more: str, main: bool = False) -> Action:
        return Action(label, reverse(f"cooperation:{name}", args=[found.key, *more]), main=main)

    actions = []
    may = accounts.may(me(request), WRITE)
    if may and who.may_change(found) and found.state == "draft":
        actions += [action(_("It was sent"), "round_send", main=True), action(_("Change"), "round_change")]
    if may and who.may_change(found) and found.state == "open":
        actions += [
            action(_("More time, or more addressees"), "round_extend"),
            action(_("Reminders went out"), "round_remind"),
            action(_("Close"), "round_close"),
        ]
    if _runs(who, found) and found.state != "draft":
        actions.append(action(_("What the replies come to"), "round_analysis", main=True))
    if who.actor in value.partners:
        answered = acts.subject("roundreply", rounds.reply_key(found.key, who.actor)) is not None
        if may and found.state == "open":
            actions.append(
                action(_("Change our reply") if answered else _("Reply"), "round_answer", who.actor, main=True)
            )
        if answered:
            actions.append(action(_("Our reply"), "round_reply", who.actor))
    note = reverse("cooperation:round_note", args=[found.key])
    actions.append(Action(_("The note (PDF)"), note))
    if who.may_change(found) and found.state == "open":
        actions.append(Action(_("Reminder (PDF)"), f"{note}?reminder=1"))
    return actions


@requires(WRITE)
@GET_OR_POST
@seated
def round_add(request: HttpRequest) -> HttpResponseBase:
    """Writes a round."""
    return _written(request, None)


@requires(WRITE)
@GET_OR_POST
def round_change(request: HttpRequest, key: str) -> HttpResponseBase:
    """Says a round anew that was not sent yet."""
    found = own(request, "round", key)
    if found.state != "draft":
        messages.error(request, _("This round was sent: what it asks stays as it is."))
        return redirect("cooperation:round", key)
    return _written(request, found)


def _written(request: HttpRequest, found: Subject | None) -> HttpResponseBase:
    above = _above(found) if found else (reverse("cooperation:rounds"), _("Consultations"))
    page = Page(_("Change a round") if found else _("Write a round"), "rounds", above=above)
    form = forms.RoundForms(posted(request), _initial(found) if found else {})
    if request.method != "POST":
        return linedforms.page(request, page, form)
    if (more := request.POST.get("more", "")) in form.lines:
        return linedforms.page(request, page, form.again(more))
    if form.is_valid():
        how: dict[str, Any] = {"actor": viewer(request).actor, "by": actor(request), "request": once(request)}
        try:
            return redirect("cooperation:round", rounds.draft(form.said(), key=found.key if found else "", **how))
        except Refused as refused:
            form.tell(refused)
    return linedforms.page(request, page, form, REFUSED)


def _initial(found: Subject) -> dict[str, Any]:
    value, texts = found.of(Round), acts.texts_of([found])
    main = {
        "title": texts.get(value.title, ""),
        "reference": texts.get(value.reference, ""),
        "text": texts.get(value.text, ""),
        "due": found.due,
        "addressees": list(value.partners),
    }
    questions = [
        {
            "text": texts.get(one.text, ""),
            "kind": one.kind,
            "choices": "\n".join(texts.get(text, "") for text in one.choices),
        }
        for one in value.questions
    ]
    return {"main": main, "questions": questions}


def _above(found: Subject) -> tuple[str, str]:
    title = acts.texts_of([found]).get(found.of(Round).title, found.key)
    return reverse("cooperation:round", args=[found.key]), title


def _step(
    request: HttpRequest,
    key: str,
    form: type[django_forms.Form],
    do: Callable[[dict[str, Any]], object],
    page: tuple[str, str],
    **initial: Any,
) -> HttpResponse:
    """A step of a round of one's own: a small form, and back to the round."""
    found = own(request, "round", key)
    title, button = page

    def done(said: dict[str, Any]) -> str:
        do(said)
        return _above(found)[0]

    made = form(posted(request), initial=initial)
    return asked(request, made, done, Page(title, "rounds", above=_above(found)), button)


def _mine(request: HttpRequest) -> dict[str, Any]:
    return {"actor": viewer(request).actor, "by": actor(request)}


@requires(WRITE)
@GET_OR_POST
def round_send(request: HttpRequest, key: str) -> HttpResponse:
    """Says that the note was sent: from then on its addressees see the round and may reply here."""

    def do(said: dict[str, Any]) -> None:
        rounds.send(key, said["sent"].isoformat(), **_mine(request))

    return _step(request, key, forms.SendForm, do, (_("It was sent"), _("It was sent")))


@requires(WRITE)
@GET_OR_POST
def round_extend(request: HttpRequest, key: str) -> HttpResponse:
    """Gives more time, or asks others too."""

    def do(said: dict[str, Any]) -> None:
        rounds.extend(key, said["due"].isoformat(), addressees=said["addressees"], **_mine(request))

    due = own(request, "round", key).due
    return _step(request, key, forms.ExtendForm, do, (_("More time, or more addressees"), _("Keep")), due=due)


@requires(WRITE)
@GET_OR_POST
def round_remind(request: HttpRequest, key: str) -> HttpResponse:
    """Notes that those who have not replied were reminded."""

    def do(said: dict[str, Any]) -> None:
        rounds.remind(key, said["day"].isoformat(), **_mine(request))

    return _step(request, key, forms.RemindForm, do, (_("Reminders went out"), _("Keep")))


@requires(WRITE)
@GET_OR_POST
def round_close(request: HttpRequest, key: str) -> HttpResponse:
    """Closes a round: no reply is taken any more."""

    def do(said: dict[str, Any]) -> None:
        rounds.close(key, **_mine(request))

    return _step(request, key, SureForm, do, (_("Close the round"), _("Close it: no reply is taken any more")))


# --- replies ---------------------------------------------------------------------------------------------------------------


def _reply(request: HttpRequest, key: str, addressee: str) -> tuple[Subject, Subject | None]:
    """A round and the reply of an addressee: for whose round it is, and for the addressee itself. 404 for all others."""
    found, who = known(request, "round", key), viewer(request)
    mine = who.actor == addressee and addressee in found.of(Round).partners
    if addressee not in found.of(Round).partners or not (mine or _runs(who, found)):
        raise Http404(_("There is no such record among those you may see."))
    return found, queries.known(who, "roundreply", rounds.reply_key(key, addressee))


@requires("aid.view")
@require_GET
def reply_page(request: HttpRequest, key: str, addressee: str) -> HttpResponse:
    """What one addressee replied."""
    found, reply = _reply(request, key, addressee)
    if reply is None:
        raise Http404(_("There is no such record among those you may see."))
    value, texts = reply.of(Reply), acts.texts_of([found, reply])
    questions = found.of(Round).questions
    rows = [
        [
            Cell(f"{one.key}. {texts.get(one.text, _('erased'))}"),
            Cell(_answer(one, value.answers.get(one.key), texts)),
        ]
        for one in questions
    ]
    name = actors.names([addressee])[addressee]
    facts = [
        (_("Received on"), Cell(value.received, exact=True)),
        (_("In time"), _in_time(found.due, value.received)),
        (_("Remarks"), Cell(texts.get(value.remarks, ""))),
    ]
    table = Table(_("Answers"), [_("Question"), _("Answer")], rows, id="answers")
    actions = []
    if found.state == "open" and accounts.may(me(request), WRITE) and viewer(request).actor:
        url = reverse("cooperation:round_answer", args=[key, addressee])
        actions = [Action(_("Change"), url)]
    title = _("Reply of %(name)s") % {"name": name}
    return shown(request, Page(title, "rounds", facts=facts, tables=[table], above=_above(found), actions=actions))


def _answer(question: Question, answer: Answer | None, texts: dict[str, str]) -> str:
    if answer is None or answer.empty:
        return _("no answer")
    if answer.choice is not None:
        place = answer.choice
        return texts.get(question.choices[place], _("erased")) if place < len(question.choices) else _("no answer")
    return f"{answer.number:,}" if answer.number is not None else texts.get(answer.words, _("erased"))


@requires(WRITE)
@GET_OR_POST
@seated
def reply_change(request: HttpRequest, key: str, addressee: str) -> HttpResponse:
    """Records the reply of an addressee: by itself, or by whose round it is, from what it sent on paper."""
    found, reply = _reply(request, key, addressee)
    texts = acts.texts_of([found, reply])
    form = forms.ReplyForm(
        found.of(Round), texts, posted(request), initial=_initial_reply(reply, texts) if reply else {}
    )

    def do(_said: dict[str, Any]) -> str:
        rounds.reply(key, addressee, form.said(), **_mine(request))
        return reverse("cooperation:round_reply", args=[key, addressee])

    title = _("Reply of %(name)s") % {"name": actors.names([addressee])[addressee]}
    return asked(request, form, do, Page(title, "rounds", above=_above(found)), _("Keep"))


def _initial_reply(reply: Subject, texts: dict[str, str]) -> dict[str, Any]:
    value = reply.of(Reply)

    def told(answer: Answer) -> Any:
        if answer.choice is not None:
            return str(answer.choice + 1)
        return answer.number if answer.number is not None else texts.get(answer.words, "")

    answers = {f"q{name}": told(answer) for name, answer in value.answers.items()}
    return {"received": value.received, "remarks": texts.get(value.remarks, ""), **answers}


# --- what they come to -----------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def round_analysis(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the replies come to, question by question: choices counted, numbers with their middle, words as they were said."""
    found = _analysed(request, key)
    value = found.of(Round)
    given = rounds.replies_of(found)
    texts, names = acts.texts_of([found, *given.values()]), actors.names()
    tallies = rounds.tallies(found)
    facts = [
        (_("Replies"), Cell(_count(len(given), value))),
        (_("Replies by kind of actor"), Cell(_by_kind(list(given)))),
        (_("As of"), Cell(queries.today(), exact=True)),
    ]
    pictures = [
        Picture(
            _("Question %(key)s") % {"key": one.question.key},
            reverse("cooperation:round_chart", args=[key, one.question.key]),
            _("The same numbers stand in the list below."),
        )
        for one in tallies
        if one.question.kind == "choice" and one.answered
    ]
    tables = [_tallied(one, texts, names) for one in tallies]
    remarks = [[Cell(names.get(who, who)), Cell(texts.get(one.of(Reply).remarks, ""))] for who, one in given.items()]
    tables.append(
        Table(_("Remarks"), [_("Of"), _("Remarks")], [row for row in remarks if row[1].text], _("None."), id="remarks")
    )
    title = _("What the replies come to")
    return listed(request, Page(title, "rounds", facts=facts, tables=tables, pictures=pictures, above=_above(found)))


def _analysed(request: HttpRequest, key: str) -> Subject:
    found = known(request, "round", key)
    if not _runs(viewer(request), found) or found.state == "draft":
        raise Http404(_("There is no such record among those you may see."))
    return found


def _by_kind(replied: list[str]) -> str:
    kinds: dict[str, int] = {}
    for one in acts.subjects("actor"):
        if one.key in replied:
            kind = one.of(ActorFacts).kind
            kinds[kind] = kinds.get(kind, 0) + 1
    return ", ".join(f"{aid_word(kind, 'actor')}: {count}" for kind, count in sorted(kinds.items()))


def _tallied(one: Tally, texts: dict[str, str], names: dict[str, str]) -> Table:
    said: dict[str, Any] = {"key": one.question.key, "text": texts.get(one.question.text, _("erased"))}
    said |= {"answered": one.answered, "replies": one.replies}
    title = _("%(key)s. %(text)s (%(answered)s of %(replies)s replies answer it)") % said
    none, name = _("Nobody has answered it."), f"question-{one.question.key}"
    if one.question.kind == "choice":
        headers = [_("Choice"), _("Replies"), _("Share"), _("Who")]
        return Table(title, headers, list(_choices(one, texts, names)) if one.answered else [], none, id=name)
    if one.question.kind == "number":
        rows = [[Cell(names.get(who, who)), Cell(f"{number:,}", amount=True)] for who, number in one.numbers]
        middle = [[Cell(_("Middle value")), Cell(f"{one.middle:,g}", amount=True)]] if one.middle is not None else []
        return Table(title, [_("Of"), _("Number")], [*rows, *middle], none, id=name)
    rows = [[Cell(names.get(who, who)), Cell(texts.get(words, _("erased")))] for who, words in one.words]
    return Table(title, [_("Of"), _("Answer")], rows, none, id=name)


def _choices(one: Tally, texts: dict[str, str], names: dict[str, str]) -> Iterator[list[Cell]]:
    for place, choice in enumerate(one.question.choices):
        share = one.share(place)
        yield [
            Cell(texts.get(choice, _("erased"))),
            Cell(f"{one.counts[place]:,}", amount=True),
            Cell("" if share is None else f"{share:.0f}\u00a0%", amount=True),
            Cell(", ".join(names.get(who, who) for who in one.who[place])),
        ]


@requires("aid.view")
@require_GET
def round_chart(request: HttpRequest, key: str, question: str) -> HttpResponse:
    """The counts of one question as bars."""
    found = _analysed(request, key)
    one = next((one for one in rounds.tallies(found) if one.question.key == question), None)
    if one is None or one.question.kind != "choice":
        raise Http404
    texts = acts.texts_of([found])
    rows: list[drawing.Row] = [
        {"name": texts.get(choice, _("erased")), "value": one.counts[place]}
        for place, choice in enumerate(one.question.choices)
    ]
    return drawing.answer(drawing.bars(rows, value="value", name="name", title=_("Replies")))


@requires("aid.view")
@require_GET
def round_note(request: HttpRequest, key: str) -> HttpResponse:
    """The note verbale as a PDF, to all or (`to`) one addressee, or (`reminder`) as a reminder of it."""
    found, who = known(request, "round", key), viewer(request)
    to = request.GET.get("to", "") if _runs(who, found) else who.actor
    if to and to not in found.of(Round).partners:
        raise Http404(_("There is no such record among those you may see."))
    try:
        data = papers.note(found, to, reminder=bool(request.GET.get("reminder")) and who.may_change(found))
    except NoPaper as problem:
        messages.error(request, told_as(problem))
        return redirect("cooperation:round", key)
    headers = {"Content-Disposition": 'attachment; filename="note.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
