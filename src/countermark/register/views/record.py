"""One weapon's record: what it is, where it is, everything that was ever recorded, and who looked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.ledger.entry import now
from countermark.register import custody, panels, proofs, words
from countermark.register.corrected import TEXTS, Difference
from countermark.register.custody import Gap
from countermark.register.forms.reasons import WhyLooked
from countermark.register.panels import Document
from countermark.register.queries import personal, related, scope
from countermark.register.queries.records import Record, all_marks
from countermark.register.reasons import told
from countermark.register.rules import HistoryEvent, MarkState
from countermark.register.services import side_texts
from countermark.register.views.common import REFUSED, Name, actor, me, named, record_or_404
from countermark.register.views.opened import Opened

OPENED = Opened("opened_records", 50)


@dataclass(frozen=True)
class ChangeLine:
    """One field that a correction changed, ready to be shown; `mark` is the number of the mark it is of, or 0."""

    column: str
    mark: int
    old: Name
    new: Name
    exact: bool = False


@dataclass(frozen=True)
class Line:
    """One event of the timeline, ready to be shown."""

    event: HistoryEvent
    date: dict[str, str]
    sender: Name
    receiver: Name
    place: Name
    document: Name
    thing: Document | None
    note: Name
    by: Name
    reason: str
    declared_by: Name
    declared: str = ""
    replaced_by: int | None = None
    corrects: int | None = None
    elsewhere: str = ""
    is_birth: bool = False
    can_correct: bool = False
    changes: Sequence[ChangeLine] = ()


@dataclass(frozen=True)
class GapLine:
    """A gap in custody, ready to be shown."""

    gap: Gap
    last_holder: Name
    next_holder: Name


@requires("weapon.view")
@require_GET
def weapon(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """The record; an id joined to another leads there; with `print` the dossier."""
    record = record_or_404(request, weapon_id)
    if record.state.id != str(weapon_id):
        messages.info(request, _("That record was found to be this weapon."))
        return redirect("register:weapon", record.state.id)
    return record_page(request, record, WhyLooked())


def record_page(request: HttpRequest, record: Record, form: WhyLooked) -> HttpResponse:
    """The page of a record, with the form that asks why personal data is opened."""
    user = me(request)
    opened = names_open(request, record)
    public = personal.impersonal(record.names)
    shown = record.names if opened else public
    state = record.state
    may_view_persons = accounts.may(user, "person.view")
    documents = panels.documents_for(user, (shown.get(line.document, "") for line in record.history))
    context = {
        "record": record,
        "weapon": state,
        "control": state.control_mark,
        "holder": named(state.holder, record.names, shown),
        "place": named(state.place, record.names, shown),
        "marks": _by_component(record),
        "items": list(timeline(record, shown, documents)),
        "related": related.related(record, scope.of(user)),
        "looks": _looks(state.id) if may_view_persons else [],
        "hidden": len(personal.hidden(record.names, public)) + _hidden_notes(record, public),
        "opened": opened,
        "reason_form": form,
        "may_open": may_view_persons,
        "may_correct": scope.of(user, "weapon.correct").sees(state) if accounts.may(user, "weapon.correct") else False,
        "may_record": scope.of(user, "event.add").sees(state) if accounts.may(user, "event.add") else False,
        "panels": panels.panels_for(user, record),
        "printing": "print" in request.GET,
        "printed": now(),
    }
    return render(request, "register/weapon.html", context, status=REFUSED if form.errors else 200)


def _hidden_notes(record: Record, public: dict[str, str]) -> int:
    return sum(1 for line in record.history if line.note in record.names and line.note not in public)


def _by_component(record: Record) -> list[tuple[str, list[MarkState]]]:
    """Marks under the component that carries them, the control component first."""
    groups: dict[str, list[MarkState]] = {}
    for mark in sorted(all_marks(record), key=lambda m: (m.role != "control", m.until != "", m.component, m.number)):
        groups.setdefault(mark.component, []).append(mark)
    return list(groups.items())


def timeline(
    record: Record, shown: dict[str, str], documents: Mapping[str, Document] = MappingProxyType({})
) -> Iterator[Line | GapLine]:
    """Every event in order with the gaps between them, names as the reader may see them; `documents` are those of other rooms, by text."""
    positions = {line.event_id: line.position for line in record.history}
    for item in custody.timeline(record.history):
        if isinstance(item, Gap):
            yield GapLine(
                item, named(item.last_holder, record.names, shown), named(item.next_holder, record.names, shown)
            )
        else:
            yield _line(item, record, shown, positions, documents)


def _line(
    event: HistoryEvent,
    record: Record,
    shown: dict[str, str],
    positions: dict[str, int],
    documents: Mapping[str, Document],
) -> Line:
    declared = record.declared.get(event.event_id)
    texts = record.names
    about = record.about.get(event.position, "")
    is_birth = event.event == "manufacture" and event.event_id in {m.event_id for m in all_marks(record)}
    return Line(
        event=event,
        date={"text": event.date, "precision": event.precision},
        sender=named(event.sender, texts, shown),
        receiver=named(event.receiver, texts, shown),
        place=named(event.place, texts, shown),
        document=named(event.document, texts, shown),
        thing=documents.get(shown.get(event.document, "")),
        note=named(event.note, texts, shown),
        by=named(event.by, texts, shown),
        reason=told(declared.code, "correction", _reason(declared.reason, texts)) if declared else "",
        declared_by=named(declared.by, texts, shown) if declared else Name(),
        declared=declared.time if declared else "",
        replaced_by=positions.get(declared.replacement) if declared else None,
        corrects=positions.get(event.corrects),
        elsewhere=about if about != record.state.id else "",
        is_birth=is_birth,
        can_correct=not event.corrected,
        changes=[_change(one, texts, shown) for one in record.changed.get(event.event_id, ())],
    )


def _change(one: Difference, texts: dict[str, str], shown: dict[str, str]) -> ChangeLine:
    old, new = (
        named(text, texts, shown) if one.column in TEXTS else Name(_coded(text, one.column))
        for text in (one.old, one.new)
    )
    exact = one.column in ("mark", "inscription", "date", "year")
    return ChangeLine(words.COLUMNS.get(one.column, one.column), one.mark, old, new, exact)


def _coded(text: str, column: str) -> str:
    return _(words.label(text, column)) if text and column in words.LABELS else text


def _reason(reason: str, texts: dict[str, str]) -> str:
    """Why something was corrected, in words: that is no personal data, it is what the correction answers with."""
    return texts.get(reason, "" if reason.startswith("urn:") else reason)


def _looks(weapon_id: str) -> list[dict[str, Any]]:
    """Who looked at personal data here, one line for each time and reason."""
    found = personal.looks(weapon_id)
    texts = side_texts([urn for look in found for urn in (look["by"], look["reason"])])
    lines: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for look in found:
        key = (look["by"], look["time"], look["code"], look["reason"])
        why = told(look["code"], "look", texts.get(look["reason"], ""))
        line = lines.setdefault(key, {"by": texts.get(look["by"], ""), "time": look["time"], "reason": why, "n": 0})
        line["n"] += 1
    return list(lines.values())


def names_open(request: HttpRequest, record: Record) -> bool:
    """Whether this person said why they look at this record, not long ago."""
    return accounts.may(me(request), "person.view") and OPENED.holds(request, record.state.id)


@requires("person.view")
@require_POST
def open_names(request: HttpRequest, weapon_id: UUID) -> HttpResponse:
    """Opens the personal data of a record for fifteen minutes; one act per person says who looked and why."""
    record = record_or_404(request, weapon_id)
    form = WhyLooked(request.POST)
    if not form.is_valid():
        return record_page(request, record, form)
    personal.looked_at(record, form.why, by=actor(request))
    OPENED.remember(request, record.state.id)
    return redirect("register:weapon", record.state.id)


@requires("weapon.view")
@require_GET
def proof(request: HttpRequest, weapon_id: UUID, position: int) -> HttpResponse:
    """The entry of one event and the proof that it stands in the log; as JSON with `format=json`."""
    record = record_or_404(request, weapon_id)
    line = next((line for line in record.history if line.position == position), None)
    found = proofs.prove(position) if line is not None else None
    if line is None or found is None:
        raise Http404(_("There is no such event on this record."))
    if request.GET.get("format") == "json":
        return JsonResponse(
            found.as_dict(), headers={"Content-Disposition": f'attachment; filename="proof-{position}.json"'}
        )
    return render(
        request, "register/proof.html", {"record": record, "weapon": record.state, "proof": found, "line": line}
    )
