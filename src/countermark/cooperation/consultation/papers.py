"""A round as a note verbale (PDF): a draft to be put on the letterhead of who sends it."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from countermark.cooperation import actors, acts, queries
from countermark.cooperation.consultation.rounds import Round
from countermark.cooperation.states import Subject
from countermark.register.typesetting import pdf, plain

LONGEST = 20_000


def note(found: Subject, to: str = "", *, reminder: bool = False) -> bytes:
    """The note to one addressee, or to all of them together; as a reminder of it. Raises `NoPaper`."""
    value, texts, names = found.of(Round), acts.texts_of([found]), actors.names()
    sender = names.get(queries.owner(found), queries.owner(found))
    receiver = names.get(to, to) if to else ""
    return pdf(Path(__file__).parent / "note.typ", _data(found, value, texts, sender, receiver, reminder=reminder))


def _data(
    found: Subject, value: Round, texts: dict[str, str], sender: str, receiver: str, *, reminder: bool
) -> dict[str, Any]:
    said = {"sender": sender, "receiver": receiver, "day": value.sent or "…", "due": found.due}
    opening = _(
        "%(sender)s presents its compliments to %(receiver)s and has the honour to ask for its views on the following."
    )
    if not receiver:
        opening = _("%(sender)s presents its compliments and has the honour to ask for views on the following.")
    if reminder:
        opening = _(
            "%(sender)s presents its compliments and has the honour to recall its note of %(day)s, to which no reply has been received yet."
        )
    closing = _(
        "%(sender)s would be grateful for a reply by %(due)s and avails itself of this opportunity to renew the assurances of its highest consideration."
    )
    return {
        "heading": _("Note verbale"),
        "draft": _("Draft") if found.state == "draft" else "",
        "sender": plain(sender),
        "receiver": plain(receiver),
        "reference": plain(texts.get(value.reference, "")),
        "reference_label": _("Reference"),
        "title": plain(texts.get(value.title, "")),
        "opening": plain(opening % said, LONGEST),
        "paragraphs": [plain(part, LONGEST) for part in texts.get(value.text, _("erased")).split("\n") if part.strip()],
        "questions_label": _("Questions"),
        "questions": [
            {"text": plain(texts.get(one.text, _("erased")), LONGEST), "choices": [plain(texts.get(text, _("erased"))) for text in one.choices]}
            for one in value.questions
        ],
        "closing": plain(closing % said, LONGEST),
        "dated": value.sent,
    }  # fmt: skip
