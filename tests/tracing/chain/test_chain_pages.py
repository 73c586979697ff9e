"""The page of a chain: linked requests as one story, with its map as an image."""

import pytest

from countermark.tracing.chain import queries
from countermark.tracing.chain.rules import Step
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


def of_two_weapons() -> Request:
    """A request to a State on paper about two weapons, released."""
    weapon = BODIES["request"]["weapons"][0]
    body = {**BODIES["request"], "weapons": [{**weapon, "marks": ["AB 1234"]}, {**weapon, "marks": ["TKD 48213"]}]}
    return requests.release(requests.draft("request", body, peer="XC", by=WRITER), by=RELEASER)


def told_on_paper(request: Request, event: str, mark: str) -> None:
    """An answer in part of a State on paper, about the weapon with a mark, or about none it names."""
    about = {"weapon": {"marks": [mark]}} if mark else {}
    body = {"answer": {**about, "events": [{"event": event, "date": "1997", "country": "XC"}]}}
    requests.note_paper(request.id, "partial_answer", body, "2026-03-01T00:00:00.000Z", by=NODE)


def test_each_weapon_of_a_request_has_a_chain_of_its_own(peer: Peer) -> None:
    request = of_two_weapons()
    told_on_paper(request, "theft", "AB 1234")
    told_on_paper(request, "import", "TKD 48213")
    told_on_paper(request, "sale", "")
    linked = queries.requests_of(request.id)
    steps = [[one for one in queries.chain(linked, number) if isinstance(one, Step)] for number in (1, 2)]
    assert [[one.event for one in some if not one.stated] for some in steps] == [["theft", "sale"], ["import", "sale"]]
    assert [[one.of_any for one in some if one.event == "sale"] for some in steps] == [[True], [True]]


def test_the_page_of_a_chain_leads_from_weapon_to_weapon(peer: Peer) -> None:
    request = of_two_weapons()
    client = people.signed_in("contact", "contact")
    page = client.get(f"/requests/{request.id}/chain/?weapon=2").content.decode()
    assert 'href="?weapon=1"' in page
    assert f"/requests/{request.id}/chain/map.svg?weapon=2" in page
    assert client.get(f"/requests/{request.id}/chain/?weapon=9").status_code == 200


def test_what_comes_on_paper_says_which_of_several_weapons_it_is_about(peer: Peer) -> None:
    request = of_two_weapons()
    client = people.signed_in("contact", "contact")
    path = f"/requests/{request.id}/paper/partial_answer/"
    assert "TKD 48213" in client.get(path).content.decode()
    said = {"day": "2026-03-01", "weapon": "TKD 48213", "e0-event": "theft", "e0-date": "1997", "e0-country": "XC"}
    assert client.post(path, said).status_code == 302
    found = request_queries.request(request.id)
    assert found is not None
    assert found.received[0].envelope.body["answer"]["weapon"] == {"marks": ["TKD 48213"]}
