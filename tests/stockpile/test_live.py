"""The live board: what stands on it for whom, and how a stream begins and ends."""

import json
from collections.abc import AsyncIterator
from typing import cast

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.accounts.models import User
from countermark.stockpile import live, queries, receipts
from countermark.stockpile.models import SubjectRow
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from countermark.stockpile.views import live as views
from tests.conftest import SCALE
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    made = armoury()
    people.person("near", "armourer", DEPOT)
    people.person("far", "armourer", OTHER)
    return made


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time a stream gives its connection back; the test's own lives in one that stays."""
    said: list[str] = []
    monkeypatch.setattr(views, "close_old_connections", lambda: said.append("closed"))
    return said


def who(name: str) -> User:
    return User.objects.get(username=name)


def sent(place: Armoury, *weapons: str, route: str = "by the river") -> str:
    key = shipments.prepare(
        Manifest(place.depot, place.other, weapons, "2020-01-01", authority="order 7", route=route), by=ARMOURER
    )
    shipments.dispatch(key, by=ARMOURER)
    shipments.pass_on(key, "Carrier", "at the bridge", by=ARMOURER)
    return key


def test_each_movement_stands_in_its_lane_for_who_may_see_its_place(place: Armoury) -> None:
    receipts.receive(place.counter(second=place.second), place.weapons[:1], sender="Taurus Armas")
    issued(place, place.weapons[1])
    sent(place, place.weapons[2])

    near, far = live.board(who("near")), live.board(who("far"))

    assert [(one.word, one.source, one.goal) for one in near.incoming] == [("in", "Taurus Armas", DEPOT)]
    assert [(one.word, one.source) for one in near.users] == [("out", DEPOT)]
    assert [(one.word, one.late) for one in near.between] == [("dispatched", True)]
    assert [one.goal for one in far.between] == [OTHER]
    assert (far.incoming, far.users) == ([], [])


def test_the_board_says_neither_who_has_a_weapon_nor_where_it_travels(place: Armoury) -> None:
    issued(place, place.weapons[0])
    sent(place, place.weapons[1])

    text = people.signed_in("wall", "armourer", DEPOT).get("/stockpile/live/").content.decode()

    assert "out for a shift" in text
    assert not [said for said in ("Rained", "by the river", "at the bridge", "Carrier") if said in text]


async def _first(stream: AsyncIterator[bytes], count: int) -> list[str]:
    found = [(await anext(stream)).decode() for _ in range(count)]
    await stream.aclose()  # type: ignore[attr-defined]
    return found


def test_a_stream_shows_the_board_then_only_changes_and_frees_its_place_when_the_viewer_leaves(
    place: Armoury, closed: list[str]
) -> None:
    issued(place)

    retry, event, still = async_to_sync(_first)(views.told(who("near"), "en", 60, 0), 3)

    assert retry.startswith("retry:")
    assert event.startswith("event: board\ndata: ")
    assert "Issued" in json.loads(event.partition("data: ")[2])
    assert still.startswith(":")
    assert closed == ["closed", "closed"]
    assert not live.is_full(who("near"))


async def _all(stream: AsyncIterator[bytes]) -> int:
    return len([part async for part in stream])


def test_a_stream_ends_with_its_time_or_when_its_viewer_is_locked_out(place: Armoury) -> None:
    assert async_to_sync(_all)(views.told(who("near"), "en", 0, 0)) == 1
    user = who("near")
    User.objects.filter(pk=user.pk).update(disabled=True)
    assert async_to_sync(_all)(views.told(user, "en", 60, 0)) == 1


def test_so_many_watch_and_no_more(place: Armoury, monkeypatch: pytest.MonkeyPatch) -> None:
    client = people.signed_in("wall", "armourer", DEPOT)
    answer = cast("StreamingHttpResponse", client.get("/stockpile/live/events/"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")
    monkeypatch.setattr(live, "MOST_EACH", 1)
    with live.watching(who("wall")):
        assert client.get("/stockpile/live/events/").status_code == 503
    assert not live.is_full(who("wall"))


def test_watching_does_not_keep_a_session_open(place: Armoury) -> None:
    client = people.signed_in("wall", "armourer", DEPOT)
    client.get("/stockpile/live/")
    session = client.session
    session["seen"] = before = int(session["seen"]) - 600
    session.save()

    client.get("/stockpile/live/?watching=1")
    client.get("/stockpile/live/events/", headers={"Accept": "text/event-stream"})

    assert client.session["seen"] == before


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "p1", "p2", "p3"]), st.integers(0, 4), st.sampled_from(["open", "signed"])),
        max_size=25,
    ),
    st.none() | st.frozensets(st.sampled_from(["p1", "p2", "p3", "p4"])),
    st.integers(1, 6),
    st.sampled_from([{}, {"state": "open"}]),
)
@settings(max_examples=10 * SCALE)
def test_the_newest_are_the_newest_however_they_are_looked_up(
    made: list[tuple[str, int, str]], places: frozenset[str] | None, most: int, columns: dict[str, str]
) -> None:
    SubjectRow.objects.filter(kind="receipt").delete()
    empty = dict.fromkeys(("parent", "person", "due", "finding", "time", "by", "log"), "")
    SubjectRow.objects.bulk_create(
        SubjectRow(kind="receipt", key=f"{n:03d}", place=place, since=str(at), state=state, acts=1, value={}, **empty)
        for n, (place, at, state) in enumerate(made)
    )
    seen = [
        (-at, f"{n:03d}")
        for n, (place, at, state) in enumerate(made)
        if (places is None or place in places) and columns.get("state", state) == state
    ]
    expected = [key for _at, key in sorted(seen)[:most]]

    assert [one.key for one in queries.newest("receipt", places, most, **columns)] == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "MOST_PLACES", 0)
        assert [one.key for one in queries.newest("receipt", places, most, **columns)] == expected
