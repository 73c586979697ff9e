"""The certificate of a course: one sheet with a code that proves it without a network to whoever has this node's public key."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from countermark.cooperation import actors, acts
from countermark.cooperation.queries import owner
from countermark.cooperation.states import Subject
from countermark.cooperation.training.states import Call, Course, Nomination
from countermark.cooperation.words import LABELS
from countermark.marks.sentences import Sentence
from countermark.register import signed
from countermark.register.typesetting import plain
from countermark.stockpile.papers import typesetting

_FORMAT = "countermark certificate v1"
PREFIX = "CMC1."
_LINES = 7
NAME_LENGTH = 120


class Proven(msgspec.Struct, frozen=True):
    """What a certificate says, once its signature was checked: for whom, which course, of whom, given on which day, by which node."""

    id: str
    person: str
    course: str
    provider: str
    theme: str
    day: str
    origin: str


def says(found: Subject) -> list[str]:
    """What a certificate says, line by line. Raises `Refused` where none was given, or the person's name is erased."""
    value = found.of(Nomination)
    if found.state != "certified":
        raise acts.refuse("nomination", found.key, "somebody who has a certificate", "early")
    call = acts.subject("call", value.call)
    course = acts.subject("course", call.of(Call).course) if call else None
    texts = acts.texts_of([found, course])
    person = texts.get(value.person, "")
    if call is None or course is None or not person:
        raise acts.refuse("nomination", found.key, "somebody whose name is still kept", "erased")
    provider = actors.names([owner(call)]).get(owner(call), "")
    title = texts.get(course.of(Course).title, "")
    lines = [_FORMAT, found.key, person, title, provider, call.of(Call).theme, value.certified]
    return [plain(line, NAME_LENGTH) for line in lines]


def proof_of(found: Subject) -> str:
    """A certificate as its printed code holds it, signed with the key of this node. Raises `Refused`."""
    return signed.seal(PREFIX, says(found))


def verify(code: str, keys: Iterable[str]) -> Proven:
    """Checks a certificate against verifier keys, without a store. Raises ValueError for one that is not genuine."""
    try:
        lines, origin = signed.unseal(PREFIX, code.strip(), keys)
    except ValueError as error:
        raise error if error.args else ValueError(Sentence("the whole code of a certificate")) from error
    if len(lines) != _LINES or lines[0] != _FORMAT:
        raise ValueError(Sentence("the code of a certificate"))
    _format, key, person, course, provider, theme, day = lines
    return Proven(key, person, course, provider, theme, day, origin)


def pdf(found: Subject) -> bytes:
    """The sheet. Raises `typesetting.NoPaper`, and `Refused` as `says`."""
    data = sheet(found)
    return typesetting.pdf("sheet.typ", {**data, "picture": typesetting.qr(proof_of(found))})


def sheet(found: Subject) -> dict[str, Any]:
    """What stands on it, in the reader's language."""
    _format, key, person, title, provider, theme, day = says(found)
    value = found.of(Nomination)
    call = acts.known("call", value.call, Sentence("the id of a call")).of(Call)
    facts = [
        (_("Given to"), person, False),
        (_("Course"), title, False),
        (_("Theme"), _(LABELS["theme"].get(theme, theme)), False),
        (_("Held by"), provider, False),
        (_("From"), call.begin, True),
        (_("To"), call.end, True),
        (_("Days attended"), f"{len(value.present)} / {call.days}", True),
        (_("Given on"), day, True),
    ]
    return {
        "title": _("Certificate"),
        "code": key,
        "facts": [[label, plain(text), exact] for label, text, exact in facts],
        "tables": [],
        "signatures_title": _("Signatures"),
        "signatures": [[_("For who held the course"), ""], [_("Given to"), ""]],
        "proof_title": "",
        "proof": [],
        "checkpoint": "",
        "page": _("Page"),
    }
