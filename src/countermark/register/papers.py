"""Numbered paper forms: issued, keyed once, or declared void; what is still out can be listed.

What a form says may have to wait for a second person (`asking`): the form then waits too. It is keyed once that is approved, and out again
when it is declined or taken back. That follows from the proposal, which may be decided on another node, and is written nowhere else.

Where the power or the network fails, facts are written on paper and keyed later. The code of the form is the document of the
event keyed from it, so that nobody keys one twice and every form is accounted for.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db.models import Q, QuerySet

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger import entry, identity, kept, services
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, KeptWrite, SideNote
from countermark.ledger.vocabulary import EVENTS, gettext_noop
from countermark.marks.sentences import Sentence
from countermark.register import asking, checking, papercodes
from countermark.register.asking import Waits
from countermark.register.checking import refuse
from countermark.register.files import dates
from countermark.register.files.vocabulary import EVENTS as FILE_EVENTS
from countermark.register.papermodels import PaperForm
from countermark.register.services import Added

Made = TypeVar("Made", bound=Added | Waits)

OUT, WAITS, KEYED, VOID = "out", "waits", "keyed", "void"
COPIES_AT_MOST = 50
LONGEST_NAME = 200
LONGEST_DATE = 40
FIELDS = (
    "code", "event", "weapon_id", "issued", "issued_by", "issued_to", "state", "written", "keyed", "keyed_by", "event_id", "reason",
)  # fmt: skip
AHEAD = timedelta(hours=14)
"""How far ahead of this clock a paper may be dated: the furthest time zone, where no offset is written."""


def issue(
    kind: str, *, event: str = "", weapon_id: str = "", copies: int = 1, to: str = "", by: Actor
) -> list[PaperForm]:
    """Numbers forms to be printed: `kind` is one of `papercodes.LETTERS`. Raises `Refused`.

    `event` is the word of the event the form is for; `weapon_id` the weapon, where it is known; `to` who takes them along.
    """
    if kind not in papercodes.LETTERS:
        raise refuse("kind", kind, Sentence("one of %(codes)s", codes=", ".join(papercodes.LETTERS)), "unknown")
    if (kind == "event") != (event in FILE_EVENTS):
        raise refuse("event", event, "the event an event form is for, and no other form", "unknown")
    if not 1 <= copies <= COPIES_AT_MOST:
        raise refuse("copies", str(copies), Sentence("1 to %(most)d", most=COPIES_AT_MOST), "range")
    name = " ".join(to.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise refuse("to", to, Sentence("at most %(longest)d printable characters", longest=LONGEST_NAME), "length")
    texts = (SideNote("person", name),) if name else ()
    services.require_own_log()
    holder = identity.ref("person", name) if name else ""
    with services.alone():
        forms = [
            PaperForm(
                code=papercodes.code_of(kind, secrets.randbelow(papercodes.NUMBERS)),
                event=event,
                weapon_id=weapon_id,
                issued=entry.now(),
                issued_by=by.name,
                issued_to=holder,
            )
            for _ in range(copies)
        ]
        facts = {"kind": kind, "event": event, "to": identity.opaque("person", name) if name else ""}
        drafts = [
            services.timed_act("form_issued", {"form": form.code, **facts}, kept=(_new(form),), texts=texts)
            for form in forms
        ]
        services.append(drafts, by=by)
    return forms


def find(text: str) -> PaperForm | None:
    """The form whose code somebody typed or scanned, or None."""
    code = papercodes.parse(text)
    return PaperForm.objects.filter(pk=code).first() if code else None


def whose(user: User) -> str:
    """Whose forms somebody sees: everybody's (empty), or the own ones where the role is held at a place only."""
    return "" if accounts.visible_place_ids(user, "event.add") is None else user.username


def outstanding(issued_by: str = "") -> QuerySet[PaperForm]:
    """The forms that are still out, the oldest first: all of them, or those one person issued."""
    forms = PaperForm.objects.filter(_is_out()).order_by("issued", "code")
    return forms.filter(issued_by=issued_by) if issued_by else forms


def settled(issued_by: str = "", limit: int = 20) -> Sequence[PaperForm]:
    """The forms last keyed, those that wait among them, or declared void."""
    forms = PaperForm.objects.exclude(_is_out()).order_by("-keyed", "code")
    return list((forms.filter(issued_by=issued_by) if issued_by else forms)[:limit])


def _is_out() -> Q:
    return Q(state=OUT) | Q(state=WAITS, proposal__in=asking.proposals(state="declined").values("key"))


_STANDS = {"pending": WAITS, "approved": KEYED, "declined": OUT}


