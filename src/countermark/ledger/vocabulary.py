"""The closed vocabularies of events and acts (design, *The ledger*): one place, with text and a personal-data rule.

An event is something that happened to a weapon; an act is something a person or the node did that must be answerable.
`personal` says where personal data of the entry may stand: never in the body, at most behind an opaque id. `reason` names the list of
`reasons.py` whose codes say why: a code names nobody and stands in the body, the words beside it are a note.
"""

from dataclasses import dataclass


def gettext_noop(text: str) -> str:
    """Names a text for the translators; whoever shows it translates it. (Rules read this page, so no Django here.)"""
    return text


_ = gettext_noop


@dataclass(frozen=True)
class EventWord:
    """One word of the events file (contract, *Events file*)."""

    text: str
    biz_step: str
    action: str = "OBSERVE"
    disposition: str = ""
    status: str | None = None
    moves_custody: bool = False
    reason: str = ""

    @property
    def grave(self) -> bool:
        """Whether it hands a weapon over or changes its status in law: more than who only works on a weapon may say of it."""
        return self.moves_custody or self.status is not None


def _custody(text: str, biz_step: str, disposition: str = "active") -> EventWord:
    return EventWord(text, biz_step, disposition=disposition, status="active", moves_custody=True)


EVENTS: dict[str, EventWord] = {
    "manufacture": EventWord(_("manufactured"), "commissioning", "OBSERVE", "active", "active", moves_custody=True),
    "mark": EventWord(_("marked"), "inspecting"),
    "import": _custody(_("imported"), "arriving"),
    "export": EventWord(_("exported"), "departing", disposition="in_transit", status="exported", moves_custody=True),
    "transit": EventWord(_("in transit"), "transporting", disposition="in_transit"),
    "transfer": _custody(_("transferred"), "shipping"),
    "sale": _custody(_("sold"), "retail_selling", "retail_sold"),
    "registration": _custody(_("registered"), "accepting"),
    "issue": _custody(_("issued"), "dispensing", "dispensed"),
    "return": _custody(_("returned"), "receiving", "returned"),
    "move": EventWord(_("moved"), "storing", disposition="in_progress"),
    "count": EventWord(_("counted"), "cycle_counting"),
    "install": EventWord(_("part installed"), "assembling", "ADD"),
    "remove": EventWord(_("part removed"), "disassembling", "DELETE"),
    "repair": EventWord(_("repaired"), "repairing"),
    "conversion": EventWord(_("converted"), "repairing"),
    "loss": EventWord(_("lost"), "holding", disposition="unknown", status="lost", reason="loss"),
    "theft": EventWord(_("stolen"), "holding", disposition="stolen", status="stolen", reason="theft"),
    "find": EventWord(_("found"), "inspecting", status="found", moves_custody=True),
    "recovery": EventWord(_("recovered"), "inspecting", status="recovered", moves_custody=True),
    "seizure": EventWord(_("seized"), "holding", status="seized", moves_custody=True),
    "confiscation": EventWord(_("confiscated"), "holding", status="confiscated", moves_custody=True),
    "surrender": EventWord(_("surrendered"), "accepting", status="surrendered", moves_custody=True),
    "collection": EventWord(_("collected"), "collecting", status="collected", moves_custody=True),
    "deactivation": EventWord(
        _("deactivated"), "decommissioning", disposition="inactive", status="deactivated", reason="deactivation"
    ),
    "reactivation": EventWord(
        _("reactivated"), "commissioning", disposition="active", status="active", reason="reactivation"
    ),
    "destruction": EventWord(_("destroyed"), "destroying", "DELETE", "destroyed", "destroyed", reason="destruction"),
    # Not in the events file: written by officers of this node only.
    "same_as": EventWord(_("found to be the same weapon as another record"), "inspecting", reason="same_weapon"),
    "tag_bound": EventWord(_("tag bound"), "installing", "ADD"),
    "tag_unbound": EventWord(_("tag unbound"), "removing", "DELETE"),
}

STATUSES: dict[str, str] = {
    "active": _("in lawful custody"),
    "exported": _("exported"),
    "lost": _("lost"),
    "stolen": _("stolen"),
    "found": _("found"),
    "recovered": _("recovered"),
    "seized": _("seized"),
    "confiscated": _("confiscated"),
    "surrendered": _("surrendered"),
    "collected": _("collected"),
    "deactivated": _("deactivated"),
    "destroyed": _("destroyed"),
}


