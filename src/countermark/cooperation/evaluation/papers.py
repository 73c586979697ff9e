"""A report on assistance as PDF: its words and its frozen figures, criterion by criterion."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from countermark.cooperation import actors, acts, queries
from countermark.cooperation.evaluation import wording
from countermark.cooperation.evaluation.rules import MEASURES
from countermark.cooperation.evaluation.states import Report
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.register import typesetting
from countermark.register.typesetting import plain

LONG = 5000


def pdf(found: Subject) -> bytes:
    """The sheets. Raises `typesetting.NoPaper`."""
    return typesetting.pdf(Path(__file__).parent / "report.typ", sheet(found))


def sheet(found: Subject) -> dict[str, Any]:
    """What stands on them, in the reader's language."""
    value, texts = found.of(Report), acts.texts_of([found])
    owner = queries.owner(found)
    facts = [
        (_("Of"), actors.names([owner]).get(owner, "")),
        (_("About"), wording.scope(value)),
        (_("As of"), value.as_of),
        (_("Amounts in"), value.currency),
        (_("Status"), _(LABELS["report_state"].get(found.state, found.state))),
    ]
    return {
        "title": plain(texts.get(value.title, "")),
        "facts": [[label, plain(text)] for label, text in facts],
        "parts": [_part(value, criterion, texts) for criterion in LABELS["criterion"]],
        "head": [_("Figure"), _("Share"), _("Part of whole"), _("Left out"), _("From")],
        "digest_label": _("SHA-256 of the figures"),
        "digest": value.digest,
        "page": _("Page"),
    }


def _part(value: Report, criterion: str, texts: dict[str, str]) -> dict[str, Any]:
    rows = [
        [plain(part) for part in wording.row(one, value.currency)]
        for one in value.figures
        if one.key in MEASURES and MEASURES[one.key].criterion == criterion
    ]
    return {
        "title": wording.criterion(criterion),
        "words": plain(texts.get(value.words.get(criterion, ""), ""), LONG),
        "rows": rows,
    }
