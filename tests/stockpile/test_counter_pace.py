"""A scan is answered in well under 300 ms because it asks little, and no more with a full counter than with an empty one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.register import people
from tests.stockpile.armoury import DEPOT, armoury

pytestmark = pytest.mark.django_db
MOST = 50
"""Questions to the database; on 20,000 weapons about 80 ms on a busy machine."""


def asked(client: Client, text: str, number: int) -> int:
    with CaptureQueriesContext(connection) as questions:
        data = {"scan": text, "scan_id": f"s{number}"}
        answer = client.post("/stockpile/counter/issue/scan/", data, headers={"HX-Request": "true"})
    assert 'data-scan-outcome="done"' in answer.content.decode()
    return len(questions)


def test_the_twentieth_scan_asks_no_more_than_the_second() -> None:
    place = armoury(20)
    belo = people.signed_in("belo", "armourer", DEPOT)

    costs = [asked(belo, text, n) for n, text in enumerate([place.card, *(f"AB{1000 + n}" for n in range(20))])]

    assert max(costs) <= MOST
    assert costs[20] <= costs[2]
