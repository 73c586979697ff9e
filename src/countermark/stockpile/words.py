"""The words of this room for people: custody, steps, what a receipt is, what is asked of a receiver."""


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


LABELS: dict[str, dict[str, str]] = {
    "custody": {
        "store": _("in the store"),
        "assignment": _("assigned"),
        "shift": _("out for a shift"),
        "loan": _("lent"),
        "repair": _("in repair"),
        "evidence": _("held as evidence"),
        "transit": _("on its way"),
        "missing": _("missing"),
        "destroyed": _("destroyed"),
    },
    "kind": {
        "assignment": _("Assignment (for good)"),
        "shift": _("Shift"),
        "loan": _("Loan"),
        "repair": _("Repair"),
        "evidence": _("Evidence"),
    },
    "direction": {"in": _("Received"), "out": _("Issued"), "back": _("Taken back")},
    "receipt_state": {"open": _("not signed yet"), "signed": _("signed")},
    "signature": {
        "pin": _("card and PIN"),
        "passkey": _("security key"),
        "paper": _("on the paper copy"),
        "witness": _("before a witness"),
    },
    "qualification": {
        "licence": _("Licence"),
        "training": _("Training"),
        "medical": _("Medical"),
        "unit": _("Unit"),
    },
    "unit": {
        "site": _("site"),
        "building": _("building"),
        "room": _("room"),
        "rack": _("rack"),
        "case": _("case"),
        "vehicle": _("vehicle"),
        "counter": _("counter"),
    },
}
"""Code -> text, by what it is a code of. Modules of this room add their own."""