def standings(forms: Sequence[PaperForm]) -> dict[str, str]:
    """Where some forms stand by now, by code: `OUT`, `WAITS`, `KEYED` or `VOID`."""
    waiting = [form.proposal for form in forms if form.state == WAITS]
    found = dict(asking.proposals(key__in=waiting).values_list("key", "state")) if waiting else {}
    # One whose proposal is not here (yet) waits.
    return {
        form.code: form.state if form.state != WAITS else _STANDS.get(found.get(form.proposal, ""), WAITS)
        for form in forms
    }


def standing(form: PaperForm) -> str:
    """Where a form stands by now."""
    return standings([form])[form.code]


def key(code: str, written: str, record: Callable[[], Made], *, by: Actor) -> Made:
    """Records what a form says, by `record`, and notes that it is keyed, or waits, both or neither.

    `written` is the time written on the paper, at least a day. Raises `Refused` for a form that is not out any more, for a time that
    is none, and for what `record` is refused for.
    """
    when = _written(written)
    with services.alone():
        form = _out(code)
        made = record()
        form.written, form.keyed, form.keyed_by, form.weapon_id = when, entry.now(), by.name, made.weapon_id
        fields = {"form": code, "weapon": made.weapon_id, "written": when}
        if isinstance(made, Waits):
            form.state, form.proposal = WAITS, made.proposal
            act, fields = "form_waits", {**fields, "proposal": made.proposal}
        else:
            form.state, form.proposal, form.event_id = KEYED, "", made.event_id
            act, fields = "form_keyed", {**fields, "event": made.event_id}
        services.append([services.timed_act(act, fields, kept=(_write(form),))], by=by)
    return made


def void(code: str, reason: Reason | str, *, by: Actor) -> None:
    """Declares a form lost or spoiled; it can no longer be keyed. `reason` is of the list `form_voided`. Raises `Refused`."""
    why = checking.reason("form_voided", reason)
    with services.alone():
        form = _out(code)
        form.state, form.keyed, form.keyed_by, form.reason_code = VOID, entry.now(), by.name, why.code
        form.proposal = form.written = ""
        fields, texts = {"form": code, FIELD: why.code}, [SideNote("note", why.words)] if why.words else []
        if why.words:
            form.reason, fields["reason"] = identity.ref("note", why.words), identity.opaque("note", why.words)
        draft = services.timed_act("form_voided", fields, kept=(_write(form),), texts=tuple(texts))
        services.append([draft], by=by)


def _out(code: str) -> PaperForm:
    form = PaperForm.objects.filter(pk=code).first()
    if form is None or standing(form) != OUT:
        raise refuse("form", papercodes.shown(code), "a form that is still out", "keyed")
    return form


def document(said: str, code: str) -> str:
    """The document of an event keyed from a form: the form, after whatever document the paper names."""
    shown = papercodes.shown(code)
    return f"{said}; {shown}" if said.strip() else shown


def title(form: PaperForm) -> str:
    """What a form is for, to be translated where it is shown."""
    kind = papercodes.kind_of(form.code)
    return EVENTS[form.event].text if kind == "event" else TITLES[kind]


_ = gettext_noop
TITLES = {
    "weapon": _("new weapon"),
    "event": _("event"),
    "correction": _("correction"),
    "issue": _("issue of weapons"),
    "return": _("return of weapons"),
}


@dataclass(frozen=True)
class Elsewhere:
    """Where another room keys a kind of form (URL name, given the code), and shows what was keyed (URL name, given its id)."""

    key: str
    shown: str


ROOMS: dict[str, Elsewhere] = {}
"""By the kind of form; filled by rooms when the program starts."""


def _written(text: str) -> str:
    moment = dates.parse(text)
    if not isinstance(moment, dates.Moment) or moment.precision not in ("instant", "day") or len(text) > LONGEST_DATE:
        raise refuse("written", text, "the day, or day and time with offset, such as 2026-06-30T08:15+02:00", "date")
    if datetime.fromisoformat(moment.instant) > datetime.now(UTC) + AHEAD:
        raise refuse("written", text, "a time that is not still to come", "future")
    return moment.text


def _new(form: PaperForm) -> KeptWrite:
    # A number that fell twice is refused by the table, not written over.
    return KeptWrite("form", form.code, _digest(form), partial(form.save, force_insert=True))


def _write(form: PaperForm) -> KeptWrite:
    return KeptWrite("form", form.code, _digest(form), form.save)


def _digest(form: PaperForm) -> str:
    said = {name: str(getattr(form, name)) for name in FIELDS}
    # What came later is left out where it is empty: forms of before keep the digest the ledger has of them.
    later = {FIELD: form.reason_code, "proposal": form.proposal}
    return identity.digest(said | {name: text for name, text in later.items() if text})


def _kept_rows() -> Iterator[tuple[str, str]]:
    for form in PaperForm.objects.order_by("code").iterator():
        yield form.code, _digest(form)


kept.register("form", _kept_rows)
