"""The page of a chain: linked requests as one story, with its map as an image."""

import pytest

from countermark.tracing.chain import queries
from countermark.tracing.models import RequestLink, RequestTie
from countermark.tracing.requests import queries as request_queries
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.states import Request
from tests.register import people
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import NODE, RELEASER, WRITER, Peer, asked, peer

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


def of_another_mark(mark: str, parent: str = "") -> Request:
    """A request about some mark, released."""
    weapon = {**BODIES["request"]["weapons"][0], "marks": [mark]}
    body = {**BODIES["request"], "weapons": [weapon]}
    return requests.release(requests.draft("request", body, peer="XC", parent=parent, by=WRITER), by=RELEASER)


def test_a_request_follows_in_the_chain_of_its_parent_whatever_mark_it_asks_about(peer: Peer) -> None:
    first = of_another_mark("AB 1")
    second = of_another_mark("AB l read again", parent=first.id)
    other = of_another_mark("CD 2")
    assert [one.id for one in queries.requests_of(second.id)] == [first.id, second.id]
    assert [one.id for one in queries.requests_of(first.id)] == [first.id, second.id]
    assert [one.id for one in queries.requests_of(other.id)] == [other.id]


def test_only_what_is_tied_to_a_request_is_read(peer: Peer) -> None:
    first = of_another_mark("AB 1")
    others = [of_another_mark(f"CD {number}") for number in range(3)]
    assert request_queries.tied(first.id) == {first.id}
    assert not {one.id for one in others} & request_queries.tied(first.id)


def test_a_request_of_before_that_says_no_ties_is_linked_by_its_marks(peer: Peer) -> None:
    first, second = of_another_mark("AB 1"), of_another_mark("AB-1")
    RequestTie.objects.all().delete()
    for row in RequestLink.objects.all():
        RequestTie.objects.create(position=row.position, conversation=row.conversation, tie="")
    assert [one.id for one in queries.requests_of(second.id)] == [first.id, second.id]
