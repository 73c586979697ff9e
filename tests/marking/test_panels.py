"""The panel of this room on the page of a weapon's record."""

import pytest
from django.test import Client

from tests.marking import workshop
from tests.register import people

pytestmark = pytest.mark.django_db


def record(client: Client, weapon: str) -> str:
    response = client.get(f"/weapons/{weapon}/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_record_shows_where_each_mark_stands() -> None:
    page = record(people.signed_in("otto", "counter"), people.weapon("W1", "AB 777"))

    assert "Where the marks stand" in page
    assert "1: frame, AB 777" in page


def test_a_record_names_the_work_orders_to_those_who_may_see_them() -> None:
    workshop.authority()
    item = workshop.items(workshop.batch())[0]

    assert f"/marking/weapons/{item.id}/" in record(people.signed_in("mara", "marking"), item.weapon)
    assert 'href="/marking/' not in record(people.signed_in("otto", "counter"), item.weapon)


def test_a_mark_with_markup_stays_text() -> None:
    weapon = people.weapon("W1", "<b>7</b>")

    assert "<b>7" not in record(people.signed_in("otto", "counter"), weapon)


def test_a_filtered_list_leads_to_a_work_order_of_the_same_weapons() -> None:
    people.weapon("W1")
    mara = people.signed_in("mara", "marking")

    filtered = str(mara.get("/weapons/?maker=Rossi&status=active").content.decode())
    form = str(mara.get("/marking/orders/new/?maker=Rossi&status=active").content.decode())

    assert "/marking/orders/new/?maker=Rossi&amp;status=active" in filtered
    assert "/marking/orders/new/" not in str(mara.get("/weapons/").content.decode())
    assert 'name="maker" value="Rossi"' in form
    assert '<option value="active" selected>' in form
