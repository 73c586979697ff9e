"""Meetings, the month, and the feed that a person subscribes to and revokes."""

import datetime as dt
from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from countermark.cooperation import queries
from countermark.cooperation.projects import calendar, delivering, meetings
from countermark.cooperation.projects.meetings import Meeting, Task
from countermark.cooperation.projects.rules import month
from countermark.cooperation.projects.rules.month import Entry
from countermark.cooperation.projects.views import dates
from countermark.cooperation.queries import Viewer
from countermark.ledger import store
from countermark.register.checking import Refused
from tests.cooperation.projects.scene import OFFICER, STARTS, called, designed, planned, running, user
from tests.cooperation.projects.test_project_pages import client, send, text
from tests.cooperation.region import COORDINATOR, OWN


def meeting(key: str) -> Meeting:
    found = queries.known(Viewer(OWN), "meeting", key)
    assert found is not None
    return found.of(Meeting)


@pytest.mark.django_db
def test_a_meeting_is_seen_by_who_called_it_and_who_is_invited() -> None:
    _key, donor = planned()
    pk = called(donor)

    assert (meeting(pk).starts, meeting(pk).ends) == ("2026-06-30T07:00:00Z", "2026-06-30T09:00:00Z")
    assert queries.known(Viewer(donor), "meeting", pk) is not None
    assert queries.known(Viewer("XQ"), "meeting", pk) is None


@pytest.mark.django_db
def test_a_meeting_that_was_called_off_was_not_held() -> None:
    _key, donor = planned()
    key = called(donor)
    meetings.cancel(key, actor=OWN, by=COORDINATOR)

    with pytest.raises(Refused):
        meetings.record(key, [OWN], ["agreed"], actor=OWN, by=COORDINATOR)
    assert "minutes/" not in text(client("alice", "assistance", OWN), f"meetings/{key}/")


@pytest.mark.django_db
def test_a_follow_up_is_done_by_its_owner_and_by_nobody_who_has_no_part_in_it() -> None:
    _key, donor = planned()
    pk = called(donor)
    meetings.record(pk, [OWN, donor, "XQ"], ["The donor marks the west."], actor=OWN, by=COORDINATOR)
    meetings.follow_up(pk, Task("send the list", donor, "2026-07-15"), actor=OWN, by=COORDINATOR)

    assert meeting(pk).came == (OWN, donor)
    with pytest.raises(Refused):
        meetings.done(pk, 0, actor="XQ", by=COORDINATOR)
    with pytest.raises(Refused):
        meetings.record(pk, [], [], actor=donor, by=OFFICER)
    meetings.done(pk, 0, actor=donor, by=OFFICER)
    assert meeting(pk).follow_ups[0].done


@pytest.mark.django_db
def test_a_meeting_goes_from_the_call_to_its_follow_up_on_pages() -> None:
    _key, donor = planned()
    alice, bob = client("alice", "assistance", OWN), client("bob", "partner", donor)
    said: dict[str, Any] = {
        "title": "Coordination",
        "day": "2026-06-30",
        "time": "09:00",
        "hours": "2",
        "agenda": "One\nTwo",
        "invited": [donor],
    }
    for no_day in ("9999-12-31", "0500-01-01"):
        send(alice, "meetings/new/", 422, **{**said, "day": no_day})
    where = send(alice, "meetings/new/", **said).removeprefix("/cooperation/")
    text(alice, where + "done-\u00b2/", 404)

    send(alice, where + "change/", **{**said, "title": "Coordination of the west"})
    send(alice, where + "minutes/", came=[OWN, donor], decisions="We divide the depots.")
    send(alice, where + "follow_up/", what="send the list", owner=donor, due="2026-07-15")
    page = text(bob, where)
    assert "We divide the depots." in page
    assert "done-0" in page
    send(bob, where + "done-0/")
    assert meeting(where.rstrip("/").rpartition("/")[2]).follow_ups[0].done
    assert bob.post("/cooperation/" + where + "minutes/", {}).status_code == 403
    text(client("charlie", "partner", "XQ"), where, 404)