@dataclass(frozen=True)
class ActWord:
    """One act. `personal` is the rule for personal data: `none`, or `opaque` (only ids of side texts or users). `reason`: the list its `reason_code` is of."""

    text: str
    personal: str = "opaque"
    reason: str = ""


ACTS: dict[str, ActWord] = {
    "log_opened": ActWord(_("log opened"), "none"),
    "log_restored": ActWord(_("log opened from a backup"), "none"),
    "log_imported": ActWord(_("copy of another log taken in"), "none"),
    "peer_added": ActWord(_("node added to the directory"), "none"),
    "peer_admitted": ActWord(_("node admitted to replication"), "none"),
    "peer_ended": ActWord(_("node locked out"), reason="peer_ended"),
    "naming_handed_on": ActWord(_("naming secret of the State handed on to a node"), "none"),
    "naming_taken_over": ActWord(_("naming secret of the State taken over"), "none"),
    "setting_changed": ActWord(_("setting of the node changed")),
    "load": ActWord(_("file loaded"), "none", reason="correction"),
    "load_undone": ActWord(_("load undone"), "none", reason="load_undone"),
    "document_captured": ActWord(_("EPCIS document captured"), "none"),
    "export": ActWord(_("list exported")),
    "erasure": ActWord(_("personal text erased")),
    "person_viewed": ActWord(_("personal data looked at"), reason="look"),
    "list_changed": ActWord(_("reference list changed"), "none"),
    "term_reviewed": ActWord(_("reference list entry reviewed")),
    "candidate_confirmed": ActWord(_("candidate confirmed")),
    "candidate_rejected": ActWord(_("candidate rejected")),
    "message_drafted": ActWord(_("message to another State drafted")),
    "message_dropped": ActWord(_("draft of a message dropped")),
    "message_sent": ActWord(_("message to another State released")),
    "message_received": ActWord(_("message of another State received")),
    "message_delivered": ActWord(_("message delivered")),
    "message_expired": ActWord(_("what another State told erased, its last day being over")),
    "recovery_opened": ActWord(_("case of a recovered weapon opened")),
    "recovery_changed": ActWord(_("facts of a case stated anew")),
    "recovery_moved": ActWord(_("case given to another office")),
    "recovery_weapon": ActWord(_("weapon of a case stated")),
    "recovery_dropped": ActWord(_("weapon taken out of a case")),
    "recovery_noted": ActWord(_("remark or photograph added to a case")),
    "recovery_identified": ActWord(_("weapon of a case confirmed or rejected")),
    "recovery_asked": ActWord(_("request to another State made from a case")),
    "recovery_closed": ActWord(_("case closed")),
    "interpol_exported": ActWord(_("records exported for INTERPOL")),
    "interpol_noted": ActWord(_("reference of INTERPOL noted")),
    "blind_setup_made": ActWord(_("set-up of the blind check made")),
    "blind_asked": ActWord(_("another State asked blindly about a mark")),
    "blind_answered": ActWord(_("blind question of another State answered")),
    "blind_part_taken": ActWord(_("part of a set-up of the blind check taken in")),
    "blind_taken": ActWord(_("reply to a blind question taken in")),
    "case_assigned": ActWord(_("discrepancy assigned")),
    "case_decided": ActWord(_("discrepancy decided")),
    "search_saved": ActWord(_("search saved")),
    "mapping_saved": ActWord(_("column mapping saved")),
    "form_issued": ActWord(_("paper form issued")),
    "form_keyed": ActWord(_("paper form keyed")),
    "form_waits": ActWord(_("paper form keyed: what it says waits for a second person")),
    "form_voided": ActWord(_("paper form declared void"), reason="form_voided"),
    "user_added": ActWord(_("user added")),
    "user_changed": ActWord(_("user changed")),
    "user_disabled": ActWord(_("user disabled")),
    "user_enabled": ActWord(_("user enabled")),
    "user_reset": ActWord(_("user's sign-in reset")),
    "sessions_ended": ActWord(_("sessions of a user ended")),
    "role_granted": ActWord(_("role granted")),
    "role_withdrawn": ActWord(_("role withdrawn")),
    "organisation_added": ActWord(_("organisation added")),
    "place_added": ActWord(_("place added")),
    "token_issued": ActWord(_("API token issued")),
    "token_withdrawn": ActWord(_("API token withdrawn")),
    "marking_authority_set": ActWord(_("numbering authority set"), "none"),
    "marking_block_given": ActWord(_("block of numbers given to a node"), "none"),
    "marking_number_issued": ActWord(_("number issued"), "none"),
    "marking_number_voided": ActWord(_("number voided"), reason="number_voided"),
    "marking_model_set": ActWord(_("model described for marking")),
    "marking_policy_set": ActWord(_("identity policy for modular weapons set")),
    "marking_rule_set": ActWord(_("marking rule of the State added or ended")),
    "marking_batch_made": ActWord(_("marking batch made")),
    "marking_item_added": ActWord(_("weapon added to a marking batch"), "none"),
    "marking_batch_moved": ActWord(_("marking batch moved on")),
    "marking_serial_keyed": ActWord(_("serial number confirmed at the bench")),
    "marking_mark_applied": ActWord(_("mark applied")),
    "marking_inspected": ActWord(_("mark inspected")),
    "marking_item_withdrawn": ActWord(_("weapon withdrawn from a marking batch"), reason="number_voided"),
    "marking_machine_set": ActWord(_("marking machine described")),
    "marking_downtime_set": ActWord(_("marking machine down or running again")),
    "marking_maintenance_set": ActWord(_("marking machine maintained")),
    "marking_consultation_set": ActWord(_("consultation with industry recorded")),
    "marking_decision_set": ActWord(_("decision on a found weapon recorded")),
    "marking_certificate_set": ActWord(_("certificate of deactivation recorded")),
    "marking_origin_set": ActWord(_("way of production recorded")),
    "marking_arrival_set": ActWord(_("import mark confirmed on arrival"), "none"),
    "stockpile_reader_set": ActWord(_("tag reader described"), "none"),
    "stockpile_alarm_raised": ActWord(_("alarm of a tag raised"), "none"),
    "stockpile_alarm_closed": ActWord(_("alarm of a tag looked into and closed"), reason="alarm"),
    "stockpile_unit_set": ActWord(_("storage unit described")),
    "stockpile_location_viewed": ActWord(_("exact location of a store looked at")),
    "stockpile_kit_set": ActWord(_("kit put together or taken apart")),
    "stockpile_policy_set": ActWord(_("rules of a store set"), "none", reason="store_rules"),
    "stockpile_countplan_set": ActWord(_("counting plan set"), "none"),
    "stockpile_count_opened": ActWord(_("count opened"), "none"),
    "stockpile_count_begun": ActWord(_("sheet of a count begun")),
    "stockpile_count_scanned": ActWord(_("weapons counted"), "none"),
    "stockpile_count_taken_back": ActWord(_("scans of a count taken back"), "none"),
    "stockpile_count_ended": ActWord(_("sheet of a count ended")),
    "stockpile_countdecision_set": ActWord(_("exception of a count decided")),
    "stockpile_count_closed": ActWord(_("count closed")),
    "stockpile_count_recorded": ActWord(_("weapons found by a count recorded"), "none"),
    "stockpile_count_cancelled": ActWord(_("count cancelled"), reason="count_given_up"),
    "stockpile_person_set": ActWord(_("person entered on the roster"), reason="card"),
    "stockpile_proof_set": ActWord(_("PIN or security key of the counter set or removed")),
    "stockpile_feature_set": ActWord(_("biometric feature switched on or off"), "none"),
    "stockpile_assessment_set": ActWord(_("security of a site assessed")),
    "stockpile_correction_opened": ActWord(_("corrective action ordered")),
    "stockpile_correction_closed": ActWord(_("corrective action done")),
    "stockpile_storagerules_set": ActWord(_("rules of safe storage set"), "none"),
    "stockpile_visit_set": ActWord(_("safe storage of a civilian holder inspected")),
    "stockpile_visitfinding_opened": ActWord(_("fault in safe storage found")),
    "stockpile_visitfinding_closed": ActWord(_("fault in safe storage settled")),
    "stockpile_receipt_made": ActWord(_("hand receipt made"), reason="override"),
    "stockpile_receipt_signed": ActWord(_("hand receipt signed")),
    "stockpile_proposed": ActWord(_("act proposed to a second person"), reason="write_off"),
    "stockpile_approved": ActWord(_("proposed act approved")),
    "stockpile_declined": ActWord(_("proposed act declined"), reason="declined"),
    "stockpile_review_set": ActWord(_("need for weapons reviewed"), reason="need"),
    "stockpile_surplus_declared": ActWord(_("weapons declared surplus"), reason="surplus"),
    "stockpile_surplus_safeguarded": ActWord(_("surplus stored apart")),
    "stockpile_surplus_disposed": ActWord(_("surplus disposed of")),
    "stockpile_destruction_planned": ActWord(_("list of weapons to be destroyed made")),
    "stockpile_destruction_corrected": ActWord(_("list of weapons to be destroyed corrected")),
    "stockpile_destruction_listed": ActWord(_("weapon entered on a list for destruction"), "none"),
    "stockpile_destruction_relisted": ActWord(_("weapon put on a list for destruction again"), "none"),
    "stockpile_destruction_authorised": ActWord(_("destruction authorised")),
    "stockpile_destruction_read": ActWord(_("serial read before destruction")),
    "stockpile_destruction_done": ActWord(_("weapon of a list destroyed")),
    "stockpile_destruction_withdrawn": ActWord(_("weapon taken off a list for destruction"), reason="not_destroyed"),
    "stockpile_destruction_closed": ActWord(_("list of destroyed weapons closed")),
    "stockpile_lot_set": ActWord(_("lot of ammunition described"), "none"),
    "stockpile_lot_moved": ActWord(_("ammunition received, moved, issued or used"), reason="rounds"),
    "stockpile_shipment_prepared": ActWord(_("manifest of a shipment written")),
    "stockpile_shipment_dispatched": ActWord(_("shipment sent off")),
    "stockpile_shipment_passed": ActWord(_("shipment handed over on the way")),
    "stockpile_shipment_arrived": ActWord(_("shipment arrived")),
    "stockpile_shipment_cancelled": ActWord(_("shipment cancelled"), reason="shipment_cancelled"),
    "stockpile_shipment_closed": ActWord(_("short shipment closed"), reason="shipment_closed"),
    "stockpile_incident_opened": ActWord(_("loss or theft reported")),
    "stockpile_incident_inquired": ActWord(_("finding of an inquiry into a loss recorded")),
    "stockpile_incident_recovered": ActWord(_("missing weapon back in a store")),
    "stockpile_incident_written_off": ActWord(_("missing weapons written off"), reason="write_off"),
    "cooperation_actor_set": ActWord(_("actor of cooperation described")),
    "cooperation_seat_set": ActWord(_("person given or taken the seat of an actor")),
    "cooperation_need_set": ActWord(_("need stated")),
    "cooperation_offer_set": ActWord(_("offer of help stated")),
    "cooperation_round_set": ActWord(_("consultation round stated")),
    "cooperation_roundreply_set": ActWord(_("reply to a consultation round recorded")),
    "cooperation_project_planned": ActWord(_("project proposed")),
    "cooperation_project_described": ActWord(_("plan of a project said anew")),
    "cooperation_project_shared": ActWord(_("who may see a project decided")),
    "cooperation_project_authority_named": ActWord(_("authority named that passes the gates of a project")),
    "cooperation_project_gate_asked": ActWord(_("gate of a project asked for")),
    "cooperation_project_gate_passed": ActWord(_("gate of a project passed")),
    "cooperation_project_gate_declined": ActWord(_("gate of a project not passed")),
    "cooperation_project_sent_back": ActWord(_("project sent back to an earlier stage")),
    "cooperation_project_cancelled": ActWord(_("project ended before its time")),
    "cooperation_project_terms_offered": ActWord(_("terms of a project offered")),
    "cooperation_project_terms_signed": ActWord(_("terms of a project signed")),
    "cooperation_project_overlap_looked": ActWord(_("overlaps of a project looked for")),
    "cooperation_project_overlap_answered": ActWord(_("overlap of a project answered")),
    "cooperation_project_running_set": ActWord(_("running costs of a project planned")),
    "cooperation_project_risk_set": ActWord(_("risk of a project stated")),
    "cooperation_project_indicator_set": ActWord(_("indicator of a project stated")),
    "cooperation_project_indicator_read": ActWord(_("indicator of a project read")),
    "cooperation_project_deliverable_set": ActWord(_("deliverable of a project stated")),
    "cooperation_project_delivered": ActWord(_("deliverable of a project delivered")),
    "cooperation_project_accepted": ActWord(_("deliverable of a project accepted")),
    "cooperation_project_not_accepted": ActWord(_("deliverable of a project not accepted")),
    "cooperation_project_dropped": ActWord(_("deliverable of a project done without")),
    "cooperation_project_evaluated": ActWord(_("outcome of a project stated")),
    "cooperation_elsewhere_set": ActWord(_("activity of others taken in")),
    "cooperation_iati_set": ActWord(_("activity of an IATI file taken in")),
    "cooperation_publication_set": ActWord(_("markers and types of a project for publication stated"), "none"),
    "cooperation_meeting_set": ActWord(_("coordination meeting stated")),
    "cooperation_feed_set": ActWord(_("secret address of a calendar made or revoked")),
    "cooperation_fundfacility_set": ActWord(_("conditions of a funding facility set"), "none"),
    "cooperation_fundwindow_set": ActWord(_("window of the trust fund opened or closed")),
    "cooperation_fundrate_set": ActWord(_("rate of exchange entered")),
    "cooperation_fundpurse_set": ActWord(_("purse of a donor's money opened"), "none"),
    "cooperation_fundpledge_set": ActWord(_("pledge to the trust fund noted")),
    "cooperation_fundentry_posted": ActWord(_("entry posted in the trust fund")),
    "cooperation_fundentry_reversed": ActWord(_("entry of the trust fund reversed")),
    "cooperation_fundcall_set": ActWord(_("call for proposals opened or closed")),
    "cooperation_fundapplication_made": ActWord(_("application to the trust fund made")),
    "cooperation_fundapplication_agreed": ActWord(_("application agreed to by the State it is for")),
    "cooperation_fundapplication_withdrawn": ActWord(_("application to the trust fund withdrawn")),
    "cooperation_fundapplication_rejected": ActWord(_("application to the trust fund rejected")),
    "cooperation_fundapplication_awarded": ActWord(_("application to the trust fund granted")),
    "cooperation_fundscore_set": ActWord(_("application scored")),
    "cooperation_fundaward_made": ActWord(_("award of the trust fund made")),
    "cooperation_fundaward_accepted": ActWord(_("award accepted by the State it is for")),
    "cooperation_fundaward_ended": ActWord(_("award of the trust fund ended")),
    "cooperation_fundreport_made": ActWord(_("report on an award made")),
    "cooperation_fundreport_accepted": ActWord(_("report on an award accepted")),
    "cooperation_fundreport_returned": ActWord(_("report on an award returned")),
    "cooperation_fundclosing_proposed": ActWord(_("closing of a period of the trust fund proposed")),
    "cooperation_fundclosing_approved": ActWord(_("period of the trust fund closed")),
    "cooperation_fundclosing_declined": ActWord(_("closing of a period of the trust fund declined")),
    "cooperation_course_set": ActWord(_("course of the catalogue described")),
    "cooperation_call_opened": ActWord(_("governments asked to nominate for a course")),
    "cooperation_call_chosen": ActWord(_("participants of a course chosen")),
    "cooperation_call_held": ActWord(_("course held"), "none"),
    "cooperation_call_cancelled": ActWord(_("course called off")),
    "cooperation_nominated": ActWord(_("person nominated for a course")),
    "cooperation_nomination_withdrawn": ActWord(_("nomination taken back")),
    "cooperation_nominee_chosen": ActWord(_("choice about a nomination made")),
    "cooperation_nominee_attended": ActWord(_("attendance at a course recorded")),
    "cooperation_nominee_tested": ActWord(_("result of a test recorded")),
    "cooperation_nominee_certified": ActWord(_("certificate given")),
    "cooperation_nominee_checked": ActWord(_("whether a trained person is still in post recorded")),
    "cooperation_matching_set": ActWord(_("needs matched with offers")),
    "cooperation_checkback_set": ActWord(_("whether a project still runs recorded")),
    "cooperation_snapshot_set": ActWord(_("figures of the register kept for a day"), "none"),
    "cooperation_evaluation_set": ActWord(_("report on assistance written")),
}
