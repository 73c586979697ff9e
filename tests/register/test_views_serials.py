"""The page of the rules that serials are stated twice: what holds, who said so, and what the form changes."""

import pytest
from django.test import Client
from django.urls import reverse

from countermark.ledger import services as ledger
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.register import serialrules
from countermark.register.files.again import FILES, PROGRAMS, SerialRule
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db

RULE = {"id": "order-7", "source": "Order 7/2026, section 3", "of": [FILES], "since": "2026-01-01", "until": ""}


@pytest.fixture
def registrar() -> Client:
    return people.signed_in("alice", "registrar")


def page(client: Client, query: str = "") -> str:
    response = client.get(reverse("register:serial_rules") + query)
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, **fields: object) -> int:
    return client.post(reverse("register:serial_rules"), {**RULE, **fields}).status_code


def test_without_a_rule_the_page_says_that_once_is_enough(registrar: Client) -> None:
    assert "No rule is set" in page(registrar)


def test_a_rule_set_on_the_page_asks_whom_it_names_from_then_on(registrar: Client) -> None:
    assert send(registrar) == 302

    rule = serialrules.asking(FILES)
    assert rule is not None
    assert (rule.id, rule.source, rule.since) == ("order-7", RULE["source"], "2026-01-01")
    assert serialrules.asking(PROGRAMS) is None
    assert verify().ok


def test_the_page_says_what_holds_since_when_and_who_set_it(registrar: Client) -> None:
    serialrules.require(SerialRule("order-7", "Order 7/2026", "2026-01-01"), by=CHIEF)

    shown = page(registrar)

    assert "Order 7/2026" in shown
    assert "2026-01-01" in shown
    assert CHIEF.name in shown
    assert '<span class="status">once</span>' not in shown


def test_a_rule_of_before_it_was_kept_who_set_it_is_shown(registrar: Client) -> None:
    old = '{"id":"order-7","source":"Order 7","since":"2026-01-01","until":"","of":["files"]}'
    ledger.set_setting(f"{serialrules.PREFIX}order-7", old, by=CHIEF)

    shown = page(registrar)

    assert "Order 7" in shown
    assert CHIEF.name not in shown


def test_a_rule_is_ended_by_stating_it_anew_with_its_last_day(registrar: Client) -> None:
    serialrules.require(SerialRule("order-7", "Order 7/2026", "2026-01-01"), by=CHIEF)
    assert 'value="Order 7/2026"' in page(registrar, "?rule=order-7")

    send(registrar, until="2026-02-01")

    assert serialrules.asking(FILES) is None
    assert [rule.until for rule in serialrules.known()] == ["2026-02-01"]


@pytest.mark.parametrize(
    "wrong",
    [{"id": "Order 7"}, {"source": " "}, {"since": "soon"}, {"until": "2025-01-01"}, {"of": ["pages"]}, {"of": []}],
)
def test_what_says_too_little_is_refused_and_nothing_is_recorded(registrar: Client, wrong: dict[str, object]) -> None:
    before = store.total_size()

    assert send(registrar, **wrong) == 422

    assert store.total_size() == before
    assert serialrules.known() == []


def test_setting_a_rule_is_one_act(registrar: Client) -> None:
    before = store.total_size()

    send(registrar)

    [act] = list(store.all_entries())[before:]
    assert (act.body["act"], act.body["setting"]) == ("setting_changed", "serial-twice:order-7")


def test_a_rule_sent_twice_is_one_act(registrar: Client) -> None:
    send(registrar)
    before, rules = store.total_size(), serialrules.known()

    assert send(registrar) == 302

    assert store.total_size() == before
    assert serialrules.known() == rules
