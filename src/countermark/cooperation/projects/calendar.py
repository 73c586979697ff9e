"""What stands in the calendar of whom one speaks for, and the feed other programs subscribe to (RFC 5545).

Each capability adds what it knows with `source`; it gives only what the viewer may see. A feed is a secret address of one person: only
its SHA-256 is kept, it shows what its owner may see at the time it is asked for, and it ends when its owner revokes it.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.cooperation import acts, finding, queries, states
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.meetings import Meeting
from countermark.cooperation.projects.rules.month import Entry
from countermark.cooperation.projects.rules.shapes import UNDER_WAY, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules.lasting import YEARS, later
from countermark.cooperation.states import Subject
from countermark.cooperation.training.states import Call
from countermark.ledger.entry import now
from countermark.ledger.services import Actor

Source = Callable[[Viewer], Iterable[Entry]]
SOURCES: list[Source] = []


def source(found: Source) -> Source:
    """Adds what a capability knows to stand in the calendar."""
    SOURCES.append(found)
    return found


def entries(who: Viewer, begin: str = "", end: str = "") -> list[Entry]:
    """Everything somebody may see between two days, by day; what has no readable day is left out."""
    found = [one for source in SOURCES for one in source(who) if _readable(one)]
    kept = [one for one in found if (not end or one.day <= end) and (not begin or one.last >= begin)]
    return sorted(kept, key=lambda one: (one.starts or one.day, one.title))


def _readable(one: Entry) -> bool:
    try:
        for day in (one.day, one.last):
            # A feed names the day after the last one too.
            dt.date.fromisoformat(day) + dt.timedelta(days=1)
        for time in (one.starts, one.ends):
            dt.datetime.fromisoformat(time or "2026-01-01")
    except (ValueError, OverflowError):
        return False
    return True


@source
def _projects(who: Viewer) -> Iterator[Entry]:
    """Deliverables, targets and the end of projects of one's own side."""
    found = [
        (one, project)
        for one, project in projects.found(who)
        if one.state in UNDER_WAY and projects.is_inner(project, who)
    ]
    texts = acts.texts_of([Subject("", "", {"texts": [list(_texts(project)) for _one, project in found]})])
    for one, project in found:
        url, title = reverse("cooperation:project", args=[one.key]), texts.get(project.title, one.key)
        ends = _("%(title)s ends") % {"title": title}
        yield Entry(f"project-{one.key}", "project", ends, project.end, project.end, url)
        for key, due in project.deliverables.items():
            if not due.settled:
                item = reverse("cooperation:project_item", args=[one.key, key])
                yield Entry(f"deliverable-{key}", "deliverable", texts.get(due.title, key), due.due, due.due, item)
        for key, target in project.indicators.items():
            item = reverse("cooperation:project_item", args=[one.key, key])
            yield Entry(f"indicator-{key}", "indicator", texts.get(target.what, key), target.due, target.due, item)


def _texts(project: Project) -> Iterator[str]:
    """The texts that the calendar tells of a project."""
    yield project.title
    yield from (due.title for due in project.deliverables.values())
    yield from (target.what for target in project.indicators.values())


@source
def _meetings(who: Viewer) -> Iterator[Entry]:
    """Meetings, and what one's own side does after them."""
    found = queries.visible(who, "meeting")
    texts = acts.texts_of(found)
    for one in found:
        value = one.of(Meeting)
        url = reverse("cooperation:meeting", args=[one.key])
        title = texts.get(value.title, one.key)
        if one.state != "cancelled":
            day, last = value.starts[:10], value.ends[:10]
            yield Entry(f"meeting-{one.key}", "meeting", title, day, last, url, value.starts, value.ends)
        for at, task in enumerate(value.follow_ups):
            if not task.done and (who.all or task.owner == who.actor):
                uid = f"followup-{one.key}-{at}"
                yield Entry(uid, "follow_up", texts.get(task.what, title), task.due, task.due, url)


@source
def _windows(who: Viewer) -> Iterator[Entry]:
    """The last days of open needs and offers."""
    needs = [(one, one.of(Need)) for one in queries.visible(who, "need", state="open") if who.may_change(one)]
    offers = [(one, one.of(Offer)) for one in queries.visible(who, "offer", state="open")]
    for kind, found in (("need", needs), ("offer", offers)):
        titles = finding.titles(found)
        for one, value in found:
            url = reverse(f"cooperation:{kind}", args=[one.key])
            yield Entry(f"{kind}-{one.key}", kind, titles[one.key], value.end, value.end, url)


