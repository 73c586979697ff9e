"""The words of safe storage for people."""

from countermark.stockpile.words import LABELS


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


LABELS["fault_outcome"] = {
    "remedied": _("put right"),
    "referred": _("referred to who decides about the licence"),
    "withdrawn": _("was no fault"),
}
LABELS["fault_state"] = {"open": _("open"), "late": _("late"), "closed": _("settled")}
LABELS["force"] = {"binding": _("binding"), "political": _("political"), "advisory": _("advisory")}
