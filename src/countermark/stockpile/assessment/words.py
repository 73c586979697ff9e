"""The words of assessments for people."""

from countermark.stockpile.words import LABELS


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


LABELS["answer"] = {"yes": _("yes"), "partly": _("partly"), "no": _("no"), "na": _("does not apply")}
LABELS["correction_state"] = {"open": _("to be done"), "late": _("late"), "done": _("done")}
