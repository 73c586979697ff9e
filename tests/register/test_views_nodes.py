"""The page of the nodes."""

import pytest
from django.test import Client

from countermark.ledger import contacts, nodes, services
from countermark.ledger.reasons import Reason
from countermark.marks.sentences import Sentence
from tests.ledger.foreign import ANN, ForeignLog
from tests.register import people

pytestmark = pytest.mark.django_db
DEPOT = "XA/depot7/1"


@pytest.fixture
def auditor() -> Client:
    return people.signed_in("audrey", "auditor")


def test_the_page_says_how_far_apart_two_nodes_are_and_what_went_wrong(auditor: Client) -> None:
    services.require_own_log()
    card = nodes.Card(nodes.FORMAT, DEPOT, ForeignLog(DEPOT).verifier_key, nodes.own_card().encryption_key)
    nodes.admit(card, by=ANN)
    contacts.reached(DEPOT, 1234, 56)
    contacts.failed(DEPOT, Sentence("%(origin)s is not reached: %(why)s", origin=DEPOT, why="no line"))
    page = auditor.get("/ledger/nodes/").content.decode()
    for shown in (DEPOT, "1,234", "56", "is not reached: no line", "admitted"):
        assert shown in page
    nodes.end(DEPOT, Reason("lost", "stolen"), by=ANN)
    assert "locked out" in auditor.get("/ledger/nodes/").content.decode()


def test_a_node_alone_is_told_so(auditor: Client) -> None:
    services.require_own_log()
    assert "No other node" in auditor.get("/ledger/nodes/").content.decode()