@pytest.mark.django_db
def test_nothing_is_accepted_before_it_was_delivered_and_no_value_is_a_power_of_ten() -> None:
    key, donor = designed()
    item = running(key, donor)["knowledge"]
    delivering.deliver(key, item, "2026-09-02", actor=donor, by=OFFICER)

    with pytest.raises(Refused):
        delivering.accept(key, item, "2026-09-01", actor=OWN, by=COORDINATOR)
    with pytest.raises(Refused):
        delivering.number("value", "1e999999999")
    delivering.accept(key, item, "2026-09-02", actor=OWN, by=COORDINATOR)


@pytest.mark.django_db
def test_the_month_shows_what_is_due_to_its_sides_alone() -> None:
    key, donor = planned()
    due = delivering.DueSaid(kind="legal", title="Draft law", due="2026-06-11")
    delivering.set_deliverable(key, due, actor=donor, by=OFFICER)
    called(donor, title="Talks")

    page = text(client("bob", "partner", donor), "calendar/?month=2026-06")
    assert "Draft law" in page
    assert "Talks" in page
    elsewhere = text(client("charlie", "partner", "XQ"), "calendar/?month=2026-06")
    assert "Draft law" not in elsewhere
    assert "Talks" not in elsewhere
    assert "Nothing stands" in text(client("bob", "partner", donor), "calendar/?month=1999-01")


@pytest.mark.django_db
def test_a_feed_shows_what_its_owner_may_see_until_it_is_revoked_and_its_secret_is_kept_nowhere() -> None:
    _key, donor = planned()
    called(donor, title="Gespräch über Waffen; zweiter Teil, " + "sehr lang " * 20)
    bob = client("bob", "partner", donor)
    page = send(bob, "calendar/address/", 200)
    secret = page[: page.index(".ics")].rpartition("/")[2]

    answer = Client().get(f"/cooperation/calendar/{secret}.ics")
    read = Calendar.from_ical(answer.content)
    event = next(one for one in read.walk("VEVENT") if str(one["uid"]).startswith("meeting-"))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "sehr lang sehr lang" in str(event["summary"])
    assert event.decoded("dtstart") == STARTS
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    log = b"".join(repr(one.body).encode() for one in store.entries_at(list(store.positions_with(b"cooperation_feed"))))
    assert secret.encode() not in log
    send(bob, "calendar/address/revoke/")
    assert Client().get(f"/cooperation/calendar/{secret}.ics").status_code == 404


def test_what_ends_with_the_last_day_there_is_keeps_nobody_from_their_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed names the day after the last one, and there is none."""
    shown = Entry("b", "course", "B", "2026-01-01", "2026-01-02", "/")
    monkeypatch.setattr(
        calendar, "SOURCES", [lambda _who: [Entry("a", "course", "A", "2026-01-01", "9999-12-31", "/"), shown]]
    )

    assert calendar.entries(Viewer("XQ")) == [shown]


@pytest.mark.django_db
def test_a_new_address_ends_the_one_before_and_one_of_somebody_disabled_shows_nothing() -> None:
    _key, donor = planned()
    bob = user("bob", "partner", donor)
    first = calendar.open_feed(bob, by=OFFICER)
    second = calendar.open_feed(bob, by=OFFICER)

    assert (calendar.owner_of(first), calendar.owner_of(second)) == (None, bob)
    bob.disabled = True
    bob.save()
    assert calendar.owner_of(second) is None


@pytest.mark.django_db
def test_a_request_with_a_secret_address_goes_on_without_it(rf: RequestFactory) -> None:
    request = rf.get("/cooperation/calendar/wrong.ics")

    with pytest.raises(Http404):
        dates.feed(request, "wrong")
    assert "wrong" not in request.path


@given(st.dates(dt.date(1990, 1, 1), dt.date(2199, 11, 30)), st.integers(0, 6))
def test_a_month_stands_in_whole_weeks_and_every_entry_on_its_days(day: dt.date, weekday: int) -> None:
    entry = Entry("u", "meeting", "t", day.isoformat(), day.isoformat(), "")
    weeks = month.weeks(day.replace(day=1), [entry], weekday)

    assert all(len(week) == 7 and week[0].date.weekday() == weekday for week in weeks)
    assert [one.date for week in weeks for one in week if one.entries] == [day]
    assert month.month_of(month.beside(month.month_of(month.beside(day, 1), day), -1), day) == day.replace(day=1)
