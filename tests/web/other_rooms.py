"""Rows of the access matrix for the pages of other rooms.

What a role held at one place then sees on a page it reaches is narrowed in the room's queries; `NATIONAL` pages it does
not reach at all.
"""

import uuid
from dataclasses import dataclass
from typing import Any

WEAPON = {"weapon_id": uuid.UUID(int=7)}
EVENT = {**WEAPON, "position": 1}
JOB = {"job_id": uuid.UUID(int=7)}

TRACERS = {"registrar", "tracing", "contact", "auditor"}
VIEWERS = TRACERS | {"armourer", "commander", "counter", "marking", "licensing", "reports"}
RECORDERS = {"registrar", "tracing", "armourer", "marking"}
EXPORTERS = {"registrar", "tracing", "commander", "reports"}
PERSONAL = {"registrar", "tracing", "contact", "licensing", "auditor"}
LOADERS = {"registrar"}
REGISTER_READERS = {"registrar", "tracing", "commander", "reports", "auditor"}
DECIDERS = {"registrar", "commander"}
LEDGER_READERS = {"auditor", "admin"}
REQUEST_READERS = {"tracing", "contact", "auditor"}
REQUEST_WRITERS = {"tracing", "contact"}
CASE_READERS = {"tracing", "contact", "auditor"}
CASE_WRITERS = {"tracing", "contact"}
CASE = {"case_id": str(uuid.UUID(int=7))}
CASE_WEAPON = {**CASE, "item": "1"}
REQUEST = {"conversation": str(uuid.UUID(int=7))}
MESSAGE = {**REQUEST, "kind": "answer"}
ANSWER = {**REQUEST, "side": "answerer", "number": 1}
DRAFT = {"draft_id": uuid.UUID(int=7)}
FORM = {"code": "FW0000000000"}
SUBJECT = {"subject": "collision:7"}
STOCK = {"armourer", "commander", "counter", "reports", "auditor"}
HANDLERS = {"armourer"}
INSPECTORS = {"commander", "licensing"}
INSPECTIONS = INSPECTORS | {"auditor"}
COMMANDERS = {"commander"}
COUNTER = {"mode": "issue"}
SUBJECT_KEY = {"key": "nothing"}
SOMEBODY = {"ref": "0" * 64}
COUNT = {"code": "CT000000000"}
KIT = {"code": "KT000000000"}
COUNT_PLAN = {"key": "nobodys"}
AID = {"assistance", "authority", "partner", "fund", "reports", "auditor"}
ACTOR = {"key": "XQ"}
PERSON = {"ref": "0" * 64}
RECEIPT = {"code": "HR00000000"}
ALARM = {"key": "main-0"}
READER = {"name": "nobodys"}
MARKING = {"marking", "commander", "reports", "auditor"}
ORDER = {"batch_id": uuid.UUID(int=7)}
MARKED = {"item_id": uuid.UUID(int=7)}
RULES = {"profile_id": "iti"}
AUTHORITY = {"key": "nobodys"}
MACHINE = {"machine_id": uuid.UUID(int=7)}


@dataclass(frozen=True)
class Page:
    """Who reaches a page, by which method, with which arguments."""

    roles: set[str]
    method: str = "get"
    kwargs: dict[str, Any] | None = None


