"""What the codes of the register are called, in one place for pages, forms and exports. Pure."""

from countermark.ledger import reasons
from countermark.ledger.vocabulary import EVENTS, STATUSES, gettext_noop

_ = gettext_noop

KINDS = {
    "revolver": _("revolver"),
    "self_loading_pistol": _("self-loading pistol"),
    "rifle": _("rifle"),
    "carbine": _("carbine"),
    "submachine_gun": _("sub-machine gun"),
    "assault_rifle": _("assault rifle"),
    "light_machine_gun": _("light machine gun"),
    "shotgun": _("shotgun"),
    "heavy_machine_gun": _("heavy machine gun"),
    "grenade_launcher": _("grenade launcher"),
    "anti_aircraft_gun": _("anti-aircraft gun"),
    "anti_tank_gun": _("anti-tank gun"),
    "recoilless_rifle": _("recoilless rifle"),
    "anti_tank_launcher": _("anti-tank launcher"),
    "manpads": _("MANPADS"),
    "mortar": _("mortar"),
    "other": _("other weapon"),
}
COMPONENTS = {
    "": _("no component stated"),
    "receiver": _("receiver"),
    "frame": _("frame"),
    "upper_receiver": _("upper receiver"),
    "lower_receiver": _("lower receiver"),
    "barrel": _("barrel"),
    "slide": _("slide"),
    "cylinder": _("cylinder"),
    "bolt": _("bolt"),
    "breech_block": _("breech block"),
    "trigger_housing": _("trigger housing"),
    "launch_tube": _("launch tube"),
    "gripstock": _("gripstock"),
    "silencer": _("silencer"),
    "plate": _("plate"),
    "other": _("other component"),
}
MARK_KINDS = {
    "manufacture": _("manufacture"),
    "import": _("import"),
    "state_stock": _("State stock"),
    "transfer": _("transfer"),
    "found": _("found"),
    "deactivation": _("deactivation"),
    "owner": _("owner"),
    "proof": _("proof"),
    "covert": _("covert"),
}
NEAR = {
    "same": _("the same mark"),
    "lookalike": _("one look-alike"),
    "swapped": _("two neighbours swapped"),
    "dropped": _("one character less"),
    "added": _("one character more"),
}
CONDITIONS = {
    "": _("good"),
    "none": _("no mark"),
    "obliterated": _("obliterated"),
    "altered": _("altered"),
    "worn": _("worn"),
    "illegible": _("illegible"),
}
CARRIERS = {"part": _("the part itself"), "plate": _("plate")}
ROLES = {"control": _("control component"), "other": _("other component")}
LAYERS = {"overt": _("overt"), "covert": _("covert")}
FINDINGS = {
    "control_unclear": _("control component unclear"),
    "collision": _("same marks as another weapon"),
    "told_differently": _("two logs tell one event differently"),
    "hit": _("stolen or lost weapon answers to a case"),
    "tag_alarm": _("reads of a tag contradict the register"),
    "tag_twice": _("one tag on two weapons"),
    "custody_contradicted": _("handed over in two ways by nodes that did not know of each other"),
    "changed_alone": _("moved by one person beside the counters"),
}
COLUMNS = {
    "serial": _("Serial number"),
    "kind": _("Kind"),
    "maker": _("Maker"),
    "model": _("Model"),
    "calibre": _("Calibre"),
    "country": _("Country of manufacture"),
    "year": _("Year"),
    "status": _("Status"),
    "holder": _("Holder"),
    "place": _("Place"),
    "ref": _("Record number"),
    "source": _("Source"),
    "finding": _("Finding"),
    "recorded": _("First recorded"),
    "component": _("Component"),
    "carrier": _("Carrier"),
    "role": _("Role"),
    "mark_kind": _("Kind of mark"),
    "mark": _("Mark"),
    "inscription": _("Whole inscription"),
    "mark_condition": _("Condition of the mark"),
    "layer": _("Open or hidden"),
    "event": _("Event"),
    "date": _("Date"),
    "from": _("From"),
    "to": _("To"),
    "document": _("Document"),
    "note": _("Note"),
    "other_ref": _("Other record number"),
    "reason": _("Reason"),
    "why": _("Reason"),
    "id": _("Event number of the source"),
}
CUSTODY = {
    "store": _("in the store"),
    "assignment": _("assigned"),
    "shift": _("out for a shift"),
    "loan": _("lent"),
    "repair": _("in repair"),
    "evidence": _("held as evidence"),
    "transit": _("on its way"),
    "missing": _("missing"),
    "destroyed": _("destroyed"),
}
LISTS = {"maker": _("Makers"), "model": _("Models"), "calibre": _("Calibres")}

LABELS: dict[str, dict[str, str]] = {
    "kind": KINDS,
    "component": COMPONENTS,
    "mark_kind": MARK_KINDS,
    "mark_condition": CONDITIONS,
    "carrier": CARRIERS,
    "role": ROLES,
    "layer": LAYERS,
    "status": STATUSES,
    "finding": FINDINGS,
    "column": COLUMNS,
    "list": LISTS,
    "custody": CUSTODY,
    "near": NEAR,
    "event": {name: word.text for name, word in EVENTS.items()},
}


def why(code: str, of: str) -> str:
    """What the code of a reason means; `of` is a list of `ledger/reasons.py`, or an event that has one. Empty for no code."""
    of = of if of in reasons.LISTS else (EVENTS[of].reason if of in EVENTS else "") or reasons.SETTLED
    return reasons.LISTS[of].text(code) if code else ""


def label(value: str, of: str) -> str:
    """The text of a code, untranslated; a value that is no code stands for itself."""
    return LABELS[of].get(value) or value