@source
def _training(who: Viewer) -> Iterator[Entry]:
    """Courses that are held, and until when nominations are taken."""
    courses = {one.key: one for one in queries.visible(who, "course")}
    texts = acts.texts_of(courses.values())
    for one in queries.visible(who, "call"):
        if one.state in ("cancelled", "draft"):
            continue
        value = one.of(Call)
        course = courses.get(value.course)
        title = texts.get(str(course.value.get("title", "")), "") if course else ""
        url = reverse("cooperation:call", args=[one.key])
        yield Entry(f"course-{one.key}", "course", title or _("a course"), value.begin, value.end, url)
        yield Entry(f"call-{one.key}", "nominations", title or _("a course"), value.closes, value.closes, url)


@source
def _checkbacks(who: Viewer) -> Iterator[Entry]:
    """When one's own projects that are closed are looked at again."""
    closed = projects.found(who, projects.Sought(stage="closed"))
    own = [(one, project) for one, project in closed if who.all or who.actor == project.recipient]
    texts = acts.texts_of([Subject("", "", {"titles": [project.title for _one, project in own]})])
    for one, project in own:
        title = texts.get(project.title, one.key)
        for years in YEARS:
            # No 29 February lies an odd number of years after another.
            day = later(project.end, years).replace("-02-29", "-03-01")
            yield Entry(f"checkback-{one.key}-{years}", "checkback", title, day, day, reverse("cooperation:checkbacks"))


@source
def _rounds(who: Viewer) -> Iterator[Entry]:
    """Until when replies of a consultation are asked for."""
    found = queries.visible(who, "round", state="open")
    texts = acts.texts_of(found)
    for one in found:
        title, url = texts.get(str(one.value.get("title", "")), one.key), reverse("cooperation:round", args=[one.key])
        yield Entry(f"round-{one.key}", "round", title, one.due, one.due, url)


# --- the feed ------------------------------------------------------------------------------------------------------------


def feed(found: Sequence[Entry], host: str, kinds: Callable[[str], str]) -> bytes:
    """Entries as an iCalendar object; `host` makes identifiers the world's own, `kinds` tells a kind of entry in words."""
    # A library only this needs; it reads zones of the world when it starts.
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//Countermark//Cooperation//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Cooperation"))
    for one in found:
        event = Event()
        event.add("uid", f"{one.uid}@{host}")
        event.add("dtstamp", dt.datetime.fromisoformat(now()))
        event.add("summary", f"{kinds(one.kind)}: {one.title}")
        event.add("categories", [kinds(one.kind)])
        if one.starts and one.ends:
            event.add("dtstart", dt.datetime.fromisoformat(one.starts))
            event.add("dtend", dt.datetime.fromisoformat(one.ends))
        else:
            event.add("dtstart", dt.date.fromisoformat(one.day))
            # The end of a whole day is the day after it (RFC 5545, 3.6.1).
            event.add("dtend", dt.date.fromisoformat(one.last) + dt.timedelta(days=1))
            event.add("transp", "TRANSPARENT")
        made.add_component(event)
    data: bytes = made.to_ical()
    return data


class Feed(msgspec.Struct, frozen=True):
    """The secret address of a person's calendar: its key is the SHA-256 of the secret, which is kept nowhere."""

    person: str


states.record("feed", Feed)
SECRET = 32
"""Bytes of chance in a secret address."""


def open_feed(user: User, *, by: Actor) -> str:
    """Makes a secret address, in the place of the one there was; returns the secret, which is told this once."""
    secret = secrets.token_urlsafe(SECRET)
    with acts.alone():
        revoke_feeds(user, by=by)
        person = _person(user)
        acts.state_record("feed", _digest(secret), Feed(user.person), by=by, state="open", person=person)
    return secret


def revoke_feeds(user: User, *, by: Actor) -> int:
    """Ends every secret address of a person; returns how many there were."""
    found = acts.subjects("feed", state="open", person=_person(user))
    for one in found:
        acts.state_record("feed", one.key, one.of(Feed), by=by, state="revoked", person=one.person)
    return len(found)


def has_feed(user: User) -> bool:
    """Whether a person has a secret address."""
    return acts.rows("feed").filter(state="open", person=_person(user)).exists()


def owner_of(secret: str) -> User | None:
    """Whose address a secret is; None for none, for a revoked one, and where its owner may not see cooperation any more."""
    found = acts.subject("feed", _digest(secret))
    if found is None or found.state != "open":
        return None
    user = User.objects.filter(person=found.of(Feed).person, disabled=False).first()
    return user if user is not None and not user.must_change_password and accounts.may(user, "aid.view") else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _person(user: User) -> str:
    return user.person.removeprefix("urn:countermark:")