PAGES: dict[str, Page] = {
    "stockpile:home": Page(STOCK),
    "stockpile:all_home": Page(STOCK),
    "stockpile:receipts": Page(STOCK),
    "stockpile:receipt": Page(STOCK, kwargs=RECEIPT),
    "stockpile:settle": Page(COMMANDERS, kwargs=WEAPON),
    "stockpile:live": Page(STOCK),
    "stockpile:live_events": Page(STOCK),
    "stockpile:form_key": Page(HANDLERS, kwargs={"code": "FH00000000A"}),
    "stockpile:receipt_pdf": Page(STOCK, kwargs=RECEIPT),
    "stockpile:receipt_signed": Page(HANDLERS, "post", RECEIPT),
    "stockpile:receipt_key": Page(HANDLERS, "post", RECEIPT),
    "stockpile:counter_key": Page(HANDLERS, "post", COUNTER),
    "stockpile:assessments": Page(STOCK),
    "stockpile:assessment_add": Page({"commander"}),
    "stockpile:correction_add": Page({"commander"}),
    "stockpile:correction_done": Page({"commander"}, kwargs={"key": "nobodys"}),
    "stockpile:assessment_site": Page(STOCK, kwargs={"place": "nowhere"}),
    "stockpile:assessment_paper": Page(STOCK, kwargs={"place": "nowhere"}),
    "stockpile:assessment": Page(STOCK, kwargs={"key": "nobodys"}),
    "stockpile:assessment_evidence": Page(STOCK, kwargs={"key": "nobodys", "digest": "0"}),
    "stockpile:civilian": Page(INSPECTIONS),
    "stockpile:visit_begin": Page(INSPECTORS),
    "stockpile:visit_add": Page(INSPECTORS),
    "stockpile:visit_paper": Page(INSPECTORS),
    "stockpile:holder_find": Page(INSPECTIONS),
    "stockpile:storage_rules": Page(INSPECTIONS),
    "stockpile:storage_ruleset": Page(INSPECTIONS, kwargs={"key": "nobodys"}),
    "stockpile:holder": Page(INSPECTIONS, kwargs=PERSON),
    "stockpile:fault_settle": Page(INSPECTORS, kwargs={"key": "nobodys"}),
    "stockpile:visit": Page(INSPECTIONS, kwargs={"key": "nobodys"}),
    "stockpile:visit_names": Page(INSPECTIONS, kwargs={"key": "nobodys"}),
    "stockpile:visit_document": Page(INSPECTIONS, kwargs={"key": "nobodys"}),
    "stockpile:pin_set": Page(HANDLERS),
    "stockpile:key_add": Page(HANDLERS),
    "stockpile:key_options": Page(HANDLERS, "post"),
    "stockpile:key_register": Page(HANDLERS, "post"),
    "stockpile:proofs": Page({"commander"}, kwargs=PERSON),
    "stockpile:proof_code": Page({"commander"}, kwargs=PERSON),
    "stockpile:proof_remove": Page({"commander"}, kwargs=PERSON),
    "stockpile:features": Page(STOCK),
    "stockpile:feature_set": Page({"commander"}),
    "stockpile:units": Page(STOCK),
    "stockpile:unit_set": Page(COMMANDERS),
    "stockpile:unit": Page(STOCK, kwargs={"place": "nowhere"}),
    "stockpile:unit_location": Page({"commander", "auditor"}, kwargs={"place": "nowhere"}),
    "stockpile:my_card": Page(STOCK),
    "stockpile:policies": Page(STOCK),
    "stockpile:policy_set": Page(COMMANDERS),
    "stockpile:people": Page(STOCK),
    "stockpile:person_add": Page(COMMANDERS),
    "stockpile:person": Page(STOCK, kwargs=SOMEBODY),
    "stockpile:person_qualify": Page(COMMANDERS, kwargs=SOMEBODY),
    "stockpile:person_card": Page(COMMANDERS, kwargs=SOMEBODY),
    "stockpile:proposals": Page(STOCK),
    "stockpile:proposal": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:proposal_decide": Page(COMMANDERS, kwargs=SUBJECT_KEY),
    "stockpile:proposal_confirm": Page(HANDLERS, kwargs=SUBJECT_KEY),
    "stockpile:shipments": Page(STOCK),
    "stockpile:shipment_add": Page(HANDLERS),
    "stockpile:shipment": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:shipment_step": Page(HANDLERS, kwargs={**SUBJECT_KEY, "step": "dispatch"}),
    "stockpile:manifest_pdf": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:destruction_pdf": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:incidents": Page(STOCK),
    "stockpile:incident_add": Page(HANDLERS),
    "stockpile:incident": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:incident_step": Page(STOCK, kwargs={**SUBJECT_KEY, "step": "recover"}),
    "stockpile:disposal": Page(STOCK),
    "stockpile:review_add": Page(COMMANDERS),
    "stockpile:surplus_add": Page(COMMANDERS),
    "stockpile:surplus": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:surplus_step": Page(COMMANDERS, kwargs={**SUBJECT_KEY, "step": "dispose"}),
    "stockpile:destruction_add": Page(HANDLERS),
    "stockpile:destruction": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:destruction_correct": Page(HANDLERS, kwargs=SUBJECT_KEY),
    "stockpile:destruction_step": Page(HANDLERS, kwargs={**SUBJECT_KEY, "step": "read"}),
    "stockpile:lots": Page(STOCK),
    "stockpile:lot_add": Page(HANDLERS),
    "stockpile:lot": Page(STOCK, kwargs=SUBJECT_KEY),
    "stockpile:lot_move": Page(HANDLERS, kwargs=SUBJECT_KEY),
    "stockpile:counter": Page(HANDLERS, kwargs=COUNTER),
    "stockpile:counter_scan": Page(HANDLERS, "post", COUNTER),
    "stockpile:counter_undo": Page(HANDLERS, "post", COUNTER),
    "stockpile:counter_clear": Page(HANDLERS, "post", COUNTER),
    "stockpile:counter_kind": Page(HANDLERS, "post", COUNTER),
    "stockpile:counter_done": Page(HANDLERS, "post", COUNTER),
    "stockpile:counts": Page(STOCK),
    "stockpile:count_plan": Page({"commander"}),
    "stockpile:count_plan_end": Page({"commander"}, "post", COUNT_PLAN),
    "stockpile:count_start": Page({"counter"}, "post", COUNT_PLAN),
    "stockpile:count_open": Page({"commander"}, "post"),
    "stockpile:count": Page(STOCK, kwargs=COUNT),
    "stockpile:count_decide": Page({"commander"}, "post", COUNT),
    "stockpile:count_close": Page({"commander"}, "post", COUNT),
    "stockpile:count_cancel": Page({"commander"}, "post", COUNT),
    "stockpile:count_certificate": Page(STOCK, kwargs={**COUNT, "language": "en"}),
    "stockpile:count_begin": Page({"counter"}, "post", COUNT),
    "stockpile:count_sheet": Page({"counter"}, kwargs=COUNT),
    "stockpile:count_scan": Page({"counter"}, "post", COUNT),
    "stockpile:count_undo": Page({"counter"}, "post", COUNT),
    "stockpile:count_end": Page({"counter"}, "post", COUNT),
    "stockpile:count_key": Page({"counter"}, "post", COUNT),
    "stockpile:count_paper": Page({"counter"}, kwargs=COUNT),
    "stockpile:count_readers": Page({"counter"}, "post", COUNT),
    "stockpile:accounts": Page(STOCK),
    "stockpile:account": Page(STOCK, kwargs={"place": "nowhere"}),
    "stockpile:account_export": Page(EXPORTERS, kwargs={"place": "nowhere"}),
    "stockpile:person_export": Page(EXPORTERS, kwargs=SOMEBODY),
    "stockpile:shift": Page(HANDLERS),
    "stockpile:kits": Page(STOCK),
    "stockpile:kit_add": Page(HANDLERS),
    "stockpile:kit": Page(STOCK, kwargs=KIT),
    "stockpile:kit_change": Page(HANDLERS, kwargs=KIT),
    "stockpile:kit_dissolve": Page(HANDLERS, kwargs=KIT),
    "stockpile:tags": Page(STOCK),
    "stockpile:readers": Page(STOCK),
    "stockpile:reader": Page(STOCK, kwargs=READER),
    "stockpile:reader_add": Page(COMMANDERS),
    "stockpile:reader_change": Page(COMMANDERS, kwargs=READER),
    "stockpile:reader_retire": Page(COMMANDERS, kwargs=READER),
    "stockpile:reader_token": Page({"armourer", "commander", "counter"}, kwargs=READER),
    "stockpile:alarm": Page(STOCK, kwargs=ALARM),
    "stockpile:alarm_close": Page({"commander"}, "post", ALARM),
    "stockpile:tag_bind": Page(HANDLERS, "post", WEAPON),
    "stockpile:tag_unbind": Page(HANDLERS, "post", WEAPON),
    "stockpile:scan": Page(VIEWERS),
    "stockpile:photograph": Page(VIEWERS, "post"),
    "stockpile:labels": Page(VIEWERS),
    "stockpile:scale_page": Page(VIEWERS),
    "tracing:trace": Page(TRACERS),
    "tracing:decide": Page({"tracing"}, "post"),
    "tracing:due": Page(CASE_READERS),
    "tracing:cases": Page(CASE_READERS),
    "tracing:case": Page(CASE_READERS, kwargs=CASE),
    "tracing:case_interpol": Page(CASE_WRITERS, "post", CASE),
    "tracing:case_photograph": Page(CASE_READERS, kwargs={**CASE, "digest": "0" * 64}),
    "tracing:case_new": Page(CASE_WRITERS),
    "tracing:case_change": Page(CASE_WRITERS, kwargs=CASE),
    "tracing:case_note": Page(CASE_WRITERS, "post", CASE),
    "tracing:case_office": Page(CASE_WRITERS, "post", CASE),
    "tracing:case_hit": Page(CASE_WRITERS, "post", {**CASE, "weapon": uuid.UUID(int=7)}),
    "tracing:case_close": Page(CASE_WRITERS, "post", CASE),
    "tracing:case_weapon": Page(CASE_READERS, kwargs=CASE_WEAPON),
    "tracing:case_weapon_new": Page(CASE_WRITERS, kwargs=CASE),
    "tracing:case_weapons_file": Page(CASE_WRITERS, "post", CASE),
    "tracing:case_weapon_change": Page(CASE_WRITERS, kwargs=CASE_WEAPON),
    "tracing:case_weapon_drop": Page(CASE_WRITERS, "post", CASE_WEAPON),
    "tracing:case_consider": Page(CASE_WRITERS, "post", CASE_WEAPON),
    "register:weapons": Page(VIEWERS),
    "register:weapons_held": Page(VIEWERS, "post"),
    "register:weapons_export": Page(EXPORTERS, "post"),
    "register:search_save": Page(VIEWERS, "post"),
    "register:search_remove": Page(VIEWERS, "post", {"search": 1}),
    "register:weapon_add": Page({"registrar", "marking"}),
    "register:weapon": Page(VIEWERS, kwargs=WEAPON),
    "register:names_open": Page(PERSONAL, "post", WEAPON),
    "register:proof": Page(VIEWERS, kwargs=EVENT),
    "register:event_add": Page(RECORDERS, kwargs=WEAPON),
    "register:event_correct": Page({"registrar"}, kwargs=EVENT),
    "register:weapon_correct": Page({"registrar"}, kwargs=WEAPON),
    "register:weapon_join": Page({"registrar"}, kwargs=WEAPON),
    "register:papers": Page(RECORDERS),
    "register:paper": Page(RECORDERS, kwargs=FORM),
    "register:paper_key": Page(RECORDERS, kwargs=FORM),
    "register:paper_find": Page(RECORDERS, "post"),
    "register:paper_sheet": Page(RECORDERS),
    "register:paper_void": Page(RECORDERS, "post", FORM),
    "marking:home": Page(MARKING),
    "marking:plan": Page(MARKING),
    "marking:orders": Page(MARKING),
    "marking:numbers": Page(MARKING),
    "marking:authority": Page(MARKING, kwargs=AUTHORITY),
    "marking:number_void": Page({"marking"}, "post", AUTHORITY),
    "marking:machines": Page(MARKING),
    "marking:machine_add": Page({"marking"}),
    "marking:compare": Page(MARKING),
    "marking:machine": Page(MARKING, kwargs=MACHINE),
    "marking:machine_edit": Page({"marking"}, kwargs=MACHINE),
    "marking:machine_state": Page({"marking"}, "post", MACHINE),
    "marking:machine_maintained": Page({"marking"}, "post", MACHINE),
    "marking:consultations": Page(MARKING),
    "marking:consultation_document": Page(MARKING, kwargs={"consultation_id": uuid.UUID(int=7), "digest": "0" * 64}),
    "marking:origin_document": Page(MARKING, kwargs={"deactivated": uuid.UUID(int=7)}),
    "marking:models": Page(MARKING),
    "marking:model": Page(MARKING, kwargs={"key": "0" * 40}),
    "marking:models_file": Page(MARKING),
    "marking:later": Page(MARKING),
    "marking:arrival": Page({"marking"}, kwargs=WEAPON),
    "marking:look_again": Page({"marking"}, "post", MARKED),
    "marking:finds": Page(MARKING),
    "marking:origin": Page(MARKING, kwargs=WEAPON),
    "marking:origin_set": Page({"marking"}, "post", {**WEAPON, "what": "decision"}),
    "marking:coverage": Page(MARKING),
    "marking:order_add": Page({"marking"}),
    "marking:order": Page(MARKING, kwargs=ORDER),
    "marking:order_move": Page({"marking"}, "post", ORDER),
    "marking:order_numbers": Page({"marking"}, "post", ORDER),
    "marking:order_file": Page(MARKING, kwargs={**ORDER, "kind": "laser"}),
    "marking:order_sheet": Page(MARKING, kwargs=ORDER),
    "marking:order_key": Page({"marking"}, kwargs=ORDER),
    "marking:bench": Page({"marking"}, kwargs=ORDER),
    "marking:machine_down": Page({"marking"}, "post", ORDER),
    "marking:item": Page(MARKING, kwargs=MARKED),
    "marking:item_plan": Page(MARKING, kwargs=MARKED),
    "marking:photograph": Page(MARKING, kwargs={**MARKED, "digest": "0" * 64}),
    "marking:bench_serial": Page({"marking"}, "post", MARKED),
    "marking:bench_apply": Page({"marking"}, "post", MARKED),
    "marking:bench_inspect": Page({"marking"}, "post", MARKED),
    "marking:bench_change": Page({"marking"}, "post", MARKED),
    "marking:next_weapon": Page({"marking"}, kwargs=MARKED),
    "marking:profiles": Page(MARKING),
    "marking:profile": Page(MARKING, kwargs=RULES),
    "marking:rules_then": Page(MARKING, kwargs={"digest": "0" * 64}),
    "register:discrepancies": Page(REGISTER_READERS),
    "register:discrepancy": Page(REGISTER_READERS, kwargs=SUBJECT),
    "register:discrepancy_assign": Page(DECIDERS, "post", SUBJECT),
    "register:discrepancy_decide": Page(DECIDERS, "post", SUBJECT),
}

