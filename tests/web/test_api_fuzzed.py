"""Whatever a program sends: an answer as described, never a fault of ours, and nothing stored by what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from countermark.accounts import rules, services
from countermark.accounts.models import User
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.register.models import LoadJob
from countermark.stockpile.counting import services as counting
from countermark.tracing.cases import queries
from countermark.tracing.cases import services as cases
from countermark.tracing.cases.rules import Facts, Mark, Recovered
from tests.marking import workshop
from tests.stockpile import stock

CHIEF = Actor("chief")
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
OPERATIONS = [
    "POST /api/trace", "GET /api/weapons", "POST /api/weapons", "GET /api/weapons/{weapon_id}",
    "POST /api/weapons/{weapon_id}/events", "POST /api/events/{event_id}/correct", "POST /api/loads",
    "GET /api/loads/{job_id}", "POST /api/loads/{job_id}/cancel", "GET /api/loads/{job_id}/rejects", "GET /api/loads/{job_id}/near",
    "POST /api/loads/{job_id}/undo", "POST /api/ledger/verify", "GET /api/ledger/verify/{job_id}",
    "GET /api/ledger/checkpoint", "GET /api/ledger/proof/{event_id}", "GET /api/ledger/consistency",
    "GET /api/ledger/entries", "GET /api/ledger/nodes", "GET /api/marking/profiles", "POST /api/marking/check", "POST /api/marking/plan",
    "GET /api/marking/batches", "GET /api/marking/batches/{batch_id}", "GET /api/marking/authorities",
    "POST /api/marking/authorities/{key}/numbers", "POST /api/marking/profiles", "POST /api/marking/batches",
    "GET /api/marking/machines", "POST /api/marking/machines", "GET /api/marking/models", "PUT /api/marking/models",
    "GET /api/marking/models.csv", "POST /api/marking/models/review", "POST /api/marking/models/load",
    "GET /api/marking/policy", "PUT /api/marking/policy", "GET /api/marking/finds", "GET /api/marking/coverage",
    "PUT /api/marking/coverage/rule", "POST /api/marking/compare", "GET /api/marking/consultations",
    "GET /api/stockpile/tags", "POST /api/stockpile/tags", "POST /api/stockpile/tags/unbind", "GET /api/stockpile/alarms",
    "POST /api/stockpile/reads", "POST /api/marking/consultations", "GET /api/marking/arrivals", "GET /api/marking/due", "POST /api/marking/authorities",
]  # fmt: skip
OF_ONE = [
    "GET /api/marking/profiles/{profile_id}", "POST /api/marking/profiles/{profile_id}/end",
    "POST /api/marking/batches/{batch_id}/move", "POST /api/marking/batches/{batch_id}/numbers",
    "GET /api/marking/batches/{batch_id}/file", "GET /api/marking/batches/{batch_id}/texts",
    "GET /api/marking/batches/{batch_id}/sheet", "POST /api/marking/batches/{batch_id}/sheet",
    "GET /api/marking/batches/{batch_id}/next", "GET /api/marking/items/{item_id}",
    "GET /api/marking/items/{item_id}/plan", "POST /api/marking/items/{item_id}/serial",
    "POST /api/marking/items/{item_id}/go-on", "POST /api/marking/items/{item_id}/apply",
    "POST /api/marking/items/{item_id}/inspect", "POST /api/marking/items/{item_id}/look-again",
    "POST /api/marking/items/{item_id}/renumber", "POST /api/marking/items/{item_id}/withdraw",
    "GET /api/marking/machines/{machine_id}", "PUT /api/marking/machines/{machine_id}",
    "POST /api/marking/machines/{machine_id}/state", "POST /api/marking/machines/{machine_id}/maintenances",
    "GET /api/marking/authorities/{key}/numbers", "POST /api/marking/authorities/{key}/void",
    "GET /api/marking/authorities/{key}/blocks", "POST /api/marking/authorities/{key}/blocks",
    "POST /api/marking/weapons/{weapon_id}/description", "GET /api/marking/items/{item_id}/photographs/{digest}",
    "POST /api/marking/weapons/{weapon_id}/arrival", "GET /api/marking/weapons/{weapon_id}/origin", "POST /api/marking/weapons/{weapon_id}/decision",
    "POST /api/marking/weapons/{weapon_id}/production", "POST /api/marking/weapons/{weapon_id}/deactivation",
    "GET /api/marking/weapons/{weapon_id}/certificate/document",
    "GET /api/marking/consultations/{consultation_id}/documents/{digest}",
]  # fmt: skip
"""Operations on one thing of the marking room, which is there: only what is sent varies."""
OF_TRACING = [
    "GET /api/cases", "POST /api/cases", "GET /api/cases/{case_id}", "PUT /api/cases/{case_id}",
    "GET /api/cases/{case_id}/photographs/{digest}", "POST /api/cases/{case_id}/weapons",
    "PUT /api/cases/{case_id}/weapons/{item_id}", "POST /api/cases/{case_id}/weapons/{item_id}/drop",
    "GET /api/cases/{case_id}/weapons/{item_id}/candidates", "POST /api/cases/{case_id}/weapons/{item_id}/decision",
    "POST /api/cases/{case_id}/notes", "POST /api/cases/{case_id}/requests", "POST /api/cases/{case_id}/links",
    "POST /api/cases/{case_id}/close", "POST /api/cases/{case_id}/office", "GET /api/requests/{conversation}/chain",
    "GET /api/requests/{conversation}/chain/map", "GET /api/blind", "PUT /api/blind", "GET /api/blind/questions",
    "POST /api/blind/questions", "GET /api/blind/questions/{question}", "GET /api/blind/questions/{question}/file",
    "POST /api/blind/replies", "POST /api/interpol/stolen-and-lost", "POST /api/interpol/requests/{conversation}",
    "GET /api/interpol/requests/{conversation}", "PUT /api/interpol/requests/{conversation}",
    "PUT /api/interpol/cases/{case_id}", "PUT /api/interpol/weapons/{weapon_id}",
]  # fmt: skip
"""Operations on cases, requests and questions: the case and the request are there."""
OF_COUNTING = [
    "GET /api/stockpile/count-plans", "POST /api/stockpile/count-plans", "GET /api/stockpile/counts", "POST /api/stockpile/counts",
    "GET /api/stockpile/counts/{code}", "POST /api/stockpile/counts/{code}/sheets", "POST /api/stockpile/counts/{code}/decisions",
    "POST /api/stockpile/counts/{code}/sheets/{sheet}/scans", "POST /api/stockpile/counts/{code}/sheets/{sheet}/end",
    "POST /api/stockpile/counts/{code}/sheets/{sheet}/readers", "POST /api/stockpile/counts/{code}/close", "POST /api/stockpile/counts/{code}/cancel",
    "GET /api/stockpile/counts/{code}/certificate",
]  # fmt: skip
"""Operations of counting: a count is open, and one sheet of it taken."""
OF_STOCK = [
    "GET /api/stockpile/board", "GET /api/stockpile/out", "POST /api/stockpile/receipts", "GET /api/stockpile/receipts/{code}", "POST /api/stockpile/receipts/{code}/sign",
    "POST /api/stockpile/moves", "POST /api/stockpile/weapons/{weapon_id}/settle", "POST /api/stockpile/scan",
    "GET /api/stockpile/shipments", "POST /api/stockpile/shipments", "GET /api/stockpile/shipments/{key}",
    "POST /api/stockpile/shipments/{key}/dispatch", "POST /api/stockpile/shipments/{key}/hands",
    "POST /api/stockpile/shipments/{key}/arrival", "POST /api/stockpile/shipments/{key}/cancel",
    "POST /api/stockpile/shipments/{key}/close", "GET /api/stockpile/incidents", "POST /api/stockpile/incidents",
    "GET /api/stockpile/incidents/{key}", "POST /api/stockpile/incidents/{key}/inquiry",
    "POST /api/stockpile/incidents/{key}/recovery", "POST /api/stockpile/incidents/{key}/write-off",
    "GET /api/stockpile/reviews", "POST /api/stockpile/reviews", "GET /api/stockpile/surplus", "POST /api/stockpile/surplus",
    "POST /api/stockpile/surplus/{key}/safeguard", "POST /api/stockpile/surplus/{key}/dispose",
    "GET /api/stockpile/destructions", "POST /api/stockpile/destructions", "GET /api/stockpile/destructions/{key}",
    "POST /api/stockpile/destructions/{key}/readings", "POST /api/stockpile/destructions/{key}/destroyed",
    "POST /api/stockpile/destructions/{key}/withdrawn", "POST /api/stockpile/destructions/{key}/close",
    "GET /api/stockpile/lots", "POST /api/stockpile/lots", "POST /api/stockpile/lots/{key}/movements",
    "GET /api/stockpile/storage/rules", "GET /api/stockpile/storage/visits", "POST /api/stockpile/storage/visits",
    "GET /api/stockpile/storage/faults", "POST /api/stockpile/storage/faults/{key}/settle",
    "GET /api/stockpile/accounts", "GET /api/stockpile/accounts/{place}", "GET /api/stockpile/due",
    "GET /api/stockpile/kits", "POST /api/stockpile/kits", "GET /api/stockpile/kits/{code}", "DELETE /api/stockpile/kits/{code}",
    "GET /api/stockpile/changes", "POST /api/stockpile/destructions/{key}/correct", "POST /api/stockpile/assessments/actions",
    "GET /api/stockpile/assessments", "POST /api/stockpile/assessments", "GET /api/stockpile/proposals", "POST /api/stockpile/proposals/{key}/approve", "POST /api/stockpile/proposals/{key}/decline",
    "GET /api/asked", "GET /api/asked/{key}", "POST /api/asked/{key}/take-back",
]  # fmt: skip
"""Operations of the counter, shipments, incidents, disposal and ammunition: there is one of each."""


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The test's transaction lives in one connection, which a real server would close after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def described() -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())


def operation(name: str) -> Any:
    method, path = name.split(" ")
    return described()[path][method]


def token() -> str:
    """One that may do everything, so that nothing is refused before it is looked at."""
    services.add_user(
        "fuzz", ["registrar", "auditor", "tracing", "contact", "marking"], None, "a-long-password", by=CHIEF
    )
    user = User.objects.get(username="fuzz")
    expires = timezone.now() + timedelta(days=1)
    return services.issue_token(user, "fuzz", list(rules.SCOPES), expires, by=CHIEF)


def stored() -> tuple[int, int]:
    return logs.size(ledger.require_own_log()), LoadJob.objects.count()


@pytest.mark.django_db
def test_every_operation_is_tried() -> None:
    found = {f"{method.upper()} {path}" for path, some in described().raw_schema["paths"].items() for method in some}
    # Those of cooperation are all tried in tests/cooperation/test_programs_fuzzed.py.
    others = {name for name in found if " /api/cooperation/" not in name}
    assert others == {*OPERATIONS, *OF_ONE, *OF_TRACING, *OF_COUNTING, *OF_STOCK}


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPERATIONS)
def test_anything_sent_gets_an_answer_as_described(name: str, scale: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    register.add_weapon("A1", {"maker": "Taurus"}, [{"component": "frame", "mark": "TKD48213"}], by=CHIEF)

    @settings(max_examples=10 * scale)
    @given(case=operation(name).as_strategy())
    def one(case: Any) -> None:
        before = stored()
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert stored() == before

    one()


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_ONE)
def test_anything_sent_about_one_thing_gets_an_answer_as_described(name: str, scale: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    workshop.authority()
    made = workshop.batch()
    [item] = workshop.items(made)
    known = {
        "batch_id": made.id,
        "item_id": item.id,
        "weapon_id": item.weapon,
        "profile_id": "iti",
        "key": "xa-import",
        "digest": "0" * 64,
        "consultation_id": str(UUID(int=7)),
    }
    known |= {"machine_id": workshop.laser().id} if "machine_id" in name else {}

    @settings(max_examples=8 * scale)
    @given(case=operation(name).as_strategy())
    def one(case: Any) -> None:
        case.path_parameters = {key: known[key] for key in case.path_parameters}
        before = stored()
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert stored() == before

    one()


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_TRACING)
def test_anything_sent_about_a_case_or_request_gets_an_answer_as_described(name: str, scale: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    facts = Facts(how="seizure", date="2026-03-04", circumstances="at a road check", why_illicit=("a",))
    said = Recovered((Mark("TKD48213"),), kind="revolver", calibre=".38")
    opened = cases.open_case(facts, [said], by=CHIEF)
    conversation = queries.conversation_of(cases.ask(opened.id, "XB", "investigation", confirmed=True, by=CHIEF))
    known = {"case_id": opened.id, "item_id": opened.items[0].id, "digest": "0" * 64, "question": str(UUID(int=7))}
    known |= {"conversation": conversation, "weapon_id": str(UUID(int=7))}

    @settings(max_examples=5 * scale)
    @given(case=operation(name).as_strategy())
    def one(case: Any) -> None:
        case.path_parameters = {key: known[key] for key in case.path_parameters}
        before = stored()
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert stored() == before

    one()


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_COUNTING)
def test_anything_sent_about_a_count_gets_an_answer_as_described(name: str, scale: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    services.grant_role(User.objects.get(username="fuzz"), "commander", by=CHIEF)
    services.grant_role(User.objects.get(username="fuzz"), "counter", by=CHIEF)
    services.add_place("Depot", by=CHIEF)
    key = counting.open_count(counting.Opening("Depot", counters=2), by=CHIEF)
    known = {"code": key, "sheet": counting.begin(key, by=Actor("fuzz"))}

    @settings(max_examples=6 * scale)
    @given(case=operation(name).as_strategy())
    def one(case: Any) -> None:
        case.path_parameters = {key: known[key] for key in case.path_parameters}
        before = stored()
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert stored() == before

    one()


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_STOCK)
def test_anything_sent_about_the_stock_gets_an_answer_as_described(name: str, scale: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    for role in ("commander", "armourer"):
        services.grant_role(User.objects.get(username="fuzz"), role, by=CHIEF)
    known = {"weapon_id": str(UUID(int=7)), **stock.one_of_each(name)}

    @settings(max_examples=4 * scale)
    @given(case=operation(name).as_strategy())
    def one(case: Any) -> None:
        case.path_parameters = {key: known[key] for key in case.path_parameters}
        before = stored()
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert stored() == before

    one()
