"""The page of a chain: linked requests as one story, with its map as an image."""

import pytest

from countermark.tracing.requests import services as requests
from tests.register import people
from tests.tracing.requests.test_services import NODE, Peer, asked, peer

__all__ = ["peer"]

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

TOLD = {
    "answer": {
        "events": [
            {"event": "import", "date": "1994-06", "country": "XC", "to": "Police of XC"},
            {"event": "theft", "date": "1997-11-20", "country": "XC", "place": "police store"},
        ]
    },
    "outcome": "A5",
}


def test_requests_of_one_trace_are_one_chain_with_its_gap(peer: Peer) -> None:
    first, second = asked(), asked(to="XC")
    requests.note_paper(second.id, "answer", TOLD, "2026-03-01T00:00:00.000Z", by=NODE)
    page = people.signed_in("contact", "contact").get(f"/requests/{first.id}/chain/").content.decode()
    assert all(text in page for text in ("1997-11-20", "police store", "Out of lawful custody", second.id[:8]))


def test_the_map_is_an_image_of_the_same_facts(peer: Peer) -> None:
    image = people.signed_in("contact", "contact").get(f"/requests/{asked().id}/chain/map.svg")
    assert (image.headers["Content-Type"], image.content[:4]) == ("image/svg+xml", b"<svg")


def test_there_is_no_chain_of_a_request_that_is_not_known(peer: Peer) -> None:
    assert people.signed_in("contact", "contact").get("/requests/none/chain/").status_code == 404
