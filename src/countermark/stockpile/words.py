"""The words of this room for people: custody, steps, what a receipt is, what is asked of a receiver."""

from countermark.register.words import CUSTODY


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


LABELS: dict[str, dict[str, str]] = {
    "custody": CUSTODY,
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
    "step": {
        "receive": _("Receive"),
        "issue": _("Issue"),
        "return": _("Take back"),
        "dispatch": _("Send off"),
        "dispose": _("Dispose of surplus"),
    },
    "shipment_state": {
        "prepared": _("prepared"),
        "dispatched": _("on its way"),
        "short": _("short"),
        "arrived": _("arrived"),
        "cancelled": _("cancelled"),
        "closed": _("closed"),
    },
    "shipment_finding": {
        "short": _("weapons are missing"),
        "surplus": _("weapons nobody announced"),
        "seals": _("seals are not as they were"),
        "out_of_order": _("two nodes contradict each other"),
    },
    "incident_what": {"loss": _("Loss"), "theft": _("Theft")},
    "incident_state": {
        "open": _("open"),
        "inquiry": _("inquiry"),
        "recovered": _("recovered"),
        "written_off": _("written off"),
    },
    "method": {
        "burning_or_melting": _("Burning or melting"),
        "open_pit_detonation": _("Open-pit detonation"),
        "cutting_or_shredding": _("Cutting or shredding"),
        "bending_or_crushing": _("Bending or crushing"),
        "dumping_at_sea": _("Dumping at sea"),
        "burial": _("Burial"),
        "other": _("Another method"),
    },
    "destruction_state": {
        "planned": _("waits for a second person"),
        "authorised": _("authorised"),
        "closed": _("closed"),
    },
    "item_state": {"planned": _("to be destroyed"), "destroyed": _("destroyed"), "withdrawn": _("withdrawn")},
    "outcome": {
        "destroy": _("Destroy"),
        "transfer_agency": _("Transfer to another agency"),
        "donate_state": _("Donate to a State"),
        "sell_state": _("Sell to a State"),
        "sell_civil": _("Sell to civilians"),
        "keep": _("Keep"),
    },
    "surplus_state": {
        "declared": _("declared"),
        "safeguarded": _("stored apart"),
        "disposed": _("disposed of"),
    },
    "condition": {
        "serviceable": _("serviceable"),
        "restricted": _("restricted"),
        "unserviceable": _("unserviceable"),
        "suspended": _("suspended"),
    },
    "lot_word": {
        "receive": _("Receive"),
        "issue": _("Issue"),
        "return": _("Take back"),
        "use": _("Used up"),
        "move": _("Move"),
        "count": _("Count"),
        "dispose": _("Dispose of"),
    },
    "proposal": {
        "write_off": _("Write off missing weapons"),
        "destruction": _("Destroy weapons"),
        "hand_over": _("Hand weapons over"),
        "dispatch": _("Send a shipment off"),
        "dispose": _("Dispose of surplus"),
    },
    "proposal_state": {"pending": _("waits"), "approved": _("approved"), "declined": _("declined")},
    "field": {
        "unit.form": _("Is a"),
        "unit.code": _("Code"),
        "unit.capacity": _("Room for"),
        "unit.weapons": _("Kinds"),
        "unit.custodian": _("Custodian"),
        "unit.location": _("Exact location"),
        "unit.ammunition": _("It may hold ammunition"),
        "unit.place": _("Place"),
        "policy.two_person": _("A second person confirms"),
        "policy.requires": _("Asked of receivers"),
        "policy.hours": _("Back after hours"),
        "policy.place": _("Place"),
        "person.party": _("Name"),
        "person.unit": _("Unit"),
        "person.user": _("User"),
        "person.card": _("Card"),
        "person.qualifications": _("Qualifications"),
        "person.place": _("Store"),
        "kit.name": _("Name of the kit"),
        "kit.weapons": _("Weapons"),
        "kit.accessories": _("Along with them"),
        "kit.state": _("Status"),
        "kit.place": _("Store"),
    },
    "kit_state": {"use": _("in use"), "dissolved": _("taken apart")},
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