NATIONAL: dict[str, Page] = {
    "cooperation:home": Page(AID),
    "cooperation:actors": Page(AID),
    "cooperation:actor": Page(AID, kwargs=ACTOR),
    "cooperation:actor_add": Page({"assistance"}),
    "cooperation:actor_change": Page({"assistance"}, kwargs=ACTOR),
    "cooperation:seats": Page({"assistance"}, kwargs=ACTOR),
    "cooperation:contact": Page({"assistance", "auditor"}, kwargs=ACTOR),
    "cooperation:needs": Page(AID),
    "cooperation:need": Page(AID, kwargs=SUBJECT_KEY),
    "cooperation:offers": Page(AID),
    "cooperation:offer": Page(AID, kwargs=SUBJECT_KEY),
    "stockpile:storage_add": Page(INSPECTORS),
    "tracing:requests": Page(REQUEST_READERS),
    "tracing:directory": Page(REQUEST_READERS),
    "tracing:key_compared": Page({"contact"}, "post"),
    "tracing:periods_set": Page({"contact"}, "post"),
    "tracing:request": Page(REQUEST_READERS, kwargs=REQUEST),
    "tracing:chain": Page(REQUEST_READERS, kwargs=REQUEST),
    "tracing:chain_map": Page(REQUEST_READERS, kwargs=REQUEST),
    "tracing:request_told": Page(REQUEST_READERS, kwargs=ANSWER),
    "tracing:request_told_file": Page(REQUEST_READERS, kwargs=ANSWER),
    "tracing:message_pdf": Page(REQUEST_READERS, kwargs={**REQUEST, "side": "asker", "number": 1, "language": "fr"}),
    "tracing:interpol": Page(REQUEST_READERS),
    "tracing:interpol_diverted": Page({"contact"}, "post"),
    "tracing:interpol_weapon": Page(REQUEST_WRITERS, "post", WEAPON),
    "tracing:request_interpol_file": Page({"contact"}, "post", REQUEST),
    "tracing:request_interpol": Page(REQUEST_WRITERS, "post", REQUEST),
    "tracing:request_new": Page(REQUEST_WRITERS),
    "tracing:blind": Page(REQUEST_WRITERS),
    "tracing:blind_question": Page(REQUEST_WRITERS, kwargs={"question": uuid.UUID(int=7)}),
    "tracing:blind_take": Page(REQUEST_WRITERS, "post"),
    "tracing:blind_answer": Page({"contact"}, "post"),
    "tracing:blind_set": Page({"contact"}, "post"),
    "tracing:request_say": Page(REQUEST_WRITERS, kwargs=MESSAGE),
    "tracing:request_paper": Page(REQUEST_WRITERS, kwargs=MESSAGE),
    "tracing:request_answer": Page(REQUEST_WRITERS, kwargs={**MESSAGE, "weapon": uuid.UUID(int=7)}),
    "tracing:message_take": Page(REQUEST_WRITERS),
    "tracing:message_file": Page({"contact"}, kwargs={**REQUEST, "number": 1}),
    "tracing:draft_pdf": Page(REQUEST_WRITERS, kwargs={**DRAFT, "language": "fr"}),
    "tracing:draft_drop": Page(REQUEST_WRITERS, "post", DRAFT),
    "tracing:draft_release": Page({"contact"}, "post", DRAFT),
    "marking:profile_add": Page({"marking"}),
    "marking:authority_add": Page({"marking"}),
    "marking:block_give": Page({"marking"}, "post", AUTHORITY),
    "marking:model_set": Page({"marking"}, "post"),
    "marking:model_add": Page({"marking"}),
    "marking:model_edit": Page({"marking"}, kwargs={"key": "0" * 40}),
    "marking:model_review": Page({"marking"}, "post"),
    "marking:models_load": Page({"marking"}, "post"),
    "marking:policy_set": Page({"marking"}, "post"),
    "marking:coverage_rule": Page({"marking"}, "post"),
    "marking:consultation_add": Page({"marking"}),
    "marking:consultation_change": Page({"marking"}, kwargs={"consultation_id": uuid.UUID(int=7)}),
    "marking:profile_end": Page({"marking"}, "post", RULES),
    "register:import": Page(LOADERS),
    "register:import_blank": Page(LOADERS, kwargs={"kind": "weapons", "suffix": "csv"}),
    "register:import_job": Page(LOADERS, kwargs=JOB),
    "register:import_columns": Page(LOADERS, kwargs=JOB),
    "register:import_values": Page(LOADERS, kwargs=JOB),
    "register:import_progress": Page(LOADERS, kwargs=JOB),
    "register:import_correct": Page(LOADERS, "post", JOB),
    "register:import_commit": Page(LOADERS, "post", JOB),
    "register:import_go_on": Page(LOADERS, "post", JOB),
    "register:import_cancel": Page(LOADERS, "post", JOB),
    "register:import_rejects": Page(LOADERS, kwargs=JOB),
    "register:import_undo": Page(LOADERS, "post", JOB),
    "register:lists": Page(LOADERS),
    "register:term_review": Page(LOADERS, "post"),
    "ledger:log": Page(LEDGER_READERS),
    "ledger:entry": Page(LEDGER_READERS, kwargs={"position": 1}),
    "ledger:checkpoint": Page(LEDGER_READERS),
    "ledger:verify": Page(LEDGER_READERS, "post"),
    "ledger:nodes": Page(LEDGER_READERS),
}
