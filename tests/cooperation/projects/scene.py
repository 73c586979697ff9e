"""A project in a small region, brought to any stage: the recipient's coordinator and authority, a donor's officer."""

import datetime as dt
from typing import Any

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cooperation import actors, acts
from countermark.cooperation.projects import agreeing, delivering, meetings, services
from countermark.cooperation.projects.rules.shapes import Giver, Project
from countermark.cooperation.states import Subject
from countermark.ledger.services import Actor
from tests.cooperation.region import COORDINATOR, OWN, need, region

OFFICER, AUTHORITY = Actor("officer"), Actor("authority")
PDF = b"%PDF-1.4\nterms\n%%EOF\n"


STARTS = dt.datetime(2026, 6, 30, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def called(invited: str, **changes: Any) -> str:
    """A meeting the recipient calls with somebody; its id."""
    said = {"title": "Coordination", "starts": STARTS, "agenda": ["Who marks what"], "invited": [invited], **changes}
    return meetings.call(meetings.Called(**said), actor=OWN, by=COORDINATOR)


def user(name: str, role: str, seat: str) -> User:
    """A person with a role who speaks for an actor."""
    found = User.objects.filter(username=name).first()
    if found is None:
        accounts.add_user(name, [role], None, "a-long-password", by=COORDINATOR)
        found = User.objects.get(username=name)
    actors.seat(found, seat, by=COORDINATOR)
    return found


def planned(recipient: str = OWN, title: str = "Marking in the west", **changes: Any) -> tuple[str, str]:
    """A project the donor proposes to a State, and the donor."""
    donor = region()["donor"]
    said = {"needs_answered": [need(recipient, visibility="public")], "givers": [Giver(donor, 5000050)], **changes}
    return services.plan(title, recipient=recipient, actor=donor, by=OFFICER, **said), donor


def project(key: str) -> Project:
    """What the project is now."""
    return found(key).of(Project)


def found(key: str) -> Subject:
    """The project as a subject."""
    one = acts.subject("project", key)
    assert one is not None
    return one


def ask_and_pass(key: str, donor: str) -> None:
    """The donor asks for the next gate, the authority passes it."""
    gate = found(key).state
    services.ask_gate(key, actor=donor, by=OFFICER)
    services.pass_gate(key, gate, words="as agreed", actor=OWN, by=AUTHORITY)


def designed(**changes: Any) -> tuple[str, str]:
    """A project whose planning gate was passed."""
    key, donor = planned(**changes)
    services.name_authority(key, user("authority", "authority", OWN), actor=OWN, by=COORDINATOR)
    said = services.Said(
        title="Marking in the west", currency="EUR", begin="2026-01-01", end="2028-12-31", aims="All stocks are marked.",
        themes=["marking"], languages=["fr"], needs=list(project(key).needs),
    )  # fmt: skip
    services.describe(key, said, actor=OWN, by=COORDINATOR)
    agreeing.look_for_overlaps(key, actor=OWN, by=COORDINATOR)
    ask_and_pass(key, donor)
    return key, donor


def running(key: str, donor: str) -> dict[str, str]:
    """Brings a designed project to its implementation; the ids of what will be delivered."""
    items = {
        kind: delivering.set_deliverable(
            key,
            delivering.DueSaid(
                kind=kind, title=kind, due="2026-09-30", owner=donor, language="fr" if kind == "training" else "",
                maintenance="each half year", fallback="stamps by hand",
            ),
            actor=donor,
            by=OFFICER,
        )
        for kind in ("equipment", "training", "knowledge")
    }  # fmt: skip
    delivering.set_risk(key, "no power", 2, 3, "solar panels", actor=donor, by=OFFICER)
    target = delivering.TargetSaid(
        what="share of marked weapons", baseline="40", target="95", due="2028-06-30", unit="%"
    )
    delivering.set_indicator(key, target, actor=OWN, by=COORDINATOR)
    lines = [agreeing.RunningCost("power", "1200", OWN, first=2026, last=2028)]
    agreeing.plan_running(key, lines, actor=OWN, by=COORDINATOR)
    digest = agreeing.offer_terms(key, "Terms", PDF, actor=donor, by=OFFICER)
    agreeing.sign_terms(key, digest, actor=donor, by=OFFICER)
    agreeing.sign_terms(key, digest, actor=OWN, by=COORDINATOR)
    ask_and_pass(key, donor)
    return items
