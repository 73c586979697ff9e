"""Figures and scopes in words, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countermark.cooperation import actors
from countermark.cooperation.evaluation.rules import ASKED, MEASURES, Figure, Scope
from countermark.cooperation.evaluation.states import Frozen, Report
from countermark.cooperation.rules import money
from countermark.cooperation.words import LABELS


def share(part: int, whole: int) -> str:
    """A share as people read it; nothing of nothing is no data."""
    return f"{100 * part / whole:.0f} %" if whole else _("no data")


def row(one: Figure | Frozen, currency: str) -> list[str]:
    """A figure in a line: what it is, its share, part and whole, what was left out, where it is from."""
    measure = MEASURES[one.key]
    return [
        _(measure.text),
        share(one.part, one.whole),
        counted(one, currency),
        left_out(one.left_out),
        _(measure.source),
    ]


def counted(one: Figure | Frozen, currency: str) -> str:
    """Part of whole, with what is counted."""
    if not one.whole:
        return "–"
    measure = MEASURES[one.key]
    if measure.counts == "amount":
        return f"{money.shown(one.part, currency)} / {money.shown(one.whole, currency)}"
    return f"{one.part:,} / {one.whole:,} {_(measure.counts)}"


def left_out(number: int) -> str:
    """How many could not be measured; empty for none."""
    return ngettext("%(n)d not measured", "%(n)d not measured", number) % {"n": number} if number else ""


def asked(criterion: str) -> str:
    """Which of the three criteria of A/70/115 this one answers."""
    return _(LABELS["asked"][ASKED[criterion]])


def criterion(code: str) -> str:
    """A criterion, and which of the three of A/70/115 it answers where that is called otherwise."""
    name = _(LABELS["criterion"][code])
    return name if code == ASKED[code] else f"{name} ({asked(code)})"


def scope(value: Report | Scope) -> str:
    """What a report is about, in one line."""
    parts = []
    if value.state:
        parts.append(actors.names([value.state])[value.state])
    if value.region:
        parts.append(value.region)
    if value.theme:
        parts.append(_(LABELS["theme"].get(value.theme, value.theme)))
    if value.first or value.last:
        parts.append(f"{value.first or '…'}–{value.last or '…'}")
    return ", ".join(parts) or _("everything that may be seen")
